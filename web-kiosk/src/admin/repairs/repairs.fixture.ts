// A unit's and the centre's repairs on 18 November 2026 at 10:42, for tests and pictures. fixtures/*.json are these values,
// as the hub writes them; repairs.test.ts holds the two together.
import { dayAfter, weekdayOf, type Day } from "../../shared/day";
import type { Choices, Page, Refusal } from "../api";
import type { Counted, DayCount } from "../days";
import type { Me } from "../me";
import type { Reason, Repair, Row, Views } from "./api";

export const asOf = "2026-11-18T10:42:10+08:00";
export const today: Day = "2026-11-18";

export const handler: Me = {
  name: "tang", display: "唐思源", role: "handler", unit: "police", unit_name: "市公安局", centre: "青澜市政务服务中心", desk: false,
  may: ["repairs.list", "repairs.work", "appeals.list"], counts: { repairs: 9 },
};

export const centre: Me = {
  name: "gao", display: "高静仪", role: "centre", unit: "", unit_name: "", centre: "青澜市政务服务中心", desk: true,
  may: ["repairs.list", "repairs.assign", "repairs.close", "repairs.decide", "appeals.list", "concerns.list", "inspections.list", "ratings.list", "figures.read", "people.list", "policy.read", "audit.list", "messages.list", "private.list"],
  counts: { repairs: 12 },
};

const reason: Record<string, Reason> = Object.fromEntries([
  ["108", "在办事指南之外增加新的审批条件"], ["111", "办事指南提供样本有错"], ["113", "多头跑窗口和部门"], ["207", "没有提供材料样本"], ["208", "没有提供材料清单"],
  ["209", "未在承诺时间内办结"], ["210", "同样内容的证明材料被要求多次提交"], ["213", "窗口人员业务不熟练"], ["214", "服务态度生硬"],
].map(([code = "", name = ""]) => [code, { code, name }]));
const because = (...codes: string[]): Reason[] => codes.flatMap((code) => reason[code] ?? []);

export function rowOf(number: number, change: Partial<Row> = {}): Row {
  const due = change.due ?? today;
  return {
    id: `r-${number}`, number: `R-${number}`, item: "居民身份证补领", window: "12", hall: "city", hall_name: "市政务服务大厅", unit: "police", unit_name: "市公安局",
    reasons: because("208", "210"), reason_missing: false, state: "repairing", due, due_today: due === today, overdue: 0, provisional: false, named: false,
    callback: "none", frozen: false, extended: 0, pending: [], version: 6, ...change,
  };
}

const rows: Row[] = [
  rowOf(1107, { named: true, callback: "reached" }),
  rowOf(1109, { item: "户口迁移", window: "3", reasons: because("213") }),
  rowOf(1112, { item: "居住证办理", window: "11", reasons: because("209"), due: "2026-11-19", state: "verifying", named: true, callback: "due" }),
  rowOf(1115, { item: "新生儿落户", window: "1", reasons: because("207"), due: "2026-11-20" }),
  rowOf(1116, { item: "临时身份证", reasons: [], reason_missing: true, due: "2026-11-20", state: "verifying" }),
  rowOf(1118, { item: "身份证到期换领", window: "2", reasons: because("214"), due: "2026-11-23" }),
  rowOf(1098, { item: "户口迁移", window: "3", reasons: because("113"), due: "2026-11-26", extended: 1 }),
  rowOf(1124, { item: "居住证办理", window: "11", reasons: because("111"), due: "2026-12-01", state: "verifying" }),
  rowOf(1131, { due: "2026-12-02", state: "assigned" }),
  rowOf(1101, { item: "户口迁移", window: "3", reasons: because("108"), due: "2026-11-24", state: "answered" }),
  rowOf(1121, { item: "居住证办理", window: "11", reasons: because("214"), due: "2026-12-01", frozen: true, state: "repairing" }),
];

export const unitList: Page<Row> = { rows, next: "", as_of: asOf };
export const unitViews: Views = { views: { todo: 9, overdue: 0, running: 11, ended: 214 }, as_of: asOf };

export const centreList: Page<Row> = {
  as_of: asOf, next: "",
  rows: [
    rowOf(1088, { item: "企业设立登记", window: "21", unit: "market", unit_name: "市场监管局", reasons: because("209"), due: "2026-11-16", due_today: false, overdue: 2, level: 1, state: "repairing" }),
    rowOf(1107, { named: true, callback: "reached", level: 2 }),
    rowOf(1133, { item: "不动产转移登记", window: "31", unit: "land", unit_name: "不动产登记中心", reasons: because("113", "210"), due: "2026-11-30", state: "open", level: 1, named: true, callback: "due" }),
    rowOf(1126, { item: "户口迁移", window: "3", reasons: because("214"), due: "2026-12-01", state: "repairing", pending: ["exclusion"], level: 1 }),
    rowOf(1134, { item: "医保参保登记", window: "4", hall: "baiyang", hall_name: "白杨镇便民服务中心", unit: "", unit_name: "", reasons: [], reason_missing: true, due: "2026-12-02", state: "open", level: 2 }),
    rowOf(1135, { item: "公积金提取", window: "17", unit: "fund", unit_name: "公积金中心", reasons: because("208"), due: "2027-01-04", provisional: true, state: "open", level: 2 }),
  ],
};
export const centreViews: Views = { views: { assign: 3, verify: 1, decide: 1, overdue: 1, running: 57, ended: 2140 }, as_of: asOf };

/** A limit of n working days, day by day; feasts are named by their days. */
export function counted(from: Day, n: number, feasts: Record<Day, string> = {}, change: (d: DayCount) => DayCount = (d) => d): Counted {
  const days: DayCount[] = [{ day: from, why: "begins" }];
  for (let at = 0; at < n;) {
    const day = dayAfter(days.at(-1)?.day ?? from, 1);
    const weekend = weekdayOf(day) % 6 === 0;
    const feast = feasts[day];
    const plain: DayCount = feast ? { day, why: "holiday", name: feast } : weekend ? { day, why: "weekend" } : { day, n: 1, why: "counted" };
    const { n: counts, ...rest } = change(plain);
    days.push(counts ? { ...rest, n: ++at } : rest);
  }
  return { from, due: days.at(-1)?.day ?? from, provisional: days.some((d) => d.why === "unpublished"), days };
}

/** A repair of somebody who gave no name, before anything was found. */
const anonymous = (): Repair => ({
  ...rowOf(1107, { named: true, callback: "reached" }),
  as_of: asOf, opened: "2026-11-04T14:05:12+08:00", cause: "rating", day: "2026-11-04", at: "2026-11-04T13:58:00+08:00", ticket: "A063", channel: "qr",
  texts: { words: "照片回执交了两回，第一次没人说要。" },
  deadline: counted("2026-11-04", 10),
  steps: [
    { what: "opened", stands: "done", at: "2026-11-04T14:05:12+08:00" },
    { what: "assigned", stands: "done", at: "2026-11-04T14:20:00+08:00", by: "高静仪", to: "市公安局" },
    { what: "signed", stands: "done", at: "2026-11-04T15:05:00+08:00", by: "唐思源" },
    { what: "called", stands: "done", at: "2026-11-06T09:40:00+08:00", by: "林小禾" },
    { what: "verified", stands: "done", at: "2026-11-06T10:12:00+08:00", by: "唐思源" },
    { what: "repairing", stands: "now" },
    { what: "checking", stands: "next" },
    { what: "rating", stands: "next" },
  ],
  calls: [{ at: "2026-11-06T09:40:00+08:00", by: "林小禾", reached: true, said: "本人说两次都带了回执，第一次窗口没收。希望一次说清要带什么。" }],
  answers: [], extensions: [],
  may: ["answer", "extend", "exclude", "appeal"],
  limits: { text: 1000, sms: true, second: 5, extend: { left: 0, days: counted("2026-11-18", 10).days.slice(1) }, appeal: "2026-11-25" },
});

/** The repair of the picture: a handler's, on its last day. */
export function repairOf(change: Partial<Repair> = {}): Repair {
  return {
    ...anonymous(),
    rater: { name_masked: "陈*芳", phone_masked: "138****2046", may_reveal: true },
    finding: { at: "2026-11-06T10:12:00+08:00", by: "唐思源", verdict: "true", road: "ledger", note: "取号票上没有材料清单，回执系统里已有，窗口又收了一次。" },
    ...change,
  };
}

const answered = {
  at: "2026-11-17T16:20:00+08:00", by: "唐思源", done: "取号票加印材料清单；相片回执改由系统调取。责任人：吴岚，11月9日已改。",
  reply: "您反映的两件事我们核实了。材料清单从 11月9日起在取号票上印出；相片回执改为系统直接调取，不再重复收。给您添麻烦了。",
};

/** Repairs in every state that a page must show. */
export const repairs = {
  unit: repairOf(),
  centre: repairOf({
    level: 2, state: "answered", due_today: false, answers: [answered], version: 7, may: ["close", "return", "freeze"],
    steps: [...repairOf().steps.slice(0, 5), { what: "answered", stands: "done", at: answered.at, by: answered.by }, { what: "checking", stands: "now" }, { what: "rating", stands: "next" }],
  }),
  decide: {
    ...anonymous(), ...rowOf(1126, { item: "户口迁移", window: "3", reasons: because("214"), due: "2026-12-01", pending: ["exclusion", "appeal"], level: 1 }), id: "r-1126", day: "2026-11-17", opened: "2026-11-17T09:12:00+08:00",
    deadline: counted("2026-11-17", 10), texts: {}, calls: [], at: "2026-11-17T09:10:00+08:00", ticket: "A031", channel: "pad", may: ["decide-exclusion", "freeze"], cause: "rating",
    exclusion: {
      at: "2026-11-17T17:30:00+08:00", by: "唐思源", kind: "malicious", why: "评价人要求插队被拒，当场说要打差评。", evidence: "3 号窗口 9:05 至 9:12 的值班记录；排队号 A031 前面还有 6 人。",
    },
    steps: [
      { what: "opened", stands: "done", at: "2026-11-17T09:12:00+08:00" }, { what: "assigned", stands: "done", at: "2026-11-17T09:20:00+08:00", by: "高静仪", to: "市公安局" },
      { what: "proposed", stands: "done", at: "2026-11-17T17:30:00+08:00", by: "唐思源" }, { what: "deciding", stands: "now" },
    ],
  },
} satisfies Record<string, Repair>;

export const choices: Choices = {
  halls: [
    { id: "city", name: "市政务服务大厅", place: "江南省/青澜市" }, { id: "land", name: "不动产登记分厅", place: "江南省/青澜市" },
    { id: "baiyang", name: "白杨镇便民服务中心", place: "江南省/青澜市/白杨镇" }, { id: "liu", name: "柳村代办点", place: "江南省/青澜市/白杨镇" }, { id: "shiqiao", name: "石桥镇便民服务中心", place: "江南省/青澜市/石桥镇" },
  ],
  units: ["police:市公安局", "market:市场监管局", "land:不动产登记中心", "fund:公积金中心", "social:社保局", "medical:医保局", "tax:税务局", "civil:民政局", "housing:住建局", "water:水利局", "plan:自然资源和规划局", "edu:教育局", "health:卫健委", "traffic:交通运输局"].map((u) => {
    const [id = "", name = ""] = u.split(":");
    return { id, name };
  }),
  items: [{ id: "id-replace", name: "居民身份证补领" }, { id: "move", name: "户口迁移" }],
  reasons: [...Object.values(reason).map((r) => ({ id: r.code, name: r.name })), { id: "missing", name: "没写原因" }],
};

export const taken: { error: Refusal } = {
  error: { code: "taken", message: "林小禾在 10:40 先发出了答复。请看一眼现在的再定。", by: "林小禾", at: "2026-11-18T10:40:00+08:00", what: "answer" },
};
export const refused: { error: Refusal } = { error: { code: "text-long", field: "reply", message: "答复太长了，请减到 1000 字以内。" } };

/** Every file of fixtures/ and what is in it. */
export const files: Record<string, unknown> = {
  "repairs/fixtures/list-unit.json": unitList, "repairs/fixtures/views-unit.json": unitViews, "repairs/fixtures/list-centre.json": centreList, "repairs/fixtures/views-centre.json": centreViews,
  "repairs/fixtures/one-unit.json": repairs.unit, "repairs/fixtures/one-centre.json": repairs.centre, "repairs/fixtures/one-decide.json": repairs.decide,
  "repairs/fixtures/taken.json": taken, "repairs/fixtures/refused.json": refused,
  "fixtures/me-handler.json": handler, "fixtures/me-centre.json": centre, "fixtures/choices.json": choices,
};
