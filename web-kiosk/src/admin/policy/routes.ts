import type { Page } from "../pages";

export const page: Page = {
  name: "policy",
  may: "policy.read",
  word: "policy.title",
  daily: false,
  routes: [{
    path: "",
    component: () => import("./LawPage.vue"),
    children: [
      { path: "", name: "packs", component: () => import("./PacksPage.vue") },
      { path: "calendar", name: "calendar", component: () => import("./CalendarPage.vue") },
      { path: "agents", name: "agents", component: () => import("./AgentsPage.vue") },
    ],
  }],
};
