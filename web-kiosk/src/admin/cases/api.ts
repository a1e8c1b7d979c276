// Cases 办件: worked on at the counters, watched here.
//
//   GET  /api/cases?view=&q=&unit=&hall=&item=&state=&from=&to=&limit=&after=   Page<Row>: due first
//   GET  /api/cases/counts                                                      {late}
//   GET  /api/cases/{id}                                                        Case
//   POST /api/cases/{id}/reveal   {what}                                        {value}
import { address, get, post, type Answer, type Page } from "../api";
import type { Counted } from "../days";
import type { Values } from "../filters";

export const states = ["accepted", "returned", "decided", "refused", "delivered", "told", "undone"] as const;
export type State = (typeof states)[number];

/** A case as lists show it. */
export interface Row {
  id: string;
  number: string;
  state: State;
  delivers: boolean; // a result is handed over or sent
  kind: "spot" | "committed";
  item_name: string;
  unit_name: string;
  hall_name: string;
  due?: string; // by promise, else by law
  provisional: boolean;
  down?: number; // working days by which outages moved the promise
  overdue: number; // working days past it, or by which it was decided late
  opened?: string;
  decided?: string; // or refused
  version: number;
}

/** One step in the course of a case. */
export interface Step {
  what: "case.accepted" | "case.returned" | "case.resubmitted" | "case.decided" | "case.delivered" | "case.refused" | "case.undone";
  at: string;
  where: string;
  by: string;
  result?: "granted" | "denied";
  road?: "window" | "post" | "online";
  why?: "not-needed" | "not-ours" | "not-met";
  undoes?: string;
  undone?: boolean;
}

/** A material that was not asked for. */
export interface Waived {
  material: string;
  why: "shared" | "promise" | "licence";
}

/** A notice slip 一次性告知单. */
export interface Notice {
  at: string;
  by: string;
  missing: string[];
  waived?: Waived[];
  other?: { words?: string; gone?: boolean };
  again?: "overlooked" | "wrong" | "changed"; // why a second time
}

/** All of a case, as far as this account may know it. */
export interface Case extends Row {
  legal: number; // working days; 0: none
  promised: number;
  stands: boolean; // the clock does
  waived?: Waived[]; // when it was opened
  promise?: Counted;
  lawful?: Counted;
  applicant: { kind?: "person" | "enterprise" | "other"; name: string; phone: string; gone?: boolean; may_reveal: boolean };
  steps: Step[];
  notices: Notice[];
  shared: boolean; // decided within its visit, whose rating it shares
}

export function list(values: Values, after: string, signal?: AbortSignal): Promise<Answer<Page<Row>>> {
  return get(address("/api/cases", { ...values, limit: 50, after }), signal);
}

export function counts(signal?: AbortSignal): Promise<Answer<{ late: number }>> {
  return get("/api/cases/counts", signal);
}

const at = (id: string) => `/api/cases/${encodeURIComponent(id)}`;

export function one(id: string, signal?: AbortSignal): Promise<Answer<Case>> {
  return get(at(id), signal);
}

export function reveal(id: string, what: "name" | "phone"): Promise<Answer<{ value: string }>> {
  return post(`${at(id)}/reveal`, { what });
}
