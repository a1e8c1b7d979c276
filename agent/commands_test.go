package agent

import (
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// command says a command that holds for an hour to the agent, as the hub does until it is answered.
func (h *tableHub) command(id string, kind hall.CommandKind, o hall.Order) {
	h.say(uplink.LeafCommand, uplink.Command{ID: id, Kind: kind, Expires: time.Now().Add(time.Hour), Body: o})
}

// Design §3: a command is sent again at each connect until it is answered; it is done once, whatever ends in between.
func TestACommandOutlivesAKilledAgent(t *testing.T) {
	h, r := newTableHub(t), newRig(t)
	r.enrol(h.addr)
	kill := r.startChild()
	up := func() bool { return r.console("11").Hub.Up }
	r.await("the hub", up)
	h.command("c1", hall.CommandServiceClose, hall.Order{Letter: "A", Why: hall.ServiceFull})
	r.await("the answer", func() bool { return len(heard[hall.CommandDone](h)) == 1 })
	kill()
	kill = r.startChild()
	r.await("the hub", up)
	h.command("c1", hall.CommandServiceClose, hall.Order{Letter: "A", Why: hall.ServiceFull})
	r.await("the answer to the repeat", func() bool { return len(heard[hall.CommandDone](h)) == 2 })
	if n := len(heard[hall.ServiceClosed](h)); n != 1 {
		t.Errorf("done %d times", n)
	}
	if code := r.post("/api/tickets", `{"letter":"A"}`, nil); code != "service-shut" {
		t.Errorf("a ticket of a stopped letter: %q", code)
	}
	r.await("the board's word of it", func() bool {
		q := sees[uplink.QueueNow](h, uplink.LeafQueue)
		return len(q.Letters) == 5 && q.Letters[0].Closed == hall.ServiceFull && !q.Letters[0].ClosedSince.IsZero() && q.Letters[1].Closed == ""
	})
	h.command("c2", hall.CommandServiceOpen, hall.Order{Letter: "A"})
	r.await("the letter", func() bool { return len(heard[hall.ServiceOpened](h)) == 1 })
	r.take("A", "")
	kill()
}

func TestAWindowReadsWhatAManagerSays(t *testing.T) {
	h, r := newTableHub(t), newRig(t)
	r.enrol(h.addr)
	r.start()
	r.await("the hub", func() bool { return r.console("11").Hub.Up })
	h.command("m1", hall.CommandMessage, hall.Order{Window: "11", Text: "请到二楼支援"})
	h.command("o1", hall.CommandOpen, hall.Order{Window: "11"})
	h.command("x1", hall.CommandMessage, hall.Order{Window: "99", Text: "?"})
	r.await("both", func() bool { return len(r.console("11").Notes) == 2 })
	if n := r.console("11").Notes[0]; n.ID != "m1" || n.Text != "请到二楼支援" || len(r.console("12").Notes) != 0 {
		t.Errorf("window 11 reads %+v", n)
	}
	r.await("the refusal", func() bool { return len(heard[hall.CommandRefused](h)) == 1 })
	if f := heard[hall.CommandRefused](h)[0]; f != (hall.CommandRefused{Command: "x1", Why: hall.RefusedMissing}) {
		t.Errorf("%+v", f)
	}
	if code := r.post("/api/notes/11/m1", "", nil); code != "" {
		t.Fatal(code)
	}
	r.act("11", "open")
	r.await("both read", func() bool { return len(heard[hall.CommandSeen](h)) == 2 && len(r.console("11").Notes) == 0 })
	for _, f := range heard[hall.CommandSeen](h) {
		if want := map[string]string{"m1": "", "o1": "0316"}[f.Command]; f.Window != "11" || f.Staff != want {
			t.Errorf("%+v", f)
		}
	}
}

// Somebody who is called to a window at once is told of at once: presence goes out with the commit.
func TestAnAlarmIsSaidAtOnce(t *testing.T) {
	h, r := newTableHub(t), newRig(t)
	r.enrol(h.addr)
	r.start()
	r.await("the hub", func() bool { return r.console("11").Hub.Up })
	r.act("11", "open")
	for _, on := range []bool{true, false} {
		if code := r.post("/api/alarms/11", map[bool]string{true: `{"on":true}`, false: `{}`}[on], nil); code != "" {
			t.Fatal(code)
		}
		r.await("the alarm", func() bool { return !sees[uplink.WindowNow](h, "window/11").Alarm.IsZero() == on })
		if (r.console("11").Alarm != nil) != on {
			t.Errorf("the console shows %v", r.console("11").Alarm)
		}
	}
	if r.await("the facts", func() bool { return len(heard[hall.AlertClosed](h)) == 1 }); len(heard[hall.AlertRaised](h)) != 1 {
		t.Error("raised more than once")
	}
}

// An outage of a unit takes the tickets of its items away, and every screen says so.
func TestAnOutageIsSaidEverywhere(t *testing.T) {
	h, r := newTableHub(t), newRig(t)
	r.enrol(h.addr)
	r.start()
	r.await("the hub", func() bool { return r.console("13").Hub.Up })
	h.command("u1", hall.CommandOutageBegin, hall.Order{Unit: "insurance"})
	r.await("the outage", func() bool { return len(heard[hall.OutageBegan](h)) == 1 })
	for _, c := range []struct{ body, want string }{{`{"letter":"B","item":"B01"}`, "unit-down"}, {`{"letter":"B","item":"B03"}`, ""}, {`{"letter":"B"}`, ""}} {
		if code := r.post("/api/tickets", c.body, nil); code != c.want {
			t.Errorf("%s: %q, want %q", c.body, code, c.want)
		}
	}
	if c := r.console("13"); len(c.Outages) != 1 || c.Outages[0].Name != "市医保局" || len(r.console("11").Outages) != 0 {
		t.Errorf("window 13 says %+v, window 11 %+v", c.Outages, r.console("11").Outages)
	}
	if d := screenOf[struct{ Outages []struct{ Name string } }](r, "/ws/display"); len(d.Outages) != 1 {
		t.Errorf("the display says %+v", d)
	}
	r.await("the board's word of it", func() bool {
		q := sees[uplink.QueueNow](h, uplink.LeafQueue)
		return len(q.Outages) == 1 && q.Outages[0].Unit == "insurance"
	})
}
