// The table as the page shows it: a part of its columns at a time, in an order that its reader chose.
import type { Cell, Column, Funnel, Ratio, Share, Table } from "./api";
import type { Part } from "./query";

const columns: Record<Exclude<Part, "rank">, string[]> = {
  figures: ["rated", "participation", "satisfaction", "satisfaction_with_defaults", "very_satisfied", "bad"],
  levels: ["rated", "level_5", "level_4", "level_3", "level_2", "level_1", "defaulted", "excluded", "platform"],
  asked: ["served", "ratable", "invited", "asked", "rated", "defaulted", "unrated"],
  notes: ["rated", "replaced", "follow_ups", "reason_missing", "withheld", "named"],
  repairs: ["repairs_opened", "repaired", "repaired_in_time", "repairs_overdue", "called_back", "named_repaired", "repairs_withdrawn", "repairs_excluded"],
  cases: ["cases_received", "cases_decided", "cases_open", "cases_refused", "on_time", "on_the_spot", "settled", "same_day"],
  speed: ["cases_decided", "promise_speed_up", "handling_speed_up", "trips", "trips_promised"],
  bookings: ["bookings", "bookings_came", "bookings_missed", "bookings_cancelled", "bookings_awaited", "came"],
};

/** The figures that stand large above a part. */
export const headsOf = (part: Part): readonly string[] => {
  switch (part) {
    case "cases": return ["on_time", "on_the_spot", "settled", "same_day"];
    case "speed": return ["promise_speed_up", "handling_speed_up", "trips"];
    case "bookings": return ["came"];
    default: return ["participation", "satisfaction", "satisfaction_with_defaults", "bad"];
  }
};

/** A column with its place in the rows of the hub's table. */
export interface Shown extends Column { at: number }

/** The columns of a part, the name of the row first. */
export function shownOf(table: Table, part: Exclude<Part, "rank">): Shown[] {
  return ["name", ...columns[part]].flatMap((key) => {
    const at = table.columns.findIndex((c) => c.key === key);
    const column = table.columns[at];
    return column ? [{ ...column, at }] : [];
  });
}

export const isShare = (cell: Cell | undefined): cell is Share => typeof cell === "object" && cell !== null && "percent" in cell;
export const isRatio = (cell: Cell | undefined): cell is Ratio => typeof cell === "object" && cell !== null && "ratio" in cell;

/** What a cell is compared by; undefined: there is nothing to compare. */
function weight(cell: Cell | undefined): number | undefined {
  if (isShare(cell)) return cell.percent ?? undefined;
  if (isRatio(cell)) return cell.ratio ?? undefined;
  return typeof cell === "number" ? cell : undefined;
}

/** Rows in the order of a column: greatest first, or least first; what has no number comes last. at < 0: as the hub has them. */
export function sorted(rows: Cell[][], at: number, least: boolean): Cell[][] {
  if (at < 0) return rows;
  const keyed = rows.map((row, i) => ({ row, i, w: weight(row[at]) }));
  return keyed.sort((a, b) => {
    if (a.w === undefined || b.w === undefined) return Number(a.w === undefined) - Number(b.w === undefined) || a.i - b.i;
    return (least ? a.w - b.w : b.w - a.w) || a.i - b.i;
  }).map((k) => k.row);
}

/** 96.24%, always with two places, as every file has it. */
export const percent = (share: Share): string => (share.percent === null ? "" : `${share.percent.toFixed(2)}%`);

/** 96.24%, or 1.25: what a share or a ratio comes to; empty where there is nothing to count from. */
export const worth = (of: Share | Ratio): string => ("percent" in of ? percent(of) : (of.ratio?.toFixed(2) ?? ""));

/** A value of a table's total, by the key of its column. */
export function totalOf(table: Table, key: string): Cell {
  return table.total?.[table.columns.findIndex((c) => c.key === key)] ?? null;
}

/** One place of a ranking, and between which shares the true one lies. */
export interface Ranked { rank: Cell; name: Cell; share: Share; low: number; high: number; within: Cell }

/** The places of a ranking, as the hub has them. */
export function placesOf(ranking: Table): Ranked[] {
  const at = (key: string) => ranking.columns.findIndex((c) => c.key === key);
  return ranking.rows.flatMap((row) => {
    const share = row[at("satisfaction")];
    if (!isShare(share)) return [];
    return [{ rank: row[at("rank")] ?? null, name: row[at("name")] ?? null, share, low: Number(row[at("low")]), high: Number(row[at("high")]), within: row[at("within")] ?? null }];
  });
}

/** Who has too few ratings for a place, and why in words. */
export function fewOf(ranking: Table): { name: string; why: string }[] {
  const at = (key: string) => ranking.columns.findIndex((c) => c.key === key);
  return ranking.rows.filter((row) => !isShare(row[at("satisfaction")])).map((row) => ({ name: String(row[at("name")] ?? ""), why: String(row[at("rank")] ?? "") }));
}

/** 67.38% – 90.26%, with two places like every share. */
export const interval = (of: Pick<Ranked, "low" | "high">): string => `${of.low.toFixed(2)}% – ${of.high.toFixed(2)}%`;

/** One step of a way: how many came as far, and which share of those before they are. */
export interface Step { key: string; n: number; share?: Share; of?: "served" | "ratable" | "received" | "booked"; soft?: boolean }

/** The way from a service to a rating. */
export const wayOf = (f: Funnel): Step[] => [
  { key: "served", n: f.served }, { key: "ratable", n: f.ratable.part, share: f.ratable, of: "served" },
  ...(["invited", "rated", "defaulted", "unrated"] as const).map((key) => ({ key, n: f[key].part, share: f[key], of: "ratable" as const, soft: key === "defaulted" || key === "unrated" })),
];

/** The way of what a table counts in all: its first step, and the shares of it that the others are. */
function wayIn(table: Table, first: string, of: "received" | "booked", others: { key: string; soft?: boolean }[]): Step[] {
  const count = (key: string) => { const cell = totalOf(table, key); return typeof cell === "number" ? cell : isShare(cell) ? cell.part : 0; };
  const all = count(first);
  return [{ key: first, n: all }, ...others.map((o) => {
    const part = count(o.key);
    return { ...o, n: part, share: { part, of: all, percent: all > 0 ? (100 * part) / all : null }, of };
  })];
}

export const wayOfCases = (table: Table): Step[] => wayIn(table, "cases_received", "received", [{ key: "same_day" }, { key: "settled" }, { key: "cases_open", soft: true }]);
export const wayOfBookings = (table: Table): Step[] =>
  wayIn(table, "bookings", "booked", [{ key: "bookings_came" }, { key: "bookings_missed", soft: true }, { key: "bookings_cancelled", soft: true }, { key: "bookings_awaited", soft: true }]);
