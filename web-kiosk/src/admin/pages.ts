// The pages of the office. A page is a folder with its routes.ts, and one line here.
import type { RouteRecordRaw } from "vue-router";
import type { Word } from "../shared/i18n";
import type { Me } from "./me";
import { page as repairs } from "./repairs/routes";

/** All pages there are or will be, in the order of the menu. */
export const order = ["repairs", "appeals", "concerns", "inspections", "ratings", "figures", "people", "policy", "audit", "messages", "private"] as const;

export type PageName = (typeof order)[number];

export interface Page {
  name: PageName; // also the first part of its addresses: /admin/repairs
  may: string; // the action that opens it
  word: Word; // in the menu
  daily: boolean; // daily work stands in the bar, the rest under "more"
  routes: RouteRecordRaw[]; // below /admin/<name>; "" is the page itself
}

export const pages: Page[] = [
  repairs,
];

/** What of the pages the account may open, in the menu's order. */
export function menuOf(me: Pick<Me, "may">, all: Page[] = pages): { daily: Page[]; more: Page[] } {
  const open = order.flatMap((name) => all.filter((p) => p.name === name && me.may.includes(p.may)));
  return { daily: open.filter((p) => p.daily), more: open.filter((p) => !p.daily) };
}
