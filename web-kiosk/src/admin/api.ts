// How the admin pages ask the hub: JSON both ways, an answer or a problem that says what it is. Nothing is asked twice by
// itself: an act carries the version its actor saw, so that pressing again is safe and pressing for him is not needed.
import { readonly, ref } from "vue";

/** What went wrong, as far as a screen must tell it apart. */
export type Trouble =
  | "refused" // 422 (or another 4xx): the hub says why, perhaps of which field
  | "taken" // 409: somebody was first
  | "forbidden" // 403
  | "gone" // 404
  | "failed" // 5xx, or an answer that is none
  | "offline" // nobody answered
  | "signin" // 401: the page to sign in is on its way
  | "aborted"; // who asked has left

/** The body of every answer that is no 2xx: {"error": Refusal}. Sentences come in the language of the request. */
export interface Refusal {
  code: string; // closed set of each room
  message: string; // what is wrong and what to do next
  field?: string; // name of the field of the body that it is about
  by?: string; // taken: who was first, by name
  at?: string; // taken: when
  did?: string; // taken: what he did, the type of his deed
}

export interface Problem extends Refusal { trouble: Trouble }

export type Answer<T> = { ok: true; value: T } | { ok: false; problem: Problem };

/** A page of a list. next asks for the rows after it; empty: there are none. */
export interface Page<Row> { rows: Row[]; next: string; as_of: string }

/** What of names can be chosen in filters and forms: GET /api/choices. Only what the account may see. */
export interface Choice { id: string; name: string }
export interface HallChoice extends Choice { place: string } // path of its place: 江南省/青澜市/白杨镇
export interface Choices { halls: HallChoice[]; units: Choice[]; items: Choice[]; reasons: Choice[] }

export const patience = { read: 20_000, act: 30_000, upload: 300_000 };

const ahead = ref(0);
/** What to add to this browser's clock to read the hub's, in ms: deadlines are the hub's. */
export const skew = readonly(ahead);

/** Asks for what is at path. */
export function get<T>(path: string, signal?: AbortSignal): Promise<Answer<T>> {
  return ask<T>(path, {}, patience.read, signal);
}

/** Sends one act. It is sent once: where no answer came, the person decides whether to press again. */
export function post<T>(path: string, body: unknown, signal?: AbortSignal): Promise<Answer<T>> {
  return ask<T>(path, { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }, patience.act, signal);
}

/** Sends a file, or an act that brings photos. */
export function upload<T>(path: string, body: Blob | FormData, signal?: AbortSignal): Promise<Answer<T>> {
  return ask<T>(path, { method: "POST", body, ...(body instanceof Blob && { headers: { "Content-Type": body.type } }) }, patience.upload, signal);
}

/** /api/repairs?view=todo&unit=… without what is empty, in a stable order. */
export function address(path: string, query: Record<string, string | number | undefined>): string {
  const search = new URLSearchParams();
  for (const key of Object.keys(query).sort()) if (query[key] !== undefined && query[key] !== "") search.set(key, String(query[key]));
  return search.size ? `${path}?${search}` : path;
}

async function ask<T>(path: string, init: RequestInit, ms: number, signal?: AbortSignal): Promise<Answer<T>> {
  const line = new AbortController();
  const leave = () => line.abort();
  signal?.addEventListener("abort", leave);
  if (signal?.aborted) leave();
  const timer = setTimeout(leave, ms);
  try {
    const answer = await fetch(path, {
      ...init, signal: line.signal, credentials: "same-origin",
      headers: { Accept: "application/json", "Accept-Language": document.documentElement.lang, ...init.headers },
    });
    const date = Date.parse(answer.headers.get("Date") ?? "");
    if (!Number.isNaN(date) && Math.abs(date - Date.now() - ahead.value) > 2000) ahead.value = date - Date.now(); // Date knows seconds only
    if (answer.status === 401) {
      location.assign(`/signin?${new URLSearchParams({ next: location.pathname + location.search })}`);
      return wrong("signin");
    }
    if (answer.status === 204) return { ok: true, value: null as T };
    const body = (await answer.json()) as T & { error?: Refusal };
    if (answer.ok) return { ok: true, value: body };
    return { ok: false, problem: { code: "", message: "", ...body.error, trouble: troubleOf(answer.status) } };
  } catch (error) {
    if (signal?.aborted) return wrong("aborted");
    return wrong(error instanceof SyntaxError ? "failed" : "offline"); // an answer that is no JSON: a proxy spoke
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", leave);
  }
}

function wrong(trouble: Trouble): { ok: false; problem: Problem } {
  return { ok: false, problem: { trouble, code: trouble, message: "" } };
}

function troubleOf(status: number): Trouble {
  if (status >= 500) return "failed";
  switch (status) {
    case 403: return "forbidden";
    case 404: return "gone";
    case 409: return "taken";
  }
  return "refused";
}
