// What the hub says of inspections, their findings and coverage, and what people do about them:
//
//   GET  /api/inspections?view=&quarter=&kind=&hall=&state=&limit=&after=   Page<Row>
//   GET  /api/inspections/progress?quarter=&hall=                         Progress
//   GET  /api/inspections/inspectors                                      Page<Inspector>
//   GET  /api/forms                                                       Page<Form>
//   GET  /api/inspections/{number}                                        Inspection
//   POST /api/inspections/plan            Line                            {planned}
//   POST /api/inspections/{number}/assign {seen, who, until}              Inspection
//   POST /api/inspections/{number}/cancel {seen, why}                     Inspection
//   GET  /api/findings?view=&quarter=&hall=&limit=&after=                 Page<Finding>: of a unit, or of a hall
//   GET  /api/findings/{id}                                               Finding
//   POST /api/findings/{id}/{act}         {seen, …FindingBodies[act]}     Finding; reply may bring photos
//   GET  /api/coverage?from=&to=&hall=                                    Coverage
//
// Photos are pictures at …/photos/{ref} below what they belong to. Plans are for who plans and who is sent alone.
import type { Day } from "../../shared/day";
import { formOf } from "../../shared/photos";
import { address, get, post, upload, type Answer, type Page } from "../api";

export const kinds = ["site", "phone", "topical", "survey", "observer"] as const;
export type Kind = (typeof kinds)[number];
export type State = "planned" | "done" | "cancelled";
export type FindingState = "found" | "owned" | "answered" | "accepted";

export const views = ["todo", "planned", "done", "all"] as const;
export type View = (typeof views)[number];

/** An inspection as lists show it. */
export interface Row {
  id: string; // in addresses: the number
  number: string; // I-17
  state: State;
  quarter: string;
  kind: Kind;
  form: string;
  form_name: string;
  hall: string;
  hall_name: string;
  who: string;
  who_name: string;
  planned: boolean;
  until?: Day;
  on?: Day;
  missed?: boolean; // not made, and its day is past
  asked?: number; // questions that can be right or wrong, and were answered
  wrong?: number;
  findings: number;
  unowned?: number;
  waiting?: number; // answers that wait to be looked at
  late?: number;
  cancelled_why?: string;
  version: number;
}

export interface Text { words?: string; gone?: boolean }

/** Something that an inspection found wanting, as who may see it sees it. */
export interface Finding {
  id: string; // I-17.2
  n: number;
  state: FindingState;
  question?: string;
  kind: Kind;
  hall: string;
  hall_name: string;
  unit?: string;
  unit_name?: string;
  on?: Day;
  due?: Day;
  late?: boolean;
  text?: Text;
  photos: string[];
  steps?: FindingStep[];
  may?: FindingAct[];
  version: number;
}

export interface FindingStep { what: string; at: string; by: string; unit_name?: string; due?: Day; text?: Text; photos?: string[] }

/** A form with its answers, whole in itself: it can be read when the form has long been another. */
export interface Filled {
  name: string;
  name_en: string;
  given: { id: string; ask: string; ask_en: string; answer: { pick?: string; number?: number; text?: string; photos?: string[] }; picked?: string; picked_en?: string; unit?: string; unit_en?: string; wrong?: boolean }[];
}

export interface Inspection extends Row {
  as_of: string;
  done_at?: string;
  answers?: Filled;
  gone?: boolean; // erased
  found: Finding[];
  may: ("assign" | "cancel" | "submit")[];
}

export interface Inspector { id: string; name: string; role: string; halls: string[] }

export interface FormHead { id: string; name: string; name_en: string; kind: Kind }

/** One line of a quarter's plan. id: made by the page; sent twice it is one. */
export interface Line { id: string; quarter: string; form: string; halls: string[]; each: number; until: Day; who: string[] }

export interface Progress {
  quarter: string;
  plan: { kind: Kind; hall: string; hall_name: string; planned: number; done: number; late: number; open: number; missed: number; cancelled: number; unplanned: number; findings: number; not_done: number }[];
  units: { key: string; unit_name?: string; findings: number; unowned: number; owned: number; overdue: number; answered: number; accepted: number }[];
  as_of: string;
}

export type FindingAct = keyof FindingBodies;
export interface FindingBodies {
  own: { unit: string; due: Day };
  reply: { text: string };
  "send-back": { text: string; due: Day };
  accept: object;
}

export interface Gap { kind: "item" | "window" | "pad" | "qr"; id: string; name: string; hall: string; hall_name: string; since: string; until?: string }
export interface Cover { things: number; whole: number; gaps: Gap[] }
export interface Coverage { from: Day; to: Day; items: Cover; windows: Cover; channels: Cover; as_of: string }

export interface Query { view?: string; quarter?: string; kind?: string; hall?: string; state?: string }

export const limit = 50;
const at = (id: string) => `/api/inspections/${encodeURIComponent(id)}`;
const found = (id: string) => `/api/findings/${encodeURIComponent(id)}`;

export const list = (query: Query, after: string, signal?: AbortSignal): Promise<Answer<Page<Row>>> => get(address("/api/inspections", { ...query, limit, after }), signal);
export const one = (id: string, signal?: AbortSignal): Promise<Answer<Inspection>> => get(at(id), signal);
export const progress = (quarter: string, signal?: AbortSignal): Promise<Answer<Progress>> => get(address("/api/inspections/progress", { quarter }), signal);
export const inspectors = (): Promise<Answer<Page<Inspector>>> => get("/api/inspections/inspectors");
export const formHeads = (): Promise<Answer<Page<FormHead>>> => get("/api/forms");
export const plan = (line: Line): Promise<Answer<{ planned: number }>> => post("/api/inspections/plan", line);
export const assign = (id: string, seen: number, who: string, until: Day): Promise<Answer<Inspection>> => post(`${at(id)}/assign`, { seen, who, until });
export const cancel = (id: string, seen: number, why: string): Promise<Answer<Inspection>> => post(`${at(id)}/cancel`, { seen, why });
export const findings = (query: Query, after: string, signal?: AbortSignal): Promise<Answer<Page<Finding>>> => get(address("/api/findings", { ...query, limit, after }), signal);
export const finding = (id: string, signal?: AbortSignal): Promise<Answer<Finding>> => get(found(id), signal);
export const coverage = (from: Day, to: Day, hall: string, signal?: AbortSignal): Promise<Answer<Coverage>> => get(address("/api/coverage", { from, to, hall }), signal);

/** Does one act on a finding as it was seen. */
export function actOn<A extends FindingAct>(id: string, act: A, seen: number, body: FindingBodies[A], photos: { name: string; blob: Blob }[] = []): Promise<Answer<Finding>> {
  const data = { ...body, seen };
  return photos.length > 0 ? upload(`${found(id)}/${act}`, formOf(data, photos)) : post(`${found(id)}/${act}`, data);
}

export const photoOf = (inspection: string, ref: string): string => `${at(inspection)}/photos/${encodeURIComponent(ref)}`;
export const photoOfFinding = (id: string, ref: string): string => `${found(id)}/photos/${encodeURIComponent(ref)}`;
