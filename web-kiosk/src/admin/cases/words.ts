// The sentences of cases, shared by list and page.
import { dayAfter, type Day } from "../../shared/day";
import { useSay } from "../words";
import type { Case, Row, Step } from "./api";
import type { StepLine } from "../parts/steps";
import { shapeOf, spanOf } from "./groups";

export function useCaseWords() {
  const say = useSay();
  const { t, of, day, weekday, time, today } = say;

  function state(r: Row) {
    const span = spanOf(r, today.value);
    return { shape: shapeOf(r, today.value), text: of(`case.state.${span === "overdue" || span === "today" ? span : r.state}`) };
  }

  /** 今天, 明天, 周五, 11月23日: as near days are said. */
  function near(d: Day): string {
    if (d === today.value) return t("admin.day.today");
    if (d === dayAfter(today.value, 1)) return t("admin.day.tomorrow");
    return d > today.value && d <= dayAfter(today.value, 6) ? weekday(d) : day(d);
  }
  const when = (r: Row) => (r.decided ? time(r.decided) : r.due ? near(r.due) : r.state === "returned" ? t("case.stands") : t("case.no-limit"));
  const down = (r: Row) => (r.down ? t(r.down === 1 ? "case.down.one" : "case.down", { n: r.down }) : "");
  const late = (r: Row) => (r.overdue ? t(r.decided ? "case.decided.late" : "case.late", { n: r.overdue }) : "");

  const stepKey = (s: Step) => `case.step.${s.what}${s.result ? `.${s.result}` : s.road ? `.${s.road}` : ""}`;
  /** How the course is told, line by line. */
  function course(c: Case): StepLine[] {
    return c.steps.map((s, i) => ({
      id: `${i}`,
      title: s.what === "case.undone" ? t("case.step.undone", { what: of(`case.what.${s.undoes}`) }) : of(stepKey(s)) + (s.why ? t("case.step.why", { why: of(`refused.${s.why}`) }) : ""),
      when: time(s.at),
      note: [s.undone ? t("case.undone") : "", s.where, s.by].filter(Boolean).join(t("admin.comma")),
      stands: "done",
    }));
  }
  return { ...say, state, near, when, down, late, course };
}
