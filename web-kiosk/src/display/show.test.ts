import { expect, test } from "vitest";
import type { Call, DisplayLine, DisplayView } from "../shared/desk";
import { board, stage, turn, wait } from "./show";

const call = (ticket: string): Call => ({ serial: ticket, ticket, window: "12", floor: "", since: "", calls: 1 });
const line = (change: Partial<DisplayLine>): DisplayLine => ({ letter: "A", name: "", waiting: 0, p50: 0, p90: 0, staffed: true, ...change });
test("a line of which no tickets are given out says so before all else", () => {
  expect(wait(line({ shut: "full", staffed: false, waiting: 4 }))).toEqual(["display.shut", {}]);
});
const view = (change: Partial<DisplayView>): DisplayView =>
  ({ at: "", hall: { id: "", name: "" }, hours: "", notices: [], announce: { times: 2, volume: [] }, last: [], open: [], services: [line({})], over: false, voice: false, ...change });

test.each<[string, Partial<DisplayView>, string]>([
  ["before the first call", {}, "before"],
  ["numbers are called", { last: [call("A001")] }, "calls"],
  ["all have gone home", { last: [call("A001")], over: true }, "over"],
])("%s", (_, change, want) => {
  expect(stage(view(change))).toBe(want);
});

test("large is whom the voice calls, and he stands nowhere else", () => {
  const v = view({ last: ["A7", "A6", "A5", "A4", "A3", "A2", "A1"].map(call) });
  expect(board(v).large?.ticket).toBe("A7");
  expect(board(v).others.map((c) => c.ticket)).toEqual(["A6", "A5", "A4", "A3", "A2", "A1"]);
  expect(board(v, call("A5")).others.map((c) => c.ticket)).toEqual(["A7", "A6", "A4", "A3", "A2", "A1"]);
  expect(board(v, call("A0")).others).toHaveLength(6);
});

test.each<[Partial<DisplayLine>, string]>([
  [{ waiting: 17, p50: 20, p90: 35 }, "display.wait.range"],
  [{ waiting: 1, p50: 5, p90: 5 }, "display.wait.about"],
  [{ waiting: 3 }, "display.wait.unknown"],
  [{}, "common.no-wait"],
  [{ p50: 4, p90: 9 }, "display.wait.range"],
  [{ waiting: 2, staffed: false }, "display.wait.unstaffed"],
  [{ waiting: 2, p50: 5, p90: 9, as_of: "2026-11-18T10:42:00+08:00" }, "display.wait.as-of"],
  [{ staffed: false, away: true }, "display.wait.away"],
])("%o is %s", (change, word) => {
  expect(wait(line(change))[0]).toBe(word);
});

test("what does not fit is shown in turn, all of it", () => {
  const all = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  expect([0, 8000, 16_000, 24_000].map((now) => turn(all, 4, now))).toEqual([[1, 2, 3, 4], [5, 6, 7, 8], [9], [1, 2, 3, 4]]);
  expect(turn([], 4, 8000)).toEqual([]);
});
