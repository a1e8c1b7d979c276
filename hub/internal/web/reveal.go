package web

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/repair"
)

// errMasked is told to who asks for what is not there to be unmasked.
var errMasked = errors.New("nothing of it is kept")

// revealRater shows the name or the number of who rated, unmasked: to who calls him back, as long as there is a call to
// make, and to the centre. That somebody looked, at what and what for, is recorded before it is shown (domain §4, §11).
func (o *office) revealRater(w http.ResponseWriter, r *http.Request, who Account) {
	found, _, ok := o.repair(w, r, who)
	var in struct {
		What hall.PrivatePart `json:"what"`
		Why  hall.RevealWhy   `json:"why"`
	}
	if !ok || !o.read(w, r, &in) || !o.may(w, r, who, access.PrivateReveal, o.repairObject(found)) {
		return
	}
	value, err := o.reveal(r, who, found, in.What, in.Why)
	switch {
	case errors.Is(err, errNotThere):
		o.refuse(w, r, http.StatusNotFound, "nothing")
	case errors.Is(err, errMayNot):
		o.forbid(w, r, who, access.PrivateReveal)
	case errors.Is(err, errMasked):
		o.fail(w, http.StatusUnprocessableEntity, problem{Code: "none", Field: "what", Message: o.sheet(r, "").T("say.repair.none")})
	case err != nil:
		o.answered(w, r, err)
	default:
		o.json(w, http.StatusOK, struct {
			Value    string    `json:"value"`
			Recorded time.Time `json:"recorded"`
		}{value, o.Now()})
	}
}

// reveal records a look at a part of what lies apart, and returns that part. It is asked of the repair as it stands:
// consent may have been withdrawn, or the repair frozen, since the page was shown.
func (o *office) reveal(r *http.Request, who Account, found repair.Repair, what hall.PrivatePart, why hall.RevealWhy) (string, error) {
	if what != hall.PartName && what != hall.PartPhone {
		return "", &repair.Refused{Code: repair.CodeChoice, Field: "what"}
	}
	if !slices.Contains(revealsFor(who.Role), why) {
		return "", &repair.Refused{Code: repair.CodeChoice, Field: "why"}
	}
	text, _, err := o.Matters.Texts.Text(r.Context(), found.Rating.Ref)
	if err != nil {
		return "", err
	}
	value := map[hall.PrivatePart]string{hall.PartName: text.Name, hall.PartPhone: text.Phone}[what]
	if value == "" {
		return "", errMasked
	}
	return value, o.Matters.Decider.Decide(r.Context(), repairKeys(found), func(k intake.Known) ([]hall.Fact, error) {
		now, _ := k.Repair(found.ID)
		view, sees := o.see(who, now)
		switch {
		case !sees || now.Rating.Ref != found.Rating.Ref:
			return nil, errNotThere
		case !view.Reveal || !access.May(who.Account, access.PrivateReveal, o.repairObject(now)):
			return nil, errMayNot
		}
		return []hall.Fact{hall.PrivateRevealed{Act: hall.Act{About: now.ID, By: who.person()}, Ref: now.Rating.Ref, What: []hall.PrivatePart{what}, Why: why}}, nil
	})
}

// revealsFor are the purposes for which a role looks at what is masked in a repair.
func revealsFor(r access.Role) []hall.RevealWhy {
	if r == access.Centre {
		return []hall.RevealWhy{hall.RevealCallBack, hall.RevealRepair, hall.RevealDecision, hall.RevealProtection}
	}
	return []hall.RevealWhy{hall.RevealCallBack}
}
