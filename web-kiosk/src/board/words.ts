// The board's sentences: codes and numbers of the hub in the reader's words.
import { useWords, type Word } from "../shared/i18n";
import { clock, date } from "../shared/time";
import type { Alert, Asked, Hall, Recent, Window } from "./model";
import { alertKeys, cellOf, countsOf, span, type Group } from "./say";

export function useSay() {
  const { t, coded, named, lang, speak } = useWords();
  const of = (key: string, values: Record<string, string | number> = {}) => t(key as Word, values);

  function long(then: string | undefined, now: number): string {
    const s = span(then, now);
    return s ? t(s.unit === "minutes" ? "board.minutes" : "board.hours", { n: s.n }) : "";
  }

  /** How long a window has been as it is; of one that is not heard, how long it had been then. */
  function stood(w: Window, now: number): string {
    return w.state === "closed" ? "" : long(w.since, w.as_of ? Date.parse(w.as_of) : now);
  }

  /** 10:36, or with its day when that is another one. */
  function since(then: string, now: number): string {
    const day = date(Date.parse(then), lang.value);
    return day === date(now, lang.value) ? clock(then) : `${day} ${clock(then)}`;
  }

  /** A bad rating as the desk reads it: its level, and the reasons that were given. */
  function rating(r: Recent): { level: string; reasons: string } {
    const reasons = r.missing ? t("board.missing") : (r.reasons ?? []).map((code) => of(`rate.reason.${code}`)).join(t("board.semicolon"));
    return { level: of(`level.${r.level}`), reasons: reasons ? `${t("board.colon")}${reasons}` : "" };
  }

  function alert(a: Alert, halls: Hall[]): { title: string; text: string } {
    const hall = halls.find((h) => h.id === a.hall);
    const keys = alertKeys(a);
    const at = (time?: string) => (time ? `${date(Date.parse(time), lang.value)} ${clock(time)}` : "");
    const values = {
      hall: hall ? named(hall.name, hall.name_en) : "", window: a.window, percent: a.detail.percent ?? 0, presses: a.detail.presses ?? 0,
      fault: keys.what ? of(`board.fault.${a.trouble}`) : "", from: a.detail.from ?? 0, to: a.detail.to ?? 0, copied: at(a.detail.copied), restored: at(a.detail.restored),
      name: named(a.detail.name ?? "", a.detail.name_en), waiting: a.detail.waiting ?? 0, limit: a.detail.limit_min ?? 0, time: a.detail.until ? clock(a.detail.until) : "",
      ticket: a.detail.ticket ?? "", at: a.detail.at ? t("common.window", { id: a.detail.at }) : named(a.detail.name ?? "", a.detail.name_en),
      ...(a.detail.rating && rating(a.detail.rating)),
    };
    const place = a.window && hall && halls.length > 1 ? `${values.hall}${t("board.comma")}` : "";
    const what = keys.what ? `${of(keys.what)}${t("board.stop")}` : "";
    return { title: of(keys.title, values), text: `${place}${what}${of(keys.does, values)}` };
  }

  /** The word of a window's state; what fails at it comes first. */
  function state(w: Window): string {
    return of(cellOf(w).word);
  }

  /** What somebody asked for, and what became of it. */
  function asked(a: Asked, hall?: Hall): { what: string; state: string; left: string } {
    const line = hall?.queue.find((l) => l.letter === a.letter);
    const unit = hall?.units?.find((u) => u.unit === a.unit);
    const what = of(`board.asked.${a.kind}`, { of: line ? named(line.name, line.name_en) : unit ? named(unit.name, unit.name_en) : "" });
    return { what, state: of(`board.asked.state.${a.state}`, { why: a.refused ? of(`board.refused.${a.refused}`) : "" }), left: a.left ? t("board.asked.left", { counters: a.left.join(t("board.comma")) }) : "" };
  }

  const counts = (g: Group) => countsOf(g.windows).map((c) => `${coded("state", c.state)} ${c.n}`);
  const hallName = (h: { name: string; name_en?: string }) => named(h.name, h.name_en);
  const floorName = (g: Group) => named(g.floor, g.floor_en);

  return { t, of, coded, named, lang, speak, long, stood, since, alert, asked, rating, state, counts, hallName, floorName, level: (n: number) => of(`level.${n}`) };
}
