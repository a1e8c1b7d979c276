// What the hub says of concerns 诉求, praise included, and what people do about them:
//
//   GET  /api/concerns?view=&q=&kind=&source=&unit=&hall=&state=&from=&to=&limit=&after=   Page<Row>
//   GET  /api/concerns/views                                                           Views
//   GET  /api/concerns/topics                                                          Page<Topic>
//   GET  /api/concerns/figures?from=&to=&by=&hall=                                     Page<Sum>
//   GET  /api/concerns/{number}                                                        Concern
//   POST /api/concerns/{number}/{act}    {seen, dry?, …Bodies[act]}                    Concern; nothing where it is no more for his eyes
//   POST /api/concerns/{number}/reveal   {what}                                        Revealed
//   POST /api/concerns                   Entry                                         Concern, or its number alone
//   POST /api/praise                     Praise                                        the same
//   POST /api/concerns/import?preview=1  a CSV file                                    Orders: what it holds, and all that is wrong with it
//   POST /api/concerns/import?sha=       the same file                                 Orders, received
//
// Names and sentences come in the language of the request. What who asks may not know is left out.
import type { Day } from "../../shared/day";
import { address, get, post, type Answer, type Page } from "../api";
import type { Counted } from "../days";

export type State = "received" | "routed" | "returned" | "signed" | "answered" | "closed" | "recorded" | "struck";

export const kinds = ["enquiry", "plea", "opinion", "suggestion", "complaint", "report", "praise"] as const;
export type Kind = (typeof kinds)[number];

export const sources = ["hotline", "box", "mail", "web", "phone", "visitor"] as const;
export type Source = (typeof sources)[number];

/** The lists. All but the last two are sorted by what is due first; those by what came last. */
export const views = ["todo", "open", "overdue", "ended", "praise"] as const;
export type View = (typeof views)[number];

export interface Views { views: Record<View, number>; as_of: string }

/** Which limit of a concern ends next: to be routed, signed for, answered. */
export type Limit = "route" | "sign" | "answer";

export type PraiseForm = "words" | "letter" | "pennant";

export interface Praised { unit: string; unit_name: string; badge?: string; clerk?: string }

/** A concern as lists show it. */
export interface Row {
  id: string; // in addresses: the number
  number: string; // C-17
  kind: Kind;
  source: Source;
  order?: string; // number of the work order at 12345
  topic?: string;
  topic_name?: string;
  hall?: string;
  hall_name?: string;
  unit?: string; // that answers for it 首办责任
  unit_name?: string;
  with?: string; // whose turn it is
  with_name?: string;
  state: State;
  hidden?: boolean; // a lead on misconduct: for the centre alone
  pressure?: boolean;
  since: string; // when the citizen said it
  due?: string; // when the next limit ends
  due_day?: Day; // its last day
  limit?: Limit;
  overdue?: boolean;
  late?: boolean; // the answer came after its limit
  provisional?: boolean;
  valid?: boolean; // 有效, by the centre
  form?: PraiseForm; // of praise
  of?: Praised[];
  excerpt?: string; // of what was said
  version: number;
}

/** A text that lies apart. Without words: who asks may not read it, or it was erased. */
export interface Text { words?: string; gone?: boolean }

export interface Step { what: string; at: string; by: string; unit_name?: string; why?: string; text?: Text }

/** One concern, as its page shows it. */
export interface Concern extends Row {
  as_of: string;
  received: string;
  against_name?: string;
  repair?: string; // number of the repair it is about
  rule?: string; // of the responsibility list
  text?: Text;
  asker?: { name_masked?: string; phone_masked?: string; may_reveal: boolean }; // left out: anonymous
  answer?: Counted; // until when it is answered
  step?: Counted; // until when it is routed or signed for
  own_limit?: string; // of a work order; it goes before `answer`
  steps: Step[];
  referred?: string;
  invalid_why?: string;
  heard?: { level: 1 | 2 | 3 | 4 | 5; channel: string; at: string; by: string };
  closed_why?: string;
  same?: string;
  struck_why?: string;
  may: Act[];
  limits: { text: number; note: number };
}

export type Act = keyof Bodies;

/** What each act says besides {seen}. */
export interface Bodies {
  route: { unit: string; kind?: Kind; topic?: string };
  sign: object;
  return: { why: "not-ours" | "several" | "unclear"; note?: string };
  refer: { body: "discipline" | "police" | "other" };
  reply: { text: string };
  judge: { valid: boolean; why?: "unfounded" | "doubled" | "foreign" | "unclear" };
  hear: { level: number; channel: string; call?: string };
  reopen: { note?: string };
  close: { why: "answered" | "withdrawn" | "doubled"; same?: string };
  strike: { why: "mistake" | "doubled" | "made" };
}

export interface Topic { id: string; name: string }

/** What a citizen said, as somebody enters it. draft: made in the browser; what is sent twice is one. */
export interface Entry {
  draft: string;
  kind: Kind;
  source: Source;
  order?: string;
  limit?: string;
  since?: string;
  topic?: string;
  hall?: string;
  against?: string;
  repair?: string;
  pressure?: boolean;
  text: string;
  name?: string;
  phone?: string;
}

export interface Praise { draft: string; source: Source; form: PraiseForm; since?: string; hall?: string; of: { unit: string; badge?: string }[]; text?: string; name?: string; phone?: string }

export interface OrderRow { line: number; number: string; kind: Kind; topic_name?: string; hall_name?: string; since: string; limit?: string; unit_name?: string }

export interface OrderFault { line?: number; column?: string; code: string; message: string; blocks: boolean }

/** What a file of work orders holds. */
export interface Orders {
  sha: string;
  orders: number;
  known: number; // received before: left out
  units: { unit?: string; unit_name?: string; n: number }[];
  sample: OrderRow[];
  faults: OrderFault[];
  done: boolean;
}

/** The desk's own figures of one group. They stand beside the ratings, in no rate of them. */
export interface Sum {
  key: string;
  name?: string;
  received: number;
  open: number;
  overdue: number;
  answered: number;
  in_time: number;
  late: number;
  days: number; // over all answered
  valid: number;
  invalid: number;
  escalated: number;
  heard: number;
  content: number;
  praise: number;
  pennants: number;
}

export interface Query { view: View; q?: string; kind?: string; source?: string; unit?: string; hall?: string; state?: string; from?: Day; to?: Day }

export const limit = 50;

export const list = (query: Query, after: string, signal?: AbortSignal): Promise<Answer<Page<Row>>> => get(address("/api/concerns", { ...query, limit, after }), signal);
export const count = (signal?: AbortSignal): Promise<Answer<Views>> => get("/api/concerns/views", signal);
export const topics = (): Promise<Answer<Page<Topic>>> => get("/api/concerns/topics");
export const sums = (from: Day, to: Day, by: string, signal?: AbortSignal): Promise<Answer<Page<Sum>>> => get(address("/api/concerns/figures", { from, to, by }), signal);

const at = (number: string) => `/api/concerns/${encodeURIComponent(number)}`;

export const one = (number: string, signal?: AbortSignal): Promise<Answer<Concern>> => get(at(number), signal);

/** Does one act on what was seen. With dry nothing is recorded: the answer is what would be, or why it cannot be. */
export function act<A extends Act>(number: string, name: A, seen: number, body: Bodies[A], dry = false): Promise<Answer<Concern | null>> {
  return post(`${at(number)}/${name}`, { ...body, seen, ...(dry && { dry }) });
}

export const reveal = (number: string, what: "name" | "phone"): Promise<Answer<{ value: string; recorded: string }>> => post(`${at(number)}/reveal`, { what });

export const enter = (entry: Entry): Promise<Answer<{ number: string }>> => post("/api/concerns", entry);
export const praise = (entry: Praise): Promise<Answer<{ number: string }>> => post("/api/praise", entry);
