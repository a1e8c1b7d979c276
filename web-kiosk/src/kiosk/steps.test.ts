import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { effectScope } from "vue";
import type { Ticket } from "../shared/desk";
import { item, queue, situation } from "./kiosk.fixture";
import { patience, useSteps, type Shown } from "./steps";

const card = item("A02");
const ticket = (printed: boolean): Ticket =>
  ({ id: "3-9f2c-17", number: "A064", ahead: 3, windows: ["12"], floor: "一楼", code: "7K3M92QF", url: "", printed, trouble: "" });
const visit = (id: string) => ({ id, window: "12", floor: "一楼", item: "补领", unit: "市公安局", at: "2026-11-23T10:00:00+08:00", pressed: false });
const shown = (...ids: string[]): Shown => ({ id: "3-9f2c-17", number: "A064", known: true, rated: false, right: false, letter: "", item: "", visits: ids.map(visit) });

const home = vi.fn();
let asked: { path: string; body: Record<string, unknown> }[];
let scope: ReturnType<typeof effectScope>;

function begin(...answers: (() => Response)[]) {
  asked = [];
  vi.stubGlobal("fetch", (path: string, init: { body: string }) => {
    asked.push({ path, body: JSON.parse(init.body) as Record<string, unknown> });
    return Promise.resolve((answers.shift() ?? (() => Response.json(ticket(true))))());
  });
  return scope.run(() => useSteps(() => "zh", home)) as ReturnType<typeof useSteps>;
}
const done = () => new Response(null, { status: 204 });
const refused = (code: string, status: number) => () => Response.json({ error: { code, message: code } }, { status });

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

test("three touches to a ticket: what for, which matter, take", async () => {
  const s = begin();
  s.open({ service: queue("A") });
  expect(s.step.value).toBe("items");
  s.choose(card);
  expect(s.step.value).toBe("check");
  await s.take();
  expect(s.step.value).toBe("ticket");
  expect(asked.map((a) => a.body)).toEqual([{ letter: "A", item: "A02", situation: "", class: "" }]);
});

test("the list of materials takes no number, and says whether it was printed", async () => {
  const s = begin(() => Response.json({ printed: true, trouble: "" }), () => Response.json({ printed: false, trouble: "paper-out" }), refused("internal", 500));
  s.choose({ ...card, situations: [situation("A", [], "lost")] });
  for (const printed of [true, false, false]) {
    await s.list();
    expect([s.step.value, s.listed.value]).toEqual(["listed", printed]);
    s.back();
    expect(s.step.value).toBe("check");
  }
  expect(asked.map((a) => [a.path, a.body])).toEqual(Array(3).fill(["/api/lists", { item: "A02", situation: "lost" }]));
  expect(s.ticket.value).toBeNull();
});

test("the number follows the situation and the class that he chose", async () => {
  const s = begin();
  s.choose({ ...card, situations: [situation("A", [], "lost"), situation("E", [], "loan")] });
  expect(s.situation.value?.id).toBe("lost");
  s.situation.value = situation("E", [], "loan");
  s.chosenClass.value = "elderly";
  await s.take();
  expect(asked[0]?.body).toEqual({ letter: "E", item: "A02", situation: "loan", class: "elderly" });
  s.start();
  expect(s.chosenClass.value).toBe("");
});

test("who cannot say which item takes a ticket of the letter", async () => {
  const s = begin();
  s.open({ service: queue("B") });
  s.choose(null);
  await s.take();
  expect(asked[0]?.body).toEqual({ letter: "B", item: "", situation: "", class: "" });
});

test("who takes another number beside his own says which one he has, until he is done", async () => {
  const s = begin();
  s.open({ service: queue("A") });
  s.choose(card);
  await s.take();
  s.another();
  expect([s.step.value, s.ticket.value, s.first.value?.number]).toEqual(["home", null, "A064"]);
  s.choose(card);
  s.back();
  expect([s.step.value, s.first.value?.number]).toEqual(["home", "A064"]);
  s.choose(card);
  await s.take();
  s.start();
  s.choose(card);
  await s.take();
  expect(asked.map((a) => a.body["with"])).toEqual([undefined, "3-9f2c-17", undefined]);
});

test("who walks away from it leaves nothing to the next one", async () => {
  const s = begin();
  s.choose(card);
  await s.take();
  s.another();
  vi.advanceTimersByTime(patience.refused * 1000);
  expect([s.step.value, s.first.value]).toEqual(["home", null]);
  expect(home).toHaveBeenCalled();
});

test("back goes the way that was come", () => {
  const s = begin();
  s.go("search");
  s.choose(card);
  s.back();
  expect(s.step.value).toBe("search");
  s.back();
  expect([s.step.value, s.item.value]).toEqual(["home", null]);
});

test("a finger that trembles takes one ticket", async () => {
  const s = begin();
  s.choose(card);
  await Promise.all([s.take(), s.take()]);
  expect(asked).toHaveLength(1);
});

test("a refusal is shown and leads back", async () => {
  const s = begin(refused("no-more-today", 409));
  s.choose(card);
  await s.take();
  expect([s.step.value, s.refusal.value.message]).toEqual(["refused", "no-more-today"]);
  s.start();
  expect(s.step.value).toBe("home");
});

test.each([[true, patience.printed], [false, patience.paperless]])(
  "a ticket (printed: %s) stays on the screen for %d s", async (printed, seconds) => {
    const s = begin(() => Response.json(ticket(printed)));
    s.choose(card);
    await s.take();
    vi.advanceTimersByTime((seconds - 1) * 1000);
    expect(s.step.value).toBe("ticket");
    vi.advanceTimersByTime(1000);
    expect([s.step.value, s.ticket.value]).toEqual(["home", null]);
    expect(home).toHaveBeenCalledOnce();
  });

test("who walks away while choosing leaves a fresh page; a touch starts the time again", () => {
  const s = begin();
  s.open({ unit: "police" });
  vi.advanceTimersByTime((patience.choosing - 1) * 1000);
  s.touched();
  vi.advanceTimersByTime((patience.choosing - 1) * 1000);
  expect([s.step.value, s.left.value]).toEqual(["items", 1]);
  vi.advanceTimersByTime(1000);
  expect(s.step.value).toBe("home");
});

// domain §3: with the ticket, each visit once; the reasons come after the level and are its own.
test("who holds a ticket rates its visit", async () => {
  const s = begin(() => Response.json(shown("3-9f2c-18")), done);
  await s.find({ token: "https://pj.example/r/x" });
  expect([s.step.value, s.visit.value?.id, s.level.value]).toEqual(["rate", "3-9f2c-18", 0]);
  s.chooseLevel(2);
  s.reasons.value = ["207"];
  s.back();
  expect([s.step.value, s.level.value]).toEqual(["rate", 0]);
  s.chooseLevel(1);
  expect(s.reasons.value).toEqual([]);
  s.reasons.value = ["115"];
  await Promise.all([s.rate(), s.rate()]);
  expect(s.step.value).toBe("rated");
  expect(asked).toHaveLength(2);
  expect(asked[1]?.body).toMatchObject({ proof: { token: "https://pj.example/r/x" }, visit: "3-9f2c-18", level: 1, reasons: ["115"], lapsed: false });
  expect(asked[1]?.body.draft).toMatch(/^[0-9a-f]{32}$/);
});

test("of several visits he chooses; nothing is sent before a level is", async () => {
  const s = begin(() => Response.json(shown("3-9f2c-18", "3-9f2c-19")));
  await s.find({ number: "A064", day: "2026-11-23", code: "7K3M92QF" });
  expect(s.visit.value).toBeNull();
  await s.rate();
  s.visit.value = s.shown.value?.visits[1] ?? null;
  await s.rate();
  expect(asked).toHaveLength(1);
});

test("a level that was chosen is sent when he walks away; where none was, nothing is", async () => {
  const s = begin(() => Response.json(shown("3-9f2c-18")), done, () => Response.json(shown("3-9f2c-18")));
  await s.find({ token: "t" });
  s.chooseLevel(4);
  await vi.advanceTimersByTimeAsync(patience.choosing * 1000);
  expect(asked[1]?.body).toMatchObject({ level: 4, lapsed: true });
  expect(s.step.value).toBe("rated");
  s.start();
  await s.find({ token: "t" });
  await vi.advanceTimersByTimeAsync(patience.choosing * 1000);
  expect([s.step.value, asked.length]).toEqual(["home", 3]);
});

test("a wrong code is said, and leads back", async () => {
  const s = begin(refused("wrong-code", 409));
  await s.find({ number: "A064", day: "2026-11-23", code: "00000000" });
  expect([s.step.value, s.shown.value]).toEqual(["refused", null]);
});

test("who was not called on an earlier day shows that ticket and goes first", async () => {
  const steps = begin(() => Response.json({ ...shown(), right: true, letter: "A", item: "A01" }));
  await steps.find({ token: "t" });
  await steps.carry();
  expect(asked[1]).toEqual({ path: "/api/tickets", body: { letter: "A", item: "A01", class: "carried", with: "3-9f2c-17" } });
  expect(steps.step.value).toBe("ticket");
});
