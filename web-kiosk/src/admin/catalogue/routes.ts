import type { Page } from "../pages";

export const page: Page = {
  name: "catalogue",
  may: "catalogue.read",
  word: "catalogue.title",
  daily: false,
  routes: [{
    path: "",
    name: "catalogues",
    component: () => import("./CataloguePage.vue"),
    children: [{
      path: ":hall",
      component: () => import("./HallPage.vue"),
      props: true,
      children: [
        { path: "", name: "catalogue-versions", component: () => import("./VersionsPart.vue") },
        { path: "edit", name: "catalogue-edit", component: () => import("./EditPart.vue") },
        { path: "pins", name: "catalogue-pins", component: () => import("./PinsPart.vue") },
        { path: "version/:version", name: "catalogue-version", component: () => import("./VersionPart.vue"), props: true },
      ],
    }],
  }],
};
