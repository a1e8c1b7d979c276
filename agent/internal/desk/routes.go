package desk

import (
	"bytes"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"time"

	"hallpulse/agent/internal/counter"
	"hallpulse/agent/internal/entry"
	"hallpulse/firmware-protocol/hall"
)

// routes is the map of the desk's addresses. Each path also takes every other method, to refuse it with words. From the
// hall's network it is reached by whom the table in reach.go lists.
func (d *Desk) routes() http.Handler {
	mux := http.NewServeMux()
	on := func(method, path string, h http.HandlerFunc) {
		mux.HandleFunc(method+" "+path, d.admit(path, h))
		mux.HandleFunc(path, d.admit(path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Allow", method)
			d.refuse(w, r, http.StatusMethodNotAllowed, "method", "allow", method)
		}))
	}
	on("GET", "/{$}", d.page("console.html"))
	on("GET", "/console/{window}", d.page("console.html"))
	on("GET", "/take", d.page("kiosk.html"))
	on("GET", "/kiosk", d.page("kiosk.html"))
	on("GET", "/guide", d.page("guide.html"))
	on("GET", "/sign/{window}", d.page("sign.html"))
	on("GET", "/display", d.page("display.html"))
	on("GET", "/stickers", d.page("stickers.html"))
	on("GET", "/pad/{window}", d.ofTablet(func(w http.ResponseWriter, r *http.Request, _ entry.Pairing) { d.page("tablet.html")(w, r) }))
	on("GET", "/assets/{file}", d.asset)
	on("GET", "/voice/{lang}/{clip}", d.clip)

	on("POST", "/api/pair", d.pair)
	on("GET", "/api/hall", d.hallView)
	on("GET", "/api/book", d.bookView)
	on("POST", "/api/pins/{window}", d.once(d.choosePIN))
	on("POST", "/api/windows/{window}/{act}", d.once(d.windowAct))
	on("POST", "/api/alarms/{window}", d.once(d.alarm))
	on("POST", "/api/notes/{window}/{command}", d.once(d.readNote))
	on("POST", "/api/tickets", d.once(d.issueTicket))
	on("POST", "/api/lists", d.once(d.printList))
	on("GET", "/api/bookings/days", d.bookingDays)
	on("POST", "/api/bookings", d.once(d.bookPlace))
	on("POST", "/api/bookings/arrive", d.once(d.ofHolder(d.shownInHall, d.checkIn)))
	on("POST", "/api/bookings/{ticket}/arrive", d.once(d.arrive))
	on("POST", "/api/tickets/{ticket}/print", d.once(d.printTicket))
	on("POST", "/api/tickets/{ticket}/return", d.once(d.returnTicket))
	on("POST", "/api/tickets/{ticket}/cancel", d.once(d.cancelTicket))
	on("POST", "/api/tickets/{ticket}/correct", d.once(d.correctTicket))
	on("GET", "/api/tickets/{ticket}/qr.svg", d.ticketQR)
	on("POST", "/api/help/{window}", d.once(d.helpsRate))
	on("POST", "/api/rate/find", d.once(d.ofHolder(d.shownInHall, d.findTicket)))
	on("POST", "/api/rate", d.once(d.ratesVisit(d.shownInHall)))

	on("GET", "/api/stickers", d.stickersView)
	on("GET", "/api/stickers/{window}/qr.svg", d.stickerQR)
	on("POST", "/api/pad/{window}/press", d.ofTablet(d.press))
	on("POST", "/api/pad/{window}/reasons", d.ofTablet(d.explain))
	on("GET", "/ws/pad/{window}", d.ofTablet(d.padScreen))

	d.caseRoutes(on)
	on("POST", "/api/presented/{window}", d.once(d.present))
	d.fellowRoutes(on)
	d.doctorRoutes(on)

	on("GET", "/ws/console/{window}", d.ofWindow(func(window string, at time.Time) message {
		v := d.views.Console(window)
		v.At = at
		return message{"console", v}
	}))
	on("GET", "/ws/sign/{window}", d.signScreen)
	on("GET", "/ws/take", func(w http.ResponseWriter, r *http.Request) {
		d.screen(w, r, func(at time.Time) message {
			v := d.views.Take()
			v.At, v.Book, v.Speech = at, d.bookVersion(), d.speaks()
			return message{"take", v}
		})
	})
	on("GET", "/ws/guide", func(w http.ResponseWriter, r *http.Request) {
		d.screen(w, r, func(at time.Time) message {
			v := d.views.Guide()
			v.At, v.Book = at, d.bookVersion()
			return message{"guide", v}
		})
	})
	on("GET", "/ws/display", func(w http.ResponseWriter, r *http.Request) {
		d.screen(w, r, func(at time.Time) message {
			v := d.views.Display()
			if r.URL.Query().Has("hall") {
				v = d.views.WholeDisplay()
			}
			v.At, v.Voice = at, d.speaks()
			return message{"display", v}
		})
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if who, lan := visitorOf(r); lan && who == nil {
			d.unpaired(w, r)
			return
		}
		d.refuse(w, r, http.StatusNotFound, "not-found")
	})
	return mux
}

// ofWindow is a screen of one window of the hall.
func (d *Desk) ofWindow(view func(window string, at time.Time) message) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { d.whileWindow(w, r, view, nil) }
}

// whileWindow serves a screen of a window for as long as the hall has it; said, if any, hears what the page says.
func (d *Desk) whileWindow(w http.ResponseWriter, r *http.Request, view func(window string, at time.Time) message, said func([]byte)) {
	window := r.PathValue("window")
	there := func() bool {
		_, ok := d.Hall().Window(window)
		return ok
	}
	if !there() {
		d.refuse(w, r, http.StatusNotFound, string(counter.NoSuchWindow))
		return
	}
	d.screenWhile(w, r, there, func(at time.Time) message { return view(window, at) }, said)
}

// page serves one of the built pages. It is asked for anew each time; what it loads never changes under its name.
func (d *Desk) page(file string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		b, err := fs.ReadFile(d.Pages, file)
		if err != nil {
			d.refuse(w, r, http.StatusServiceUnavailable, "no-pages")
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(b) // the reader is gone: nobody is left to tell
	}
}

// asset serves a file whose name carries the hash of what is in it.
func (d *Desk) asset(w http.ResponseWriter, r *http.Request) {
	name := path.Join("assets", path.Base(r.PathValue("file")))
	b, err := fs.ReadFile(d.Pages, name)
	if err != nil {
		d.refuse(w, r, http.StatusNotFound, "not-found")
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(b))
}

// A clip is one spoken word in one language. The pattern leaves no way out of the folder.
var (
	clipLang = regexp.MustCompile(`^[a-z]{2}$`)
	clipName = regexp.MustCompile(`^[a-z0-9-]{1,32}\.wav$`)
)

// speaks reports whether there are clips: where there are any, the first word of every call is one.
func (d *Desk) speaks() bool {
	_, err := fs.Stat(d.Voice, "zh/please.wav")
	return err == nil
}

// clip serves a spoken word. The hall may replace it by a better one under the same name.
func (d *Desk) clip(w http.ResponseWriter, r *http.Request) {
	lang, name := r.PathValue("lang"), r.PathValue("clip")
	if !clipLang.MatchString(lang) || !clipName.MatchString(name) {
		d.refuse(w, r, http.StatusNotFound, "not-found")
		return
	}
	b, err := fs.ReadFile(d.Voice, path.Join(lang, name))
	if err != nil {
		d.refuse(w, r, http.StatusNotFound, "not-found")
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=86400")
	w.Header().Set("Content-Type", "audio/wav")
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(b))
}

// hallView lists the hall's windows.
func (d *Desk) hallView(w http.ResponseWriter, _ *http.Request) {
	c, mine := d.Whole(), d.Hall()
	v := HallView{Hall: Place{ID: c.Hall.ID, Name: c.Hall.Name, NameEN: c.Hall.NameEN}, Services: []HallLine{}, Windows: []HallWindow{}}
	for _, l := range c.Services {
		v.Services = append(v.Services, HallLine{l.Letter, l.Name, l.NameEN})
	}
	for _, win := range c.Windows {
		unit, _ := c.Unit(win.Unit)
		one := HallWindow{Unit: unit.Name, UnitEN: unit.NameEN, Services: win.Services}
		if _, ok := mine.Window(win.ID); ok {
			now := d.views.Console(win.ID)
			one.WindowNow, one.Staff = now.Window, now.Staff
		} else {
			one.WindowNow, one.Agent = WindowNow{ID: win.ID, Floor: win.Floor, FloorEN: win.FloorEN, State: hall.WindowIsOpen}, c.OwnerOf(win.ID)
			if s, ok := c.Clerk(win.Staff); ok {
				one.Staff = &Clerk{Badge: s.Badge, Name: s.Name, NameEN: s.NameEN, Unit: unit.Name, UnitEN: unit.NameEN}
			}
		}
		v.Windows = append(v.Windows, one)
	}
	writeJSON(w, http.StatusOK, encode(v))
}

// ticketQR draws the QR code of a ticket whose paper did not come out.
func (d *Desk) ticketQR(w http.ResponseWriter, r *http.Request) {
	id, err := hall.ParseID(r.PathValue("ticket"))
	if err != nil {
		d.refuse(w, r, http.StatusNotFound, string(NoSuchTicket))
		return
	}
	address := d.URL(id)
	if address == "" {
		d.refuse(w, r, http.StatusNotFound, "no-qr")
		return
	}
	svg, err := drawQR(address)
	if err != nil {
		d.Log.Error("desk: draw a QR code", "ticket", id, "err", err)
		d.refuse(w, r, http.StatusInternalServerError, "internal")
		return
	}
	w.Header().Set("Content-Type", "image/svg+xml")
	_, _ = w.Write(svg) // the reader is gone: nobody is left to tell
}
