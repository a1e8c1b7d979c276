// The one catalogue of words, in the reader's language. Chinese first; the choice is kept in this browser.
import { createI18n, useI18n } from "vue-i18n";
import en from "./words/en.json";
import zh from "./words/zh.json";

export type Word = keyof typeof zh;
export type Lang = "zh" | "en";
type Values = Record<string, string | number>;

const place = "hallpulse.lang";

function chosen(): Lang {
  const asked = new URLSearchParams(location.search).get("lang") ?? localStorage.getItem(place);
  return asked === "en" ? "en" : "zh";
}

function show(lang: Lang) {
  document.documentElement.lang = lang === "en" ? "en" : "zh-CN";
}

export function makeWords() {
  show(chosen());
  return createI18n({
    legacy: false,
    locale: chosen(),
    fallbackLocale: "zh",
    messages: { zh, en },
    // Keys are flat: "console.next" and "console.next.nobody" stand side by side.
    messageResolver: (words, key) => (words as Record<string, string>)[key] ?? null,
  });
}

export function useWords() {
  const { t, locale } = useI18n({ useScope: "global" });
  return {
    lang: locale,
    t: (word: Word, values: Values = {}) => t(word, values),
    /** A word whose key is put together from a code of the programs; the code itself where no word is known. */
    coded: (prefix: "state" | "trouble" | "device" | "class" | "purpose" | "held" | "moved" | "drop" | "paused" | "again" | "waived" | "applicant" | "refused" | "case.state" | "case.step" | "case.result" | "case.road" | "case.slip" | "console.case.do" | "console.earlier", code: string) => t(`${prefix}.${code}`, code),
    /** Of a name in Chinese and perhaps in English, the one to show. */
    named: (name: string, english?: string) => (locale.value === "en" && english ? english : name),
    speak(lang: Lang, keep = true) {
      locale.value = lang;
      if (keep) localStorage.setItem(place, lang);
      show(lang);
    },
  };
}
