// The keys of lists. Single letters can be switched off (WCAG 2.1.4); arrows work where the focus is in the list.
import { ref } from "vue";

export type KeyMeans = "down" | "up" | "search" | "pick" | "help" | "back";

const place = "hallpulse.keys";

/** Whether single letters mean something in this browser. */
export const letters = ref(read());

function read(): boolean {
  try {
    return localStorage.getItem(place) !== "off";
  } catch {
    return true;
  }
}

export function setLetters(on: boolean) {
  letters.value = on;
  localStorage.setItem(place, on ? "on" : "off");
}

type Press = Pick<KeyboardEvent, "key" | "ctrlKey" | "altKey" | "metaKey" | "isComposing">;

/** What a key means to a list; undefined: it is not for the list. */
export function keyMeans(press: Press, where: { typing: boolean; inList: boolean; letters: boolean }): KeyMeans | undefined {
  if (press.ctrlKey || press.altKey || press.metaKey || press.isComposing || where.typing) return undefined;
  if (where.inList && press.key === "ArrowDown") return "down";
  if (where.inList && press.key === "ArrowUp") return "up";
  if (!where.letters) return undefined;
  switch (press.key) {
    case "j": return "down";
    case "k": return "up";
    case "/": return "search";
    case "x": return where.inList ? "pick" : undefined;
    case "u": return "back";
    case "?": return "help";
  }
  return undefined;
}

/** Whether keys go into what has the focus. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest("dialog")) return true; // a question is answered first
  return target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox], [type=radio], [type=button])");
}
