package web

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/private"
	"hallpulse/hub/internal/repair"
)

// The hotline (domain §3.2, §3.3): an operator enters what a citizen says on a recorded call. The citizen shows the ticket by
// what is printed on it, or by the phone that he left with it and calls from; the call and its operator stand beside what he
// said for ever.

// Hotline is what the hotline's page asks.
type Hotline struct {
	Tickets  Tickets
	Signers  Signers
	Recorder Recorder
	Phones   Phones
}

// Phones finds tickets by the phone that was left with them.
type Phones interface {
	LeftWith(ctx context.Context, phone string) ([]intake.Ticket, error)
}

func (o *office) hotlineRoutes() []Route {
	return []Route{
		{"POST", "/api/hotline/find", access.HotlineRate, o.hotlineFind},
		{"POST", "/api/hotline/rate", access.HotlineRate, o.hotlineRate},
		{"POST", "/api/hotline/second", access.HotlineRate, o.hotlineSecond},
	}
}

// callJSON is how a caller shows his ticket: what is printed on it, or the number that he calls from.
type callJSON struct {
	Call   string `json:"call"` // id of the recording
	Hall   string `json:"hall"`
	Number string `json:"number"`
	Day    string `json:"day"`
	Code   string `json:"code"`
	Phone  string `json:"phone"`
}

// callPattern is the id of a recording, as telephone systems name them.
var callPattern = regexp.MustCompile(`^[A-Za-z0-9._:-]{4,64}$`)

// calledVisit is what a caller can be asked about. It does not tell the operator what was rated: levels of single ratings
// are for manager and centre (design §7).
type calledVisit struct {
	Visit  string        `json:"visit"`
	Ticket string        `json:"number"` // A063
	Hall   string        `json:"hall_name"`
	Where  string        `json:"where"`
	Item   string        `json:"item_name"`
	When   time.Time     `json:"when"`
	State  calledState   `json:"state"`
	Repair *calledRepair `json:"repair,omitempty"`

	of     intake.Ticket
	window string
}

// calledRepair is a repair that the caller can rate.
type calledRepair struct {
	Seen   int      `json:"seen"`
	Unit   string   `json:"unit_name"`
	Answer string   `json:"answer"` // to be read to him
	Until  hall.Day `json:"until"`
}

// calledState says whether a visit can be rated in this call.
type calledState string

// The states.
const (
	calledOpen    calledState = "open"
	calledPressed calledState = "pressed" // at the window; the caller may correct it
	calledRated   calledState = "rated"   // by the ticket's holder: more would be words alone
	calledLate    calledState = "late"    // its time is over
)

// hotlineFind answers with what a caller can be asked about.
func (o *office) hotlineFind(w http.ResponseWriter, r *http.Request, who Account) {
	var c callJSON
	if !o.read(w, r, &c) {
		return
	}
	if visits, ok := o.called(w, r, who, c); ok {
		o.json(w, http.StatusOK, struct {
			Visits []calledVisit `json:"visits"`
			Until  time.Time     `json:"as_of"`
		}{append([]calledVisit{}, visits...), o.Now()})
	}
}

// called finds what a caller shows, or answers why not.
func (o *office) called(w http.ResponseWriter, r *http.Request, who Account, c callJSON) ([]calledVisit, bool) {
	if !callPattern.MatchString(c.Call) {
		o.unheard(w, r, http.StatusUnprocessableEntity, "call", "call")
		return nil, false
	}
	// Who tries many hears less, by whatever ticket or number.
	key := "hotline " + who.Name
	if o.triesFrom.count(key, o.Now()) {
		o.unheard(w, r, http.StatusTooManyRequests, "often", "")
		return nil, false
	}
	find := o.shownCode
	if c.Code == "" && c.Phone != "" {
		find = o.shownPhone
	}
	tickets, ok := find(w, r, who, c)
	if !ok {
		return nil, false
	}
	o.triesFrom.giveBack(key)
	var all []calledVisit
	for _, t := range tickets {
		visits, err := o.visitsOf(r, t)
		if err != nil {
			o.down(w, r, err)
			return nil, false
		}
		all = append(all, visits...)
	}
	return all, true
}

// unheard answers why a caller is not heard; field names what is wrong of what was sent.
func (o *office) unheard(w http.ResponseWriter, r *http.Request, status int, code, field string, pairs ...string) {
	key := "hotline.no." + code
	if slices.Contains([]string{"hall", "number", "day", "code", "wrong", "unknown"}, code) {
		key = "typed.error." + code
	}
	o.fail(w, status, problem{Code: code, Field: field, Message: o.sheet(r, "").T(key, pairs...)})
}

// shownCode finds the ticket of what is printed on it.
func (o *office) shownCode(w http.ResponseWriter, r *http.Request, who Account, c callJSON) ([]intake.Ticket, bool) {
	place, _ := o.placeOf(c.Hall)
	if !o.may(w, r, who, access.HotlineRate, access.Object{Hall: c.Hall, Place: place}) {
		return nil, false
	}
	codes := codes{tickets: o.Hotline.Tickets, signers: o.Hotline.Signers, halls: o.Halls(), now: o.Now}
	t, wrong := codes.readTyped(c.Hall, c.Number, c.Day, c.Code)
	if wrong != "" {
		o.unheard(w, r, http.StatusUnprocessableEntity, wrong, wrong)
		return nil, false
	}
	found, left, err := codes.open(r.Context(), t)
	locked, isLocked := errors.AsType[errCodeLocked](err)
	switch {
	case err == nil:
		return []intake.Ticket{found}, true
	case isLocked:
		o.fail(w, http.StatusTooManyRequests, problem{Code: "locked", Message: o.sheet(r, "").T("typed.locked", "time", langOf(r).clock(locked.until.Add(time.Minute-1)))})
	case errors.Is(err, errWrongCode):
		o.unheard(w, r, http.StatusUnprocessableEntity, "wrong", "code", "n", strconv.Itoa(left))
	case errors.Is(err, errNoTicket):
		o.unheard(w, r, http.StatusUnprocessableEntity, "unknown", "number")
	default:
		o.down(w, r, err)
	}
	return nil, false
}

// shownPhone finds the tickets with which the number was left that the caller calls from.
func (o *office) shownPhone(w http.ResponseWriter, r *http.Request, who Account, c callJSON) ([]intake.Ticket, bool) {
	number := private.Number(c.Phone)
	if !smsPattern.MatchString(number) {
		o.unheard(w, r, http.StatusUnprocessableEntity, "phone", "phone")
		return nil, false
	}
	all, err := o.Hotline.Phones.LeftWith(r.Context(), number)
	if err != nil {
		o.down(w, r, err)
		return nil, false
	}
	var mine []intake.Ticket
	for _, t := range all {
		h, err := o.hallOfTicket(r.Context(), t)
		if err != nil {
			o.down(w, r, err)
			return nil, false
		}
		if place, ok := o.placeOf(h); ok && hall.DayOf(o.Now())-t.Day <= validFor && access.May(who.Account, access.HotlineRate, access.Object{Hall: h, Place: place}) {
			mine = append(mine, t)
		}
	}
	if len(mine) == 0 {
		o.unheard(w, r, http.StatusUnprocessableEntity, "not-left", "phone")
		return nil, false
	}
	return mine, true
}

// hallOfTicket names the hall whose agent gave out a ticket; empty where it is none of ours.
func (o *office) hallOfTicket(ctx context.Context, t intake.Ticket) (string, error) {
	s, err := o.Hotline.Signers.Signer(ctx, t.ID.Agent, t.Day)
	if err != nil || len(s.Keys) == 0 {
		return "", err
	}
	for _, h := range o.Halls() {
		if h.HasAgent(s.Agent) {
			return h.Catalogue.Hall.ID, nil
		}
	}
	return "", nil
}

// visitsOf lists the visits of a ticket that its holder can be asked about.
func (o *office) visitsOf(r *http.Request, t intake.Ticket) ([]calledVisit, error) {
	ctx, n := r.Context(), o.names(r)
	story, _, err := o.Matters.Ratings.Story(ctx, t.ID)
	if err != nil {
		return nil, err
	}
	h, err := o.hallOfTicket(ctx, t)
	if err != nil {
		return nil, err
	}
	var all []calledVisit
	for _, v := range ticketOf(story).ratable() {
		is := calledVisit{Visit: v.id.String(), Ticket: t.Number, Hall: n.hall(h), Where: where(o.sheet(r, ""), o.catalogue(h), v.window), Item: n.item(h, v.item),
			When: v.when, State: calledOpen, of: t, window: v.window}
		switch {
		case v.rating != nil:
			is.State = calledRated
		case o.tooLate(story, v):
			is.State = calledLate
		case v.pressed:
			is.State = calledPressed
		}
		if v.repaired {
			if is.Repair, err = o.calledRepair(ctx, n, v.id); err != nil {
				return nil, err
			}
		}
		all = append(all, is)
	}
	return all, nil
}

// tooLate reports whether the time to rate a visit is over.
func (o *office) tooLate(s intake.Story, v visit) bool {
	for _, is := range s.Visits {
		if is.ID == v.id && !is.Due.IsZero() {
			return o.Now().After(is.Due.End())
		}
	}
	return o.Now().Sub(v.when) > validFor*24*time.Hour
}

// calledRepair returns the repair of a visit where its citizen can rate it now.
func (o *office) calledRepair(ctx context.Context, n names, visit hall.ID) (*calledRepair, error) {
	r, ok, err := o.Matters.Repairs.Repair(ctx, visit.String())
	if err != nil || !ok {
		return nil, err
	}
	if !slices.Contains(r.Allowed(repair.Hand{By: hall.Citizen(), Now: o.Now()}), hall.TypeRepairSecondRated) {
		return nil, nil
	}
	answer, err := o.words(ctx, r.Round.Answer.Reply)
	return &calledRepair{Seen: r.Version, Unit: n.unit(r.Unit), Answer: answer, Until: r.Round.Answer.Second.Day}, err
}

// saidJSON is what a caller says of a visit, or of its repair.
type saidJSON struct {
	callJSON
	Visit    string     `json:"visit"`
	Level    hall.Level `json:"level"`
	Reasons  []string   `json:"reasons"`
	Words    string     `json:"words"`
	Withheld bool       `json:"withheld"` // 不公开
	Name     string     `json:"name"`
	ReplyTo  string     `json:"reply_to"` // a phone
	Callback bool       `json:"callback"`
	Seen     int        `json:"seen"` // of a repair
}

// heard reads what a caller says and about which visit, or answers what is wrong.
func (o *office) heard(w http.ResponseWriter, r *http.Request, who Account) (said saidJSON, about calledVisit, f form, ok bool) {
	if !o.read(w, r, &said) {
		return said, about, f, false
	}
	visits, ok := o.called(w, r, who, said.callJSON)
	if !ok {
		return said, about, f, false
	}
	n := slices.IndexFunc(visits, func(v calledVisit) bool { return v.Visit == said.Visit })
	if n < 0 {
		o.unheard(w, r, http.StatusUnprocessableEntity, "visit", "visit")
		return said, about, f, false
	}
	about = visits[n]
	if !said.Level.Valid() {
		o.unheard(w, r, http.StatusUnprocessableEntity, "level", "level")
		return said, about, f, false
	}
	f = form{level: said.Level, withheld: said.Withheld, callback: said.Callback,
		text: private.Text{Words: cleanText(said.Words), Name: cleanLine(said.Name), Phone: cleanLine(said.ReplyTo)}}
	for _, code := range said.Reasons {
		if o.Reasons.offered(f.level, code) && !slices.Contains(f.reasons, code) {
			f.reasons = append(f.reasons, code)
		}
	}
	if bad, is := errors.AsType[fault](f.check()); is {
		field := map[string]string{"rate.error.text": "words", "rate.error.name": "name", "rate.error.phone": "reply_to", "rate.error.call": "reply_to"}[bad.key]
		o.fail(w, http.StatusUnprocessableEntity, problem{Code: "form", Field: field, Message: o.sheet(r, "").T(bad.key)})
		return said, about, f, false
	}
	return said, about, f, true
}

// hotlineRate records what a citizen says of a visit on a recorded call.
func (o *office) hotlineRate(w http.ResponseWriter, r *http.Request, who Account) {
	said, about, f, ok := o.heard(w, r, who)
	if !ok {
		return
	}
	if about.State != calledOpen && about.State != calledPressed {
		o.unheard(w, r, http.StatusConflict, string(about.State), "visit")
		return
	}
	visit, err := hall.ParseID(about.Visit)
	if err != nil {
		o.down(w, r, err)
		return
	}
	g := hall.RatingGiven{Ticket: about.of.ID, Visit: visit, Window: about.window, Level: f.level, Channel: hall.ChannelHotline, Reasons: f.reasons,
		ReasonMissing: f.level.IsBad() && len(f.reasons) == 0 && f.text.Words == "", Withheld: f.withheld, Callback: f.callback,
		Named: f.text.Name != "" || f.text.Phone != "", Answer: callAnswer(who.Name, said.Call, visit), Call: &hall.HotlineCall{Operator: who.Name, ID: said.Call}}
	if err := o.Hotline.Recorder.Record(r.Context(), g, f.text); err != nil {
		o.down(w, r, err)
		return
	}
	o.answerCaller(w, r, about)
}

// callAnswer names the answer that a call gave to a visit: entered twice it is one.
func callAnswer(operator, call string, visit hall.ID) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "hallpulse/hotline/1 %s %s %s", operator, call, visit))
	return hex.EncodeToString(sum[:16])
}

// hotlineSecond records what a citizen says of a repair on a recorded call.
func (o *office) hotlineSecond(w http.ResponseWriter, r *http.Request, who Account) {
	said, about, f, ok := o.heard(w, r, who)
	if !ok {
		return
	}
	visit, err := hall.ParseID(about.Visit)
	if err != nil {
		o.down(w, r, err)
		return
	}
	var boxes []intake.Box
	words, err := o.sealed(f.text.Words, &boxes)
	if err == nil {
		verdict := repair.Verdict{Level: f.level, Channel: hall.ChannelHotline, Reasons: f.reasons, Words: words, Call: said.Call}
		err = o.Matters.Decider.Decide(r.Context(), intake.Keys{Visits: []hall.ID{visit}}, func(k intake.Known) ([]hall.Fact, error) {
			is, _ := k.Repair(visit.String())
			return is.Rate(verdict, repair.Hand{By: who.person(), Seen: said.Seen, Now: k.Now()}, k.Law())
		}, boxes...)
	}
	if o.answered(w, r, err) {
		return
	}
	o.answerCaller(w, r, about)
}

// answerCaller answers with how things stand after what the caller said.
func (o *office) answerCaller(w http.ResponseWriter, r *http.Request, about calledVisit) {
	visits, err := o.visitsOf(r, about.of)
	if err != nil {
		o.down(w, r, err)
		return
	}
	n := slices.IndexFunc(visits, func(v calledVisit) bool { return v.Visit == about.Visit })
	if n < 0 {
		o.down(w, r, errNoVisit)
		return
	}
	o.json(w, http.StatusOK, visits[n])
}
