// What the list of cases can be filtered by. Days are those on which it is due: what is over is due no more.
import type { Choice } from "../api";
import type { Filter } from "../filters";

export const views = ["running", "late", "ended"] as const;
export type View = (typeof views)[number];

export function filtersOf(view: View, wide: boolean, states: Choice[]): Filter[] {
  return [
    { name: "q", word: "case.filter.q", kind: "search" },
    ...(wide ? [{ name: "unit", word: "case.filter.unit", kind: "choice", many: true, from: "units" } as const] : []),
    { name: "hall", word: "case.filter.hall", kind: "halls" },
    { name: "item", word: "case.filter.item", kind: "choice", many: true, from: "items" },
    { name: "state", word: "case.filter.state", kind: "choice", many: true, from: states },
    ...(view === "ended" ? [] : [{ name: "from", word: "case.filter.from", kind: "day" } as const, { name: "to", word: "case.filter.to", kind: "day" } as const]),
  ];
}
