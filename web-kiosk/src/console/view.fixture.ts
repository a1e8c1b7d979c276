// A window in the middle of a day, for tests.
import type { ConsoleView, WindowState } from "../shared/desk";
import type { CaseView } from "./cases";

export function viewOf(state: WindowState, change: Partial<ConsoleView> = {}): ConsoleView {
  const busy = state === "called" || state === "serving";
  return {
    at: "2026-11-18T10:42:12+08:00",
    hall: { id: "qinglan", name: "青澜市政务服务中心" },
    window: { id: "12", floor: "一楼", state, since: "2026-11-18T10:34:00+08:00" },
    staff: { badge: "0317", name: "周敏", unit: "市公安局" },
    visit: busy ? {
      ticket: "A063", item: "居民身份证补领", materials: ["居民户口簿"], called_at: "2026-11-18T10:33:00+08:00",
      served_at: state === "serving" ? "2026-11-18T10:34:00+08:00" : null, calls: 1, rated: false,
    } : null,
    invited: null,
    next: { ticket: "A064", id: "3-9f2c-17", item: "户口迁移", since: "2026-11-18T10:26:00+08:00" },
    waiting: [],
    waiting_count: 1,
    held: [],
    missed: [],
    calls_left: 0,
    today: { served: 16, invited: 16, rated: 11 },
    hub: { up: true, since: "2026-11-18T08:00:00+08:00", stored: 0 },
    faults: [],
    disk: "ok",
    paper: [],
    cases: { open: 0, due: 0, here: 0, seq: 0 },
    ...change,
  };
}

/** A case in the middle of its way. */
export function caseOf(change: Partial<CaseView> = {}): CaseView {
  return {
    id: "3-9f2c-21", number: "QL20261118-3-0017", day: "2026-11-18", state: "accepted", since: "2026-11-18T10:40:00+08:00",
    item: { code: "A01", name: "居民身份证补领", unit: "市公安局", kind: "committed", legal: 40, promised: 20, materials: ["居民户口簿", "数码相片回执"] },
    staff: { badge: "0317", name: "周敏" }, window: "12", applicant: { kind: "person", name: "王**", phone: "****1234" },
    due: { day: "2026-12-16" }, waived: [], ended: false, notices: 0, n: 1, next: ["case.decided", "case.returned", "case.refused"],
    undo: { step: "case.accepted", to: "undone" }, slips: [], ...change,
  };
}
