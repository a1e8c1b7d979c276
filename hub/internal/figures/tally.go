package figures

import (
	"cmp"

	"hallpulse/firmware-protocol/hall"
)

// ByDefault is the channel under which a visit counts whose only rating is the default: no road that a rating took.
const ByDefault hall.Channel = "default"

// Leaves says which figures sums leave. It is a set of bits; 0: they count everywhere.
type Leaves uint8

// What sums can leave.
const (
	// LeavesPersons: the reasons concern platform or rules alone, so they leave the figures of persons (domain §3.7).
	LeavesPersons Leaves = 1 << iota
	// LeavesAll: the rating was excluded, so they leave every figure; each can be shown with and without (domain §4).
	LeavesAll
)

// Key is the grain of the counting: sums are kept for each key. Reports are made by adding keys up.
type Key struct {
	Agent   uint32
	Window  string
	Staff   string // badge
	Unit    string // of a visit that which handled it, of a repair its owner, of a case that which owns its item
	Item    string
	Channel hall.Channel // of the rating; ByDefault; empty where there is none
	Leaves  Leaves
	Day     hall.Day // of a visit that of its first step, of a repair that of its opening, of a booking that of its time
}

// KeyColumns returns the names of the parts of a Key, in the order of its Values and Places.
func KeyColumns() []string {
	return []string{columnAgent, columnWindow, columnStaff, columnUnit, columnItem, columnChannel, columnLeaves, columnDay}
}

// The columns of a Key.
const (
	columnAgent   = "agent_id"
	columnWindow  = "window_id"
	columnStaff   = "staff"
	columnUnit    = "unit"
	columnItem    = "item"
	columnChannel = "channel"
	columnLeaves  = "leaves"
	columnDay     = "day"
)

// Values appends the parts of k to args in the order of KeyColumns, as a statement takes them.
func (k Key) Values(args []any) []any {
	return append(args, int64(k.Agent), k.Window, k.Staff, k.Unit, k.Item, string(k.Channel), int64(k.Leaves), int64(k.Day))
}

// Places appends where the parts of k lie to places in the order of KeyColumns, as a row is read into them.
func (k *Key) Places(places []any) []any {
	return append(places, &k.Agent, &k.Window, &k.Staff, &k.Unit, &k.Item, &k.Channel, &k.Leaves, &k.Day)
}

// Compare orders keys: the order in which a commit takes their locks.
func (k Key) Compare(o Key) int {
	return cmp.Or(cmp.Compare(k.Agent, o.Agent), cmp.Compare(k.Day, o.Day), cmp.Compare(k.Window, o.Window), cmp.Compare(k.Staff, o.Staff),
		cmp.Compare(k.Unit, o.Unit), cmp.Compare(k.Item, o.Item), cmp.Compare(k.Channel, o.Channel), cmp.Compare(k.Leaves, o.Leaves))
}

// Tally is the sums of one key.
type Tally struct {
	Key
	Sums
}

// Count tells where the visit counts and as what: at one key, or at two where its rating leaves some figures. Of at it
// sets Channel and Leaves; what counts as nothing is not told. The sums of all keys that leave nothing hold every visit
// served exactly once.
func (v Visit) Count(at Key, tally func(Key, Sums)) {
	s := v.counts()
	at.Channel, at.Leaves = "", 0
	switch {
	case s.Rated() > 0:
		at.Channel = v.Channel
		at.Leaves = leaves(v.Excluded, v.Platform)
	case s.Defaulted() > 0:
		at.Channel = ByDefault
	}
	if at.Leaves == 0 {
		told(at, s, tally)
		return
	}
	rating := s
	rating.Served = 0
	told(at, rating, tally)
	at.Leaves = 0
	told(at, Sums{Served: s.Served}, tally)
}

// Count tells where the repair counts and as what. Of at it sets Leaves; its channel is that of the bad rating.
func (r Repair) Count(at Key, tally func(Key, Sums)) {
	at.Leaves = leaves(r.Excluded, r.Platform)
	told(at, r.counts(), tally)
}

func leaves(all, persons bool) Leaves {
	var l Leaves
	if all {
		l |= LeavesAll
	}
	if persons {
		l |= LeavesPersons
	}
	return l
}

func told(at Key, s Sums, tally func(Key, Sums)) {
	if !s.IsZero() {
		tally(at, s)
	}
}
