// Sends what was pressed until the agent has it on its disk, one at a time, the oldest of each load of the page first. The names
// of a press stay what they are: sent again it is the same press.
import type { Journal, Press } from "./journal";

export type Became = "became" | "repeat" | "kept";

/** Asks the agent to keep a press of this age; null where nobody answered, or it could not be kept. */
export type Post = (press: Press, age: number) => Promise<Became | null>;

export const pace = { first: 500, longest: 15_000 };

/** A press later than now by this browser's clock: its age is not known. */
const unknown = -1;
const early = 2000;

export function ageOf(press: Press, now: number): number {
  const age = Math.round(now - press.at);
  return age >= 0 ? age : age >= -early ? 0 : unknown;
}

/** Load by load of the page, the oldest first; the presses of one in their own order, whatever the clock did meanwhile. */
export function inOrder(all: Press[]): Press[] {
  const since = new Map<number, number>();
  for (const { boot, at } of all) since.set(boot, Math.min(at, since.get(boot) ?? at));
  const of = (boot: number) => since.get(boot) ?? 0;
  return [...all].sort((a, b) => of(a.boot) - of(b.boot) || a.boot - b.boot || a.seq - b.seq);
}

export interface Sender {
  /** Keeps a press and sends it. */
  press(level: number, uid: string): Promise<Press>;
  /** Tries at once: the line is back. */
  wake(): void;
}

/** now is the agent's time, as this browser knows it; answered hears of every press that is acknowledged, changed of how many are not. */
export function makeSender(journal: Journal, post: Post, now: () => number, answered: (press: Press, became: Became) => void, changed: (unsent: number) => void, boot = crypto.getRandomValues(new Uint32Array(1))[0] || 1): Sender {
  let seq = 0;
  let queue: Press[] = [];
  let busy = false;
  let tries = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const say = () => changed(queue.length);

  const loaded = journal.all().catch(() => []).then((old) => {
    queue = inOrder([...old, ...queue]);
    say();
    void send();
  });

  async function send() {
    if (busy) return;
    busy = true;
    clearTimeout(timer);
    await loaded;
    for (let first = queue[0]; first; first = queue[0]) {
      const became = await post(first, ageOf(first, now())).catch(() => null);
      if (became === null) {
        timer = setTimeout(send, Math.min(pace.first * 2 ** tries++, pace.longest));
        break;
      }
      tries = 0;
      await journal.drop(first).catch(() => undefined); // it is sent again then, and known
      queue = queue.slice(1);
      say();
      answered(first, became);
    }
    busy = false;
  }

  return {
    async press(level, uid) {
      const press = { uid, boot, seq: ++seq, level, at: now() };
      queue = [...queue, press];
      say();
      await journal.keep(press).catch(() => undefined); // a browser that keeps nothing sends it all the same
      tries = 0;
      void send();
      return press;
    },
    wake() {
      tries = 0;
      void send();
    },
  };
}
