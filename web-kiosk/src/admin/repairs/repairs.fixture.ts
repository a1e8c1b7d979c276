// A unit's and the centre's repairs on 18 November 2026 at 10:42, for tests and pictures. fixtures/*.json are these values,
// as the hub writes them; repairs.test.ts holds the two together.
import { dayAfter, weekdayOf, type Day } from "../../shared/day";
import type { Choices, Page, Refusal } from "../api";
import type { Counted, DayCount } from "../days";
import type { Me } from "../me";
import type { Counts, ManyRow, Reason, Repair, Row, Step } from "./api";

export const asOf = "2026-11-18T10:42:10+08:00";
export const today: Day = "2026-11-18";

export const handler: Me = {
  name: "tang", display: "唐思源", role: "handler", unit: "police", unit_name: "市公安局", centre: "青澜市政务服务中心", desk: false,
  may: ["account.own", "admin.open", "board.wall", "ratings.text", "repairs.list", "repairs.sign", "repairs.work", "appeals.open", "concerns.list", "concerns.work", "inspections.answer", "figures.read", "figures.export", "policy.read"],
  counts: { repairs: 9, appeals: 1 },
};

export const caller: Me = {
  ...handler, name: "lin", display: "林小禾", role: "caller",
  may: ["account.own", "admin.open", "board.wall", "ratings.text", "repairs.list", "repairs.call", "private.reveal", "figures.read", "policy.read"], counts: { repairs: 1 },
};

export const centre: Me = {
  name: "gao", display: "高静仪", role: "centre", unit: "", unit_name: "", centre: "青澜市政务服务中心", desk: true,
  may: ["account.own", "admin.open", "board.desk", "board.wall", "ratings.list", "ratings.level", "ratings.text", "repairs.list", "repairs.assign", "repairs.sign", "repairs.call", "repairs.work", "repairs.accept", "repairs.decide",
    "repairs.freeze", "pressure.read", "appeals.decide", "private.reveal", "private.export", "private.erase", "concerns.list", "concerns.enter", "concerns.route", "concerns.work", "concerns.judge", "inspections.plan", "inspections.list",
    "inspections.answer", "figures.read", "figures.export", "people.read", "people.manage", "policy.read", "policy.adopt", "calendar.close", "agents.lost", "audit.read", "messages.read", "messages.decide"],
  counts: { repairs: 6, appeals: 1 },
};

const reason: Record<string, Reason> = Object.fromEntries([
  ["108", "在办事指南之外增加新的审批条件", "加了审批条件"], ["111", "办事指南提供样本有错", "样本有错"], ["113", "多头跑窗口和部门", "多头跑窗口"], ["207", "没有提供材料样本", "没有材料样本"], ["208", "没有提供材料清单", "没有材料清单"],
  ["209", "未在承诺时间内办结", "超过承诺时间"], ["210", "同样内容的证明材料被要求多次提交", "重复提交"], ["213", "窗口人员业务不熟练", "业务不熟练"], ["214", "服务态度生硬", "态度生硬"],
].map(([code = "", name = "", short = ""]) => [code, { code, name, short }]));
/** Reasons by their codes, for who sees levels; a unit reads them without codes. */
const because = (...codes: string[]): Reason[] => codes.flatMap((code) => reason[code] ?? []);
const told = (...codes: string[]): Reason[] => because(...codes).map(({ name, short }) => ({ name, short }));

export function rowOf(number: number, change: Partial<Row> = {}): Row {
  const due = change.due ?? today;
  return {
    id: `R-${number}`, number: `R-${number}`, state: "repairing", version: 6, item: "居民身份证补领", window: "12", hall: "city", hall_name: "市政务服务大厅", unit: "police", unit_name: "市公安局",
    concerns: ["item"], reasons: told("208", "210"), reason_missing: false, due, provisional: false, due_today: due === today, overdue: 0, extended: 0,
    named: false, callback: "none", frozen: false, waits: ["repair"], appealed: [], ...change,
  };
}

const rows: Row[] = [
  rowOf(1107, { named: true, callback: "reached" }),
  rowOf(1109, { item: "户口迁移", window: "3", reasons: told("213"), concerns: ["clerk"] }),
  rowOf(1112, { item: "居住证办理", window: "11", reasons: told("209"), due: "2026-11-19", state: "verifying", named: true, callback: "due", waits: ["call", "verify"] }),
  rowOf(1115, { item: "新生儿落户", window: "1", reasons: told("207"), due: "2026-11-20" }),
  rowOf(1116, { item: "临时身份证", reasons: [], reason_missing: true, due: "2026-11-20", state: "verifying", waits: ["reasons", "verify"] }),
  rowOf(1118, { item: "身份证到期换领", window: "2", reasons: told("214"), due: "2026-11-23", concerns: ["clerk"] }),
  rowOf(1098, { item: "户口迁移", window: "3", reasons: told("113"), due: "2026-11-26", extended: 1 }),
  rowOf(1124, { item: "居住证办理", window: "11", reasons: told("111"), due: "2026-12-01", state: "verifying", waits: ["verify"] }),
  rowOf(1131, { due: "2026-12-02", state: "assigned", waits: ["sign"] }),
  rowOf(1101, { item: "户口迁移", window: "3", reasons: told("108"), due: "2026-11-24", state: "answered", waits: ["accept", "second"] }),
  rowOf(1121, { item: "居住证办理", window: "11", reasons: told("214"), due: "2026-12-01", frozen: true, waits: ["thaw", "repair"] }),
];

export const unitList: Page<Row> = { rows, next: "", as_of: asOf };
export const unitCounts: Counts = { views: { todo: 9, today: 2, overdue: 0, running: 11 }, as_of: asOf };

export const centreList: Page<Row> = {
  as_of: asOf, next: "",
  rows: [
    rowOf(1088, { item: "企业设立登记", window: "21", unit: "market", unit_name: "市场监管局", reasons: because("209"), due: "2026-11-16", overdue: 2, level: 1 }),
    rowOf(1107, { named: true, callback: "reached", level: 2, reasons: because("208", "210") }),
    rowOf(1133, { item: "不动产转移登记", window: "31", unit: "land", unit_name: "不动产登记中心", reasons: because("113", "210"), due: "2026-11-30", state: "open", level: 1, named: true, callback: "due", waits: ["assign"] }),
    rowOf(1126, { item: "户口迁移", window: "3", reasons: because("214"), due: "2026-12-01", waits: ["exclusion", "repair"], level: 1 }),
    rowOf(1134, { item: "医保参保登记", window: "4", hall: "baiyang", hall_name: "白杨镇便民服务中心", unit: "", unit_name: "", reasons: [], reason_missing: true, due: "2026-12-02", state: "open", level: 2, waits: ["assign"] }),
    rowOf(1135, { item: "公积金提取", window: "17", unit: "fund", unit_name: "公积金中心", reasons: because("208"), due: "2027-01-04", provisional: true, state: "open", level: 2, waits: ["assign"] }),
  ],
};
export const centreCounts: Counts = { views: { assign: 3, accept: 1, decide: 1, frozen: 1, todo: 0, today: 1, overdue: 1, running: 57 }, as_of: asOf };

/** A limit of n working days, day by day; feasts are named by their days. */
export function counted(from: Day, n: number, feasts: Record<Day, string> = {}, change: (d: DayCount) => DayCount = (d) => d): Counted & { unit: "working" } {
  const days: DayCount[] = [{ day: from, why: "begins" }];
  for (let at = 0; at < n;) {
    const day = dayAfter(days.at(-1)?.day ?? from, 1);
    const weekend = weekdayOf(day) % 6 === 0;
    const feast = feasts[day];
    const plain: DayCount = feast ? { day, why: "holiday", name: feast } : weekend ? { day, why: "weekend" } : { day, n: 1, why: "counted" };
    const { n: counts, ...rest } = change(plain);
    days.push(counts ? { ...rest, n: ++at } : rest);
  }
  return { from, due: days.at(-1)?.day ?? from, provisional: days.some((d) => d.why === "unpublished"), unit: "working", days };
}

const done = (what: Step["what"], at: string, by: string, more: Partial<Step> = {}): Step => ({ what, stands: "done", at, by, ...more });
const course: Step[] = [
  done("opened", "2026-11-04T14:05:12+08:00", "系统"),
  done("assigned", "2026-11-04T14:20:00+08:00", "高静仪", { to: "市公安局" }),
  done("signed", "2026-11-04T15:05:00+08:00", "唐思源"),
  done("called", "2026-11-06T09:40:00+08:00", "林小禾"),
  done("verified", "2026-11-06T10:12:00+08:00", "唐思源"),
];
const ahead = (now: Step["what"], ...next: Step["what"][]): Step[] => [{ what: now, stands: "now" }, ...next.map((what): Step => ({ what, stands: "next" }))];

/** The repair of the picture: a handler's, on its last day. */
export function repairOf(change: Partial<Repair> = {}): Repair {
  return {
    ...rowOf(1107, { named: true, callback: "reached" }),
    as_of: asOf, opened: "2026-11-04", cause: "rating", why: "item", handler: "唐思源", day: "2026-11-04", at: "2026-11-04T13:58:00+08:00", ticket: "A063", channel: "qr", served_by: "周敏",
    words: "照片回执交了两回，第一次没人说要。", rater: { name: "陈*芳", phone: "138****2046", may_reveal: false },
    deadline: counted("2026-11-04", 10), steps: [...course, ...ahead("repairing", "checking", "rating")],
    note: "请两天内回访，问清是哪两样材料。",
    calls: [{ at: "2026-11-06T09:40:00+08:00", by: "林小禾", reached: true, said: "本人说两次都带了回执，第一次窗口没收。希望一次说清要带什么。" }],
    finding: { at: "2026-11-06T10:12:00+08:00", by: "唐思源", result: "confirmed", mode: "ledger", note: "取号票上没有材料清单，回执系统里已有，窗口又收了一次。" },
    extensions: [], answers: [], appeals: [], may: ["begin", "answer", "extend", "propose-exclusion", "appeal"],
    limits: { text: 2000, sms: true, second: 5, sign: 1, decide: 5, unit: "working", extend: { left: 0, days: counted("2026-11-18", 10).days.slice(1) }, appeal: "2026-11-25" },
    ...change,
  };
}

/** The same of somebody who gave no name: the unit is told the day alone, and before anything was found. */
export function anonymousOf(change: Partial<Repair> = {}): Repair {
  const repair = repairOf({ named: false, callback: "none", calls: [], steps: [{ what: "opened", stands: "done", on: "2026-11-04", by: "系统" }, ...course.slice(1, 3), ...ahead("verifying", "repairing", "checking", "rating")], state: "verifying", waits: ["verify"], may: ["verify", "propose-exclusion", "appeal"], ...change });
  for (const field of ["at", "ticket", "channel", "served_by", "words", "rater", "finding", "note"] as const) if (!(field in change)) Reflect.deleteProperty(repair, field);
  return repair;
}

const answered = {
  at: "2026-11-17T16:20:00+08:00", by: "唐思源", changed: "取号票加印材料清单；相片回执改由系统调取。责任人：吴岚，11月9日已改。",
  reply: "您反映的两件事我们核实了。材料清单从 11月9日起在取号票上印出；相片回执改为系统直接调取，不再重复收。给您添麻烦了。",
};

/** Repairs in states that a page must show. */
export const repairs = {
  unit: repairOf({ keys: [{ of: "window", why: "again", n: 3, days: 30 }] }),
  centre: repairOf({
    level: 2, reasons: because("208", "210"), state: "answered", waits: ["accept", "second"], due_today: false, answers: [answered], version: 7, may: ["accept", "return", "freeze"],
    keys: [{ of: "window", why: "again", n: 3, days: 30 }, { of: "item", why: "not-done", n: 2, days: 30 }],
    rater: { name: "陈*芳", phone: "138****2046", may_reveal: true }, steps: [...course, done("answered", answered.at, answered.by), ...ahead("checking", "rating")],
  }),
  decide: anonymousOf({
    ...rowOf(1126, { item: "户口迁移", window: "3", reasons: because("214"), due: "2026-12-01", waits: ["exclusion", "repair"], level: 1 }), concerns: ["clerk"], day: "2026-11-17", opened: "2026-11-17", why: "clerk", handler: "唐思源",
    at: "2026-11-17T09:10:00+08:00", ticket: "A031", channel: "pad", served_by: "林晓", deadline: counted("2026-11-17", 10), may: ["decide-exclusion", "freeze"],
    exclusion: { at: "2026-11-17T17:30:00+08:00", by: "唐思源", why: "malicious", evidence: "评价人要求插队被拒，当场说要打差评。3 号窗口 9:05 至 9:12 有值班记录；排队号 A031 前面还有 6 人。" },
    steps: [done("opened", "2026-11-17T09:12:00+08:00", "系统"), done("assigned", "2026-11-17T09:20:00+08:00", "高静仪", { to: "市公安局" }), done("proposed", "2026-11-17T17:30:00+08:00", "唐思源"), ...ahead("deciding", "checking", "rating")],
  }),
  anonymous: anonymousOf(),
} satisfies Record<string, Repair>;

/** POST /api/repairs/bulk with preview: one can be assigned, one was assigned meanwhile. */
export const preview: { preview: boolean; rows: ManyRow[] } = {
  preview: true,
  rows: [
    { id: "R-1133", repair: { ...rowOf(1133, { item: "不动产转移登记", window: "31", unit: "land", unit_name: "不动产登记中心", reasons: because("113", "210"), due: "2026-11-30", state: "assigned", level: 1, named: true, callback: "due", waits: ["sign"] }), version: 7 } },
    { id: "R-1135", error: { code: "taken", message: "魏然刚才已经办了（派单）。请看现在的情况再办。", by: "魏然", at: "2026-11-18T10:40:00+08:00", did: "repair.assigned" } },
  ],
};

export const choices: Choices = {
  halls: [
    { id: "city", name: "市政务服务大厅", place: "江南省/青澜市" }, { id: "land", name: "不动产登记分厅", place: "江南省/青澜市" },
    { id: "baiyang", name: "白杨镇便民服务中心", place: "江南省/青澜市/白杨镇" }, { id: "liu", name: "柳村代办点", place: "江南省/青澜市/白杨镇" }, { id: "shiqiao", name: "石桥镇便民服务中心", place: "江南省/青澜市/石桥镇" },
  ],
  units: ["centre:中心", "police:市公安局", "market:市场监管局", "land:不动产登记中心", "fund:公积金中心", "social:社保局", "medical:医保局", "tax:税务局", "civil:民政局", "housing:住建局", "water:水利局", "plan:自然资源和规划局", "edu:教育局", "health:卫健委", "traffic:交通运输局"].map((u) => {
    const [id = "", name = ""] = u.split(":");
    return { id, name };
  }),
  items: ["居民身份证补领", "户口迁移", "居住证办理", "新生儿落户", "临时身份证", "身份证到期换领", "企业设立登记", "不动产转移登记", "公积金提取", "医保参保登记"].map((name, i) => ({ id: `A${i + 1}`, name })),
  reasons: Object.values(reason).map((r) => ({ id: r.code ?? "", name: r.name })),
};

export const taken: { error: Refusal } = {
  error: { code: "taken", message: "胡明刚才已经办了（答复）。请看现在的情况再办。", by: "胡明", at: "2026-11-18T10:40:00+08:00", did: "repair.answered" },
};
export const refused: { error: Refusal } = { error: { code: "long", field: "reply", message: "最多 2000 字，请删短些。" } };

/** Every file of fixtures/ and what is in it. */
export const files: Record<string, unknown> = {
  "repairs/fixtures/list-unit.json": unitList, "repairs/fixtures/counts-unit.json": unitCounts, "repairs/fixtures/list-centre.json": centreList, "repairs/fixtures/counts-centre.json": centreCounts,
  "repairs/fixtures/one-unit.json": repairs.unit, "repairs/fixtures/one-centre.json": repairs.centre, "repairs/fixtures/one-decide.json": repairs.decide, "repairs/fixtures/one-anonymous.json": repairs.anonymous,
  "repairs/fixtures/bulk-preview.json": preview, "repairs/fixtures/taken.json": taken, "repairs/fixtures/refused.json": refused,
  "fixtures/me-handler.json": handler, "fixtures/me-caller.json": caller, "fixtures/me-centre.json": centre, "fixtures/choices.json": choices,
};
