import { expect, test } from "vitest";
import type { ConsoleView, WindowState } from "../shared/desk";
import { alsoPressed, keyPressed, keysOf } from "./keys";
import { viewOf } from "./view.fixture";

const on = (view: ConsoleView | null, current = true) => keysOf(view, current).filter((k) => k.on).map((k) => k.act);

test.each<[WindowState, string[], string]>([
  ["closed", ["open"], "open"],
  ["open", ["next", "pick", "cases", "pause", "close"], "next"],
  ["called", ["serve", "next", "recall", "cancel", "transfer", "missed", "pick", "cases"], "serve"],
  ["serving", ["finish", "next", "hold", "transfer", "pick", "cases"], "finish"],
  ["paused", ["cases", "resume", "close"], "resume"],
])("at a window that is %s one can %j", (state, acts, primary) => {
  const view = viewOf(state);
  expect(on(view)).toEqual(acts);
  expect(keysOf(view, true).filter((k) => k.primary).map((k) => k.act)).toEqual([primary]);
});

test("keys never change place", () => {
  const caps = ["F4", "F2", "F3", "F6", "F7", "F8", "F9", "F5", "F10", "End"];
  for (const state of ["closed", "open", "called", "serving", "paused"] as const) {
    expect(keysOf(viewOf(state), true).map((k) => k.cap)).toEqual(caps);
  }
  expect(keysOf(null, true).map((k) => k.cap)).toEqual(caps);
});

test("nobody can be called where nobody waits", () => {
  expect(on(viewOf("open", { next: null }))).toEqual(["cases", "pause", "close"]);
  expect(on(viewOf("serving", { next: null }))).toEqual(["finish", "hold", "transfer", "cases"]);
});

test("a nearly full disk stops calls, a full one everything", () => {
  expect(on(viewOf("serving", { disk: "refuse" }))).toEqual(["finish", "hold", "transfer", "cases"]);
  expect(on(viewOf("serving", { disk: "sealed" }))).toEqual([]);
});

test("on an old view nothing can be pressed", () => {
  expect(on(viewOf("serving"), false)).toEqual([]);
  expect(on(null)).toEqual([]);
});

test("who was set aside or missed can be called where nobody else waits", () => {
  const one = { ticket: "A049", id: "3-9f2c-9", item: "", since: "2026-11-18T10:00:00+08:00" };
  expect(on(viewOf("open", { next: null, held: [{ ...one, window: "12", why: "materials" }] }))).toContain("pick");
  expect(on(viewOf("serving", { next: null, held: [{ ...one, window: "12", why: "materials" }] }))).not.toContain("pick"); // one at a time
  expect(on(viewOf("serving", { next: null, missed: [one] }))).toContain("pick");
});

test("a number is called as often as the rule says before it counts as missed", () => {
  const view = viewOf("called", { calls_left: 2 });
  expect(on(view)).toEqual(["serve", "recall", "cancel", "transfer", "cases"]);
  expect(keysOf(view, true).find((k) => k.act === "missed")).toMatchObject({ note: "console.key.missed.calls", n: 2 });
});

test("what the next call does to the one at hand is said before", () => {
  const note = (view: ConsoleView) => keysOf(view, true)[1]?.note;
  expect(note(viewOf("serving"))).toBe("console.key.next.finish");
  expect(note(viewOf("called"))).toBe("console.key.next.miss");
  expect(note(viewOf("open"))).toBeUndefined();
});

test("a visit already rated is finished without a prompt", () => {
  const view = viewOf("serving");
  if (view.visit) view.visit.rated = true;
  expect(keysOf(view, true)[0]?.note).toBeUndefined();
});

const press = (code: string, more: Partial<KeyboardEvent> = {}) =>
  keyPressed({ code, ctrlKey: false, altKey: false, metaKey: false, shiftKey: false, ...more } as KeyboardEvent,
    keysOf(viewOf("called"), true))?.act;

test.each([
  ["F2", "next"], ["NumpadAdd", "next"], ["F3", "recall"], ["NumpadMultiply", "recall"], ["F4", "serve"],
  ["NumpadEnter", "serve"], ["F6", "cancel"], ["F7", "transfer"], ["F9", "pick"], ["F8", "missed"], ["NumpadSubtract", "missed"], ["F10", "pause"], ["NumpadDivide", "pause"],
  ["End", "close"],
])("%s means %s", (code, act) => expect(press(code)).toBe(act));

test("other keys, and ours with a modifier, stay the browser's", () => {
  expect(press("Enter")).toBeUndefined();
  expect(press("Numpad1")).toBeUndefined(); // End, where Num Lock is off
  expect(press("F4", { altKey: true })).toBeUndefined();
});

test.each([
  ["Pause", {}, "alarm"], ["F1", {}, "read"], ["F2", {}, undefined], ["F1", { ctrlKey: true }, undefined],
])("beside the row: %s %j means %s", (code, held, want) => {
  expect(alsoPressed({ code, ctrlKey: false, altKey: false, metaKey: false, shiftKey: false, ...held } as KeyboardEvent)).toBe(want);
});
