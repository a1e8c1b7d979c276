// The one line under the bar: the most important thing that is not as it should be, and what follows from it.
import type { ConsoleView } from "../shared/desk";
import type { Word } from "../shared/i18n";

export interface Line {
  word: Word;
  does?: Word;
  since?: string | number;
  stored?: number;
  shape: "" | "closed" | "attention";
}

/** What the line says. Only what stops work, or soon will, is said loudly; a hall without its centre works on. */
export function lineOf(view: ConsoleView | null, up: boolean, downSince: number): Line {
  if (!up) return { word: "console.line.agent", does: "console.line.agent.do", since: downSince, shape: "attention" };
  if (view?.alarm) {
    if (view.hub.up) return { word: "console.alarm.on", since: view.alarm, shape: "attention" };
    return { word: "console.alarm.away", does: "console.alarm.away.do", since: view.alarm, shape: "attention" };
  }
  switch (view?.disk) {
    case "sealed": return { word: "console.line.sealed", does: "console.line.sealed.do", shape: "attention" };
    case "refuse": return { word: "console.line.refuse", does: "console.line.refuse.do", shape: "attention" };
    case "alarm": return { word: "console.line.alarm", does: "console.line.alarm.do", shape: "attention" };
  }
  if (view?.hub.alone) return { word: "console.line.alone", does: "console.line.alone.do", shape: "closed" };
  if (view && !view.hub.up) {
    return { word: "console.line.hub", does: "console.line.hub.do", since: view.hub.since, stored: view.hub.stored, shape: "closed" };
  }
  if (view?.disk === "warn") return { word: "console.line.warn", does: "console.line.warn.do", shape: "closed" };
  return { word: "console.line.clear", shape: "" };
}
