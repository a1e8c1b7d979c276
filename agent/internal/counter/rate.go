package counter

import (
	"slices"

	"hallpulse/firmware-protocol/hall"
)

// Answer is what the holder of a ticket says of one of its visits, at a kiosk.
type Answer struct {
	Ticket  hall.ID
	Visit   hall.ID
	Level   hall.Level
	Reasons []string // official codes
	Form    string   // names the answer: sent twice, it is one
	Lapsed  bool     // he chose the level and went away
}

// Ratable returns the visits of a ticket that its holder may rate here and has not, in the order of their calls: service
// began, and they ended as the law wants it (domain §3.10). One whose key was pressed is among them: with the ticket its
// holder may say it anew (domain §3.3).
func (s *State) Ratable(ticket hall.ID) []*Visit {
	all := slices.DeleteFunc(s.of(ticket), func(v *Visit) bool { return !v.ratable() || v.Shown != "" })
	slices.SortFunc(all, func(a, b *Visit) int { return inOrder(a.Called, b.Called, a.ID, b.ID) })
	return all
}

// Knows reports whether anything of a ticket is remembered, and whether one of its visits was rated with it.
func (s *State) Knows(ticket hall.ID) (known, rated bool) {
	all := s.of(ticket)
	rated = slices.ContainsFunc(all, func(v *Visit) bool { return v.Shown != "" })
	return len(all) > 0 || s.waiting(ticket) != nil || s.missed[ticket] != nil || s.rights[ticket] != nil || s.bookings[ticket] != nil, rated
}

// Numbered finds a ticket that waits, was missed, waited in vain, has visits that are remembered or was booked, by its number
// and day; a booking by its own number, too.
func (s *State) Numbered(number string, day hall.Day) (*Ticket, bool) {
	is := func(t *Ticket) bool { return t.Number == number && t.Day == day }
	for _, q := range s.queues {
		if i := slices.IndexFunc(q, is); i >= 0 {
			return q[i], true
		}
	}
	for _, kept := range []map[hall.ID]*Ticket{s.missed, s.rights} {
		for _, t := range kept {
			if is(t) {
				return t, true
			}
		}
	}
	for _, v := range s.visits {
		if is(&v.Ticket) {
			return &v.Ticket, true
		}
	}
	for _, b := range s.bookings {
		if b.Number == number && b.Ticket.Day == day {
			return &b.Ticket, true
		}
	}
	return nil, false
}

func (s *State) of(ticket hall.ID) (all []*Visit) {
	for _, v := range s.visits {
		if v.Ticket.ID == ticket {
			all = append(all, v)
		}
	}
	return all
}

func (v *Visit) ratable() bool { return !v.Ended.IsZero() && v.Outcome.Ratable(!v.Served.IsZero()) }

// Rate takes what the holder of a ticket says of a visit. What it is worth beside a press the hub decides: here it is one
// answer, and the same one said again changes nothing. A second one is refused.
func (s *State) Rate(m hall.Moment, a Answer) (Decision, error) {
	d := s.begin(m)
	was := d.visits[a.Visit]
	switch {
	case was == nil || was.Ticket.ID != a.Ticket || !was.ratable():
		return Decision{}, NotRatable
	case !a.Level.Valid() || a.Form == "":
		return Decision{}, NoSuchLevel
	case was.Shown == a.Form:
		return d.end(), nil
	case was.Shown != "":
		return Decision{}, AlreadyRated
	}
	v := *was
	v.Shown = a.Form
	d.putVisit(&v)
	d.tell(hall.RatingGiven{
		Ticket: a.Ticket, Visit: v.ID, Window: v.Window, Level: a.Level, Channel: hall.ChannelKiosk, Answer: a.Form, Reasons: a.Reasons,
		ReasonMissing: a.Level.IsBad() && len(a.Reasons) == 0, Lapsed: a.Lapsed,
	})
	return d.end(), nil
}
