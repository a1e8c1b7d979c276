package uplink

import (
	"encoding/json"
	"fmt"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Session is in every message of presence. Conn counts the connects of this instance from 1: the greater one wins.
type Session struct {
	Instance string `json:"instance"`
	Conn     uint64 `json:"conn"`
}

// Status is an agent's own word of itself, each minute and at each connect. A last will carries Session,
// Online false and a zero At.
type Status struct {
	Session
	Online  bool      `json:"online"`
	At      time.Time `json:"at"`
	Version string    `json:"version,omitempty"`
	Hall    string    `json:"hall,omitempty"`
	// Heads are the epochs the agent still holds, oldest first.
	Heads     []Head `json:"heads,omitempty"`
	Config    uint64 `json:"config,omitempty"`    // version of the hub's configuration in force
	Catalogue string `json:"catalogue,omitempty"` // SHA-256 of the one in force, hex

	HandEdited bool `json:"hand_edited,omitempty"` // its own hall.yaml was edited since the hub sent a catalogue, and is not in force

	DiskUsed int  `json:"disk_used,omitempty"` // per cent of the volume of the store
	Sealed   bool `json:"sealed,omitempty"`    // the disk is full: nothing is taken
	ClockBad bool `json:"clock_bad,omitempty"` // the clock is unset, or more than 2 min off the hub's

	Locks []LockNow `json:"locks,omitempty"` // badges with which too much was typed wrong, by badge
}

// LockNow is a badge whose PINs are not looked at for a while.
type LockNow struct {
	Staff  string    `json:"staff"`
	Window string    `json:"window,omitempty"` // where the last wrong PIN was typed; empty: before the agent was started
	Since  time.Time `json:"since"`
	Until  time.Time `json:"until"`
}

// Head is the last event of an epoch and how far it is settled.
type Head struct {
	Epoch   string `json:"epoch"`
	Last    uint64 `json:"last"`
	Settled uint64 `json:"settled"`
}

// WindowNow is a window as it stands: presence, not fact. No rating is in it.
type WindowNow struct {
	Session
	Epoch   string           `json:"epoch"`
	Seq     uint64           `json:"seq"` // last event that is in this picture
	Window  string           `json:"window"`
	State   hall.WindowState `json:"state"`
	Staff   string           `json:"staff,omitempty"` // badge
	Ticket  string           `json:"ticket,omitempty"`
	Item    string           `json:"item,omitempty"`
	Since   time.Time        `json:"since"`
	Waiting int              `json:"waiting"` // people this window could call
	Faults  []DeviceNow      `json:"faults,omitempty"`
	Alarm   time.Time        `json:"alarm,omitzero"`     // since when who sits there needs somebody at once; zero: not
	Why     hall.PausedWhy   `json:"why,omitempty"`      // of a paused one, where a reason was given
	Locked  time.Time        `json:"locked,omitzero"`    // since when no PIN that was tried there is looked at; zero: one is
	Until   time.Time        `json:"locked_to,omitzero"` // of Locked
	// NoRepeat: a pad of it sends each press once. One that does not reach the agent is lost, and nobody can count it.
	NoRepeat bool `json:"no_repeat,omitempty"`
}

// DeviceNow is a device that does not work.
type DeviceNow struct {
	Device  string          `json:"device"`
	Kind    hall.DeviceKind `json:"kind"`
	Trouble hall.Trouble    `json:"trouble"`
	Since   time.Time       `json:"since"`
}

// QueueNow is the queue as it stands, at most every 5 s and at most MaxQueue bytes.
type QueueNow struct {
	Session
	At      time.Time     `json:"at"`
	Letters []LetterQueue `json:"letters"`
	Faults  []DeviceNow   `json:"faults,omitempty"`  // devices of no window: the ticket printer
	Outages []OutageNow   `json:"outages,omitempty"` // units whose system is down
	Summons []SummonsNow  `json:"summons,omitempty"` // of the manager on duty
}

// MaxQueue bounds a QueueNow on the wire.
const MaxQueue = 64 << 10

// LetterQueue is one line of people.
type LetterQueue struct {
	Letter  string    `json:"letter"`
	Waiting int       `json:"waiting"`
	P50Min  int       `json:"p50_min,omitempty"` // expected minutes for who comes now; 0: not known
	P90Min  int       `json:"p90_min,omitempty"`
	Tickets []hall.ID `json:"tickets,omitempty"`  // in order
	P50Mins []int     `json:"p50_mins,omitempty"` // expected minutes of each of Tickets, from At on; 0: not known; empty: of none
	P90Mins []int     `json:"p90_mins,omitempty"`
	Oldest  time.Time `json:"oldest,omitzero"` // since when the first of them waits; zero: nobody does

	Closed      hall.ServiceWhy `json:"closed,omitempty"` // why no more tickets are given out; empty: they are
	ClosedSince time.Time       `json:"closed_since,omitzero"`
}

// OutageNow is a unit whose system is down, as a manager declared.
type OutageNow struct {
	Unit  string    `json:"unit"`
	Since time.Time `json:"since"`
}

// SummonsNow calls the manager on duty to who is here for the third time for the same thing.
type SummonsNow struct {
	Ticket string    `json:"ticket"`           // its number
	Window string    `json:"window,omitempty"` // where its holder is, or is to be called
	Letter string    `json:"letter,omitempty"` // in whose line he waits
	Since  time.Time `json:"since"`
	Due    time.Time `json:"due"` // when the manager is to be there
}

// Config is what the hub tells an agent, retained.
type Config struct {
	V         int    `json:"v"`
	Version   uint64 `json:"version"`
	PublicURL string `json:"public_url"`
	BoxKey    string `json:"box_key"` // base64url

	Staff       string `json:"staff,omitempty"`       // SealStaff for this agent; empty: nobody has a PIN
	Help        string `json:"help,omitempty"`        // SealHelp for this agent; empty: nobody needs any
	Certificate string `json:"certificate,omitempty"` // JoinCertificates, the answer to what was asked; empty: none

	Catalogue *CatalogueText `json:"catalogue,omitempty"` // nil: the hub has none for the hall
	Fellows   []Fellow       `json:"fellows,omitempty"`   // the agents of the hall, this one among them; none: it has one
	Calendar  *Calendar      `json:"calendar,omitempty"`  // nil: the agent's own alone
}

// Calendar is what the hub knows of working days, of about a year back and all that follows.
type Calendar struct {
	Years  []hall.CalendarYear `json:"years"`
	Closed []hall.Closing      `json:"closed,omitempty"` // of the agent's hall, and of every hall
}

// Over returns the calendar in which what the hub says stands over what an agent carries. A nil c says nothing.
func (c *Calendar) Over(own *hall.Calendar) *hall.Calendar {
	if c == nil {
		return own
	}
	return own.With(c.Years, c.Closed)
}

// Fellow is an agent of a hall as the others know it: what it signs with, and where it is reached on the hall's network.
type Fellow struct {
	Name    string   `json:"name"`
	Number  uint32   `json:"number"`
	Keys    []string `json:"keys"`              // Ed25519, base64url, the newest first
	Address string   `json:"address,omitempty"` // host:port; empty: it is not on the network
}

// CatalogueText is a version of a hall's catalogue as it was published. It is put in force as a whole or refused as a whole.
type CatalogueText struct {
	Hall    string `json:"hall"`
	Version uint64 `json:"version"` // of this hall, from 1
	SHA     string `json:"sha"`     // of Text, SHA-256 in hex
	Text    string `json:"text"`    // hall.yaml; JSON is YAML too
}

// MaxCatalogue bounds the bytes of CatalogueText.Text: written as JSON it must stay well below MaxBatch.
const MaxCatalogue = 128 << 10

// Command asks an agent to do something before Expires. It is answered by hall.CommandDone or hall.CommandRefused.
type Command struct {
	ID      string           `json:"id"`
	Expires time.Time        `json:"expires"`
	Kind    hall.CommandKind `json:"kind"`
	Body    hall.Order       `json:"body,omitzero"`
}

// Decode reads a message of presence, a config or a command.
func Decode[T Status | WindowNow | QueueNow | Config | Command](data []byte) (T, error) {
	var v T
	if len(data) > MaxBatch {
		return v, fmt.Errorf("%T: %d bytes are too many", v, len(data))
	}
	if err := json.Unmarshal(data, &v); err != nil {
		return v, fmt.Errorf("%T: %w", v, err)
	}
	return v, nil
}
