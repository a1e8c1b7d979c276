import { nextTick } from "vue";
import { expect, test } from "vitest";
import { dropDrafts, useDraft } from "./act";

function store() {
  const kept = new Map<string, string>();
  return { kept, getItem: (k: string) => kept.get(k) ?? null, setItem: (k: string, v: string) => void kept.set(k, v), removeItem: (k: string) => void kept.delete(k) };
}
const empty = { done: "", reply: "" };

test("what was typed is there again after a reload", async () => {
  const s = store();
  useDraft("tang.repair.r-1", empty, s).draft.reply = "您反映的";
  await nextTick();
  expect(useDraft("tang.repair.r-1", empty, s).draft).toEqual({ done: "", reply: "您反映的" });
  expect(useDraft("gao.repair.r-1", empty, s).draft).toEqual(empty);
});

test("a draft is gone when the act is done, or when all of it was deleted", () => {
  const s = store();
  const one = useDraft("a", empty, s);
  one.draft.done = "改了";
  one.drop();
  expect(one.draft).toEqual(empty);
  one.draft.done = "又";
  one.draft.done = "";
  expect(s.kept.size).toBe(0);
});

test("a draft that cannot be read is none", () => {
  const s = store();
  s.setItem("hallpulse.draft.a", "not json");
  expect(useDraft("a", empty, s).draft).toEqual(empty);
});

test("who signs in next at this desk finds no drafts", () => {
  const s: Record<string, unknown> = { "hallpulse.draft.a": "1", "hallpulse.lang": "zh", removeItem(k: string) { Reflect.deleteProperty(s, k); } };
  dropDrafts(s as unknown as Storage);
  expect(Object.keys(s)).toEqual(["hallpulse.lang", "removeItem"]);
});
