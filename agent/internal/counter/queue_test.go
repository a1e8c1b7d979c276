package counter

import (
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
)

func TestNumbersFollowOneAnotherAndAheadIsWhoWaitsUnderTheLetter(t *testing.T) {
	g := newStage(t)
	for _, c := range []struct {
		letter, number string
		ahead          int
	}{{"A", "A001", 0}, {"A", "A002", 1}, {"B", "B001", 0}, {"A", "A003", 2}} {
		ticket := g.take(c.letter)
		issued, _ := g.told[0].(hall.TicketIssued)
		if ticket.Number != c.number || issued.Number != c.number || issued.Ahead != c.ahead || issued.Day.String() != "2026-11-23" {
			t.Errorf("take %s: %+v, want %s with %d ahead", c.letter, issued, c.number, c.ahead)
		}
	}
	if got := Number("D", 1000); got != "D1000" {
		t.Errorf("the thousandth number is %s", got)
	}
}

func TestTakeRefusesWhatTheHallDoesNotHave(t *testing.T) {
	g := newStage(t)
	g.take("A")
	for _, c := range []struct {
		name string
		r    Request
		want Refusal
	}{
		{"letter", Request{Letter: "Z", Number: 1}, NoSuchService},
		{"item", Request{Letter: "A", Item: "zz", Number: 2}, NoSuchItem},
		{"item of another letter", Request{Letter: "A", Item: "b1", Number: 2}, NoSuchItem},
		{"number given before", Request{Letter: "A", Number: 1}, NumberUsed},
	} {
		if _, err := g.s.Take(g.moment(), c.r); err != c.want {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

// A window calls its first letter before its second, each first come first served.
func TestWindowsCallInTheirOrderOfPreference(t *testing.T) {
	g := newStage(t)
	g.take("B")
	g.take("B")
	g.take("A")
	g.do("1", ActOpen)
	g.do("3", ActOpen)
	if line := g.s.Line("1", tableTime(), 2); len(line) != 2 || line[0].Number != "A001" || line[1].Number != "B001" || g.s.Waiting("1") != 3 {
		t.Errorf("window 1 would call %v of %d", line, g.s.Waiting("1"))
	}
	for _, c := range []struct{ window, number string }{{"3", "B001"}, {"1", "A001"}, {"1", "B002"}} {
		g.do(c.window, ActNext)
		w, _ := g.s.Window(g.moment(), c.window)
		if w.Visit == nil || w.Visit.Ticket.Number != c.number {
			t.Errorf("window %s called %+v, want %s", c.window, w.Visit, c.number)
		}
	}
}

func TestTicketFindsWhoWaitsAndHowManyAreBefore(t *testing.T) {
	g := newStage(t)
	first, second := g.take("A"), g.take("A")
	if got, ahead, ok := g.s.Ticket(second.ID, tableTime()); !ok || got.Number != "A002" || ahead != 1 {
		t.Errorf("second ticket: %v, %d ahead, %v", got, ahead, ok)
	}
	g.do("1", ActOpen, ActNext)
	if _, _, ok := g.s.Ticket(first.ID, tableTime()); ok {
		t.Error("a called ticket still waits")
	}
	if _, ahead, _ := g.s.Ticket(second.ID, tableTime()); ahead != 0 {
		t.Errorf("%d ahead of the only one who waits", ahead)
	}
}

// Who still waits when the day ends has waited in vain; numbers begin again.
func TestANewDayWithdrawsWhoStillWaits(t *testing.T) {
	g := newStage(t)
	g.take("A")
	g.take("B")
	g.pass(14 * time.Hour)
	g.keep(g.s.Expire(g.moment()))
	if got := g.types(); len(got) != 2 || got[0] != hall.TypeTicketWithdrawn || got[1] != hall.TypeTicketWithdrawn {
		t.Errorf("told %v", got)
	}
	if n := g.s.Waiting("1"); n != 0 {
		t.Errorf("%d still wait", n)
	}
	g.number["A"] = 0
	if ticket := g.take("A"); ticket.Number != "A001" || ticket.Day.String() != "2026-11-24" {
		t.Errorf("first ticket of the new day: %+v", ticket)
	}
	g.keep(g.s.Expire(g.moment()))
	if len(g.told) != 0 {
		t.Errorf("nothing is left to expire, told %v", g.types())
	}
}

func TestAFullHallIsWithdrawnInPieces(t *testing.T) {
	g := newStage(t)
	for range 2*mostWithdrawn + 1 {
		g.take("A")
	}
	g.pass(24 * time.Hour)
	var told []int
	for range 4 {
		g.keep(g.s.Expire(g.moment()))
		told = append(told, len(g.told))
	}
	if told[0] != mostWithdrawn || told[1] != mostWithdrawn || told[2] != 1 || told[3] != 0 {
		t.Errorf("withdrew %v", told)
	}
}

func TestTheBusinessDayOnlyGoesForward(t *testing.T) {
	g := newStage(t)
	g.take("A")
	at := func(days int, c hall.ClockState, offset time.Duration) string {
		return g.s.DayAt(hall.Moment{
			At: tableTime().AddDate(0, 0, days), Clock: hall.Clock{State: c, OffsetMS: offset.Milliseconds()}, Start: 1,
		}).String()
	}
	for _, c := range []struct{ name, got, want string }{
		{"the next day", at(1, hall.ClockSynced, 0), "2026-11-24"},
		{"a clock set back", at(-1, hall.ClockSynced, 0), "2026-11-23"},
		{"a clock that was never set", at(400, hall.ClockUnset, 0), "2026-11-23"},
		{"a clock known to be slow", at(0, hall.ClockCoasting, 14*time.Hour), "2026-11-24"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %s, want %s", c.name, c.got, c.want)
		}
	}
}
