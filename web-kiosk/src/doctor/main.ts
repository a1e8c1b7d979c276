import { createApp } from "vue";
import "../shared/tokens.css";
import "../shared/base.css";
import { makeWords } from "../shared/i18n";
import Doctor from "./Doctor.vue";

createApp(Doctor).use(makeWords()).mount("#app");
