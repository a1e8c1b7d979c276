package figures

import (
	"testing"

	"pgregory.net/rapid"

	"hallpulse/firmware-protocol/hall"
)

func day(t testing.TB, s string) hall.Day {
	t.Helper()
	d, err := hall.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Periods are Beijing days; weeks are those of ISO 8601, which end a year where they like.
func TestPeriods(t *testing.T) {
	for _, c := range []struct {
		by             By
		day            string
		name, from, to string
	}{
		{ByDay, "2026-07-28", "2026-07-28", "2026-07-28", "2026-07-28"},
		{ByWeek, "2026-07-27", "2026-W31", "2026-07-27", "2026-08-02"},
		{ByWeek, "2026-08-02", "2026-W31", "2026-07-27", "2026-08-02"},
		{ByWeek, "2027-01-01", "2026-W53", "2026-12-28", "2027-01-03"},
		{ByWeek, "2024-12-30", "2025-W01", "2024-12-30", "2025-01-05"},
		{ByWeek, "1969-12-31", "1970-W01", "1969-12-29", "1970-01-04"},
		{ByMonth, "2024-02-29", "2024-02", "2024-02-01", "2024-02-29"},
		{ByMonth, "2026-02-01", "2026-02", "2026-02-01", "2026-02-28"},
		{ByMonth, "2026-12-31", "2026-12", "2026-12-01", "2026-12-31"},
		{ByQuarter, "2026-01-01", "2026-Q1", "2026-01-01", "2026-03-31"},
		{ByQuarter, "2026-06-30", "2026-Q2", "2026-04-01", "2026-06-30"},
		{ByQuarter, "2026-12-31", "2026-Q4", "2026-10-01", "2026-12-31"},
		{ByYear, "2024-02-29", "2024", "2024-01-01", "2024-12-31"},
	} {
		p, name := c.by.Of(day(t, c.day))
		if name != c.name || p.From.String() != c.from || p.To.String() != c.to {
			t.Errorf("%s of %s: %s, %s to %s; want %s, %s to %s", c.by, c.day, name, p.From, p.To, c.name, c.from, c.to)
		}
	}
}

// Periods of one grouping follow each other without a hole, each day lies in one, and no two have a name in common.
func TestPeriodsTileTime(t *testing.T) {
	for _, by := range []By{ByDay, ByWeek, ByMonth, ByQuarter, ByYear} {
		seen := map[string]bool{}
		end := day(t, "2040-01-01")
		for d := day(t, "2019-12-30"); d < end; {
			p, name := by.Of(d)
			if p.From > d || p.To < d || seen[name] {
				t.Fatalf("%s %s: %s to %s does not hold %s, or comes twice", by, name, p.From, p.To, d)
			}
			for in := max(p.From, d); in <= p.To; in++ {
				if same, _ := by.Of(in); same != p {
					t.Fatalf("%s of %s is %v, of %s it is %v", by, d, p, in, same)
				}
			}
			seen[name] = true
			d = p.To + 1
		}
	}
}

func TestGroupingsAreClosed(t *testing.T) {
	for _, b := range Groupings() {
		if !b.Valid() {
			t.Errorf("%s is not valid", b)
		}
		if p, name := b.Of(20780); b.IsPeriod() != (name != "") || b.IsPeriod() != (p != Period{}) {
			t.Errorf("%s: period %v %q", b, p, name)
		}
	}
	if By("person").Valid() || By("").Valid() {
		t.Error("what is no grouping is one")
	}
}

// Numbers in names are compared by value, and the order is one order for all.
func TestNumberedOrder(t *testing.T) {
	order := []string{"#2", "#10", "1", "2", "9", "10", "10A", "10B2", "10B10", "A-2", "A-10", "a", "一", "一2", "一10", ""}
	for i, a := range order {
		for j, b := range order {
			got := compareNumbered(a, b)
			if want := i - j; got < 0 != (want < 0) || got > 0 != (want > 0) {
				t.Errorf("%q and %q: %d", a, b, got)
			}
		}
	}
	text := rapid.StringOfN(rapid.SampledFrom([]rune("019a-一")), 0, 6, -1)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := text.Draw(t, "a"), text.Draw(t, "b"), text.Draw(t, "c")
		if (compareNumbered(a, b) == 0) != (a == b) || compareNumbered(a, b) != -compareNumbered(b, a) {
			t.Fatalf("%q and %q", a, b)
		}
		if compareNumbered(a, b) < 0 && compareNumbered(b, c) < 0 && compareNumbered(a, c) >= 0 {
			t.Fatalf("%q < %q < %q", a, b, c)
		}
	})
}
