package intake

import (
	"cmp"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/figures"
	"hallpulse/hub/internal/private"
	"hallpulse/hub/internal/rating"
)

// Stored is one event as the hub keeps it: the bytes as they came, and beside them what was decided once.
type Stored struct {
	Pos         int64 // order of commits over all streams
	Agent       uint32
	Epoch       string
	Seq         uint64
	Bytes       []byte
	Chain       uplink.Chain
	Why         uplink.Why // empty: read
	Again       bool       // told before, under its place before a fork: kept, without a second effect
	When        time.Time
	Uncertainty time.Duration
	Arrived     time.Time
}

// Kind returns the verdict that Why stands for.
func (s Stored) Kind() uplink.VerdictKind { return kindOf(s.Why) }

func kindOf(why uplink.Why) uplink.VerdictKind {
	switch why {
	case "":
		return uplink.Read
	case uplink.WhyType:
		return uplink.Unknown
	}
	return uplink.Refused
}

// EpochKey names one epoch of one agent.
type EpochKey struct {
	Agent uint32
	Epoch string
}

// Epoch is the head of an epoch: how far it is known, and how it ended.
type Epoch struct {
	EpochKey
	Last   uint64       // 0: only named by the epoch after it
	Chain  uplink.Chain // at Last
	Began  time.Time    // when its first event happened: the order of epochs
	When   time.Time    // when its last event happened
	Closed bool         // a later epoch named it
	Ended  uint64       // where its agent says it ended
}

// Version orders what is told of one thing: the epoch that began later is newer, in it the greater seq.
type Version struct {
	Began time.Time
	Epoch string
	Seq   uint64
}

// After reports whether v is newer than w. Everything is newer than the zero Version.
func (v Version) After(w Version) bool {
	if w.Epoch == "" {
		return v.Epoch != ""
	}
	return cmp.Or(v.Began.Compare(w.Began), cmp.Compare(v.Epoch, w.Epoch), cmp.Compare(v.Seq, w.Seq)) > 0
}

// Uptime orders what one agent tells of one thing, in whichever epoch it tells it: by its start, and how long it had run.
type Uptime struct {
	Start uint32
	MS    int64
}

// Before reports whether u is earlier than o. What one decision told has one uptime: its order is that of its events.
func (u Uptime) Before(o Uptime) bool {
	return cmp.Or(cmp.Compare(u.Start, o.Start), cmp.Compare(u.MS, o.MS)) < 0
}

// Ticket is a place in a queue as events tell of it. A ticket of which nothing but its calls was told has no Number.
type Ticket struct {
	ID      hall.ID
	Number  string
	Letter  string // it was issued under
	Day     hall.Day
	Item    string
	Ahead   int
	CodeSHA string
	State   hall.TicketState // never serving: that follows from its visits
	At      Uptime           // of State
	Class   hall.Class
	Purpose hall.Purpose
	Cases   int
	Goes    Goes
	Window  string // called to
	Calls   int
	Issued  time.Time
	Called  time.Time
	Ended   time.Time
	Contact Contact // none: its holder left no phone

	CalledAt Uptime // of Window
	Hops     string // when agents admitted it; empty: it stayed with the one that gave it out

	Situation string
	Due       time.Time // of who booked; zero: he did not
	Lapsed    bool      // he did not arrive in time
	Command   string    // the citizen's, that the booking answers; empty: he booked in the hall
	Token     string    // ref of the box in which its token lies for him

	P50Mins, P90Mins int // it was told to wait so many minutes, one time in two and nine times in ten; 0: nothing was told
}

// Goes is where a ticket goes on, and why it is set aside, as long as it stands so: all empty where it waits as it was
// issued.
type Goes struct {
	Letter string
	Item   string
	Window string // it waits for this one, or was set aside here
	Staff  string // badge: it waits for this clerk
	Held   hall.HeldWhy
}

// Contact is the phone that the holder of a ticket left for messages about it: where it lies, and in which language they
// are.
type Contact struct {
	hall.Sealed
	Lang string
}

// CountBooking tells where a place that was booked counts, and as what: on the day it was booked for.
func (t *Ticket) CountBooking(tally func(figures.Key, figures.Sums)) {
	if t == nil || t.Due.IsZero() {
		return
	}
	came := !t.Issued.IsZero() || t.State == hall.TicketIsConfirmed
	figures.Booking{Came: came, Cancelled: !came && t.State == hall.TicketIsCancelled, Missed: !came && t.State == hall.TicketIsWithdrawn}.
		Count(figures.Key{Agent: t.ID.Agent, Item: t.Item, Day: hall.DayOf(t.Due)}, tally)
}

// Served is a visit at a window, and what proves its ticket.
type Served struct {
	Visit, Ticket hall.ID
	CodeSHA       string
}

// Visit is one citizen served. Until visit.opened arrives it may be known by its name alone.
type Visit struct {
	ID      hall.ID
	Ticket  hall.ID
	Window  string
	Staff   string // who finished it, before that who was called to
	At      Uptime // of Window, and of Staff until it ended
	Unit    string
	Item    string
	Opened  time.Time
	Served  time.Time
	Ended   time.Time
	Began   bool // service began: told, or shown by an invitation or a bound press
	Outcome hall.Outcome
	ByNext  bool
	Invited bool // asked at the end, or had answered before it

	// What rating.Of makes of its answers.
	Level     hall.Level // 0: not rated by a person
	Channel   hall.Channel
	Rated     time.Time
	Integrity bool  // the rating replaced a press that says otherwise
	Answer    int64 // Pos of the answer that is the rating

	// What there is to say of that answer.
	Replaced      bool // it took the place of a press
	FollowUps     int  // 追评
	ReasonMissing bool
	Withheld      bool
	Named         bool
	Platform      bool // it concerns platform or rules alone (domain §3.7, §6)
	Assisted      bool // 协助评价: it was pressed where Helper helped (domain §3.13)

	// What the law makes of it.
	Due       hall.Deadline // zero: cannot be rated, or has not ended
	Default   hall.Level    // entered because nobody rated in time; stays when somebody had after all. 0: none
	Defaulted time.Time
	Lost      bool // the default was entered because its agent is lost
	Repair    bool // a bad rating of it opened a repair
	Excluded  bool // the centre decided that its rating leaves every figure

	Down     bool   // the system of its unit was down, by declaration, while it was served
	Helper   string // badge of who helped its citizen to press
	HelpedAt string // the window where
	Case     bool   // it is the row by which the case of its id is rated: it has no opening, its end is the case's
	ByCases  bool   // each of its cases was rated by itself (domain §3.2): without a rating of its own it lacks none
}

// Rule returns what the rating rules need of the visit.
func (v *Visit) Rule() rating.Visit {
	r := rating.Visit{ID: v.ID, Opened: v.Opened, Began: v.Began, Outcome: v.Outcome, Rated: v.Level != 0 || v.ByCases}
	if !v.Due.IsZero() {
		r.Due = v.Due.End()
	}
	return r
}

// Count tells where the visit counts, and as what.
func (v *Visit) Count(tally func(figures.Key, figures.Sums)) {
	at := figures.Key{Agent: v.ID.Agent, Window: v.Window, Staff: v.Staff, Unit: v.Unit, Item: v.Item, Day: hall.DayOf(v.firstKnown())}
	figures.Visit{Case: v.Case, Began: v.Began, Ended: v.Outcome != "", Ratable: v.Rule().Ratable() && (v.Level != 0 || !v.ByCases), Invited: v.Invited, Level: v.Level,
		Channel: v.Channel, Default: v.Default, Excluded: v.Excluded, Platform: v.Platform, Replaced: v.Replaced, FollowUps: v.FollowUps,
		ReasonMissing: v.ReasonMissing, Withheld: v.Withheld, Named: v.Named}.Count(at, tally)
}

// firstKnown is the earliest step of the visit that was told: the day it counts on.
func (v *Visit) firstKnown() time.Time {
	for _, t := range []time.Time{v.Opened, v.Served, v.Ended} {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

// Kind is what an answer was kept as.
type Kind string

// The kinds.
const (
	KindGiven   Kind = "given"
	KindRepeat  Kind = "repeat"
	KindUnbound Kind = "unbound"
	KindDrafted Kind = "drafted" // a first tap on a phone, not sent yet
)

// Answer 作答 is one press or one form: kept once, whatever the number of roads it came by.
type Answer struct {
	Pos         int64 // of the event that tells of it
	Agent       uint32
	Epoch       string
	Seq         uint64
	When        time.Time // when it was given: of a press when it was told, less its age
	Uncertainty time.Duration
	Arrived     time.Time

	Kind     Kind
	Standing rating.Standing // empty for a draft
	Ticket   hall.ID         // zero for what is bound to none
	Told     hall.ID         // the visit it was given for; zero: a phone's, ahead of it
	Visit    hall.ID         // the visit it is tied to
	Window   string
	Level    hall.Level
	Channel  hall.Channel
	Why      hall.UnboundWhy

	Press   hall.PressKey // zero for a form
	AgeMS   int64         // of the press when it was told; hall.AgeUnknown
	Form    string        // id of the form; empty for a press
	Reasons string        // codes, comma separated

	ReasonMissing bool
	Withheld      bool
	Named         bool
	Callback      bool
	Lapsed        bool
	Expired       bool // it waited too long for its visit
	Ref           string
	RefSHA        string

	Reply    string // id of the message that an SMS, or the page behind its link, answers
	Operator string // who took the call in which it was given
	Call     string // id of that call's recording
}

// IsPress reports whether the answer is a press of a key.
func (a *Answer) IsPress() bool { return a.Form == "" }

// WindowKey names a window of an agent.
type WindowKey struct {
	Agent  uint32
	Window string
}

// Window is the state of a window by committed events. Serving is not among its states: it follows from Visit.
type Window struct {
	WindowKey
	State   hall.WindowState
	Since   time.Time
	Ticket  hall.ID
	Visit   hall.ID
	StateAt Version
	Staff   string
	StaffAt Version
}

// DeviceKey names a device of an agent.
type DeviceKey struct {
	Agent  uint32
	Device string
}

// Device is a pad or printer by committed events.
type Device struct {
	DeviceKey
	Kind    hall.DeviceKind
	Window  string
	UID     hall.PadUID
	Up      bool
	Trouble hall.Trouble // empty: works
	Count   uint32
	Since   time.Time
	At      Version
}

// AgentState is what an agent's newest start said of itself.
type AgentState struct {
	Agent     uint32
	Hall      string
	Version   string
	Catalogue string // SHA-256 of the one in force, hex
	Instance  string
	Started   time.Time
	At        Version
	Config    uint64    // the hub's configuration in force
	Lost      time.Time // when the centre declared it lost; zero: it was not, or has spoken since

	CatalogueVersion uint64           // in force; 0: of the agent's own file
	Refused          CatalogueRefusal // of a newer version
}

// CatalogueRefusal is why an agent does not put a version of its hall's catalogue in force; the zero value: it refuses none.
type CatalogueRefusal struct {
	Version uint64
	Why     hall.CatalogueWhy
	What    string
}

// Finding is a finding that the hub's stream tells of.
type Finding struct {
	Pos int64
	At  time.Time
	hall.FindingOpened
}

// Restore is a span that only the hub could know and lost.
type Restore struct {
	Pos int64
	hall.HubRestored
}

// ClockStep is a setting of an agent's clock: at Up of Start it showed To.
type ClockStep struct {
	Pos   int64
	Agent uint32
	Start uint32
	Up    time.Duration
	To    time.Time
}

// Retold is a place in an agent's history whose event was told again elsewhere. Digest tells apart two branches of a
// copied store that both lay there.
type Retold struct {
	EpochKey
	Seq    uint64
	Digest Digest
}

// Box is a sealed private text as it lies beside the event that names its Ref. A Label without a kind is filled by what
// the event says.
type Box struct {
	Ref    string
	Salt   []byte
	Sealed []byte
	private.Label
}
