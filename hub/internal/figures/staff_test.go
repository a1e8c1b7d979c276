package figures

import (
	"errors"
	"testing"

	"hallpulse/firmware-protocol/hall"
)

// monthsOf makes a report on one clerk's months, each with as many ratings of 5 as told.
func monthsOf(t testing.TB, q Query, ratings map[string]int) Report {
	var tallies []Tally
	for d, n := range ratings {
		v := over(Visit{Level: hall.VeryGood, Channel: hall.ChannelPad, Named: true})
		for range n {
			tallies = append(tallies, counted(v, Key{Agent: 1, Staff: "0317", Day: day(t, d)})...)
		}
		tallies = append(tallies, counted(over(Visit{Default: hall.Fair}), Key{Agent: 1, Staff: "0317", Day: day(t, d)})...)
	}
	tallies = append(tallies, Tally{Key{Agent: 1, Staff: "0317", Day: day(t, "2026-02-15")}, Sums{Handled: Handled{Received: 3, Settled: 2}}})
	return q.Report(tallies, map[uint32]string{1: "city"})
}

// The person rated never sees a single level, only sums of n ≥ 5 (domain §4).
func TestForStaff(t *testing.T) {
	q := Query{By: ByMonth, From: day(t, "2026-01-01"), To: day(t, "2026-04-30"), Halls: []string{"city"}, Staff: "0317"}
	r := monthsOf(t, q, map[string]int{"2026-01-15": 5, "2026-02-15": 4, "2026-03-31": 20, "2026-04-02": 30})
	shown, err := r.ForStaff(5, day(t, "2026-04-29"))
	if err != nil {
		t.Fatal(err)
	}
	for i, c := range []struct {
		rule   string
		month  string
		rated  int
		few    bool
		served int
	}{
		{"five are enough", "2026-01", 5, false, 6},
		{"four are too few: visits alone", "2026-02", 0, true, 5},
		{"a month that is settled", "2026-03", 20, false, 21},
	} {
		row := shown.Rows[i]
		if row.ID != c.month || row.Rated() != c.rated || row.Few != c.few || row.Served != c.served {
			t.Errorf("%s: %s %d rated, few: %v, %d served", c.rule, row.ID, row.Rated(), row.Few, row.Served)
		}
		if row.Named != 0 || !row.Excluded.IsZero() || !row.Platform.IsZero() {
			t.Errorf("%s: tells who rated or what was left out: %+v", c.rule, row)
		}
		if c.few && row.Defaulted() != 0 {
			t.Errorf("%s: what is left of the ratable gives the number away: %+v", c.rule, row.Sums)
		}
	}
	if len(shown.Rows) != 3 {
		t.Errorf("a month whose ratings still come could be watched: %d rows", len(shown.Rows))
	}
	if got := (Share{2, 3}); shown.Rows[1].Settled() != got || shown.Total.Settled() != got {
		t.Errorf("his cases tell of no rating: %+v", shown.Rows[1].Handled)
	}
	if got := shown.Total.Participation(); got != (Share{25, 27}) {
		t.Errorf("the total holds more than the months that are shown: %+v, want 25 of 27", got)
	}
}

// What overlaps could be subtracted: it is refused.
func TestForStaffRefusesWhatOverlaps(t *testing.T) {
	good := Query{By: ByMonth, From: day(t, "2026-01-01"), To: day(t, "2026-04-30"), Halls: []string{"city"}, Staff: "0317"}
	for rule, change := range map[string]func(*Query){
		"weeks beside months":          func(q *Query) { q.By = ByWeek },
		"a quarter beside its months":  func(q *Query) { q.By = ByQuarter },
		"persons beside each other":    func(q *Query) { q.By = ByStaff },
		"all but the last day":         func(q *Query) { q.To-- },
		"all but the first day":        func(q *Query) { q.From++ },
		"one item":                     func(q *Query) { q.Item = "id-card" },
		"one window":                   func(q *Query) { q.Window = "12" },
		"one unit":                     func(q *Query) { q.Unit = "police" },
		"one channel":                  func(q *Query) { q.Channel = hall.ChannelPad },
		"with what was excluded":       func(q *Query) { q.Excluded = true },
		"everybody":                    func(q *Query) { q.Staff = "" },
		"the same badge in many halls": func(q *Query) { q.Halls = nil },
	} {
		q := good
		change(&q)
		if _, err := monthsOf(t, q, nil).ForStaff(5, q.To); !errors.Is(err, ErrNotForStaff) {
			t.Errorf("%s: %v", rule, err)
		}
	}
	if _, err := monthsOf(t, good, nil).ForStaff(5, good.To); err != nil {
		t.Errorf("whole months: %v", err)
	}
}
