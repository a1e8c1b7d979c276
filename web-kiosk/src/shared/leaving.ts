// Tickets that were passed on to another counter.
import type { Leaving } from "./desk";

const grace = 10_000; // ms in which the other counter mostly answers: nobody is told of what comes by itself

/** Those of which nobody has said for too long that they are there. */
export function overdue(all: Leaving[] | null | undefined, now: number): Leaving[] {
  return (all ?? []).filter((one) => now - Date.parse(one.since) > grace);
}
