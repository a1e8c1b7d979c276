import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import zh from "../../shared/words/zh.json";
import { countOf, runsOf } from "../days";
import { blank, bodyOf, forms, lackOf, needsOf, othersOf, primaryOf, purposesOf, topicOf, viewsOf } from "./acts";
import { stepsAhead, stepsDone, type Act, type Repair, type Row } from "./api";
import { groupsOf, spanOf, standing } from "./groups";
import { papersOf } from "./papers";
import { anonymousOf, caller, centre, counted, files, handler, repairOf, repairs, rowOf, today, unitList } from "./repairs.fixture";

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
  expect(groupsOf(rows, today, new Map([["R-1107", "today"]])).map((g) => [g.span, g.rows.length])).toEqual([["today", 2], ["week", 1]]);
});

test.each<[string, Partial<Row>, string, string]>([
  ["due today is loud", {}, "attention", "today"],
  ["overdue is louder than what is missing", { overdue: 2, due: "2026-11-16", state: "verifying", waits: ["call", "verify"] }, "attention", "overdue"],
  ["who is to be called back comes before what is to be found", { due: "2026-11-20", state: "verifying", waits: ["call", "verify"] }, "waiting", "wait.call"],
  ["reasons are asked", { due: "2026-11-20", state: "verifying", waits: ["reasons", "verify"] }, "waiting", "wait.reasons"],
  ["a proposal holds up the rest", { due: "2026-11-20", waits: ["exclusion", "repair"] }, "waiting", "wait.exclusion"],
  ["an appeal holds nobody up", { due: "2026-11-20", waits: ["appeal", "repair"] }, "serving", "repairing"],
  ["in repair", { due: "2026-11-20" }, "serving", "repairing"],
  ["answered on its last day is not loud", { state: "answered", waits: ["accept", "second"] }, "serving", "answered"],
  ["frozen says no more", { frozen: true, waits: ["thaw", "repair"] }, "closed", "frozen"],
  ["withdrawn", { state: "withdrawn", ended: "2026-11-10", waits: [] }, "closed", "withdrawn"],
])("%s", (_, change, shape, word) => expect(standing(rowOf(1, change), today)).toEqual({ shape, word }));

test.each<[string, Act[], Partial<Repair>, Act | undefined]>([
  ["the handler signs first", ["sign", "propose-exclusion"], { state: "assigned" }, "sign"],
  ["the handler answers", ["begin", "answer", "extend", "propose-exclusion", "appeal"], {}, "answer"],
  ["what is unfounded is answered, not repaired", ["verify", "answer", "appeal"], { state: "verifying", finding: { by: "", result: "unfounded" } }, "answer"],
  ["what was found to be true is begun", ["verify", "begin", "answer"], { state: "verifying", finding: { by: "", result: "partly" } }, "begin"],
  ["the call-back person calls", ["call"], { state: "verifying", callback: "due" }, "call"],
  ["who was reached is not called again", ["call"], { state: "verifying", callback: "reached" }, undefined],
  ["the centre assigns what is open", ["assign", "freeze"], { state: "open" }, "assign"],
  ["to move it to another unit is not what stands open", ["assign", "freeze"], {}, undefined],
  ["the centre accepts an answer", ["accept", "return", "freeze"], { state: "answered" }, "accept"],
  ["a decision comes before everything", ["accept", "decide-exclusion"], { state: "answered" }, "decide-exclusion"],
  ["nothing is asked of who only reads", [], {}, undefined],
])("%s", (_, may, change, act) => expect(primaryOf(repairOf({ may, ...change }))).toBe(act));

test("what is in the ledger is not moved there again", () => {
  expect(othersOf(repairOf(), "answer")).toEqual(["extend", "propose-exclusion", "appeal"]);
  expect(othersOf(repairOf({ finding: { by: "", result: "confirmed", mode: "at-once" } }), "answer")).toContain("begin");
});

const needs = (act: Act, filled = blank, repair: Partial<Repair> = {}) => needsOf(act, filled, repairOf(repair));

test("a form asks what can be answered as things stand", () => {
  expect(needs("verify")).toEqual(["result", "note"]);
  expect(needs("verify", { ...blank, result: "partly" })).toEqual(["result", "mode", "note"]);
  expect(needs("verify", { ...blank, result: "unfounded" })).toEqual(["result", "note"]);
  expect(needs("answer", blank, { finding: { by: "", result: "unfounded" } })).toEqual(["reply"]);
  const appeal = (side: "staff" | "unit") => ({ by: "", side, ground: "facts" as const, until: today });
  expect(needs("decide-appeal", blank, { appeals: [appeal("staff")] })).toEqual(["uphold", "reason"]);
  expect(needs("decide-appeal", blank, { appeals: [appeal("staff"), appeal("unit")] })).toEqual(["side", "uphold", "reason"]);
});

test("a form lacks what is empty or blank, not what is optional", () => {
  expect(lackOf("answer", blank, needs("answer"))).toBe("changed");
  expect(lackOf("answer", { ...blank, changed: "改了", reply: "  " }, needs("answer"))).toBe("reply");
  expect(lackOf("verify", { ...blank, result: "unfounded" }, ["result", "note"])).toBeUndefined();
  expect(lackOf("call", { ...blank, reached: "no" }, ["reached", "said"])).toBeUndefined();
  expect(lackOf("call", { ...blank, reached: "yes" }, ["reached", "said"])).toBe("said");
  expect(lackOf("sign", blank, [])).toBeUndefined();
});

test("a body holds what the act needs and nothing that was typed for another", () => {
  const filled = { ...blank, reached: "no", said: " 没人接 ", reply: "给别的", exclude: "yes", uphold: "no", reason: "理由" };
  expect(bodyOf("call", filled, ["reached", "said"], repairOf())).toEqual({ reached: false, said: "没人接" });
  expect(bodyOf("decide-exclusion", filled, ["exclude", "reason"], repairOf())).toEqual({ exclude: true, reason: "理由" });
  expect(bodyOf("sign", filled, [], repairOf())).toEqual({});
  const one = repairOf({ appeals: [{ by: "", side: "staff", ground: "facts", until: today }] });
  expect(bodyOf("decide-appeal", filled, ["uphold", "reason"], one)).toEqual({ side: "staff", uphold: false, reason: "理由" });
});

test("what is decided upon is read before, the rest after", () => {
  expect(topicOf(primaryOf(repairs.centre))).toBe("answer");
  expect(papersOf(repairs.centre).map((p) => [p.title, p.topic])).toEqual([["repair.paper.called", "course"], ["repair.paper.finding", "course"], ["repair.paper.answer", "answer"]]);
  expect(papersOf(repairs.decide).filter((p) => p.topic === topicOf(primaryOf(repairs.decide)))).toHaveLength(1);
});

test("an answer that was sent back is part of the course", () => {
  const stamp = { at: "2026-11-10T09:00:00+08:00", by: "唐思源" };
  const papers = papersOf(repairOf({ answers: [{ ...stamp, reply: "已改。", returned: { at: "2026-11-11T09:00:00+08:00", by: "高静仪", reason: "没有写改了什么。" } }, { ...stamp, at: "2026-11-12T09:00:00+08:00", reply: "已改：加印清单。" }] }));
  expect(papers.slice(-3).map((p) => [p.title, p.topic])).toEqual([["repair.paper.answer", "course"], ["repair.paper.returned", "course"], ["repair.paper.answer", "answer"]]);
});

test("a unit begins with what it has to do, the centre with what is to be assigned", () => {
  expect(viewsOf(handler)).toEqual(["todo", "today", "overdue", "running", "ended"]);
  expect(viewsOf(caller)).toEqual(["todo", "today", "overdue", "running", "ended"]);
  expect(viewsOf(centre)).toEqual(["assign", "accept", "decide", "frozen", "todo", "today", "overdue", "running", "ended"]);
  expect(viewsOf({ role: "auditor", may: ["repairs.list"] })).toEqual(["today", "overdue", "running", "ended"]);
});

test("only the centre looks at who rated for more than a call-back", () => {
  expect(purposesOf("caller")).toEqual(["call-back"]);
  expect(purposesOf("centre")).toContain("protection");
});

test("the unit's fixtures tell no level", () => {
  expect(JSON.stringify([unitList, repairOf(), anonymousOf()])).not.toMatch(/"level"|"code"/);
});

test("ten working days over a feast: what is counted and what is explained", () => {
  const feast = Object.fromEntries(Array.from({ length: 7 }, (_, i) => [`2026-10-0${i + 1}`, "国庆节"]));
  const c = counted("2026-09-23", 10, { ...feast, "2026-09-25": "中秋节" }, (d) => (d.day === "2026-10-10" ? { ...d, n: 1, why: "moved" } : d));
  expect(c.due).toBe("2026-10-14"); // codes.md, Working days
  expect(runsOf(c.days).map((r) => [r.why, r.from, r.to])).toEqual([["holiday", "2026-09-25", "2026-09-25"], ["holiday", "2026-10-01", "2026-10-07"], ["moved", "2026-10-10", "2026-10-10"]]);
  expect(countOf(c, "2026-10-08")).toEqual({ of: 10, now: 5 });
});

// Whatever the hub may say of a repair has words: the closed sets of firmware-protocol/hall and hub/internal/repair.
const source = (file: string) => readFileSync(`../${file}`, "utf8");
const values = (text: string, type: string) => [...text.matchAll(new RegExp(`${type}\\s+=\\s+"([a-z_.-]+)"`, "g"))].map((m) => m[1] ?? "");
const deeds = source("firmware-protocol/hall/deed_repair.go");
const room = source("hub/internal/repair/done.go");
test.each([
  ...(Object.keys(forms) as Act[]).flatMap((act) => [...["", ".short", ".title", ".follows", ".done"].map((end) => `repair.act.${act}${end}`), ...(forms[act].final ? [`repair.act.${act}.sure`] : []), ...forms[act].needs.map((need) => `repair.field.${need}`)]),
  ...[...stepsDone, ...stepsAhead].map((step) => `repair.step.${step}`),
  ...values(deeds, "RepairResult").map((v) => `repair.result.${v}`), ...values(deeds, "RepairMode").flatMap((v) => [`repair.mode.${v}`, `repair.mode.${v}.note`]),
  ...[...values(deeds, "ExclusionWhy"), ...values(deeds, "FrozenWhy")].map((v) => `repair.why.${v}`), ...values(deeds, "AppealGround").map((v) => `repair.ground.${v}`),
  ...values(deeds, "AppealSide").map((v) => `repair.side.${v}`), ...values(deeds, "OwnerWhy").map((v) => `repair.owner.${v}`), ...values(deeds, "Type").map((v) => `deed.${v}`),
  ...values(room, "Wait").map((v) => `repair.state.wait.${v}`), ...values(source("firmware-protocol/hall/level.go"), "Channel").map((v) => `repair.channel.${v}`),
  ...["open", "assigned", "verifying", "repairing", "answered", "closed", "excluded", "withdrawn", "frozen", "today", "overdue"].map((state) => `repair.state.${state}`),
  ...["overdue", "today", "week", "next", "later", "answered", "frozen", "ended"].map((group) => `repair.group.${group}`),
  ...viewsOf(centre).flatMap((view) => [`repair.view.${view}`, `repair.empty.${view}`, `repair.empty.${view}.do`]),
  ...purposesOf("centre").map((p) => `repair.purpose.${p}`), ...["assign", "accept"].flatMap((act) => ["", ".follows", ".becomes", ".go"].map((end) => `repair.bulk.${act}${end}`)),
])("%s has words", (key) => expect(words[key]).toBeTruthy());
