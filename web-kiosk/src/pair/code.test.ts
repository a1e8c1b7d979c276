import { expect, test } from "vitest";
import { after, digits, pageOf } from "./code";

test.each<[string, string, string | null]>([
  ["", "4", "4"],
  ["4821", "0", "48210"],
  ["48213075", "1", "48213075"], // full
  ["4821", "Backspace", "482"],
  ["", "Backspace", ""],
  ["4821", "a", null],
  ["4821", "Enter", null],
  ["4821", "４", null], // only what the agent prints
])("%j and the key %j", (code, key, want) => expect(after(code, key)).toBe(want));

test("a pasted code may have its space", () => {
  expect(digits(" 4821 3075\n")).toBe("48213075");
  expect(digits("code: 4821-3075 1")).toBe("48213075");
});

test("no page but the server's own is opened", () => {
  expect(pageOf("/console/12")).toBe("/console/12");
  expect(pageOf("/display")).toBe("/display");
  for (const page of ["//evil.example", "https://evil.example", "javascript:alert(1)", ""]) expect(pageOf(page)).toBe("/");
});
