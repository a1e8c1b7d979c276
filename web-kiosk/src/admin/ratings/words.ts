// The sentences of ratings, shared by search and road.
import { useSay } from "../words";
import type { StepLine } from "../parts/steps";
import { stepsOf } from "./road";
import type { AnswerLine, Road, Row } from "./api";

export function useRatingWords() {
  const say = useSay();
  const { t, of, list, time } = say;

  /** 满意; 基本满意（默认）; nothing where it is not told. */
  function level(r: Pick<Row, "level" | "default">): string {
    if (r.default) return t("ratings.by-default", { level: of(`level.${r.default}`) });
    return r.level ? of(`level.${r.level}`) : "";
  }

  const channel = (r: Pick<Row, "channel" | "default">) => (r.default ? t("ratings.channel.default") : r.channel ? of(`ratings.channel.${r.channel}`) : "");
  const item = (r: Row) => r.item_name || t("ratings.none.item");
  const place = (r: Row) => (r.window ? t("common.window", { id: r.window }) : t("ratings.none.window"));
  const reasons = (r: Pick<Row, "reasons" | "reason_missing">) => (r.reason_missing ? t("ratings.mark.missing") : list((r.reasons ?? []).map((x) => x.name)));

  /** What else there is to know of a rating, in a word each. */
  function marks(r: Row): string[] {
    const all: [unknown, string][] = [[r.named, "named"], [r.withheld, "withheld"], [r.excluded, "excluded"], [r.replaced, "replaced"], [r.follow_ups, "follow-up"], [r.integrity, "integrity"], [r.lost, "lost"], [r.down, "down"]];
    const helped = r.assisted ? [t("ratings.mark.assisted", { who: `${r.assisted.name} ${r.assisted.code}`.trim() })] : [];
    return [...all.flatMap(([is, mark]) => (is ? [of(`ratings.mark.${mark}`)] : [])), ...helped];
  }

  const standing = (a: AnswerLine) => of(a.kind === "drafted" ? "ratings.standing.drafted" : a.elsewhere ? "ratings.standing.elsewhere" : `ratings.standing.${a.standing ?? "pending"}`);

  /** How the road went, step by step. */
  function course(road: Road): StepLine[] {
    return stepsOf(road).map((s) => ({
      id: s.what, stands: s.stands, when: s.at ? time(s.at) : "",
      title: of(`ratings.step.${s.what}`, { level: s.level ? of(`level.${s.level}`) : "", channel: road.channel ? of(`ratings.channel.${road.channel}`) : "", number: road.repair?.number ?? "" }),
    }));
  }

  return { ...say, level, channel, item, place, reasons, marks, standing, course };
}
