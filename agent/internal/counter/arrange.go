package counter

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"hallpulse/firmware-protocol/hall"
)

// InUse says why the hall cannot be arranged anew now: of what a catalogue leaves out, somebody is still in need.
type InUse struct {
	Why  hall.CatalogueWhy
	What string // a letter, an item, a window or a badge
}

// Error implements error.
func (e InUse) Error() string { return fmt.Sprintf("%s: %s", e.Why, e.What) }

// Arrange goes on by another catalogue of the same hall. Who waits, is called, is served or parked keeps his place, numbers
// of the day go on, and presses bind as before, at windows that stay and at windows that were gone and came back. It
// refuses with InUse, and nothing has changed, while anybody needs what the catalogue leaves out: the letter, item, window
// or clerk that somebody waits for, may come back to or is served by, or a window where somebody is signed on. What was
// stopped or down of what it leaves out is so no more.
func (s *State) Arrange(m hall.Moment, whole hall.Catalogue) (Decision, error) {
	d := s.begin(m)
	c := *whole.Part(s.cfg.Agent)
	if all := d.inUse(&c, &whole); len(all) > 0 {
		return Decision{}, slices.MinFunc(all, func(a, b InUse) int {
			return cmp.Or(cmp.Compare(rank(a.Why), rank(b.Why)), cmp.Compare(a.What, b.What))
		})
	}
	d.lift(&c)
	cfg := *s.cfg
	cfg.Catalogue, cfg.Whole = c, nil
	if len(whole.Fellows()) > 0 {
		cfg.Whole = &whole
	}
	d.cfg, d.rule = &cfg, c.Rule()
	was := d.windows
	d.windows, d.former = map[string]*window{}, maps.Clone(s.former)
	for id, w := range was {
		d.former[id] = w.record
	}
	for _, w := range c.Windows {
		if next := was[w.ID]; next != nil {
			kept := *next
			kept.place = w
			d.windows[w.ID] = &kept
		} else {
			d.windows[w.ID] = d.furnish(w)
		}
		delete(d.former, w.ID)
	}
	return d.end(), nil
}

// furnish returns a window of the catalogue as it was when it was last there, or one at which nothing happened yet.
func (s *State) furnish(place hall.Window) *window {
	w := &window{record: record{ID: place.ID, State: hall.WindowIsClosed}, place: place}
	if was, ok := s.former[place.ID]; ok {
		w.record = was
	}
	s.seat(w)
	return w
}

// rank orders reasons: who waits is named before who works.
func rank(w hall.CatalogueWhy) int {
	return slices.Index([]hall.CatalogueWhy{hall.CatalogueWaits, hall.CatalogueServed, hall.CatalogueStaffed}, w)
}

// inUse lists what is needed and not in c, its part of the whole.
func (s *State) inUse(c, whole *hall.Catalogue) (all []InUse) {
	for _, q := range s.queues {
		for _, t := range q {
			all = append(all, s.lacks(c, whole, hall.CatalogueWaits, t)...)
		}
	}
	for _, t := range s.missed {
		all = append(all, s.lacks(c, whole, hall.CatalogueWaits, t)...)
	}
	for _, b := range s.bookings {
		if b.State == hall.TicketIsBooked {
			all = append(all, s.lacks(c, whole, hall.CatalogueWaits, &b.Ticket)...)
		}
	}
	for _, v := range s.open(func(v *Visit) bool { return !s.isLeft(v) }) {
		all = append(all, s.lacks(c, whole, hall.CatalogueServed, &v.Ticket)...)
		if _, ok := c.Window(v.Window); !ok {
			all = append(all, InUse{hall.CatalogueServed, v.Window})
		}
	}
	for id, w := range s.windows {
		if w.State == hall.WindowIsClosed && w.Alarm.IsZero() {
			continue
		}
		if _, ok := c.Window(id); !ok {
			all = append(all, InUse{hall.CatalogueStaffed, id})
		}
		if _, ok := c.Clerk(w.Staff); w.Staff != "" && !ok {
			all = append(all, InUse{hall.CatalogueStaffed, w.Staff})
		}
	}
	return all
}

// lacks lists what of a ticket is not in c: what it is for, and where it goes. A letter that no window calls any more is as
// good as gone.
func (s *State) lacks(c, whole *hall.Catalogue, why hall.CatalogueWhy, t *Ticket) (all []InUse) {
	need := func(what string, ok bool) {
		if what != "" && !ok {
			all = append(all, InUse{why, what})
		}
	}
	is, was := c, &s.cfg.Catalogue
	for _, at := range append([]Stop{{Letter: t.Letter, Item: t.Item, Window: t.Window}}, t.Then...) {
		_, ok := is.Service(at.Letter)
		need(at.Letter, ok && (called(is, at.Letter) || !called(was, at.Letter)))
		_, ok = is.Item(at.Item)
		need(at.Item, ok)
		_, ok = is.Window(at.Window)
		need(at.Window, ok)
		is, was = whole, s.whole() // he may go on to another agent
	}
	_, ok := c.Item(t.Errand)
	need(t.Errand, ok)
	_, ok = c.Clerk(t.Staff)
	need(t.Staff, ok)
	return all
}

// called reports whether a window calls letter.
func called(c *hall.Catalogue, letter string) bool {
	return slices.ContainsFunc(c.Windows, func(w hall.Window) bool { return slices.Contains(w.Services, letter) })
}

// lift ends the stops and outages of what c leaves out: nobody could end them any more.
func (d *draft) lift(c *hall.Catalogue) {
	for _, letter := range slices.Sorted(maps.Keys(d.closed)) {
		if _, ok := c.Service(letter); !ok {
			d.tell(hall.ServiceOpened{Letter: letter})
			d.shut(kindClosed, d.closed, letter, nil)
		}
	}
	for _, unit := range slices.Sorted(maps.Keys(d.outages)) {
		if _, ok := c.Unit(unit); !ok {
			d.recovers(unit, "")
		}
	}
}
