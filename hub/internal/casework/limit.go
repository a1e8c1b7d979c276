package casework

import (
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/rating"
)

// Deadlines returns until when the case is to be decided by promise 承诺时限 and by law 法定时限: so many working days
// after the day it was accepted, the clock standing while it is returned (domain §7). What is done on the spot is due that
// day. Zero: there is no limit, or the clock stands.
func (c Case) Deadlines(law rating.Law, hallID string) (promised, legal hall.Deadline) {
	accepted, ok := c.Last(hall.TypeCaseAccepted)
	if !ok {
		return hall.Deadline{}, hall.Deadline{}
	}
	from, stops := hall.DayOf(accepted.When), c.Stops()
	days := func(n int) hall.Deadline {
		return law.Calendar.After(from, hall.Span{Days: n, Unit: hall.WorkingDays}, hallID, stops...)
	}
	if c.Legal > 0 {
		legal = days(c.Legal)
	}
	if c.Promised > 0 || c.Kind == hall.CaseOnTheSpot {
		promised = days(c.Promised)
	}
	return promised, legal
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
	}{{hall.ClockedCase, c.Due, promised}, {hall.ClockedCaseLegal, c.Lawful, legal}} {
		if d.from != d.to {
			facts = append(facts, hall.DeadlineMoved{Act: hall.Act{About: c.ID.String()}, Of: d.of, From: d.from, To: d.to})
		}
	}
	return facts
}

// Moved carries a deadline over that was computed again.
func (c Case) Moved(f hall.DeadlineMoved) Case {
	if f.Of == hall.ClockedCaseLegal {
		c.Lawful = f.To
	} else {
		c.Due = f.To
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
	case c.State == hall.CaseIsRefused, c.State == hall.CaseIsDecided && c.Delivers:
		return RestHands
	}
	return RestOver
}

// First is the nearer of its two deadlines, the promised one where both are: what lists and boards sort by. Zero: none.
func (c Case) First() hall.Deadline {
	if c.Due.IsZero() {
		return c.Lawful
	}
	return c.Due
}

// DaysLate returns by how many working days it is past its nearer deadline, or was when it was decided; 0: it is, or was, in
// time.
func (c Case) DaysLate(now time.Time, law rating.Law, hallID string) int {
	due, end := c.First(), now
	if at, ok := c.Decided(); ok {
		end = at
	}
	if due.IsZero() || !end.After(due.End()) {
		return 0
	}
	late := 0
	for _, day := range law.Calendar.Count(due.Day, hall.Deadline{Day: hall.DayOf(end)}, hallID, c.Stops()...) {
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
