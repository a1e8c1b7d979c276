// The line to the hub: what the board shows now, whether it is fresh, and who looks.
import { computed, onScopeDispose, ref, shallowRef } from "vue";
import { listen } from "../shared/socket";
import { useNow } from "../shared/time";
import { apply, Missed, type Message, type Snapshot } from "./model";

export interface Me { name: string; display: string; role: string; desk: boolean; may?: string[] }

export function useBoard(view: "desk" | "wall") {
  const board = shallowRef<Snapshot | null>(null);
  const up = ref(false);
  const me = shallowRef<Me | null>(null);
  // What takes less than a blink needs no sign that it takes time; a line that is just coming up needs no alarm.
  const slow = ref(false);
  const late = ref(false);
  const timers = [setTimeout(() => (slow.value = true), 300), setTimeout(() => (late.value = true), 4000)];
  const here = useNow();
  const skew = ref(0); // the hub's clock is the one that counts

  let hangUp: (() => void) | undefined;
  const dial = () => {
    hangUp = listen(`/ws/board?view=${view}`, {
      message(data) {
        const message = data as Message;
        skew.value = Date.parse(message.at) - Date.now();
        try {
          board.value = apply(board.value, message);
        } catch (error) {
          if (!(error instanceof Missed)) throw error;
          hangUp?.();
          queueMicrotask(() => { // after the old line has said its last
            up.value = false;
            dial();
          });
        }
      },
      link(is) {
        up.value = is;
        if (!is) void ask();
      },
    });
  };

  /** Who looks. A session that has ended ends here: the page to sign in comes. */
  async function ask() {
    const answer = await fetch("/api/me").catch(() => null); // away: the line says so
    if (answer?.status === 401) location.assign(`/signin?next=${encodeURIComponent(location.pathname + location.search)}`);
    if (answer?.ok) me.value = (await answer.json()) as Me;
  }

  void ask();
  dial();
  onScopeDispose(() => {
    hangUp?.();
    timers.forEach(clearTimeout);
  });
  const now = computed(() => here.value + skew.value);
  /** The line is down, and has been long enough to say so. */
  const away = computed(() => !up.value && (late.value || board.value !== null));
  return { board, away, me, slow, now };
}
