package counter

import (
	"errors"
	"slices"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// served returns a stage with pad 7 at port P of window 1, where somebody is served.
func served(t *testing.T) *stage {
	g := newStage(t)
	g.take("A")
	g.take("A")
	g.keep(g.s.PadArrived(g.moment(), "P", "1", 7))
	g.do("1", ActOpen, ActNext, ActServe)
	g.pass(10 * time.Second)
	return g
}

func TestPressesOfABootComeInOrderWithoutHoles(t *testing.T) {
	g := served(t)
	press := func(boot, seq uint32) error {
		d, _, err := g.s.Press(g.moment(), "P", hall.Press{UID: 7, Boot: boot, Seq: seq, Level: 5})
		if err == nil {
			g.keep(d)
		}
		return err
	}
	for _, c := range []struct {
		boot, seq uint32
		hole      bool
	}{{1, 2, true}, {1, 1, false}, {1, 2, false}, {1, 4, true}, {9, 2, true}, {9, 1, false}, {1, 3, false}} {
		if err := press(c.boot, c.seq); errors.Is(err, ErrHole) != c.hole || err != nil != c.hole {
			t.Errorf("boot %d seq %d: %v", c.boot, c.seq, err)
		}
	}
	if a, b := g.s.Stored(7, 1), g.s.Stored(7, 9); a != 3 || b != 1 {
		t.Errorf("stored %d and %d", a, b)
	}
}

func TestAdoptionGoesOnAboveWhatThePadNoLongerKeeps(t *testing.T) {
	g := served(t)
	g.keep(g.s.Adopt(g.moment(), "P", 7, 1, 40))
	want := hall.DeviceAdopted{Device: "P", UID: 7, Boot: 1, From: 0, To: 40}
	if len(g.told) != 1 || g.told[0] != want {
		t.Errorf("told %+v, want %+v", g.told, want)
	}
	if class := g.press("P", hall.Press{UID: 7, Boot: 1, Seq: 41, Level: 5}); class != Became {
		t.Errorf("the press after it: %s", class)
	}
	if d := g.s.Adopt(g.moment(), "P", 7, 1, 41); len(d.Facts)+len(d.Changed) != 0 {
		t.Errorf("adopted what is stored: %+v", d.Facts)
	}
}

// A press that is sent again is recognised, whatever happened meanwhile, and is what it was.
func TestAPressSentAgainIsTheSamePress(t *testing.T) {
	g := served(t)
	p := hall.Press{UID: 7, Boot: 1, Seq: 1, Level: 5, AgeMS: 100}
	again := func(when string, age time.Duration) {
		t.Helper()
		p.AgeMS = age.Milliseconds()
		d, class, err := g.s.Press(g.moment(), "P", p)
		if err != nil || class != Became || len(d.Facts)+len(d.Changed) != 0 {
			t.Errorf("%s: %s, %v, told %v", when, class, err, d.Facts)
		}
	}
	g.press("P", p)
	again("at once", 100*time.Millisecond)
	g.pass(time.Minute)
	g.do("1", ActFinish, ActNext, ActServe)
	again("in the next visit", time.Minute)
	g.wall += time.Hour
	again("after the clock was set", time.Minute)
	g.wall -= time.Hour
	g.restart()
	again("after a restart", time.Minute)
	again("with a clock that is 9 s off the pad's", time.Minute+9*time.Second)
	for seq := uint32(2); seq < 2+recentPresses-1; seq++ {
		g.press("P", hall.Press{UID: 7, Boot: 1, Seq: seq, Level: 5})
	}
	again("a full queue later", time.Minute)
}

// Design §1.1: the same name with another level, or pressed more than 10 s apart, is no repeat.
func TestOneNameForTwoPressesIsKeptAsIdentity(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*hall.Press)
	}{
		{"another level", func(p *hall.Press) { p.Level = 1 }},
		{"pressed 11 s apart", func(p *hall.Press) { p.AgeMS = 12_000 }},
		{"older than a pad can keep", func(p *hall.Press) { p.Seq = 1 }},
	} {
		g := served(t)
		g.keep(g.s.Adopt(g.moment(), "P", 7, 1, 100))
		p := hall.Press{UID: 7, Boot: 1, Seq: 101, Level: 5, AgeMS: 1_000}
		g.press("P", p)
		c.change(&p)
		if class := g.press("P", p); class != Unbound {
			t.Errorf("%s: %s", c.name, class)
		}
		fault := hall.DeviceFault{Device: "P", Kind: "pad", Window: "1", Fault: hall.TroubleIdentity}
		if !slices.Contains(g.told, hall.Fact(fault)) || !slices.Contains(g.told, hall.Fact(hall.RatingUnbound{Window: "1", Why: hall.UnboundIdentity, Press: p})) {
			t.Errorf("%s: told %+v", c.name, g.told)
		}
		if d, class, err := g.s.Press(g.moment(), "P", p); err != nil || class != Unbound || len(d.Facts) != 0 {
			t.Errorf("%s, sent again: %s, %v, told %v", c.name, class, err, d.Facts)
		}
	}
}

// Design §1.1: a press older than the pad's arrival at this port binds only if the same pad was the last on it.
func TestAMovedPadTakesNoPressAlong(t *testing.T) {
	const age = 5_000 // pressed 5 s before each arrival below
	for _, c := range []struct {
		name string
		road func(g *stage)
		want PressClass
	}{
		{"unplugged and plugged in again", func(g *stage) {
			g.keep(g.s.PadLeft(g.moment(), "P"))
			g.keep(g.s.PadArrived(g.moment(), "P", "1", 7))
		}, Became},
		{"new at this port", func(g *stage) { g.keep(g.s.PadArrived(g.moment(), "P", "1", 8)) }, Unbound},
		{"was at another port meanwhile", func(g *stage) {
			g.keep(g.s.PadLeft(g.moment(), "P"))
			g.keep(g.s.PadArrived(g.moment(), "Q", "2", 7))
			g.keep(g.s.PadLeft(g.moment(), "Q"))
			g.keep(g.s.PadArrived(g.moment(), "P", "1", 7))
		}, Unbound},
		{"another pad was at this port meanwhile", func(g *stage) {
			g.keep(g.s.PadArrived(g.moment(), "P", "1", 8))
			g.keep(g.s.PadArrived(g.moment(), "P", "1", 7))
		}, Unbound},
		{"the port was given to another window", func(g *stage) {
			g.keep(g.s.PadArrived(g.moment(), "P", "2", 7))
			g.do("2", ActOpen, ActNext, ActServe)
		}, Unbound},
		{"the agent was restarted", func(g *stage) {
			g.restart()
			g.keep(g.s.PadArrived(g.moment(), "P", "1", 7))
		}, Became},
	} {
		g := served(t)
		c.road(g)
		p := hall.Press{UID: g.s.ports["P"].UID, Boot: 1, Seq: 1, Level: 5, AgeMS: age}
		if class := g.press("P", p); class != c.want {
			t.Errorf("%s: pressed before: %s, want %s", c.name, class, c.want)
		} else if u, ok := g.told[0].(hall.RatingUnbound); ok && u.Why != hall.UnboundMoved {
			t.Errorf("%s: unbound because of %s, want %s", c.name, u.Why, hall.UnboundMoved)
		}
		g.pass(time.Second)
		p.Seq, p.AgeMS = 2, 0
		if class := g.press("P", p); c.want == Unbound && class != Became {
			t.Errorf("%s: pressed now: %s", c.name, class)
		}
	}
}

func TestArrivalsTellWhatChanged(t *testing.T) {
	g := newStage(t)
	arrive := func(device, window string, uid hall.PadUID) []hall.Fact {
		g.keep(g.s.PadArrived(g.moment(), device, window, uid))
		return g.told
	}
	if told := arrive("P", "1", 7); len(told) != 0 {
		t.Errorf("the first pad of a port: %v", told)
	}
	if told := arrive("P", "1", 7); len(told) != 0 {
		t.Errorf("the same pad again: %v", told)
	}
	if told := arrive("P", "1", 8); len(told) != 1 || told[0] != hall.Fact(hall.DeviceChanged{Device: "P", Window: "1", From: 7, To: 8}) {
		t.Errorf("another pad: %v", told)
	}
	if told := arrive("Q", "2", 8); len(told) != 1 || told[0] != hall.Fact(hall.DeviceFault{Device: "Q", Kind: "pad", Window: "2", Fault: hall.TroubleIdentity}) {
		t.Errorf("one pad at two ports: %v", told)
	}
	g.keep(g.s.PadLeft(g.moment(), "P"))
	if len(g.told) != 1 || g.told[0] != hall.Fact(hall.DeviceFault{Device: "Q", Kind: "pad", Window: "2"}) {
		t.Errorf("it was moved, and is missed at the first port now: %v", g.told)
	}
	g.keep(g.s.PadLeft(g.moment(), "Q"))
	if told := arrive("Q", "2", 8); len(told) != 0 {
		t.Errorf("moved from a port it has left: %v", told)
	}
	g.restart()
	if told := arrive("P", "1", 8); len(told) != 0 {
		t.Errorf("moved while the agent was away: %v", told)
	}
}

// Two pads swapped faster than they are missed look like twins until the second one answers.
func TestSwappedPadsAreNoTwinsInTheEnd(t *testing.T) {
	g := newStage(t)
	g.keep(g.s.PadArrived(g.moment(), "P", "1", 7))
	g.keep(g.s.PadArrived(g.moment(), "Q", "2", 8))
	g.keep(g.s.PadArrived(g.moment(), "P", "1", 8))
	if !slices.Contains(g.told, hall.Fact(hall.DeviceFault{Device: "P", Kind: "pad", Window: "1", Fault: hall.TroubleIdentity})) {
		t.Errorf("pad 8 is at both ports, told %v", g.told)
	}
	g.keep(g.s.PadArrived(g.moment(), "Q", "2", 7))
	if !slices.Contains(g.told, hall.Fact(hall.DeviceFault{Device: "P", Kind: "pad", Window: "1"})) || len(g.told) != 2 {
		t.Errorf("each is at one port, told %v", g.told)
	}
}

func TestOnlyTheLastBootsOfAPadAreRemembered(t *testing.T) {
	g := served(t)
	for boot := range uint32(recentBoots + 1) {
		g.press("P", hall.Press{UID: 7, Boot: boot, Seq: 1, Level: 5})
	}
	if g.s.Stored(7, 0) != 0 || g.s.Stored(7, 1) != 1 || len(g.store[kindBoot]) != recentBoots {
		t.Errorf("%d boots are stored", len(g.store[kindBoot]))
	}
}

func TestWhatThePadsOfAWindowShow(t *testing.T) {
	g := newStage(t)
	g.take("A")
	g.take("A")
	g.take("A")
	g.keep(g.s.PadArrived(g.moment(), "P", "1", 7))
	shows := func(when string, want PadView) {
		t.Helper()
		got := g.s.Pad(g.moment(), "1")
		if got.Visit.IsZero() == (want.Show == ShowPrompt) {
			t.Errorf("%s: asks for the rating of visit %v", when, got.Visit)
		}
		if got.Visit = (hall.ID{}); got != want {
			t.Errorf("%s: %+v, want %+v", when, got, want)
		}
	}
	shows("nobody has opened", PadView{Show: ShowClosed})
	g.do("1", ActOpen)
	shows("open", PadView{Show: ShowIdle, Staff: "王丽"})
	g.do("1", ActPause)
	shows("paused", PadView{Show: ShowWait, Staff: "王丽"})
	g.do("1", ActResume, ActNext, ActServe)
	shows("serving", PadView{Show: ShowIdle, Staff: "王丽"})
	g.do("1", ActFinish)
	shows("finished", PadView{Show: ShowPrompt, Staff: "王丽", For: 120 * time.Second})
	g.pass(30 * time.Second)
	g.do("1", ActClose)
	shows("closed while somebody is still invited", PadView{Show: ShowPrompt, For: 90 * time.Second})
	g.pass(90 * time.Second)
	shows("after the invitation", PadView{Show: ShowClosed})
	g.do("1", ActOpen, ActNext, ActServe, ActNext)
	shows("finished by the next call", PadView{Show: ShowPrompt, Staff: "王丽", For: 120 * time.Second})
	g.do("1", ActServe)
	shows("the next one sits there", PadView{Show: ShowIdle, Staff: "王丽"})
	g.do("1", ActFinish)
	g.press("P", hall.Press{UID: 7, Boot: 1, Seq: 1, Level: 5})
	shows("rated", PadView{Show: ShowIdle, Staff: "王丽"})
	if w, _ := g.s.Window(g.moment(), "1"); w.Invited == nil || w.Invited.Rated.IsZero() || w.Today != (Tally{Day: g.s.day.Day, Served: 3, Invited: 3, Rated: 1}) {
		t.Errorf("the clerk sees %+v", w)
	}
}
