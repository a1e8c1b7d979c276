// What a way through the hall takes today: walking, waiting, and what is done at each stop.
import type { Situation, Stop } from "../shared/book";
import type { TakeService } from "../shared/desk";

export interface Range { from: number; to: number } // minutes

/** How long somebody waits who comes to a stop now; null where nobody can say. */
export function waitAt(stop: Stop, services: TakeService[]): Range | null {
  if (!stop.letter) return { from: 0, to: 0 };
  const service = services.find((s) => s.letter === stop.letter);
  if (!service?.staffed) return null;
  if (service.waiting === 0) return { from: 0, to: 0 };
  return service.p90 > 0 ? { from: service.p50, to: service.p90 } : null;
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
export type Closed = "" | "full" | "late" | "shut" | "down";

/** Why a queue gives out no number now: a manager stopped it, its numbers are gone, or the hall closes before. */
export function closed(queue: TakeService | undefined): Closed {
  if (queue?.shut) return "shut";
  if (queue?.full) return "full";
  return queue?.late ? "late" : "";
}
