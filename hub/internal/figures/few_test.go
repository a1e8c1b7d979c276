package figures

import (
	"testing"

	"hallpulse/firmware-protocol/hall"
)

// Who sees no single level sees only sums of n ≥ 5, and cannot take the rest away from the total (domain §4; design §7).
func TestWithoutFew(t *testing.T) {
	var tallies []Tally
	rate := func(window string, v Visit, n int) {
		for range n {
			tallies = append(tallies, counted(over(v), Key{Agent: 1, Window: window, Day: day(t, "2026-11-18")})...)
		}
	}
	good, out := Visit{Level: hall.VeryGood, Channel: hall.ChannelPad}, Visit{Level: hall.VeryBad, Channel: hall.ChannelPad, Excluded: true}
	rate("1", good, 5)
	rate("2", good, 4)
	rate("3", Visit{}, 3)
	rate("4", good, 9)
	rate("4", out, 1)
	tallies = append(tallies, Tally{Key{Agent: 1, Window: "2", Day: day(t, "2026-11-18")}, Sums{Handled: Handled{Received: 1, Settled: 1}}})
	q := Query{By: ByWindow, From: day(t, "2026-11-01"), To: day(t, "2026-11-30")}
	for _, c := range []struct {
		rule     string
		excluded bool
		few      []bool
		rated    int
	}{
		{"four ratings are hidden, none are not", false, []bool{false, true, false, false}, 14},
		{"with what was excluded a row would tell the one that was", true, []bool{false, true, false, true}, 5},
	} {
		q.Excluded = c.excluded
		r := q.Report(tallies, map[uint32]string{1: "city"}).WithoutFew(5)
		for i, row := range r.Rows {
			if row.Few != c.few[i] || row.Few && (row.Rated() > 0 || row.Defaulted() > 0 || !row.Excluded.IsZero()) || row.Served == 0 {
				t.Errorf("%s: window %s %+v", c.rule, row.ID, row)
			}
		}
		if one := (Share{1, 1}); r.Rows[1].Settled() != one || r.Total.Settled() != one {
			t.Errorf("%s: a case tells of no rating, and is hidden", c.rule)
		}
		if r.Total.Rated() != c.rated || r.Least != 5 {
			t.Errorf("%s: the total counts %d ratings, want %d", c.rule, r.Total.Rated(), c.rated)
		}
	}
}
