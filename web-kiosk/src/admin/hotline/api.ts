// What the hotline asks the hub: what a caller can be asked about, and what he says. Each act carries what he showed: the
// hub believes no page.
import { post, type Answer } from "../api";
import type { Day } from "../../shared/day";

/** How a caller shows his ticket: what is printed on it, or the number that he calls from. */
export interface Shown { call: string; hall: string; number: string; day: string; code: string; phone: string }

export type VisitState = "open" | "pressed" | "rated" | "late";

/** A visit that the caller can be asked about. What was rated is not in it. */
export interface CalledVisit {
  visit: string;
  number: string;
  hall_name: string;
  where: string;
  item_name: string;
  when: string;
  state: VisitState;
  repair?: { seen: number; unit_name: string; answer: string; until: Day };
}

/** What the caller says. */
export interface Said {
  level: number; // 0: nothing yet
  reasons: string[];
  words: string;
  withheld: boolean;
  name: string;
  reply_to: string;
  callback: boolean;
}

export const nothing = (): Said => ({ level: 0, reasons: [], words: "", withheld: false, name: "", reply_to: "", callback: false });

export const find = (shown: Shown): Promise<Answer<{ visits: CalledVisit[] }>> => post("/api/hotline/find", shown);

export const rate = (shown: Shown, visit: string, said: Said): Promise<Answer<CalledVisit>> => post("/api/hotline/rate", { ...shown, visit, ...said });

/** Of a repair: a name or a phone is not asked for again. */
export function rateRepair(shown: Shown, visit: string, said: Said, seen: number): Promise<Answer<CalledVisit>> {
  const { level, reasons, words } = said;
  return post("/api/hotline/second", { ...shown, visit, level, reasons, words, seen });
}

/** Best first, as everywhere. */
export const levels = [5, 4, 3, 2, 1] as const;

/** What there is to ask of a visit. */
export function asksOf(v: CalledVisit): { rating: boolean; repair: boolean } {
  return { rating: v.state === "open" || v.state === "pressed", repair: v.repair !== undefined };
}

/** What of it lacks before it can be sent: the caller's level is never chosen for him. */
export const lacksLevel = (said: Pick<Said, "level">): boolean => !(levels as readonly number[]).includes(said.level);
