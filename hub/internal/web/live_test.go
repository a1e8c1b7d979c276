package web

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/board"
	"hallpulse/hub/internal/figures"
)

// soon bounds what must happen: generous, never measured.
const soon = 20 * time.Second

// watch runs the board of d and ends it with the test; its screens are gone when it returns.
func (d *desks) watch() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.live.Run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				d.t.Error(err)
			}
		case <-time.After(soon):
			d.t.Error("Live.Run does not end")
		}
	}
	d.t.Cleanup(stop)
	return stop
}

func (d *desks) dial(view, origin string) (*websocket.Conn, *http.Response, error) {
	u, err := url.Parse(d.server.URL)
	if err != nil {
		d.t.Fatal(err)
	}
	h := http.Header{}
	if origin != "" {
		h.Set("Origin", origin)
	}
	dialer := websocket.Dialer{Jar: d.browser.Jar, HandshakeTimeout: soon}
	c, resp, err := dialer.Dial("ws://"+u.Host+"/ws/board?view="+view, h)
	if err == nil {
		d.t.Cleanup(func() { c.Close() })
		if err := c.SetReadDeadline(time.Now().Add(soon)); err != nil {
			d.t.Fatal(err)
		}
	}
	return c, resp, err
}

func (d *desks) mustDial(view string) *websocket.Conn {
	d.t.Helper()
	c, _, err := d.dial(view, d.server.URL)
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

type heard struct {
	Kind    string
	N       uint64
	Halls   []board.HallWhole
	Windows []board.Window
	Sums    *board.Sums
}

// next reads the next message that is no beat.
func next(t *testing.T, c *websocket.Conn) heard {
	t.Helper()
	for {
		_, data, err := c.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		var m heard
		if err := json.Unmarshal(data, &m); err != nil {
			t.Fatal(err)
		}
		if m.Kind != "beat" {
			return m
		}
	}
}

func call(b *board.Board, ticket string) {
	s := uplink.Session{Instance: "1111111111111111", Conn: 1}
	b.Window("city-1", time.Now(), uplink.WindowNow{Session: s, Window: "12", State: hall.WindowIsServing, Ticket: ticket, Staff: "0317"})
}

func TestAScreenHearsASnapshotThenWhatChanges(t *testing.T) {
	d := newDesks(t)
	d.signIn("gao", rightPassword)
	d.watch()
	d.live.Change(func(b *board.Board, now time.Time) {
		b.Status("city-1", uplink.Status{Session: uplink.Session{Instance: "1111111111111111", Conn: 1}, Online: true}, now)
		call(b, "A063")
	})
	first := d.mustDial("desk")
	m := next(t, first)
	if m.Kind != "snapshot" || len(m.Halls) != 1 || m.Halls[0].Windows[0].Ticket != "A063" || m.Halls[0].Windows[0].Staff.Name != "周敏" {
		t.Fatalf("first message %+v", m)
	}
	d.live.Change(func(b *board.Board, _ time.Time) { call(b, "A064") })
	delta := next(t, first)
	if delta.Kind != "delta" || delta.N != m.N+1 || len(delta.Windows) != 1 || delta.Windows[0].Ticket != "A064" || delta.Halls != nil {
		t.Fatalf("second message %+v", delta)
	}
	second := d.mustDial("desk")
	if m := next(t, second); m.Kind != "snapshot" || m.N != delta.N || m.Halls[0].Windows[0].Ticket != "A064" {
		t.Fatalf("a screen that joins later hears %+v", m)
	}
}

func TestAWallHearsNoSingleRating(t *testing.T) {
	d := newDesks(t)
	d.signIn("screen", rightPassword)
	d.watch()
	wall := d.mustDial("wall")
	next(t, wall)
	rate := func(levels [5]int) {
		d.live.Change(func(b *board.Board, now time.Time) {
			b.Count("city-1", board.Today{Window: "12", Day: hall.DayOf(now), Sums: figures.Sums{Ratable: 9, Levels: levels}})
		})
	}
	rate([5]int{0, 0, 0, 0, 5})
	if m := next(t, wall); m.Sums == nil || m.Windows != nil || m.Sums.Rated == nil || *m.Sums.Rated != 5 {
		t.Fatalf("after five ratings the wall hears %+v", m)
	}
	rate([5]int{1, 0, 0, 0, 5})
	rate([5]int{1, 0, 0, 0, 9})
	if m := next(t, wall); m.Sums == nil || *m.Sums.Rated != 10 || m.Sums.Bad != nil || !m.Sums.BadFew {
		t.Fatalf("after ten ratings the wall hears %+v", m)
	}
}

func TestAManagersScreenShowsHisHallsAlone(t *testing.T) {
	d := newDesks(t)
	d.signIn("town", rightPassword)
	d.watch()
	if m := next(t, d.mustDial("desk")); len(m.Halls) != 0 {
		t.Errorf("the manager of another hall sees %+v", m.Halls)
	}
}

func TestAScreenOfAnotherOriginIsRefused(t *testing.T) {
	d := newDesks(t)
	d.signIn("gao", rightPassword)
	for _, origin := range []string{"https://evil.example", "null"} {
		if _, resp, err := d.dial("desk", origin); err == nil || resp == nil || resp.StatusCode != http.StatusForbidden {
			t.Errorf("origin %s was not refused: %v", origin, err)
		}
	}
}

func TestAScreenWithoutASessionIsRefused(t *testing.T) {
	d := newDesks(t)
	if _, resp, err := d.dial("desk", d.server.URL); err == nil || resp == nil || resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("a stranger was not refused: %v", err)
	}
}

func TestSigningOutEndsTheScreens(t *testing.T) {
	d := newDesks(t)
	d.live.pace.beat = 10 * time.Millisecond
	d.signIn("gao", rightPassword)
	d.watch()
	c := d.mustDial("desk")
	next(t, c)
	d.do(http.MethodPost, "/signout", url.Values{})
	for {
		if _, _, err := c.ReadMessage(); err != nil {
			if !websocket.IsCloseError(err, websocket.ClosePolicyViolation) {
				t.Errorf("the screen ended with %v", err)
			}
			return
		}
	}
}

// TestASlowScreenIsCutOff: a screen that reads nothing is let go, and the others hear on.
func TestASlowScreenIsCutOff(t *testing.T) {
	d := newDesks(t)
	d.live.pace.gap, d.live.pace.write = 0, time.Second
	d.signIn("gao", rightPassword)
	d.watch()
	d.mustDial("desk") // it never reads
	quick := d.mustDial("desk")
	next(t, quick)
	deadline := time.Now().Add(soon)
	if err := quick.SetReadDeadline(deadline); err != nil {
		t.Fatal(err)
	}
	for i := 0; d.screens() > 1; i++ {
		if time.Now().After(deadline) {
			t.Fatal("the slow screen is still there")
		}
		d.live.Change(func(b *board.Board, now time.Time) {
			b.Find(board.Finding{ID: "x", Rule: hall.Rule(strings.Repeat("long ", 200_000)), Agent: "city-1", At: now.Add(time.Duration(i) * time.Second)})
		})
		if m := next(t, quick); m.Kind != "delta" {
			t.Fatalf("the quick screen heard %+v", m.Kind)
		}
	}
}

func (d *desks) screens() int {
	d.live.mu.Lock()
	defer d.live.mu.Unlock()
	n := 0
	for _, g := range d.live.groups {
		n += len(g.screens)
	}
	return n
}

func TestRunEndsWithItsScreens(t *testing.T) {
	d := newDesks(t)
	d.signIn("gao", rightPassword)
	stop := d.watch()
	c := d.mustDial("desk")
	next(t, c)
	stop()
	if n := d.screens(); n != 0 {
		t.Errorf("%d screens after the end", n)
	}
	if _, _, err := c.ReadMessage(); !websocket.IsCloseError(err, websocket.CloseGoingAway) {
		t.Errorf("the screen ended with %v", err)
	}
	if _, resp, err := d.dial("desk", d.server.URL); err == nil || resp == nil || resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a screen was admitted after the end: %v", err)
	}
}
