package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/concern"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/private"
	"hallpulse/hub/internal/repair"
)

// What citizens do after the press (domain §3.13, §4): say why, follow the repair and rate it, report pressure to the centre.

// Follow reads what became of what citizens said.
type Follow interface {
	Repair(ctx context.Context, id string) (repair.Repair, bool, error)
	Concern(ctx context.Context, id string) (concern.Concern, bool, error)
}

// What a citizen does besides rating.
const (
	doWhy    = "why"    // the reason that a bad rating did not give
	doSecond = "second" // the rating of the repair
	doReport = "report" // pressure or retaliation
	doPhone  = "phone"  // leaves a phone
	doForget = "forget" // takes it back
)

// maxReports bounds how often one citizen reports pressure about one repair.
const maxReports = 10

// addRepairs adds to the visits of a ticket what became of their bad ratings.
func (p *public) addRepairs(ctx context.Context, t *ticket) error {
	for _, v := range t.each() {
		if v.repaired {
			r, _, err := p.Follow.Repair(ctx, v.id.String())
			if err != nil {
				return err
			}
			v.repair = r
		}
	}
	return nil
}

// rateableRepair reports whether the citizen can rate the repair now: once, while there is time (domain §4).
func (v visit) rateableRepair(now time.Time) bool {
	return v.repair.ID != "" && slices.Contains(v.repair.Allowed(repair.Hand{By: hall.Citizen(), Now: now}), hall.TypeRepairSecondRated)
}

// reports is how often citizens reported pressure about a repair.
func reports(r repair.Repair) int {
	n := 0
	for _, report := range r.Reports {
		if report.By.Role == hall.RoleCitizen {
			n++
		}
	}
	return n
}

// act takes what a citizen does besides rating.
func (p *public) act(w http.ResponseWriter, r *http.Request, v visitor, do string) {
	level, _ := parseLevel(r.PostForm.Get("level"))
	a := ask{visit: r.PostForm.Get("visit"), first: true, level: level,
		see: map[string]string{doWhy: seeWhy, doSecond: seeSecond, doReport: seeReport, doPhone: seePhone, doForget: seePhone}[do]}
	t, s, at, err := p.look(r.Context(), v, a)
	if err != nil {
		p.fail(w, r, "read ticket", err)
		return
	}
	if s.name == sceneWhy { // the level is the rating's, whatever the form says
		r.PostForm.Set("level", strconv.Itoa(int(s.visit.counted.level)))
	}
	f, bad := readForm(r.PostForm, p.Reasons)
	wrong, mend := errors.AsType[fault](bad)
	if bad == nil {
		bad = p.done(r.Context(), v, t, s, do, f)
		wrong, mend = errors.AsType[fault](bad)
	}
	switch {
	case bad == nil && s.name == scenePhone:
		p.seen(w, r, append(s.self(), "see", seePhone)...)
	case bad == nil:
		p.seen(w, r, s.self()...)
	case errors.Is(bad, errForm):
		p.tell(w, r, http.StatusBadRequest, "form")
	case errors.Is(bad, errOften):
		p.tell(w, r, http.StatusTooManyRequests, "often")
	case mend:
		p.show(w, r, http.StatusUnprocessableEntity, v, t, s, at, f, wrong.key)
	default:
		p.Log.Error("citizen's page: "+do, "err", bad)
		p.show(w, r, http.StatusServiceUnavailable, v, t, s, at, f, "rate.error.down")
	}
}

// errOften is told to who says the same again and again.
var errOften = errors.New("said too often")

// done carries out an act. What was done before changes nothing; a fault says what the citizen can mend.
func (p *public) done(ctx context.Context, v visitor, t ticket, s scene, do string, f form) error {
	switch {
	case do == doPhone:
		return p.leavePhone(ctx, v, t, f)
	case do == doForget:
		return p.forgetPhone(ctx, v, t)
	case do == doWhy && s.name == sceneWhy:
		return p.reason(ctx, v, s.visit, f)
	case do == doSecond && s.name == sceneSecond:
		return p.second(ctx, v, s.visit, f)
	case do == doReport && s.name == sceneReport:
		return p.report(ctx, s.visit, f)
	}
	return nil // it was said before, or there is no need any more: the page says how it stands
}

// seal seals what a citizen wrote; nothing where he wrote nothing.
func (p *public) seal(words string) (s hall.Sealed, boxes []intake.Box, err error) {
	if words == "" {
		return s, nil, nil
	}
	s, box, err := p.Texts.Seal(private.Text{Words: words})
	return s, []intake.Box{box}, err
}

// reason says why a rating was bad that did not say so.
func (p *public) reason(ctx context.Context, who visitor, v visit, f form) error {
	if len(f.reasons) == 0 && f.text.Words == "" {
		return fault{"rate.error.reason"}
	}
	words, boxes, err := p.seal(f.text.Words)
	if err != nil {
		return err
	}
	said := intake.Reason{Ticket: who.ticket, Visit: v.id, Channel: who.channel, Reasons: f.reasons, Words: words}
	err = p.Decider.Decide(ctx, intake.Keys{Visits: []hall.ID{v.id}}, said.Give, boxes...)
	if no, is := errors.AsType[*intake.CitizenRefused](err); is && no.Code == intake.NotAsked {
		return nil
	}
	return err
}

// second rates the repair.
func (p *public) second(ctx context.Context, who visitor, v visit, f form) error {
	words, boxes, err := p.seal(f.text.Words)
	if err != nil {
		return err
	}
	verdict := repair.Verdict{Level: f.level, Channel: who.channel, Reasons: f.reasons, Words: words}
	err = p.Decider.Decide(ctx, intake.Keys{Visits: []hall.ID{v.id}}, func(k intake.Known) ([]hall.Fact, error) {
		r, _ := k.Repair(v.id.String())
		return r.Rate(verdict, repair.Hand{By: hall.Citizen(), Now: k.Now()}, k.Law())
	}, boxes...)
	if _, is := errors.AsType[*repair.Refused](err); is {
		return nil // rated already, too late, or under work again: the page says so
	}
	return err
}

// report tells the centre, and nobody else, of pressure or retaliation. It stops the repair (domain §4).
func (p *public) report(ctx context.Context, v visit, f form) error {
	switch {
	case f.text.Words == "":
		return fault{"rate.error.empty"}
	case reports(v.repair) >= maxReports:
		return errOften
	}
	words, boxes, err := p.seal(f.text.Words)
	if err != nil {
		return err
	}
	return p.Decider.Decide(ctx, intake.Keys{Visits: []hall.ID{v.id}}, func(k intake.Known) ([]hall.Fact, error) {
		r, _ := k.Repair(v.id.String())
		if reports(r) != f.n {
			return nil, nil // the same form a second time
		}
		return r.Freeze(hall.FrozenPressure, words, repair.Hand{By: hall.Citizen(), Now: k.Now()})
	}, boxes...)
}

// followView is what became of a bad rating, as its citizen reads it.
type followView struct {
	Now       string // where it stands
	Until     string // until when, or what of it is over
	Extended  string // a new date and why
	Steps     []stepView
	Answer    string
	Rate      bool // he can rate it now
	RateUntil string
	Rated     string
	Report    string // link
}

type stepView struct {
	What string
	When time.Time
}

// fillFollow tells what became of a bad rating.
func (p *public) fillFollow(ctx context.Context, d *view, page sheet, v visit, self []string) error {
	r := v.repair
	if r.ID == "" || r.State == repair.None || r.State == repair.Withdrawn {
		return nil
	}
	unit := p.unit(page.Lang, r.Unit)
	f := &followView{Now: page.T("follow.now."+string(r.State), "unit", unit), Rate: v.rateableRepair(p.Now()),
		Report: page.Link(append(self, "see", seeReport)...)}
	day := func(d hall.Day) string { return page.Day(d.Start()) }
	n := r.Round
	switch {
	case r.State == repair.Excluded:
		f.Until = page.T("follow.excluded.note")
	case r.Frozen && reports(r) > 0:
		f.Now, f.Until = page.T("follow.frozen.reported"), page.T("follow.frozen.reported.note")
	case r.Frozen:
		f.Now = page.T("follow.frozen")
	case !r.State.Running():
	case r.Overdue(p.Now()):
		f.Until = page.T("follow.overdue", "day", day(n.Deadline.Day))
	case n.Deadline.Provisional:
		f.Until = page.T("follow.until.provisional", "day", day(n.Deadline.Day))
	default:
		f.Until = page.T("follow.until", "day", day(n.Deadline.Day))
	}
	if last := len(n.Extensions) - 1; last >= 0 && r.State.Running() {
		why, err := p.read(ctx, page, n.Extensions[last].Reason)
		if err != nil {
			return err
		}
		f.Extended = page.T("follow.extended", "day", day(n.Extensions[last].To.Day), "reason", why)
	}
	answer, second := n.Answer, n.Second
	if answer.At.IsZero() && len(r.Past) > 0 {
		second = r.Past[len(r.Past)-1].Second // his verdict on the answer before is why it goes on
	}
	if !answer.At.IsZero() {
		text, err := p.read(ctx, page, answer.Reply)
		if err != nil {
			return err
		}
		f.Answer, f.RateUntil = text, page.T("follow.rate.note", "day", day(answer.Second.Day))
	}
	if !second.At.IsZero() {
		f.Rated = page.T("follow.rated", "level", page.Level(int(second.Level)))
	}
	f.Steps = p.course(page, r)
	d.Follow = f
	return nil
}

// read opens a text that is for the citizen.
func (p *public) read(ctx context.Context, page sheet, s hall.Sealed) (string, error) {
	t, ok, err := p.Texts.Text(ctx, s.Ref)
	if err != nil {
		return "", err
	}
	if !ok {
		return page.T("follow.gone"), nil
	}
	return t.Words, nil
}

// shownSteps bounds the course of a repair on a phone.
const shownSteps = 12

// course lists the steps of a repair that concern its citizen, the last ones.
func (p *public) course(page sheet, r repair.Repair) []stepView {
	var steps []stepView
	for _, s := range r.Steps {
		what := stepToldAs(s)
		if what == "" {
			continue
		}
		unit := s.Unit
		if unit == "" {
			unit = s.By.Unit
		}
		steps = append(steps, stepView{page.T("follow.step."+what, "unit", p.unit(page.Lang, unit), "day", page.Day(s.Day.Start())), s.At})
	}
	return steps[max(0, len(steps)-shownSteps):]
}

// stepToldAs is what a deed is called to the citizen; empty: it does not concern him.
func stepToldAs(s repair.Step) string {
	switch s.Type {
	case hall.TypeRepairOpened:
		return "opened"
	case hall.TypeRepairAssigned:
		return "assigned"
	case hall.TypeRepairSigned:
		return "signed"
	case hall.TypeRepairCalled:
		if s.Yes {
			return "called"
		}
		return "not-reached"
	case hall.TypeRepairBegan:
		return "began"
	case hall.TypeRepairExtended:
		return "extended"
	case hall.TypeRepairAnswered:
		return "answered"
	case hall.TypeRepairReturned:
		return "returned"
	case hall.TypeRepairReopened:
		return "reopened"
	case hall.TypeRepairClosed:
		return "closed"
	case hall.TypeRepairExcluded:
		return "excluded"
	case hall.TypeAppealDecided:
		if s.Yes {
			return "excluded"
		}
	case hall.TypeRepairFrozen:
		if s.By.Role == hall.RoleCitizen {
			return "reported"
		}
	case hall.TypeRepairSecondRated:
		return "second"
	}
	return ""
}

// unit names a unit by the first hall that knows it; the centre's own people are the centre.
func (p *public) unit(l lang, id string) string {
	if id == access.CentreUnit {
		return l.in(p.Centre.Name, p.Centre.NameEN)
	}
	for _, h := range p.Halls() {
		if u, ok := h.Catalogue.Unit(id); ok {
			return l.in(u.Name, u.NameEN)
		}
	}
	return id
}

// concernView is the answer to a concern 诉求, for who asked.
type concernView struct {
	Asked  time.Time
	Answer string // empty: none yet
}

// showConcern shows what was answered, behind the link that was sent to who asked.
func (p *public) showConcern(w http.ResponseWriter, r *http.Request, id string) {
	c, ok, err := p.Follow.Concern(r.Context(), id)
	if err != nil || !ok {
		p.fail(w, r, "read concern", errors.Join(err, errNoConcern))
		return
	}
	page := p.sheet(r, "follow.concern")
	d := concernView{Asked: c.Received}
	if !c.AnsweredAt.IsZero() {
		if d.Answer, err = p.read(r.Context(), page, c.AnswerText); err != nil {
			p.fail(w, r, "read concern", err)
			return
		}
	}
	page.Data = d
	p.send(w, http.StatusOK, "concern", page)
}

// errNoConcern is a message about a concern that is not stored.
var errNoConcern = errors.New("no such concern")
