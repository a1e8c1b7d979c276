import type { Page } from "../pages";

export const page: Page = {
  name: "concerns",
  may: ["concerns.list", "concerns.enter"],
  word: "admin.menu.concerns",
  daily: true,
  routes: [
    { path: "new", component: () => import("./EnterPage.vue") },
    { path: "import", component: () => import("./ImportPage.vue") },
    { path: "figures", component: () => import("./SumPage.vue") },
    {
      path: "",
      component: () => import("./ConcernsPage.vue"),
      children: [{ path: ":id", name: "concern", component: () => import("./ConcernPage.vue"), props: true }],
    },
  ],
};
