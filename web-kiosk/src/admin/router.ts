// Addresses below /admin. Which of them an account may open says its page's action; the shell asks before it shows one.
import { createRouter, createWebHistory, type RouteRecordRaw, type RouterHistory } from "vue-router";
import { pages, type Page } from "./pages";
import Home from "./parts/Home.vue";
import Nowhere from "./parts/Nowhere.vue";

declare module "vue-router" {
  interface RouteMeta { page?: Page }
}

export function routesOf(all: Page[]): RouteRecordRaw[] {
  return [
    { path: "/", component: Home },
    ...all.map((page) => ({ path: `/${page.name}`, meta: { page }, children: page.routes })),
    { path: "/:rest(.*)*", component: Nowhere },
  ];
}

export function makeRouter(history: RouterHistory = createWebHistory("/admin/")) {
  return createRouter({ history, routes: routesOf(pages) });
}
