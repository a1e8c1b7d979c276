// What the hub says of repairs 差评整改工单, and what people do about them:
//
//   GET  /api/repairs?view=&q=&unit=&hall=&reason=&state=&named=&from=&to=&limit=&after=   Page<Row>
//   GET  /api/repairs/views                                                             Views
//   GET  /api/repairs/{id}                                                              Repair
//   POST /api/repairs/{id}/{act}    {seen, dry?, …Bodies[act]}                          Repair, as it is after it
//   POST /api/repairs/{id}/reveal   {what}                                              Revealed
//
// fixtures/*.json beside are examples; repairs.fixture.ts builds them and a test holds the two together. Names and
// sentences come in the language of the request. Times are RFC 3339; days are 2026-11-18, in Beijing. A field with "?"
// is left out where it does not apply, and also where who asks may not know it (design §7): the two look the same.
import type { Day } from "../../shared/day";
import { address, get, post, type Answer, type Page } from "../api";
import type { Counted, DayCount } from "../days";

/** The states of domain §4. */
export type State = "open" | "assigned" | "verifying" | "repairing" | "answered" | "closed" | "excluded" | "withdrawn";

/**
 * The lists. All but `ended` are sorted by (rest, due, id): what is due first comes first; rest is 0 while the clock
 * runs, 1 when answered, 2 while frozen. `ended` is sorted by (ended, id), what ended last first.
 */
export type View =
  | "todo" // waits for an act of this account: of a handler assigned, verifying, repairing; of a caller callback=due
  | "assign" // centre: open
  | "verify" // centre: answered, to be accepted or sent back
  | "decide" // centre: an exclusion or an appeal waits for its decision
  | "overdue" // not answered when its last day ended
  | "running" // all that have not ended
  | "ended"; // closed, excluded, withdrawn

/** How many lie in each list that this account may ask for. A list it may not ask for is not in it. */
export interface Views { views: Partial<Record<View, number>>; as_of: string }

export interface Reason { code: string; name: string } // code of codes.md, e.g. 208

/** Whether the citizen is to be called back: not, still to do, done, or tried as often as the policy asks without an answer. */
export type Callback = "none" | "due" | "reached" | "unreached";

/** How the rating came. */
export type Channel = "pad" | "tablet" | "qr" | "kiosk" | "web" | "hotline" | "sms";

/** A repair as lists show it. */
export interface Row {
  id: string; // in addresses
  number: string; // said, searched and printed: R-1107
  item: string; // name of the service item; empty: none was chosen
  window: string; // number of the window; empty: not rated at a window
  hall: string; // id
  hall_name: string;
  unit: string; // id of who answers for it; while open: whom the law proposes; empty: nobody yet
  unit_name: string;
  reasons: Reason[]; // in the order of their codes
  reason_missing: boolean; // the citizen gave none; it is asked for, never invented
  state: State;
  due: Day; // last day, as it stands with extensions and stops
  due_today: boolean; // due is today and it is not answered
  overdue: number; // counted days since due has passed unanswered; of what was answered late, by how many it was late
  provisional: boolean; // due crosses a year whose calendar is not published
  named: boolean; // the rater gave a name
  callback: Callback;
  frozen: boolean; // the centre stopped the clock; why is not told to the unit
  extended: number; // how often due was moved by an extension
  pending: ("exclusion" | "appeal")[]; // what waits for a decision of the centre
  level?: 1 | 2; // to whom design §7 tells single levels: never the unit
  ended?: Day; // when it was closed, excluded or withdrawn
  version: number; // goes back as `seen`
}

/** One repair, as its work page shows it. */
export interface Repair extends Row {
  as_of: string;
  opened: string; // when it was opened; the clock began on this day
  cause: "rating" | "second" | "upper"; // a bad rating; the citizen rated the repair badly; sent down by the upper level 转办差评
  day: Day; // of the service that was rated
  at?: string; // its moment: if the rater is named and agreed to be called, or to the centre
  ticket?: string; // the same
  channel: Channel;
  texts: Texts;
  rater?: Rater; // left out: anonymous, or did not agree to be called
  deadline: Counted;
  steps: Step[]; // what happened, oldest first; then what is now; then what comes
  calls: Call[]; // oldest first
  finding?: Finding; // what was found when it was verified
  answers: Answered[]; // oldest first; the last one stands unless it was sent back
  extensions: Extension[];
  exclusion?: Exclusion;
  appeal?: Appeal;
  second?: Second; // how the citizen rated the repair
  stopped?: Stopped; // while frozen
  may: Act[]; // what this account may do now: access and state both allow it
  limits: Limits; // what the acts in `may` need to know
}

export interface Texts {
  words?: string; // what the citizen wrote with the rating
  more?: string[]; // what he added later 追评
  pressure?: string; // that he was pressed or punished for it: the centre alone
}

/** Who rated, masked by the hub. */
export interface Rater { name_masked: string; phone_masked: string; may_reveal: boolean }

/** POST …/reveal: what one masked field says. The look is recorded before it is answered. */
export interface Revealed { value: string; recorded: string }

/** One line of the course of a repair. Of `now` and `next` there is no `at`. */
export interface Step {
  what: StepWhat;
  stands: "done" | "now" | "next";
  at?: string;
  day?: Day; // until when a step to come is expected; of "extended": the new last day
  by?: string; // display name; left out: the clock or the citizen
  to?: string; // name of the unit of "assigned"
}

export type StepWhat =
  | "opened" | "reopened" | "assigned" | "signed" | "asked" | "reasoned" | "called" | "unreached" | "verified" | "extended"
  | "answered" | "returned" | "closed" | "second" | "proposed" | "excluded" | "kept" // kept: the exclusion was refused
  | "appealed" | "upheld" | "rejected" | "frozen" | "thawed" | "reminded" | "escalated" | "withdrawn"
  | "assigning" | "signing" | "calling" | "verifying" | "repairing" | "checking" | "deciding" | "rating"; // now and next

export interface Call { at: string; by: string; reached: boolean; said?: string }

/** Whether what the citizen said is so. */
export type Verdict = "true" | "partly" | "untrue";

/** How it is repaired: at once 立行立改, or entered in the ledger 台账 with its deadline. */
export type Road = "at_once" | "ledger";

export interface Finding { at: string; by: string; verdict: Verdict; road: Road; note?: string }

export interface Answered {
  at: string;
  by: string;
  done: string; // what was changed
  reply: string; // what the citizen reads, by his code and by SMS
  returned?: { at: string; by: string; why: string }; // the centre sent it back
}

export interface Extension { at: string; by: string; from: Day; to: Day; why: string }

/** Why a rating is not to count: given by mistake 误评, or in bad faith 恶意差评. */
export type ExclusionKind = "mistaken" | "malicious";

export interface Exclusion {
  at: string;
  by: string;
  kind: ExclusionKind;
  why: string;
  evidence: string;
  decided?: { at: string; by: string; granted: boolean; why: string };
}

export interface Appeal {
  at: string;
  by: string;
  why: string;
  evidence: string;
  until: Day; // the decision's own limit
  decided?: { at: string; by: string; upheld: boolean; why: string };
}

export interface Second { at: string; good: boolean; level?: number; words?: string }

export interface Stopped { at: string; by?: string; why?: string } // why and by: the centre alone

export type Act = keyof Bodies;

/** What each act says besides {seen}. Texts are trimmed, 1 … limits.text characters. */
export interface Bodies {
  assign: { unit: string; note?: string }; // by the centre; also moves it from one unit to another
  sign: object; // 签收, by the unit's handler
  call: { reached: boolean; said: string }; // by the call-back person, after the call
  verify: { verdict: Verdict; road: Road; note?: string };
  extend: { to: Day; why: string }; // `to` is one of limits.extend.days
  answer: { done: string; reply: string };
  return: { why: string }; // the centre sends the answer back
  close: object; // the centre accepts the answer
  exclude: { kind: ExclusionKind; why: string; evidence: string }; // the unit proposes
  "decide-exclusion": { granted: boolean; why: string };
  appeal: { why: string; evidence: string };
  "decide-appeal": { upheld: boolean; why: string };
  freeze: { why: string };
  thaw: { why: string };
}

export interface Limits {
  text: number; // longest text of an act, in characters
  sms: boolean; // the citizen left a phone: he hears by SMS
  extend?: { days: DayCount[]; left: number }; // the days that may be chosen as the new last day, days off between them; extensions left after this one
  second?: number; // counted days in which the citizen can rate the repair
  appeal?: Day; // last day to appeal
}

/** The filters of the list, by their names in the address. */
export interface Query {
  view: View;
  q?: string; // a number, or the beginning of an item's name
  unit?: string; // ids, comma separated, as the next ones
  hall?: string; // a place that ends in / stands for all halls below it
  reason?: string; // codes; `missing`: none was given
  state?: string;
  named?: string; // 1
  from?: Day; // opened from this day
  to?: Day; // to this one
}

export const limit = 50;

export function list(query: Query, after: string, signal?: AbortSignal): Promise<Answer<Page<Row>>> {
  return get(address("/api/repairs", { ...query, limit, after }), signal);
}

export function views(signal?: AbortSignal): Promise<Answer<Views>> {
  return get("/api/repairs/views", signal);
}

const at = (id: string) => `/api/repairs/${encodeURIComponent(id)}`;

export function one(id: string, signal?: AbortSignal): Promise<Answer<Repair>> {
  return get(at(id), signal);
}

/** Does one act on what was seen. With dry nothing is recorded: the answer is what would be, or why it cannot be. */
export function act<A extends Act>(id: string, name: A, seen: number, body: Bodies[A], dry = false): Promise<Answer<Repair>> {
  return post(`${at(id)}/${name}`, { ...body, seen, ...(dry && { dry }) });
}

export function reveal(id: string, what: "name" | "phone"): Promise<Answer<Revealed>> {
  return post(`${at(id)}/reveal`, { what });
}
