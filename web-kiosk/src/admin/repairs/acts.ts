// What can be done about a repair: which act comes first on its page, what each needs to know, and the body it sends.
import type { Day } from "../../shared/day";
import type { Act, Bodies, ExclusionWhy, FrozenWhy, Ground, Mode, Purpose, Repair, Result, Side, View } from "./api";

/** What is filled in for an act. Choices between yes and no are "yes" and "no". */
export interface Filled {
  unit: string; note: string; reached: string; said: string; result: Result | ""; mode: Mode | ""; to: Day; reason: string; changed: string; reply: string;
  why: ExclusionWhy | FrozenWhy | ""; evidence: string; exclude: string; ground: Ground | ""; side: Side | ""; uphold: string; report: string;
}

export type Need = keyof Filled;

export const blank: Filled = {
  unit: "", note: "", reached: "", said: "", result: "", mode: "", to: "", reason: "", changed: "", reply: "",
  why: "", evidence: "", exclude: "", ground: "", side: "", uphold: "", report: "",
};

interface Form {
  needs: Need[];
  optional?: Need[];
  final?: boolean; // cannot be taken back: it is asked once more
}

export const forms: Record<Act, Form> = {
  assign: { needs: ["unit", "note"], optional: ["note"] },
  sign: { needs: [] },
  call: { needs: ["reached", "said"] },
  verify: { needs: ["result", "mode", "note"], optional: ["note"] },
  begin: { needs: ["mode"] },
  answer: { needs: ["changed", "reply"], final: true },
  extend: { needs: ["to", "reason"] },
  accept: { needs: [], final: true },
  return: { needs: ["reason"] },
  "propose-exclusion": { needs: ["why", "evidence"] },
  "decide-exclusion": { needs: ["exclude", "reason"], final: true },
  appeal: { needs: ["ground", "evidence"] },
  "decide-appeal": { needs: ["side", "uphold", "reason"], final: true },
  freeze: { needs: ["why", "report"] },
  thaw: { needs: ["reason"] },
};

// What others wait for comes before one's own work.
const first: Act[] = ["decide-appeal", "decide-exclusion", "thaw", "assign", "sign", "call", "verify", "accept", "answer", "begin"];

type Seen = Pick<Repair, "may" | "state" | "frozen" | "callback" | "finding">;

/** The act that stands open on the page; undefined: nothing is asked of this account now. */
export function primaryOf(repair: Seen): Act | undefined {
  return first.find((a) => {
    if (!repair.may.includes(a)) return false;
    switch (a) {
      case "assign": return repair.state === "open"; // to move it to another unit is not what stands open
      case "call": return repair.callback === "due";
      case "verify": return !repair.finding;
      case "begin": return repair.state === "verifying"; // later it only moves it to the ledger
      case "answer": return repair.state === "repairing" || repair.finding?.result === "unfounded";
    }
    return true;
  });
}

/** What else can be done: all but what stands open, and what would change nothing. */
export function othersOf(repair: Seen, open: Act | undefined): Act[] {
  return repair.may.filter((a) => a !== open && a in forms && !(a === "begin" && repair.finding?.mode === "ledger"));
}

/** What papers are about. What is decided upon is read first. */
export type Topic = "answer" | "exclusion" | "appeal" | "course";

export function topicOf(act: Act | undefined): Topic | undefined {
  switch (act) {
    case "accept": case "return": return "answer";
    case "decide-exclusion": return "exclusion";
    case "decide-appeal": return "appeal";
  }
  return undefined;
}

/** Sides whose appeals wait for a decision. */
export const sidesOf = (repair: Pick<Repair, "appeals">): Side[] => repair.appeals.filter((a) => !a.decided).map((a) => a.side);

/** What an act needs of its form as things stand: what is unfounded is answered, not repaired; one appeal is no choice. */
export function needsOf(act: Act, filled: Filled, repair: Pick<Repair, "finding" | "appeals">): Need[] {
  return forms[act].needs.filter((need) => {
    if (act === "verify" && need === "mode") return filled.result !== "" && filled.result !== "unfounded";
    if (act === "answer" && need === "changed") return repair.finding?.result !== "unfounded";
    if (act === "decide-appeal" && need === "side") return sidesOf(repair).length > 1;
    return true;
  });
}

/** The first thing that an act still needs; undefined: it can be sent. What was said on a call that reached nobody is nothing. */
export function lackOf(act: Act, filled: Filled, needs: Need[]): Need | undefined {
  return needs.find((need) => {
    if (forms[act].optional?.includes(need) || need === "said" && filled.reached === "no") return false;
    return filled[need].trim() === "";
  });
}

const asked: Need[] = ["reached", "exclude", "uphold"];

/** The body of an act whose form lacks nothing. */
export function bodyOf<A extends Act>(act: A, filled: Filled, needs: Need[], repair: Pick<Repair, "appeals">): Bodies[A] {
  const said = needs.filter((need) => filled[need].trim() !== "");
  const body = Object.fromEntries(said.map((need) => [need, asked.includes(need) ? filled[need] === "yes" : filled[need].trim()]));
  if (act === "decide-appeal" && !body.side) body.side = sidesOf(repair)[0] ?? "unit";
  return body as Bodies[A];
}

/** What a role looks at masked data for. */
export function purposesOf(role: string): Purpose[] {
  return role === "centre" ? ["call-back", "repair", "decision", "protection"] : ["call-back"];
}

/** The lists that an account is offered, the first one first shown: what waits for it, then all that it may see. */
export function viewsOf(me: { role: string; may: readonly string[] }): View[] {
  const can = (action: string) => me.may.includes(action);
  const views: View[] = [];
  if (can("repairs.assign")) views.push("assign");
  if (can("repairs.accept")) views.push("accept");
  if (can("repairs.decide")) views.push("decide");
  if (can("repairs.freeze")) views.push("frozen");
  if (can("repairs.work") || can("repairs.call")) views.push("todo");
  return [...views, "today", "overdue", "running", "ended"];
}
