package counter

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// command gives an order that holds for an hour.
func (g *stage) command(id string, kind hall.CommandKind, o hall.Order) string {
	g.t.Helper()
	g.keep(g.s.Command(g.moment(), Command{ID: id, Kind: kind, Expires: tableTime().Add(time.Hour), Order: o}))
	return g.facts()
}

// facts says what the last decision told.
func (g *stage) facts() string {
	var all []string
	for _, f := range g.told {
		all = append(all, strings.TrimSpace(fmt.Sprintf("%s %+v", f.Type(), f)))
	}
	return strings.Join(all, " · ")
}

// Design §3: a command is answered by an event; what cannot be carried out is refused with a reason.
func TestWhatACommandBecomes(t *testing.T) {
	for _, c := range []struct {
		name string
		kind hall.CommandKind
		hall.Order
		want string
	}{
		{"a message to a window", hall.CommandMessage, hall.Order{Window: "1", Text: "请到二楼支援"}, "command.done {Command:c}"},
		{"a message of nothing", hall.CommandMessage, hall.Order{Window: "1", Text: " "}, "command.refused {Command:c Why:malformed}"},
		{"a message of 200 characters", hall.CommandMessage, hall.Order{Window: "1", Text: strings.Repeat("字", 200)}, "command.done {Command:c}"},
		{"one more", hall.CommandMessage, hall.Order{Window: "1", Text: strings.Repeat("字", 201)}, "command.refused {Command:c Why:malformed}"},
		{"a message to no window of the hall", hall.CommandMessage, hall.Order{Window: "9", Text: "x"}, "command.refused {Command:c Why:missing}"},
		{"a window is asked to open", hall.CommandOpen, hall.Order{Window: "1"}, "command.done {Command:c}"},
		{"a letter is stopped", hall.CommandServiceClose, hall.Order{Letter: "A", Why: hall.ServiceFull}, "service.closed {Letter:A Why:full Command:c} · command.done {Command:c}"},
		{"for no reason of the closed set", hall.CommandServiceClose, hall.Order{Letter: "A", Why: "mood"}, "command.refused {Command:c Why:malformed}"},
		{"a letter that the hall has not", hall.CommandServiceClose, hall.Order{Letter: "Z", Why: hall.ServiceFull}, "command.refused {Command:c Why:missing}"},
		{"a letter that gives tickets is to do so", hall.CommandServiceOpen, hall.Order{Letter: "A"}, "command.done {Command:c}"},
		{"an outage of a unit", hall.CommandOutageBegin, hall.Order{Unit: "tax"}, "outage.began {Unit:tax Command:c} · command.done {Command:c}"},
		{"of a unit that the hall has not", hall.CommandOutageBegin, hall.Order{Unit: "navy"}, "command.refused {Command:c Why:missing}"},
		{"what nobody knows", "dance", hall.Order{}, "command.refused {Command:c Why:unknown}"},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newStage(t)
			if got := g.command("c", c.kind, c.Order); got != c.want {
				t.Errorf("told %s, want %s", got, c.want)
			}
			was := contents(g.s)
			g.restart()
			if now := contents(g.s); now != was {
				t.Errorf("after a restart\n%s\nwant\n%s", now, was)
			}
		})
	}
}

// A repeat is answered again, not done again: also after a restart, and after the end of the command.
func TestACommandIsDoneOnce(t *testing.T) {
	g := newStage(t)
	g.command("c1", hall.CommandServiceClose, hall.Order{Letter: "A", Why: hall.ServiceFull})
	g.restart()
	if got := g.command("c1", hall.CommandServiceClose, hall.Order{Letter: "A", Why: hall.ServiceFull}); got != "command.done {Command:c1}" {
		t.Errorf("the repeat told %s", got)
	}
	g.command("c2", hall.CommandServiceOpen, hall.Order{Letter: "A"})
	if _, _, shut := g.s.Shut("A"); shut {
		t.Fatal("A is stopped still")
	}
	g.pass(2 * time.Hour)
	if got := g.command("c1", hall.CommandServiceClose, hall.Order{Letter: "A", Why: hall.ServiceFull}); got != "command.done {Command:c1}" {
		t.Errorf("a repeat that comes late told %s", got)
	}
	if _, _, shut := g.s.Shut("A"); shut {
		t.Error("the late repeat stopped A again")
	}
	if got := g.command("c3", hall.CommandServiceClose, hall.Order{Letter: "A", Why: hall.ServiceFull}); got != "command.refused {Command:c3 Why:expired}" {
		t.Errorf("one that comes too late told %s", got)
	}
	g.pass(24 * time.Hour)
	if d := g.s.Expire(g.moment()); len(d.Next.errands) != 0 {
		t.Errorf("%d commands are known for ever", len(d.Next.errands))
	}
}

// A clock that nobody believes lets no command expire: the hub has said that it holds.
func TestAnUnsetClockDoesNotExpireACommand(t *testing.T) {
	g := newStage(t)
	g.clock = hall.ClockUnset
	g.pass(3 * time.Hour)
	if got := g.command("c", hall.CommandOutageBegin, hall.Order{Unit: "tax"}); !strings.HasPrefix(got, "outage.began") {
		t.Errorf("told %s", got)
	}
}

func TestWhatIsSaidToAWindowIsReadThere(t *testing.T) {
	g := newStage(t)
	g.command("m", hall.CommandMessage, hall.Order{Window: "1", Text: " 请到二楼支援 "})
	g.pass(time.Second)
	g.command("o", hall.CommandOpen, hall.Order{Window: "1"})
	g.restart()
	notes := g.s.Notes("1")
	if len(notes) != 2 || notes[0].ID != "m" || notes[0].Text != "请到二楼支援" || notes[1].Kind != hall.CommandOpen || len(g.s.Notes("2")) != 0 {
		t.Fatalf("window 1 reads %+v", notes)
	}
	d, err := g.s.Read(g.moment(), "2", "m") // not at that window
	if err != nil || len(d.Facts) != 0 {
		t.Errorf("read elsewhere: %+v, %v", d.Facts, err)
	}
	g.do("1", ActOpen)
	if got := g.facts(); !strings.HasSuffix(got, "command.seen {Command:o Window:1 Staff:01}") {
		t.Errorf("who was asked to open does, and tells %s", got)
	}
	for range 2 {
		if d, err = g.s.Read(g.moment(), "1", "m"); err != nil {
			t.Fatal(err)
		}
		g.keep(d)
	}
	if len(g.told) != 0 || len(g.s.Notes("1")) != 0 {
		t.Errorf("read twice: told %s, unread %+v", g.facts(), g.s.Notes("1"))
	}
	for _, b := range g.store[kindErrand] {
		if strings.Contains(string(b), "支援") {
			t.Errorf("the words are kept: %s", b)
		}
	}
	g.command("o2", hall.CommandOpen, hall.Order{Window: "1"})
	if len(g.s.Notes("1")) != 0 {
		t.Error("a window that is open is asked to open")
	}
}

// Domain §6: a letter that is stopped, or a unit whose system is down, gives out no number; who holds one is called.
func TestNoNumberOfWhatIsStopped(t *testing.T) {
	tries := []Request{{Letter: "A"}, {Letter: "A", Item: "a1"}, {Letter: "B"}, {Letter: "B", Item: "b1"}, {Letter: "B", Then: []Stop{{Letter: "A"}}}}
	for _, c := range []struct {
		name string
		kind hall.CommandKind
		hall.Order
		want []error
	}{
		{"nothing is stopped", hall.CommandServiceOpen, hall.Order{Letter: "A"}, []error{nil, nil, nil, nil, nil}},
		{"A is stopped: nor on a way that goes there", hall.CommandServiceClose, hall.Order{Letter: "A", Why: hall.ServiceStaff}, []error{ServiceShut, ServiceShut, nil, nil, ServiceShut}},
		{"the system of all their items is down", hall.CommandOutageBegin, hall.Order{Unit: "tax"}, []error{UnitDown, UnitDown, UnitDown, UnitDown, UnitDown}},
		{"that of a unit without items is down", hall.CommandOutageBegin, hall.Order{Unit: "police"}, []error{nil, nil, nil, nil, nil}},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newStage(t)
			g.take("A")
			g.command("c", c.kind, c.Order)
			for n, r := range tries {
				r.ID, r.Number = g.id(), 100
				if _, err := g.s.Take(g.moment(), r); err != c.want[n] {
					t.Errorf("%+v: %v, want %v", r, err, c.want[n])
				}
			}
			g.do("1", ActOpen, ActNext) // A001 is called
		})
	}
}

func TestSomebodyIsCalledToAWindowAtOnce(t *testing.T) {
	g := newStage(t)
	g.do("1", ActOpen)
	for _, c := range []struct {
		on   bool
		want []hall.Type
	}{{true, []hall.Type{hall.TypeAlertRaised}}, {true, nil}, {false, []hall.Type{hall.TypeAlertClosed}}, {false, nil}} {
		d, err := g.s.Alarm(g.moment(), "1", c.on)
		if err != nil {
			t.Fatal(err)
		}
		g.keep(d)
		if !slices.Equal(g.types(), c.want) {
			t.Errorf("alarm %v tells %v, want %v", c.on, g.types(), c.want)
		}
		g.restart()
		if v, _ := g.s.Window(g.moment(), "1"); v.Alarm.IsZero() == c.on {
			t.Errorf("alarm %v is shown as %v", c.on, v.Alarm)
		}
	}
	if _, err := g.s.Alarm(g.moment(), "9", true); err != NoSuchWindow {
		t.Error(err)
	}
}

// How long somebody was told to wait is in the event that gives him his number: it is compared later with how long he did.
func TestWhatWasToldIsKept(t *testing.T) {
	g := newStage(t)
	d, err := g.s.Take(g.moment(), Request{Letter: "A", ID: g.id(), Number: 1, Told: Wait{P50: 61 * time.Second, P90: 10 * time.Minute}})
	if err != nil {
		t.Fatal(err)
	}
	if f := d.Facts[0].(hall.TicketIssued); f.P50Mins != 2 || f.P90Mins != 10 {
		t.Errorf("told %d to %d minutes", f.P50Mins, f.P90Mins)
	}
}
