package inspection

import (
	"fmt"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Code says why an act is refused. Screens read its sentence under the key say.inspection.<code>.
type Code string

// The codes.
const (
	NoSuch      Code = "no-such"    // there is no inspection, or finding, of this name
	NotNow      Code = "not-now"    // the machine has no such line from its state
	NotCentre   Code = "not-centre" // the centre decides this
	NotYours    Code = "not-yours"  // another inspector makes it, another unit answers
	OwnUnit     Code = "own-unit"   // nobody accepts his own unit's answer
	TooMany     Code = "too-many"   // more than a plan, or a visit, can hold
	BadID       Code = "id"
	BadQuarter  Code = "quarter"
	BadForm     Code = "form" // there is none of this name, or it is for another kind
	BadHall     Code = "hall"
	BadCount    Code = "count"
	BadUntil    Code = "until" // past, or outside the quarter
	BadWho      Code = "who"
	BadWhy      Code = "why"
	BadOn       Code = "on" // still to come, or too long ago
	BadAnswers  Code = "answers"
	BadText     Code = "text"
	BadQuestion Code = "question"
	BadUnit     Code = "unit"
	BadDue      Code = "due" // past
)

// Codes are all of them.
func Codes() []Code {
	return []Code{NoSuch, NotNow, NotCentre, NotYours, OwnUnit, TooMany, BadID, BadQuarter, BadForm, BadHall, BadCount, BadUntil,
		BadWho, BadWhy, BadOn, BadAnswers, BadText, BadQuestion, BadUnit, BadDue}
}

// Refused is an act that was not done. Nothing has changed then.
type Refused struct {
	Code  Code
	Field string // of the form, where one is wrong; a finding's is findings[2].due
}

func (e *Refused) Error() string {
	switch e.Code {
	case NoSuch:
		return "there is no such inspection or finding: go back to the list"
	case NotNow:
		return "this is not done at this point: look at where it stands now"
	case NotCentre:
		return "the centre decides this"
	case NotYours:
		return "somebody else does this: ask the centre to give it to you"
	case OwnUnit:
		return "it is your own unit's answer: somebody else decides"
	case TooMany:
		return fmt.Sprintf("%s: too many at once: split it", e.Field)
	}
	return fmt.Sprintf("%s: missing, unknown or impossible: correct it", e.Field)
}

// bad is a refusal of one field; its name is its code.
func bad(c Code) error { return &Refused{c, string(c)} }

// Conflict is an act whose actor saw an earlier state: somebody was first. Nothing has changed by it.
type Conflict struct {
	By  hall.Person
	At  time.Time
	Did hall.Type // what was done
}

func (e *Conflict) Error() string {
	who := e.By.Account
	if e.By.IsRule() {
		who = "the clock"
	}
	return fmt.Sprintf("%s was first (%s at %s): read it again and decide anew", who, e.Did, e.At.In(hall.Beijing()).Format(time.DateTime))
}

func (m Mark) conflict() error { return &Conflict{m.By, m.At, m.Type} }

// ready says whether a deed may follow now, for who saw the inspection at this version.
func (i Inspection) ready(seen int, deed hall.Type) error {
	if i.State == "" {
		return &Refused{Code: NoSuch}
	}
	if seen != i.Version {
		return i.Last.conflict()
	}
	if _, ok := next(moves(), i.State, deed); !ok {
		return &Refused{Code: NotNow}
	}
	return nil
}

// readyFinding is ready for a finding, by its own version.
func (i Inspection) readyFinding(n, seen int, deed hall.Type) (Finding, error) {
	x, ok := i.Finding(n)
	if !ok {
		return x, &Refused{Code: NoSuch}
	}
	if seen != x.Version {
		return x, x.Last.conflict()
	}
	if _, ok := next(findingMoves(), x.State, deed); !ok {
		return x, &Refused{Code: NotNow}
	}
	return x, nil
}

// Centre is the unit that the centre itself is.
const Centre = "centre"

// Roles whose acts differ here.
const (
	roleCentre     = "centre"
	roleSupervisor = "supervisor"
	roleManager    = "manager"
	roleInspector  = "inspector"
	roleObserver   = "observer"
)

// decides reports whether a person decides for the centre, as 政务服务中心 or 监察.
func decides(p hall.Person) bool { return p.Role == roleCentre || p.Role == roleSupervisor }

// answersFor reports whether a person answers for a unit's findings: its own people; for the centre's own the centre; and
// the manager of a hall, whose halls the table of rights knows.
func answersFor(p hall.Person, unit string) bool {
	switch {
	case p.Role == roleManager:
		return true
	case p.Role == roleCentre || unit == Centre:
		return p.Role == roleCentre && unit == Centre
	}
	return unit != "" && p.Unit == unit
}
