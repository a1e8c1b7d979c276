package concern

import (
	"fmt"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Code says why an act is refused. Screens read its sentence under the key say.concern.<code>.
type Code string

// The codes.
const (
	NoSuch      Code = "no-such"      // there is no concern of this id
	NotNow      Code = "not-now"      // the machine has no such line from its state
	NotCentre   Code = "not-centre"   // the centre decides this
	NotYours    Code = "not-yours"    // it is with another unit
	OwnUnit     Code = "own-unit"     // nobody decides about his own unit, nor asks a citizen about it
	StaysHidden Code = "hidden"       // a report goes to the centre alone
	SameUnit    Code = "same-unit"    // it is with this unit already
	NotKept     Code = "not-kept"     // only what the centre keeps itself is referred
	Unjudged    Code = "unjudged"     // valid or not is decided before a complaint is closed
	NotAnswered Code = "not-answered" // what was never answered is not reopened
	BadID       Code = "id"
	BadKind     Code = "kind"
	BadSource   Code = "source"
	BadOrder    Code = "order"
	BadSince    Code = "since"
	BadLimit    Code = "limit"
	BadTopic    Code = "topic"
	BadUnit     Code = "unit"
	BadText     Code = "text"
	BadWhy      Code = "why"
	BadLevel    Code = "level"
	BadChannel  Code = "channel"
	BadCall     Code = "call"
	BadSame     Code = "same"
	BadForm     Code = "form"
)

// Codes are all of them.
func Codes() []Code {
	return []Code{NoSuch, NotNow, NotCentre, NotYours, OwnUnit, StaysHidden, SameUnit, NotKept, Unjudged, NotAnswered,
		BadID, BadKind, BadSource, BadOrder, BadSince, BadLimit, BadTopic, BadUnit, BadText, BadWhy, BadLevel, BadChannel, BadCall, BadSame, BadForm}
}

// Refused is an act that was not done. Nothing has changed then.
type Refused struct {
	Code  Code
	Field string // of the form, where one is wrong
}

func (e *Refused) Error() string {
	switch e.Code {
	case NoSuch:
		return "there is no such concern: go back to the list"
	case NotNow:
		return "this is not done at this point of a concern: look at where it stands now"
	case NotCentre:
		return "the centre decides this: send it back to the centre"
	case NotYours:
		return "it is with another unit: only that unit can do this"
	case OwnUnit:
		return "it is about your own unit: somebody else decides"
	case StaysHidden:
		return "a report goes to the centre alone: keep it, or refer it to the body that looks into misconduct"
	case SameUnit:
		return "it is with this unit already: choose another"
	case NotKept:
		return "keep it at the centre and sign for it first"
	case Unjudged:
		return "decide first whether it is a valid one"
	case NotAnswered:
		return "it was closed without an answer: enter it anew"
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

// ready says whether a deed may follow now, for who saw the concern at this version.
func (c Concern) ready(seen int, deed hall.Type) error {
	if c.State == "" {
		return &Refused{Code: NoSuch}
	}
	if seen != c.Version {
		return &Conflict{c.Last.By, c.Last.At, c.Last.Type}
	}
	if _, ok := next(c.State, deed); !ok {
		return &Refused{Code: NotNow}
	}
	return nil
}

// actsFor reports whether a person acts for a unit: its own people, or, for the centre itself, the centre's.
func actsFor(p hall.Person, unit string) bool {
	if p.Role == roleCentre || unit == Centre {
		return p.Role == roleCentre && unit == Centre
	}
	return unit != "" && p.Unit == unit
}

// decides reports whether a person decides for the centre, as 政务服务中心 or 监察.
func decides(p hall.Person) bool { return p.Role == roleCentre || p.Role == roleSupervisor }

// Roles whose acts differ here.
const (
	roleCentre     = "centre"
	roleSupervisor = "supervisor"
)
