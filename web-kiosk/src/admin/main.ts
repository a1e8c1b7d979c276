import { createApp } from "vue";
import "../shared/tokens.css";
import "../shared/base.css";
import "./admin.css";
import "./print.css";
import { makeWords } from "../shared/i18n";
import { makeRouter } from "./router";
import Shell from "./Shell.vue";

createApp(Shell).use(makeWords()).use(makeRouter()).mount("#app");
