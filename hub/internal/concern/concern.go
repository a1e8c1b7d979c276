// Package concern is the desk of 诉求: what citizens ask, want, complain of, report and praise beside their ratings
// (001; domain §5). It owns who answers for a concern, until when, and what each may do next; the responsibility list
// that routes; how the work orders of 12345 are read. It is pure, and stands beside the ratings: nothing here makes or
// changes one. It knows no store and no page, and who has which right it leaves to the table of rights; what a citizen
// wrote and who he is, it knows by reference alone.
//
// A concern goes this way, from --deed--> to; of praise and pennants only the last two lines are:
//
//	start     --concern.received-->  received
//	received  --concern.routed-->    routed
//	received  --concern.judged-->    received
//	received  --concern.escalated--> received
//	received  --deadline.moved-->    received
//	received  --concern.closed-->    closed
//	routed    --concern.routed-->    routed
//	routed    --concern.signed-->    signed
//	routed    --concern.returned-->  returned
//	routed    --concern.judged-->    routed
//	routed    --concern.escalated--> routed
//	routed    --deadline.moved-->    routed
//	routed    --concern.closed-->    closed
//	returned  --concern.routed-->    routed
//	returned  --concern.judged-->    returned
//	returned  --concern.escalated--> returned
//	returned  --deadline.moved-->    returned
//	returned  --concern.closed-->    closed
//	signed    --concern.routed-->    routed
//	signed    --concern.returned-->  returned
//	signed    --concern.referred-->  signed
//	signed    --concern.answered-->  answered
//	signed    --concern.judged-->    signed
//	signed    --concern.escalated--> signed
//	signed    --deadline.moved-->    signed
//	signed    --concern.closed-->    closed
//	answered  --concern.judged-->    answered
//	answered  --concern.heard-->     answered
//	answered  --concern.reopened-->  signed
//	answered  --deadline.moved-->    answered
//	answered  --concern.closed-->    closed
//	closed    --concern.heard-->     closed
//	closed    --concern.reopened-->  signed
//	closed    --deadline.moved-->    closed
//	start     --concern.praised-->   recorded
//	recorded  --concern.struck-->    struck
package concern

import (
	"fmt"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Centre is the unit that the centre itself is.
const Centre = "centre"

// State is where a concern stands.
type State string

// The states. The empty State is before the first deed.
const (
	Received State = "received" // 待分办: the centre looks for who answers it
	Routed   State = "routed"   // 待签收: a unit has it and has not signed
	Returned State = "returned" // 退回: the unit says it is not its own; the centre looks again
	Signed   State = "signed"   // 办理中: an answer is due
	Answered State = "answered" // 已答复: the centre decides, asks the citizen, and closes
	Closed   State = "closed"   // 办结
	Recorded State = "recorded" // 已登记: praise
	Struck   State = "struck"   // 已撤销: praise that was taken back
)

// Open reports whether an answer is still owed.
func (s State) Open() bool {
	return s == Received || s == Routed || s == Returned || s == Signed
}

// move is one line of the machine that the package comment draws.
type move struct {
	from State
	deed hall.Type
	to   State
}

func moves() []move {
	all := []move{
		{"", hall.TypeConcernReceived, Received},
		{"", hall.TypeConcernPraised, Recorded},
		{Recorded, hall.TypeConcernStruck, Struck},
		{Routed, hall.TypeConcernSigned, Signed},
		{Routed, hall.TypeConcernReturned, Returned},
		{Signed, hall.TypeConcernReturned, Returned},
		{Signed, hall.TypeConcernReferred, Signed},
		{Signed, hall.TypeConcernAnswered, Answered},
		{Answered, hall.TypeConcernHeard, Answered},
		{Closed, hall.TypeConcernHeard, Closed}, // he can be reached later
		{Answered, hall.TypeConcernReopened, Signed},
		{Closed, hall.TypeConcernReopened, Signed},
	}
	for _, s := range []State{Received, Routed, Returned, Signed} {
		all = append(all, move{s, hall.TypeConcernRouted, Routed}, move{s, hall.TypeConcernEscalated, s})
	}
	for _, s := range []State{Received, Routed, Returned, Signed, Answered} {
		all = append(all, move{s, hall.TypeConcernJudged, s}, move{s, hall.TypeConcernClosed, Closed})
	}
	for _, s := range []State{Received, Routed, Returned, Signed, Answered, Closed} {
		all = append(all, move{s, hall.TypeDeadlineMoved, s}) // whether the answer came in time is judged by the day that holds
	}
	return all
}

// next returns where a deed leads from a state; false where it leads nowhere.
func next(from State, deed hall.Type) (State, bool) {
	all := moves()
	i := slices.IndexFunc(all, func(m move) bool { return m.from == from && m.deed == deed })
	if i < 0 {
		return from, false
	}
	return all[i].to, true
}

// Concern is one thing that a citizen wants of the desk, or praise that was recorded, as its deeds made it.
type Concern struct {
	ID       string             `json:"id"`
	Number   string             `json:"number"` // C-17, for people
	State    State              `json:"state"`
	Kind     hall.ConcernKind   `json:"kind"`
	Source   hall.ConcernSource `json:"source"`
	Order    string             `json:"order,omitempty"` // number of the work order at 12345
	Topic    string             `json:"topic,omitempty"`
	Hall     string             `json:"hall,omitempty"`
	Against  string             `json:"against,omitempty"` // unit that it is about
	Repair   string             `json:"repair,omitempty"`
	Pressure bool               `json:"pressure,omitempty"`
	Since    time.Time          `json:"since"`    // when the citizen said it
	Received time.Time          `json:"received"` // when the desk heard it
	Text     hall.Sealed        `json:"text,omitzero"`
	Asker    hall.Sealed        `json:"asker,omitzero"`

	// Unit answers for it 首办责任. It stays until another unit has signed, even where it sent the concern back.
	Unit string `json:"unit,omitempty"`
	To   string `json:"to,omitempty"`   // unit that it is with; in Routed it has not signed yet
	Rule string `json:"rule,omitempty"` // of the responsibility list that chose it

	Policy     string        `json:"policy,omitempty"`   // id of the pack of the day it was received
	Step       hall.Deadline `json:"step,omitzero"`      // until when it is routed or signed for
	StepFrom   hall.Day      `json:"step_from,omitzero"` // the day on which that limit begins
	Answer     hall.Deadline `json:"answer,omitzero"`    // until when it is answered; none where Limit says so
	AnswerFrom hall.Day      `json:"answer_from,omitzero"`
	Limit      time.Time     `json:"limit,omitzero"`      // the own limit of a work order
	StepLate   time.Time     `json:"step_late,omitzero"`  // when it was escalated that Step passed
	LimitLate  time.Time     `json:"limit_late,omitzero"` // when it was escalated that the limit of the answer passed

	SignedAt   time.Time   `json:"signed_at,omitzero"`
	AnsweredAt time.Time   `json:"answered_at,omitzero"`
	AnswerText hall.Sealed `json:"answer_text,omitzero"`
	Referred   hall.Body   `json:"referred,omitempty"`
	Verdict    *Verdict    `json:"verdict,omitempty"`
	Heard      *Heard      `json:"heard,omitempty"`

	ClosedWhy hall.ClosedWhy  `json:"closed_why,omitempty"`
	Same      string          `json:"same,omitempty"` // the concern that it doubles
	Form      hall.PraiseForm `json:"form,omitempty"`
	Of        []hall.Praised  `json:"of,omitempty"`
	StruckWhy hall.StruckWhy  `json:"struck_why,omitempty"`

	Steps   []Step `json:"steps"`
	Version int    `json:"version"` // number of its deeds
	Last    Mark   `json:"last"`
}

// Verdict is the centre's: a valid concern 有效投诉 or not.
type Verdict struct {
	Valid bool            `json:"valid"`
	Why   hall.InvalidWhy `json:"why,omitempty"`
	At    time.Time       `json:"at"`
	By    hall.Person     `json:"by"`
}

// Heard is what the citizen thinks of the answer. It is no rating and stands in no figure of ratings.
type Heard struct {
	Level   hall.Level   `json:"level"`
	Channel hall.Channel `json:"channel"`
	At      time.Time    `json:"at"`
	By      hall.Person  `json:"by"` // who asked him
}

// Mark says who did what, when.
type Mark struct {
	At   time.Time   `json:"at,omitzero"`
	By   hall.Person `json:"by,omitzero"`
	Type hall.Type   `json:"type,omitempty"`
}

// Step is one deed, as the work page tells the course of a concern.
type Step struct {
	Mark
	Unit string      `json:"unit,omitempty"` // that it was given to, or that is told of
	Why  string      `json:"why,omitempty"`  // code of the reason
	Text hall.Sealed `json:"text,omitzero"`
}

// Apply returns the concern after one deed. A deed that has no line in the machine changes nothing.
func (c Concern) Apply(f hall.Fact, at time.Time, pos int64) Concern {
	deed, ok := f.(hall.Deed)
	if !ok {
		return c
	}
	to, ok := next(c.State, f.Type())
	if !ok {
		return c
	}
	act := deed.Acted()
	step := Step{Mark: Mark{at, act.By, f.Type()}}
	c.State = to
	switch f := f.(type) {
	case hall.ConcernReceived:
		c.ID, c.Number = f.About, fmt.Sprintf("C-%d", pos)
		c.received(f, at)
	case hall.ConcernPraised:
		c.ID, c.Number, c.Kind, c.Source, c.Form = f.About, fmt.Sprintf("C-%d", pos), hall.ConcernPraise, f.Source, f.Form
		c.Hall, c.Of, c.Since, c.Received, c.Text, c.Asker = f.Hall, slices.Clone(f.Of), f.Since, at, f.Text, f.Asker
	default:
		c.worked(f, act, at, &step)
	}
	c.Steps = append(slices.Clip(c.Steps), step)
	c.Version++
	c.Last = step.Mark
	return c
}

func (c *Concern) received(f hall.ConcernReceived, at time.Time) {
	c.Kind, c.Source, c.Order, c.Topic, c.Hall = f.Kind, f.Source, f.Order, f.Topic, f.Hall
	c.Against, c.Repair, c.Pressure = f.Against, f.Repair, f.Pressure
	c.Since, c.Received, c.Text, c.Asker, c.Policy = f.Since, at, f.Text, f.Asker, f.Policy
	c.Limit, c.Answer, c.AnswerFrom = f.Limit, f.Answer, hall.DayOf(f.Since)
	c.begin(f.Route, hall.DayOf(f.Since))
}

// begin starts the limit of the step that the concern is at now.
func (c *Concern) begin(step hall.Deadline, from hall.Day) {
	c.Step, c.StepFrom, c.StepLate = step, from, time.Time{}
}

func (c *Concern) worked(f hall.Fact, act hall.Act, at time.Time, step *Step) {
	switch f := f.(type) {
	case hall.ConcernRouted:
		step.Unit = f.Unit
		c.routed(f, at)
	case hall.ConcernSigned:
		step.Unit = c.To
		c.Unit, c.SignedAt = c.To, at
		c.begin(hall.Deadline{}, 0)
	case hall.ConcernReturned:
		step.Unit, step.Why, step.Text = c.To, string(f.Why), f.Text
		c.To, c.SignedAt = "", time.Time{}
		c.begin(f.Route, hall.DayOf(at))
	case hall.ConcernReferred:
		step.Why = string(f.Body)
		c.Referred = f.Body
	case hall.ConcernAnswered:
		step.Unit, step.Text = c.Unit, f.Text
		c.AnsweredAt, c.AnswerText = at, f.Text
	case hall.ConcernJudged:
		step.Why = string(f.Why)
		c.Verdict = &Verdict{f.Valid, f.Why, at, act.By}
	case hall.ConcernHeard:
		c.Heard = &Heard{f.Level, f.Channel, at, act.By}
	case hall.ConcernReopened:
		step.Unit, step.Text = c.Unit, f.Text
		c.AnsweredAt, c.AnswerText, c.Heard, c.ClosedWhy = time.Time{}, hall.Sealed{}, nil, ""
		c.Limit, c.Answer, c.AnswerFrom, c.LimitLate = f.Limit, f.Answer, hall.DayOf(at), time.Time{}
	case hall.ConcernClosed:
		step.Why = string(f.Why)
		c.ClosedWhy, c.Same = f.Why, f.Same
	case hall.ConcernEscalated:
		step.Unit, step.Why = f.Unit, string(f.Of)
		if f.Of == hall.LimitAnswer {
			c.LimitLate = at
		} else {
			c.StepLate = at
		}
	case hall.ConcernStruck:
		step.Why = string(f.Why)
		c.StruckWhy = f.Why
	case hall.DeadlineMoved:
		step.Why = string(f.Of)
		c.moved(f)
	}
}

// routed gives the concern to a unit. Where nobody answered for it yet the unit does at once, and so does the centre
// where it keeps the concern; else who did before goes on until the unit has signed.
func (c *Concern) routed(f hall.ConcernRouted, at time.Time) {
	if again := f.Unit == c.To && f.Sign == c.Step; !again {
		c.begin(f.Sign, hall.DayOf(at))
	}
	c.To, c.Rule, c.SignedAt = f.Unit, f.Rule, time.Time{}
	if c.Unit == "" || f.Unit == Centre {
		c.Unit = f.Unit
	}
	if f.Kind != "" {
		c.Kind = f.Kind
	}
	if f.Topic != "" {
		c.Topic = f.Topic
	}
}

// moved takes a deadline that was computed again. One that is still to come was not missed.
func (c *Concern) moved(f hall.DeadlineMoved) {
	switch f.Of {
	case hall.ClockedConcern:
		c.Answer = f.To
		if f.To.Day > f.From.Day {
			c.LimitLate = time.Time{}
		}
	case hall.ClockedConcernStep:
		c.Step = f.To
		if f.To.Day > f.From.Day {
			c.StepLate = time.Time{}
		}
	}
}
