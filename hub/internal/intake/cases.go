package intake

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/casework"
	"hallpulse/hub/internal/figures"
	"hallpulse/hub/internal/rating"
)

// A case 办件 has two rows: what its steps make of it, and beside the visits of its ticket a row of their kind and of the
// case's id, by which it is rated (一事一评). So answers, defaults, repairs, sums and reminders are those of visits.

// Case is a case, and how many working days its decision took: by the calendar as it was known when the last step was
// told, or its deadline moved.
type Case struct {
	casework.Case
	Used figures.Days `json:"used,omitzero"`
}

// used counts the working days from acceptance to decision as a limit does: the day of acceptance is none of them, nor is
// one at whose end the clock stood. Not known: it is not decided, or the calendar of a year between is not published.
func used(c casework.Case, law rating.Law, hallID string) figures.Days {
	accepted, ok := c.Last(hall.TypeCaseAccepted)
	decided, done := c.Decided()
	if !ok || !done {
		return figures.Days{}
	}
	n, from, to := 0, hall.DayOf(accepted.When), hall.DayOf(decided)
	for year := (from + 1).Year(); from < to && year <= to.Year(); year++ {
		if _, published := law.Calendar.Published(year); !published {
			return figures.Days{}
		}
	}
	for _, day := range law.Calendar.Count(from, hall.Deadline{Day: to}, hallID, c.Stops()...) {
		n = max(n, day.N)
	}
	return figures.KnownDays(n)
}

// Count tells where the case counts, and as what: at the unit that owns its item, as accepted and as decided where and
// when it was.
func (c *Case) Count(tally func(figures.Key, figures.Sums)) {
	if !c.Known() {
		return
	}
	at := func(s casework.Step) figures.Key {
		return figures.Key{Agent: c.ID.Agent, Window: s.Window, Staff: s.Staff, Unit: c.Unit, Item: c.Item, Day: hall.DayOf(s.When)}
	}
	accepted, isAccepted := c.Last(hall.TypeCaseAccepted)
	refusal, refused := c.Last(hall.TypeCaseRefused)
	decision, decided := c.Last(hall.TypeCaseDecided)
	if !decided {
		decision, decided = refusal, refused
	}
	due, rest := c.First(), c.Rest()
	figures.Case{
		Accepted: isAccepted, Decided: decided, Refused: refused,
		SameDay:   hall.DayOf(accepted.When) == hall.DayOf(decision.When),
		OnTheSpot: !c.Opened.IsZero() && decision.Visit == c.Opened,
		Limited:   !due.IsZero() && !due.Provisional, InTime: !decision.When.After(due.End()),
		Legal:    figures.Days{N: c.Legal, Known: c.Legal > 0},
		Promised: figures.Days{N: c.Promised, Known: c.Promised > 0 || c.Kind == hall.CaseOnTheSpot},
		Used:     c.Used, Over: rest == casework.RestOver, Trips: c.trips(),
	}.Count(at(accepted), at(decision), tally)
}

// trips counts the visits in which one of its steps was taken.
func (c *Case) trips() int {
	visits := map[hall.ID]bool{}
	for _, s := range c.Standing() {
		if !s.Visit.IsZero() {
			visits[s.Visit] = true
		}
	}
	return len(visits)
}

// Notice is a notice slip 一次性告知单: all that is missing, told once. A second one for a case, or for a visit, can be
// counted.
type Notice struct {
	hall.NoticePrinted
	Printed time.Time
}

// wrongCase says why an agent cannot mean a step of a case.
func wrongCase(s speaker, f hall.Step) uplink.Why {
	on := f.On()
	if s.agent == 0 {
		return uplink.WhyForeign
	}
	if why := cmp.Or(s.own(on.Case), s.maybe(on.Visit)); why != "" {
		return why
	}
	switch f := f.(type) {
	case hall.CaseAccepted:
		return wrongOpening(s, f.CaseOpening)
	case hall.CaseReturned:
		return s.own(f.Notice)
	case hall.CaseDecided:
		if f.Result != hall.CaseGranted && f.Result != hall.CaseDenied {
			return uplink.WhyMalformed
		}
	case hall.CaseDelivered:
		if !slices.Contains(hall.DeliveryRoads(), f.Road) {
			return uplink.WhyMalformed
		}
	case hall.CaseRefused:
		if !slices.Contains(hall.CaseRefusedWhys(), f.Why) {
			return uplink.WhyMalformed
		}
		if f.Opening != nil {
			return wrongOpening(s, *f.Opening)
		}
	case hall.CaseUndone:
		if f.Step == "" || f.Step == hall.TypeCaseUndone {
			return uplink.WhyMalformed
		}
	}
	return ""
}

func wrongOpening(s speaker, o hall.CaseOpening) uplink.Why {
	if o.Number == "" || o.Item == "" || o.Kind != hall.CaseOnTheSpot && o.Kind != hall.CaseCommitted ||
		o.Legal < 0 || o.Promised < 0 || max(o.Legal, o.Promised) > hall.MaxSpan {
		return uplink.WhyMalformed
	}
	if !wellWaived(o.Waived) {
		return uplink.WhyMalformed
	}
	return s.ticket(o.Ticket)
}

// wellWaived reports whether each material that is not asked for has its name and one of the reasons.
func wellWaived(all []hall.Waived) bool {
	return !slices.ContainsFunc(all, func(w hall.Waived) bool {
		return w.Material == "" || !slices.Contains(hall.WaivedWhys(), w.Why)
	})
}

func wrongNotice(s speaker, f hall.NoticePrinted) uplink.Why {
	if s.agent == 0 {
		return uplink.WhyForeign
	}
	if len(f.Missing) == 0 && f.Other.Ref == "" || !wellWaived(f.Waived) {
		return uplink.WhyMalformed
	}
	return cmp.Or(s.own(f.Notice), s.ticket(f.Ticket), s.maybe(f.Case), s.maybe(f.Visit))
}

// caseFact adds what a step of a case speaks of. Its ticket, where it does not name it, comes with the row by which it is
// rated.
func (k *Keys) caseFact(agent uint32, f hall.Step) {
	id := f.On().Case
	k.Cases, k.Visits, k.States = append(k.Cases, id), append(k.Visits, id), append(k.States, agent)
	switch f := f.(type) {
	case hall.CaseAccepted:
		k.opening(agent, f.CaseOpening)
	case hall.CaseRefused:
		if f.Opening != nil {
			k.opening(agent, *f.Opening)
		}
	}
}

func (k *Keys) opening(agent uint32, o hall.CaseOpening) {
	k.Courses, k.Outages = append(k.Courses, o.Ticket), append(k.Outages, OutageKey{agent, o.Unit})
}

// caseStep takes a step of a case, and makes the row by which the case is rated as soon as its ticket is known.
func (s *step) caseStep(f hall.Step) {
	id := f.On().Case
	was, _ := s.caseOf(id)
	is := was.With(casework.StepOf(f, casework.Uptime(s.uptime()), s.e.When), s.v.law, s.states().Hall)
	is.ID = id
	s.keepCase(is)
	if is.Known() {
		s.visit(id, is.Ticket).Case = true
	}
	if is.Known() && !was.Known() {
		s.late(is)
	}
}

// caseOf returns a case as this step leaves it.
func (s *step) caseOf(id hall.ID) (casework.Case, bool) {
	if c := cmp.Or(s.cases[id], s.v.cases[id]); c != nil {
		return c.Case, true
	}
	return casework.Case{}, false
}

func (s *step) keepCase(c casework.Case) {
	if s.cases == nil {
		s.cases = map[hall.ID]*Case{}
	}
	s.cases[c.ID] = &Case{c, used(c, s.v.law, s.stateOf(c.ID.Agent).Hall)}
}

// caseMoved carries over a deadline of a case that was computed again.
func (s *step) caseMoved(f hall.DeadlineMoved) {
	id, err := hall.ParseID(f.About)
	if err != nil {
		return
	}
	if c, ok := s.caseOf(id); ok {
		s.keepCase(c.Moved(f))
	}
}

// ends gives each case of a course the end by which it is rated, or takes it away where the end was undone (domain §3.2,
// §3.4). It counts on the day of that end, and belongs to who decided.
func (s *step) ends(c *course) {
	for n, v := range c.visits {
		if !v.Case {
			continue
		}
		k, ok := s.caseOf(v.ID)
		if !ok {
			continue
		}
		w := *v
		w.Unit, w.Item, w.Began, w.Invited = k.Unit, k.Item, true, k.CodeSHA != "" // its slip asks
		due := func(e casework.End) time.Time { return s.v.law.RatingDue(e.When, s.stateOf(v.ID.Agent).Hall).End() }
		end, ended := k.Ratable(c.shares(k.Opened), func(e casework.End) bool { return c.rated(v.ID, e, due(e)) })
		w.Window, w.Staff, w.Outcome, w.Down = end.By.Window, end.By.Staff, "", ended && c.down(end.Visit)
		if ended {
			w.Outcome = hall.OutcomeFinished
		} else if e, is := k.Ended(); is {
			c.share(v.ID, due(e))
		}
		if !end.When.Equal(w.Ended) {
			w.Ended, w.Due = end.When, hall.Deadline{}
		}
		if w != *v {
			c.visits[n] = &w
		}
	}
}

// share notes until when a case that shares its visit's rating could be rated alone: an answer after that is late.
func (c *course) share(id hall.ID, until time.Time) {
	if c.shared == nil {
		c.shared = map[hall.ID]time.Time{}
	}
	c.shared[id] = until
}

// down reports whether the system of its unit was down while a visit was served.
func (c *course) down(visit hall.ID) bool {
	return slices.ContainsFunc(c.visits, func(v *Visit) bool { return v.ID == visit && v.Down })
}

// rated reports whether somebody rated a case by an end of it: until that was undone, else while there was time.
func (c *course) rated(id hall.ID, e casework.End, due time.Time) bool {
	return slices.ContainsFunc(c.answers, func(a *Answer) bool {
		switch {
		case a.Kind != KindGiven || a.Told != id:
			return false
		case e.Undone.IsZero():
			return !a.When.Add(-a.Uncertainty).After(due)
		}
		return !a.When.Before(e.When) && !a.When.After(e.Undone)
	})
}

// byCases marks each visit of a course of whose cases every one was rated by itself: nothing of it is left to rate.
func (s *step) byCases(c *course) {
	for n, v := range c.visits {
		if is := !v.Case && s.eachRated(c, v.ID); is != v.ByCases {
			w := *v
			w.ByCases = is
			c.visits[n] = &w
		}
	}
}

// eachRated reports whether a visit had cases, all of them were decided within it, and a person rated each by itself.
func (s *step) eachRated(c *course, visit hall.ID) bool {
	some := false
	for _, row := range c.visits {
		k, ok := s.caseOf(row.ID)
		if !row.Case || !ok || !k.In(visit) {
			continue
		}
		if some = true; row.Level == 0 || k.Opened != visit || !k.Shared() {
			return false
		}
	}
	return some
}

// shares reports whether a visit has, or can still have, a rating to share.
func (c *course) shares(visit hall.ID) bool {
	n := slices.IndexFunc(c.visits, func(v *Visit) bool { return v.ID == visit })
	return n < 0 || c.visits[n].Outcome == "" || c.visits[n].Rule().Ratable()
}

// putCase adds a loaded case. One that is known already stays as it is.
func (v *view) putCase(c *Case) {
	v.seen.cases[c.ID] = true
	if v.cases[c.ID] == nil {
		v.cases[c.ID] = c
	}
}

// keepCases puts what a step made of cases.
func (v *view) keepCases(s *step) {
	for id, c := range s.cases {
		if old := v.cases[id]; old != nil {
			old.Count(v.move(-1))
		}
		c.Count(v.move(1))
		v.cases[id] = c
		v.dirty.cases[id] = true
	}
	v.changes.Notices = append(v.changes.Notices, s.notices...)
}

// changedCases returns the cases to write, in the order of their ids.
func (v *view) changedCases() []*Case {
	var out []*Case
	for _, id := range slices.SortedFunc(maps.Keys(v.dirty.cases), compareID) {
		out = append(out, v.cases[id])
	}
	return out
}

// Case returns a case.
func (k Known) Case(id hall.ID) (casework.Case, bool) {
	if c := k.d.cases[id]; c != nil {
		return c.Case, true
	}
	return casework.Case{}, false
}
