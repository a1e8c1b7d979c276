// The sentences of inspections and findings, shared by lists and pages.
import type { StepLine } from "../parts/steps";
import { useSay } from "../words";
import type { Finding, FindingStep, Row } from "./api";

export type Shape = "serving" | "waiting" | "attention" | "closed";

/** The shape beside the word of an inspection's state: what somebody must do now is loud. */
export function standing(r: Pick<Row, "state" | "missed" | "unowned" | "waiting" | "late" | "findings">): { shape: Shape; word: string } {
  if (r.missed) return { shape: "attention", word: "missed" };
  if (r.state !== "done") return { shape: r.state === "planned" ? "waiting" : "closed", word: r.state };
  if (r.late) return { shape: "attention", word: "late" };
  if (r.unowned) return { shape: "waiting", word: "unowned" };
  if (r.waiting) return { shape: "waiting", word: "waiting" };
  return { shape: "closed", word: "done" };
}

export function findingStanding(x: Pick<Finding, "state" | "late" | "due">, today: string): { shape: Shape; word: string } {
  if (x.late) return { shape: "attention", word: "late" };
  switch (x.state) {
    case "found": return { shape: "waiting", word: "found" };
    case "owned": return x.due === today ? { shape: "attention", word: "today" } : { shape: "serving", word: "owned" };
    case "answered": return { shape: "waiting", word: "answered" };
  }
  return { shape: "closed", word: "accepted" };
}

export function useVisitWords() {
  const say = useSay();
  const { t, of, day, time, today } = say;
  const kind = (k: string) => of(`inspection.kind.${k}`);
  const state = (r: Row) => {
    const { shape, word } = standing(r);
    return { shape, text: of(`inspection.state.${word}`, { n: r.late ?? r.unowned ?? r.waiting ?? 0 }) };
  };
  const findingState = (x: Finding) => {
    const { shape, word } = findingStanding(x, today.value);
    return { shape, text: of(`inspection.finding.${word}`) };
  };
  /** How a day is said near today. */
  const near = (d?: string) => (!d ? "" : d === today.value ? t("admin.day.today") : day(d));
  const quarter = (q: string) => t("inspection.quarter", { year: q.slice(0, 4), n: q.slice(6) });
  const about = (x: Finding) => x.text?.words ?? x.question ?? t("inspection.found.closed");

  const stepOf = (s: FindingStep): string => of(`inspection.step.${s.what.replace("inspection.", "").replace("_", "-")}`, { by: s.by, unit: s.unit_name ?? "", day: s.due ? day(s.due) : "" });
  const course = (steps: FindingStep[]): StepLine[] => steps.map((s, i) => ({ id: `${i}`, title: stepOf(s), when: time(s.at), stands: "done", ...(s.text?.words && { note: s.text.words }) }));
  return { ...say, kind, state, findingState, near, quarter, about, course };
}
