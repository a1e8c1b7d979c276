import type { Page } from "../pages";

export const page: Page = {
  name: "private",
  may: "audit.read", // who looked; what is done on a person's wish is asked for apart
  word: "privacy.title",
  daily: false,
  routes: [
    { path: "", name: "private", component: () => import("./PrivatePage.vue") },
    { path: "looks", name: "looks", component: () => import("./LooksPage.vue") },
  ],
};
