package counter

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallpulse/firmware-protocol/hall"
)

// smaller is smallHall without the tax office: window 3 with its clerk, letter B with what it is for.
func smaller() hall.Catalogue {
	c := smallHall()
	c.Units, c.Services, c.Items, c.Staff, c.Windows = c.Units[:1], c.Services[:1], nil, c.Staff[:2], slices.Clone(c.Windows[:2])
	for i := range c.Windows {
		c.Windows[i].Services = []string{"A"}
	}
	return c
}

// arrange puts another catalogue in force; it returns why not.
func (g *stage) arrange(c hall.Catalogue) *InUse {
	g.t.Helper()
	d, err := g.s.Arrange(g.moment(), c)
	if in, is := errors.AsType[InUse](err); is {
		return &in
	}
	if err != nil {
		g.t.Fatal(err)
	}
	g.keep(d)
	return nil
}

// A catalogue that removes what people wait for is refused and changes nothing; it is taken
// when they have gone home.
func TestNothingThatSomebodyNeedsIsLeftOut(t *testing.T) {
	c := smallHall()
	c.Staff, c.Items = c.Staff[:2], nil // window 3 and letter B stay
	c.Windows = slices.Clone(c.Windows)
	c.Windows[2].Staff = ""
	uncalled := smallHall()
	uncalled.Windows = slices.Clone(smaller().Windows) // letter B stays, and nobody calls it
	for _, tt := range []struct {
		name string
		do   func(g *stage)
		to   hall.Catalogue
		want *InUse
	}{
		{"nobody is there", func(*stage) {}, smaller(), nil},
		{"somebody waits under the letter", func(g *stage) { g.take("B") }, smaller(), &InUse{hall.CatalogueWaits, "B"}},
		{"the letter that he waits for is called by no window any more", func(g *stage) { g.take("B") }, uncalled, &InUse{hall.CatalogueWaits, "B"}},
		{"somebody waits under another letter", func(g *stage) { g.take("A") }, smaller(), nil},
		{"his way goes on there", func(g *stage) { g.request(Request{Letter: "A", Then: []Stop{{Letter: "B"}}}) }, smaller(), &InUse{hall.CatalogueWaits, "B"}},
		{"he waits for the item", func(g *stage) { g.request(Request{Letter: "B", Item: "b1"}) }, c, &InUse{hall.CatalogueWaits, "b1"}},
		{"he was missed and may come back", func(g *stage) {
			g.take("B")
			g.do("3", ActOpen)
			g.do("3", ActNext)
			g.do("3", ActMissed)
			g.do("3", ActClose)
		}, smaller(), &InUse{hall.CatalogueWaits, "B"}},
		{"he is called", func(g *stage) {
			g.take("B")
			g.do("3", ActOpen)
			g.do("3", ActNext)
		}, smaller(), &InUse{hall.CatalogueServed, "3"}},
		{"he was passed on to the clerk", func(g *stage) {
			g.take("A")
			g.do("1", ActOpen)
			g.do("1", ActNext)
			g.must(Order{Window: "1", Act: ActTransfer, To: Target{Staff: "03"}})
		}, c, &InUse{hall.CatalogueWaits, "03"}},
		{"a clerk is signed on at the window", func(g *stage) { g.do("3", ActOpen) }, smaller(), &InUse{hall.CatalogueStaffed, "03"}},
		{"he signed off", func(g *stage) {
			g.do("3", ActOpen)
			g.do("3", ActClose)
		}, smaller(), nil},
		{"a day later they have gone home", func(g *stage) {
			g.take("B")
			g.pass(24 * time.Hour)
		}, smaller(), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			g := newStage(t)
			tt.do(g)
			was, before := contents(g.s), g.s
			got := g.arrange(tt.to)
			if (got == nil) != (tt.want == nil) || got != nil && *got != *tt.want {
				t.Fatalf("%v, want %v", got, tt.want)
			}
			if contents(before) != was {
				t.Error("the state before has changed")
			}
		})
	}
}

// Numbers go on (domain §6): a letter that was away for a while gives no number twice on a day, and a window that was away
// knows who sat there, so that a late press binds to his visit (§3.11).
func TestWhatComesBackGoesOn(t *testing.T) {
	g := newStage(t)
	g.take("B")
	g.do("3", ActOpen)
	g.do("3", ActNext)
	g.do("3", ActServe)
	g.at(30)
	g.do("3", ActFinish)
	g.do("3", ActClose)
	if in := g.arrange(smaller()); in != nil {
		t.Fatal(in)
	}
	if _, ok := g.s.Window(g.moment(), "3"); ok {
		t.Fatal("window 3 is still there")
	}
	g.restart() // what was left out is not forgotten
	if in := g.arrange(smallHall()); in != nil {
		t.Fatal(in)
	}
	if n := g.take("B").Number; n != "B002" {
		t.Errorf("the next number is %s, want B002", n)
	}
	w, _ := g.s.Window(g.moment(), "3")
	if w.Today.Served != 1 {
		t.Errorf("window 3 has served %d today, want 1", w.Today.Served)
	}
	if got := len(g.s.windows["3"].sits); got != 1 {
		t.Errorf("window 3 remembers %d sittings, want 1", got)
	}
}

// What no letter or unit is any more is neither stopped nor down: nobody could end that.
func TestStopsOfWhatIsGoneEnd(t *testing.T) {
	g := newStage(t)
	for _, c := range []Command{
		{ID: "1", Kind: hall.CommandServiceClose, Order: hall.Order{Letter: "B", Why: hall.ServiceStaff}},
		{ID: "2", Kind: hall.CommandOutageBegin, Order: hall.Order{Unit: "tax"}},
	} {
		c.Expires = tableTime().Add(time.Hour)
		g.keep(g.s.Command(g.moment(), c))
	}
	if in := g.arrange(smaller()); in != nil {
		t.Fatal(in)
	}
	if want := []hall.Fact{hall.ServiceOpened{Letter: "B"}, hall.OutageEnded{Unit: "tax"}}; !slices.Equal(g.told, want) {
		t.Errorf("told %v, want %v", g.told, want)
	}
	g.restart()
	if _, _, shut := g.s.Shut("B"); shut || len(g.s.Outages()) > 0 {
		t.Error("letter B is still stopped, or the tax office's system still down, after a restart")
	}
}

// rearrange is a step of any day: the hall is arranged anew, and, where nothing that is needed was left out, back again, with
// a restart between now and then. Not one person may be lost by it, and the law goes on as before.
func (r *hallRun) rearrange(t *rapid.T) {
	larger := smallHall()
	larger.Services = append(slices.Clone(larger.Services), hall.Service{Letter: "C"})
	larger.Windows = append(slices.Clone(larger.Windows), hall.Window{ID: "4", Unit: "tax", Services: []string{"C", "B"}})
	fewer := smallHall()
	fewer.Windows, fewer.Staff = fewer.Windows[:2], fewer.Staff[:2]
	r.keep(r.s.Expire(r.moment())) // what the day brings is not of the catalogue
	was := contents(r.s)
	to := rapid.SampledFrom([]hall.Catalogue{smaller(), fewer, larger}).Draw(t, "catalogue")
	if in := r.arranged(t, to); in != nil {
		if contents(r.s) != was {
			t.Fatalf("refused (%v), and yet something has changed", in)
		}
		return
	}
	if r.clock != hall.ClockUnset && rapid.IntRange(0, 9).Draw(t, "restart between") == 0 { // without a clock it may forget
		r.restart()
	}
	if in := r.arranged(t, smallHall()); in != nil {
		t.Fatalf("back again: %v", in)
	}
	if now := contents(r.s); now != was {
		t.Fatalf("arranged anew and back again\n%s\nwas\n%s", now, was)
	}
}

func (r *hallRun) arranged(t *rapid.T, c hall.Catalogue) *InUse {
	in := r.arrange(c)
	if in == nil && len(r.told) > 0 {
		t.Fatalf("told %v", r.told)
	}
	return in
}
