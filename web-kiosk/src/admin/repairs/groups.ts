// What stands first: what is past its last day, then what is due today, this week, next week, later; then what waits for
// others. Groups follow the order in which the hub sends rows, so that none moves when more of them come.
import { dayAfter, weekdayOf, type Day } from "../../shared/day";
import type { Row, State } from "./api";

export type Span = "overdue" | "today" | "week" | "next" | "later" | "answered" | "frozen" | `ended-${string}`;

const running: State[] = ["open", "assigned", "verifying", "repairing"];

/** Whether the unit (or the centre) has still to answer: the clock runs, or would if it were not stopped. */
export const isRunning = (row: Row): boolean => running.includes(row.state);

/** The group of a row on a day. */
export function spanOf(row: Row, today: Day): Span {
  if (row.ended) return `ended-${row.ended.slice(0, 7)}`;
  if (row.frozen) return "frozen";
  if (!isRunning(row)) return "answered";
  const sunday = dayAfter(today, (7 - weekdayOf(today)) % 7);
  if (row.overdue > 0 || row.due < today) return "overdue";
  if (row.due === today) return "today";
  if (row.due <= sunday) return "week";
  return row.due <= dayAfter(sunday, 7) ? "next" : "later";
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

/** The shape beside the word of a state, and the word's key: what somebody must do now is loud. */
export function standing(row: Row, today: Day): { shape: "serving" | "waiting" | "attention" | "closed"; word: string } {
  if (row.frozen) return { shape: "closed", word: "frozen" };
  const span = spanOf(row, today);
  if (span === "overdue") return { shape: "attention", word: "overdue" };
  if (span === "today") return { shape: "attention", word: "today" };
  switch (row.state) {
    case "open": return { shape: "waiting", word: "open" };
    case "assigned": return { shape: "waiting", word: "assigned" };
    case "verifying": return { shape: "waiting", word: row.callback === "due" ? "calling" : "verifying" };
    case "repairing": return { shape: "serving", word: row.callback === "due" ? "calling" : "repairing" };
    case "answered": return { shape: "serving", word: "answered" };
  }
  return { shape: "closed", word: row.state };
}
