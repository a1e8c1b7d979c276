package casework

import (
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// End is an end of a case, from which on it can be rated (domain §3.4): where something is delivered, as a denial always is,
// the delivery; else the decision; of a refusal its handing over, before which it is not complete (§7).
type End struct {
	When   time.Time
	Undone time.Time // zero: it stands
	By     Step      // the decision or the refusal: who answers for what is rated
	Visit  hall.ID   // in which it was decided, or the refusal handed over; zero: in none
}

// ends returns every end the case has had, in their order.
func (c Case) ends() []End {
	var ends []End
	standing := func() bool { return len(ends) > 0 && ends[len(ends)-1].Undone.IsZero() }
	c.play(func(now Step, stand []played) {
		e, ended := c.endOf(stand)
		switch {
		case standing() && (!ended || !e.When.Equal(ends[len(ends)-1].When)):
			ends[len(ends)-1].Undone = now.When
			if ended {
				ends = append(ends, e)
			}
		case !standing() && ended:
			ends = append(ends, e)
		}
	})
	return ends
}

// endOf returns the end that steps make.
func (c Case) endOf(stand []played) (End, bool) {
	var decision, delivery *played
	for n := range stand {
		switch s := &stand[n]; s.Type {
		case hall.TypeCaseDecided, hall.TypeCaseRefused:
			decision = s
		case hall.TypeCaseDelivered:
			delivery = s
		}
	}
	switch {
	case decision == nil:
		return End{}, false
	case decision.Type == hall.TypeCaseDecided && !c.delivers(decision.Step):
		return End{When: decision.When, By: decision.Step, Visit: decision.Visit}, true
	case delivery == nil:
		return End{}, false
	case decision.Type == hall.TypeCaseRefused:
		return End{When: delivery.When, By: decision.Step, Visit: delivery.Visit}, true
	}
	return End{When: delivery.When, By: decision.Step, Visit: decision.Visit}, true
}

// Ratable returns the end by which the case is rated by itself; false where it cannot be, for now. What was decided
// within the visit that opened it shares that visit's rating (§3.2), if shares says that the visit can be rated, unless
// somebody rated the case alone. An end that was undone counts no more, unless somebody had rated it meanwhile: a rating
// that was given stays.
func (c Case) Ratable(shares bool, rated func(End) bool) (End, bool) {
	if !c.Known() {
		return End{}, false
	}
	var now End
	for _, e := range c.ends() {
		switch aside := shares && c.within(e) || !e.Undone.IsZero(); {
		case aside && !rated(e):
		case !e.Undone.IsZero():
			return e, true
		default:
			now = e
		}
	}
	return now, !now.When.IsZero()
}

// within reports whether an end was in the visit that opened the case.
func (c Case) within(e End) bool { return !c.Opened.IsZero() && e.Visit == c.Opened }

// Ended returns the end that stands; false where there is none.
func (c Case) Ended() (End, bool) {
	ends := c.ends()
	if n := len(ends); n > 0 && ends[n-1].Undone.IsZero() {
		return ends[n-1], true
	}
	return End{}, false
}

// Shared reports whether it was decided within the visit that opened it, and shares that one's rating as long as nobody
// rates the case alone.
func (c Case) Shared() bool {
	e, ended := c.Ended()
	return ended && c.within(e)
}

// In reports whether it was accepted, decided or refused in a visit.
func (c Case) In(visit hall.ID) bool {
	return !visit.IsZero() && slices.ContainsFunc(c.Standing(), func(s Step) bool {
		return s.Visit == visit && slices.Contains([]hall.Type{hall.TypeCaseAccepted, hall.TypeCaseDecided, hall.TypeCaseRefused}, s.Type)
	})
}
