import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { listen, pace, wait } from "./socket";

class Line {
  static readonly OPEN = 1;
  static all: Line[] = [];
  readyState = 1;
  onmessage: ((e: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  closed = false;
  sent: string[] = [];
  readonly url: string;
  constructor(url: string) {
    this.url = url;
    Line.all.push(this);
  }
  close() {
    this.closed = true;
  }
  send(text: string) {
    this.sent.push(text);
  }
}

const last = () => Line.all[Line.all.length - 1] as Line;

beforeEach(() => {
  Line.all = [];
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Line);
  vi.stubGlobal("location", { protocol: "http:", host: "127.0.0.1:8801" });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a broken line is said once and tried again until it comes back", () => {
  const links: boolean[] = [];
  const heard: unknown[] = [];
  const stop = listen("/ws/take", { message: (m) => heard.push(m), link: (up) => links.push(up) });
  expect(last().url).toBe("ws://127.0.0.1:8801/ws/take");
  last().onmessage?.({ data: '{"n":1}' });
  last().onclose?.();
  vi.advanceTimersByTime(pace.longest);
  last().onclose?.();
  vi.advanceTimersByTime(pace.longest);
  last().onmessage?.({ data: '{"n":2}' });
  expect(links).toEqual([true, false, true]);
  expect(heard).toEqual([{ n: 1 }, { n: 2 }]);
  expect(Line.all).toHaveLength(3);
  stop();
});

test("what came is answered on its own line, and not on the next one", () => {
  const answers: ((value: unknown) => void)[] = [];
  listen("/ws/sign/12", { message: (_, answer) => answers.push(answer), link: () => undefined });
  const first = last();
  first.onmessage?.({ data: "{}" });
  answers[0]?.({ ticket: "A012" });
  expect(first.sent).toEqual(['{"ticket":"A012"}']);
  first.readyState = 2; // it is closing, and nobody has said so yet
  answers[0]?.({ ticket: "A012" });
  first.onclose?.();
  vi.advanceTimersByTime(pace.longest);
  answers[0]?.({ ticket: "A013" });
  expect([first.sent, last().sent].map((s) => s.length)).toEqual([1, 0]);
});

test("a program that hangs is given up although its line stays open", () => {
  const links: boolean[] = [];
  const stop = listen("/ws/take", { message: () => undefined, link: (up) => links.push(up) });
  const hung = last();
  hung.onmessage?.({ data: "{}" });
  vi.advanceTimersByTime(pace.silence - 1);
  expect(links).toEqual([true]);
  vi.advanceTimersByTime(1);
  expect(links).toEqual([true, false]);
  expect(hung.closed).toBe(true);
  vi.advanceTimersByTime(pace.longest);
  expect(Line.all).toHaveLength(2);
  stop();
});

test("after the end nothing is opened or said", () => {
  const links: boolean[] = [];
  const stop = listen("/ws/take", { message: () => undefined, link: (up) => links.push(up) });
  last().onmessage?.({ data: "{}" });
  stop();
  last().onclose?.();
  vi.advanceTimersByTime(10 * pace.longest);
  expect(Line.all).toHaveLength(1);
  expect(links).toEqual([true]);
});

test("waits double, are bounded, and differ between screens", () => {
  expect(wait(0, 1)).toBe(pace.first);
  expect(wait(3, 1)).toBe(8 * pace.first);
  expect(wait(50, 1)).toBe(pace.longest);
  expect(wait(50, 0)).toBe(pace.longest / 2);
});
