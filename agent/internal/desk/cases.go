package desk

import (
	"context"
	"net/http"
	"strings"
	"time"

	"hallpulse/agent/internal/counter"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// Cases does what clerks ask for about applications, and shows them. Errors are as those of Counter; a cases.Refusal is
// one of them.
type Cases interface {
	// Step takes one step of a case, or opens one, and hands out the paper that belongs to it. Asked twice under one key a
	// case is opened once.
	Step(ctx context.Context, r CaseRequest) (CaseDone, error)
	// Keep keeps what a clerk has entered with the ticket that he serves, for its next window. No case is opened.
	Keep(ctx context.Context, r CaseRequest) error
	// Slip prints a paper of a case once more.
	Slip(ctx context.Context, slip Slip) (PaperNow, error)
	// Find finds a case by its number, or by what a scanner reads on its slip.
	Find(typed string) (CaseView, error)
	// Cases is what a window shows of cases, now.
	Cases(window string) CasesView
}

// CaseRequest is one step as a clerk enters it. Private is the applicant's name and phone, or what is missing in free text.
type CaseRequest struct {
	Key       string
	Window    string
	Step      hall.Type
	Case      hall.ID // zero: a case is opened, or a notice given without one
	N         int     // steps that the clerk saw
	Here      bool    // the applicant is the citizen now served
	Item      string
	Applicant hall.ApplicantKind
	Private   uplink.Text
	Same      bool // the applicant is whom the ticket brought along, as far as Private names no other
	Missing   []string
	Waived    []hall.Waived
	Again     hall.AgainWhy
	Result    hall.CaseResult
	Road      hall.DeliveryRoad
	Why       hall.CaseRefusedWhy
}

// CaseDone is what became of a step. Case is nil of a notice without one, Paper of a step without paper.
type CaseDone struct {
	Case  *CaseView `json:"case"`
	Paper *PaperNow `json:"paper"`
}

// PaperNow is a paper that was asked for.
type PaperNow struct {
	Slip    Slip         `json:"slip"`
	Printed bool         `json:"printed"`
	Trouble hall.Trouble `json:"trouble"` // why it was not printed
}

// SlipKind is what a paper of a case is.
type SlipKind string

// The kinds.
const (
	SlipAccepted SlipKind = "accepted" // 受理回执
	SlipNotice   SlipKind = "notice"   // 一次性告知单
	SlipRefused  SlipKind = "refused"  // 不予受理通知书
)

// Slip names a paper of a case: by the case, or by the notice.
type Slip struct {
	Kind SlipKind `json:"kind"`
	ID   hall.ID  `json:"id"`
}

// CasesView is what a window shows of cases.
type CasesView struct {
	Open      []CaseView `json:"open"`       // of this counter, due first
	Here      []CaseView `json:"here"`       // of the visit now served
	Items     []CaseItem `json:"items"`      // those of the window's letters first
	Item      string     `json:"item"`       // of the visit now served; empty: none
	TellAgain []string   `json:"tell_again"` // items of which the visit was told already what is missing
	Applicant bool       `json:"applicant"`  // names and phones can be kept: the hub's key is there
}

// CaseItem is an item of which a case can be.
type CaseItem struct {
	Code      string        `json:"code"`
	Name      string        `json:"name"`
	NameEN    string        `json:"name_en,omitempty"`
	Unit      string        `json:"unit"`
	UnitEN    string        `json:"unit_en,omitempty"`
	Kind      hall.CaseKind `json:"kind"`
	Legal     int           `json:"legal"`
	Promised  int           `json:"promised"`
	Materials []string      `json:"materials"`
	Basis     string        `json:"basis,omitempty"`
}

// CaseView is a case as a clerk may see it: its applicant masked.
type CaseView struct {
	ID        hall.ID             `json:"id"`
	Number    string              `json:"number"`
	Item      CaseItem            `json:"item"` // with the limits of its day
	Day       hall.Day            `json:"day"`
	State     hall.CaseState      `json:"state"`
	Since     time.Time           `json:"since"`
	Staff     *Clerk              `json:"staff"` // who took the last step
	Window    string              `json:"window"`
	Applicant Applicant           `json:"applicant"`
	Due       *hall.Deadline      `json:"due"` // as this counter counts it; nil: no limit, or it does not run
	Result    hall.CaseResult     `json:"result,omitempty"`
	Why       hall.CaseRefusedWhy `json:"why,omitempty"`
	Road      hall.DeliveryRoad   `json:"road,omitempty"`
	Waived    []hall.Waived       `json:"waived"` // when it was opened
	Ended     bool                `json:"ended"`
	Notices   int                 `json:"notices"`
	N         int                 `json:"n"`
	Next      []hall.Type         `json:"next"` // steps that can be taken
	Undo      *Undo               `json:"undo"` // nil: nothing can be undone
	Slips     []SlipView          `json:"slips"`
}

// Applicant is for whom a case is, masked.
type Applicant struct {
	Kind  hall.ApplicantKind `json:"kind,omitempty"`
	Name  string             `json:"name,omitempty"`
	Phone string             `json:"phone,omitempty"`
	Gone  bool               `json:"gone,omitempty"` // it is no longer kept here
}

// Carried is what windows have entered for the ticket at hand, the latest first: it is shown, not asked again.
type Carried struct {
	Applicant Applicant `json:"applicant"` // masked; who leaves him as he is need not know more
	Lost      bool      `json:"lost,omitempty"`
	All       []Entered `json:"all"`
}

// Entered is what one window has entered of an item.
type Entered struct {
	Code        string        `json:"code"`
	Item        string        `json:"item"`
	ItemEN      string        `json:"item_en,omitempty"`
	Situation   string        `json:"situation,omitempty"`
	SituationEN string        `json:"situation_en,omitempty"`
	Window      string        `json:"window"`
	Staff       *Clerk        `json:"staff"`
	At          time.Time     `json:"at"`
	Seen        []string      `json:"seen,omitempty"`
	Missing     []string      `json:"missing,omitempty"`
	Waived      []hall.Waived `json:"waived,omitempty"`
	Case        string        `json:"case,omitempty"` // number of the case that was accepted by it
	Note        string        `json:"note,omitempty"`
}

// Undo is the last step, and where undoing it leads.
type Undo struct {
	Step hall.Type      `json:"step"`
	To   hall.CaseState `json:"to"`
}

// SlipView is a paper of a case that can be printed again.
type SlipView struct {
	Slip
	At      time.Time    `json:"at"`
	Printed bool         `json:"printed"`
	Trouble hall.Trouble `json:"trouble"`
}

// steps are the last parts of addresses, and what they mean.
func steps() map[string]hall.Type {
	return map[string]hall.Type{
		"accept": hall.TypeCaseAccepted, "refuse": hall.TypeCaseRefused, "return": hall.TypeCaseReturned,
		"resubmit": hall.TypeCaseResubmitted, "decide": hall.TypeCaseDecided, "deliver": hall.TypeCaseDelivered,
		"undo": hall.TypeCaseUndone, "notice": hall.TypeNoticePrinted,
	}
}

// caseRoutes are the addresses of cases.
func (d *Desk) caseRoutes(on func(method, path string, h http.HandlerFunc)) {
	on("GET", "/api/cases/at/{window}", d.casesView)
	on("POST", "/api/entered/{window}", d.once(d.keepCase))
	on("POST", "/api/cases/at/{window}/{step}", d.once(d.caseStep))
	on("POST", "/api/cases/at/{window}/{case}/{step}", d.once(d.caseStep))
	on("POST", "/api/cases/find", d.once(d.findCase))
	on("POST", "/api/slips/{kind}/{id}/print", d.once(d.printSlip))
}

func (d *Desk) casesView(w http.ResponseWriter, r *http.Request) {
	window := r.PathValue("window")
	if _, ok := d.Hall().Window(window); !ok {
		d.refuse(w, r, http.StatusNotFound, string(counter.NoSuchWindow))
		return
	}
	writeJSON(w, http.StatusOK, encode(d.Cases.Cases(window)))
}

// caseStep takes a step of a case, or opens one.
func (d *Desk) caseStep(r *http.Request, body []byte) (int, []byte) {
	turn, ok := d.turn(r.PathValue("window"))
	step, known := steps()[r.PathValue("step")]
	switch {
	case !ok:
		return d.failure(r, counter.NoSuchWindow)
	case !known:
		return d.failure(r, counter.NoSuchAct)
	}
	req, saw, err := caseRequest(r, body)
	if err != nil {
		return http.StatusBadRequest, d.problem(r, "malformed")
	}
	req.Step = step
	if id := r.PathValue("case"); id != "" {
		if req.Case, err = hall.ParseID(id); err != nil || req.Case.IsZero() {
			return d.failure(r, Refusal("no-such-case"))
		}
	}
	turn.Lock()
	defer turn.Unlock()
	if !saw.holds(d.views.Console(req.Window)) {
		return d.failure(r, changed)
	}
	done, err := d.Cases.Step(unhurried(r), req)
	return d.found(r, done, err)
}

// keepCase keeps what was entered, without a step.
func (d *Desk) keepCase(r *http.Request, body []byte) (int, []byte) {
	turn, ok := d.turn(r.PathValue("window"))
	if !ok {
		return d.failure(r, counter.NoSuchWindow)
	}
	req, saw, err := caseRequest(r, body)
	if err != nil {
		return http.StatusBadRequest, d.problem(r, "malformed")
	}
	turn.Lock()
	defer turn.Unlock()
	if !saw.holds(d.views.Console(req.Window)) {
		return d.failure(r, changed)
	}
	return d.found(r, CaseDone{}, d.Cases.Keep(unhurried(r), req))
}

// caseRequest reads what a clerk has entered, and what he saw: a case is of who was there.
func caseRequest(r *http.Request, body []byte) (CaseRequest, *seen, error) {
	var in struct {
		Seen      *seen  `json:"seen"`
		N         int    `json:"n"`
		Here      bool   `json:"here"`
		Item      string `json:"item"`
		Applicant struct {
			Kind  hall.ApplicantKind `json:"kind"`
			Name  string             `json:"name"`
			Phone string             `json:"phone"`
			Same  bool               `json:"same"`
		} `json:"applicant"`
		Missing []string            `json:"missing"`
		Waived  []hall.Waived       `json:"waived"`
		Other   string              `json:"other"`
		Again   hall.AgainWhy       `json:"again"`
		Result  hall.CaseResult     `json:"result"`
		Road    hall.DeliveryRoad   `json:"road"`
		Why     hall.CaseRefusedWhy `json:"why"`
	}
	err := decode(body, &in)
	return CaseRequest{
		Key: r.Header.Get("Idempotency-Key"), Window: r.PathValue("window"), N: in.N, Here: in.Here, Item: in.Item,
		Same: in.Applicant.Same, Applicant: in.Applicant.Kind, Missing: in.Missing, Waived: in.Waived, Again: in.Again, Result: in.Result, Road: in.Road, Why: in.Why,
		Private: uplink.Text{Words: tidy(in.Other), Name: tidy(in.Applicant.Name), Phone: tidy(in.Applicant.Phone)},
	}, in.Seen, err
}

// tidy makes of what somebody typed one line without spare blanks.
func tidy(text string) string { return strings.Join(strings.Fields(text), " ") }

func (d *Desk) findCase(r *http.Request, body []byte) (int, []byte) {
	var in struct {
		Text string `json:"text"`
	}
	if err := decode(body, &in); err != nil {
		return http.StatusBadRequest, d.problem(r, "malformed")
	}
	c, err := d.Cases.Find(in.Text)
	return d.found(r, c, err)
}

func (d *Desk) printSlip(r *http.Request, _ []byte) (int, []byte) {
	id, err := hall.ParseID(r.PathValue("id"))
	if err != nil {
		return d.failure(r, NoSuchSlip)
	}
	now, err := d.Cases.Slip(unhurried(r), Slip{SlipKind(r.PathValue("kind")), id})
	return d.found(r, now, err)
}

// found answers with what was found or done.
func (d *Desk) found(r *http.Request, v any, err error) (int, []byte) {
	if err != nil {
		return d.failure(r, err)
	}
	return http.StatusOK, encode(v)
}
