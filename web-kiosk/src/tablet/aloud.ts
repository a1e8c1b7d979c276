// Reads a sentence aloud in the browser's own voice, where it has one of the language.
import { onScopeDispose, shallowRef, watch, type Ref } from "vue";

export function useAloud(lang: Ref<string>) {
  const voice = shallowRef<SpeechSynthesisVoice>();
  const look = () => (voice.value = window.speechSynthesis?.getVoices().find((v) => v.lang.toLowerCase().startsWith(lang.value)));
  watch(lang, look, { immediate: true });
  window.speechSynthesis?.addEventListener("voiceschanged", look);
  onScopeDispose(() => window.speechSynthesis?.removeEventListener("voiceschanged", look));
  return {
    voice,
    say(text: string) {
      if (!voice.value) return;
      speechSynthesis.cancel();
      speechSynthesis.speak(Object.assign(new SpeechSynthesisUtterance(text), { voice: voice.value, lang: voice.value.lang }));
    },
  };
}
