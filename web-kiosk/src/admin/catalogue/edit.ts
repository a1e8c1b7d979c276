// What is worked on of a hall's catalogue. It outlives a lost line and a reload in this tab; what forms make of it and what is
// typed as text are one draft, of which one side leads at a time.
import { computed, ref, shallowRef } from "vue";
import { useDraft } from "../act";
import type { Problem } from "../api";
import { useMe } from "../me";
import { check, publish, whole, type Checked, type Content, type Draft } from "./api";

interface Kept { seen: number; text: string; content: Content | null; form: boolean; note: string }

export function useCatalogueDraft(hall: string) {
  const { me } = useMe();
  const { draft, drop } = useDraft<Kept>(`${me.name}.catalogue.${hall}`, { seen: 0, text: "", content: null, form: true, note: "" });
  const problem = shallowRef<Problem | null>(null);
  const checked = shallowRef<Checked | null>(null);
  const busy = ref(false);

  /** Begins from a version; what was worked on is gone. seen: the newest that there is. */
  async function begin(version: number, seen: number) {
    busy.value = true;
    const answer = await whole(hall, version);
    busy.value = false;
    problem.value = answer.ok ? null : answer.problem;
    checked.value = null;
    if (answer.ok) Object.assign(draft, { seen, text: answer.value.text, content: answer.value.content, form: true, note: "" });
  }

  const sent = computed<Draft>(() => ({ text: draft.text, content: draft.form ? draft.content : null }));

  /** Has the hub look at it; true where it has no fault. */
  async function look(): Promise<boolean> {
    busy.value = true;
    const answer = await check(hall, sent.value);
    busy.value = false;
    problem.value = answer.ok ? null : answer.problem;
    checked.value = answer.ok ? answer.value : null;
    if (!answer.ok) return false;
    draft.text = answer.value.text;
    if (answer.value.content) draft.content = answer.value.content;
    return answer.value.faults.length === 0;
  }

  /** Goes over to the text, or back to the forms where the text can be read. */
  async function lead(form: boolean) {
    if (form === draft.form) return;
    const good = await look();
    if (problem.value || (form && !good)) return;
    draft.form = form;
    if (good) checked.value = null;
  }

  async function send() {
    busy.value = true;
    const answer = await publish(hall, draft.seen, sent.value, draft.note);
    busy.value = false;
    problem.value = answer.ok ? null : answer.problem;
    if (answer.ok) drop();
    return answer;
  }

  return { draft, drop, begin, look, lead, send, problem, checked, busy };
}

/** Lines of a text as a list, and back. */
export const linesOf = (all: string[] | undefined): string => (all ?? []).join("\n");
export const listOf = (text: string): string[] => text.split("\n").map((l) => l.trim()).filter(Boolean);
/** A number that may be left out. */
export const numberOf = (text: string): number => Math.max(0, Math.trunc(Number(text) || 0));
