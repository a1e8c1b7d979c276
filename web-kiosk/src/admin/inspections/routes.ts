import type { Page } from "../pages";

export const page: Page = {
  name: "inspections",
  may: ["inspections.list", "inspections.answer"],
  word: "admin.menu.inspections",
  daily: true,
  routes: [
    { path: "plan", component: () => import("./PlanPage.vue") },
    { path: "coverage", component: () => import("./CoveragePage.vue") },
    {
      path: "findings",
      component: () => import("./FindingsPage.vue"),
      children: [{ path: ":id", name: "finding", component: () => import("./FindingPage.vue"), props: true }],
    },
    {
      path: "",
      component: () => import("./InspectionsPage.vue"),
      children: [{ path: ":id", name: "inspection", component: () => import("./InspectionPage.vue"), props: true }],
    },
  ],
};
