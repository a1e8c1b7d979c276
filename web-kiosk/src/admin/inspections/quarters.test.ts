import { expect, test } from "vitest";
import { daysOf, quarterAfter, quarterOf } from "./quarters";

test.each([["2026-01-01", "2026-Q1"], ["2026-03-31", "2026-Q1"], ["2026-04-01", "2026-Q2"], ["2026-12-31", "2026-Q4"]])("%s is in %s", (day, want) => expect(quarterOf(day)).toBe(want));

test.each([["2026-Q4", 1, "2027-Q1"], ["2026-Q1", -1, "2025-Q4"], ["2026-Q2", 0, "2026-Q2"], ["2026-Q3", -7, "2024-Q4"]])("%s and %i", (quarter, n, want) => expect(quarterAfter(quarter, n)).toBe(want));

test.each([["2026-Q4", "2026-10-01", "2026-12-31"], ["2028-Q1", "2028-01-01", "2028-03-31"], ["2026-Q2", "2026-04-01", "2026-06-30"]])("%s goes from %s to %s", (quarter, first, last) => expect(daysOf(quarter)).toEqual({ first, last }));
