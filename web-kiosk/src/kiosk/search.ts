// Finds what people come for: by Chinese words, by the initials of their pinyin, by English words or by code.
import type { Book, Item } from "../shared/book";
import { byInitials } from "./pinyin";

/** How well an item fits: the less the better; -1 not at all. */
function fits(item: Item, unit: string, wanted: string): number {
  const english = (item.name_en ?? "").toLowerCase();
  if (item.code.toLowerCase() === wanted) return 0;
  const at = item.name.toLowerCase().indexOf(wanted);
  if (at >= 0) return 1 + at;
  if (/^[a-z0-9]+$/.test(wanted)) {
    const initials = byInitials(item.name, wanted);
    if (initials >= 0) return 30 + initials;
  }
  const word = english.split(/[^a-z0-9]+/).findIndex((w) => w.startsWith(wanted));
  if (word >= 0) return 60 + word;
  if (english.includes(wanted)) return 80;
  if (item.situations.some((s) => s.name.includes(wanted))) return 90;
  return unit.toLowerCase().includes(wanted) ? 100 : -1;
}

/** The items that fit what was typed, the best first; of two alike the first in the book. */
export function search(book: Book, typed: string, most = 40): Item[] {
  const words = typed.toLowerCase().trim().split(/\s+/).filter((w) => w !== "");
  if (words.length === 0) return [];
  const units = new Map(book.units.map((u) => [u.id, `${u.name} ${u.name_en ?? ""}`]));
  return book.items
    .map((item) => {
      const each = words.map((word) => fits(item, units.get(item.unit) ?? "", word));
      return { item, fit: each.includes(-1) ? -1 : each.reduce((a, b) => a + b) };
    })
    .filter((one) => one.fit >= 0)
    .sort((a, b) => a.fit - b.fit)
    .slice(0, most)
    .map((one) => one.item);
}
