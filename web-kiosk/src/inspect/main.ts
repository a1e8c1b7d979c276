import { createApp } from "vue";
import "../shared/tokens.css";
import "../shared/base.css";
import "./inspect.css";
import { makeWords } from "../shared/i18n";
import App from "./App.vue";
import { keepPage } from "./offline";

createApp(App).use(makeWords()).mount("#app");
void keepPage();
