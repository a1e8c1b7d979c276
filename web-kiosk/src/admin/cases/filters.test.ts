import { expect, test } from "vitest";
import { valuesOf } from "../filters";
import { filtersOf, views } from "./filters";

const names = (view: (typeof views)[number], wide = true) => filtersOf(view, wide, []).map((f) => f.name).join(" ");

test("cases are found by the day on which they are due while they are due", () => {
  expect(names("running")).toBe("q unit hall item state from to");
  expect(names("late", false)).toBe("q hall item state from to");
  expect(names("ended")).toBe("q unit hall item state");
});

test("days that were chosen before are not asked of what is over", () => {
  expect(valuesOf({ view: "ended", hall: "city", from: "2026-11-01", to: "2026-11-18" }, filtersOf("ended", true, []))).toEqual({ view: "ended", hall: "city" });
});
