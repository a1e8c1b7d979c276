package desk

import (
	"context"
	"net/http"
	"time"

	"hallpulse/agent/internal/counter"
	"hallpulse/agent/internal/entry"
	"hallpulse/firmware-protocol/hall"
)

// Tablets keep what is pressed at tablets that are paired to a window. Many goroutines may call.
type Tablets interface {
	// Press keeps a press that the tablet's page names. When it returns nil the press is on disk, and what it became is
	// said; the same press sent again became what it was.
	Press(ctx context.Context, p entry.Pairing, press hall.Press) (Pressed, error)
	// Explain adds official reasons of its level to a press that became a rating.
	Explain(ctx context.Context, p entry.Pairing, key hall.PressKey, codes []string) error
}

// Pressed is what a press became. Neither: it is kept, and counts for nobody.
type Pressed struct {
	Became bool `json:"became"` // the visit's rating
	Repeat bool `json:"repeat"` // the visit was rated before
}

// PadView is all that a tablet at a window shows. No rating is in it, only that there is one.
type PadView struct {
	At       time.Time    `json:"at"`  // set by desk
	UID      string       `json:"uid"` // set by desk: who the tablet is
	Hall     Place        `json:"hall"`
	Window   WindowNow    `json:"window"`
	Staff    *Clerk       `json:"staff"`
	StandIn  *Clerk       `json:"stand_in,omitempty"` // B 角: who takes his place
	Services []HallLine   `json:"services"`
	Show     counter.Show `json:"show"`
	Visit    hall.ID      `json:"visit"`          // invited, called or served
	Item     string       `json:"item,omitempty"` // what it is for
	ItemEN   string       `json:"item_en,omitempty"`
	Digits   string       `json:"digits,omitempty"` // of the visit, for who rates it by the window's sticker
	Serving  bool         `json:"serving"`          // it can be rated before it ends, too
	Rated    bool         `json:"rated"`            // it has its rating
	Until    time.Time    `json:"until,omitzero"`   // of the invitation
}

// ofTablet lets in the tablet that is paired to the window which the address names, and nobody else: not this machine's own
// browsers either, which are the clerk's.
func (d *Desk) ofTablet(next func(w http.ResponseWriter, r *http.Request, who entry.Pairing)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, _ := visitorOf(r)
		if who == nil || who.Role != entry.RoleTablet || who.Window != r.PathValue("window") {
			d.refuse(w, r, http.StatusForbidden, "tablet-only")
			return
		}
		next(w, r, *who)
	}
}

// padScreen serves the tablet's page what it shows.
func (d *Desk) padScreen(w http.ResponseWriter, r *http.Request, who entry.Pairing) {
	d.ofWindow(func(window string, at time.Time) message {
		v := d.views.Pad(window)
		v.At, v.UID = at, who.ID
		return message{"pad", v}
	})(w, r)
}

// press keeps a press. Its names make it one, however often it comes: it needs no other key.
func (d *Desk) press(w http.ResponseWriter, r *http.Request, who entry.Pairing) {
	body, ok := d.read(w, r)
	if !ok {
		return
	}
	var in hall.Press
	if err := decode(body, &in); err != nil || !in.Level.Valid() || !in.UID.Known() || in.Seq == 0 || in.AgeMS < hall.AgeUnknown {
		d.refuse(w, r, http.StatusBadRequest, "malformed")
		return
	}
	out, err := d.Tablets.Press(unhurried(r), who, in)
	if err != nil {
		status, answer := d.failure(r, err)
		writeJSON(w, status, answer)
		return
	}
	writeJSON(w, http.StatusOK, encode(out))
}

// explain takes the reasons of a press. Sent again they change nothing.
func (d *Desk) explain(w http.ResponseWriter, r *http.Request, who entry.Pairing) {
	body, ok := d.read(w, r)
	if !ok {
		return
	}
	var in struct {
		hall.PressKey
		Reasons []string `json:"reasons"`
	}
	if err := decode(body, &in); err != nil || len(in.Reasons) == 0 || !d.official(in.Reasons) {
		d.refuse(w, r, http.StatusBadRequest, "malformed")
		return
	}
	status, answer := d.done(r, d.Tablets.Explain(unhurried(r), who, in.PressKey, in.Reasons))
	writeJSON(w, status, answer)
}
