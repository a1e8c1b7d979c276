// What a way through the hall takes today: walking, waiting, and what is done at each stop.
import type { Situation, Stop } from "../shared/book";
import type { TakeService, Ticket } from "../shared/desk";
import type { Word } from "../shared/i18n";

export interface Range { from: number; to: number } // minutes

/** How long somebody waits who comes to a stop now; null where nobody can say. */
export function waitAt(stop: Stop, services: TakeService[]): Range | null {
  if (!stop.letter) return { from: 0, to: 0 };
  const service = services.find((s) => s.letter === stop.letter);
  if (!service?.staffed) return null;
  if (service.waiting === 0) return { from: 0, to: 0 };
  return service.p90 > 0 ? { from: service.p50, to: service.p90 } : null;
}

/** In which words somebody is told how long he waits; null where nothing is known, and of who is called at a time of his own. */
export function told(ticket: Ticket): { key: Word; from: number; to: number } | null {
  const { p50: from = 0, p90: to = 0 } = ticket;
  if (!to || ticket.due) return null;
  return { key: from < to ? "ticketpage.wait.range" : "ticketpage.wait.about", from, to };
}

const minutes = (seconds: number) => Math.ceil(seconds / 60);

export interface Today {
  walk: number; // minutes
  wait: Range | null; // null: of some stop nobody can say
  all: Range | null;
  complete: boolean; // how long it takes there is known of every stop
}

/** The sums of a way. */
export function today(situation: Situation, services: TakeService[]): Today {
  const walk = minutes(situation.stops.reduce((sum, s) => sum + (s.walk ?? 0), 0));
  const there = situation.stops.reduce((sum, s) => sum + (s.minutes ?? 0), 0);
  const waits = situation.stops.map((s) => waitAt(s, services));
  const wait = waits.reduce<Range | null>((sum, w) => (sum && w ? { from: sum.from + w.from, to: sum.to + w.to } : null), { from: 0, to: 0 });
  return {
    walk, wait,
    all: wait && { from: walk + there + wait.from, to: walk + there + wait.to },
    complete: situation.stops.every((s) => s.minutes),
  };
}

/** Why no number is given out; empty: one is. */
export type Closed = "" | "away" | "full" | "late" | "shut" | "down";

/** Why a queue gives out no number now: its counter is not reached, a manager stopped it, its numbers are gone, or the hall closes before. */
export function closed(queue: TakeService | undefined): Closed {
  if (queue?.away) return "away";
  if (queue?.shut) return "shut";
  if (queue?.full) return "full";
  return queue?.late ? "late" : "";
}
