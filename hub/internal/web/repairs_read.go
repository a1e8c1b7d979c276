package web

import (
	"context"
	"net/http"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/private"
	"hallpulse/hub/internal/rating"
	"hallpulse/hub/internal/repair"
)

// repairPage is what is said of repairs in answer to one request: to whom, in which language, by which law, and when.
type repairPage struct {
	o     *office
	r     *http.Request
	who   Account
	names names
	say   sheet
	law   rating.Law
	now   time.Time
	known map[hall.Person]string // names of people that were asked for
}

func (o *office) repairPage(r *http.Request, who Account) (*repairPage, error) {
	law, err := o.Matters.Law.Law(r.Context())
	return &repairPage{o, r, who, o.names(r), o.sheet(r, ""), law, o.Now(), map[hall.Person]string{}}, err
}

// person names somebody; each is looked up once.
func (p *repairPage) person(who hall.Person) string {
	name, ok := p.known[who]
	if !ok {
		name = p.o.nameOf(p.r, who)
		p.known[who] = name
	}
	return name
}

// repairJSON is all that somebody sees of a repair. A field that is left out does not apply, or is not for him: the two
// look alike.
type repairJSON struct {
	repairRow
	AsOf       time.Time        `json:"as_of"`
	Opened     hall.Day         `json:"opened"`
	Day        hall.Day         `json:"day"`   // of the service
	Cause      string           `json:"cause"` // rating; second: the citizen rated the repair badly
	Why        hall.OwnerWhy    `json:"why,omitempty"`
	Handler    string           `json:"handler,omitempty"`
	At         time.Time        `json:"at,omitzero"` // of the rating
	Ticket     string           `json:"ticket,omitempty"`
	Channel    hall.Channel     `json:"channel,omitempty"`
	ServedBy   string           `json:"served_by,omitempty"`
	Withheld   bool             `json:"withheld,omitempty"`
	Words      string           `json:"words,omitempty"`
	More       []string         `json:"more,omitempty"` // 追评
	Rater      *raterJSON       `json:"rater,omitempty"`
	Pressure   []reportJSON     `json:"pressure,omitempty"`
	Deadline   *explainedJSON   `json:"deadline,omitempty"`
	Course     []repairStepJSON `json:"steps"`
	Appeals    []appealJSON     `json:"appeals"`
	Exclusion  *exclusionJSON   `json:"exclusion,omitempty"`
	Shortfalls []shortfallJSON  `json:"shortfalls,omitempty"`
	Keys       []keyJSON        `json:"keys,omitempty"` // 重点对象: its window, its item
	Past       []roundJSON      `json:"past,omitempty"` // rounds that a bad second rating ended, oldest first
	May        []string         `json:"may"`
	Limits     repairLimitsJSON `json:"limits"`
	roundJSON
}

// keyJSON says that a window or an item is on the key list, and why: so many repairs within so many days, or one not done.
type keyJSON struct {
	Of   string        `json:"of"` // window, item
	Why  repair.KeyWhy `json:"why"`
	N    int           `json:"n"`
	Days int           `json:"days"`
}

// raterJSON is who rated, masked.
type raterJSON struct {
	Name   private.Masked `json:"name"`
	Phone  private.Masked `json:"phone"`
	Reveal bool           `json:"may_reveal"`
}

// roundJSON is what people wrote from an opening, or a reopening, to an answer.
type roundJSON struct {
	Note       string         `json:"note,omitempty"` // of the centre, to the unit
	Calls      []calledJSON   `json:"calls"`
	Finding    *verifiedJSON  `json:"finding,omitempty"`
	Extensions []extendedJSON `json:"extensions"`
	Answers    []answeredJSON `json:"answers"` // the last one stands, unless it was sent back
	Second     *secondJSON    `json:"second,omitempty"`
}

// stampJSON is who did something, and when; of whom one may not know the moment, the day alone.
type stampJSON struct {
	At time.Time `json:"at,omitzero"`
	On hall.Day  `json:"on,omitzero"`
	By string    `json:"by"`
}

type calledJSON struct {
	stampJSON
	Reached bool   `json:"reached"`
	Said    string `json:"said,omitempty"`
}

type verifiedJSON struct {
	stampJSON
	Result hall.RepairResult `json:"result"`
	Mode   hall.RepairMode   `json:"mode,omitempty"`
	Note   string            `json:"note,omitempty"`
}

type extendedJSON struct {
	stampJSON
	From   hall.Day `json:"from"`
	To     hall.Day `json:"to"`
	Reason string   `json:"reason,omitempty"`
}

type answeredJSON struct {
	stampJSON
	Changed  string        `json:"changed,omitempty"`
	Reply    string        `json:"reply,omitempty"`
	Returned *returnedJSON `json:"returned,omitempty"`
}

type returnedJSON struct {
	stampJSON
	Reason string `json:"reason,omitempty"`
}

// secondJSON is how the citizen rated the repair.
type secondJSON struct {
	stampJSON
	Level   hall.Level   `json:"level,omitempty"`
	Reasons []reasonJSON `json:"reasons"`
	Words   string       `json:"words,omitempty"`
}

type reportJSON struct {
	stampJSON
	Why  hall.FrozenWhy `json:"why"`
	Text string         `json:"text"`
}

type exclusionJSON struct {
	stampJSON
	Why      hall.ExclusionWhy `json:"why"`
	Evidence string            `json:"evidence,omitempty"`
	Decided  *decidedJSON      `json:"decided,omitempty"`
}

type appealJSON struct {
	stampJSON
	Side     hall.AppealSide   `json:"side"`
	Ground   hall.AppealGround `json:"ground"`
	Evidence string            `json:"evidence,omitempty"`
	Until    hall.Day          `json:"until"` // it is decided
	Decided  *decidedJSON      `json:"decided,omitempty"`
}

type decidedJSON struct {
	stampJSON
	Yes    bool   `json:"yes"` // excluded, upheld
	Reason string `json:"reason,omitempty"`
}

type shortfallJSON struct {
	Gap  repair.Gap `json:"gap"`
	Unit string     `json:"unit"`
	Due  hall.Day   `json:"due"`
	Done hall.Day   `json:"done,omitzero"`
}

// explainedJSON is a deadline explained day by day.
type explainedJSON struct {
	From        hall.Day        `json:"from"`
	Due         hall.Day        `json:"due"`
	Provisional bool            `json:"provisional"`
	Unit        hall.DayUnit    `json:"unit"`
	Days        []hall.DayCount `json:"days"`
}

// whole returns all that is seen of a repair by whom view was made for.
func (p *repairPage) whole(r repair.Repair, v repair.View) (repairJSON, error) {
	j := repairJSON{repairRow: p.row(r, v), AsOf: p.now, Opened: v.Opened, Day: v.Day, Cause: "rating", Why: v.Why, At: v.When, Channel: v.Channel,
		Withheld: v.Withheld, Course: p.course(r, v), Appeals: []appealJSON{}, May: p.may(r, v), Limits: p.limits(r, v)}
	if len(r.Past) > 0 {
		j.Cause = "second"
	}
	if v.Handler != "" {
		j.Handler = p.person(hall.Person{Account: v.Handler})
	}
	if v.ServedBy != "" {
		j.ServedBy = p.names.clerk(v.Hall, v.ServedBy)
	}
	if !v.Round.Deadline.IsZero() {
		e := r.Explain(p.law)
		j.Deadline = &explainedJSON{e.From, e.Due.Day, e.Due.Provisional, e.Span.Unit, e.Days}
	}
	for _, s := range v.Shortfalls {
		one := shortfallJSON{Gap: s.Gap, Unit: p.names.unit(s.Unit), Due: s.Due.Day}
		if !s.Done.IsZero() {
			one.Done = hall.DayOf(s.Done)
		}
		j.Shortfalls = append(j.Shortfalls, one)
	}
	if !v.Round.Deadline.IsZero() {
		var err error
		if j.Keys, err = p.keys(r); err != nil {
			return j, err
		}
	}
	t := openedTexts{p: p, ctx: p.r.Context()}
	j.roundJSON = t.round(v.Round, v.SecondLevel, v.SecondWords, v.Level != 0)
	t.asked(&j, v)
	for _, n := range v.Past {
		j.Past = append(j.Past, t.round(pastView(n), n.Second.Level, n.Second.Words, v.Level != 0))
	}
	t.citizen(&j, r, v)
	return j, t.err
}

// keys says whether the window and the item of a repair are on the key list (domain §4).
func (p *repairPage) keys(r repair.Repair) (all []keyJSON, err error) {
	pack := p.law.Of(hall.DayOf(p.now))
	around, err := p.o.Matters.Around.RepairsAround(p.r.Context(), r.Hall, r.Window, r.Item, hall.DayOf(p.now)-hall.Day(pack.Repair.KeyDays))
	for _, key := range []struct {
		of string
		is func(repair.Repair) bool
	}{
		{"window", func(other repair.Repair) bool { return r.Window != "" && other.Window == r.Window }},
		{"item", func(other repair.Repair) bool { return r.Item != "" && other.Item == r.Item }},
	} {
		its := slices.DeleteFunc(slices.Clone(around), func(other repair.Repair) bool { return !key.is(other) })
		if why, n := repair.Keylist(its, p.now, pack); why != "" {
			all = append(all, keyJSON{key.of, why, n, pack.Repair.KeyDays})
		}
	}
	return all, err
}

// pastView is a round that ended, as who decides sees it: whole.
func pastView(n repair.Round) repair.RoundView {
	return repair.RoundView{RepairLimits: n.RepairLimits, Note: n.Note, Signed: n.Signed, Calls: n.Calls, Finding: n.Finding, Extensions: n.Extensions,
		Returned: n.Returned, Answer: n.Answer, SecondRated: n.Second.At, SecondReasons: n.Second.Reasons}
}

// openedTexts reads what people wrote; the first text that could not be read is its error.
type openedTexts struct {
	p   *repairPage
	ctx context.Context
	err error
}

// text opens one text; of one that was erased it says so.
func (t *openedTexts) text(s hall.Sealed) string {
	if s.Ref == "" || t.err != nil {
		return ""
	}
	opened, ok, err := t.p.o.Matters.Texts.Text(t.ctx, s.Ref)
	if err != nil {
		t.err = err
		return ""
	}
	if !ok {
		return t.p.say.T("repair.erased")
	}
	return opened.Words
}

// by says who did something. A moment at which a day begins is that of somebody who may know the day alone.
func (t *openedTexts) by(at time.Time, who hall.Person) stampJSON {
	b := stampJSON{By: t.p.person(who)}
	if day := hall.DayOf(at); at.Equal(day.Start()) {
		b.On = day
	} else {
		b.At = at
	}
	return b
}

// round opens what was written in a round.
func (t *openedTexts) round(n repair.RoundView, second hall.Level, words hall.Sealed, level bool) roundJSON {
	j := roundJSON{Note: t.text(n.Note), Calls: []calledJSON{}, Extensions: []extendedJSON{}, Answers: []answeredJSON{}}
	for _, c := range n.Calls {
		j.Calls = append(j.Calls, calledJSON{t.by(c.At, c.By), c.Reached, t.text(c.Said)})
	}
	if f := n.Finding; f.Result != "" {
		j.Finding = &verifiedJSON{t.by(f.At, f.By), f.Result, f.Mode, t.text(f.Note)}
	}
	for _, e := range n.Extensions {
		j.Extensions = append(j.Extensions, extendedJSON{t.by(e.At, e.By), e.From.Day, e.To.Day, t.text(e.Reason)})
	}
	for _, r := range n.Returned {
		a := t.answer(r.Answer)
		a.Returned = &returnedJSON{t.by(r.At, r.By), t.text(r.Reason)}
		j.Answers = append(j.Answers, a)
	}
	if !n.Answer.At.IsZero() {
		j.Answers = append(j.Answers, t.answer(n.Answer))
	}
	if !n.SecondRated.IsZero() {
		j.Second = &secondJSON{t.by(n.SecondRated, hall.Citizen()), second, t.p.reasons(n.SecondReasons, level), t.text(words)}
	}
	return j
}

func (t *openedTexts) answer(a repair.Answer) answeredJSON {
	return answeredJSON{stampJSON: t.by(a.At, a.By), Changed: t.text(a.Changed), Reply: t.text(a.Reply)}
}

// asked opens what was asked of the centre, and what it decided.
func (t *openedTexts) asked(j *repairJSON, v repair.View) {
	if x := v.Exclusion; !x.At.IsZero() {
		j.Exclusion = &exclusionJSON{t.by(x.At, x.By), x.Why, t.text(x.Evidence), t.decided(x.Decided)}
	}
	for _, a := range v.Appeals {
		j.Appeals = append(j.Appeals, appealJSON{t.by(a.At, a.By), a.Side, a.Ground, t.text(a.Evidence), a.Due.Day, t.decided(a.Decided)})
	}
}

func (t *openedTexts) decided(d repair.Decision) *decidedJSON {
	if d.At.IsZero() {
		return nil
	}
	return &decidedJSON{t.by(d.At, d.By), d.Yes, t.text(d.Reason)}
}

// citizen opens what the citizen wrote, masks his name and number, and tells the number of his ticket, each to who may
// know it.
func (t *openedTexts) citizen(j *repairJSON, r repair.Repair, v repair.View) {
	what := t.p.o.repairObject(r)
	mayRead := v.Words && access.May(t.p.who.Account, access.RatingsText, what)
	if t.err == nil && v.Ref != "" && (mayRead || v.Rater) {
		var text private.Text
		text, _, t.err = t.p.o.Matters.Texts.Text(t.ctx, v.Ref)
		if mayRead {
			j.Words = text.Words
		}
		if v.Rater {
			j.Rater = &raterJSON{private.MaskName(text.Name), private.MaskPhone(text.Phone), v.Reveal && access.May(t.p.who.Account, access.PrivateReveal, what)}
			j.Limits.SMS = text.Phone != ""
		}
	}
	for _, report := range v.Pressure {
		j.Pressure = append(j.Pressure, reportJSON{t.by(report.At, report.By), report.Why, t.text(report.Text)})
	}
	if t.err != nil || v.Ticket == (hall.ID{}) {
		return
	}
	story, _, err := t.p.o.Matters.Ratings.Story(t.ctx, v.Ticket)
	if t.err = err; err != nil {
		return
	}
	j.Ticket = story.Ticket.Number
	for _, a := range story.Answers {
		if mayRead && a.Visit == r.Visit && a.Standing == rating.FollowUp && a.Ref != "" {
			j.More = append(j.More, t.text(hall.Sealed{Ref: a.Ref}))
		}
	}
}
