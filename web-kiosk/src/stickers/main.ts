import { createApp } from "vue";
import "../shared/tokens.css";
import "../shared/base.css";
import { makeWords } from "../shared/i18n";
import Stickers from "./Stickers.vue";

createApp(Stickers).use(makeWords()).mount("#app");
