import type { Page } from "../pages";

export const page: Page = {
  name: "figures",
  may: "figures.read",
  word: "figpage.title",
  daily: true,
  routes: [{ path: "", component: () => import("./FiguresPage.vue") }],
};
