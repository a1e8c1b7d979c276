import { expect, test } from "vitest";
import type { Floor } from "../shared/book";
import { draw, floorsOf } from "./draw";
import { queue, situation, stop } from "./kiosk.fixture";
import { clipsOf } from "./read";
import { makeScanner } from "./scan";
import { closed, today, told } from "./way";

const place = stop("", { letter: undefined, place: "银行", windows: [], minutes: 5, walk: 60 });

test("walking, waiting and what is done there make the time of today", () => {
  const way = situation("E", [stop("E", { walk: 90, minutes: 10 }), stop("D", { walk: 30, minutes: 15 }), place]);
  expect(today(way, [queue("E"), queue("D", { p50: 30, p90: 45 })]))
    .toEqual({ walk: 3, wait: { from: 40, to: 65 }, all: { from: 73, to: 98 }, complete: true });
});

test("nothing is said where a queue cannot be foretold", () => {
  const way = situation("E", [stop("E", { walk: 90 })]);
  expect(today(way, [queue("E", { p50: 0, p90: 0 })])).toMatchObject({ all: null, wait: null, complete: false });
  expect(today(way, [queue("E", { staffed: false })]).all).toBeNull();
  expect(today(way, []).all).toBeNull();
  expect(today(way, [queue("E", { waiting: 0, p50: 0, p90: 0 })]).all).toEqual({ from: 2, to: 2 });
});

test("who got a number is told a range of minutes, or nothing", () => {
  const ticket = { id: "1", number: "A001", ahead: 3, windows: null, floor: "", code: "", url: "", printed: true, trouble: "" };
  expect(told({ ...ticket, p50: 10, p90: 25 })).toEqual({ key: "ticketpage.wait.range", from: 10, to: 25 });
  expect(told({ ...ticket, p50: 10, p90: 10 })).toMatchObject({ key: "ticketpage.wait.about", to: 10 });
  expect(told(ticket)).toBeNull();
  expect(told({ ...ticket, p50: 10, p90: 25, due: "2026-11-18T10:00:00+08:00" })).toBeNull();
});

test("a queue says why it gives out no number", () => {
  expect(closed(queue("E"))).toBe("");
  expect(closed(undefined)).toBe("");
  expect(closed(queue("E", { late: true }))).toBe("late");
  expect(closed(queue("E", { late: true, full: true }))).toBe("full");
  expect(closed(queue("E", { full: true, shut: "staff" }))).toBe("shut");
  expect(closed(queue("E", { away: true, elsewhere: true, shut: "staff" }))).toBe("away");
});

const floor = (name: string): Floor => ({ name, width: 30, depth: 20, places: [], windows: [{ id: "11", at: [5, 2] }, { id: "12", at: [10, 2] }] });

test("a floor is drawn in pixels, with the stops on it", () => {
  const way = [
    stop("E", { windows: ["12"], at: { floor: "一楼", at: [10, 2] }, legs: [{ floor: "一楼", spots: [[20, 10], [10, 10], [10, 2]] }] }),
    stop("D", { at: { floor: "二楼", at: [10, 2] }, legs: [{ floor: "一楼", spots: [[10, 2], [0, 2]] }, { floor: "二楼", spots: [[0, 2], [10, 2]] }] }),
    stop("E", { windows: ["12"], at: { floor: "一楼", at: [10, 2] }, legs: [] }),
  ];
  const d = draw(floor("一楼"), way, { floor: "一楼", at: [20, 10] }, 624);
  expect([d.width, d.height, d.here]).toEqual([624, 424, { x: 412, y: 212 }]);
  expect(d.rooms.filter((r) => r.visited).map((r) => r.id)).toEqual(["12"]);
  expect(d.marks.map((m) => m.text)).toEqual(["1", "3"]);
  expect(Math.abs((d.marks[0]?.x ?? 0) - (d.marks[1]?.x ?? 0))).toBeGreaterThanOrEqual(56); // two stops at one window stand beside each other
  expect(d.paths).toHaveLength(2);
  expect(draw(floor("二楼"), way, null, 624).marks.map((m) => m.text)).toEqual(["2"]);
});

test("only floors that the way touches are shown; without a way all of them", () => {
  const all = ["一楼", "二楼", "三楼"].map(floor);
  const way = [stop("D", { at: { floor: "三楼", at: [1, 1] }, legs: [{ floor: "一楼", spots: [[1, 1], [2, 2]] }] })];
  expect(floorsOf(all, way, { floor: "一楼", at: [1, 1] }).map((f) => f.name)).toEqual(["一楼", "三楼"]);
  expect(floorsOf(all, [], null)).toHaveLength(3);
  expect(floorsOf(all, [stop("D", { at: null })], null)).toHaveLength(3);
});

test("a scanner types faster than people", () => {
  const url = "https://pj.example/r/abcdefghijklmnop";
  const scan = makeScanner();
  let at = 0;
  const type = (text: string, pace: number) => [...text].map((key) => scan(key, (at += pace)));
  type("sfz", 200);
  at += 200;
  type(url, 5);
  expect(scan("Enter", (at += 5))).toBe(url);
  type(url, 200);
  expect(scan("Enter", (at += 200))).toBeNull();
  type("short", 5);
  expect(scan("Enter", (at += 5))).toBeNull();
  type(`${url.slice(0, 9)}`, 5);
  scan("Shift", (at += 5));
  type(url.slice(9), 5);
  expect(scan("Enter", (at += 5))).toBe(url);
});

test("a number is read digit by digit, without the call around it", () => {
  expect(clipsOf("A017", "zh")).toEqual(["a", "0", "yao", "7"].map((clip) => `/voice/zh/${clip}.wav`));
  expect(clipsOf("A017", "en")).toEqual(["a", "zero", "one", "seven"].map((clip) => `/voice/en/${clip}.wav`));
});
