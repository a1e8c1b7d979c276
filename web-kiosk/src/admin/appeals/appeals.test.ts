import { expect, test } from "vitest";
import zh from "../../shared/words/zh.json";
import { menuOf } from "../pages";
import { outcomeOf, viewsOf } from "./api";

const words = zh as Record<string, string>;

test("who appeals begins with what he can appeal against, who decides with what waits for him", () => {
  expect(viewsOf(["appeals.open"])).toEqual(["all", "pending", "decided"]);
  expect(viewsOf(["repairs.list", "appeals.decide"])).toEqual(["pending", "decided"]);
});

test("the page is offered to who served, to the unit and to who decides, and to nobody else", () => {
  const shown = (may: string[]) => menuOf({ may }).daily.some((p) => p.name === "appeals");
  expect([["appeals.open"], ["appeals.decide"], ["repairs.list"], []].map(shown)).toEqual([true, true, false, false]);
});

test.each([[{}, "pending"], [{ decided: "2026-11-20", upheld: true }, "upheld"], [{ decided: "2026-11-20" }, "rejected"]] as const)("%o is %s", (line, outcome) => {
  expect(outcomeOf(line)).toBe(outcome);
  expect(words[`appeal.${outcome}`]).toBeTruthy();
});

test.each(["all", "pending", "decided"])("the list %s has words", (view) => {
  expect(words[`appeal.view.${view}`]).toBeTruthy();
  expect(words[`appeal.empty.${view}`]).toBeTruthy();
});
