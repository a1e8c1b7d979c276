import { expect, test } from "vitest";
import { newDraft } from "./draft";

test("an id is what the hub takes, and never the same", () => {
  const ids = Array.from({ length: 100 }, newDraft);
  for (const id of ids) expect(id).toMatch(/^[a-z0-9-]{16,48}$/);
  expect(new Set(ids).size).toBe(100);
});
