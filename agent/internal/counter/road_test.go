package counter

import (
	"cmp"
	"fmt"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// road follows tickets along the second drawing of the package comment.
type road struct {
	drawing []string
	at      map[hall.ID]hall.TicketState
	seen    map[string]bool
}

// follow moves a ticket along by what was told: none may do what the drawing does not have.
func (r *road) follow(t failer, s *State, f hall.Fact) {
	id, how, to := r.move(s, f)
	if how == "" {
		return
	}
	if r.at == nil {
		r.at, r.seen = map[hall.ID]hall.TicketState{}, map[string]bool{}
	}
	line := fmt.Sprintf("%s --%s--> %s", cmp.Or(r.at[id], "none"), how, to)
	if !slices.Contains(r.drawing, line) {
		t.Fatalf("ticket %v: %s: the drawing does not have it", id, line)
	}
	r.seen[line] = true
	r.at[id] = to
}

// move is what a fact says of a ticket, in the words of the drawing.
func (r *road) move(s *State, f hall.Fact) (id hall.ID, how string, to hall.TicketState) {
	switch f := f.(type) {
	case hall.TicketBooked:
		return f.Ticket, "booked", hall.TicketIsBooked
	case hall.TicketConfirmed:
		return f.Ticket, "arrived", hall.TicketIsConfirmed
	case hall.TicketIssued:
		if r.at[f.Ticket] == hall.TicketIsConfirmed {
			return f.Ticket, "numbered", hall.TicketIsQueued
		}
		return f.Ticket, "issued", hall.TicketIsQueued
	case hall.TicketCalled:
		return f.Ticket, "called", hall.TicketIsCalled
	case hall.VisitServed:
		return s.visits[f.Visit].Ticket.ID, "served", hall.TicketIsServing
	case hall.TicketMissed:
		return f.Ticket, "missed", hall.TicketIsMissed
	case hall.TicketReturned:
		return f.Ticket, "returned", hall.TicketIsQueued
	case hall.TicketTransferred:
		return f.Ticket, "passed on", hall.TicketIsQueued
	case hall.TicketQueued:
		return f.Ticket, "next stop", hall.TicketIsQueued
	case hall.TicketCancelled:
		return f.Ticket, "cancelled", hall.TicketIsCancelled
	case hall.TicketHeld:
		return f.Ticket, "held", hall.TicketIsHeld
	case hall.TicketResumed:
		return f.Ticket, "resumed", hall.TicketIsServing
	case hall.TicketWithdrawn:
		if f.Why == hall.WithdrawnLate {
			return f.Ticket, "late", hall.TicketIsWithdrawn
		}
		return f.Ticket, "day over", hall.TicketIsWithdrawn
	case hall.TicketFinished:
		if r.at[f.Ticket] == hall.TicketIsHeld {
			return f.Ticket, "day over", hall.TicketIsFinished
		}
		return f.Ticket, "finished", hall.TicketIsFinished
	}
	return hall.ID{}, "", ""
}

// ticketDrawing is the second drawing of the package comment, a line each.
func ticketDrawing(t *testing.T) (lines []string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), "counter.go", nil, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		t.Fatal(err)
	}
	_, tickets, _ := strings.Cut(f.Doc.Text(), "What becomes of a ticket")
	for line := range strings.Lines(tickets) {
		if from, rest, ok := strings.Cut(line, "--"); ok {
			how, to, _ := strings.Cut(rest, "-->")
			lines = append(lines, fmt.Sprintf("%s --%s--> %s", strings.TrimSpace(from), how, strings.Fields(to)[0]))
		}
	}
	return append(lines, "none --issued--> queued", "none --booked--> booked")
}

// A ticket goes every way that is drawn.
func TestATicketGoesEveryWayThatIsDrawn(t *testing.T) {
	g, r := newStage(t), road{drawing: ticketDrawing(t)}
	g.heard = func(f hall.Fact) { r.follow(t, g.s, f) }
	for range 5 {
		g.take("A")
	}
	g.request(Request{Letter: "A", Then: []Stop{{Letter: "B", Window: "2"}}})
	g.do("1", ActOpen, ActNext, ActMissed)
	g.back(g.s.Missed()[0].ID)
	g.do("1", ActNext, ActTransfer)
	g.do("1", ActNext, ActCancel)
	g.do("1", ActNext, ActServe, ActTransfer)
	g.do("1", ActNext, ActServe, ActHold)
	g.parked = g.s.Held()[0].Ticket.ID
	g.do("1", ActBack, ActHold)
	g.do("1", ActNext, ActServe, ActFinish) // the first, come back
	g.do("1", ActNext, ActServe, ActFinish) // its next stop is window 2
	g.cancel(g.take("B").ID)
	g.arrive(g.book(10*60 + 2).ID)
	g.cancel(g.book(10*60 + 5).ID)
	g.book(10*60 + 30)
	g.pass(14 * time.Hour)
	g.keep(g.s.Expire(g.moment()))
	for _, line := range r.drawing {
		if !r.seen[line] {
			t.Errorf("no ticket went %s", line)
		}
	}
}
