// Times as people in the hall say them. Halls live in Beijing time, wherever the browser thinks it is.
import { onScopeDispose, ref, type Ref } from "vue";

const hourMinute = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit" });

/** 10:42 */
export function clock(at: string | number): string {
  return hourMinute.format(new Date(at));
}

/** 11月18日 周三, or Wed 18 Nov */
export function date(at: number, lang: string): string {
  const format = new Intl.DateTimeFormat(lang === "en" ? "en-GB" : "zh-CN", {
    timeZone: "Asia/Shanghai", weekday: "short", month: lang === "en" ? "short" : "numeric", day: "numeric",
  });
  const part = Object.fromEntries(format.formatToParts(new Date(at)).map((p) => [p.type, p.value]));
  return lang === "en" ? `${part.weekday} ${part.day} ${part.month}` : `${part.month}月${part.day}日 ${part.weekday}`;
}

/** Whole minutes from then to now, never below zero. */
export function minutes(then: string, now: number): number {
  return Math.max(0, Math.floor((now - Date.parse(then)) / 60_000));
}

/** Whole seconds from now until then, never below zero. */
export function secondsUntil(then: string, now: number): number {
  return Math.max(0, Math.ceil((Date.parse(then) - now) / 1000));
}

/** 8:12, or 1:08:12 */
export function stopwatch(then: string, now: number): string {
  const s = Math.max(0, Math.floor((now - Date.parse(then)) / 1000));
  const two = (n: number) => String(n).padStart(2, "0");
  const h = Math.floor(s / 3600);
  const m = Math.floor(s / 60) % 60;
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

/** This browser's time, each second. */
export function useNow(): Ref<number> {
  const now = ref(Date.now());
  const timer = setInterval(() => (now.value = Date.now()), 1000);
  onScopeDispose(() => clearInterval(timer));
  return now;
}
