package repair

import (
	"slices"
	"strconv"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Repair is a repair as its deeds made it. The zero Repair is none. All of it but Rating follows from deeds.
type Repair struct {
	ID      string `json:"id"`      // the visit's
	Number  string `json:"number"`  // for people: R-1107
	Version int    `json:"version"` // how many deeds were applied
	Last    Stamp  `json:"last"`
	Changed int    `json:"changed"` // the version after the last deed that was more than a notice
	Steps   []Step `json:"steps"`   // one of each deed

	State     State         `json:"state"`
	Visit     hall.ID       `json:"visit"`
	Ticket    hall.ID       `json:"ticket"`
	Agent     uint32        `json:"agent"` // that told of the visit
	Hall      string        `json:"hall"`
	Window    string        `json:"window"`
	Item      string        `json:"item"`
	ServedBy  string        `json:"served_by"`  // badge
	ClerkUnit string        `json:"clerk_unit"` // his unit
	VisitUnit string        `json:"visit_unit"` // that the visit was told under
	Unit      string        `json:"unit"`       // that owns the repair
	Why       hall.OwnerWhy `json:"why"`        // why that unit owned it first
	Handler   string        `json:"handler,omitempty"`
	Opened    hall.Day      `json:"opened"`

	// Rating is kept in step with the visit's rating by who applies the deeds.
	Rating Rating `json:"rating"`

	Round     Round       `json:"round"`          // the one that runs, or ran last
	Past      []Round     `json:"past,omitempty"` // those that a bad second rating ended
	Frozen    bool        `json:"frozen,omitempty"`
	Stops     []hall.Stop `json:"stops,omitempty"`
	Reports   []Report    `json:"reports,omitempty"` // why it was frozen, for the centre alone
	Exclusion Exclusion   `json:"exclusion,omitzero"`
	Appeals   []Appeal    `json:"appeals,omitempty"` // at most one of each side
}

// Stamp says who did what, and when.
type Stamp struct {
	At   time.Time   `json:"at"`
	By   hall.Person `json:"by"`
	Type hall.Type   `json:"type"`
}

// Step is a deed as the course of a repair shows it.
type Step struct {
	Stamp
	Unit string       `json:"unit,omitempty"` // that a repair was assigned to
	Of   hall.Clocked `json:"of,omitempty"`   // the limit that passed, or moved
	Day  hall.Day     `json:"day,omitempty"`  // the new last day of a limit
	Yes  bool         `json:"yes,omitempty"`  // reached; excluded, upheld
}

// stepOf returns the step that a deed is.
func stepOf(f hall.Fact, did Stamp) Step {
	s := Step{Stamp: did}
	switch f := f.(type) {
	case hall.RepairAssigned:
		s.Unit = f.Unit
	case hall.RepairCalled:
		s.Yes = f.Reached
	case hall.RepairExtended:
		s.Of, s.Day = hall.ClockedRepair, f.To.Day
	case hall.DeadlineMoved:
		s.Of, s.Day = f.Of, f.To.Day
	case hall.RepairEscalated:
		s.Of, s.Day = f.Of, f.Due.Day
	case hall.AppealDecided:
		s.Yes = f.Upheld
	}
	return s
}

// Rating is what the repair needs of the visit's rating.
type Rating struct {
	Level         hall.Level   `json:"level,omitempty"` // 0: the visit is not rated
	Channel       hall.Channel `json:"channel,omitempty"`
	Reasons       []string     `json:"reasons,omitempty"`
	ReasonMissing bool         `json:"reason_missing,omitempty"`
	Named         bool         `json:"named,omitempty"`    // 实名
	Callback      bool         `json:"callback,omitempty"` // agreed to be called
	Withheld      bool         `json:"withheld,omitempty"` // 不公开
	Ref           string       `json:"ref,omitempty"`      // where text, name and phone lie apart
	When          time.Time    `json:"when,omitzero"`
	Down          bool         `json:"down,omitempty"` // the system of the visit's unit was down, by declaration, while it was served
}

// Round is one way from the opening, or a reopening, to an answer.
type Round struct {
	hall.RepairLimits
	SignFrom   hall.Day       `json:"sign_from"`     // on which the limit to sign for it begins
	Note       hall.Sealed    `json:"note,omitzero"` // of the centre to the unit
	Signed     time.Time      `json:"signed,omitzero"`
	Reminded   bool           `json:"reminded,omitempty"`
	Escalated  []hall.Clocked `json:"escalated,omitempty"`
	Calls      []Call         `json:"calls,omitempty"`
	Finding    Finding        `json:"finding,omitzero"`
	Extensions []Extension    `json:"extensions,omitempty"`
	Returned   []Returned     `json:"returned,omitempty"` // answers that were sent back
	Answer     Answer         `json:"answer,omitzero"`    // the one that was not
	Second     Second         `json:"second,omitzero"`
	Demanded   bool           `json:"demanded,omitempty"` // of a past round: the citizen had to be called back
}

// Finding is what was found to be true, and how it is repaired.
type Finding struct {
	At     time.Time         `json:"at"`
	By     hall.Person       `json:"by"`
	Result hall.RepairResult `json:"result"`
	Mode   hall.RepairMode   `json:"mode,omitempty"`
	Note   hall.Sealed       `json:"note,omitzero"`
}

// Call is a call-back 回访.
type Call struct {
	At      time.Time   `json:"at"`
	By      hall.Person `json:"by"`
	Attempt int         `json:"attempt"`
	Reached bool        `json:"reached,omitempty"`
	Said    hall.Sealed `json:"said,omitzero"`
}

// Extension 延期 is a later deadline.
type Extension struct {
	At     time.Time     `json:"at"`
	By     hall.Person   `json:"by"`
	From   hall.Deadline `json:"from"`
	To     hall.Deadline `json:"to"`
	Limit  hall.Span     `json:"limit"` // To, as days from the day of the extension on
	Reason hall.Sealed   `json:"reason"`
}

// Answer 答复 is what the unit changed and told the citizen.
type Answer struct {
	At      time.Time     `json:"at"`
	By      hall.Person   `json:"by"`
	Changed hall.Sealed   `json:"changed,omitzero"`
	Reply   hall.Sealed   `json:"reply"`
	Second  hall.Deadline `json:"second"` // until when the citizen can rate the repair
}

// Returned is an answer that the centre sent back, and why.
type Returned struct {
	Answer Answer      `json:"answer"`
	At     time.Time   `json:"at"`
	By     hall.Person `json:"by"`
	Reason hall.Sealed `json:"reason"`
}

// Second is the citizen's rating of the repair.
type Second struct {
	At      time.Time    `json:"at"`
	Level   hall.Level   `json:"level"`
	Channel hall.Channel `json:"channel"`
	Reasons []string     `json:"reasons,omitempty"`
	Words   hall.Sealed  `json:"words,omitzero"`
	Call    string       `json:"call,omitempty"`
}

// Report is why the centre stopped the unit.
type Report struct {
	At   time.Time      `json:"at"`
	By   hall.Person    `json:"by"`
	Why  hall.FrozenWhy `json:"why"`
	Text hall.Sealed    `json:"text"`
}

// Exclusion is a proposal that the rating should not count, and what became of it.
type Exclusion struct {
	At       time.Time         `json:"at"`
	By       hall.Person       `json:"by"`
	Why      hall.ExclusionWhy `json:"why"`
	Evidence hall.Sealed       `json:"evidence"`
	Decided  Decision          `json:"decided,omitzero"`
}

// Pending reports whether the centre has yet to decide it.
func (e Exclusion) Pending() bool { return !e.At.IsZero() && e.Decided.At.IsZero() }

// Appeal 申诉 asks for review, and what became of it.
type Appeal struct {
	At        time.Time         `json:"at"`
	By        hall.Person       `json:"by"`
	Side      hall.AppealSide   `json:"side"`
	Ground    hall.AppealGround `json:"ground"`
	Evidence  hall.Sealed       `json:"evidence"`
	Due       hall.Deadline     `json:"due"`
	Escalated bool              `json:"escalated,omitempty"`
	Decided   Decision          `json:"decided,omitzero"`
}

// Pending reports whether nobody has decided it.
func (a Appeal) Pending() bool { return a.Decided.At.IsZero() }

// Decision is who decided, when, how and why.
type Decision struct {
	At     time.Time   `json:"at"`
	By     hall.Person `json:"by"`
	Yes    bool        `json:"yes"` // excluded, upheld
	Reason hall.Sealed `json:"reason"`
}

// Apply returns the repair after f, which happened at a moment and stands at pos. What is about another repair, or out of
// turn, changes nothing.
func (r Repair) Apply(f hall.Fact, at time.Time, pos int64) Repair {
	turn, id, ok := TurnOf(f)
	to, legal := r.State.Next(turn)
	if !ok || !legal || r.ID != "" && r.ID != id {
		return r
	}
	deed, ok := f.(hall.Deed)
	if !ok {
		return r
	}
	stamp := Stamp{at, deed.Acted().By, f.Type()}
	if f, ok := f.(hall.RepairOpened); ok {
		r = r.begin(f, pos)
	}
	r.State, r.Last = to, stamp
	r.Version++
	r.Steps = append(slices.Clip(r.Steps), stepOf(f, stamp))
	if !notice(turn) {
		r.Changed = r.Version
	}
	return r.byUnit(f, stamp).byCentre(f, stamp).byRule(f)
}

// notice reports whether a turn only tells people something: who wrote meanwhile need not look again.
func notice(t Turn) bool {
	return t == hall.TypeRepairReminded || t == hall.TypeRepairEscalated
}

// begin returns the repair that f opens. Of one that was withdrawn its history stays, and what its citizen reported.
func (r Repair) begin(f hall.RepairOpened, pos int64) Repair {
	return Repair{
		ID: f.About, Number: "R-" + strconv.FormatInt(pos, 10), Version: r.Version, Steps: r.Steps, Changed: r.Changed,
		Visit: f.Visit, Ticket: f.Ticket, Agent: f.Visit.Agent, Hall: f.Hall, Window: f.Window, Item: f.Item,
		ServedBy: f.Staff, ClerkUnit: f.Clerk, VisitUnit: f.Served, Unit: f.Unit, Why: f.Why, Opened: f.Day,
		Rating: r.Rating, Frozen: r.Frozen, Stops: r.Stops, Reports: r.Reports,
		Round: Round{RepairLimits: f.RepairLimits, SignFrom: f.Day},
	}
}

// byUnit applies what the unit and its people do.
func (r Repair) byUnit(f hall.Fact, by Stamp) Repair {
	n := &r.Round
	switch f := f.(type) {
	case hall.RepairSigned:
		r.Handler, n.Signed = f.By.Account, by.At
	case hall.RepairCalled:
		n.Calls = append(slices.Clip(n.Calls), Call{by.At, f.By, f.Attempt, f.Reached, f.Said})
	case hall.RepairVerified:
		n.Finding = Finding{by.At, f.By, f.Result, n.Finding.Mode, f.Note}
	case hall.RepairBegan:
		n.Finding.Mode = f.Mode
	case hall.RepairExtended:
		n.Extensions = append(slices.Clip(n.Extensions), Extension{by.At, f.By, f.From, f.To, f.Limit, f.Reason})
		n.Deadline, n.Remind, n.Reminded = f.To, f.Remind, false
		n.Escalated = without(n.Escalated, hall.ClockedRepair)
	case hall.RepairAnswered:
		if n.Finding.Result != f.Result {
			n.Finding = Finding{by.At, f.By, f.Result, n.Finding.Mode, n.Finding.Note}
		}
		n.Answer = Answer{by.At, f.By, f.Changed, f.Reply, f.Second}
	case hall.RepairExclusionProposed:
		r.Exclusion = Exclusion{At: by.At, By: f.By, Why: f.Why, Evidence: f.Evidence}
	case hall.AppealOpened:
		r.Appeals = append(slices.Clip(r.Appeals), Appeal{At: by.At, By: f.By, Side: f.Side, Ground: f.Ground, Evidence: f.Evidence, Due: f.Decide})
	}
	return r
}

// byCentre applies what the centre and the citizen decide.
func (r Repair) byCentre(f hall.Fact, by Stamp) Repair {
	n := &r.Round
	switch f := f.(type) {
	case hall.RepairAssigned:
		r.Unit, r.Handler = f.Unit, f.Handler
		n.Sign, n.SignFrom, n.Signed, n.Note = f.Sign, hall.DayOf(by.At), time.Time{}, f.Note
		n.Escalated = without(n.Escalated, hall.ClockedRepairSign)
	case hall.RepairReturned:
		n.Returned = append(slices.Clip(n.Returned), Returned{n.Answer, by.At, f.By, f.Reason})
		n.Answer = Answer{}
	case hall.RepairExcluded:
		r.Exclusion.Why, r.Exclusion.Decided = f.Why, Decision{by.At, f.By, true, f.Reason}
	case hall.RepairExclusionRefused:
		r.Exclusion.Decided = Decision{by.At, f.By, false, f.Reason}
	case hall.AppealDecided:
		r.Appeals = slices.Clone(r.Appeals)
		if a := r.appeal(f.Side); a != nil {
			a.Decided = Decision{by.At, f.By, f.Upheld, f.Reason}
		}
	case hall.RepairFrozen:
		r.Reports = append(slices.Clip(r.Reports), Report{by.At, f.By, f.Why, f.Report})
		if !r.Frozen {
			r.Frozen, r.Stops = true, append(slices.Clip(r.Stops), hall.Stop{From: by.At})
		}
	case hall.RepairThawed:
		if r.Frozen {
			r.Frozen, r.Stops = false, slices.Clone(r.Stops)
			r.Stops[len(r.Stops)-1].To = by.At
		}
	case hall.RepairSecondRated:
		n.Second = Second{by.At, f.Level, f.Channel, f.Reasons, f.Words, f.Call}
	case hall.RepairReopened:
		ended := *n
		ended.Demanded = r.demandsCall()
		r.Past = append(slices.Clip(r.Past), ended)
		r.Handler, r.Round = "", Round{RepairLimits: f.RepairLimits, SignFrom: f.Day}
	}
	return r
}

// byRule applies what rules of the clock say.
func (r Repair) byRule(f hall.Fact) Repair {
	n := &r.Round
	switch f := f.(type) {
	case hall.RepairReminded:
		n.Reminded = true
	case hall.RepairEscalated:
		if side, ok := sideOf(f.Of); ok {
			r.Appeals = slices.Clone(r.Appeals)
			if a := r.appeal(side); a != nil {
				a.Escalated = true
			}
			return r
		}
		n.Escalated = append(without(n.Escalated, f.Of), f.Of)
	case hall.DeadlineMoved:
		r = r.move(f)
	}
	return r
}

// move puts a limit that was computed again in the place of the old one. What was said about the old one is said again.
func (r Repair) move(f hall.DeadlineMoved) Repair {
	n := &r.Round
	n.Escalated = without(n.Escalated, f.Of)
	switch f.Of {
	case hall.ClockedRepair:
		n.Deadline = f.To
	case hall.ClockedRepairRemind:
		n.Remind, n.Reminded = f.To.Day, false
	case hall.ClockedRepairSign:
		n.Sign = f.To
	case hall.ClockedRepairCall:
		n.Call = f.To
	case hall.ClockedRepairSecond:
		n.Answer.Second = f.To
	}
	if side, ok := sideOf(f.Of); ok {
		r.Appeals = slices.Clone(r.Appeals)
		if a := r.appeal(side); a != nil {
			a.Due, a.Escalated = f.To, false
		}
	}
	return r
}

// appeal returns the appeal of a side, nil where there is none.
func (r Repair) appeal(side hall.AppealSide) *Appeal {
	if i := slices.IndexFunc(r.Appeals, func(a Appeal) bool { return a.Side == side }); i >= 0 {
		return &r.Appeals[i]
	}
	return nil
}

// without returns all but one, in a slice of its own.
func without(all []hall.Clocked, one hall.Clocked) []hall.Clocked {
	var rest []hall.Clocked
	for _, c := range all {
		if c != one {
			rest = append(rest, c)
		}
	}
	return rest
}
