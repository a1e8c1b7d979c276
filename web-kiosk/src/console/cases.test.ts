import { expect, test } from "vitest";
import type { Carried, Entered } from "../shared/desk";
import { another, checked, dueOf, limitOf, marksOf, scanned, tellsAgain, turned, type CaseItem, type CaseView, type Scan } from "./cases";
import { caseOf } from "./view.fixture";

const typeIn = (text: string, gap: number) => {
  let scan: Scan = { text: "", at: 0 };
  const ours: boolean[] = [];
  let out: string | undefined;
  let at = 1000;
  for (const key of [...Array.from(text), "Enter"]) {
    const step = scanned(key, at, scan);
    scan = step.now;
    ours.push(step.ours);
    out = step.text ?? out;
    at += gap;
  }
  return { out, ours };
};

test("a scanned address is read whole, and its digits choose nothing", () => {
  const url = "https://rate.example/r/EgAAA58sAAAAFVEs1234";
  const { out, ours } = typeIn(url, 8);
  expect(out).toBe(url);
  expect(ours.slice(url.indexOf(":")).every(Boolean)).toBe(true);
  expect(ours.slice(0, 4).some(Boolean)).toBe(false);
});

test("what is typed slowly, or is no address, is nobody's scan", () => {
  expect(typeIn("https://x/r/1", 1250)).toEqual({ out: undefined, ours: Array(14).fill(false) });
  expect(typeIn("12", 8).out).toBeUndefined();
  expect(typeIn("", 8).ours).toEqual([false]);
});

test("what the clerk pressed just before is no part of an address", () => {
  let scan: Scan = { text: "", at: 0 };
  let ours = false;
  for (const [i, key] of [..."2", "F4", ..."https://a/r/T"].entries()) ({ now: scan, ours } = scanned(key, i * 5 + 2000, scan));
  expect([scan.text, ours]).toEqual(["https://a/r/T", true]);
});

test("shift of a scanner breaks nothing", () => {
  let scan: Scan = { text: "https://", at: 0 };
  scan = scanned("Shift", 10, scan).now;
  expect(scanned("X", 20, scan).now.text).toBe("https://X");
});

test.each<[Partial<CaseView>, string, string]>([
  [{ due: { day: "2026-11-18" } }, "2026-11-18T23:59:00+08:00", "due"],
  [{ due: { day: "2026-11-18" } }, "2026-11-19T00:01:00+08:00", "late"],
  [{ state: "returned", due: null }, "2026-11-19T00:01:00+08:00", "stands"],
  [{ due: null }, "2026-11-19T00:01:00+08:00", "none"],
])("a case with %j stands at %s so: %s", (change, now, want) => {
  expect(dueOf(caseOf(change), Date.parse(now))).toBe(want);
});

test("an item is accepted under its promised limit, else the law's", () => {
  const item = (change: Partial<CaseItem>) => ({ ...caseOf().item, ...change });
  expect(limitOf(item({ promised: 5, legal: 20 }))).toEqual({ word: "case.limit.days", n: 5 });
  expect(limitOf(item({ promised: 0, legal: 20 }))).toEqual({ word: "case.limit.days", n: 20 });
  expect(limitOf(item({ kind: "spot" }))).toEqual({ word: "case.limit.spot", n: 0 });
  expect(limitOf(item({ promised: 0, legal: 0 }))).toEqual({ word: "case.limit.none", n: 0 });
});

test("a second slip for the same case or visit asks for its reason", () => {
  const list = { open: [], here: [], items: [], item: "A01", tell_again: ["A01"], applicant: true };
  expect(tellsAgain(list, null, "A01")).toBe(true);
  expect(tellsAgain(list, null, "A02")).toBe(false);
  expect(tellsAgain(list, caseOf({ notices: 1 }), "A02")).toBe(true);
  expect(tellsAgain(list, caseOf(), "A01")).toBe(false);
});

test("a digit turns a material from there to missing, to not asked for, and back", () => {
  expect([turned("there"), turned("lacks"), turned("shared"), turned("promise")]).toEqual(["lacks", "shared", "there", "there"]);
});

test("what nobody marked is there; marks of another item's list say nothing", () => {
  const said = checked(["户口簿", "照片", "结婚证"], { 照片: "lacks", 结婚证: "promise", 营业执照: "lacks" });
  expect(said).toEqual({ missing: ["照片"], waived: [{ material: "结婚证", why: "promise" }] });
});

const before = (...all: Partial<Entered>[]): Carried => ({
  applicant: {}, all: all.map((e) => ({ code: "A01", item: "", window: "1", staff: null, at: "", ...e })),
});

test("what windows before have marked stands in the list: for the same item first, else the latest", () => {
  const carried = before(
    { code: "B01", seen: ["户口簿"], missing: ["照片"], waived: [{ material: "结婚证", why: "shared" }, { material: "证明", why: "of a newer version" }] },
    { code: "A01", missing: ["户口簿"] },
    { code: "C01", waived: [{ material: "照片", why: "licence" }] },
  );
  const materials = ["户口簿", "照片", "结婚证", "证明", "房产证"];
  expect(marksOf(carried, "A01", materials)).toEqual({ 户口簿: "lacks", 照片: "lacks", 结婚证: "shared" });
  expect(marksOf(carried, "B01", materials)).toEqual({ 户口簿: "there", 照片: "lacks", 结婚证: "shared" });
  expect(marksOf(null, "A01", materials)).toEqual({});
});

test("after a case of an item was accepted the next one of it is another's: its papers are looked at anew", () => {
  const carried = before({ code: "A01", case: "QL1", waived: [{ material: "结婚证", why: "shared" }] }, { code: "B01", seen: ["户口簿"] });
  expect([another(carried, "A01"), another(carried, "B01"), another(carried, "C01"), another(null, "A01")]).toEqual([true, false, false, false]);
  expect(marksOf(carried, "A01", ["户口簿", "结婚证"])).toEqual({ 户口簿: "there" });
  expect(marksOf(carried, "B01", ["户口簿", "结婚证"])).toEqual({ 户口簿: "there", 结婚证: "shared" });
});
