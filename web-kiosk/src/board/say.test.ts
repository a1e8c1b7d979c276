import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import zh from "../shared/words/zh.json";
import { hallOf, sums, windowOf } from "./board.fixture";
import type { Alert, Window } from "./model";
import { across, alertKeys, cellOf, countsOf, groupsOf, pagesOf, participation, percent, satisfaction, span } from "./say";

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

test.each<[string, number[][], boolean, number]>([
  ["two floors of twenty, in full cells", [[20, 20]], false, 1],
  ["sixty windows on one floor, in low cells on one page", [[60]], true, 1],
  ["three small halls", [[8], [6], [4]], false, 1],
  ["three floors of twenty: two pages", [[20, 20, 20]], true, 2],
  ["three halls of forty: three pages", [[40], [40], [40]], true, 3],
  ["a hundred windows on one floor: two pages", [[100]], true, 2],
])("a wall of %s", (_, halls, dense, pages) => {
  const layout = pagesOf(groupsOf(halls.map((floors) => hallWith(...floors))));
  expect([layout.dense, layout.pages.length]).toEqual([dense, pages]);
  const shown = layout.pages.flat().flatMap((g) => g.windows);
  expect(shown).toHaveLength(halls.flat().reduce((a, b) => a + b));
  for (const page of layout.pages) {
    expect(page.reduce((rows, g) => rows + Math.ceil(g.windows.length / across), 0)).toBeLessThanOrEqual(6);
  }
});

// Every alert that the hub can raise has words, and every trouble of a device a short one for a window's cell.
const source = (file: string) => readFileSync(file, "utf8");
const codes = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map((m) => m[1] ?? "");
const troubles = codes(source("../firmware-protocol/hall/fact.go"), /Trouble\w+\s+Trouble\s*=\s*"([a-z-]+)"/g);
const rules = codes(source("../firmware-protocol/hall/fact.go"), /Finding\w+\s+Rule\s*=\s*"([a-z.]+)"/g).filter((r) => r !== "hub.restored");
const words = zh as Record<string, string>;

const alertOf = (kind: string, trouble: string, window = ""): Alert => ({ id: "x", hall: "city", window, kind, trouble, since: at, detail: {} });

test.each([
  ...troubles.flatMap((tr) => [alertOf("pad", tr, "12"), alertOf("printer", tr), alertOf("pad", tr), alertOf("printer", tr, "12")]),
  ...rules.map((rule) => alertOf("finding", rule)),
  ...["silent", "never"].map((tr) => alertOf("link", tr)),
  ...["warn", "alarm", "refuse", "sealed"].map((tr) => alertOf("disk", tr)),
  ...["twice", "clock", "catalogue", "behind", "restored", "backup", "hub-clock", "sms"].map((kind) => alertOf(kind, "")),
])("$kind $trouble has words", (alert) => {
  const keys = alertKeys(alert);
  for (const key of [keys.title, keys.does, ...(keys.what ? [keys.what] : [])]) expect(words, key).toHaveProperty([key]);
});

test("every trouble has a word short enough for a cell", () => {
  expect(troubles.length).toBeGreaterThan(10);
  for (const trouble of troubles) expect(words[`board.fault.${trouble}`]?.length, trouble).toBeLessThanOrEqual(3);
});
