// Who is signed in, what that account may do, and how much waits for it.
import { inject, onScopeDispose, readonly, shallowRef, type InjectionKey, type Ref } from "vue";
import { get, type Problem } from "./api";

/** GET /api/me. Names come in the language of the request. */
export interface Me {
  name: string; // of the account
  display: string; // of the person
  role: string; // closed set of hub/internal/access
  unit: string; // id; empty: of no unit
  unit_name: string;
  centre: string; // name of the centre
  desk: boolean; // sees the live board
  may: string[]; // actions of hub/internal/access that it may do somewhere, e.g. repairs.list
  counts?: Partial<Record<string, number>>; // by page: what waits for this account there
}

export interface Who {
  me: Readonly<Ref<Me | null>>;
  problem: Readonly<Ref<Problem | null>>; // of the last time of asking
  ask(): Promise<void>;
}

const pace = 60_000;
const key: InjectionKey<{ me: Me; ask(): Promise<void> }> = Symbol("me");

/** Asks who looks, and again each minute while the page is seen: the numbers in the menu move, and a session may end. */
export function watchMe(): Who {
  const me = shallowRef<Me | null>(null);
  const problem = shallowRef<Problem | null>(null);
  async function ask() {
    const answer = await get<Me>("/api/me");
    if (answer.ok) me.value = answer.value;
    problem.value = answer.ok ? null : answer.problem;
  }
  const timer = setInterval(() => {
    if (document.visibilityState === "visible") void ask();
  }, pace);
  onScopeDispose(() => clearInterval(timer));
  void ask();
  return { me: readonly(me) as Readonly<Ref<Me | null>>, problem, ask };
}

export { key as meKey };

/** Who looks: of pages inside the shell, which shows none before it knows. */
export function useMe(): { me: Me; ask(): Promise<void> } {
  const found = inject(key);
  if (!found) throw new Error("useMe: not inside the shell");
  return found;
}
