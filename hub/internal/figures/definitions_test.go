package figures

import (
	"slices"
	"testing"

	"hallpulse/firmware-protocol/hall"
)

// aMonth is what happened in one small hall: every case that §9 tells apart, in numbers that are all different.
func aMonth() ([]Visit, []Repair) {
	times := func(n int, v Visit) []Visit {
		all := make([]Visit, n)
		for i := range all {
			all[i] = v
		}
		return all
	}
	var visits []Visit
	for _, some := range [][]Visit{
		times(3, Visit{}),                         // called, not come
		times(2, Visit{Ended: true}),              // no-shows
		times(1, Visit{Began: true}),              // being served
		times(4, Visit{Began: true, Ended: true}), // cancelled after service began
		times(11, over(Visit{Invited: true, Level: hall.VeryGood, Channel: hall.ChannelPad})),
		times(7, over(Visit{Invited: true, Level: hall.Good, Channel: hall.ChannelQR})),
		times(5, over(Visit{Invited: true, Level: hall.Fair, Channel: hall.ChannelTablet})),
		times(2, over(Visit{Invited: true, Level: hall.Bad, Channel: hall.ChannelPad, Named: true})),
		times(1, over(Visit{Invited: true, Level: hall.VeryBad, Channel: hall.ChannelHotline})),
		times(1, over(Visit{Level: hall.VeryBad, Channel: hall.ChannelSMS})), // rated later, never asked
		times(3, over(Visit{Invited: true, Level: hall.VeryBad, Channel: hall.ChannelPad, Excluded: true})),
		times(6, over(Visit{Invited: true, Default: hall.Fair})),
		times(2, over(Visit{Default: hall.Bad})), // by a pack of another place
		times(9, over(Visit{Invited: true})),     // still in time
	} {
		visits = append(visits, some...)
	}
	repairs := []Repair{
		{}, {}, {Overdue: true},
		{Repaired: true, InTime: true}, {Repaired: true, InTime: true, Named: true, CalledBack: true}, {Repaired: true, Named: true},
		{Named: true}, {Withdrawn: true, Named: true}, {Repaired: true, InTime: true, Excluded: true}, {Excluded: true, Named: true},
	}
	return visits, repairs
}

// TestFiguresAreDefinedExactly reads like domain §9: each figure is counted by hand from the same list, once without
// what was excluded and once with it (domain §4).
func TestFiguresAreDefinedExactly(t *testing.T) {
	visits, repairs := aMonth()
	var tallies []Tally
	keep := func(k Key, s Sums) { tallies = append(tallies, Tally{k, s}) }
	for _, v := range visits {
		v.Count(Key{Unit: "police"}, keep)
	}
	for _, r := range repairs {
		r.Count(Key{Unit: "police"}, keep)
	}

	ratable := func(v Visit) bool { return v.Ratable }
	invited := func(v Visit) bool { return v.Ratable && v.Invited }
	byPerson := func(v Visit) bool { return v.Ratable && v.Level != 0 }
	at := func(levels ...hall.Level) func(Visit) bool {
		return func(v Visit) bool { return v.Ratable && among(v.Level, levels) }
	}
	counted := func(v Visit) bool { return v.Ratable && (v.Level != 0 || v.Default != 0) }
	defaulted := func(v Visit) bool { return v.Ratable && v.Level == 0 && v.Default != 0 }
	countedAt := func(levels ...hall.Level) func(Visit) bool {
		return func(v Visit) bool { return at(levels...)(v) || defaulted(v) && among(v.Default, levels) }
	}
	open := func(v Visit) bool { return v.Ratable && v.Level == 0 && v.Default == 0 }

	opened := func(r Repair) bool { return !r.Withdrawn }
	repaired := func(r Repair) bool { return opened(r) && r.Repaired }
	inTime := func(r Repair) bool { return repaired(r) && r.InTime }
	dueOrDone := func(r Repair) bool { return repaired(r) || opened(r) && r.Overdue }
	named := func(r Repair) bool { return opened(r) && r.Named }
	calledBack := func(r Repair) bool { return named(r) && r.CalledBack }
	namedRepaired := func(r Repair) bool { return named(r) && r.Repaired }

	for _, with := range []bool{false, true} {
		total := Query{By: ByUnit, Excluded: with}.Report(tallies, nil).Total
		visit := func(is func(Visit) bool) int {
			return count(visits, func(v Visit) bool { return is(v) && (with || !v.Excluded) })
		}
		repair := func(is func(Repair) bool) int {
			return count(repairs, func(r Repair) bool { return is(r) && (with || !r.Excluded) })
		}
		for _, c := range []struct {
			rule   string
			figure Figure
			part   int
			of     int
		}{
			{"参评率 = ratings given by a person ÷ ratable visits", FigureParticipation, visit(byPerson), visit(ratable)},
			{"invited ÷ ratable", FigureAsked, visit(invited), visit(ratable)},
			{"满意率 = counted at 3, 4, 5 ÷ counted, without defaults", FigureSatisfaction, visit(at(3, 4, 5)), visit(byPerson)},
			{"满意率 with defaults", FigureSatisfactionWithDefaults, visit(countedAt(3, 4, 5)), visit(counted)},
			{"very satisfied", FigureVerySatisfied, visit(at(5)), visit(byPerson)},
			{"差评率", FigureBad, visit(at(1, 2)), visit(byPerson)},
			{"整改率; withdrawn ones in none", FigureRepaired, repair(repaired), repair(opened)},
			{"按期整改率 = by the deadline ÷ by it or past it", FigureRepairedInTime, repair(inTime), repair(dueOrDone)},
			{"实名差评回访率", FigureCalledBack, repair(calledBack), repair(named)},
			{"实名差评整改率", FigureNamedRepaired, repair(namedRepaired), repair(named)},
		} {
			if got := c.figure.Of(total.Sums); got != (Share{c.part, c.of}) {
				t.Errorf("%s, with excluded: %v: %+v, want %d of %d", c.rule, with, got, c.part, c.of)
			}
			if c.of == 0 {
				t.Errorf("%s: the example says nothing", c.rule)
			}
		}
		n := visit(ratable)
		want := Funnel{
			Served:    count(visits, func(v Visit) bool { return v.Began && v.Ended }), // an exclusion serves nobody less
			Invited:   Share{visit(invited), n},
			Rated:     Share{visit(byPerson), n},
			Defaulted: Share{visit(defaulted), n},
			Unrated:   Share{visit(open), n},
		}
		want.Ratable = Share{n, want.Served}
		if got := total.Funnel(); got != want {
			t.Errorf("served → invited → rated → default, with excluded: %v: %+v, want %+v", with, got, want)
		}
		excluded := count(visits, func(v Visit) bool { return v.Excluded && byPerson(v) })
		if got := total.Excluded.Rated(); got != excluded {
			t.Errorf("excluded ratings are reported: %d, want %d", got, excluded)
		}
		withdrawn := count(repairs, func(r Repair) bool { return r.Withdrawn })
		if got := total.Repairs.Withdrawn; got != withdrawn {
			t.Errorf("withdrawn repairs: %d, want %d", got, withdrawn)
		}
	}
}

func among(l hall.Level, levels []hall.Level) bool {
	for _, one := range levels {
		if l == one {
			return true
		}
	}
	return false
}

func count[T any](all []T, is func(T) bool) int {
	n := 0
	for _, one := range all {
		if is(one) {
			n++
		}
	}
	return n
}

func TestEachFigureHasAName(t *testing.T) {
	seen := map[Figure]bool{}
	s := Sums{Served: 9, Ratable: 8, Invited: 7, Levels: [5]int{1, 1, 1, 1, 1}, Defaults: [5]int{0, 0, 1, 0, 0},
		Repairs: Repairs{Opened: 4, Repaired: 3, InTime: 2, Overdue: 1, Named: 3, CalledBack: 2, NamedRepaired: 1}}
	s.Handled = Handled{Received: 4, Settled: 3, Decided: 3, Limited: 2, PromiseLegal: 40, UsedLegal: 20}
	s.Bookings = Bookings{Booked: 3, Came: 2, Missed: 1}
	for _, f := range slices.Concat(Figures(), CaseFigures(), BookingFigures()) {
		if seen[f] || f.Of(s).Of == 0 {
			t.Errorf("figure %q comes twice or is none", f)
		}
		seen[f] = true
	}
	if got := Figure("nothing").Of(s); got != (Share{}) {
		t.Errorf("what is no figure is %+v", got)
	}
}
