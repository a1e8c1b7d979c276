// What is kept of persons, on their own wish, and who looked at anybody's:
//
//   POST /api/private/kept     Whose                        Kept: what there is; nothing is opened
//   POST /api/private/export   Whose                        Copies: recorded before they are opened
//   POST /api/private/erase    {…Whose, refs, ground, dry}  with dry: Kept, what would be; else Erased
//   GET  /api/private/looks?about=&who=&did=&from=&to=&limit=&after=   Page<Look>
//
// A phone is never part of an address: addresses are kept in logs.
import { address, get, post, type Answer, type Page } from "../api";
import type { Row as Deed } from "../audit/api";
import type { Values } from "../filters";

/** Whose data is meant: one of the two. */
export type Whose = { number: string } | { phone: string };

export const kinds = ["rating", "contact", "call-back", "repair", "concern", "inspection", "reply", "account"] as const;
export type Kind = (typeof kinds)[number];

export interface Box {
  id: string;
  kind: Kind;
  about: Deed["about"];
  day: string;
  phone: boolean; // one is in it
}

/** Matters that are worked on while what they are about would go. */
export interface Open { about: Deed["about"]; state: string; call?: boolean }

export interface Kept { kept: Box[]; open: Open[]; waiting: number; as_of: string }

/** One thing that is kept of a person, opened for him. */
export interface Copy {
  kind: Kind;
  about: string;
  visit?: string;
  day: string;
  words?: string;
  name?: string;
  phone?: string;
  photo?: string; // base64
  lost?: boolean; // it cannot be opened any more
}

/** Somebody looked at what is masked else, gave a copy away, or erased. */
export interface Look extends Deed {
  what?: ("words" | "name" | "phone" | "photo")[];
  why?: string;
  boxes?: number;
  ground?: "request" | "retention";
  of?: "visit" | "concern" | "phone";
}

export function kept(whose: Whose): Promise<Answer<Kept>> {
  return post("/api/private/kept", whose);
}

export function copies(whose: Whose): Promise<Answer<{ copies: Copy[]; recorded: string }>> {
  return post("/api/private/export", whose);
}

/** What would go, and what would follow from it. */
export function wouldErase(whose: Whose, refs: string[]): Promise<Answer<Kept>> {
  return post("/api/private/erase", { ...whose, refs, ground: "request", dry: true });
}

export function erase(whose: Whose, refs: string[]): Promise<Answer<{ erased: number }>> {
  return post("/api/private/erase", { ...whose, refs, ground: "request", dry: false });
}

export function looks(values: Values, after: string, signal?: AbortSignal): Promise<Answer<Page<Look>>> {
  return get(address("/api/private/looks", { ...values, limit: 50, after }), signal);
}
