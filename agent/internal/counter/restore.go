package counter

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"hallpulse/firmware-protocol/hall"
)

// Change is one value to be stored under a key of its kind. A nil Value deletes it.
type Change struct {
	Kind, Key string
	Value     []byte
}

// The kinds of changes: what a store keeps apart.
const (
	kindDay    = "day"
	kindTicket = "ticket" // those that wait, and those that were missed today
	kindVisit  = "visit"
	kindWindow = "window"
	kindPort   = "port"
	kindBoot   = "boot"
	kindRight  = "right"  // tickets whose holders waited in vain
	kindErrand = "errand" // a command that was carried out
	kindClosed = "closed" // a letter
	kindOutage = "outage" // of a unit
	kindPast   = "past"   // its outages that are over

	kindBooking = "booking"
	kindLeaving = "leaving" // a ticket passed on to another agent
	kindTrail   = "trail"   // of a ticket that goes between agents
	kindSummons = "summons" // of the manager on duty
)

// Kinds returns every kind of change.
func Kinds() []string {
	return []string{
		kindDay, kindTicket, kindVisit, kindWindow, kindPort, kindBoot, kindRight, kindErrand, kindClosed, kindOutage, kindPast, kindBooking, kindLeaving, kindTrail,
		kindSummons,
	}
}

func (d *draft) put(kind, key string, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // values of this package can always be encoded
	}
	d.out.Changed = append(d.out.Changed, Change{Kind: kind, Key: key, Value: b})
}

func (d *draft) drop(kind, key string) {
	d.out.Changed = append(d.out.Changed, Change{Kind: kind, Key: key})
}

func (d *draft) putVisit(v *Visit) {
	d.visits[v.ID] = v
	d.put(kindVisit, v.ID.String(), v)
}

func (d *draft) putWindow(w *window) {
	d.windows[w.ID] = w
	d.put(kindWindow, w.ID, w.record)
}

func (b *boot) key() string { return fmt.Sprintf("%v-%08x", b.UID, b.Boot) }

// Restore returns the state whose stored values are given, in any order. Windows that the catalogue no longer has are
// left out, and remembered should they come back.
func Restore(cfg Config, stored []Change) (*State, error) {
	s := New(cfg)
	for _, c := range stored {
		if err := s.restore(c); err != nil {
			return nil, fmt.Errorf("restore %s %s: %w", c.Kind, c.Key, err)
		}
	}
	for _, w := range s.windows {
		s.seat(w)
	}
	for _, boots := range s.pads {
		slices.SortFunc(boots, func(a, b *boot) int { return cmp.Compare(a.Nth, b.Nth) })
	}
	return s, nil
}

func (s *State) restore(c Change) error {
	switch c.Kind {
	case kindDay:
		return json.Unmarshal(c.Value, &s.day)
	case kindTicket:
		t, err := read[Ticket](c.Value)
		if t.Missed {
			s.missed[t.ID] = t
		} else {
			s.queues[t.Letter] = append(s.queues[t.Letter], t)
		}
		return err
	case kindVisit:
		v, err := read[Visit](c.Value)
		if len(v.Sittings) == 0 {
			v.Sittings = []Sitting{{Window: v.Window, Called: v.Called, Served: v.Served, Ended: v.Ended}}
		}
		s.visits[v.ID] = v
		return err
	case kindWindow:
		r, err := read[record](c.Value)
		if w := s.windows[c.Key]; w != nil {
			w.record = *r
		} else {
			s.former[c.Key] = *r
		}
		return err
	case kindPort:
		p, err := read[port](c.Value)
		s.ports[c.Key] = p
		return err
	case kindRight:
		t, err := read[Ticket](c.Value)
		s.rights[t.ID] = t
		return err
	case kindBooking:
		b, err := read[Booking](c.Value)
		s.bookings[b.Ticket.ID] = b
		return err
	case kindBoot:
		b, err := read[boot](c.Value)
		s.pads[b.UID] = append(s.pads[b.UID], b)
		return err
	case kindErrand:
		e, err := read[errand](c.Value)
		s.errands[c.Key] = e
		return err
	case kindClosed:
		o, err := read[shut](c.Value)
		s.closed[c.Key] = o
		return err
	case kindOutage:
		o, err := read[shut](c.Value)
		s.outages[c.Key] = o
		return err
	case kindPast:
		all, err := read[[]hall.Stop](c.Value)
		if err == nil {
			s.past[c.Key] = *all
		}
		return err
	}
	return s.restoreMove(c)
}

func (s *State) restoreMove(c Change) error {
	switch c.Kind {
	case kindLeaving:
		l, err := read[Leaving](c.Value)
		s.leaving[l.Move.Ticket] = l
		return err
	case kindTrail:
		a, err := read[Trail](c.Value)
		s.trails[a.Ticket] = a
		return err
	case kindSummons:
		c, err := read[Summons](c.Value)
		s.summoned[c.Ticket] = c
		return err
	}
	return fmt.Errorf("unknown kind")
}

// seat gives a window its sittings, in order. What an older program stored has visits of one sitting, and no count.
func (s *State) seat(w *window) {
	w.sits = nil
	for _, v := range s.visits {
		for n, at := range v.Sittings {
			if at.Window == w.ID {
				w.sits = append(w.sits, sit{v.ID, n})
			}
		}
	}
	slices.SortFunc(w.sits, func(a, b sit) int {
		_, x := s.at(a)
		_, y := s.at(b)
		return cmp.Or(cmp.Compare(x.Nth, y.Nth), inOrder(x.Called, y.Called, a.visit, b.visit))
	})
	w.sits = s.unbroken(w)
}

// unbroken returns the sittings of a window after the last one that is forgotten: what lies before it was superseded then.
func (s *State) unbroken(w *window) []sit {
	nth := w.Sits
	for i := len(w.sits) - 1; i >= 0; i, nth = i-1, nth-1 {
		if _, at := s.at(w.sits[i]); at.Nth != nth && at.Nth != 0 {
			return w.sits[i+1:]
		}
	}
	return w.sits
}

func read[T any](b []byte) (*T, error) {
	v := new(T)
	return v, json.Unmarshal(b, v)
}

// order sorts marks as they happened: starts are numbered, and time within one only goes forward.
func (k Mark) order(o Mark) int {
	return cmp.Or(cmp.Compare(k.Start, o.Start), cmp.Compare(k.Up, o.Up))
}

// inOrder sorts what happened at a and b. Serials tell what a clock's tick cannot.
func inOrder(a, b Mark, x, y hall.ID) int {
	return cmp.Or(a.order(b), cmp.Compare(x.Serial, y.Serial))
}
