// What the form of one act and its fields say to each other, and the drafts of what was typed: they outlive a lost line, a
// session that ended and a reload, in this tab alone.
import { inject, reactive, toRaw, watch, type InjectionKey, type Ref } from "vue";
import type { Problem } from "./api";

export const actKey: InjectionKey<Readonly<Ref<Problem | null>>> = Symbol("act");

/** What is wrong with one field of the act around it, in words; empty: nothing. */
export function useFault(name: () => string): () => string {
  const problem = inject(actKey, null);
  return () => (problem?.value?.field === name() ? problem.value.message : "");
}

type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const place = (key: string) => `hallpulse.draft.${key}`;

/** A form's values, kept as they are typed until the act is done. */
export function useDraft<T extends object>(key: string, empty: T, store: Store = sessionStorage): { draft: T; drop(): void } {
  const draft = reactive({ ...empty, ...kept<T>(store, key) }) as T;
  watch(draft, (now) => {
    if (JSON.stringify(now) === JSON.stringify(empty)) store.removeItem(place(key));
    else store.setItem(place(key), JSON.stringify(toRaw(now)));
  }, { deep: true, flush: "sync" });
  return {
    draft,
    drop() {
      Object.assign(draft, empty);
      store.removeItem(place(key));
    },
  };
}

function kept<T>(store: Store, key: string): Partial<T> {
  try {
    return JSON.parse(store.getItem(place(key)) ?? "{}") as Partial<T>;
  } catch {
    return {};
  }
}

/** Throws all drafts away when somebody signs out: whoever signs in next at this desk must not find them. */
export function dropDrafts(store: Storage = sessionStorage) {
  for (const key of Object.keys(store)) if (key.startsWith("hallpulse.draft.")) store.removeItem(key);
}
