package board

import (
	"maps"

	"hallpulse/firmware-protocol/hall"
)

// Due counts cases 办件 whose clock runs: those to be decided on a day, and those that should have been before.
type Due struct {
	Day     hall.Day `json:"day"`
	Today   int      `json:"today"`
	Overdue int      `json:"overdue"`
}

// Owe takes how many cases are due, by agent; of an agent that is not named none is.
func (b *Board) Owe(day hall.Day, all map[string]Due) {
	for _, s := range b.sites {
		next := all[s.Agent]
		if next.Day = day; s.due == nil && next == (Due{Day: day}) || s.due != nil && *s.due == next {
			continue
		}
		s.due = &next
		s.news++
	}
}

// Booked is what became of the places 预约 of a queue that are booked for today and were not given up.
type Booked struct {
	All     int `json:"all"`
	Came    int `json:"came"`
	Awaited int `json:"awaited"` // still to come; who is none of both did not arrive in time
}

// Book takes what became of the places booked for a day, by agent and letter; of an agent or a letter that is not named
// none is booked.
func (b *Board) Book(day hall.Day, all map[string]map[string]Booked) {
	for _, s := range b.sites {
		if next := all[s.Agent]; s.bookedDay != day || !maps.Equal(s.booked, next) {
			s.booked, s.bookedDay = next, day
			s.news++
		}
	}
}

// bookedOf is what is booked in a queue for a day; nil where nothing is, or it was told of another day.
func (s *site) bookedOf(letter string, day hall.Day) *Booked {
	b, ok := s.booked[letter]
	if !ok || b.All == 0 || s.bookedDay != day {
		return nil
	}
	return &b
}

// dueOf is what is due on a day; nil where there was never a case, or it was told of another day.
func (s *site) dueOf(day hall.Day) *Due {
	if s.due == nil || s.due.Day != day {
		return nil
	}
	return s.due
}

// and sums what is due at two agents of a hall.
func (d *Due) and(o *Due) *Due {
	switch {
	case d == nil:
		return o
	case o == nil:
		return d
	}
	return &Due{Day: d.Day, Today: d.Today + o.Today, Overdue: d.Overdue + o.Overdue}
}
