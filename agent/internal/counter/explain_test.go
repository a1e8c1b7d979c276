package counter

import (
	"errors"
	"slices"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// atTablet returns a stage with tablet 9 beside pad 7 at window 1, where somebody is served.
func atTablet(t *testing.T) *stage {
	g := served(t)
	g.keep(g.s.TabletArrived(g.moment(), "T", "1", 9))
	g.pass(time.Second)
	return g
}

func press9(level hall.Level) hall.Press { return hall.Press{UID: 9, Boot: 1, Seq: 1, Level: level} }

// Every rating keeps its channel (domain §3.3), and what counts for nobody does too.
func TestWhatIsPressedAtATabletIsOfTheTablet(t *testing.T) {
	g := atTablet(t)
	if class := g.press("T", press9(4)); class != Became {
		t.Fatal(class)
	}
	if f, ok := g.told[0].(hall.RatingGiven); !ok || f.Channel != hall.ChannelTablet || f.Press == nil || f.Press.UID != 9 {
		t.Errorf("told %+v", g.told)
	}
	p := press9(2)
	p.Seq = 2
	if class := g.press("T", p); class != Repeat || g.told[0].(hall.RatingRepeat).Channel != hall.ChannelTablet {
		t.Errorf("a second press: %s, %+v", class, g.told)
	}
	g.pass(10 * time.Minute)
	p.Seq = 3
	if class := g.press("T", p); class != Unbound || g.told[0].(hall.RatingUnbound).Channel != hall.ChannelTablet {
		t.Errorf("long after: %s, %+v", class, g.told)
	}
}

// A window may have a pad and a tablet: one visit, one rating, the first bound press (domain §3.2).
func TestPadAndTabletOfAWindowRateAVisitOnce(t *testing.T) {
	for _, first := range []string{"P", "T"} {
		g := atTablet(t)
		pad := hall.Press{UID: 7, Boot: 1, Seq: 1, Level: 5}
		one, two := pad, press9(1)
		second := "T"
		if first == "T" {
			one, two, second = two, one, "P"
		}
		if a, b := g.press(first, one), g.press(second, two); a != Became || b != Repeat {
			t.Errorf("%s first: %s, then %s", first, a, b)
		}
	}
}

// A bad rating that gives no reason stays so until one is chosen; none is invented, none is changed (domain §3.13).
func TestReasonsAreChosenRightAfterThePressAndOnce(t *testing.T) {
	key := press9(2).Key()
	given := func(t *testing.T, level hall.Level) *stage {
		g := atTablet(t)
		g.press("T", press9(level))
		if f := g.told[0].(hall.RatingGiven); f.ReasonMissing != level.IsBad() || f.Reasons != nil {
			t.Fatalf("the press itself: %+v", f)
		}
		return g
	}
	explain := func(g *stage, key hall.PressKey, codes ...string) error {
		d, err := g.s.Explain(g.moment(), key, codes)
		if err == nil {
			g.keep(d)
		}
		return err
	}
	t.Run("of a bad one", func(t *testing.T) {
		g := given(t, 2)
		if err := explain(g, key, "209", "213"); err != nil {
			t.Fatal(err)
		}
		f, ok := g.told[0].(hall.RatingExplained)
		if !ok || len(g.told) != 1 || f.Press != key || !slices.Equal(f.Reasons, []string{"209", "213"}) || f.Visit.IsZero() || f.Ticket.IsZero() {
			t.Errorf("told %+v", g.told)
		}
		g.restart()
		if err := explain(g, key, "209", "213"); err != nil || len(g.told) != 0 {
			t.Errorf("the same again: %v, told %v", err, g.told)
		}
		if err := explain(g, key, "214"); !errors.Is(err, ReasonsLate) {
			t.Errorf("others afterwards: %v", err)
		}
	})
	t.Run("of a good one", func(t *testing.T) {
		if err := explain(given(t, 5), key, "510"); err != nil {
			t.Error(err)
		}
	})
	t.Run("after two minutes somebody else may stand there", func(t *testing.T) {
		g := given(t, 2)
		g.pass(explainFor + time.Second)
		if err := explain(g, key, "209"); !errors.Is(err, ReasonsLate) {
			t.Error(err)
		}
	})
	t.Run("of another level", func(t *testing.T) {
		for _, codes := range [][]string{{"510"}, {"209", "510"}, {"2"}, {""}, {}} {
			if err := explain(given(t, 2), key, codes...); !errors.Is(err, NoSuchReason) {
				t.Errorf("%v: %v", codes, err)
			}
		}
	})
	t.Run("of a press that became nothing", func(t *testing.T) {
		g := given(t, 2)
		p := press9(2)
		p.Seq = 2
		g.press("T", p)
		for _, key := range []hall.PressKey{p.Key(), {UID: 9, Boot: 2, Seq: 1}, {UID: 5, Boot: 1, Seq: 1}} {
			if err := explain(g, key, "209"); !errors.Is(err, ReasonsLate) {
				t.Errorf("%v: %v", key, err)
			}
		}
	})
	t.Run("of a pad with keys", func(t *testing.T) {
		g := atTablet(t)
		p := hall.Press{UID: 7, Boot: 1, Seq: 1, Level: 2}
		g.press("P", p)
		if err := explain(g, p.Key(), "209"); !errors.Is(err, ReasonsLate) {
			t.Error(err)
		}
	})
}
