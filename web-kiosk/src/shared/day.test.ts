import { expect, test } from "vitest";
import { dayAfter, dayName, dayOf, daysBetween, weekday, weekdayOf } from "./day";

test("a day begins at midnight in Beijing", () => {
  expect(dayOf("2026-11-17T15:59:59Z")).toBe("2026-11-17");
  expect(dayOf("2026-11-17T16:00:00Z")).toBe("2026-11-18");
});

test.each([
  ["2026-11-18", "zh", undefined, "11月18日"],
  ["2026-11-18", "en", undefined, "18 Nov"],
  ["2027-01-04", "zh", "2026-12-20", "2027年1月4日"],
  ["2027-01-04", "en", "2026-12-20", "4 Jan 2027"],
])("%s in %s beside %s is %s", (day, lang, near, said) => expect(dayName(day, lang, near)).toBe(said));

test("weekdays", () => {
  expect([weekday("2026-11-18", "zh"), weekday("2026-11-18", "en"), weekday("2026-11-22", "zh", true)]).toEqual(["周三", "Wed", "日"]);
  expect(weekdayOf("2026-11-22")).toBe(0);
});

test("days go over months and leap days", () => {
  expect(dayAfter("2028-02-28", 1)).toBe("2028-02-29");
  expect(dayAfter("2026-01-01", -1)).toBe("2025-12-31");
  expect(daysBetween("2026-12-30", "2027-01-02")).toBe(3);
  expect(daysBetween("2027-01-02", "2026-12-30")).toBe(-3);
});
