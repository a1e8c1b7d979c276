package agent

import (
	"context"
	"errors"
	"slices"
	"strings"

	"hallpulse/agent/internal/counter"
	"hallpulse/agent/internal/desk"
	"hallpulse/agent/internal/outbox"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// works reports whether the hall works on a day, by the calendar in force.
func (p *program) works(day hall.Day) bool {
	works, _ := p.view().days.Works(day, p.hallNow().Hall.ID)
	return works
}

// named completes what somebody wants to book with its name and number, and returns what its token is made of. It is called
// inside a decision, which must store the puts where it books.
func (p *program) named(s *counter.State, m hall.Moment, a *counter.Appointment) (token []byte, puts []outbox.Put, err error) {
	c := p.hallNow()
	item, _ := c.Item(a.Item)
	letter, _, ok := c.Booked(item, a.Situation)
	if !ok {
		return nil, nil, nil // the counter says why
	}
	series := counter.BookingSeries(letter)
	if a.Number, err = p.box.Number(a.Day, series); err != nil {
		return nil, nil, p.refusal(err)
	}
	id, serial := p.nextID()
	a.ID = id
	token = p.sign(uplink.Token{Kind: uplink.TokenTicket, Ticket: id, Day: s.DayAt(m)})
	if code := codeOf(token); code != "" {
		a.CodeSHA = uplink.CodeSHA(c.Hall.ID, counter.Number(series, a.Number), a.Day, code)
	}
	return token, []outbox.Put{serial, outbox.NumberPut(a.Day, series, a.Number)}, nil
}

// Book implements desk.Bookings.
func (s screens) Book(ctx context.Context, a counter.Appointment) (desk.Booked, error) {
	if err := s.roomForMore(); err != nil {
		return desk.Booked{}, err
	}
	var one paper
	err := s.decide(plain, func(st *counter.State, m hall.Moment) (c change, err error) {
		a.Works = s.works(a.Day)
		if _, c.puts, err = s.named(st, m, &a); err != nil {
			return c, err
		}
		if c.Decision, err = st.Book(m, a); err != nil {
			return c, err
		}
		one = s.paperFor(c.Decision.Ticket, m)
		c.puts, c.papers = append(c.puts, one.put()), map[hall.ID]*paper{one.Ticket.ID: &one}
		return c, nil
	})
	if err != nil {
		return desk.Booked{}, err
	}
	b, _ := s.view().state.Booking(one.Ticket.ID)
	return desk.Booked{BookedLine: s.bookedLine(b), Ticket: s.handOut(ctx, one)}, nil
}

// paperFor is the paper of a ticket that is given out now.
func (p *program) paperFor(t counter.Ticket, m hall.Moment) paper {
	a := paper{Ticket: t, printing: printing{At: m.At}}
	if len(p.printers) == 0 {
		a.Trouble = hall.TroubleMissing
	}
	return a
}

// Arrive implements desk.Bookings.
func (s screens) Arrive(ctx context.Context, ticket hall.ID) (desk.Ticket, error) {
	a, err := s.arrives(ticket, "")
	if err != nil {
		return desk.Ticket{}, err
	}
	return s.handOut(ctx, a), nil
}

// arrives gives a number to who booked, and returns its paper; by a wish of another agent, once.
func (s screens) arrives(ticket hall.ID, wish string) (a paper, err error) {
	if err := s.roomForMore(); err != nil {
		return a, err
	}
	s.issuing.Lock()
	defer s.issuing.Unlock()
	if was, ok := s.wished(wish); ok {
		return was, nil
	}
	err = s.decide(plain, func(st *counter.State, m hall.Moment) (c change, err error) {
		b, ok := st.Booking(ticket)
		if !ok {
			return c, counter.NotBooked
		}
		day := st.DayAt(m)
		n, err := s.box.Number(day, b.Ticket.Letter)
		if err != nil {
			return c, s.refusal(err)
		}
		arrives := counter.CheckIn{Ticket: ticket, Number: n}
		if code := codeOf(s.tokenOf(b.Ticket)); code != "" {
			arrives.CodeSHA = uplink.CodeSHA(s.hallNow().Hall.ID, counter.Number(b.Ticket.Letter, n), day, code)
		}
		if c.Decision, err = st.Arrive(m, arrives); err != nil {
			return c, err
		}
		a = s.paperFor(c.Decision.Ticket, m).by(wish)
		_, a.Ahead, _ = c.Next.Ticket(ticket, m.At)
		c.puts, c.papers = []outbox.Put{outbox.NumberPut(day, a.Ticket.Letter, n), a.put()}, map[hall.ID]*paper{ticket: &a}
		return c, nil
	})
	return a, err
}

// Days implements desk.Bookings.
func (s screens) Days(item, situation string) []desk.BookDay {
	m, st := s.clock.now(), s.view().state
	out := []desk.BookDay{}
	for day := st.DayAt(m); day <= st.DayAt(m)+hall.MostDaysAhead; day++ {
		one := desk.BookDay{Day: day, Slots: []desk.BookSlot{}}
		for _, slot := range st.Slots(m, item, situation, day, s.works(day)) {
			one.Slots = append(one.Slots, desk.BookSlot{At: slot.At, Left: slot.Left})
		}
		if len(one.Slots) > 0 {
			out = append(out, one)
		}
	}
	return out
}

// bookings are those of today in some queues.
func (s screens) bookings(st *counter.State, m hall.Moment, letters []string) []desk.BookedLine {
	out := []desk.BookedLine{}
	for _, b := range st.Bookings(st.DayAt(m)) {
		if slices.Contains(letters, b.Ticket.Letter) {
			out = append(out, s.bookedLine(b))
		}
	}
	return out
}

func (s screens) bookedLine(b *counter.Booking) desk.BookedLine {
	item, _ := s.hallNow().Item(b.Ticket.For())
	one := desk.BookedLine{ID: b.Ticket.ID, Booking: b.Number, Item: item.Name, ItemEN: item.NameEN, Due: b.Ticket.Due, State: b.State}
	if b.State == hall.TicketIsConfirmed {
		one.Number = b.Ticket.Number
	}
	return one
}

// bookOf completes a citizen's wish to book. What its token says goes to the hub sealed: the citizen's page shows it.
func (p *program) bookOf(s *counter.State, m hall.Moment, u uplink.Command) (a counter.Appointment, c change, err error) {
	a = counter.Appointment{Item: u.Body.Item, Situation: u.Body.Situation, Day: u.Body.Day, At: u.Body.At, Works: true, Command: u.ID}
	token, puts, err := p.named(s, m, &a)
	if err != nil || token == nil {
		return a, c, err
	}
	c = change{puts: puts, boxes: map[string][]byte{}}
	sealed, err := p.boxed(&c, uplink.Text{Words: uplink.TokenText(token)})
	if errors.Is(err, desk.NoBoxKey) {
		return a, c, nil
	}
	a.Token = &sealed
	return a, c, err
}

// dueOf says on paper when the holder of a booking is called, and when he must be there at the latest; empty: he has none.
func (p *program) dueOf(t counter.Ticket) string {
	if t.Due.IsZero() {
		return ""
	}
	key := "paper.due"
	if strings.HasPrefix(t.Number, counter.BookingSeries(t.Letter)) {
		key = "paper.booked"
	}
	due := t.Due.In(hall.Beijing())
	return p.paper.Fill(key, "month", due.Format("1"), "day", due.Format("2"), "time", due.Format("15:04"))
}
