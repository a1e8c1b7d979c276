// What the hall's catalogue says to citizens, as agent/internal/desk/book.go tells it: the same all day.
import { ref, shallowRef, watch, type Ref } from "vue";
import type { Class, Place } from "./desk";

export interface Spot { floor: string; at: [number, number] }

export interface Leg { floor: string; spots: [number, number][] }

export interface Stop {
  letter?: string; // somebody is called there
  windows: string[];
  place?: string; place_en?: string; // where it is no window
  floor: string; floor_en?: string;
  do: string; do_en?: string;
  minutes?: number; // that it takes there
  walk?: number; // seconds, from the stop before
  at: Spot | null;
  legs: Leg[];
}

export interface Material {
  name: string; name_en?: string; tip?: string; tip_en?: string;
  sample?: string[]; // the lines of a form as somebody filled it in
  here?: boolean; // made on the way: nobody brings it
}

export interface Situation { id: string; name: string; name_en?: string; letter: string; materials: Material[]; stops: Stop[] }

export interface Item {
  code: string; name: string; name_en?: string; unit: string; letter: string;
  kind?: "spot" | "committed"; legal?: number; promised?: number; post?: boolean; trips?: number;
  basis?: string; fee?: string; fee_en?: string; fee_basis?: string;
  conditions: string[]; procedure: string[]; window_may: string[]; questions: { ask: string; answer: string; ask_en?: string; answer_en?: string }[];
  conditions_en?: string[]; procedure_en?: string[]; window_may_en?: string[]; // line by line as the Chinese ones
  situations: Situation[]; // at least one
}

export interface Floor {
  name: string; name_en?: string; width: number; depth: number;
  places: { id: string; kind: string; name: string; name_en?: string; at: [number, number] }[];
  windows: { id: string; at: [number, number] }[];
}

export interface Book {
  version: string;
  hall: Place; hours: string;
  units: Place[];
  items: Item[];
  classes: Class[];
  cases: number;
  floors: Floor[];
  here: Spot | null; here_name: string; here_en?: string;
}

/** The book of a version, asked for again until it is there. version is empty while nobody has named one. */
export function useBook(version: () => string): { book: Ref<Book | null>; failed: Ref<boolean> } {
  const book = shallowRef<Book | null>(null);
  const failed = ref(false);
  const at = new URLSearchParams(location.search).get("at") ?? "";
  async function read(wanted: string) {
    try {
      const answer = await fetch(`/api/book?at=${encodeURIComponent(at)}`);
      if (!answer.ok) throw new Error(answer.statusText);
      book.value = (await answer.json()) as Book;
      failed.value = false;
    } catch {
      failed.value = true;
      setTimeout(() => wanted === version() && void read(wanted), 2000);
    }
  }
  watch(version, (wanted) => wanted !== "" && wanted !== book.value?.version && void read(wanted), { immediate: true });
  return { book, failed };
}
