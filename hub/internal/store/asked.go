package store

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"hallpulse/hub/internal/intake"
)

// asked puts a query together: what must hold, and the values it names.
type asked struct {
	holds []string
	args  []any

	// apart is a column that must be one of several values. A page is read in one run for each: by the index that begins
	// with the column and goes on in the order of the list, so that little more is read than is shown.
	apart  string
	values []any

	by bool // the index is chosen: columns that are asked for from now on choose none
}

// and adds a condition; each ? in it stands for one of the values.
func (a *asked) and(condition string, values ...any) {
	a.holds = append(a.holds, condition)
	a.args = append(a.args, values...)
}

// name is a column as a condition names it: with a plus SQLite looks for no index of it. Our tables keep no statistics, and
// without them SQLite would rather sort all that one index finds than read another in order.
func (a *asked) name(column string) string {
	if a.by {
		return "+" + column
	}
	return column
}

// one adds that a column is a value, unless the value is empty.
func (a *asked) one(column, value string) {
	if value != "" {
		a.and(a.name(column)+" = ?", value)
	}
}

// among adds that a column is one of some values, unless there are none.
func among[V any](a *asked, column string, values []V) {
	if len(values) == 1 {
		a.and(a.name(column)+" = ?", values[0])
	} else if len(values) > 0 {
		a.and(a.name(column)+" IN "+tuple(len(values)), anys(values)...)
	}
}

// mostApart is in how many runs a page is read.
const mostApart = 8

// apart adds what among adds, of a column by whose index a page can be read. What is added after it chooses none.
func apart[V any](a *asked, column string, values []V) {
	if len(values) < 2 || a.by {
		among(a, column, values)
	} else if len(values) <= mostApart {
		a.apart, a.values = column, anys(values)
	} else {
		a.by = true
		among(a, column, values)
	}
	a.by = a.by || len(values) > 0
}

func anys[V any](values []V) []any {
	out := make([]any, len(values))
	for n, v := range values {
		out[n] = v
	}
	return out
}

// when adds a condition without values where it is asked for.
func (a *asked) when(is bool, condition string) {
	if is {
		a.and(condition)
	}
}

// open adds whether a matter is open.
func (a *asked) open(is *bool) {
	if is != nil {
		a.and("open = ?", *is)
	}
}

// bound adds the halls that somebody reaches.
func (a *asked) bound(w intake.Within, column string) {
	a.when(w.OfHall, column+" <> ''")
	if w.Bound && len(w.Halls) == 0 {
		a.and("1 = 0")
	} else if w.Bound {
		apart(a, column, w.Halls)
	}
}

// text returns the query with its conditions.
func (a *asked) text(query, tail string) string {
	holds := a.holds
	if a.apart != "" {
		holds = append(slices.Clip(holds), a.apart+" IN "+tuple(len(a.values)))
	}
	if len(holds) == 0 {
		return query + " " + tail
	}
	return query + " WHERE " + strings.Join(holds, " AND ") + " " + tail
}

// given are the values that text names.
func (a *asked) given() []any { return slices.Concat(a.args, a.values) }

// sorted is what a page is read from, in its order.
type sorted struct{ query, from, row, order string }

// bodies is a list of matters.
func bodies(table, order string) sorted {
	return sorted{"SELECT body FROM " + table, table, "rowid", order}
}

// first returns the query for the first rows of a list.
func (a *asked) first(l sorted, rows int) (string, []any) {
	tail := fmt.Sprintf("ORDER BY %s LIMIT %d", l.order, rows)
	if a.apart == "" {
		return a.text(l.query, tail), a.args
	}
	run := "SELECT r FROM (SELECT " + l.row + " AS r FROM " + l.from + " WHERE " + strings.Join(append(slices.Clip(a.holds), a.apart+" = ?"), " AND ") + " " + tail + ")"
	var runs []string
	var args []any
	for _, v := range a.values {
		runs, args = append(runs, run), append(append(args, a.args...), v)
	}
	return l.query + " WHERE " + l.row + " IN (" + strings.Join(runs, " UNION ALL ") + ") " + tail, args
}

// after adds where the page before ended: the values of the columns by which the list is sorted.
func (a *asked) after(p intake.Page, columns string, than string, at ...any) error {
	if p.After == "" {
		return nil
	}
	data, err := base64.RawURLEncoding.DecodeString(p.After)
	if err != nil || json.Unmarshal(data, &at) != nil {
		return intake.ErrCursor
	}
	want := strings.Count(columns, ",") + 1
	if len(at) != want || slices.ContainsFunc(at, func(v any) bool { return !isPlace(v) }) {
		return intake.ErrCursor
	}
	a.and("("+columns+") "+than+" "+tuple(want), at...)
	return nil
}

// isPlace reports whether a value of a cursor is one that cursor writes: a number or a text.
func isPlace(v any) bool {
	switch v.(type) {
	case float64, string:
		return true
	}
	return false
}

// cursor names the place behind a row.
func cursor(at ...any) string {
	data, err := json.Marshal(at)
	if err != nil {
		panic(fmt.Sprintf("store: cursor: %v", err)) // numbers and texts of our own
	}
	return base64.RawURLEncoding.EncodeToString(data)
}

// most bounds a page.
const most = 500

// page runs a query for one row more than the page holds, and tells where the next page begins; empty: there is none.
func page[R any](ctx context.Context, s *Store, a asked, p intake.Page, l sorted, scan func(*sql.Rows, *R) error, at func(*R) string) (rows []R, next string, err error) {
	limit := min(max(p.Limit, 1), most)
	query, args := a.first(l, limit+1)
	rows, err = collect(reader{ctx, s.readers}, nil, query, args, scan)
	if err != nil || len(rows) <= limit {
		return rows, "", err
	}
	rows = rows[:limit]
	return rows, at(&rows[limit-1]), nil
}
