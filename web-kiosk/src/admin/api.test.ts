import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { address, get, patience, post, skew } from "./api";

const gone: string[] = [];
let asked: { path: string; init: RequestInit }[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  gone.length = 0;
  vi.stubGlobal("document", { documentElement: { lang: "zh-CN" } });
  vi.stubGlobal("location", { pathname: "/admin/repairs/r-1", search: "?view=todo", assign: (to: string) => gone.push(to) });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function answers(what: Response | Error | "never") {
  vi.stubGlobal("fetch", (path: string, init: RequestInit) => {
    asked.push({ path, init });
    if (what === "never") return new Promise((_, fail) => init.signal?.addEventListener("abort", () => fail(new DOMException("", "AbortError"))));
    return what instanceof Error ? Promise.reject(what) : Promise.resolve(what);
  });
}
const json = (status: number, body: unknown, headers = {}) => new Response(JSON.stringify(body), { status, headers });

test("an answer is its value", async () => {
  answers(json(200, { rows: [] }));
  expect(await get("/api/repairs")).toEqual({ ok: true, value: { rows: [] } });
  expect(new Headers(asked[0]?.init.headers).get("Accept-Language")).toBe("zh-CN");
});

test("somebody was first: who, when, with what", async () => {
  const error = { code: "taken", message: "林小禾先发出了答复。", by: "林小禾", at: "2026-11-18T10:40:00+08:00", what: "answer" };
  answers(json(409, { error }));
  expect(await post("/api/repairs/r-1/answer", { seen: 6 })).toEqual({ ok: false, problem: { ...error, trouble: "taken" } });
});

test.each([[422, "refused"], [400, "refused"], [403, "forbidden"], [404, "gone"], [500, "failed"], [503, "failed"]])("%d is %s, in the hub's words", async (status, trouble) => {
  answers(json(status, { error: { code: "text-long", field: "reply", message: "太长了。" } }));
  expect(await post("/api/x", {})).toEqual({ ok: false, problem: { code: "text-long", field: "reply", message: "太长了。", trouble } });
});

test("a session that has ended goes to sign in and comes back to the same page", async () => {
  answers(json(401, { error: { code: "signin", message: "" } }));
  expect(await get("/api/me")).toMatchObject({ ok: false, problem: { trouble: "signin" } });
  expect(gone).toEqual(["/signin?next=%2Fadmin%2Frepairs%2Fr-1%3Fview%3Dtodo"]);
});

test("nobody answers", async () => {
  answers(new TypeError("failed to fetch"));
  expect(await get("/api/me")).toMatchObject({ problem: { trouble: "offline" } });
});

test("an answer that is none of ours: a proxy spoke", async () => {
  answers(new Response("<html>", { status: 502 }));
  expect(await get("/api/me")).toMatchObject({ problem: { trouble: "failed" } });
});

test("an act is sent once, whatever becomes of it", async () => {
  answers(new TypeError("line"));
  await post("/api/repairs/r-1/sign", { seen: 1 });
  await vi.runAllTimersAsync();
  expect(asked).toHaveLength(1);
});

test("a hub that hangs is given up", async () => {
  answers("never");
  const answer = get("/api/repairs");
  await vi.advanceTimersByTimeAsync(patience.read);
  expect(await answer).toMatchObject({ problem: { trouble: "offline" } });
});

test("who leaves is not told of a trouble", async () => {
  answers("never");
  const line = new AbortController();
  const answer = get("/api/repairs", line.signal);
  line.abort();
  expect(await answer).toMatchObject({ problem: { trouble: "aborted" } });
});

test("deadlines go by the hub's clock", async () => {
  vi.setSystemTime(Date.parse("2026-11-18T10:00:00+08:00"));
  answers(json(200, {}, { Date: "Wed, 18 Nov 2026 16:30:00 GMT" }));
  await get("/api/me");
  expect(new Date(Date.now() + skew.value).toISOString()).toBe("2026-11-18T16:30:00.000Z");
});

test("addresses leave out what is empty and do not depend on order", () => {
  expect(address("/api/repairs", { view: "todo", q: "", unit: undefined, limit: 50 })).toBe("/api/repairs?limit=50&view=todo");
  expect(address("/api/repairs", {})).toBe("/api/repairs");
});
