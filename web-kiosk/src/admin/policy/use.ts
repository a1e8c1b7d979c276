// One thing that a page of the law shows: asked for, asked again, and kept where it does not come again.
import { onScopeDispose, ref, shallowRef } from "vue";
import type { Answer, Problem } from "../api";

export function useOne<T>(ask: (signal: AbortSignal) => Promise<Answer<T>>) {
  const value = shallowRef<T | null>(null);
  const problem = shallowRef<Problem | null>(null);
  const busy = ref(false);
  let line = new AbortController();

  async function look() {
    line.abort();
    line = new AbortController();
    const own = line;
    busy.value = true;
    const answer = await ask(own.signal);
    if (own !== line) return;
    busy.value = false;
    if (answer.ok) value.value = answer.value;
    problem.value = answer.ok || answer.problem.trouble === "aborted" ? null : answer.problem;
  }

  onScopeDispose(() => line.abort());
  return { value, problem, busy, look };
}
