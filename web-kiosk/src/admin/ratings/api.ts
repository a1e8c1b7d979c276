// The search of ratings, and the whole road of one:
//
//   GET /api/ratings?default=&hall=&unit=&window=&staff=&item=&channel=&level=&from=&to=&named=&missing=&withheld=&excluded=   Page<Row>
//   GET /api/ratings/export?…&format=csv|xlsx                                                                              a file
//   GET /api/ratings/choices                                                                                               Choices
//   GET /api/ratings/{visit}                                                                                               Road
//
// What who asks may not know is left out: the level with its reasons, and what the citizen wrote (design §7).
import { address, get, type Answer, type Choice, type Page } from "../api";
import type { Values } from "../filters";
import type { Counted } from "../days";

export type Level = 1 | 2 | 3 | 4 | 5;
export type Channel = "pad" | "tablet" | "qr" | "kiosk" | "web" | "hotline" | "sms" | "sticker";

export interface Named { code: string; name: string }

/** One rating as the search shows it. */
export interface Row {
  id: string; // of the visit
  ticket?: string;
  at: string; // when it was given, or entered by default
  hall: string;
  hall_name: string;
  window: string;
  staff?: string; // badge
  staff_name?: string;
  unit: string;
  unit_name: string;
  item: string;
  item_name: string;
  channel?: Channel;
  default?: Level; // entered because nobody rated in time
  lost?: boolean; // so it was, because its agent is lost
  level?: Level;
  reasons?: Named[];
  reason_missing?: boolean;
  integrity?: boolean; // it replaced a press that says otherwise
  replaced?: boolean;
  follow_ups?: number;
  withheld?: boolean;
  named?: boolean;
  excluded?: boolean;
  down?: boolean; // the system of its unit was down: it goes to the platform
  assisted?: Named; // 协助评价: who helped at the pad, by badge and name
  written?: boolean; // the citizen wrote something
  text?: string;
}

/** What an answer is worth (domain §3.2). */
export type Standing = "counted" | "replaced" | "follow-up" | "repeat" | "unbound" | "late" | "pending" | "not-ratable";

export interface AnswerLine {
  at: string;
  arrived: string;
  within_ms?: number; // how far `at` may be wrong
  kind: "given" | "repeat" | "unbound" | "drafted";
  standing?: Standing;
  channel?: Channel;
  level?: Level;
  reasons?: Named[];
  reason_missing?: boolean;
  withheld?: boolean;
  named?: boolean;
  callback?: boolean;
  lapsed?: boolean; // a first tap that became the answer by itself
  written?: boolean;
  text?: string;
  elsewhere?: boolean; // tied to another visit of the same ticket
}

export type RoadState = "not-ratable" | "rated" | "open" | "awaiting-agent" | "default" | "default-lost";

/** The whole road of one visit. */
export interface Road extends Row {
  opened?: string;
  served?: string;
  ended?: string;
  outcome?: "finished" | "missed";
  invited: boolean;
  state: RoadState;
  due?: Counted & { pack: string; span: { days: number; unit: "working" | "natural" } };
  pack_name?: string;
  entered?: { level: Level; at: string; lost: boolean; displaced: boolean };
  awaiting?: { agent: string; since: string; heard?: string };
  answers: AnswerLine[];
  repair?: { id: string; number: string; state: string };
  as_of: string;
}

/** What a search can be narrowed to. */
export interface Narrow { windows: Choice[]; staff: Choice[]; units: Choice[]; items: Choice[]; level: boolean; export: boolean }

/** What the address of the page says, as the hub is asked: the list of defaults is a view here and a flag there. */
export function asked(values: Values): Values {
  const { view, ...rest } = values;
  return view === "default" ? { ...rest, default: "1" } : rest;
}

export function list(values: Values, after: string, signal?: AbortSignal): Promise<Answer<Page<Row>>> {
  return get(address("/api/ratings", { ...asked(values), limit: 50, after }), signal);
}

export function one(visit: string, signal?: AbortSignal): Promise<Answer<Road>> {
  return get(`/api/ratings/${encodeURIComponent(visit)}`, signal);
}

export function narrow(signal?: AbortSignal): Promise<Answer<Narrow>> {
  return get("/api/ratings/choices", signal);
}

export function fileAddress(values: Values, format: "csv" | "xlsx", lang: string): string {
  return address("/api/ratings/export", { ...asked(values), format, lang });
}
