import { expect, test } from "vitest";
import { before, countOf, runsOf, type DayCount } from "./days";

const day = (date: number, why: DayCount["why"], n?: number, more: Partial<DayCount> = {}): DayCount => ({ day: `2026-10-${String(date).padStart(2, "0")}`, why, ...(n && { n }), ...more });

test("days off in a row are one reason; another feast or a gap begins a new one", () => {
  const runs = runsOf([
    day(1, "holiday", 0, { name: "国庆节" }), day(2, "holiday", 0, { name: "国庆节" }), day(3, "weekend"), day(4, "holiday", 0, { name: "中秋节" }),
    day(5, "counted", 1), day(6, "closed", 0, { closing: "weather" }), day(7, "closed", 0, { closing: "outage" }), day(8, "stopped"), day(9, "stopped"), day(10, "moved", 2), day(11, "outage"),
  ]);
  expect(runs.map((r) => [r.why, r.from.slice(8), r.to.slice(8), r.name ?? r.closing])).toEqual([
    ["holiday", "01", "02", "国庆节"], ["holiday", "04", "04", "中秋节"], ["closed", "06", "06", "weather"], ["closed", "07", "07", "outage"], ["stopped", "08", "09", undefined], ["moved", "10", "10", undefined], ["outage", "11", "11", undefined],
  ]);
});

test("what was counted by today", () => {
  const days = [day(8, "begins"), day(9, "counted", 1), day(10, "moved", 2), day(11, "weekend"), day(12, "counted", 3)];
  const counted = { from: "2026-10-08", due: "2026-10-12", provisional: false, days };
  expect(["08", "09", "11", "12", "30"].map((d) => countOf(counted, `2026-10-${d}`).now)).toEqual([0, 1, 2, 3, 3]);
  expect(countOf(counted, "2026-10-09").of).toBe(3);
});

test("weeks begin on Monday", () => {
  expect([before([day(12, "begins")]), before([day(18, "begins")]), before([])]).toEqual([0, 6, 0]);
});
