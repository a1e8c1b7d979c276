package repair

import (
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Viewer is who looks. That his account reaches the hall and its places is asked of package access before.
type Viewer struct {
	hall.Person
	Own bool      // of staff: the service that was rated was his own
	Now time.Time // what he may do changes with time
}

// View is what somebody sees of a repair. What he may not see is zero.
type View struct {
	Number  string   `json:"number"` // by which pages name it: the id is the visit's
	Version int      `json:"version"`
	State   State    `json:"state"`
	Hall    string   `json:"hall"`
	Window  string   `json:"window"`
	Item    string   `json:"item"`
	Day     hall.Day `json:"day"` // of the service
	Opened  hall.Day `json:"opened"`
	// Concerns says whom the reasons are about. The code of a reason begins with the level: who must not see the one does
	// not see the other.
	Concerns []Concern   `json:"concerns,omitempty"`
	Allowed  []hall.Type `json:"allowed,omitempty"` // what he may do now
	Appeals  []Appeal    `json:"appeals,omitempty"`

	Unit          string        `json:"unit,omitempty"`
	Why           hall.OwnerWhy `json:"why,omitempty"`
	Handler       string        `json:"handler,omitempty"`
	Reasons       []string      `json:"reasons,omitempty"` // codes: pages show their names
	ReasonMissing bool          `json:"reason_missing,omitempty"`
	Named         bool          `json:"named,omitempty"`
	Callback      bool          `json:"callback,omitempty"`
	Frozen        bool          `json:"frozen,omitempty"`
	Waits         []Wait        `json:"waits,omitempty"`
	Rounds        int           `json:"rounds,omitempty"` // from 1
	Round         RoundView     `json:"round,omitzero"`
	Exclusion     Exclusion     `json:"exclusion,omitzero"`
	Stops         []hall.Stop   `json:"stops,omitempty"`
	Steps         []Step        `json:"steps,omitempty"`
	Shortfalls    []Shortfall   `json:"shortfalls,omitempty"`

	Level       hall.Level   `json:"level,omitempty"`
	SecondLevel hall.Level   `json:"second_level,omitempty"`
	When        time.Time    `json:"when,omitzero"`
	Channel     hall.Channel `json:"channel,omitempty"`
	ServedBy    string       `json:"served_by,omitempty"` // badge
	ID          string       `json:"id,omitempty"`        // the visit's
	Ticket      hall.ID      `json:"ticket,omitzero"`
	Withheld    bool         `json:"withheld,omitempty"` // 不公开: nothing of text and rater is published
	// Ref is where text, name and number lie apart. Of the box only that is taken out which Words and Rater allow, name and
	// number masked; Reveal allows to unmask them, and each time is recorded as a private.revealed.
	Ref         string      `json:"-"`
	Words       bool        `json:"words,omitempty"`
	Rater       bool        `json:"rater,omitempty"`
	Reveal      bool        `json:"reveal,omitempty"`
	SecondWords hall.Sealed `json:"second_words,omitzero"`

	Past     []Round  `json:"past,omitempty"`     // rounds before this one
	Pressure []Report `json:"pressure,omitempty"` // for the centre alone
}

// RoundView is what is seen of a round.
type RoundView struct {
	hall.RepairLimits
	Note          hall.Sealed `json:"note,omitzero"`
	Signed        time.Time   `json:"signed,omitzero"`
	Calls         []Call      `json:"calls,omitempty"`
	Finding       Finding     `json:"finding,omitzero"`
	Extensions    []Extension `json:"extensions,omitempty"`
	Returned      []Returned  `json:"returned,omitempty"`
	Answer        Answer      `json:"answer,omitzero"`
	SecondRated   time.Time   `json:"second_rated,omitzero"`
	SecondReasons []string    `json:"second_reasons,omitempty"`
}

// eye is who looks, as the rules distinguish them.
type eye struct {
	centre, judge, unit, hotline, manager, auditor, rated bool
	// rater: what tells who rated may be seen, because he gave his name and agreed to be called, or by the centre.
	rater bool
}

func (r Repair) eye(v Viewer) eye {
	parties := r.parties(v.Person, v.Own)
	is := func(p party) bool { return slices.Contains(parties, p) }
	e := eye{centre: is(theCentre), judge: is(theCentre) || is(theSupervisor), unit: is(theHandler) || is(theCaller),
		hotline: is(theHotline), manager: v.Role == RoleManager, auditor: v.Role == RoleAuditor, rated: is(theRated)}
	if e.judge {
		e.unit = false
	}
	consent := r.Rating.Named && r.Rating.Callback && !r.Frozen // whom the unit may have pressed it does not see
	e.rater = e.judge || (e.unit || e.hotline) && consent
	return e
}

// See returns what somebody sees of a repair (domain §4; design §7); false: nothing, not even that there is one.
//
// The centre and 监察 see all, but pressure the centre alone. The unit's people see item, window, day and reasons; time,
// ticket, text, name and number only of who gave his name and agreed to be called; never a level. The hotline, which
// calls where the unit does not, sees the same but the text. The hall's manager sees the level, not who rated. The person
// rated learns that there is one to appeal against, and neither level nor reasons. Who audits sees what was done, by whom.
func See(r Repair, v Viewer) (View, bool) {
	e := r.eye(v)
	if r.State == None || e == (eye{}) {
		return View{}, false
	}
	view := View{Number: r.Number, Version: r.Version, State: r.State, Hall: r.Hall, Window: r.Window, Item: r.Item,
		Day: r.day(), Opened: r.Opened, Concerns: Concerns(r.Rating.Reasons, r.Rating.Down),
		Allowed: r.Allowed(Hand{By: v.Person, Own: v.Own, Now: v.Now}), Appeals: r.appealsFor(e)}
	if e.rated {
		return view, true
	}
	view.work(r, e, v.Now)
	if e.judge || e.manager {
		view.Level, view.SecondLevel = r.Rating.Level, r.Round.Second.Level
	}
	if e.rater || e.manager {
		view.When, view.Channel, view.ServedBy = r.Rating.When, r.Rating.Channel, r.ServedBy
	}
	if e.rater {
		view.rater(r, e, v)
	}
	if e.judge {
		view.Past = r.Past
	}
	if e.centre {
		view.Pressure = r.Reports
	}
	return view, true
}

// day returns the day of the service, as far as the rating tells it.
func (r Repair) day() hall.Day {
	if r.Rating.When.IsZero() {
		return r.Opened
	}
	return hall.DayOf(r.Rating.When)
}

// work fills in what is seen of the work.
func (view *View) work(r Repair, e eye, now time.Time) {
	view.Unit, view.Why, view.Handler = r.Unit, r.Why, r.Handler
	view.Reasons, view.ReasonMissing = r.Rating.Reasons, r.Rating.ReasonMissing
	view.Named, view.Callback, view.Frozen = r.Rating.Named, r.Rating.Callback, r.Frozen
	view.Waits, view.Rounds, view.Stops, view.Shortfalls = r.Waits(), len(r.Past)+1, slices.Clone(r.Stops), r.Shortfalls(now)
	n := r.Round
	view.Round = RoundView{RepairLimits: n.RepairLimits, Note: n.Note, Signed: n.Signed, Calls: n.Calls, Finding: n.Finding,
		Extensions: n.Extensions, Returned: n.Returned, Answer: n.Answer, SecondRated: n.Second.At, SecondReasons: n.Second.Reasons}
	view.Exclusion, view.Steps = r.Exclusion, r.stepsFor(e)
	if !e.rater && !e.manager {
		view.Round.SecondRated = dayAlone(n.Second.At)
		for i, s := range view.Stops {
			view.Stops[i] = hall.Stop{From: dayAlone(s.From), To: dayAlone(s.To)} // counts the same days
		}
	}
	if e.judge || e.unit {
		return
	}
	view.Round.wordless(e.hotline)
	view.Exclusion.Evidence, view.Exclusion.Decided.Reason = hall.Sealed{}, hall.Sealed{}
	if e.hotline || e.manager {
		view.Exclusion = Exclusion{}
	}
}

// wordless takes out what people wrote; what was said on calls stays for who calls.
func (n *RoundView) wordless(calls bool) {
	n.Calls, n.Extensions, n.Returned = slices.Clone(n.Calls), slices.Clone(n.Extensions), slices.Clone(n.Returned)
	for i := range n.Calls {
		if !calls {
			n.Calls[i].Said = hall.Sealed{}
		}
	}
	for i := range n.Extensions {
		n.Extensions[i].Reason = hall.Sealed{}
	}
	for i := range n.Returned {
		n.Returned[i].Reason = hall.Sealed{}
		n.Returned[i].Answer.wordless()
	}
	n.Answer.wordless()
	n.Note, n.Finding.Note = hall.Sealed{}, hall.Sealed{}
}

func (a *Answer) wordless() { a.Changed, a.Reply = hall.Sealed{}, hall.Sealed{} }

// rater fills in what tells who rated.
func (view *View) rater(r Repair, e eye, v Viewer) {
	view.ID, view.Ticket, view.Withheld = r.ID, r.Ticket, r.Rating.Withheld
	view.Ref = r.Rating.Ref
	kept := r.Rating.Ref != ""
	view.Words = kept && (e.judge || e.unit)
	view.Rater = kept && r.Rating.Named
	if e.judge || e.unit {
		view.SecondWords = r.Round.Second.Words
	}
	_, calls := r.State.Next(hall.TypeRepairCalled)
	view.Reveal = view.Rater && (e.centre || calls && (e.hotline || v.Role == RoleCaller))
}

// stepsFor returns who did what.
func (r Repair) stepsFor(e eye) []Step {
	steps := slices.Clone(r.Steps)
	for i, s := range steps {
		steps[i].Stamp = s.seenBy(e)
	}
	return steps
}

// seenBy leaves out what a step would give away. Who froze the repair, and when, would tell whether the citizen reported
// pressure: that is for the centre alone. The moment at which a rule or the citizen acted would tell when he rated: who
// may not know that sees the day.
func (s Stamp) seenBy(e eye) Stamp {
	froze := s.Type == hall.TypeRepairFrozen || s.Type == hall.TypeRepairThawed
	if froze && !e.centre {
		return Stamp{At: dayAlone(s.At), Type: s.Type}
	}
	if s.By.Account == "" && !e.rater && !e.manager {
		s.At = dayAlone(s.At)
	}
	return s
}

// dayAlone returns the beginning of the day of a moment.
func dayAlone(at time.Time) time.Time {
	if at.IsZero() {
		return at
	}
	return hall.DayOf(at).Start()
}

// appealsFor returns the appeals somebody sees: each side its own with its evidence; the unit of the other one that there
// is one; who audits without a text.
func (r Repair) appealsFor(e eye) []Appeal {
	var all []Appeal
	for _, a := range r.Appeals {
		own := e.judge || e.unit && a.Side == hall.AppealUnit || e.rated && a.Side == hall.AppealStaff
		if !own {
			a.Evidence, a.Decided.Reason = hall.Sealed{}, hall.Sealed{}
		}
		if own || e.unit || e.auditor {
			all = append(all, a)
		}
	}
	return all
}
