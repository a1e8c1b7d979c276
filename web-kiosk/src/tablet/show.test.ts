import { expect, test } from "vitest";
import type { PadView } from "../shared/desk";
import { lasts, screenOf, type Screen, type Touch } from "./show";

const t0 = Date.parse("2026-11-18T10:00:00+08:00");
const idle: PadView = {
  at: new Date(t0).toISOString(), uid: "9a2b3c4d5e6f7081", hall: { id: "h", name: "大厅" }, window: { id: "12", floor: "一楼", state: "open", since: "" },
  staff: null, services: [], show: "idle", visit: "", serving: false, rated: false,
};
const serving: PadView = { ...idle, visit: "3-9f2c-19", serving: true };
const asked: PadView = { ...idle, show: "prompt", visit: "3-9f2c-19", until: new Date(t0 + 120_000).toISOString() };
const touch = (more: Partial<Touch> = {}): Touch => ({ level: 5, visit: "3-9f2c-19", at: t0, ...more });

const rows: [string, PadView | null, boolean, Touch | null, number, number, Screen][] = [
  // what, view, line, touch, opened, seconds, screen
  ["nothing heard yet", null, false, null, 0, 0, "loading"],
  ["nobody is asked", idle, true, null, 0, 0, "card"],
  ["invited", asked, true, null, 0, 0, "ask"],
  ["invited, and the line is cut: he may still press", asked, false, null, 0, 60, "ask"],
  ["120 s are over (domain §3.11)", asked, false, null, 0, 120, "card"],
  ["he who is served asks for the faces himself", serving, true, null, t0, 1, "ask"],
  ["and goes away", serving, true, null, t0, 46, "card"],
  ["who is not served cannot", idle, true, null, t0, 1, "card"],
  ["nor who has rated", { ...serving, rated: true }, true, null, t0, 1, "card"],
  ["nobody knows whether he is served: he can", idle, false, null, t0, 1, "ask"],
  ["pressed, not answered yet", asked, true, touch(), 0, 1, "sending"],
  ["no answer comes", asked, true, touch(), 0, 4, "stored"],
  ["pressed without a line: it is kept, and not thanked", asked, false, touch(), 0, 1, "stored"],
  ["after that the tablet is free", idle, false, touch(), 0, 9, "card"],
  ["it became the rating: why?", idle, true, touch({ became: "became", answered: t0 }), 0, 1, "why"],
  ["reasons said: thanks", idle, true, touch({ became: "became", answered: t0, done: t0 + 5000 }), 0, 6, "thanks"],
  ["for two seconds (domain §3.12)", idle, true, touch({ became: "became", answered: t0, done: t0 + 5000 }), 0, 7, "card"],
  ["he went away without reasons: no thanks, they stay missing (domain §3.13)", idle, true, touch({ became: "became", answered: t0 }), 0, 46, "card"],
  ["who still reads the reasons has time", idle, true, touch({ became: "became", answered: t0, busy: t0 + 40_000 }), 0, 80, "why"],
  ["as long as the agent takes them, which is two minutes", idle, true, touch({ became: "became", answered: t0, busy: t0 + 100_000 }), 0, 110, "card"],
  ["rated before: no thanks", idle, true, touch({ became: "repeat", answered: t0 }), 0, 1, "repeat"],
  ["nothing to rate: no thanks", idle, true, touch({ became: "kept", answered: t0 }), 0, 1, "kept"],
  ["the next one is called: what was touched is gone", { ...idle, visit: "3-9f2c-21" }, true, touch({ became: "became", answered: t0 }), 0, 1, "card"],
  ["and does not come back when the line is cut", { ...asked, visit: "3-9f2c-21" }, false, touch({ became: "became", answered: t0 }), 0, 1, "ask"],
  ["the window pauses", { ...idle, show: "wait" }, true, null, 0, 0, "paused"],
  ["the window is closed, or the disk is full", { ...idle, show: "closed" }, true, null, 0, 0, "closed"],
];

test.each(rows)("%s", (_, view, up, touched, opened, seconds, screen) => {
  expect(screenOf(view, up, touched, opened, t0 + seconds * 1000, 0)).toBe(screen);
});

test("the invitation ends by the agent's clock, not the tablet's", () => {
  expect(screenOf(asked, true, null, 0, t0, 121_000)).toBe("card");
  expect(screenOf(asked, true, null, 0, t0 + 121_000, -10_000)).toBe("ask");
});

test("thanks stand two seconds", () => expect(lasts.thanks).toBe(2000));
