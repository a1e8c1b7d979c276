package store_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/store"
)

// morning is when the days of these tests begin.
var morning = time.Date(2026, 11, 23, 9, 0, 0, 0, hall.Beijing())

// agent is a model of a counter's agent: it tells facts, keeps them in epochs with their chain, and cuts batches.
type agent struct {
	intake.Agent
	instance string
	epoch    string
	events   map[string][][]byte
	chains   map[string][]uplink.Chain // after each event
	now      time.Time
	clock    hall.Clock
	start    uint32
	booted   time.Time
	tag      uint16
	serial   uint32
	press    uint32
	told     []uplink.Event // of the current epoch, decoded
}

func newAgent(number uint32, name string) *agent {
	return &agent{Agent: intake.Agent{Number: number, Name: name}, instance: hex16("instance", name, 1), epoch: hex16("epoch", name, 1),
		events: map[string][][]byte{}, chains: map[string][]uplink.Chain{}, now: morning, clock: hall.Clock{State: hall.ClockSynced, Since: morning},
		start: 1, booted: morning, tag: uint16(number) * 77}
}

// hex16 returns a name that is the same in every run.
func hex16(parts ...any) string {
	return fmt.Sprintf("%x", sha256.Sum256(fmt.Append(nil, parts...)))[:16]
}

// tell adds a fact to the agent's current epoch, a second after the one before.
func (a *agent) tell(f hall.Fact) uplink.Event { return a.tellAgain(f, nil) }

func (a *agent) tellAgain(f hall.Fact, was *uplink.Place) uplink.Event {
	a.now = a.now.Add(time.Second)
	e, err := uplink.NewEvent(hall.Moment{At: a.now, Clock: a.clock, Start: a.start, Up: a.now.Sub(a.booted)}, f)
	if err != nil {
		panic(err)
	}
	e.Was = was
	return a.keep(e)
}

// keep adds an event as it is, with the next seq.
func (a *agent) keep(e uplink.Event) uplink.Event {
	e.Seq = uint64(len(a.events[a.epoch])) + 1
	b, err := e.Encode()
	if err != nil {
		panic(err)
	}
	a.raw(b)
	a.told = append(a.told, e)
	return e
}

// raw adds bytes that may be no event.
func (a *agent) raw(b []byte) {
	chain := uplink.ChainStart(a.Name, a.epoch)
	if n := len(a.chains[a.epoch]); n > 0 {
		chain = a.chains[a.epoch][n-1]
	}
	a.events[a.epoch] = append(a.events[a.epoch], b)
	a.chains[a.epoch] = append(a.chains[a.epoch], chain.Next(b))
}

// begin begins another epoch.
func (a *agent) begin(n int) (before string) {
	before, a.epoch, a.told = a.epoch, hex16("epoch", a.Name, n), nil
	return before
}

func (a *agent) id() hall.ID {
	a.serial++
	return hall.ID{Agent: a.Number, Tag: a.tag, Serial: a.serial}
}

func (a *agent) pad() hall.PadUID { return hall.PadUID(0xfeed<<32 | uint64(a.Number)) }

// pressed returns the next press of the agent's pad.
func (a *agent) pressed(l hall.Level) hall.Press {
	a.press++
	return hall.Press{UID: a.pad(), Boot: 7, Seq: a.press, Level: l, AgeMS: 200}
}

// started tells what an agent tells first.
func (a *agent) started(before *hall.EpochEnd, why hall.EpochCause) {
	a.tell(hall.AgentStarted{Version: "1", Instance: a.instance, Hall: "h" + a.Name, Tag: a.tag, Before: before, Reason: why})
}

// visit tells a whole visit at a window and returns its names; levels are presses while it is invited.
func (a *agent) visit(window string, levels ...hall.Level) (ticket, visit hall.ID) {
	ticket, visit = a.id(), a.id()
	a.tell(hall.TicketIssued{Ticket: ticket, Number: fmt.Sprintf("A%03d", ticket.Serial%1000), Letter: "A", Day: hall.DayOf(a.now), Item: "id-card", Ahead: 3})
	a.tell(hall.TicketCalled{Ticket: ticket, Window: window})
	a.tell(hall.VisitOpened{Visit: visit, Ticket: ticket, Window: window, Staff: "1024", Unit: "police", Item: "id-card"})
	a.tell(hall.VisitServed{Visit: visit})
	a.tell(hall.VisitFinished{Visit: visit, Staff: "1024", Outcome: hall.OutcomeFinished})
	a.tell(hall.TicketFinished{Ticket: ticket, Window: window})
	a.tell(hall.RatingInvited{Visit: visit, Window: window, Until: a.now.Add(2 * time.Minute)})
	for n, l := range levels {
		p := a.pressed(l)
		if n == 0 {
			a.tell(hall.RatingGiven{Ticket: ticket, Visit: visit, Window: window, Level: l, Channel: hall.ChannelPad, Press: &p})
			continue
		}
		a.tell(hall.RatingRepeat{Visit: visit, Window: window, Press: p})
	}
	return ticket, visit
}

// day tells a day of n visits at six windows; rng chooses levels and what happens between.
func (a *agent) day(rng *rand.Rand, n int) {
	for i := range n {
		window := fmt.Sprint(1 + i%6)
		other := fmt.Sprint(1 + (i+1)%6)
		switch rng.IntN(16) {
		case 12:
			a.passedOn(window, other)
		case 13:
			a.parked(window, other)
		case 14:
			a.cameBack(window, other)
		case 15:
			ticket := a.id()
			a.tell(hall.TicketIssued{Ticket: ticket, Number: "A997", Letter: "A", Day: hall.DayOf(a.now), Class: hall.ClassElderly, Cases: 2})
			a.tell(hall.TicketCancelled{Ticket: ticket, Why: hall.DropLeft})
		case 0:
			ticket, visit := a.id(), a.id()
			a.tell(hall.TicketIssued{Ticket: ticket, Number: "A999", Letter: "A", Day: hall.DayOf(a.now)})
			a.tell(hall.TicketCalled{Ticket: ticket, Window: window})
			a.tell(hall.VisitOpened{Visit: visit, Ticket: ticket, Window: window, Staff: "1024"})
			a.tell(hall.VisitFinished{Visit: visit, Outcome: hall.OutcomeMissed})
			a.tell(hall.TicketMissed{Ticket: ticket, Window: window})
		case 1:
			a.tell(hall.RatingUnbound{Window: window, Why: hall.UnboundNoVisit, Press: a.pressed(hall.Fair)})
			a.tell(hall.WindowPaused{Window: window, Staff: "1024"})
			a.tell(hall.WindowResumed{Window: window, Staff: "1024"})
		case 2, 3, 4, 5:
			a.visit(window)
		case 6:
			a.visit(window, hall.Level(1+rng.IntN(5)), hall.Level(1+rng.IntN(5)))
		default:
			a.visit(window, hall.Level(1+rng.IntN(5)))
		}
	}
}

// booked is what becomes of a place that is booked.
type booked string

const (
	bookedStill booked = "still to come"
	bookedCame  booked = "came"
	bookedGone  booked = "given up"
	bookedLate  booked = "did not come"
)

// booked tells of a place that is booked for tomorrow at ten, and what becomes of it.
func (a *agent) booked(then booked) (ticket hall.ID) {
	ticket = a.id()
	day := hall.DayOf(a.now) + 1
	a.tell(hall.TicketBooked{Ticket: ticket, Number: "A900", Letter: "A", Day: day, Due: day.Start().Add(10 * time.Hour), Item: "id-card"})
	a.becomes(ticket, then)
	return ticket
}

// becomes tells what becomes of a place that was booked.
func (a *agent) becomes(ticket hall.ID, then booked) {
	switch then {
	case bookedCame:
		a.tell(hall.TicketConfirmed{Ticket: ticket})
		a.tell(hall.TicketIssued{Ticket: ticket, Number: "A901", Letter: "A", Day: hall.DayOf(a.now), Item: "id-card"})
	case bookedGone:
		a.tell(hall.TicketCancelled{Ticket: ticket, Why: hall.DropLeft})
	case bookedLate:
		a.tell(hall.TicketWithdrawn{Ticket: ticket, Why: hall.WithdrawnLate})
	}
}

// begun tells of a ticket that is served at a window.
func (a *agent) begun(window string) (ticket, visit hall.ID) {
	ticket, visit = a.id(), a.id()
	a.tell(hall.TicketIssued{Ticket: ticket, Number: "A998", Letter: "A", Day: hall.DayOf(a.now)})
	a.tell(hall.TicketCalled{Ticket: ticket, Window: window})
	a.tell(hall.VisitOpened{Visit: visit, Ticket: ticket, Window: window, Staff: "1024", Unit: "police"})
	a.tell(hall.VisitServed{Visit: visit})
	return ticket, visit
}

// ended tells that a clerk ended a visit at a window, and that it was rated there.
func (a *agent) ended(ticket, visit hall.ID, window, badge string) {
	a.tell(hall.TicketFinished{Ticket: ticket, Window: window})
	a.tell(hall.VisitFinished{Visit: visit, Staff: badge, Outcome: hall.OutcomeFinished})
	p := a.pressed(hall.Good)
	a.tell(hall.RatingGiven{Ticket: ticket, Visit: visit, Window: window, Level: p.Level, Channel: hall.ChannelPad, Press: &p})
}

// passedOn tells of a visit that goes on at another window of its unit.
func (a *agent) passedOn(window, other string) (ticket, visit hall.ID) {
	ticket, visit = a.begun(window)
	a.tell(hall.TicketTransferred{Ticket: ticket, From: window, Letter: "A", Window: other, Visit: visit, Clerk: "1024"})
	a.tell(hall.TicketCalled{Ticket: ticket, Window: other})
	a.tell(hall.VisitServed{Visit: visit, Window: other, Staff: "1025"})
	a.ended(ticket, visit, other, "1025")
	return ticket, visit
}

// parked tells of a visit that is parked and goes on with a stand-in.
func (a *agent) parked(window, other string) (ticket, visit hall.ID) {
	ticket, visit = a.begun(window)
	a.tell(hall.TicketHeld{Ticket: ticket, Visit: visit, Window: window, Why: hall.HeldMaterials})
	a.tell(hall.TicketResumed{Ticket: ticket, Visit: visit, Window: other, Staff: "1025"})
	a.ended(ticket, visit, other, "1025")
	return ticket, visit
}

// cameBack tells of somebody who was missed and came after all: his second visit is served.
func (a *agent) cameBack(window, other string) (ticket, second hall.ID) {
	ticket, first, second := a.id(), a.id(), a.id()
	a.tell(hall.TicketIssued{Ticket: ticket, Number: "A996", Letter: "A", Day: hall.DayOf(a.now)})
	a.tell(hall.TicketCalled{Ticket: ticket, Window: window})
	a.tell(hall.VisitOpened{Visit: first, Ticket: ticket, Window: window, Staff: "1024", Unit: "police"})
	a.tell(hall.TicketMissed{Ticket: ticket, Window: window})
	a.tell(hall.VisitFinished{Visit: first, Staff: "1024", Outcome: hall.OutcomeMissed})
	a.tell(hall.TicketReturned{Ticket: ticket})
	a.tell(hall.TicketCalled{Ticket: ticket, Window: other})
	a.tell(hall.VisitOpened{Visit: second, Ticket: ticket, Window: other, Staff: "1025", Unit: "police"})
	a.tell(hall.VisitServed{Visit: second})
	a.ended(ticket, second, other, "1025")
	return ticket, second
}

// batch returns the bytes of a batch from seq first on.
func (a *agent) batch(epoch string, first uint64, count int) []byte {
	events := a.events[epoch]
	count = min(count, len(events)-int(first)+1)
	b := uplink.Batch{Header: uplink.Header{Instance: a.instance, Epoch: epoch, First: first, Prev: uplink.ChainStart(a.Name, epoch),
		Sent: uplink.Sent{At: a.now, Clock: a.clock, Start: a.start, UpMS: a.now.Sub(a.booted).Milliseconds()}}}
	if first > 1 {
		b.Prev = a.chains[epoch][first-2]
	}
	b.Events = events[first-1 : int(first)-1+count]
	bytes, err := b.Encode()
	if err != nil {
		panic(err)
	}
	return bytes
}

// hub is a store with its intake, running.
type hub struct {
	t      testing.TB
	dir    string
	Store  *store.Store
	Intake *intake.Intake
	stop   func()
	now    time.Time
	site   func(agent uint32) *hall.Catalogue
	told   []intake.Committed
	erased []string // refs of boxes that were erased for ever
	open   func(uplink.Box) (intake.Box, string, error)
}

// newHub starts a hub in a folder, with the agents enrolled.
func newHub(t testing.TB, dir string, agents ...*agent) *hub {
	t.Helper()
	s, err := store.Open(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	h := &hub{t: t, dir: dir, Store: s, now: morning.Add(time.Hour)}
	h.enrol(agents...)
	h.run(s)
	return h
}

func (h *hub) enrol(agents ...*agent) {
	h.t.Helper()
	known, err := h.Store.Agents(context.Background())
	if err != nil {
		h.t.Fatal(err)
	}
	for _, a := range agents {
		if int(a.Number) <= len(known) {
			continue
		}
		got, err := h.Store.AddAgent(context.Background(), a.Name, morning, func(uint32) (store.AgentKey, error) {
			return store.AgentKey{Public: make([]byte, 32), ConfigKey: []byte{1}, From: hall.DayOf(morning)}, nil
		})
		if err != nil || got.Number != a.Number {
			h.t.Fatalf("enrol %s: number %d, %v", a.Name, got.Number, err)
		}
	}
}

// run starts intake on a store, which may be one that fails.
func (h *hub) run(s intake.Store) {
	h.Intake = intake.New(intake.Options{Store: s, Site: h.site, Open: h.open, Now: func() time.Time { return h.now }, Erased: func(ref string) bool { return slices.Contains(h.erased, ref) }, Told: func(c intake.Committed) { h.told = append(h.told, c) }})
	h.runs()
}

// runs lets intake begin.
func (h *hub) runs() {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.Intake.Run(ctx) }()
	h.stop = func() {
		cancel()
		if err := <-done; err != nil {
			h.t.Error(err)
		}
	}
}

// close ends the hub.
func (h *hub) close() {
	h.t.Helper()
	h.stop()
	if err := h.Store.Close(); err != nil {
		h.t.Error(err)
	}
}

// send hands in a batch and waits for its receipt.
func (h *hub) send(a *agent, payload []byte) uplink.Receipt {
	h.t.Helper()
	got := make(chan uplink.Receipt, 1)
	if err := h.Intake.Take(a.Agent, payload, h.now, func(r uplink.Receipt) { got <- r }); err != nil {
		h.t.Fatal(err)
	}
	select {
	case r := <-got:
		return r
	case <-time.After(30 * time.Second):
		h.t.Fatal("no receipt")
		return uplink.Receipt{}
	}
}

// sendAll sends an epoch from its beginning, as the receipts ask.
func (h *hub) sendAll(a *agent, epoch string) {
	h.t.Helper()
	for next := uint64(1); next <= uint64(len(a.events[epoch])); {
		r := h.send(a, a.batch(epoch, next, 100))
		switch {
		case r.Fork:
			h.t.Fatalf("%s: fork after %d", a.Name, r.Through)
		case r.Need > 0:
			next = r.Need
		default:
			if r.Chain != a.chains[epoch][r.Through-1] {
				h.t.Fatalf("%s: chain at %d is not ours", a.Name, r.Through)
			}
			next = r.Through + 1
		}
	}
}

// check demands that the database is clean.
func (h *hub) check() {
	h.t.Helper()
	r, err := h.Store.Check(context.Background())
	if err != nil {
		h.t.Fatal(err)
	}
	if !r.OK() {
		h.t.Fatal(r)
	}
}

func dataDir(t testing.TB) string { return filepath.Join(t.TempDir(), "data") }

// crowd tells about n events of a busy hall: people wait for a while, six windows serve side by side.
func (a *agent) crowd(rng *rand.Rand, n int) {
	type place struct {
		ticket, visit hall.ID
		step          int
	}
	windows := make([]place, 6)
	var queue []hall.ID
	for len(a.events[a.epoch]) < n {
		if len(queue) < 6 || rng.IntN(8) == 0 {
			id := a.id()
			a.tell(hall.TicketIssued{Ticket: id, Number: fmt.Sprintf("A%03d", id.Serial%1000), Letter: "A", Day: hall.DayOf(a.now), Item: "id-card", Ahead: len(queue), CodeSHA: hex16(id) + hex16(id) + hex16(id) + hex16(id)})
			a.tell(hall.PaperPrinted{Ticket: id, Device: "printer-1"})
			queue = append(queue, id)
			continue
		}
		i := rng.IntN(len(windows))
		w, name := &windows[i], fmt.Sprint(i+1)
		switch w.step {
		case 0:
			w.ticket, w.visit, queue = queue[0], a.id(), queue[1:]
			a.tell(hall.TicketCalled{Ticket: w.ticket, Window: name})
			a.tell(hall.VisitOpened{Visit: w.visit, Ticket: w.ticket, Window: name, Staff: "10" + name, Unit: "police", Item: "id-card"})
		case 1:
			a.tell(hall.VisitServed{Visit: w.visit})
		case 2:
			a.tell(hall.VisitFinished{Visit: w.visit, Staff: "10" + name, Outcome: hall.OutcomeFinished})
			a.tell(hall.TicketFinished{Ticket: w.ticket, Window: name})
			a.tell(hall.RatingInvited{Visit: w.visit, Window: name, Until: a.now.Add(2 * time.Minute)})
		case 3:
			if rng.IntN(10) < 6 {
				l := hall.Level(1 + rng.IntN(5))
				p := a.pressed(l)
				a.tell(hall.RatingGiven{Ticket: w.ticket, Visit: w.visit, Window: name, Level: l, Channel: hall.ChannelPad, Press: &p})
			}
		}
		w.step = (w.step + 1) % 4
	}
}
