package counter

import (
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// The everyday cases of a hall (domain §6).

// Who waits longest is called first; what a class is worth and who goes before all is written in the rule.
func TestTheRuleOfTheQueue(t *testing.T) {
	yesterday := Ticket{ID: hall.ID{Agent: 3, Serial: 99}, Day: hall.DayOf(tableTime()) - 1}
	for _, c := range []struct {
		rule string
		come []Request // one a minute
		want string
	}{
		{"first come, first served", []Request{{Letter: "A"}, {Letter: "A"}}, "A001 A002"},
		{"twenty minutes for age", []Request{{Letter: "A"}, {Letter: "A", Class: hall.ClassElderly}}, "A002 A001"},
		{"and for disability and service the same", []Request{{Letter: "A", Class: hall.ClassDisabled}, {Letter: "A", Class: hall.ClassMilitary}}, "A001 A002"},
		{"an emergency before all", []Request{{Letter: "A", Class: hall.ClassElderly}, {Letter: "A", Class: hall.ClassCarried, With: yesterday.ID}, {Letter: "A", Class: hall.ClassEmergency}}, "A003 A002 A001"},
		{"an appointment at its time, after emergencies", []Request{{Letter: "A", Class: hall.ClassElderly}, {Letter: "A", Due: tableTime()}, {Letter: "A", Class: hall.ClassEmergency}}, "A003 A002 A001"},
		{"and before its time last", []Request{{Letter: "A", Due: tableTime().Add(8 * time.Hour)}, {Letter: "A"}}, "A002 A001"},
		{"a window's own letter first", []Request{{Letter: "B"}, {Letter: "A"}}, "A001 B001"},
	} {
		g := newStage(t)
		g.s.rights[yesterday.ID] = &yesterday // who holds it waited in vain
		g.do("1", ActOpen)
		for _, r := range c.come {
			g.request(r)
			g.pass(time.Minute)
		}
		if got := strings.Join(g.calls("1"), " "); got != c.want {
			t.Errorf("%s: %s, want %s", c.rule, got, c.want)
		}
	}
}

// Twenty minutes are no more than twenty minutes.
func TestWhoWaitedLongerThanAClassIsWorthGoesFirst(t *testing.T) {
	g := newStage(t)
	g.take("A")
	g.pass(21 * time.Minute)
	g.request(Request{Letter: "A", Class: hall.ClassElderly})
	g.do("1", ActOpen)
	if got := g.calls("1"); !slices.Equal(got, []string{"A001", "A002"}) {
		t.Errorf("called %v", got)
	}
}

func TestAWindowsNextLetterIsNotForgotten(t *testing.T) {
	g := newStage(t)
	g.take("B")
	g.pass(61 * time.Minute)
	g.take("A")
	g.do("1", ActOpen)
	if got := g.calls("1"); !slices.Equal(got, []string{"B001", "A001"}) {
		t.Errorf("called %v: B001 has waited an hour longer", got)
	}
}

// Setting the clock moves nobody in the queue.
func TestTheClockJumpsBackAnHour(t *testing.T) {
	g := newStage(t)
	g.take("A")
	g.pass(time.Minute)
	g.wall -= time.Hour
	g.take("A")
	g.pass(time.Minute)
	g.take("A")
	g.restart()
	g.take("A")
	g.do("1", ActOpen)
	if got := g.calls("1"); !slices.Equal(got, []string{"A001", "A002", "A003", "A004"}) {
		t.Errorf("called %v", got)
	}
}

// A transfer keeps the waiting position: who came first is called first, wherever he was sent to.
func TestATransferKeepsThePlace(t *testing.T) {
	g := newStage(t)
	g.do("1", ActOpen)
	g.do("3", ActOpen)
	first := g.take("A")
	g.pass(time.Minute)
	g.take("B")
	g.do("1", ActNext, ActServe)
	g.pass(time.Minute)
	g.must(Order{Window: "1", Act: ActTransfer, To: Target{Window: "3"}})
	told := g.told[0].(hall.TicketTransferred)
	if told.Ticket != first.ID || told.From != "1" || told.Letter != "B" || told.Window != "3" || told.Clerk != "01" || told.Ahead != 0 {
		t.Errorf("told %+v", told)
	}
	if got := g.calls("3"); !slices.Equal(got, []string{"A001", "B001"}) {
		t.Errorf("window 3 called %v", got)
	}
}

// Whose window closed, or whose clerk left, is called by whoever calls his letter.
func TestNobodyWaitsForAClosedWindow(t *testing.T) {
	for _, to := range []Target{{Window: "2"}, {Staff: "02"}} {
		g := newStage(t)
		g.take("A")
		g.do("1", ActOpen, ActNext, ActServe)
		g.do("2", ActOpen)
		g.must(Order{Window: "1", Act: ActTransfer, To: to})
		if err := g.try("1", ActNext); err != NobodyWaiting {
			t.Errorf("%+v: window 1: %v", to, err)
		}
		g.do("2", ActClose)
		if got := g.calls("1"); !slices.Equal(got, []string{"A001"}) {
			t.Errorf("%+v: window 1 called %v", to, got)
		}
	}
}

// Passed on inside its unit a visit stays one visit with one rating, which belongs to who finished it (domain §2, §3.10).
func TestPassedOnInsideItsUnitAVisitGoesOn(t *testing.T) {
	g := newStage(t)
	g.take("A")
	g.do("1", ActOpen, ActNext, ActServe)
	w, _ := g.s.Window(g.moment(), "1")
	visit := w.Visit.ID
	g.must(Order{Window: "1", Act: ActTransfer, To: Target{Window: "2"}})
	if slices.Contains(g.types(), hall.TypeVisitFinished) || g.told[0].(hall.TicketTransferred).Visit != visit {
		t.Errorf("told %v", g.types())
	}
	g.do("2", ActOpen, ActNext)
	if slices.Contains(g.types(), hall.TypeVisitOpened) {
		t.Errorf("a second visit: %v", g.types())
	}
	g.do("2", ActServe)
	if served := g.told[0].(hall.VisitServed); served != (hall.VisitServed{Visit: visit, Window: "2", Staff: "02"}) {
		t.Errorf("told %+v", served)
	}
	g.do("2", ActFinish)
	if ended := g.told[1].(hall.VisitFinished); ended.Visit != visit || ended.Staff != "02" || ended.Outcome != hall.OutcomeFinished {
		t.Errorf("told %+v", ended)
	}
}

// Before service a transfer is no visit to be rated; to another unit it invites like a finish (domain §3.10).
func TestATransferToAnotherUnitEndsTheVisit(t *testing.T) {
	g := newStage(t)
	g.take("A")
	g.take("A")
	g.do("1", ActOpen, ActNext, ActTransfer)
	if ended := g.told[1].(hall.VisitFinished); ended.Outcome != hall.OutcomeTransferred || slices.Contains(g.types(), hall.TypeRatingInvited) {
		t.Errorf("before service: %+v, %v", ended, g.types())
	}
	g.do("1", ActNext, ActServe, ActTransfer)
	if !slices.Contains(g.types(), hall.TypeRatingInvited) {
		t.Errorf("after service: %v", g.types())
	}
	g.keep(g.s.PadArrived(g.moment(), "pad", "1", 7))
	if g.press("pad", hall.Press{UID: 7, Boot: 1, Seq: 1, Level: 5}) != Became {
		t.Error("the press is not the rating")
	}
}

// 补件返号: who lacks one copy comes back to the same clerk, or to the stand-in: one visit, one rating.
func TestBackWithTheMissingCopy(t *testing.T) {
	for _, window := range []string{"1", "2"} {
		g := newStage(t)
		g.keep(g.s.PadArrived(g.moment(), "pad", window, 7))
		first := g.take("A")
		g.take("A")
		g.do("1", ActOpen, ActNext, ActServe)
		g.do("2", ActOpen)
		g.must(Order{Window: "1", Act: ActHold, Why: string(hall.HeldMaterials)})
		held := g.told[0].(hall.TicketHeld)
		g.do("1", ActNext, ActServe, ActFinish)
		g.pass(time.Hour)
		g.restart()
		g.keep(g.s.PadArrived(g.moment(), "pad", window, 7))
		g.must(Order{Window: window, Act: ActBack, Ticket: first.ID})
		if back := g.told[0].(hall.TicketResumed); back.Visit != held.Visit || back.Window != window {
			t.Errorf("told %+v", back)
		}
		g.do(window, ActFinish)
		if ended := g.told[1].(hall.VisitFinished); ended.Visit != held.Visit {
			t.Errorf("told %+v", ended)
		}
		g.press("pad", hall.Press{UID: 7, Boot: 1, Seq: 1, Level: 4})
		if rated := g.told[0].(hall.RatingGiven); rated.Visit != held.Visit {
			t.Errorf("told %+v", rated)
		}
	}
}

// Nobody is asked for a rating while his visit is parked; a press then belongs to no visit.
func TestAParkedVisitIsNotRated(t *testing.T) {
	g := newStage(t)
	g.keep(g.s.PadArrived(g.moment(), "pad", "1", 7))
	g.take("A")
	g.do("1", ActOpen, ActNext, ActServe, ActHold)
	if view := g.s.Pad(g.moment(), "1"); view.Show != ShowIdle {
		t.Errorf("the pad shows %s", view.Show)
	}
	g.pass(time.Second)
	if class := g.press("pad", hall.Press{UID: 7, Boot: 1, Seq: 1, Level: 4}); class != Unbound {
		t.Errorf("the press is %s", class)
	}
}

// A missed number comes back the same day, and has waited ten minutes less.
func TestTheWayBackOfAMissedNumber(t *testing.T) {
	g := newStage(t)
	missed := g.take("A")
	g.pass(time.Minute)
	g.take("A")
	g.pass(10 * time.Minute)
	g.take("A")
	g.do("1", ActOpen, ActNext, ActMissed)
	g.back(missed.ID)
	if back := g.told[0].(hall.TicketReturned); back.Ahead != 1 {
		t.Errorf("told %+v", back)
	}
	if _, err := g.s.Return(g.moment(), missed.ID); err != NotMissed {
		t.Errorf("twice: %v", err)
	}
	if got := g.calls("1"); !slices.Equal(got, []string{"A002", "A001", "A003"}) {
		t.Errorf("called %v", got)
	}
}

func TestANumberIsCalledAsOftenAsTheRuleSays(t *testing.T) {
	g := newStage(t)
	cfg := DefaultConfig(smallHall())
	rule := hall.DefaultQueueRule()
	rule.Calls = 3
	cfg.Catalogue.Queue = &rule
	g.s = New(cfg)
	g.take("A")
	g.take("A")
	g.do("1", ActOpen, ActNext, ActRecall)
	for _, a := range []Act{ActMissed, ActNext, ActPick} {
		if err := g.try("1", a); err != CallAgain {
			t.Errorf("%s after two calls: %v", a, err)
		}
	}
	g.do("1", ActRecall, ActMissed)
}

// Of one person's two tickets the second waits while the first is at a window, and keeps its place.
func TestTwoTicketsOfOnePerson(t *testing.T) {
	g := newStage(t)
	first := g.take("A")
	g.request(Request{Letter: "A", With: first.ID})
	g.take("A")
	g.do("1", ActOpen, ActNext, ActServe)
	g.do("2", ActOpen, ActNext, ActServe)
	if w, _ := g.s.Window(g.moment(), "2"); w.Visit.Ticket.Number != "A003" {
		t.Errorf("window 2 called %s while A001 is served", w.Visit.Ticket.Number)
	}
	g.do("1", ActNext)
	if w, _ := g.s.Window(g.moment(), "1"); w.Visit.Ticket.Number != "A002" {
		t.Errorf("window 1 called %s", w.Visit.Ticket.Number)
	}
}

// Several services on one ticket: each stop is a visit of its own, in order, and the place is kept.
func TestARouteOfSeveralWindows(t *testing.T) {
	g := newStage(t)
	g.request(Request{Letter: "A", Then: []Stop{{Letter: "B", Item: "b1", Window: "3"}, {Letter: "A"}}})
	g.pass(time.Minute)
	g.take("A")
	g.take("B")
	for _, w := range []string{"1", "3"} {
		g.do(w, ActOpen)
	}
	var visits []hall.ID
	for _, w := range []string{"1", "3", "1"} {
		g.do(w, ActNext)
		at, _ := g.s.Window(g.moment(), w)
		if at.Visit.Ticket.Number != "A001" {
			t.Fatalf("window %s called %s", w, at.Visit.Ticket.Number)
		}
		visits = append(visits, at.Visit.ID)
		g.do(w, ActServe, ActFinish)
	}
	if got := g.types(); got[0] != hall.TypeTicketFinished {
		t.Errorf("at last told %v", got)
	}
	slices.SortFunc(visits, func(a, b hall.ID) int { return int(a.Serial) - int(b.Serial) })
	if len(slices.Compact(visits)) != 3 {
		t.Errorf("visits %v", visits)
	}
}

func TestWhatAServiceGivesOutInADay(t *testing.T) {
	g := newStage(t)
	cfg := DefaultConfig(smallHall())
	cfg.Catalogue.Services[0].Daily = 2
	g.s = New(cfg)
	g.take("A")
	g.take("A")
	if _, err := g.s.Take(g.moment(), Request{Letter: "A", ID: g.id(), Number: 3}); err != NoMoreToday {
		t.Errorf("the third: %v", err)
	}
	g.pass(24 * time.Hour)
	g.take("A")
}

// Every jump in the queue has its reason, and says over how many.
func TestAPickIsTold(t *testing.T) {
	g := newStage(t)
	g.take("A")
	g.take("A")
	last := g.take("A")
	g.do("1", ActOpen)
	if err := g.order(Order{Window: "1", Act: ActPick, Ticket: last.ID}); err != NoSuchReason {
		t.Errorf("without a reason: %v", err)
	}
	g.must(Order{Window: "1", Act: ActPick, Ticket: last.ID, Why: string(hall.MovedThird)})
	if moved := g.told[0].(hall.TicketMoved); moved != (hall.TicketMoved{Ticket: last.ID, Window: "1", Staff: "01", Ahead: 2, Why: hall.MovedThird}) {
		t.Errorf("told %+v", moved)
	}
}

// A service can be taken out of the catalogue while people wait for it: they can be picked and passed on, and the end of
// the day withdraws them.
func TestTheCatalogueLosesAServiceThatPeopleWaitFor(t *testing.T) {
	g := newStage(t)
	g.take("B")
	lost := g.take("B")
	cfg := DefaultConfig(smallHall())
	cfg.Catalogue.Services = cfg.Catalogue.Services[:1]
	cfg.Catalogue.Windows = cfg.Catalogue.Windows[:2]
	cfg.Catalogue.Windows[0].Services, cfg.Catalogue.Windows[1].Services = []string{"A"}, []string{"A"}
	s, err := Restore(cfg, g.stored())
	if err != nil {
		t.Fatal(err)
	}
	g.s = s
	g.do("1", ActOpen)
	if err := g.try("1", ActNext); err != NobodyWaiting {
		t.Errorf("called: %v", err)
	}
	g.must(Order{Window: "1", Act: ActPick, Ticket: lost.ID, Why: string(hall.MovedArranged)})
	g.must(Order{Window: "1", Act: ActTransfer, To: Target{Letter: "A"}})
	if got := g.calls("1"); !slices.Equal(got, []string{"B002"}) {
		t.Errorf("called %v", got)
	}
	g.pass(24 * time.Hour)
	g.keep(g.s.Expire(g.moment()))
	if got := g.types(); !slices.Equal(got, []hall.Type{hall.TypeTicketWithdrawn}) {
		t.Errorf("at the end of the day told %v", got)
	}
}

// What is parked at the end of the day has been served; who was missed does not come back tomorrow.
func TestTheDayEndsForWhoIsParkedOrMissed(t *testing.T) {
	g := newStage(t)
	missed := g.take("A")
	g.take("A")
	g.do("1", ActOpen, ActNext, ActMissed, ActNext, ActServe, ActHold)
	g.pass(24 * time.Hour)
	g.keep(g.s.Expire(g.moment()))
	if got := g.types(); !slices.Equal(got, []hall.Type{hall.TypeTicketFinished, hall.TypeVisitFinished}) {
		t.Errorf("told %v", got)
	}
	if _, err := g.s.Return(g.moment(), missed.ID); err != NotMissed {
		t.Errorf("yesterday's number: %v", err)
	}
}
