// A choice that a clerk makes on the keyboard: each has a number, or the number of a window; arrows and Enter do as well.
import type { Clerk, ConsoleView, HallView, Waiting } from "../shared/desk";

export interface Choice {
  id: string;
  code: string; // what is typed for it; empty: arrows alone reach it
  title: string;
  note: string;
  group?: string; // stands above the first of a group
}

/** The choices under keys of their own, one for each: 1 to 9, then letters, without those with which a scanned address begins. */
export function numbered(choices: Omit<Choice, "code">[]): Choice[] {
  const keys = "123456789ABCDEFGIJKLMNOQRUVWXYZ";
  return choices.map((c, i) => ({ ...c, code: keys[i] ?? "" }));
}

export interface Typing { typed: string; at: number }

export type Step = Typing | { chosen: Choice } | "left" | null;

/** What a key does to a choice that is being made; null: it is not for us. */
export function typed(key: string, choices: Choice[], now: Typing): Step {
  if (key === "Escape") return "left";
  if (key === "Enter") {
    const choice = choices[now.at];
    return choice ? { chosen: choice } : { ...now };
  }
  if (key === "ArrowDown" || key === "ArrowUp") {
    const n = choices.length;
    return n === 0 ? { ...now } : { typed: "", at: (now.at + (key === "ArrowDown" ? 1 : n - 1)) % n };
  }
  if (key === "Backspace") return { typed: "", at: 0 };
  if (!/^[0-9a-z]$/i.test(key)) return null;
  const fits = (text: string) => choices.filter((c) => c.code.toLowerCase().startsWith(text.toLowerCase()));
  const text = fits(now.typed + key).length > 0 ? now.typed + key : key;
  const found = fits(text);
  const [only] = found;
  if (!only) return { ...now };
  if (found.length === 1 && only.code.toLowerCase() === text.toLowerCase()) return { chosen: only };
  return { typed: text, at: choices.indexOf(only) };
}

/** Whom a clerk may call out of turn: who was set aside, who was missed, who waits. */
export function pickable(view: ConsoleView): { kind: "held" | "missed" | "waiting"; ticket: Waiting; window?: string; why?: string }[] {
  const waiting = [...(view.next ? [view.next] : []), ...(view.waiting ?? [])];
  return [
    ...(view.held ?? []).map((h) => ({ kind: "held" as const, ticket: h, window: h.window, why: h.why })),
    ...(view.missed ?? []).map((ticket) => ({ kind: "missed" as const, ticket })),
    ...waiting.map((ticket) => ({ kind: "waiting" as const, ticket })),
  ];
}

type HallWindow = HallView["windows"][number];

/** Where a letter, or a clerk, is: at windows of this counter or of another one. */
export interface Where { floor: string; floor_en?: string; agent?: string }

/** Where a clerk at window id may pass somebody on to: the open windows first, each as on its sign; the lines; who is at a window. */
export function targets(hall: HallView, id: string) {
  const closed = (w: HallWindow) => Number(w.state === "closed");
  const windows = hall.windows.filter((w) => w.id !== id).sort((a, b) => closed(a) - closed(b));
  const letters = hall.services.map((l) => ({ ...l, ...where(hall.windows.find((w) => w.services.includes(l.letter))) }));
  const me = hall.windows.find((w) => w.id === id)?.staff?.badge;
  const staff: (Clerk & Where & { window: string })[] = [];
  for (const w of windows) {
    if (!w.staff || closed(w) || w.staff.badge === me || staff.some((s) => s.badge === w.staff?.badge)) continue;
    staff.push({ ...w.staff, ...where(w), window: w.id });
  }
  return { windows, letters, staff };
}

function where(w?: HallWindow): Where {
  return { floor: w?.floor ?? "", floor_en: w?.floor_en, agent: w?.agent };
}
