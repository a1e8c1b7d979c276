// What stands first: what is past its limit, then what is due today, this week, later; then what waits for others. Groups
// follow the order in which the hub sends rows, so that none moves when more of them come.
import { dayAfter, weekdayOf, type Day } from "../../shared/day";
import type { Row, View } from "./api";

export type Span = "overdue" | "today" | "week" | "later" | "answered" | "all";

/** The group of a row on a day. */
export function spanOf(row: Pick<Row, "state" | "overdue" | "due_day">, today: Day): Span {
  if (row.state === "answered") return "answered";
  if (row.overdue) return "overdue";
  if (!row.due_day) return "later";
  if (row.due_day <= today) return "today";
  return row.due_day <= dayAfter(today, (7 - weekdayOf(today)) % 7) ? "week" : "later";
}

/** Rows in the order they came, cut where the group changes. What is over stands in no group. */
export function groupsOf(rows: Row[], today: Day, view: View): { span: Span; rows: Row[] }[] {
  const groups = new Map<Span, Row[]>();
  for (const row of rows) {
    const span = view === "ended" || view === "praise" ? "all" : spanOf(row, today);
    const group = groups.get(span);
    if (group) group.push(row);
    else groups.set(span, [row]);
  }
  return [...groups].map(([span, all]) => ({ span, rows: all }));
}
