package desk

import (
	"bytes"
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"hallpulse/agent/internal/entry"
	"hallpulse/firmware-protocol/hall"
)

// pace is how a screen is kept alive: every beat the view is sent again, so that the page can tell a quiet hall from a
// silent program; a write may take write; a screen from which no pong comes for silence is gone.
type pace struct{ beat, write, silence time.Duration }

// Paired hears how the pages of paired browsers stand that are devices of the hall. Many goroutines may call.
type Paired interface {
	// Here says that such a page is open, until gone is called.
	Here(p entry.Pairing) (gone func())
	// Shows says whether the page of a sign shows what it was told.
	Shows(p entry.Pairing, right bool)
}

// message is what a screen hears: always the whole view, first as a snapshot, then when it changed.
type message struct {
	Kind string `json:"kind"`
	View any    `json:"view"`
}

// screens are the open WebSockets. There is no queue behind them: a screen that was told to look again reads the
// newest view when it is ready, so nothing piles up for a slow one, and one that takes nothing is cut off.
type screens struct {
	mu     sync.Mutex
	open   map[chan struct{}]context.CancelFunc
	closed bool
	all    sync.WaitGroup
}

// add admits a screen; it returns false when the desk is closing.
func (s *screens) add(look chan struct{}, cut context.CancelFunc) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	if s.open == nil {
		s.open = map[chan struct{}]context.CancelFunc{}
	}
	s.open[look] = cut
	s.all.Add(1)
	return true
}

func (s *screens) remove(look chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.open, look)
	s.all.Done()
}

func (s *screens) poke() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for look := range s.open {
		select {
		case look <- struct{}{}:
		default: // it has been told and has not looked yet
		}
	}
}

// closeAll ends every screen, waits for it, and admits no more.
func (s *screens) closeAll() {
	s.mu.Lock()
	s.closed = true
	for _, cut := range s.open {
		cut()
	}
	s.mu.Unlock()
	s.all.Wait()
}

// screen serves one WebSocket; view reads what it shows as of a moment.
func (d *Desk) screen(w http.ResponseWriter, r *http.Request, view func(at time.Time) message) {
	d.screenWhile(w, r, func() bool { return true }, view, nil)
}

// screenWhile is screen for as long as what it shows is there; said, if any, hears what the page says.
func (d *Desk) screenWhile(w http.ResponseWriter, r *http.Request, there func() bool, view func(at time.Time) message, said func([]byte)) {
	if !sameOrigin(r) {
		d.refuse(w, r, http.StatusForbidden, "origin")
		return
	}
	if !websocket.IsWebSocketUpgrade(r) {
		d.refuse(w, r, http.StatusBadRequest, "malformed")
		return
	}
	ctx, cut := context.WithCancel(context.WithoutCancel(r.Context()))
	defer cut()
	look := make(chan struct{}, 1)
	if !d.screens.add(look, cut) {
		d.refuse(w, r, http.StatusServiceUnavailable, "stopping")
		return
	}
	defer d.screens.remove(look)
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }} // asked above, with words
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		d.Log.Debug("desk: no websocket", "err", err) // Upgrade has answered
		return
	}
	if who, _ := visitorOf(r); who != nil && who.Role.IsDevice() {
		defer d.Paired.Here(*who)()
	}
	var reading sync.WaitGroup
	reading.Go(func() { defer cut(); d.listen(conn, said) })
	d.show(ctx, conn, look, view, func() bool { return there() && d.stays(r) })
	if err := conn.Close(); err != nil {
		d.Log.Debug("desk: close screen", "err", err)
	}
	reading.Wait()
}

// listen hears pongs and the end, and what a page says for said.
func (d *Desk) listen(conn *websocket.Conn, said func([]byte)) {
	conn.SetReadLimit(512)
	alive := func(string) error { return conn.SetReadDeadline(time.Now().Add(d.pace.silence)) }
	conn.SetPongHandler(alive)
	for err := alive(""); err == nil; {
		var b []byte
		if _, b, err = conn.ReadMessage(); err == nil && said != nil {
			said(b)
		}
	}
}

// signShows is what stands large on a sign: the window's state, and the number that is called or served there.
type signShows struct {
	State  hall.WindowState `json:"state"`
	Ticket string           `json:"ticket"`
}

func showsOf(w WindowNow) signShows {
	if w.State == hall.WindowIsCalled || w.State == hall.WindowIsServing {
		return signShows{w.State, w.Ticket}
	}
	return signShows{State: w.State}
}

// signScreen serves a sign its view, and hears what it has painted. Until it has painted what it was told last, it differs.
func (d *Desk) signScreen(w http.ResponseWriter, r *http.Request) {
	who, _ := visitorOf(r)
	var mu sync.Mutex
	var told, painted signShows
	compare := func(change func()) {
		mu.Lock()
		defer mu.Unlock()
		change()
		if who != nil {
			d.Paired.Shows(*who, painted == told)
		}
	}
	d.whileWindow(w, r, func(window string, at time.Time) message {
		v := d.views.Sign(window)
		v.At = at
		compare(func() { told = showsOf(v.Window) })
		return message{"sign", v}
	}, func(b []byte) {
		var now signShows
		if decode(b, &now) == nil {
			compare(func() { painted = now })
		}
	})
}

// closeUnpaired tells a page that it belongs nowhere any more: it asks for a code when it is loaded again.
const closeUnpaired = 4401

// show writes the view now, when it changed, and every beat, until ctx ends, the screen does not keep up, or it belongs here
// no more.
func (d *Desk) show(ctx context.Context, conn *websocket.Conn, look <-chan struct{}, view func(at time.Time) message, stays func() bool) {
	beat := time.NewTicker(d.pace.beat)
	defer beat.Stop()
	var last []byte // the view sent last, without its time
	for again := true; ; {
		if !stays() {
			_ = d.write(conn, websocket.CloseMessage, websocket.FormatCloseMessage(closeUnpaired, "")) // it may be gone already
			return
		}
		if now := encode(view(time.Time{})); again || !bytes.Equal(now, last) {
			last = now
			if err := d.write(conn, websocket.TextMessage, encode(view(time.Now()))); err != nil {
				d.Log.Info("desk: screen cut off", "err", err)
				return
			}
		}
		select {
		case <-look:
			again = false
		case <-beat.C:
			again = true
			if err := d.write(conn, websocket.PingMessage, nil); err != nil {
				return
			}
		case <-ctx.Done():
			bye := websocket.FormatCloseMessage(websocket.CloseGoingAway, "")
			_ = d.write(conn, websocket.CloseMessage, bye) // it may be gone already: then it needs no word
			return
		}
	}
}

func (d *Desk) write(conn *websocket.Conn, kind int, data []byte) error {
	if err := conn.SetWriteDeadline(time.Now().Add(d.pace.write)); err != nil {
		return err
	}
	return conn.WriteMessage(kind, data)
}
