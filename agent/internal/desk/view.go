package desk

import (
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Place names the hall on every screen.
type Place struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	NameEN string `json:"name_en,omitempty"`
}

// ConsoleView is all that a clerk's screen shows of its window. No level of a rating is in it (design §7).
type ConsoleView struct {
	At      time.Time `json:"at"` // set by desk: when the view was read
	Hall    Place     `json:"hall"`
	Window  WindowNow `json:"window"`
	Staff   *Clerk    `json:"staff"`
	Visit   *Visit    `json:"visit"`
	Invited *Invited  `json:"invited"`

	Next         *Waiting  `json:"next"`          // whom the next call would call
	Waiting      []Waiting `json:"waiting"`       // those behind Next, in order, at most 20
	WaitingCount int       `json:"waiting_count"` // all whom this window could call, Next included
	Held         []Held    `json:"held"`          // parked: those of this window first
	Missed       []Waiting `json:"missed"`        // today's, who may come back
	CallsLeft    int       `json:"calls_left"`    // how often the ticket at hand must be called again before it may count as missed

	Today  Today         `json:"today"`
	Hub    HubLink       `json:"hub"`
	Faults []DeviceFault `json:"faults"` // of this window's pad and of the printer it shares
	Disk   Disk          `json:"disk"`
	Paper  []Unprinted   `json:"paper"` // newest first

	Cases CasesNow `json:"cases"`
}

// CasesNow is how many cases of this counter are open, and of them due today or overdue, as it counts.
type CasesNow struct {
	Open int `json:"open"`
	Due  int `json:"due"`
	Here int `json:"here"` // of the visit now served
	Seq  int `json:"seq"`  // changes with every step: who shows cases looks again
}

// WindowNow is the window itself.
type WindowNow struct {
	ID      string           `json:"id"`
	Floor   string           `json:"floor"`
	FloorEN string           `json:"floor_en,omitempty"`
	State   hall.WindowState `json:"state"`
	Since   time.Time        `json:"since"`
}

// Clerk is who serves.
type Clerk struct {
	Badge  string `json:"badge"`
	Name   string `json:"name"`
	NameEN string `json:"name_en,omitempty"`
	Unit   string `json:"unit"`
	UnitEN string `json:"unit_en,omitempty"`
}

// Visit is the citizen called to the window or served there.
type Visit struct {
	Ticket    string     `json:"ticket"`
	Item      string     `json:"item"`
	ItemEN    string     `json:"item_en,omitempty"`
	Materials []string   `json:"materials"`
	CalledAt  time.Time  `json:"called_at"`
	ServedAt  *time.Time `json:"served_at"`
	Calls     int        `json:"calls"`
	Rated     bool       `json:"rated"` // that he rated, never how
}

// Invited is the last visit of the window while its citizen may still press.
type Invited struct {
	Ticket string    `json:"ticket"`
	Until  time.Time `json:"until"`
	Rated  bool      `json:"rated"`
}

// Waiting is one ticket in the queue.
type Waiting struct {
	Ticket string    `json:"ticket"`
	ID     hall.ID   `json:"id"`
	Item   string    `json:"item"`
	ItemEN string    `json:"item_en,omitempty"`
	Since  time.Time `json:"since"`

	Class hall.Class `json:"class,omitempty"`
	From  *Clerk     `json:"from,omitempty"` // passed it on, and is responsible for it until another serves it
	Here  bool       `json:"here,omitempty"` // passed on to this window or its clerk
}

// Held is a visit that is parked.
type Held struct {
	Waiting
	Window string       `json:"window"`
	Why    hall.HeldWhy `json:"why"`
}

// Today are this window's sums of the business day. Served ≥ invited ≥ rated.
type Today struct {
	Served  int `json:"served"`
	Invited int `json:"invited"`
	Rated   int `json:"rated"`
}

// HubLink is the road to the centre. Alone means that the agent is not enrolled and has no such road.
type HubLink struct {
	Up     bool      `json:"up"`
	Alone  bool      `json:"alone,omitempty"`
	Since  time.Time `json:"since"`
	Stored int       `json:"stored"` // events that wait for the hub's answer
}

// DeviceFault is a device that does not work.
type DeviceFault struct {
	Device  string          `json:"device"`
	Kind    hall.DeviceKind `json:"kind"`
	Trouble hall.Trouble    `json:"trouble"`
	Since   time.Time       `json:"since"`
}

// Disk says how full the volume of the store is (design §5).
type Disk string

// The states of the disk. From DiskIsRefuse on no ticket and no call is taken; sealed, nothing is.
const (
	DiskIsOK     Disk = "ok"
	DiskIsWarn   Disk = "warn"
	DiskIsAlarm  Disk = "alarm"
	DiskIsRefuse Disk = "refuse"
	DiskIsSealed Disk = "sealed"
)

// Unprinted is a ticket, or a paper of a case, that did not come out, or nobody knows.
type Unprinted struct {
	ID      hall.ID      `json:"id"`
	Ticket  string       `json:"ticket"`         // its number, or that of the case
	Slip    SlipKind     `json:"slip,omitempty"` // empty: a ticket
	Trouble hall.Trouble `json:"trouble"`
	At      time.Time    `json:"at"`
}

// TakeView is all that the page shows on which a citizen takes a ticket.
type TakeView struct {
	At       time.Time     `json:"at"` // set by desk
	Hall     Place         `json:"hall"`
	Services []TakeService `json:"services"`
	Printer  PrinterNow    `json:"printer"`
	Disk     Disk          `json:"disk"`
}

// TakeService is one queue. Windows are those that call it, as on their signs.
type TakeService struct {
	Letter  string     `json:"letter"`
	Name    string     `json:"name"`
	NameEN  string     `json:"name_en,omitempty"`
	Waiting int        `json:"waiting"`
	Windows []string   `json:"windows"`
	Floor   string     `json:"floor"`
	FloorEN string     `json:"floor_en,omitempty"`
	Items   []TakeItem `json:"items"`
}

// TakeItem is one thing that people come for.
type TakeItem struct {
	Code      string   `json:"code"`
	Name      string   `json:"name"`
	NameEN    string   `json:"name_en,omitempty"`
	Materials []string `json:"materials"`
}

// DisplayView is all that the screen in the waiting room shows: numbers and windows, of nobody anything else.
type DisplayView struct {
	At       time.Time     `json:"at"` // set by desk
	Hall     Place         `json:"hall"`
	Hours    string        `json:"hours"`
	Notices  []string      `json:"notices"`
	Last     []Call        `json:"last"` // newest first, at most 7
	Open     []Call        `json:"open"` // all to which nobody has come yet, oldest first: these are called out
	Services []DisplayLine `json:"services"`
	Over     bool          `json:"over"`  // nobody is called any more today
	Voice    bool          `json:"voice"` // set by desk: there are clips to speak with
}

// Call is a ticket called to a window. Its serial names one call: the next call of the same ticket has another.
type Call struct {
	Serial  string    `json:"serial"`
	Ticket  string    `json:"ticket"`
	Window  string    `json:"window"`
	Floor   string    `json:"floor"`
	FloorEN string    `json:"floor_en,omitempty"`
	Since   time.Time `json:"since"`
	Calls   int       `json:"calls"`
}

// DisplayLine is one queue, and how many minutes who comes now would wait. Zero is unknown.
type DisplayLine struct {
	HallLine
	Waiting int  `json:"waiting"`
	P50     int  `json:"p50"`
	P90     int  `json:"p90"`
	Staffed bool `json:"staffed"` // by a window that calls it
}

// PrinterNow is the ticket printer. Trouble may be set while OK holds: paper running low.
type PrinterNow struct {
	OK      bool         `json:"ok"`
	Trouble hall.Trouble `json:"trouble"`
}

// Ticket is what a citizen gets, on paper or, where that failed, on the screen.
type Ticket struct {
	ID      hall.ID      `json:"id"`
	Number  string       `json:"number"`
	Ahead   int          `json:"ahead"`
	Windows []string     `json:"windows"`
	Floor   string       `json:"floor"`
	FloorEN string       `json:"floor_en,omitempty"`
	Code    string       `json:"code"`
	URL     string       `json:"url"` // empty: no public address, no QR code
	Printed bool         `json:"printed"`
	Trouble hall.Trouble `json:"trouble"` // why it was not printed
}

// HallView lists the windows for the page on which a clerk chooses his, and where he can pass somebody on to.
type HallView struct {
	Hall     Place        `json:"hall"`
	Services []HallLine   `json:"services"`
	Windows  []HallWindow `json:"windows"`
}

// HallLine is one queue by its name.
type HallLine struct {
	Letter string `json:"letter"`
	Name   string `json:"name"`
	NameEN string `json:"name_en,omitempty"`
}

// HallWindow is one line of that list.
type HallWindow struct {
	WindowNow
	Unit     string   `json:"unit"`
	UnitEN   string   `json:"unit_en,omitempty"`
	Services []string `json:"services"`
	Staff    *Clerk   `json:"staff"`
}
