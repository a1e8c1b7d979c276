package agent

import (
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// handClock is set by hand.
type handClock struct {
	wall   time.Time
	up     time.Duration
	synced bool
}

func (h *handClock) clock() Clock {
	return Clock{
		Now:    func() time.Time { return h.wall },
		Up:     func() time.Duration { return h.up },
		Synced: func() bool { return h.synced },
	}
}

func (h *handClock) pass(d time.Duration) { h.wall, h.up = h.wall.Add(d), h.up+d }

func morning() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, hall.Beijing()) }

func TestHowFarAClockIsBelievedAtAStart(t *testing.T) {
	const day = 24 * time.Hour
	for _, c := range []struct {
		name   string
		last   time.Time
		wall   time.Time
		synced bool
		want   hall.ClockState
	}{
		{"a time service keeps it", morning(), morning().Add(-400 * day), true, hall.ClockSynced},
		{"the first start of all", time.Time{}, morning(), false, hall.ClockCoasting},
		{"a flat battery at the first start", time.Time{}, time.Unix(0, 0), false, hall.ClockUnset},
		{"after a night", morning(), morning().Add(16 * time.Hour), false, hall.ClockCoasting},
		{"a little behind the last time", morning(), morning().Add(-time.Minute), false, hall.ClockCoasting},
		{"behind the last time", morning(), morning().Add(-3 * time.Minute), false, hall.ClockUnset},
		{"a flat battery", morning(), time.Unix(0, 0), false, hall.ClockUnset},
		{"after a long holiday", morning(), morning().Add(20 * day), false, hall.ClockCoasting},
		{"a year ahead", morning(), morning().Add(365 * day), false, hall.ClockUnset},
	} {
		h := &handClock{wall: c.wall, synced: c.synced}
		k := newClock(h.clock(), 7, c.last)
		if m := k.now(); m.Clock.State != c.want || m.Start != 7 || k.bad() != (c.want == hall.ClockUnset) {
			t.Errorf("%s: %+v, want %s", c.name, m, c.want)
		}
	}
}

func TestAClockThatIsSetIsTold(t *testing.T) {
	h := &handClock{wall: morning(), synced: true}
	k := newClock(h.clock(), 1, time.Time{})
	h.pass(time.Hour)
	h.wall = h.wall.Add(1900 * time.Millisecond)
	k.now()
	if got := k.stepped(); len(got) != 0 {
		t.Errorf("1.9 s are no step: %v", got)
	}
	h.pass(time.Hour)
	was := h.wall
	h.wall = h.wall.Add(-time.Minute)
	k.now()
	got := k.stepped()
	if len(got) != 1 {
		t.Fatalf("set back by a minute: %+v", got)
	}
	if f, _ := got[0].(hall.ClockStepped); !f.From.Equal(was) || !f.To.Equal(h.wall) {
		t.Errorf("set back by a minute: %+v", got)
	}
	h.wall = h.wall.Add(time.Hour)
	k.now()
	k.told(1)
	if got := k.stepped(); len(got) != 1 {
		t.Errorf("the second step is still to be told: %v", got)
	}
}

func TestASlowDriftIsNoStep(t *testing.T) {
	h := &handClock{wall: morning()}
	k := newClock(h.clock(), 1, time.Time{})
	for range 3600 {
		h.pass(time.Second)
		h.wall = h.wall.Add(10 * time.Millisecond)
		k.now()
	}
	if got := k.stepped(); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

func TestTheHubTellsTheTimeWhereNoServiceDoes(t *testing.T) {
	h := &handClock{wall: time.Unix(0, 0)}
	k := newClock(h.clock(), 1, morning())
	if m := k.now(); m.Clock.State != hall.ClockUnset {
		t.Fatalf("%+v", m)
	}
	k.learn(time.Time{}, time.Second)
	k.learn(morning(), time.Minute)
	if m := k.now(); m.Clock.State != hall.ClockUnset {
		t.Errorf("believed a receipt that says nothing: %+v", m)
	}
	k.learn(morning(), 4*time.Second)
	right := func(when string) {
		t.Helper()
		m := k.now()
		at := m.At.Add(time.Duration(m.Clock.OffsetMS) * time.Millisecond)
		if m.Clock.State != hall.ClockCoasting || !at.Equal(morning().Add(2*time.Second+h.up)) {
			t.Errorf("%s: %+v is %v", when, m, at)
		}
	}
	right("heard")
	if !k.bad() {
		t.Error("a clock years off needs no operator")
	}
	h.pass(time.Minute)
	right("a minute later")
	h.wall = morning().Add(2*time.Second + h.up)
	right("after it was set")
	if k.bad() {
		t.Error("a clock that was set is still bad")
	}
	h.synced = true
	if m := k.now(); m.Clock.State != hall.ClockSynced || m.Clock.OffsetMS != 0 {
		t.Errorf("a time service knows better: %+v", m)
	}
}

// What was not believed must not make the next start believe it.
func TestOnlyBelievedTimesAreRemembered(t *testing.T) {
	h := &handClock{wall: morning()}
	k := newClock(h.clock(), 1, time.Time{})
	h.pass(time.Hour)
	k.now()
	before := k.believed()
	if !before.Equal(morning().Add(time.Hour)) {
		t.Errorf("believed %v", before)
	}
	h.wall = h.wall.AddDate(1, 0, 0)
	if m := k.now(); m.Clock.State != hall.ClockUnset || !k.believed().Equal(before) {
		t.Errorf("a year ahead: %+v, believed %v", m, k.believed())
	}
	h.wall = h.wall.AddDate(-1, 0, 0)
	if m := k.now(); m.Clock.State != hall.ClockCoasting {
		t.Errorf("set right again: %+v", m)
	}
}
