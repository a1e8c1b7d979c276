package web

import (
	"net/http"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/intake"
)

// lookJSON is one look at personal data, one copy that was given out, or one erasure.
type lookJSON struct {
	deedJSON
	What   []hall.PrivatePart  `json:"what,omitempty"` // of a look: what was shown
	Why    hall.RevealWhy      `json:"why,omitempty"`
	Boxes  int                 `json:"boxes,omitempty"` // of a copy or an erasure: how many
	Ground hall.EraseGround    `json:"ground,omitempty"`
	Of     hall.PrivateSubject `json:"of,omitempty"` // of a copy: by what the person was found
}

// listLooks lists who looked at personal data, gave a copy of it or erased it, the newest first.
func (o *office) listLooks(w http.ResponseWriter, r *http.Request, who Account) {
	q, ok := o.deedsAsked(w, r)
	if !ok {
		return
	}
	q.Types = looksAsked(r.URL.Query().Get("did"))
	q.Limit, q.After = asked(r)
	page, next, err := o.Matters.Audit.Deeds(r.Context(), q)
	if o.answered(w, r, err) {
		return
	}
	list, err := o.looksOf(r, who, page)
	if err != nil {
		o.down(w, r, err)
		return
	}
	rows(o, w, list, next)
}

// looksAsked are the deeds that are looked for; all about personal data where none is named.
func looksAsked(did string) []string {
	switch t := hall.Type("private." + did); t {
	case hall.TypePrivateRevealed, hall.TypePrivateExported, hall.TypePrivateErased:
		return []string{string(t)}
	}
	return []string{"private."}
}

func (o *office) looksOf(r *http.Request, who Account, page []intake.Deed) ([]lookJSON, error) {
	lines, err := o.deedsOf(r, who, page)
	if err != nil {
		return nil, err
	}
	list := make([]lookJSON, 0, len(page))
	for n, d := range page {
		bytes, _, err := o.Matters.Audit.Deed(r.Context(), d.Pos)
		if err != nil {
			return nil, err
		}
		j := lookJSON{deedJSON: lines[n]}
		if _, deed, err := deedOf(bytes); err == nil {
			j.says(deed)
		}
		list = append(list, j)
	}
	return list, nil
}

// says adds what a deed says of itself.
func (j *lookJSON) says(deed hall.Deed) {
	switch f := deed.(type) {
	case hall.PrivateRevealed:
		j.What, j.Why = f.What, f.Why
	case hall.PrivateExported:
		j.Boxes, j.Of = f.Boxes, f.Subject
	case hall.PrivateErased:
		j.Boxes, j.Ground = len(f.Refs), f.Ground
	}
}
