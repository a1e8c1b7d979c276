package intake

import (
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// at returns an event told at nine plus after, by a clock in a state, in a start, with up ms since it.
func told(after time.Duration, state hall.ClockState, start uint32, up time.Duration) event {
	return event{env: uplink.Event{Type: "window.closed", At: nine.Add(after), Clock: hall.Clock{State: state, Since: nine}, Start: start, UpMS: up.Milliseconds()}}
}

// When an event happened (design §2), with the batch sent in start 5, at up 100 s, arrived at nine plus an hour.
func TestDerive(t *testing.T) {
	arrived := nine.Add(time.Hour)
	unreadable := event{Stored: Stored{Why: uplink.WhyMalformed}}
	offset := told(time.Minute, hall.ClockSynced, 5, time.Second)
	offset.env.Clock.OffsetMS = -1500
	step := told(0, hall.ClockUnset, 4, 50*time.Second)
	step.fact = hall.ClockStepped{To: nine.Add(10 * time.Minute)}
	for _, c := range []struct {
		rule   string
		events []event
		before time.Time
		want   []time.Duration // after nine
		give   []time.Duration
	}{
		{"a synced clock: its reading and its offset", []event{offset}, time.Time{},
			[]time.Duration{time.Minute - 1500*time.Millisecond}, []time.Duration{0}},
		{"a coasting clock: the same, and what a quartz can be wrong since it was set", []event{told(100*time.Second, hall.ClockCoasting, 5, 0)}, time.Time{},
			[]time.Duration{100 * time.Second}, []time.Duration{10 * time.Millisecond}},
		{"unset, same start: arrival less what has passed since", []event{told(0, hall.ClockUnset, 5, 40*time.Second)}, time.Time{},
			[]time.Duration{time.Hour - time.Minute}, []time.Duration{transit}},
		{"unset, same start, told after it was sent: not after arrival", []event{told(0, hall.ClockUnset, 5, 400*time.Second)}, time.Time{},
			[]time.Duration{time.Hour}, []time.Duration{transit}},
		{"unset, earlier start: from that start's setting of the clock", []event{told(0, hall.ClockUnset, 4, 20*time.Second), step}, time.Time{},
			[]time.Duration{10*time.Minute - 30*time.Second, 10 * time.Minute}, []time.Duration{0, 0}},
		{"unset, earlier start, the clock never set: between its neighbours", []event{told(0, hall.ClockUnset, 3, 0), told(20*time.Minute, hall.ClockSynced, 4, 0)}, nine,
			[]time.Duration{10 * time.Minute, 20 * time.Minute}, []time.Duration{10 * time.Minute, 0}},
		{"nothing after it: between what came before and arrival", []event{told(0, hall.ClockUnset, 3, 0)}, nine,
			[]time.Duration{30 * time.Minute}, []time.Duration{30 * time.Minute}},
		{"no envelope to read: between its neighbours", []event{told(10*time.Minute, hall.ClockSynced, 4, 0), unreadable, unreadable, told(20*time.Minute, hall.ClockSynced, 4, 0)}, nine,
			[]time.Duration{10 * time.Minute, 15 * time.Minute, 15 * time.Minute, 20 * time.Minute}, []time.Duration{0, 5 * time.Minute, 5 * time.Minute, 0}},
		{"a state of a newer agent is no state that can be believed", []event{told(0, "quantum", 5, 40*time.Second)}, time.Time{},
			[]time.Duration{time.Hour - time.Minute}, []time.Duration{transit}},
	} {
		t.Run(c.rule, func(t *testing.T) {
			timing{sent: uplink.Sent{Start: 5, UpMS: 100_000}, arrived: arrived}.derive(c.events, c.before)
			for n, e := range c.events {
				if got := e.When.Sub(nine); got != c.want[n] || e.Uncertainty != c.give[n] {
					t.Errorf("event %d: nine + %v ± %v, want + %v ± %v", n, got, e.Uncertainty, c.want[n], c.give[n])
				}
			}
		})
	}
}

func TestAStepOfTheClockCountsForWhatCameBeforeIt(t *testing.T) {
	steps := []ClockStep{{Agent: 0, Start: 4, Up: 10 * time.Second, To: nine}, {Agent: 0, Start: 4, Up: 60 * time.Second, To: nine.Add(time.Hour)}, {Agent: 9, Start: 4, Up: 40 * time.Second, To: nine.Add(5 * time.Hour)}}
	events := []event{told(0, hall.ClockUnset, 4, 30*time.Second)}
	timing{arrived: nine.Add(9 * time.Hour), steps: steps}.derive(events, time.Time{})
	if want := nine.Add(time.Hour - 30*time.Second); !events[0].When.Equal(want) {
		t.Errorf("got %v, want %v: from the first setting after it, of its own agent", events[0].When, want)
	}
}

func TestAnEventWithNothingBeforeItIsOfUnknownAge(t *testing.T) {
	events := []event{told(0, hall.ClockUnset, 3, 0)}
	timing{sent: uplink.Sent{Start: 5}, arrived: nine}.derive(events, time.Time{})
	if events[0].Uncertainty != longAgo/2 {
		t.Errorf("uncertainty %v", events[0].Uncertainty)
	}
}
