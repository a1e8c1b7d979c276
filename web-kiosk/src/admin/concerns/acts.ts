// What can be done about a concern: which act stands open on its page, what each needs to know, and the body it sends.
import type { Act, Bodies, Concern, Kind } from "./api";

export type Need = "unit" | "kind" | "topic" | "why" | "note" | "body" | "text" | "valid" | "level" | "channel" | "call" | "same";

interface Form {
  needs: Need[];
  optional?: Need[];
  final?: boolean; // cannot be taken back: it is asked once more
}

export const forms: Record<Act, Form> = {
  route: { needs: ["unit", "kind", "topic"], optional: ["kind", "topic"] },
  sign: { needs: [] },
  return: { needs: ["why", "note"], optional: ["note"] },
  refer: { needs: ["body"], final: true },
  reply: { needs: ["text"], final: true },
  judge: { needs: ["valid", "why"] },
  hear: { needs: ["level", "channel", "call"], final: true },
  reopen: { needs: ["note"], optional: ["note"] },
  close: { needs: ["why", "same"], final: true },
  strike: { needs: ["why"], final: true },
};

// What others wait for comes before one's own work.
const first: Act[] = ["sign", "reply", "route", "judge", "close"];

/** The act that stands open on the page; undefined: nothing is asked of this account now. */
export function primaryOf(c: Pick<Concern, "may" | "state" | "kind" | "valid">): Act | undefined {
  return first.find((a) => c.may.includes(a) && isDue(a, c));
}

/** Whether an act is what a concern waits for. */
function isDue(a: Act, c: Pick<Concern, "state" | "kind" | "valid">): boolean {
  switch (a) {
    case "route": return c.state === "received" || c.state === "returned";
    case "judge": return c.state === "answered" && c.valid === undefined && weighed(c.kind);
    case "close": return c.state === "answered" && (c.valid !== undefined || !weighed(c.kind));
  }
  return true;
}

/** Whether valid or not is decided before it is closed. */
export const weighed = (kind: Kind): boolean => kind === "complaint" || kind === "report";

/** What was filled in, for every act's form at once; empty: not yet. */
export interface Filled {
  unit: string; kind: Kind | ""; topic: string; why: string; note: string; body: string; text: string; valid: string; level: string; channel: string; call: string; same: string;
}

export const blank: Filled = { unit: "", kind: "", topic: "", why: "", note: "", body: "", text: "", valid: "", level: "", channel: "hotline", call: "", same: "" };

/** The reasons that an act can give, in the state that a concern is in. */
export function whysOf(act: Act, c: Pick<Concern, "state">): string[] {
  switch (act) {
    case "return": return ["not-ours", "several", "unclear"];
    case "judge": return ["unfounded", "doubled", "foreign", "unclear"];
    case "close": return c.state === "answered" ? ["answered"] : ["withdrawn", "doubled"];
    case "strike": return ["mistake", "doubled", "made"];
  }
  return [];
}

/** What an act needs, as it is filled in so far: a valid complaint has no reason, only a doubled one names another. */
export function needsOf(act: Act, filled: Filled, c: Pick<Concern, "state">): Need[] {
  return forms[act].needs.filter((need) => {
    switch (need) {
      case "why": return whysOf(act, c).length > 1 && (act !== "judge" || filled.valid === "no");
      case "same": return filled.why === "doubled";
      case "call": return filled.channel === "hotline";
    }
    return true;
  });
}

/** The first thing that an act still needs; undefined: it can be sent. */
export function lackOf(act: Act, filled: Filled, c: Pick<Concern, "state">): Need | undefined {
  return needsOf(act, filled, c).find((need) => !forms[act].optional?.includes(need) && filled[need].trim() === "");
}

/** The body of an act whose form lacks nothing. */
export function bodyOf<A extends Act>(act: A, filled: Filled, c: Pick<Concern, "state">): Bodies[A] {
  const said: Record<string, unknown> = {};
  for (const need of needsOf(act, filled, c)) {
    const value = filled[need].trim();
    if (value) said[need] = need === "valid" ? value === "yes" : need === "level" ? Number(value) : value;
  }
  if (act === "close" && c.state === "answered") said.why = "answered";
  return said as Bodies[A];
}
