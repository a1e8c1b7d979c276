package desk

import (
	"net/http"

	"hallpulse/firmware-protocol/hall"
)

// Correction is what a guide corrects of a ticket that waits: the class of its holder, with the reason, or that he is here
// for the third time for the same thing.
type Correction struct {
	Class hall.Class      `json:"class"`
	Why   hall.ClassedWhy `json:"why"`
	Third bool            `json:"third"`
}

// correctTicket corrects what is known of the holder of a ticket.
func (d *Desk) correctTicket(r *http.Request, body []byte) (int, []byte) {
	id, err := hall.ParseID(r.PathValue("ticket"))
	if err != nil {
		return d.failure(r, NoSuchTicket)
	}
	var in Correction
	if err := decode(body, &in); err != nil || in.Third == (in.Why != "") {
		return http.StatusBadRequest, d.problem(r, "malformed")
	}
	return d.done(r, d.counter.Correct(unhurried(r), id, in))
}
