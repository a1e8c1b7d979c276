import { createApp } from "vue";
import "../shared/tokens.css";
import "../shared/base.css";
import { makeWords } from "../shared/i18n";
import Choose from "./Choose.vue";
import Console from "./Console.vue";

// Two pages: / chooses the window of this computer, /console/<window> is it.
const [, page, window] = location.pathname.split("/");
const app = page === "console" && window
  ? createApp(Console, { id: decodeURIComponent(window) })
  : createApp(Choose);
app.use(makeWords()).mount("#app");
