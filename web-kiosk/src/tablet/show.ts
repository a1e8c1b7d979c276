// What the tablet shows, as a pure rule of what the agent says and what was touched.
import type { PadView } from "../shared/desk";
import type { Became } from "./sender";

/** The last touch of a face, as far as it is still to be seen. */
export interface Touch {
  level: number;
  visit: string; // at the window when it was made
  at: number; // by this browser's clock
  became?: Became;
  answered?: number;
  done?: number; // since when its reasons are said, or not wanted
  busy?: number; // when he touched the reasons last
}

export type Screen = "loading" | "card" | "ask" | "sending" | "stored" | "why" | "thanks" | "repeat" | "kept" | "paused" | "closed";

/** How long things are to be seen, in ms. */
export const lasts = { sending: 3000, stored: 8000, why: 45_000, whyAtMost: 110_000, thanks: 2000, said: 4000, fresh: 10_000, opened: 45_000 };

/** Opened is when somebody asked for the faces himself. */
export function screenOf(view: PadView | null, up: boolean, touch: Touch | null, opened: number, now: number, skew: number): Screen {
  if (!view) return "loading";
  return ofTouch(view, up, touch, now) ?? ofWindow(view, up, opened, now, skew);
}

function ofTouch(view: PadView, up: boolean, touch: Touch | null, now: number): Screen | null {
  if (!touch) return null;
  if (view.visit !== touch.visit && view.visit !== "" && touch.became !== undefined) return null; // the next one is here
  const { answered = 0, done = 0 } = touch;
  switch (touch.became) {
    case undefined:
      if (now - touch.at < lasts.sending && up) return "sending";
      return now - touch.at < lasts.stored ? "stored" : null;
    case "became":
      if (done) return now - done < lasts.thanks ? "thanks" : null;
      return now - Math.max(answered, touch.busy ?? 0) < lasts.why && now - touch.at < lasts.whyAtMost ? "why" : null;
    case "repeat":
      return now - answered < lasts.said ? "repeat" : null;
    case "kept":
      return now - answered < lasts.said ? "kept" : null;
  }
}

function ofWindow(view: PadView, up: boolean, opened: number, now: number, skew: number): Screen {
  if (view.show === "prompt" && view.until && now + skew < Date.parse(view.until)) return "ask";
  if (now - opened < lasts.opened && mayAsk(view, up)) return "ask";
  if (view.show === "wait") return "paused";
  if (view.show === "closed") return "closed";
  return "card";
}

/** Whether somebody may ask for the faces himself: he is served, or nobody knows whether he is. */
export function mayAsk(view: PadView, up: boolean): boolean {
  return up ? view.serving && !view.rated : view.show !== "closed";
}
