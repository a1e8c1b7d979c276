import { expect, test } from "vitest";
import zh from "../../shared/words/zh.json";
import { asked, fileAddress, type Road } from "./api";
import { filtersOf } from "./filters";
import { stepsOf } from "./road";

const words = zh as Record<string, string>;

const road = (change: Partial<Road>): Road => ({
  id: "1-0001-2", at: "2026-11-18T10:12:00+08:00", hall: "city", hall_name: "市大厅", window: "12", unit: "police", unit_name: "市公安局", item: "A01", item_name: "补领",
  opened: "2026-11-18T10:00:00+08:00", served: "2026-11-18T10:01:00+08:00", ended: "2026-11-18T10:11:00+08:00", outcome: "finished", invited: true, state: "rated", answers: [], as_of: "", ...change,
});
const course = (change: Partial<Road>) => stepsOf(road(change)).map((s) => s.what + (s.stands === "now" ? "!" : "")).join(" ");

test.each<[string, Partial<Road>, string]>([
  ["rated at the window", { level: 5 }, "opened served ended invited rated"],
  ["rated, and its reader may not know how", {}, "opened served ended invited rated-hidden"],
  ["bad: a repair follows", { level: 1, repair: { id: "1", number: "R-7", state: "open" } }, "opened served ended invited rated repair"],
  ["nobody was asked, and the ticket was used later", { level: 4, invited: false }, "opened served ended not-invited rated"],
  ["nobody rated yet", { state: "open" }, "opened served ended invited open!"],
  ["nobody rated in time, its agent is not heard", { state: "awaiting-agent", awaiting: { agent: "a", since: "" } }, "opened served ended invited awaiting!"],
  ["the default", { state: "default", entered: { level: 3, at: "x", lost: false, displaced: false } }, "opened served ended invited default"],
  ["a default that an answer displaced", { level: 2, entered: { level: 3, at: "x", lost: false, displaced: true } }, "opened served ended invited rated displaced"],
  ["nobody came", { state: "not-ratable", outcome: "missed", served: undefined as never, invited: false }, "opened missed not-ratable"],
])("%s", (_, change, want) => expect(course(change)).toBe(want));

test("the list of defaults is a view of the page and a flag of the hub", () => {
  expect(asked({ view: "default", hall: "city" })).toEqual({ hall: "city", default: "1" });
  expect(asked({ view: "given", level: "1,2" })).toEqual({ level: "1,2" });
});

test.each<[string, boolean, boolean, string]>([
  ["who sees levels asks for them", true, false, "hall unit window staff item level channel named missing withheld excluded from to"],
  ["who sees none cannot, nor learn of a bad one by its missing reason", false, false, "hall unit window staff item channel named withheld excluded from to"],
  ["what nobody gave has no channel and no words", true, true, "hall unit window staff item from to"],
])("%s", (_, level, byDefault, want) => {
  const choices = { windows: [], staff: [], units: [], items: [], level, export: false };
  expect(filtersOf(choices, byDefault, (key) => words[key] ?? key).map((f) => f.name).join(" ")).toBe(want);
});

test("a file holds what the list is narrowed to", () => {
  expect(fileAddress({ view: "given", level: "1,2", from: "2026-11-01" }, "csv", "en")).toBe("/api/ratings/export?format=csv&from=2026-11-01&lang=en&level=1%2C2");
});

test.each([
  ...["opened", "served", "ended", "missed", "invited", "not-invited", "rated", "rated-hidden", "default", "displaced", "awaiting", "open", "repair", "not-ratable"].map((s) => `ratings.step.${s}`),
  ...["counted", "replaced", "follow-up", "repeat", "unbound", "late", "pending", "not-ratable", "drafted", "elsewhere"].map((s) => `ratings.standing.${s}`),
  ...["not-ratable", "rated", "open", "awaiting-agent", "default", "default-lost"].map((s) => `ratings.state.${s}`),
  ...["pad", "tablet", "qr", "kiosk", "web", "hotline", "sms", "sticker", "default"].map((c) => `ratings.channel.${c}`),
  ...["named", "withheld", "excluded", "replaced", "follow-up", "integrity", "lost", "missing", "down", "assisted"].map((m) => `ratings.mark.${m}`),
])("%s has words", (key) => expect(words[key]).toBeTruthy());
