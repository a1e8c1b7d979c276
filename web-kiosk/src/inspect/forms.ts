// Forms of inspections as the hub wrote them, what was filled in, and what is still wrong with it: the same rules as
// hub/internal/inspection, so that somebody without a network hears of it while he stands there.
import { atMost } from "../shared/photos";

export interface Choice { id: string; name: string; name_en: string }

export interface Question {
  id: string;
  ask: string;
  ask_en: string;
  kind: "yes-no" | "choice" | "number" | "text" | "photo";
  needed?: boolean;
  choices?: Choice[];
  wrong?: string[];
  least?: number;
  most?: number;
  fine_from?: number;
  fine_to?: number;
  unit?: string;
  unit_en?: string;
}

export interface Form { id: string; name: string; name_en: string; kind: string; questions: Question[] }

/** One answer; it fills the field of the question's kind. Photos by their names. */
export interface Answer { pick?: string; number?: number; text?: string; photos?: string[] }

/** Something found wanting, as the phone keeps it. */
export interface Found { id: string; question: string; text: string; photos: string[]; unit: string; due: string }

export type FaultCode = "missing" | "kind" | "low" | "high" | "short" | "long" | "photos";

export interface Fault { code: FaultCode; bound: number }

const isEmpty = (a: Answer | undefined) => !a || (!a.pick && a.number === undefined && !a.text?.trim() && !a.photos?.length);
const letters = (text: string) => Array.from(text.trim()).length;

/** What is wrong with the answer to a question; undefined: nothing. */
export function faultOf(q: Question, a: Answer | undefined): Fault | undefined {
  if (!a || isEmpty(a)) return q.needed ? { code: "missing", bound: 0 } : undefined;
  const outside = (n: number, low: FaultCode, high: FaultCode): Fault | undefined => {
    if (n < (q.least ?? 0)) return { code: low, bound: q.least ?? 0 };
    return n > (q.most ?? 0) ? { code: high, bound: q.most ?? 0 } : undefined;
  };
  switch (q.kind) {
    case "number": return Number.isInteger(a.number) ? outside(a.number ?? 0, "low", "high") : { code: "kind", bound: 0 };
    case "text": return outside(letters(a.text ?? ""), "short", "long");
    case "photo": return (a.photos?.length ?? 0) > (q.most ?? 0) ? { code: "photos", bound: q.most ?? 0 } : undefined;
  }
  return undefined;
}

/** All that is wrong with a form, by question. */
export function faultsOf(form: Form, answers: Record<string, Answer>): Record<string, Fault> {
  const faults: Record<string, Fault> = {};
  for (const q of form.questions) {
    const fault = faultOf(q, answers[q.id]);
    if (fault) faults[q.id] = fault;
  }
  return faults;
}

/** Whether an answer is a shortcoming: then a finding is offered. */
export function isWrong(q: Question, a: Answer | undefined): boolean {
  if (!a || isEmpty(a)) return false;
  if (a.number !== undefined) return (q.fine_from !== undefined && a.number < q.fine_from) || (q.fine_to !== undefined && a.number > q.fine_to);
  return q.wrong?.includes(a.pick ?? "") ?? false;
}

/** How many questions are answered, of those that must be. */
export function doneOf(form: Form, answers: Record<string, Answer>): { n: number; of: number } {
  const needed = form.questions.filter((q) => q.needed);
  return { n: needed.filter((q) => !isEmpty(answers[q.id])).length, of: needed.length };
}

/** The answers that still fit a form that was changed meanwhile. */
export function fitting(form: Form, answers: Record<string, Answer>): Record<string, Answer> {
  return Object.fromEntries(form.questions.flatMap((q) => (answers[q.id] && !faultOf({ ...q, needed: false }, answers[q.id]) && (!answers[q.id]?.pick || picks(q).includes(answers[q.id]?.pick ?? "")) ? [[q.id, answers[q.id] ?? {}]] : [])));
}
const picks = (q: Question): string[] => (q.kind === "yes-no" ? ["yes", "no"] : (q.choices ?? []).map((c) => c.id));

/** The names of all photos of a draft, in order. */
export function photosOf(answers: Record<string, Answer>, found: Found[]): string[] {
  return [...Object.values(answers).flatMap((a) => a.photos ?? []), ...found.flatMap((x) => x.photos)];
}

/** How many photos can be added yet. */
export const roomFor = (answers: Record<string, Answer>, found: Found[]): number => atMost - photosOf(answers, found).length;
