package store_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"hallpulse/firmware-protocol/hall"
)

// serves tells how a ticket is called to a window and served there.
func (a *agent) serves(ticket hall.ID, window string) (visit hall.ID) {
	visit = a.id()
	a.tell(hall.TicketCalled{Ticket: ticket, Window: window})
	a.tell(hall.VisitOpened{Visit: visit, Ticket: ticket, Window: window, Staff: "1024"})
	a.tell(hall.VisitServed{Visit: visit})
	return visit
}

// passes tells how a ticket that is served goes to another agent.
func (a *agent) passes(ticket, visit hall.ID, window, to string, hop int) {
	a.tell(hall.TicketTransferred{Ticket: ticket, From: window, Letter: "B", Clerk: "1024", Agent: to, Hop: hop, Move: fmt.Sprint("signed-", hop)})
	a.tell(hall.VisitFinished{Visit: visit, Staff: "1024", Outcome: hall.OutcomeTransferred})
}

// What two agents tell of one ticket arrives in any order, for the network of either may be gone for days (design §3a): it
// stands where the agent left it that had it last, each agent has a visit of its own, and nothing is counted twice.
func TestATicketBetweenAgentsInAnyOrder(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(fmt.Sprint("order ", seed), func(t *testing.T) {
			a, b := newAgent(1, "hall-a"), newAgent(2, "hall-b")
			a.Fellows, b.Fellows = []uint32{2}, []uint32{1}
			h := newHub(t, dataDir(t), a, b)
			defer h.close()
			for _, one := range []*agent{a, b} {
				one.started(nil, hall.EpochFirst)
			}
			ticket, day := a.id(), hall.DayOf(a.now)
			a.tell(hall.TicketIssued{Ticket: ticket, Number: "A001", Letter: "A", Day: day})
			a.passes(ticket, a.serves(ticket, "1"), "1", "hall-b", 1)
			b.tell(hall.TicketAdmitted{Ticket: ticket, Hop: 1, From: "hall-a", Road: hall.RoadLAN, Number: "A001", Day: day, Letter: "B"})
			b.passes(ticket, b.serves(ticket, "7"), "7", "hall-a", 2)
			a.tell(hall.TicketAdmitted{Ticket: ticket, Hop: 2, From: "hall-b", Road: hall.RoadHub, Number: "A001", Day: day, Letter: "A"})
			last := a.serves(ticket, "2")
			a.tell(hall.TicketFinished{Ticket: ticket, Window: "2"})
			a.tell(hall.VisitFinished{Visit: last, Staff: "1024", Outcome: hall.OutcomeFinished})

			told := func(one *agent) uint64 { return uint64(len(one.events[one.epoch])) }
			rng := rand.New(rand.NewPCG(seed, 1))
			sent := map[*agent]uint64{}
			for sent[a] < told(a) || sent[b] < told(b) {
				one := []*agent{a, b}[rng.IntN(2)]
				if n := min(told(one)-sent[one], 1+rng.Uint64N(4)); n > 0 {
					h.send(one, one.batch(one.epoch, sent[one]+1, int(n)))
					sent[one] += n
				}
			}
			story := h.story(ticket)
			if story.State() != hall.TicketIsFinished || story.Ticket.Window != "2" || story.Ticket.Number != "A001" || len(story.Visits) != 3 {
				t.Errorf("it is %s at window %s with %d visits", story.State(), story.Ticket.Window, len(story.Visits))
			}
			due := func() (ids []string) {
				moves, err := h.Store.MovesOpen(t.Context(), a.now.AddDate(0, 0, -1))
				if err != nil {
					t.Fatal(err)
				}
				for _, m := range moves {
					if !m.Came {
						t.Errorf("hop %d has come, and is carried still", m.Hop)
					}
					ids = append(ids, fmt.Sprint("gone-", m.Pos))
				}
				return ids
			}
			if ids := due(); len(ids) != 2 {
				t.Errorf("who passed it on is told of %v", ids)
			} else {
				b.tell(hall.CommandDone{Command: ids[0]})
				b.tell(hall.CommandDone{Command: ids[1]})
				h.sendAll(b, b.epoch)
				if ids := due(); len(ids) != 0 {
					t.Errorf("still of %v", ids)
				}
			}
			h.check()
		})
	}
}

// A ticket that was passed on is carried by the hub until it is admitted.
func TestTheHubCarriesATicket(t *testing.T) {
	a, b := newAgent(1, "hall-a"), newAgent(2, "hall-b")
	h := newHub(t, dataDir(t), a, b)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	b.started(nil, hall.EpochFirst)
	ticket := a.id()
	a.tell(hall.TicketIssued{Ticket: ticket, Number: "A001", Letter: "A", Day: hall.DayOf(a.now)})
	a.passes(ticket, a.serves(ticket, "1"), "1", "hall-b", 1)
	h.sendAll(a, a.epoch)
	moves, err := h.Store.MovesOpen(t.Context(), a.now.AddDate(0, 0, -1))
	if err != nil || len(moves) != 1 || moves[0].Came || moves[0].Other != "hall-b" || moves[0].Signed != "signed-1" || moves[0].Ticket != ticket {
		t.Errorf("%+v, %v", moves, err)
	}
	h.check()
}
