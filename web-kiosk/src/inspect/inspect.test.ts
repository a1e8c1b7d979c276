import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { addressOf, begin, bodyOf, newFound, type Draft } from "./draft";
import { doneOf, faultsOf, fitting, isWrong, photosOf, roomFor, type Answer, type Form, type Question } from "./forms";
import { meaning, send } from "./send";

const form: Form = {
  id: "site", name: "实地暗访", name_en: "Visit", kind: "site",
  questions: [
    { id: "hours", ask: "开窗", ask_en: "Open", kind: "yes-no", needed: true, wrong: ["no"] },
    { id: "wait", ask: "等了多久", ask_en: "Wait", kind: "number", needed: true, least: 0, most: 480, fine_to: 30 },
    { id: "manner", ask: "态度", ask_en: "Manner", kind: "choice", choices: [{ id: "warm", name: "热情", name_en: "warmly" }, { id: "cold", name: "冷淡", name_en: "coldly" }], wrong: ["cold"] },
    { id: "words", ask: "其他", ask_en: "Else", kind: "text", least: 5, most: 8 },
    { id: "photos", ask: "照片", ask_en: "Photos", kind: "photo", most: 2 },
  ],
};
const q = (id: string): Question => form.questions.find((x) => x.id === id) as Question;

test.each<[string, Record<string, Answer>, string]>([
  ["nothing: what must be answered is missing", {}, "hours missing 0, wait missing 0"],
  ["all that must be", { hours: { pick: "yes" }, wait: { number: 12 } }, ""],
  ["zero is an answer", { hours: { pick: "yes" }, wait: { number: 0 } }, ""],
  ["smaller and greater than may be", { hours: { pick: "no" }, wait: { number: -1 } }, "wait low 0"],
  ["half a minute", { hours: { pick: "no" }, wait: { number: 1.5 } }, "wait kind 0"],
  ["too many", { hours: { pick: "no" }, wait: { number: 481 } }, "wait high 480"],
  ["letters are counted, not bytes", { hours: { pick: "no" }, wait: { number: 1 }, words: { text: "𠮷𠮷𠮷𠮷" } }, "words short 5"],
  ["too long", { hours: { pick: "no" }, wait: { number: 1 }, words: { text: "一二三四五六七八九" } }, "words long 8"],
  ["blanks are none", { hours: { pick: "no" }, wait: { number: 1 }, words: { text: "   " } }, ""],
  ["more photos than the question takes", { hours: { pick: "no" }, wait: { number: 1 }, photos: { photos: ["a", "b", "c"] } }, "photos photos 2"],
])("%s", (_, answers, want) => {
  expect(Object.entries(faultsOf(form, answers)).map(([id, f]) => `${id} ${f.code} ${f.bound}`).join(", ")).toBe(want);
});

test("what is a shortcoming is known here as at the hub", () => {
  expect([isWrong(q("hours"), { pick: "no" }), isWrong(q("hours"), { pick: "yes" }), isWrong(q("wait"), { number: 31 }), isWrong(q("wait"), { number: 30 }), isWrong(q("manner"), { pick: "cold" }), isWrong(q("words"), { text: "x" }), isWrong(q("hours"), undefined)])
    .toEqual([true, false, true, false, true, false, false]);
});

// The rules stand in Go too: the shipped forms must be read by both alike.
test("the shipped forms use nothing that this page does not know", () => {
  for (const name of ["site", "phone", "topical", "survey", "observer"]) {
    const text = readFileSync(`../configs/inspection/${name}.yaml`, "utf8");
    for (const [, kind] of text.matchAll(/kind: (yes-no|choice|number|text|photo|[a-z]+),/g)) expect(["yes-no", "choice", "number", "text", "photo"]).toContain(kind);
  }
});

test("how far a form is counts what must be answered", () => {
  expect(doneOf(form, { hours: { pick: "yes" }, words: { text: "写了" } })).toEqual({ n: 1, of: 2 });
});

test("answers that fit a changed form stay", () => {
  const changed: Form = { ...form, questions: [q("hours"), { ...q("manner"), choices: [{ id: "warm", name: "", name_en: "" }] }, { ...q("wait"), most: 10 }] };
  expect(fitting(changed, { hours: { pick: "yes" }, manner: { pick: "cold" }, wait: { number: 12 }, words: { text: "五个字以上" } })).toEqual({ hours: { pick: "yes" } });
});

const draft = (change: Partial<Draft> = {}): Draft => ({ ...begin("wang", form, "2026-11-18", { inspection: "I-7", hall: "city" }), ...change });

test("six photos in all", () => {
  const found = [{ ...newFound("hours"), photos: ["c", "d"] }];
  expect(photosOf({ photos: { photos: ["a", "b"] } }, found)).toEqual(["a", "b", "c", "d"]);
  expect(roomFor({ photos: { photos: ["a", "b"] } }, found)).toBe(2);
});

test("what is empty is not sent", () => {
  const d = draft({
    answers: { hours: { pick: "yes" }, wait: { number: 0 }, words: { text: " " }, photos: { photos: [] } },
    found: [{ ...newFound("hours"), text: " 没开 ", unit: "police" }, { ...newFound(), text: "脏", unit: "land", due: "2026-11-25", photos: ["a"] }],
  });
  expect(bodyOf(d)).toEqual({
    draft: d.id, form: "site", on: "2026-11-18", answers: { hours: { pick: "yes" }, wait: { number: 0 } },
    findings: [{ question: "hours", text: "没开" }, { text: "脏", unit: "land", due: "2026-11-25", photos: ["a"] }],
  });
  expect(addressOf(d)).toBe("/api/inspections/I-7/submit");
  expect(bodyOf(draft({ inspection: "" }))).toMatchObject({ hall: "city" });
  expect(addressOf(draft({ inspection: "" }))).toBe("/api/inspections");
});

test.each<[number, object, string]>([
  [200, { number: "I-7" }, "taken"],
  [422, { error: { code: "missing", message: "必须填" }, faults: [{ code: "missing", message: "必须填" }] }, "refused"],
  [422, { error: { code: "unknown", message: "更新" }, faults: [{ code: "unknown", message: "更新" }] }, "refused"],
  [409, { error: { message: "别人先办了" } }, "gone"],
  [404, {}, "gone"],
  [401, {}, "signin"],
  [503, {}, "later"],
  [502, {}, "later"],
  [429, {}, "later"],
])("%i means %o: %s", (status, said, want) => expect(meaning(status, said).is).toBe(want));

test("a changed form is told apart from a wrong answer", () => {
  expect(meaning(422, { faults: [{ code: "unknown", message: "" }] })).toMatchObject({ changed: true });
  expect(meaning(422, { faults: [{ code: "missing", message: "" }] })).toMatchObject({ changed: false });
});

test("a draft goes with its photos, and waits where nobody answers", async () => {
  const asked: { path: string; form: FormData }[] = [];
  const post = (async (path: string, init: RequestInit) => {
    asked.push({ path, form: init.body as FormData });
    return new Response('{"number":"I-7"}', { status: 200 });
  }) as unknown as typeof fetch;
  const d = draft({ answers: { hours: { pick: "yes" }, photos: { photos: ["photo-1-aaaa", "lost-photo"] } } });
  const sent = await send(d, async (name) => (name === "photo-1-aaaa" ? new Blob(["1"]) : undefined), "zh", post);
  expect(sent).toEqual({ is: "taken", number: "I-7" });
  expect(asked[0]?.path).toBe("/api/inspections/I-7/submit");
  expect([...(asked[0]?.form.keys() ?? [])]).toEqual(["data", "photo-1-aaaa"]);
  expect(await send(d, async () => undefined, "zh", (() => Promise.reject(new TypeError("offline"))) as unknown as typeof fetch)).toEqual({ is: "later" });
  expect(await send(d, async () => undefined, "zh", (async () => new Response("<html>", { status: 502 })) as unknown as typeof fetch)).toEqual({ is: "later" });
});
