package agent

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
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
	Ticket  counter.Ticket `json:"ticket"`
	Printed bool           `json:"printed,omitempty"`
	Trouble hall.Trouble   `json:"trouble,omitempty"` // why not; with neither it is on its way
	At      time.Time      `json:"at"`                // of the last try
}

func (a paper) put() outbox.Put { return putJSON(bucketPaper, a.Ticket.ID.String(), a) }

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

// withPapers returns was with changes; nil forgets a paper.
func withPapers(was map[hall.ID]paper, changes map[hall.ID]*paper) map[hall.ID]paper {
	if len(changes) == 0 {
		return was
	}
	next := maps.Clone(was)
	for id, a := range changes {
		if a == nil {
			delete(next, id)
		} else {
			next[id] = *a
		}
	}
	return next
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
	return p.urlOf(p.tokenOf(a.Ticket))
}

// issue gives out a number, and says how many wait before it. Only when it is stored it is printed.
func (p *program) issue(r counter.Request) (t counter.Ticket, ahead int, err error) {
	if err := p.roomForMore(); err != nil {
		return t, 0, err
	}
	p.issuing.Lock()
	defer p.issuing.Unlock()
	told := p.waits.fresh(p.view().state, p.clock.now())
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
		r.Told, r.Takes = told.Newcomer(r.Letter, r.Class), told.Takes(r.Letter, r.Class)
		d, err := s.Take(m, r)
		if err != nil {
			return change{}, err
		}
		t = d.Ticket
		_, ahead, _ = d.Next.Ticket(t.ID, m.At)
		a := p.paperFor(t, m)
		return change{
			Decision: d,
			puts:     []outbox.Put{serial, outbox.NumberPut(day, r.Letter, n), a.put()},
			papers:   map[hall.ID]*paper{id: &a},
		}, nil
	})
	return t, ahead, err
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
func (p *program) print(ctx context.Context, t counter.Ticket, ahead int, again bool) hall.Trouble {
	return p.send(ctx, t.Number, func(on device.Profile) ([]byte, error) { return p.layOut(t, ahead, again, on) },
		func(printer string, trouble hall.Trouble) { p.printed(t, printer, trouble) })
}

// send lays a paper out and lets it be printed by the first printer that takes it. What became of it is told to ended
// before send returns, unless nobody knows yet.
func (p *program) send(
	ctx context.Context, name string, layOut func(on device.Profile) ([]byte, error), ended func(printer string, trouble hall.Trouble),
) (trouble hall.Trouble) {
	if len(p.printers) == 0 {
		return hall.TroubleMissing
	}
	for _, printer := range p.printers {
		bytes, err := layOut(printer.profile)
		if err != nil {
			p.log.Error("a paper cannot be laid out", "paper", name, "err", err)
			trouble = hall.TroubleError
			break
		}
		out := make(chan hall.Trouble, 1)
		err = printer.Print(device.Job{Name: name, Bytes: bytes, Done: func(trouble hall.Trouble) {
			ended(printer.name, trouble)
			out <- trouble
		}})
		var refused device.Refused
		switch {
		case errors.As(err, &refused):
			trouble = refused.Trouble
			continue
		case err != nil:
			p.log.Error("a paper is not printed", "paper", name, "err", err)
			continue
		}
		select {
		case trouble = <-out:
			return trouble
		case <-time.After(maxPrint):
			return hall.TroubleBusy
		case <-ctx.Done():
			return hall.TroubleDoubtful
		}
	}
	ended(p.printers[0].name, trouble)
	return trouble
}

// printed stores how a paper ended.
func (p *program) printed(t counter.Ticket, printer string, trouble hall.Trouble) {
	err := p.decide(plain, func(s *counter.State, m hall.Moment) (change, error) {
		a := paper{Ticket: t, Printed: trouble == "", Trouble: trouble, At: m.At}
		c := change{Decision: counter.Decision{Next: s}, puts: []outbox.Put{a.put()}, papers: map[hall.ID]*paper{t.ID: &a}}
		if trouble == "" {
			c.Facts = []hall.Fact{hall.PaperPrinted{Ticket: t.ID, Device: printer}}
		} else {
			c.Facts = []hall.Fact{hall.PaperFailed{Ticket: t.ID, Device: printer, Why: trouble}}
		}
		return c, nil
	})
	if err != nil { // it stays on its way, and is doubtful after the next start
		p.log.Warn("what became of a paper is not stored", "ticket", t.Number, "trouble", trouble, "err", err)
	}
}

// layOut makes the bytes of a ticket's paper.
func (p *program) layOut(t counter.Ticket, ahead int, again bool, on device.Profile) ([]byte, error) {
	c, w := p.wholeNow(), p.paper
	service, _ := c.Service(t.Letter)
	item, _ := c.Item(t.For())
	token := p.tokenOf(t)
	out := device.TicketPaper{
		Hall:      w.in(c.Hall.Name, c.Hall.NameEN),
		Number:    t.Number,
		Service:   w.in(service.Name, service.NameEN),
		Item:      w.in(item.Name, item.NameEN),
		Ahead:     ahead,
		Materials: item.MaterialsIn(t.Situation),
		URL:       p.urlOf(token),
		Code:      codeOf(token),
		At:        t.Issued.At,
		Reprint:   again,
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

// routeOf says each stop of the way that a ticket was given out for, from its first one on: where, and what is done there.
func (p *program) routeOf(t counter.Ticket) (lines []string) {
	c, w := p.wholeNow(), p.paper
	item, ok := c.Item(t.For())
	if !ok || len(t.Then) == 0 {
		return nil
	}
	for _, stop := range item.RouteIn(t.Situation) {
		lines = append(lines, w.stop(c, stop))
	}
	return lines
}

// stop says of one stop where it is and what is done there.
func (w paperWords) stop(c *hall.Catalogue, stop hall.RouteStop) string {
	return w.whereIs(c, stop) + "　" + w.in(stop.Do, stop.DoEN)
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
	return strings.NewReplacer("{floor}", floor, "{windows}", strings.Join(ids, w.PaperWords["paper.window-and"])).Replace(w.PaperWords["paper.window"])
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
