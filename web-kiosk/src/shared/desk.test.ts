import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { act } from "./desk";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function answers(...list: (Response | Error)[]) {
  const keys: string[] = [];
  vi.stubGlobal("fetch", (_path: string, init: { headers: Record<string, string> }) => {
    keys.push(init.headers["Idempotency-Key"] ?? "");
    const next = list.shift();
    return next instanceof Response ? Promise.resolve(next) : Promise.reject(next ?? new Error("no more answers"));
  });
  return keys;
}

async function ask() {
  const asked = act("/api/windows/12/next", "zh");
  await vi.runAllTimersAsync();
  return asked;
}

test("an act is repeated under its own key until it is answered", async () => {
  const keys = answers(new TypeError("line"), new TypeError("line"), new Response(null, { status: 204 }));
  expect(await ask()).toEqual({ done: true, value: null });
  expect(keys).toHaveLength(3);
  expect(new Set(keys).size).toBe(1);
});

test("two presses are two acts", async () => {
  const keys = answers(new Response(null, { status: 204 }), new Response(null, { status: 204 }));
  await ask();
  await ask();
  expect(new Set(keys).size).toBe(2);
});

test("a refusal is an answer and is not asked again", async () => {
  const body = JSON.stringify({ error: { code: "nobody-waiting", message: "现在没有人在等。" } });
  const keys = answers(new Response(body, { status: 409 }));
  expect(await ask()).toEqual({ done: false, code: "nobody-waiting", message: "现在没有人在等。" });
  expect(keys).toHaveLength(1);
});

test("where nobody answers the act is lost, and says so", async () => {
  answers();
  expect(await ask()).toMatchObject({ done: false, code: "lost" });
});
