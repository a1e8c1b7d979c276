// A scanner that types: what it reads comes as keys in quick succession, with Enter at the end. People type slower.
import { onScopeDispose } from "vue";

/** Milliseconds from key to key: a scanner takes less. */
const pace = 100;
/** What is shorter is no ticket. */
const shortest = 20;

/** Puts keys together. It returns what was scanned when Enter has come, else nothing. */
export function makeScanner(): (key: string, at: number) => string | null {
  let text = "";
  let last = 0;
  return (key, at) => {
    if (at - last > pace) text = "";
    last = at;
    if (key === "Enter") {
      const scanned = text;
      text = "";
      return scanned.length >= shortest ? scanned : null;
    }
    if ([...key].length === 1) text += key;
    return null;
  };
}

/** Listens for scans for as long as the component lives. */
export function useScanner(found: (text: string) => void) {
  const scanner = makeScanner();
  const hear = (event: KeyboardEvent) => {
    const scanned = scanner(event.key, event.timeStamp);
    if (scanned === null) return;
    event.preventDefault();
    event.stopPropagation();
    found(scanned);
  };
  addEventListener("keydown", hear, true);
  onScopeDispose(() => removeEventListener("keydown", hear, true));
}
