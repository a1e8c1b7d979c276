// Package desk serves the counter's own screens, the clerk's console, the kiosk, the guide's tablet, the display that calls,
// the signs over the windows and the tablets on which people rate, over HTTP and WebSocket: to this machine's own browsers on loopback, to paired browsers of
// the hall's network by TLS. It shows what the counter says and carries acts to it, each once. It owns who may ask (host,
// origin, place, size, repeats) and knows neither the law of queues nor any store, printer or hub.
package desk

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"hallpulse/agent/internal/counter"
	"hallpulse/firmware-protocol/hall"
)

// Counter does what people ask for at screens. An error that is a counter.Refusal or a Refusal is said to the person in
// the words of error.<code>; every other error is the program's own and goes to the log. When a method returns nil what
// it did is on disk, and Views show it. Many goroutines may call; ctx does not end when a browser goes away.
type Counter interface {
	// Do carries out a clerk's act at a window that is signed on. What a visit shall be called it knows itself.
	Do(ctx context.Context, o counter.Order) error
	// SignOn opens a window for the clerk of a badge; an empty badge is the window's own. An entry.Refusal is said to the
	// person too. What it counts of wrong PINs is on disk when it returns.
	SignOn(ctx context.Context, window, badge, pin string) error
	// ChoosePIN gives a clerk another PIN by the one-time code that a manager gave him; wrong codes count as wrong PINs do.
	ChoosePIN(ctx context.Context, window, badge, code, pin string) error
	// Return lets somebody wait again who was missed.
	Return(ctx context.Context, ticket hall.ID) error
	// Cancel ends a ticket that waits.
	Cancel(ctx context.Context, ticket hall.ID, why hall.DropWhy) error
	// Issue gives out a number, and its paper where it can. What it shall be called it knows itself.
	Issue(ctx context.Context, r counter.Request) (Ticket, error)
	// PrintList prints what an item asks for, without a number.
	PrintList(ctx context.Context, l List) (Listed, error)
	// Print prints a ticket's paper once more.
	Print(ctx context.Context, ticket hall.ID) (Ticket, error)
	// Read notes that what a manager said to a window was read there.
	Read(ctx context.Context, window, command string) error
	// Alarm calls somebody to a window at once, or says that it is over.
	Alarm(ctx context.Context, window string, on bool) error
	// Correct corrects what is known of the holder of a ticket that waits.
	Correct(ctx context.Context, ticket hall.ID, c Correction) error
	// Help notes who helps the citizen of a visit to press. It rates nothing.
	Help(ctx context.Context, h counter.Help) error
	// Shown checks what the holder of a ticket shows of it. Only then it says what became of the ticket.
	Shown(p Proof) (Shown, error)
	// Present lets a ticket of another agent of the hall wait at a window whose holder shows it there. The error is
	// NeedsNumber where nobody announced it, and its number must be read from the paper. Of one that is here already it says
	// how it stands.
	Present(ctx context.Context, window, token, number string) (Presented, error)
	// Rate takes what the holder of a ticket says of a visit. He must have shown it.
	Rate(ctx context.Context, a counter.Answer) error
}

// Views are what screens show. Many goroutines may call.
type Views interface {
	// Console is the console of a window of the hall, now.
	Console(window string) ConsoleView
	// Take is the page to take a ticket, now.
	Take() TakeView
	// Display is the screen of the waiting room, now.
	Display() DisplayView
	// WholeDisplay is that screen with what the hall's other agents show.
	WholeDisplay() DisplayView
	// Guide is the guide's tablet, now.
	Guide() GuideView
	// Sign is the sign over a window of the hall, now.
	Sign(window string) SignView
	// Pad is the tablet at a window of the hall, now.
	Pad(window string) PadView
}

// Config is all that a desk needs.
type Config struct {
	Listen   string                       // host:port; the host must be loopback
	Hall     func() *hall.Catalogue       // by which the hall works now; another catalogue is another value
	Whole    func() *hall.Catalogue       // that, with the parts of the hall's other agents; nil: there are none
	Pages    fs.FS                        // console.html, kiosk.html, display.html, guide.html, sign.html, tablet.html, stickers.html, assets/
	Voice    fs.FS                        // what the display speaks, <lang>/<word>.wav; it may be empty
	Words    map[string]map[string]string // language (zh, en) → key → sentence
	URL      func(ticket hall.ID) string  // what the QR code of a ticket says; empty: none
	Cases    Cases                        // what becomes of applications
	Bookings Bookings                     // places kept at a time
	Tablets  Tablets                      // what is pressed at tablets
	Paired   Paired                       // which pages hang in the hall
	Stickers func() []Sticker             // of the hall's windows, in their order
	Doctor   Doctor                       // what hangs at the ports
	Fellows  Fellows                      // what the hall's other agents say and are asked; nil: there are none
	Log      *slog.Logger
	LAN      *LAN // nil: this machine alone
}

// LAN is the desk on the hall's network.
type LAN struct {
	Listen string   // host:port
	Names  []string // hosts and addresses under which browsers reach it
	TLS    *tls.Config
	Ready  <-chan struct{} // closed when TLS has a certificate: nothing is listened on before
	Door   Door
}

// Desk serves screens. Create one with New.
type Desk struct {
	Config
	counter Counter
	views   Views
	handler http.Handler
	lan     http.Handler
	acts    turns
	book    bookMark
	repeats repeats
	screens screens
	pace    pace
	tries   tries
	now     func() time.Time // to count tries by
}

// New wires a desk and starts nothing.
func New(c Config, counter Counter, views Views) (*Desk, error) {
	if err := CheckListen(c.Listen); err != nil {
		return nil, err
	}
	if c.Whole == nil {
		c.Whole = c.Hall
	}
	d := &Desk{
		Config: c, counter: counter, views: views,
		pace: pace{beat: 10 * time.Second, write: 5 * time.Second, silence: 30 * time.Second},
		now:  time.Now,
	}
	pages := d.routes()
	d.handler = d.guard(loopback, pages)
	if c.LAN != nil {
		d.lan = d.guard(c.LAN.named, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { pages.ServeHTTP(w, d.asVisitor(r)) }))
	}
	return d, nil
}

// CheckListen says why a desk cannot listen at addr without TLS and pairing: those pages are for this machine alone
// (design §7).
func CheckListen(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("desk: listen %q: want host:port, as 127.0.0.1:8801", addr)
	}
	if !loopback(host) {
		return fmt.Errorf("desk: listen %q: want a loopback address: the hall's network comes in at desk.lan, by TLS", addr)
	}
	return nil
}

// loopback reports whether host can only mean this machine. A name that some DNS server may answer for cannot.
func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

// Handler serves the desk's addresses. Screens it opens live until Run or Serve ends.
func (d *Desk) Handler() http.Handler { return d.handler }

// Changed tells every screen to look again. It never blocks; call it after a commit and when a device, the link or the
// disk changed.
func (d *Desk) Changed() { d.screens.poke() }

// Run listens and serves until ctx ends and all its screens are closed.
func (d *Desk) Run(ctx context.Context) error {
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", d.Listen)
	if err != nil {
		return fmt.Errorf("desk: listen: %w", err)
	}
	return d.Serve(ctx, ln)
}

// RunLAN is Run for the hall's network. It waits for a certificate before it listens.
func (d *Desk) RunLAN(ctx context.Context) error {
	select {
	case <-d.LAN.Ready:
	case <-ctx.Done():
		return nil
	}
	ln, err := new(net.ListenConfig).Listen(ctx, "tcp", d.LAN.Listen)
	if err != nil {
		return fmt.Errorf("desk: listen on the hall's network: %w", err)
	}
	return d.ServeLAN(ctx, ln)
}

// ServeLAN is RunLAN on a listener of the caller's. It closes ln.
func (d *Desk) ServeLAN(ctx context.Context, ln net.Listener) error {
	conf := d.LAN.TLS.Clone()
	conf.NextProtos = []string{"http/1.1"} // a WebSocket takes its connection over
	return d.serve(ctx, tls.NewListener(ln, conf), d.lan)
}

// Serve is Run on a listener of the caller's. It closes ln.
func (d *Desk) Serve(ctx context.Context, ln net.Listener) error { return d.serve(ctx, ln, d.handler) }

func (d *Desk) serve(ctx context.Context, ln net.Listener, pages http.Handler) error {
	var fresh unused
	srv := &http.Server{
		Handler:           pages,
		ReadHeaderTimeout: 5 * time.Second, // no ReadTimeout: it would end the context of an act that waits for a printer
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		ConnState:         fresh.note,
		ErrorLog:          slog.NewLogLogger(d.Log.Handler(), slog.LevelDebug),
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(ln) }()
	select {
	case err := <-served:
		d.screens.closeAll()
		return fmt.Errorf("desk: serve: %w", err)
	case <-ctx.Done():
	}
	// An act already under way is on its way to the disk: let it finish and be answered.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	d.screens.closeAll()
	fresh.close()
	err := srv.Shutdown(last)
	if err != nil {
		err = errors.Join(fmt.Errorf("desk: stop: %w", err), srv.Close())
	}
	<-served
	return err
}

// unused are the connections on which nothing was asked yet. Browsers open them ahead of need, and Shutdown would wait
// seconds for a question on them.
type unused struct {
	mu   sync.Mutex
	open map[net.Conn]bool
	shut bool
}

func (u *unused) note(c net.Conn, state http.ConnState) {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case state != http.StateNew:
		delete(u.open, c)
	case u.shut:
		_ = c.Close() // nothing was asked on it: nobody misses it
	default:
		if u.open == nil {
			u.open = map[net.Conn]bool{}
		}
		u.open[c] = true
	}
}

func (u *unused) close() {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.shut = true
	for c := range u.open {
		_ = c.Close() // nothing was asked on it: nobody misses it
	}
}
