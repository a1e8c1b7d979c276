package repair

import (
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/rating"
)

// Counts reports whether the rating and its repair are in figures: an excluded one is in none but stays in the record, a
// withdrawn one never was one (domain §4, §9).
func (r Repair) Counts() bool { return !r.over() }

// Done reports whether the unit has answered and the answer was not sent back.
func (r Repair) Done() bool { return r.State == Answered || r.State == Closed }

// Overdue reports whether the deadline passed and the unit has not answered. While the clock stands nothing is.
func (r Repair) Overdue(now time.Time) bool {
	return r.State.Running() && !r.Frozen && passed(r.Round.Deadline, now)
}

// InTime reports whether every round was answered before its deadline: the part of 按期整改率 (domain §9).
func (r Repair) InTime() bool {
	return r.Done() && !slices.ContainsFunc(append(slices.Clip(r.Past), r.Round), func(n Round) bool { return passed(n.Deadline, n.Answer.At) })
}

// DaysLate returns by how many days of its kind the deadline was missed, as far as it is known now: 0 where it was not.
func (r Repair) DaysLate(now time.Time, law rating.Law) int {
	n := r.Round
	end := now
	switch {
	case !n.Answer.At.IsZero():
		end = n.Answer.At
	case !r.Overdue(now):
		return 0
	}
	late := 0
	for _, day := range law.Calendar.CountIn(n.Limit.Unit, n.Deadline.Day, hall.Deadline{Day: hall.DayOf(end)}, r.Hall, r.Stops...) {
		late = max(late, day.N)
	}
	return late
}

// Ended returns when the repair came to the state in which nothing more is owed; false where something is.
func (r Repair) Ended() (time.Time, bool) {
	if !r.State.Final() {
		return time.Time{}, false
	}
	for _, s := range slices.Backward(r.Steps) {
		switch s.Type {
		case hall.TypeRepairClosed, hall.TypeRepairExcluded, hall.TypeRepairWithdrawn:
			return s.At, true
		case hall.TypeAppealDecided:
			if s.Yes {
				return s.At, true
			}
		}
	}
	return time.Time{}, false
}

// CallState is where the call-back stands.
type CallState string

// The states of a call-back.
const (
	CallNone      CallState = "none"      // the citizen is not to be called
	CallDue       CallState = "due"       // he is
	CallReached   CallState = "reached"   // he was
	CallUnreached CallState = "unreached" // tried as often as the pack asks
)

// CallState returns where the call-back of this round stands.
func (r Repair) CallState() CallState {
	switch {
	case slices.ContainsFunc(r.Round.Calls, func(c Call) bool { return c.Reached }):
		return CallReached
	case !r.demandsCall():
		return CallNone
	case r.mustCall():
		return CallDue
	}
	return CallUnreached
}

// Gap is which duty to who gave his name fell short.
type Gap string

// The duties (domain §4: 100 %).
const (
	GapCall   Gap = "call"   // 回访
	GapRepair Gap = "repair" // 整改
)

// Shortfall is a duty that was not done in time. A zero Done: it still is not.
type Shortfall struct {
	Gap  Gap           `json:"gap"`
	Unit string        `json:"unit"`
	Due  hall.Deadline `json:"due"`
	Done time.Time     `json:"done,omitzero"`
}

// Shortfalls says what of a named rating's call-back and repair, both to be done for all of them, fell short so far. It is
// shown by unit.
func (r Repair) Shortfalls(now time.Time) []Shortfall {
	if !r.Rating.Named || !r.Counts() {
		return nil
	}
	var all []Shortfall
	late := func(gap Gap, due hall.Deadline, done time.Time) {
		if passed(due, done) || done.IsZero() && passed(due, now) {
			all = append(all, Shortfall{gap, r.Unit, due, done})
		}
	}
	for _, n := range r.Past {
		if called, _ := n.calledBack(); n.Demanded {
			late(GapCall, n.Call, called)
		}
		late(GapRepair, n.Deadline, n.Answer.At)
	}
	if r.Frozen {
		return all
	}
	if called, _ := r.calledBack(); r.demandsCall() {
		late(GapCall, r.Round.Call, called)
	}
	late(GapRepair, r.Round.Deadline, r.Round.Answer.At)
	return all
}

// KeyWhy says why a window or an item is on the key list 重点对象.
type KeyWhy string

// The reasons (domain §4).
const (
	KeyAgain   KeyWhy = "again"    // 屡次差评
	KeyNotDone KeyWhy = "not-done" // 整改不到位
)

// Keylist returns why the window or item whose repairs these are is on the key list, empty where it is not: so many repairs
// opened within so many days, or some of them not done by their deadline; and how many they are.
func Keylist(repairs []Repair, now time.Time, pack hall.Policy) (why KeyWhy, n int) {
	since := hall.DayOf(now) - hall.Day(pack.Repair.KeyDays)
	again, late := 0, 0
	for _, r := range repairs {
		switch {
		case !r.Counts():
			continue
		case r.Overdue(now):
			late++
		}
		if r.Opened > since {
			again++
		}
	}
	switch {
	case late > 0:
		return KeyNotDone, late
	case again >= pack.Repair.KeyList:
		return KeyAgain, again
	}
	return "", 0
}

// Wait is what a repair waits for.
type Wait string

// What a repair waits for, and of whom.
const (
	WaitThaw      Wait = "thaw"      // 待解除: the centre, which looks into it
	WaitExclusion Wait = "exclusion" // 待认定: the centre
	WaitAppeal    Wait = "appeal"    // 待裁定: the centre
	WaitAssign    Wait = "assign"    // 待派单: the centre
	WaitAccept    Wait = "accept"    // 待审核: the centre
	WaitSign      Wait = "sign"      // 待签收: the unit
	WaitCall      Wait = "call"      // 待回访: the unit's call-back person
	WaitReasons   Wait = "reasons"   // 待原因: the citizen, asked why
	WaitVerify    Wait = "verify"    // 待核实: the unit
	WaitRepair    Wait = "repair"    // 整改中: the unit
	WaitSecond    Wait = "second"    // 待群众评价: the citizen
)

// OfCentre reports whether it is the centre's turn.
func (w Wait) OfCentre() bool {
	return slices.Contains([]Wait{WaitThaw, WaitExclusion, WaitAppeal, WaitAssign, WaitAccept}, w)
}

// Waits lists what the repair waits for: first what holds up the rest.
func (r Repair) Waits() []Wait {
	var all []Wait
	add := func(w Wait, is bool) {
		if is {
			all = append(all, w)
		}
	}
	add(WaitThaw, r.Frozen)
	add(WaitExclusion, r.Exclusion.Pending() && !r.over())
	add(WaitAppeal, !r.over() && slices.ContainsFunc(r.Appeals, Appeal.Pending))
	asked := r.State == Verifying && r.Rating.ReasonMissing
	called := r.State == Verifying || r.State == Repairing
	add(WaitAssign, r.State == Open)
	add(WaitAccept, r.State == Answered)
	add(WaitSign, r.State == Assigned)
	add(WaitCall, called && r.mustCall())
	add(WaitReasons, asked && r.Round.Finding.Result == "")
	add(WaitVerify, r.State == Verifying && r.Round.Finding.Result == "")
	add(WaitRepair, r.State == Repairing || r.State == Verifying && r.Round.Finding.Result != "")
	add(WaitSecond, r.State == Answered && r.Round.Second.At.IsZero())
	return all
}
