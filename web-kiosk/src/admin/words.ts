// The office's sentences: times, days and codes in the reader's words.
import { computed } from "vue";
import { useWords, type Word } from "../shared/i18n";
import { dayName, dayOf, weekday, type Day } from "../shared/day";
import { clock } from "../shared/time";
import { skew } from "./api";
import { useNow } from "../shared/time";

export function useSay() {
  const words = useWords();
  const { t, lang } = words;
  const here = useNow();
  const today = computed(() => dayOf(here.value + skew.value));

  /** A word whose key is put together from a code of the hub's. */
  const of = (key: string, values: Record<string, string | number> = {}) => t(key as Word, values);
  const day = (d: Day) => dayName(d, lang.value, today.value);
  const fullDay = (d: Day) => t("admin.day.weekday", { day: day(d), weekday: weekday(d, lang.value) });
  /** 14:20 today, else 11月4日 14:20 */
  const time = (at: string) => (dayOf(at) === today.value ? clock(at) : `${day(dayOf(at))} ${clock(at)}`);
  const list = (all: string[]) => all.join(t("admin.comma"));

  return { ...words, of, day, fullDay, weekday: (d: Day) => weekday(d, lang.value), time, list, today };
}
