// The law as the centre adopts it, and the calendar by which it counts:
//
//   GET  /api/law                                              Law
//   POST /api/law/adopt       {seen, dry?, id | file, text, from}   Adoption
//   GET  /api/calendar?year=&hall=                             Year
//   POST /api/calendar/close  {dry?, day, hall, why}           DayChange
//   POST /api/calendar/open   {dry?, day, hall}                DayChange
//   GET  /api/explain?from=&days=&unit=&hall=                  Explained
//   GET  /api/agents                                           Page<Agent>
//   POST /api/agents/{name}/lost {number}                      that it is
import type { Day } from "../../shared/day";
import { address, get, post, type Answer, type Page } from "../api";
import type { Counted, DayCount } from "../days";

export type Unit = "working" | "natural";

/** One number of a pack in words, and where it comes from. */
export interface Rule { key: string; name: string; value: string; source?: string; days?: number; unit?: Unit }

/** A rule that one pack has otherwise than another. */
export interface Difference { key: string; name: string; was: string; is: string }

export interface Pack { id: string; name: string; source: string; sha: string; rules: Rule[]; differs: Difference[] }

/** A pack that the centre adopted. */
export interface Adopted extends Pack {
  pos: number;
  from?: Day; // left out of the first: from the beginning
  until?: Day; // last day; left out: until another is adopted
  stands: "past" | "in-force" | "to-come" | "never"; // never: another was adopted for the same day
  by: string;
  adopted: string;
}

export interface Law { today: Day; seen: number; adopted: Adopted[]; shipped: Pack[]; may_adopt: boolean; as_of: string }

/** What follows from an adoption, or followed. */
export interface Adoption { pack: Pack; from: Day; before: string; differs: Difference[]; done: boolean }

export type ClosingWhy = "local" | "weather" | "outage" | "other";

export interface Closing { day: Day; hall: string; hall_name: string; why: ClosingWhy } // hall *: all

export interface Year {
  year: number;
  published: boolean;
  years: number[]; // published
  hall: string; // empty: as it is everywhere
  today: Day;
  days: DayCount[]; // every day of the year
  closings: Closing[];
  waiting: { from: Day; visits: number; repairs: number }; // deadlines that wait for a calendar; from: the first day that nobody has published
  may_close: boolean;
  may_close_all: boolean;
  as_of: string;
}

export interface DayChange { day: Day; hall: string; hall_name: string; worked: boolean; visits: number; repairs: number; done: boolean }

export interface Explained extends Counted { pack: string; span: { days: number; unit: Unit } }

export interface Agent {
  name: string;
  number: number;
  hall?: string;
  hall_name?: string;
  added: string;
  heard?: string;
  revoked?: string;
  lost?: string;
  awaiting: number; // visits that nobody rated in time and that wait for it
  may_lose: boolean;
  may_lose_from?: string; // while it may not yet
}

export const law = (signal?: AbortSignal): Promise<Answer<Law>> => get("/api/law", signal);

/** What to adopt: one that is shipped, or a file. */
export type Which = { id: string } | { file: string; text: string };

export const adopt = (seen: number, which: Which, from: Day, dry: boolean): Promise<Answer<Adoption>> => post("/api/law/adopt", { seen, ...which, from, ...(dry && { dry }) });

export const year = (n: number | undefined, hall: string, signal?: AbortSignal): Promise<Answer<Year>> => get(address("/api/calendar", { year: n, hall }), signal);

export const changeDay = (act: "close" | "open", day: Day, hall: string, why: ClosingWhy | "", dry: boolean): Promise<Answer<DayChange>> =>
  post(`/api/calendar/${act}`, { day, hall, ...(why && { why }), ...(dry && { dry }) });

export const explain = (from: Day, days: number, unit: Unit, hall: string, signal?: AbortSignal): Promise<Answer<Explained>> =>
  get(address("/api/explain", { from, days, unit, hall }), signal);

export const agents = (signal?: AbortSignal): Promise<Answer<Page<Agent>>> => get("/api/agents", signal);

export const lose = (agent: Pick<Agent, "name" | "number">): Promise<Answer<{ lost: string }>> => post(`/api/agents/${encodeURIComponent(agent.name)}/lost`, { number: agent.number });
