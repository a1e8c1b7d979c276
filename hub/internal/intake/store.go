package intake

import (
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
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
	Tallies   []TallyKey
	DraftedTo time.Time // drafts given up to this moment; zero: none
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
	Tallies  []Tally
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
	Tallies  []Tally
	Findings []Finding // new ones
	Restores []Restore // new ones
	Boxes    []Box
	Ticked   time.Time // the clock tick to remember; zero: none
}
