// A small board for tests: two halls, each with windows 11 and 12.
import type { Hall, Snapshot, Sums, Window } from "./model";

export const sums: Sums = { served: 16, invited: 16, ratable: 16, rated: 11, bad: 1, satisfied: 10 };

export function windowOf(hall: string, id: string, change: Partial<Window> = {}): Window {
  return {
    hall, id, floor: "一楼", floor_en: "Ground floor", unit: "市公安局", unit_en: "Police", services: ["A"], service: "户籍证照", state: "serving", since: "2026-11-18T10:34:00+08:00",
    staff: null, ticket: "A058", item: "居民身份证补领", waiting: 5, stale: false, faults: [], ...change,
  };
}

export function hallOf(id: string, change: Partial<Hall> = {}): Hall {
  return {
    id, name: id === "city" ? "市政务服务大厅" : "白杨镇便民服务中心", agent: { name: `${id}-1`, link: "up" }, floors: ["一楼"],
    queue: [{ letter: "A", name: "户籍证照", waiting: 5 }], waiting: 5, sums,
    windows: [windowOf(id, "11"), windowOf(id, "12", { ticket: "A063" })], ...change,
  };
}

export function boardOf(change: Partial<Snapshot> = {}): Snapshot {
  return {
    kind: "snapshot", n: 7, at: "2026-11-18T10:42:10+08:00", centre: "青澜市政务服务中心", view: "desk",
    halls: [hallOf("city"), hallOf("town")], sums, alerts: [], ...change,
  };
}
