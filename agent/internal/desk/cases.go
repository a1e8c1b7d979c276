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
	Missing   []string
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
	window := r.PathValue("window")
	turn, ok := d.turn(window)
	step, known := steps()[r.PathValue("step")]
	switch {
	case !ok:
		return d.failure(r, counter.NoSuchWindow)
	case !known:
		return d.failure(r, counter.NoSuchAct)
	}
	var in struct {
		N         int    `json:"n"`
		Here      bool   `json:"here"`
		Item      string `json:"item"`
		Applicant struct {
			Kind  hall.ApplicantKind `json:"kind"`
			Name  string             `json:"name"`
			Phone string             `json:"phone"`
		} `json:"applicant"`
		Missing []string            `json:"missing"`
		Other   string              `json:"other"`
		Again   hall.AgainWhy       `json:"again"`
		Result  hall.CaseResult     `json:"result"`
		Road    hall.DeliveryRoad   `json:"road"`
		Why     hall.CaseRefusedWhy `json:"why"`
	}
	if err := decode(body, &in); err != nil {
		return http.StatusBadRequest, d.problem(r, "malformed")
	}
	req := CaseRequest{
		Key: r.Header.Get("Idempotency-Key"), Window: window, Step: step, N: in.N, Here: in.Here, Item: in.Item,
		Applicant: in.Applicant.Kind, Missing: in.Missing, Again: in.Again, Result: in.Result, Road: in.Road, Why: in.Why,
		Private: uplink.Text{Words: tidy(in.Other), Name: tidy(in.Applicant.Name), Phone: tidy(in.Applicant.Phone)},
	}
	if id := r.PathValue("case"); id != "" {
		var err error
		if req.Case, err = hall.ParseID(id); err != nil || req.Case.IsZero() {
			return d.failure(r, Refusal("no-such-case"))
		}
	}
	turn.Lock()
	defer turn.Unlock()
	done, err := d.Cases.Step(unhurried(r), req)
	return d.found(r, done, err)
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
