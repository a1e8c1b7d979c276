// Days of the calendar, as people in the office say them. A day is 2026-11-18, in Beijing, whatever the browser's zone.

export type Day = string;

const text = new Intl.DateTimeFormat("en-CA", { timeZone: "Asia/Shanghai", year: "numeric", month: "2-digit", day: "2-digit" });
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const weekdays = { zh: ["日", "一", "二", "三", "四", "五", "六"], en: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] };

const spoken = (lang: string) => (lang === "en" ? "en" : "zh");

/** The day in Beijing on which a moment falls. */
export function dayOf(at: string | number): Day {
  return text.format(new Date(at));
}

/** How many days lie between two days; negative where the second is earlier. */
export function daysBetween(from: Day, to: Day): number {
  return (Date.parse(to) - Date.parse(from)) / 86_400_000;
}

export function dayAfter(day: Day, n: number): Day {
  return new Date(Date.parse(day) + n * 86_400_000).toISOString().slice(0, 10);
}

/** 0 is Sunday. */
export function weekdayOf(day: Day): number {
  return new Date(day).getUTCDay();
}

/** 周三, Wed; alone: 三 */
export function weekday(day: Day, lang: string, alone = false): string {
  const name = weekdays[spoken(lang)][weekdayOf(day)] ?? "";
  return spoken(lang) === "zh" && !alone ? `周${name}` : name;
}

export const monthOf = (day: Day): number => Number(day.slice(5, 7));
export const dateOf = (day: Day): number => Number(day.slice(8, 10));

/** 11月, Nov */
export function monthName(day: Day, lang: string): string {
  return spoken(lang) === "en" ? (months[monthOf(day) - 1] ?? "") : `${monthOf(day)}月`;
}

/** 11月18日, 18 Nov; with its year where that is not the year of `near`. */
export function dayName(day: Day, lang: string, near: Day = day): string {
  const year = day.slice(0, 4) === near.slice(0, 4) ? "" : day.slice(0, 4);
  if (spoken(lang) === "en") return `${dateOf(day)} ${monthName(day, lang)}${year && ` ${year}`}`;
  return `${year && `${year}年`}${monthOf(day)}月${dateOf(day)}日`;
}
