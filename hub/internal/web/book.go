package web

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/board"
	"hallpulse/hub/internal/intake"
)

// 预约 on the phone: what for, on which day, at what time. The hub asks the counter, whose answer alone is a booking: until it
// has come the page says so, after days too. Nobody gives a name. What was booked is a ticket, behind its own token.

// Bookings is what the store and the calendar know of places that are kept.
type Bookings interface {
	// Asked returns what a citizen asked for by a command, and what became of it; false where nothing was asked.
	Asked(ctx context.Context, command string) (intake.Booking, bool, error)
	// Booked returns when places of a letter are kept from a moment on, each as often as it is.
	Booked(ctx context.Context, at board.Hall, letter string, from time.Time) ([]time.Time, error)
	// Works reports whether a hall works on a day.
	Works(ctx context.Context, day hall.Day, hallID string) (bool, error)
}

// bookPath is where people book; bookedPath, with what only they know, where they hear of it.
const (
	bookPath   = "/p/book"
	bookedPath = bookPath + "/"
	askedEvery = "5" // seconds
	onceChars  = 26
	secretLen  = onceChars + 16
)

// bookRoutes adds the pages on which people book.
func (p *public) bookRoutes(mux *http.ServeMux) (paths []string) {
	if p.Bookings == nil {
		return nil
	}
	mux.HandleFunc("GET "+bookPath, p.bookPage)
	mux.HandleFunc("POST "+bookPath, p.book)
	mux.HandleFunc("GET "+bookedPath+"{secret}", p.asked)
	return []string{bookPath}
}

// bookView is the page on which people choose. What is chosen already is text, what is to be chosen next are links.
type bookView struct {
	Error                 string
	Hall, Item, Situation string
	Day                   string
	Down                  string // the system of the item's unit does not work
	Halls                 []bookLink
	Units                 []bookUnit
	Situations, Days      []bookLink
	Slots                 []bookSlot
	Nothing               bool // there is no time to book
	Back                  string
	Rule                  string            // link: by what rule the hall calls
	Chosen                map[string]string // for the form
	Once                  string
}

type bookLink struct{ Name, Link string }

type bookUnit struct {
	Name  string
	Items []bookLink
}

type bookSlot struct {
	At   string
	Left int
}

// wish is what somebody chose so far.
type wish struct {
	at        board.Hall
	item      hall.ServiceItem
	situation string
	letter    string
	rule      hall.BookingRule
	day       hall.Day
}

// readWish reads what was chosen, as far as it is something that can be booked.
func (p *public) readWish(get func(string) string) (x wish) {
	halls := p.booking()
	for _, h := range halls {
		if h.Catalogue.Hall.ID == get("hall") || len(halls) == 1 {
			x.at = h
		}
	}
	if x.at.Catalogue == nil {
		return x
	}
	item, ok := x.at.Catalogue.Item(get("item"))
	if !ok || !bookable(x.at.Catalogue, item) {
		return x
	}
	x.item = item
	if _, known := item.Situation(get("situation")); known {
		x.situation = get("situation")
	}
	x.letter, x.rule, _ = x.at.Catalogue.Booked(item, x.situation)
	if day, err := hall.ParseDay(get("day")); err == nil {
		x.day = day
	}
	return x
}

// booking are the halls in which something can be booked.
func (p *public) booking() []board.Hall {
	return slices.DeleteFunc(slices.Clone(p.Halls()), func(h board.Hall) bool {
		return !slices.ContainsFunc(h.Catalogue.Services, func(s hall.Service) bool { return s.Booking != nil })
	})
}

// bookable reports whether an item can be booked in some situation.
func bookable(c *hall.Catalogue, i hall.ServiceItem) bool {
	if _, _, ok := c.Booked(i, ""); ok {
		return true
	}
	return slices.ContainsFunc(i.Situations, func(s hall.Situation) bool {
		_, _, ok := c.Booked(i, s.ID)
		return ok
	})
}

// slots are the times of a day, each with how many of its places are free when some are taken.
func (p *public) slots(ctx context.Context, x wish, day hall.Day, taken []time.Time) (all []bookSlot, err error) {
	works, err := p.Bookings.Works(ctx, day, x.at.Catalogue.Hall.ID)
	if err != nil {
		return nil, err
	}
	for _, at := range x.at.Catalogue.Slots(x.letter, day, works) {
		due, left := at.On(day), x.rule.Each
		for _, t := range taken {
			if t.Equal(due) {
				left--
			}
		}
		if p.Now().Before(due) {
			all = append(all, bookSlot{at.String(), max(0, left)})
		}
	}
	return all, nil
}

func (p *public) bookPage(w http.ResponseWriter, r *http.Request) {
	p.showBook(w, r, http.StatusOK, p.readWish(r.URL.Query().Get), "")
}

func (p *public) showBook(w http.ResponseWriter, r *http.Request, status int, x wish, wrong string) {
	page := p.sheet(r, "book.title")
	d := bookView{Once: rand.Text(), Chosen: map[string]string{}}
	if wrong != "" {
		d.Error = page.T(wrong)
	}
	if err := p.fillBook(r.Context(), &d, page, x); err != nil {
		p.fail(w, r, "read what can be booked", err)
		return
	}
	page.Data = d
	p.send(w, status, "book", page)
}

// fillBook says what was chosen, and offers what comes next.
func (p *public) fillBook(ctx context.Context, d *bookView, page sheet, x wish) error {
	c := x.at.Catalogue
	if c == nil {
		for _, h := range p.booking() {
			d.Halls = append(d.Halls, bookLink{page.Lang.in(h.Catalogue.Hall.Name, h.Catalogue.Hall.NameEN), page.Link("hall", h.Catalogue.Hall.ID)})
		}
		d.Nothing = len(d.Halls) == 0
		return nil
	}
	d.Hall, d.Rule = page.Lang.in(c.Hall.Name, c.Hall.NameEN), queueLink(page, c)
	chosen := []string{"hall", c.Hall.ID}
	next := func(name, value string) string { return page.Link(append(slices.Clone(chosen), name, value)...) }
	if x.item.Code == "" {
		for _, u := range c.Units {
			group := bookUnit{Name: page.Lang.in(u.Name, u.NameEN)}
			for _, i := range c.Items {
				if i.Unit == u.ID && bookable(c, i) {
					group.Items = append(group.Items, bookLink{page.Lang.in(i.Name, i.NameEN), next("item", i.Code)})
				}
			}
			if len(group.Items) > 0 {
				d.Units = append(d.Units, group)
			}
		}
		return nil
	}
	d.Item, d.Back = page.Lang.in(x.item.Name, x.item.NameEN), page.Link(chosen...)
	d.Down = p.downWords(page, "book.down", x.at.AgentOf("", x.letter), c, x.item.Unit)
	chosen = append(chosen, "item", x.item.Code)
	if len(x.item.Situations) > 1 && x.situation == "" {
		for _, s := range x.item.Situations {
			d.Situations = append(d.Situations, bookLink{page.Lang.in(s.Name, s.NameEN), next("situation", s.ID)})
		}
		return nil
	}
	if s, ok := x.item.Situation(x.situation); ok {
		d.Situation = page.Lang.in(s.Name, s.NameEN)
		chosen = append(chosen, "situation", s.ID)
	}
	today := hall.DayOf(p.Now())
	taken, err := p.Bookings.Booked(ctx, x.at, x.letter, today.Start())
	if err != nil {
		return err
	}
	for day := today; day <= today+hall.Day(x.rule.Days); day++ {
		slots, err := p.slots(ctx, x, day, taken)
		if err != nil {
			return err
		}
		switch free := slices.ContainsFunc(slots, func(s bookSlot) bool { return s.Left > 0 }); {
		case day == x.day:
			d.Day, d.Slots, d.Back = page.Day(day.Start()), slots, page.Link(chosen...)
		case free && x.day == 0:
			d.Days = append(d.Days, bookLink{page.Day(day.Start()), next("day", day.String())})
		}
	}
	d.Nothing = len(d.Days) == 0 && len(d.Slots) == 0
	for n := 0; n < len(chosen); n += 2 {
		d.Chosen[chosen[n]] = chosen[n+1]
	}
	d.Chosen["day"] = x.day.String()
	return nil
}

// book asks the counter for a place. The same form sent twice asks once.
func (p *public) book(w http.ResponseWriter, r *http.Request) {
	if !p.parse(w, r) {
		return
	}
	x, once := p.readWish(r.PostForm.Get), r.PostForm.Get("once")
	var at hall.TimeOfDay
	if err := at.UnmarshalText([]byte(r.PostForm.Get("at"))); err != nil || len(once) != onceChars || x.item.Code == "" || x.day == 0 {
		p.tell(w, r, http.StatusBadRequest, "form")
		return
	}
	secret := once + p.Keys.Token("booked", once)
	_, known, err := p.Bookings.Asked(r.Context(), p.commandOf(secret))
	var taken []time.Time
	var slots []bookSlot
	if err == nil && !known {
		if taken, err = p.Bookings.Booked(r.Context(), x.at, x.letter, x.day.Start()); err == nil {
			slots, err = p.slots(r.Context(), x, x.day, taken)
		}
	}
	if err != nil {
		p.fail(w, r, "read what can be booked", err)
		return
	}
	if known {
		http.Redirect(w, r, bookedPath+secret+link(langOf(r), r.URL.Query().Get("big") == "1"), http.StatusSeeOther)
		return
	}
	today := hall.DayOf(p.Now())
	free := slices.ContainsFunc(slots, func(s bookSlot) bool { return s.At == at.String() && s.Left > 0 })
	if !free || x.day < today || x.day > today+hall.Day(x.rule.Days) {
		p.showBook(w, r, http.StatusConflict, x, "book.taken")
		return
	}
	if p.booked.count(address(r, p.Trusted), p.Now()) {
		w.Header().Set("Retry-After", "600")
		p.tell(w, r, http.StatusTooManyRequests, "often")
		return
	}
	sent := hall.CommandSent{Act: hall.Act{About: p.commandOf(secret), By: hall.Citizen()}, Hall: x.at.Catalogue.Hall.ID, Agent: x.at.AgentOf("", x.letter), Kind: hall.CommandBook,
		Letter: x.letter, Item: x.item.Code, Situation: x.situation, Day: x.day, Slot: at, Expires: at.On(x.day)}
	if err := p.command(r.Context(), sent); err != nil {
		p.fail(w, r, "ask for a booking", err)
		return
	}
	http.Redirect(w, r, bookedPath+secret+link(langOf(r), r.URL.Query().Get("big") == "1"), http.StatusSeeOther)
}

func (p *public) command(ctx context.Context, sent hall.CommandSent) error {
	return p.Decider.Decide(ctx, intake.Keys{}, func(intake.Known) ([]hall.Fact, error) { return []hall.Fact{sent}, nil })
}

// commandOf names the command of who knows a secret; nobody finds the secret by it.
func (p *public) commandOf(secret string) string { return p.Keys.Token("book", secret) }

// askedView says where a wish stands that is no booking yet.
type askedView struct {
	Hall, Item, Day, At string
	Refused             string // why it is none; empty: the counter has not answered
	Stale               string // since when nobody has heard of the counter
	Again               string // link: another time
}

// asked is the page of who has asked: the counter's answer leads on to his ticket.
func (p *public) asked(w http.ResponseWriter, r *http.Request) {
	secret := r.PathValue("secret")
	if len(secret) != secretLen || subtle.ConstantTimeCompare([]byte(secret[onceChars:]), []byte(p.Keys.Token("booked", secret[:onceChars]))) != 1 {
		p.refuse(w, r, http.StatusNotFound, "nothing")
		return
	}
	b, ok, err := p.Bookings.Asked(r.Context(), p.commandOf(secret))
	if err != nil {
		p.fail(w, r, "read a booking", err)
		return
	}
	if !ok {
		p.tell(w, r, http.StatusNotFound, "nothing")
		return
	}
	if !b.Ticket.ID.IsZero() {
		http.Redirect(w, r, "/r/"+p.tokenFor(r.Context(), b.Ticket)+link(langOf(r), r.URL.Query().Get("big") == "1"), http.StatusSeeOther)
		return
	}
	page := p.sheet(r, "book.title")
	d := askedView{Day: page.Day(b.Command.Day.Start()), At: b.Command.Slot.String(), Again: bookPath + page.Link("hall", b.Command.Hall, "item", b.Command.Item, "situation", b.Command.Situation)}
	if site := p.site(b.Command.Agent); site != nil {
		item, _ := site.Item(b.Command.Item)
		d.Hall, d.Item = page.Lang.in(site.Hall.Name, site.Hall.NameEN), page.Lang.in(item.Name, item.NameEN)
	}
	for _, reply := range b.Replies {
		if reply.Type == hall.TypeCommandRefused && d.Refused == "" {
			d.Refused = page.T(refusedKey(reply.Why))
		}
	}
	if d.Refused == "" && p.Now().After(b.Command.Expires) {
		d.Refused = page.T("book.unanswered")
	}
	if at := p.Live.spot(hall.ID{}, b.Command.Agent); d.Refused == "" {
		w.Header().Set("Refresh", askedEvery)
		if !at.up {
			d.Stale = page.T("book.away")
		}
	}
	page.Data = d
	p.send(w, http.StatusOK, "asked", page)
}

func refusedKey(why hall.RefusedWhy) string {
	switch why {
	case hall.RefusedFull:
		return "book.refused.full"
	case hall.RefusedExpired:
		return "book.unanswered"
	}
	return "book.refused"
}

// tokenFor returns what opens a booked ticket's page: its token, as its counter signed it; where that is not here any more, a
// grant.
func (p *public) tokenFor(ctx context.Context, t intake.Ticket) string {
	if t.Token != "" {
		text, ok, err := p.Texts.Text(ctx, t.Token)
		if err != nil {
			p.Log.Error("citizen's page: token of a booking", "err", err)
		}
		if ok && text.Words != "" {
			return text.Words
		}
	}
	return p.grant(grantMark, t.ID, t.Day)
}

// bookedView is what the page of a ticket says before its holder arrives.
type bookedView struct {
	Day, At     string
	From, Until string // he may arrive
	Places      []string
	Down        string       // the system of its item's unit does not work
	QR          template.URL // of the page's own address: the kiosk reads it
	Cancelling  bool         // he asked for it, and the counter has not answered
}

// fillBooked says when and where, and what is shown at the kiosk.
func (p *public) fillBooked(ctx context.Context, d *view, page sheet, v visitor, t ticket, token string) error {
	b := bookedView{Day: page.Day(t.due), At: page.Clock(t.due), Places: places(page, v.site, t.letter)}
	if v.site != nil {
		item, _ := v.site.Item(t.item)
		b.Down = p.downWords(page, "book.down", v.agent, v.site, item.Unit)
		if s, ok := v.site.Service(t.letter); ok && s.Booking != nil {
			b.From, b.Until = page.Clock(t.due.Add(-s.Booking.EarlyFor())), page.Clock(t.due.Add(s.Booking.LateFor()))
		}
	}
	if v.code != "" && p.PublicURL != "" {
		qr, err := qrPicture(strings.TrimSuffix(p.PublicURL, "/") + "/r/" + token)
		if err != nil {
			return err
		}
		b.QR = qr
	}
	asked, ok, err := p.Bookings.Asked(ctx, p.unbookCommand(v.ticket))
	if err != nil {
		return err
	}
	b.Cancelling = ok && len(asked.Replies) == 0
	d.Book = &b
	return nil
}

// unbookCommand names the command by which the holder of a ticket gives his place up: there is one.
func (p *public) unbookCommand(ticket hall.ID) string {
	return p.Keys.Token("unbook", ticket.String())
}

// unbook asks the counter to give a place up.
func (p *public) unbook(w http.ResponseWriter, r *http.Request, v visitor, _ string) {
	t, err := p.known(r.Context(), v)
	if err != nil {
		p.fail(w, r, "read ticket", err)
		return
	}
	_, known, err := p.Bookings.Asked(r.Context(), p.unbookCommand(v.ticket))
	if err == nil && !known && t.state == hall.TicketIsBooked && v.site != nil {
		err = p.command(r.Context(), hall.CommandSent{Act: hall.Act{About: p.unbookCommand(v.ticket), By: hall.Citizen()}, Hall: v.site.Hall.ID, Agent: v.agent,
			Kind: hall.CommandUnbook, Ticket: v.ticket, Expires: t.due})
	}
	if err != nil {
		p.fail(w, r, "ask to cancel a booking", err)
		return
	}
	p.seen(w, r)
}
