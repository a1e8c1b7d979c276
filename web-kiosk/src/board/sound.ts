// The sound of what needs a person. A browser lets it begin after a touch alone; until then it is off.
import { onScopeDispose, ref, watch, type Ref } from "vue";
import type { Alert } from "./model";

/** Alerts that nobody sees to. */
export const open = (alerts: Alert[]) => alerts.filter((a) => !a.taken);

/** What is new among them since before; a call for help sounds louder. */
export function news(before: Set<string>, alerts: Alert[]): "" | "alert" | "alarm" {
  const fresh = open(alerts).filter((a) => !before.has(a.id));
  if (fresh.some((a) => a.kind === "alarm")) return "alarm";
  return fresh.length > 0 ? "alert" : "";
}

const again = 10_000; // a call for help sounds again while nobody sees to it

export function useSound(alerts: Ref<Alert[]>) {
  const on = ref(false);
  let context: AudioContext | undefined;
  let known = new Set(alerts.value.map((a) => a.id));

  function beep(at: number, frequency: number) {
    if (!context) return;
    const tone = context.createOscillator();
    const volume = context.createGain();
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0.25, context.currentTime + at);
    volume.gain.exponentialRampToValueAtTime(0.001, context.currentTime + at + 0.35);
    tone.connect(volume).connect(context.destination);
    tone.start(context.currentTime + at);
    tone.stop(context.currentTime + at + 0.4);
  }
  function play(what: "" | "alert" | "alarm") {
    if (!on.value || what === "") return;
    for (const at of what === "alarm" ? [0, 0.45, 0.9] : [0]) beep(at, what === "alarm" ? 880 : 587);
  }
  function toggle() {
    on.value = !on.value;
    if (!on.value) return;
    context ??= new AudioContext();
    void context.resume();
    play(open(alerts.value).some((a) => a.kind === "alarm") ? "alarm" : "alert"); // so that one hears that it is on
  }

  watch(alerts, (now) => {
    play(news(known, now));
    known = new Set(open(now).map((a) => a.id));
  });
  const timer = setInterval(() => {
    if (open(alerts.value).some((a) => a.kind === "alarm")) play("alarm");
  }, again);
  onScopeDispose(() => {
    clearInterval(timer);
    void context?.close();
  });
  return { on, toggle };
}
