// What can be chosen: halls, units, items, reasons. Asked for once, when the first form or filter needs it.
import { shallowRef, watch, type Ref } from "vue";
import { useWords } from "../shared/i18n";
import { get, type Choices } from "./api";

const none: Choices = { halls: [], units: [], items: [], reasons: [] };
const kept = new Map<string, Promise<Choices | null>>();

async function ask(): Promise<Choices | null> {
  const answer = await get<Choices>("/api/choices");
  return answer.ok ? answer.value : null;
}

/** What the account may choose from, in the reader's language; nothing until it is there. */
export function useChoices(): Readonly<Ref<Choices>> {
  const { lang } = useWords();
  const choices = shallowRef(none);
  watch(lang, async (now) => {
    const asked = kept.get(now) ?? ask();
    kept.set(now, asked);
    const found = await asked;
    if (!found) kept.delete(now); // the next one asks again
    if (found && now === lang.value) choices.value = found;
  }, { immediate: true });
  return choices;
}
