// The sentences of repairs, shared by list and work page.
import { dayAfter, type Day } from "../../shared/day";
import { useSay } from "../words";
import type { Act, Reason, Row, Step } from "./api";
import { standing } from "./groups";
import type { StepLine } from "../parts/steps";

export function useRepairWords() {
  const say = useSay();
  const { t, of, day, weekday, time, list, today } = say;

  const item = (r: Row) => r.item || t("repair.item.none");
  const place = (r: Row) => (r.window ? t("common.window", { id: r.window }) : t("repair.window.none"));
  /** A reason in a word or two where the catalogue has one: lists are read at a glance. */
  const short = (r: Reason) => (shorts.has(r.code) ? of(`repair.reason.${r.code}`) : r.name);
  const reasons = (r: Row) => (r.reason_missing ? t("repair.reason.missing") : list(r.reasons.map(short)));

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

  const did = (act: string) => (act ? of(`repair.did.${act as Act}`) : "");

  /** How the course is told, line by line. */
  function course(steps: Step[]): StepLine[] {
    return steps.map((s, i) => ({
      id: `${i}-${s.what}`,
      title: of(`repair.step.${s.what}`, { by: s.by ?? t("repair.by.clock"), to: s.to ?? "", day: s.what === "extended" && s.day ? day(s.day) : "" }),
      when: s.stands === "now" ? t("repair.now") : s.at ? time(s.at) : s.day ? t("repair.until", { day: near(s.day) }) : "",
      stands: s.stands,
    }));
  }

  return { ...say, item, place, short, reasons, state, near, did, course };
}

const shorts = new Set(["108", "109", "110", "111", "112", "113", "114", "115", "207", "208", "209", "210", "211", "212", "213", "214"]);
