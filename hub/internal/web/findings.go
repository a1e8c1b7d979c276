package web

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/inspection"
	"hallpulse/hub/internal/intake"
)

// findingObject is a finding: it belongs to the unit that answers for it.
func (o *office) findingObject(i inspection.Inspection, x inspection.Finding) access.Object {
	return access.Object{Hall: i.Hall, Place: o.placeOfMatter(i.Hall), Unit: x.Unit}
}

// findingJSON is a finding as who may see it sees it. Who visited is not told to the unit.
type findingJSON struct {
	ID       string                  `json:"id"` // I-17.2
	N        int                     `json:"n"`
	State    inspection.FindingState `json:"state"`
	Question string                  `json:"question,omitempty"` // as it was asked
	Kind     hall.InspectionKind     `json:"kind"`
	Hall     string                  `json:"hall"`
	HallIs   string                  `json:"hall_name"`
	Unit     string                  `json:"unit,omitempty"`
	UnitIs   string                  `json:"unit_name,omitempty"`
	On       *hall.Day               `json:"on,omitempty"`
	Due      *hall.Day               `json:"due,omitempty"`
	Late     bool                    `json:"late,omitempty"`
	Text     *textJSON               `json:"text,omitempty"`
	Photos   []string                `json:"photos"` // refs
	Steps    []findingStep           `json:"steps,omitempty"`
	May      []string                `json:"may,omitempty"`
	Version  int                     `json:"version"`
}

type findingStep struct {
	What   hall.Type `json:"what"`
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Unit   string    `json:"unit_name,omitempty"`
	Due    *hall.Day `json:"due,omitempty"`
	Text   *textJSON `json:"text,omitempty"`
	Photos []string  `json:"photos,omitempty"`
}

// visitText opens a text of an inspection for who reads them.
func (o *office) visitText(ctx context.Context, who Account, s hall.Sealed) (*textJSON, error) {
	if s.Ref == "" {
		return nil, nil
	}
	t, ok, err := o.Matters.Texts.Text(ctx, s.Ref)
	if err != nil || !ok {
		return &textJSON{Gone: !ok}, err
	}
	if !readsVisits(who) {
		return &textJSON{}, nil
	}
	return &textJSON{Words: t.Words}, nil
}

func refs(photos []hall.Sealed) []string {
	all := []string{}
	for _, p := range photos {
		all = append(all, p.Ref)
	}
	return all
}

// findingOf is a finding in full; whole says that its course is wanted too.
func (o *office) findingOf(r *http.Request, who Account, i inspection.Inspection, x inspection.Finding, whole bool) (findingJSON, error) {
	names, today := o.names(r), hall.DayOf(o.Now())
	j := findingJSON{ID: i.FindingNumber(x.N), N: x.N, State: x.State, Question: o.asks(r, i.Form, x.Question), Kind: i.Kind, Hall: i.Hall, HallIs: names.hall(i.Hall),
		Unit: x.Unit, On: someDay(i.On), Due: someDay(x.Due), Late: x.State == inspection.Owned && today > x.Due, Photos: []string{}, Version: x.Version}
	if x.Unit != "" {
		j.UnitIs = names.unit(x.Unit)
	}
	var errs []error
	read := func(s hall.Sealed) *textJSON {
		t, err := o.visitText(r.Context(), who, s)
		errs = append(errs, err)
		return t
	}
	j.Text = read(x.Text)
	if readsVisits(who) {
		j.Photos = refs(x.Photos)
	}
	if !whole {
		return j, errors.Join(errs...)
	}
	j.May = o.findingMay(i, x, who)
	for _, s := range x.Steps {
		step := findingStep{What: s.Type, At: s.At, By: o.nameOf(r, s.By), Due: someDay(s.Due), Text: read(s.Text)}
		if s.Unit != "" {
			step.Unit = names.unit(s.Unit)
		}
		if readsVisits(who) && len(s.Photos) > 0 {
			step.Photos = refs(s.Photos)
		}
		j.Steps = append(j.Steps, step)
	}
	return j, errors.Join(errs...)
}

// asks is a question as it is asked.
func (o *office) asks(r *http.Request, form, id string) string {
	f, _ := o.formCalled(form)
	for _, q := range f.Questions {
		if q.ID == id {
			return langOf(r).in(q.Ask, q.AskEN)
		}
	}
	return id
}

// ownFindings are the findings of an inspection that who answers for, or that lie in his hall: without who visited.
func (o *office) ownFindings(i inspection.Inspection, who Account) (own []inspection.Finding) {
	var units []string
	for _, x := range i.Findings {
		if x.Unit != "" && !slices.Contains(units, x.Unit) && access.May(who.Account, access.InspectionsAnswer, o.findingObject(i, x)) {
			units = append(units, x.Unit)
		}
	}
	for _, u := range units {
		own = append(own, i.FindingsOf(u)...)
	}
	slices.SortFunc(own, func(a, b inspection.Finding) int { return a.N - b.N })
	return own
}

// listFindings lists what a unit, or a hall, is to mend: open ones, or all of a quarter. What is due first comes first.
func (o *office) listFindings(w http.ResponseWriter, r *http.Request, who Account) {
	a := o.asking(r)
	q := intake.InspectionsAsked{Within: o.withinDesk(who, access.InspectionsAnswer, a.list("hall")), States: []string{string(inspection.Done)}, Quarter: a.text("quarter")}
	q.Unit, q.Account = "", ""
	yes, todo := true, a.text("view") != "all"
	if todo {
		q.Open = &yes
	}
	if _, _, ok := hall.Quarter(q.Quarter).Days(); !todo && !ok {
		a.fault("quarter", q.Quarter)
	}
	if !o.goodAsking(w, a) {
		return
	}
	all, err := o.inspectionsOf(r.Context(), q)
	if err != nil {
		o.down(w, r, err)
		return
	}
	found := []findingJSON{}
	for _, i := range all {
		for _, x := range o.ownFindings(i, who) {
			if todo && x.State == inspection.Accepted {
				continue
			}
			j, err := o.findingOf(r, who, i, x, false)
			if err != nil {
				o.down(w, r, err)
				return
			}
			found = append(found, j)
		}
	}
	slices.SortStableFunc(found, func(a, b findingJSON) int { return int(dueOr(a.Due) - dueOr(b.Due)) })
	limit, after := asked(r)
	from, err := strconv.Atoi(after)
	if after != "" && (err != nil || from < 0) {
		o.answered(w, r, intake.ErrCursor)
		return
	}
	from = min(from, len(found))
	page, next := found[from:], ""
	if len(page) > limit {
		page, next = page[:limit], strconv.Itoa(from+limit)
	}
	rows(o, w, page, next)
}

func dueOr(d *hall.Day) hall.Day {
	if d == nil {
		return 1 << 30
	}
	return *d
}

// findingNumbered finds a finding by its number, I-17.2, for who answers for it or decides about it.
func (o *office) findingNumbered(ctx context.Context, number string) (i inspection.Inspection, n int, ok bool, err error) {
	of, digits, _ := strings.Cut(number, ".")
	if n, err = strconv.Atoi(digits); err != nil || !matterPattern.MatchString(of) {
		return i, 0, false, nil
	}
	i, ok, err = o.inspectionNumbered(ctx, of)
	if ok {
		_, ok = i.Finding(n)
	}
	return i, n, ok, err
}

// finding finds the finding that the address names among those that who answers for; else it answers and returns false.
func (o *office) finding(w http.ResponseWriter, r *http.Request, who Account) (i inspection.Inspection, x inspection.Finding, ok bool) {
	i, n, ok, err := o.findingNumbered(r.Context(), r.PathValue("finding"))
	if err != nil {
		o.down(w, r, err)
		return i, x, false
	}
	own := o.ownFindings(i, who)
	at := slices.IndexFunc(own, func(x inspection.Finding) bool { return x.N == n })
	if !ok || at < 0 {
		o.refuse(w, r, http.StatusNotFound, "nothing")
		return i, x, false
	}
	return i, own[at], true
}

func (o *office) showFinding(w http.ResponseWriter, r *http.Request, who Account) {
	if i, x, ok := o.finding(w, r, who); ok {
		o.answerFinding(w, r, who, i, x)
	}
}

func (o *office) answerFinding(w http.ResponseWriter, r *http.Request, who Account, i inspection.Inspection, x inspection.Finding) {
	j, err := o.findingOf(r, who, i, x, true)
	if err != nil {
		o.down(w, r, err)
		return
	}
	o.json(w, http.StatusOK, j)
}
