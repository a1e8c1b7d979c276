import { createApp } from "vue";
import "../shared/tokens.css";
import "../shared/base.css";
import { makeWords } from "../shared/i18n";
import Sign from "./Sign.vue";

createApp(Sign).use(makeWords()).mount("#app");
