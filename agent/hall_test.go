package agent

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"hallpulse/agent/internal/desk"
	"hallpulse/firmware-protocol/hall"
)

// domain §6: the sign over a window always shows the board's state. Whatever happens at a window, console, sign and call
// display say the same of it.
func TestEveryScreenSaysTheSameOfAWindow(t *testing.T) {
	r := newRig(t)
	r.start()
	r.take("A", "A01")
	r.take("A", "")
	seen := map[hall.WindowState]bool{}
	look := func(after string) {
		t.Helper()
		console := r.console("11")
		sign := screenOf[desk.SignView](r, "/ws/sign/11")
		if console.Window != sign.Window {
			t.Errorf("after %s: the console says %+v, the sign %+v", after, console.Window, sign.Window)
		}
		ticket := ""
		if console.Visit != nil {
			ticket = console.Visit.Ticket
		}
		if ticket != sign.Window.Ticket {
			t.Errorf("after %s: %q is at the console, %q on the sign", after, ticket, sign.Window.Ticket)
		}
		for _, c := range screenOf[desk.DisplayView](r, "/ws/display").Open {
			if c.Window == "11" && (sign.Window.State != hall.WindowIsCalled || c.Ticket != sign.Window.Ticket || c.Calls != sign.Window.Calls) {
				t.Errorf("after %s: the display calls %+v, the sign says %+v", after, c, sign.Window)
			}
		}
		seen[sign.Window.State] = true
	}
	look("nothing")
	for _, act := range []string{"open", "pause", "resume", "next", "recall", "serve", "finish", "next", "recall", "missed", "close"} {
		r.act("11", act)
		look(act)
	}
	if len(seen) != 5 {
		t.Errorf("only %v were looked at", seen)
	}
	if others := screenOf[desk.SignView](r, "/ws/sign/11").Others; len(others) != 0 {
		t.Errorf("all others are closed, the sign sends to %v", others)
	}
	r.act("12", "open")
	if others := screenOf[desk.SignView](r, "/ws/sign/11").Others; fmt.Sprint(others) != "[12]" {
		t.Errorf("window 12 is open, the sign sends to %v", others)
	}
}

// From the number to the rating at the kiosk: with the QR code or with number, day and code, once (domain §3.2, §3.3).
func TestTheHolderOfATicketRatesAtTheKiosk(t *testing.T) {
	r := newRig(t)
	r.enrol("")
	c := r.start()
	k := r.take("A", "A01")
	typed := func(code string) string {
		return fmt.Sprintf(`{"number":%q,"day":%q,"code":%q}`, strings.ToLower(k.Number), hall.DayOf(time.Now()), code)
	}
	find := func(proof string) (s desk.Shown) {
		t.Helper()
		if code := r.post("/api/rate/find", proof, &s); code != "" {
			t.Fatalf("%s: %s", proof, code)
		}
		return s
	}
	if s := find(typed(k.Code)); !s.Known || len(s.Visits) != 0 {
		t.Errorf("before service: %+v", s)
	}
	r.act("11", "open", "next", "serve", "finish")
	scanned := fmt.Sprintf(`{"token":%q}`, k.URL)
	s := find(scanned)
	if len(s.Visits) != 1 || s.Number != k.Number || s.Visits[0].Window != "11" || s.Visits[0].Item != "居民身份证补领" || s.Visits[0].Pressed {
		t.Fatalf("after service: %+v", s)
	}
	if typed := find(typed(strings.ToLower(k.Code))); fmt.Sprint(typed.Visits) != fmt.Sprint(s.Visits) {
		t.Errorf("typed: %+v", typed)
	}
	for proof, want := range map[string]string{
		typed("00000000"): "wrong-code", `{"token":"https://other.example/pay/1"}`: "other-counter",
		`{"token":"` + altered(k.URL) + `"}`: "wrong-code",
	} {
		if got := r.post("/api/rate/find", proof, nil); got != want {
			t.Errorf("%s: %q, want %s", proof, got, want)
		}
	}
	body := fmt.Sprintf(`{"proof":%s,"visit":%q,"level":2,"reasons":["214"],"draft":"%032d"}`, scanned, s.Visits[0].ID, 1)
	for range 2 { // sent twice it is one
		if code := r.post("/api/rate", body, nil); code != "" {
			t.Fatal(code)
		}
	}
	if code := r.post("/api/rate", strings.NewReplacer(`"level":2,"reasons":["214"]`, `"level":5`, fmt.Sprintf("%032d", 1), fmt.Sprintf("%032d", 2)).Replace(body), nil); code != "already-rated" {
		t.Errorf("a second rating: %q", code)
	}
	if s := find(scanned); !s.Rated || len(s.Visits) != 0 {
		t.Errorf("after the rating: %+v", s)
	}
	r.stop()
	given := 0
	for _, e := range r.events(c.Data) {
		if e.Type == hall.TypeRatingGiven {
			given++
			if b := string(e.Body); !strings.Contains(b, `"channel":"kiosk"`) || !strings.Contains(b, `"level":2`) || !strings.Contains(b, `"reasons":["214"]`) {
				t.Errorf("told %s", b)
			}
		}
	}
	if given != 1 {
		t.Errorf("%d ratings were told, want 1", given)
	}
}
