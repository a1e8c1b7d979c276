package repair

import (
	"fmt"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// The roles of accounts that have to do with repairs, as package access names them.
const (
	RoleCentre     = "centre"
	RoleSupervisor = "supervisor"
	RoleManager    = "manager"
	RoleHandler    = "handler"
	RoleCaller     = "caller"
	RoleStaff      = "staff"
	RoleOperator   = "operator"
	RoleAuditor    = "auditor"
)

// Hand is who acts: the person, which version of the repair he saw, and when it is.
type Hand struct {
	By   hall.Person
	Own  bool // of staff: the service that was rated was his own
	Seen int  // a citizen and a rule see none
	Now  time.Time
}

// Code says why an act is refused.
type Code string

// The reasons.
const (
	CodeForbidden  Code = "forbidden"   // his role or unit may not
	CodeOwnUnit    Code = "own-unit"    // nobody decides about his own unit
	CodeOwnAct     Code = "own-act"     // nobody decides what he asked for, nor twice
	CodeTurn       Code = "turn"        // not in this state
	CodeFrozen     Code = "frozen"      // the centre has stopped it for now
	CodeNotFrozen  Code = "not-frozen"  // there is nothing to let go
	CodeText       Code = "text"        // a text is missing
	CodeChoice     Code = "choice"      // not one of the choices
	CodeNoCall     Code = "no-call"     // the citizen gave no name, or did not agree to be called
	CodeCallFirst  Code = "call-first"  // he is called back before he is answered
	CodeVerify     Code = "verify"      // first it is said what is true of it
	CodeBegin      Code = "begin"       // what is true is repaired before it is answered
	CodeUnfounded  Code = "unfounded"   // what is not true is answered, not repaired
	CodeOverdue    Code = "overdue"     // after the deadline there is no extension
	CodeNotLater   Code = "not-later"   // the new deadline is not later
	CodeTooFar     Code = "too-far"     // the new deadline is later than Day
	CodeUsedUp     Code = "used-up"     // no further extension
	CodePending    Code = "pending"     // a proposal to exclude waits for the centre
	CodeRefused    Code = "refused"     // it was proposed and refused before: an appeal is what is left
	CodeNothing    Code = "nothing"     // nothing waits for a decision
	CodeAppealLate Code = "appeal-late" // until Day one could have appealed
	CodeAppealed   Code = "appealed"    // this side has appealed before
	CodeRated      Code = "rated"       // the repair was rated before
	CodeRateLate   Code = "rate-late"   // until Day it could have been rated
)

// Codes are all of them.
func Codes() []Code {
	return []Code{CodeForbidden, CodeOwnUnit, CodeOwnAct, CodeTurn, CodeFrozen, CodeNotFrozen, CodeText, CodeChoice, CodeNoCall,
		CodeCallFirst, CodeVerify, CodeBegin, CodeUnfounded, CodeOverdue, CodeNotLater, CodeTooFar, CodeUsedUp, CodePending,
		CodeRefused, CodeNothing, CodeAppealLate, CodeAppealed, CodeRated, CodeRateLate}
}

// Refused is the error of an act that the rules do not allow. Pages say it in words: say.repair.<code>.
type Refused struct {
	Code  Code
	Field string   // of CodeText and CodeChoice: which
	Day   hall.Day // of a limit: its last day
}

func (e *Refused) Error() string {
	switch {
	case e.Field != "":
		return fmt.Sprintf("repair: %s: %s", e.Code, e.Field)
	case e.Day != 0:
		return fmt.Sprintf("repair: %s: %v", e.Code, e.Day)
	}
	return fmt.Sprintf("repair: %s", e.Code)
}

// Conflict is the error of an act whose actor did not see what somebody did before him. It tells him no more of it than
// See does.
type Conflict struct {
	By  hall.Person
	At  time.Time
	Did hall.Type
}

func (e *Conflict) Error() string {
	return fmt.Sprintf("repair: %s by %q at %s came first: look again", e.Did, e.By.Account, e.At.Format(time.RFC3339))
}

// party is what somebody is to a repair.
type party string

// The parties.
const (
	theHandler    party = "handler" // 经办 of the unit that owns it
	theCaller     party = "caller"  // 回访专人 of that unit
	theCentre     party = "centre"
	theSupervisor party = "supervisor" // 监察
	theHotline    party = "hotline"
	theRated      party = "rated" // the person who served
	theCitizen    party = "citizen"
	aRule         party = "rule"
)

// doers is who may do what (domain §1, §4). A window clerk does nothing but appeal.
func doers(t Turn) []party {
	switch t {
	case hall.TypeRepairAssigned:
		return []party{theCentre, aRule}
	case hall.TypeRepairSigned, hall.TypeRepairVerified, hall.TypeRepairBegan, hall.TypeRepairExtended, hall.TypeRepairAnswered, hall.TypeRepairExclusionProposed:
		return []party{theHandler}
	case hall.TypeRepairCalled: // by the unit's call-back person, else by the centre or the hotline
		return []party{theCaller, theCentre, theHotline}
	case hall.TypeRepairReturned, hall.TypeRepairClosed, hall.TypeRepairExcluded, hall.TypeRepairExclusionRefused, hall.TypeAppealDecided:
		return []party{theCentre, theSupervisor}
	case hall.TypeRepairFrozen:
		return []party{theCitizen, theCentre}
	case hall.TypeRepairThawed:
		return []party{theCentre}
	case hall.TypeRepairSecondRated:
		return []party{theCitizen, theHotline}
	case hall.TypeAppealOpened:
		return []party{theHandler, theRated}
	}
	return nil
}

// judges reports whether a turn decides about the unit: never by its own people (domain §4).
func judges(t Turn) bool {
	switch t {
	case hall.TypeRepairReturned, hall.TypeRepairClosed, hall.TypeRepairExcluded, hall.TypeRepairExclusionRefused, hall.TypeAppealDecided:
		return true
	}
	return false
}

// whileFrozen reports whether a turn can be taken while the clock stands: what the centre does about it, and what the
// citizen says.
func whileFrozen(t Turn) bool {
	switch t {
	case hall.TypeRepairAssigned, hall.TypeRepairExcluded, hall.TypeRepairExclusionRefused, hall.TypeAppealDecided,
		hall.TypeRepairFrozen, hall.TypeRepairThawed, hall.TypeRepairSecondRated:
		return true
	}
	return false
}

// parties returns what somebody is to the repair. The centre's own people are the handlers of what the centre owns.
func (r Repair) parties(p hall.Person, own bool) []party {
	mine := p.Unit != "" && p.Unit == r.Unit
	switch {
	case p.IsRule():
		return []party{aRule}
	case p.Role == RoleCentre && mine:
		return []party{theCentre, theHandler}
	case p.Role == RoleCentre:
		return []party{theCentre}
	case p.Role == RoleSupervisor:
		return []party{theSupervisor}
	case p.Role == RoleHandler && mine:
		return []party{theHandler}
	case p.Role == RoleCaller && mine:
		return []party{theCaller}
	case p.Role == RoleOperator:
		return []party{theHotline}
	case p.Role == RoleStaff && own:
		return []party{theRated}
	case p.Role == hall.RoleCitizen:
		return []party{theCitizen}
	}
	return nil
}

// ofUnit reports whether somebody belongs to the unit that owns the repair, or to that of the clerk who served.
func (r Repair) ofUnit(p hall.Person) bool {
	return p.Unit != "" && (p.Unit == r.Unit || p.Unit == r.ClerkUnit)
}

// may says why somebody cannot take a turn; nil: nothing that all turns have in common stands in the way.
func (r Repair) may(t Turn, h Hand) error {
	parties := r.parties(h.By, h.Own)
	if !slices.ContainsFunc(doers(t), func(p party) bool { return slices.Contains(parties, p) }) {
		return &Refused{Code: CodeForbidden}
	}
	if judges(t) && r.ofUnit(h.By) {
		return &Refused{Code: CodeOwnUnit}
	}
	if sees := h.By.Account != ""; sees && (h.Seen < r.Changed || h.Seen > r.Version) {
		var first Stamp
		if r.Changed > 0 {
			first = r.Steps[r.Changed-1].seenBy(r.eye(Viewer{Person: h.By, Own: h.Own}))
		}
		return &Conflict{first.By, first.At, first.Type}
	}
	if _, ok := r.State.Next(outcomes(t)[0]); !ok {
		return &Refused{Code: CodeTurn}
	}
	if r.Frozen && !whileFrozen(t) && !(t == hall.TypeRepairCalled && slices.Contains(parties, theCentre)) {
		return &Refused{Code: CodeFrozen}
	}
	return nil
}

// outcomes are the turns that a deed of a type can be.
func outcomes(t hall.Type) []Turn {
	if t == hall.TypeAppealDecided {
		return []Turn{AppealUpheld, AppealRefused}
	}
	return []Turn{t}
}

// Allowed lists the deeds that somebody may do now, as far as the repair, his role and his unit decide it. What he writes
// and chooses is looked at when he does it.
func (r Repair) Allowed(h Hand) []hall.Type {
	h.Seen = r.Version
	var all []hall.Type
	for _, row := range table() {
		t := row.turn
		switch t {
		case AppealUpheld:
			t = hall.TypeAppealDecided
		case AppealRefused:
			continue
		}
		if r.may(t, h) == nil && r.open(t, h) == nil {
			all = append(all, t)
		}
	}
	return all
}

// open says what else of the repair itself stands in the way of a turn, whatever one writes.
func (r Repair) open(t Turn, h Hand) error {
	switch t {
	case hall.TypeRepairCalled:
		return r.mayCall()
	case hall.TypeRepairBegan:
		return r.mayBegin()
	case hall.TypeRepairExtended:
		if passed(r.Round.Deadline, h.Now) {
			return &Refused{Code: CodeOverdue, Day: r.Round.Deadline.Day}
		}
	case hall.TypeRepairAnswered:
		return r.mayAnswer()
	case hall.TypeRepairClosed, hall.TypeRepairExclusionProposed:
		return r.mayGoOn(t)
	case hall.TypeRepairExcluded, hall.TypeRepairExclusionRefused:
		return r.mayJudge(h.By)
	case hall.TypeRepairThawed:
		if !r.Frozen {
			return &Refused{Code: CodeNotFrozen}
		}
	case hall.TypeRepairSecondRated:
		return r.maySecond(h.Now)
	case hall.TypeAppealOpened:
		if r.appeal(r.side(h)) != nil {
			return &Refused{Code: CodeAppealed}
		}
	case hall.TypeAppealDecided:
		if !slices.ContainsFunc(r.Appeals, func(a Appeal) bool { return r.mayDecide(a.Side, h.By) == nil }) {
			return &Refused{Code: CodeNothing}
		}
	}
	return nil
}

// needs says which text is missing.
func needs(field string, s hall.Sealed) error {
	if s.Ref == "" || s.SHA == "" {
		return &Refused{Code: CodeText, Field: field}
	}
	return nil
}

// act is what every deed of a hand says.
func (r Repair) act(h Hand) hall.Act { return hall.Act{About: r.ID, By: h.By} }
