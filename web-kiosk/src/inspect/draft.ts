// A form that is being filled in, as this phone keeps it until the hub has it.
import { newDraft } from "../shared/draft";
import type { Answer, Form, Found } from "./forms";

/** Where a draft stands: being written, finished and waiting for the network, or sent back with what to mend. */
export type Stands = "writing" | "ready" | "refused";

export interface Draft {
  id: string; // sent twice, it is one
  account: string; // whose it is
  inspection: string; // number of the planned one; empty: nobody had planned it
  hall: string;
  hall_name: string; // of a planned one
  until: string;
  form: Form; // as it was when it was begun
  on: string; // the day on which it was made
  answers: Record<string, Answer>;
  found: Found[];
  stands: Stands;
  why: string; // refused: what the hub said
  saved: string;
}

export function begin(account: string, form: Form, on: string, of: { inspection?: string; hall?: string; hall_name?: string; until?: string } = {}): Draft {
  return { id: newDraft(), account, inspection: of.inspection ?? "", hall: of.hall ?? "", hall_name: of.hall_name ?? "", until: of.until ?? "", form, on, answers: {}, found: [], stands: "writing", why: "", saved: "" };
}

export const newFound = (question = ""): Found => ({ id: newDraft(), question, text: "", photos: [], unit: "", due: "" });

/** Where a draft is sent. */
export const addressOf = (d: Draft): string => (d.inspection ? `/api/inspections/${encodeURIComponent(d.inspection)}/submit` : "/api/inspections");

/** What is sent of it: nothing that is empty. */
export function bodyOf(d: Draft) {
  const answers = Object.fromEntries(Object.entries(d.answers).flatMap(([id, a]) => {
    const said: Answer = { ...(a.pick && { pick: a.pick }), ...(a.number !== undefined && { number: a.number }), ...(a.text?.trim() && { text: a.text.trim() }), ...(a.photos?.length && { photos: [...a.photos] }) };
    return Object.keys(said).length > 0 ? [[id, said]] : [];
  }));
  const findings = d.found.map((x) => ({
    ...(x.question && { question: x.question }), text: x.text.trim(), ...(x.photos.length > 0 && { photos: [...x.photos] }), ...(x.unit && x.due && { unit: x.unit, due: x.due }),
  }));
  return { draft: d.id, form: d.form.id, ...(!d.inspection && { hall: d.hall }), on: d.on, answers, findings };
}
