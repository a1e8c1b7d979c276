package web

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/export"
	"hallpulse/hub/internal/intake"
)

// mostExported is how many rows a file of a search holds. Who needs more asks for fewer days.
const mostExported = 10_000

// fileKind is a form in which a table is taken away.
type fileKind string

const (
	asJSON fileKind = "json"
	asCSV  fileKind = "csv"
	asXLSX fileKind = "xlsx"
)

// fileAsked reads the form of a file.
func (a *asking) fileAsked(otherwise fileKind) fileKind {
	switch k := fileKind(a.text("format")); k {
	case "":
		return otherwise
	case asJSON, asCSV, asXLSX:
		return k
	default:
		a.fault("format", string(k))
		return k
	}
}

// take answers with a table as a file.
func (o *office) take(w http.ResponseWriter, r *http.Request, t export.Table, kind fileKind, name string) {
	h := w.Header()
	h.Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s.%s"`, name, kind))
	write := t.CSV
	h.Set("Content-Type", "text/csv; charset=utf-8")
	if kind == asXLSX {
		write = t.XLSX
		h.Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	}
	if err := write(w); err != nil {
		o.Log.Error("office: export", "err", err) // it has begun: the browser sees that it breaks off
		panic(http.ErrAbortHandler)
	}
}

// exportRatings writes what a search finds into a file. What a citizen wants withheld is in none (domain §3.6).
func (o *office) exportRatings(w http.ResponseWriter, r *http.Request, who Account) {
	if !access.Can(who.Role, access.RatingsList) {
		o.forbid(w, r, who, access.RatingsList)
		return
	}
	a := o.asking(r)
	kind := a.fileAsked(asCSV)
	if kind == asJSON {
		a.fault("format", string(kind))
	}
	q, all, ok := o.ratingsAsked(w, r, who, a)
	if !ok {
		return
	}
	s := o.sheet(r, "")
	t := ratingsTable(s, access.Can(who.Role, access.RatingsLevel), access.Can(who.Role, access.RatingsText))
	for {
		q.Limit = mostRows
		page, next, err := o.Matters.Ratings.Ratings(r.Context(), q)
		if err != nil {
			o.down(w, r, err)
			return
		}
		for _, v := range page {
			row, err := o.exported(r, who, s, all.halls[v.ID.Agent], v, t.Columns)
			if err != nil {
				o.down(w, r, err)
				return
			}
			t.Rows = append(t.Rows, row)
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
	t.Origin = o.searchOrigin(s, r, "ratings.filter.", "hall", "unit", "window", "staff", "item", "channel", "level", "from", "to", "named", "missing", "withheld", "excluded", "default")
	o.take(w, r, t, kind, "ratings-"+hall.DayOf(o.Now()).String())
}

// ratingsTable is the empty table of a search.
func ratingsTable(s sheet, level, text bool) export.Table {
	t := export.Table{Name: s.T("ratings.title"), Rows: [][]export.Cell{}}
	add := func(key string) {
		t.Columns = append(t.Columns, export.Column{Key: key, Name: s.T("ratings.col." + key), Kind: export.KindText})
	}
	for _, key := range []string{"at", "hall", "window", "staff", "unit", "item", "channel"} {
		add(key)
	}
	if level {
		add("level")
		add("reasons")
	}
	add("marks")
	if text {
		add("text")
	}
	return t
}

// exported is one row of a file.
func (o *office) exported(r *http.Request, who Account, s sheet, hallID string, v intake.Rated, columns []export.Column) ([]export.Cell, error) {
	j := o.ratedOf(r, who, hallID, v)
	if !v.Withheld {
		var err error
		if j.Text, _, err = o.textOf(r.Context(), who, o.ratingObject(hallID, v.Visit, v.Call), v.Ref); err != nil {
			return nil, err
		}
	}
	says := map[string]string{
		"at": stampOf(j.At), "hall": j.HallName, "window": j.Window, "staff": strings.TrimSpace(j.StaffName + " " + j.Staff), "unit": j.UnitName,
		"item": j.ItemName, "channel": s.channel(j.Channel, j.Default), "level": s.levelOf(j), "reasons": s.reasonsSaid(j), "marks": s.marks(j), "text": j.Text,
	}
	row := make([]export.Cell, len(columns))
	for n, c := range columns {
		row[n] = export.Text(says[c.Key])
	}
	return row, nil
}

// stampOf writes a moment as official files do (codes.md): Beijing time.
func stampOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(hall.Beijing()).Format(time.DateTime)
}

// channel says how a rating came.
func (s sheet) channel(c hall.Channel, byDefault hall.Level) string {
	if byDefault != 0 {
		return s.T("ratings.channel.default")
	}
	return s.T("ratings.channel." + string(c))
}

// levelOf says the level of a rating; one by default is marked.
func (s sheet) levelOf(j ratedJSON) string {
	if j.Default != 0 {
		return s.T("ratings.by-default", "level", s.Level(int(j.Default)))
	}
	if j.Level == 0 {
		return ""
	}
	return s.Level(int(j.Level))
}

// reasonsSaid says the reasons of a rating.
func (s sheet) reasonsSaid(j ratedJSON) string {
	if j.Missing {
		return s.T("ratings.mark.missing")
	}
	names := make([]string, len(j.Reasons))
	for n, r := range j.Reasons {
		names[n] = r.Name
	}
	return strings.Join(names, s.T("ratings.and"))
}

// marks says what else there is to know of a rating.
func (s sheet) marks(j ratedJSON) string {
	var marks []string
	for _, m := range []struct {
		is  bool
		key string
	}{{j.Named, "named"}, {j.Withheld, "withheld"}, {j.Excluded, "excluded"}, {j.Replaced, "replaced"}, {j.FollowUps > 0, "follow-up"}, {j.Integrity, "integrity"}, {j.Lost, "lost"}, {j.Down, "down"}} {
		if m.is {
			marks = append(marks, s.T("ratings.mark."+m.key))
		}
	}
	if j.Assisted != nil {
		marks = append(marks, s.T("ratings.mark.assisted", "who", strings.TrimSpace(j.Assisted.Name+" "+j.Assisted.Code)))
	}
	return strings.Join(marks, s.T("ratings.and"))
}

// searchOrigin says what a file of a search was made of: the fields of the address that were set.
func (o *office) searchOrigin(s sheet, r *http.Request, words string, fields ...string) export.Origin {
	origin := export.Origin{Name: s.T("figures.origin"), AsOfName: s.T("figures.origin.as_of"), AsOf: o.Now()}
	values := r.URL.Query()
	for _, field := range fields {
		if v := quoted(values.Get(field)); v != "" {
			origin.Lines = append(origin.Lines, export.Line{Name: s.T(words + field), Value: v})
		}
	}
	return origin
}

// tooMany says that a file would hold more than it may.
func (o *office) tooMany(w http.ResponseWriter, s sheet) {
	o.fail(w, http.StatusUnprocessableEntity, problem{Code: "many", Field: "from", Message: s.T("ratings.many", "n", strconv.Itoa(mostExported))})
}
