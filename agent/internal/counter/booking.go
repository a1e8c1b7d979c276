package counter

import (
	"cmp"
	"maps"
	"slices"

	"hallpulse/firmware-protocol/hall"
)

// Booking 预约 is a place that is kept for somebody at a time. It is remembered until its day is over, whatever became of it.
type Booking struct {
	Ticket Ticket           `json:"ticket"` // as it will wait; until its holder arrives its number is that of the booking
	Number string           `json:"number"` // of the booking: YA001
	State  hall.TicketState `json:"state"`  // booked, confirmed, cancelled or withdrawn
	Since  Mark             `json:"since"`
}

// Appointment is what somebody wants to book.
type Appointment struct {
	Item, Situation string
	Day             hall.Day
	At              hall.TimeOfDay
	Works           bool    // Day is a working day of the hall
	ID              hall.ID // what the ticket shall be called
	Number          int     // of the bookings in its letter and Day, from 1
	CodeSHA         string
	Command         string       // that it answers; empty: booked in the hall
	Token           *hall.Sealed // for who booked elsewhere
}

// BookingSeries is the series of numbers that the bookings of a letter take theirs from.
func BookingSeries(letter string) string { return "Y" + letter }

// Slot is a time that can be booked, and how many places are left at it.
type Slot struct {
	At   hall.TimeOfDay
	Left int
}

// Slots returns the times of a day that can be booked now for who comes for an item, those without places too; works says
// whether the day is a working day of the hall.
func (s *State) Slots(m hall.Moment, item, situation string, day hall.Day, works bool) []Slot {
	i, _ := s.cfg.Catalogue.Item(item)
	letter, rule, ok := s.cfg.Catalogue.Booked(i, situation)
	today := s.DayAt(m)
	if !ok || day < today || day > today+hall.Day(rule.Days) {
		return nil
	}
	taken := s.taken(letter)
	var all []Slot
	for _, at := range s.cfg.Catalogue.Slots(letter, day, works) {
		if due := at.On(day); markOf(m).Unset || m.At.Before(due) {
			all = append(all, Slot{at, max(0, rule.Each-taken[due.UnixMilli()])})
		}
	}
	return all
}

// taken counts the places of a letter that are kept, or were, by their time.
func (s *State) taken(letter string) map[int64]int {
	taken := map[int64]int{}
	for _, b := range s.bookings {
		if b.Ticket.Letter == letter && b.State != hall.TicketIsCancelled {
			taken[b.Ticket.Due.UnixMilli()]++
		}
	}
	return taken
}

// Book keeps a place at a time. What it returns instead of a decision is a Refusal.
func (s *State) Book(m hall.Moment, a Appointment) (Decision, error) {
	d := s.begin(m)
	if err := d.books(m, a); err != nil {
		return Decision{}, err
	}
	return d.end(), nil
}

func (d *draft) books(m hall.Moment, a Appointment) error {
	item, ok := d.cfg.Catalogue.Item(a.Item)
	if _, known := item.Situation(a.Situation); !ok || a.Situation != "" && !known {
		return NoSuchItem
	}
	letter, _, ok := d.cfg.Catalogue.Booked(item, a.Situation)
	if !ok {
		return NotBookable
	}
	slots := d.Slots(m, a.Item, a.Situation, a.Day, a.Works)
	i := slices.IndexFunc(slots, func(s Slot) bool { return s.At == a.At })
	switch {
	case i < 0:
		return NotBookable
	case slots[i].Left == 0:
		return SlotFull
	}
	stops := d.cfg.Catalogue.Queues(item, a.Situation)
	t := Ticket{
		ID: a.ID, Number: Number(BookingSeries(letter), a.Number), Letter: letter, Item: stops[0].Item, Window: stops[0].Window,
		Day: a.Day, Issued: d.now, Due: a.At.On(a.Day), Booked: d.day.Day, Situation: a.Situation,
	}
	if t.Item != item.Code {
		t.Errand = item.Code
	}
	for _, stop := range stops[1:] {
		t.Then = append(t.Then, Stop{Letter: stop.Letter, Item: stop.Item, Window: stop.Window})
	}
	d.putBooking(&Booking{Ticket: t, Number: t.Number, State: hall.TicketIsBooked, Since: d.now})
	d.tell(hall.TicketBooked{
		Ticket: t.ID, Number: t.Number, Letter: letter, Day: t.Day, Due: t.Due, Item: t.Item, Errand: t.Errand, Situation: t.Situation,
		CodeSHA: a.CodeSHA, Command: a.Command, Token: a.Token,
	})
	d.out.Ticket = t
	return nil
}

// CheckIn is somebody who booked and is here.
type CheckIn struct {
	Ticket  hall.ID
	Number  int    // his number in the letter and the business day, from 1
	CodeSHA string // of the code printed with it
}

// Arrive confirms a booking and gives its holder a number: he waits, and is called at his time. Neither a daily contingent nor
// a manager's stop keeps him out: his place was promised. What it returns instead of a decision is a Refusal.
func (s *State) Arrive(m hall.Moment, a CheckIn) (Decision, error) {
	d := s.begin(m)
	was, ok := d.bookings[a.Ticket]
	if !ok {
		return Decision{}, NotBooked
	}
	service, known := d.cfg.Catalogue.Service(was.Ticket.Letter)
	switch rule := ruleOf(service); {
	case was.State == hall.TicketIsConfirmed:
		return Decision{}, HasArrived
	case was.State == hall.TicketIsWithdrawn:
		return Decision{}, CameTooLate
	case was.State != hall.TicketIsBooked:
		return Decision{}, NotBooked
	case !known:
		return Decision{}, NoSuchService
	case was.Ticket.Day > d.day.Day, !d.now.Unset && m.At.Before(was.Ticket.Due.Add(-rule.EarlyFor())):
		return Decision{}, TooEarly
	case a.Number <= d.day.Last[was.Ticket.Letter]:
		return Decision{}, NumberUsed
	}
	b := *was
	b.State, b.Since = hall.TicketIsConfirmed, d.now
	t := b.Ticket
	t.Number, t.Issued, t.Turn, t.Nth = Number(t.Letter, a.Number), d.now, d.axis(), d.day.Nth+1
	d.tell(hall.TicketConfirmed{Ticket: t.ID})
	b.Ticket = d.issues(t, a.Number, a.CodeSHA, Wait{})
	d.putBooking(&b)
	d.out.Ticket = b.Ticket
	return d.end(), nil
}

// ruleOf returns the rule of a queue's bookings; of one that takes none any more the zero one.
func ruleOf(s hall.Service) hall.BookingRule {
	if s.Booking == nil {
		return hall.BookingRule{}
	}
	return *s.Booking
}

// unbooks ends a booking whose holder does not want it any more; false where there is none that holds.
func (d *draft) unbooks(ticket hall.ID, why hall.DropWhy) bool {
	was := d.bookings[ticket]
	if was == nil || was.State != hall.TicketIsBooked {
		return false
	}
	d.closeBooking(was, hall.TicketIsCancelled)
	d.tell(hall.TicketCancelled{Ticket: ticket, Why: why})
	return true
}

func (d *draft) closeBooking(was *Booking, to hall.TicketState) {
	b := *was
	b.State, b.Since = to, d.now
	d.putBooking(&b)
}

// lapse withdraws the bookings whose holders did not arrive in time, and forgets those of earlier days. What the clock cannot
// tell it leaves to the end of the day.
func (d *draft) lapse() {
	var due []*Booking
	for _, b := range d.bookings {
		service, _ := d.cfg.Catalogue.Service(b.Ticket.Letter)
		late := !d.now.Unset && d.at.After(b.Ticket.Due.Add(ruleOf(service).LateFor()))
		if b.Ticket.Day < d.day.Day || b.State == hall.TicketIsBooked && late {
			due = append(due, b)
		}
	}
	slices.SortFunc(due, func(a, b *Booking) int { return inOrder(a.Ticket.Issued, b.Ticket.Issued, a.Ticket.ID, b.Ticket.ID) })
	for _, b := range due[:min(len(due), mostWithdrawn)] {
		if b.State == hall.TicketIsBooked {
			d.closeBooking(b, hall.TicketIsWithdrawn)
			d.tell(hall.TicketWithdrawn{Ticket: b.Ticket.ID, Why: hall.WithdrawnLate})
		}
		if b.Ticket.Day < d.day.Day {
			d.bookings = maps.Clone(d.bookings)
			delete(d.bookings, b.Ticket.ID)
			d.drop(kindBooking, b.Ticket.ID.String())
		}
	}
}

// putBooking keeps a booking. The map is cloned here, not for every decision: bookings are many and seldom change.
func (d *draft) putBooking(b *Booking) {
	d.bookings = maps.Clone(d.bookings)
	d.bookings[b.Ticket.ID] = b
	d.put(kindBooking, b.Ticket.ID.String(), b)
}

// Booking finds a booking whose day is not over.
func (s *State) Booking(ticket hall.ID) (*Booking, bool) {
	b, ok := s.bookings[ticket]
	return b, ok
}

// Bookings returns the bookings of a day, whatever became of them, in the order of their times.
func (s *State) Bookings(day hall.Day) (all []*Booking) {
	for _, b := range s.bookings {
		if b.Ticket.Day == day {
			all = append(all, b)
		}
	}
	slices.SortFunc(all, func(a, b *Booking) int {
		return cmp.Or(a.Ticket.Due.Compare(b.Ticket.Due), cmp.Compare(a.Number, b.Number))
	})
	return all
}

// fewestBooked is how many bookings of the day stand for nobody: they say that four of five arrive.
const fewestBooked = 5

// awaits notes who booked for today and is not here yet: each comes at his time, as likely as who booked today did.
func (r *rehearsal) awaits() {
	r.came, r.booked = fewestBooked-1, fewestBooked
	for _, b := range r.s.Bookings(r.s.day.Day) {
		switch b.State {
		case hall.TicketIsConfirmed:
			r.came, r.booked = r.came+1, r.booked+1
		case hall.TicketIsWithdrawn:
			r.booked++
		case hall.TicketIsBooked:
			one := &person{caller: caller{r.s.turn(&b.Ticket, b.Ticket.Due, 0), r.kind(b.Ticket.Letter, b.Ticket.Item), r.then(&b.Ticket)}}
			r.awaited = append(r.awaited, onward{max(0, b.Ticket.Due.Sub(r.now)), r.line(lineOf{letter: b.Ticket.Letter}), one})
		}
	}
}

// appointments draws who of them come during a play.
func (r *rehearsal) appointments() (coming []onward) {
	for _, o := range r.awaited {
		if r.rng.IntN(r.booked) < r.came {
			coming = append(coming, o)
		}
	}
	return coming
}
