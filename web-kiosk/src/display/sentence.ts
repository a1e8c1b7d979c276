// What is called out, word by word: each word as it is written in the caption and the name of its clip. Numbers are read as
// people say them in halls: a ticket digit by digit with 幺 for one, a window as a number.

export interface Spoken { text: string; clip: string }

export interface Sentence { lang: "zh" | "en"; words: Spoken[] }

const digits = [..."零一二三四五六七八九"];
const ones = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
  "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"];
const tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

const unit = (n: number): Spoken => ({ text: digits[n] ?? "", clip: `${n}` });
const english = (word: string): Spoken => ({ text: word, clip: word });

/** 0 to 999 as Chinese say a number: 零, 十, 二十, 一百零一, 一百一十. */
function chineseNumber(n: number): Spoken[] {
  const ten: Spoken = { text: "十", clip: "ten" };
  if (n < 10) return [unit(n)];
  if (n < 20) return [ten, ...(n > 10 ? [unit(n - 10)] : [])];
  if (n < 100) return [unit(Math.floor(n / 10)), ten, ...(n % 10 ? [unit(n % 10)] : [])];
  const rest = n % 100;
  const after = rest === 0 ? [] : rest < 10 ? [unit(0), unit(rest)] : rest < 20 ? [unit(1), ...chineseNumber(rest)] : chineseNumber(rest);
  return [unit(Math.floor(n / 100)), { text: "百", clip: "hundred" }, ...after];
}

function englishNumber(n: number): Spoken[] {
  if (n < 20) return [english(ones[n] ?? "")];
  if (n < 100) return [english(tens[Math.floor(n / 10)] ?? ""), ...(n % 10 ? englishNumber(n % 10) : [])];
  return [...englishNumber(Math.floor(n / 100)), english("hundred"), ...(n % 100 ? englishNumber(n % 100) : [])];
}

/** What is said of a name: its letters and numbers. "B-12" is B, 12. */
const pieces = (name: string) => name.match(/[A-Za-z]|\d+/g) ?? [];

function piece(one: string, number: (n: number) => Spoken[], digit: (n: number) => Spoken): Spoken[] {
  if (/[A-Za-z]/.test(one)) return [{ text: one.toUpperCase(), clip: one.toLowerCase() }];
  return one.length <= 3 && (one === "0" || !one.startsWith("0")) ? number(+one) : [...one].map((d) => digit(+d));
}

const inDigits = (name: string, digit: (n: number) => Spoken) => pieces(name).flatMap((one) => piece(one, (n) => [...`${n}`].map((d) => digit(+d)), digit));

/** 请 A 零幺七 号到 十二 号窗口 */
export function chinese(ticket: string, window: string): Sentence {
  const oral = (n: number): Spoken => (n === 1 ? { text: "幺", clip: "yao" } : unit(n));
  return {
    lang: "zh",
    words: [
      { text: "请", clip: "please" }, ...inDigits(ticket, oral), { text: "号到", clip: "to" },
      ...pieces(window).flatMap((one) => piece(one, chineseNumber, unit)), { text: "号窗口", clip: "window" },
    ],
  };
}

/** Number A zero one seven, please go to window twelve */
export function inEnglish(ticket: string, window: string): Sentence {
  const digit = (n: number) => english(ones[n] ?? "");
  return {
    lang: "en",
    words: [
      english("number"), ...inDigits(ticket, digit), { text: "please go to window", clip: "to-window" },
      ...pieces(window).flatMap((one) => piece(one, englishNumber, digit)),
    ],
  };
}

/** The sentence as it is written: Chinese without spaces but around letters, English with. */
export function caption({ lang, words }: Sentence): string {
  if (lang === "en") {
    const text = words.map((w) => w.text).join(" ").replace(" please", ", please");
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
  }
  return `${words.map((w) => (/[A-Z]/.test(w.text) ? ` ${w.text} ` : w.text)).join("").replace(/ {2,}/g, " ")}。`;
}
