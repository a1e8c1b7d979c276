package concern

import (
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/rating"
)

// Until returns when the limit of the answer ends: the own one of a work order, else the desk's. firm is false while
// that crosses a year whose working days nobody knows; nothing is judged by it then. Zero: none, as for praise.
func (c Concern) Until() (end time.Time, firm bool) {
	if !c.Limit.IsZero() {
		return c.Limit, true
	}
	return endOf(c.Answer)
}

// StepUntil returns when the concern is routed or signed for at the latest; zero where it waits for neither.
func (c Concern) StepUntil() (end time.Time, firm bool) {
	if c.State != Received && c.State != Returned && c.State != Routed {
		return time.Time{}, false
	}
	return endOf(c.Step)
}

func endOf(d hall.Deadline) (time.Time, bool) {
	if d.IsZero() {
		return time.Time{}, false
	}
	return d.End(), !d.Provisional
}

// Due returns which limit of an open concern ends next, and when: lists are sorted by it. Zero: nothing is due.
func (c Concern) Due() time.Time {
	if !c.State.Open() {
		return time.Time{}
	}
	until, _ := c.Until()
	step, _ := c.StepUntil()
	return earlier(step, until)
}

func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// Provisional reports whether a limit of the concern is one: Recompute computes it again when its year is published.
func (c Concern) Provisional() bool {
	return c.Answer.Provisional || c.waits() && c.Step.Provisional
}

// waits reports whether the concern waits to be routed or signed for.
func (c Concern) waits() bool { return c.State == Received || c.State == Returned || c.State == Routed }

// With is the unit whose turn it is: the Centre where it has to route, to decide or to close; empty where it is nobody's.
func (c Concern) With() string {
	switch c.State {
	case Received, Returned, Answered:
		return Centre
	case Routed, Signed:
		return c.To
	}
	return ""
}

// Hidden reports whether the concern is a lead on misconduct: the centre alone sees it, no unit and no hall (domain §4).
func (c Concern) Hidden() bool { return c.Kind == hall.ConcernReport || c.Pressure }

// Visible reports whether a unit's people may see the concern: who answers for it and whom it is with, never where it
// is Hidden.
func (c Concern) Visible(unit string) bool {
	return unit != "" && !c.Hidden() && (unit == c.Unit || unit == c.To)
}

// Late reports whether the answer missed its limit, or misses it now. known is false while the limit is provisional or
// there is none.
func (c Concern) Late(now time.Time) (late, known bool) {
	end, firm := c.Until()
	if !firm {
		return false, false
	}
	switch {
	case !c.AnsweredAt.IsZero():
		return !c.AnsweredAt.Before(end), true
	case c.State.Open():
		return !now.Before(end), true
	}
	return false, false // closed without an answer
}

// Wakes returns when Tick next has something to say; zero: never, as things stand. A provisional limit wakes nobody:
// Recompute makes it firm first.
func (c Concern) Wakes() time.Time {
	var at time.Time
	for _, l := range c.limits() {
		at = earlier(at, l.Until)
	}
	return at
}

// Tick escalates each firm limit that has passed, once.
func (c Concern) Tick(now time.Time) []hall.Fact {
	var facts []hall.Fact
	for _, l := range c.limits() {
		if !now.Before(l.Until) {
			facts = append(facts, l)
		}
	}
	return facts
}

// limits are the firm limits that run and were not escalated, each as it will be.
func (c Concern) limits() []hall.ConcernEscalated {
	if !c.State.Open() {
		return nil
	}
	var all []hall.ConcernEscalated
	if end, firm := c.StepUntil(); firm && c.StepLate.IsZero() {
		e := hall.ConcernEscalated{Act: c.by(hall.Person{}), Of: hall.LimitRoute, Unit: Centre, Until: end}
		if c.State == Routed {
			e.Of, e.Unit = hall.LimitSign, c.To
		}
		all = append(all, e)
	}
	if end, firm := c.Until(); firm && c.LimitLate.IsZero() {
		e := hall.ConcernEscalated{Act: c.by(hall.Person{}), Of: hall.LimitAnswer, Unit: c.Unit, Until: end}
		if e.Unit == "" {
			e.Unit = Centre // nobody else has it
		}
		all = append(all, e)
	}
	return all
}

// Recompute computes the desk's limits again by the calendar as it is now, each by the pack in force on the day it began,
// and says which moved. The own limit of a work order stays.
func (c Concern) Recompute(law rating.Law) []hall.Fact {
	var facts []hall.Fact
	moved := func(of hall.Clocked, from, to hall.Deadline) {
		if from != to {
			facts = append(facts, hall.DeadlineMoved{Act: c.by(hall.Person{}), Of: of, From: from, To: to})
		}
	}
	if c.waits() {
		moved(hall.ClockedConcernStep, c.Step, law.Calendar.After(c.StepFrom, law.Of(c.StepFrom).Concern.Sign, c.Hall))
	}
	if !c.Answer.IsZero() && c.Form == "" && (c.State.Open() || c.Answer.Provisional) {
		moved(hall.ClockedConcern, c.Answer, law.Calendar.After(c.AnswerFrom, law.Of(c.AnswerFrom).Concern.Answer, c.Hall))
	}
	return facts
}
