package web

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
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
	// HelpsOf says until when the one-time codes hold that clerks of a hall have, by badge.
	HelpsOf(ctx context.Context, hallID string) (map[string]time.Time, error)
	// Help lets a clerk try again whose badge is locked and, where there is one, choose another PIN by the code of this hash
	// until then. It takes the place of what he was helped with before; counters hear of it.
	Help(ctx context.Context, hallID, badge, code string, until time.Time, by hall.Person) error
}

// ErrNoPIN says that a clerk has no PIN.
var ErrNoPIN = errors.New("that clerk has no PIN")

// HashPIN makes of a PIN, or of a one-time code, what a counter checks it by, without the hub.
func HashPIN(pin string) (string, error) {
	return argon2id.CreateHash(pin, &argon2id.Params{Memory: hall.PINMemoryKiB, Iterations: hall.PINPasses, Parallelism: 1, SaltLength: 16, KeyLength: 32})
}

// IsPINHash reports whether a text is what HashPIN makes.
func IsPINHash(text string) bool {
	p, _, _, err := argon2id.DecodeHash(text)
	return err == nil && p.Memory == hall.PINMemoryKiB && p.Iterations == hall.PINPasses && p.Parallelism == 1
}

// A one-time code has so many digits, and holds so long: a clerk walks to his window with it.
const (
	onceDigits = 8
	OnceLasts  = 30 * time.Minute
)

// OnceCode makes a one-time code for a clerk, and what a counter checks it by.
func OnceCode() (code, hash string, err error) {
	n, err := rand.Int(rand.Reader, big.NewInt(100_000_000))
	if err != nil {
		return "", "", err
	}
	code = fmt.Sprintf("%0*d", onceDigits, n)
	hash, err = HashPIN(code)
	return code, hash, err
}

// pinRoutes are the PINs with which clerks sign on.
func (o *office) pinRoutes() []Route {
	return []Route{
		{"GET", "/api/pins/{hall}", access.PINsKeep, o.listPINs},
		{"POST", "/api/pins/{hall}/{badge}/give", access.PINsKeep, o.givePIN},
		{"POST", "/api/pins/{hall}/{badge}/take", access.PINsKeep, o.takePIN},
		{"POST", "/api/pins/{hall}/{badge}/unlock", access.PINsKeep, o.unlockPIN},
		{"POST", "/api/pins/{hall}/{badge}/code", access.PINsKeep, o.codePIN},
	}
}

// pinJSON is a clerk with whether he has a PIN.
type pinJSON struct {
	Badge string    `json:"badge"`
	Name  string    `json:"name"`
	Unit  string    `json:"unit"`
	Set   time.Time `json:"set,omitzero"`  // left out: he has none
	Code  time.Time `json:"code,omitzero"` // until when his one-time code holds; left out: he has none

	Locked *lockedJSON `json:"locked,omitempty"` // left out: his PIN is looked at
}

// lockedJSON is a badge with which too much was typed wrong, by the last word of its counter.
type lockedJSON struct {
	Since  time.Time `json:"since"`
	Until  time.Time `json:"until"`
	Window string    `json:"window,omitempty"` // left out: the counter was started since
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
	codes, err := o.Matters.PINs.HelpsOf(r.Context(), h.Catalogue.Hall.ID)
	if o.answered(w, r, err) {
		return
	}
	list, l, locks := []pinJSON{}, langOf(r), o.Live.locks(h.Catalogue.Hall.ID)
	for _, s := range h.Catalogue.Staff {
		one := pinJSON{Badge: s.Badge, Name: l.in(s.Name, s.NameEN), Unit: o.names(r).unit(s.Unit), Set: set[s.Badge], Code: codes[s.Badge]}
		if at, ok := locks[s.Badge]; ok {
			one.Locked = &lockedJSON{at.Since, at.Until, at.Window}
		}
		list = append(list, one)
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

// unlockPIN lets a clerk try again who typed too much wrong.
func (o *office) unlockPIN(w http.ResponseWriter, r *http.Request, who Account) {
	hallID, badge, ok := o.clerkAsked(w, r, who)
	if !ok || !o.read(w, r, &struct{}{}) {
		return
	}
	if !o.answered(w, r, o.Matters.PINs.Help(r.Context(), hallID, badge, "", time.Time{}, who.person())) {
		w.WriteHeader(http.StatusNoContent)
	}
}

// codePIN gives a clerk a one-time code to choose another PIN with. It is said once, in this answer.
func (o *office) codePIN(w http.ResponseWriter, r *http.Request, who Account) {
	hallID, badge, ok := o.clerkAsked(w, r, who)
	if !ok || !o.read(w, r, &struct{}{}) {
		return
	}
	until := o.Now().Add(OnceLasts)
	code, hash, err := OnceCode()
	if err == nil {
		err = o.Matters.PINs.Help(r.Context(), hallID, badge, hash, until, who.person())
	}
	if !o.answered(w, r, err) {
		o.json(w, http.StatusOK, struct {
			Code  string    `json:"code"`
			Until time.Time `json:"until"`
		}{code, until})
	}
}
