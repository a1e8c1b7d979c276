import { createApp } from "vue";
import "../shared/tokens.css";
import "../shared/base.css";
import { makeWords } from "../shared/i18n";
import Pair from "./Pair.vue";

createApp(Pair).use(makeWords()).mount("#app");
