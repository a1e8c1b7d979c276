import type { Page } from "../pages";

export const page: Page = {
  name: "messages",
  may: "messages.read",
  word: "message.title",
  daily: false,
  routes: [{
    path: "",
    component: () => import("./MessagesPage.vue"),
    children: [{ path: ":id", name: "message", component: () => import("./MessagePage.vue"), props: true }],
  }],
};
