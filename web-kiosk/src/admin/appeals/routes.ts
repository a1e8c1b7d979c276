import type { Page } from "../pages";

// Who served sees nothing of repairs but that there is one to appeal against: its page is reached from here alone.
export const page: Page = {
  name: "appeals",
  may: ["appeals.open", "appeals.decide"],
  word: "admin.menu.appeals",
  daily: true,
  routes: [{
    path: "",
    component: () => import("./AppealsPage.vue"),
    children: [{ path: ":id", name: "appeal", component: () => import("../repairs/RepairPage.vue"), props: (route) => ({ id: String(route.params.id), among: "appeals" }) }],
  }],
};
