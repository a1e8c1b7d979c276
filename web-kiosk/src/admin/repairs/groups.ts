// What stands first: what is past its last day, then what is due today, this week, next week, later; then what waits for
// others. Groups follow the order in which the hub sends rows, so that none moves when more of them come.
import { dayAfter, weekdayOf, type Day } from "../../shared/day";
import type { Row, State, Wait } from "./api";

export type Span = "overdue" | "today" | "week" | "next" | "later" | "answered" | "frozen" | `ended-${string}`;

const running: State[] = ["open", "assigned", "verifying", "repairing"];

/** Whether it has still to be answered: the clock runs, or would if it were not stopped. */
export const isRunning = (row: Pick<Row, "state">): boolean => running.includes(row.state);

/** The group of a row on a day. */
export function spanOf(row: Row, today: Day): Span {
  if (row.ended) return `ended-${row.ended.slice(0, 7)}`;
  if (row.frozen) return "frozen";
  if (!isRunning(row)) return "answered";
  const sunday = dayAfter(today, (7 - weekdayOf(today)) % 7);
  const due = row.due ?? "";
  if (row.overdue > 0 || due < today) return "overdue";
  if (due === today) return "today";
  if (due <= sunday) return "week";
  return due <= dayAfter(sunday, 7) ? "next" : "later";
}

/**
 * Rows in the order they came, cut where the group changes; a group that comes again joins the first of its name. What an
 * act has just changed stays where it was held: nothing moves under the finger.
 */
export function groupsOf(rows: Row[], today: Day, held = new Map<string, Span>()): { span: Span; rows: Row[] }[] {
  const groups = new Map<Span, Row[]>();
  for (const row of rows) {
    const span = held.get(row.id) ?? spanOf(row, today);
    const group = groups.get(span);
    if (group) group.push(row);
    else groups.set(span, [row]);
  }
  return [...groups].map(([span, all]) => ({ span, rows: all }));
}

// An appeal holds nobody up, and that the citizen may rate the repair is not waited for.
const beside: Wait[] = ["appeal", "second"];

/** The shape beside the word of a state, and the word's key: what somebody must do now is loud. */
export function standing(row: Row, today: Day): { shape: "serving" | "waiting" | "attention" | "closed"; word: string } {
  if (row.frozen) return { shape: "closed", word: "frozen" };
  if (!isRunning(row) && row.state !== "answered") return { shape: "closed", word: row.state };
  const span = row.due ? spanOf(row, today) : "later";
  if (span === "overdue") return { shape: "attention", word: "overdue" };
  if (span === "today") return { shape: "attention", word: "today" };
  const wait = row.waits.find((w) => !beside.includes(w)) ?? row.waits[0];
  switch (wait) {
    case "accept": return { shape: "serving", word: "answered" };
    case "repair": return { shape: "serving", word: "repairing" };
    case undefined: return { shape: "waiting", word: row.state };
  }
  return { shape: "waiting", word: `wait.${wait}` };
}
