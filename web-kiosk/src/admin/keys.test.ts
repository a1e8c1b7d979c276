import { expect, test } from "vitest";
import { keyMeans } from "./keys";

const press = (key: string, change = {}) => ({ key, ctrlKey: false, altKey: false, metaKey: false, isComposing: false, ...change });
const list = { typing: false, inList: true, letters: true };
const page = { ...list, inList: false };

test.each([
  ["j", page, "down"], ["k", page, "up"], ["/", page, "search"], ["u", page, "back"], ["?", page, "help"],
  ["x", list, "pick"], ["x", page, undefined],
  ["ArrowDown", list, "down"], ["ArrowUp", list, "up"],
  ["ArrowDown", page, undefined], // the page scrolls
  ["Enter", list, undefined], // a link opens by itself
])("%s", (key, where, means) => expect(keyMeans(press(key), where)).toBe(means));

test("what is typed into a field is text", () => {
  for (const key of ["j", "/", "?", "ArrowDown"]) expect(keyMeans(press(key), { ...list, typing: true })).toBeUndefined();
});

test("pinyin that is being composed is no key", () => {
  expect(keyMeans(press("j", { isComposing: true }), list)).toBeUndefined();
});

test("the browser's own shortcuts stay its own", () => {
  expect(keyMeans(press("k", { ctrlKey: true }), list)).toBeUndefined();
  expect(keyMeans(press("j", { metaKey: true }), list)).toBeUndefined();
});

test("who switched letters off keeps the arrows", () => {
  expect(keyMeans(press("j"), { ...list, letters: false })).toBeUndefined();
  expect(keyMeans(press("ArrowDown"), { ...list, letters: false })).toBe("down");
});
