import { createApp } from "vue";
import "../shared/tokens.css";
import "../shared/base.css";
import { makeWords } from "../shared/i18n";
import Display from "./Display.vue";

createApp(Display).use(makeWords()).mount("#app");
