// Reads a page aloud, where something can speak: a voice of this machine, or the clips of the hall for a number.
import { computed, onScopeDispose, ref, type Ref } from "vue";
import { chinese, inEnglish, type Spoken } from "../display/sentence";
import type { Lang } from "../shared/i18n";

const voiceFor = (lang: Lang) => globalThis.speechSynthesis?.getVoices().find((v) => v.localService && v.lang.toLowerCase().startsWith(lang));

/** The clips of a number alone: what is said of it between "please" and "to window". */
export function clipsOf(number: string, lang: Lang): string[] {
  const { words } = lang === "zh" ? chinese(number, "") : inEnglish(number, "");
  const said = words.filter((w: Spoken) => !["please", "to", "window", "number", "to-window"].includes(w.clip));
  return said.map((w) => `/voice/${lang}/${w.clip}.wav`);
}

/** What can be said now: text by a voice, else number by clips. */
export function useReader(lang: () => Lang, clips: () => boolean) {
  const found = ref(0); // voices come late
  const look = () => found.value++;
  globalThis.speechSynthesis?.addEventListener?.("voiceschanged", look);
  const audio = new Audio();
  const reading = ref(false);
  let turn = 0;
  const stop = () => {
    turn++;
    reading.value = false;
    audio.pause();
    globalThis.speechSynthesis?.cancel();
  };
  onScopeDispose(() => {
    stop();
    globalThis.speechSynthesis?.removeEventListener?.("voiceschanged", look);
  });
  const voice = computed(() => (found.value, voiceFor(lang())));

  async function play(list: string[]) {
    const mine = ++turn;
    reading.value = true;
    for (const clip of list) {
      if (mine !== turn) return;
      audio.src = clip;
      await new Promise((next) => {
        audio.onended = audio.onerror = next;
        audio.play().catch(next);
      });
    }
    if (mine === turn) reading.value = false;
  }
  function utter(text: string) {
    if (!voice.value) return;
    const speech = Object.assign(new SpeechSynthesisUtterance(text), { voice: voice.value, lang: voice.value.lang, rate: 0.9 });
    speech.onend = speech.onerror = () => (reading.value = false);
    reading.value = true;
    speechSynthesis.speak(speech);
  }
  return {
    reading: reading as Readonly<Ref<boolean>>,
    stop,
    /** Whether a text can be read, or at least this number. */
    can: (number: string) => !!voice.value || (number !== "" && clips()),
    read(text: string, number: string) {
      const on = reading.value;
      stop();
      if (on) return;
      if (voice.value) utter(text);
      else if (number !== "" && clips()) void play(clipsOf(number, lang()));
    },
  };
}
