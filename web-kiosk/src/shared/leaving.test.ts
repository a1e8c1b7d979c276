import { expect, test } from "vitest";
import { overdue } from "./leaving";

test("what was passed on is told of when the other counter has been silent for a while", () => {
  const one = (since: string) => ({ id: since, ticket: "A001", windows: ["2"], floor: "", since });
  const now = Date.parse("2026-11-18T10:00:20+08:00");
  expect(overdue([one("2026-11-18T10:00:05+08:00"), one("2026-11-18T10:00:15+08:00")], now).map((l) => l.since)).toEqual(["2026-11-18T10:00:05+08:00"]);
  expect(overdue(null, now)).toEqual([]);
});
