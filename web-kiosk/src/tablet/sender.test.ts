import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Journal, Press } from "./journal";
import { ageOf, inOrder, makeSender, pace, type Became } from "./sender";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const key = (p: Press) => `${p.uid}/${p.boot}/${p.seq}`;

function inMemory(kept = new Map<string, Press>()): Journal {
  return {
    all: async () => [...kept.values()],
    keep: async (p) => void kept.set(key(p), p),
    drop: async (p) => void kept.delete(key(p)),
  };
}

/** An agent that stores each name once, and whose line can be cut before or after it stored. */
function agent() {
  const stored = new Map<string, number>();
  const line = { cut: "" as "" | "before" | "after" };
  const asked: string[] = [];
  const post = async (p: Press): Promise<Became | null> => {
    asked.push(key(p));
    if (line.cut === "before") throw new Error("no line");
    stored.set(key(p), (stored.get(key(p)) ?? 0) || p.level);
    return line.cut === "after" ? null : "became";
  };
  return { stored, line, asked, post };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

test("a press is kept before it is sent, and forgotten when it is acknowledged", async () => {
  const kept = new Map<string, Press>();
  const a = agent();
  const heard: string[] = [];
  const s = makeSender(inMemory(kept), (p) => (expect(kept.has(key(p))).toBe(true), a.post(p)), () => 1000, (p, b) => heard.push(`${p.seq} ${b}`), () => undefined, 7);
  await s.press(5, "aa");
  await settle();
  expect([...a.stored.keys()]).toEqual(["aa/7/1"]);
  expect(kept.size).toBe(0);
  expect(heard).toEqual(["1 became"]);
});

test.each(["before", "after"] as const)("where the line breaks %s the agent stored it, it is the same press when it is sent again, also by another load of the page", async (cut) => {
  const kept = new Map<string, Press>();
  const a = agent();
  a.line.cut = cut;
  const first = makeSender(inMemory(kept), a.post, () => 1000, () => undefined, () => undefined, 7);
  await first.press(2, "aa");
  await vi.advanceTimersByTimeAsync(pace.longest * 2);
  expect(kept.size).toBe(1);
  expect(new Set(a.asked)).toEqual(new Set(["aa/7/1"]));
  a.line.cut = "";
  const heard: string[] = [];
  makeSender(inMemory(kept), a.post, () => 61_000, (p, b) => heard.push(`${p.boot} ${b}`), () => undefined, 8);
  await settle();
  expect([...a.stored]).toEqual([["aa/7/1", 2]]);
  expect(kept.size).toBe(0);
  expect(heard).toEqual(["7 became"]);
});

test("what was pressed while nobody answered goes in its order, and none overtakes", async () => {
  const a = agent();
  a.line.cut = "before";
  let unsent = 0;
  const s = makeSender(inMemory(), a.post, () => 0, () => undefined, (n) => (unsent = n), 7);
  for (const level of [5, 1, 3]) await s.press(level, "aa");
  await vi.advanceTimersByTimeAsync(1000);
  expect(unsent).toBe(3);
  a.line.cut = "";
  s.wake();
  await settle();
  expect([...a.stored]).toEqual([["aa/7/1", 5], ["aa/7/2", 1], ["aa/7/3", 3]]);
  expect(unsent).toBe(0);
});

test("a browser that keeps nothing sends it all the same", async () => {
  const a = agent();
  const broken: Journal = { all: () => Promise.reject(new Error("no")), keep: () => Promise.reject(new Error("no")), drop: () => Promise.reject(new Error("no")) };
  const s = makeSender(broken, a.post, () => 0, () => undefined, () => undefined, 7);
  await s.press(4, "aa");
  await settle();
  expect([...a.stored.keys()]).toEqual(["aa/7/1"]);
});

test("loads of the page come one after the other, each in its own order, though the clock went back in one", () => {
  const p = (boot: number, seq: number, at: number): Press => ({ uid: "aa", boot, seq, level: 5, at });
  expect(inOrder([p(9, 1, 50), p(4, 2, 10), p(4, 1, 60)]).map((x) => `${x.boot}/${x.seq}`)).toEqual(["4/1", "4/2", "9/1"]);
});

test("the age is by the agent's clock; of a press that lies ahead of it none is known", () => {
  const at = (ms: number) => ({ uid: "aa", boot: 1, seq: 1, level: 5, at: ms });
  expect([ageOf(at(1000), 4000.4), ageOf(at(5000), 4000), ageOf(at(9000), 4000)]).toEqual([3000, 0, -1]);
});
