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
	Windows   []PaperWindow
	Route     []string // every stop of its way in order, where there are several: where, and what is done there
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

// Paper widths, in dots.
const (
	Paper58 = 384
	Paper80 = 576
)

// Dots of a ticket.
const (
	// maxLength keeps a ticket to 15 cm: 1,200 dots less the 12 mm between print head and knife, blank on every ticket.
	maxLength = 1200 - 96
	maxURL    = 152 // bytes: the most that QR 8-M holds (design §4)
	qrSide    = 342 // QR 8-M with its quiet zone at 6 dots a module; smaller codes get larger modules
	gapDots   = 8   // above and below a rule
)

// PaperWords are the words on paper in one language: the part paper.* of the catalogue of words, under its full keys.
// In a text {n} and the like stand for what the ticket fills in.
type PaperWords map[string]string

// paperKeys are the words that every ticket can need. For each TicketPaper.NoQRWhy there is paper.noqr.* besides.
func paperKeys() []string {
	return []string{
		"paper.ahead", "paper.ahead-none", "paper.booked", "paper.code", "paper.date", "paper.due", "paper.go", "paper.materials", "paper.missed",
		"paper.more", "paper.qr", "paper.reprint", "paper.route", "paper.window", "paper.window-and",
	}
}

// Validate names every word that is missing; nil means that tickets can be printed with w.
func (w PaperWords) Validate() error {
	var faults []error
	for _, key := range paperKeys() {
		if w[key] == "" {
			faults = append(faults, fmt.Errorf("words: %s is missing: tickets cannot be printed", key))
		}
	}
	return errors.Join(faults...)
}

// fill returns the text of key with each {name} of pairs (name, value, …) put in.
func (w PaperWords) fill(key string, pairs ...string) string {
	for i := 0; i < len(pairs); i += 2 {
		pairs[i] = "{" + pairs[i] + "}"
	}
	return strings.NewReplacer(pairs...).Replace(w[key])
}

// LayoutTicket returns the bytes that print t on paper of so many dots (Paper58, Paper80), on a printer that has just
// been initialised; the last command cuts. However much a ticket says, it is no longer than 15 cm: names end after two
// lines, and materials that have no room are counted.
func LayoutTicket(t TicketPaper, w PaperWords, dots int) ([]byte, error) {
	if err := w.Validate(); err != nil {
		return nil, err
	}
	if dots != Paper58 && dots != Paper80 {
		return nil, fmt.Errorf("paper of %d dots: want %d (58 mm) or %d (80 mm)", dots, Paper58, Paper80)
	}
	head, middle, tail := sheet{dots: dots}, sheet{dots: dots}, sheet{dots: dots}
	layHead(&head, t, w)
	if err := layTail(&tail, t, w); err != nil {
		return nil, err
	}
	room := maxLength - head.length - tail.length
	layRoute(&middle, t, w, room)
	layMaterials(&middle, t, w, room)
	all := slices.Concat([]escpos.Command{escpos.Chinese{}}, head.cmds, middle.cmds, tail.cmds, []escpos.Command{escpos.Cut{}})
	return escpos.Append(nil, all...), nil
}

// layHead says whose number this is and where to go.
func layHead(s *sheet, t TicketPaper, w PaperWords) {
	s.text(1, centered, s.wrap(t.Hall, 2)...)
	s.text(numberSize(s, t.Number), bold|centered, s.wrap(t.Number, 1)...)
	if t.Reprint {
		s.text(1, bold|centered, s.wrap(w["paper.reprint"], 1)...)
	}
	what := t.Item
	if what == "" {
		what = t.Service
	}
	ahead := w["paper.ahead-none"]
	if t.Ahead > 0 {
		ahead = w.fill("paper.ahead", "n", strconv.Itoa(t.Ahead))
	}
	if t.Due != "" {
		ahead = t.Due
	}
	if line := what + "　" + ahead; escpos.Columns(line) <= s.columns(1) {
		s.text(1, centered, line)
	} else {
		s.text(1, centered, s.wrap(what, 2)...)
		s.text(1, centered, s.wrap(ahead, 1)...)
	}
	if len(t.Windows) == 0 {
		return
	}
	s.rule()
	s.text(1, bold, s.wrap(w["paper.go"], 1)...)
	size, lines := 2, placeLines(s, t.Windows, w, 2)
	if len(lines) > 2 {
		size, lines = 1, clip(placeLines(s, t.Windows, w, 1), s.columns(1), 3)
	}
	s.text(size, bold, lines...)
}

// numberSize is the largest size, ×6 at most, at which number stands on one line.
func numberSize(s *sheet, number string) int {
	return max(1, min(6, s.columns(max(1, escpos.Columns(number)))))
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
		place := w.fill("paper.window", "floor", f, "windows", strings.Join(ids[f], w["paper.window-and"]))
		out = append(out, escpos.Wrap(place, s.columns(size))...)
	}
	return out
}

// layRoute numbers the stops of a way, each on a line, as far as there is room: the first one stands above in large.
func layRoute(s *sheet, t TicketPaper, w PaperWords, room int) {
	const rest = 6 // lines: two rules, two headings, what is counted of the materials, and one of them
	if len(t.Route) < 2 || s.length+(len(t.Route)+rest)*escpos.LineDots > room {
		return
	}
	s.rule()
	s.text(1, bold, s.wrap(w["paper.route"], 1)...)
	for i, stop := range t.Route {
		s.text(1, 0, s.wrap(strconv.Itoa(i+1)+" "+stop, 1)...)
	}
}

// layMaterials lists what to bring, each with a box to tick, and counts what has no room.
func layMaterials(s *sheet, t TicketPaper, w PaperWords, room int) {
	if len(t.Materials) == 0 {
		return
	}
	const box, indent = "□ ", "   "
	columns := s.columns(1) - len(indent)
	s.rule()
	s.text(1, bold, s.wrap(w["paper.materials"], 1)...)
	for i, m := range t.Materials {
		lines := clip(escpos.Wrap(m, columns), columns, 2)
		rest := len(t.Materials) - i
		need := len(lines)
		if rest > 1 {
			need++ // the line that counts the rest
		}
		if s.length+need*escpos.LineDots > room {
			s.text(1, bold, s.wrap(w.fill("paper.more", "n", strconv.Itoa(rest)), 1)...)
			return
		}
		for j, l := range lines {
			s.text(1, 0, [...]string{box, indent}[j]+l)
		}
	}
}

// layTail has the QR code or why there is none, the code, when, and what if the number is missed.
func layTail(s *sheet, t TicketPaper, w PaperWords) error {
	s.rule()
	if t.URL == "" {
		why := w["paper.noqr."+string(t.NoQRWhy)]
		if why == "" {
			return fmt.Errorf("ticket %s: no URL, and no word paper.noqr.%s that says why", t.Number, t.NoQRWhy)
		}
		s.text(1, centered, s.wrap(why, 3)...)
	} else {
		qr, err := drawQR(t.URL, s.dots)
		if err != nil {
			return fmt.Errorf("ticket %s: %w", t.Number, err)
		}
		s.text(1, bold|centered, s.wrap(w["paper.qr"], 1)...)
		s.picture(qr)
	}
	if t.Code != "" {
		s.text(1, centered, s.wrap(w["paper.code"], 1)...)
		s.text(2, bold|centered, inFours(t.Code))
	}
	s.rule()
	t.At = t.At.In(hall.Beijing())
	at := w.fill("paper.date", "date", t.At.Format(time.DateOnly),
		"month", t.At.Format("1"), "day", t.At.Format("2"), "time", t.At.Format("15:04"))
	s.spread(at, w["paper.missed"])
	return nil
}

// inFours parts a code so that it can be read out.
func inFours(code string) string {
	if len(code) != 8 {
		return code
	}
	return code[:4] + " " + code[4:]
}

// drawQR draws the QR code of url in the middle of paper dots wide: level M, whole dots a module, its quiet zone of four
// modules around it. It is sent at half size, and the printer doubles it: a quarter of the bytes, so that a ticket at
// 9600 baud takes seconds less (the modules' dots are even for that).
func drawQR(url string, dots int) (escpos.Raster, error) {
	if len(url) > maxURL {
		return escpos.Raster{}, fmt.Errorf("URL of %d bytes: a QR code on this paper holds %d", len(url), maxURL)
	}
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
