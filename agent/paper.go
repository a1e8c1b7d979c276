package agent

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"hallpulse/agent/internal/counter"
	"hallpulse/agent/internal/desk"
	"hallpulse/agent/internal/device"
	"hallpulse/agent/internal/outbox"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// paper is a ticket's paper. It is remembered until its business day is over, so that it can be printed again.
type paper struct {
	Ticket counter.Ticket `json:"ticket"`
	printing
	Wish  string `json:"wish,omitempty"`  // of another agent of the hall, which prints it (uplink.Wanted)
	Token []byte `json:"token,omitempty"` // of a ticket that another agent of the hall gave out, and that is printed here
	said
}

// said is what somebody was told when he got his number. A reprint says the same.
type said struct {
	Ahead   int `json:"ahead,omitempty"`    // people
	P50Mins int `json:"p50_mins,omitempty"` // the expected wait, one time in two; 0: nothing was told
	P90Mins int `json:"p90_mins,omitempty"` // nine times in ten
}

// printing is how the last try to print a paper stands.
type printing struct {
	Reprint bool         `json:"reprint,omitempty"` // it was tried before
	After   hall.Trouble `json:"after,omitempty"`   // why it did not come out then
	Printed bool         `json:"printed,omitempty"`
	Trouble hall.Trouble `json:"trouble,omitempty"` // why not; with neither it is on its way
	At      time.Time    `json:"at"`                // of the last try
}

// again is one more try, on its way.
func (a printing) again(m hall.Moment) printing {
	return printing{Reprint: true, After: a.Trouble, At: m.At.Round(0)}
}

// ended is the try as it ended.
func (a printing) ended(trouble hall.Trouble, m hall.Moment) printing {
	a.Printed, a.Trouble, a.At = trouble == "", trouble, m.At.Round(0)
	return a
}

// told is the fact of how it ended; of names the paper and the printer.
func (a printing) told(of hall.PaperPrinted) hall.Fact {
	switch {
	case a.Trouble != "":
		return hall.PaperFailed{Ticket: of.Ticket, Device: of.Device, Why: a.Trouble, Case: of.Case, Notice: of.Notice}
	case a.Reprint:
		return hall.PaperReprinted{Ticket: of.Ticket, Device: of.Device, After: a.After, Case: of.Case, Notice: of.Notice}
	}
	return of
}

func (a paper) put() outbox.Put { return putJSON(bucketPaper, a.Ticket.ID.String(), a) }

// by is the paper of a ticket that another agent of the hall asked for; without a wish nobody did.
func (a paper) by(wish string) paper {
	if wish != "" {
		a.Wish, a.Printed, a.Trouble = wish, true, ""
	}
	return a
}

// printerAt is a ticket printer of the configuration.
type printerAt struct {
	*device.Printer
	name    string
	profile device.Profile
}

// paperWords are the words of printed tickets in the language of the configuration.
type paperWords struct {
	device.PaperWords
	english bool
}

// form is how a kind of paper looks on a printer.
func (p *program) form(kind device.Kind, on device.Profile) device.Form {
	return device.Form{Words: p.paper.PaperWords, English: p.paper.english, Printer: on, Template: p.cfg.papers[kind]}
}

// in returns the text in the paper's language.
func (w paperWords) in(zh, en string) string {
	if w.english && en != "" {
		return en
	}
	return zh
}

// readWords reads the sentences of every language: language → key → sentence.
func readWords(files fs.FS) (map[string]map[string]string, error) {
	all := map[string]map[string]string{}
	for _, lang := range []string{"zh", "en"} {
		b, err := fs.ReadFile(files, "src/shared/words/"+lang+".json")
		if err != nil {
			return nil, fmt.Errorf("words: %w", err)
		}
		var words map[string]string
		if err := json.Unmarshal(b, &words); err != nil {
			return nil, fmt.Errorf("words: %s: %w", lang, err)
		}
		all[lang] = words
	}
	return all, nil
}

// oldPapers forgets what was printed on earlier days, some at a time.
func oldPapers(all map[hall.ID]paper, today hall.Day) (forgotten map[hall.ID]*paper, puts []outbox.Put) {
	for id, a := range all {
		if a.Ticket.Day < today && len(puts) < 500 {
			if forgotten == nil {
				forgotten = map[hall.ID]*paper{}
			}
			forgotten[id] = nil
			puts = append(puts, outbox.Put{Bucket: bucketPaper, Key: []byte(id.String())})
		}
	}
	return forgotten, puts
}

// tokenOf returns what the QR code and the code of a ticket are made of; nil where nobody could check it.
func (p *program) tokenOf(t counter.Ticket) []byte {
	return p.sign(uplink.Token{Kind: uplink.TokenTicket, Ticket: t.ID, Day: t.Signed()})
}

// tokenOn is tokenOf for a paper: of another agent's ticket it is what that one signed.
func (p *program) tokenOn(a paper) []byte {
	if a.Token != nil {
		return a.Token
	}
	return p.tokenOf(a.Ticket)
}

// codeOf returns the code under the QR code; empty where there is no token.
func codeOf(token []byte) string {
	if token == nil {
		return ""
	}
	return uplink.Code(token)
}

// urlOf returns what the QR code of a ticket says; empty where there is no public address.
func (p *program) urlOf(token []byte) string {
	base := p.view().config.PublicURL
	if token == nil || base == "" {
		return ""
	}
	u, err := uplink.RatingURL(base, token)
	if err != nil {
		p.log.Error("no QR code can be printed", "err", err)
		return ""
	}
	return u
}

// ticketURL is urlOf for a ticket that is still remembered.
func (p *program) ticketURL(id hall.ID) string {
	a, ok := p.view().papers[id]
	if !ok {
		return ""
	}
	return p.urlOf(p.tokenOn(a))
}

// issue gives out a number, and returns its paper. Only when it is stored it is printed. By a wish of another agent it is
// given out once.
func (p *program) issue(r counter.Request, wish string) (a paper, err error) {
	if err := p.roomForMore(); err != nil {
		return a, err
	}
	p.issuing.Lock()
	defer p.issuing.Unlock()
	if was, ok := p.wished(wish); ok {
		return was, nil
	}
	waits := p.waits.fresh(p.view().state, p.clock.now())
	err = p.decide(plain, func(s *counter.State, m hall.Moment) (change, error) {
		if _, ok := p.hallNow().Service(r.Letter); !ok {
			if _, known := p.wholeNow().Service(r.Letter); known {
				return change{}, counter.OtherCounter
			}
			return change{}, counter.NoSuchService
		}
		day := s.DayAt(m)
		n, err := p.box.Number(day, r.Letter)
		if err != nil {
			return change{}, p.refusal(err)
		}
		id, serial := p.nextID()
		r.ID, r.Number, r.CodeSHA = id, n, ""
		if code := codeOf(p.tokenOf(counter.Ticket{ID: id, Day: day})); code != "" {
			r.CodeSHA = uplink.CodeSHA(p.hallNow().Hall.ID, counter.Number(r.Letter, n), day, code)
		}
		r.Told, r.Takes = waits.Newcomer(r.Letter, r.Class), waits.Takes(r.Letter, r.Class)
		d, err := s.Take(m, r)
		if err != nil {
			return change{}, err
		}
		a = p.paperFor(d.Ticket, m).by(wish)
		_, a.Ahead, _ = d.Next.Ticket(id, m.At)
		a.P50Mins, a.P90Mins = counter.Minutes(r.Told.P50), counter.Minutes(r.Told.P90)
		return change{
			Decision: d,
			puts:     []outbox.Put{serial, outbox.NumberPut(day, r.Letter, n), a.put()},
			papers:   map[hall.ID]*paper{id: &a},
		}, nil
	})
	return a, err
}

// roomForMore refuses tickets and calls on a nearly full disk: the rest is kept for ratings (design §5).
func (p *program) roomForMore() error {
	switch p.box.Disk().State {
	case outbox.DiskRefuse:
		return desk.DiskFull
	case outbox.DiskSealed:
		return desk.DiskSealed
	}
	return nil
}

// maxPrint is how long who took a ticket waits for word of its paper.
const maxPrint = 45 * time.Second

// print prints a ticket and returns why it did not come out; empty: it did, as far as the printer can tell. What became
// of it is stored.
func (p *program) print(ctx context.Context, a paper) hall.Trouble {
	return p.send(ctx, a.Ticket.Number, func(on device.Profile) ([]byte, error) { return p.layOut(a, on) },
		func(printer string, trouble hall.Trouble) { p.printed(a, printer, trouble) })
}

// send lays a paper out and lets it be printed by the first printer that takes it and begins. What became of it is told to
// ended before send returns, unless nobody knows yet.
func (p *program) send(
	ctx context.Context, name string, layOut func(on device.Profile) ([]byte, error), ended func(printer string, trouble hall.Trouble),
) hall.Trouble {
	if len(p.printers) == 0 {
		return hall.TroubleMissing
	}
	out := make(chan hall.Trouble, 1)
	end := func(printer string, trouble hall.Trouble) {
		ended(printer, trouble)
		out <- trouble
	}
	var try func(printers []*printerAt, trouble hall.Trouble)
	try = func(printers []*printerAt, trouble hall.Trouble) {
		if len(printers) == 0 {
			end(p.printers[0].name, trouble)
			return
		}
		printer, others := printers[0], printers[1:]
		bytes, err := layOut(printer.profile)
		if err != nil {
			p.log.Error("a paper cannot be laid out", "paper", name, "err", err)
			end(p.printers[0].name, hall.TroubleError)
			return
		}
		err = printer.Print(device.Job{Name: name, Bytes: bytes, Done: func(trouble hall.Trouble, sent bool) {
			if !sent {
				try(others, trouble)
				return
			}
			end(printer.name, trouble)
		}})
		var refused device.Refused
		if errors.As(err, &refused) {
			try(others, refused.Trouble)
		}
	}
	try(p.printers, "")
	select {
	case trouble := <-out:
		return trouble
	case <-time.After(maxPrint):
		return hall.TroubleBusy
	case <-ctx.Done():
		return hall.TroubleDoubtful
	}
}

// printed stores how a paper ended.
func (p *program) printed(a paper, printer string, trouble hall.Trouble) {
	err := p.decide(plain, func(s *counter.State, m hall.Moment) (change, error) {
		a.printing = a.ended(trouble, m)
		return a.change(s, a.told(hall.PaperPrinted{Ticket: a.Ticket.ID, Device: printer})), nil
	})
	if err != nil { // it stays on its way, and is doubtful after the next start
		p.log.Warn("what became of a paper is not stored", "ticket", a.Ticket.Number, "trouble", trouble, "err", err)
	}
}

// change keeps the paper as it is.
func (a paper) change(s *counter.State, facts ...hall.Fact) change {
	return change{Decision: counter.Decision{Next: s, Facts: facts}, puts: []outbox.Put{a.put()}, papers: map[hall.ID]*paper{a.Ticket.ID: &a}}
}

// layOut makes the bytes of a ticket's paper.
func (p *program) layOut(a paper, on device.Profile) ([]byte, error) {
	c, w, t := p.wholeNow(), p.paper, a.Ticket
	service, _ := c.Service(t.Letter)
	item, _ := c.Item(t.For())
	token := p.tokenOn(a)
	out := device.TicketPaper{
		Hall:      w.in(c.Hall.Name, c.Hall.NameEN),
		Number:    t.Number,
		Service:   w.in(service.Name, service.NameEN),
		Item:      w.in(item.Name, item.NameEN),
		Ahead:     a.Ahead,
		P50Mins:   a.P50Mins,
		P90Mins:   a.P90Mins,
		Materials: item.MaterialsIn(t.Situation),
		URL:       p.urlOf(token),
		Code:      codeOf(token),
		At:        t.Issued.At,
		Reprint:   a.Reprint,
		Due:       p.dueOf(t),
	}
	if out.URL == "" {
		out.NoQRWhy = hall.TroubleNoAddress
	}
	out.Route = p.routeOf(t)
	for _, win := range windowsOf(c, t.Letter) {
		out.Windows = append(out.Windows, device.PaperWindow{ID: win.ID, Floor: w.in(win.Floor, win.FloorEN)})
	}
	return device.LayoutTicket(out, p.form(device.KindTicket, on))
}

// routeOf says each stop of the way that a ticket was given out for, from its first one on.
func (p *program) routeOf(t counter.Ticket) []device.PaperStop {
	c, w := p.wholeNow(), p.paper
	item, ok := c.Item(t.For())
	if !ok || len(t.Then) == 0 {
		return nil
	}
	return w.route(c, item.RouteIn(t.Situation))
}

// route says of each stop where it is, what is done there, and how far it is on foot.
func (w paperWords) route(c *hall.Catalogue, stops []hall.RouteStop) (out []device.PaperStop) {
	for i, minutes := range desk.WalkMinutes(c, stops) {
		out = append(out, device.PaperStop{What: w.whereIs(c, stops[i]) + "　" + w.in(stops[i].Do, stops[i].DoEN), WalkMins: minutes})
	}
	return out
}

// whereIs names a stop as paper does: the place, or the windows and their floor.
func (w paperWords) whereIs(c *hall.Catalogue, stop hall.RouteStop) string {
	for _, at := range c.Places {
		if at.ID == stop.Place {
			return w.in(at.Name, at.NameEN)
		}
	}
	windows := windowsOf(c, stop.Letter)
	if at, ok := c.Window(stop.Window); ok {
		windows = []hall.Window{at}
	}
	ids := make([]string, len(windows))
	floor := ""
	for i, at := range windows {
		ids[i], floor = at.ID, cmp.Or(floor, w.in(at.Floor, at.FloorEN))
	}
	return w.Fill("paper.window", "floor", floor, "windows", strings.Join(ids, w.PaperWords["paper.window-and"]))
}

// windowsOf returns the windows that call a letter.
func windowsOf(c *hall.Catalogue, letter string) []hall.Window {
	var all []hall.Window
	for _, w := range c.Windows {
		if slices.Contains(w.Services, letter) {
			all = append(all, w)
		}
	}
	return all
}
