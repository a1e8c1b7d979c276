package counter

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// smallHall has windows 1 and 2 for letters A then B, and 3 for B alone.
func smallHall() hall.Catalogue {
	return hall.Catalogue{
		Hall:     hall.Site{ID: "h", Name: "Hall"},
		Units:    []hall.Unit{{ID: "police"}, {ID: "tax"}},
		Services: []hall.Service{{Letter: "A"}, {Letter: "B"}},
		Items:    []hall.ServiceItem{{Code: "a1", Unit: "tax", Service: "A"}, {Code: "b1", Unit: "tax", Service: "B"}},
		Staff:    []hall.Staff{{Badge: "01", Name: "王丽"}, {Badge: "02", Name: "周敏"}, {Badge: "03", Name: "何立新"}},
		Windows: []hall.Window{
			{ID: "1", Unit: "police", Services: []string{"A", "B"}, Staff: "01"},
			{ID: "2", Unit: "police", Services: []string{"A", "B"}, Staff: "02"},
			{ID: "3", Unit: "tax", Services: []string{"B"}, Staff: "03"},
		},
	}
}

// tableTime is second 0 of every test: ten in the morning.
func tableTime() time.Time { return time.Date(2026, 11, 23, 10, 0, 0, 0, hall.Beijing()) }

// stage is a counter with a clock and a store, for tests to act on. It fails the test where it is not told otherwise.
type stage struct {
	t      failer
	s      *State
	wall   time.Duration // since tableTime
	up     time.Duration
	start  uint32
	clock  hall.ClockState
	serial uint32
	number map[string]int
	store  map[string]map[string][]byte
	told   []hall.Fact // by the last decision
}

// failer is what testing and rapid have in common.
type failer interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

func newStage(t failer) *stage {
	return &stage{
		t: t, s: New(DefaultConfig(smallHall())), start: 1, clock: hall.ClockSynced,
		number: map[string]int{}, store: map[string]map[string][]byte{},
	}
}

func (g *stage) moment() hall.Moment {
	return hall.Moment{At: tableTime().Add(g.wall), Clock: hall.Clock{State: g.clock}, Start: g.start, Up: g.up}
}

// at lets time pass until second n.
func (g *stage) at(second int) {
	g.pass(time.Duration(second)*time.Second - g.wall)
}

func (g *stage) pass(d time.Duration) {
	g.t.Helper()
	if d < 0 {
		g.t.Fatalf("time goes back by %v", -d)
	}
	g.wall, g.up = g.wall+d, g.up+d
}

// restart begins the next start of the agent, from what is stored.
func (g *stage) restart() {
	g.t.Helper()
	s, err := Restore(*g.s.cfg, g.stored())
	if err != nil {
		g.t.Fatal(err)
	}
	g.s, g.start, g.up = s, g.start+1, 0
}

func (g *stage) stored() []Change {
	var all []Change
	for kind, values := range g.store {
		for key, v := range values {
			all = append(all, Change{kind, key, v})
		}
	}
	return all
}

// keep is what the door does with a decision.
func (g *stage) keep(d Decision) {
	g.s, g.told = d.Next, d.Facts
	for _, c := range d.Changed {
		if g.store[c.Kind] == nil {
			g.store[c.Kind] = map[string][]byte{}
		}
		if c.Value == nil {
			delete(g.store[c.Kind], c.Key)
		} else {
			g.store[c.Kind][c.Key] = c.Value
		}
	}
}

func (g *stage) id() hall.ID {
	g.serial++
	return hall.ID{Agent: 3, Tag: 0x9f2c, Serial: g.serial}
}

func (g *stage) take(letter string) Ticket {
	g.t.Helper()
	g.number[letter]++
	d, err := g.s.Take(g.moment(), Request{Letter: letter, ID: g.id(), Number: g.number[letter]})
	if err != nil {
		g.t.Fatalf("take %s: %v", letter, err)
	}
	g.keep(d)
	return d.Ticket
}

func (g *stage) try(window string, a Act) error {
	w, _ := g.s.cfg.Catalogue.Window(window)
	d, err := g.s.Do(g.moment(), Order{Window: window, Act: a, Staff: w.Staff, Visit: g.id()})
	if err == nil {
		g.keep(d)
	}
	return err
}

func (g *stage) do(window string, acts ...Act) {
	g.t.Helper()
	for _, a := range acts {
		if err := g.try(window, a); err != nil {
			g.t.Fatalf("%s at window %s: %v", a, window, err)
		}
	}
}

func (g *stage) press(device string, p hall.Press) PressClass {
	g.t.Helper()
	d, class, err := g.s.Press(g.moment(), device, p)
	if err != nil {
		g.t.Fatalf("press %+v at %s: %v", p, device, err)
	}
	g.keep(d)
	return class
}

// types returns what was told by the last decision, in order.
func (g *stage) types() []hall.Type {
	var all []hall.Type
	for _, f := range g.told {
		all = append(all, f.Type())
	}
	return all
}

// contents lists all that a state knows, in one order: two states are equal where their contents are.
func contents(s *State) string {
	var all []string
	add := func(kind string, v any) {
		b, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		all = append(all, kind+" "+string(b))
	}
	add("day", s.day)
	for _, l := range slices.Sorted(maps.Keys(s.queues)) {
		for _, t := range s.queues[l] {
			add("waits "+l, t)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(s.windows)) {
		add("window", s.windows[id].record)
		for _, v := range s.windows[id].visits {
			add("visit "+id, v)
		}
	}
	for _, d := range slices.Sorted(maps.Keys(s.ports)) {
		add("port", s.ports[d])
	}
	for _, uid := range slices.Sorted(maps.Keys(s.pads)) {
		for _, b := range s.pads[uid] {
			add("boot", b)
		}
	}
	return fmt.Sprint(all)
}
