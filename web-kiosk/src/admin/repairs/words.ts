// The sentences of repairs, shared by list and work page.
import { dayAfter, type Day } from "../../shared/day";
import { useSay } from "../words";
import type { Row, Stamp, Step } from "./api";
import { standing } from "./groups";
import type { StepLine } from "../parts/steps";

export function useRepairWords() {
  const say = useSay();
  const { t, of, day, weekday, time, list, today } = say;

  const item = (r: Row) => r.item || t("repair.item.none");
  const place = (r: Row) => (r.window ? t("common.window", { id: r.window }) : t("repair.window.none"));
  /** Reasons in a word or two each: lists are read at a glance. */
  const reasons = (r: Row) => (r.reason_missing ? t("repair.reason.missing") : list(r.reasons.map((one) => one.short)));
  /** What of a row waits beside its work. */
  const beside = (r: Row) => list([
    ...(r.waits.includes("exclusion") ? [t("repair.proposed")] : []),
    ...(r.waits.includes("appeal") ? [t("repair.appealed")] : []),
  ]);

  function state(r: Row) {
    const { shape, word } = standing(r, today.value);
    return { shape, text: of(`repair.state.${word}`, { n: r.overdue }) };
  }

  /** 今天, 明天, 周五, 11月23日: as near days are said. */
  function near(d: Day): string {
    if (d === today.value) return t("admin.day.today");
    if (d === dayAfter(today.value, 1)) return t("admin.day.tomorrow");
    return d > today.value && d <= dayAfter(today.value, 6) ? weekday(d) : day(d);
  }
  const when = (r: Row) => (r.ended ? day(r.ended) : r.due ? near(r.due) : "");

  /** When something was done, as far as it may be known. */
  const stamp = (s: Pick<Stamp, "at" | "on">) => (s.at ? time(s.at) : s.on ? day(s.on) : "");

  /** How the course is told, line by line. */
  function course(steps: Step[]): StepLine[] {
    return steps.map((s, i) => ({
      id: `${i}-${s.what}`,
      title: of(`repair.step.${s.what}`, { by: s.by ?? "", to: s.to ?? "", day: s.day ? day(s.day) : "" }),
      when: s.stands === "done" ? stamp(s) : s.day ? t("repair.until", { day: near(s.day) }) : s.stands === "now" ? t("repair.now") : "",
      stands: s.stands,
    }));
  }

  return { ...say, item, place, reasons, beside, state, near, when, stamp, course };
}
