import { describe, expect, it } from "vitest";
import type { Row } from "./api";
import { groupsOf, shapeOf, spanOf } from "./groups";

const today = "2026-11-18"; // a Wednesday
const row = (state: Row["state"], due?: string, delivers = true): Row => ({ id: `${state}${due ?? ""}`, number: "1", state, delivers, kind: "committed", item_name: "", unit_name: "", hall_name: "",
  ...(due && { due }), provisional: false, overdue: 0, version: 1 });

describe("cases due first (domain §7)", () => {
  it.each([
    ["past its last day", row("accepted", "2026-11-17"), "overdue"],
    ["its last day", row("accepted", "2026-11-18"), "today"],
    ["until Sunday", row("accepted", "2026-11-22"), "week"],
    ["the week after", row("accepted", "2026-11-29"), "next"],
    ["after that", row("accepted", "2026-11-30"), "later"],
    ["without a limit", row("accepted"), "open"],
    ["the clock stands", row("returned"), "returned"],
    ["to be handed over", row("decided", "2026-11-17"), "hands"],
    ["decided, with nothing to hand over", row("decided", "2026-11-17", false), "over"],
    ["a refusal not yet handed over", row("refused"), "hands"],
    ["handed over", row("told"), "over"],
    ["no case any more", row("undone"), "over"],
  ] as const)("%s", (_, one, span) => expect(spanOf(one, today)).toBe(span));

  it("groups stand in the order of the rows", () => {
    const rows = [row("accepted", "2026-11-17"), row("accepted", "2026-11-18"), row("returned"), row("accepted", "2026-11-16")];
    expect(groupsOf(rows, today).map((g) => [g.span, g.rows.length])).toEqual([["overdue", 2], ["today", 1], ["returned", 1]]);
  });

  it("what is due is loud, what is over is quiet", () => {
    expect([row("accepted", "2026-11-18"), row("accepted", "2026-11-30"), row("returned"), row("told")].map((r) => shapeOf(r, today))).toEqual(["attention", "serving", "waiting", "closed"]);
  });
});
