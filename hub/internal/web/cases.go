package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/casework"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/private"
	"hallpulse/hub/internal/rating"
)

// FiledCases reads cases 办件 for the office.
type FiledCases interface {
	Cases
	Cases(ctx context.Context, q intake.CasesAsked) (page []casework.Case, next string, err error)
	CountCases(ctx context.Context, q intake.CasesAsked) (int, error)
}

// caseRoutes are the cases of the halls, as counters tell of them: they are worked on there, and watched here.
func (o *office) caseRoutes() []Route {
	return []Route{
		{"GET", "/api/cases", access.CasesList, o.listCases},
		{"GET", "/api/cases/counts", access.CasesList, o.countCases},
		{"GET", "/api/cases/{id}", access.CasesList, o.showCase},
		{"POST", "/api/cases/{id}/reveal", access.CasesReveal, o.revealApplicant},
	}
}

// caseRow is a case as lists show it.
type caseRow struct {
	ID          string         `json:"id"`
	Number      string         `json:"number"`
	State       hall.CaseState `json:"state"`
	Delivers    bool           `json:"delivers"`
	Kind        hall.CaseKind  `json:"kind"`
	ItemName    string         `json:"item_name"`
	UnitName    string         `json:"unit_name"`
	HallName    string         `json:"hall_name"`
	Due         hall.Day       `json:"due,omitzero"` // by promise, else by law
	Provisional bool           `json:"provisional"`
	Down        int            `json:"down,omitempty"` // working days by which outages moved the promise
	Overdue     int            `json:"overdue"`        // working days since it was due and is not decided, or was decided late
	Opened      time.Time      `json:"opened,omitzero"`
	Decided     time.Time      `json:"decided,omitzero"`
	Version     int            `json:"version"` // steps told
}

// caseStep is one step in the course of a case.
type caseStep struct {
	What   hall.Type           `json:"what"`
	At     time.Time           `json:"at"`
	Where  string              `json:"where"`
	By     string              `json:"by"`
	Result hall.CaseResult     `json:"result,omitempty"`
	Road   hall.DeliveryRoad   `json:"road,omitempty"`
	Why    hall.CaseRefusedWhy `json:"why,omitempty"`
	Undoes hall.Type           `json:"undoes,omitempty"`
	Undone bool                `json:"undone,omitempty"`
}

// caseNotice is a notice slip 一次性告知单 of a case.
type caseNotice struct {
	At      time.Time     `json:"at"`
	By      string        `json:"by"`
	Missing []string      `json:"missing"`
	Waived  []hall.Waived `json:"waived,omitempty"`
	Other   *textJSON     `json:"other,omitempty"`
	Again   hall.AgainWhy `json:"again,omitempty"`
}

// caseApplicant is for whom a case is, masked.
type caseApplicant struct {
	Kind      hall.ApplicantKind `json:"kind,omitempty"`
	Name      private.Masked     `json:"name"`
	Phone     private.Masked     `json:"phone"`
	Gone      bool               `json:"gone,omitempty"` // erased
	MayReveal bool               `json:"may_reveal"`
}

// caseWhole is all of a case.
type caseWhole struct {
	caseRow
	Legal     int           `json:"legal"`    // working days; 0: none
	Promised  int           `json:"promised"` // so
	Stands    bool          `json:"stands"`   // the clock does
	Promise   *countedJSON  `json:"promise,omitempty"`
	Lawful    *countedJSON  `json:"lawful,omitempty"`
	Applicant caseApplicant `json:"applicant"`
	Steps     []caseStep    `json:"steps"`
	Waived    []hall.Waived `json:"waived,omitempty"` // when it was opened
	Notices   []caseNotice  `json:"notices"`
	Shared    bool          `json:"shared"` // decided within its visit, whose rating it shares
}

// casePage is what is known while cases are written out.
type casePage struct {
	o     *office
	r     *http.Request
	names names
	say   sheet
	roll  roll
	law   rating.Law
	now   time.Time
}

func (o *office) casePage(r *http.Request) (*casePage, error) {
	all, err := o.roll(r.Context())
	if err != nil {
		return nil, err
	}
	law, err := o.Matters.Law.Law(r.Context())
	return &casePage{o, r, o.names(r), o.sheet(r, ""), all, law, o.Now()}, err
}

// row returns a case as lists show it.
func (p *casePage) row(c casework.Case) caseRow {
	at := p.roll.halls[c.ID.Agent]
	row := caseRow{ID: c.ID.String(), Number: c.Number, State: c.State, Delivers: c.ToDeliver(), Kind: c.Kind, ItemName: p.names.item(at, c.Item),
		UnitName: p.names.unit(c.Unit), HallName: p.names.hall(at), Due: c.First().Day, Provisional: c.First().Provisional, Version: len(c.Steps)}
	if len(c.Steps) > 0 {
		row.Opened = c.Steps[0].When
	}
	row.Decided, _ = c.Decided()
	row.Overdue, row.Down = c.DaysLate(p.now, p.law, at), c.DaysDown()
	return row
}

// whole returns all of a case, as far as who may see it.
func (p *casePage) whole(who Account, c casework.Case) (caseWhole, error) {
	at := p.roll.halls[c.ID.Agent]
	w := caseWhole{caseRow: p.row(c), Legal: c.Legal, Promised: c.Promised, Stands: c.State == hall.CaseIsReturned, Steps: []caseStep{}, Notices: []caseNotice{}, Waived: c.Waived}
	if from, ok := c.Last(hall.TypeCaseAccepted); ok {
		w.Promise, w.Lawful = p.counted(hall.DayOf(from.When), c.Due, at, c.PromiseStops()), p.counted(hall.DayOf(from.When), c.Lawful, at, c.Stops())
	}
	for _, s := range c.Steps {
		w.Steps = append(w.Steps, caseStep{s.Type, s.When, where(p.say, p.o.catalogue(at), s.Window), p.names.clerk(at, s.Staff), s.Result, s.Road, s.Why, s.Undoes, s.Undone})
	}
	rated, _, err := p.o.Matters.Cases.Visit(p.r.Context(), c.ID)
	if err != nil {
		return w, err
	}
	w.Shared = c.Shared() && rated.Outcome == "" // nobody rated it alone
	notices, err := p.o.Matters.Cases.Notices(p.r.Context(), c.ID)
	if err != nil {
		return w, err
	}
	for _, n := range notices {
		one := caseNotice{At: n.Printed, By: p.names.clerk(at, n.Staff), Missing: append([]string{}, n.Missing...), Waived: n.Waived, Again: n.Again}
		if n.Other.Ref != "" {
			text, there, err := p.o.Matters.Texts.Text(p.r.Context(), n.Other.Ref)
			if err != nil {
				return w, err
			}
			one.Other = &textJSON{Words: text.Words, Gone: !there}
		}
		w.Notices = append(w.Notices, one)
	}
	w.Applicant, err = p.applicant(who, c)
	return w, err
}

func (p *casePage) counted(from hall.Day, d hall.Deadline, at string, stops []hall.Stop) *countedJSON {
	if d.IsZero() {
		return nil
	}
	return &countedJSON{from, d.Day, d.Provisional, p.law.Calendar.Count(from, d, at, stops...)}
}

// applicant returns who applies, masked.
func (p *casePage) applicant(who Account, c casework.Case) (caseApplicant, error) {
	a := caseApplicant{Kind: c.Applicant}
	if c.Private.Ref == "" {
		return a, nil
	}
	text, there, err := p.o.Matters.Texts.Text(p.r.Context(), c.Private.Ref)
	if err != nil || !there {
		a.Gone = !there
		return a, err
	}
	a.Name, a.Phone = private.MaskName(text.Name), private.MaskPhone(text.Phone)
	a.MayReveal = access.May(who.Account, access.CasesReveal, p.o.caseObject(p.roll, c))
	return a, nil
}

// caseObject is where a case lies, and whom it concerns.
func (o *office) caseObject(all roll, c casework.Case) access.Object {
	at := all.halls[c.ID.Agent]
	place, _ := o.placeOf(at)
	return access.Object{Hall: at, Place: place, Unit: c.Unit}
}

// listCases lists cases: who is to act next first, and there what is due first.
func (o *office) listCases(w http.ResponseWriter, r *http.Request, who Account) {
	a := o.asking(r)
	q, ok := o.casesAsked(w, r, who, a)
	if !ok || !o.goodAsking(w, a) {
		return
	}
	p, err := o.casePage(r)
	if err != nil {
		o.down(w, r, err)
		return
	}
	found, next, err := o.Matters.Cases.Cases(r.Context(), q)
	if o.answered(w, r, err) {
		return
	}
	page := make([]caseRow, 0, len(found))
	for _, c := range found {
		page = append(page, p.row(c))
	}
	rows(o, w, page, next)
}

// casesAsked reads what the address asks for, within what who reaches.
func (o *office) casesAsked(w http.ResponseWriter, r *http.Request, who Account, a *asking) (q intake.CasesAsked, ok bool) {
	halls, ok := o.askedHalls(w, r, who, access.CasesList, a)
	if !ok {
		return q, false
	}
	all, err := o.roll(r.Context())
	if err != nil {
		o.down(w, r, err)
		return q, false
	}
	q.Agents, q.Unit = all.numbers(halls), access.Scope(who.Account, access.CasesList).Unit
	q.Limit, q.After = asked(r)
	q.States, q.Units, q.Items = a.list("state"), a.list("unit"), a.list("item")
	for _, s := range q.States {
		if !slices.Contains(casework.States(), hall.CaseState(s)) {
			a.fault("state", s)
		}
	}
	if number := a.text("q"); number != "" {
		if q.Number, ok = readCaseNumber(number); !ok {
			a.fault("q", number)
		}
	}
	q.DueFrom, q.DueTo = a.span()
	open := true
	switch view := a.text("view"); view {
	case "running":
		q.Open = &open
	case "late":
		q.DueTo = earliestDay(q.DueTo, hall.DayOf(o.Now())-1)
	case "ended":
		open = false
		q.Open = &open
	case "":
	default:
		a.fault("view", view)
	}
	if q.Number != "" {
		q.Open, q.DueFrom, q.DueTo = nil, 0, 0 // by its number a case is found in every list
	} else if !open && (q.DueFrom != 0 || q.DueTo != 0) {
		a.fault("view", "ended") // their clocks run no more: none of them is due
	}
	return q, true
}

// earliestDay is the earlier of two days, the second where the first is none.
func earliestDay(a, b hall.Day) hall.Day {
	if a == 0 {
		return b
	}
	return min(a, b)
}

// countCases counts what is past its last day, for the tab of its list.
func (o *office) countCases(w http.ResponseWriter, r *http.Request, who Account) {
	a := o.asking(r)
	q, ok := o.casesAsked(w, r, who, a)
	if !ok || !o.goodAsking(w, a) {
		return
	}
	q.DueTo = hall.DayOf(o.Now()) - 1
	late, err := o.Matters.Cases.CountCases(r.Context(), q)
	if o.answered(w, r, err) {
		return
	}
	o.json(w, http.StatusOK, struct {
		Late int `json:"late"`
	}{late})
}

// caseOf finds the case that an address names, as far as who sees it; else it answers and returns false.
func (o *office) caseOf(w http.ResponseWriter, r *http.Request, who Account) (p *casePage, c casework.Case, ok bool) {
	id, err := hall.ParseID(r.PathValue("id"))
	if err == nil {
		c, ok, err = o.Matters.Cases.Case(r.Context(), id)
	} else {
		err = nil // a name that is none of ours
	}
	if err == nil {
		p, err = o.casePage(r)
	}
	if err != nil {
		o.down(w, r, err)
		return nil, c, false
	}
	if ok = ok && c.Known() && access.May(who.Account, access.CasesList, o.caseObject(p.roll, c)); !ok {
		o.refuse(w, r, http.StatusNotFound, "nothing")
	}
	return p, c, ok
}

func (o *office) showCase(w http.ResponseWriter, r *http.Request, who Account) {
	p, c, ok := o.caseOf(w, r, who)
	if !ok {
		return
	}
	whole, err := p.whole(who, c)
	if err != nil {
		o.down(w, r, err)
		return
	}
	o.json(w, http.StatusOK, whole)
}

// revealApplicant shows the name or the number of who applies, unmasked. That somebody looked, and at what, is recorded
// before it is shown (domain §11).
func (o *office) revealApplicant(w http.ResponseWriter, r *http.Request, who Account) {
	p, c, ok := o.caseOf(w, r, who)
	var in struct {
		What hall.PrivatePart `json:"what"`
	}
	if !ok || !o.read(w, r, &in) || !o.may(w, r, who, access.CasesReveal, o.caseObject(p.roll, c)) {
		return
	}
	value, err := o.applicantPart(r, who, c, in.What)
	switch {
	case errors.Is(err, errMasked):
		o.fail(w, http.StatusUnprocessableEntity, problem{Code: "none", Field: "what", Message: p.say.T("say.repair.none")})
	case err != nil:
		o.answered(w, r, err)
	default:
		o.json(w, http.StatusOK, struct {
			Value    string    `json:"value"`
			Recorded time.Time `json:"recorded"`
		}{value, o.Now()})
	}
}

// applicantPart records a look at a part of who applies, and returns that part.
func (o *office) applicantPart(r *http.Request, who Account, c casework.Case, what hall.PrivatePart) (string, error) {
	text, _, err := o.Matters.Texts.Text(r.Context(), c.Private.Ref)
	if err != nil {
		return "", err
	}
	value := map[hall.PrivatePart]string{hall.PartName: text.Name, hall.PartPhone: text.Phone}[what]
	if value == "" {
		return "", errMasked
	}
	return value, o.Matters.Decider.Decide(r.Context(), intake.Keys{Cases: []hall.ID{c.ID}}, func(k intake.Known) ([]hall.Fact, error) {
		if now, ok := k.Case(c.ID); !ok || now.Private.Ref != c.Private.Ref {
			return nil, errMasked
		}
		return []hall.Fact{hall.PrivateRevealed{Act: hall.Act{About: c.ID.String(), By: who.person()}, Ref: c.Private.Ref, What: []hall.PrivatePart{what}, Why: hall.RevealCase}}, nil
	})
}
