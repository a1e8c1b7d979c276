import { expect, test } from "vitest";
import type { Answer } from "./api";
import { useBulk } from "./bulk";

const rows = ["a", "b", "c"].map((id) => ({ id }));
const ok: Answer<string> = { ok: true, value: "assigned" };
const taken: Answer<string> = { ok: false, problem: { trouble: "taken", code: "taken", message: "高静仪先派了。" } };
const lost: Answer<string> = { ok: false, problem: { trouble: "offline", code: "offline", message: "" } };

function bulkOf(answer: (id: string, dry: boolean, nth: number) => Answer<string>) {
  const asked: string[] = [];
  const bulk = useBulk<{ id: string }, string>(rows, (row, dry) => {
    const what = `${dry ? "would" : "do"} ${row.id}`;
    asked.push(what);
    return Promise.resolve(answer(row.id, dry, asked.filter((a) => a === what).length));
  });
  return { bulk, asked, is: () => bulk.lines.value.map((l) => l.outcome.is) };
}

test("all are looked at before any is done", async () => {
  const { bulk, asked, is } = bulkOf((id) => (id === "b" ? taken : ok));
  await bulk.look();
  expect(asked).toEqual(["would a", "would b", "would c"]);
  expect(is()).toEqual(["can", "cannot", "can"]);
  expect(bulk.stage.value).toBe("ready");
});

test("what cannot be done is left out, and each has its own result", async () => {
  const { bulk, asked, is } = bulkOf((id, dry) => (id === "b" || (id === "c" && !dry) ? taken : ok));
  await bulk.look();
  await bulk.go();
  expect(asked.slice(3)).toEqual(["do a", "do c"]);
  expect(is()).toEqual(["done", "cannot", "failed"]);
  expect([bulk.count("done"), bulk.count("failed")]).toEqual([1, 1]);
});

test("pressed again, only what failed is tried again", async () => {
  const { bulk, asked, is } = bulkOf((id, dry, nth) => (id === "c" && !dry && nth === 1 ? lost : ok));
  await bulk.look();
  await bulk.go();
  await bulk.go();
  expect(asked.slice(3)).toEqual(["do a", "do b", "do c", "do c"]);
  expect(is()).toEqual(["done", "done", "done"]);
});
