import { createApp } from "vue";
import "../shared/tokens.css";
import "../shared/base.css";
import { makeWords } from "../shared/i18n";
import Desk from "./Desk.vue";
import Wall from "./Wall.vue";

// One board, two screens: / is the desk of a signed-in manager, /wall hangs where everybody reads it.
const wall = location.pathname === "/wall";
if (wall) Object.assign(document.documentElement.dataset, { screen: "wall", theme: "wall" });
createApp(wall ? Wall : Desk).use(makeWords()).mount("#app");
