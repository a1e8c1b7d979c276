package agent

import (
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"hallpulse/firmware-protocol/hall"
)

// Clock is where the agent takes its time from. The zero Clock is the machine's.
type Clock struct {
	Now    func() time.Time     // wall time
	Up     func() time.Duration // monotonic time since the clock was made
	Synced func() bool          // something disciplines the wall clock now
}

// orSystem fills in the machine's own clocks.
func (c Clock) orSystem() Clock {
	if c.Now == nil {
		c.Now = func() time.Time { return time.Now().Round(0) } // the wall alone: Up is for the rest
	}
	if c.Up == nil {
		began := time.Now()
		c.Up = func() time.Duration { return time.Since(began) }
	}
	if c.Synced == nil {
		c.Synced = kernelSynced
	}
	return c
}

// kernelSynced asks the kernel whether a time service disciplines its clock.
func kernelSynced() bool {
	var t unix.Timex
	state, err := unix.Adjtimex(&t)
	return err == nil && state != unix.TIME_ERROR && t.Status&unix.STA_UNSYNC == 0
}

// What is believed of a clock that nobody disciplines.
const (
	maxStep = 2 * time.Second     // more than that between wall and monotonic time: the clock was set
	maxBack = 2 * time.Minute     // behind the last believed time: a flat battery
	maxAway = 35 * 24 * time.Hour // ahead of it: nobody was away so long
	maxOff  = 2 * time.Minute     // from the hub's time: its operator is told

	maxRoundTrip = 10 * time.Second // of a batch whose receipt tells the time
)

// clock gives every decision its moment and judges how far the wall clock can be believed. Many goroutines may use it.
type clock struct {
	Clock
	start uint32 // of the agent

	mu    sync.Mutex
	wall  time.Time // where both clocks stood together last
	up    time.Duration
	state hall.ClockState
	since time.Time
	last  time.Time     // the last time that was believed, of this start or an earlier one
	hub   time.Duration // to be added to the wall clock, by the hub's; heard says whether it was heard
	heard bool
	steps []hall.Fact // clock steps that nobody has told yet
}

// newClock returns the clock of a start. last is the last time that an earlier start believed, or zero.
func newClock(c Clock, start uint32, last time.Time) *clock {
	k := &clock{Clock: c.orSystem(), start: start, last: last}
	k.wall, k.up = k.Now(), k.Up()
	k.judge()
	return k
}

// earliest is before every time at which this program ran.
func earliest() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }

// judge says how far the wall clock can be believed. What was believed stays so while it runs on.
func (k *clock) judge() {
	state := hall.ClockUnset
	switch ahead := k.wall.Sub(k.last); {
	case k.Synced():
		state = hall.ClockSynced
	case k.heard:
		state = hall.ClockCoasting // right by its offset
	case k.wall.After(earliest()) && (k.last.IsZero() || -maxBack < ahead && ahead < maxAway):
		state = hall.ClockCoasting
	}
	if state != k.state {
		k.state, k.since = state, k.wall
	}
	if state != hall.ClockUnset && k.offset().Abs() < maxOff {
		k.last = k.wall
	}
}

// offset returns by how much the wall clock is off the hub's; nothing where it was not heard, or the kernel's own time
// service knows better.
func (k *clock) offset() time.Duration {
	if !k.heard || k.state == hall.ClockSynced {
		return 0
	}
	return k.hub
}

// now returns the moment of a decision.
func (k *clock) now() hall.Moment {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.look()
	return hall.Moment{
		At:    k.wall.In(hall.Beijing()),
		Clock: hall.Clock{State: k.state, OffsetMS: k.offset().Milliseconds(), Since: k.since},
		Start: k.start,
		Up:    k.up,
	}
}

// look reads both clocks. That the wall clock was set shows against the other.
func (k *clock) look() {
	wall, up := k.Now(), k.Up()
	want := k.wall.Add(up - k.up)
	if step := wall.Sub(want); step.Abs() > maxStep {
		k.steps = append(k.steps, hall.ClockStepped{From: want.In(hall.Beijing()), To: wall.In(hall.Beijing())})
		k.hub -= step
	}
	k.wall, k.up = wall, up
	k.judge()
}

// stepped returns the clock steps not yet told.
func (k *clock) stepped() []hall.Fact {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.steps
}

// told forgets the first n steps: they are stored.
func (k *clock) told(n int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.steps = k.steps[n:]
}

// believed returns the last time that can be believed; the next start judges its clock by it.
func (k *clock) believed() time.Time {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.last
}

// learn compares with the hub's time when it sent a receipt that has just come. What took long says little.
func (k *clock) learn(hub time.Time, roundTrip time.Duration) {
	if hub.IsZero() || roundTrip > maxRoundTrip {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.look()
	k.hub, k.heard = hub.Add(roundTrip/2).Sub(k.wall).Round(time.Millisecond), true
	k.judge()
}

// bad reports whether an operator should look after the clock.
func (k *clock) bad() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.state == hall.ClockUnset || k.heard && k.hub.Abs() > maxOff
}
