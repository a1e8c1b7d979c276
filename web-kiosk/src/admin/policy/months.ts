// A year as twelve months of weeks, Monday first, and what stands beside a day so that it is read without colour.
import { monthOf, weekdayOf, type Day } from "../../shared/day";
import type { DayCount, DayWhy } from "../days";
import type { Closing } from "./api";

export interface Cell extends DayCount { closings: Closing[] } // of single halls that day, where the year is that of all

export interface Month { n: number; days: Cell[]; blank: number }

/** The months of a year. blank: empty places before the first day. */
export function monthsOf(days: DayCount[], closings: Closing[]): Month[] {
  const on = new Map<Day, Closing[]>();
  for (const c of closings) on.set(c.day, [...(on.get(c.day) ?? []), c]);
  const months: Month[] = [];
  for (const d of days) {
    const n = monthOf(d.day);
    if (months.at(-1)?.n !== n) months.push({ n, days: [], blank: (weekdayOf(d.day) + 6) % 7 });
    months.at(-1)?.days.push({ ...d, closings: on.get(d.day) ?? [] });
  }
  return months;
}

/** The key of the sign beside a day; empty: a plain working day or weekend. */
export function signOf(cell: Cell): "" | "off" | "worked" | "closed" | "some" {
  const signs: Partial<Record<DayWhy, "off" | "worked" | "closed">> = { holiday: "off", moved: "worked", closed: "closed" };
  return signs[cell.why] ?? (cell.closings.length > 0 ? "some" : "");
}

/** How many days of a year are worked, off by feast, and worked weekends. */
export function sums(days: DayCount[]): { worked: number; holidays: number; moved: number } {
  const n = (why: DayWhy[]) => days.filter((d) => why.includes(d.why)).length;
  return { worked: n(["counted", "moved", "unpublished"]), holidays: n(["holiday"]), moved: n(["moved"]) };
}
