import { describe, expect, it } from "vitest";
import { asksOf, lacksLevel, levels, nothing, type CalledVisit } from "./api";

const visit: CalledVisit = { visit: "1-9f2c-1", number: "A063", hall_name: "市政务服务大厅", where: "一楼 12 号窗口", item_name: "居民身份证补领", when: "2026-11-18T02:31:00Z", state: "open" };

describe("what a caller is asked", () => {
  it("is asked for his rating while there is time, a press or not", () => {
    for (const [state, rating] of [["open", true], ["pressed", true], ["rated", false], ["late", false]] as const) {
      expect(asksOf({ ...visit, state })).toEqual({ rating, repair: false });
    }
  });
  it("is asked about the repair where he can rate it", () => {
    expect(asksOf({ ...visit, state: "rated", repair: { seen: 4, unit_name: "市公安局", answer: "好了", until: "2026-11-25" } })).toEqual({ rating: false, repair: true });
  });
  it("no level is chosen for him", () => {
    expect(nothing().level).toBe(0);
    expect(lacksLevel(nothing())).toBe(true);
    for (const level of [...levels]) expect(lacksLevel({ level })).toBe(false);
    for (const level of [0, 6, -1, Number.NaN]) expect(lacksLevel({ level })).toBe(true);
  });
  it("the five levels stand best first, as everywhere", () => expect(levels).toEqual([5, 4, 3, 2, 1]));
});
