package store_test

import (
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/figures"
	"hallpulse/hub/internal/store"
)

// total returns what a report counts from a day to a day, both written 2026-11-23.
func (h *hub) total(q figures.Query, from, to string) figures.Sums {
	h.t.Helper()
	q.From, q.To = dayOf(from), dayOf(to)
	all, err := h.Store.Tallies(h.t.Context(), q, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	return q.Report(all, nil).Total.Sums
}

// Domain §9, told by a counter over a week that begins on Monday, 23 November: 按时, 现场, 总, 日办结率, 提速率, 跑动次数.
func TestCasesAreCountedAsTheyAreDecided(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer func() { h.close() }()
	h.publish("2026")
	a.started(nil, hall.EpochFirst)
	at := func(day, hour int) {
		a.now = dayOf("2026-11-01").Start().AddDate(0, 0, day-1).Add(time.Duration(hour) * time.Hour)
	}
	decided := hall.CaseGranted

	at(23, 10)
	_, visit, spot := a.accepted(func(o *hall.CaseOpening) { o.Promised, o.Legal = 2, 10 }) // within its visit, whatever its kind
	a.tell(hall.CaseDecided{CaseAt: hall.CaseAt{Case: spot, Visit: visit, Window: "1", Staff: "1024"}, Result: decided})
	_, _, stood := a.accepted()
	_, _, late := a.accepted(func(o *hall.CaseOpening) { o.Promised, o.Legal, o.Delivers = 1, 1, true })
	_, _, free := a.accepted(func(o *hall.CaseOpening) { o.Promised, o.Legal = 0, 0 })
	a.accepted() // its clock runs
	_, _, mistaken := a.accepted()
	a.tell(hall.CaseUndone{CaseAt: on(mistaken), Step: hall.TypeCaseAccepted})
	ticket, visit := a.begun("1")
	refused := a.id()
	o := opened(refused, ticket)
	a.tell(hall.CaseRefused{CaseAt: hall.CaseAt{Case: refused, Visit: visit, Window: "1", Staff: "1024"}, Why: hall.CaseNotOurs, Opening: &o})
	at(24, 10)
	a.tell(hall.CaseReturned{CaseAt: on(stood), Notice: a.id()})
	at(25, 10)
	a.tell(hall.CaseDecided{CaseAt: on(late), Result: decided}) // two working days, one is allowed
	a.tell(hall.CaseDecided{CaseAt: on(free), Result: decided})
	at(26, 10)
	_, again := a.begun("1")
	a.tell(hall.CaseResubmitted{CaseAt: hall.CaseAt{Case: stood, Visit: again, Window: "1", Staff: "1024"}})
	at(30, 10)
	a.tell(hall.CaseDecided{CaseAt: on(stood), Result: decided}) // Thursday, Friday, Monday: three, as promised
	h.sendAll(a, a.epoch)

	want := figures.Handled{Received: 5, Settled: 4, SameDay: 1, Decided: 4, Refused: 1, Limited: 3, InTime: 2, OnTheSpot: 1,
		PromiseLegal: 10 + 20 + 1, Promised: 2 + 3 + 1, UsedLegal: 10 + 20 + 1, Used: 0 + 3 + 2, Over: 3, Trips: 1 + 2 + 1}
	month := func(q figures.Query) figures.Handled { return h.total(q, "2026-11-01", "2026-11-30").Handled }
	if got := month(figures.Query{By: figures.ByUnit, Unit: "land"}); got != want {
		t.Errorf("counted %+v\nwant    %+v", got, want)
	}
	for _, c := range []struct {
		rule              string
		query             figures.Query
		from, to          string
		received, decided int
	}{
		{"as accepted on the day it was", figures.Query{By: figures.ByDay}, "2026-11-23", "2026-11-23", 5, 1},
		{"as decided on the day it was", figures.Query{By: figures.ByDay}, "2026-11-24", "2026-11-30", 0, 3},
		{"as accepted by whom it was", figures.Query{By: figures.ByStaff, Staff: "1024"}, "2026-11-01", "2026-11-30", 5, 1},
		{"as decided by whom it was", figures.Query{By: figures.ByStaff, Staff: "1025"}, "2026-11-01", "2026-11-30", 0, 3},
		{"by its item", figures.Query{By: figures.ByItem, Item: "deed"}, "2026-11-01", "2026-11-30", 5, 4},
		{"of another unit", figures.Query{By: figures.ByUnit, Unit: "police"}, "2026-11-01", "2026-11-30", 0, 0},
	} {
		if got := h.total(c.query, c.from, c.to).Handled; got.Received != c.received || got.Decided != c.decided {
			t.Errorf("%s: %d received, %d decided; want %d, %d", c.rule, got.Received, got.Decided, c.received, c.decided)
		}
	}
	h.check()

	a.tell(hall.CaseUndone{CaseAt: on(free), Step: hall.TypeCaseDecided})
	a.tell(hall.CaseDelivered{CaseAt: on(late), Road: hall.DeliveredByPost})
	h.sendAll(a, a.epoch)
	want.Settled, want.Decided, want.Over, want.Trips = 3, 3, 3, 1+2+1
	if got := month(figures.Query{By: figures.ByHall}); got != want {
		t.Errorf("a decision that was undone is none; what was delivered is over: %+v\nwant %+v", got, want)
	}
	h.check()
	h.rise()
	if got := month(figures.Query{By: figures.ByHall}); got != want {
		t.Errorf("what an older hub did not count: %+v\nwant %+v", got, want)
	}
	h.check()
}

// rise opens the store of an older hub, which counted nothing, with this one.
func (h *hub) rise() {
	h.t.Helper()
	h.Store.Spoil(h.t, `DELETE FROM tallies`)
	h.Store.Spoil(h.t, `UPDATE position SET derivation = 7`)
	h.close()
	s, err := store.Open(h.t.Context(), h.dir)
	if err != nil {
		h.t.Fatal(err)
	}
	h.Store = s
	h.run(s)
}

// What was used is counted by the calendar alone: where that is not published nobody knows, until it is.
func TestWhatACaseTookWaitsForTheCalendar(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	_, _, id := a.accepted()
	a.now = a.now.AddDate(0, 0, 1)
	a.tell(hall.CaseDecided{CaseAt: on(id), Result: hall.CaseGranted})
	h.sendAll(a, a.epoch)
	month := func() figures.Handled {
		return h.total(figures.Query{By: figures.ByHall}, "2026-11-01", "2026-11-30").Handled
	}
	if got := month(); got.UsedLegal != 0 || got.Limited != 0 || got.PromiseLegal != 20 || got.Decided != 1 {
		t.Errorf("nobody has published the year: %+v", got)
	}
	h.publish("2026")
	h.tick(a.now.Add(time.Minute), a)
	if got := month(); got.UsedLegal != 20 || got.Used != 1 || got.Limited != 1 || got.InTime != 1 {
		t.Errorf("published: %+v", got)
	}
	h.check()
}

// Bookings count on the day they are for, at the hall and the item, and change with what becomes of them.
func TestBookingsAreCountedOnTheirDay(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer func() { h.close() }()
	a.started(nil, hall.EpochFirst)
	for then, n := range map[booked]int{bookedStill: 4, bookedCame: 3, bookedGone: 2, bookedLate: 1} {
		for range n {
			a.booked(then)
		}
	}
	later := a.booked(bookedStill)
	a.visit("1")
	h.sendAll(a, a.epoch)
	today, tomorrow := hall.DayOf(a.now).String(), hall.DayOf(a.now)+1
	want := figures.Bookings{Booked: 11, Came: 3, Cancelled: 2, Missed: 1}
	booked := func() figures.Bookings {
		return h.total(figures.Query{By: figures.ByItem, Item: "id-card"}, tomorrow.String(), tomorrow.String()).Bookings
	}
	if got := booked(); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := h.total(figures.Query{By: figures.ByHall}, today, today); got.Bookings != (figures.Bookings{}) || got.Served != 1 {
		t.Errorf("on the day on which they were made: %+v", got)
	}
	onDay, err := h.Store.BookedOn(t.Context(), tomorrow)
	if err != nil || len(onDay) != 1 || onDay[1]["A"] != want {
		t.Errorf("on the board of that day: %+v, %v", onDay, err)
	}
	a.tell(hall.TicketWithdrawn{Ticket: later, Why: hall.WithdrawnLate})
	h.sendAll(a, a.epoch)
	if want.Missed = 2; booked() != want {
		t.Errorf("%+v, want %+v", booked(), want)
	}
	if !h.told[len(h.told)-1].Booked {
		t.Error("the board hears of none")
	}
	h.check()
	h.rise()
	if got := booked(); got != want {
		t.Errorf("what an older hub did not count: %+v, want %+v", got, want)
	}
}
