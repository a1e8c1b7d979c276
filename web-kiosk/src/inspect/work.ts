// What is on this phone and what goes between it and the hub: the work that was given, drafts, and their sending when there is
// a network.
import { computed, onScopeDispose, ref, shallowRef } from "vue";
import { dayOf } from "../shared/day";
import { useWords } from "../shared/i18n";
import { begin, type Draft } from "./draft";
import type { Duty, Visit } from "./duty";
import { fitting, type Form } from "./forms";
import * as keep from "./keep";
import { send } from "./send";

const pace = 30_000;

export function useWork() {
  const { lang } = useWords();
  const duty = shallowRef<Duty | null>(null);
  const drafts = shallowRef<Draft[]>([]);
  const online = ref(navigator.onLine); // as far as the browser knows; an answer of the hub knows better
  const signin = ref(false);
  const stored = ref(true); // what is written outlives this page
  const ready = ref(false); // what this phone holds was read
  const sending = ref("");
  const sent = ref(""); // number of the last one that the hub took

  async function readKept(account: string) {
    try {
      duty.value ??= (await keep.duty(account)) ?? null;
      drafts.value = await keep.drafts(account);
    } catch {
      stored.value = false;
    }
  }

  /** Asks the hub what there is to do; without a network what it said last stays. */
  async function ask() {
    try {
      const answer = await fetch("/api/inspections/duty", { credentials: "same-origin", headers: { Accept: "application/json", "Accept-Language": document.documentElement.lang } });
      online.value = true;
      signin.value = answer.status === 401;
      if (!answer.ok) return;
      const now = (await answer.json()) as Duty;
      const other = duty.value?.account !== now.account;
      duty.value = now;
      keep.keepAccount(now.account);
      await keep.keepDuty(now).catch(() => (stored.value = false));
      if (other) await readKept(now.account);
    } catch {
      online.value = false;
    }
  }

  async function start() {
    const account = keep.lastAccount();
    if (account) await readKept(account);
    ready.value = duty.value !== null;
    await ask();
    ready.value = true;
    void navigator.storage?.persist?.();
    await sendAll();
  }

  /** Keeps a draft as it is now. */
  async function save(draft: Draft) {
    draft.saved = new Date().toISOString();
    const copy = JSON.parse(JSON.stringify(draft)) as Draft;
    drafts.value = drafts.value.some((d) => d.id === draft.id) ? drafts.value.map((d) => (d.id === draft.id ? copy : d)) : [...drafts.value, copy];
    try {
      await keep.keepDraft(copy);
    } catch {
      stored.value = false;
    }
  }

  async function forget(id: string) {
    drafts.value = drafts.value.filter((d) => d.id !== id);
    await keep.drop(id).catch(() => (stored.value = false));
  }

  /** The draft of a planned inspection: the one begun before, or a new one. */
  function draftOf(visit: Visit): Draft | undefined {
    const begun = drafts.value.find((d) => d.inspection === visit.number);
    if (begun) return begun;
    const form = duty.value?.forms.find((f) => f.id === visit.form);
    return form && begin(duty.value?.account ?? "", form, dayOf(Date.now()), { inspection: visit.number, hall: visit.hall, hall_name: visit.hall_name, until: visit.until ?? "" });
  }

  const unplanned = (form: Form): Draft => begin(duty.value?.account ?? "", form, dayOf(Date.now()));

  async function sendOne(draft: Draft) {
    sending.value = draft.id;
    const became = await send(draft, async (name) => (await keep.photo(name).catch(() => undefined))?.blob, document.documentElement.lang);
    sending.value = "";
    online.value = became.is !== "later";
    switch (became.is) {
      case "taken":
        sent.value = became.number;
        await forget(draft.id);
        await ask();
        return true;
      case "signin":
        signin.value = true;
        return false;
      case "gone":
        await save({ ...draft, stands: "refused", why: became.why });
        return true;
      case "refused": {
        const form = became.changed ? duty.value?.forms.find((f) => f.id === draft.form.id) : undefined;
        await save({ ...draft, stands: "refused", why: became.why, ...(form && { form, answers: fitting(form, draft.answers) }) });
        return true;
      }
    }
    return false;
  }

  /** Sends what is finished, one after the other; while nobody answers the rest waits. */
  async function sendAll() {
    if (sending.value || !navigator.onLine) return;
    for (const draft of drafts.value.filter((d) => d.stands === "ready")) if (!(await sendOne(draft))) return;
  }

  const waiting = computed(() => drafts.value.filter((d) => d.stands === "ready").length);
  const up = () => {
    online.value = true;
    void ask().then(sendAll);
  };
  const down = () => (online.value = false);
  const timer = setInterval(() => {
    if (document.visibilityState === "visible" && waiting.value > 0 && !signin.value) void sendAll();
  }, pace);
  addEventListener("online", up);
  addEventListener("offline", down);
  onScopeDispose(() => {
    clearInterval(timer);
    removeEventListener("online", up);
    removeEventListener("offline", down);
  });
  void start();
  return { duty, drafts, online, signin, stored, ready, sending, sent, waiting, lang, ask, save, forget, draftOf, unplanned, sendAll };
}

export type Work = ReturnType<typeof useWork>;
