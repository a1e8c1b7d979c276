import { expect, test } from "vitest";
import { boardOf, hallOf, windowOf } from "./board.fixture";
import { apply, Missed, type Delta, type Message } from "./model";

const delta = (change: Partial<Delta>): Delta => ({ kind: "delta", n: 8, at: "2026-11-18T10:43:00+08:00", ...change });

test("a snapshot is all there is", () => {
  const board = boardOf();
  expect(apply(null, board)).toBe(board);
  const other = boardOf({ n: 90 });
  expect(apply(board, other)).toBe(other);
});

test("a delta replaces whole windows and leaves the others untouched", () => {
  const board = boardOf();
  const next = apply(board, delta({ windows: [windowOf("city", "12", { ticket: "A064" })] }));
  expect(next?.halls[0]?.windows.map((w) => w.ticket)).toEqual(["A058", "A064"]);
  expect(next?.halls[0]?.windows[0]).toBe(board.halls[0]?.windows[0]);
  expect(next?.halls[1]).toBe(board.halls[1]);
  expect(next?.alerts).toBe(board.alerts);
  expect([next?.n, next?.at]).toEqual([8, "2026-11-18T10:43:00+08:00"]);
  expect(board.halls[0]?.windows[1]?.ticket).toBe("A063"); // what was shown is not changed under the screen
});

test("windows of two halls with one number are two", () => {
  const next = apply(boardOf(), delta({ windows: [windowOf("town", "12", { ticket: "T001" })] }));
  expect(next?.halls.map((h) => h.windows.find((w) => w.id === "12")?.ticket)).toEqual(["A063", "T001"]);
});

test("a delta replaces a hall and keeps its windows", () => {
  const board = boardOf();
  const { windows, ...now } = hallOf("city");
  const next = apply(board, delta({ halls: [{ ...now, waiting: 3 }] }));
  expect(next?.halls[0]?.waiting).toBe(3);
  expect(next?.halls[0]?.windows).toEqual(windows);
});

test("what a hall no longer has is absent from its new value, and gone", () => {
  const was = { outages: [{ unit: "tax", name: "税务局" }], units: [{ unit: "tax", name: "税务局" }], cases: { day: "2026-11-18", today: 1, overdue: 0 },
    asked: [{ id: "x", kind: "outage.begin" as const, unit: "tax", by: "钱主任", at: "2026-11-18T10:40:00+08:00", state: "done" as const, since: "2026-11-18T10:40:01+08:00" }] };
  const { windows, ...now } = hallOf("city");
  const shown = apply(boardOf(), delta({ halls: [{ ...now, ...was }] }));
  expect(shown?.halls[0]).toMatchObject(was);
  const next = apply(shown, delta({ n: 9, halls: [now] }))?.halls[0];
  expect(next).toEqual({ ...now, windows });
});

test("an empty list of alerts is a change, an absent one is none", () => {
  const board = boardOf({ alerts: [{ id: "a", hall: "city", window: "", kind: "link", trouble: "silent", since: "2026-11-18T10:00:00+08:00", detail: {} }] });
  expect(apply(board, delta({}))?.alerts).toHaveLength(1);
  expect(apply(board, delta({ alerts: [] }))?.alerts).toHaveLength(0);
});

test("a beat says how fresh the board is, and nothing else", () => {
  const board = boardOf();
  const next = apply(board, { kind: "beat", at: "2026-11-18T11:00:00+08:00" });
  expect(next).toEqual({ ...board, at: "2026-11-18T11:00:00+08:00" });
  expect(apply(null, { kind: "beat", at: "2026-11-18T11:00:00+08:00" })).toBeNull();
});

test.each<[string, Message]>([
  ["one was missed", delta({ n: 9 })],
  ["one came twice", delta({ n: 7 })],
])("%s: a snapshot must come", (_, message) => {
  expect(() => apply(boardOf(), message)).toThrow(Missed);
});

test("a delta before any snapshot is none", () => {
  expect(() => apply(null, delta({ n: 1 }))).toThrow(Missed);
});
