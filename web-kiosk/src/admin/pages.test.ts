import { expect, test } from "vitest";
import zh from "../shared/words/zh.json";
import { menuOf, order, pages, type Page } from "./pages";
import { centre, handler } from "./repairs/repairs.fixture";

const page = (name: Page["name"], may: string, daily = true): Page => ({ name, may, daily, word: "admin.menu.repairs", routes: [] });
const all = [page("people", "people.read", false), page("concerns", "concerns.list"), page("repairs", "repairs.list"), page("audit", "audit.read", false)];
const names = (pages: Page[]) => pages.map((p) => p.name);

test("the menu shows what the account may open, in one order", () => {
  const { daily, more } = menuOf(centre, all);
  expect(names(daily)).toEqual(["repairs", "concerns"]);
  expect(names(more)).toEqual(["people", "audit"]);
});

test("a unit's handler sees neither people nor audit", () => {
  const { daily, more } = menuOf(handler, all);
  expect(names(daily)).toEqual(["repairs", "concerns"]);
  expect(more).toEqual([]);
});

test("who may nothing has no menu", () => {
  expect(menuOf({ may: [] }, all)).toEqual({ daily: [], more: [] });
});

test.each(pages.map((p) => [p.name, p] as const))("%s is registered well", (name, p) => {
  expect(order).toContain(name);
  expect(pages.filter((q) => q.name === name)).toHaveLength(1);
  expect(zh).toHaveProperty([p.word]);
  expect(p.routes.length).toBeGreaterThan(0);
});
