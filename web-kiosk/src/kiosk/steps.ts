// The ways through the kiosk: to a ticket in three touches, what for, which matter, take; and with a ticket to its rating. A
// citizen who walks away leaves nothing behind, but for a level that he chose: that is sent.
import { computed, onScopeDispose, ref, shallowRef } from "vue";
import type { Item, Situation } from "../shared/book";
import { act, type Booking, type Class, type Listed, type TakeService, type Ticket } from "../shared/desk";
import { newDraft } from "../shared/draft";

export type Step = "home" | "search" | "items" | "check" | "map" | "ticket" | "listed" | "find" | "rate" | "reasons" | "rated" | "refused";

/** What is chosen from: the queue or the unit whose items are listed. */
export type Shelf = { service: TakeService } | { unit: string };

/** What the holder of a ticket shows of it: what was scanned, or what was typed from it. */
export interface Proof { token?: string; number?: string; day?: string; code?: string }

export interface ShownVisit {
  id: string; window: string; floor: string; floor_en?: string; item: string; item_en?: string; unit: string; unit_en?: string;
  at: string; pressed: boolean;
}

export interface Shown { id: string; number: string; known: boolean; rated: boolean; right: boolean; letter: string; item: string; visits: ShownVisit[]; booked?: Booking | null }

/** Seconds without a touch until the page is home again. */
export const patience = { home: 45, choosing: 60, reading: 120, printed: 20, paperless: 90, refused: 30, rated: 15 };

/** So many seconds before the end the page says that it is near. */
export const warning = 20;

export function useSteps(lang: () => string, home: () => void) {
  const step = ref<Step>("home");
  const shelf = shallowRef<Shelf | null>(null);
  const item = shallowRef<Item | null>(null);
  const situation = shallowRef<Situation | null>(null);
  const chosenClass = ref<Class | "">("");
  const ticket = shallowRef<Ticket | null>(null);
  /** The number that he has already, and takes another one beside. */
  const first = shallowRef<Ticket | null>(null);
  const listed = ref(false);
  const refusal = ref({ code: "", message: "" });
  const busy = ref(false);
  const left = ref(0);
  const trail: Step[] = [];

  const proof = shallowRef<Proof | null>(null);
  const shown = shallowRef<Shown | null>(null);
  const visit = shallowRef<ShownVisit | null>(null);
  const level = ref(0);
  const reasons = ref<string[]>([]);
  let draft = "";

  function limit(): number {
    switch (step.value) {
      case "ticket": return ticket.value?.printed ? patience.printed : patience.paperless;
      case "listed": return listed.value ? patience.printed : patience.refused;
      case "refused": return patience.refused;
      case "rated": return patience.rated;
      case "home": return first.value ? patience.refused : patience.home;
      case "check": return patience.reading;
      default: return patience.choosing;
    }
  }
  function touched() {
    left.value = limit();
  }
  function go(to: Step) {
    if (to !== step.value) trail.push(step.value);
    step.value = to;
    touched();
  }
  function choosing() {
    shelf.value = item.value = situation.value = ticket.value = proof.value = shown.value = visit.value = null;
    chosenClass.value = "";
    level.value = 0;
    reasons.value = [];
    step.value = "home";
    trail.length = 0;
    touched();
  }
  function start() {
    first.value = null;
    choosing();
  }
  /** Lets who has a number take one more: the two are linked. */
  function another() {
    first.value = ticket.value;
    choosing();
  }
  function back() {
    if (step.value === "reasons") level.value = 0;
    const to = trail.pop() ?? "home";
    if (to === "home") return choosing();
    step.value = to;
    touched();
  }
  function open(chosen: Shelf) {
    shelf.value = chosen;
    go("items");
  }
  /** Shows what is known of an item, or, null, of the queue alone. */
  function choose(chosen: Item | null, of: TakeService | null = null) {
    if (of) shelf.value = { service: of };
    item.value = chosen;
    situation.value = chosen?.situations[0] ?? null;
    go("check");
  }
  function refuse(answer: { code: string; message: string }) {
    refusal.value = answer;
    go("refused");
  }
  /** Lets one act run at a time. */
  async function once(what: () => Promise<void>) {
    if (busy.value) return;
    busy.value = true;
    try {
      await what();
    } finally {
      busy.value = false;
      touched();
    }
  }
  const letter = () => situation.value?.letter ?? (shelf.value && "service" in shelf.value ? shelf.value.service.letter : "");
  const take = () => once(async () => {
    const body = { letter: letter(), item: item.value?.code ?? "", situation: situation.value?.id ?? "", class: chosenClass.value, ...(first.value ? { with: first.value.id } : {}) };
    const answer = await act<Ticket>("/api/tickets", lang(), body);
    if (!answer.done) return refuse(answer);
    ticket.value = answer.value;
    go("ticket");
  });

  /** Prints what to bring, without a number. */
  const list = () => once(async () => {
    const answer = await act<Listed>("/api/lists", lang(), { item: item.value?.code ?? "", situation: situation.value?.id ?? "" });
    listed.value = answer.done && answer.value.printed;
    go("listed");
  });

  /** Takes a number for who waited in vain on an earlier day: he goes first. */
  const carry = () => once(async () => {
    if (!shown.value?.right) return;
    const body = { letter: shown.value.letter, item: shown.value.item, class: "carried", with: shown.value.id };
    const answer = await act<Ticket>("/api/tickets", lang(), body);
    if (!answer.done) return refuse(answer);
    ticket.value = answer.value;
    go("ticket");
  });

  /** Gives a number to who booked and is here. */
  const checkIn = () => once(async () => {
    if (!proof.value) return;
    const answer = await act<Ticket>("/api/bookings/arrive", lang(), proof.value);
    if (!answer.done) return refuse(answer);
    ticket.value = answer.value;
    go("ticket");
  });

  /** Looks what a ticket has to be rated. */
  const find = (by: Proof) => once(async () => {
    const answer = await act<Shown>("/api/rate/find", lang(), by);
    if (!answer.done) return refuse(answer);
    proof.value = by;
    shown.value = answer.value;
    visit.value = answer.value.visits.length === 1 ? (answer.value.visits[0] ?? null) : null;
    draft = newDraft();
    go("rate");
  });
  function chooseLevel(chosen: number) {
    if (level.value !== chosen) reasons.value = []; // they were reasons of another level
    level.value = chosen;
    go("reasons");
  }
  const rate = (lapsed = false) => once(async () => {
    if (!proof.value || !visit.value || level.value === 0) return;
    const body = { proof: proof.value, visit: visit.value.id, level: level.value, reasons: reasons.value, draft, lapsed };
    const answer = await act("/api/rate", lang(), body);
    if (answer.done) go("rated");
    else refuse(answer);
  });

  // Every second of nobody touching anything counts, except while an act is on its way.
  const timer = setInterval(() => {
    if (busy.value || --left.value > 0) return;
    if (step.value === "reasons") return void rate(true);
    if (step.value !== "home" || first.value) start();
    left.value = limit();
    home();
  }, 1000);
  onScopeDispose(() => clearInterval(timer));
  touched();

  return {
    step, shelf, item, situation, chosenClass, ticket, first, listed, refusal, busy, left: computed(() => left.value), shown, visit, level, reasons,
    go, open, choose, back, take, list, carry, checkIn, start, another, touched, find, chooseLevel, rate,
  };
}
