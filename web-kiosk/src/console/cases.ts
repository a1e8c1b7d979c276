import type { Carried, Entered } from "../shared/desk";

// Cases 办件 at the console: what agent/internal/desk/cases.go says, and what a clerk is told before a step.

export type CaseState = "accepted" | "returned" | "decided" | "delivered" | "refused" | "told" | "undone";

/** Types of facts that are steps of a case. */
export type CaseFact = "case.accepted" | "case.returned" | "case.resubmitted" | "case.decided" | "case.delivered" | "case.refused";

export interface CaseItem {
  code: string; name: string; name_en?: string; unit: string; unit_en?: string;
  kind: "" | "spot" | "committed"; legal: number; promised: number; materials: string[] | null; basis?: string;
}

export interface Slip { kind: "accepted" | "notice" | "refused"; id: string }

/** A material that is not asked for, and why. */
export interface Waived { material: string; why: string }

export interface CaseView {
  id: string; number: string; item: CaseItem; day: string;
  state: CaseState; since: string; staff: { badge: string; name: string; name_en?: string } | null; window: string;
  applicant: { kind?: string; name?: string; phone?: string; gone?: boolean };
  due: { day: string; provisional?: boolean } | null;
  result?: string; why?: string; road?: string;
  waived: Waived[] | null;
  ended: boolean; notices: number; n: number;
  next: CaseFact[] | null;
  undo: { step: CaseFact; to: CaseState } | null;
  slips: (Slip & { at: string; printed: boolean; trouble: string })[] | null;
}

export interface CasesView {
  open: CaseView[] | null; here: CaseView[] | null; items: CaseItem[] | null;
  item: string; tell_again: string[] | null;
  applicant: boolean; // names and phones can be kept
}

export interface Paper { slip: Slip; printed: boolean; trouble: string }

export interface CaseDone { case: CaseView | null; paper: Paper | null }

/** The last part of the address of each step. */
export const pathOf: Record<CaseFact, string> = {
  "case.accepted": "accept", "case.returned": "return", "case.resubmitted": "resubmit", "case.decided": "decide",
  "case.delivered": "deliver", "case.refused": "refuse",
};

/** The limit that an item is accepted under. */
export function limitOf(item: CaseItem): { word: "case.limit.spot" | "case.limit.days" | "case.limit.none"; n: number } {
  const n = item.promised || item.legal;
  if (item.kind === "spot") return { word: "case.limit.spot", n: 0 };
  return n > 0 ? { word: "case.limit.days", n } : { word: "case.limit.none", n: 0 };
}

const beijing = new Intl.DateTimeFormat("en-CA", { timeZone: "Asia/Shanghai", year: "numeric", month: "2-digit", day: "2-digit" });

/** How it stands with a case's limit at a moment. */
export function dueOf(c: CaseView, now: number): "none" | "stands" | "due" | "late" {
  if (c.state === "returned") return "stands";
  if (!c.due) return "none";
  return c.due.day < beijing.format(now) ? "late" : "due";
}

/** Whether a notice slip now would be a second one, of a case or of the visit about an item. */
export function tellsAgain(list: CasesView | null, c: CaseView | null, item: string): boolean {
  return c ? c.notices > 0 : (list?.tell_again ?? []).includes(item);
}

/** How a material stands: there, missing, or not asked for and why. */
export type Mark = "there" | "lacks" | (typeof waivers)[number];
export const waivers = ["shared", "promise", "licence"] as const;

/** The next mark under a digit's key: there, missing, not asked for. */
export const turned = (mark: Mark): Mark => (mark === "there" ? "lacks" : mark === "lacks" ? "shared" : "there");

/** What is written in a form, and not sent yet: it stands there again when the form is opened again for who is here. */
export interface Draft {
  of: string; // the form, and what it is about
  code: string;
  kind: string;
  name: string;
  phone: string;
  same: boolean;
  marks: Record<string, Mark>;
  other: string;
  again: string;
}

/** What a check-list says of materials. */
export function checked(materials: string[], marks: Record<string, Mark>): { missing: string[]; waived: Waived[] } {
  const is = (m: string) => marks[m] ?? "there";
  return {
    missing: materials.filter((m) => is(m) === "lacks"),
    waived: materials.flatMap((m) => { const why = is(m); return why === "there" || why === "lacks" ? [] : [{ material: m, why }]; }),
  };
}

/** Whether a case of an item was accepted on this ticket: what is entered now is another one's. */
export const another = (carried: Carried | null, code: string) => (carried?.all ?? []).some((e) => e.code === code && !!e.case);

const said = (e: Entered, name: string): Mark | undefined => {
  if (e.missing?.includes(name)) return "lacks";
  const why = e.waived?.find((w) => w.material === name)?.why;
  return why ? waivers.find((w) => w === why) : e.seen?.includes(name) ? "there" : undefined;
};

/** How windows before have marked materials: for the same item, else the latest. */
export function marksOf(carried: Carried | null, code: string, materials: string[]): Record<string, Mark> {
  const all = (carried?.all ?? []).filter((e) => !(e.code === code && e.case));
  const order = [...all.filter((e) => e.code === code), ...all.filter((e) => e.code !== code)];
  const marks: Record<string, Mark> = {};
  for (const name of materials) {
    const mark = order.map((e) => said(e, name)).find(Boolean);
    if (mark) marks[name] = mark;
  }
  return marks;
}

/** What a scanner types between the slip and Enter. */
export interface Scan { text: string; at: number }

const pause = 1000; // ms between two keys, at most; nobody types the beginning of an address by hand

/**
 * A key while something may be scanned. Once what came is the beginning of an address it is the scanner's, and nobody
 * else's, until Enter ends it: a digit in it must choose nothing.
 */
export function scanned(key: string, at: number, before: Scan): { now: Scan; ours: boolean; text?: string } {
  const going = at - before.at <= pause;
  const ours = going && /^https?:/.test(before.text);
  if (key === "Enter") {
    const none = { text: "", at };
    return ours ? { now: none, ours, text: before.text } : { now: none, ours: false };
  }
  if (key.length !== 1) return { now: { text: going ? before.text : "", at: going ? at : before.at }, ours };
  const text = (going ? before.text : "") + key;
  const now = { text: text.slice(Math.max(0, text.search(/https?:/))), at }; // what a clerk pressed just before is no part of it
  return { now, ours: ours || /^https?:/.test(now.text) };
}
