package web

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/board"
	"hallpulse/hub/internal/catalogue"
	"hallpulse/hub/internal/intake"
)

// maxCatalogueBody is what a draft may send: a text, and beside it what a form made of it.
const maxCatalogueBody = 1 << 20

// draftJSON is a catalogue that somebody works on.
type draftJSON struct {
	Seen    uint64          `json:"seen"` // the newest version that he looked at
	Text    string          `json:"text"`
	Content *hall.Catalogue `json:"content"` // what a form made of the text; left out: the text alone counts
	Note    string          `json:"note"`
}

// effectJSON is something that follows from publishing, told before.
type effectJSON struct {
	Code    string `json:"code"`
	Key     string `json:"key,omitempty"`
	N       int    `json:"n,omitempty"`
	Message string `json:"message"`
}

// checkedJSON is a draft with all that is to be said of it.
type checkedJSON struct {
	Text    string           `json:"text"`
	Content *hall.Catalogue  `json:"content,omitempty"` // left out where the text cannot be read
	Faults  []CatalogueFault `json:"faults"`
	Changes []changeJSON     `json:"changes"`
	Effects []effectJSON     `json:"effects"`
	// Centre: something in it is the centre's to decide, and who asks is not.
	Centre bool `json:"centre"`
}

// judged is a draft that was read.
type judged struct {
	text    string
	content *hall.Catalogue
	faults  []CatalogueFault
	changes []catalogue.Change
}

// judge reads a draft, by form or text, or answers that it cannot be done.
func (o *office) judge(w http.ResponseWriter, r *http.Request, h board.Hall, in draftJSON) (j judged, ok bool) {
	j.text = in.Text
	if in.Content != nil {
		if j.text, ok = o.Matters.Catalogues.RewriteCatalogue(in.Text, in.Content); !ok {
			o.fail(w, http.StatusUnprocessableEntity, problem{Code: "by-hand", Field: "text", Message: o.sheet(r, "").T("say.catalogue.by-hand")})
			return j, false
		}
	}
	j.content, j.faults = o.Matters.Catalogues.ReadCatalogue(j.text)
	if len(j.faults) == 0 && j.content.Hall.ID != h.Catalogue.Hall.ID {
		j.faults = []CatalogueFault{{Text: o.sheet(r, "").T("say.catalogue.other-hall", "id", h.Catalogue.Hall.ID, "found", j.content.Hall.ID)}}
	}
	if len(j.faults) == 0 {
		j.changes = catalogue.Difference(h.Catalogue, j.content)
	}
	return j, true
}

// checkCatalogue says what a draft would be, before anybody publishes it.
func (o *office) checkCatalogue(w http.ResponseWriter, r *http.Request, who Account) {
	h, ok := o.catalogueAsked(w, r, who, access.CatalogueArrange)
	var in draftJSON
	if !ok || !o.readUpTo(w, r, maxCatalogueBody, &in) {
		return
	}
	j, ok := o.judge(w, r, h, in)
	if !ok {
		return
	}
	answer := checkedJSON{Text: j.text, Faults: append([]CatalogueFault{}, j.faults...), Changes: []changeJSON{}, Effects: []effectJSON{}}
	if len(j.faults) == 0 {
		effects, err := o.effects(r, h, j.changes)
		if o.answered(w, r, err) {
			return
		}
		answer.Content, answer.Changes, answer.Effects = j.content, changesOf(h.Catalogue, j.content), effects
		answer.Centre = !mayPublish(who, h, j)
	}
	o.json(w, http.StatusOK, answer)
}

// mayPublish reports whether all that a draft has otherwise is for who to decide. A hall is moved by who has both places.
func mayPublish(who Account, h board.Hall, j judged) bool {
	if access.May(who.Account, access.CatalogueRule, objectOf(h)) {
		return access.May(who.Account, access.CatalogueRule, objectOf(board.Hall{Catalogue: j.content}))
	}
	return !slices.ContainsFunc(j.changes, func(c catalogue.Change) bool { return !c.Daily() })
}

// publishCatalogue makes a draft the newest version of its hall.
func (o *office) publishCatalogue(w http.ResponseWriter, r *http.Request, who Account) {
	h, ok := o.catalogueAsked(w, r, who, access.CatalogueArrange)
	var in draftJSON
	if !ok || !o.readUpTo(w, r, maxCatalogueBody, &in) {
		return
	}
	j, ok := o.judge(w, r, h, in)
	if !ok {
		return
	}
	s := o.sheet(r, "")
	switch {
	case len(j.faults) > 0:
		o.fail(w, http.StatusUnprocessableEntity, problem{Code: "faults", Field: "text", Message: s.T("say.catalogue.faults")})
		return
	case !mayPublish(who, h, j):
		o.fail(w, http.StatusForbidden, problem{Code: "centre", Message: s.T("say.catalogue.centre")})
		return
	case cleanText(in.Note) == "":
		o.fail(w, http.StatusUnprocessableEntity, problem{Code: "missing", Field: "note", Message: s.T("say.catalogue.note")})
		return
	}
	var boxes []intake.Box
	why, err := o.sealed(in.Note, &boxes)
	if o.answered(w, r, err) {
		return
	}
	v, err := o.Matters.Catalogues.PublishCatalogue(r.Context(), CatalogueDraft{Hall: h.Catalogue.Hall.ID, Text: j.text, Seen: in.Seen, By: who.person(), Why: &why, Boxes: boxes})
	taken, is := errors.AsType[CatalogueTaken](err)
	switch {
	case is:
		by := o.nameOf(r, taken.Newest.By)
		o.fail(w, http.StatusConflict, problem{Code: "taken", By: by, At: taken.Newest.At, Did: string(hall.TypeCataloguePublished),
			Message: s.T("say.catalogue.taken", "who", by, "n", itoa(int64(taken.Newest.Version)))})
	case errors.Is(err, ErrNothingNew):
		o.fail(w, http.StatusUnprocessableEntity, problem{Code: "same", Field: "text", Message: s.T("say.catalogue.same")})
	case !o.answered(w, r, err):
		o.json(w, http.StatusOK, struct {
			Version uint64 `json:"version"`
		}{v.Version})
	}
}

// ErrNothingNew says that a draft is the newest version, letter for letter.
var ErrNothingNew = errors.New("that is the newest version: there is nothing to publish")

// effects says what follows for people when changes are published. Cases that were accepted keep their limits.
func (o *office) effects(r *http.Request, h board.Hall, changes []catalogue.Change) ([]effectJSON, error) {
	s, waiting := o.sheet(r, ""), o.Live.waiting(h.Catalogue.Hall.ID)
	all := []effectJSON{}
	say := func(code, key, name string, n int) {
		all = append(all, effectJSON{code, key, n, s.T("catalogue.effect."+code, "key", key, "name", name, "n", itoa(int64(n)))})
	}
	newcomers, limits := 0, 0
	for _, c := range changes {
		gone := c.Kind == catalogue.Removed
		switch {
		case gone && c.Part == catalogue.Services:
			say("service-gone", c.Key, c.Name, waiting[c.Key])
		case gone && c.Part == catalogue.Windows:
			say("window-gone", c.Key, c.Name, 0)
		case gone && c.Part == catalogue.Staff:
			say("staff-gone", c.Key, c.Name, 0)
		case gone && c.Part == catalogue.Items:
			open := true
			n, err := o.Matters.Cases.CountCases(r.Context(), intake.CasesAsked{Items: []string{c.Key}, Open: &open})
			if err != nil {
				return nil, err
			}
			say("item-gone", c.Key, c.Name, n)
		case gone && c.Part == catalogue.Units:
			say("unit-gone", c.Key, c.Name, 0)
		case c.Kind == catalogue.Added && c.Part == catalogue.Staff:
			newcomers++
		case c.Part == catalogue.Items && slices.ContainsFunc(c.Fields, func(f catalogue.Field) bool { return f.Key == "promised" || f.Key == "legal" }):
			limits++
		}
	}
	if newcomers > 0 {
		say("staff-new", "", "", newcomers)
	}
	if limits > 0 {
		say("limits", "", "", limits)
	}
	for _, name := range h.Agents() {
		if up, _ := o.Live.heard(name); !up && len(changes) > 0 {
			say("agent-away", name, name, 0)
		}
	}
	return all, nil
}

// waiting returns how many wait in a hall, by letter.
func (l *Live) waiting(hallID string) map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.board.Waiting(hallID)
}

// heard reports whether an agent is heard now, and when it was heard last.
func (l *Live) heard(agent string) (up bool, last time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.board.Reach(agent, l.now())
}
