package desk

import (
	"context"
	"net/http"

	"hallpulse/agent/internal/counter"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// Fellows takes what the other agents of the hall say. Each word is signed, and believed by that alone.
type Fellows interface {
	// Moved lets a ticket wait here that another agent passed on, and returns the signed answer. When it returns nil the
	// ticket is on disk; a repeat is answered again. box is what the move names of a person, as it was sealed; empty: nothing.
	Moved(ctx context.Context, signed, box string) (heard string, err error)
	// Heard lets a ticket go that another agent has.
	Heard(ctx context.Context, signed string) error
	// Wanted gives out a number for another agent, which prints it, and returns the signed answer; or takes back one that
	// nobody was handed. When it returns nil that is on disk; a repeat is answered again.
	Wanted(ctx context.Context, signed string) (given string, err error)
	// Elsewhere looks at the hall's other agents for what is not known here of a ticket, or of a booking, whose holder shows it;
	// here is what is. False: none of them is reached or knows more.
	Elsewhere(ctx context.Context, p Proof, here Shown, err error) (Shown, bool)
	// RateThere lets another agent take what the holder says; body is as the page sent it.
	RateThere(ctx context.Context, agent string, body []byte) error
	// ArriveThere lets another agent give a number to who booked there and is here, and prints it.
	ArriveThere(ctx context.Context, s Shown) (Ticket, error)
	// Holder reads what the holder of a ticket does at another agent's kiosk.
	Holder(signed string) (uplink.Holder, error)
	// Displayed takes what another agent's displays show, for those here that show the whole hall.
	Displayed(ctx context.Context, signed string) error
}

// Refusals of what other agents say, or what they gave out.
const (
	NotOfThisHall Refusal = "not-of-this-hall" // no agent of this hall signed it
	NeedsNumber   Refusal = "needs-number"     // its code alone does not say which number it is
)

// BoxHeader carries the box that a move names: an agent that knows of none lets the ticket wait all the same.
const BoxHeader = "Hall-Box"

// fellowRoutes are the addresses for the other agents of the hall.
func (d *Desk) fellowRoutes(on func(method, path string, h http.HandlerFunc)) {
	on("POST", "/hall/move", d.fellow(func(r *http.Request, text string) (string, error) {
		return d.Fellows.Moved(unhurried(r), text, r.Header.Get(BoxHeader))
	}))
	on("POST", "/hall/heard", d.fellow(func(r *http.Request, text string) (string, error) { return "", d.Fellows.Heard(unhurried(r), text) }))
	on("POST", "/hall/want", d.fellow(func(r *http.Request, text string) (string, error) { return d.Fellows.Wanted(unhurried(r), text) }))
	on("POST", "/hall/holder", d.holder)
	on("POST", "/hall/display", d.fellow(func(r *http.Request, text string) (string, error) { return "", d.Fellows.Displayed(unhurried(r), text) }))
}

func (d *Desk) fellow(act func(r *http.Request, text string) (string, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, ok := d.readUpTo(w, r, uplink.MaxSigned)
		if !ok {
			return
		}
		answer, err := act(r, string(body))
		if err != nil {
			status, text := d.failure(r, err)
			writeJSON(w, status, text)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte(answer)) // who asked asks again
	}
}

// holder answers who stands at another agent's kiosk, as that one's own page is answered.
func (d *Desk) holder(w http.ResponseWriter, r *http.Request) {
	text, ok := d.readUpTo(w, r, uplink.MaxSigned)
	if !ok {
		return
	}
	h, err := d.Fellows.Holder(string(text))
	if err != nil {
		status, answer := d.failure(r, err)
		writeJSON(w, status, answer)
		return
	}
	act := d.ofHolder(d.shown, d.findTicket)
	if h.Act == uplink.HolderRates {
		act = d.ratesVisit(d.shown)
	}
	status, answer := act(r, h.Body)
	writeJSON(w, status, answer)
}

// Presented is a ticket that its holder shows at a window.
type Presented struct {
	ID     hall.ID `json:"id"`
	Number string  `json:"number"`
	Waits  bool    `json:"waits"` // at this counter; else it was called here, or has ended
}

// present lets a ticket of another agent wait at a window whose holder shows it there.
func (d *Desk) present(r *http.Request, body []byte) (int, []byte) {
	window := r.PathValue("window")
	if _, ok := d.Hall().Window(window); !ok {
		return d.failure(r, counter.NoSuchWindow)
	}
	var in struct {
		Token  string `json:"token"`
		Number string `json:"number"`
	}
	if err := decode(body, &in); err != nil {
		return http.StatusBadRequest, d.problem(r, "malformed")
	}
	shown, err := d.counter.Present(unhurried(r), window, in.Token, in.Number)
	if err != nil {
		return d.failure(r, err)
	}
	return http.StatusOK, encode(shown)
}
