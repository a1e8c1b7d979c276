// Package inspection is how halls are looked at beside their ratings: mystery visits 实地暗访 and calls 电话暗访, topical
// ones 专题, surveys 满意度评议, what observers 行风监督员 see (domain §5); and coverage 三覆盖 (001): how much of what a hall
// offers could be rated at all. It owns the quarter's plan, the forms, and what becomes of each finding. It is pure, and
// makes or changes no rating; what was written and photographed it knows by reference alone, and who has which right it
// leaves to the table of rights.
//
// An inspection goes this way, from --deed--> to:
//
//	start     --inspection.planned-->   planned
//	start     --inspection.done-->      done
//	planned   --inspection.assigned-->  planned
//	planned   --inspection.missed-->    planned
//	planned   --inspection.done-->      done
//	planned   --inspection.cancelled--> cancelled
//
// and each of its findings this way:
//
//	start     --inspection.found-->     found
//	found     --inspection.owned-->     owned
//	owned     --inspection.owned-->     owned
//	owned     --inspection.overdue-->   owned
//	owned     --inspection.answered-->  answered
//	answered  --inspection.owned-->     owned
//	answered  --inspection.sent_back--> owned
//	answered  --inspection.accepted-->  accepted
package inspection

import (
	"fmt"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// State is where an inspection stands.
type State string

// The states. The empty State is before the first deed.
const (
	Planned   State = "planned"   // 未做
	Done      State = "done"      // 已做
	Cancelled State = "cancelled" // 已取消: the plan goes on to show it as not done
)

// FindingState is where a finding stands.
type FindingState string

// The states of a finding.
const (
	Found    FindingState = "found"    // 待指派: the centre names who answers for it, and until when
	Owned    FindingState = "owned"    // 整改中
	Answered FindingState = "answered" // 待验收
	Accepted FindingState = "accepted" // 已整改
)

// move is one line of a machine that the package comment draws; S is State or FindingState.
type move[S ~string] struct {
	from S
	deed hall.Type
	to   S
}

func moves() []move[State] {
	return []move[State]{
		{"", hall.TypeInspectionPlanned, Planned},
		{"", hall.TypeInspectionDone, Done}, // nobody had planned it
		{Planned, hall.TypeInspectionAssigned, Planned},
		{Planned, hall.TypeInspectionMissed, Planned},
		{Planned, hall.TypeInspectionDone, Done},
		{Planned, hall.TypeInspectionCancelled, Cancelled},
	}
}

func findingMoves() []move[FindingState] {
	return []move[FindingState]{
		{"", hall.TypeInspectionFound, Found},
		{Found, hall.TypeInspectionOwned, Owned},
		{Owned, hall.TypeInspectionOwned, Owned},
		{Owned, hall.TypeInspectionOverdue, Owned},
		{Owned, hall.TypeInspectionAnswered, Answered},
		{Answered, hall.TypeInspectionOwned, Owned}, // another unit
		{Answered, hall.TypeInspectionSentBack, Owned},
		{Answered, hall.TypeInspectionAccepted, Accepted},
	}
}

// next returns where a deed leads from a state; false where it leads nowhere.
func next[S ~string](moves []move[S], from S, deed hall.Type) (S, bool) {
	i := slices.IndexFunc(moves, func(m move[S]) bool { return m.from == from && m.deed == deed })
	if i < 0 {
		return from, false
	}
	return moves[i].to, true
}

// Inspection is one look at one hall, planned or made, with what it found.
type Inspection struct {
	ID      string              `json:"id"`
	Number  string              `json:"number"` // I-17, for people
	State   State               `json:"state"`
	Plan    string              `json:"plan,omitempty"` // line of the plan; empty: nobody had planned it
	Quarter hall.Quarter        `json:"quarter"`
	Kind    hall.InspectionKind `json:"kind"`
	Form    string              `json:"form"`
	Hall    string              `json:"hall"`
	Until   hall.Day            `json:"until,omitzero"`
	Who     string              `json:"who"` // account that makes it, or has made it

	Draft     string            `json:"draft,omitempty"`
	FormSHA   string            `json:"form_sha,omitempty"`
	On        hall.Day          `json:"on,omitzero"` // when it was made
	DoneAt    time.Time         `json:"done_at,omitzero"`
	Asked     int               `json:"asked,omitempty"` // questions that can be right or wrong, and were answered
	Wrong     int               `json:"wrong,omitempty"`
	Answers   hall.Sealed       `json:"answers,omitzero"`
	Photos    []hall.Sealed     `json:"photos,omitempty"`
	MissedAt  time.Time         `json:"missed_at,omitzero"` // when it was escalated that Until passed
	Cancelled hall.CancelledWhy `json:"cancelled,omitempty"`
	Findings  []Finding         `json:"findings,omitempty"` // in the order of N

	Version int  `json:"version"` // number of its deeds, those about findings included
	Last    Mark `json:"last"`
}

// Finding is something that an inspection found wanting. Its acts carry the Version of the finding, so that two units
// can answer two findings at once.
type Finding struct {
	N        int           `json:"n"` // from 1
	State    FindingState  `json:"state"`
	Question string        `json:"question,omitempty"`
	Text     hall.Sealed   `json:"text"`
	Photos   []hall.Sealed `json:"photos,omitempty"`
	Unit     string        `json:"unit,omitempty"` // answers for it
	Due      hall.Day      `json:"due,omitzero"`
	Overdue  time.Time     `json:"overdue,omitzero"` // when it was escalated that Due passed
	Steps    []Step        `json:"steps"`
	Version  int           `json:"version"`
	Last     Mark          `json:"last"`
}

// Mark says who did what, when.
type Mark struct {
	At   time.Time   `json:"at,omitzero"`
	By   hall.Person `json:"by,omitzero"`
	Type hall.Type   `json:"type,omitempty"`
}

// Step is one deed about a finding, as the work page tells its course.
type Step struct {
	Mark
	Unit   string        `json:"unit,omitempty"`
	Due    hall.Day      `json:"due,omitzero"`
	Text   hall.Sealed   `json:"text,omitzero"`
	Photos []hall.Sealed `json:"photos,omitempty"`
}

// Apply returns the inspection after one deed. A deed that has no line in its machine changes nothing.
func (i Inspection) Apply(f hall.Fact, at time.Time, pos int64) Inspection {
	deed, ok := f.(hall.Deed)
	if !ok {
		return i
	}
	mark := Mark{at, deed.Acted().By, f.Type()}
	if n, is := findingOf(f); is {
		if !i.applyFinding(n, f, mark) {
			return i
		}
	} else {
		to, ok := next(moves(), i.State, f.Type())
		if !ok {
			return i
		}
		if i.State == "" {
			i.ID, i.Number = deed.Acted().About, fmt.Sprintf("I-%d", pos)
		}
		i.State = to
		i.apply(f, mark)
	}
	i.Version++
	i.Last = mark
	return i
}

func (i *Inspection) apply(f hall.Fact, m Mark) {
	switch f := f.(type) {
	case hall.InspectionPlanned:
		i.Plan, i.Quarter, i.Kind, i.Form, i.Hall, i.Until, i.Who = f.Plan, f.Quarter, f.Kind, f.Form, f.Hall, f.Until, f.Who
	case hall.InspectionAssigned:
		if f.Until > i.Until {
			i.MissedAt = time.Time{}
		}
		i.Who, i.Until = f.Who, f.Until
	case hall.InspectionMissed:
		i.MissedAt = m.At
	case hall.InspectionCancelled:
		i.Cancelled = f.Why
	case hall.InspectionDone:
		if i.Plan == "" {
			i.Quarter, i.Kind, i.Hall = f.Quarter, f.Kind, f.Hall
		}
		i.Form, i.FormSHA, i.Draft, i.Who = f.Form, f.FormSHA, f.Draft, m.By.Account
		i.On, i.DoneAt, i.Asked, i.Wrong, i.Answers, i.Photos = f.On, m.At, f.Asked, f.Wrong, f.Answers, slices.Clone(f.Photos)
	}
}

// findingOf returns which finding a deed is about; false where it is about the inspection.
func findingOf(f hall.Fact) (n int, is bool) {
	switch f := f.(type) {
	case hall.InspectionFound:
		return f.N, true
	case hall.InspectionOwned:
		return f.N, true
	case hall.InspectionAnswered:
		return f.N, true
	case hall.InspectionSentBack:
		return f.N, true
	case hall.InspectionAccepted:
		return f.N, true
	case hall.InspectionOverdue:
		return f.N, true
	}
	return 0, false
}

// applyFinding applies a deed about finding n; false where it has no line.
func (i *Inspection) applyFinding(n int, f hall.Fact, m Mark) bool {
	if i.State != Done {
		return false
	}
	x, there := i.Finding(n)
	if !there && n != len(i.Findings)+1 {
		return false
	}
	to, ok := next(findingMoves(), x.State, f.Type())
	if !ok {
		return false
	}
	x.N, x.State = n, to
	x.apply(f, m)
	i.Findings = slices.Clone(i.Findings)
	if there {
		i.Findings[n-1] = x
	} else {
		i.Findings = append(i.Findings, x)
	}
	return true
}

func (x *Finding) apply(f hall.Fact, m Mark) {
	step := Step{Mark: m}
	switch f := f.(type) {
	case hall.InspectionFound:
		x.Question, x.Text, x.Photos = f.Question, f.Text, slices.Clone(f.Photos)
	case hall.InspectionOwned:
		step.Unit, step.Due = f.Unit, f.Due
		x.Unit, x.Due, x.Overdue = f.Unit, f.Due, time.Time{}
	case hall.InspectionAnswered:
		step.Unit, step.Text, step.Photos = x.Unit, f.Text, slices.Clone(f.Photos)
	case hall.InspectionSentBack:
		step.Due, step.Text = f.Due, f.Text
		x.Due, x.Overdue = f.Due, time.Time{}
	case hall.InspectionOverdue:
		step.Unit, step.Due = f.Unit, f.Due
		x.Overdue = m.At
	}
	x.Steps = append(slices.Clip(x.Steps), step)
	x.Version++
	x.Last = m
}

// Finding returns finding n; false where there is none.
func (i Inspection) Finding(n int) (Finding, bool) {
	if n < 1 || n > len(i.Findings) {
		return Finding{}, false
	}
	return i.Findings[n-1], true
}

// FindingNumber is how people call a finding: I-17.2.
func (i Inspection) FindingNumber(n int) string { return fmt.Sprintf("%s.%d", i.Number, n) }

// FindingsOf returns what a unit hears of: its own findings, never who visited unknown, nor the rest of the form.
func (i Inspection) FindingsOf(unit string) []Finding {
	var own []Finding
	for _, x := range i.Findings {
		if unit == "" || x.Unit != unit || x.State == Found {
			continue
		}
		x.Steps = slices.Clone(x.Steps)
		for s := range x.Steps {
			x.Steps[s].By = unknown(x.Steps[s].By)
		}
		x.Last.By = unknown(x.Last.By)
		own = append(own, x)
	}
	return own
}

// unknown hides who visited.
func unknown(p hall.Person) hall.Person {
	if p.Role == roleInspector || p.Role == roleObserver {
		return hall.Person{Role: p.Role}
	}
	return p
}

// Due returns the day on which the next thing ends that somebody owes: the inspection itself, or the answer to a
// finding. False where nothing is owed.
func (i Inspection) Due() (day hall.Day, ok bool) {
	if i.State == Planned {
		return i.Until, true
	}
	for _, x := range i.Findings {
		if x.State == Owned && (!ok || x.Due < day) {
			day, ok = x.Due, true
		}
	}
	return day, ok
}

// Units returns who owns findings that are not accepted yet, in order.
func (i Inspection) Units() []string {
	var all []string
	for _, x := range i.Findings {
		if x.State != Accepted && x.Unit != "" {
			all = append(all, x.Unit)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Open reports whether somebody still owes something: the inspection itself, an owner, an answer, a look at it.
func (i Inspection) Open() bool {
	return i.State == Planned || slices.ContainsFunc(i.Findings, func(x Finding) bool { return x.State != Accepted })
}

// OfCentre reports whether the centre has something to do: a finding without an owner, or an answer to look at.
func (i Inspection) OfCentre() bool {
	return slices.ContainsFunc(i.Findings, func(x Finding) bool { return x.State == Found || x.State == Answered })
}

// limits are the days that pass unheard and were not escalated, each as it will be told.
func (i Inspection) limits() (facts []hall.Fact, ends []time.Time) {
	act := hall.Act{About: i.ID}
	if i.State == Planned && i.MissedAt.IsZero() {
		facts, ends = append(facts, hall.InspectionMissed{Act: act, Until: i.Until}), append(ends, (i.Until+1).Start())
	}
	for _, x := range i.Findings {
		if x.State == Owned && x.Overdue.IsZero() {
			facts, ends = append(facts, hall.InspectionOverdue{Act: act, N: x.N, Unit: x.Unit, Due: x.Due}), append(ends, (x.Due+1).Start())
		}
	}
	return facts, ends
}

// Wakes returns when Tick next has something to say; zero: never, as things stand.
func (i Inspection) Wakes() time.Time {
	_, ends := i.limits()
	if len(ends) == 0 {
		return time.Time{}
	}
	return slices.MinFunc(ends, time.Time.Compare)
}

// Tick escalates, once, an inspection that was not made by its day, and a finding not answered by its own.
func (i Inspection) Tick(now time.Time) []hall.Fact {
	facts, ends := i.limits()
	var told []hall.Fact
	for n, end := range ends {
		if !now.Before(end) {
			told = append(told, facts[n])
		}
	}
	return told
}
