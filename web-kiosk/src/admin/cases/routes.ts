import type { Page } from "../pages";

export const page: Page = {
  name: "cases",
  may: "cases.list",
  word: "admin.menu.cases",
  daily: true,
  routes: [{
    path: "",
    component: () => import("./CasesPage.vue"),
    children: [{ path: ":id", name: "case", component: () => import("./CasePage.vue"), props: true }],
  }],
};
