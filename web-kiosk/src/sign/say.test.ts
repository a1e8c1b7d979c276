import { expect, test } from "vitest";
import type { SignView, WindowState } from "../shared/desk";
import { said } from "./say";

const view = (state: WindowState, ticket?: string): SignView => ({
  at: "", hall: { id: "h", name: "大厅" }, staff: null, services: [], others: ["12"], window: { id: "11", floor: "一楼", state, since: "", ticket },
});

test.each([
  ["called", "A017", { ticket: "A017", shape: "serving", others: [] }], ["serving", "A017", { ticket: "A017", shape: "serving", others: [] }],
  ["open", undefined, { ticket: "", shape: "waiting", others: [] }], ["paused", undefined, { ticket: "", shape: "closed", others: ["12"] }],
  ["closed", undefined, { ticket: "", shape: "closed", others: ["12"] }], ["open", "A017", { ticket: "", shape: "waiting", others: [] }],
] as const)("a window that is %s with %s", (state, ticket, want) => expect(said(view(state, ticket))).toEqual(want));
