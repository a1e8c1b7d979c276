package desk

import (
	"net/http"

	"hallpulse/agent/internal/counter"
	"hallpulse/firmware-protocol/hall"
)

// Correction is what a guide corrects of a ticket that waits: the class of its holder, with the reason; that he is here for
// the third time for the same thing; that he goes to the desk for what cannot be got done; that the manager is with him.
type Correction struct {
	Class hall.Class      `json:"class"`
	Why   hall.ClassedWhy `json:"why"`
	Third bool            `json:"third"`
	Pass  bool            `json:"pass"`
	Met   bool            `json:"met"`
}

// isOne reports whether it says one thing.
func (c Correction) isOne() bool {
	n := 0
	for _, is := range []bool{c.Why != "", c.Third, c.Pass, c.Met} {
		if is {
			n++
		}
	}
	return n == 1
}

// correctTicket corrects what is known of the holder of a ticket.
func (d *Desk) correctTicket(r *http.Request, body []byte) (int, []byte) {
	id, err := hall.ParseID(r.PathValue("ticket"))
	if err != nil {
		return d.failure(r, NoSuchTicket)
	}
	var in Correction
	if err := decode(body, &in); err != nil || !in.isOne() {
		return http.StatusBadRequest, d.problem(r, "malformed")
	}
	return d.done(r, d.counter.Correct(unhurried(r), id, in))
}

// helpsRate notes who helps the citizen of a visit to press at its window.
func (d *Desk) helpsRate(r *http.Request, body []byte) (int, []byte) {
	var in struct {
		Visit hall.ID `json:"visit"`
		By    string  `json:"by"`
	}
	if err := decode(body, &in); err != nil {
		return http.StatusBadRequest, d.problem(r, "malformed")
	}
	return d.done(r, d.counter.Help(unhurried(r), counter.Help{Window: r.PathValue("window"), Visit: in.Visit, By: in.By}))
}
