import type { Page } from "../pages";

// No account's name has a ~ in it.
export const page: Page = {
  name: "people",
  may: "people.read",
  word: "person.title",
  daily: false,
  routes: [
    { path: "~roles", name: "roles", component: () => import("./RolesPage.vue") },
    {
      path: "",
      component: () => import("./PeoplePage.vue"),
      children: [
        { path: "~new", name: "person-new", component: () => import("./NewPage.vue") },
        { path: ":id", name: "person", component: () => import("./PersonPage.vue"), props: true },
      ],
    },
  ],
};
