package desk

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/gorilla/websocket"

	"hallpulse/agent/internal/counter"
	"hallpulse/agent/internal/entry"
	"hallpulse/firmware-protocol/hall"
)

func (s *small) Pad(window string) PadView {
	return PadView{Window: s.Console(window).Window, Show: counter.ShowIdle, Services: []HallLine{}}
}

func (s *small) Here(p entry.Pairing) (gone func()) {
	at := strings.TrimSpace(string(p.Role) + " " + p.Window)
	s.set(func() { s.pages = append(s.pages, "here "+at) })
	return func() { s.set(func() { s.pages = append(s.pages, "gone "+at) }) }
}

// Shows notes what is new.
func (s *small) Shows(p entry.Pairing, right bool) {
	s.set(func() {
		if now := fmt.Sprint(p.Role, " right ", right); len(s.pages) == 0 || s.pages[len(s.pages)-1] != now {
			s.pages = append(s.pages, now)
		}
	})
}

// Press takes what is satisfied for the rating.
func (s *small) Press(ctx context.Context, p entry.Pairing, press hall.Press) (Pressed, error) {
	return Pressed{Became: press.Level >= hall.Fair}, s.act(ctx, fmt.Sprintf("press %s %v", p.Window, press), func() error { return nil })
}

func (s *small) Explain(ctx context.Context, p entry.Pairing, key hall.PressKey, codes []string) error {
	return s.act(ctx, fmt.Sprintf("why %s %v %v", p.Window, key, codes), func() error { return nil })
}

// stood says how the pages of paired browsers stood, one after the other.
func (s *small) stood() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.pages, ", ")
}

const pressOf = `{"uid":"9a2b3c4d5e6f7081","boot":7,"seq":1,"level":%s,"age_ms":%s}`

// A tablet presses for the window that it is paired to, and nobody else does: no other window's tablet, no clerk's browser, on
// the network or on the counter's own machine (design §7).
func TestOnlyTheTabletOfAWindowPressesThere(t *testing.T) {
	c := newSmall()
	l := serveLAN(t, c)
	own, other, clerk := l.book.at(entry.RoleTablet, "12"), l.book.at(entry.RoleTablet, "13"), l.book.at(entry.RoleConsole, "12")
	press := fmt.Sprintf(pressOf, "4", "300")
	if a := l.ask("GET", "/pad/12", "", own); a.status != http.StatusOK || !strings.Contains(a.body, "tablet") {
		t.Errorf("its page: %d %s", a.status, a.body)
	}
	if a := l.ask("GET", "/", "", own); a.header.Get("Location") != "/pad/12" {
		t.Errorf("sent to %q", a.header.Get("Location"))
	}
	if a := l.ask("POST", "/api/pad/12/press", press, own); a.status != http.StatusOK || a.body != `{"became":true,"repeat":false}` {
		t.Errorf("its press: %d %s", a.status, a.body)
	}
	if a := l.ask("POST", "/api/pad/12/reasons", `{"uid":"9a2b3c4d5e6f7081","boot":7,"seq":1,"reasons":["406"]}`, own); a.status != http.StatusNoContent {
		t.Errorf("its reasons: %d %s", a.status, a.body)
	}
	for who, as := range map[string]entry.Secret{"another window's tablet": other, "the clerk": clerk, "nobody": ""} {
		for _, path := range []string{"/pad/12", "/api/pad/12/press", "/api/pad/12/reasons", "/ws/pad/12"} {
			method := "POST"
			if !strings.HasPrefix(path, "/api") {
				method = "GET"
			}
			if a := l.ask(method, path, press, as); a.status != http.StatusForbidden && a.status != http.StatusUnauthorized {
				t.Errorf("%s at %s: %d", who, path, a.status)
			}
		}
	}
	if a := l.rig.post("/api/pad/12/press", press, "k"); a.status != http.StatusForbidden || a.problem.Code != "tablet-only" {
		t.Errorf("a browser of the counter's own machine: %d %s", a.status, a.body)
	}
	want := []string{"press 12 {9a2b3c4d5e6f7081 7 1 good 300}", "why 12 {9a2b3c4d5e6f7081 7 1} [406]"}
	if got := c.done(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("done %q, want %q", got, want)
	}
}

// What no page of ours sends is refused with words, and reaches nobody.
func TestBadPressesAreRefused(t *testing.T) {
	c := newSmall()
	l := serveLAN(t, c)
	own := l.book.at(entry.RoleTablet, "12")
	for _, body := range []string{
		"", "{", `[]`, fmt.Sprintf(pressOf, "0", "1"), fmt.Sprintf(pressOf, "6", "1"), fmt.Sprintf(pressOf, "4", "-2"), fmt.Sprintf(pressOf, "4", `"x"`),
		`{"uid":"ffffffffffffffff","boot":7,"seq":1,"level":4,"age_ms":0}`, `{"uid":"9a2b3c4d5e6f7081","boot":7,"seq":0,"level":4,"age_ms":0}`,
		`{"uid":"9a2b3c4d5e6f7081","boot":7,"seq":1,"level":4,"age_ms":0,"staff":"0317"}`, strings.Repeat("x", maxBody+1),
	} {
		if a := l.ask("POST", "/api/pad/12/press", body, own); a.status < 400 || a.status >= 500 || !strings.Contains(a.body, "message") {
			t.Errorf("press %.60q: %d %s", body, a.status, a.body)
		}
	}
	for _, reasons := range []string{`[]`, `["406","406"]`, `["999"]`, `[""]`, `"406"`} {
		if a := l.ask("POST", "/api/pad/12/reasons", `{"uid":"9a2b3c4d5e6f7081","boot":7,"seq":1,"reasons":`+reasons+`}`, own); a.status != http.StatusBadRequest {
			t.Errorf("reasons %s: %d", reasons, a.status)
		}
	}
	c.set(func() { c.fail = DiskSealed })
	if a := l.ask("POST", "/api/pad/12/press", fmt.Sprintf(pressOf, "4", "0"), own); a.status != http.StatusServiceUnavailable {
		t.Errorf("a press that cannot be kept: %d", a.status)
	}
	if got := c.done(); len(got) != 1 {
		t.Errorf("done %q", got)
	}
}

// The tablet is a device while its page is open, and nothing of a rating is in what it shows.
func TestATabletIsHereWhileItsPageIsOpen(t *testing.T) {
	c := newSmall()
	l := serveLAN(t, c)
	own := l.book.at(entry.RoleTablet, "12")
	conn, _, err := l.dialer.Dial("wss://"+l.host+"/ws/pad/12", http.Header{"Cookie": {cookie + "=" + string(own)}, "Origin": {"https://" + l.host}})
	if err != nil {
		t.Fatal(err)
	}
	_, first, err := conn.ReadMessage()
	if err != nil || strings.Contains(string(first), "level") || !strings.Contains(string(first), `"uid":"`) {
		t.Errorf("%s, %v", first, err)
	}
	conn.Close()
	eventually(t, "gone", func() bool { return c.stood() == "here tablet 12, gone tablet 12" })
}

// dial opens a screen of the network with a pairing.
func (l *lanRig) dial(path string, as entry.Secret) *websocket.Conn {
	l.t.Helper()
	conn, _, err := l.dialer.Dial("wss://"+l.host+path, http.Header{"Cookie": {cookie + "=" + string(as)}, "Origin": {"https://" + l.host}})
	if err != nil {
		l.t.Fatal(err)
	}
	l.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// What hangs in the hall is a device while its page is open; who sits before a console, or opens a page on the counter's own
// machine, is none.
func TestPagesThatHangInTheHallAreHere(t *testing.T) {
	c := newSmall()
	l := serveLAN(t, c)
	for path, as := range map[string]entry.Secret{"/ws/console/12": l.book.at(entry.RoleConsole, "12"), "/ws/guide": l.book.at(entry.RoleGuide, "")} {
		if _, _, err := l.dial(path, as).ReadMessage(); err != nil {
			t.Error(err)
		}
	}
	for _, path := range []string{"/ws/display", "/ws/take", "/ws/sign/12"} {
		if _, _, err := l.watch(path).ReadMessage(); err != nil {
			t.Error(err)
		}
	}
	display := l.dial("/ws/display", l.book.at(entry.RoleDisplay, ""))
	eventually(t, "the display", func() bool { return c.stood() == "here display" })
	kiosk := l.dial("/ws/take", l.book.at(entry.RoleKiosk, ""))
	eventually(t, "the kiosk", func() bool { return c.stood() == "here display, here kiosk" })
	display.Close()
	eventually(t, "gone", func() bool { return c.stood() == "here display, here kiosk, gone display" })
	kiosk.Close()
}

// Issue 4: a sign equals the board. It says what it has painted; until that is what it was told last, it differs.
func TestASignSaysWhatItShows(t *testing.T) {
	c := newSmall("A063")
	l := serveLAN(t, c)
	sign := l.dial("/ws/sign/12", l.book.at(entry.RoleSign, "12"))
	told := "here sign 12"
	is := func(more string) {
		t.Helper()
		told += ", " + more
		eventually(t, more, func() bool { return c.stood() == told })
	}
	say := func(text string) {
		t.Helper()
		if err := sign.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	is("sign right false")
	say(`{"state":"open","ticket":""}`)
	is("sign right true")
	l.rig.post("/api/windows/12/next", "", "1")
	l.Changed()
	is("sign right false")
	say(`{"state":"called","ticket":"A062"}`)
	say(`no word of ours`)
	say(`{"state":"called","ticket":"A063"}`)
	is("sign right true")
}
