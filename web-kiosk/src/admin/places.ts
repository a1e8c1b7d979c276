// Halls in the tree of places (names and depth are configuration). What is chosen is kept short: a place that ends in "/"
// stands for all halls below it, now and later; an id for one hall.
import type { HallChoice } from "./api";

export interface Place { id: string; name: string; children?: Place[] }

/** The tree of halls, from the first place where they part. */
export function treeOf(halls: HallChoice[]): Place[] {
  const root: Place = { id: "", name: "", children: [] };
  for (const hall of halls) {
    let at = root;
    for (const name of hall.place.split("/").filter(Boolean)) {
      const id = `${at.id}${name}/`;
      const found = at.children?.find((p) => p.id === id);
      const next: Place = found ?? { id, name, children: [] };
      if (!found) at.children?.push(next);
      at = next;
    }
    at.children?.push({ id: hall.id, name: hall.name });
  }
  let top = root.children ?? [];
  for (let only = top[0]; top.length === 1 && only?.children; only = top[0]) top = only.children;
  return top;
}

/** The halls that chosen places and halls mean. */
export function hallsOf(tree: Place[], chosen: Set<string>, all = false): string[] {
  return tree.flatMap((p) => {
    const whole = all || chosen.has(p.id);
    return p.children ? hallsOf(p.children, chosen, whole) : whole ? [p.id] : [];
  });
}

const below = (p: Place): string[] => hallsOf([p], new Set([p.id]));

/** Whether all, some or none of what a place stands for is among these halls. */
export function partOf(place: Place, halls: Set<string>): "all" | "some" | "none" {
  const own = below(place);
  const in_ = own.filter((h) => halls.has(h)).length;
  return in_ === 0 ? "none" : in_ === own.length ? "all" : "some";
}

/** The shortest choice that means these halls: a whole branch is said by its place. */
export function choiceOf(tree: Place[], halls: Set<string>): string[] {
  return tree.flatMap((p) => (partOf(p, halls) === "all" ? [p.id] : p.children ? choiceOf(p.children, halls) : []));
}

/** A choice with a place or hall added to it or taken from it. */
export function toggled(tree: Place[], chosen: string[], place: Place, on: boolean): string[] {
  const halls = new Set(hallsOf(tree, new Set(chosen)));
  for (const h of below(place)) if (on) halls.add(h); else halls.delete(h);
  return choiceOf(tree, halls);
}

/** The tree with what a part of a name is found in, and what leads there. */
export function found(tree: Place[], part: string): Place[] {
  if (!part) return tree;
  return tree.flatMap((p) => {
    if (p.name.toLowerCase().includes(part)) return [p];
    const inner = found(p.children ?? [], part);
    return inner.length > 0 ? [{ ...p, children: inner }] : [];
  });
}

export function nameOf(tree: Place[], id: string): string {
  for (const p of tree) {
    const name = p.id === id ? p.name : nameOf(p.children ?? [], id);
    if (name) return name;
  }
  return "";
}
