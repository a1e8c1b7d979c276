package agent

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"net/http"
	"path"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"hallpulse/agent/internal/desk"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// at lets the agent's clock be at a time of a working day, and go on from there; what it returns moves it.
func (c *Config) at(day string, clock string) (move func(time.Duration)) {
	then, err := time.ParseInLocation("2006-01-02 15:04", day+" "+clock, hall.Beijing())
	if err != nil {
		panic(err)
	}
	began, ahead := time.Now(), new(atomic.Int64)
	gone := func() time.Duration { return time.Since(began) + time.Duration(ahead.Load()) }
	c.Clock = Clock{Now: func() time.Time { return then.Add(gone()) }, Up: func() time.Duration { return gone() + time.Second }, Synced: func() bool { return true }}
	return func(d time.Duration) { ahead.Add(int64(d)) }
}

// monday is a working day on which the sample hall is staffed from 9 to 17.
const monday = "2026-11-30"

// domain §6: booked at the desk while the hub is away, checked in at the kiosk with number, day and code, called at the time.
func TestWhoBookedAtTheDeskChecksInAtTheKiosk(t *testing.T) {
	r := newRig(t)
	r.enrol("")
	p := r.printer()
	c := r.writeConfig()
	move := c.at(monday, "09:35")
	r.run(c)
	r.await("the printer", r.ready)
	days := struct{ Days []desk.BookDay }{}
	r.get("/api/bookings/days?item=A01&situation=lost", &days)
	if len(days.Days) != 6 || days.Days[0].Slots[0] != (desk.BookSlot{At: 10 * 60, Left: 3}) {
		t.Fatalf("what can be booked: %+v", days.Days) // until Monday, without the weekend
	}
	var b desk.Booked
	if code := r.post("/api/bookings", `{"item":"A01","situation":"lost","day":"2026-11-30","at":"10:00"}`, &b); code != "" {
		t.Fatal(code)
	}
	if b.Booking != "YA001" || b.State != hall.TicketIsBooked || !b.Ticket.Printed || b.Ticket.Code == "" {
		t.Fatalf("booked: %+v", b)
	}
	r.await("its paper", func() bool { return len(p.Papers()) == 1 })
	proof := fmt.Sprintf(`{"number":"ya001","day":%q,"code":%q}`, monday, b.Ticket.Code)
	if code := r.post("/api/bookings/arrive", proof, nil); code != "too-early" {
		t.Errorf("25 minutes before: %q", code)
	}
	move(10 * time.Minute)
	if code := r.post("/api/bookings/arrive", strings.Replace(proof, b.Ticket.Code, "00000000", 1), nil); code != "wrong-code" {
		t.Errorf("without the code: %q", code)
	}
	var shown desk.Shown
	if code := r.post("/api/rate/find", proof, &shown); code != "" || shown.Booked == nil || shown.Booked.Booking != "YA001" {
		t.Errorf("%q, %+v", code, shown)
	}
	other := r.take("A", "")
	var mine desk.Ticket
	if code := r.post("/api/bookings/arrive", proof, &mine); code != "" {
		t.Fatal(code)
	}
	if mine.Number != "A002" || mine.Code != b.Ticket.Code || mine.Due == nil || !mine.Printed {
		t.Errorf("arrived: %+v", mine)
	}
	if code := r.post("/api/bookings/arrive", proof, nil); code != "has-arrived" {
		t.Errorf("again: %q", code)
	}
	r.take("A", "")
	if next := r.console("11").Next; next == nil || next.Ticket != other.Number {
		t.Errorf("before the time: %+v", next)
	}
	move(20 * time.Minute)
	r.act("11", "open", "next")
	if v := r.console("11"); v.Visit.Ticket != "A002" || len(v.Bookings) != 1 || v.Bookings[0].Number != "A002" {
		t.Errorf("at the time: %+v, bookings %+v", v.Visit, v.Bookings)
	}
	r.stop()
	var types []hall.Type
	for _, e := range r.events(c.Data) {
		if strings.HasPrefix(string(e.Type), "ticket.") {
			types = append(types, e.Type)
		}
	}
	if got := fmt.Sprint(types); got != "[ticket.booked ticket.issued ticket.confirmed ticket.issued ticket.issued ticket.called]" {
		t.Errorf("told %s", got)
	}
}

// Design §3: a citizen's wish to book is answered once, by the booking, whatever ends in between; its token goes to the hub sealed.
func TestABookingOutlivesAKilledAgent(t *testing.T) {
	h, r := newTableHub(t), newRig(t)
	e := r.enrol(h.addr)
	kill := r.startChild()
	up := func() bool { return r.console("11").Hub.Up }
	r.await("the hub", up)
	days := struct{ Days []desk.BookDay }{}
	r.get("/api/bookings/days?item=D01&situation=couple", &days)
	last := days.Days[len(days.Days)-1]
	order := hall.Order{Item: "D01", Situation: "couple", Day: last.Day, At: last.Slots[0].At}
	book := func(id string) { h.command(id, hall.CommandBook, order) }
	book("c1")
	r.await("the answer", func() bool { return len(heard[hall.CommandDone](h)) == 1 })
	kill()
	kill = r.startChild()
	r.await("the hub", up)
	book("c1")
	r.await("the answer to the repeat", func() bool { return len(heard[hall.CommandDone](h)) == 2 })
	book("c2")
	book("c3")
	r.await("that it is full", func() bool { return len(heard[hall.CommandRefused](h)) == 1 })
	kill()
	all := heard[hall.TicketBooked](h)
	if len(all) != 2 || all[0].Number != "YE001" || all[1].Number != "YE002" || all[0].Command != "c1" || all[0].Errand != "D01" || all[0].Token == nil {
		t.Fatalf("booked %+v", all)
	}
	if f := heard[hall.CommandRefused](h)[0]; f.Command != "c3" || f.Why != hall.RefusedFull {
		t.Errorf("refused %+v", f)
	}
	token := uplink.Token{Kind: uplink.TokenTicket, Ticket: all[0].Ticket, Day: hall.DayOf(time.Now())}.Sign(e.Key().SigningKey())
	if want := uplink.CodeSHA("qinglan", "YE001", order.Day, uplink.Code(token)); all[0].CodeSHA != want {
		t.Error("the code is not that of its token")
	}
}

// The code on paper stays right for its ticket though the counter's secret was changed since: printed again, shown at the kiosk.
func TestTheCodeOnPaperOutlivesARotation(t *testing.T) {
	r := newRig(t)
	e := r.enrol("")
	c := r.start()
	old := r.take("A", "A01")
	for n := range 2 { // and a second one
		r.stop()
		e.Secret = bytes.Repeat([]byte{byte(9 + n)}, 32)
		line, err := e.Line()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Rotate(c, line); err != nil {
			t.Fatal(err)
		}
		r.start()
		var shown desk.Shown
		if code := r.post("/api/rate/find", fmt.Sprintf(`{"token":%q}`, old.URL), &shown); code != "" || shown.ID != old.ID {
			t.Errorf("after %d rotations its QR code: %q", n+1, code)
		}
		typed := fmt.Sprintf(`{"number":%q,"day":%q,"code":%q}`, old.Number, hall.DayOf(time.Now()), old.Code)
		if code := r.post("/api/rate/find", typed, &shown); code != "" {
			t.Errorf("after %d rotations its code: %q", n+1, code)
		}
		fresh := r.take("A", "")
		_, signed, err := uplink.ReadToken(path.Base(fresh.URL))
		if err != nil || uplink.VerifyToken(signed, e.Key().SigningKey().Public().(ed25519.PublicKey)) != nil {
			t.Errorf("a ticket after %d rotations is not signed by the new key: %v", n+1, err)
		}
	}
}

// get reads what the desk answers.
func (r *rig) get(path string, into any) {
	r.t.Helper()
	resp, err := http.Get("http://" + r.listen + path)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		r.t.Fatal(err)
	}
}
