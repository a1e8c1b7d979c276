package hall

import "time"

// Road is how a ticket came from one agent of a hall to another. It is admitted once, whatever road brings it.
type Road string

// The roads.
const (
	RoadLAN  Road = "lan"  // over the hall's own network
	RoadHub  Road = "hub"  // as a command of the hub
	RoadSlip Road = "slip" // its holder showed the signed code on it
)

// Roads returns every road.
func Roads() []Road { return []Road{RoadLAN, RoadHub, RoadSlip} }

// TicketStop is a place on a ticket's route: a letter, and there an item and a window where these are named.
type TicketStop struct {
	Letter string `json:"letter"`
	Item   string `json:"item,omitempty"`
	Window string `json:"window,omitempty"`
}

// Move is a ticket that one agent of a hall passes on to another, with all that is known of it: it keeps its id, its number
// and its place. Hop counts how often it was passed on between agents, this time included.
type Move struct {
	Ticket ID        `json:"ticket"`
	Hop    int       `json:"hop"`
	From   string    `json:"from"` // agent
	To     string    `json:"to"`   // agent
	At     time.Time `json:"at"`   // by the clock of From

	Number string    `json:"number"`
	Day    Day       `json:"day"`
	Issued time.Time `json:"issued"`
	Waited int64     `json:"waited"` // at At, with what its class is worth, in milliseconds
	Letter string    `json:"letter"` // of To
	Item   string    `json:"item,omitempty"`
	Window string    `json:"window,omitempty"` // of To
	Staff  string    `json:"staff,omitempty"`  // badge
	Clerk  string    `json:"clerk,omitempty"`  // badge of who stays responsible until another serves it

	Class     Class        `json:"class,omitempty"`
	Purpose   Purpose      `json:"purpose,omitempty"`
	Cases     int          `json:"cases,omitempty"`
	Due       time.Time    `json:"due,omitzero"`
	With      ID           `json:"with,omitzero"`
	Then      []TicketStop `json:"then,omitempty"`
	Errand    string       `json:"errand,omitempty"`
	Situation string       `json:"situation,omitempty"`
	Third     bool         `json:"third,omitempty"`
	CodeSHA   string       `json:"code_sha,omitempty"` // as in TicketIssued

	Entered []Entered `json:"entered,omitempty"`
	Private Sealed    `json:"private,omitzero"` // names and phones that were entered: a box sealed to To
}

const (
	// MaxMove bounds the bytes of a Move as JSON.
	MaxMove = 8 << 10
	// MaxHop bounds how often a ticket is passed on: above the minutes of a day, which a ticket that is shown takes.
	MaxHop = 1<<11 - 1
)

// Check says what no move can be; empty where it can.
func (m Move) Check() string {
	switch {
	case m.Ticket.IsZero() || m.Number == "" || m.Letter == "" || m.Day == 0:
		return "it names no ticket"
	case m.Hop < 1 || m.Hop > MaxHop:
		return "hop"
	case m.From == "" || m.To == "" || m.From == m.To:
		return "from and to"
	case m.Waited < 0 || m.Waited > (48*time.Hour).Milliseconds():
		return "waited"
	case len(m.Then) > 16 || m.Cases < 0:
		return "its route or cases are too many"
	}
	return ""
}

// TicketAdmitted: a ticket that another agent of the hall passed on waits here now. Everything of it from here on comes after
// all that agents of a lesser Hop tell. Slip: its holder showed it and nobody had announced it, so that Hop is more than it
// can be otherwise.
type TicketAdmitted struct {
	Ticket ID     `json:"ticket"`
	Hop    int    `json:"hop"`
	From   string `json:"from"` // agent
	Road   Road   `json:"road"`
	Number string `json:"number"`
	Day    Day    `json:"day"`
	Letter string `json:"letter"`
	Item   string `json:"item,omitempty"`
	Window string `json:"window,omitempty"`
	Staff  string `json:"staff,omitempty"`
	Clerk  string `json:"clerk,omitempty"`
	Class  Class  `json:"class,omitempty"`
	Ahead  int    `json:"ahead"`
}

// Type implements Fact.
func (TicketAdmitted) Type() Type { return TypeTicketAdmitted }
