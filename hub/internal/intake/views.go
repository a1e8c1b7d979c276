package intake

import (
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/casework"
	"hallpulse/hub/internal/figures"
)

// WindowNow is a window as committed events leave it, as screens show it.
type WindowNow struct {
	WindowKey
	Epoch  string // of the event that set State
	Seq    uint64
	State  hall.WindowState
	Since  time.Time
	Staff  string // badge
	Ticket hall.ID
	Number string // of Ticket; empty where nothing was told of it
	Item   string // code, of the visit
}

// Now returns the window as screens show it; visit and ticket are those it names, zero where they are not known.
func (w Window) Now(visit Visit, ticket Ticket) WindowNow {
	n := WindowNow{WindowKey: w.WindowKey, Epoch: w.StateAt.Epoch, Seq: w.StateAt.Seq, State: w.State, Since: w.Since,
		Staff: w.Staff, Ticket: w.Ticket, Number: ticket.Number, Item: ticket.Item}
	if w.Visit.IsZero() || visit.ID != w.Visit {
		return n
	}
	if visit.Item != "" {
		n.Item = visit.Item
	}
	if w.State == hall.WindowIsCalled && visit.Began && visit.Outcome == "" {
		n.State = hall.WindowIsServing
		if !visit.Served.IsZero() {
			n.Since = visit.Served
		}
	}
	return n
}

// Today is what a window did on one day.
type Today struct {
	WindowKey
	Day hall.Day
	figures.Sums
	Recent []Answer // ratings, and presses that become ratings when their visit ends; newest first
}

// Story is what is known around one ticket, for the page of its holder.
type Story struct {
	Ticket  Ticket // State is empty where nothing was told of the ticket itself
	Visits  []Visit
	Answers []Answer // given and drafted
	Cases   []casework.Case
}

// State returns where the ticket stands: serving follows from its visits, where one has begun at the window it is called to.
func (s Story) State() hall.TicketState {
	for _, v := range s.Visits {
		if s.Ticket.State == hall.TicketIsCalled && v.Began && v.Outcome == "" && v.Window == s.Ticket.Window {
			return hall.TicketIsServing
		}
	}
	return s.Ticket.State
}
