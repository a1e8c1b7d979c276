package desk

import (
	"time"

	"hallpulse/firmware-protocol/hall"
)

// TakeView is all that changes on the page on which a citizen takes a ticket. What does not is in Book.
type TakeView struct {
	At       time.Time     `json:"at"`   // set by desk
	Book     string        `json:"book"` // set by desk: version of the book that the page must have
	Hall     Place         `json:"hall"`
	Services []TakeService `json:"services"`
	Often    []string      `json:"often"` // codes of the items that most took a number for today, at most 6
	Down     []string      `json:"down"`  // codes of the items that cannot be done: the system of their unit is down
	Printer  PrinterNow    `json:"printer"`
	Disk     Disk          `json:"disk"`
	Rates    bool          `json:"rates"`  // tickets can be checked here, and so rated
	Speech   bool          `json:"speech"` // set by desk: there are clips to speak with
	Books    bool          `json:"books"`  // places can be booked in some queue
}

// TakeService is one queue. Windows are those that call it, as on their signs; P50 and P90 how many minutes who comes now
// would wait, zero where nobody can say.
type TakeService struct {
	HallLine
	Waiting int      `json:"waiting"`
	P50     int      `json:"p50"`
	P90     int      `json:"p90"`
	Staffed bool     `json:"staffed"` // by a window that calls it
	Full    bool     `json:"full"`    // its numbers of today are given out
	Late    bool     `json:"late"`    // who comes now could not be served before the hall closes
	Windows []string `json:"windows"`
	Floor   string   `json:"floor"`
	FloorEN string   `json:"floor_en,omitempty"`

	Shut hall.ServiceWhy `json:"shut,omitempty"` // why a manager let it give out no numbers; empty: it does

	Elsewhere bool `json:"elsewhere,omitempty"` // of another counter of the hall, which gives out its numbers
	Away      bool `json:"away,omitempty"`      // that counter is not reached: its numbers are given out there alone
}

// List is what somebody wants to know of an item who takes no number for it yet.
type List struct {
	Item      string   `json:"item"`
	Situation string   `json:"situation"`
	Has       []string `json:"has"` // what he has with him, where a guide looked
}

// Listed is how its paper ended.
type Listed struct {
	Printed bool         `json:"printed"`
	Trouble hall.Trouble `json:"trouble"` // why it was not printed
}

// GuideView is all that a guide's tablet shows beside the book: how the queues stand, and who may come back.
type GuideView struct {
	At       time.Time    `json:"at"`   // set by desk
	Book     string       `json:"book"` // set by desk
	Hall     Place        `json:"hall"`
	Services []GuideQueue `json:"services"`
	Missed   []Waiting    `json:"missed"` // today's, who may come back
	Printer  PrinterNow   `json:"printer"`
	Disk     Disk         `json:"disk"`
	Hub      HubLink      `json:"hub"`
	Paper    []Unprinted  `json:"paper"` // newest first

	Bookings []BookedLine `json:"bookings"` // of today
	Leaving  []Leaving    `json:"leaving"`
	Stuck    *StuckDesk   `json:"stuck,omitempty"`

	Rating []Helpable `json:"rating"` // whose citizens can press now, by window
	Staff  []Clerk    `json:"staff"`  // of the hall: who may help them
}

// Helpable is a visit whose citizen may be helped to press. What he pressed, and whether, it does not say.
type Helpable struct {
	Window string   `json:"window"`
	Visit  hall.ID  `json:"visit"`
	Ticket string   `json:"ticket"`
	Clerks []string `json:"clerks"` // badges of who served him: none of them helps
	Helper string   `json:"helper,omitempty"`
}

// GuideQueue is one queue with who waits in it, in the order of the rule, at most 50.
type GuideQueue struct {
	TakeService
	Line []Waiting `json:"line"`
}

// SignView is what the sign over a window shows.
type SignView struct {
	At       time.Time  `json:"at"` // set by desk
	Hall     Place      `json:"hall"`
	Window   WindowNow  `json:"window"`
	Staff    *Clerk     `json:"staff"`
	Services []HallLine `json:"services"`
	Others   []string   `json:"others"` // staffed windows that call what this one does

	Absent  bool     `json:"absent,omitempty"` // 空岗: it is to be staffed, and nobody is there
	Outages []Outage `json:"outages"`          // 停办: units whose items this window serves and whose system is down
}
