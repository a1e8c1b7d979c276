package device

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/skip2/go-qrcode"

	"hallpulse/firmware-protocol/escpos"
	"hallpulse/firmware-protocol/hall"
)

// TicketPaper is all that a ticket says. Its texts are in the language of the words it is printed with.
type TicketPaper struct {
	Hall      string
	Number    string // D023
	Service   string
	Item      string // printed instead of Service, unless empty
	Ahead     int    // people
	P50Mins   int    // the expected wait, one time in two; 0: none is printed
	P90Mins   int    // nine times in ten
	Windows   []PaperWindow
	Route     []PaperStop // every stop of its way in order, where there are several
	Materials []string
	URL       string       // what the QR code holds, at most maxURL bytes
	NoQRWhy   hall.Trouble // where URL is empty: the last part of a key paper.noqr.*
	Code      string       // 8 characters; empty: none is printed
	At        time.Time
	Reprint   bool
	Due       string // said instead of Ahead, of who booked
}

// PaperWindow is a window that can call the ticket.
type PaperWindow struct{ ID, Floor string }

// PaperStop is a stop of a way: where and what is done there, and how far it is on foot from the stop before, 0 where nobody
// says.
type PaperStop struct {
	What     string
	WalkMins int
}

// Measures of a ticket.
const (
	ticketMM = 150 // a ticket is no longer than that
	maxURL   = escpos.MaxQR
	qrSide   = 342 // QR 8-M with its quiet zone at 6 dots a module; smaller codes get larger modules
	gapDots  = 8   // above and below a rule
	ruleDots = 2 + 2*gapDots
)

// PaperWords are the words on paper in one language: the part paper.* of the catalogue of words, under its full keys.
// In a text {n} and the like stand for what the ticket fills in.
type PaperWords map[string]string

// paperKeys are the words that tickets can need. For each TicketPaper.NoQRWhy there is paper.noqr.* besides.
func paperKeys() []string {
	return []string{
		"paper.ahead", "paper.ahead-none", "paper.booked", "paper.code", "paper.count", "paper.date", "paper.due", "paper.go", "paper.materials", "paper.missed",
		"paper.more", "paper.qr", "paper.reprint", "paper.route", "paper.wait", "paper.wait-about", "paper.walk", "paper.window", "paper.window-and",
	}
}

// Validate names every word that is missing; nil means that every kind of paper can be printed with w.
func (w PaperWords) Validate() error {
	var faults []error
	for _, key := range slices.Concat(paperKeys(), listKeys(), caseKeys(), trialKeys()) {
		if strings.TrimSpace(w[key]) == "" {
			faults = append(faults, fmt.Errorf("words: %s is missing: papers cannot be printed", key))
		}
	}
	return errors.Join(faults...)
}

// Fill returns the text of key with each {name} of pairs (name, value, …) put in.
func (w PaperWords) Fill(key string, pairs ...string) string {
	pairs = slices.Clone(pairs)
	for i := 0; i < len(pairs); i += 2 {
		pairs[i] = "{" + pairs[i] + "}"
	}
	return strings.NewReplacer(pairs...).Replace(w[key])
}

// LayoutTicket returns the bytes that print t in the form f, on a printer that has just been initialised; the last command
// cuts. However much a ticket says, it is no longer than 15 cm: names end after two lines, materials that have no room are
// counted, and the hall's own lines and logo, then the route, then the wait, and large type give way to what must be there.
// Where to go is said in small type, and materials are counted alone, rather than that the route is left out.
func LayoutTicket(t TicketPaper, f Form) ([]byte, error) {
	ticket, routed, err := layoutTicket(t, f, 1)
	if err != nil || routed || len(t.Route) < 2 {
		return ticket, err
	}
	small := f.with(func(b *Block) {
		if b.Show == "windows" {
			b.small()
		}
	})
	for _, listed := range []int{1, 0} {
		if other, routed, err := layoutTicket(t, small, listed); err == nil && routed {
			return other, nil
		}
	}
	return ticket, nil
}

// layoutTicket lays a ticket, and says whether its route had room beside so many materials.
func layoutTicket(t TicketPaper, f Form, listed int) (ticket []byte, routed bool, err error) {
	w := f.Words
	ticket, err = f.lay(KindTicket, map[string]part{
		"hall":    func(s *sheet, b Block, _ int) error { return s.main(b, 1, centered, 2, t.Hall) },
		"number":  func(s *sheet, b Block, _ int) error { return layNumber(s, b, t.Number) },
		"again":   func(s *sheet, b Block, _ int) error { return layAgain(s, b, t.Reprint, w) },
		"what":    func(s *sheet, b Block, _ int) error { return layWhat(s, b, t, w) },
		"wait":    func(s *sheet, b Block, room int) error { return layWait(s, b, t, w, room) },
		"windows": func(s *sheet, b Block, _ int) error { return layWindows(s, b, t.Windows, w["paper.go"], w) },
		"route": func(s *sheet, b Block, room int) error {
			err := layRoute(s, b, t.Route, listed, w, room)
			routed = s.length > 0
			return err
		},
		"materials": func(s *sheet, b Block, room int) error { return layMaterials(s, b, t, w, room) },
		"qr":        func(s *sheet, b Block, _ int) error { return layTicketQR(s, b, t, f) },
		"code":      func(s *sheet, b Block, _ int) error { return layCode(s, b, t.Code, w["paper.code"]) },
		"when": func(s *sheet, b Block, _ int) error {
			s.spread(dateTime(t.At, w), w["paper.missed"])
			return nil
		},
	}, []string{"wait", "route", hallsOwn, "materials"}, f.Printer.length(ticketMM))
	return ticket, routed, err
}

// layNumber lays the number in the largest type in which it stands on one line.
func layNumber(s *sheet, b Block, number string) error {
	size, st := b.look(6, bold|centered)
	size = max(1, min(size, s.columns(max(1, escpos.Columns(number)))))
	s.text(size, st, s.wrap(number, size, 1)...)
	return nil
}

// layAgain marks a paper that was sent to a printer before.
func layAgain(s *sheet, b Block, again bool, w PaperWords) error {
	if !again {
		return nil
	}
	return s.main(b, 1, bold|centered, 1, w["paper.reprint"])
}

// layWhat says what the number is for, how many are ahead.
func layWhat(s *sheet, b Block, t TicketPaper, w PaperWords) error {
	what := t.Item
	if what == "" {
		what = t.Service
	}
	ahead := w["paper.ahead-none"]
	if t.Ahead > 0 {
		ahead = w.Fill("paper.ahead", "n", strconv.Itoa(t.Ahead))
	}
	if t.Due != "" {
		ahead = t.Due
	}
	size, st := b.look(1, centered)
	if line := s.charset.Printable(what + "　" + ahead); escpos.Columns(line) <= s.columns(size) {
		s.text(size, st, line)
		return nil
	}
	s.text(size, st, s.wrap(what, size, 2)...)
	s.text(size, st, s.wrap(ahead, size, 1)...)
	return nil
}

// layWait says how long that takes, unless nothing was told or he is called at a time of his own.
func layWait(s *sheet, b Block, t TicketPaper, w PaperWords, room int) error {
	size, _ := b.look(1, 0)
	if t.P90Mins == 0 || t.Due != "" || max(escpos.LineDots, escpos.FontDots*size) > room {
		return nil
	}
	from, to := strconv.Itoa(t.P50Mins), strconv.Itoa(t.P90Mins)
	wait := w.Fill("paper.wait-about", "to", to)
	if t.P50Mins < t.P90Mins {
		wait = w.Fill("paper.wait", "from", from, "to", to)
	}
	return s.main(b, 1, bold|centered, 1, wait)
}

// layWindows says where to go, under what it is.
func layWindows(s *sheet, b Block, windows []PaperWindow, what string, w PaperWords) error {
	if len(windows) == 0 {
		return nil
	}
	s.text(1, bold, s.wrap(what, 1, 1)...)
	size, st := b.look(2, bold)
	lines := placeLines(s, windows, w, size)
	if len(lines) > 2 {
		size = 1
		lines = clip(placeLines(s, windows, w, 1), s.columns(1), 3)
	}
	s.text(size, st, lines...)
	return nil
}

// placeLines names each floor with its windows, in the order given, on lines of their own.
func placeLines(s *sheet, windows []PaperWindow, w PaperWords, size int) []string {
	var floors, out []string
	ids := map[string][]string{}
	for _, win := range windows {
		if !slices.Contains(floors, win.Floor) {
			floors = append(floors, win.Floor)
		}
		ids[win.Floor] = append(ids[win.Floor], win.ID)
	}
	for _, f := range floors {
		place := w.Fill("paper.window", "floor", f, "windows", strings.Join(ids[f], w["paper.window-and"]))
		out = append(out, s.wrap(place, size, endless)...)
	}
	return out
}

// layRoute numbers the stops of a way, each on a line, as far as there is room: the first one stands above in large. The walk
// to each stands at its right edge.
func layRoute(s *sheet, b Block, route []PaperStop, listed int, w PaperWords, room int) error {
	rest := 3 + listed // lines: its heading, that of the materials, what is counted of them, and some of them
	if len(route) < 2 || (len(route)+rest)*escpos.LineDots > room {
		return nil
	}
	if err := s.main(b, 1, bold, 1, w["paper.route"]); err != nil {
		return err
	}
	for i, stop := range route {
		what := strconv.Itoa(i+1) + " " + stop.What
		if stop.WalkMins == 0 {
			s.text(1, 0, s.wrap(what, 1, 1)...)
			continue
		}
		walk := w.Fill("paper.walk", "n", strconv.Itoa(stop.WalkMins))
		columns := s.columns(1) - 1 - escpos.Columns(walk)
		s.spread(clip(escpos.Wrap(s.charset.Printable(what), columns), columns, 1)[0], walk)
	}
	return nil
}

// layMaterials lists what to bring, each with a box to tick, and counts what has no room.
func layMaterials(s *sheet, b Block, t TicketPaper, w PaperWords, room int) error {
	if len(t.Materials) == 0 || room < 2*escpos.LineDots {
		return nil
	}
	const box, indent = "□ ", "   "
	columns := s.columns(1) - len(indent)
	if err := s.main(b, 1, bold, 1, w["paper.materials"]); err != nil {
		return err
	}
	for i, m := range t.Materials {
		lines := clip(escpos.Wrap(s.charset.Printable(m), columns), columns, 2)
		rest := len(t.Materials) - i
		need := len(lines)
		if rest > 1 {
			need++ // the line that counts the rest
		}
		if s.length+need*escpos.LineDots > room {
			more := "paper.more"
			if i == 0 {
				more = "paper.count"
			}
			s.text(1, bold, s.wrap(w.Fill(more, "n", strconv.Itoa(rest)), 1, 1)...)
			return nil
		}
		for j, l := range lines {
			s.text(1, 0, [...]string{box, indent}[j]+l)
		}
	}
	return nil
}

// layTicketQR lays the QR code, or says why there is none.
func layTicketQR(s *sheet, b Block, t TicketPaper, f Form) error {
	if t.URL == "" {
		why := f.Words["paper.noqr."+string(t.NoQRWhy)]
		if why == "" {
			return fmt.Errorf("ticket %s: no URL, and no word paper.noqr.%s that says why", t.Number, t.NoQRWhy)
		}
		return s.main(b, 1, centered, 3, why)
	}
	if err := s.main(b, 1, bold|centered, 1, f.Words["paper.qr"]); err != nil {
		return err
	}
	if err := s.qr(t.URL, f.Printer); err != nil {
		return fmt.Errorf("ticket %s: %w", t.Number, err)
	}
	return nil
}

// layCode lays the code under what it is.
func layCode(s *sheet, b Block, code, what string) error {
	if code == "" {
		return nil
	}
	s.text(1, centered, s.wrap(what, 1, 1)...)
	return s.main(b, 2, bold|centered, 1, inFours(code))
}

// inFours parts a code so that it can be read out.
func inFours(code string) string {
	if len(code) != 8 {
		return code
	}
	return code[:4] + " " + code[4:]
}

// dateTime writes a day and the time.
func dateTime(at time.Time, w PaperWords) string {
	at = at.In(hall.Beijing())
	return w.Fill("paper.date", "date", at.Format(time.DateOnly), "month", at.Format("1"), "day", at.Format("2"), "time", at.Format("15:04"))
}

// qr lays a QR code: as a picture, whose every dot is ours, or as the printer draws it.
func (s *sheet) qr(url string, p Profile) error {
	if len(url) > maxURL {
		return fmt.Errorf("URL of %d bytes: a QR code on this paper holds %d", len(url), maxURL)
	}
	if p.QR == qrNative {
		const quiet = 4 // modules around
		module := qrSide / (escpos.QRModules(len(url)) + 2*quiet)
		code := escpos.QR{Module: module, Data: url}
		s.gap(quiet * module)
		s.cmds = append(s.cmds, escpos.Center, code)
		s.length += module * escpos.QRModules(len(url))
		s.gap(quiet * module)
		return nil
	}
	r, err := drawQR(url, s.dots)
	if err == nil {
		s.raster(r)
	}
	return err
}

// drawQR draws the QR code of url in the middle of paper dots wide: level M, whole dots a module, its quiet zone of four
// modules around it. It is sent at half size, and the printer doubles it: a quarter of the bytes, so that a ticket at
// 9600 baud takes seconds less (the modules' dots are even for that).
func drawQR(url string, dots int) (escpos.Raster, error) {
	q, err := qrcode.New(url, qrcode.Medium)
	if err != nil {
		return escpos.Raster{}, fmt.Errorf("QR code: %w", err)
	}
	modules := q.Bitmap()
	scale := qrSide / len(modules) / 2 // of the picture sent
	side := len(modules) * scale
	left := (dots/2 - side) / 2
	r := escpos.Raster{Double: true, Width: (left + side + 7) / 8}
	r.Bits = make([]byte, r.Width*side)
	for y := range side {
		for x := range side {
			if modules[y/scale][x/scale] {
				r.Bits[y*r.Width+(left+x)/8] |= 0x80 >> ((left + x) % 8)
			}
		}
	}
	return r, nil
}
