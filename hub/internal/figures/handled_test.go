package figures

import (
	"slices"
	"testing"
)

// aMonthOfCases is what became of the cases of one small hall: every one that §9 tells apart, in numbers that are all
// different.
func aMonthOfCases() []Case {
	spot := Case{Accepted: true, Decided: true, SameDay: true, OnTheSpot: true, Limited: true, InTime: true, Promised: KnownDays(0), Used: KnownDays(0), Over: true, Trips: 1}
	kept := Case{Accepted: true, Decided: true, Limited: true, InTime: true, Legal: KnownDays(20), Promised: KnownDays(5), Used: KnownDays(4), Over: true, Trips: 2}
	with := func(c Case, change func(*Case)) Case {
		change(&c)
		return c
	}
	var cases []Case
	for _, some := range []struct {
		n int
		c Case
	}{
		{2, Case{Accepted: true, Limited: true, Legal: KnownDays(20), Promised: KnownDays(5)}}, // its clock runs
		{3, Case{Decided: true, Refused: true, SameDay: true, Over: true, Trips: 1}},           // refused at once
		{11, spot}, // no legal limit is published
		{7, with(spot, func(c *Case) { c.Legal = KnownDays(10) })}, // decided on the spot for all that the law allows
		{13, kept},
		{5, with(kept, func(c *Case) { c.InTime, c.Used, c.Trips = false, KnownDays(26), 3 })},                     // later than the law allows
		{4, with(kept, func(c *Case) { c.SameDay, c.Used = true, KnownDays(0) })},                                  // the same day, not on the spot
		{6, with(kept, func(c *Case) { c.Over, c.Trips = false, 1 })},                                              // the result waits for its applicant
		{1, with(kept, func(c *Case) { c.Refused = true })},                                                        // refused after it was accepted
		{9, with(kept, func(c *Case) { c.Limited, c.InTime, c.Legal, c.Promised = false, false, Days{}, Days{} })}, // nothing is published
		{8, with(kept, func(c *Case) { c.Limited, c.InTime, c.Used = false, false, Days{} })},                      // the calendar of a year is not
		{10, with(kept, func(c *Case) { c.Promised = Days{} })},                                                    // nothing is promised
	} {
		for range some.n {
			cases = append(cases, some.c)
		}
	}
	return cases
}

// TestCaseFiguresAreDefinedExactly reads like domain §9: each figure is counted by hand from the same list.
func TestCaseFiguresAreDefinedExactly(t *testing.T) {
	cases := aMonthOfCases()
	var tallies []Tally
	keep := func(k Key, s Sums) { tallies = append(tallies, Tally{k, s}) }
	for _, c := range cases {
		c.Count(Key{Unit: "land", Day: 20780}, Key{Unit: "land", Day: 20781}, keep)
	}
	total := Query{By: ByUnit}.Report(tallies, nil).Total

	cases = slices.DeleteFunc(slices.Clone(cases), func(c Case) bool { return !c.Accepted })
	accepted := func(Case) bool { return true }
	decided := func(c Case) bool { return c.Decided }
	limited := func(c Case) bool { return c.Decided && c.Limited }
	over := func(c Case) bool { return c.Decided && c.Over }
	both := func(c Case) bool { return c.Decided && c.Legal.Known && c.Promised.Known }
	timed := func(c Case) bool { return c.Decided && c.Legal.Known && c.Used.Known }
	sum := func(is func(Case) bool, of func(Case) int) (n int) {
		for _, c := range cases {
			if is(c) {
				n += of(c)
			}
		}
		return n
	}
	of := func(is func(Case) bool) int { return count(cases, is) }
	legal := func(c Case) int { return c.Legal.N }
	for _, c := range []struct {
		rule   string
		figure Figure
		part   int
		of     int
	}{
		{"按时办结率 = decided by due ÷ decided that had a limit", FigureOnTime, of(func(c Case) bool { return limited(c) && c.InTime }), of(limited)},
		{"现场办结率 = decided on the spot ÷ decided", FigureOnTheSpot, of(func(c Case) bool { return c.Decided && c.OnTheSpot }), of(decided)},
		{"总办结率 = decided ÷ accepted", FigureSettled, of(decided), of(accepted)},
		{"日办结率 = decided the same day ÷ accepted", FigureSameDay, of(func(c Case) bool { return c.Decided && c.SameDay }), of(accepted)},
		{"承诺提速率 = (legal − promised) ÷ legal", FigurePromiseSpeedUp, sum(both, func(c Case) int { return c.Legal.N - c.Promised.N }), sum(both, legal)},
		{"办理提速率 = (legal − used) ÷ legal", FigureHandlingSpeedUp, sum(timed, func(c Case) int { return c.Legal.N - c.Used.N }), sum(timed, legal)},
	} {
		if got := c.figure.Of(total.Sums); got != (Share{c.part, c.of}) {
			t.Errorf("%s: %+v, want %d of %d", c.rule, got, c.part, c.of)
		}
		if c.of == 0 || c.part == 0 || c.part == c.of {
			t.Errorf("%s: the example says nothing", c.rule)
		}
	}
	if want := (Ratio{sum(over, func(c Case) int { return c.Trips }), of(over)}); total.Trips() != want {
		t.Errorf("跑动次数 = visits ÷ cases that are over: %+v, want %+v", total.Trips(), want)
	}
	if total.Handled.Refused != 4 {
		t.Errorf("不予受理, at once or after it was accepted: %d, want 4", total.Handled.Refused)
	}
}

// 000: of 12,787 cases 6,649 were decided on the spot, 52 %.
func TestOnTheSpotAsPublished(t *testing.T) {
	s := Sums{Handled: Handled{Decided: 12_787, OnTheSpot: 6_649}}
	if p, ok := s.OnTheSpot().Hundredths(); !ok || p != 5200 {
		t.Errorf("%d, want 52.00 %%", p)
	}
}

// What cannot be known is no zero: it is counted from nothing.
func TestCaseFiguresThatNobodyKnows(t *testing.T) {
	var tallies []Tally
	Case{Accepted: true, Decided: true}.Count(Key{}, Key{}, func(k Key, s Sums) { tallies = append(tallies, Tally{k, s}) })
	total := Query{By: ByHall}.Report(tallies, nil).Total
	for _, f := range []Figure{FigureOnTime, FigurePromiseSpeedUp, FigureHandlingSpeedUp, FigureCame} {
		if p, ok := f.Of(total.Sums).Hundredths(); ok {
			t.Errorf("%s is %d", f, p)
		}
	}
	if n, ok := total.Trips().Hundredths(); ok {
		t.Errorf("trips are %d: the result waits for its applicant still", n)
	}
	for _, f := range []Figure{FigureOnTheSpot, FigureSameDay} {
		if p, ok := f.Of(total.Sums).Hundredths(); !ok || p != 0 {
			t.Errorf("%s is %d, %v: none of one is known", f, p, ok)
		}
	}
}

// A case counts as accepted where and when it was accepted, as decided where and when it was decided.
func TestWhereACaseCounts(t *testing.T) {
	received, decided := Key{Agent: 3, Window: "12", Staff: "0317", Unit: "land", Item: "deed", Day: 20780}, Key{Agent: 3, Window: "4", Staff: "0408", Unit: "land", Item: "deed", Day: 20787}
	for _, c := range []struct {
		rule string
		is   Case
		want []Tally
	}{
		{"accepted", Case{Accepted: true}, []Tally{{received, Sums{Handled: Handled{Received: 1}}}}},
		{"decided", Case{Accepted: true, Decided: true, Limited: true, InTime: true, Over: true, Trips: 2}, []Tally{
			{received, Sums{Handled: Handled{Received: 1, Settled: 1}}},
			{decided, Sums{Handled: Handled{Decided: 1, Limited: 1, InTime: 1, Over: 1, Trips: 2}}}}},
		{"refused at once: never accepted, in no rate", Case{Decided: true, Refused: true, SameDay: true, Over: true, Trips: 1}, []Tally{{decided, Sums{Handled: Handled{Refused: 1}}}}},
		{"undone: a case no more", Case{}, nil},
	} {
		var got []Tally
		c.is.Count(received, decided, func(k Key, s Sums) { got = append(got, Tally{k, s}) })
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %+v, want %+v", c.rule, got, c.want)
		}
	}
}
