package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"

	"hallpulse/agent/internal/counter"
	"hallpulse/agent/internal/entry"
	"hallpulse/firmware-protocol/hall"
)

// Refusal is why the program did not do what a person asked, where the counter's law had no objection. Its text is a
// code: words are chosen by it.
type Refusal string

func (r Refusal) Error() string { return string(r) }

// The refusals.
const (
	NoSuchTicket Refusal = "no-such-ticket" // or it is too old to be printed
	NoPrinter    Refusal = "no-printer"     // none is configured
	DiskFull     Refusal = "disk-full"      // tickets and calls are stopped
	DiskSealed   Refusal = "disk-sealed"    // nothing can be kept
	Stopping     Refusal = "stopping"
	WrongCode    Refusal = "wrong-code"     // of a ticket, or no such ticket: which of them nobody is told
	OtherCounter Refusal = "other-counter"  // a ticket of another agent, or none of ours
	TooManyTries Refusal = "too-many-tries" // wrong codes; for a while none is looked at
	NotAPress    Refusal = "not-a-press"    // of a tablet
	NoSuchSlip   Refusal = "no-such-slip"   // or its case is too old
	NoBoxKey     Refusal = "no-box-key"     // personal data cannot be sealed: the agent is not enrolled
	BadApplicant Refusal = "bad-applicant"  // a name or phone that can be none
	TextTooLong  Refusal = "text-too-long"  // of what is missing besides
	NotOurCase   Refusal = "case-elsewhere" // the slip is of another counter
	NotACase     Refusal = "not-a-case"     // the code is of a ticket
	CounterAway  Refusal = "counter-away"   // its agent cannot be reached over the hall's network

	changed Refusal = "changed"
)

// status is the refusal's number in HTTP, a counter's refusal included.
func (r Refusal) status() int {
	switch {
	case strings.HasPrefix(string(r), "no-such-"):
		return http.StatusNotFound
	case r == DiskFull, r == DiskSealed, r == Stopping:
		return http.StatusServiceUnavailable
	case r == Refusal(entry.WrongPIN), r == Refusal(entry.NeedsPIN), r == Refusal(entry.NoPINs), r == Refusal(entry.WrongOnce):
		return http.StatusForbidden
	case r == Refusal(entry.TriesLocked), r == TooManyTries:
		return http.StatusTooManyRequests
	}
	return http.StatusConflict
}

// What a screen may send at most.
const (
	maxBody  = 4 << 10
	maxStops = 8
)

// seen is what the clerk saw when he pressed. Where it no longer holds, another screen was faster, and calling again
// would send a citizen away unserved: the act is refused and the clerk told. Without it nothing is compared.
type seen struct {
	State  hall.WindowState `json:"state"`
	Ticket string           `json:"ticket"`
}

func (s *seen) holds(v ConsoleView) bool {
	if s == nil {
		return true
	}
	ticket := ""
	if v.Visit != nil {
		ticket = v.Visit.Ticket
	}
	return s.State == v.Window.State && s.Ticket == ticket
}

// turns lets one act after the other be done at each window: who saw an old state loses (seen).
type turns struct {
	sync.Mutex
	of map[string]*sync.Mutex
}

// turn returns the turn of a window; false: the hall has no such window.
func (d *Desk) turn(window string) (*sync.Mutex, bool) {
	if _, ok := d.Hall().Window(window); !ok {
		return nil, false
	}
	d.acts.Lock()
	defer d.acts.Unlock()
	if d.acts.of == nil {
		d.acts.of = map[string]*sync.Mutex{}
	}
	if d.acts.of[window] == nil {
		d.acts.of[window] = new(sync.Mutex)
	}
	return d.acts.of[window], true
}

// windowAct carries out an act at a window.
func (d *Desk) windowAct(r *http.Request, body []byte) (int, []byte) {
	window := r.PathValue("window")
	turn, ok := d.turn(window)
	if !ok {
		return d.failure(r, counter.NoSuchWindow)
	}
	var in struct {
		Seen *seen   `json:"seen"`
		ID   hall.ID `json:"id"` // of the ticket that is picked or taken back
		Why  string  `json:"why"`
		signOn
		To struct {
			Letter string `json:"letter"`
			Window string `json:"window"`
			Staff  string `json:"staff"`
		} `json:"to"`
	}
	if err := decode(body, &in); err != nil {
		return http.StatusBadRequest, d.problem(r, "malformed")
	}
	turn.Lock()
	defer turn.Unlock()
	if !in.Seen.holds(d.views.Console(window)) {
		return d.failure(r, changed)
	}
	act := counter.Act(r.PathValue("act"))
	switch act {
	case counter.ActOpen:
		return d.done(r, d.counter.SignOn(unhurried(r), window, in.Badge, in.PIN))
	case counter.ActClose:
		in.Why = "" // the clerk himself
	}
	return d.done(r, d.counter.Do(unhurried(r), counter.Order{
		Window: window, Act: act, Ticket: in.ID, Why: in.Why, To: counter.Target(in.To),
	}))
}

// signOn is what a clerk shows who opens a window; empty: he is the window's own, and the hall takes his word for it.
type signOn struct {
	Badge string `json:"badge"`
	PIN   string `json:"pin"`
}

// choosePIN gives a clerk another PIN, with a manager's one-time code.
func (d *Desk) choosePIN(r *http.Request, body []byte) (int, []byte) {
	window := r.PathValue("window")
	if _, ok := d.Hall().Window(window); !ok {
		return d.failure(r, counter.NoSuchWindow)
	}
	var in struct {
		signOn
		Code string `json:"code"`
	}
	if err := decode(body, &in); err != nil {
		return http.StatusBadRequest, d.problem(r, "malformed")
	}
	return d.done(r, d.counter.ChoosePIN(unhurried(r), window, in.Badge, in.Code, in.PIN))
}

// alarm calls somebody to a window at once, or says that it is over.
func (d *Desk) alarm(r *http.Request, body []byte) (int, []byte) {
	var in struct {
		On bool `json:"on"`
	}
	if err := decode(body, &in); err != nil {
		return http.StatusBadRequest, d.problem(r, "malformed")
	}
	return d.done(r, d.counter.Alarm(unhurried(r), r.PathValue("window"), in.On))
}

// readNote notes that what a manager said was read.
func (d *Desk) readNote(r *http.Request, body []byte) (int, []byte) {
	if err := decode(body, &struct{}{}); err != nil {
		return http.StatusBadRequest, d.problem(r, "malformed")
	}
	return d.done(r, d.counter.Read(unhurried(r), r.PathValue("window"), r.PathValue("command")))
}

// done answers an act that returns nothing.
func (d *Desk) done(r *http.Request, err error) (int, []byte) {
	if err != nil {
		return d.failure(r, err)
	}
	return http.StatusNoContent, nil
}

// returnTicket lets somebody wait again who was missed.
func (d *Desk) returnTicket(r *http.Request, body []byte) (int, []byte) {
	id, err := hall.ParseID(r.PathValue("ticket"))
	if err != nil {
		return d.failure(r, NoSuchTicket)
	}
	if err := decode(body, &struct{}{}); err != nil {
		return http.StatusBadRequest, d.problem(r, "malformed")
	}
	return d.done(r, d.counter.Return(unhurried(r), id))
}

// cancelTicket ends a ticket that waits.
func (d *Desk) cancelTicket(r *http.Request, body []byte) (int, []byte) {
	id, err := hall.ParseID(r.PathValue("ticket"))
	if err != nil {
		return d.failure(r, NoSuchTicket)
	}
	var in struct {
		Why hall.DropWhy `json:"why"`
	}
	if err := decode(body, &in); err != nil {
		return http.StatusBadRequest, d.problem(r, "malformed")
	}
	return d.done(r, d.counter.Cancel(unhurried(r), id, in.Why))
}

// issueTicket gives out a number. Where an item is named and no stops are, its route in the catalogue is taken.
func (d *Desk) issueTicket(r *http.Request, body []byte) (int, []byte) {
	var in struct {
		Letter    string         `json:"letter"`
		Item      string         `json:"item"`
		Situation string         `json:"situation"`
		Class     hall.Class     `json:"class"`
		Purpose   hall.Purpose   `json:"purpose"`
		Cases     int            `json:"cases"`
		With      hall.ID        `json:"with"`
		Instead   hall.ID        `json:"instead"`
		Then      []counter.Stop `json:"then"`
	}
	if err := decode(body, &in); err != nil || len(in.Then) > maxStops {
		return http.StatusBadRequest, d.problem(r, "malformed")
	}
	want := counter.Request{
		Letter: in.Letter, Item: in.Item, Situation: in.Situation, Class: in.Class, Purpose: in.Purpose, Cases: in.Cases, With: in.With,
		Instead: in.Instead, Then: in.Then,
	}
	if item, ok := d.Hall().Item(in.Item); ok && in.Then == nil {
		routed(&want, item, d.Whole().Queues(item, in.Situation))
	}
	t, err := d.counter.Issue(unhurried(r), want)
	return d.ticketAnswer(r, t, err)
}

// routed sends who comes for an item along its stops, if he takes a number of the item or of its first stop. Who picks
// something up or asks goes to the item's own queue.
func routed(want *counter.Request, item hall.ServiceItem, stops []hall.RouteStop) {
	if want.Letter != item.Service && want.Letter != stops[0].Letter {
		return
	}
	if want.Purpose != "" && want.Purpose != hall.PurposeApply {
		want.Letter = item.Service
		return
	}
	first := stops[0]
	want.Letter, want.Item, want.Window = first.Letter, first.Item, first.Window
	if first.Item != item.Code {
		want.Errand = item.Code
	}
	for _, s := range stops[1:] {
		want.Then = append(want.Then, counter.Stop{Letter: s.Letter, Item: s.Item, Window: s.Window})
	}
}

// printList prints what an item asks for, without a number.
func (d *Desk) printList(r *http.Request, body []byte) (int, []byte) {
	var in List
	if err := decode(body, &in); err != nil {
		return http.StatusBadRequest, d.problem(r, "malformed")
	}
	out, err := d.counter.PrintList(unhurried(r), in)
	if err != nil {
		return d.failure(r, err)
	}
	return http.StatusOK, encode(out)
}

// printTicket prints a ticket once more.
func (d *Desk) printTicket(r *http.Request, _ []byte) (int, []byte) {
	id, err := hall.ParseID(r.PathValue("ticket"))
	if err != nil {
		return d.failure(r, NoSuchTicket)
	}
	t, err := d.counter.Print(unhurried(r), id)
	return d.ticketAnswer(r, t, err)
}

func (d *Desk) ticketAnswer(r *http.Request, t Ticket, err error) (int, []byte) {
	if err != nil {
		return d.failure(r, err)
	}
	return http.StatusOK, encode(t)
}

// unhurried is the request's context without its end: an act does not stop half-way because a browser went away. Who
// asked will ask again under the same key.
func unhurried(r *http.Request) context.Context { return context.WithoutCancel(r.Context()) }

// once answers a POST, and its repeat with the same key in the same way, however often it comes.
func (d *Desk) once(act func(r *http.Request, body []byte) (int, []byte)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		key := r.Header.Get("Idempotency-Key")
		if key == "" || len(key) > maxKey {
			d.refuse(w, r, http.StatusBadRequest, "no-key")
			return
		}
		body, ok := d.read(w, r)
		if !ok {
			return
		}
		a, first := d.repeats.begin(key, fingerprint(r.URL.Path, body))
		switch {
		case a == nil:
			d.refuse(w, r, http.StatusUnprocessableEntity, "key-reused")
			return
		case first:
			d.repeats.run(a, func() (int, []byte) { return act(r, body) })
		default:
			select {
			case <-a.done:
			case <-r.Context().Done():
				return // nobody listens any more
			}
		}
		writeJSON(w, a.status, a.body)
	}
}

// read returns the body of a request; where it is too large or broken it has answered.
func (d *Desk) read(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	return d.readUpTo(w, r, maxBody)
}

func (d *Desk) readUpTo(w http.ResponseWriter, r *http.Request, most int64) ([]byte, bool) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		d.refuse(w, r, http.StatusRequestEntityTooLarge, "too-large")
	case err != nil:
		d.refuse(w, r, http.StatusBadRequest, "malformed")
	}
	return body, err == nil
}

// decode reads a body strictly; an empty one is an empty object.
func decode(body []byte, into any) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(into); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one value")
	}
	return nil
}
