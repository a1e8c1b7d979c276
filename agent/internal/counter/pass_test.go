package counter

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallpulse/firmware-protocol/hall"
)

// sharedHall has agent one with letter A at windows 1 and 2, and agent two with letter B at windows 3 and 4.
func sharedHall() hall.Catalogue {
	c := smallHall()
	c.Windows = []hall.Window{
		{ID: "1", Unit: "police", Services: []string{"A"}, Staff: "01"}, {ID: "2", Unit: "police", Services: []string{"A"}, Staff: "02"},
		{ID: "3", Unit: "tax", Services: []string{"B"}, Staff: "03"}, {ID: "4", Unit: "tax", Services: []string{"B"}, Staff: "04"},
	}
	c.Staff = append(c.Staff, hall.Staff{Badge: "04", Name: "郑小燕", Unit: "tax"})
	c.Agents = []hall.HallAgent{{Name: "one", Services: []string{"A"}}, {Name: "two", Services: []string{"B"}}}
	return c
}

// sharedStages are the two agents of that hall.
func sharedStages(t failer) map[string]*stage {
	all := map[string]*stage{}
	for n, name := range []string{"one", "two"} {
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
	came, _ := two.s.Came(a.ID)
	gone(one, a.ID, came.Hop, "two")
	two.keep(two.s.Told(two.moment(), a.ID))
	if len(one.s.Leaving()) != 0 || len(two.s.Untold()) != 0 {
		t.Error("they do not know of each other")
	}
}

// passRun drives two agents between which words come in any order, more than once or late, and of which either may be killed
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
		windows := map[string][]string{"one": {"1", "2"}, "two": {"3", "4"}}
		letter := map[string]string{"one": "A", "two": "B"}
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
		who := rapid.SampledFrom([]string{"one", "two"})
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
				g, other := r.all[name], map[string]string{"one": "B", "two": "A"}[name]
				o := Order{Window: rapid.SampledFrom(windows[name]).Draw(t, "window"), Visit: g.id(), To: Target{Letter: other}}
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
					if came, ok := r.all[m.To].s.Came(m.Ticket); ok && came.Hop >= m.Hop {
						return
					}
					d, err := r.all[m.To].s.Show(r.all[m.To].moment(), m.Ticket, name, m.Number, windows[m.To][0], m.Day)
					if err != nil {
						t.Fatal(err)
					}
					r.all[m.To].keep(d)
				}
			},
			"kill": func(t *rapid.T) { r.all[who.Draw(t, "who")].restart() },
			"pass": func(t *rapid.T) {
				for _, g := range r.all {
					g.pass(time.Second)
				}
			},
		})
		// In the end every road is open.
		for range 3 {
			for name, g := range r.all {
				for _, l := range g.s.Leaving() {
					r.bring(t, l.Move, hall.RoadLAN, true)
				}
				for _, a := range g.s.Untold() {
					gone(r.all[a.From], a.Ticket, a.Hop, name)
					g.keep(g.s.Told(g.moment(), a.Ticket))
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
