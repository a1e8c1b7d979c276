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
