// What a manager does at the board: it is asked of the hub, and the board itself shows what became of it.
import { ref } from "vue";

export interface Failure { code: string; message: string }

/** Asks for one act; null where it was done. */
export async function send(path: string, body: unknown): Promise<Failure | null> {
  try {
    const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal: AbortSignal.timeout(15_000) });
    if (answer.ok) return null;
    const problem = (await answer.json()) as { error: Failure };
    return problem.error;
  } catch {
    return { code: "lost", message: "" };
  }
}

/** One act at a time, and why the last one failed. */
export function useAct() {
  const busy = ref(false);
  const failed = ref<Failure | null>(null);
  async function run(path: string, body: unknown, done?: () => void) {
    if (busy.value) return;
    busy.value = true;
    failed.value = await send(path, body);
    if (!failed.value) done?.();
    busy.value = false;
  }
  return { busy, failed, run };
}
