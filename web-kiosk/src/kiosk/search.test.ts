import { expect, test } from "vitest";
import { book } from "./kiosk.fixture";
import { byInitials, initialsOf } from "./pinyin";
import { search } from "./search";

const codes = (typed: string) => search(book, typed).map((i) => i.code).join(" ");

test.each([
  ["阿", "a"], ["安", "a"], ["办", "b"], ["层", "c"], ["到", "d"], ["二", "e"], ["房", "f"], ["公", "g"], ["换", "h"], ["居", "j"], ["口", "k"],
  ["领", "l"], ["民", "m"], ["年", "n"], ["欧", "o"], ["票", "p"], ["企", "q"], ["人", "r"], ["身", "s"], ["提", "t"], ["外", "w"], ["新", "x"], ["异", "y"], ["证", "z"],
])("%s begins with %s", (character, letter) => expect(initialsOf(character)).toContain(letter));

test("what is read in two ways is found in both", () => {
  expect(byInitials("银行", "yh")).toBe(0);
  expect(byInitials("重名", "cm")).toBe(0);
  expect(byInitials("重名", "zm")).toBe(0);
});

test("what is no character is passed over", () => {
  expect(byInitials("结婚证（双方）", "jhzsf")).toBe(0);
  expect(byInitials("A01 表", "a01b")).toBe(0);
  expect(byInitials("身份证", "sfx")).toBe(-1);
});

test.each([
  ["身份证", "A01 A02"], ["补领", "A01"], ["sfz", "A01 A02"], ["SFZBL", "A01"], ["xse", "A03"], ["identity", "A01 A02"], ["newb", "A03"], ["card ren", "A02"],
  ["a03", "A03"], ["公安", "A01 A02 A03 B02 B03 B04"], ["yhzh", "B01"], ["gjj", "B04"], ["ydjy", "B03"], ["身份证 换", "A02"], ["", ""], ["  ", ""], ["qqq", ""], ["(", ""],
])("who types %s finds %s", (typed, found) => expect(codes(typed)).toBe(found));

test("the beginning of a name comes before its middle", () => expect(codes("ba")).toBe("B01 B03"));

test("many are cut off", () => expect(search({ ...book, items: Array.from({ length: 90 }, () => book.items[0] as (typeof book.items)[0]) }, "身份")).toHaveLength(40));
