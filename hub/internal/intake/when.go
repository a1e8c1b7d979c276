package intake

import (
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// What is not known better than this.
const (
	// transit is how old a batch can be when it arrives: after that its agent would have sent it again (design §1.3).
	transit = 30 * time.Second
	// drift is the share by which a clock that runs on its own goes wrong: 100 ppm, a common quartz.
	drift = 10_000
	// longAgo is the uncertainty of an event that nothing comes before.
	longAgo = 365 * 24 * time.Hour
)

// timing derives when the events of a batch happened (design §2). It is done once, when they arrive.
type timing struct {
	sent    uplink.Sent
	arrived time.Time
	steps   []ClockStep // of the starts that the events name
}

// derive sets When and Uncertainty of events that follow one another; before is when the event before them happened.
func (t timing) derive(events []event, before time.Time) {
	for n := range events {
		if e := &events[n]; e.Why == "" {
			if f, ok := e.fact.(hall.ClockStepped); ok {
				t.steps = append(t.steps, ClockStep{Agent: e.Agent, Start: e.env.Start, Up: millis(e.env.UpMS), To: f.To})
			}
		}
	}
	for n := 0; n < len(events); {
		if at, give, ok := t.known(&events[n]); ok {
			events[n].When, events[n].Uncertainty = stamp(at), give
			before = events[n].When
			n++
			continue
		}
		n += t.between(events[n:], before)
		before = events[n-1].When
	}
}

// known derives when an event happened from its own clock, from the moment its batch was sent, or from a later setting
// of the clock in the same start.
func (t timing) known(e *event) (at time.Time, give time.Duration, ok bool) {
	if e.env.Type == "" {
		return at, 0, false // its envelope could not be read
	}
	up := millis(e.env.UpMS)
	switch e.env.Clock.State {
	case hall.ClockSynced:
		return e.env.At.Add(millis(e.env.Clock.OffsetMS)), 0, true
	case hall.ClockCoasting:
		return e.env.At.Add(millis(e.env.Clock.OffsetMS)), e.env.At.Sub(e.env.Clock.Since).Abs() / drift, true
	}
	if e.env.Start == t.sent.Start {
		return t.arrived.Add(-max(0, millis(t.sent.UpMS)-up)), transit, true
	}
	var next *ClockStep // the first setting after the event
	for n := range t.steps {
		s := &t.steps[n]
		if s.Agent == e.Agent && s.Start == e.env.Start && s.Up >= up && (next == nil || s.Up < next.Up) {
			next = s
		}
	}
	if next == nil {
		return at, 0, false
	}
	return next.To.Add(up - next.Up), 0, true
}

// between places a run of events, of which nothing is known but their order, in the middle of the span that their
// neighbours leave. It returns the length of the run.
func (t timing) between(events []event, before time.Time) int {
	run, after := 0, t.arrived
	for run < len(events) {
		if at, _, ok := t.known(&events[run]); ok {
			after = at
			break
		}
		run++
	}
	if before.IsZero() {
		before = after.Add(-longAgo)
	}
	half := max(0, after.Sub(before)) / 2
	for n := range run {
		events[n].When, events[n].Uncertainty = stamp(before.Add(half)), half
	}
	return run
}

// millis turns a number of milliseconds that somebody sent into a duration, within a hundred years.
func millis(n int64) time.Duration {
	const century = 100 * 365 * 24 * time.Hour
	return time.Duration(max(-century.Milliseconds(), min(century.Milliseconds(), n))) * time.Millisecond
}

// stamp cuts a moment to what the store keeps: whole milliseconds, from 1970 to 9999.
func stamp(t time.Time) time.Time {
	const year9999 = 253402300799999
	return time.UnixMilli(max(0, min(year9999, t.UnixMilli()))).UTC()
}
