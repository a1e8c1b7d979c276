import { createApp } from "vue";
import "../shared/tokens.css";
import "../shared/base.css";
import { makeWords } from "../shared/i18n";
import Guide from "./Guide.vue";

createApp(Guide).use(makeWords()).mount("#app");
