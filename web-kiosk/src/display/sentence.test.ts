import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { caption, chinese, inEnglish } from "./sentence";

test.each([
  ["A017", "12", "请 A 零幺七号到十二号窗口。", "Number A zero one seven, please go to window twelve."],
  ["B100", "0", "请 B 幺零零号到零号窗口。", "Number B one zero zero, please go to window zero."],
  ["C000", "10", "请 C 零零零号到十号窗口。", "Number C zero zero zero, please go to window ten."],
  ["D1000", "11", "请 D 幺零零零号到十一号窗口。", "Number D one zero zero zero, please go to window eleven."],
  ["E002", "20", "请 E 零零二号到二十号窗口。", "Number E zero zero two, please go to window twenty."],
  ["F009", "99", "请 F 零零九号到九十九号窗口。", "Number F zero zero nine, please go to window ninety nine."],
  ["G001", "100", "请 G 零零幺号到一百号窗口。", "Number G zero zero one, please go to window one hundred."],
  ["G001", "101", "请 G 零零幺号到一百零一号窗口。", "Number G zero zero one, please go to window one hundred one."],
  ["G001", "110", "请 G 零零幺号到一百一十号窗口。", "Number G zero zero one, please go to window one hundred ten."],
  ["G001", "212", "请 G 零零幺号到二百一十二号窗口。", "Number G zero zero one, please go to window two hundred twelve."],
  ["H017", "03", "请 H 零幺七号到零三号窗口。", "Number H zero one seven, please go to window zero three."],
  ["H017", "A3", "请 H 零幺七号到 A 三号窗口。", "Number H zero one seven, please go to window A three."],
  ["H017", "vip", "请 H 零幺七号到 V I P 号窗口。", "Number H zero one seven, please go to window V I P."],
  ["H017", "B-12", "请 H 零幺七号到 B 十二号窗口。", "Number H zero one seven, please go to window B twelve."],
  ["H017", "2026", "请 H 零幺七号到二零二六号窗口。", "Number H zero one seven, please go to window two zero two six."],
])("%s at window %s", (ticket, window, zh, en) => {
  expect(caption(chinese(ticket, window))).toBe(zh);
  expect(caption(inEnglish(ticket, window))).toBe(en);
});

test("every word has a clip that scripts/voice makes", () => {
  const script = readFileSync("../scripts/voice", "utf8");
  const made = { zh: clips(script, "zh"), en: clips(script, "en") };
  const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
  const numbers = Array.from({ length: 1000 }, (_, n) => `${n}`);
  for (const { lang, words } of [...letters, ...numbers].flatMap((w) => [chinese(`${w}017`, w), inEnglish("A0123456789", w)])) {
    for (const { clip } of words) expect(made[lang], `${lang}/${clip}`).toContain(clip);
  }
});

/** The names in the script's list of a language: name=spoken text, and the letters. */
function clips(script: string, lang: string): Set<string> {
  const list = new RegExp(`^${lang}=\\(([^)]*)\\)`, "m").exec(script)?.[1] ?? "";
  return new Set([...list.matchAll(/([\w-]+)=/g)].map((m) => m[1] ?? "").concat([..."abcdefghijklmnopqrstuvwxyz"]));
}
