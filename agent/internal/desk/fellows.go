package desk

import (
	"context"
	"net/http"

	"hallpulse/agent/internal/counter"
)

// Fellows takes what the other agents of the hall say. Each word is signed, and believed by that alone.
type Fellows interface {
	// Moved lets a ticket wait here that another agent passed on, and returns the signed answer. When it returns nil the
	// ticket is on disk; a repeat is answered again.
	Moved(ctx context.Context, signed string) (heard string, err error)
	// Heard lets a ticket go that another agent has.
	Heard(ctx context.Context, signed string) error
}

// Refusals of what other agents say, or what they gave out.
const (
	NotOfThisHall Refusal = "not-of-this-hall" // no agent of this hall signed it
	NeedsNumber   Refusal = "needs-number"     // its code alone does not say which number it is
)

// fellowRoutes are the addresses for the other agents of the hall.
func (d *Desk) fellowRoutes(on func(method, path string, h http.HandlerFunc)) {
	on("POST", "/hall/move", d.fellow(d.Fellows.Moved))
	on("POST", "/hall/heard", d.fellow(func(ctx context.Context, text string) (string, error) { return "", d.Fellows.Heard(ctx, text) }))
}

func (d *Desk) fellow(act func(ctx context.Context, text string) (string, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, ok := d.readUpTo(w, r, maxSigned)
		if !ok {
			return
		}
		answer, err := act(unhurried(r), string(body))
		if err != nil {
			status, text := d.failure(r, err)
			writeJSON(w, status, text)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte(answer)) // who asked asks again
	}
}

// maxSigned bounds what another agent may say at once.
const maxSigned = 16 << 10

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
	id, err := d.counter.Present(unhurried(r), window, in.Token, in.Number)
	if err != nil {
		return d.failure(r, err)
	}
	return http.StatusOK, encode(struct {
		ID string `json:"id"`
	}{id})
}
