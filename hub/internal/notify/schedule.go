package notify

import (
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Patience is how long whoever asked the provider may take to record the answer. After it the attempt is nobody's: its
// hub was killed. Every provider gives up long before.
const Patience = 5 * time.Minute

// Law is what a message must keep to.
type Law struct {
	Quiet Quiet
	// Idempotent says that the provider takes a message of one id once, however often it is told.
	Idempotent bool
}

// Quiet are the hours in which no phone rings, since midnight in Beijing. From may be later than To, and equal to it: then
// there are none.
type Quiet struct{ From, To time.Duration }

// Backoff returns how long after the n-th attempt that failed the next one begins; ok is false when it was the last.
func Backoff(n int) (wait time.Duration, ok bool) {
	waits := []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour}
	if n < 1 || n > len(waits) {
		return 0, false
	}
	return waits[n-1], true
}

// At reports whether t is within the quiet hours.
func (q Quiet) At(t time.Time) bool {
	clock := t.Sub(hall.DayOf(t).Start())
	if q.From <= q.To {
		return clock >= q.From && clock < q.To
	}
	return clock >= q.From || clock < q.To
}

// Next returns t, or the end of the quiet hours that t is in.
func (q Quiet) Next(t time.Time) time.Time {
	if !q.At(t) {
		return t
	}
	end := hall.DayOf(t).Start().Add(q.To)
	if !end.After(t) {
		end = (hall.DayOf(t) + 1).Start().Add(q.To)
	}
	return end
}
