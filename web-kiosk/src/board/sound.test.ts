import { expect, test } from "vitest";
import type { Alert } from "./model";
import { news } from "./sound";

const alert = (id: string, change: Partial<Alert> = {}): Alert => ({ id, hall: "city", window: "", kind: "wait", trouble: "", since: "2026-11-18T10:00:00+08:00", detail: {}, ...change });

test.each<[string, string[], Alert[], string]>([
  ["nothing new is silent", ["a"], [alert("a")], ""],
  ["a new alert sounds", ["a"], [alert("a"), alert("b")], "alert"],
  ["a call for help sounds louder", [], [alert("b"), alert("c", { kind: "alarm" })], "alarm"],
  ["what somebody sees to is silent", [], [alert("b", { taken: { at: "2026-11-18T10:01:00+08:00" } })], ""],
  ["a taking that lapsed sounds again", [], [alert("b")], "alert"],
  ["what is gone is silent", ["a"], [], ""],
])("%s", (_, before, alerts, want) => expect(news(new Set(before), alerts)).toBe(want));
