import { expect, test } from "vitest";
import { numbered, pickable, targets, typed, type Choice } from "./choose";
import { viewOf } from "./view.fixture";

const windows: Choice[] = ["1", "11", "12", "B"].map((code) => ({ id: code, code, title: code, note: "" }));
const start = { typed: "", at: 0 };

function type(keys: string, choices = windows) {
  let now = start;
  for (const key of keys) {
    const step = typed(key, choices, now);
    if (step === null || step === "left") return step;
    if ("chosen" in step) return step.chosen.id;
    now = step;
  }
  return now;
}

test("a number that begins no other is chosen as soon as it is typed", () => {
  expect(type("b")).toBe("B");
  expect(type("12")).toBe("12");
  expect(type("1")).toEqual({ typed: "1", at: 0 });
});

test("one that begins another waits for Enter", () => {
  expect(typed("Enter", windows, { typed: "1", at: 0 })).toEqual({ chosen: windows[0] });
});

test("a wrong beginning is forgotten", () => expect(type("9b")).toBe("B"));

test("arrows go round", () => {
  expect(typed("ArrowUp", windows, start)).toEqual({ typed: "", at: 3 });
  expect(typed("ArrowDown", windows, { typed: "1", at: 3 })).toEqual(start);
  expect(typed("ArrowDown", [], start)).toEqual(start);
  expect(typed("Enter", [], start)).toEqual(start);
});

test("Escape leaves, and keys that mean nothing stay the page's", () => {
  expect(typed("Escape", windows, start)).toBe("left");
  expect(typed("F2", windows, start)).toBeNull();
});

test("each choice has one key of its own, however many there are", () => {
  const many = numbered(Array.from({ length: 40 }, (_, i) => ({ id: String(i), title: "", note: "" })));
  expect(many.slice(0, 11).map((c) => c.code).join("")).toBe("123456789AB");
  for (const c of many.filter((c) => c.code)) expect(typed(c.code, many, start)).toEqual({ chosen: c });
  expect([..."https"].map((key) => typed(key, many, start))).toEqual([..."https"].map(() => start));
  expect(many.filter((c) => !c.code)).toHaveLength(9);
});

const one = (ticket: string) => ({ ticket, id: ticket, item: "", since: "2026-11-18T10:00:00+08:00" });

test("who was set aside is found first, then who was missed, then who waits, in turn", () => {
  const view = viewOf("open", { held: [{ ...one("A049"), window: "12", why: "form" }], missed: [one("A050")], next: one("A064"), waiting: [one("A065")] });
  expect(pickable(view).map((p) => p.ticket.ticket)).toEqual(["A049", "A050", "A064", "A065"]);
});

test("somebody is passed on to another window, the open ones first, into a line, or to a clerk, of whichever counter", () => {
  const who = (badge: string) => ({ badge, name: badge, unit: "" });
  const at = (id: string, state: "open" | "closed", staff: string, agent?: string) => ({ id, floor: "2", state, since: "", unit: "", services: agent ? ["B"] : ["A"], staff: who(staff), agent });
  const hall = {
    hall: { id: "h", name: "h" }, services: [{ letter: "A", name: "a" }, { letter: "B", name: "b" }],
    windows: [at("11", "closed", "01"), at("12", "open", "02"), at("13", "open", "03"), at("14", "open", "03"), at("15", "open", "02"), at("21", "open", "04", "two")],
  };
  const to = targets(hall, "12");
  expect(to.windows.map((w) => w.id)).toEqual(["13", "14", "15", "21", "11"]);
  expect(to.letters.map((l) => [l.letter, l.agent])).toEqual([["A", undefined], ["B", "two"]]);
  expect(to.staff.map((s) => [s.badge, s.window, s.agent])).toEqual([["03", "13", undefined], ["04", "21", "two"]]);
});
