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
		Services: []hall.Service{{Letter: "A", Booking: smallRule()}, {Letter: "B"}},
		Items:    []hall.ServiceItem{{Code: "a1", Unit: "tax", Service: "A"}, {Code: "b1", Unit: "tax", Service: "B"}},
		Staff: []hall.Staff{
			{Badge: "01", Name: "王丽", Unit: "police"}, {Badge: "02", Name: "周敏", Unit: "police"}, {Badge: "03", Name: "何立新", Unit: "tax"},
		},
		Windows: []hall.Window{
			{ID: "1", Unit: "police", Services: []string{"A", "B"}, Staff: "01"},
			{ID: "2", Unit: "police", Services: []string{"A", "B"}, Staff: "02"},
			{ID: "3", Unit: "tax", Services: []string{"B"}, Staff: "03"},
		},
	}
}

// smallRule lets two people book for each of some times, today and tomorrow.
func smallRule() *hall.BookingRule {
	return &hall.BookingRule{At: []hall.TimeOfDay{10*60 + 2, 10*60 + 5, 10*60 + 30, 12 * 60, 23 * 60}, Each: 2, Days: 1, Early: 10, Late: 5}
}

// tableTime is second 0 of every test: ten in the morning.
func tableTime() time.Time { return time.Date(2026, 11, 23, 10, 0, 0, 0, hall.Beijing()) }

// stage is a counter with a clock and a store, for tests to act on. It fails the test where it is not told otherwise.
type stage struct {
	t      failer
	s      *State
	wall   time.Duration // since tableTime
	off    time.Duration // what the clock shows beyond it
	up     time.Duration
	start  uint32
	clock  hall.ClockState
	serial uint32
	number map[string]int
	today  hall.Day
	store  map[string]map[string][]byte
	told   []hall.Fact // by the last decision
	parked hall.ID     // the ticket that ActBack takes back
	booked int         // bookings so far
	heard  func(hall.Fact)
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
	return hall.Moment{At: tableTime().Add(g.wall + g.off), Clock: hall.Clock{State: g.clock}, Start: g.start, Up: g.up}
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
	for _, f := range d.Facts {
		if g.heard != nil {
			g.heard(f)
		}
	}
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
	return g.request(Request{Letter: letter})
}

// request takes a ticket, with the next number of its letter.
func (g *stage) request(r Request) Ticket {
	g.t.Helper()
	r.ID, r.Number = g.id(), g.next(r.Letter)
	d, err := g.s.Take(g.moment(), r)
	if err != nil {
		g.t.Fatalf("take %+v: %v", r, err)
	}
	g.keep(d)
	return d.Ticket
}

// next returns the next number of a letter.
func (g *stage) next(letter string) int {
	if today := g.s.DayAt(g.moment()); g.today != today {
		g.today = today
		clear(g.number)
	}
	g.number[letter]++
	return g.number[letter]
}

func (g *stage) try(window string, a Act) error {
	o := Order{Window: window, Act: a}
	switch a {
	case ActPick: // who would be called last
		o.Why = string(hall.MovedFrail)
		if line := g.s.Line(window, g.moment().At, 1000); len(line) > 0 {
			o.Ticket = line[len(line)-1].ID
		}
	case ActHold:
		o.Why = string(hall.HeldMaterials)
	case ActBack:
		o.Ticket = g.parked
	case ActCancel:
		o.Why = string(hall.DropLeft)
	case ActTransfer: // to the other unit
		o.To.Window = "3"
	}
	return g.order(o)
}

// order carries out an order; who signs on is the window's own clerk, what a call opens gets a new name.
func (g *stage) order(o Order) error {
	w, _ := g.s.cfg.Catalogue.Window(o.Window)
	o.Staff, o.Visit = w.Staff, g.id()
	d, err := g.s.Do(g.moment(), o)
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

// back lets who was missed wait again.
func (g *stage) back(ticket hall.ID) {
	g.t.Helper()
	d, err := g.s.Return(g.moment(), ticket)
	if err != nil {
		g.t.Fatal(err)
	}
	g.keep(d)
}

// must carries out an order.
func (g *stage) must(o Order) {
	g.t.Helper()
	if err := g.order(o); err != nil {
		g.t.Fatalf("%+v: %v", o, err)
	}
}

// calls lets a window call, serve and finish until nobody waits for it, and returns the numbers in the order of the calls.
func (g *stage) calls(window string) (numbers []string) {
	g.t.Helper()
	for g.try(window, ActNext) == nil {
		w, _ := g.s.Window(g.moment(), window)
		numbers = append(numbers, w.Visit.Ticket.Number)
		g.do(window, ActServe, ActFinish)
	}
	return numbers
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
		for _, t := range s.Queue(l, tableTime()) {
			add("waits "+l, t)
		}
	}
	for _, t := range s.Missed() {
		add("missed", t)
	}
	for _, t := range s.Rights() {
		add("right", t)
	}
	for _, id := range slices.Sorted(maps.Keys(s.windows)) {
		add("window", s.windows[id].record)
		for _, at := range s.windows[id].sits {
			add("sits "+id, fmt.Sprint(at))
		}
	}
	for _, v := range slices.SortedFunc(maps.Values(s.visits), func(a, b *Visit) int { return inOrder(a.Called, b.Called, a.ID, b.ID) }) {
		add("visit", v)
	}
	for _, id := range slices.SortedFunc(maps.Keys(s.bookings), func(a, b hall.ID) int { return int(a.Serial) - int(b.Serial) }) {
		add("booking", s.bookings[id])
	}
	for _, all := range []map[string]*shut{s.closed, s.outages} {
		for _, key := range slices.Sorted(maps.Keys(all)) {
			add("shut "+key, all[key])
		}
	}
	for _, id := range slices.Sorted(maps.Keys(s.errands)) {
		add("errand", s.errands[id])
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
