package intake

import (
	"errors"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Lists are asked for a page at a time. Cursor is where a page ended: the list's own word, empty for the first page.
type Page struct {
	Limit int
	After string
}

// ErrCursor is returned for a place in a list that is none of it.
var ErrCursor = errors.New("not a place in this list: begin at its first page")

// Within is what somebody reaches of a list. The zero Within is everything.
type Within struct {
	Bound      bool     // to Halls: of none of them, nothing is taken
	Halls      []string // ids
	OfHall     bool     // what belongs to no hall is not taken
	Unit       string   // that owns it; empty: every unit
	WithServed bool     // what a clerk of Unit served is taken too
	Badge      string   // with Account: one of the two must be its own
	Account    string
	Consented  bool // only what a named rater agreed to be called about
	Hidden     bool // leads on misconduct are taken too
}

// Order is how a list of repairs is sorted.
type Order string

// The orders.
const (
	ByDue    Order = "due"    // what the clock runs for and is due first; then what was answered, then what is frozen
	ByNewest Order = "newest" // what was opened last
	ByEnded  Order = "ended"  // what ended last; nothing else is taken
)

// RepairsAsked narrows a list of repairs. Empty fields take everything.
type RepairsAsked struct {
	Page
	Within
	Order     Order
	Open      *bool
	Running   bool // the unit owes an answer and its clock runs
	Calls     bool // a call-back waits
	Decides   bool // a proposal to exclude or an appeal waits for its decision
	States    []string
	Units     []string
	Window    string
	Items     []string
	DueFrom   hall.Day
	DueTo     hall.Day
	Named     bool
	Frozen    bool
	Missing   bool   // no reason was given yet
	Appeal    string // pending, decided
	Exclusion string
	Number    int64 // for people: R-…
}

// ConcernsAsked narrows a list of concerns.
type ConcernsAsked struct {
	Page
	Within
	Order  Order // ByDue or ByNewest
	Open   *bool
	States []string
	Kinds  []string
	Source string
	Units  []string // whose turn it is
	DueTo  hall.Day
	From   hall.Day // received from this day
	To     hall.Day // to this one
}

// InspectionsAsked narrows a list of inspections.
type InspectionsAsked struct {
	Page
	Within
	Order   Order // ByDue or ByNewest
	Open    *bool
	States  []string
	Kinds   []string
	Quarter string
}

// CasesAsked narrows a list of cases 办件.
type CasesAsked struct {
	Page
	Agents  []uint32 // of the halls; nil: all
	Unit    string   // of who asks
	Number  string
	Open    *bool // somebody is to act still
	States  []string
	Units   []string
	Items   []string
	DueFrom hall.Day // with either, only those whose clock runs
	DueTo   hall.Day
}

// DueCases are the cases of one agent whose clock runs out.
type DueCases struct{ Today, Overdue int }

// MessagesAsked narrows a list of messages.
type MessagesAsked struct {
	Page
	States []string
	Kinds  []string
	About  string
}

// DeedsAsked narrows the audit.
type DeedsAsked struct {
	Page
	About   string
	Account string
	Types   []string // families such as repair., or whole types
	From    time.Time
	To      time.Time
}

// RatingsAsked narrows a search of ratings.
type RatingsAsked struct {
	Page
	Within
	Agents    []uint32 // of the halls; nil: all
	Defaulted bool     // those that nobody gave in time, instead of those by a person
	Window    string
	Staff     string
	Units     []string
	Item      string
	Channel   string
	Levels    []hall.Level
	From      hall.Day
	To        hall.Day
	Named     bool
	Missing   bool
	Withheld  bool
	Excluded  bool
}

// Rated is one rating of a search.
type Rated struct {
	Visit
	Number  string // of the ticket
	Reasons string // codes, comma separated
	Ref     string // where what the citizen wrote lies
	Call    bool   // he agreed to be called
}
