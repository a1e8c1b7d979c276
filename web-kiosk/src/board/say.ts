// What the board makes of numbers and codes, without the words themselves.
import { remedyOf, type DeviceFault, type WindowState } from "../shared/desk";
import { minutes } from "../shared/time";
import type { Alert, Hall, Sums, Window } from "./model";

/** One of the four states (tokens): each has a shape, a colour and a word. */
export type Shape = "serving" | "waiting" | "attention" | "closed";

const shapes: Record<WindowState, Shape> = { serving: "serving", called: "serving", open: "waiting", paused: "closed", closed: "closed" };

/** The fault of a window that needs somebody: paper that runs low does not yet. */
export function needs(window: Window): DeviceFault | undefined {
  return window.faults.find((f) => f.trouble !== "paper-low");
}

export interface Cell {
  shape: Shape; // of the word
  ground: Shape; // of the cell: a window with a fault serves on
  flagged: boolean;
  word: string; // key of the word
}

/** What a cell says: who calls for help, then the roster, then what fails, then an outage, then how the window stands. */
export function cellOf(window: Window): Cell {
  const ground = shapes[window.state];
  const fault = needs(window);
  const attention = (word: string): Cell => ({ ground, flagged: true, shape: "attention", word });
  if (window.alarm) return attention("board.alarm");
  if (window.post === "unknown") return { ground, flagged: false, shape: "closed", word: "board.post.unknown" };
  if (window.post) return attention(`board.post.${window.post}`);
  if (fault) return attention(`board.fault.${fault.trouble}`);
  if (window.outage) return { ground: "closed", flagged: false, shape: "closed", word: "board.outage" };
  return { ground, flagged: false, shape: ground, word: `state.${window.state}` };
}

/** Which windows a manager looks at; empty is all. */
export interface Filter { unit: string; floor: string; state: string }

export function passes(window: Window, f: Filter): boolean {
  const state = f.state === "" || (f.state === "attention" ? cellOf(window).flagged : window.state === f.state);
  return state && (f.unit === "" || window.unit === f.unit) && (f.floor === "" || window.floor === f.floor);
}

/** Halls with those of their windows that pass; a hall of which none does is left out. */
export function filtered(halls: Hall[], f: Filter): Hall[] {
  if (!f.unit && !f.floor && !f.state) return halls;
  return halls.map((h) => ({ ...h, windows: h.windows.filter((w) => passes(w, f)) })).filter((h) => h.windows.length > 0);
}

/** How long, in the unit that is read at a glance. */
export function span(then: string | undefined, now: number): { n: number; unit: "minutes" | "hours" } | null {
  if (!then) return null;
  const n = minutes(then, now);
  return n < 100 ? { n, unit: "minutes" } : { n: Math.floor(n / 60), unit: "hours" };
}

/** 62.2, of 268 / 431; null where there is nothing to count from, or it is not told. */
export function percent(part: number | null, of: number | null): string | null {
  return part === null || !of ? null : ((100 * part) / of).toFixed(1);
}

export const participation = (s: Sums) => percent(s.rated, s.ratable);
export const satisfaction = (s: Sums) => percent(s.satisfied, s.rated);

/** The windows of one floor of one hall, drawn together. */
export interface Group { hall: Hall; floor: string; floor_en?: string; windows: Window[]; alone: boolean }

export function groupsOf(halls: Hall[]): Group[] {
  return halls.flatMap((hall) => hall.floors.map((floor) => {
    const windows = hall.windows.filter((w) => w.floor === floor);
    const floor_en = windows[0]?.floor_en;
    return { hall, floor, windows, alone: hall.floors.length === 1, ...(floor_en && { floor_en }) };
  })).filter((g) => g.windows.length > 0);
}

/** How many windows are in each state, in the order of the wall. */
export function countsOf(windows: Window[]): { state: WindowState; n: number }[] {
  const order: WindowState[] = ["serving", "called", "open", "paused", "closed"];
  return order.map((state) => ({ state, n: windows.filter((w) => w.state === state).length })).filter((c) => c.n > 0);
}

export const across = 10; // windows in a row, on every screen

/** What a wall has room for, in pixels: its height, a cell and its heading in both sizes, the least cell, and what lies between. */
export interface Room { height: number; cell: number; low: number; least: number; heading: number; lowHeading: number; gap: number; between: number }

function tallOf(groups: Group[], cell: number, heading: number, r: Room): number {
  const each = groups.map((g) => heading + Math.ceil(g.windows.length / across) * (cell + r.gap) - r.gap);
  return each.reduce((sum, h) => sum + h, 0) + r.between * Math.max(0, groups.length - 1);
}

export interface Layout { dense: boolean; cell: number; pages: Group[][] }

/** The pages of a wall: all of it on one where it fits, in full cells, else in lower ones; what does not fit then, page by page. */
export function pagesOf(groups: Group[], room: Room): Layout {
  if (tallOf(groups, room.cell, room.heading, room) <= room.height) return { dense: false, cell: room.cell, pages: [groups] };
  const all = groups.reduce((sum, g) => sum + Math.ceil(g.windows.length / across), 0);
  const squeezed = Math.floor((room.height - tallOf(groups, 0, room.lowHeading, room)) / Math.max(1, all));
  if (squeezed >= room.least) return { dense: true, cell: Math.min(squeezed, room.low), pages: [groups] };
  const rows = Math.max(1, Math.floor((room.height - room.lowHeading + room.gap) / (room.low + room.gap)));
  const most = across * rows;
  const parts = groups.flatMap((g) => g.windows.length <= most ? [g]
    : Array.from({ length: Math.ceil(g.windows.length / most) }, (_, i) => ({ ...g, windows: g.windows.slice(i * most, (i + 1) * most) })));
  const pages: Group[][] = [];
  for (const part of parts) {
    const last = pages.at(-1);
    if (last && tallOf([...last, part], room.low, room.lowHeading, room) <= room.height) last.push(part);
    else pages.push([part]);
  }
  return { dense: true, cell: room.low, pages };
}

/** The keys of an alert's words: what is wrong, more of it, and what to do. */
export function alertKeys(alert: Alert): { title: string; what?: string; does: string } {
  const { kind, trouble } = alert;
  if (["pad", "tablet", "printer", "sign", "display", "kiosk"].includes(kind)) {
    return { title: `board.alert.${kind}${alert.window ? ".window" : ""}`, what: `trouble.${trouble}`, does: `trouble.${remedyOf(alert)}` };
  }
  const key = ["board.alert", kind, trouble].filter(Boolean).join(".");
  return { title: key, does: `${key}.do` };
}
