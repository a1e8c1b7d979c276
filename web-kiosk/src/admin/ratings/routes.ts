import type { Page } from "../pages";

export const page: Page = {
  name: "ratings",
  may: "ratings.list",
  word: "ratings.title",
  daily: false,
  routes: [{
    path: "",
    component: () => import("./RatingsPage.vue"),
    children: [{ path: ":id", name: "rating", component: () => import("./RatingPage.vue"), props: true }],
  }],
};
