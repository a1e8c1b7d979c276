import { describe, expect, test } from "vitest";
import type { HallChoice } from "../api";
import type { Account, Table } from "./api";
import { actsOf, differs, grouped, groupOf, mayHaveUnit, needsBadge, needsUnit, rightsOf, standingOf } from "./rights";
import { chosenOf, namesOf, whereOf } from "./where";

const table: Table = {
  roles: ["centre", "handler", "reader"],
  actions: [
    { action: "account.own", reach: { centre: "own", handler: "own", reader: "own" } },
    { action: "repairs.list", reach: { centre: "place", handler: "unit" } },
    { action: "repairs.work", reach: { centre: "unit", handler: "unit" } },
    { action: "figures.read", reach: { centre: "place", handler: "unit", reader: "place" } },
    { action: "people.manage", reach: { centre: "place" } },
  ],
  second_factor: ["centre"],
};

describe("rights", () => {
  test("of a role stand in the order of the table, under their groups", () => {
    expect(rightsOf(table, "handler").map((r) => r.action)).toEqual(["account.own", "repairs.list", "repairs.work", "figures.read"]);
    expect(grouped(rightsOf(table, "handler")).map((g) => [g.group, g.rights.length])).toEqual([["board", 1], ["repairs", 2], ["figures", 1]]);
    expect(rightsOf(table, "wall")).toEqual([]);
  });
  test("an action of a family that is not known stands in the last group", () => {
    expect(groupOf("pressure.read")).toBe("repairs");
    expect(groupOf("ledger.read")).toBe("house");
  });
  test("that another role would give and take", () => {
    const { gains, loses } = differs(table, "handler", "centre");
    expect(gains.map((r) => `${r.action} ${r.reach}`)).toEqual(["repairs.list place", "figures.read place", "people.manage place"]);
    expect(loses.map((r) => `${r.action} ${r.reach}`)).toEqual(["repairs.list unit", "figures.read unit"]);
    expect(differs(table, "centre", "centre")).toEqual({ gains: [], loses: [] });
  });
  test("unit and badge are asked of whom they belong to", () => {
    expect(["centre", "handler", "caller", "staff", "reader"].map((r) => [needsUnit(r), mayHaveUnit(r), needsBadge(r)])).toEqual([
      [false, true, false], [true, true, false], [true, true, false], [true, true, true], [false, false, false],
    ]);
  });
});

const hu: Account = {
  name: "hu", display: "胡处理", role: "handler", unit: "police", places: [], halls: [], disabled: false, locked: false, first_password: false,
  second_factor: true, second_required: false, added: "2026-11-01T09:00:00+08:00", version: 3,
};

describe("an account", () => {
  test("is unlocked where it is locked, and enabled where it is disabled", () => {
    expect(actsOf(hu)).toEqual(["password", "totp-reset", "disable"]);
    expect(actsOf({ ...hu, locked: true, second_factor: false })).toEqual(["unlock", "password", "disable"]);
    expect(actsOf({ ...hu, disabled: true })).toEqual(["password", "totp-reset", "enable"]);
  });
  test("says what keeps it out before what it waits for", () => {
    expect(standingOf({ ...hu, disabled: true, locked: true }).state).toBe("disabled");
    expect(standingOf({ ...hu, locked: true, first_password: true })).toEqual({ state: "locked", shape: "attention" });
    expect(standingOf({ ...hu, first_password: true }).state).toBe("first");
    expect(standingOf(hu)).toEqual({ state: "fine", shape: "" });
  });
});

const halls: HallChoice[] = [
  { id: "city", name: "市大厅", place: "江南省/青澜市" },
  { id: "baiyang", name: "白杨镇", place: "江南省/青澜市/白杨镇" },
  { id: "liu", name: "柳村", place: "江南省/青澜市/白杨镇" },
];

describe("where", () => {
  test("nothing chosen is everything", () => {
    expect(whereOf([], halls)).toEqual({ places: [], halls: [] });
    expect(chosenOf({ places: [], halls: [] }, halls)).toEqual([]);
    expect(namesOf({ places: [], halls: [] }, halls)).toEqual([]);
  });
  test("a branch of the tree is a place, now and later", () => {
    expect(whereOf(["江南省/青澜市/白杨镇/"], halls)).toEqual({ places: ["江南省/青澜市/白杨镇"], halls: [] });
    expect(chosenOf({ places: ["江南省/青澜市/白杨镇"], halls: [] }, halls)).toEqual(["江南省/青澜市/白杨镇/"]);
    expect(namesOf({ places: ["江南省/青澜市/白杨镇"], halls: [] }, halls)).toEqual(["白杨镇"]);
  });
  test("with a single hall all halls are named: the hub takes both as a narrowing", () => {
    expect(whereOf(["city", "江南省/青澜市/白杨镇/"], halls)).toEqual({ places: [], halls: ["city", "baiyang", "liu"] });
    expect(chosenOf({ places: [], halls: ["liu", "gone"] }, halls)).toEqual(["liu"]);
    expect(namesOf({ places: [], halls: ["liu", "gone"] }, halls)).toEqual(["柳村", "gone"]);
  });
  test("a place above the whole tree is the whole tree", () => {
    expect(chosenOf({ places: ["江南省"], halls: [] }, halls)).toEqual(["city", "江南省/青澜市/白杨镇/"]);
  });
});
