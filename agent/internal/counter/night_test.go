package counter

import (
	"slices"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// The day changes while somebody is served: his visit goes on, is finished and rated, and counts on the day on which it
// ended; who still waits has waited in vain.
func TestTheDayChangesDuringService(t *testing.T) {
	g := newStage(t)
	g.keep(g.s.PadArrived(g.moment(), "pad-1", "1", 7))
	g.take("A")
	waits := g.take("A")
	g.do("1", ActOpen, ActNext, ActServe)
	g.pass(15 * time.Hour)
	g.keep(g.s.Expire(g.moment()))
	if got := g.types(); !slices.Equal(got, []hall.Type{hall.TypeTicketWithdrawn}) {
		t.Fatalf("at midnight: told %v", got)
	}
	if _, _, still := g.s.Ticket(waits.ID, g.moment().At); still {
		t.Error("somebody still waits from yesterday")
	}
	g.do("1", ActFinish)
	if got := g.press("pad-1", hall.Press{UID: 7, Boot: 1, Seq: 1, Level: hall.Good}); got != Became {
		t.Errorf("his press is %s", got)
	}
	w, _ := g.s.Window(g.moment(), "1")
	if w.State != hall.WindowIsOpen || w.Today.Day != g.s.DayAt(g.moment()) || w.Today.Served != 1 || w.Today.Invited != 1 {
		t.Errorf("the window: %+v", w.Today)
	}
}

// What ended today or yesterday can be rated after a restart, also where no clock tells how long ago that was (design §2: while
// it is unset the business day stays).
func TestEndedVisitsOutliveARestartWithoutAClock(t *testing.T) {
	const set, unset, year = hall.ClockSynced, hall.ClockUnset, 365 * 24 * time.Hour
	for _, tt := range []struct {
		name        string
		ended, then hall.ClockState
		off         time.Duration // of the clock after the restart
		after       time.Duration
		want        int
	}{
		{"unset", set, unset, -50 * year, 23 * time.Hour, 1},
		{"set back", set, set, -year, 23 * time.Hour, 1},
		{"unset when it ended", unset, set, 0, 23 * time.Hour, 1},
		{"unset when it ended, two days ago", unset, set, 0, 47 * time.Hour, 0},
		{"as it was", set, set, 0, 25 * time.Hour, 0},
	} {
		g := newStage(t)
		g.do("1", ActOpen)
		g.clock = tt.ended
		k := g.take("A")
		g.do("1", ActNext, ActServe, ActFinish)
		g.pass(tt.after)
		g.restart()
		g.clock, g.off = tt.then, tt.off
		g.keep(g.s.Expire(g.moment()))
		if n := len(g.s.Ratable(k.ID)); n != tt.want || len(g.store[kindVisit]) != tt.want {
			t.Errorf("%s: %d visits may be rated, %d are stored, want %d", tt.name, n, len(g.store[kindVisit]), tt.want)
		}
	}
}
