// The first letters of Chinese words as people type them: 身份证 is sfz. The browser's own collation knows the order of pinyin;
// where in it a character stands says its letter. No table of characters is shipped.

/** The first character of each letter in the order of pinyin. No syllable begins with i, u or v. */
const firsts = [..."阿八嚓哒妸发旮哈讥咔垃妈拏噢妑七呥扨它穵夕丫帀"];
const letters = [..."abcdefghjklmnopqrstwxyz"];

/** Characters that are read in two ways in the names of what people come for. */
const others: Record<string, string> = {
  行: "h", 重: "c", 长: "c", 调: "t", 会: "k", 车: "j", 省: "x", 率: "s", 校: "j", 参: "s", 单: "s", 传: "z", 还: "h", 乐: "y", 厦: "s", 期: "j", 折: "s", 系: "j",
};

const order = new Intl.Collator("zh-u-co-pinyin");
const chinese = /\p{Script=Han}/u;

/** The letters with which a character can begin; what is no Chinese character is itself. */
export function initialsOf(character: string): string {
  if (!chinese.test(character)) return character.toLowerCase();
  let at = firsts.length - 1;
  while (at > 0 && order.compare(character, firsts[at] as string) < 0) at--;
  return (letters[at] as string) + (others[character] ?? "");
}

/** Whether typed letters are the initials of a name from one of its characters on: 0 from the first, more from a later one, -1 nowhere. */
export function byInitials(name: string, typed: string): number {
  const each = [...name].filter((c) => /[\p{Script=Han}a-z0-9]/iu.test(c)).map(initialsOf);
  for (let from = 0; from + typed.length <= each.length; from++) {
    if ([...typed].every((letter, i) => each[from + i]?.includes(letter))) return from;
  }
  return -1;
}
