import { createApp } from "vue";
import "../shared/tokens.css";
import "../shared/base.css";
import { makeWords } from "../shared/i18n";
import Kiosk from "./Kiosk.vue";
import { lockPage } from "./lock";

lockPage();
createApp(Kiosk).use(makeWords()).mount("#app");
