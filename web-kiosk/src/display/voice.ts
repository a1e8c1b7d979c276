// Speaks a sentence: by clips, else by the browser's own voice, else not at all; the caption stands as long either way. One
// sound at a time comes out of it, and it never takes longer than it should.
import { ref, type Ref } from "vue";
import { caption, type Sentence } from "./sentence";

type Heard = "heard" | "missing" | "refused";

const longestClip = 4000;
const longestSentence = 20_000;
/** How long a sentence is read that nobody hears. */
const read = 4000;

export interface Voice {
  muted: Ref<boolean>; // the browser wants to be touched before anything is heard
  touched(): void;
  say(sentence: Sentence, volume: number, clips: boolean): Promise<void>;
  /** Finds out whether the browser lets us speak, unheard. */
  probe(): Promise<void>;
}

const pause = (ms: number) => new Promise((through) => setTimeout(through, ms));

/** Waits for begin to tell how it went; stop ends it where it takes too long. */
function within(ms: number, stop: () => void, begin: (done: (how: Heard) => void) => void): Promise<Heard> {
  return new Promise((done) => {
    const timer = setTimeout(() => (stop(), done("heard")), ms);
    begin((how) => (clearTimeout(timer), done(how)));
  });
}

function play(audio: HTMLAudioElement, url: string, volume: number): Promise<Heard> {
  return within(longestClip, () => audio.pause(), (done) => {
    audio.onended = () => done("heard");
    audio.onerror = () => done("missing");
    audio.src = url;
    audio.volume = volume;
    audio.play().catch((error: Error) => done(error.name === "NotAllowedError" ? "refused" : "missing"));
  });
}

function utter(text: string, lang: string, volume: number): Promise<Heard> {
  const voice = window.speechSynthesis?.getVoices().find((v) => v.lang.toLowerCase().startsWith(lang));
  if (!voice) return Promise.resolve("missing");
  const speech = Object.assign(new SpeechSynthesisUtterance(text), { voice, lang: voice.lang, volume });
  return within(longestSentence, () => speechSynthesis.cancel(), (done) => {
    speech.onend = () => done("heard");
    speech.onerror = (event) => done(event.error === "not-allowed" ? "refused" : "missing");
    speechSynthesis.speak(speech);
  });
}

export function useVoice(): Voice {
  const muted = ref(false);
  const audio = new Audio();
  async function clipByClip({ lang, words }: Sentence, volume: number): Promise<Heard> {
    for (const { clip } of words) {
      if ((await play(audio, `/voice/${lang}/${clip}.wav`, volume)) === "refused") return "refused";
    }
    return "heard";
  }
  return {
    muted,
    touched: () => (muted.value = false),
    async say(sentence, volume, clips) {
      const how = muted.value ? "refused" : await (clips ? clipByClip(sentence, volume) : utter(caption(sentence), sentence.lang, volume));
      muted.value = how === "refused";
      if (how !== "heard") await pause(read);
    },
    async probe() {
      muted.value = (await play(audio, "/voice/zh/please.wav", 0)) === "refused";
    },
  };
}
