// What stands first: what is past its last day, then what is due today, this week, next week, later, and what has no limit;
// then what waits for the applicant, and what waits to be handed over. Groups follow the order in which the hub sends rows.
import { dayAfter, weekdayOf, type Day } from "../../shared/day";
import type { Row } from "./api";

export type Span = "overdue" | "today" | "week" | "next" | "later" | "open" | "returned" | "hands" | "over";

/** The group of a row on a day. */
export function spanOf(row: Pick<Row, "state" | "delivers" | "due">, today: Day): Span {
  switch (row.state) {
    case "accepted": break;
    case "returned": return "returned";
    case "refused": return "hands";
    case "decided": return row.delivers ? "hands" : "over";
    default: return "over";
  }
  if (!row.due) return "open";
  const sunday = dayAfter(today, (7 - weekdayOf(today)) % 7);
  if (row.due < today) return "overdue";
  if (row.due === today) return "today";
  if (row.due <= sunday) return "week";
  return row.due <= dayAfter(sunday, 7) ? "next" : "later";
}

/** Rows in the order they came, cut where the group changes; a group that comes again joins the first of its name. */
export function groupsOf(rows: Row[], today: Day): { span: Span; rows: Row[] }[] {
  const groups = new Map<Span, Row[]>();
  for (const row of rows) {
    const span = spanOf(row, today);
    const group = groups.get(span);
    if (group) group.push(row);
    else groups.set(span, [row]);
  }
  return [...groups].map(([span, all]) => ({ span, rows: all }));
}

/** The shape beside the word of a state: what somebody must do now is loud. */
export function shapeOf(row: Row, today: Day): "attention" | "serving" | "waiting" | "closed" {
  switch (spanOf(row, today)) {
    case "overdue": case "today": return "attention";
    case "returned": case "hands": return "waiting";
    case "over": return "closed";
  }
  return "serving";
}
