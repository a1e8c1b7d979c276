import type { Page } from "../pages";

export const page: Page = {
  name: "hotline",
  may: "hotline.rate",
  word: "hotline.title",
  daily: true,
  routes: [{ path: "", component: () => import("./HotlinePage.vue") }],
};
