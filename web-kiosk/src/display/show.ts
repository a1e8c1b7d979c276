// What of a view is shown where.
import type { Call, DisplayLine, DisplayView } from "../shared/desk";
import type { Word } from "../shared/i18n";
import { clock } from "../shared/time";

/** Nobody was called yet, numbers are called, or that is over for today. */
export type Stage = "before" | "calls" | "over";

export function stage(view: DisplayView): Stage {
  if (view.over) return "over";
  return view.last?.length ? "calls" : "before";
}

/** Large is whom the voice calls, else the last one; beside it the six before. */
export function board(view: DisplayView, speaking?: Call): { large?: Call; others: Call[] } {
  const last = view.last ?? [];
  const large = speaking ?? last[0];
  return { large, others: last.filter((c) => c.ticket !== large?.ticket).slice(0, 6) };
}

/** How long the wait is under a letter, in words. */
export function wait(line: DisplayLine): [Word, Record<string, number | string>] {
  if (line.away) return ["display.wait.away", {}];
  if (line.as_of) return ["display.wait.as-of", { time: clock(line.as_of) }];
  if (line.shut) return ["display.shut", {}];
  if (!line.staffed) return ["display.wait.unstaffed", {}];
  if (line.waiting === 0 && line.p50 <= 1) return ["common.no-wait", {}];
  if (line.p50 === 0) return ["display.wait.unknown", {}];
  if (line.p50 === line.p90) return ["display.wait.about", { n: line.p50 }];
  return ["display.wait.range", { from: line.p50, to: line.p90 }];
}

/** The part of a list that is shown now where it does not fit: each part for eight seconds. */
export function turn<T>(all: readonly T[], size: number, now: number): T[] {
  const parts = Math.max(1, Math.ceil(all.length / size));
  const part = Math.floor(now / 8000) % parts;
  return all.slice(part * size, (part + 1) * size);
}
