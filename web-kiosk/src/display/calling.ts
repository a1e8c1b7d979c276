// Brings together what is heard of the hall, whom to call out, and the voice.
import { ref, shallowRef, watch, type Ref } from "vue";
import type { Call, DisplayView } from "../shared/desk";
import { clock } from "../shared/time";
import { announcer, volumeAt, type Memory } from "./announce";
import { caption, chinese, inEnglish } from "./sentence";
import { useVoice } from "./voice";

const place = "hallpulse.called";

function memory(): Memory | undefined {
  const kept = sessionStorage.getItem(place);
  return kept ? (JSON.parse(kept) as Memory) : undefined;
}

/** Calls out what is new in each view. */
export function useCalling(view: Ref<DisplayView | null>) {
  const voice = useVoice();
  const speaking = shallowRef<Call>(); // whom the voice calls
  const said = ref<{ lang: "zh" | "en"; text: string }>(); // what it says
  const { hear } = announcer({
    now: Date.now,
    times: () => view.value?.announce.times ?? 1,
    async speak({ ticket, window }) {
      const volume = volumeAt(clock(view.value?.at ?? Date.now()), view.value?.announce.volume ?? []);
      for (const sentence of [chinese(ticket, window), inEnglish(ticket, window)]) {
        said.value = { lang: sentence.lang, text: caption(sentence) };
        await voice.say(sentence, volume, view.value?.voice ?? false);
      }
    },
    changed(call, now) {
      speaking.value = call;
      if (!call) said.value = undefined;
      sessionStorage.setItem(place, JSON.stringify(now));
    },
  }, memory());
  let ready = Promise.resolve(); // views are heard in order, and none while the voice is tried
  watch(view, (now, before) => {
    if (!now) return;
    if (now.voice && !before?.voice) ready = ready.then(voice.probe);
    void ready.then(() => hear(now.open ?? [], Date.parse(now.at)));
  });
  return { speaking, said, muted: voice.muted, touched: voice.touched };
}
