// The same act on many rows: first what would become of each, then each by itself. One that cannot be done leaves the
// others alone.
import { ref, shallowRef } from "vue";
import type { Answer, Problem, Refusal } from "./api";

export type Outcome<T> = { is: "waiting" } | { is: "can"; value: T } | { is: "cannot"; problem: Refusal } | { is: "done"; value: T } | { is: "failed"; problem: Problem | Refusal };

export interface Line<Row, T> { row: Row; outcome: Outcome<T> }

/** What became of one row, or would: of a row that is not named nothing is known. */
export type Result<T> = { id: string; value: T } | { id: string; problem: Refusal };

/** Does one act on rows in one request; with preview it does nothing and says what would be. */
export type Run<Row, T> = (rows: Row[], preview: boolean) => Promise<Answer<Result<T>[]>>;

/** Runs an act that knows one row at a time on many: one after the other where it counts, so that nothing overtakes. */
export function oneByOne<Row extends { id: string }, T>(run: (row: Row, preview: boolean) => Promise<Answer<T>>): Run<Row, T> {
  return async (rows, preview) => {
    const value: Result<T>[] = [];
    for (const row of rows) {
      const answer = await run(row, preview);
      value.push(answer.ok ? { id: row.id, value: answer.value } : { id: row.id, problem: answer.problem });
    }
    return { ok: true, value };
  };
}

export function useBulk<Row extends { id: string }, T>(rows: Row[], run: Run<Row, T>) {
  const lines = shallowRef<Line<Row, T>[]>(rows.map((row) => ({ row, outcome: { is: "waiting" } })));
  const stage = ref<"looking" | "ready" | "going" | "over">("looking");
  const lost = shallowRef<Problem | null>(null); // the request itself came to nothing

  async function ask(some: Row[], preview: boolean) {
    const answer = await run(some, preview);
    lost.value = answer.ok ? null : answer.problem;
    const found = new Map(answer.ok ? answer.value.map((r) => [r.id, r]) : []);
    const asked = new Set(some.map((r) => r.id));
    lines.value = lines.value.map((line) => {
      if (!asked.has(line.row.id)) return line;
      const result = found.get(line.row.id);
      if (result && "value" in result) return { ...line, outcome: { is: preview ? "can" : "done", value: result.value } };
      const problem = result?.problem ?? (answer.ok ? { code: "", message: "" } : answer.problem);
      return { ...line, outcome: { is: preview ? "cannot" : "failed", problem } };
    });
  }

  async function look() {
    stage.value = "looking";
    await ask(rows, true);
    stage.value = "ready";
  }

  /** Does it for all that can, and for those that failed before; the rest is left out. */
  async function go() {
    stage.value = "going";
    await ask(lines.value.filter((l) => l.outcome.is === "can" || l.outcome.is === "failed").map((l) => l.row), false);
    stage.value = "over";
  }

  const count = (is: Outcome<T>["is"]) => lines.value.filter((l) => l.outcome.is === is).length;
  return { lines, stage, lost, look, go, count };
}
