// How packs stand in time, and how their rules stand under headings.
import { dayAfter, type Day } from "../../shared/day";
import type { Adopted, Rule } from "./api";

/** One stretch of the strip, oldest first: packs that are never in force are in none. */
export function stretches(adopted: Adopted[]): Adopted[] {
  return adopted.filter((p) => p.stands !== "never").reverse();
}

/** The rules of a pack by the part of the file that they stand in: rating, repair, … */
export function grouped(rules: Rule[]): { group: string; rules: Rule[] }[] {
  const groups: { group: string; rules: Rule[] }[] = [];
  for (const rule of rules) {
    const group = rule.key.split(".")[0] ?? "";
    const last = groups.at(-1);
    if (last?.group === group) last.rules.push(rule);
    else groups.push({ group, rules: [rule] });
  }
  return groups;
}

/** The first day that may be chosen, and the day that a form begins with: the first of next month. */
export function firstDay(today: Day): Day {
  const [year = 0, month = 1] = today.split("-").map(Number);
  return month === 12 ? `${year + 1}-01-01` : `${year}-${String(month + 1).padStart(2, "0")}-01`;
}

/** The last day that stays judged by the pack before. */
export const dayBefore = (day: Day): Day => dayAfter(day, -1);
