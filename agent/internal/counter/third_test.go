package counter

import (
	"slices"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// domain §6, 办不成事: it is noted once, calls the manager once, and goes with the number.
func TestThirdTimeHereCallsTheManager(t *testing.T) {
	g := newStage(t)
	k := g.take("A")
	for n, want := range [][]hall.Fact{
		{hall.TicketNoted{Ticket: k.ID, Note: hall.NoteThird}, hall.AlertRaised{Kind: hall.AlertThird, Ticket: k.ID}}, nil,
	} {
		d, err := g.s.Third(g.moment(), k.ID)
		if err != nil || !slices.Equal(d.Facts, want) {
			t.Errorf("noted for the %d. time: %v, %v", n+1, d.Facts, err)
		}
		g.keep(d)
	}
	g.restart()
	next := g.request(Request{Letter: "B", Instead: k.ID})
	if !next.Third {
		t.Error("the number instead does not say it")
	}
	if all := g.s.Summoned(); len(all) != 1 || all[0].Ticket != next.ID || all[0].Number != next.Number {
		t.Errorf("the manager is called to %+v, want the number instead alone", all)
	}
	if _, err := g.s.Third(g.moment(), k.ID); err != NotWaiting {
		t.Errorf("a number given back: %v", err)
	}
}

// The manager is called until he is there, or nobody is there to whom he could come; who says so is told.
func TestTheManagerIsCalledUntilHeIsThere(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(*stage, Ticket)
		want hall.AlertClosed
	}{
		{"the clerk says that he is there", func(g *stage, _ Ticket) { g.do("1", ActMet) }, hall.AlertClosed{Window: "1", Staff: "01"}},
		{"the guide says it", func(g *stage, k Ticket) { g.keep(g.s.Met(g.moment(), k.ID)) }, hall.AlertClosed{}},
		{"its holder was served, and left", func(g *stage, _ Ticket) { g.do("1", ActServe, ActFinish) }, hall.AlertClosed{}},
		{"its holder has gone", func(g *stage, _ Ticket) { g.pass(time.Minute); g.do("1", ActMissed) }, hall.AlertClosed{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newStage(t)
			k := g.take("A")
			g.do("1", ActOpen, ActNext, ActThird)
			if all := g.s.Summoned(); len(all) != 1 || all[0].Ticket != k.ID {
				t.Fatalf("%+v", all)
			}
			g.restart()
			if window, letter := g.s.Whereabouts(k.ID); window != "1" || letter != "A" {
				t.Errorf("he is at %q, in line %q", window, letter)
			}
			c.do(g, k)
			c.want.Kind, c.want.Ticket = hall.AlertThird, k.ID
			if !slices.ContainsFunc(g.told, func(f hall.Fact) bool { return f == c.want }) {
				t.Errorf("%v, want %v", g.told, c.want)
			}
			if g.restart(); len(g.s.Summoned()) > 0 {
				t.Errorf("still called: %+v", g.s.Summoned())
			}
		})
	}
}

// It keeps its place, and what it is for, and goes to the desk that the hall names: at another counter too.
func TestWhoIsHereForTheThirdTimeIsPassedOnToTheDesk(t *testing.T) {
	for _, c := range []struct {
		name    string
		desk    hall.StuckDesk
		waiting bool
		letter  string
		window  string
		agent   string
	}{
		{"from the queue to a window of his letter", hall.StuckDesk{Window: "2"}, true, "A", "2", ""},
		{"from the queue to a window of another letter", hall.StuckDesk{Window: "3"}, true, "B", "3", ""},
		{"from the queue to a letter", hall.StuckDesk{Letter: "B"}, true, "B", "", ""},
		{"from a window to another", hall.StuckDesk{Window: "3"}, false, "B", "3", ""},
		{"from a window to a letter", hall.StuckDesk{Letter: "B"}, false, "B", "", ""},
		{"from the queue to another counter", hall.StuckDesk{Letter: "C"}, true, "C", "", "other"},
		{"from a window to another counter", hall.StuckDesk{Letter: "C"}, false, "C", "", "other"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newStage(t)
			whole := smallHall()
			whole.Services = append(whole.Services, hall.Service{Letter: "C"})
			whole.Agents = []hall.HallAgent{{Name: "here", Services: []string{"A", "B"}}, {Name: "other", Services: []string{"C"}}}
			whole.Stuck = &c.desk
			g.s.cfg.Whole, g.s.cfg.Agent = &whole, "here"
			g.take("A")
			k := g.request(Request{Letter: "A", Item: "a1"})
			turn := g.s.waiting(k.ID).Turn
			if c.waiting {
				for _, do := range []func() (Decision, error){
					func() (Decision, error) { return g.s.Third(g.moment(), k.ID) }, func() (Decision, error) { return g.s.PassOn(g.moment(), k.ID) },
				} {
					d, err := do()
					if err != nil {
						t.Fatal(err)
					}
					g.keep(d)
				}
			} else {
				g.do("1", ActOpen, ActNext, ActServe, ActFinish, ActNext, ActServe)
				g.must(Order{Window: "1", Act: ActTransfer, Why: "third", To: Target{Window: c.desk.Window, Letter: c.desk.Letter}})
			}
			if c.agent != "" {
				m := g.moved()
				if m.To != c.agent || m.Letter != c.letter || !m.Third || m.Errand != "a1" {
					t.Errorf("%+v", m)
				}
				if len(g.s.Summoned()) > 0 {
					t.Errorf("the manager is called to who has gone: %+v", g.s.Summoned())
				}
				return
			}
			now := g.s.waiting(k.ID)
			if now == nil || now.Letter != c.letter || now.Window != c.window || now.Turn != turn || !now.Third || now.For() != "a1" {
				t.Fatalf("%+v", now)
			}
			if all := g.s.Summoned(); len(all) != 1 || all[0].Ticket != k.ID {
				t.Errorf("%+v", all)
			}
		})
	}
	g := newStage(t)
	if _, err := g.s.PassOn(g.moment(), g.take("A").ID); err != NoSuchWindow {
		t.Errorf("a hall without such a desk: %v", err)
	}
}

// Where it comes to another counter the manager is called from there.
func TestTheManagerIsCalledToWhoComesFromAnotherCounter(t *testing.T) {
	g := newStage(t)
	k := hall.ID{Agent: 9, Tag: 1, Serial: 1}
	d, _, err := g.s.Admit(g.moment(), hall.Move{Ticket: k, Hop: 1, From: "other", Number: "C001", Day: hall.DayOf(tableTime()), Letter: "B", Third: true, At: tableTime(), Issued: tableTime()}, hall.RoadLAN)
	if err != nil {
		t.Fatal(err)
	}
	g.keep(d)
	if all := g.s.Summoned(); len(all) != 1 || all[0].Number != "C001" {
		t.Errorf("%+v", all)
	}
}

// What was tried before is shown to who has him now: windows, clerks, and how it ended.
func TestEarlierVisitsAreKnown(t *testing.T) {
	g := newStage(t)
	k := g.request(Request{Letter: "A", Item: "a1"})
	g.do("1", ActOpen, ActNext, ActServe, ActFinish)
	again := g.request(Request{Letter: "A", Item: "a1", With: k.ID})
	g.do("1", ActNext, ActServe)
	g.do("2", ActOpen)
	g.must(Order{Window: "1", Act: ActTransfer, To: Target{Window: "2"}})
	g.do("2", ActNext, ActServe)
	view, _ := g.s.Window(g.moment(), "2")
	if view.Visit == nil || view.Visit.Ticket.ID != again.ID {
		t.Fatalf("%+v", view.Visit)
	}
	type line struct {
		window, staff, item string
		outcome             hall.Outcome
	}
	var got []line
	for _, e := range g.s.Earlier(view.Visit) {
		got = append(got, line{e.Window, e.Staff, e.Item, e.Outcome})
	}
	if want := []line{{"1", "01", "a1", hall.OutcomeFinished}, {"1", "01", "a1", ""}}; !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}
