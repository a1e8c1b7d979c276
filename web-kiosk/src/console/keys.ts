// One key for each act, always at the same place; what a key does follows from the state of the window alone.
import type { ConsoleView, WindowState } from "../shared/desk";
import type { Word } from "../shared/i18n";

export type Act = "open" | "pause" | "resume" | "close" | "next" | "pick" | "recall" | "serve" | "missed" | "cancel" | "transfer" | "hold" | "back" | "finish" | "cases" | "third" | "met";

export interface Key {
  cap: string; // as on the keyboard
  pad: string; // on the numeric pad
  act: Act;
  word: Word;
  note?: Word;
  ticket: string; // of the note
  n: number; // of the note
  on: boolean;
  primary: boolean;
}

/** Keyboard codes of each cap: the function key, and beside it the numeric pad. */
const codes: Record<string, string[]> = {
  F4: ["F4", "NumpadEnter"],
  F2: ["F2", "NumpadAdd"],
  F3: ["F3", "NumpadMultiply"],
  F5: ["F5"],
  F6: ["F6"],
  F7: ["F7"],
  F9: ["F9"],
  F8: ["F8", "NumpadSubtract"],
  F10: ["F10", "NumpadDivide"],
  End: ["End"],
};

/** The key whose act is the next thing to do. */
const primary: Record<WindowState, string> = { closed: "F10", open: "F2", called: "F4", serving: "F4", paused: "F10" };

/** The keys of a window. Where the view is not there, or old, or nothing can be kept, none can be pressed. */
export function keysOf(view: ConsoleView | null, current: boolean): Key[] {
  const state = view?.window.state ?? "closed";
  const is = (...states: WindowState[]) => states.includes(state);
  const full = view?.disk === "refuse" || view?.disk === "sealed";
  const ticket = view?.visit?.ticket ?? "";
  const calls = is("called") ? view?.calls_left ?? 0 : 0;
  const others = (view?.next ? 1 : 0) + (view?.missed?.length ?? 0);
  const due = view?.cases?.due ?? 0;
  const able = view !== null && current && view.disk !== "sealed";
  const key = (cap: string, pad: string, act: Act, word: Word, on: boolean, note?: Word): Key => ({
    cap, pad, act, word, note, ticket, n: calls, on: able && on, primary: able && on && primary[state] === cap,
  });

  const nextNote: Word | undefined = full ? "console.key.next.stopped"
    : is("serving") ? "console.key.next.finish"
      : is("called") ? "console.key.next.miss" : undefined;
  const turn = { closed: ["open", "console.key.open"], paused: ["resume", "console.key.resume"] } as const;
  const [f10, f10Word] = state === "closed" || state === "paused" ? turn[state] : (["pause", "console.key.pause"] as const);
  return [
    is("serving")
      ? key("F4", "Enter", "finish", "console.key.finish", true, view?.visit?.rated ? undefined : "console.key.finish.note")
      : key("F4", "Enter", "serve", "console.key.serve", is("called"), is("called") ? "console.key.serve.note" : undefined),
    key("F2", "+", "next", "console.key.next", is("open", "called", "serving") && !full && view?.next != null && calls === 0, nextNote),
    key("F3", "*", "recall", "console.key.recall", is("called")),
    is("called") ? key("F6", "", "cancel", "console.key.cancel", true) : key("F6", "", "hold", "console.key.hold", is("serving")),
    key("F7", "", "transfer", "console.key.transfer", is("called", "serving")),
    key("F8", "-", "missed", "console.key.missed", is("called") && calls === 0, calls > 0 ? "console.key.missed.calls" : undefined),
    key("F9", "", "pick", "console.key.pick", !full && calls === 0 && (is("open") ? others + (view?.held?.length ?? 0) > 0 : is("called", "serving") && others > 0)),
    { ...key("F5", "", "cases", "console.key.cases", !is("closed"), due > 0 ? "console.key.cases.due" : undefined), n: due },
    key("F10", "/", f10, f10Word, is("closed", "open", "paused"), is("closed") && view?.sign_on ? (view.sign_on.pin ? "console.key.open.pin" : "console.key.open.word") : undefined),
    key("End", "", "close", "console.key.close", is("open", "paused")),
  ];
}

/** What a key outside the row means: to call somebody here at once, or that a manager's words are read. */
export function alsoPressed(event: KeyboardEvent): "alarm" | "read" | undefined {
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return undefined;
  return ({ Pause: "alarm", F1: "read" } as const)[event.code];
}

/** The key that a keyboard event means; undefined for all others. A key held down is pressed once. */
export function keyPressed(event: KeyboardEvent, keys: Key[]): Key | undefined {
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return undefined;
  return keys.find((key) => codes[key.cap]?.includes(event.code));
}
