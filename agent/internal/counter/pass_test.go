package counter

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallpulse/firmware-protocol/hall"
)

// sharedHall has agent one with letter A at windows 1 and 2, agent two with letter B at windows 3 and 4, and agent three with
// letter C at window 5.
func sharedHall() hall.Catalogue {
	c := smallHall()
	c.Windows = []hall.Window{
		{ID: "1", Unit: "police", Services: []string{"A"}, Staff: "01"}, {ID: "2", Unit: "police", Services: []string{"A"}, Staff: "02"},
		{ID: "3", Unit: "tax", Services: []string{"B"}, Staff: "03"}, {ID: "4", Unit: "tax", Services: []string{"B"}, Staff: "04"},
	}
	c.Windows = append(c.Windows, hall.Window{ID: "5", Unit: "tax", Services: []string{"C"}, Staff: "05"})
	c.Services = append(c.Services, hall.Service{Letter: "C"})
	c.Staff = append(c.Staff, hall.Staff{Badge: "04", Name: "郑小燕", Unit: "tax"}, hall.Staff{Badge: "05", Name: "钱进", Unit: "tax"})
	c.Agents = []hall.HallAgent{{Name: "one", Services: []string{"A"}}, {Name: "two", Services: []string{"B"}}, {Name: "three", Services: []string{"C"}}}
	return c
}

var sharedNames = []string{"one", "two", "three"}

// sharedStages are the agents of that hall.
func sharedStages(t failer) map[string]*stage {
	all := map[string]*stage{}
	for n, name := range sharedNames {
		g := newStage(t)
		g.s, g.serial = New(ConfigOf(sharedHall(), name)), uint32(1000*n)
		all[name] = g
	}
	return all
}

// moved is the last move that a counter decided on.
func (g *stage) moved() hall.Move {
	all := g.s.Leaving()
	if len(all) == 0 {
		g.t.Fatal("nobody is on his way")
	}
	return all[len(all)-1].Move
}

// admit brings a move, and the answer back to who sent it.
func admit(g *stage, m hall.Move, by hall.Road) int {
	g.t.Helper()
	d, hop, err := g.s.Admit(g.moment(), m, by)
	if err != nil {
		g.t.Fatal(err)
	}
	g.keep(d)
	return hop
}

func gone(g *stage, ticket hall.ID, hop int, agent string) {
	g.t.Helper()
	d, err := g.s.Gone(g.moment(), ticket, hop, agent)
	if err != nil {
		g.t.Fatal(err)
	}
	g.keep(d)
}

// TestATicketIsPassedOnToAnotherAgent follows one over both (design §3a; domain §6: first responsibility, the place is kept).
func TestATicketIsPassedOnToAnotherAgent(t *testing.T) {
	all := sharedStages(t)
	one, two := all["one"], all["two"]
	one.must(Order{Window: "1", Act: ActOpen, Staff: "01"})
	two.must(Order{Window: "3", Act: ActOpen, Staff: "03"})
	a := one.take("A")
	for _, g := range all {
		g.at(600)
	}
	two.take("B") // came ten minutes later
	one.do("1", ActNext, ActServe)
	one.must(Order{Window: "1", Act: ActTransfer, To: Target{Window: "3"}})
	told := one.told[len(one.told)-3:]
	if f, ok := told[0].(hall.TicketTransferred); !ok || f.Agent != "two" || f.Hop != 1 || f.Letter != "B" || f.Clerk != "01" || !f.Visit.IsZero() {
		t.Fatalf("%+v", told)
	}
	if v, ok := told[1].(hall.VisitFinished); !ok || v.Outcome != hall.OutcomeTransferred {
		t.Errorf("a visit is one agent's: %+v", told[1])
	}
	if _, ok := told[2].(hall.RatingInvited); !ok {
		t.Error("who was served and passed on is asked for a rating")
	}
	m := one.moved()
	one.restart() // killed before anybody heard of it
	if len(one.s.Leaving()) != 1 || one.s.WaitingUnder("A") != 0 {
		t.Fatal("it is lost, or still called here")
	}
	if hop := admit(two, m, hall.RoadLAN); hop != 1 {
		t.Fatal(hop)
	}
	two.restart()
	before := contents(two.s)
	admit(two, m, hall.RoadLAN)
	if contents(two.s) != before || len(two.told) != 0 {
		t.Error("a repeat changes something")
	}
	line := two.s.Line("3", two.moment().At, 9)
	if len(line) != 2 || line[0].ID != a.ID || line[0].Clerk != "01" || line[0].Number != a.Number {
		t.Fatalf("it waited longest: %+v", line)
	}
	gone(one, a.ID, 1, "two")
	if len(one.s.Leaving()) != 0 {
		t.Error("who has heard of it lets go")
	}
	two.must(Order{Window: "3", Act: ActNext, Visit: two.id()})
	two.do("3", ActServe)
	two.must(Order{Window: "3", Act: ActTransfer, To: Target{Letter: "A"}})
	back := two.moved()
	if back.Hop != 2 {
		t.Error(back.Hop)
	}
	admit(one, back, hall.RoadHub)
	admit(one, back, hall.RoadLAN)
	if one.s.WaitingUnder("A") != 1 {
		t.Error("it does not come back once")
	}
	admit(two, m, hall.RoadHub) // the hub brings the first one late
	if two.s.waiting(a.ID) != nil {
		t.Error("an old word brought it back")
	}
}

// A clerk passes somebody on to a window, a letter or a clerk of another agent as to his own; whoever sits there calls him.
func TestEveryTargetMayBeAnotherAgents(t *testing.T) {
	for name, c := range map[string]struct {
		to      Target
		calls   string // a window that may call it
		expects hall.TicketTransferred
	}{
		"a window":           {Target{Window: "4"}, "4", hall.TicketTransferred{Letter: "B", Window: "4"}},
		"a letter":           {Target{Letter: "B"}, "3", hall.TicketTransferred{Letter: "B"}},
		"a clerk":            {Target{Staff: "04"}, "4", hall.TicketTransferred{Letter: "B", Staff: "04"}},
		"a clerk's own line": {Target{Letter: "B", Staff: "03"}, "3", hall.TicketTransferred{Letter: "B", Staff: "03"}},
	} {
		t.Run(name, func(t *testing.T) {
			all := sharedStages(t)
			one, two := all["one"], all["two"]
			one.must(Order{Window: "1", Act: ActOpen, Staff: "01"})
			two.must(Order{Window: "3", Act: ActOpen, Staff: "03"})
			two.must(Order{Window: "4", Act: ActOpen, Staff: "04"})
			a := one.take("A")
			one.do("1", ActNext)
			one.must(Order{Window: "1", Act: ActTransfer, To: c.to})
			told, ok := one.told[len(one.told)-2].(hall.TicketTransferred)
			if !ok || told.Agent != "two" || told.Letter != c.expects.Letter || told.Window != c.expects.Window || told.Staff != c.expects.Staff {
				t.Fatalf("%+v", one.told)
			}
			admit(two, one.moved(), hall.RoadLAN)
			for _, w := range []string{"3", "4"} {
				alone := c.to != Target{Letter: "B"}
				if line := two.s.Line(w, two.moment().At, 9); (len(line) == 1 && line[0].ID == a.ID) != (w == c.calls || !alone) {
					t.Errorf("window %s may call %+v", w, line)
				}
			}
		})
	}
}

func TestWhoIsNotOursIsRefused(t *testing.T) {
	all := sharedStages(t)
	one := all["one"]
	if _, err := one.s.Take(one.moment(), Request{Letter: "B", ID: one.id(), Number: 1}); !errors.Is(err, OtherCounter) {
		t.Error(err)
	}
	m := hall.Move{Ticket: hall.ID{Agent: 9, Serial: 1}, Hop: 1, From: "two", To: "one", Number: "B001", Letter: "A", Day: one.s.DayAt(one.moment())}
	for name, c := range map[string]struct {
		change func(*hall.Move)
		want   error
	}{
		"to another":            {func(m *hall.Move) { m.To = "three" }, OtherCounter},
		"of a letter not ours":  {func(m *hall.Move) { m.Letter = "B" }, NoSuchService},
		"of a week ago and one": {func(m *hall.Move) { m.Day -= rememberMoves + 1 }, NoSuchTicket},
	} {
		v := m
		c.change(&v)
		if _, _, err := one.s.Admit(one.moment(), v, hall.RoadLAN); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestARouteGoesOnAtAnotherAgent: the next stop of a ticket may be another agent's letter.
func TestARouteGoesOnAtAnotherAgent(t *testing.T) {
	all := sharedStages(t)
	one, two := all["one"], all["two"]
	one.must(Order{Window: "1", Act: ActOpen, Staff: "01"})
	a := one.request(Request{Letter: "A", Then: []Stop{{Letter: "B"}}})
	one.do("1", ActNext, ActServe, ActFinish)
	m := one.moved()
	if m.Ticket != a.ID || m.To != "two" || m.Letter != "B" || len(m.Then) != 0 {
		t.Fatalf("%+v", m)
	}
	admit(two, m, hall.RoadLAN)
	if two.s.WaitingUnder("B") != 1 {
		t.Error("it does not wait there")
	}
}

// TestAHolderShowsHisTicket: both roads are closed (design §3a). What comes by them later is a repeat.
func TestAHolderShowsHisTicket(t *testing.T) {
	all := sharedStages(t)
	one, two := all["one"], all["two"]
	one.must(Order{Window: "1", Act: ActOpen, Staff: "01"})
	a := one.take("A")
	one.do("1", ActNext)
	one.must(Order{Window: "1", Act: ActTransfer, To: Target{Letter: "B"}})
	m := one.moved()
	if _, err := two.s.Show(two.moment(), a.ID, "one", "A1", "3", a.Day); !errors.Is(err, NoSuchTicket) {
		t.Error(err)
	}
	for range 2 {
		d, err := two.s.Show(two.moment(), a.ID, "one", a.Number, "3", a.Day)
		if err != nil {
			t.Fatal(err)
		}
		two.keep(d)
	}
	admit(two, m, hall.RoadHub)
	if two.s.WaitingUnder("B") != 1 || len(two.s.Untold()) != 1 {
		t.Fatal("it waits twice, or its sender is not told")
	}
	late := m
	late.From, late.Hop = "three", hall.MaxHop // on its way from agent to agent, while its holder had gone ahead
	told := len(two.told)
	if hop := admit(two, late, hall.RoadHub); hop != late.Hop || len(two.told) != told {
		t.Fatal("what was on its way before its holder brings it twice, or its sender keeps it")
	}
	came, _ := two.s.Trail(a.ID)
	gone(one, a.ID, came.Came, "two")
	two.keep(two.s.Told(two.moment(), a.ID, came.Came))
	if len(one.s.Leaving()) != 0 || len(two.s.Untold()) != 0 {
		t.Error("they do not know of each other")
	}
}

// passRun drives agents between which words come in any order, more than once or late, and of which either may be killed
// between any two steps.
type passRun struct {
	all    map[string]*stage
	moves  []hall.Move
	heard  []hall.TicketAdmitted
	issued []hall.ID
	ended  map[hall.ID]bool
}

func (r *passRun) places(id hall.ID) (callable, leaving int) {
	for _, g := range r.all {
		if g.s.waiting(id) != nil || g.s.isSitting(id) || g.s.missed[id] != nil {
			callable++
		}
		if g.s.leaving[id] != nil {
			leaving++
		}
	}
	return callable, leaving
}

func (r *passRun) pass(of time.Duration) {
	for _, g := range r.all {
		g.pass(of)
	}
}

// bring brings a move, and its answer, unless either gets lost.
func (r *passRun) bring(t failer, m hall.Move, by hall.Road, answered bool) {
	hop := admit(r.all[m.To], m, by)
	if answered {
		gone(r.all[m.From], m.Ticket, hop, m.To)
	}
}

func TestNobodyIsLostBetweenAgents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := &passRun{all: sharedStages(t), ended: map[hall.ID]bool{}}
		windows := map[string][]string{"one": {"1", "2"}, "two": {"3", "4"}, "three": {"5"}}
		letter := map[string]string{"one": "A", "two": "B", "three": "C"}
		for name, g := range r.all {
			g.heard = func(f hall.Fact) {
				switch f := f.(type) {
				case hall.TicketAdmitted:
					if slices.ContainsFunc(r.heard, func(o hall.TicketAdmitted) bool { return o.Ticket == f.Ticket && o.Hop == f.Hop }) {
						t.Fatalf("%s is admitted twice", f.Ticket)
					}
					r.heard = append(r.heard, f)
				case hall.TicketFinished:
					r.ended[f.Ticket] = true
				}
			}
			for _, w := range windows[name] {
				g.must(Order{Window: w, Act: ActOpen, Staff: "0" + w})
			}
		}
		who := rapid.SampledFrom(sharedNames)
		roads := rapid.SampledFrom([]hall.Road{hall.RoadLAN, hall.RoadHub})
		t.Repeat(map[string]func(*rapid.T){
			"": func(t *rapid.T) {
				for _, id := range r.issued {
					callable, leaving := r.places(id)
					if callable > 1 {
						t.Fatalf("%s can be called at %d agents", id, callable)
					}
					if callable > 0 && r.ended[id] {
						t.Fatalf("%s was finished, and can be called", id)
					}
					if callable+leaving == 0 && !r.ended[id] {
						t.Fatalf("%s is lost", id)
					}
				}
			},
			"take": func(t *rapid.T) {
				if name := who.Draw(t, "who"); len(r.issued) < 4 {
					r.issued = append(r.issued, r.all[name].take(letter[name]).ID)
				}
			},
			"work": func(t *rapid.T) {
				name := who.Draw(t, "who")
				g := r.all[name]
				r.pass(30 * time.Second)
				o := Order{Window: rapid.SampledFrom(windows[name]).Draw(t, "window"), Visit: g.id(), To: Target{Letter: letter[who.Draw(t, "to")]}}
				o.Act = rapid.SampledFrom([]Act{ActNext, ActServe, ActTransfer, ActTransfer, ActFinish}).Draw(t, "act")
				if g.order(o) == nil {
					for _, l := range g.s.Leaving() {
						if !slices.ContainsFunc(r.moves, func(m hall.Move) bool { return m.Ticket == l.Move.Ticket && m.Hop == l.Move.Hop }) {
							r.moves = append(r.moves, l.Move)
						}
					}
				}
			},
			"bring": func(t *rapid.T) {
				if len(r.moves) > 0 {
					m := rapid.SampledFrom(r.moves).Draw(t, "move")
					r.bring(t, m, roads.Draw(t, "road"), rapid.Bool().Draw(t, "answered"))
				}
			},
			"show": func(t *rapid.T) {
				name := who.Draw(t, "who")
				if left := r.all[name].s.Leaving(); len(left) > 0 { // a clerk has sent him over
					m := left[0].Move
					if came, ok := r.all[m.To].s.Trail(m.Ticket); ok && came.Hop >= m.Hop {
						return
					}
					r.pass(time.Minute) // while he walks
					d, err := r.all[m.To].s.Show(r.all[m.To].moment(), m.Ticket, name, m.Number, windows[m.To][0], m.Day)
					if err != nil {
						t.Fatal(err)
					}
					r.all[m.To].keep(d)
					if r.all[m.To].s.waiting(m.Ticket) == nil {
						t.Fatalf("%s was shown, and does not wait", m.Ticket)
					}
				}
			},
			"kill": func(t *rapid.T) { r.all[who.Draw(t, "who")].restart() },
		})
		// In the end every road is open.
		for range 3 {
			for _, name := range sharedNames {
				g := r.all[name]
				for _, l := range g.s.Leaving() {
					r.bring(t, l.Move, hall.RoadLAN, true)
				}
				for _, a := range g.s.Untold() {
					gone(r.all[a.From], a.Ticket, a.Came, name)
					g.keep(g.s.Told(g.moment(), a.Ticket, a.Came))
				}
			}
		}
		for _, id := range r.issued {
			if callable, leaving := r.places(id); leaving != 0 || callable != 1 && !r.ended[id] {
				t.Fatalf("%s stands at %d agents, and is on its way %d times", id, callable, leaving)
			}
		}
	})
}
