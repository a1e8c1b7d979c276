import { expect, test } from "vitest";
import { dayAfter, weekdayOf } from "../../shared/day";
import zh from "../../shared/words/zh.json";
import type { DayCount, DayWhy } from "../days";
import type { Adopted, Closing } from "./api";
import { monthsOf, signOf, sums } from "./months";
import { dayBefore, firstDay, grouped, stretches } from "./packs";

const words = zh as Record<string, string>;

const pack = (pos: number, stands: Adopted["stands"]): Adopted => ({ id: `p${pos}`, name: "", source: "", sha: "", rules: [], differs: [], pos, stands, by: "", adopted: "" });

test("the strip runs from the first pack to the last, without what is never in force", () => {
  expect(stretches([pack(9, "to-come"), pack(7, "never"), pack(4, "in-force"), pack(1, "past")]).map((p) => p.pos)).toEqual([1, 4, 9]);
});

test("rules stand under the part of the file that they are in", () => {
  const rules = ["rating.window", "rating.default", "repair.limit", "call_back.named"].map((key) => ({ key, name: key, value: "" }));
  expect(grouped(rules).map((g) => [g.group, g.rules.length])).toEqual([["rating", 2], ["repair", 1], ["call_back", 1]]);
});

test.each([["2026-11-18", "2026-12-01"], ["2026-12-31", "2027-01-01"], ["2026-09-01", "2026-10-01"]])("a form begun on %s proposes %s", (today, first) => expect(firstDay(today)).toBe(first));

test("the day before an adoption stays as it was judged", () => expect(dayBefore("2027-01-01")).toBe("2026-12-31"));

/** A year in which every weekday is worked but what is said. */
function year(first: string, length: number, said: Record<string, DayWhy> = {}): DayCount[] {
  let n = 0;
  return Array.from({ length }, (_, i) => {
    const day = dayAfter(first, i);
    const why = said[day] ?? (weekdayOf(day) % 6 === 0 ? "weekend" : "counted");
    return { day, why, ...((why === "counted" || why === "moved") && { n: ++n }) };
  });
}

test("a year is twelve months whose weeks begin on Monday", () => {
  const months = monthsOf(year("2026-01-01", 365), []);
  expect(months.map((m) => m.days.length)).toEqual([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]);
  expect([months[0]?.blank, months[1]?.blank, months[5]?.blank, months[10]?.blank]).toEqual([3, 6, 0, 6]); // Thursday, Sunday, Monday, Sunday
  expect(monthsOf(year("2028-01-01", 366), [])[1]?.days.length).toBe(29);
});

test("what a day is can be read without its colour", () => {
  const closing: Closing = { day: "2026-01-06", hall: "city", hall_name: "市大厅", why: "weather" };
  const days = monthsOf(year("2026-01-01", 9, { "2026-01-01": "holiday", "2026-01-04": "moved", "2026-01-07": "closed" }), [closing])[0]?.days ?? [];
  expect(days.map(signOf)).toEqual(["off", "", "", "worked", "", "some", "closed", "", ""]);
});

test("a year says how many of its days are what", () => {
  expect(sums(year("2026-01-01", 9, { "2026-01-01": "holiday", "2026-01-04": "moved", "2026-01-07": "closed" }))).toEqual({ worked: 6, holidays: 1, moved: 1 });
});

test.each([
  ...["rating", "repair", "call_back", "appeal", "concern", "figures"].map((g) => `policy.group.${g}`), ...["past", "in-force", "to-come", "never"].map((s) => `policy.stands.${s}`),
  ...["counted", "moved", "weekend", "unpublished"].map((d) => `policy.day.${d}`), ...["off", "worked", "closed", "some"].map((s) => `policy.sign.${s}`), ...["local", "weather", "outage", "other"].map((w) => `closing.${w}`),
])("%s has words", (key) => expect(words[key]).toBeTruthy());
