package intake

import (
	"maps"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/casework"
)

// A case 办件 has two rows: what its steps make of it, and beside the visits of its ticket a row of their kind and of the
// case's id, by which it is rated (一事一评). So answers, defaults, repairs, sums and reminders are those of visits.

// Notice is a notice slip 一次性告知单: all that is missing, told once. A second one for a case, or for a visit, can be
// counted.
type Notice struct {
	hall.NoticePrinted
	Printed time.Time
}

// wrongCase says why an agent cannot mean a step of a case.
func wrongCase(agent uint32, f hall.Step) uplink.Why {
	on := f.On()
	if agent == 0 {
		return uplink.WhyForeign
	}
	if why := namedWith(agent, on.Visit, on.Case); why != "" {
		return why
	}
	switch f := f.(type) {
	case hall.CaseAccepted:
		return wrongOpening(agent, f.CaseOpening)
	case hall.CaseReturned:
		return named(agent, f.Notice)
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
			return wrongOpening(agent, *f.Opening)
		}
	case hall.CaseUndone:
		if f.Step == "" || f.Step == hall.TypeCaseUndone {
			return uplink.WhyMalformed
		}
	}
	return ""
}

func wrongOpening(agent uint32, o hall.CaseOpening) uplink.Why {
	if o.Number == "" || o.Item == "" || o.Kind != hall.CaseOnTheSpot && o.Kind != hall.CaseCommitted ||
		o.Legal < 0 || o.Promised < 0 || max(o.Legal, o.Promised) > hall.MaxSpan {
		return uplink.WhyMalformed
	}
	return named(agent, o.Ticket)
}

func wrongNotice(agent uint32, f hall.NoticePrinted) uplink.Why {
	if agent == 0 {
		return uplink.WhyForeign
	}
	if len(f.Missing) == 0 && f.Other.Ref == "" {
		return uplink.WhyMalformed
	}
	if why := namedWith(agent, f.Case, f.Notice, f.Ticket); why != "" {
		return why
	}
	return namedWith(agent, f.Visit)
}

// namedWith checks ids, and one that may be none.
func namedWith(agent uint32, maybe hall.ID, ids ...hall.ID) uplink.Why {
	if !maybe.IsZero() {
		ids = append(ids, maybe)
	}
	return named(agent, ids...)
}

// caseFact adds what a step of a case speaks of. Its ticket, where it does not name it, comes with the row by which it is
// rated.
func (k *Keys) caseFact(agent uint32, f hall.Step) {
	id := f.On().Case
	k.Cases, k.Visits, k.States = append(k.Cases, id), append(k.Visits, id), append(k.States, agent)
	switch f := f.(type) {
	case hall.CaseAccepted:
		k.Courses = append(k.Courses, f.Ticket)
	case hall.CaseRefused:
		if f.Opening != nil {
			k.Courses = append(k.Courses, f.Opening.Ticket)
		}
	}
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
}

// caseOf returns a case as this step leaves it.
func (s *step) caseOf(id hall.ID) (casework.Case, bool) {
	if c := s.cases[id]; c != nil {
		return *c, true
	}
	if c := s.v.cases[id]; c != nil {
		return *c, true
	}
	return casework.Case{}, false
}

func (s *step) keepCase(c casework.Case) {
	if s.cases == nil {
		s.cases = map[hall.ID]*casework.Case{}
	}
	s.cases[c.ID] = &c
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
		end, ended := k.Ratable(c.shares(k.Opened), func(from, to time.Time) bool {
			return slices.ContainsFunc(c.answers, func(a *Answer) bool {
				return a.Kind == KindGiven && a.Told == v.ID && !a.When.Before(from) && !a.When.After(to)
			})
		})
		w.Window, w.Staff, w.Outcome = end.By.Window, end.By.Staff, ""
		if ended {
			w.Outcome = hall.OutcomeFinished
		}
		if !end.When.Equal(w.Ended) {
			w.Ended, w.Due = end.When, hall.Deadline{}
		}
		if w != *v {
			c.visits[n] = &w
		}
	}
}

// shares reports whether a visit has, or can still have, a rating to share.
func (c *course) shares(visit hall.ID) bool {
	n := slices.IndexFunc(c.visits, func(v *Visit) bool { return v.ID == visit })
	return n < 0 || c.visits[n].Outcome == "" || c.visits[n].Rule().Ratable()
}

// putCase adds a loaded case. One that is known already stays as it is.
func (v *view) putCase(c *casework.Case) {
	v.seen.cases[c.ID] = true
	if v.cases[c.ID] == nil {
		v.cases[c.ID] = c
	}
}

// keepCases puts what a step made of cases.
func (v *view) keepCases(s *step) {
	for id, c := range s.cases {
		v.cases[id] = c
		v.dirty.cases[id] = true
	}
	v.changes.Notices = append(v.changes.Notices, s.notices...)
}

// changedCases returns the cases to write, in the order of their ids.
func (v *view) changedCases() []*casework.Case {
	var out []*casework.Case
	for _, id := range slices.SortedFunc(maps.Keys(v.dirty.cases), compareID) {
		out = append(out, v.cases[id])
	}
	return out
}

// Case returns a case.
func (k Known) Case(id hall.ID) (casework.Case, bool) {
	if c := k.d.cases[id]; c != nil {
		return *c, true
	}
	return casework.Case{}, false
}
