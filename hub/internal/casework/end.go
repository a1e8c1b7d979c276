package casework

import (
	"time"

	"hallpulse/firmware-protocol/hall"
)

// End is an end of a case, from which on it can be rated (domain §3.4): where something is delivered, the delivery; else
// the decision; of a refusal its handing over, before which it is not complete (§7).
type End struct {
	When   time.Time
	Undone time.Time // zero: it stands
	By     Step      // the decision or the refusal: who answers for what is rated
	visit  hall.ID   // in which it was decided, or the refusal handed over
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
	case decision.Type == hall.TypeCaseDecided && !c.Delivers:
		return End{When: decision.When, By: decision.Step, visit: decision.Visit}, true
	case delivery == nil:
		return End{}, false
	case decision.Type == hall.TypeCaseRefused:
		return End{When: delivery.When, By: decision.Step, visit: delivery.Visit}, true
	}
	return End{When: delivery.When, By: decision.Step, visit: decision.Visit}, true
}

// Ratable returns the end by which the case is rated by itself; false where it cannot be, for now. What was decided
// within the visit that opened it shares that visit's rating (§3.2), if shares says that the visit can be rated. An end that
// was undone counts no more, unless somebody had rated it meanwhile: a rating that was given stays.
func (c Case) Ratable(shares bool, rated func(from, to time.Time) bool) (End, bool) {
	if !c.Known() {
		return End{}, false
	}
	var now *End
	ends := c.ends()
	for n := range ends {
		e := &ends[n]
		if shares && !c.Opened.IsZero() && e.visit == c.Opened {
			continue
		}
		if !e.Undone.IsZero() {
			if rated(e.When, e.Undone) {
				return *e, true
			}
			continue
		}
		now = e
	}
	if now == nil {
		return End{}, false
	}
	return *now, true
}

// Shared reports whether it was decided within the visit that opened it, and shares that one's rating.
func (c Case) Shared() bool {
	ends := c.ends()
	if len(ends) == 0 || c.Opened.IsZero() {
		return false
	}
	last := ends[len(ends)-1]
	return last.Undone.IsZero() && last.visit == c.Opened
}
