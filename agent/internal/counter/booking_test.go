package counter

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallpulse/firmware-protocol/hall"
)

// book books a place for a1 at a time of the stage's day.
func (g *stage) book(at hall.TimeOfDay) Ticket {
	g.t.Helper()
	d, err := g.s.Book(g.moment(), g.appointment(g.s.DayAt(g.moment()), at))
	if err != nil {
		g.t.Fatalf("book %v: %v", at, err)
	}
	g.keep(d)
	return d.Ticket
}

func (g *stage) appointment(day hall.Day, at hall.TimeOfDay) Appointment {
	g.booked++
	return Appointment{Item: "a1", Day: day, At: at, Works: true, ID: g.id(), Number: g.booked}
}

// arrive is that the holder of a booking shows it.
func (g *stage) arrive(id hall.ID) Ticket {
	g.t.Helper()
	t, err := g.tryArrive(id)
	if err != nil {
		g.t.Fatal(err)
	}
	return t
}

func (g *stage) tryArrive(id hall.ID) (Ticket, error) {
	n := g.next("A")
	d, err := g.s.Arrive(g.moment(), CheckIn{Ticket: id, Number: n})
	if err != nil {
		g.number["A"]--
		return Ticket{}, err
	}
	g.keep(d)
	return d.Ticket, nil
}

func (g *stage) cancel(id hall.ID) {
	g.t.Helper()
	d, err := g.s.Cancel(g.moment(), id, hall.DropLeft)
	if err != nil {
		g.t.Fatal(err)
	}
	g.keep(d)
}

// domain §6: appointments at their time. Before it everybody else goes first, at it nobody but who always does.
func TestWhoBookedIsCalledAtHisTime(t *testing.T) {
	g := newStage(t)
	b := g.book(10*60 + 5)
	if b.Number != "YA001" || len(g.s.Queue("A", g.moment().At)) != 0 {
		t.Fatalf("booked: %+v, and %d wait", b, g.s.WaitingUnder("A"))
	}
	g.take("A")
	mine := g.arrive(b.ID)
	if mine.Number != "A002" || mine.ID != b.ID {
		t.Fatalf("arrived: %+v", mine)
	}
	if got := fmt.Sprint(g.types()); got != "[ticket.confirmed ticket.issued]" {
		t.Errorf("told %s", got)
	}
	g.take("A")
	g.do("1", ActOpen, ActNext)
	if w, _ := g.s.Window(g.moment(), "1"); w.Visit.Ticket.Number != "A001" {
		t.Errorf("before the time %s is called", w.Visit.Ticket.Number)
	}
	g.at(5 * 60)
	g.take("A")
	if got := fmt.Sprint(g.calls("1")); got != "[A002 A003 A004]" {
		t.Errorf("at the time %s are called", got)
	}
}

// domain §6: what a booking is refused for, and that nothing has changed then.
func TestWhatCannotBeBooked(t *testing.T) {
	day := hall.DayOf(tableTime())
	for name, one := range map[string]struct {
		change func(*Appointment)
		want   error
	}{
		"an item that the hall does not have":     {func(a *Appointment) { a.Item = "x" }, NoSuchItem},
		"a situation that the item does not have": {func(a *Appointment) { a.Situation = "x" }, NoSuchItem},
		"a queue that takes no bookings":          {func(a *Appointment) { a.Item = "b1" }, NotBookable},
		"a time that is none of the hall's":       {func(a *Appointment) { a.At++ }, NotBookable},
		"a time that is over":                     {func(a *Appointment) { a.At = 10*60 + 2 }, NotBookable},
		"yesterday":                               {func(a *Appointment) { a.Day-- }, NotBookable},
		"too many days ahead":                     {func(a *Appointment) { a.Day += 2 }, NotBookable},
		"a day on which the hall is closed":       {func(a *Appointment) { a.Day, a.Works = day+1, false }, NotBookable},
		"a third place of two":                    {func(a *Appointment) { a.At = 12 * 60 }, SlotFull},
		"tomorrow":                                {func(a *Appointment) { a.Day++ }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			g := newStage(t)
			g.book(12 * 60)
			g.cancel(g.book(12 * 60).ID) // its place is free again
			g.book(12 * 60)
			g.at(3 * 60)
			a, before := g.appointment(day, 10*60+30), contents(g.s)
			one.change(&a)
			if _, err := g.s.Book(g.moment(), a); !errors.Is(err, one.want) || (err == nil) != (one.want == nil) {
				t.Errorf("%v, want %v", err, one.want)
			}
			if contents(g.s) != before {
				t.Error("something has changed")
			}
		})
	}
}

// The roster says on which days and at which hours a queue's windows are staffed: no other time can be booked.
func TestByTheRosterOnlyStaffedTimesCanBeBooked(t *testing.T) {
	c := smallHall()
	c.Roster = &hall.Roster{Shifts: []hall.Shift{{Windows: []string{"1"}, From: 9 * 60, To: 17 * 60, Lunch: &hall.Lunch{From: 12 * 60, To: 13 * 60}}}}
	s := New(DefaultConfig(c))
	m := newStage(t).moment()
	day := s.DayAt(m)
	if got := fmt.Sprint(s.Slots(m, "a1", "", day, true)); got != "[{10:02 2} {10:05 2} {10:30 2}]" {
		t.Errorf("on a working day %s", got)
	}
	if got := s.Slots(m, "a1", "", day, false); len(got) != 0 {
		t.Errorf("on a day off %v", got)
	}
}

// domain §6, design §2: arrived in time, too early, too late, twice, and after it was cancelled.
func TestWhenWhoBookedArrives(t *testing.T) {
	for name, one := range map[string]struct {
		at    int // second
		day   hall.Day
		first func(*stage, hall.ID)
		want  error
	}{
		"eleven minutes before": {at: 19*60 - 1, want: TooEarly},
		"ten minutes before":    {at: 20 * 60},
		"five minutes after":    {at: 35 * 60},
		"six minutes after":     {at: 35*60 + 1, want: CameTooLate},
		"a day before":          {at: 30 * 60, day: 1, want: TooEarly},
		"twice":                 {at: 30 * 60, first: func(g *stage, id hall.ID) { g.arrive(id) }, want: HasArrived},
		"after he cancelled it": {at: 30 * 60, first: (*stage).cancel, want: NotBooked},
	} {
		t.Run(name, func(t *testing.T) {
			g := newStage(t)
			d, err := g.s.Book(g.moment(), g.appointment(g.s.DayAt(g.moment())+one.day, 10*60+30))
			if err != nil {
				t.Fatal(err)
			}
			g.keep(d)
			g.at(one.at)
			g.keep(g.s.Expire(g.moment()))
			if one.first != nil {
				one.first(g, d.Ticket.ID)
			}
			if _, err := g.tryArrive(d.Ticket.ID); !errors.Is(err, one.want) || (err == nil) != (one.want == nil) {
				t.Errorf("%v, want %v", err, one.want)
			}
		})
	}
}

// A booking lapses once, by time alone; with a clock that nobody can believe only its day ends it.
func TestABookingLapsesOnce(t *testing.T) {
	for _, clock := range []hall.ClockState{hall.ClockSynced, hall.ClockUnset} {
		g := newStage(t)
		b := g.book(10*60 + 5)
		g.clock = clock
		g.at(20 * 60)
		var told []hall.Type
		for range 2 {
			g.keep(g.s.Expire(g.moment()))
			told = append(told, g.types()...)
		}
		if want := clock == hall.ClockSynced; slices.Contains(told, hall.TypeTicketWithdrawn) != want || len(told) > 1 {
			t.Errorf("with the clock %s: %v", clock, told)
		}
		g.clock = hall.ClockSynced
		g.pass(14 * time.Hour)
		g.keep(g.s.Expire(g.moment()))
		if _, known := g.s.Booking(b.ID); known {
			t.Error("it is remembered on the next day")
		}
	}
}

// design §3: a command is answered by one event, and a repeat hears the same: after days, after a restart, and where a place has
// become free meanwhile.
func TestACommandBooksOnce(t *testing.T) {
	g := newStage(t)
	ask := func(id string, kind hall.CommandKind, ticket hall.ID) {
		day := hall.DayOf(tableTime())
		order := hall.Order{Item: "a1", Day: day, At: 12 * 60, Ticket: ticket}
		if kind == hall.CommandUnbook {
			order = hall.Order{Ticket: ticket}
		}
		a := g.appointment(day, 12*60)
		a.Command = id
		g.keep(g.s.Command(g.moment(), Command{ID: id, Kind: kind, Expires: tableTime().Add(2 * time.Hour), Order: order, Appointment: a}))
	}
	told := func(want string) {
		t.Helper()
		if got := fmt.Sprint(g.types()); got != want {
			t.Errorf("told %s, want %s", got, want)
		}
	}
	ask("c1", hall.CommandBook, hall.ID{})
	told("[ticket.booked command.done]")
	first := g.s.Bookings(g.s.DayAt(g.moment()))[0].Ticket.ID
	g.restart()
	ask("c1", hall.CommandBook, hall.ID{})
	told("[command.done]")
	ask("c2", hall.CommandBook, hall.ID{})
	ask("c3", hall.CommandBook, hall.ID{})
	told("[command.refused]")
	ask("c4", hall.CommandUnbook, first)
	told("[ticket.cancelled command.done]")
	ask("c3", hall.CommandBook, hall.ID{}) // he was told that it is full
	told("[command.refused]")
	ask("c5", hall.CommandUnbook, first)
	if f, ok := g.told[0].(hall.CommandRefused); !ok || f.Why != hall.RefusedOver {
		t.Errorf("told %+v", g.told)
	}
	if n := len(g.s.Bookings(g.s.DayAt(g.moment()))); n != 2 {
		t.Errorf("%d bookings, want 2", n)
	}
	g.pass(3 * time.Hour)
	ask("c9", hall.CommandBook, hall.ID{})
	if f, ok := g.told[len(g.told)-1].(hall.CommandRefused); !ok || f.Why != hall.RefusedExpired {
		t.Errorf("told %+v", g.told)
	}
}

// A catalogue cannot leave out what somebody has booked.
func TestTheCatalogueKeepsWhatIsBooked(t *testing.T) {
	g := newStage(t)
	b := g.book(10*60 + 30)
	c := smallHall()
	c.Items = c.Items[1:]
	if _, err := g.s.Arrange(g.moment(), c); !errors.Is(err, InUse{hall.CatalogueWaits, "a1"}) {
		t.Errorf("%v", err)
	}
	g.cancel(b.ID)
	if _, err := g.s.Arrange(g.moment(), c); err != nil {
		t.Errorf("after it was cancelled: %v", err)
	}
}

// domain §6: the estimate knows of arrivals by appointment: who comes now waits longer where people with a booking come first.
func TestTheEstimateKnowsWhoBooked(t *testing.T) {
	wait := func(booked bool) Wait {
		c := smallHall()
		c.Services[0].Booking.Each = 20
		g := newStage(t)
		g.s = New(DefaultConfig(c))
		g.do("1", ActOpen)
		for range 12 { // five minutes each
			g.take("A")
			g.do("1", ActNext, ActServe)
			g.pass(5 * time.Minute)
			g.do("1", ActFinish)
		}
		g.pass(45 * time.Minute) // 11:45, nobody came lately
		for range 6 {
			g.take("A")
			if booked {
				g.book(12 * 60)
			}
		}
		return g.s.Forecast(g.moment()).Newcomer("A", "")
	}
	without, with := wait(false), wait(true)
	if with.P50 < without.P50+10*time.Minute {
		t.Errorf("with six bookings ahead %v, without %v", with, without)
	}
}

// bookingsHold is what holds of bookings after each step: never more of a time than it has places, and one is what became of
// its ticket.
func (r *hallRun) bookingsHold(t *rapid.T) {
	taken := map[time.Time]int{}
	for id, b := range r.s.bookings {
		if b.State != hall.TicketIsCancelled {
			if taken[b.Ticket.Due]++; taken[b.Ticket.Due] > 2 {
				t.Fatalf("at %v %d places are booked of 2", b.Ticket.Due, taken[b.Ticket.Due])
			}
		}
		at, arrived := r.road.at[id], b.State == hall.TicketIsConfirmed
		if !arrived && at != b.State || arrived && (at == hall.TicketIsBooked || at == hall.TicketIsConfirmed) {
			t.Fatalf("booking %v is %s, its ticket was told as %s", id, b.State, at)
		}
	}
}

// book keeps a place, by a command or in the hall; what was booked may be cancelled, and a command is said again.
func (r *hallRun) book(t *rapid.T) {
	m := r.moment()
	a := r.appointment(r.s.DayAt(m)+hall.Day(rapid.IntRange(0, 1).Draw(t, "day")), rapid.SampledFrom(smallRule().At).Draw(t, "at"))
	switch rapid.IntRange(0, 3).Draw(t, "how") {
	case 0:
		if d, err := r.s.Book(m, a); err == nil {
			r.keep(d)
		}
	case 1:
		if all := r.s.Bookings(a.Day); len(all) > 0 {
			if d, err := r.s.Cancel(m, rapid.SampledFrom(all).Draw(t, "cancel").Ticket.ID, hall.DropLeft); err == nil {
				r.keep(d)
			}
		}
	default:
		a.Command = fmt.Sprint("b", rapid.IntRange(0, 40).Draw(t, "command")) // some of them again
		r.keep(r.s.Command(m, Command{ID: a.Command, Kind: hall.CommandBook, Expires: a.At.On(a.Day), Order: hall.Order{Item: "a1", Day: a.Day, At: a.At}, Appointment: a}))
	}
}

// arrive is that who booked for today comes, in time or not.
func (r *hallRun) arrive(t *rapid.T) {
	r.keep(r.s.Expire(r.moment()))
	all := r.s.Bookings(r.s.DayAt(r.moment()))
	if len(all) == 0 {
		return
	}
	b := rapid.SampledFrom(all).Draw(t, "booking")
	before := r.s.WaitingUnder("A")
	ticket, err := r.tryArrive(b.Ticket.ID)
	if err != nil {
		return
	}
	name := ticket.Day.String() + ticket.Number
	if r.issued[name] || r.s.WaitingUnder("A") != before+1 || b.State != hall.TicketIsBooked {
		t.Fatalf("%+v arrived: %s was given out before: %v; %d wait, before %d", b, name, r.issued[name], r.s.WaitingUnder("A"), before)
	}
	r.issued[name] = true
}
