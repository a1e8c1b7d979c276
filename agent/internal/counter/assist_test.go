package counter

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
)

func (g *stage) help(h Help) error {
	d, err := g.s.Help(g.moment(), h)
	g.told = nil
	if err == nil {
		g.keep(d)
	}
	return err
}

// domain §3.13: who helps is said while a press could become the rating of that visit, by somebody who did not serve it, once.
func TestWhoHelpsIsSaidWhileThePadCanBePressed(t *testing.T) {
	serve, finish := []Act{ActOpen, ActNext, ActServe}, []Act{ActOpen, ActNext, ActServe, ActFinish}
	then := func(all []Act, more ...Act) []Act { return append(slices.Clone(all), more...) }
	for _, c := range []struct {
		rule  string
		acts  []Act
		after time.Duration
		by    string
		want  error
	}{
		{"while he is served", serve, 0, "03", nil},
		{"while he is asked", finish, 0, "03", nil},
		{"until the invitation ends", finish, DefaultConfig(smallHall()).InviteFor - time.Second, "03", nil},
		{"not after it", finish, DefaultConfig(smallHall()).InviteFor, "03", NotInvited},
		{"while the next is called who ended his visit", then(serve, ActNext), 0, "03", nil},
		{"not when the next is served", then(serve, ActNext, ActServe), 0, "03", NotInvited},
		{"not before he is served", []Act{ActOpen, ActNext}, 0, "03", NotInvited},
		{"not while he is away", then(serve, ActHold), 0, "03", NotInvited},
		{"not of who was missed", []Act{ActOpen, ActNext, ActMissed}, 0, "03", NotInvited},
		{"not by who serves him", serve, 0, "01", OwnClerk},
		{"not by who is nobody", serve, 0, "99", NoSuchHelper},
		{"not by nobody", serve, 0, "", NoSuchHelper},
	} {
		t.Run(c.rule, func(t *testing.T) {
			g := newStage(t)
			first := g.take("A")
			g.take("A")
			g.do("1", c.acts...)
			g.pass(c.after)
			visit := g.s.of(first.ID)[0].ID
			if err := g.help(Help{Window: "1", Visit: visit, By: c.by}); !errors.Is(err, c.want) {
				t.Fatalf("%v, want %v", err, c.want)
			}
			if want := []hall.Fact{hall.RatingAssisted{Visit: visit, Window: "1", By: c.by}}; c.want == nil && !slices.Equal(g.told, want) {
				t.Errorf("told %v, want %v", g.told, want)
			}
		})
	}
}

func TestHelpIsToldOnceAndRatesNothing(t *testing.T) {
	g := newStage(t)
	g.keep(g.s.PadArrived(g.moment(), "pad", "1", 7))
	k := g.take("A")
	g.take("A")
	g.do("1", ActOpen, ActNext, ActServe, ActFinish)
	g.do("2", ActOpen, ActNext, ActServe)
	visit := g.s.of(k.ID)[0].ID
	for _, h := range []Help{{Window: "2", Visit: visit, By: "03"}, {Window: "3", Visit: visit, By: "03"}} {
		if err := g.help(h); !errors.Is(err, NotInvited) {
			t.Errorf("at window %s, where he is not: %v", h.Window, err)
		}
	}
	if err := g.help(Help{Window: "9", Visit: visit, By: "03"}); !errors.Is(err, NoSuchWindow) {
		t.Errorf("at no window: %v", err)
	}
	tally, shown := g.s.windows["1"].Tally, g.s.Pad(g.moment(), "1")
	if err := g.help(Help{Window: "1", Visit: visit, By: "03"}); err != nil {
		t.Fatal(err)
	}
	if now := g.s.Pad(g.moment(), "1"); g.s.windows["1"].Tally != tally || now != shown || !g.s.visits[visit].Rated.IsZero() {
		t.Errorf("the window counts %+v, the pad shows %+v; before %+v, %+v", g.s.windows["1"].Tally, now, tally, shown)
	}
	g.restart()
	if err := g.help(Help{Window: "1", Visit: visit, By: "03"}); err != nil || len(g.told) > 0 {
		t.Errorf("said again: %v, told %v", err, g.told)
	}
	if err := g.help(Help{Window: "1", Visit: visit, By: "02"}); !errors.Is(err, AlreadyHelped) {
		t.Errorf("by another: %v", err)
	}
	g.keep(g.s.PadArrived(g.moment(), "pad", "1", 7))
	g.pass(time.Second)
	if class := g.press("pad", hall.Press{UID: 7, Boot: 1, Seq: 1, Level: hall.Good}); class != Became {
		t.Errorf("the press is %s", class)
	}
}

// Who pressed first and was helped then is helped still; what was pressed does not show.
func TestHelpIsSaidAlsoAfterThePress(t *testing.T) {
	g := newStage(t)
	g.keep(g.s.PadArrived(g.moment(), "pad", "1", 7))
	k := g.take("A")
	g.do("1", ActOpen, ActNext, ActServe, ActFinish)
	g.pass(time.Second)
	g.press("pad", hall.Press{UID: 7, Boot: 1, Seq: 1, Level: hall.Bad})
	one := g.s.Helpable(g.moment(), "1")
	if one == nil || one.Ticket.ID != k.ID {
		t.Fatalf("may be helped: %+v", one)
	}
	if err := g.help(Help{Window: "1", Visit: one.ID, By: "02"}); err != nil || !strings.Contains(g.facts(), string(hall.TypeRatingAssisted)) {
		t.Errorf("%v, told %s", err, g.facts())
	}
}

// Neither of the two who served him helps, wherever he is now.
func TestWhoServedBeforeDoesNotHelp(t *testing.T) {
	g := newStage(t)
	k := g.take("A")
	g.do("1", ActOpen, ActNext, ActServe)
	g.must(Order{Window: "1", Act: ActTransfer, To: Target{Window: "2"}})
	g.do("2", ActOpen, ActNext, ActServe)
	visit := g.s.of(k.ID)[0].ID
	for _, by := range []string{"01", "02"} {
		if err := g.help(Help{Window: "2", Visit: visit, By: by}); !errors.Is(err, OwnClerk) {
			t.Errorf("%s: %v", by, err)
		}
	}
	if err := g.help(Help{Window: "2", Visit: visit, By: "03"}); err != nil {
		t.Error(err)
	}
}
