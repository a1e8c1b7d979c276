package casework

import (
	"math"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/rating"
)

// Deadlines returns until when the case is to be decided by promise 承诺时限 and by law 法定时限: so many working days
// after the day it was accepted, the clock standing while it is returned (domain §7). Days on which the system of its unit
// was down do not count toward the promise; no law lets the legal limit pause (§6). What is done on the spot is due that day.
// Zero: there is no limit, or the clock stands.
func (c Case) Deadlines(law rating.Law, hallID string) (promised, legal hall.Deadline) {
	accepted, ok := c.Last(hall.TypeCaseAccepted)
	if !ok {
		return hall.Deadline{}, hall.Deadline{}
	}
	from := hall.DayOf(accepted.When)
	days := func(n int, stops []hall.Stop) hall.Deadline {
		return law.Calendar.After(from, hall.Span{Days: n, Unit: hall.WorkingDays}, hallID, stops...)
	}
	if c.Legal > 0 {
		legal = days(c.Legal, c.Stops())
	}
	switch {
	case c.Kind == hall.CaseOnTheSpot:
		promised = days(0, nil)
	case c.Promised > 0:
		promised = days(c.Promised, c.PromiseStops())
	}
	return promised, legal
}

// PromiseStops are the times in which the clock of the promise stood: while it was returned, and on days on which the
// system of its unit was down.
func (c Case) PromiseStops() []hall.Stop { return append(c.Stops(), hall.OutageStops(c.Outage)...) }

// DaysDown returns by how many working days outages moved the promise: those on which its clock would have run.
func (c Case) DaysDown() int {
	accepted, ok := c.Last(hall.TypeCaseAccepted)
	if !ok || c.Due.IsZero() || len(c.Outage) == 0 {
		return 0
	}
	var every *hall.Calendar // which of the days are worked is known already
	down := 0
	for _, day := range every.CountIn(hall.NaturalDays, hall.DayOf(accepted.When), c.Due, "", c.PromiseStops()...) {
		if day.Why == hall.DayOutage {
			down++
		}
	}
	return down
}

// Pause says how the promise comes out where the system of the case's unit was down on these days, which are in their
// order: those that are worked, after the one of its acceptance.
func (c Case) Pause(days []hall.Day, law rating.Law, hallID string) []hall.Fact {
	accepted, ok := c.Last(hall.TypeCaseAccepted)
	if !ok || c.Promised == 0 {
		return nil
	}
	var down []hall.Day
	for _, d := range days {
		if works, _ := law.Calendar.Works(d, hallID); works && d > hall.DayOf(accepted.When) {
			down = append(down, d)
		}
	}
	if slices.Equal(down, c.Outage) {
		return nil
	}
	was := c.Due
	c.Outage = down
	to, _ := c.Deadlines(law, hallID)
	return []hall.Fact{hall.DeadlineMoved{Act: hall.Act{About: c.ID.String()}, Of: hall.ClockedCase, From: was, To: to, Outage: down}}
}

// Stops are the times in which the clock stood: from each return to what was brought after it. A return that was undone
// stopped nothing.
func (c Case) Stops() []hall.Stop {
	var stops []hall.Stop
	for _, s := range c.Standing() {
		switch s.Type {
		case hall.TypeCaseReturned:
			stops = append(stops, hall.Stop{From: s.When})
		case hall.TypeCaseResubmitted, hall.TypeCaseRefused:
			if n := len(stops) - 1; n >= 0 && stops[n].To.IsZero() {
				stops[n].To = s.When
			}
		}
	}
	return stops
}

// Recompute says which deadlines come out differently by the law as it is now.
func (c Case) Recompute(law rating.Law, hallID string) []hall.Fact {
	var facts []hall.Fact
	promised, legal := c.Deadlines(law, hallID)
	for _, d := range []struct {
		of       hall.Clocked
		from, to hall.Deadline
		outage   []hall.Day
	}{{hall.ClockedCase, c.Due, promised, c.Outage}, {hall.ClockedCaseLegal, c.Lawful, legal, nil}} {
		if d.from != d.to {
			facts = append(facts, hall.DeadlineMoved{Act: hall.Act{About: c.ID.String()}, Of: d.of, From: d.from, To: d.to, Outage: d.outage})
		}
	}
	return facts
}

// Moved carries a deadline over that was computed again.
func (c Case) Moved(f hall.DeadlineMoved) Case {
	if f.Of == hall.ClockedCaseLegal {
		c.Lawful = f.To
	} else {
		c.Due, c.Outage = f.To, f.Outage
	}
	return c
}

// Rest says who is to act next: it is the first order of lists.
type Rest int

// The rests.
const (
	RestRuns   Rest = iota // its clock runs
	RestStands             // it waits for what the applicant brings
	RestHands              // the result, or the refusal, has not reached the applicant
	RestOver
)

// Rest returns who is to act next.
func (c Case) Rest() Rest {
	switch {
	case c.State == hall.CaseIsAccepted:
		return RestRuns
	case c.State == hall.CaseIsReturned:
		return RestStands
	case c.State == hall.CaseIsRefused, c.State == hall.CaseIsDecided && c.ToDeliver():
		return RestHands
	}
	return RestOver
}

// ToDeliver reports whether what was decided must reach the applicant: a result where the item has one, and every denial.
func (c Case) ToDeliver() bool {
	decision, _ := c.Last(hall.TypeCaseDecided)
	return c.delivers(decision)
}

func (c Case) delivers(decision Step) bool { return c.Delivers || decision.Result == hall.CaseDenied }

// First is the nearer of its two deadlines, the promised one where both are: what lists and boards sort by. Zero: none.
func (c Case) First() hall.Deadline {
	if c.Due.IsZero() {
		return c.Lawful
	}
	return c.Due
}

// Listed is the day by which lists and reviews order it: what has no limit, or whose clock stands, is behind all others.
func (c Case) Listed() hall.Day {
	if first := c.First(); !first.IsZero() {
		return first.Day
	}
	return math.MaxInt32
}

// DaysLate returns by how many working days it is past its nearer deadline, or was when it was decided; 0: it is, or was, in
// time.
func (c Case) DaysLate(now time.Time, law rating.Law, hallID string) int {
	due, end, stops := c.First(), now, c.PromiseStops()
	if c.Due.IsZero() {
		stops = c.Stops()
	}
	if at, ok := c.Decided(); ok {
		end = at
	}
	if due.IsZero() || !end.After(due.End()) {
		return 0
	}
	late := 0
	for _, day := range law.Calendar.Count(due.Day, hall.Deadline{Day: hall.DayOf(end)}, hallID, stops...) {
		late = max(late, day.N)
	}
	return late
}

// Decided returns when it was decided or refused; false where it was not.
func (c Case) Decided() (time.Time, bool) {
	for _, t := range []hall.Type{hall.TypeCaseDecided, hall.TypeCaseRefused} {
		if s, ok := c.Last(t); ok {
			return s.When, true
		}
	}
	return time.Time{}, false
}
