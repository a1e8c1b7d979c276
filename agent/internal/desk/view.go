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
	SignOn  SignOn    `json:"sign_on"`
	Visit   *Visit    `json:"visit"`
	Invited *Invited  `json:"invited"`
	Digits  string    `json:"digits,omitempty"` // of the open visit, for who rates it by the window's sticker

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

	Notes   []Note     `json:"notes"`           // what managers say, until it is read
	Shut    []Shut     `json:"shut"`            // queues of this window that give out no tickets
	Outages []Outage   `json:"outages"`         // units whose items this window serves and whose system is down
	Alarm   *time.Time `json:"alarm,omitempty"` // since when somebody was called here at once

	Cases CasesNow `json:"cases"`

	Bookings []BookedLine `json:"bookings"` // of today, in the queues of this window
	Leaving  []Leaving    `json:"leaving"`

	Stuck *StuckDesk `json:"stuck,omitempty"` // nil: the hall names none
}

// Leaving is a ticket that was passed on to another agent of the hall, as long as nobody has said that it is there.
type Leaving struct {
	ID      hall.ID   `json:"id"`
	Ticket  string    `json:"ticket"`
	Windows []string  `json:"windows"` // any of which it goes to
	Floor   string    `json:"floor"`
	FloorEN string    `json:"floor_en,omitempty"`
	Since   time.Time `json:"since"`
}

// CasesNow is how many cases of this counter are open, and of them due today or overdue, as it counts.
type CasesNow struct {
	Open int `json:"open"`
	Due  int `json:"due"`
	Here int `json:"here"` // of the visit now served
	Seq  int `json:"seq"`  // changes with every step: who shows cases looks again
}

// Note is what a manager says to a window: a message, or a wish to open it.
type Note struct {
	ID   string           `json:"id"`
	Kind hall.CommandKind `json:"kind"`
	Text string           `json:"text"`
	At   time.Time        `json:"at"`
}

// Shut is a queue that gives out no tickets, by a manager's decision.
type Shut struct {
	HallLine
	Why   hall.ServiceWhy `json:"why"`
	Since time.Time       `json:"since"`
}

// Outage is a unit whose system is down.
type Outage struct {
	Name   string    `json:"name"`
	NameEN string    `json:"name_en,omitempty"`
	Since  time.Time `json:"since"`
}

// SignOn says what a clerk must show to open the window.
type SignOn struct {
	PIN     bool   `json:"pin,omitempty"`      // badge and PIN; else his word is taken
	NoPINs  bool   `json:"no_pins,omitempty"`  // nobody of the hall has one yet
	Own     *Clerk `json:"own"`                // the window's own clerk
	StandIn *Clerk `json:"stand_in,omitempty"` // B 角: who takes his place
	Also    string `json:"also,omitempty"`     // another window where the clerk at this one is signed on too
}

// WindowNow is the window itself. Console, sign and call display show the same one.
type WindowNow struct {
	ID      string           `json:"id"`
	Floor   string           `json:"floor"`
	FloorEN string           `json:"floor_en,omitempty"`
	State   hall.WindowState `json:"state"`
	Since   time.Time        `json:"since"`
	Ticket  string           `json:"ticket,omitempty"` // called or served there
	Calls   int              `json:"calls,omitempty"`
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
	Third     bool       `json:"third,omitempty"`
	Summons   *Summons   `json:"summons,omitempty"`
	Earlier   []Earlier  `json:"earlier,omitempty"` // of who is here for the third time

	Purpose     hall.Purpose `json:"purpose,omitempty"`
	Situation   string       `json:"situation,omitempty"`
	SituationEN string       `json:"situation_en,omitempty"`
	Carried     *Carried     `json:"carried,omitempty"` // nil: nothing was entered
}

// Summons is the manager's way to who is here for the third time, as long as he is not there.
type Summons struct {
	Since time.Time `json:"since"`
	Due   time.Time `json:"due"`
}

// Earlier is where somebody was before, as far as it is known at this counter.
type Earlier struct {
	Window  string       `json:"window"`
	Staff   *Clerk       `json:"staff"`
	Item    string       `json:"item"`
	ItemEN  string       `json:"item_en,omitempty"`
	At      time.Time    `json:"at"`
	Outcome hall.Outcome `json:"outcome,omitempty"` // empty: it went on from there
}

// StuckDesk 办不成事窗口 is where who is here for the third time is passed on to.
type StuckDesk struct {
	Window string `json:"window,omitempty"`
	Letter string `json:"letter,omitempty"`
	Floor  string `json:"floor"`

	FloorEN string `json:"floor_en,omitempty"`
	Here    bool   `json:"here,omitempty"` // this window is one of it
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
	From  *Clerk     `json:"from,omitempty"`  // passed it on, and is responsible for it until another serves it
	Here  bool       `json:"here,omitempty"`  // passed on to this window or its clerk
	Third bool       `json:"third,omitempty"` // here for the third time for the same thing

	Summons *Summons `json:"summons,omitempty"`
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

// DisplayView is all that the screen in the waiting room shows: numbers and windows, of nobody anything else.
type DisplayView struct {
	At        time.Time         `json:"at"` // set by desk
	Hall      Place             `json:"hall"`
	Hours     string            `json:"hours"`
	HoursEN   string            `json:"hours_en,omitempty"`
	Notices   []string          `json:"notices"`
	NoticesEN []string          `json:"notices_en,omitempty"`
	Announce  hall.Announcement `json:"announce"`
	Last      []Call            `json:"last"` // newest first, at most 7
	Open      []Call            `json:"open"` // all to which nobody has come yet, oldest first: these are called out
	Services  []DisplayLine     `json:"services"`
	Over      bool              `json:"over"`  // nobody is called any more today
	Voice     bool              `json:"voice"` // set by desk: there are clips to speak with
	Outages   []Outage          `json:"outages"`
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

	Shut hall.ServiceWhy `json:"shut,omitempty"` // why it gives out no tickets; empty: it does

	AsOf *time.Time `json:"as_of,omitempty"` // when its agent was heard last, where that is too long ago
	Away bool       `json:"away,omitempty"`  // its agent was not heard yet
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
	P50     int          `json:"p50,omitempty"` // minutes that it was told to wait; 0: nothing was told
	P90     int          `json:"p90,omitempty"`
	Windows []string     `json:"windows"`
	Floor   string       `json:"floor"`
	FloorEN string       `json:"floor_en,omitempty"`
	Code    string       `json:"code"`
	URL     string       `json:"url"` // empty: no public address, no QR code
	Printed bool         `json:"printed"`
	Trouble hall.Trouble `json:"trouble"` // why it was not printed

	Due  *time.Time `json:"due,omitempty"`  // of who booked
	With string     `json:"with,omitempty"` // an earlier number of its holder: while he is served with that one, this one waits
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
	Agent    string   `json:"agent,omitempty"` // whose it is, where that is another agent of the hall: there is only passing on to it
}
