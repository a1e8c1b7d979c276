package agent

import (
	"context"
	"slices"
	"strings"
	"time"

	"hallpulse/agent/internal/counter"
	"hallpulse/agent/internal/desk"
	"hallpulse/agent/internal/outbox"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// works reports whether the hall works on a day, by the calendar that is shipped; of a year that is not published Monday to
// Friday are working days. What the hub closed since, it does not ask for.
func (p *program) works(day hall.Day) bool {
	works, published := p.calendar.Works(day, p.hallNow().Hall.ID)
	if !published {
		return day.Weekday() != time.Saturday && day.Weekday() != time.Sunday
	}
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
	var t counter.Ticket
	err := s.decide(plain, func(st *counter.State, m hall.Moment) (c change, err error) {
		a.Works = s.works(a.Day)
		if _, c.puts, err = s.named(st, m, &a); err != nil {
			return c, err
		}
		if c.Decision, err = st.Book(m, a); err != nil {
			return c, err
		}
		t = c.Decision.Ticket
		one := s.paperFor(t, m)
		c.puts, c.papers = append(c.puts, one.put()), map[hall.ID]*paper{t.ID: &one}
		return c, nil
	})
	if err != nil {
		return desk.Booked{}, err
	}
	b, _ := s.view().state.Booking(t.ID)
	return desk.Booked{BookedLine: s.bookedLine(b), Ticket: s.ticket(t, 0, s.print(ctx, t, 0, false))}, nil
}

// paperFor is the paper of a ticket that is given out now.
func (p *program) paperFor(t counter.Ticket, m hall.Moment) paper {
	a := paper{Ticket: t, At: m.At}
	if len(p.printers) == 0 {
		a.Trouble = hall.TroubleMissing
	}
	return a
}

// Arrive implements desk.Bookings.
func (s screens) Arrive(ctx context.Context, ticket hall.ID) (desk.Ticket, error) {
	if err := s.roomForMore(); err != nil {
		return desk.Ticket{}, err
	}
	var t counter.Ticket
	ahead := 0
	err := s.decide(plain, func(st *counter.State, m hall.Moment) (c change, err error) {
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
		t = c.Decision.Ticket
		_, ahead, _ = c.Next.Ticket(t.ID, m.At)
		one := s.paperFor(t, m)
		c.puts, c.papers = []outbox.Put{outbox.NumberPut(day, t.Letter, n), one.put()}, map[hall.ID]*paper{t.ID: &one}
		return c, nil
	})
	if err != nil {
		return desk.Ticket{}, err
	}
	return s.ticket(t, ahead, s.print(ctx, t, ahead, false)), nil
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
	key, ok := p.boxKey(p.config)
	if !ok {
		return a, c, nil
	}
	ref, serial := p.nextID()
	box, sha, err := uplink.Seal(key, ref.String(), uplink.Text{Words: uplink.TokenText(token)}.Plain())
	if err != nil {
		return a, c, err
	}
	line, err := box.Encode()
	if err != nil {
		return a, c, err
	}
	a.Token = &hall.Sealed{Ref: box.Ref, SHA: sha}
	c.boxes[box.Ref], c.puts = line, append(c.puts, serial)
	return a, c, nil
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
	return strings.NewReplacer("{month}", due.Format("1"), "{day}", due.Format("2"), "{time}", due.Format("15:04")).Replace(p.paper.PaperWords[key])
}
