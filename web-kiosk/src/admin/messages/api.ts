// Messages to people's phones 短信:
//
//   GET  /api/messages?about=&state=&kind=&limit=&after=   Page<Message>: what waits for a person first
//   GET  /api/messages/{id}                                Message
//   POST /api/messages/{id}/{act}     {seen}               Message
import { address, get, post, type Answer, type Page } from "../api";
import type { Values } from "../filters";
import type { Row as Deed } from "../audit/api";

export const states = ["doubtful", "waiting", "trying", "failed", "sent", "delivered", "dropped"] as const;
export type State = (typeof states)[number];

export const kinds = ["rate-reminder", "reason-asked", "repair-answered", "repair-extended", "second-rating-asked", "concern-answered", "handler-reminder"] as const;
export type Kind = (typeof kinds)[number];

export type Act = "confirm" | "again" | "withdraw";

/** A message. Its words are not told: they hold the citizen's own link. */
export interface Message {
  id: string;
  version: number;
  kind: Kind;
  state: State;
  about: Deed["about"];
  hall: string;
  hall_name: string;
  window?: string;
  day: string;
  to: string; // masked; empty: it cannot be read
  erased?: boolean; // the phone was
  lang: "zh" | "en";
  queued: string;
  expires: string; // of no use from then on
  due?: string; // when it is sent, or looked at, next
  try: number; // attempts so far
  asked?: string; // when the provider was asked last
  sent?: string;
  arrived?: string;
  why?: string; // of the last attempt that failed
  dropped?: string; // why it is not sent any more
  receipt?: string; // the provider's own name for it
  replies: number;
  by: string; // who changed it last
  at: string;
  may: Act[]; // what this account may decide now
}

export function list(values: Values, after: string, signal?: AbortSignal): Promise<Answer<Page<Message>>> {
  return get(address("/api/messages", { ...values, limit: 50, after }), signal);
}

const place = (id: string) => `/api/messages/${encodeURIComponent(id)}`;

export function one(id: string, signal?: AbortSignal): Promise<Answer<Message>> {
  return get(place(id), signal);
}

export function act(id: string, what: Act, seen: number): Promise<Answer<Message>> {
  return post(`${place(id)}/${what}`, { seen });
}
