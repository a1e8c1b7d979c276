// What the hub says of the board (hub/internal/board/picture.go), and what a screen makes of it.
import type { DeviceFault, WindowState } from "../shared/desk";

export interface Sums {
  served: number;
  invited: number;
  ratable: number;
  rated: number | null;
  rated_few?: boolean;
  bad: number | null;
  bad_few?: boolean;
  satisfied: number | null;
}

export interface Recent { at: string; level: number; channel: string; reasons?: string[]; missing?: boolean }

/** How a window stands to its roster. */
export type Post = "absent" | "idle" | "double" | "unknown";

export type CommandKind = "message" | "open" | "service.close" | "service.open" | "outage.begin" | "outage.end";

export type ServiceWhy = "full" | "closing" | "staff" | "fault" | "event";

/** What a manager asked for today, and what became of it. */
export interface Asked {
  id: string; kind: CommandKind; window?: string; letter?: string; unit?: string; why?: ServiceWhy;
  by: string; at: string; state: "sent" | "done" | "refused" | "seen" | "expired"; since: string; refused?: string; staff?: string;
  left?: string[]; // counters that have not done what others of the hall have
}

export interface Outage { unit: string; name: string; name_en?: string; since?: string }

export interface Window {
  hall: string; id: string; floor: string; floor_en?: string; unit: string; unit_en?: string; services: string[]; service: string; service_en?: string;
  state: WindowState; since?: string;
  staff: { badge: string; name: string; name_en?: string; unit?: string; unit_en?: string } | null;
  ticket: string; item: string; item_en?: string; waiting: number;
  stale: boolean; as_of?: string;
  faults: DeviceFault[];
  no_repeat?: boolean;
  post?: Post; post_since?: string; alarm?: string; outage?: string;
  why?: string; // of a paused one
  locked?: string; // until when no PIN that was tried there is looked at
  asked?: Asked[];
  today?: { served: number; invited: number; rated: number; levels: number[] };
  recent?: Recent[];
}

export interface Line { letter: string; name: string; name_en?: string; waiting: number; p50_min?: number; p90_min?: number; oldest?: string; limit_min?: number; over?: boolean; closed?: ServiceWhy; closed_since?: string; booked?: Booked }

/** What became of the places booked for today; who neither came nor is awaited did not come in time. */
export interface Booked { all: number; came: number; awaited: number }

/** Cases whose clock runs: to be decided today, and those that should have been before. */
export interface Due { day: string; today: number; overdue: number }

export interface HallNow {
  id: string; name: string; name_en?: string;
  agent: { name: string; link: "up" | "silent" | "never" | "twice"; as_of?: string };
  floors: string[];
  queue: Line[];
  waiting: number | null;
  sums: Sums;
  outages?: Outage[];
  units?: Outage[];
  asked?: Asked[];
  cases?: Due;
}

export interface Hall extends HallNow { windows: Window[] }

export interface Alert {
  id: string; hall: string; window: string; kind: string; trouble: string; since: string;
  detail: { device?: string; agent?: string; percent?: number; presses?: number; from?: number; to?: number; copied?: string; restored?: string; letter?: string; name?: string; name_en?: string; waiting?: number; limit_min?: number; rating?: Recent; until?: string; ticket?: string; at?: string };
  taken?: { by?: string; name?: string; at: string };
}

export interface Snapshot {
  kind: "snapshot"; n: number; at: string; centre: string; centre_en?: string; view: "desk" | "wall";
  halls: Hall[]; sums: Sums; alerts: Alert[];
}

export interface Delta {
  kind: "delta"; n: number; at: string;
  windows?: Window[]; halls?: HallNow[]; sums?: Sums; alerts?: Alert[];
}

export interface Beat { kind: "beat"; at: string }

export type Message = Snapshot | Delta | Beat;

/** A delta that does not follow what the screen knows: something was missed, and a snapshot must come. */
export class Missed extends Error {}

/** What the screen shows after message. Values are whole: what the message does not name stays the very same object. */
export function apply(board: Snapshot | null, message: Message): Snapshot | null {
  if (message.kind === "snapshot") return message;
  if (!board) {
    if (message.kind === "beat") return null;
    throw new Missed(`delta ${message.n} before any snapshot`);
  }
  if (message.kind === "beat") return { ...board, at: message.at };
  if (message.n !== board.n + 1) throw new Missed(`delta ${message.n} after ${board.n}`);
  const windows = new Map(message.windows?.map((w) => [`${w.hall}/${w.id}`, w]));
  const halls = new Map(message.halls?.map((h) => [h.id, h]));
  const touched = new Set([...halls.keys(), ...(message.windows ?? []).map((w) => w.hall)]);
  return {
    ...board,
    n: message.n,
    at: message.at,
    sums: message.sums ?? board.sums,
    alerts: message.alerts ?? board.alerts,
    halls: board.halls.map((hall) => touched.has(hall.id)
      ? { ...(halls.get(hall.id) ?? hall), windows: hall.windows.map((w) => windows.get(`${w.hall}/${w.id}`) ?? w) }
      : hall),
  };
}
