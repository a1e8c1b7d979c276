package web

import (
	"cmp"
	"context"
	"net/http"
	"strconv"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/casework"
	"hallpulse/hub/internal/intake"
)

// The acceptance slip 受理回执: who shows it sees where the case stands, and rates it when it has ended (一事一评).

// Cases reads cases.
type Cases interface {
	Case(ctx context.Context, id hall.ID) (casework.Case, bool, error)
	// CaseNumbered returns the case of a number, which is unique over all halls.
	CaseNumbered(ctx context.Context, number string) (casework.Case, bool, error)
	// Notices returns the notice slips of a case, the first one first.
	Notices(ctx context.Context, of hall.ID) ([]intake.Notice, error)
	// Notice returns one slip.
	Notice(ctx context.Context, id hall.ID) (intake.Notice, bool, error)
	Visit(ctx context.Context, id hall.ID) (intake.Visit, bool, error)
}

// slip is the case that a visitor's slip names.
type slip struct {
	casework.Case
	// rates is what its holder rates: the case, or the visit that decided it and whose rating it shares (domain §3.2). Where
	// that visit had several cases, it is the case still.
	rates hall.ID
}

// sceneCase is the page that says where a case stands.
const sceneCase = "case"

// seeCase asks for that page though the case can be rated.
const seeCase = "case"

// believeSlip makes the visitor of a ticket's kind the visitor of a case. Of one that nobody has told of it says so.
func (p *public) believeSlip(w http.ResponseWriter, r *http.Request, v visitor, id hall.ID) (visitor, bool) {
	c, ok, err := p.Cases.Case(r.Context(), id)
	var row intake.Visit
	if err == nil && ok {
		row, _, err = p.Cases.Visit(r.Context(), id)
	}
	switch {
	case err != nil:
		p.fail(w, r, "read case", err)
		return v, false
	case !c.Known():
		p.tell(w, r, http.StatusOK, "unheard")
		return v, false
	}
	v.ticket, v.slip = c.Ticket, &slip{c, id}
	if row.Outcome == "" && c.Shared() {
		v.slip.rates = c.Opened
	}
	return v, true
}

// of reads of a ticket's story what the holder of a slip rates, once it has ended.
func (c slip) of(s intake.Story) ticket {
	all := ticketOf(s)
	s.Answers = answersOf(s, c.rates)
	t := storyOf(s, func(v intake.Visit) bool { return v.ID == c.rates && v.Outcome != "" })
	for _, v := range all.visits {
		for _, p := range v.pieces {
			if v.id != c.rates || p.ID != c.ID {
				continue
			}
			if t.visits = nil; p.open {
				t.visits = []visit{p.own}
			}
			t.shared = v.counted.level != 0 && !p.touched()
		}
	}
	return t
}

// decideSlip chooses the page of a slip: where the case stands, and the rating once it has ended and was not rated with others.
func decideSlip(t ticket, a ask, now time.Time) scene {
	ratable := t.ratable()
	switch {
	case a.see == seePhone:
		return phoneScene(ratable, a)
	case len(ratable) == 0 || a.see == seeCase || t.shared && a.visit == "":
		return scene{name: sceneCase}
	}
	return sceneOf(ratable, a, now)
}

// caseView is what the page of a case says.
type caseView struct {
	State   string   // in one word
	Do      string   // what that means for its holder
	Down    string   // the system of its unit does not work
	Missing []string // what he is to bring
	Facts   []caseFact
	Refused []string // why, by what law, and where to turn to
	Course  []caseLine
	Rate    string // link: it has ended
	Shares  bool   // it was rated with the other cases of its visit
}

type caseFact struct{ Name, Text string }

type caseLine struct {
	When   time.Time
	Text   string
	Undone bool
}

// fillCase tells where a case stands.
func (p *public) fillCase(ctx context.Context, d *view, page sheet, v visitor, t ticket) error {
	c := v.slip.Case
	said := &caseView{State: page.T("slip.state." + string(c.State)), Do: page.T("slip.do." + string(stands(c)))}
	d.Case = said
	d.Number = c.Number
	item, _ := lookItem(v.site, c.Item)
	d.Item = page.Lang.in(item.Name, item.NameEN)
	if unit := unitName(v.site, page.Lang, c.Unit); unit != "" {
		said.Facts = append(said.Facts, caseFact{page.T("slip.unit"), unit})
	}
	said.Facts = append(said.Facts, limits(page, c)...)
	if c.State == hall.CaseIsAccepted || c.State == hall.CaseIsReturned {
		said.Down = p.downWords(page, "slip.down", v.agent, v.site, c.Unit)
	}
	if c.State == hall.CaseIsRefused || c.State == hall.CaseIsTold {
		said.Refused = remedies(page, v.site, c, item)
	}
	for _, s := range c.Steps {
		if s.Type != hall.TypeCaseUndone {
			said.Course = append(said.Course, caseLine{s.When, stepWords(page, v.site, s), s.Undone})
		}
	}
	if ratable := t.ratable(); len(ratable) > 0 {
		said.Rate, said.Shares = page.Link("visit", ratable[0].id.String()), t.shared
	}
	if c.State != hall.CaseIsReturned {
		return nil
	}
	notices, err := p.Cases.Notices(ctx, c.ID)
	if err != nil || len(notices) == 0 {
		return err
	}
	return p.fillMissing(ctx, said, notices[len(notices)-1])
}

// fillMissing lists what the last notice slip says is missing. Its holder has it on paper, too.
func (p *public) fillMissing(ctx context.Context, said *caseView, n intake.Notice) error {
	said.Missing = n.Missing
	if n.Other.Ref == "" {
		return nil
	}
	other, ok, err := p.Texts.Text(ctx, n.Other.Ref)
	if ok && other.Words != "" {
		said.Missing = append(said.Missing[:len(said.Missing):len(said.Missing)], other.Words)
	}
	return err
}

// noticeView is what the page of a notice slip without a case says: the same as its paper.
type noticeView struct {
	Item, Unit, Hall string
	Missing, Waived  []string
	Do               string
	Told             time.Time
}

// showNotice shows the slip of a visit in which nothing was accepted. Of one that nobody has told of it says so.
func (p *public) showNotice(w http.ResponseWriter, r *http.Request, site *hall.Catalogue, id hall.ID) {
	n, ok, err := p.Cases.Notice(r.Context(), id)
	switch {
	case err != nil:
		p.fail(w, r, "read notice", err)
		return
	case !ok:
		p.tell(w, r, http.StatusOK, "notice")
		return
	}
	page := p.sheet(r, "slip.notice.title")
	said := &caseView{}
	if err := p.fillMissing(r.Context(), said, n); err != nil {
		p.fail(w, r, "read notice", err)
		return
	}
	item, _ := lookItem(site, n.Item)
	d := noticeView{
		Item: page.Lang.in(item.Name, item.NameEN), Unit: unitName(site, page.Lang, item.Unit), Missing: said.Missing, Told: n.Printed,
		Do: page.T("slip.notice.do", "where", where(page, site, n.Window)),
	}
	if site != nil {
		d.Hall = page.Lang.in(site.Hall.Name, site.Hall.NameEN)
	}
	for _, one := range n.Waived {
		d.Waived = append(d.Waived, page.T("slip.notice.waived.line", "material", one.Material, "why", page.T("waived."+string(one.Why))))
	}
	page.Data = d
	p.send(w, http.StatusOK, "told", page)
}

// stands is where a case stands for its holder: what is decided and waits to be handed over is another thing than what is over.
func stands(c casework.Case) hall.CaseState {
	if c.State == hall.CaseIsDecided && !c.ToDeliver() {
		return hall.CaseIsDelivered
	}
	return c.State
}

// limits says until when the case is to be decided, while that is open.
func limits(page sheet, c casework.Case) (facts []caseFact) {
	if _, decided := c.Decided(); decided || c.State == hall.CaseIsUndone {
		return nil
	}
	for _, l := range []struct {
		name string
		days int
		due  hall.Deadline
		down int
	}{{"slip.promised", c.Promised, c.Due, c.DaysDown()}, {"slip.legal", c.Legal, c.Lawful, 0}} {
		days := page.T("slip.days", "n", strconv.Itoa(l.days))
		if l.days == 0 && !l.due.IsZero() {
			days = page.T("slip.spot")
		}
		if l.down > 0 {
			days = page.T("slip.paused", "days", days, "n", strconv.Itoa(l.down))
		}
		switch {
		case l.days == 0 && l.due.IsZero():
		case l.due.IsZero():
			facts = append(facts, caseFact{page.T(l.name), page.T("slip.stands", "days", days)})
		case l.due.Provisional:
			facts = append(facts, caseFact{page.T(l.name), page.T("slip.by.provisional", "days", days, "day", page.Day(l.due.Day.Start()))})
		default:
			facts = append(facts, caseFact{page.T(l.name), page.T("slip.by", "days", days, "day", page.Day(l.due.Day.Start()))})
		}
	}
	return facts
}

// remedies says why an application is not accepted, by what law, and where its holder may turn to, until when (domain §7).
func remedies(page sheet, site *hall.Catalogue, c casework.Case, item hall.ServiceItem) []string {
	s, _ := c.Last(hall.TypeCaseRefused)
	lines := []string{page.T("slip.why", "why", page.T("refused."+string(s.Why))), page.T("slip.basis", "basis", cmp.Or(item.Basis, page.T("paper.case.basis-none")))}
	review, court := page.T("slip.review.any"), page.T("slip.court.any")
	if site != nil {
		rule := site.CaseRule()
		review, court = cmp.Or(rule.Review, review), cmp.Or(rule.Court, court)
	}
	return append(lines, page.T("slip.remedy", "days", strconv.Itoa(hall.ReviewDays), "review", review, "months", strconv.Itoa(hall.CourtMonths), "court", court))
}

// stepWords says in plain words what happened.
func stepWords(page sheet, site *hall.Catalogue, s casework.Step) string {
	key := "slip.step." + string(s.Type)
	switch s.Type {
	case hall.TypeCaseDecided:
		key += "." + string(s.Result)
	case hall.TypeCaseDelivered:
		key += "." + string(s.Road)
	}
	if at := where(page, site, s.Window); at != "" {
		return page.T("slip.at", "what", page.T(key), "where", at)
	}
	return page.T(key)
}

func unitName(site *hall.Catalogue, l lang, id string) string {
	if site == nil {
		return ""
	}
	for _, u := range site.Units {
		if u.ID == id {
			return l.in(u.Name, u.NameEN)
		}
	}
	return ""
}

// A case's number as it is printed: capitals, digits and -.
func readCaseNumber(s string) (string, bool) {
	s = printedNumber(s)
	if len(s) < minCaseNumber || len(s) > maxCaseNumber {
		return "", false
	}
	for _, r := range s {
		if r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') {
			return "", false
		}
	}
	return s, true
}

// How long a case's number can be: what is shorter is a ticket's.
const (
	minCaseNumber = 8
	maxCaseNumber = 32
)
