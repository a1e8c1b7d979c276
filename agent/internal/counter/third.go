package counter

import (
	"cmp"
	"maps"
	"slices"

	"hallpulse/firmware-protocol/hall"
)

// Summons calls the manager on duty to the holder of a ticket who is here for the third time for the same thing (办不成事,
// domain §6). It stands until the manager is there, or the holder has gone.
type Summons struct {
	Ticket hall.ID `json:"ticket"`
	Number string  `json:"number"`
	Since  Mark    `json:"since"`
}

// Third notes that the holder of a ticket that waits is here for the third time for the same thing, and calls the manager.
// It stays noted: said again it changes nothing.
func (s *State) Third(m hall.Moment, ticket hall.ID) (Decision, error) {
	d := s.begin(m)
	was := d.waiting(ticket)
	if was == nil {
		return Decision{}, NotWaiting
	}
	if was.Third {
		return d.end(), nil
	}
	t := *was
	d.unqueue(was)
	d.isThird(&t, hall.AlertRaised{})
	d.enqueue(&t)
	return d.end(), nil
}

// third notes it of who is at the window.
func third(d *draft, w *window, _ Order) error {
	v := d.atHand(w)
	d.isThird(&v.Ticket, hall.AlertRaised{Window: w.ID, Staff: w.Staff})
	d.putVisit(v)
	return nil
}

// isThird notes it of a ticket, and calls the manager; at is where, and by whom.
func (d *draft) isThird(t *Ticket, at hall.AlertRaised) {
	if t.Third {
		return
	}
	t.Third = true
	d.tell(hall.TicketNoted{Ticket: t.ID, Note: hall.NoteThird})
	d.summons(t, at)
}

func (d *draft) summons(t *Ticket, at hall.AlertRaised) {
	c := &Summons{Ticket: t.ID, Number: t.Number, Since: d.now}
	d.summoned[t.ID] = c
	d.put(kindSummons, t.ID.String(), c)
	at.Kind, at.Ticket = hall.AlertThird, t.ID
	d.tell(at)
}

// PassOn passes a ticket that waits on to the desk for what cannot be got done. It keeps its place.
func (s *State) PassOn(m hall.Moment, ticket hall.ID) (Decision, error) {
	d := s.begin(m)
	was, desk := d.waiting(ticket), d.whole().Stuck
	switch {
	case desk == nil:
		return Decision{}, NoSuchWindow
	case was == nil:
		return Decision{}, NotWaiting
	}
	t := *was
	t.Errand, t.Window, t.Staff = t.For(), desk.Window, ""
	letter := desk.Letter
	if at, ok := d.whole().Window(desk.Window); ok && !slices.Contains(at.Services, t.Letter) {
		letter = at.Services[0]
	}
	if letter != "" && letter != t.Letter {
		t.Letter, t.Item = letter, ""
	}
	d.unqueue(was)
	if agent := d.away(t.Letter, t.Window); agent != "" {
		d.goesAway(&window{}, t, agent)
		d.endPassed(was)
		return d.end(), nil
	}
	d.enqueue(&t)
	d.tell(hall.TicketTransferred{Ticket: t.ID, Letter: t.Letter, Window: t.Window, Visit: t.Visit, Clerk: t.Clerk, Ahead: d.ahead(&t, d.at)})
	return d.end(), nil
}

// Met notes that the manager is with the holder of a ticket. Where he was not called, or is there already, nothing changes.
func (s *State) Met(m hall.Moment, ticket hall.ID) Decision {
	d := s.begin(m)
	d.answers(ticket, hall.AlertClosed{})
	return d.end()
}

// met notes it at the window where the holder is.
func met(d *draft, w *window, _ Order) error {
	d.answers(d.atHand(w).Ticket.ID, hall.AlertClosed{Window: w.ID, Staff: w.Staff})
	return nil
}

func (d *draft) answers(ticket hall.ID, at hall.AlertClosed) {
	if d.summoned[ticket] == nil {
		return
	}
	delete(d.summoned, ticket)
	d.drop(kindSummons, ticket.String())
	at.Kind, at.Ticket = hall.AlertThird, ticket
	d.tell(at)
}

// lapseSummons lets the manager go where he is called to somebody who is here no more.
func (d *draft) lapseSummons() {
	for _, c := range d.Summoned() {
		here := len(d.open(func(v *Visit) bool { return v.Ticket.ID == c.Ticket })) > 0
		if !here && d.waiting(c.Ticket) == nil {
			d.answers(c.Ticket, hall.AlertClosed{})
		}
	}
}

// Summoned returns to whom the manager is called, the longest standing first.
func (s *State) Summoned() []Summons {
	var all []Summons
	for _, c := range s.summoned {
		all = append(all, *c)
	}
	slices.SortFunc(all, func(a, b Summons) int { return inOrder(a.Since, b.Since, a.Ticket, b.Ticket) })
	return all
}

// Whereabouts says where the holder of a ticket is: at a window, or else in the line of a letter.
func (s *State) Whereabouts(ticket hall.ID) (window, letter string) {
	if t := s.waiting(ticket); t != nil {
		return t.Window, t.Letter
	}
	for _, v := range s.open(func(v *Visit) bool { return v.Ticket.ID == ticket }) {
		window, letter = v.Window, v.Ticket.Letter
	}
	return window, letter
}

// Earlier is where the holder of a ticket was before, as far as it is known here.
type Earlier struct {
	Window, Staff string
	Item          string
	Called        Mark
	Outcome       hall.Outcome // empty: it went on from there
}

// Earlier returns where the holder of a ticket was before the sitting at hand, on this ticket and on the one before it.
func (s *State) Earlier(now *Visit) []Earlier {
	var all []Earlier
	for _, v := range slices.SortedFunc(maps.Values(s.visits), func(a, b *Visit) int { return inOrder(a.Called, b.Called, a.ID, b.ID) }) {
		if v.Ticket.ID != now.Ticket.ID && (now.Ticket.With.IsZero() || v.Ticket.ID != now.Ticket.With) {
			continue
		}
		for n, at := range v.Sittings {
			last := n == len(v.Sittings)-1
			if last && v.ID == now.ID {
				break
			}
			one := Earlier{Window: at.Window, Staff: at.Staff, Item: v.Ticket.For(), Called: at.Called}
			if last {
				one.Outcome = cmp.Or(v.Outcome, hall.OutcomeTransferred)
			}
			all = append(all, one)
		}
	}
	return all
}
