import { effectScope } from "vue";
import { expect, test } from "vitest";
import type { Answer, Page } from "./api";
import { useList } from "./list";

interface Row { id: string; text?: string }
const page = (ids: string, next = ""): Answer<Page<Row>> => ({ ok: true, value: { rows: ids.split("").map((id) => ({ id })), next, as_of: "2026-11-18T10:42:10+08:00" } });
const down: Answer<Page<Row>> = { ok: false, problem: { trouble: "offline", code: "offline", message: "" } };

function listOf(...answers: (Answer<Page<Row>> | Promise<Answer<Page<Row>>>)[]) {
  const asked: string[] = [];
  const list = effectScope().run(() => useList<Row>((values, after) => {
    asked.push(`${values.view ?? ""}:${after}`);
    return Promise.resolve(answers.shift() ?? down);
  }));
  if (!list) throw new Error("no scope");
  const ids = () => list.rows.value?.map((r) => r.id).join("") ?? null;
  return { list, asked, ids };
}

test("page after page, each row once", async () => {
  const { list, asked, ids } = listOf(page("abc", "c"), page("cde"));
  await list.start({ view: "todo" });
  await list.more();
  expect(ids()).toBe("abcde"); // c had moved while the pages were read
  await list.more();
  expect(asked).toEqual(["todo:", "todo:c"]); // there is no more
});

test("the last list asked for is shown, not the last one that came", async () => {
  let late: (answer: Answer<Page<Row>>) => void = () => undefined;
  const { list, ids } = listOf(new Promise((answer) => (late = answer)), page("xyz"));
  const first = list.start({ view: "slow" });
  await list.start({ view: "fast" });
  late(page("abc"));
  await first;
  expect(ids()).toBe("xyz");
});

test("what could not be read again stays, and it is said", async () => {
  const { list, ids } = listOf(page("ab"), down);
  await list.start({});
  await list.again();
  expect(ids()).toBe("ab");
  expect(list.problem.value?.trouble).toBe("offline");
});

test("another list that does not come leaves nothing of the old one", async () => {
  const { list, ids } = listOf(page("ab"), down);
  await list.start({ view: "todo" });
  await list.start({ view: "ended" });
  expect(ids()).toBeNull();
});

test("read again goes as far as was read", async () => {
  const { list, asked, ids } = listOf(page("ab", "b"), page("cd", "d"), page("ax", "x"), page("yd", "d"));
  await list.start({});
  await list.more();
  await list.again();
  expect(ids()).toBe("axyd");
  expect(asked).toEqual([":", ":b", ":", ":x"]);
});

test("a row that an act changed keeps its place; one that is not shown is not added", async () => {
  const { list, ids } = listOf(page("abc"));
  await list.start({});
  list.put({ id: "b", text: "answered" });
  list.put({ id: "z" });
  expect(ids()).toBe("abc");
  expect(list.rows.value?.[1]?.text).toBe("answered");
});
