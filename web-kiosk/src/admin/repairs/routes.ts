import type { Page } from "../pages";

export const page: Page = {
  name: "repairs",
  may: "repairs.list",
  word: "admin.menu.repairs",
  daily: true,
  routes: [{
    path: "",
    component: () => import("./RepairsPage.vue"),
    children: [{ path: ":id", name: "repair", component: () => import("./RepairPage.vue"), props: true }],
  }],
};
