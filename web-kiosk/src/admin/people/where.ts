// Where an account reaches, between how the hub keeps it (places of the tree, halls) and how it is chosen on screen.
import type { HallChoice } from "../api";
import { choiceOf, hallsOf, treeOf } from "../places";

export interface Where { places: string[]; halls: string[] }

/** What a chosen branch of the tree means. Halls and places do not go together at the hub: with a single hall, all are named. */
export function whereOf(chosen: string[], halls: HallChoice[]): Where {
  if (chosen.every((c) => c.endsWith("/"))) return { places: chosen.map((c) => c.slice(0, -1)), halls: [] };
  return { places: [], halls: hallsOf(treeOf(halls), new Set(chosen)) };
}

/** What of the tree an account reaches: nothing chosen where it reaches everything. */
export function chosenOf(where: Where, halls: HallChoice[]): string[] {
  if (where.places.length === 0 && where.halls.length === 0) return [];
  const inside = halls.filter((h) => where.halls.length > 0 ? where.halls.includes(h.id) : where.places.some((p) => h.place === p || h.place.startsWith(`${p}/`)));
  return choiceOf(treeOf(halls), new Set(inside.map((h) => h.id)));
}

/** The names of where an account reaches; none: everywhere. */
export function namesOf(where: Where, halls: HallChoice[]): string[] {
  if (where.halls.length > 0) return where.halls.map((id) => halls.find((h) => h.id === id)?.name ?? id);
  return where.places.map((p) => p.split("/").at(-1) ?? p);
}
