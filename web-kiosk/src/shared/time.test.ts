import { expect, test } from "vitest";
import { clock, date, minutes, secondsUntil, stopwatch } from "./time";

const at = "2026-11-18T10:34:00+08:00";
const then = Date.parse(at);

test("times are Beijing time whatever the browser's zone", () => {
  expect(clock("2026-11-18T02:34:59Z")).toBe("10:34");
  expect(clock("2026-11-17T16:00:00Z")).toBe("00:00");
});

test("the day is said as people say it", () => {
  expect(date(then, "zh")).toBe("11月18日 周三");
  expect(date(then, "en")).toBe("Wed 18 Nov");
});

test.each([
  [0, "0:00", 0],
  [59_999, "0:59", 0],
  [492_000, "8:12", 8],
  [4_092_000, "1:08:12", 68],
  [-5_000, "0:00", 0], // the two clocks differ a little: never a negative time
])("after %d ms the stopwatch shows %s", (ms, shown, whole) => {
  expect(stopwatch(at, then + ms)).toBe(shown);
  expect(minutes(at, then + ms)).toBe(whole);
});

test("a countdown ends at zero", () => {
  expect(secondsUntil(at, then - 1500)).toBe(2);
  expect(secondsUntil(at, then + 1500)).toBe(0);
});
