// The sentences of concerns, shared by list and page.
import { dayOf } from "../../shared/day";
import type { StepLine } from "../parts/steps";
import { useSay } from "../words";
import type { Act, Concern, Row, Step } from "./api";

export type Shape = "serving" | "waiting" | "attention" | "closed";

/** The shape beside the word of a state, and the word's key: what somebody must do now is loud. */
export function standing(row: Pick<Row, "state" | "overdue" | "due_day">, today: string): { shape: Shape; word: string } {
  switch (row.state) {
    case "closed": case "recorded": case "struck": return { shape: "closed", word: row.state };
    case "answered": return { shape: "serving", word: row.state };
  }
  if (row.overdue) return { shape: "attention", word: "overdue" };
  if (row.due_day === today) return { shape: "attention", word: `today.${row.state === "signed" ? "answer" : row.state === "routed" ? "sign" : "route"}` };
  return { shape: row.state === "signed" ? "serving" : "waiting", word: row.state };
}

export function useConcernWords() {
  const say = useSay();
  const { t, of, day, time, today } = say;

  const kind = (r: Pick<Row, "kind" | "form" | "pressure">) => (r.pressure ? t("concern.pressure") : r.form ? of(`concern.praise.${r.form}`) : of(`concern.kind.${r.kind}`));
  const source = (r: Row) => (r.order ? t("concern.order", { number: r.order }) : of(`concern.source.${r.source}`));
  const state = (r: Row) => {
    const { shape, word } = standing(r, today.value);
    return { shape, text: of(`concern.state.${word}`) };
  };
  /** 11月20日 where the day ends with it, 11月20日 18:00 where 12345 said so. */
  const until = (r: Pick<Row, "due" | "due_day">) => {
    if (!r.due || !r.due_day) return "";
    const whole = dayOf(Date.parse(r.due)) !== r.due_day; // it ends at 24:00
    return whole ? (r.due_day === today.value ? t("admin.day.today") : day(r.due_day)) : time(r.due);
  };
  const people = (r: Row) => (r.of ?? []).map((p) => (p.clerk ? t("concern.of", { unit: p.unit_name, clerk: p.clerk }) : p.unit_name)).join(t("admin.comma"));
  /** What it is about, as a list says it at a glance. */
  const about = (r: Row) => r.topic_name ?? r.excerpt ?? (r.form ? people(r) : t("concern.topic.none"));

  const stepOf = (s: Step) => of(`concern.step.${s.what.replace("concern.", "")}`, { by: s.by, unit: s.unit_name ?? "" });
  const whyOf = (s: Step): string => {
    if (!s.why) return "";
    switch (s.what) {
      case "concern.returned": return of(`concern.returned.${s.why}`);
      case "concern.referred": return of(`concern.body.${s.why}`);
      case "concern.judged": return of(`concern.invalid.${s.why}`);
      case "concern.closed": return of(`concern.closed.${s.why}`);
      case "concern.escalated": return of(`concern.late.${s.why}`);
      case "concern.struck": return of(`concern.struck.${s.why}`);
    }
    return "";
  };

  /** How the course is told, line by line: what happened, what is now, what comes. */
  function course(c: Concern): StepLine[] {
    const done: StepLine[] = c.steps.map((s, i) => ({ id: `${i}`, title: stepOf(s), when: time(s.at), note: whyOf(s), stands: "done" }));
    const now = c.state === "closed" || c.state === "recorded" || c.state === "struck" ? [] : [{ id: "now", title: of(`concern.now.${c.state}`, { unit: c.with_name ?? "" }), when: t("concern.now"), stands: "now" as const }];
    return [...done, ...now];
  }

  const did = (act: Act | "") => (act ? of(`concern.act.${act}.done`) : "");
  return { ...say, kind, source, state, until, people, about, course, stepOf, whyOf, did };
}
