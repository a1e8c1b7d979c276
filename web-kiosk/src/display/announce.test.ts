import { expect, test } from "vitest";
import type { Call } from "../shared/desk";
import { announcer, empty, hear, take, tooOld, volumeAt, type Memory, type Queue } from "./announce";

const called = (ticket: string, since: number, calls = 1): Call =>
  ({ serial: `${ticket}/${calls}`, ticket, window: "12", floor: "", since: new Date(since).toISOString(), calls });

/** All that would be called out now. */
function drain(q: Queue, now: number): string[] {
  const out: string[] = [];
  for (let [call, rest] = take(q, now); call; [call, rest] = take(rest, now)) out.push(call.serial);
  return out;
}

test("a recall takes the turn of the call that still waits", () => {
  let q = hear(empty(), [called("A1", 0), called("A2", 0)], 0, 0);
  q = hear(q, [called("A1", 0, 2), called("A2", 0)], 1000, 1000);
  expect(drain(q, 1000)).toEqual(["A1/2", "A2/1"]);
});

test("a recall of whom was called out already is called out too", () => {
  const [first, q] = take(hear(empty(), [called("A1", 0)], 0, 0), 0);
  expect(first?.serial).toBe("A1/1");
  expect(drain(hear(hear(q, [called("A1", 0)], 20_000, 20_000), [called("A1", 0, 2)], 40_000, 40_000), 40_000)).toEqual(["A1/2"]);
});

test("whoever has come is not called out", () => {
  const q = hear(empty(), [called("A1", 0), called("A2", 0)], 0, 0);
  expect(drain(hear(q, [called("A2", 0)], 1000, 1000), 1000)).toEqual(["A2/1"]);
});

test("a page opened for the first time calls out what is new, and nothing old", () => {
  const q = hear(empty(), [called("A1", 0), called("A2", 50_000)], 60_000, 60_000);
  expect(drain(q, 60_000)).toEqual(["A2/1"]);
  expect(drain(hear(q, [called("A1", 0)], 61_000, 61_000), 61_000)).toEqual([]);
});

test("after sleep nothing old is called out, neither before nor after the first view", () => {
  const q = hear(empty(), [called("A1", 0)], 0, 0);
  const later = tooOld + 1;
  expect(drain(q, later)).toEqual([]);
  expect(drain(hear(q, [called("A1", 0), called("A3", later - 5000)], later, later), later)).toEqual(["A3/1"]);
});

test.each([["00:00", 0.3], ["08:29", 0.3], ["08:30", 0.8], ["11:59", 0.8], ["12:00", 0], ["18:00", 0.3], ["23:59", 0.3]])("at %s the volume is %s", (time, volume) => {
  expect(volumeAt(time, [{ from: "08:30", level: 80 }, { from: "12:00", level: 0 }, { from: "18:00", level: 30 }])).toBe(volume);
});

/** A clock that runs what is due, in order, as fast as it can. */
class FakeClock {
  at = 0;
  private due: { at: number; run: () => void }[] = [];
  now = () => this.at;
  sleep = (ms: number) => new Promise<void>((run) => this.due.push({ at: this.at + ms, run }));
  async pass(ms: number) {
    const end = this.at + ms;
    for (;;) {
      this.due.sort((a, b) => a.at - b.at);
      const next = this.due[0];
      if (!next || next.at > end) break;
      this.due.shift();
      this.at = next.at;
      next.run();
      await settled();
    }
    this.at = end;
  }
}

async function settled() {
  for (let i = 0; i < 8; i++) await Promise.resolve();
}

/** Numbers that look drawn by chance, the same for the same seed. */
function chance(seed: number) {
  return (below: number) => {
    seed = (seed * 1664525 + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
}

/** A hall in which people are called, called again and come, and a page there that is loaded again now and then. */
async function hallDay(seed: number, reload: boolean) {
  const clock = new FakeClock();
  const draw = chance(seed);
  const spoken: string[] = [];
  const first: string[] = []; // first calls, in order
  const gone = new Set<string>();
  const memory: { now?: Memory } = {};
  let open: Call[] = [];
  let speaking = 0;
  let pages = 0;
  function load() {
    const page = ++pages;
    return announcer({
      now: clock.now,
      times: () => 2,
      async speak(call) {
        if (page !== pages) return new Promise(() => undefined); // its page is gone
        expect(++speaking).toBe(1);
        expect(gone, call.serial).not.toContain(call.ticket);
        spoken.push(call.serial);
        await clock.sleep(1000 + draw(4000));
        if (page === pages) speaking--;
      },
      changed: (_, m) => page === pages && (memory.now = m),
    }, memory.now);
  }
  let page = load();
  for (let step = 0; step < 150; step++) {
    const one = open[draw(open.length)];
    switch (draw(4)) {
      case 0: {
        const call = called(`A${first.length}`, clock.at);
        first.push(call.serial);
        open = [...open, call];
        break;
      }
      case 1:
        if (one) open = open.map((c) => (c === one ? called(c.ticket, Date.parse(c.since), c.calls + 1) : c));
        break;
      case 2:
        if (one && draw(3) === 0) {
          gone.add(one.ticket);
          open = open.filter((c) => c !== one);
        }
    }
    if (reload && draw(20) === 0) {
      speaking = 0;
      page = load();
    }
    page.hear(open, clock.at);
    await settled();
    await clock.pass(draw(9000));
  }
  return { spoken, first };
}

const seeds = Array.from({ length: 60 }, (_, n) => n + 1);

test("no two ever overlap, and each is called out at most twice, one after the other", async () => {
  for (const seed of seeds) {
    const { spoken } = await hallDay(seed, false);
    expect(spoken.length).toBeGreaterThan(20);
    const runs = spoken.filter((serial, i) => serial !== spoken[i - 1]);
    expect(new Set(runs).size).toBe(runs.length);
    for (const serial of runs) expect(spoken.filter((s) => s === serial).length).toBeLessThanOrEqual(2);
  }
});

test("calls are called out in the order in which they were made", async () => {
  for (const seed of seeds) {
    const { spoken, first } = await hallDay(seed, false);
    const turns = spoken.map((serial) => first.indexOf(`${serial.split("/")[0]}/1`));
    const begun = turns.filter((turn, i) => turns.indexOf(turn) === i);
    expect(begun).toEqual([...begun].sort((a, b) => a - b));
  }
});

test("over reloads each is still begun once", async () => {
  for (const seed of seeds) {
    const { spoken } = await hallDay(seed, true);
    const runs = spoken.filter((serial, i) => serial !== spoken[i - 1]);
    expect(new Set(runs).size).toBe(runs.length);
  }
});

test.each([1, 2, 3])("who stays called is called out as often as the hall says: %s", async (times) => {
  const clock = new FakeClock();
  const spoken: string[] = [];
  const page = announcer({ now: clock.now, times: () => times, speak: (c) => (spoken.push(c.ticket), clock.sleep(3000)), changed: () => undefined });
  const open = Array.from({ length: 20 }, (_, n) => called(`A${n}`, 0));
  for (let i = 0; i < 30; i++) {
    page.hear(open, clock.at);
    await settled();
    await clock.pass(10_000);
  }
  expect(spoken).toEqual(open.flatMap((c) => Array<string>(times).fill(c.ticket)));
});
