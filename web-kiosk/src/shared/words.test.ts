import { expect, test } from "vitest";
import en from "./words/en.json";
import zh from "./words/zh.json";

const placeholders = (s: string) => [...new Set(s.match(/\{[a-z_]+\}/g))].sort();

test("both languages have the same keys", () => {
  expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort());
});

// A date is put together from the values that each language needs.
test.each(Object.entries(zh).filter(([key]) => key !== "paper.date"))("%s has the same placeholders in both languages", (key, sentence) => {
  expect(placeholders((en as Record<string, string>)[key] ?? "")).toEqual(placeholders(sentence));
});
