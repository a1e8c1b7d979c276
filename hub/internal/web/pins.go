package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/alexedwards/argon2id"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/board"
)

// PINs keeps what checks the PINs of clerks, under the key file. A PIN itself it never sees.
type PINs interface {
	// PINsOf says since when each clerk of a hall has a PIN, by badge.
	PINsOf(ctx context.Context, hallID string) (map[string]time.Time, error)
	// GivePIN gives a clerk his PIN, in the place of the one he had; counters hear of it.
	GivePIN(ctx context.Context, hallID, badge, hash string, by hall.Person) error
	// TakePIN takes a clerk's PIN away; ErrNoPIN where he has none.
	TakePIN(ctx context.Context, hallID, badge string, by hall.Person) error
}

// ErrNoPIN says that a clerk has no PIN.
var ErrNoPIN = errors.New("that clerk has no PIN")

// HashPIN makes of a PIN what a counter checks it by, without the hub. Six digits are few: it takes as long as a counter's
// machine can bear.
func HashPIN(pin string) (string, error) {
	return argon2id.CreateHash(pin, &argon2id.Params{Memory: 19 << 10, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32})
}

// pinRoutes are the PINs with which clerks sign on.
func (o *office) pinRoutes() []Route {
	return []Route{
		{"GET", "/api/pins/{hall}", access.PINsKeep, o.listPINs},
		{"POST", "/api/pins/{hall}/{badge}/give", access.PINsKeep, o.givePIN},
		{"POST", "/api/pins/{hall}/{badge}/take", access.PINsKeep, o.takePIN},
	}
}

// pinJSON is a clerk with whether he has a PIN.
type pinJSON struct {
	Badge string    `json:"badge"`
	Name  string    `json:"name"`
	Unit  string    `json:"unit"`
	Set   time.Time `json:"set,omitzero"` // left out: he has none
}

// pinsAsked finds the hall that the address names, among those whose PINs who keeps.
func (o *office) pinsAsked(w http.ResponseWriter, r *http.Request, who Account) (board.Hall, bool) {
	h, ok := o.boardHall(r.PathValue("hall"))
	if !ok || !access.May(who.Account, access.PINsKeep, objectOf(h)) {
		o.refuse(w, r, http.StatusNotFound, "nothing")
		return h, false
	}
	return h, true
}

// listPINs lists the clerks of a hall. From the first PIN on its windows open with badge and PIN alone.
func (o *office) listPINs(w http.ResponseWriter, r *http.Request, who Account) {
	h, ok := o.pinsAsked(w, r, who)
	if !ok {
		return
	}
	set, err := o.Matters.PINs.PINsOf(r.Context(), h.Catalogue.Hall.ID)
	if o.answered(w, r, err) {
		return
	}
	list, l := []pinJSON{}, langOf(r)
	for _, s := range h.Catalogue.Staff {
		list = append(list, pinJSON{s.Badge, l.in(s.Name, s.NameEN), o.names(r).unit(s.Unit), set[s.Badge]})
	}
	rows(o, w, list, "")
}

// clerkAsked finds the clerk that the address names.
func (o *office) clerkAsked(w http.ResponseWriter, r *http.Request, who Account) (hallID, badge string, ok bool) {
	h, ok := o.pinsAsked(w, r, who)
	if !ok {
		return "", "", false
	}
	s, ok := h.Catalogue.Clerk(r.PathValue("badge"))
	if !ok {
		o.refuse(w, r, http.StatusNotFound, "nothing")
	}
	return h.Catalogue.Hall.ID, s.Badge, ok
}

// givePIN gives a clerk a PIN. It leaves this function as a hash alone.
func (o *office) givePIN(w http.ResponseWriter, r *http.Request, who Account) {
	hallID, badge, ok := o.clerkAsked(w, r, who)
	var in struct {
		PIN string `json:"pin"`
	}
	if !ok || !o.read(w, r, &in) {
		return
	}
	if err := hall.CheckPIN(in.PIN, badge); err != nil {
		key := "say.pin.form"
		if errors.Is(err, hall.ErrPINTrivial) {
			key = "say.pin.trivial"
		}
		o.fail(w, http.StatusUnprocessableEntity, problem{Code: "wrong", Field: "pin", Message: o.sheet(r, "").T(key)})
		return
	}
	hash, err := HashPIN(in.PIN)
	if err == nil {
		err = o.Matters.PINs.GivePIN(r.Context(), hallID, badge, hash, who.person())
	}
	if !o.answered(w, r, err) {
		w.WriteHeader(http.StatusNoContent)
	}
}

// takePIN takes a clerk's PIN away.
func (o *office) takePIN(w http.ResponseWriter, r *http.Request, who Account) {
	hallID, badge, ok := o.clerkAsked(w, r, who)
	if !ok || !o.read(w, r, &struct{}{}) {
		return
	}
	err := o.Matters.PINs.TakePIN(r.Context(), hallID, badge, who.person())
	if errors.Is(err, ErrNoPIN) {
		o.fail(w, http.StatusConflict, problem{Code: "gone", Message: o.sheet(r, "").T("say.pin.none")})
		return
	}
	if !o.answered(w, r, err) {
		w.WriteHeader(http.StatusNoContent)
	}
}
