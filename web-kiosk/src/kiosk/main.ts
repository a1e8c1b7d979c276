import { createApp } from "vue";
import "../shared/tokens.css";
import "../shared/base.css";
import { makeWords } from "../shared/i18n";
import Take from "./Take.vue";

createApp(Take).use(makeWords()).mount("#app");
