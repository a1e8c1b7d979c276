import { expect, test } from "vitest";
import zh from "../../shared/words/zh.json";
import { fileAddress, pageOf, type AboutKind } from "./api";

const words = zh as Record<string, string>;
const all = ["repairs.list", "ratings.list", "concerns.list", "inspections.list", "policy.read", "agents.lost"];

test.each<[AboutKind, string | undefined]>([
  ["repair", "/repairs/1-0001-2"], ["visit", "/ratings/1-0001-2"], ["concern", "/concerns/1-0001-2"], ["inspection", "/inspections/1-0001-2"],
  ["pack", "/policy"], ["year", "/policy/calendar"], ["hall", "/policy/calendar"], ["agent", "/policy/agents"], ["account", undefined], ["message", undefined],
])("a deed about a %s leads to its page", (kind, page) => {
  expect(pageOf({ kind, id: "1-0001-2" }, all)).toBe(page);
  expect(pageOf({ kind, id: "1-0001-2" }, [])).toBeUndefined(); // nothing is offered that the account may not open
});

test("a deed about nothing leads nowhere", () => expect(pageOf({}, all)).toBeUndefined());

test("a file holds what the list is narrowed to", () => {
  expect(fileAddress({ about: "R-1107", family: "repair" }, "xlsx", "zh")).toBe("/api/audit/export?about=R-1107&family=repair&format=xlsx&lang=zh");
});

test.each(["repair", "concern", "inspection", "message", "law", "rating", "people", "private", "hub", "board", "hall"].map((f) => `audit.family.${f}`))("%s has words", (key) => expect(words[key]).toBeTruthy());
