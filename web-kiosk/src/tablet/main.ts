import { createApp } from "vue";
import { lockPage } from "../kiosk/lock";
import "../shared/tokens.css";
import "../shared/base.css";
import { makeWords } from "../shared/i18n";
import Tablet from "./Tablet.vue";
import { keepAwake } from "./awake";

lockPage();
keepAwake();
createApp(Tablet).use(makeWords()).mount("#app");
