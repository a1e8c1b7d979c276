// Package casework makes of the steps of a case 办件 where it stands, until when it is to be decided, and when it can be
// rated (domain §3.2, §3.4, §7). What it makes is a function of the set of steps that were told and of the calendar, never
// of the order in which they arrived. It takes no step and refuses none: the counter did that. It knows no store, no clock
// and no page.
package casework

import (
	"cmp"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/rating"
)

// Uptime is when a step was taken by the agent's own count: its start, and how long it had run.
type Uptime struct {
	Start uint32 `json:"start"`
	MS    int64  `json:"ms"`
}

// Step is one step as it was told. What is said by other steps than its own is empty.
type Step struct {
	At      Uptime              `json:"at"`
	When    time.Time           `json:"when"`
	Type    hall.Type           `json:"type"`
	Visit   hall.ID             `json:"visit,omitzero"`
	Window  string              `json:"window"`
	Staff   string              `json:"staff"`
	Opening *hall.CaseOpening   `json:"opening,omitempty"`
	Notice  hall.ID             `json:"notice,omitzero"`
	Result  hall.CaseResult     `json:"result,omitempty"`
	Road    hall.DeliveryRoad   `json:"road,omitempty"`
	Why     hall.CaseRefusedWhy `json:"why,omitempty"`
	Undoes  hall.Type           `json:"undoes,omitempty"`
	Undone  bool                `json:"undone,omitempty"` // a later step says so: it follows, and is told by none
}

// compare orders steps by uptime. Of those that one decision told, the order is that in which a case goes.
func (s Step) compare(o Step) int {
	order := func(t hall.Type) int {
		return slices.Index([]hall.Type{hall.TypeCaseAccepted, hall.TypeCaseReturned, hall.TypeCaseResubmitted, hall.TypeCaseDecided,
			hall.TypeCaseRefused, hall.TypeCaseDelivered, hall.TypeCaseUndone}, t)
	}
	return cmp.Or(cmp.Compare(s.At.Start, o.At.Start), cmp.Compare(s.At.MS, o.At.MS), cmp.Compare(order(s.Type), order(o.Type)))
}

// StepOf reads a fact as a step.
func StepOf(f hall.Step, at Uptime, when time.Time) Step {
	on := f.On()
	s := Step{At: at, When: when, Type: f.Type(), Visit: on.Visit, Window: on.Window, Staff: on.Staff}
	switch f := f.(type) {
	case hall.CaseAccepted:
		s.Opening = &f.CaseOpening
	case hall.CaseReturned:
		s.Notice = f.Notice
	case hall.CaseDecided:
		s.Result = f.Result
	case hall.CaseDelivered:
		s.Road = f.Road
	case hall.CaseRefused:
		s.Why, s.Opening = f.Why, f.Opening
	case hall.CaseUndone:
		s.Undoes = f.Step
	}
	return s
}

// Case is a case as its steps tell of it. Until its opening arrives it is known by its name alone.
type Case struct {
	ID    hall.ID `json:"id"`
	Steps []Step  `json:"steps"` // all that were told, in their order; undone ones too

	// What follows from them.
	hall.CaseOpening
	Opened hall.ID        `json:"opened,omitzero"` // the visit of the opening
	State  hall.CaseState `json:"state"`
	Due    hall.Deadline  `json:"due,omitzero"`        // promised; zero: none, or the clock stands
	Lawful hall.Deadline  `json:"lawful_due,omitzero"` // 法定时限

	// Outage are the working days since its acceptance on which the system of its unit was down (domain §6).
	Outage []hall.Day `json:"outage,omitempty"`
}

// States are all states that a case can be in.
func States() []hall.CaseState {
	return []hall.CaseState{hall.CaseIsAccepted, hall.CaseIsReturned, hall.CaseIsDecided, hall.CaseIsRefused, hall.CaseIsDelivered, hall.CaseIsTold, hall.CaseIsUndone}
}

// Known reports whether the opening has been told.
func (c Case) Known() bool { return c.Number != "" }

// With returns the case with one more step; one that is there already changes nothing.
func (c Case) With(s Step, law rating.Law, hallID string) Case {
	at, there := slices.BinarySearchFunc(c.Steps, s, Step.compare)
	if there {
		return c
	}
	c.Steps = slices.Insert(slices.Clone(c.Steps), at, s)
	return c.settled(law, hallID)
}

// settled makes all that follows from the steps.
func (c Case) settled(law rating.Law, hallID string) Case {
	p := c.play(nil)
	c.State = p.state()
	for n := range c.Steps {
		c.Steps[n].Undone = slices.Contains(p.undone, n)
	}
	first := slices.IndexFunc(c.Steps, func(s Step) bool { return s.Opening != nil })
	if first < 0 {
		return c
	}
	c.CaseOpening, c.Opened = *c.Steps[first].Opening, c.Steps[first].Visit
	c.Due, c.Lawful = c.Deadlines(law, hallID)
	return c
}

// Standing returns the steps that were not undone, in their order.
func (c Case) Standing() []Step {
	return slices.DeleteFunc(slices.Clone(c.Steps), func(s Step) bool { return s.Undone || s.Type == hall.TypeCaseUndone })
}

// Last returns the last step of a type that stands; false where there is none.
func (c Case) Last(t hall.Type) (Step, bool) {
	for _, s := range slices.Backward(c.Steps) {
		if s.Type == t && !s.Undone {
			return s, true
		}
	}
	return Step{}, false
}

// player plays steps in their order.
type player struct {
	stack  []played
	undone []int // indices of steps
	began  bool
}

// played is a step that stands, and where the case stands after it.
type played struct {
	index int
	Step
	state hall.CaseState
}

// play carries the steps out, and shows what stands after each. Steps that are missing still, of an epoch that has not
// arrived, are no fault: the newest that is known says where the case stands.
func (c Case) play(show func(now Step, stand []played)) *player {
	p := &player{}
	for n, s := range c.Steps {
		p.began = true
		if s.Type == hall.TypeCaseUndone {
			if top := len(p.stack) - 1; top >= 0 && p.stack[top].Type == s.Undoes {
				p.undone = append(p.undone, p.stack[top].index)
				p.stack = p.stack[:top]
			}
		} else {
			to, ok := p.now().After(s.Type)
			if !ok {
				to = alone(s.Type, p.stack)
			}
			p.stack = append(p.stack, played{n, s, to})
		}
		if show != nil {
			show(s, p.stack)
		}
	}
	return p
}

// alone is where a step leads of which the one before is not known.
func alone(t hall.Type, stack []played) hall.CaseState {
	switch t {
	case hall.TypeCaseAccepted, hall.TypeCaseResubmitted:
		return hall.CaseIsAccepted
	case hall.TypeCaseReturned:
		return hall.CaseIsReturned
	case hall.TypeCaseDecided:
		return hall.CaseIsDecided
	case hall.TypeCaseRefused:
		return hall.CaseIsRefused
	}
	if slices.ContainsFunc(stack, func(p played) bool { return p.Type == hall.TypeCaseRefused }) {
		return hall.CaseIsTold
	}
	return hall.CaseIsDelivered
}

func (p *player) now() hall.CaseState {
	if len(p.stack) == 0 {
		return ""
	}
	return p.stack[len(p.stack)-1].state
}

// state is where the case stands after all: what was undone to its very beginning is a case no more.
func (p *player) state() hall.CaseState {
	if len(p.stack) == 0 && p.began && len(p.undone) > 0 {
		return hall.CaseIsUndone
	}
	return p.now()
}
