package counter

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Ticket is a place in a queue.
type Ticket struct {
	ID      hall.ID       `json:"id"`
	Number  string        `json:"number"`         // A001
	Letter  string        `json:"letter"`         // where it waits now
	Item    string        `json:"item,omitempty"` // code of a ServiceItem
	Day     hall.Day      `json:"day"`            // the business day
	Issued  Mark          `json:"issued"`
	Missed  bool          `json:"missed,omitempty"`
	Class   hall.Class    `json:"class,omitempty"`
	Purpose hall.Purpose  `json:"purpose,omitempty"`
	Cases   int           `json:"cases,omitempty"`
	Due     time.Time     `json:"due,omitzero"`     // of an appointment
	Window  string        `json:"window,omitempty"` // passed on to it
	Staff   string        `json:"staff,omitempty"`  // passed on to this badge
	Clerk   string        `json:"clerk,omitempty"`  // badge of who stays responsible until another serves it (首问责任)
	Visit   hall.ID       `json:"visit,omitzero"`   // the visit that goes on at the next call
	With    hall.ID       `json:"with,omitzero"`    // an earlier ticket of the same person
	Then    []Stop        `json:"then,omitempty"`   // where it goes after this
	Turn    time.Duration `json:"turn,omitempty"`   // on the axis of its day: less is earlier
	Nth     int           `json:"nth,omitempty"`    // of its day

	Errand    string `json:"errand,omitempty"`    // code of the item he came for, where its route begins with another
	Situation string `json:"situation,omitempty"` // of the item he came for
	Third     bool   `json:"third,omitempty"`     // here for the third time for the same thing (办不成事)

	Booked  hall.Day `json:"booked,omitzero"`    // the day on which it was booked; zero: it was not
	Hop     int      `json:"hop,omitempty"`      // how often it was passed on between agents
	CodeSHA string   `json:"code_sha,omitempty"` // of the code printed on it, as TicketIssued has it
}

// Signed returns the day of issue that its token carries.
func (t Ticket) Signed() hall.Day { return cmp.Or(t.Booked, t.Day) }

// For returns the code of the item that its holder came for; empty where nobody knows.
func (t Ticket) For() string { return cmp.Or(t.Errand, t.Item) }

// series returns the letter that its number is one of, wherever it waits now.
func (t Ticket) series() string { return strings.TrimRight(t.Number, "0123456789") }

// Stop is a place on a ticket's route.
type Stop = hall.TicketStop

// Number returns the text of a number: A001.
func Number(letter string, n int) string { return fmt.Sprintf("%s%03d", letter, n) }

// turn is where a ticket stands in the order in which a window calls; the lesser goes first (hall.QueueRule). Classes that
// go first come first, in their order; then appointments whose time has come; then everyone by how long he has waited,
// with what his class is worth; last who came before the time of his appointment.
type turn struct {
	tier int
	at   time.Duration
	nth  int
}

func (a turn) compare(b turn) int {
	return cmp.Or(cmp.Compare(a.tier, b.tier), cmp.Compare(a.at, b.at), cmp.Compare(a.nth, b.nth))
}

// turn returns t's turn at a time, at a window that has its letter in this place of its list.
func (s *State) turn(t *Ticket, now time.Time, place int) turn {
	worth, first := s.rule.Of(t.Class)
	ordinary := len(s.rule.Classes) + 1
	k := turn{tier: ordinary, at: t.Turn + time.Duration(place*s.rule.OtherLetter)*time.Minute, nth: t.Nth}
	switch {
	case worth.First:
		k.tier, k.at = first, t.Turn
	case !t.Due.IsZero() && !now.Before(t.Due):
		k.tier, k.at = ordinary-1, time.Duration(t.Due.UnixNano())
	case !t.Due.IsZero():
		k.tier, k.at = ordinary+1, time.Duration(t.Due.UnixNano())
	}
	return k
}

// place reports whether w may call t, and in which place of its list t's letter stands. One that was passed on to a window
// or a clerk is called there, unless nobody sits there any more. The second ticket of a person waits while the first one
// is at a window.
func (s *State) place(w *window, t *Ticket) (int, bool) {
	if !t.With.IsZero() && s.isSitting(t.With) {
		return 0, false
	}
	if at := s.meant(t); at != nil {
		return 0, at.ID == w.ID
	}
	i := slices.Index(w.place.Services, t.Letter)
	return i, i >= 0
}

// meant returns the one window that calls t, or nil.
func (s *State) meant(t *Ticket) *window {
	if w := s.windows[t.Window]; w != nil && w.State != hall.WindowIsClosed {
		return w
	}
	if t.Staff == "" {
		return nil
	}
	for _, w := range s.windows {
		if w.Staff == t.Staff && w.State != hall.WindowIsClosed {
			return w
		}
	}
	return nil
}

// isSitting reports whether a ticket is at a window now.
func (s *State) isSitting(ticket hall.ID) bool {
	for _, w := range s.windows {
		if v := s.current(w); v != nil && v.Ticket.ID == ticket {
			return true
		}
	}
	return false
}

// mayCall yields who waits whom w may call, each with its turn there.
func (s *State) mayCall(w *window, now time.Time) iter.Seq2[*Ticket, turn] {
	return func(yield func(*Ticket, turn) bool) {
		for _, q := range s.queues {
			for _, t := range q {
				if place, ok := s.place(w, t); ok && !yield(t, s.turn(t, now, place)) {
					return
				}
			}
		}
	}
}

// first returns whom w calls next, or nil.
func (s *State) first(w *window, now time.Time) (first *Ticket) {
	var best turn
	for t, k := range s.mayCall(w, now) {
		if first == nil || before(t, k, first, best) {
			first, best = t, k
		}
	}
	return first
}

// line returns who waits whom w may call, in the order in which it would.
func (s *State) line(w *window, now time.Time) (line []*Ticket) {
	turns := map[*Ticket]turn{}
	for t, k := range s.mayCall(w, now) {
		line, turns[t] = append(line, t), k
	}
	slices.SortFunc(line, func(a, b *Ticket) int {
		if before(a, turns[a], b, turns[b]) {
			return -1
		}
		return 1
	})
	return line
}

// before reports whether a goes before b. What an older program stored has no turn: it was issued earlier.
func before(a *Ticket, x turn, b *Ticket, y turn) bool {
	return cmp.Or(x.compare(y), inOrder(a.Issued, b.Issued, a.ID, b.ID)) < 0
}

// ahead returns how many under t's letter come before it.
func (s *State) ahead(t *Ticket, now time.Time) (n int) {
	k := s.turn(t, now, 0)
	for _, o := range s.queues[t.Letter] {
		if o.ID != t.ID && s.turn(o, now, 0).compare(k) < 0 {
			n++
		}
	}
	return n
}

// axis moves the axis of the day to now, and returns where it is: it never goes back, whatever the clock does.
func (d *draft) axis() time.Duration {
	d.day.Axis, d.day.At = d.axisAt(d.now), d.now
	return d.day.Axis
}

// axisAt returns where the axis of the day is at now.
func (s *State) axisAt(now Mark) time.Duration {
	if gone, ok := now.since(s.day.At); ok && gone > 0 && gone < forever && !s.day.At.IsZero() {
		return s.day.Axis + gone
	}
	return s.day.Axis
}

// enqueue lets t wait.
func (d *draft) enqueue(t *Ticket) {
	d.queues[t.Letter] = append(slices.Clip(d.queues[t.Letter]), t)
	d.put(kindTicket, t.ID.String(), t)
}

// unqueue takes t from those who wait.
func (d *draft) unqueue(t *Ticket) {
	d.queues[t.Letter] = slices.DeleteFunc(slices.Clone(d.queues[t.Letter]), func(o *Ticket) bool { return o.ID == t.ID })
	d.drop(kindTicket, t.ID.String())
}

// waiting finds a ticket that waits.
func (s *State) waiting(id hall.ID) *Ticket {
	for _, q := range s.queues {
		if i := slices.IndexFunc(q, func(t *Ticket) bool { return t.ID == id }); i >= 0 {
			return q[i]
		}
	}
	return nil
}
