package web

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/export"
	"hallpulse/hub/internal/intake"
)

// auditRoutes are who decided what.
func (o *office) auditRoutes() []Route {
	return []Route{
		{"GET", "/api/audit", access.AuditRead, o.listDeeds},
		{"GET", "/api/audit/export", access.AuditRead, o.exportDeeds},
		{"GET", "/api/audit/choices", access.AuditRead, o.auditChoices},
		{"GET", "/api/audit/{pos}", access.AuditRead, o.showDeed},
	}
}

// family is a part of the audit that is looked for as one.
type family string

// families are all of them, and the types of their deeds by what those begin with.
func families() map[family][]string {
	return map[family][]string{
		"repair": {"repair.", "appeal."}, "concern": {"concern."}, "inspection": {"inspection."}, "message": {"sms."},
		"law": {"policy.", "calendar.", "deadline.", "deadlines."}, "rating": {"rating.", "contact."}, "people": {"account."},
		"private": {"private."}, "hub": {"agent.", "clock.", "events."}, "board": {"command.", "alert."}, "hall": {"catalogue.", "pin."},
	}
}

// familyOf is the part of the audit that a deed belongs to.
func familyOf(t hall.Type) family {
	for f, begins := range families() {
		if slices.ContainsFunc(begins, func(b string) bool { return strings.HasPrefix(string(t), b) }) {
			return f
		}
	}
	return ""
}

// deedJSON is one line of the audit.
type deedJSON struct {
	ID     string    `json:"id"` // its place in the hub's own stream
	At     time.Time `json:"at"`
	Type   hall.Type `json:"type"`
	Did    string    `json:"did"`
	Family family    `json:"family"`
	By     doerJSON  `json:"by"`
	About  aboutJSON `json:"about"`
	// Shut says that it is about what its reader may not know of (domain §4): of whom and what is not told.
	Shut bool `json:"shut,omitempty"`
}

// doerJSON is who did something.
type doerJSON struct {
	Account string `json:"account,omitempty"`
	Name    string `json:"name"`
	Role    string `json:"role,omitempty"`
	Unit    string `json:"unit,omitempty"`
}

// aboutKind is what a deed is about.
type aboutKind string

// The kinds that people know by a number or a name.
const (
	aboutRepair     aboutKind = "repair"
	aboutVisit      aboutKind = "visit"
	aboutConcern    aboutKind = "concern"
	aboutInspection aboutKind = "inspection"
	aboutMessage    aboutKind = "message"
	aboutAccount    aboutKind = "account"
	aboutPack       aboutKind = "pack"
	aboutYear       aboutKind = "year"
	aboutHall       aboutKind = "hall"
	aboutAgent      aboutKind = "agent"
	aboutNothing    aboutKind = ""
)

// aboutJSON is what a deed is about, by the number or name that people know.
type aboutJSON struct {
	Kind  aboutKind `json:"kind,omitempty"`
	ID    string    `json:"id,omitempty"`
	Label string    `json:"label,omitempty"`
}

// deedsAsked reads what the audit is searched for.
func (o *office) deedsAsked(w http.ResponseWriter, r *http.Request) (intake.DeedsAsked, bool) {
	a := o.asking(r)
	q := intake.DeedsAsked{Account: a.text("who")}
	from, to := a.span()
	if from != 0 {
		q.From = from.Start()
	}
	if to != 0 {
		q.To = (to + 1).Start()
	}
	for _, f := range a.list("family") {
		types, ok := families()[family(f)]
		if !ok {
			a.fault("family", f)
		}
		q.Types = append(q.Types, types...)
	}
	for _, t := range a.list("type") {
		if familyOf(hall.Type(t)) == "" {
			a.fault("type", t)
		}
		q.Types = append(q.Types, t)
	}
	slices.Sort(q.Types)
	if !o.goodAsking(w, a) {
		return q, false
	}
	var err error
	if q.About, err = o.meant(r.Context(), a.text("about")); err != nil {
		o.down(w, r, err)
		return q, false
	}
	return q, true
}

// meant is the id that a number stands for which people know, R-1107 or C-17: behind the dash stands the place of the
// deed that opened it. Anything else is taken as it is.
func (o *office) meant(ctx context.Context, about string) (string, error) {
	letter, digits, _ := strings.Cut(strings.ToUpper(about), "-")
	opened := map[string][]hall.Type{"R": {hall.TypeRepairOpened}, "C": {hall.TypeConcernReceived, hall.TypeConcernPraised}}[letter]
	pos, err := strconv.ParseInt(digits, 10, 64)
	if opened == nil || err != nil || pos < 1 {
		return about, nil
	}
	bytes, ok, err := o.Matters.Audit.Deed(ctx, pos)
	if err != nil || !ok {
		return about, err
	}
	if e, deed, err := deedOf(bytes); err == nil && slices.Contains(opened, e.Type) {
		return deed.Acted().About, nil
	}
	return about, nil
}

// listDeeds lists the audit, the newest first.
func (o *office) listDeeds(w http.ResponseWriter, r *http.Request, who Account) {
	q, ok := o.deedsAsked(w, r)
	if !ok {
		return
	}
	q.Limit, q.After = asked(r)
	page, next, err := o.Matters.Audit.Deeds(r.Context(), q)
	if o.answered(w, r, err) {
		return
	}
	list, err := o.deedsOf(r, who, page)
	if err != nil {
		o.down(w, r, err)
		return
	}
	rows(o, w, list, next)
}

// deedsOf are lines of the audit as who may see them.
func (o *office) deedsOf(r *http.Request, who Account, page []intake.Deed) ([]deedJSON, error) {
	known := o.knowing(r)
	list := make([]deedJSON, 0, len(page))
	for _, d := range page {
		j, err := known.deed(who, d)
		if err != nil {
			return nil, err
		}
		list = append(list, j)
	}
	return list, nil
}

// exportDeeds writes what a search of the audit finds into a file.
func (o *office) exportDeeds(w http.ResponseWriter, r *http.Request, who Account) {
	a := o.asking(r)
	kind := a.fileAsked(asCSV)
	if kind == asJSON {
		a.fault("format", string(kind))
	}
	if !o.goodAsking(w, a) {
		return
	}
	q, ok := o.deedsAsked(w, r)
	if !ok {
		return
	}
	s := o.sheet(r, "")
	t := export.Table{Name: s.T("audit.title"), Rows: [][]export.Cell{}, Origin: o.searchOrigin(s, r, "audit.filter.", "about", "who", "family", "type", "from", "to")}
	for _, key := range []string{"id", "at", "by", "account", "role", "did", "about", "type"} {
		t.Columns = append(t.Columns, export.Column{Key: key, Name: s.T("audit.col." + key), Kind: export.KindText})
	}
	q.Limit = mostRows
	for {
		page, next, err := o.Matters.Audit.Deeds(r.Context(), q)
		var list []deedJSON
		if err == nil {
			list, err = o.deedsOf(r, who, page)
		}
		if err != nil {
			o.down(w, r, err)
			return
		}
		for _, d := range list {
			t.Rows = append(t.Rows, deedRow(s, d))
		}
		if next == "" {
			break
		}
		if len(t.Rows) >= mostExported {
			o.tooMany(w, s)
			return
		}
		q.After = next
	}
	o.take(w, r, t, kind, "audit-"+hall.DayOf(o.Now()).String())
}

// auditChoices are what the audit can be narrowed to: who did something, and the parts it has.
func (o *office) auditChoices(w http.ResponseWriter, r *http.Request, _ Account) {
	accounts, err := o.Accounts.Accounts(r.Context())
	if err != nil {
		o.down(w, r, err)
		return
	}
	s := o.sheet(r, "")
	people := []choiceJSON{{hall.Console().Account, s.T("audit.console")}}
	for _, a := range accounts {
		name := a.display()
		if name != a.Name {
			name += " " + a.Name
		}
		people = append(people, choiceJSON{a.Name, name})
	}
	parts := []choiceJSON{}
	for _, f := range slices.Sorted(maps.Keys(families())) {
		parts = append(parts, choiceJSON{string(f), s.T("audit.family." + string(f))})
	}
	o.json(w, http.StatusOK, struct {
		People   []choiceJSON `json:"people"`
		Families []choiceJSON `json:"families"`
	}{people, parts})
}

func deedRow(s sheet, d deedJSON) []export.Cell {
	role := ""
	if d.By.Role != "" && d.By.Role != hall.RoleCitizen {
		role = s.T("admin.role." + d.By.Role)
	}
	about := d.About.Label
	if d.Shut {
		about = s.T("audit.shut")
	}
	var row []export.Cell
	for _, v := range []string{d.ID, stampOf(d.At), d.By.Name, d.By.Account, role, d.Did, about, string(d.Type)} {
		row = append(row, export.Text(v))
	}
	return row
}

// oneDeedJSON is a deed with all that its event says.
type oneDeedJSON struct {
	deedJSON
	Fields []fieldJSON `json:"fields"`
	Raw    string      `json:"raw"`
	Masked int         `json:"masked"` // fields that its reader may not know
	AsOf   time.Time   `json:"as_of"`
}

// showDeed shows one deed, in words and as it is written.
func (o *office) showDeed(w http.ResponseWriter, r *http.Request, who Account) {
	pos, err := strconv.ParseInt(r.PathValue("pos"), 10, 64)
	if err != nil || pos < 1 {
		o.refuse(w, r, http.StatusNotFound, "nothing")
		return
	}
	bytes, ok, err := o.Matters.Audit.Deed(r.Context(), pos)
	if err != nil {
		o.down(w, r, err)
		return
	}
	e, deed, bad := deedOf(bytes)
	if !ok || bad != nil {
		o.refuse(w, r, http.StatusNotFound, "nothing") // of the hub's own stream not all is decided by somebody
		return
	}
	known := o.knowing(r)
	line, err := known.deed(who, intake.Deed{Pos: pos, At: e.At, Type: e.Type, Act: deed.Acted()})
	if err != nil {
		o.down(w, r, err)
		return
	}
	fields, raw, masked, err := known.fields(who, line, e)
	if err != nil {
		o.down(w, r, fmt.Errorf("audit of %d: %w", pos, err))
		return
	}
	o.json(w, http.StatusOK, oneDeedJSON{line, fields, raw, masked, o.Now()})
}
