// What the figures are asked for stands in the address of the page: spans of time by their name, filters by theirs.
import type { LocationQuery } from "vue-router";
import { dayAfter, type Day } from "../../shared/day";
import { groupings, type By, type Query } from "./api";

export const spans = ["month", "last-month", "quarter", "last-quarter", "year", "last-year", "own"] as const;
export type Span = (typeof spans)[number];

/** The parts of the table. */
export const parts = ["figures", "levels", "asked", "notes", "repairs", "cases", "speed", "bookings", "rank"] as const;
export type Part = (typeof parts)[number];

export const filterNames = ["hall", "unit", "window", "staff", "item", "channel", "excluded"] as const;

export const isPeriod = (by: By): boolean => ["day", "week", "month", "quarter", "year"].includes(by);

/** Whether rows of a grouping can be ranked. */
export const ranks = (by: By): boolean => !isPeriod(by) && by !== "channel";

const two = (n: number) => String(n).padStart(2, "0");
const first = (year: number, month: number): Day => `${year + Math.floor((month - 1) / 12)}-${two(((((month - 1) % 12) + 12) % 12) + 1)}-01`;
const until = (year: number, month: number): Day => dayAfter(first(year, month), -1);

/** The days of a span that lies around today; it ends today where it has not ended yet. */
export function daysOf(span: Exclude<Span, "own">, today: Day): { from: Day; to: Day } {
  const [year = 0, month = 1] = today.split("-").map(Number);
  const quarter = 3 * Math.floor((month - 1) / 3) + 1;
  switch (span) {
    case "month": return { from: first(year, month), to: today };
    case "last-month": return { from: first(year, month - 1), to: until(year, month) };
    case "quarter": return { from: first(year, quarter), to: today };
    case "last-quarter": return { from: first(year, quarter - 3), to: until(year, quarter) };
    case "year": return { from: first(year, 1), to: today };
    case "last-year": return { from: first(year - 1, 1), to: until(year, 1) };
  }
}

export interface Asked { by: By; span: Span; from: Day; to: Day; part: Part; filters: Partial<Record<(typeof filterNames)[number], string>> }

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const among = <T extends string>(all: readonly T[], value: unknown, otherwise: T): T => all.find((x) => x === value) ?? otherwise;

/** What the address says; today is for spans that lie around it. */
export function askedOf(query: LocationQuery, today: Day): Asked {
  const by = among(groupings, query.by, "unit");
  const span = among(spans, query.span, text(query.from) && text(query.to) ? "own" : "month");
  const own = { from: text(query.from) || daysOf("month", today).from, to: text(query.to) || today };
  const part = among(parts, query.part, "figures");
  return {
    by, span, ...(span === "own" ? own : daysOf(span, today)), part: part === "rank" && !ranks(by) ? "figures" : part,
    filters: Object.fromEntries(filterNames.flatMap((name) => (text(query[name]) ? [[name, text(query[name])]] : []))),
  };
}

/** The same as the hub is asked. */
export function queryOf(asked: Asked): Query {
  return { by: asked.by, from: asked.from, to: asked.to, ...asked.filters, ...(asked.part === "rank" && { rank: "1" }) };
}
