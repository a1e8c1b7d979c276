package web

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/board"
	"hallpulse/hub/internal/catalogue"
	"hallpulse/hub/internal/intake"
)

// Catalogues keeps the versions of halls' catalogues, and knows how their files are written.
type Catalogues interface {
	// Versions lists the versions of a hall's catalogue, the oldest first.
	Versions(hallID string) []CatalogueVersion
	// Text returns the text of a version by its digest.
	Text(ctx context.Context, sha string) (string, error)
	// ReadCatalogue reads a text by the rules of an agent's own check. What it names is not used where there are faults.
	ReadCatalogue(text string) (*hall.Catalogue, []CatalogueFault)
	// RewriteCatalogue returns a text with what content says in the place of what it says; false where that is done by hand.
	RewriteCatalogue(text string, content *hall.Catalogue) (string, bool)
	// PublishCatalogue makes a draft the newest version. A CatalogueTaken says that another was published meanwhile.
	PublishCatalogue(ctx context.Context, d CatalogueDraft) (CatalogueVersion, error)
	// Runs says by which version each agent works, by its name.
	Runs(ctx context.Context) (map[string]CatalogueRun, error)
}

// CatalogueVersion is one version of a hall's catalogue.
type CatalogueVersion struct {
	Pos int64
	At  time.Time
	hall.CataloguePublished
	Content *hall.Catalogue
}

// CatalogueFault is something to mend in a text; Line 0 is the whole of it.
type CatalogueFault struct {
	Line int    `json:"line"`
	Text string `json:"text"`
}

// CatalogueDraft is what is to be published.
type CatalogueDraft struct {
	Hall, Text string
	Seen       uint64 // the newest version that its author looked at
	By         hall.Person
	Why        *hall.Sealed
	Boxes      []intake.Box
}

// CatalogueTaken says that somebody published a version since the newest was looked at.
type CatalogueTaken struct{ Newest CatalogueVersion }

func (CatalogueTaken) Error() string { return "another version was published meanwhile" }

// CatalogueRun is by which version an agent works.
type CatalogueRun struct {
	Version uint64 // 0: its own file
	Refused intake.CatalogueRefusal
}

// catalogueRoutes are the versions of halls' catalogues: read, checked, published.
func (o *office) catalogueRoutes() []Route {
	return []Route{
		{"GET", "/api/catalogues", access.CatalogueRead, o.listCatalogues},
		{"GET", "/api/catalogues/{hall}", access.CatalogueRead, o.showCatalogue},
		{"GET", "/api/catalogues/{hall}/{version}", access.CatalogueRead, o.showCatalogueVersion},
		{"POST", "/api/catalogues/{hall}/check", access.CatalogueArrange, o.checkCatalogue},
		{"POST", "/api/catalogues/{hall}/publish", access.CatalogueArrange, o.publishCatalogue},
	}
}

// versionJSON is a version with what it has otherwise than the one before it.
type versionJSON struct {
	Version uint64       `json:"version"`
	At      time.Time    `json:"at"`
	By      string       `json:"by"`
	Note    *textJSON    `json:"note,omitempty"`
	SHA     string       `json:"sha"`
	InForce bool         `json:"in_force"`
	Changes []changeJSON `json:"changes"`
}

// changeJSON is one thing that a version has otherwise than another.
type changeJSON struct {
	Part   catalogue.Part `json:"part"`
	Kind   catalogue.Kind `json:"kind"`
	Key    string         `json:"key,omitempty"`
	Name   string         `json:"name,omitempty"`
	Fields []lineJSON     `json:"fields"`
}

// lineJSON is what a thing says otherwise.
type lineJSON struct {
	Key string   `json:"key"`
	Was []string `json:"was"`
	Is  []string `json:"is"`
}

func changesOf(was, is *hall.Catalogue) []changeJSON {
	all := []changeJSON{}
	for _, c := range catalogue.Difference(was, is) {
		j := changeJSON{c.Part, c.Kind, c.Key, c.Name, []lineJSON{}}
		for _, f := range c.Fields {
			j.Fields = append(j.Fields, lineJSON{f.Key, append([]string{}, f.Was...), append([]string{}, f.Is...)})
		}
		all = append(all, j)
	}
	return all
}

// runJSON is an agent with the version that it works by.
type runJSON struct {
	Agent   string            `json:"agent"`
	Up      bool              `json:"up"`
	Heard   time.Time         `json:"heard,omitzero"` // of one that is away
	Said    bool              `json:"said"`           // it was heard since it was enrolled
	Version uint64            `json:"version"`        // 0: its own file
	Refused uint64            `json:"refused,omitempty"`
	Why     hall.CatalogueWhy `json:"why,omitempty"`
	What    string            `json:"what,omitempty"`
	Passes  bool              `json:"passes,omitempty"` // it is taken by itself when nobody needs what it leaves out
}

// hallJSON is a hall with the version in force.
type hallJSON struct {
	Hall    string    `json:"hall"`
	Name    string    `json:"name"`
	Place   []string  `json:"place"`
	Version uint64    `json:"version"` // the newest; 0: none was published
	At      time.Time `json:"at,omitzero"`
	By      string    `json:"by,omitempty"`
	Agents  []runJSON `json:"agents"`
	May     bool      `json:"may_arrange"`
	MayRule bool      `json:"may_rule"`
}

// listCatalogues lists the halls that who reaches.
func (o *office) listCatalogues(w http.ResponseWriter, r *http.Request, who Account) {
	runs, err := o.Matters.Catalogues.Runs(r.Context())
	if o.answered(w, r, err) {
		return
	}
	list := []hallJSON{}
	for _, h := range o.Halls() {
		if access.May(who.Account, access.CatalogueRead, objectOf(h)) {
			list = append(list, o.hallOfCatalogue(r, who, h, runs))
		}
	}
	rows(o, w, list, "")
}

func (o *office) hallOfCatalogue(r *http.Request, who Account, h board.Hall, runs map[string]CatalogueRun) hallJSON {
	c := h.Catalogue.Hall
	j := hallJSON{Hall: c.ID, Name: langOf(r).in(c.Name, c.NameEN), Place: append([]string{}, c.Place...), Agents: []runJSON{},
		May: access.May(who.Account, access.CatalogueArrange, objectOf(h)), MayRule: access.May(who.Account, access.CatalogueRule, objectOf(h))}
	for _, name := range h.Agents() {
		j.Agents = append(j.Agents, o.runOf(name, runs))
	}
	if all := o.Matters.Catalogues.Versions(c.ID); len(all) > 0 {
		last := all[len(all)-1]
		j.Version, j.At, j.By = last.Version, last.At, o.nameOf(r, last.By)
	}
	return j
}

func (o *office) runOf(agent string, runs map[string]CatalogueRun) runJSON {
	run, said := runs[agent]
	j := runJSON{Agent: agent, Said: said, Version: run.Version}
	j.Up, j.Heard = o.Live.heard(agent)
	if f := run.Refused; f.Version > 0 {
		j.Refused, j.Why, j.What, j.Passes = f.Version, f.Why, f.What, f.Why.Passes()
	}
	return j
}

// catalogueAsked finds the hall that the address names, among those that who reaches by a.
func (o *office) catalogueAsked(w http.ResponseWriter, r *http.Request, who Account, a access.Action) (board.Hall, bool) {
	h, ok := o.boardHall(r.PathValue("hall"))
	if !ok || !access.May(who.Account, access.CatalogueRead, objectOf(h)) {
		o.refuse(w, r, http.StatusNotFound, "nothing")
		return h, false
	}
	return h, o.may(w, r, who, a, objectOf(h))
}

// showCatalogue shows the versions of a hall, the newest first.
func (o *office) showCatalogue(w http.ResponseWriter, r *http.Request, who Account) {
	h, ok := o.catalogueAsked(w, r, who, access.CatalogueRead)
	if !ok {
		return
	}
	runs, err := o.Matters.Catalogues.Runs(r.Context())
	if o.answered(w, r, err) {
		return
	}
	all := o.Matters.Catalogues.Versions(h.Catalogue.Hall.ID)
	versions := []versionJSON{}
	for n := range slices.Backward(all) {
		v, err := o.versionOf(r, all, n)
		if o.answered(w, r, err) {
			return
		}
		versions = append(versions, v)
	}
	o.json(w, http.StatusOK, struct {
		hallJSON
		Versions []versionJSON `json:"versions"`
		AsOf     time.Time     `json:"as_of"`
	}{o.hallOfCatalogue(r, who, h, runs), versions, o.Now()})
}

// versionOf is the n-th version of all of a hall.
func (o *office) versionOf(r *http.Request, all []CatalogueVersion, n int) (versionJSON, error) {
	v := all[n]
	j := versionJSON{Version: v.Version, At: v.At, By: o.nameOf(r, v.By), SHA: v.SHA, InForce: n == len(all)-1, Changes: []changeJSON{}}
	if n > 0 {
		j.Changes = changesOf(all[n-1].Content, v.Content)
	}
	if v.Why == nil {
		return j, nil
	}
	words, err := o.words(r.Context(), *v.Why)
	j.Note = &textJSON{Words: words, Gone: words == ""}
	return j, err
}

// showCatalogueVersion shows one version whole, and what it has otherwise than the newest.
func (o *office) showCatalogueVersion(w http.ResponseWriter, r *http.Request, who Account) {
	h, ok := o.catalogueAsked(w, r, who, access.CatalogueRead)
	if !ok {
		return
	}
	all := o.Matters.Catalogues.Versions(h.Catalogue.Hall.ID)
	asked, err := strconv.ParseUint(r.PathValue("version"), 10, 64)
	n := slices.IndexFunc(all, func(v CatalogueVersion) bool { return v.Version == asked })
	if err != nil || n < 0 {
		o.refuse(w, r, http.StatusNotFound, "nothing")
		return
	}
	version, err := o.versionOf(r, all, n)
	if o.answered(w, r, err) {
		return
	}
	text, err := o.Matters.Catalogues.Text(r.Context(), all[n].SHA)
	if o.answered(w, r, err) {
		return
	}
	o.json(w, http.StatusOK, struct {
		versionJSON
		Text    string          `json:"text"`
		Content *hall.Catalogue `json:"content"`
		Newest  []changeJSON    `json:"to_newest"` // what the newest has otherwise
	}{version, text, all[n].Content, changesOf(all[n].Content, all[len(all)-1].Content)})
}
