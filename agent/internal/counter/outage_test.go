package counter

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// domain §6: limits of a unit's cases pause while its system is down, so when it was is remembered; longer than any limit lasts.
func TestWhenASystemWasDownIsRemembered(t *testing.T) {
	g := newStage(t)
	began := g.moment().At
	down := func(id string, kind hall.CommandKind) {
		t.Helper()
		at := g.moment()
		g.keep(g.s.Command(at, Command{ID: id, Kind: kind, Expires: at.At.Add(time.Hour), Order: hall.Order{Unit: "tax"}}))
	}
	down("1", hall.CommandOutageBegin)
	g.pass(time.Hour)
	down("2", hall.CommandOutageBegin) // said twice
	g.pass(time.Hour)
	down("3", hall.CommandOutageEnd)
	down("4", hall.CommandOutageEnd)
	g.pass(24 * time.Hour)
	down("5", hall.CommandOutageBegin)
	g.restart()
	same := func(a, b hall.Stop) bool { return a.From.Equal(b.From) && a.To.Equal(b.To) }
	want := []hall.Stop{{From: began, To: began.Add(2 * time.Hour)}, {From: began.Add(26 * time.Hour)}}
	if got := g.s.DownTimes("tax"); !slices.EqualFunc(got, want, same) {
		t.Errorf("down %v, want %v", got, want)
	}
	if got := g.s.DownTimes("police"); len(got) > 0 {
		t.Errorf("another unit's: %v", got)
	}
	g.pass(500 * 24 * time.Hour)
	down("6", hall.CommandOutageEnd)
	if got := g.s.DownTimes("tax"); len(got) != 1 || !got[0].From.Equal(want[1].From) {
		t.Errorf("500 days later: %v", got)
	}
}

// domain §6: what is said of a visit that met an outage of its unit goes to the platform. Each such visit is told once, before its
// pad can be pressed.
func TestAVisitThatMeetsAnOutage(t *testing.T) {
	serve := []Act{ActNext, ActServe}
	for _, c := range []struct {
		rule string
		acts []any // of window 1, or whether the system of the item's unit is down
		told int
	}{
		{"the system fails while he is served", []any{serve, true}, 1},
		{"it is down when he is served", []any{true, serve}, 1},
		{"it fails twice in one visit", []any{serve, true, false, true}, 1},
		{"it is down throughout two sittings", []any{true, serve, []Act{ActHold, ActBack}}, 1},
		{"it is down when he is back", []any{serve, []Act{ActHold}, true, []Act{ActBack}}, 1},
		{"it fails while he is away, and works when he is back", []any{serve, []Act{ActHold}, true, false, []Act{ActBack}}, 0},
		{"it works again when he is called", []any{true, false, serve}, 0},
		{"it fails when he is called, and works when he is there", []any{[]Act{ActNext}, true, false, []Act{ActServe}}, 0},
		{"it fails after his visit", []any{serve, []Act{ActFinish}, true}, 0},
	} {
		t.Run(c.rule, func(t *testing.T) {
			g := newStage(t)
			told := 0
			g.heard = func(f hall.Fact) {
				if f, ok := f.(hall.VisitDown); ok {
					if w, _ := g.s.Window(g.moment(), "1"); f.Visit != w.Visit.ID {
						t.Errorf("told of %s", f.Visit)
					}
					told++
				}
			}
			g.parked = g.request(Request{Letter: "A", Item: "a1"}).ID
			g.do("1", ActOpen)
			for n, act := range c.acts {
				switch act := act.(type) {
				case []Act:
					g.do("1", act...)
				case bool:
					kind := hall.CommandOutageEnd
					if act {
						kind = hall.CommandOutageBegin
					}
					g.command(strconv.Itoa(n), kind, hall.Order{Unit: "tax"})
				}
				g.restart()
			}
			if told != c.told {
				t.Errorf("told %d times, want %d", told, c.told)
			}
		})
	}
}

func TestAnOutageOfAnotherUnitIsNoMatterOfAVisit(t *testing.T) {
	g := newStage(t)
	g.request(Request{Letter: "A", Item: "a1"})
	g.command("1", hall.CommandOutageBegin, hall.Order{Unit: "police"}) // the window's; the item is of the tax office
	g.do("1", ActOpen, ActNext, ActServe)
	if got := g.facts(); strings.Contains(got, string(hall.TypeVisitDown)) {
		t.Errorf("told %s", got)
	}
}
