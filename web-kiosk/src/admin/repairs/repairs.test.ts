import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import zh from "../../shared/words/zh.json";
import { countOf, runsOf } from "../days";
import { blank, bodyOf, forms, lackOf, primaryOf, viewsOf } from "./acts";
import type { Act, Row, State } from "./api";
import { groupsOf, spanOf, standing } from "./groups";
import { centre, counted, files, handler, repairOf, rowOf, today, unitList } from "./repairs.fixture";

const words = zh as Record<string, string>;

// UPDATE=1 npx vitest run src/admin/repairs writes them anew.
test.each(Object.entries(files))("%s is what the types say", (file, value) => {
  const path = `src/admin/${file}`;
  const text = `${JSON.stringify(value, null, 2)}\n`;
  if (process.env.UPDATE) writeFileSync(path, text);
  expect(readFileSync(path, "utf8")).toBe(text);
});

test.each<[string, Partial<Row>, string]>([
  ["past its last day", { due: "2026-11-16", overdue: 2 }, "overdue"],
  ["past a day that was a day off", { due: "2026-11-15", overdue: 0 }, "overdue"],
  ["due today", { due: today }, "today"],
  ["due on Sunday: this week", { due: "2026-11-22" }, "week"],
  ["due on Monday: next week", { due: "2026-11-23" }, "next"],
  ["due on the Sunday after", { due: "2026-11-29" }, "next"],
  ["due after that", { due: "2026-11-30" }, "later"],
  ["answered: its day is not waited for", { due: "2026-11-16", state: "answered" }, "answered"],
  ["frozen: its clock stands, even past its day", { due: "2026-11-16", frozen: true }, "frozen"],
  ["closed", { state: "closed", ended: "2026-10-30" }, "ended-2026-10"],
])("%s", (_, change, span) => expect(spanOf(rowOf(1, change), today)).toBe(span));

test("on Sunday the week ends today", () => {
  expect(spanOf(rowOf(1, { due: "2026-11-23" }), "2026-11-22")).toBe("next");
});

test("the unit's list: what is due today first, in the order of the hub", () => {
  const groups = groupsOf(unitList.rows, today);
  expect(groups.map((g) => [g.span, g.rows.length])).toEqual([["today", 2], ["week", 3], ["next", 2], ["later", 2], ["answered", 1], ["frozen", 1]]);
  expect(groups.flatMap((g) => g.rows.map((r) => r.number)).slice(0, 3)).toEqual(["R-1107", "R-1109", "R-1112"]);
});

test("more rows never move those that are there", () => {
  const some = groupsOf(unitList.rows.slice(0, 4), today).flatMap((g) => g.rows);
  expect(groupsOf(unitList.rows, today).flatMap((g) => g.rows).slice(0, 4)).toEqual(some);
});

test("what was just answered stays where it stood", () => {
  const rows = [rowOf(1107, { state: "answered" }), rowOf(1109), rowOf(1112, { due: "2026-11-19" })];
  expect(groupsOf(rows, today, new Map([["r-1107", "today"]])).map((g) => [g.span, g.rows.length])).toEqual([["today", 2], ["week", 1]]);
});

test.each<[string, Partial<Row>, string, string]>([
  ["due today is loud", {}, "attention", "today"],
  ["overdue is louder than what is missing", { overdue: 2, due: "2026-11-16", state: "verifying", callback: "due" }, "attention", "overdue"],
  ["who is to be called back comes before what is to be found", { due: "2026-11-20", state: "verifying", callback: "due" }, "waiting", "calling"],
  ["called already", { due: "2026-11-20", state: "verifying", callback: "reached" }, "waiting", "verifying"],
  ["in repair", { due: "2026-11-20" }, "serving", "repairing"],
  ["answered on its last day is not loud", { state: "answered" }, "serving", "answered"],
  ["frozen says no more", { frozen: true }, "closed", "frozen"],
  ["withdrawn", { state: "withdrawn", ended: "2026-11-10" }, "closed", "withdrawn"],
])("%s", (_, change, shape, word) => expect(standing(rowOf(1, change), today)).toEqual({ shape, word }));

test.each<[string, Act[], State, Act | undefined]>([
  ["the handler signs first", ["sign", "exclude"], "assigned", "sign"],
  ["the handler answers", ["answer", "extend", "exclude", "appeal"], "repairing", "answer"],
  ["the call-back person calls", ["call"], "verifying", "call"],
  ["the centre assigns what is open", ["assign", "freeze"], "open", "assign"],
  ["to move it to another unit is not what stands open", ["assign", "freeze"], "repairing", undefined],
  ["the centre accepts an answer", ["return", "close", "freeze"], "answered", "close"],
  ["a decision comes before everything", ["close", "decide-exclusion"], "answered", "decide-exclusion"],
  ["nothing is asked of who only reads", [], "repairing", undefined],
])("%s", (_, may, state, act) => expect(primaryOf({ may, state, frozen: false })).toBe(act));

test("a form lacks what is empty or blank, not what is optional", () => {
  expect(lackOf("answer", blank)).toBe("done");
  expect(lackOf("answer", { ...blank, done: "改了", reply: "  " })).toBe("reply");
  expect(lackOf("verify", { ...blank, verdict: "true", road: "ledger" })).toBeUndefined();
  expect(lackOf("sign", blank)).toBeUndefined();
});

test("a body holds what the act needs and nothing that was typed for another", () => {
  const filled = { ...blank, reached: "no", said: " 没人接 ", reply: "给别的", granted: "yes", why: "理由" };
  expect(bodyOf("call", filled)).toEqual({ reached: false, said: "没人接" });
  expect(bodyOf("decide-exclusion", filled)).toEqual({ granted: true, why: "理由" });
  expect(bodyOf("verify", { ...blank, verdict: "partly", road: "at_once" })).toEqual({ verdict: "partly", road: "at_once" });
});

test("a unit begins with what it has to do, the centre with what is to be assigned", () => {
  expect(viewsOf(handler.may)).toEqual(["todo", "overdue", "running", "ended"]);
  expect(viewsOf(centre.may)).toEqual(["assign", "verify", "decide", "overdue", "running", "ended"]);
});

test("the unit's fixtures tell no level", () => {
  expect(JSON.stringify([unitList, repairOf()])).not.toMatch(/"level"/);
});

test("ten working days over a feast: what is counted and what is explained", () => {
  const feast = Object.fromEntries(Array.from({ length: 7 }, (_, i) => [`2026-10-0${i + 1}`, "国庆节"]));
  const c = counted("2026-09-23", 10, { ...feast, "2026-09-25": "中秋节" }, (d) => (d.day === "2026-10-10" ? { ...d, n: 1, why: "moved" } : d));
  expect(c.due).toBe("2026-10-14"); // codes.md, Working days
  expect(runsOf(c.days).map((r) => [r.why, r.from, r.to])).toEqual([["holiday", "2026-09-25", "2026-09-25"], ["holiday", "2026-10-01", "2026-10-07"], ["moved", "2026-10-10", "2026-10-10"]]);
  expect(countOf(c, "2026-10-08")).toEqual({ of: 10, now: 5 });
});

// Whatever the hub may say of a repair has words.
const stepWords = ["opened", "reopened", "assigned", "signed", "asked", "reasoned", "called", "unreached", "verified", "extended", "answered", "returned", "closed", "second", "proposed", "excluded", "kept",
  "appealed", "upheld", "rejected", "frozen", "thawed", "reminded", "escalated", "withdrawn", "assigning", "signing", "calling", "verifying", "repairing", "checking", "deciding", "rating"];
test.each([
  ...(Object.keys(forms) as Act[]).flatMap((act) => [`repair.act.${act}`, `repair.act.${act}.short`, `repair.act.${act}.title`, `repair.act.${act}.follows`, `repair.act.${act}.done`, `repair.did.${act}`, ...(forms[act].final ? [`repair.act.${act}.sure`] : []), ...forms[act].needs.map((need) => `repair.field.${need}`)]),
  ...stepWords.map((step) => `repair.step.${step}`),
  ...["open", "assigned", "verifying", "calling", "repairing", "answered", "closed", "excluded", "withdrawn", "frozen", "today", "overdue"].map((state) => `repair.state.${state}`),
  ...["overdue", "today", "week", "next", "later", "answered", "frozen", "ended"].map((group) => `repair.group.${group}`),
  ...["todo", "assign", "verify", "decide", "overdue", "running", "ended"].flatMap((view) => [`repair.view.${view}`, `repair.empty.${view}`, `repair.empty.${view}.do`]),
  ...["pad", "tablet", "qr", "kiosk", "web", "hotline", "sms"].map((channel) => `repair.channel.${channel}`),
])("%s has words", (key) => expect(words[key]).toBeTruthy());
