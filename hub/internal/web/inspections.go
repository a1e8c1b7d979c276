package web

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/inspection"
	"hallpulse/hub/internal/intake"
)

// inspectionRoutes are how halls are looked at beside their ratings: plans, visits, and what becomes of findings.
func (o *office) inspectionRoutes() []Route {
	return slices.Concat([]Route{
		{"GET", "/api/inspections", access.InspectionsList, o.listInspections},
		{"GET", "/api/inspections/progress", access.InspectionsPlan, o.showProgress},
		{"GET", "/api/inspections/inspectors", access.InspectionsPlan, o.listInspectors},
		{"GET", "/api/inspections/duty", access.InspectionsDo, o.showDuty},
		{"GET", "/api/inspections/{number}", access.InspectionsList, o.showInspection},
		{"GET", "/api/findings", access.InspectionsAnswer, o.listFindings},
		{"GET", "/api/findings/{finding}", access.InspectionsAnswer, o.showFinding},
		{"GET", "/api/findings/{finding}/photos/{ref}", access.InspectionsAnswer, o.showFindingPhoto},
		{"GET", "/api/inspections/{number}/photos/{ref}", access.InspectionsList, o.showPhoto},
		{"GET", "/api/forms", access.InspectionsList, o.listForms},
	}, o.inspectionActs())
}

// inspectionObject is an inspection as the table of rights sees it: it is who makes it that it belongs to.
func (o *office) inspectionObject(i inspection.Inspection) access.Object {
	return access.Object{Hall: i.Hall, Place: o.placeOfMatter(i.Hall), Account: i.Who}
}

// inspectionNumbered finds an inspection by its number or id.
func (o *office) inspectionNumbered(ctx context.Context, number string) (i inspection.Inspection, ok bool, err error) {
	id, err := o.idOfNumber(ctx, number)
	if err == nil && id != "" {
		i, ok, err = o.Matters.Inspections.Inspection(ctx, id)
	}
	return i, ok && (i.ID == number || i.Number == number), err
}

// inspection finds the one that the address names, for who may do a to it; else it answers and returns false.
func (o *office) inspection(w http.ResponseWriter, r *http.Request, who Account, a access.Action) (inspection.Inspection, bool) {
	i, ok, err := o.inspectionNumbered(r.Context(), r.PathValue("number"))
	switch {
	case err != nil:
		o.down(w, r, err)
		return i, false
	case !ok, !access.May(who.Account, access.InspectionsList, o.inspectionObject(i)):
		o.refuse(w, r, http.StatusNotFound, "nothing") // who is to be visited unannounced is not told that there is one
		return i, false
	}
	return i, o.may(w, r, who, a, o.inspectionObject(i))
}

// readsVisits reports whether who reads what was written and sees what was photographed, and not only that it was.
func readsVisits(who Account) bool {
	return access.Can(who.Role, access.InspectionsPlan) || access.Can(who.Role, access.InspectionsDo) || access.Can(who.Role, access.InspectionsAnswer)
}

// inspectionRow is an inspection as lists show it.
type inspectionRow struct {
	ID       string              `json:"id"` // in addresses: the number
	Number   string              `json:"number"`
	State    inspection.State    `json:"state"`
	Quarter  hall.Quarter        `json:"quarter"`
	Kind     hall.InspectionKind `json:"kind"`
	Form     string              `json:"form"`
	FormIs   string              `json:"form_name"`
	Hall     string              `json:"hall"`
	HallIs   string              `json:"hall_name"`
	Who      string              `json:"who"`
	WhoIs    string              `json:"who_name"`
	Planned  bool                `json:"planned"`
	Until    *hall.Day           `json:"until,omitempty"`
	On       *hall.Day           `json:"on,omitempty"`
	Missed   bool                `json:"missed,omitempty"` // not made, and its day is past
	Asked    int                 `json:"asked,omitempty"`  // questions that can be right or wrong, and were answered
	Wrong    int                 `json:"wrong,omitempty"`
	Findings int                 `json:"findings"`
	Unowned  int                 `json:"unowned,omitempty"` // wait for an owner
	Waiting  int                 `json:"waiting,omitempty"` // answers that wait to be looked at
	Late     int                 `json:"late,omitempty"`    // findings whose day is past
	Why      hall.CancelledWhy   `json:"cancelled_why,omitempty"`
	Version  int                 `json:"version"`
}

func (o *office) inspectionRow(r *http.Request, i inspection.Inspection) inspectionRow {
	today := hall.DayOf(o.Now())
	row := inspectionRow{ID: i.Number, Number: i.Number, State: i.State, Quarter: i.Quarter, Kind: i.Kind, Form: i.Form, FormIs: o.formName(r, i.Form),
		Hall: i.Hall, HallIs: o.names(r).hall(i.Hall), Who: i.Who, WhoIs: o.nameOf(r, hall.Person{Account: i.Who}), Planned: i.Plan != "",
		Until: someDay(i.Until), On: someDay(i.On), Missed: i.State == inspection.Planned && today > i.Until,
		Asked: i.Asked, Wrong: i.Wrong, Findings: len(i.Findings), Why: i.Cancelled, Version: i.Version}
	for _, x := range i.Findings {
		switch {
		case x.State == inspection.Found:
			row.Unowned++
		case x.State == inspection.Answered:
			row.Waiting++
		case x.State == inspection.Owned && today > x.Due:
			row.Late++
		}
	}
	return row
}

// someDay leaves out a day that is none.
func someDay(d hall.Day) *hall.Day {
	if d == 0 {
		return nil
	}
	return &d
}

func (o *office) formCalled(id string) (inspection.Form, bool) {
	n := slices.IndexFunc(o.Desk.Forms, func(f inspection.Form) bool { return f.ID == id })
	if n < 0 {
		return inspection.Form{}, false
	}
	return o.Desk.Forms[n], true
}

func (o *office) formName(r *http.Request, id string) string {
	if f, ok := o.formCalled(id); ok {
		return langOf(r).in(f.Name, f.NameEN)
	}
	return id
}

func (o *office) listForms(w http.ResponseWriter, _ *http.Request, _ Account) {
	rows(o, w, o.Desk.Forms, "")
}

// listInspections lists those of a quarter, or all that somebody still owes something of.
func (o *office) listInspections(w http.ResponseWriter, r *http.Request, who Account) {
	a := o.asking(r)
	q := intake.InspectionsAsked{Within: o.withinDesk(who, access.InspectionsList, a.list("hall")), States: a.list("state"), Kinds: a.list("kind"), Quarter: a.text("quarter")}
	if q.Quarter != "" {
		if _, err := hall.ParseQuarter(q.Quarter); err != nil {
			a.fault("quarter", q.Quarter)
		}
	}
	if !o.goodAsking(w, a) {
		return
	}
	q.Limit, q.After = asked(r)
	yes := true
	switch a.text("view") {
	case "todo":
		q.Open = &yes
	case "planned":
		q.States = narrowed(q.States, string(inspection.Planned))
	case "done":
		q.States, q.Order = narrowed(q.States, string(inspection.Done)), intake.ByNewest
	}
	page, next, err := o.Matters.Inspections.Inspections(r.Context(), q)
	if o.answered(w, r, err) {
		return
	}
	found := []inspectionRow{}
	for _, i := range page {
		found = append(found, o.inspectionRow(r, i))
	}
	rows(o, w, found, next)
}

// inspectionsOf reads all of a list.
func (o *office) inspectionsOf(ctx context.Context, q intake.InspectionsAsked) (all []inspection.Inspection, err error) {
	for q.Limit = 500; ; {
		page, next, err := o.Matters.Inspections.Inspections(ctx, q)
		if err != nil {
			return nil, err
		}
		if all = append(all, page...); next == "" {
			return all, nil
		}
		q.After = next
	}
}

// showProgress says how far a quarter's plan is, by kind and hall, and what became of its findings, by unit: done and not
// done are shown.
func (o *office) showProgress(w http.ResponseWriter, r *http.Request, who Account) {
	a := o.asking(r)
	quarter := hall.Quarter(a.text("quarter"))
	if _, _, ok := quarter.Days(); !ok {
		a.fault("quarter", string(quarter))
	}
	if !o.goodAsking(w, a) {
		return
	}
	all, err := o.inspectionsOf(r.Context(), intake.InspectionsAsked{Within: o.withinDesk(who, access.InspectionsList, a.list("hall")), Quarter: string(quarter)})
	if err != nil {
		o.down(w, r, err)
		return
	}
	type progress struct {
		inspection.Progress
		HallIs  string `json:"hall_name"`
		NotDone int    `json:"not_done"`
	}
	type ledger struct {
		inspection.Ledger
		UnitIs string `json:"unit_name,omitempty"`
	}
	names, today := o.names(r), hall.DayOf(o.Now())
	plan, units := []progress{}, []ledger{}
	for _, p := range inspection.PlanOf(quarter, all, today) {
		plan = append(plan, progress{p, names.hall(p.Hall), p.NotDone()})
	}
	for _, l := range inspection.LedgerOf(all, func(_ inspection.Inspection, x inspection.Finding) string { return x.Unit }, today) {
		of := ledger{Ledger: l}
		if l.Key != "" {
			of.UnitIs = names.unit(l.Key)
		}
		units = append(units, of)
	}
	o.json(w, http.StatusOK, struct {
		Quarter hall.Quarter `json:"quarter"`
		Plan    []progress   `json:"plan"`
		Units   []ledger     `json:"units"`
		AsOf    time.Time    `json:"as_of"`
	}{quarter, plan, units, o.Now()})
}

// listInspectors lists who can be sent, with the halls that each may look at.
func (o *office) listInspectors(w http.ResponseWriter, r *http.Request, who Account) {
	all, err := o.Accounts.Accounts(r.Context())
	if err != nil {
		o.down(w, r, err)
		return
	}
	type inspectorJSON struct {
		ID    string      `json:"id"` // account
		Name  string      `json:"name"`
		Role  access.Role `json:"role"`
		Halls []string    `json:"halls"`
	}
	found := []inspectorJSON{}
	for _, a := range all {
		j := inspectorJSON{a.Name, a.display(), a.Role, []string{}}
		for _, s := range o.sites() {
			if o.maySend(who, a, s.ID) {
				j.Halls = append(j.Halls, s.ID)
			}
		}
		if len(j.Halls) > 0 {
			found = append(found, j)
		}
	}
	rows(o, w, found, "")
}

// maySend reports whether who plans for a hall may send an account there.
func (o *office) maySend(who, a Account, hallID string) bool {
	at := access.Object{Hall: hallID, Place: o.placeOfMatter(hallID), Account: a.Name}
	return !a.Disabled && access.May(who.Account, access.InspectionsPlan, at) && access.May(a.Account, access.InspectionsDo, at)
}

// inspectionJSON is an inspection as its page shows it.
type inspectionJSON struct {
	inspectionRow
	AsOf    time.Time       `json:"as_of"`
	DoneAt  time.Time       `json:"done_at,omitzero"`
	Answers json.RawMessage `json:"answers,omitempty"` // inspection.Filled
	Gone    bool            `json:"gone,omitempty"`    // the answers were erased
	Found   []findingJSON   `json:"found"`
	May     []string        `json:"may"`
}

func (o *office) showInspection(w http.ResponseWriter, r *http.Request, who Account) {
	if i, ok := o.inspection(w, r, who, access.InspectionsList); ok {
		o.answerInspection(w, r, who, i)
	}
}

func (o *office) answerInspection(w http.ResponseWriter, r *http.Request, who Account, i inspection.Inspection) {
	j := inspectionJSON{inspectionRow: o.inspectionRow(r, i), AsOf: o.Now(), DoneAt: i.DoneAt, Found: []findingJSON{}, May: o.inspectionMay(i, who)}
	for _, x := range i.Findings {
		f, err := o.findingOf(r, who, i, x, true)
		if err != nil {
			o.down(w, r, err)
			return
		}
		j.Found = append(j.Found, f)
	}
	if i.Answers.Ref != "" && readsVisits(who) {
		filled, ok, err := o.Matters.Texts.Bytes(r.Context(), i.Answers.Ref)
		if err != nil {
			o.down(w, r, err)
			return
		}
		if j.Gone = !ok; ok {
			j.Answers = filled
		}
	}
	o.json(w, http.StatusOK, j)
}

// dutyJSON is what the phone of an inspector or observer needs to work away from the network.
type dutyJSON struct {
	Account string            `json:"account"`
	Name    string            `json:"name"`
	Role    access.Role       `json:"role"`
	Planned []inspectionRow   `json:"planned"` // by him, what is due first
	Done    []inspectionRow   `json:"done"`    // the last ones
	Forms   []inspection.Form `json:"forms"`
	Halls   []namedJSON       `json:"halls"` // that he may look at
	Units   []namedJSON       `json:"units"`
	AsOf    time.Time         `json:"as_of"`
}

type namedJSON struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	NameEN string `json:"name_en,omitempty"`
}

// lastDone is how many of one's own inspections the phone shows.
const lastDone = 20

// showDuty answers with all that who needs to fill in forms offline: his inspections, the forms, halls and units, in both
// languages.
func (o *office) showDuty(w http.ResponseWriter, r *http.Request, who Account) {
	duty := dutyJSON{Account: who.Name, Name: who.display(), Role: who.Role, Planned: []inspectionRow{}, Done: []inspectionRow{}, Forms: o.Desk.Forms, Halls: []namedJSON{}, Units: []namedJSON{}, AsOf: o.Now()}
	q := intake.InspectionsAsked{Within: o.withinDesk(who, access.InspectionsDo, nil), States: []string{string(inspection.Planned)}}
	planned, err := o.inspectionsOf(r.Context(), q)
	if err != nil {
		o.down(w, r, err)
		return
	}
	for _, i := range planned {
		duty.Planned = append(duty.Planned, o.inspectionRow(r, i))
	}
	q.States, q.Order, q.Limit = []string{string(inspection.Done)}, intake.ByNewest, lastDone
	done, _, err := o.Matters.Inspections.Inspections(r.Context(), q)
	if err != nil {
		o.down(w, r, err)
		return
	}
	for _, i := range done {
		duty.Done = append(duty.Done, o.inspectionRow(r, i))
	}
	for _, h := range o.Halls() {
		c := h.Catalogue
		if !access.May(who.Account, access.InspectionsDo, access.Object{Hall: c.Hall.ID, Place: c.Hall.Place, Account: who.Name}) {
			continue
		}
		duty.Halls = append(duty.Halls, namedJSON{c.Hall.ID, c.Hall.Name, c.Hall.NameEN})
		for _, u := range c.Units {
			if n := (namedJSON{u.ID, u.Name, u.NameEN}); !slices.Contains(duty.Units, n) {
				duty.Units = append(duty.Units, n)
			}
		}
	}
	o.json(w, http.StatusOK, duty)
}

// inspectionsWaiting counts what waits for who: of an inspector what he is to make, of the centre findings without an owner
// and answers to look at, of others what they are to mend.
func (o *office) inspectionsWaiting(r *http.Request, who Account) (n int, err error) {
	yes := true
	switch {
	case access.Can(who.Role, access.InspectionsDo):
		all, err := o.inspectionsOf(r.Context(), intake.InspectionsAsked{Within: o.withinDesk(who, access.InspectionsDo, nil), States: []string{string(inspection.Planned)}})
		return len(all), err
	case access.Can(who.Role, access.InspectionsPlan):
		all, err := o.inspectionsOf(r.Context(), intake.InspectionsAsked{Within: o.withinDesk(who, access.InspectionsList, nil), Open: &yes, States: []string{string(inspection.Done)}})
		for _, i := range all {
			if i.OfCentre() {
				n++
			}
		}
		return n, err
	case access.Can(who.Role, access.InspectionsAnswer):
		q := intake.InspectionsAsked{Within: o.withinDesk(who, access.InspectionsAnswer, nil), Open: &yes, States: []string{string(inspection.Done)}}
		all, err := o.inspectionsOf(r.Context(), q)
		for _, i := range all {
			for _, x := range o.ownFindings(i, who) {
				if x.State == inspection.Owned {
					n++
				}
			}
		}
		return n, err
	}
	return 0, nil
}
