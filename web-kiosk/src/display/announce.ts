// Which calls are called out, and when: one after the other, each once. A display hears whole views, so what is new in one is
// found here; nothing is announced that is no longer true.
import type { Announcement, Call } from "../shared/desk";

/** What outlives a reload of the page: when a view was last heard, and the open calls that are dealt with. */
export interface Memory { heard: number; dealt: string[] }

export interface Queue {
  heard: number; // by this browser's clock; -Infinity: never
  dealt: Set<string>; // serials of open calls that were begun, or came too late
  open: Set<string>; // serials of the last view
  waiting: Call[];
}

/** Older than this nothing is called out: who was called has long found his window, or is called again. */
export const tooOld = 30_000;

export function empty(memory?: Memory): Queue {
  return { heard: memory?.heard ?? -Infinity, dealt: new Set(memory?.dealt), open: new Set(), waiting: [] };
}

export const remembered = (q: Queue): Memory => ({ heard: q.heard, dealt: [...q.dealt] });

/** Takes in a view: its open calls, oldest first, and the agent's time in it. */
export function hear(q: Queue, open: readonly Call[], at: number, now: number): Queue {
  const steady = now - q.heard <= tooOld; // then what was not in the last view is younger than that
  const recent = (c: Call) => steady || at - Date.parse(c.since) <= tooOld;
  const serials = new Set(open.map((c) => c.serial));
  const dealt = new Set([...q.dealt].filter((serial) => serials.has(serial)));
  const latest = new Map(open.map((c) => [c.ticket, c]));
  // A ticket that waits keeps its turn, with its newest call; one that somebody has come to loses it.
  const kept = q.waiting.flatMap((c) => latest.get(c.ticket) ?? []).filter((c) => recent(c) && !dealt.has(c.serial));
  const waiting = new Set(kept.map((c) => c.serial));
  const fresh = open.filter((c) => !dealt.has(c.serial) && !waiting.has(c.serial) && recent(c));
  for (const c of open) if (!recent(c)) dealt.add(c.serial);
  return { heard: now, dealt, open: serials, waiting: [...kept, ...fresh] };
}

/** Takes out whose turn it is. A page that slept, or lost its agent, knows nothing any more and calls nobody. */
export function take(q: Queue, now: number): [Call | undefined, Queue] {
  if (now - q.heard > tooOld) return [undefined, { ...q, waiting: [] }];
  const [first, ...waiting] = q.waiting;
  return first ? [first, { ...q, waiting, dealt: new Set(q.dealt).add(first.serial) }] : [undefined, q];
}

/** The volume, from 0 to 1, at a time of the day such as 09:05: before the first one it is still yesterday's last. */
export function volumeAt(time: string, volume: Announcement["volume"]): number {
  return ((volume.filter(({ from }) => from <= time).at(-1) ?? volume.at(-1))?.level ?? 100) / 100;
}

export interface Around {
  now(): number;
  /** Calls somebody out once; it is through when it is. */
  speak(call: Call): Promise<void>;
  /** Hears each time what is called out now, if anything, and what to remember. */
  changed(speaking: Call | undefined, memory: Memory): void;
  /** How often each call is said. */
  times(): number;
}

/** Calls out what it hears, never two at a time. */
export function announcer(around: Around, memory?: Memory) {
  let queue = empty(memory);
  let busy = false;

  function next(): Call | undefined {
    const [call, rest] = take(queue, around.now());
    queue = rest;
    around.changed(call, remembered(queue));
    return call;
  }
  async function run() {
    busy = true;
    try {
      for (let call = next(); call; call = next()) {
        for (let n = 0; n < around.times() && (n === 0 || queue.open.has(call.serial)); n++) await around.speak(call);
      }
    } finally {
      busy = false;
    }
  }
  return {
    hear(open: readonly Call[], at: number) {
      queue = hear(queue, open, at, around.now());
      if (!busy) void run();
    },
  };
}
