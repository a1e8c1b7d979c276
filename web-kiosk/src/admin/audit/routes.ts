import type { Page } from "../pages";

export const page: Page = {
  name: "audit",
  may: "audit.read",
  word: "audit.title",
  daily: false,
  routes: [{
    path: "",
    component: () => import("./AuditPage.vue"),
    children: [{ path: ":id", name: "deed", component: () => import("./DeedPage.vue"), props: true }],
  }],
};
