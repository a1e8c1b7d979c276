package store_test

import (
	"testing"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/rating"
)

// A ticket stands where the newest event says, and a visit belongs to who finished it (domain §3.10, §6).
func TestTheHubFollowsATicketThroughTheQueue(t *testing.T) {
	none := intake.Goes{}
	for _, c := range []struct {
		says   string
		tell   func(*agent) (ticket, visit hall.ID)
		state  hall.TicketState
		window string
		staff  string
		visits int
		goes   intake.Goes
	}{
		{"passed on inside its unit", func(a *agent) (hall.ID, hall.ID) { return a.passedOn("1", "2") }, hall.TicketIsFinished, "2", "1025", 1, none},
		{"parked, and back with a stand-in", func(a *agent) (hall.ID, hall.ID) { return a.parked("1", "2") }, hall.TicketIsFinished, "2", "1025", 1, none},
		{"missed, and back in the line", func(a *agent) (hall.ID, hall.ID) { return a.cameBack("1", "2") }, hall.TicketIsFinished, "2", "1025", 2, none},
		{"parked", func(a *agent) (hall.ID, hall.ID) {
			ticket, visit := a.begun("1")
			a.tell(hall.TicketHeld{Ticket: ticket, Visit: visit, Window: "1", Why: hall.HeldForm})
			return ticket, visit
		}, hall.TicketIsHeld, "1", "1024", 1, intake.Goes{Window: "1", Held: hall.HeldForm}},
		{"waits for one window", func(a *agent) (hall.ID, hall.ID) {
			ticket, visit := a.begun("1")
			a.tell(hall.TicketTransferred{Ticket: ticket, From: "1", Letter: "A", Window: "2", Visit: visit, Clerk: "1024"})
			return ticket, visit
		}, hall.TicketIsQueued, "1", "1024", 1, intake.Goes{Letter: "A", Window: "2"}},
		{"on its way to its next stop", func(a *agent) (hall.ID, hall.ID) {
			ticket, visit := a.begun("1")
			a.tell(hall.TicketQueued{Ticket: ticket, Letter: "B"})
			a.tell(hall.VisitFinished{Visit: visit, Staff: "1024", Outcome: hall.OutcomeFinished})
			return ticket, visit
		}, hall.TicketIsQueued, "1", "1024", 1, intake.Goes{Letter: "B"}},
		{"given back when it was called", func(a *agent) (hall.ID, hall.ID) {
			ticket, visit := a.id(), a.id()
			a.tell(hall.TicketIssued{Ticket: ticket, Number: "A001", Letter: "A", Day: hall.DayOf(a.now)})
			a.tell(hall.TicketCalled{Ticket: ticket, Window: "1"})
			a.tell(hall.VisitOpened{Visit: visit, Ticket: ticket, Window: "1", Staff: "1024"})
			a.tell(hall.TicketCancelled{Ticket: ticket, Window: "1", Why: hall.DropLeft})
			a.tell(hall.VisitFinished{Visit: visit, Staff: "1024", Outcome: hall.OutcomeCancelled})
			return ticket, visit
		}, hall.TicketIsCancelled, "1", "1024", 1, none},
	} {
		t.Run(c.says, func(t *testing.T) {
			a := newAgent(1, "hall-a")
			h := newHub(t, dataDir(t), a)
			defer h.close()
			a.started(nil, hall.EpochFirst)
			ticket, visit := c.tell(a)
			h.sendAll(a, a.epoch)
			story := h.story(ticket)
			if story.State() != c.state || len(story.Visits) != c.visits {
				t.Errorf("the ticket is %s with %d visits, want %s with %d", story.State(), len(story.Visits), c.state, c.visits)
			}
			if story.Ticket.Goes != c.goes {
				t.Errorf("it goes to %+v, want %+v", story.Ticket.Goes, c.goes)
			}
			for _, v := range story.Visits {
				if v.ID == visit && (v.Window != c.window || v.Staff != c.staff) {
					t.Errorf("the visit is at window %s with %s, want %s with %s", v.Window, v.Staff, c.window, c.staff)
				}
			}
			h.check()
		})
	}
}

// Service that ended with a transfer to another unit is rated like one that was finished; before service it is not.
func TestAVisitThatWasPassedToAnotherUnitIsRated(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	ticket, visit := a.begun("1")
	a.tell(hall.TicketTransferred{Ticket: ticket, From: "1", Letter: "B", Clerk: "1024"})
	a.tell(hall.VisitFinished{Visit: visit, Staff: "1024", Outcome: hall.OutcomeTransferred})
	p := a.pressed(hall.Bad)
	a.tell(hall.RatingGiven{Ticket: ticket, Visit: visit, Window: "1", Level: p.Level, Channel: hall.ChannelPad, Press: &p, ReasonMissing: true})
	h.sendAll(a, a.epoch)
	h.wantStandings(ticket, "passed on after service", rating.Counted)
	if v := h.visitOf(ticket); v.Level != hall.Bad || !v.Repair || v.Due.IsZero() {
		t.Errorf("the visit is %+v", v)
	}
	h.check()
}

// Who was missed and rated on his phone before he came back has rated the visit that he then had.
func TestAnAnswerWaitsForWhoComesBack(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	ticket := a.id()
	a.tell(hall.TicketIssued{Ticket: ticket, Number: "A001", Letter: "A", Day: hall.DayOf(a.now)})
	a.tell(hall.TicketCalled{Ticket: ticket, Window: "1"})
	a.tell(hall.TicketMissed{Ticket: ticket, Window: "1"})
	h.sendAll(a, a.epoch)
	h.record(phone(ticket, "form-1", hall.Good))
	h.wantStandings(ticket, "missed", rating.NotRatable)
	a.tell(hall.TicketReturned{Ticket: ticket})
	h.sendAll(a, a.epoch)
	h.wantStandings(ticket, "back in the line", rating.Pending)
	visit := a.id()
	a.tell(hall.TicketCalled{Ticket: ticket, Window: "1"})
	a.tell(hall.VisitOpened{Visit: visit, Ticket: ticket, Window: "1", Staff: "1024", Unit: "police"})
	a.tell(hall.VisitServed{Visit: visit})
	a.tell(hall.TicketFinished{Ticket: ticket, Window: "1"})
	a.tell(hall.VisitFinished{Visit: visit, Staff: "1024", Outcome: hall.OutcomeFinished})
	h.sendAll(a, a.epoch)
	h.wantStandings(ticket, "served", rating.Counted)
	h.check()
}
