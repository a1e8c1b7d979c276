// How a finished draft reaches the hub: it is sent until the hub has it, has refused it, or wants its sender to sign in.
// Sent twice it is one: the draft's id stays.
import { formOf } from "../shared/photos";
import { addressOf, bodyOf, type Draft } from "./draft";
import { photosOf } from "./forms";

/** What became of one try. */
export type Sent =
  | { is: "taken"; number: string }
  | { is: "refused"; why: string; changed: boolean } // changed: the form is another by now
  | { is: "gone"; why: string } // nothing can be mended: it was cancelled, or somebody else made it
  | { is: "signin" }
  | { is: "later" }; // nobody answered, or the hub cannot now

export interface Refusal { error?: { code?: string; message?: string; field?: string }; faults?: { code: string; field?: string; message: string }[]; number?: string }

/** What an answer of the hub means for a draft. */
export function meaning(status: number, said: Refusal): Sent {
  if (status >= 200 && status < 300) return { is: "taken", number: said.number ?? "" };
  const why = said.faults?.map((f) => f.message).filter((m, i, all) => all.indexOf(m) === i).join(" ") || said.error?.message || "";
  switch (status) {
    case 401: return { is: "signin" };
    case 409: case 403: case 404: return { is: "gone", why };
    case 400: case 413: case 415: case 422: return { is: "refused", why, changed: said.faults?.some((f) => f.code === "unknown") === true || said.error?.code === "form" };
  }
  return { is: "later" }; // 5xx, 429, a proxy's own
}

const patience = 300_000;

/** Sends a draft with its photos once. A photo that is no more there is left out: the hub says so. */
export async function send(draft: Draft, photo: (name: string) => Promise<Blob | undefined>, lang: string, post = fetch): Promise<Sent> {
  const photos: { name: string; blob: Blob }[] = [];
  for (const name of photosOf(draft.answers, draft.found)) {
    const blob = await photo(name);
    if (blob) photos.push({ name, blob });
  }
  try {
    const answer = await post(addressOf(draft), {
      method: "POST", body: formOf(bodyOf(draft), photos), credentials: "same-origin", redirect: "manual",
      headers: { Accept: "application/json", "Accept-Language": lang }, signal: AbortSignal.timeout(patience),
    });
    if (answer.type === "opaqueredirect") return { is: "signin" };
    return meaning(answer.status, (await answer.json().catch(() => ({}))) as Refusal);
  } catch {
    return { is: "later" };
  }
}
