// Quarters, as plans are made by them: 2026-Q4.
import { dayAfter, type Day } from "../../shared/day";

export const quarterOf = (day: Day): string => `${day.slice(0, 4)}-Q${Math.ceil(Number(day.slice(5, 7)) / 3)}`;

/** The quarter so many after another; negative: before it. */
export function quarterAfter(quarter: string, n: number): string {
  const at = Number(quarter.slice(0, 4)) * 4 + Number(quarter.slice(6)) - 1 + n;
  return `${Math.floor(at / 4)}-Q${(at % 4) + 1}`;
}

/** The first and the last day of a quarter. */
export function daysOf(quarter: string): { first: Day; last: Day } {
  const first = `${quarter.slice(0, 4)}-${String(3 * Number(quarter.slice(6)) - 2).padStart(2, "0")}-01`;
  const next = quarterAfter(quarter, 1);
  return { first, last: dayAfter(`${next.slice(0, 4)}-${String(3 * Number(next.slice(6)) - 2).padStart(2, "0")}-01`, -1) };
}
