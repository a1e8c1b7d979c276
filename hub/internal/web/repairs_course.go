package web

import (
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/repair"
)

// repairStepJSON is one line of the course of a repair: what happened, what is now, what comes. What is a word of its own for
// each outcome: repair.step.<what> says it.
type repairStepJSON struct {
	What   string    `json:"what"`
	Stands string    `json:"stands"`       // done, now, next
	At     time.Time `json:"at,omitzero"`  // of done
	On     hall.Day  `json:"on,omitzero"`  // of done, to who may know the day alone
	Day    hall.Day  `json:"day,omitzero"` // until when; of extended and moved: the new last day
	By     string    `json:"by,omitempty"`
	To     string    `json:"to,omitempty"` // unit
}

// course tells how a repair came to where it is, and what comes.
func (p *repairPage) course(r repair.Repair, v repair.View) []repairStepJSON {
	all := []repairStepJSON{}
	t := openedTexts{p: p}
	for _, s := range v.Steps {
		what := stepWord(s)
		if what == "" {
			continue
		}
		by := t.by(s.At, s.By)
		one := repairStepJSON{What: what, Stands: "done", At: by.At, On: by.On, By: by.By, Day: s.Day}
		if s.Unit != "" {
			one.To = p.names.unit(s.Unit)
		}
		all = append(all, one)
	}
	if v.Steps == nil {
		return all
	}
	now, next := ahead(r, v)
	return append(append(all, now...), next...)
}

// stepWord is the word for what happened; empty for what changes nothing that is seen.
func stepWord(s repair.Step) string {
	either := func(yes, no string) string {
		if s.Yes {
			return yes
		}
		return no
	}
	switch s.Type {
	case hall.TypeRepairOpened:
		return "opened"
	case hall.TypeRepairReopened:
		return "reopened"
	case hall.TypeRepairAssigned:
		return "assigned"
	case hall.TypeRepairSigned:
		return "signed"
	case hall.TypeRepairCalled:
		return either("called", "unreached")
	case hall.TypeRepairVerified:
		return "verified"
	case hall.TypeRepairBegan:
		return "began"
	case hall.TypeRepairExtended:
		return "extended"
	case hall.TypeRepairAnswered:
		return "answered"
	case hall.TypeRepairReturned:
		return "returned"
	case hall.TypeRepairClosed:
		if s.By.IsRule() {
			return "lapsed"
		}
		return "closed"
	case hall.TypeRepairSecondRated:
		return "second"
	case hall.TypeRepairExclusionProposed:
		return "proposed"
	case hall.TypeRepairExcluded:
		return "excluded"
	case hall.TypeRepairExclusionRefused:
		return "kept"
	case hall.TypeAppealOpened:
		return "appealed"
	case hall.TypeAppealDecided:
		return either("upheld", "rejected")
	case hall.TypeRepairFrozen:
		return "frozen"
	case hall.TypeRepairThawed:
		return "thawed"
	case hall.TypeRepairReminded:
		return "reminded"
	case hall.TypeRepairWithdrawn:
		return "withdrawn"
	case hall.TypeRepairEscalated:
		return late(s.Of)
	case hall.TypeDeadlineMoved:
		if s.Of == hall.ClockedRepair {
			return "moved"
		}
	}
	return ""
}

// late is the word for a limit that passed.
func late(of hall.Clocked) string {
	switch of {
	case hall.ClockedRepairSign:
		return "late-sign"
	case hall.ClockedRepairCall:
		return "late-call"
	case hall.ClockedAppealStaff, hall.ClockedAppealUnit:
		return "late-appeal"
	}
	return "escalated"
}

// ahead tells what a repair waits for now, and what comes after that.
func ahead(r repair.Repair, v repair.View) (now, next []repairStepJSON) {
	n := v.Round
	var appeal hall.Day
	for _, a := range v.Appeals {
		if a.Pending() {
			appeal = a.Due.Day
		}
	}
	line := func(w repair.Wait) (what string, until hall.Day) {
		switch w {
		case repair.WaitThaw:
			return "looking", 0
		case repair.WaitExclusion:
			return "deciding", 0
		case repair.WaitAppeal:
			return "reviewing", appeal
		case repair.WaitAssign:
			return "assigning", 0
		case repair.WaitSign:
			return "signing", n.Sign.Day
		case repair.WaitCall:
			return "calling", n.Call.Day
		case repair.WaitVerify:
			return "verifying", 0
		case repair.WaitRepair:
			return "repairing", n.Deadline.Day
		case repair.WaitAccept:
			return "checking", 0
		case repair.WaitSecond:
			return "rating", n.Answer.Second.Day
		}
		return "", 0 // that the citizen is asked for reasons holds nobody up
	}
	road := []repair.Wait{repair.WaitAssign, repair.WaitSign, repair.WaitCall, repair.WaitVerify, repair.WaitRepair, repair.WaitAccept, repair.WaitSecond}
	here := -1
	for _, w := range v.Waits {
		what, until := line(w)
		if what == "" {
			continue
		}
		now = append(now, repairStepJSON{What: what, Stands: "now", Day: until})
		here = max(here, slices.Index(road, w))
	}
	if r.State.Final() || here < 0 {
		return now, nil
	}
	for _, w := range road[here+1:] {
		if w == repair.WaitCall && r.CallState() != repair.CallDue {
			continue
		}
		what, _ := line(w)
		next = append(next, repairStepJSON{What: what, Stands: "next"})
	}
	return now, next
}

// repairLimitsJSON is what acts need to know.
type repairLimitsJSON struct {
	Text   int          `json:"text"` // longest text, in characters
	SMS    bool         `json:"sms"`  // the citizen left a phone: he hears by SMS
	Extend *extendJSON  `json:"extend,omitempty"`
	Second int          `json:"second,omitempty"` // days in which the citizen can rate the repair
	Sign   int          `json:"sign,omitempty"`   // days in which a unit signs
	Decide int          `json:"decide,omitempty"` // days in which an appeal is decided
	Appeal hall.Day     `json:"appeal,omitzero"`  // until when this side can appeal
	Unit   hall.DayUnit `json:"unit,omitempty"`
}

// extendJSON are the days that an extension can name: those that count.
type extendJSON struct {
	Days []hall.DayCount `json:"days"`
	Left int             `json:"left"` // extensions after this one
}

func (p *repairPage) limits(r repair.Repair, v repair.View) repairLimitsJSON {
	j := repairLimitsJSON{Text: maxPaper}
	if day, ok := p.appealBy(r, v); ok {
		j.Appeal = day
	}
	pack := p.law.Of(r.Opened)
	j.Decide = pack.Appeal.Decide.Days
	if v.Round.Deadline.IsZero() {
		return j
	}
	pack = p.law.Of(v.Round.Day)
	j.Second, j.Sign, j.Unit = pack.Repair.Second.Days, pack.Repair.Sign.Days, v.Round.Limit.Unit
	if days, left := p.extension(r); slices.Contains(v.Allowed, hall.TypeRepairExtended) && len(days) > 0 {
		j.Extend = &extendJSON{days, left - 1}
	}
	return j
}

// extension returns the days after the deadline up to the last one that an extension can name, and how many extensions
// are left.
func (p *repairPage) extension(r repair.Repair) (days []hall.DayCount, left int) {
	last, left := r.ExtendUntil(p.law)
	due := r.Round.Deadline.Day
	if left == 0 || last <= due {
		return nil, left
	}
	return p.law.Calendar.CountIn(r.Round.Limit.Unit, due, hall.Deadline{Day: last}, r.Hall)[1:], left
}

// appealBy returns until when who looks can appeal; false where he cannot.
func (p *repairPage) appealBy(r repair.Repair, v repair.View) (hall.Day, bool) {
	if !slices.Contains(v.Allowed, hall.TypeAppealOpened) {
		return 0, false
	}
	side := hall.AppealUnit
	if p.who.Role == access.Staff {
		side = hall.AppealStaff
	}
	by := r.AppealBy(side, p.law)
	return by.Day, p.now.Before(by.End())
}

// may lists the acts that who looks can do now: what the repair, his role and his unit allow, and the table of rights too.
func (p *repairPage) may(r repair.Repair, v repair.View) []string {
	all := []string{}
	what := p.o.repairObject(r)
	for _, a := range repairActs() {
		if !slices.ContainsFunc(a.does, func(t hall.Type) bool { return slices.Contains(v.Allowed, t) }) || !access.May(p.who.Account, a.action, what) {
			continue
		}
		if a.name == "extend" {
			if days, _ := p.extension(r); len(days) == 0 {
				continue
			}
		}
		if _, ok := p.appealBy(r, v); a.name == "appeal" && !ok {
			continue
		}
		all = append(all, a.name)
	}
	return all
}
