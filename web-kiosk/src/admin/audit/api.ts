// Who decided what:
//
//   GET /api/audit?about=&who=&family=&type=&from=&to=&limit=&after=   Page<Row>
//   GET /api/audit/export?…&format=csv|xlsx                            a file
//   GET /api/audit/choices                                             Narrow
//   GET /api/audit/{id}                                                Deed
//
// about takes a number that people know (R-1107, C-17), an account, or an id.
import { address, get, type Answer, type Choice, type Page } from "../api";
import type { Values } from "../filters";

export type Family = "repair" | "concern" | "inspection" | "message" | "law" | "rating" | "people" | "private" | "hub" | "board" | "hall";

export type AboutKind = "repair" | "visit" | "concern" | "inspection" | "message" | "account" | "pack" | "year" | "hall" | "agent";

/** One line of the audit. */
export interface Row {
  id: string; // its place in the hub's own stream
  at: string;
  type: string; // repair.assigned
  did: string; // in words
  family: Family;
  by: { account?: string; name: string; role?: string; unit?: string };
  about: { kind?: AboutKind; id?: string; label?: string };
  shut?: boolean; // about what who asks may not know of
}

/** One deed with all that its event says. */
export interface Deed extends Row {
  fields: { key: string; name: string; value: string }[];
  raw: string; // as it is written
  masked: number; // fields that who asks may not know
  as_of: string;
}

export interface Narrow { people: Choice[]; families: Choice[] }

export function list(values: Values, after: string, signal?: AbortSignal): Promise<Answer<Page<Row>>> {
  return get(address("/api/audit", { ...values, limit: 50, after }), signal);
}

export function one(id: string, signal?: AbortSignal): Promise<Answer<Deed>> {
  return get(`/api/audit/${encodeURIComponent(id)}`, signal);
}

export function narrow(signal?: AbortSignal): Promise<Answer<Narrow>> {
  return get("/api/audit/choices", signal);
}

export function fileAddress(values: Values, format: "csv" | "xlsx", lang: string): string {
  return address("/api/audit/export", { ...values, format, lang });
}

/** The page of what a deed is about; undefined: it has none here. */
export function pageOf(about: Row["about"], may: readonly string[]): string | undefined {
  const id = encodeURIComponent(about.id ?? "");
  switch (about.kind) {
    case "repair": return may.includes("repairs.list") ? `/repairs/${id}` : undefined;
    case "visit": return may.includes("ratings.list") ? `/ratings/${id}` : undefined;
    case "concern": return may.includes("concerns.list") ? `/concerns/${id}` : undefined;
    case "inspection": return may.includes("inspections.list") ? `/inspections/${id}` : undefined;
    case "pack": return may.includes("policy.read") ? "/policy" : undefined;
    case "year": case "hall": return may.includes("policy.read") ? "/policy/calendar" : undefined;
    case "agent": return may.includes("agents.lost") ? "/policy/agents" : undefined;
  }
  return undefined;
}
