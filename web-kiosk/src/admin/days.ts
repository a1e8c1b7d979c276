// A deadline is a count to check, not a date to believe: each day from the first to the last, whether it counts, and why.
import type { Day } from "../shared/day";
import { daysBetween, weekdayOf } from "../shared/day";

/** Why a day counts, or does not: hall.DayWhy. */
export type DayWhy =
  | "begins" // the day on which a limit begins is not counted
  | "counted" // a working day
  | "moved" // 调休: a Saturday or Sunday that is worked
  | "unpublished" // counted for now: its year's calendar is not published
  | "natural" // counted: in a limit of natural days every day is
  | "weekend"
  | "holiday"
  | "closed" // the hall did not work
  | "stopped" // the clock stood
  | "outage"; // 系统停用: the system of the unit was down

/** What one day is to a limit: hall.DayCount. */
export interface DayCount {
  day: Day;
  n?: number; // the how manyth counted day it is; left out: it does not count
  why: DayWhy;
  name?: string; // of the feast
  name_en?: string;
  closing?: "local" | "weather" | "outage" | "other"; // why the hall was closed
}

/** A deadline explained day by day. */
export interface Counted {
  from: Day; // the day it begins on
  due: Day; // the last day; it ends at 24:00
  provisional: boolean; // a year it crosses has no published calendar: it is computed again
  days: DayCount[]; // from `from` to `due`, none left out
}

/** Days in a row that are off for the same reason: what an explanation names. */
export interface Run { why: DayWhy; from: Day; to: Day; name?: string; name_en?: string; closing?: DayCount["closing"] }

/** What of the days must be explained: feasts, closings, stops, outages and worked weekends. Weekends explain themselves. */
export function runsOf(days: DayCount[]): Run[] {
  const runs: Run[] = [];
  for (const d of days) {
    if (d.why !== "holiday" && d.why !== "closed" && d.why !== "stopped" && d.why !== "outage" && d.why !== "moved") continue;
    const last = runs.at(-1);
    const same = last?.why === d.why && last.name === d.name && last.closing === d.closing;
    if (last && same && daysBetween(last.to, d.day) === 1) last.to = d.day;
    else runs.push({ why: d.why, from: d.day, to: d.day, ...pick(d) });
  }
  return runs;
}

function pick(d: DayCount): Pick<Run, "name" | "name_en" | "closing"> {
  return { ...(d.name && { name: d.name }), ...(d.name_en && { name_en: d.name_en }), ...(d.closing && { closing: d.closing }) };
}

/** How many counted days there are, and how many of them have passed before today. */
export function countOf(counted: Counted, today: Day): { of: number; now: number } {
  const n = (days: DayCount[]) => days.filter((d) => d.n).length;
  return { of: n(counted.days), now: n(counted.days.filter((d) => d.day <= today)) };
}

/** The empty places before the first day where weeks stand under each other: Monday comes first. */
export function before(days: DayCount[]): number {
  const first = days[0];
  return first ? (weekdayOf(first.day) + 6) % 7 : 0;
}
