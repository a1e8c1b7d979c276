// What the hub says of repairs 差评整改工单, and what people do about them (hub/internal/web/repairs*.go):
//
//   GET  /api/repairs?view=&q=&unit=&hall=&item=&state=&from=&to=&named=&missing=&order=&limit=&after=   Page<Row>
//   GET  /api/repairs/counts                                                       Counts
//   GET  /api/repairs/{id}                                                         Repair
//   POST /api/repairs/{id}/{act}     {seen, …Bodies[act]}                          Repair as it is after it, or Gone
//   POST /api/repairs/{id}/reveal    {what, why}                                   Revealed
//   POST /api/repairs/bulk           {act, preview, ids: [{id, seen}], unit?, note?}   {preview, rows: ManyRow[]}
//
// fixtures/*.json beside are examples; repairs.fixture.ts builds them and a test holds the two together. Names and
// sentences come in the language of the request. Times are RFC 3339; days are 2026-11-18, in Beijing. A field with "?"
// is left out where it does not apply, and also where who asks may not know it (design §7): the two look the same.
import type { Day } from "../../shared/day";
import { address, get, post, type Answer, type Page, type Refusal } from "../api";
import type { Counted, DayCount } from "../days";

/** The states of domain §4. */
export type State = "open" | "assigned" | "verifying" | "repairing" | "answered" | "closed" | "excluded" | "withdrawn";

/**
 * The lists. All but `ended` are sorted by due day: what the clock runs for first, then what was answered, then what is
 * frozen. `ended`: what ended last comes first.
 */
export type View =
  | "assign" // the centre's: open
  | "accept" // the centre's and 监察's: answered, to be closed or sent back
  | "decide" // the same: an exclusion or an appeal waits for its decision
  | "frozen" // the centre's: it looks into them
  | "todo" // of a handler: assigned, verifying, repairing; of who calls: call-backs that wait; of the centre: what it owns itself
  | "today" // due today
  | "overdue"
  | "running" // all that have not ended
  | "ended"; // closed, excluded, withdrawn

/** How many lie in each list that this account is offered; of `ended` nobody counts. */
export interface Counts { views: Partial<Record<View, number>>; as_of: string }

/** An official reason. Its code begins with the level: only who sees that is told it. */
export interface Reason { code?: string; name: string; short: string }

/** What a repair waits for: first what holds up the rest. */
export type Wait =
  | "thaw" | "exclusion" | "appeal" | "assign" | "accept" // of the centre
  | "sign" | "call" | "verify" | "repair" // of the unit
  | "reasons" | "second"; // of the citizen: why; how he rates the repair

/** Whether the citizen is to be called back: not, still to do, done, or tried as often as the pack asks without an answer. */
export type Callback = "none" | "due" | "reached" | "unreached";

/** How the rating came. */
export type Channel = "pad" | "tablet" | "qr" | "kiosk" | "web" | "hotline" | "sms" | "sticker";

/** What the reasons are about. */
export type Concern = "item" | "clerk" | "rules" | "platform";

/** A repair as lists show it. */
export interface Row {
  id: string; // in addresses: the number
  number: string; // said, searched and printed: R-1107
  state: State;
  version: number; // goes back as `seen`
  item: string; // name of the service item; empty: none was chosen
  window: string; // number of the window; empty: not rated at a window
  hall: string; // id
  hall_name: string;
  unit: string; // id of who answers for it; while open: whom the law proposes; empty: nobody yet
  unit_name: string;
  concerns: Concern[];
  reasons: Reason[]; // in the order of their codes
  reason_missing: boolean; // the citizen gave none; it is asked for, never invented
  level?: 1 | 2; // to whom design §7 tells single levels: never the unit
  due?: Day; // last day, as it stands with extensions and stops; who served does not see the work
  provisional: boolean; // due crosses a year whose calendar is not published
  due_today: boolean; // and it is not answered
  overdue: number; // counted days since due has passed unanswered; of what was answered late, by how many it was late
  extended: number; // how often due was moved by an extension
  ended?: Day; // when it was closed, excluded or withdrawn
  named: boolean; // the rater gave a name
  callback?: Callback;
  frozen: boolean; // the centre stopped the clock; why is not told to the unit
  waits: Wait[];
  appealed: AppealLine[];
}

export type Side = "staff" | "unit"; // the person rated, or the unit

/** What an appeal rests on. */
export type Ground = "mistaken" | "malicious" | "person" | "platform" | "facts";

/** An appeal as lists show it. */
export interface AppealLine { side: Side; ground: Ground; opened: Day; until: Day; decided?: Day; upheld?: boolean }

/** Who did something and when; where the moment would tell who rated, the day alone. */
export interface Stamp { at?: string; on?: Day; by: string }

/** One repair, as its work page shows it. */
export interface Repair extends Row, Round {
  as_of: string;
  opened: Day; // the clock begins on this day
  cause: "rating" | "second"; // a bad rating; or the citizen rated the repair badly
  why?: "handled" | "item" | "clerk" | "rules" | "platform" | "down" | "township"; // why that unit owns it
  handler?: string; // who of the unit works on it
  day: Day; // of the service that was rated
  at?: string; // the moment of the rating
  ticket?: string; // number on the ticket: A063
  channel?: Channel;
  served_by?: string;
  withheld?: boolean; // 不公开
  words?: string; // what the citizen wrote with the rating
  more?: string[]; // what he added later 追评
  rater?: Rater; // left out: anonymous, or not to be known here
  pressure?: Report[]; // what was reported of pressure or retaliation: the centre alone
  deadline?: Counted & { unit: "working" | "natural" };
  steps: Step[]; // what happened, oldest first; then what is now; then what comes
  appeals: Appeal[];
  exclusion?: Exclusion;
  shortfalls?: { gap: "call" | "repair"; unit: string; due: Day; done?: Day }[]; // duties to who gave his name, not done in time
  keys?: { of: "window" | "item"; why: "again" | "not-done"; n: number; days: number }[]; // 重点对象
  past?: Round[]; // rounds that a bad second rating ended, oldest first
  may: Act[]; // what this account may do now: access and state both allow it
  limits: Limits; // what the acts in `may` need to know
}

/** What people wrote from an opening, or a reopening, to an answer. */
export interface Round {
  note?: string; // of the centre, to the unit
  calls: Call[]; // oldest first
  finding?: Finding;
  extensions: Extension[];
  answers: Answered[]; // oldest first; the last one stands unless it was sent back
  second?: Second; // how the citizen rated the repair
}

/** Who rated, masked by the hub. */
export interface Rater { name: string; phone: string; may_reveal: boolean }

/** What a masked field is looked at for. Of all but the centre's people: a call-back. */
export type Purpose = "call-back" | "repair" | "decision" | "protection";

/** What one masked field says. The look is recorded before it is answered. */
export interface Revealed { value: string; recorded: string }

/** Why the centre stops a unit: pressure, a lead to the competent body, or it looks into it itself. */
export type FrozenWhy = "pressure" | "misconduct" | "review";

export interface Report extends Stamp { why: FrozenWhy; text: string }

/** One line of the course of a repair. Of `now` and `next` there is no time. */
export interface Step {
  what: StepWhat;
  stands: "done" | "now" | "next";
  at?: string;
  on?: Day; // instead of at: who asks may know the day alone
  day?: Day; // until when a step to come is expected; of "extended" and "moved": the new last day
  by?: string; // name
  to?: string; // name of the unit of "assigned"
}

export const stepsDone = ["opened", "reopened", "assigned", "signed", "called", "unreached", "verified", "began", "extended", "answered", "returned", "closed", "lapsed", "second",
  "proposed", "excluded", "kept", "appealed", "upheld", "rejected", "frozen", "thawed", "reminded", "withdrawn", "escalated", "late-sign", "late-call", "late-appeal", "moved"] as const;
export const stepsAhead = ["looking", "deciding", "reviewing", "assigning", "signing", "calling", "verifying", "repairing", "checking", "rating"] as const;

/** kept: the exclusion was refused; lapsed: closed because the citizen could rate it and did not rate it bad. */
export type StepWhat = (typeof stepsDone)[number] | (typeof stepsAhead)[number];

export interface Call extends Stamp { reached: boolean; said?: string }

/** Whether what the citizen said is so 属实, 部分属实, 不属实. */
export type Result = "confirmed" | "partly" | "unfounded";

/** How it is repaired: at once 立行立改, or in the ledger 台账 with its deadline. */
export type Mode = "at-once" | "ledger";

export interface Finding extends Stamp { result: Result; mode?: Mode; note?: string }

export interface Answered extends Stamp {
  changed?: string; // what was changed
  reply?: string; // what the citizen reads, by his code and by SMS
  returned?: Stamp & { reason?: string }; // the centre sent it back
}

export interface Extension extends Stamp { from: Day; to: Day; reason?: string }

export interface Decided extends Stamp { yes: boolean; reason?: string }

/** Why a rating is not to count: given by mistake 误评, or in bad faith 恶意差评. */
export type ExclusionWhy = "mistaken" | "malicious";

export interface Exclusion extends Stamp { why: ExclusionWhy; evidence?: string; decided?: Decided }

export interface Appeal extends Stamp { side: Side; ground: Ground; evidence?: string; until: Day; decided?: Decided }

export interface Second extends Stamp { level?: number; reasons: Reason[]; words?: string }

export type Act = keyof Bodies;

/** What each act says besides {seen}. Texts are at most limits.text characters. */
export interface Bodies {
  assign: { unit: string; note?: string }; // by the centre; also moves it from one unit to another
  sign: object; // 签收, by the unit's handler
  call: { reached: boolean; said?: string }; // after the call
  verify: { result: Result; mode?: Mode; note?: string }; // with a mode the repair begins; what is unfounded is answered
  begin: { mode: Mode }; // also: to the ledger, what turns out to need longer
  answer: { changed?: string; reply: string }; // changed: left out of what is unfounded
  extend: { to: Day; reason: string }; // `to` is one of limits.extend.days
  accept: object; // the centre closes it
  return: { reason: string }; // or sends the answer back
  "propose-exclusion": { why: ExclusionWhy; evidence: string }; // by the unit
  "decide-exclusion": { exclude: boolean; reason: string };
  appeal: { ground: Ground; evidence: string };
  "decide-appeal": { side: Side; uphold: boolean; reason: string };
  freeze: { why: FrozenWhy; report: string };
  thaw: { reason: string };
}

export interface Limits {
  text: number; // longest text of an act, in characters
  sms: boolean; // the citizen left a phone: he hears by SMS
  extend?: { days: DayCount[]; left: number }; // days among which the new last day is chosen, those off between them; extensions left after this one
  second?: number; // days in which the citizen can rate the repair
  sign?: number; // days in which a unit signs
  decide?: number; // days in which an appeal is decided
  appeal?: Day; // last day to appeal
  unit?: "working" | "natural"; // of these days
}

/** What is left of a repair that an act took out of its actor's sight. */
export interface Gone { id: string; gone: true }

/** What became of one of many, or would become of it. */
export interface ManyRow { id: string; repair?: Row; error?: Refusal }

export const limit = 50;

export function list(query: Record<string, string>, after: string, signal?: AbortSignal): Promise<Answer<Page<Row>>> {
  return get(address("/api/repairs", { ...query, limit, after }), signal);
}

export function counts(signal?: AbortSignal): Promise<Answer<Counts>> {
  return get("/api/repairs/counts", signal);
}

const at = (id: string) => `/api/repairs/${encodeURIComponent(id)}`;

/** One repair. Who served sees it among his appeals. */
export function one(id: string, signal?: AbortSignal, among: "repairs" | "appeals" = "repairs"): Promise<Answer<Repair>> {
  return get(among === "appeals" ? `/api/appeals/${encodeURIComponent(id)}` : at(id), signal);
}

/** Does one act on what was seen. */
export function act<A extends Act>(id: string, name: A, seen: number, body: Bodies[A]): Promise<Answer<Repair | Gone>> {
  return post(`${at(id)}/${name}`, { ...body, seen });
}

export function reveal(id: string, what: "name" | "phone", why: Purpose): Promise<Answer<Revealed>> {
  return post(`${at(id)}/reveal`, { what, why });
}

/** Assigns many, each to the unit that the law proposes for it, or accepts their answers; with preview it says what would be. */
export function many(name: "assign" | "accept", rows: Row[], preview: boolean): Promise<Answer<{ rows: ManyRow[] }>> {
  return post("/api/repairs/bulk", { act: name, preview, ids: rows.map((r) => ({ id: r.id, seen: r.version })) });
}
