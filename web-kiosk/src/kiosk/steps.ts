// The way to a ticket, three touches at most: what for, which matter, take. A citizen who walks away leaves nothing behind.
import { computed, onScopeDispose, ref, shallowRef } from "vue";
import { act, type TakeItem, type TakeService, type Ticket } from "../shared/desk";

export type Step = "service" | "item" | "check" | "ticket" | "refused";

/** Seconds without a touch until the page is home again: while choosing, with a printed ticket, with one on screen only. */
export const patience = { choosing: 45, printed: 20, paperless: 90, refused: 30 };

export function useSteps(lang: () => string, home: () => void) {
  const step = ref<Step>("service");
  const service = shallowRef<TakeService | null>(null);
  const item = shallowRef<TakeItem | null>(null);
  const ticket = shallowRef<Ticket | null>(null);
  const refusal = ref({ code: "", message: "" });
  const taking = ref(false);
  const left = ref(0);

  function limit(): number {
    switch (step.value) {
      case "ticket": return ticket.value?.printed ? patience.printed : patience.paperless;
      case "refused": return patience.refused;
      default: return patience.choosing;
    }
  }
  function touched() {
    left.value = limit();
  }
  function go(to: Step) {
    step.value = to;
    touched();
  }
  function start() {
    service.value = item.value = ticket.value = null;
    go("service");
  }
  function choose(chosen: TakeService) {
    service.value = chosen;
    const items = chosen.items ?? [];
    item.value = items.length === 1 ? (items[0] ?? null) : null;
    go(items.length > 1 ? "item" : "check");
  }
  function chooseItem(chosen: TakeItem | null) {
    item.value = chosen;
    go("check");
  }
  function back() {
    if (step.value === "check" && (service.value?.items?.length ?? 0) > 1) go("item");
    else start();
  }
  async function take() {
    if (taking.value || !service.value) return;
    taking.value = true;
    const answer = await act<Ticket>("/api/tickets", lang(), { letter: service.value.letter, item: item.value?.code ?? "" });
    taking.value = false;
    if (answer.done) {
      ticket.value = answer.value;
      go("ticket");
    } else {
      refusal.value = answer;
      go("refused");
    }
  }

  // Every second of nobody touching anything counts, except while a ticket is on its way.
  const timer = setInterval(() => {
    if (taking.value || --left.value > 0) return;
    if (step.value !== "service") start();
    left.value = limit();
    home();
  }, 1000);
  onScopeDispose(() => clearInterval(timer));
  touched();

  return {
    step, service, item, ticket, refusal, taking, left: computed(() => left.value),
    choose, chooseItem, back, take, start, touched,
  };
}
