// The same act on many rows: first what would become of each, then each by itself. One that fails leaves the others alone.
import { ref, shallowRef } from "vue";
import type { Answer, Problem } from "./api";

export type Outcome<T> = { is: "waiting" } | { is: "can"; value: T } | { is: "cannot"; problem: Problem } | { is: "done"; value: T } | { is: "failed"; problem: Problem };

export interface Line<Row, T> { row: Row; outcome: Outcome<T> }

/** Runs one act on rows, a few at a time when it is dry, one after the other when it counts. */
export function useBulk<Row extends { id: string }, T>(rows: Row[], run: (row: Row, dry: boolean) => Promise<Answer<T>>) {
  const lines = shallowRef<Line<Row, T>[]>(rows.map((row) => ({ row, outcome: { is: "waiting" } })));
  const stage = ref<"looking" | "ready" | "going" | "over">("looking");

  function set(id: string, outcome: Outcome<T>) {
    lines.value = lines.value.map((l) => (l.row.id === id ? { ...l, outcome } : l));
  }

  async function look() {
    stage.value = "looking";
    const todo = [...lines.value];
    await Promise.all([1, 2, 3, 4].map(async () => {
      for (let line = todo.shift(); line; line = todo.shift()) {
        const answer = await run(line.row, true);
        set(line.row.id, answer.ok ? { is: "can", value: answer.value } : { is: "cannot", problem: answer.problem });
      }
    }));
    stage.value = "ready";
  }

  /** Does it for all that can, and for those that failed before; the rest is left out. */
  async function go() {
    stage.value = "going";
    for (const { row, outcome } of lines.value) {
      if (outcome.is !== "can" && outcome.is !== "failed") continue;
      const answer = await run(row, false);
      set(row.id, answer.ok ? { is: "done", value: answer.value } : { is: "failed", problem: answer.problem });
    }
    stage.value = "over";
  }

  const count = (is: Outcome<T>["is"]) => lines.value.filter((l) => l.outcome.is === is).length;
  return { lines, stage, look, go, count };
}
