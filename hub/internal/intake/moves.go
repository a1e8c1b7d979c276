package intake

import (
	"fmt"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Move is one end of a ticket's way from an agent of its hall to another: it was passed on, or it came.
type Move struct {
	Pos    int64
	At     time.Time
	Ticket hall.ID
	Hop    int
	Came   bool
	Agent  uint32 // who tells it
	Other  string // name of the agent it goes to, or came from
	Signed string // the word of who passed it on; empty of what came
}

// Each agent orders what it tells by its own start and uptime. Of a ticket that was passed on between agents, what its next
// agent tells comes after all that the one before does, in whatever order both arrive: the number of passes stands above the
// start of the agent.
const hopShift = 20 // starts of an agent are fewer than 2²⁰, and passes than 2¹²

// since returns when something was told of a ticket, in the order of the agents that had it.
func (s *step) since(t *Ticket) Uptime {
	u := s.uptime()
	u.Start += uint32(hopAt(t.Hops, s.e.Agent, u)) << hopShift
	return u
}

// hopAt returns for which time an agent had a ticket at u: it gave it out, or it admitted it last before.
func hopAt(hops string, agent uint32, u Uptime) (last int) {
	for _, one := range strings.Fields(hops) {
		var of uint32
		var hop int
		var at Uptime
		if _, err := fmt.Sscanf(one, "%d:%d:%d:%d", &of, &hop, &at.Start, &at.MS); err == nil && of == agent && !u.Before(at) {
			last = max(last, hop)
		}
	}
	return last
}

// admitted takes that a ticket of another agent waits at this one. It may come before anything else of the ticket.
func (s *step) admitted(f hall.TicketAdmitted) {
	t, u, hop := s.ticket(f.Ticket), s.uptime(), max(0, min(f.Hop, hall.MaxHop))
	one := fmt.Sprintf("%d:%d:%d:%d", s.e.Agent, hop, u.Start, u.MS)
	t.Hops = strings.TrimSpace(t.Hops + " " + one)
	if t.Number == "" {
		t.Number, t.Day, t.Letter = f.Number, f.Day, f.Number[:min(1, len(f.Number))]
	}
	s.moves(f.Ticket, hall.TicketIsQueued, Goes{Letter: f.Letter, Item: f.Item, Window: f.Window, Staff: f.Staff})
	s.moved = append(s.moved, Move{Pos: s.e.Pos, At: s.e.When, Ticket: f.Ticket, Hop: f.Hop, Came: true, Agent: s.e.Agent, Other: f.From})
}

// passes takes that a ticket was passed on to another agent.
func (s *step) passes(f hall.TicketTransferred) {
	if f.Agent != "" && f.Move != "" {
		s.moved = append(s.moved, Move{Pos: s.e.Pos, At: s.e.When, Ticket: f.Ticket, Hop: f.Hop, Agent: s.e.Agent, Other: f.Agent, Signed: f.Move})
	}
}
