package counter

import (
	"math"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Mark is the time of something that happened here. Within one start of the agent only the monotonic time counts, so
// that setting the clock moves nothing; across starts the wall clock is all there is.
type Mark struct {
	At    time.Time     `json:"at"`
	Start uint32        `json:"start"`
	Up    time.Duration `json:"up"`              // below zero: before that start
	Unset bool          `json:"unset,omitempty"` // the wall clock could not be believed
}

// IsZero reports whether it has not happened.
func (k Mark) IsZero() bool { return k.At.IsZero() }

// markOf returns the mark of m. The wall time is cut to what is stored, so that a restored state is equal.
func markOf(m hall.Moment) Mark {
	return Mark{At: m.At.Round(0).Truncate(time.Millisecond), Start: m.Start, Up: m.Up, Unset: m.Clock.State == hall.ClockUnset}
}

// ago returns the mark of what happened age before k. It may lie before the start of the agent.
func (k Mark) ago(age time.Duration) Mark {
	k.At, k.Up = k.At.Add(-age), k.Up-age
	return k
}

// forever is a time longer than every limit.
const forever = time.Duration(math.MaxInt64)

// since returns how long before k then was, below zero where it was after. Of an earlier start only the wall clock can
// tell how long; where it cannot be believed that is forever, and where not even the order is certain ok is false.
func (k Mark) since(then Mark) (gap time.Duration, ok bool) {
	if k.Start == then.Start {
		return k.Up - then.Up, true
	}
	gap = k.At.Sub(then.At)
	believed := !k.Unset && !then.Unset
	if k.Start > then.Start && k.Up >= 0 && (gap < 0 || !believed) {
		return forever, true
	}
	return gap, believed
}
