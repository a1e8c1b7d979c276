import { expect, test } from "vitest";
import type { Answer, Refusal } from "./api";
import { oneByOne, useBulk, type Result } from "./bulk";

const rows = ["a", "b", "c"].map((id) => ({ id }));
const taken: Refusal = { code: "taken", message: "高静仪先派了。" };
const lost: Answer<Result<string>[]> = { ok: false, problem: { trouble: "offline", code: "offline", message: "" } };

function bulkOf(fails: (id: string, preview: boolean) => boolean, line: (nth: number) => boolean = () => true) {
  const asked: string[] = [];
  const bulk = useBulk<{ id: string }, string>(rows, (some, preview) => {
    asked.push(`${preview ? "would" : "do"} ${some.map((r) => r.id).join("")}`);
    return Promise.resolve(line(asked.length) ? { ok: true, value: some.map(({ id }) => (fails(id, preview) ? { id, problem: taken } : { id, value: "assigned" })) } : lost);
  });
  return { bulk, asked, is: () => bulk.lines.value.map((l) => l.outcome.is) };
}

test("all are looked at before any is done", async () => {
  const { bulk, asked, is } = bulkOf((id) => id === "b");
  await bulk.look();
  expect(asked).toEqual(["would abc"]);
  expect(is()).toEqual(["can", "cannot", "can"]);
  expect(bulk.stage.value).toBe("ready");
});

test("what cannot be done is left out, and each has its own result", async () => {
  const { bulk, asked, is } = bulkOf((id, preview) => id === "b" || (id === "c" && !preview));
  await bulk.look();
  await bulk.go();
  expect(asked).toEqual(["would abc", "do ac"]);
  expect(is()).toEqual(["done", "cannot", "failed"]);
  expect([bulk.count("done"), bulk.count("failed")]).toEqual([1, 1]);
});

test("where no answer came all have failed, and only they are tried again", async () => {
  const { bulk, asked, is } = bulkOf((id) => id === "b", (nth) => nth !== 2);
  await bulk.look();
  await bulk.go();
  expect(is()).toEqual(["failed", "cannot", "failed"]);
  expect(bulk.lost.value?.trouble).toBe("offline");
  await bulk.go();
  expect(asked).toEqual(["would abc", "do ac", "do ac"]);
  expect(is()).toEqual(["done", "cannot", "done"]);
});

test("an act that knows one row at a time runs on many, one after the other", async () => {
  const asked: string[] = [];
  const run = oneByOne<{ id: string }, string>((row, preview) => {
    asked.push(`${preview} ${row.id}`);
    return Promise.resolve(row.id === "b" ? { ok: false, problem: { ...taken, trouble: "taken" } } : { ok: true, value: row.id });
  });
  expect(await run(rows, true)).toMatchObject({ ok: true, value: [{ value: "a" }, { problem: taken }, { value: "c" }] });
  expect(asked).toEqual(["true a", "true b", "true c"]);
});
