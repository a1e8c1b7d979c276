import { expect, test } from "vitest";
import { changed, countOf, forget, idsOf, save, savedOf, valuesOf, type Filter } from "./filters";

const filters: Filter[] = [
  { name: "q", word: "repair.filter.q", kind: "search" },
  { name: "unit", word: "repair.filter.unit", kind: "choice", many: true, from: "units" },
  { name: "named", word: "repair.filter.named", kind: "flag" },
];

function store(before: Record<string, string> = {}) {
  const kept = new Map(Object.entries(before));
  return { kept, getItem: (k: string) => kept.get(k) ?? null, setItem: (k: string, v: string) => void kept.set(k, v) };
}

test("the address says the view and the filters; the rest of it is none of ours", () => {
  expect(valuesOf({ view: "ended", q: "户口", unit: "", named: ["1", "2"], lang: "en" }, filters)).toEqual({ view: "ended", q: "户口" });
});

test("a filter that is emptied leaves the address", () => {
  expect(changed({ view: "todo", q: "户口" }, { q: "", named: "1" })).toEqual({ view: "todo", named: "1" });
  expect(countOf({ view: "todo", named: "1" })).toBe(1);
  expect(idsOf("police,market,")).toEqual(["police", "market"]);
});

test("each account has its own saved filters, for each page", () => {
  const s = store();
  save(s, "tang", "repairs", { name: "实名", values: { named: "1" } });
  expect(savedOf(s, "tang", "repairs")).toEqual([{ name: "实名", values: { named: "1" } }]);
  expect(savedOf(s, "gao", "repairs")).toEqual([]);
  expect(savedOf(s, "tang", "ratings")).toEqual([]);
});

test("a set of the same name is replaced where it stood", () => {
  const s = store();
  save(s, "tang", "repairs", { name: "a", values: { q: "1" } });
  save(s, "tang", "repairs", { name: "b", values: {} });
  expect(save(s, "tang", "repairs", { name: "a", values: { q: "2" } })).toEqual([{ name: "a", values: { q: "2" } }, { name: "b", values: {} }]);
  expect(forget(s, "tang", "repairs", "a")).toEqual([{ name: "b", values: {} }]);
});

test("twenty are kept, the oldest go", () => {
  const s = store();
  for (let n = 0; n < 25; n++) save(s, "tang", "repairs", { name: `${n}`, values: {} });
  expect(savedOf(s, "tang", "repairs").map((x) => x.name)).toEqual(Array.from({ length: 20 }, (_, i) => `${i + 5}`));
});

test.each(["", "not json", "{}", '[{"name":1,"values":{}}]', '[{"name":"a","values":{"q":1}}]', "[null]"])("what cannot be read is none: %s", (text) => {
  expect(savedOf(store({ "hallpulse.filters.tang.repairs": text }), "tang", "repairs")).toEqual([]);
});

test("a browser that keeps nothing still filters", () => {
  const full = { getItem: () => null, setItem() { throw new Error("full"); } };
  expect(save(full, "tang", "repairs", { name: "a", values: {} })).toHaveLength(1);
});
