import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import zh from "../shared/words/zh.json";
import { hallOf, sums, windowOf } from "./board.fixture";
import type { Alert, Window } from "./model";
import { across, alertKeys, cellOf, countsOf, filtered, groupsOf, pagesOf, participation, percent, satisfaction, span, type Filter, type Room } from "./say";

const words = zh as Record<string, string>;
const at = "2026-11-18T10:00:00+08:00";
const later = (minutes: number) => Date.parse(at) + minutes * 60_000;
const fault = (trouble: string) => ({ device: "pad-12", kind: "pad", trouble, since: at });

test.each<[string, Partial<Window>, string, string, boolean]>([
  ["serving", { state: "serving" }, "serving", "serving", false],
  ["called", { state: "called" }, "serving", "serving", false],
  ["nobody there", { state: "open" }, "waiting", "waiting", false],
  ["paused", { state: "paused" }, "closed", "closed", false],
  ["closed", { state: "closed" }, "closed", "closed", false],
  ["its pad is off: it serves on, and says so", { state: "serving", faults: [fault("no-answer")] }, "serving", "attention", true],
  ["paper runs low: nobody need come yet", { state: "serving", faults: [fault("paper-low")] }, "serving", "serving", false],
])("%s", (_, change, ground, shape, flagged) => {
  expect(cellOf(windowOf("city", "12", change))).toMatchObject({ ground, shape, flagged });
});

test.each([[0, "minutes", 0], [99.9, "minutes", 99], [100, "hours", 1], [180, "hours", 3], [-5, "minutes", 0]])("%f minutes are said as %s", (m, unit, n) => {
  expect(span(at, later(m))).toEqual({ n, unit });
});

test("no time is no span", () => expect(span(undefined, later(1))).toBeNull());

test("shares say nothing where there is nothing to count from", () => {
  expect(percent(268, 431)).toBe("62.2");
  expect(percent(0, 0)).toBeNull();
  expect(percent(null, 431)).toBeNull();
  expect([participation(sums), satisfaction(sums)]).toEqual(["68.8", "90.9"]);
});

test("windows are counted by state, in one order", () => {
  const windows = (["closed", "serving", "open", "serving"] as const).map((state, i) => windowOf("city", `${i}`, { state }));
  expect(countsOf(windows)).toEqual([{ state: "serving", n: 2 }, { state: "open", n: 1 }, { state: "closed", n: 1 }]);
});

test("a hall is drawn floor by floor", () => {
  const hall = hallOf("city", { floors: ["一楼", "二楼"], windows: [windowOf("city", "1"), windowOf("city", "21", { floor: "二楼", floor_en: "First floor" })] });
  expect(groupsOf([hall, hallOf("town")]).map((g) => [g.floor, g.floor_en, g.windows.length])).toEqual([["一楼", "Ground floor", 1], ["二楼", "First floor", 1], ["一楼", "Ground floor", 2]]);
});

const hallWith = (...floors: number[]) => hallOf("city", {
  floors: floors.map((_, i) => `${i}楼`),
  windows: floors.flatMap((n, i) => Array.from({ length: n }, (_, j) => windowOf("city", `${i}-${j}`, { floor: `${i}楼` }))),
});

// A wall of 1920 × 1080, and one of 1366 × 768.
const wall: Room = { height: 590, cell: 112, low: 84, least: 64, heading: 43, lowHeading: 39, gap: 8, between: 16 };
const small: Room = { height: 440, cell: 76, low: 60, least: 50, heading: 33, lowHeading: 33, gap: 8, between: 12 };

test.each<[string, Room, number[][], number]>([
  ["four floors on a small wall do not lie over each other", small, [[10, 10, 10, 10]], 1],
  ["sixty windows on a small wall", small, [[60]], 1],
  ["more floors than it holds turn", small, [[20, 20, 20, 20]], 2],
  ["a wall too low for a row still shows one", { ...small, height: 40 }, [[12]], 2],
])("%s", (_, room, halls, pages) => {
  const layout = pagesOf(groupsOf(halls.map((floors) => hallWith(...floors))), room);
  expect(layout.pages.length).toBe(pages);
  expect(layout.pages.flat().flatMap((g) => g.windows)).toHaveLength(halls.flat().reduce((a, b) => a + b));
});

test.each<[string, Partial<Window>, string, string, boolean]>([
  ["who calls for help comes before all", { alarm: at, post: "idle", faults: [fault("no-answer")] }, "board.alarm", "attention", true],
  ["空岗 comes before a fault", { state: "closed", post: "absent", faults: [fault("no-answer")] }, "board.post.absent", "attention", true],
  ["a hall that is not heard: unknown, never absent", { state: "closed", post: "unknown" }, "board.post.unknown", "closed", false],
  ["an outage", { state: "open", outage: at }, "board.outage", "closed", false],
  ["as it stands", { state: "paused" }, "state.paused", "closed", false],
])("a cell: %s", (_, change, word, shape, flagged) => {
  expect(cellOf(windowOf("city", "12", change))).toMatchObject({ word, shape, flagged });
});

test("every post has a word, and they differ", () => {
  const all = ["absent", "idle", "double", "unknown"].map((p) => words[`board.post.${p}`]);
  expect(new Set(all).size).toBe(4);
  for (const w of all) expect(w?.length).toBeLessThanOrEqual(3);
});

test("a filter leaves the windows that pass, and no empty hall", () => {
  const halls = [hallOf("city", { windows: [windowOf("city", "1", { state: "open" }), windowOf("city", "2", { post: "absent", state: "closed" })] }), hallOf("town", { windows: [windowOf("town", "3", { floor: "二楼", unit: "税务局" })] })];
  const ids = (f: Partial<Filter>) => filtered(halls, { unit: "", floor: "", state: "", ...f }).flatMap((h) => h.windows).map((w) => w.id);
  expect(filtered(halls, { unit: "", floor: "", state: "" })).toBe(halls);
  expect([ids({ state: "open" }), ids({ state: "attention" }), ids({ floor: "二楼" }), ids({ unit: "税务局" }), ids({ unit: "税务局", state: "open" })]).toEqual([["1"], ["2"], ["3"], ["3"], []]);
});

test.each<[string, number[][], boolean, number]>([
  ["two floors of twenty, in full cells", [[20, 20]], false, 1],
  ["sixty windows on one floor, in low cells on one page", [[60]], true, 1],
  ["three small halls", [[8], [6], [4]], false, 1],
  ["three floors of twenty, squeezed on one page", [[20, 20, 20]], true, 1],
  ["three halls of forty: three pages", [[40], [40], [40]], true, 3],
  ["a hundred windows on one floor: two pages", [[100]], true, 2],
])("a wall of %s", (_, halls, dense, pages) => {
  const layout = pagesOf(groupsOf(halls.map((floors) => hallWith(...floors))), wall);
  expect([layout.dense, layout.pages.length]).toEqual([dense, pages]);
  const shown = layout.pages.flat().flatMap((g) => g.windows);
  expect(shown).toHaveLength(halls.flat().reduce((a, b) => a + b));
  for (const page of layout.pages) {
    expect(page.reduce((rows, g) => rows + Math.ceil(g.windows.length / across), 0)).toBeLessThanOrEqual(6);
  }
});

// Every alert that the hub can raise has words, and every trouble of a device a short one for a window's cell.
const dir = "../firmware-protocol/hall/";
const hall = readdirSync(dir).filter((name) => name.endsWith(".go") && !name.endsWith("_test.go")).map((name) => readFileSync(dir + name, "utf8")).join("");
const codes = (pattern: RegExp) => [...hall.matchAll(pattern)].map((m) => m[1] ?? "");
const troubles = codes(/Trouble\w+\s+Trouble\s*=\s*"([a-z-]+)"/g);
const rules = codes(/Finding\w+\s+Rule\s*=\s*"([a-z.]+)"/g).filter((r) => r !== "hub.restored");

const alertOf = (kind: string, trouble: string, window = ""): Alert => ({ id: "x", hall: "city", window, kind, trouble, since: at, detail: {} });

test.each([
  ...troubles.flatMap((tr) => [alertOf("pad", tr, "12"), alertOf("printer", tr), alertOf("pad", tr), alertOf("printer", tr, "12")]),
  ...["no-answer", "missing", "differs"].flatMap((tr) => [alertOf("tablet", tr, "12"), alertOf("sign", tr, "12"), alertOf("sign", tr), alertOf("display", tr), alertOf("kiosk", tr)]),
  ...rules.map((rule) => alertOf("finding", rule)),
  ...["silent", "never"].map((tr) => alertOf("link", tr)),
  ...["warn", "alarm", "refuse", "sealed"].map((tr) => alertOf("disk", tr)),
  ...["absent", "idle", "double"].map((post) => alertOf("post", post, "12")),
  ...["alarm", "wait", "bad", "third"].map((kind) => alertOf(kind, "")),
  ...["twice", "clock", "catalogue", "behind", "restored", "backup", "hub-clock", "sms"].map((kind) => alertOf(kind, "")),
])("$kind $trouble has words", (alert) => {
  const keys = alertKeys(alert);
  for (const key of [keys.title, keys.does, ...(keys.what ? [keys.what] : [])]) expect(words, key).toHaveProperty([key]);
});

test("a page that does not answer is opened again, a pad is plugged in again", () => {
  const does = (kind: string) => alertKeys(alertOf(kind, "no-answer")).does;
  expect(["tablet", "sign", "display", "kiosk"].map(does)).toEqual(Array(4).fill("trouble.no-answer.page.do"));
  expect(does("pad")).toBe("trouble.no-answer.do");
});

test("every trouble has a word short enough for a cell", () => {
  expect(troubles.length).toBeGreaterThan(10);
  for (const trouble of troubles) expect(words[`board.fault.${trouble}`]?.length, trouble).toBeLessThanOrEqual(3);
});
