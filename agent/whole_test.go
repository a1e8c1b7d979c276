package agent

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"hallpulse/agent/internal/desk"
	"hallpulse/firmware-protocol/uplink"
)

// Design §3a: a display shows what all agents of the hall do, each told by itself over the hall's network; one that falls silent
// is shown with its time and calls nobody out.
func TestADisplayShowsTheWholeHall(t *testing.T) {
	s := newShared(t)
	defer func() { s.kill() }()
	s.n.set(true)
	s.take("A", "")
	s.act("11", "open", "next")
	s.await("the call at the other agent", func() bool {
		v := s.n.sees(s.fellows)
		return len(v.Open) == 1 && v.Open[0].Window == "11" && v.Open[0].Ticket == "A001" && len(v.Lines) == 2 && v.Lines[0].Letter == "A"
	})
	display := func() desk.DisplayView { return screenOf[desk.DisplayView](s.rig, "/ws/display?hall") }
	if v := display(); len(v.Services) != 5 || v.Services[0].Away || !v.Services[2].Away {
		t.Errorf("before the other agent is heard: %+v", v.Services)
	}
	say := func(v uplink.Shown) int {
		t.Helper()
		v.Agent = "hall-2"
		text, err := uplink.SignShown(s.n.e.Key().SigningKey(), v)
		if err != nil {
			t.Fatal(err)
		}
		status, _ := s.say("/hall/display", text)
		return status
	}
	ahead := 40 * time.Minute // its clock
	now := time.Now().Add(ahead)
	call := func(serial, ticket, window string) uplink.ShownCall {
		return uplink.ShownCall{Serial: serial, Ticket: ticket, Window: window, Since: now, Calls: 1}
	}
	windows := windowsOf(sample(t), "C")
	theirs := windows[0].ID
	v := uplink.Shown{
		At:    now,
		Last:  []uplink.ShownCall{call(theirs+"/1/1", "C001", theirs), call("11/9/1", "A999", "11")},
		Open:  []uplink.ShownCall{call(theirs+"/1/1", "C001", theirs), call("11/9/1", "A999", "11")},
		Lines: []uplink.ShownLine{{Letter: "C", Waiting: 7, Staffed: true, Full: true}, {Letter: "A", Waiting: 99}},
		Down:  []uplink.ShownOutage{{Name: "市税务局"}},
	}
	if status := say(v); status != http.StatusOK {
		t.Fatal(status)
	}
	if status, _ := s.say("/hall/display", "forged.text"); status < 400 {
		t.Error("an unsigned picture is believed")
	}
	old := v
	old.At, old.Open = now.Add(-time.Second), nil
	say(old) // it was on its way for long
	got := display()
	if len(got.Open) != 2 || got.Open[0].Ticket != "A001" || got.Open[1].Ticket != "C001" || len(got.Last) != 2 || got.Last[0].Ticket != "C001" {
		t.Errorf("%+v", got)
	}
	if d := time.Since(got.Open[1].Since); d.Abs() > time.Minute {
		t.Errorf("called by the other's clock: %v ago", d)
	}
	if c := got.Services[2]; c.Letter != "C" || c.Waiting != 7 || c.Away || c.AsOf != nil || got.Services[0].Waiting == 99 {
		t.Errorf("%+v", got.Services)
	}
	take := screenOf[desk.TakeView](s.rig, "/ws/take")
	if c := take.Services[2]; len(take.Services) != 5 || c.Letter != "C" || c.Waiting != 7 || !c.Full || !c.Elsewhere || c.Away || len(c.Windows) == 0 || take.Services[0].Elsewhere {
		t.Errorf("where numbers are taken: %+v", take.Services)
	}
	if fmt.Sprint(take.Down) != "[E01]" {
		t.Errorf("what cannot be done: %v", take.Down)
	}
	if d := take.Services[3]; !d.Elsewhere || d.Away || d.Waiting != 0 {
		t.Errorf("a queue of which nothing was heard: %+v", d)
	}
	if alone := screenOf[desk.DisplayView](s.rig, "/ws/display"); len(alone.Services) != 2 || len(alone.Open) != 1 {
		t.Errorf("the counter's own display: %+v", alone)
	}
	s.await("its silence to be seen", func() bool {
		v := display()
		return len(v.Open) == 1 && len(v.Last) == 2 && v.Services[2].AsOf != nil && v.Services[2].Waiting == 7
	})
	if v := screenOf[desk.TakeView](s.rig, "/ws/take"); !v.Services[2].Away || len(v.Down) != 0 {
		t.Errorf("where numbers are taken: %+v, down: %v", v.Services[2], v.Down)
	}
}
