package counter

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"hallpulse/firmware-protocol/hall"
)

// Who sits at a window is told as it is: for whom he stands in (domain §2, A/B stand-in), and where else he is still signed
// on (§6, 串岗), which is the hub's to judge.
func TestWhoSignsOnIsTold(t *testing.T) {
	g := newStage(t)
	for _, tt := range []struct {
		order Order
		want  hall.StaffOn
		err   error
	}{
		{Order{Window: "1", Staff: "01", Proved: true}, hall.StaffOn{Window: "1", Staff: "01", PIN: true}, nil},
		{Order{Window: "1", Staff: "02", Proved: true}, hall.StaffOn{}, AlreadyOpen},
		{Order{Window: "2", Staff: "01", Proved: true}, hall.StaffOn{Window: "2", Staff: "01", PIN: true, For: "02", Also: "1"}, nil},
		{Order{Window: "3", Staff: "none"}, hall.StaffOn{}, NoSuchStaff},
		{Order{Window: "3", Staff: "02"}, hall.StaffOn{Window: "3", Staff: "02", For: "03"}, nil}, // by his word
	} {
		tt.order.Act = ActOpen
		d, err := g.s.Do(g.moment(), tt.order)
		if !errors.Is(err, tt.err) {
			t.Fatalf("%+v: %v, want %v", tt.order, err, tt.err)
		}
		if err != nil {
			continue
		}
		g.keep(d)
		if !slices.Contains(d.Facts, hall.Fact(tt.want)) {
			t.Errorf("%+v told %+v, want %+v", tt.order, d.Facts, tt.want)
		}
	}
	if at := g.s.Elsewhere("01", "2"); at != "1" {
		t.Errorf("01 is on at %q too", at)
	}
	if at := g.s.Elsewhere("02", "3"); at != "" {
		t.Errorf("02 is on at window 3 alone, and at %q", at)
	}
	if at := g.s.Elsewhere("", "2"); at != "" {
		t.Errorf("nobody is on at %q", at)
	}
}

func TestAPauseHasAReasonOrNone(t *testing.T) {
	for why, want := range map[string]error{"": nil, "lunch": nil, "toilet": nil, "meeting": nil, "system": nil, "other": nil, "nap": NoSuchReason} {
		g := newStage(t)
		g.do("1", ActOpen)
		d, err := g.s.Do(g.moment(), Order{Window: "1", Act: ActPause, Why: why})
		if !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", why, err, want)
		}
		if err == nil && fmt.Sprint(d.Facts) != fmt.Sprint([]hall.Fact{hall.WindowPaused{Window: "1", Staff: "01", Why: hall.PausedWhy(why)}}) {
			t.Errorf("%q told %+v", why, d.Facts)
		}
	}
}
