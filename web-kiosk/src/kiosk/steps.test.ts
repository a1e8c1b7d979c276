import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { effectScope } from "vue";
import type { TakeService, Ticket } from "../shared/desk";
import { patience, useSteps } from "./steps";

const item = (code: string) => ({ code, name: code, materials: [] });
const service = (...codes: string[]): TakeService =>
  ({ letter: "A", name: "户政", waiting: 3, windows: ["12"], floor: "一楼", items: codes.map(item) });
const ticket = (printed: boolean): Ticket =>
  ({ id: "3-9f2c-17", number: "A064", ahead: 3, windows: ["12"], floor: "一楼", code: "7K3M92QF", url: "", printed, trouble: "" });

const home = vi.fn();
let asked: unknown[];
let scope: ReturnType<typeof effectScope>;

function begin(answer: Response = Response.json(ticket(true))) {
  asked = [];
  vi.stubGlobal("fetch", (_path: string, init: { body: string }) => {
    asked.push(JSON.parse(init.body));
    return Promise.resolve(answer);
  });
  return scope.run(() => useSteps(() => "zh", home)) as ReturnType<typeof useSteps>;
}

beforeEach(() => {
  vi.useFakeTimers();
  scope = effectScope();
  home.mockClear();
});
afterEach(() => {
  scope.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("three touches to a ticket: service, item, take", async () => {
  const s = begin();
  s.choose(service("A01", "A02"));
  expect(s.step.value).toBe("item");
  s.chooseItem(item("A02"));
  expect(s.step.value).toBe("check");
  await s.take();
  expect(s.step.value).toBe("ticket");
  expect(asked).toEqual([{ letter: "A", item: "A02" }]);
});

test("who cannot say which item takes a ticket of the letter", async () => {
  const s = begin();
  s.choose(service("A01", "A02"));
  s.chooseItem(null);
  await s.take();
  expect(asked).toEqual([{ letter: "A", item: "" }]);
});

test("a service with one item asks no second question", () => {
  const s = begin();
  s.choose(service("A01"));
  expect([s.step.value, s.item.value?.code]).toEqual(["check", "A01"]);
  s.back();
  expect(s.step.value).toBe("service");
});

test("a finger that trembles takes one ticket", async () => {
  const s = begin();
  s.choose(service());
  await Promise.all([s.take(), s.take()]);
  expect(asked).toHaveLength(1);
});

test("a refusal is shown and leads back", async () => {
  const s = begin(Response.json({ error: { code: "disk-full", message: "暂停取号" } }, { status: 503 }));
  s.choose(service());
  await s.take();
  expect([s.step.value, s.refusal.value.message]).toEqual(["refused", "暂停取号"]);
  s.start();
  expect(s.step.value).toBe("service");
});

test.each([[true, patience.printed], [false, patience.paperless]])(
  "a ticket (printed: %s) stays on the screen for %d s", async (printed, seconds) => {
    const s = begin(Response.json(ticket(printed)));
    s.choose(service());
    await s.take();
    vi.advanceTimersByTime((seconds - 1) * 1000);
    expect(s.step.value).toBe("ticket");
    vi.advanceTimersByTime(1000);
    expect(s.step.value).toBe("service");
    expect(s.ticket.value).toBeNull();
    expect(home).toHaveBeenCalledOnce();
  });

test("who walks away while choosing leaves a fresh page; a touch starts the time again", () => {
  const s = begin();
  s.choose(service("A01", "A02"));
  vi.advanceTimersByTime((patience.choosing - 1) * 1000);
  s.touched();
  vi.advanceTimersByTime((patience.choosing - 1) * 1000);
  expect(s.step.value).toBe("item");
  vi.advanceTimersByTime(1000);
  expect(s.step.value).toBe("service");
});
