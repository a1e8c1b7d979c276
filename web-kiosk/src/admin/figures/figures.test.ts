import { expect, test } from "vitest";
import zh from "../../shared/words/zh.json";
import { groupings, type Cell, type Table } from "./api";
import { askedOf, daysOf, isPeriod, parts, queryOf, ranks, spans, type Span } from "./query";
import { fewOf, headsOf, interval, percent, placesOf, shownOf, sorted, totalOf, wayOfBookings, wayOfCases, worth } from "./table";
import { fileOf } from "./take";

const words = zh as Record<string, string>;
const today = "2026-11-18";

test.each<[Exclude<Span, "own">, string, string, string]>([
  ["month", today, "2026-11-01", today],
  ["last-month", today, "2026-10-01", "2026-10-31"],
  ["last-month", "2027-01-05", "2026-12-01", "2026-12-31"],
  ["last-month", "2028-03-01", "2028-02-01", "2028-02-29"],
  ["quarter", today, "2026-10-01", today],
  ["last-quarter", today, "2026-07-01", "2026-09-30"],
  ["last-quarter", "2027-02-28", "2026-10-01", "2026-12-31"],
  ["year", today, "2026-01-01", today],
  ["last-year", today, "2025-01-01", "2025-12-31"],
])("%s, on %s", (span, on, from, to) => expect(daysOf(span, on)).toEqual({ from, to }));

test("what the address does not say is asked as usual: by unit, of this month, without filters", () => {
  expect(queryOf(askedOf({}, today))).toEqual({ by: "unit", from: "2026-11-01", to: today });
});

test("what the address says otherwise than it may is asked as usual", () => {
  const asked = askedOf({ by: "mood", span: "ever", part: "gauge", hall: ["a", "b"] }, today);
  expect([asked.by, asked.span, asked.part, asked.filters]).toEqual(["unit", "month", "figures", {}]);
});

test("days alone are days of one's own; a span of another name leaves them", () => {
  expect(askedOf({ from: "2026-01-05", to: "2026-02-01" }, today)).toMatchObject({ span: "own", from: "2026-01-05", to: "2026-02-01" });
  expect(askedOf({ span: "last-month", from: "2026-01-05", to: "2026-02-01" }, today)).toMatchObject({ span: "last-month", from: "2026-10-01" });
});

test("filters go to the hub by their names, a ranking is asked for where its part is open", () => {
  const asked = askedOf({ by: "window", part: "rank", hall: "city,江南省/青澜市/", excluded: "1", junk: "x" }, today);
  expect(queryOf(asked)).toEqual({ by: "window", from: "2026-11-01", to: today, hall: "city,江南省/青澜市/", excluded: "1", rank: "1" });
});

test("periods and channels have no places", () => {
  expect(groupings.filter(ranks)).toEqual(["hall", "unit", "window", "staff", "item"]);
  expect(groupings.filter(isPeriod)).toEqual(["day", "week", "month", "quarter", "year"]);
  expect(askedOf({ by: "channel", part: "rank" }, today).part).toBe("figures");
});

const share = (part: number, of: number): Cell => ({ part, of, percent: of ? Math.round((10000 * part) / of) / 100 : null });
const table: Table = {
  name: "统计数据",
  columns: [{ key: "name", name: "窗口", kind: "text" }, { key: "rated", name: "已评价", kind: "integer" }, { key: "satisfaction", name: "满意率", kind: "share" }, { key: "bad", name: "差评率", kind: "share" }],
  rows: [["11", 20, share(19, 20), share(1, 20)], ["12", "不足 5 条", "不足 5 条", "不足 5 条"], ["13", 8, share(8, 8), share(0, 8)], ["14", 0, share(0, 0), share(0, 0)], ["15", 40, share(38, 40), share(2, 40)]],
  total: ["合计", 68, share(65, 68), share(3, 68)],
  origin: { name: "", as_of_name: "", as_of: "", lines: [] },
};
const names = (rows: Cell[][]) => rows.map((r) => r[0]).join(" ");

test("a column sorts greatest first, then least first; what has no number stays last, equals stay as they were", () => {
  expect(names(sorted(table.rows, 2, false))).toBe("13 11 15 12 14");
  expect(names(sorted(table.rows, 2, true))).toBe("11 15 13 12 14");
  expect(names(sorted(table.rows, 1, true))).toBe("14 13 11 15 12");
  expect(names(sorted(table.rows, -1, true))).toBe("11 12 13 14 15");
});

test("a part shows its columns as far as the table has them", () => {
  expect(shownOf(table, "figures").map((c) => [c.key, c.at])).toEqual([["name", 0], ["rated", 1], ["satisfaction", 2], ["bad", 3]]);
  expect(shownOf(table, "repairs").map((c) => c.key)).toEqual(["name"]);
});

test("shares have two places, and none where there is nothing to count from", () => {
  expect([share(65, 68), share(8, 8), share(0, 0)].map((s) => percent(s as never))).toEqual(["95.59%", "100.00%", ""]);
  expect(totalOf(table, "rated")).toBe(68);
  expect(totalOf(table, "mood")).toBeNull();
});

test("a ranking gives a place with the interval of its share; who has too few ratings has words and no place", () => {
  const ranking: Table = {
    ...table,
    columns: ["rank", "name", "satisfaction", "low", "high", "within"].map((key) => ({ key, name: key, kind: "text" })),
    rows: [[1, "甲", share(35, 43), 67.38, 90.26, null], [2, "乙", share(44, 58), 63.4, 85, "差别在误差之内"], ["不足 30 条，不排名", "丙", null, null, null, null]],
  };
  expect(placesOf(ranking).map((p) => [p.rank, p.name, interval(p), p.within])).toEqual([[1, "甲", "67.38% – 90.26%", null], [2, "乙", "63.40% – 85.00%", "差别在误差之内"]]);
  expect(fewOf(ranking)).toEqual([{ name: "丙", why: "不足 30 条，不排名" }]);
});

const counts: Table = {
  ...table,
  columns: ["name", "cases_received", "settled", "same_day", "cases_open", "trips", "bookings", "bookings_came", "bookings_missed"].map((key) => ({ key, name: key, kind: "integer" })),
  rows: [["甲", 4, share(3, 4), share(1, 4), 1, { part: 5, of: 4, ratio: 1.25 }, 0, 0, 0], ["乙", 0, share(0, 0), share(0, 0), 0, { part: 0, of: 0, ratio: null }, 0, 0, 0]],
  total: ["合计", 4, share(3, 4), share(1, 4), 1, { part: 5, of: 4, ratio: 1.25 }, 0, 0, 0],
};

test("the way of cases and of bookings tells the shares of those that began it, and none where nobody did", () => {
  expect(wayOfCases(counts).map((s) => [s.key, s.n, s.share?.percent])).toEqual([["cases_received", 4, undefined], ["same_day", 1, 25], ["settled", 3, 75], ["cases_open", 1, 25]]);
  expect(wayOfBookings(counts).map((s) => s.share?.percent)).toEqual([undefined, null, null, null, null]);
});

test("a ratio has two places, is sorted by, and none where there is nothing to count from", () => {
  expect(counts.rows.map((r) => worth(r[5] as never))).toEqual(["1.25", ""]);
  expect(names(sorted(counts.rows, 5, true))).toBe("甲 乙");
  expect(worth(share(-1, 4) as never)).toBe("-25.00%");
});

test("a file has the name that the hub gave it", () => {
  expect(fileOf('attachment; filename="figures-unit-2026-11-01-2026-11-18.csv"')).toBe("figures-unit-2026-11-01-2026-11-18.csv");
  expect(fileOf("")).toBe("hallpulse");
});

test.each([
  ...spans.map((s) => `figpage.span.${s}`), ...parts.map((p) => `figpage.part.${p}`), ...groupings.flatMap((g) => [`figures.by.${g}`, `figpage.none.${g}`]),
  ...["served", "ratable", "invited", "rated", "defaulted", "unrated", "cases_received", "same_day", "settled", "cases_open", "bookings", "bookings_came", "bookings_missed", "bookings_cancelled", "bookings_awaited"].map((f) => `figpage.funnel.${f}`),
  ...["ratings", "cases", "bookings"].map((w) => `figpage.way.${w}`), ...["cases", "bookings"].flatMap((w) => [`figpage.uncounted.${w}`, `figpage.uncounted.${w}.do`]),
  ...["cases", "speed", "bookings"].flatMap((p) => headsOf(p as never)).flatMap((f) => [`figpage.is.${f}`, `figures.figure.${f}`]),
  ...["participation", "satisfaction", "satisfaction_with_defaults", "very_satisfied", "bad", "repaired", "repaired_in_time", "called_back", "named_repaired"].flatMap((f) => [`figpage.is.${f}`, `figures.figure.${f}`]),
])("%s has words", (key) => expect(words[key]).toBeTruthy());
