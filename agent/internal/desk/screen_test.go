package desk

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// watch opens a screen.
func (r *rig) watch(path string) *websocket.Conn {
	r.t.Helper()
	conn, _, err := websocket.DefaultDialer.Dial("ws://"+r.addr+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetReadDeadline(time.Now().Add(20 * time.Second)); err != nil {
		r.t.Fatal(err)
	}
	return conn
}

// hear reads the next view of a console.
func hear(t *testing.T, conn *websocket.Conn) ConsoleView {
	t.Helper()
	var m struct {
		Kind string
		View ConsoleView
	}
	_, b, err := conn.ReadMessage()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &m); err != nil || m.Kind != "console" || m.View.At.IsZero() {
		t.Fatalf("%s: %v", b, err)
	}
	return m.View
}

func TestAScreenHearsASnapshotThenWholeViews(t *testing.T) {
	c := newSmall("A063", "A064")
	r := serve(t, c)
	conn := r.watch("/ws/console/12")
	if v := hear(t, conn); v.Visit != nil || v.WaitingCount != 2 {
		t.Errorf("snapshot %+v", v)
	}
	r.post("/api/windows/12/next", "", "1")
	r.Changed()
	if v := hear(t, conn); v.Visit == nil || v.Visit.Ticket != "A063" || v.WaitingCount != 1 || v.Window.ID != "12" {
		t.Errorf("after a call %+v", v)
	}
	// What does not change this screen is not sent to it: the next thing heard is the next change.
	for range 10 {
		r.Changed()
	}
	r.post("/api/windows/12/next", "", "2")
	r.Changed()
	if v := hear(t, conn); v.Visit.Ticket != "A064" {
		t.Errorf("after the second call %+v", v.Visit)
	}
}

func TestTakePageAndDisplayHearTheQueue(t *testing.T) {
	t.Run("take", func(t *testing.T) { hearsTheQueue(t, "take") })
	t.Run("display", func(t *testing.T) { hearsTheQueue(t, "display") })
}

func hearsTheQueue(t *testing.T, kind string) {
	c := newSmall("A063")
	r := serve(t, c)
	conn := r.watch("/ws/" + kind)
	for _, want := range []string{`"waiting":1`, `"waiting":0`} {
		_, b, err := conn.ReadMessage()
		if err != nil || !strings.HasPrefix(string(b), `{"kind":"`+kind+`","view":{"at":`) || !strings.Contains(string(b), want) {
			t.Fatalf("%s, %v; want %s", b, err, want)
		}
		r.post("/api/windows/12/next", "", "1")
		r.Changed()
	}
}

func TestAQuietScreenStillHearsThatTheDeskIsAlive(t *testing.T) {
	r := serve(t, newSmall(), func(d *Desk) { d.pace.beat = 5 * time.Millisecond })
	conn := r.watch("/ws/console/12")
	first := hear(t, conn).At
	if again := hear(t, conn).At; !again.After(first) {
		t.Errorf("first %v, again %v", first, again)
	}
}

func TestAScreenThatIsGoneIsForgotten(t *testing.T) {
	r := serve(t, newSmall())
	conn := r.watch("/ws/console/12")
	hear(t, conn)
	_ = conn.Close()
	eventually(t, "forgotten", func() bool { return r.openScreens() == 0 })
}

func TestAScreenWithoutPongIsGone(t *testing.T) {
	r := serve(t, newSmall(), func(d *Desk) { d.pace.beat, d.pace.silence = 5*time.Millisecond, 100*time.Millisecond })
	conn := r.watch("/ws/console/12")
	conn.SetPingHandler(func(string) error { return nil }) // alive, but does not answer
	for {
		if _, _, err := conn.ReadMessage(); err != nil {
			break
		}
	}
	eventually(t, "forgotten", func() bool { return r.openScreens() == 0 })
}

func TestASlowScreenIsCutAndHoldsNobodyUp(t *testing.T) {
	c := newSmall("A063")
	c.filler = strings.Repeat("青", 1<<20)
	r := serve(t, c, func(d *Desk) { d.pace.write = 200 * time.Millisecond; d.pace.beat = 5 * time.Millisecond })
	slow := r.watch("/ws/console/12") // never reads: the line fills up
	fast := r.watch("/ws/console/13")
	stop := make(chan struct{})
	go func() {
		defer close(stop)
		for {
			if _, _, err := fast.ReadMessage(); err != nil {
				return
			}
		}
	}()
	eventually(t, "the slow screen alone is cut", func() bool { return r.openScreens() == 1 })
	if a := r.post("/api/windows/12/next", "", "k"); a.status != 204 {
		t.Errorf("an act meanwhile: %d", a.status)
	}
	_ = slow.Close()
	_ = fast.Close()
	<-stop
}

func TestScreensAreToldThatTheDeskStops(t *testing.T) {
	r := serve(t, newSmall())
	conn := r.watch("/ws/console/12")
	hear(t, conn)
	r.stop()
	_, _, err := conn.ReadMessage()
	if !websocket.IsCloseError(err, websocket.CloseGoingAway) {
		t.Errorf("the screen heard %v", err)
	}
	if r.openScreens() != 0 {
		t.Error("the desk ended with a screen open")
	}
}

func (r *rig) openScreens() int {
	r.screens.mu.Lock()
	defer r.screens.mu.Unlock()
	return len(r.screens.open)
}
