// The figures of domain §9. One query answers page and file:
//
//   GET /api/figures?by=&from=&to=&hall=&unit=&window=&staff=&item=&channel=&excluded=&rank=&format=   Figures, or a file
//   GET /api/figures/choices                                                                           Narrow
//
// Every share says what it was counted from. Who sees no single level sees no sum of fewer ratings than the pack says.
import type { Day } from "../../shared/day";
import { address, get, type Answer, type Choice } from "../api";

/** A part of a whole; percent is null where there is nothing to count from. */
export interface Share { part: number; of: number; percent: number | null }

/** How many there are for each; ratio is null where there is nothing to count from. */
export interface Ratio { part: number; of: number; ratio: number | null }

/** A text in the place of a number says why there is none: too few ratings. */
export type Cell = string | number | Share | Ratio | null;

export interface Column { key: string; name: string; kind: "text" | "integer" | "percent" | "share" | "ratio" | "date"; part?: string; of?: string }

export interface Table {
  name: string;
  columns: Column[];
  rows: Cell[][];
  total?: Cell[];
  origin: { name: string; as_of_name: string; as_of: string; lines: { name: string; value: string }[] };
}

/** How far the visits came on their way to a rating. */
export interface Funnel { served: number; ratable: Share; invited: Share; rated: Share; defaulted: Share; unrated: Share }

export interface Figures {
  by: By;
  from: Day;
  to: Day;
  excluded: boolean;
  table: Table;
  ranking?: Table;
  funnel: Funnel;
  awaiting: number; // visits that wait for their agent, of these halls
  least?: number; // rows with fewer ratings are not shown
  settled?: Day; // of the person rated: the last day whose ratings are all there
  may_export: boolean;
  as_of: string;
}

export const groupings = ["hall", "unit", "window", "staff", "item", "channel", "day", "week", "month", "quarter", "year"] as const;
export type By = (typeof groupings)[number];

export interface Narrow { windows: Choice[]; staff: Choice[]; units: Choice[]; items: Choice[]; level: boolean; export: boolean }

/** What the hub is asked for, by the names of its address. */
export type Query = Partial<Record<"by" | "from" | "to" | "hall" | "unit" | "window" | "staff" | "item" | "channel" | "excluded" | "rank", string>>;

export function figures(query: Query, signal?: AbortSignal): Promise<Answer<Figures>> {
  return get(address("/api/figures", query), signal);
}

export function narrow(signal?: AbortSignal): Promise<Answer<Narrow>> {
  return get("/api/figures/choices", signal);
}

export const fileAddress = (query: Query, format: "csv" | "xlsx", lang: string): string => address("/api/figures", { ...query, format, lang });
