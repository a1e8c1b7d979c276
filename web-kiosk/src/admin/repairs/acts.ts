// What can be done about a repair: which act comes first on its page, what each needs to know, and the body it sends.
import type { Day } from "../../shared/day";
import type { Act, Bodies, ExclusionKind, Repair, Road, View, Verdict } from "./api";

export type Need = "unit" | "note" | "reached" | "said" | "verdict" | "road" | "to" | "why" | "done" | "reply" | "kind" | "evidence" | "granted" | "upheld";

interface Form {
  needs: Need[];
  optional?: Need[];
  final?: boolean; // cannot be taken back: it is asked once more
}

export const forms: Record<Act, Form> = {
  assign: { needs: ["unit", "note"], optional: ["note"] },
  sign: { needs: [] },
  call: { needs: ["reached", "said"] },
  verify: { needs: ["verdict", "road", "note"], optional: ["note"] },
  extend: { needs: ["to", "why"] },
  answer: { needs: ["done", "reply"], final: true },
  return: { needs: ["why"] },
  close: { needs: [], final: true },
  exclude: { needs: ["kind", "why", "evidence"] },
  "decide-exclusion": { needs: ["granted", "why"], final: true },
  appeal: { needs: ["why", "evidence"] },
  "decide-appeal": { needs: ["upheld", "why"], final: true },
  freeze: { needs: ["why"] },
  thaw: { needs: ["why"] },
};

// What others wait for comes before one's own work.
const first: Act[] = ["decide-appeal", "decide-exclusion", "thaw", "assign", "sign", "call", "verify", "close", "answer"];

/** The act that stands open on the page; undefined: nothing is asked of this account now. */
export function primaryOf(repair: Pick<Repair, "may" | "state" | "frozen">): Act | undefined {
  return first.find((a) => repair.may.includes(a) && !(a === "assign" && repair.state !== "open") && !(a === "thaw" && !repair.frozen));
}

/** What papers are about. What is decided upon is read first. */
export type Topic = "answer" | "exclusion" | "appeal" | "course";

export function topicOf(act: Act | undefined): Topic | undefined {
  switch (act) {
    case "close": case "return": return "answer";
    case "decide-exclusion": return "exclusion";
    case "decide-appeal": return "appeal";
  }
  return undefined;
}

/** What was filled in, for every act's form at once; empty: not yet. */
export interface Filled {
  unit: string; note: string; reached: string; said: string; verdict: Verdict | ""; road: Road | ""; to: Day; why: string;
  done: string; reply: string; kind: ExclusionKind | ""; evidence: string; granted: string; upheld: string;
}

export const blank: Filled = {
  unit: "", note: "", reached: "", said: "", verdict: "", road: "", to: "", why: "", done: "", reply: "", kind: "", evidence: "", granted: "", upheld: "",
};

/** The first thing that an act still needs; undefined: it can be sent. */
export function lackOf(act: Act, filled: Filled): Need | undefined {
  const form = forms[act];
  return form.needs.find((need) => !form.optional?.includes(need) && filled[need].trim() === "");
}

/** The body of an act whose form lacks nothing. */
export function bodyOf<A extends Act>(act: A, filled: Filled): Bodies[A] {
  const yes = (need: Need) => need === "reached" || need === "granted" || need === "upheld";
  const said = forms[act].needs.filter((need) => filled[need].trim() !== "");
  return Object.fromEntries(said.map((need) => [need, yes(need) ? filled[need] === "yes" : filled[need].trim()])) as Bodies[A];
}

/** The lists that an account is offered, the first one first shown: the centre's work is to assign, verify and decide. */
export function viewsOf(may: string[]): View[] {
  const views: View[] = [];
  if (may.includes("repairs.assign")) views.push("assign");
  if (may.includes("repairs.close")) views.push("verify");
  if (may.includes("repairs.decide")) views.push("decide");
  if (views.length === 0) views.push("todo");
  return [...views, "overdue", "running", "ended"];
}
