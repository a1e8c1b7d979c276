package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/board"
)

// screen serves the live board to one browser until it goes, is too slow, or may no longer look.
func (o *office) screen(w http.ResponseWriter, r *http.Request, who Account) {
	view, action := board.View(r.URL.Query().Get("view")), access.BoardWall
	if view == board.Desk {
		action = access.BoardDesk
	}
	halls, ok := o.looksAt(who, action)
	switch {
	case view != board.Desk && view != board.Wall:
		o.refuse(w, r, http.StatusBadRequest, "view")
		return
	case !ok:
		o.forbid(w, r, who, action)
		return
	case !websocket.IsWebSocketUpgrade(r):
		o.refuse(w, r, http.StatusUpgradeRequired, "view")
		return
	case !sameOrigin(r):
		o.refuse(w, r, http.StatusForbidden, "origin")
		return
	}
	ctx, cut := context.WithCancel(context.WithoutCancel(r.Context())) // Live ends it; the request's own end is not told after the upgrade
	defer cut()
	s, ok := o.Live.join(view, halls, cut)
	if !ok {
		o.refuse(w, r, http.StatusServiceUnavailable, "stopping")
		return
	}
	defer o.Live.leave(s)
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }} // asked above, with words
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		o.Log.Debug("board: no websocket", "err", err) // Upgrade has answered
		return
	}
	var reading sync.WaitGroup
	reading.Go(func() { defer cut(); o.listen(conn) })
	o.feed(ctx, conn, s, func() bool { return o.still(ctx) })
	if err := conn.Close(); err != nil {
		o.Log.Debug("board: close screen", "err", err)
	}
	reading.Wait()
}

// looksAt returns the halls that who sees on the board, none for all; ok is false where he sees nothing.
func (o *office) looksAt(who Account, a access.Action) (halls []string, ok bool) {
	halls, confined := access.Scope(who.Account, a).In(o.sites())
	if !confined {
		return nil, true
	}
	return halls, len(halls) > 0
}

// sameOrigin is asked for WebSockets, which no browser rule protects. A client that names no origin is no browser.
func sameOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host)
}

// listen hears pongs and the end. A screen has nothing to say.
func (o *office) listen(conn *websocket.Conn) {
	conn.SetReadLimit(512)
	alive := func(string) error { return conn.SetReadDeadline(time.Now().Add(o.Live.pace.silent)) }
	conn.SetPongHandler(alive)
	for err := alive(""); err == nil; {
		_, _, err = conn.NextReader()
	}
}

// feed writes what the screen is to hear, until ctx ends, the screen does not take it, or its account may not look any
// more: a session that ended ends its screens.
func (o *office) feed(ctx context.Context, conn *websocket.Conn, s *screen, still func() bool) {
	ask := time.NewTicker(o.Live.pace.beat)
	defer ask.Stop()
	for {
		var err error
		select {
		case data := <-s.out:
			err = o.write(conn, websocket.TextMessage, data)
		case <-ask.C:
			if !still() {
				_ = o.write(conn, websocket.CloseMessage, websocket.FormatCloseMessage(websocket.ClosePolicyViolation, "signed out"))
				return
			}
			err = o.write(conn, websocket.PingMessage, nil)
		case <-ctx.Done():
			_ = o.write(conn, websocket.CloseMessage, websocket.FormatCloseMessage(websocket.CloseGoingAway, "")) // it may be gone already
			return
		}
		if err != nil {
			o.Log.Debug("board: screen gone", "err", err)
			return
		}
	}
}

func (o *office) write(conn *websocket.Conn, kind int, data []byte) error {
	if err := conn.SetWriteDeadline(time.Now().Add(o.Live.pace.write)); err != nil {
		return err
	}
	return conn.WriteMessage(kind, data)
}
