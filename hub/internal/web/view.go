package web

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// view is what the templates of a ticket's pages show. All of it is words by now.
type view struct {
	Error     string
	Hall      string
	Number    string
	Where     string // 一楼 12 号窗口
	Item      string
	When      time.Time
	Pending   bool
	Line      lineView
	Materials []material
	Visits    []visitLine
	Visit     string // id
	N         int    // number of the next answer
	Level     int
	Pressed   bool
	Reasons   []reasonLine
	Ask       string // the question over the reasons
	LapseAt   time.Time
	Form      formView
	Rated     ratedView
	Code      string
	Added     int    // follow-ups so far
	Here      string // links: this page again, 改选, 再补充几句, the other visits
	Change    string
	More      string
	Others    string

	Why        string      // link: the reason is asked for
	ByPress    bool        // what counts was pressed at the window
	Follow     *followView // what became of a bad rating; nil: there is nothing to follow
	Phone      string      // masked: it was left for messages
	LeavePhone string      // link
	SMS        bool        // a phone that is given gets messages
	Reports    int         // so far

	Book *bookedView // a place that is kept; nil: none is

	Case    *caseView // where a case stands; nil: it is no page of that
	Follows string    // link: to that page
	OfCase  bool      // Number is that of a case
	Each    *eachView // the cases of a visit that had several
}

// material is what is brought, in the language of the page where it has a name in it.
type material struct {
	Name    string
	Chinese bool
}

// bring lists what somebody brings for an item, in his situation.
func bring(page sheet, i hall.ServiceItem, situation string) (all []material) {
	for _, name := range i.MaterialsIn(situation) {
		one := material{name, true}
		for _, note := range i.Notes {
			if note.Of == name && note.NameEN != "" && page.Lang == en {
				one = material{Name: note.NameEN}
			}
		}
		all = append(all, one)
	}
	return all
}

type visitLine struct {
	Where, Item, Status string
	When                time.Time
	Link                string
}

type reasonLine struct {
	Code, Name string
	Ticked     bool
}

// ratedView is what was received.
type ratedView struct {
	At               time.Time
	Reasons          int
	Lapsed, Withheld bool
}

type formView struct {
	Text, Name, Phone  string
	Withheld, Callback bool
}

// sheet begins a page for the language and size that r asks for.
func (p *public) sheet(r *http.Request, titleKey string) sheet {
	l, big := langOf(r), r.URL.Query().Get("big") == "1"
	s := sheet{pages: p.Pages, style: p.Pages.phone, query: r.URL.Query(), Lang: l, Big: big, Centre: l.in(p.Centre.Name, p.Centre.NameEN)}
	if big {
		s.style = p.Pages.elder
	}
	s.Title = s.T(titleKey)
	return s
}

// sayView is what is said instead of a page, and where typing a code or booking may help.
type sayView struct {
	Do   string
	Type string // link to the form for a code
	Book string // link to where places are booked
}

// tell answers with a page that says what is wrong and what to do next.
func (p *public) tell(w http.ResponseWriter, r *http.Request, status int, what string) {
	s := p.sheet(r, "rate.say."+what)
	d := sayView{Do: s.T("rate.say." + what + ".do")}
	switch what {
	case "home", "broken", "forged", "expired", "link", "nothing":
		d.Type = "/r" + s.Link()
	}
	if p.Bookings != nil && (what == "home" || what == "nothing") {
		d.Book = bookPath + s.Link()
	}
	s.Data = d
	p.send(w, status, "say", s)
}

func (p *public) send(w http.ResponseWriter, status int, name string, s sheet) {
	if err := p.Pages.show(w, status, name, s); err != nil {
		p.Log.Warn("citizen's page: write", "err", err)
	}
}

// titles are those of scenes that do not ask for a rating.
func titleOf(scene string) string {
	switch scene {
	case sceneWaiting, sceneCalled, sceneHeld, sceneMissed:
		return "ticketpage.title"
	case sceneBooked:
		return "book.title"
	case sceneReceived:
		return "rate.received"
	case sceneEach:
		return "rate.each.title"
	case sceneReport:
		return "follow.report.title"
	case sceneCase:
		return "slip.title"
	case scenePhone:
		return "phone.title"
	}
	return "rate.title"
}

// show writes the page of a scene. f is what a form held that could not be taken, wrong the sentence that says why.
func (p *public) show(w http.ResponseWriter, r *http.Request, status int, v visitor, t ticket, s scene, at spot, f form, wrong string) {
	switch s.name {
	case sceneLost, sceneCancelled, sceneWithdrawn, sceneOutdated, sceneLapsed, sceneUnbooked:
		p.tell(w, r, status, s.name)
		return
	case scenePhone:
		if !p.SMS {
			p.tell(w, r, http.StatusNotFound, "nothing")
			return
		}
	}
	page := p.sheet(r, titleOf(s.name))
	d := view{Number: t.number, Pending: s.pending, Code: v.code, Level: int(f.level), SMS: p.SMS,
		Form: formView{f.text.Words, f.text.Name, f.text.Phone, f.withheld, f.callback}}
	if wrong != "" {
		d.Error = page.T(wrong)
	}
	if v.site != nil {
		d.Hall = page.Lang.in(v.site.Hall.Name, v.site.Hall.NameEN)
	}
	switch s.name {
	case sceneWaiting, sceneCalled, sceneHeld, sceneMissed:
		p.fillLine(&d, page, v, t, s, at)
		if r.Method == http.MethodGet && !d.Line.Still && wrong == "" {
			w.Header().Set("Refresh", refreshEvery)
		}
		p.fillPhone(&d, page, t, nil)
	case sceneBooked:
		if err := p.fillBooked(r.Context(), &d, page, v, t, r.PathValue("token")); err != nil {
			p.fail(w, r, "read booking", err)
			return
		}
		if item, ok := lookItem(v.site, t.item); ok {
			d.Item, d.Materials = page.Lang.in(item.Name, item.NameEN), bring(page, item, t.situation)
		}
		if d.Book.Cancelling {
			w.Header().Set("Refresh", askedEvery)
		}
		p.fillPhone(&d, page, t, nil)
	case sceneCase:
		if err := p.fillCase(r.Context(), &d, page, v, t); err != nil {
			p.fail(w, r, "read case", err)
			return
		}
	case sceneChoose:
		for _, each := range s.visits {
			d.Visits = append(d.Visits, p.visitLine(page, v.site, each))
		}
	default:
		p.fillVisit(&d, page, v.site, s, f)
		p.fillPhone(&d, page, t, s.self())
	}
	if s.name == sceneReceived {
		if err := p.fillFollow(r.Context(), &d, page, s.visit, s.self()); err != nil {
			p.fail(w, r, "read repair", err)
			return
		}
	}
	switch {
	case v.slip != nil && s.name != sceneCase:
		d.Number, d.OfCase, d.Follows = v.slip.Number, true, page.Link("see", seeCase)
	case s.piece != nil:
		d.Number, d.OfCase, d.Each = s.piece.Number, true, fillEach(page, v.site, s.whole)
	}
	page.Data = d
	p.send(w, status, s.name, page)
}

func (p *public) fillVisit(d *view, page sheet, site *hall.Catalogue, s scene, f form) {
	v := s.visit
	d.Where, d.When, d.Pressed, d.N, d.Reports = where(page, site, v.window), v.when, v.pressed, v.followUps+1, reports(v.repair)
	self := s.self()
	d.Here, d.Change = page.Link(self...), page.Link(append(self, "change", "1")...)
	if !v.id.IsZero() {
		d.Visit = v.id.String()
	}
	if item, ok := lookItem(site, v.item); ok {
		d.Item = page.Lang.in(item.Name, item.NameEN)
	}
	switch c := v.counted; {
	case v.rating != nil:
		d.Level, d.Added = int(v.rating.level), v.followUps
		d.Rated = ratedView{v.rating.at, v.rating.reasons, v.rating.lapsed, v.rating.withheld}
		if v.followUps < maxFollowUps {
			d.More = page.Link(append(self, "more", "1")...)
		}
	case s.name == sceneReceived || s.name == sceneWhy:
		d.Level, d.ByPress, d.Rated = int(c.level), true, ratedView{At: c.at, Reasons: c.reasons}
	}
	d.Each = fillEach(page, site, v)
	if v.counted.missing {
		d.Why = page.Link(append(self, "see", seeWhy)...)
	}
	if s.several {
		d.Others = page.Link()
	}
	switch {
	case s.name == sceneWhy:
		p.fillReasons(d, page, v.counted.level, f)
	case s.name == sceneSecond:
		p.fillReasons(d, page, v.second, f)
	case v.draft != nil:
		p.fillReasons(d, page, v.draft.level, f)
		if !v.draft.at.IsZero() {
			d.LapseAt = v.draft.at.Add(lapse)
		}
	}
}

// fillReasons lists the official reasons of a level, in the order of their codes.
func (p *public) fillReasons(d *view, page sheet, level hall.Level, f form) {
	d.Level, d.Ask = int(level), page.T("rate.why."+strconv.Itoa(int(level)))
	for _, r := range p.Reasons.of(level) {
		line := reasonLine{Code: r.Code, Name: r.Name, Ticked: slices.Contains(f.reasons, r.Code)}
		if page.Lang != zh {
			line.Name = page.T("rate.reason." + r.Code)
		}
		d.Reasons = append(d.Reasons, line)
	}
}

func (p *public) visitLine(page sheet, site *hall.Catalogue, v visit) visitLine {
	line := visitLine{Where: where(page, site, v.window), When: v.when, Link: page.Link("visit", v.id.String()), Status: page.T("rate.choose.open")}
	if item, ok := lookItem(site, v.item); ok {
		line.Item = page.Lang.in(item.Name, item.NameEN)
	}
	if v.rating != nil {
		line.Status = page.Level(int(v.rating.level))
	} else if v.counted.level.IsBad() {
		line.Status = page.Level(int(v.counted.level))
	}
	return line
}

func lookItem(site *hall.Catalogue, code string) (hall.ServiceItem, bool) {
	if site == nil {
		return hall.ServiceItem{}, false
	}
	return site.Item(code)
}

// where names a window as the signs do: 一楼 12 号窗口.
func where(page sheet, site *hall.Catalogue, window string) string {
	if window == "" {
		return ""
	}
	floor := ""
	if site != nil {
		w, _ := site.Window(window)
		floor = page.Lang.in(w.Floor, w.FloorEN)
	}
	return windowsOn(page, floor, []string{window})
}

func windowsOn(page sheet, floor string, ids []string) string {
	key := "ticketpage.windows"
	if len(ids) == 1 {
		key = "ticketpage.window"
	}
	text := page.T(key, "windows", page.list(ids))
	if floor == "" {
		return text
	}
	return page.T("ticketpage.floor", "floor", floor, "windows", text)
}

// code writes the ticket's code as on paper: two groups of four.
func code(token []byte) string {
	c := uplink.Code(token)
	return c[:4] + " " + c[4:]
}
