package intake

import (
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/concern"
	"hallpulse/hub/internal/figures"
	"hallpulse/hub/internal/inspection"
	"hallpulse/hub/internal/notify"
	"hallpulse/hub/internal/repair"
)

// Store is the hub's database as intake needs it.
type Store interface {
	// Update runs fn in one transaction that no other writer can enter. When it returns nil all that fn saved
	// survives a power cut; when fn or the database fails nothing of it remains.
	Update(fn func(Tx) error) error
}

// Tx is one transaction. It must not be cancellable (traps: a cancelled statement ends a shared commit).
type Tx interface {
	// Load returns the rows that keys name, as they stand in this transaction. What is not there is left out.
	Load(Keys) (Before, error)
	// Save writes changes as they are: a row replaces the one of its key.
	Save(*Changes) error
}

// Keys name rows to load, each once.
type Keys struct {
	Position  bool // the position and the hub's own epoch
	Law       bool // all that the law is made of
	Epochs    []EpochKey
	EpochsOf  []uint32 // all epochs of an agent
	Seals     []Range  // chain values and verdicts of stored events
	Events    []Place  // bytes of stored events
	Retold    []Range
	Visits    []hall.ID
	Courses   []hall.ID // tickets, with their visits and the answers that name them
	Presses   []hall.PressKey
	Holes     []Hole
	Forms     []string
	Windows   []WindowKey
	Devices   []DeviceKey
	States    []uint32 // what agents say of themselves
	Steps     []StartKey
	Tallies   []figures.Key
	DraftedTo time.Time // drafts given up to this moment; zero: none
	PendingTo time.Time // answers given up to this moment that wait for their visit, at most Most; zero: none

	Repairs     []string // by the ids of their visits; those of Courses come with them
	Concerns    []string
	Inspections []string
	Messages    []string
	Cases       []hall.ID // those of Courses come with them
	Outages     []OutageKey

	// What a clock rule looks for, each at most Most.
	Due      []DueKey  // visits that nobody rated
	Awake    time.Time // matters whose clock has something to say at this moment; zero: none
	Lost     bool      // what lost agents said of themselves
	BadAlone bool      // visits with a bad rating and no repair
	Review   *Review   // deadlines to compute again
	Heed     *Heed     // promises that an outage can move
	Unread   bool      // events that could not be read

	OutagesAwake hall.Day // outages that limits may not heed yet on this day; zero: none
	Most         int
}

// DueKey names the visits of an agent whose due time passed before a moment, and that nobody rated.
type DueKey struct {
	Agent uint32
	To    time.Time
}

// Review names deadlines that a change of the calendar can move: those that are provisional, or have not passed at Now.
type Review struct {
	Of    hall.Clocked
	Day   hall.Day // of the last visit that was reviewed, as it was; on which the last closed repair ended
	After string   // the last id that was reviewed; of a closed repair its number
	Now   time.Time
}

// Range names events From to To of an epoch.
type Range struct {
	EpochKey
	From, To uint64
}

// Place names one event.
type Place struct {
	EpochKey
	Seq uint64
}

// Hole names the presses above From up to To of one boot of a pad.
type Hole struct {
	UID      hall.PadUID
	Boot     uint32
	From, To uint32
}

// StartKey names one start of an agent.
type StartKey struct {
	Agent uint32
	Start uint32
}

// Before is what Load found.
type Before struct {
	Position Position
	Epochs   []Epoch
	Seals    []Seal
	Events   []Kept
	Retold   []Retold
	Tickets  []Ticket
	Visits   []Visit
	Answers  []Answer
	Pressed  []hall.PressKey // presses of the named holes that are known
	Windows  []Window
	Devices  []Device
	States   []AgentState
	Steps    []ClockStep
	Tallies  []figures.Tally
	Law      []LawDeed
	Unread   []Unread

	Repairs     []repair.Repair
	Concerns    []concern.Concern
	Inspections []inspection.Inspection
	Messages    []notify.Message
	Cases       []Case
	Outages     []Outage
}

// Unread is an event that could not be read, with the name of its agent.
type Unread struct {
	Stored
	Name string
}

// Position is the one row that orders all commits.
type Position struct {
	Pos      int64
	Epoch    string // the hub's own, to which its events are added; empty before the first
	Rebuilds int64  // how often all that is derived was made anew
}

// Seal is what the hub keeps beside a stored event to answer a repeat.
type Seal struct {
	Place
	Chain uplink.Chain
	Why   uplink.Why
}

// Kept is the bytes of a stored event.
type Kept struct {
	Place
	Bytes []byte
}

// Changes are rows to write, each as it is after the commit.
type Changes struct {
	Position Position
	Events   []Stored // new ones, by Pos
	Epochs   []*Epoch
	Retold   []Retold // perhaps there already
	Tickets  []*Ticket
	Visits   []*Visit
	Dropped  []int64 // answers whose press came by a better road, by Pos
	Answers  []*Answer
	Windows  []*Window
	Devices  []*Device
	States   []*AgentState
	Steps    []ClockStep // new ones
	Tallies  []figures.Tally
	Findings []Finding // new ones
	Restores []Restore // new ones
	Asked    []Asked   // certificates; not kept: who gets no answer asks again
	Chosen   bool      // PINs; what checks them lies in boxes
	Law      []LawDeed // new ones
	Deeds    []Deed    // new ones
	Reread   []Place   // new ones
	Commands []Command // new ones
	Moves    []Move    // new ones
	Replies  []Reply   // new ones
	Turns    []WindowStep
	Reprints []Reprint // new ones

	Repairs     []*repair.Repair
	Concerns    []*concern.Concern
	Inspections []*inspection.Inspection
	Messages    []*notify.Message
	Cases       []*Case
	Notices     []Notice
	Outages     []*Outage

	Boxes  []Box
	Erased []string  // refs of boxes to delete, those of Boxes too
	Ticked time.Time // the clock tick to remember; zero: none
}
