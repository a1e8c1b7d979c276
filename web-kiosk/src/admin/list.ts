// A list of the hub's, page by page: what is on screen stays there until something better has come.
import { onScopeDispose, ref, shallowRef } from "vue";
import type { Answer, Page, Problem } from "./api";
import type { Values } from "./filters";

export type Load<Row> = (values: Values, after: string, signal: AbortSignal) => Promise<Answer<Page<Row>>>;

/** What is being asked for: another list, the rows after these, or the same again. */
export type Busy = "" | "first" | "more" | "again";

export function useList<Row extends { id: string }>(load: Load<Row>) {
  const rows = shallowRef<Row[] | null>(null); // null: nothing came yet
  const asOf = ref("");
  const problem = shallowRef<Problem | null>(null);
  const busy = ref<Busy>("");
  const next = ref("");
  let values: Values = {};
  let pages = 0;
  let line = new AbortController();

  /** Asks; what was asked before and is not answered yet is no longer wanted. */
  async function ask(how: Busy, after: string): Promise<Page<Row> | null> {
    line.abort();
    line = new AbortController();
    const own = line;
    busy.value = how;
    const answer = await load(values, after, own.signal);
    if (own !== line) return null;
    busy.value = "";
    problem.value = answer.ok || answer.problem.trouble === "aborted" ? null : answer.problem;
    return answer.ok ? answer.value : null;
  }

  function show(page: Page<Row>, all: Row[]) {
    const once = new Map(all.map((r) => [r.id, r])); // a row that moved while pages were read is shown once
    rows.value = [...once.values()];
    next.value = page.next;
    asOf.value = page.as_of;
  }

  /** Another list. The rows of the last one stay until its first page is there; where it does not come they go. */
  async function start(wanted: Values) {
    values = wanted;
    const page = await ask("first", "");
    if (page) {
      pages = 1;
      show(page, page.rows);
    } else if (problem.value) rows.value = null;
  }

  async function more() {
    if (!next.value || busy.value) return;
    const page = await ask("more", next.value);
    if (!page) return;
    pages++;
    show(page, [...(rows.value ?? []), ...page.rows]);
  }

  /** The same list as it is now, as far as it was read. Where it does not come the old one stays. */
  async function again() {
    let all: Row[] = [];
    let page = await ask("again", "");
    for (let n = 1; page; n++) {
      all = [...all, ...page.rows];
      if (n >= pages || !page.next) {
        show(page, all);
        return;
      }
      page = await ask("again", page.next);
    }
  }

  /** A row as an act left it. It keeps its place: nothing moves under the finger. */
  function put(row: Row) {
    if (rows.value?.some((r) => r.id === row.id)) rows.value = rows.value.map((r) => (r.id === row.id ? row : r));
  }

  onScopeDispose(() => line.abort());
  return { rows, next, asOf, problem, busy, start, more, again, put };
}
