package counter

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// rightFor is how long who waited in vain has the right to go first (domain §6: priority next working day). Ours: no
// holiday is longer.
const rightFor = 10 // days

// tooLate reports whether who takes a number now could not be served before the hall closes, as far as anybody can tell.
// Whose appointment it is comes as arranged; a wrong number is corrected at any hour.
func (d *draft) tooLate(r Request) bool {
	closes, ok := d.cfg.Catalogue.Hall.ClosesOn(d.day.Day)
	return ok && !d.now.Unset && r.Due.IsZero() && r.Instead.IsZero() && d.at.Add(r.Takes).After(closes)
}

// TooLate reports whether a number of a letter comes too late today for who would be served takes from now.
func (s *State) TooLate(m hall.Moment, takes time.Duration) bool {
	return s.begin(m).tooLate(Request{Takes: takes})
}

// waitsInVain gives the holder of a ticket that nobody called on its day the right to go first later.
func (d *draft) waitsInVain(t *Ticket) {
	if t.Visit.IsZero() { // else his visit has ended as served
		d.rights[t.ID] = t
		d.put(kindRight, t.ID.String(), t)
	}
}

// uses takes the right away that a request claims; false where there is none.
func (d *draft) uses(r Request) bool {
	if r.Class != hall.ClassCarried {
		return true
	}
	if d.rights[r.With] == nil {
		return false
	}
	d.dropRight(r.With)
	return true
}

func (d *draft) dropRight(id hall.ID) {
	delete(d.rights, id)
	d.drop(kindRight, id.String())
}

// forgetRights forgets the rights that nobody used in time.
func (d *draft) forgetRights() {
	for id, t := range d.rights {
		if d.day.Day > t.Day+rightFor {
			d.dropRight(id)
		}
	}
}

// Rights returns the tickets whose holders waited in vain on an earlier day and may go first, the newest first.
func (s *State) Rights() []*Ticket {
	return slices.SortedFunc(maps.Values(s.rights), func(a, b *Ticket) int {
		return cmp.Or(cmp.Compare(b.Day, a.Day), cmp.Compare(a.Nth, b.Nth))
	})
}

// Right finds a ticket whose holder waited in vain on an earlier day and may go first.
func (s *State) Right(ticket hall.ID) (*Ticket, bool) {
	t, ok := s.rights[ticket]
	return t, ok
}
