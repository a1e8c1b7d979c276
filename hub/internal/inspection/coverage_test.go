package inspection

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallpulse/firmware-protocol/hall"
)

// hour is so many hours after midnight of 23 November 2026.
func hour(n int) time.Time {
	return time.Date(2026, 11, 23, n, 0, 0, 0, hall.Beijing())
}

// still stands for a time that has not ended.
const still = 999

func hours(pairs ...int) []Times {
	var all []Times
	for n := 0; n < len(pairs); n += 2 {
		s := Times{From: hour(pairs[n])}
		if pairs[n+1] != still {
			s.To = hour(pairs[n+1])
		}
		all = append(all, s)
	}
	return all
}

// Domain §5 (001 三覆盖): the share of what could be rated, each gap named with since when.
func TestCoverage(t *testing.T) {
	for _, c := range []struct {
		rule    string
		there   []Times
		ratable []Times
		things  int
		gaps    []Gap
	}{
		{"staffed, and its pad works all the time", hours(9, 17), hours(0, still), 1, nil},
		{"not there in the period: it is not asked for", hours(30, 40), nil, 0, nil},
		{"there before the period: it is not asked for", hours(-9, 0), nil, 0, nil},
		{"without pad or QR from the start", hours(9, 17), nil, 1, []Gap{{"w", hour(9), hour(17)}}},
		{"the pad fails at noon and hangs there still", hours(9, still), hours(9, 12), 1, []Gap{{"w", hour(12), time.Time{}}}},
		{"the gap began before the period: it is told since when", hours(-20, still), hours(-20, -3, 5, still), 1, []Gap{{"w", hour(-3), hour(5)}}},
		{"a gap that was over before the period is none of it", hours(-20, still), hours(-20, -9, -3, still), 1, nil},
		{"pad and QR one after the other leave no gap", hours(9, 17), hours(9, 12, 12, 17), 1, nil},
		{"pad and QR at once", hours(9, 17), hours(8, 13, 12, 18), 1, nil},
		{"two gaps, the longer one first", hours(6, 17), hours(8, 10, 15, 17), 1, []Gap{{"w", hour(10), hour(15)}, {"w", hour(6), hour(8)}}},
		{"nobody sits there: no gap, whatever the pad does", hours(9, 12, 14, 17), hours(8, 12, 14, 18), 1, nil},
		{"as long as the grace is none", hours(9, 17), hours(10, 17), 1, nil},
		{"a time that ends before it begins is none", hours(9, 17, 20, 19), hours(9, 17, 5, 4), 1, nil},
	} {
		t.Run(c.rule, func(t *testing.T) {
			things := []Thing{{"w", c.there, c.ratable}}
			got := CoverageOf(hour(0), hour(24), time.Hour, nil, things, nil)
			whole := c.things
			if len(c.gaps) > 0 {
				whole = 0
			}
			if got.Windows.Things != c.things || got.Windows.Whole != whole || !slices.EqualFunc(got.Windows.Gaps, c.gaps, func(a, b Gap) bool {
				return a.Name == b.Name && a.Since.Equal(b.Since) && a.Until.Equal(b.Until)
			}) {
				t.Errorf("%+v, want %d things, gaps %v", got.Windows, c.things, c.gaps)
			}
			if got.Items.Things != 0 || got.Channels.Things != 0 {
				t.Errorf("%+v", got)
			}
		})
	}
}

// Minute by minute, a gap is where the thing was there and could not be rated, and nowhere else.
func TestCoverageMinuteByMinute(t *testing.T) {
	draw := func(t *rapid.T, name string) []Times {
		return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Times {
			s := Times{From: hour(rapid.IntRange(-6, 30).Draw(t, "from"))}
			if rapid.Bool().Draw(t, "ended") {
				s.To = s.From.Add(time.Duration(rapid.IntRange(-2, 9).Draw(t, "hours")) * time.Hour)
			}
			return s
		}), 0, 5).Draw(t, name)
	}
	in := func(all []Times, at time.Time) bool {
		return slices.ContainsFunc(all, func(s Times) bool { return !at.Before(s.From) && (s.To.IsZero() || at.Before(s.To)) })
	}
	rapid.Check(t, func(t *rapid.T) {
		there, ratable := draw(t, "there"), draw(t, "ratable")
		gaps := cover(hour(0), hour(24), 0, []Thing{{"w", there, ratable}}).Gaps
		for at := hour(0).Add(30 * time.Minute); at.Before(hour(24)); at = at.Add(time.Hour) {
			want := in(there, at) && !in(ratable, at)
			got := slices.ContainsFunc(gaps, func(g Gap) bool { return in([]Times{{g.Since, g.Until}}, at) })
			if got != want {
				t.Fatalf("at %v: in a gap %v, want %v; there %v, ratable %v, gaps %v", at, got, want, there, ratable, gaps)
			}
		}
	})
}
