// Package web is all of the hub that knows net/http: the citizen's page behind the code on his ticket (design §4), the
// office's sign-in, its pages and the WebSocket of the live board (design §7). It owns who may see what over HTTP, in
// which words, and how screens are told of changes. It never opens a store and never speaks to the broker: what it
// needs of them it asks of small interfaces, and what a citizen says it hands on as facts.
package web

import (
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"hallpulse/hub/internal/board"
)

// Shared is what both listeners need.
type Shared struct {
	Centre  board.Name
	Pages   *Pages
	Live    *Live
	Now     func() time.Time
	Trusted []netip.Prefix // proxies whose X-Forwarded-For is believed
	Log     *slog.Logger
}

// ReadPages loads the server-rendered pages: rate is the folder web-kiosk/src/rate, shared the folder
// web-kiosk/src/shared with the words and the tokens.
func ReadPages(rate, shared fs.FS) (*Pages, error) {
	words, err := readWords(shared)
	if err != nil {
		return nil, err
	}
	return newPages(rate, shared, words)
}

// harden sets what every answer carries.
func harden(h http.Header) {
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
}
