import { expect, test } from "vitest";
import type { ConsoleView } from "../shared/desk";
import { lineOf } from "./line";
import { viewOf } from "./view.fixture";

const away = { up: false, since: "2026-11-18T10:18:00+08:00", stored: 37 };

test.each<[string, Partial<ConsoleView>, boolean, string]>([
  ["all is well", {}, true, "console.line.clear"],
  ["the centre is away: calm", { hub: away }, true, "console.line.hub"],
  ["never enrolled", { hub: { ...away, alone: true } }, true, "console.line.alone"],
  ["a filling disk is less than a missing centre", { disk: "warn", hub: away }, true, "console.line.hub"],
  ["a disk that will stop work is more", { disk: "alarm", hub: away }, true, "console.line.alarm"],
  ["calls are stopped", { disk: "refuse", hub: away }, true, "console.line.refuse"],
  ["nothing can be kept", { disk: "sealed", hub: away }, true, "console.line.sealed"],
  ["a manager was called, and hears it", { alarm: "2026-11-18T10:42:00+08:00", disk: "warn" }, true, "console.alarm.on"],
  ["a manager was called and the centre is away: nobody may hear it", { alarm: "2026-11-18T10:42:00+08:00", hub: away }, true, "console.alarm.away"],
  ["nor where there is no centre", { alarm: "2026-11-18T10:42:00+08:00", hub: { ...away, alone: true } }, true, "console.alarm.away"],
  ["the own program is away: nothing else is known", { disk: "sealed" }, false, "console.line.agent"],
])("%s", (_, change, up, word) => {
  expect(lineOf(viewOf("open", change), up, 0).word).toBe(word);
});

test("only what a person must act on is loud", () => {
  expect(lineOf(viewOf("open", { hub: away }), true, 0).shape).toBe("closed");
  expect(lineOf(viewOf("open", { disk: "alarm" }), true, 0).shape).toBe("attention");
  expect(lineOf(viewOf("open", { alarm: "2026-11-18T10:42:00+08:00", hub: away }), true, 0)).toMatchObject({ shape: "attention", does: "console.alarm.away.do" });
  expect(lineOf(viewOf("open"), true, 0).shape).toBe("");
});
