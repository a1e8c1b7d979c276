// What the agent's desk says and takes: the views of agent/internal/desk/view.go, and acts under idempotency keys.
import { nextTick, onScopeDispose, ref, shallowRef, type Ref } from "vue";
import { listen } from "./socket";

export interface Place { id: string; name: string; name_en?: string }

export type WindowState = "closed" | "open" | "called" | "serving" | "paused";

/** The shape beside the word of a window's state: at work, ready for somebody, not there. */
export const shape: Record<WindowState, "serving" | "waiting" | "closed"> = {
  serving: "serving", called: "serving", open: "waiting", paused: "closed", closed: "closed",
};

export interface WindowNow {
  id: string; floor: string; floor_en?: string; state: WindowState; since: string;
  ticket?: string; calls?: number; // called or served there
}

export interface Clerk { badge: string; name: string; name_en?: string; unit: string; unit_en?: string }

export type Class = "emergency" | "carried" | "military" | "disabled" | "elderly";

export interface Waiting {
  ticket: string; id: string; item: string; item_en?: string; since: string;
  class?: Class; // goes before others
  from?: Clerk | null; // passed it on
  here?: boolean; // passed on to this window or its clerk
  third?: boolean; // here for the third time for the same thing
  summons?: Summons;
}

/** The manager on duty is called to who is here for the third time, and is not there yet. */
export interface Summons { since: string; due: string }

/** Where somebody was before, as far as it is known at this counter. */
export interface Earlier {
  window: string; staff: Clerk | null; item: string; item_en?: string; at: string;
  outcome?: "finished" | "transferred" | "missed" | "cancelled"; // absent: it went on from there
}

/** Where who is here for the third time is passed on to. */
export interface StuckDesk { window?: string; letter?: string; floor: string; floor_en?: string; here?: boolean }

/** A visit that is parked. */
export interface Held extends Waiting { window: string; why: "materials" | "form" | "pay" | "check" }

/** A ticket that was passed on to another counter, as long as nobody has said that it is there. */
export interface Leaving { id: string; ticket: string; windows: string[] | null; floor: string; floor_en?: string; since: string }

/** A ticket that its holder shows at a window. */
export interface Presented { id: string; number: string; waits: boolean }

export interface DeviceFault { device: string; kind: string; trouble: string; since: string }

/** The code of what to do about it: a page is opened again, what hangs at a cable is plugged in again. */
export function remedyOf({ kind, trouble }: Pick<DeviceFault, "kind" | "trouble">): string {
  return trouble === "no-answer" && ["tablet", "sign", "display", "kiosk"].includes(kind) ? "no-answer.page.do" : `${trouble}.do`;
}

export interface Unprinted { id: string; ticket: string; slip?: string; trouble: string; at: string } // slip: a paper of a case

export type ServiceWhy = "full" | "closing" | "staff" | "fault" | "event";

/** What a manager says to a window: words, or a wish to open it. */
export interface Note { id: string; kind: "message" | "open"; text: string; at: string }

/** A queue that gives out no tickets, by a manager's decision. */
export interface Shut { letter: string; name: string; name_en?: string; why: ServiceWhy; since: string }

/** A unit whose system is down. */
export interface Outage { name: string; name_en?: string; since: string }

export type Disk = "ok" | "warn" | "alarm" | "refuse" | "sealed";

/** What a clerk must show to open a window. */
export interface SignOn {
  pin?: boolean; no_pins?: boolean;
  own: Clerk | null; stand_in?: Clerk | null;
  also?: string; // another window where the clerk here is signed on too
}

/** What one window has entered of an item. */
export interface Entered {
  code: string; item: string; item_en?: string; situation?: string; situation_en?: string;
  window: string; staff: Clerk | null; at: string;
  seen?: string[]; missing?: string[]; waived?: { material: string; why: string }[];
  case?: string; // number of the case that was accepted by it
  note?: string;
}

/** What windows have entered for the ticket at hand, the latest first: it is shown, not asked again. */
export interface Carried {
  applicant: { kind?: string; name?: string; phone?: string }; // masked
  lost?: boolean; // what came of him cannot be opened here
  all: Entered[];
}

export interface ConsoleView {
  at: string;
  hall: Place;
  window: WindowNow;
  staff: Clerk | null;
  sign_on?: SignOn;
  visit: {
    ticket: string; item: string; item_en?: string; materials: string[] | null;
    called_at: string; served_at: string | null; calls: number; rated: boolean;
    purpose?: "apply" | "ask" | "pick-up" | "pay" | "complain"; situation?: string; situation_en?: string;
    carried?: Carried;
    third?: boolean; summons?: Summons; earlier?: Earlier[];
  } | null;
  invited: { ticket: string; until: string; rated: boolean } | null;
  digits?: string; // of the open visit, for who rates it by the window's sticker
  next: Waiting | null;
  waiting: Waiting[] | null;
  waiting_count: number;
  held: Held[] | null;
  missed: Waiting[] | null;
  calls_left: number; // before the ticket at hand may count as missed
  today: { served: number; invited: number; rated: number };
  hub: { up: boolean; alone?: boolean; since: string; stored: number };
  faults: DeviceFault[] | null;
  disk: Disk;
  paper: Unprinted[] | null;
  bookings?: Booking[] | null; // of today, in the queues of this window
  leaving?: Leaving[] | null;
  cases?: { open: number; due: number; here: number; seq: number };
  notes?: Note[];
  shut?: Shut[];
  outages?: Outage[];
  alarm?: string; // since when somebody was called here at once
  stuck?: StuckDesk;
}

export interface Line { letter: string; name: string; name_en?: string }

/** One queue, and how many minutes who comes now would wait; 0 is unknown. */
export interface TakeService extends Line {
  waiting: number; p50: number; p90: number;
  staffed: boolean; // by a window that calls it
  full: boolean; // its numbers of today are given out
  late?: boolean; // who comes now could not be served before the hall closes
  shut?: ServiceWhy; // why it gives out no tickets
  windows: string[] | null; floor: string; floor_en?: string;
  elsewhere?: boolean; // of another counter of the hall
  away?: boolean; // that counter is not reached
}

export interface Printer { ok: boolean; trouble: string }

export interface TakeView {
  at: string;
  book: string; // version of the book that belongs to it
  hall: Place;
  services: TakeService[] | null;
  often: string[] | null; // codes of items
  down?: string[] | null; // codes of items: the system of their unit is down
  printer: Printer;
  disk: Disk;
  rates: boolean; // tickets can be checked here
  books?: boolean; // places can be booked in some queue
  speech: boolean; // there are clips to speak with
}

export interface GuideQueue extends TakeService { line: Waiting[] | null }

export interface GuideView {
  at: string;
  book: string;
  hall: Place;
  services: GuideQueue[] | null;
  missed: Waiting[] | null;
  printer: Printer;
  disk: Disk;
  hub: ConsoleView["hub"];
  paper: Unprinted[] | null;
  bookings?: Booking[] | null; // of today
  leaving?: Leaving[] | null;
  stuck?: StuckDesk;
  rating?: Helpable[] | null; // whose citizens can press now
  staff?: Clerk[] | null; // who may help them
}

/** A visit whose citizen may be helped to press. */
export interface Helpable {
  window: string; visit: string; ticket: string;
  clerks: string[] | null; // badges of who served him: none of them helps
  helper?: string;
}

/** A place that is kept at a time. Its number is given when its holder is here. */
export interface Booking {
  id: string; booking: string; number?: string; item: string; item_en?: string; due: string;
  state: "booked" | "confirmed" | "cancelled" | "withdrawn";
}

export interface Booked extends Booking { ticket: Ticket }

/** A day on which places can be booked, and its times. */
export interface BookDay { day: string; slots: { at: string; left: number }[] }

export interface SignView {
  at: string;
  hall: Place;
  window: WindowNow;
  staff: Clerk | null;
  services: Line[] | null;
  others: string[] | null; // staffed windows that call what this one does
  absent?: boolean; // to be staffed, and nobody is there
  outages?: Outage[] | null; // units whose items it serves and whose system is down
}

/** The tablet at a window. */
export interface PadView {
  at: string;
  uid: string; // who the tablet is
  hall: Place;
  window: WindowNow;
  staff: Clerk | null;
  stand_in?: Clerk | null;
  services: Line[] | null;
  show: "idle" | "prompt" | "wait" | "closed";
  visit: string; // invited, called or served; empty: none
  item?: string; item_en?: string;
  digits?: string; // of the visit, for who rates it by the window's sticker
  serving: boolean; // it can be rated before it ends, too
  rated: boolean; // it has its rating
  until?: string; // of the invitation
}

/** A ticket called to a window. The next call of the same ticket has another serial. */
export interface Call {
  serial: string; ticket: string; window: string; floor: string; floor_en?: string; since: string; calls: number;
}

/** One queue, and how many minutes who comes now would wait; 0 is unknown. */
/** How calls are called out: how often, and how loud in percent from a time of the day on. */
export interface Announcement { times: number; volume: { from: string; level: number }[] }

export interface DisplayLine { letter: string; name: string; name_en?: string; waiting: number; p50: number; p90: number; staffed: boolean; shut?: ServiceWhy; as_of?: string; away?: boolean } // as_of: heard last then; away: not heard yet

export interface DisplayView {
  at: string;
  hall: Place;
  hours: string;
  hours_en?: string;
  notices: string[] | null;
  notices_en?: string[];
  announce: Announcement;
  last: Call[] | null; // newest first, at most 7
  open: Call[] | null; // all to which nobody has come yet, oldest first
  services: DisplayLine[] | null;
  over: boolean; // nobody is called any more today
  voice: boolean; // there are clips to speak with
  outages?: Outage[];
}

export interface Ticket {
  id: string; number: string; ahead: number; p50?: number; p90?: number; windows: string[] | null; floor: string; floor_en?: string;
  code: string; url: string; printed: boolean; trouble: string;
  due?: string; // of who booked
  with?: string; // an earlier number of its holder: while he is served with that one, this one waits
}

/** A number that somebody has. */
export interface Given { id: string; number: string }

/** How a paper ended: a list of materials, or a ticket or a slip that is printed once more. */
export interface Listed { printed: boolean; trouble: string }

export interface HallView {
  hall: Place;
  services: { letter: string; name: string; name_en?: string }[];
  windows: (WindowNow & { unit: string; unit_en?: string; services: string[]; staff: Clerk | null; agent?: string })[]; // agent: of another one of the hall
}

/** What a page hears of the agent. shows reads what it has painted then, which the agent is told. */
export interface Feed<V> {
  view: Ref<V | null>; // the last one heard; it stays when the line breaks
  up: Ref<boolean>;
  downSince: Ref<number>; // by this browser's clock
  skew: Ref<number>; // what to add to this browser's clock to read the agent's, in ms
}

/** The newest view of a screen, for as long as the component lives. */
export function useFeed<V extends { at: string }>(path: string, shows?: () => unknown): Feed<V> {
  const feed = { view: shallowRef<V | null>(null), up: ref(false), downSince: ref(Date.now()), skew: ref(0) };
  onScopeDispose(listen(path, {
    message(data, answer) {
      const { view } = data as { view: V };
      feed.skew.value = Date.parse(view.at) - Date.now();
      feed.view.value = view;
      if (shows) void nextTick(() => requestAnimationFrame(() => setTimeout(() => answer(shows()))));
    },
    link(up) {
      feed.up.value = up;
      if (!up) feed.downSince.value = Date.now();
    },
  }));
  return feed;
}

export type Answer<T> = { done: true; value: T } | { done: false; code: string; message: string };

const tries = 3;

/**
 * Asks for one act. It is sent again under the same key while the line fails, so it is done once or not at all; where
 * nobody answers at all the code is "lost".
 */
export async function act<T = null>(path: string, lang: string, body: unknown = {}, patience = 30_000): Promise<Answer<T>> {
  const key = Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join("-");
  for (let n = 1; ; n++) {
    try {
      const answer = await fetch(path, {
        method: "POST",
        headers: { "Content-Type": "application/json", "Idempotency-Key": key, "Accept-Language": lang },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(patience),
      });
      if (answer.ok) return { done: true, value: (answer.status === 204 ? null : await answer.json()) as T };
      const problem = (await answer.json()) as { error: { code: string; message: string } };
      return { done: false, ...problem.error };
    } catch {
      if (n === tries) return { done: false, code: "lost", message: "" };
      await new Promise((again) => setTimeout(again, 400 * n));
    }
  }
}
