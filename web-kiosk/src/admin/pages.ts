// The pages of the office. A page is a folder with its routes.ts, and one line here.
import type { RouteRecordRaw } from "vue-router";
import type { Word } from "../shared/i18n";
import type { Me } from "./me";
import { page as appeals } from "./appeals/routes";
import { page as audit } from "./audit/routes";
import { page as cases } from "./cases/routes";
import { page as catalogue } from "./catalogue/routes";
import { page as concerns } from "./concerns/routes";
import { page as inspections } from "./inspections/routes";
import { page as figures } from "./figures/routes";
import { page as hotline } from "./hotline/routes";
import { page as messages } from "./messages/routes";
import { page as people } from "./people/routes";
import { page as policy } from "./policy/routes";
import { page as personal } from "./private/routes";
import { page as ratings } from "./ratings/routes";
import { page as repairs } from "./repairs/routes";

/** All pages there are or will be, in the order of the menu. */
export const order = ["repairs", "appeals", "cases", "concerns", "hotline", "inspections", "ratings", "figures", "catalogue", "people", "policy", "audit", "messages", "private"] as const;

export type PageName = (typeof order)[number];

export interface Page {
  name: PageName; // also the first part of its addresses: /admin/repairs
  may: string | string[]; // the action that opens it; of several each does
  word: Word; // in the menu
  daily: boolean; // daily work stands in the bar, the rest under "more"
  routes: RouteRecordRaw[]; // below /admin/<name>; "" is the page itself
}

export const pages: Page[] = [
  people,
  messages,
  personal,
  concerns,
  hotline,
  inspections,
  ratings,
  policy,
  figures,
  appeals,
  audit,
  repairs,
  cases,
  catalogue,
];

/** Whether an account that may do these actions may open a page. */
export const opens = (page: Pick<Page, "may">, may: string[]): boolean => [page.may].flat().some((action) => may.includes(action));

/** What of the pages the account may open, in the menu's order. */
export function menuOf(me: Pick<Me, "may">, all: Page[] = pages): { daily: Page[]; more: Page[] } {
  const open = order.flatMap((name) => all.filter((p) => p.name === name && opens(p, me.may)));
  return { daily: open.filter((p) => p.daily), more: open.filter((p) => !p.daily) };
}
