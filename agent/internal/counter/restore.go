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
	kindTicket = "ticket" // those that wait
	kindVisit  = "visit"
	kindWindow = "window"
	kindPort   = "port"
	kindBoot   = "boot"
)

// Kinds returns every kind of change.
func Kinds() []string {
	return []string{kindDay, kindTicket, kindVisit, kindWindow, kindPort, kindBoot}
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

func (d *draft) putVisit(v *Visit) { d.put(kindVisit, v.ID.String(), v) }

func (d *draft) putWindow(w *window) {
	d.windows[w.ID] = w
	d.put(kindWindow, w.ID, w.record)
}

func (b *boot) key() string { return fmt.Sprintf("%v-%08x", b.UID, b.Boot) }

// Restore returns the state whose stored values are given, in any order. Windows that the catalogue no longer has are
// left out.
func Restore(cfg Config, stored []Change) (*State, error) {
	s := New(cfg)
	for _, c := range stored {
		if err := s.restore(c); err != nil {
			return nil, fmt.Errorf("restore %s %s: %w", c.Kind, c.Key, err)
		}
	}
	for _, q := range s.queues {
		slices.SortFunc(q, func(a, b *Ticket) int { return inOrder(a.Issued, b.Issued, a.ID, b.ID) })
	}
	for _, w := range s.windows {
		slices.SortFunc(w.visits, func(a, b *Visit) int { return inOrder(a.Called, b.Called, a.ID, b.ID) })
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
		s.queues[t.Letter] = append(s.queues[t.Letter], t)
		return err
	case kindVisit:
		v, err := read[Visit](c.Value)
		if w := s.windows[v.Window]; w != nil {
			w.visits = append(w.visits, v)
		}
		return err
	case kindWindow:
		r, err := read[record](c.Value)
		if w := s.windows[c.Key]; w != nil {
			w.record = *r
		}
		return err
	case kindPort:
		p, err := read[port](c.Value)
		s.ports[c.Key] = p
		return err
	case kindBoot:
		b, err := read[boot](c.Value)
		s.pads[b.UID] = append(s.pads[b.UID], b)
		return err
	}
	return fmt.Errorf("unknown kind")
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
