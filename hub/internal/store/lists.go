package store

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"hallpulse/hub/internal/concern"
	"hallpulse/hub/internal/inspection"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/notify"
	"hallpulse/hub/internal/repair"
)

// asked puts a query together: what must hold, and the values it names.
type asked struct {
	holds []string
	args  []any
}

// and adds a condition; each ? in it stands for one of the values.
func (a *asked) and(condition string, values ...any) {
	a.holds = append(a.holds, condition)
	a.args = append(a.args, values...)
}

// one adds that a column is a value, unless the value is empty.
func (a *asked) one(column, value string) {
	if value != "" {
		a.and(column+" = ?", value)
	}
}

// among adds that a column is one of some values, unless there are none.
func among[V any](a *asked, column string, values []V) {
	if len(values) == 0 {
		return
	}
	args := make([]any, len(values))
	for n, v := range values {
		args[n] = v
	}
	a.and(column+" IN "+tuple(len(values)), args...)
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
		among(a, column, w.Halls)
	}
}

// text returns the query with its conditions.
func (a *asked) text(query, tail string) string {
	if len(a.holds) == 0 {
		return query + " " + tail
	}
	return query + " WHERE " + strings.Join(a.holds, " AND ") + " " + tail
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
func page[R any](ctx context.Context, s *Store, a asked, p intake.Page, query, order string, scan func(*sql.Rows, *R) error, at func(*R) string) (rows []R, next string, err error) {
	limit := min(max(p.Limit, 1), most)
	rows, err = collect(reader{ctx, s.readers}, nil, a.text(query, fmt.Sprintf("ORDER BY %s LIMIT %d", order, limit+1)), a.args, scan)
	if err != nil || len(rows) <= limit {
		return rows, "", err
	}
	rows = rows[:limit]
	return rows, at(&rows[limit-1]), nil
}

// repairsOf is what must hold of repairs that are asked for.
func repairsOf(q intake.RepairsAsked) asked {
	var a asked
	a.bound(q.Within, "hall")
	switch {
	case q.Unit != "" && q.WithServed:
		a.and("(unit = ? OR clerk_unit = ?)", q.Unit, q.Unit)
	case q.Unit != "":
		a.and("unit = ?", q.Unit)
	}
	a.one("served_by", q.Badge)
	a.when(q.Consented, "consented = true")
	switch {
	case q.Order == intake.ByEnded:
		a.and("ended_day > 0") // says all, and in the words of the index
	case q.Open != nil:
		a.and(map[bool]string{true: "rest < 3", false: "rest = 3"}[*q.Open])
	}
	a.when(q.Running, "rest = 0")
	a.when(q.Calls, "calls = true")
	a.when(q.Decides, "decides = true")
	among(&a, "state", q.States)
	among(&a, "unit", q.Units)
	a.one("window_id", q.Window)
	among(&a, "item", q.Items)
	if q.DueFrom != 0 {
		a.and("due_day >= ?", int64(q.DueFrom))
	}
	if q.DueTo != 0 {
		a.and("due_day <= ?", int64(q.DueTo))
	}
	a.when(q.Named, "named = true")
	a.when(q.Frozen, "frozen = true")
	a.when(q.Missing, "reason_missing = true")
	a.when(q.Appeal != "", "appeal <> ''") // as the index says it
	a.one("appeal", q.Appeal)
	a.when(q.Exclusion != "", "exclusion <> ''")
	a.one("exclusion", q.Exclusion)
	if q.Number != 0 {
		a.and("number = ?", q.Number)
	}
	return a
}

// Repairs lists repairs. A cursor names none by its id, which is the visit's: who may not know that does not learn it here.
func (s *Store) Repairs(ctx context.Context, q intake.RepairsAsked) ([]repair.Repair, string, error) {
	a := repairsOf(q)
	columns, than := "rest, due_day, number", ">"
	at := func(r *repair.Repair) string { return cursor(rest(r), int64(r.Round.Deadline.Day), opening(r.Number)) }
	switch q.Order {
	case intake.ByNewest:
		columns, than, at = "number", "<", func(r *repair.Repair) string { return cursor(opening(r.Number)) }
	case intake.ByEnded:
		columns, than, at = "ended_day, number", "<", func(r *repair.Repair) string { return cursor(endedDay(r), opening(r.Number)) }
	}
	if err := a.after(q.Page, columns, than); err != nil {
		return nil, "", err
	}
	order := columns
	if than == "<" {
		order = strings.ReplaceAll(columns, ",", " DESC,") + " DESC"
	}
	return page(ctx, s, a, q.Page, `SELECT body FROM repairs`, order, scanBody[repair.Repair], at)
}

// CountRepairs counts repairs.
func (s *Store) CountRepairs(ctx context.Context, q intake.RepairsAsked) (n int, err error) {
	a := repairsOf(q)
	err = s.readers.QueryRowContext(ctx, a.text(`SELECT COUNT(*) FROM repairs`, ""), a.args...).Scan(&n)
	return n, err
}

// concernsOf is what must hold of concerns that are asked for.
func concernsOf(q intake.ConcernsAsked) asked {
	var a asked
	a.bound(q.Within, "hall")
	if q.Unit != "" {
		a.and("(unit = ? OR first_unit = ?)", q.Unit, q.Unit)
	}
	a.when(!q.Hidden, "hidden = false")
	a.open(q.Open)
	among(&a, "state", q.States)
	among(&a, "kind", q.Kinds)
	a.one("source", q.Source)
	among(&a, "unit", q.Units)
	if q.DueTo != 0 {
		a.and("due_day <= ?", int64(q.DueTo))
	}
	if q.From != 0 {
		a.and("received_ms >= ?", q.From.Start().UnixMilli())
	}
	if q.To != 0 {
		a.and("received_ms < ?", (q.To + 1).Start().UnixMilli())
	}
	return a
}

// Concerns lists concerns. A cursor names none by its id, in which the number of a work order can stand.
func (s *Store) Concerns(ctx context.Context, q intake.ConcernsAsked) ([]concern.Concern, string, error) {
	a := concernsOf(q)
	if q.Order == intake.ByNewest {
		if err := a.after(q.Page, "number", "<"); err != nil {
			return nil, "", err
		}
		return page(ctx, s, a, q.Page, `SELECT body FROM concerns`, "number DESC", scanBody[concern.Concern], func(c *concern.Concern) string { return cursor(opening(c.Number)) })
	}
	if err := a.after(q.Page, "due_day, number", ">"); err != nil {
		return nil, "", err
	}
	return page(ctx, s, a, q.Page, `SELECT body FROM concerns`, "due_day, number", scanBody[concern.Concern], func(c *concern.Concern) string { return cursor(concernDue(c), opening(c.Number)) })
}

// CountConcerns counts concerns.
func (s *Store) CountConcerns(ctx context.Context, q intake.ConcernsAsked) (n int, err error) {
	a := concernsOf(q)
	err = s.readers.QueryRowContext(ctx, a.text(`SELECT COUNT(*) FROM concerns`, ""), a.args...).Scan(&n)
	return n, err
}

// Inspections lists inspections.
func (s *Store) Inspections(ctx context.Context, q intake.InspectionsAsked) ([]inspection.Inspection, string, error) {
	var a asked
	a.bound(q.Within, "hall")
	a.one("inspector", q.Account)
	a.open(q.Open)
	among(&a, "state", q.States)
	among(&a, "kind", q.Kinds)
	a.one("quarter", q.Quarter)
	if q.Order == intake.ByNewest {
		if err := a.after(q.Page, "number", "<"); err != nil {
			return nil, "", err
		}
		return page(ctx, s, a, q.Page, `SELECT body FROM inspections`, "number DESC", scanBody[inspection.Inspection], func(i *inspection.Inspection) string { return cursor(opening(i.Number)) })
	}
	if err := a.after(q.Page, "due_day, number", ">"); err != nil {
		return nil, "", err
	}
	return page(ctx, s, a, q.Page, `SELECT body FROM inspections`, "due_day, number", scanBody[inspection.Inspection], func(i *inspection.Inspection) string { return cursor(inspectionDue(i), opening(i.Number)) })
}

// Messages lists messages to citizens, the newest first.
func (s *Store) Messages(ctx context.Context, q intake.MessagesAsked) ([]notify.Message, string, error) {
	var a asked
	among(&a, "state", q.States)
	among(&a, "kind", q.Kinds)
	a.one("about", q.About)
	if err := a.after(q.Page, "queued_ms, id", "<"); err != nil {
		return nil, "", err
	}
	return page(ctx, s, a, q.Page, `SELECT body FROM messages`, "queued_ms DESC, id DESC", scanBody[notify.Message], func(m *notify.Message) string { return cursor(m.Queued.UnixMilli(), m.ID) })
}

// Deeds lists the audit, the newest first.
func (s *Store) Deeds(ctx context.Context, q intake.DeedsAsked) ([]intake.Deed, string, error) {
	var a asked
	a.one("about", q.About)
	a.one("account", q.Account)
	if len(q.Types) > 0 {
		var any []string
		for _, t := range q.Types {
			if family, whole := strings.CutSuffix(t, "."); whole {
				any = append(any, "(type >= ? AND type < ?)")
				a.args = append(a.args, family+".", family+"/") // / follows .
			} else {
				any = append(any, "type = ?")
				a.args = append(a.args, t)
			}
		}
		a.holds = append(a.holds, "("+strings.Join(any, " OR ")+")")
	}
	if !q.From.IsZero() {
		a.and("at_ms >= ?", q.From.UnixMilli())
	}
	if !q.To.IsZero() {
		a.and("at_ms < ?", q.To.UnixMilli())
	}
	if err := a.after(q.Page, "pos", "<"); err != nil {
		return nil, "", err
	}
	return page(ctx, s, a, q.Page, `SELECT pos, at_ms, type, about, account, role, unit FROM deeds`, "pos DESC", scanDeed, func(d *intake.Deed) string { return cursor(d.Pos) })
}

func scanDeed(rows *sql.Rows, d *intake.Deed) error {
	return rows.Scan(&d.Pos, moment{&d.At}, &d.Type, &d.About, &d.By.Account, &d.By.Role, &d.By.Unit)
}

// Deed returns the bytes of the event of a deed; false where none stands there.
func (s *Store) Deed(ctx context.Context, pos int64) ([]byte, bool, error) {
	return one(ctx, s, `SELECT bytes FROM events WHERE pos = $1 AND agent_id = 0`, func(rows *sql.Rows, b *[]byte) error { return rows.Scan(b) }, pos)
}

// Ratings searches ratings, the newest first.
func (s *Store) Ratings(ctx context.Context, q intake.RatingsAsked) ([]intake.Rated, string, error) {
	var a asked
	at := "v.rated_ms"
	if q.Defaulted {
		at = "v.defaulted_ms"
		a.and("v.default_level > 0 AND v.level = 0")
	} else {
		a.and("v.level > 0")
	}
	if q.Agents != nil && len(q.Agents) == 0 {
		a.and("1 = 0")
	}
	numbers := make([]int64, len(q.Agents))
	for n, agent := range q.Agents {
		numbers[n] = int64(agent)
	}
	among(&a, "v.agent_id", numbers)
	a.one("v.unit", q.Unit)
	a.one("v.staff", q.Badge)
	a.one("v.window_id", q.Window)
	a.one("v.staff", q.Staff)
	among(&a, "v.unit", q.Units)
	a.one("v.item", q.Item)
	a.one("v.channel", q.Channel)
	levels := make([]int64, len(q.Levels))
	for n, l := range q.Levels {
		levels[n] = int64(l)
	}
	among(&a, "v.level", levels)
	if q.From != 0 {
		a.and(at+" >= ?", q.From.Start().UnixMilli())
	}
	if q.To != 0 {
		a.and(at+" < ?", (q.To + 1).Start().UnixMilli())
	}
	a.when(q.Named, "v.named = true")
	a.when(q.Missing, "v.reason_missing = true")
	a.when(q.Withheld, "v.withheld = true")
	a.when(q.Excluded, "v.excluded = true")
	if err := a.after(q.Page, at+", v.id", "<"); err != nil {
		return nil, "", err
	}
	query := `SELECT ` + qualified("v", visitColumns) + `, COALESCE(t.number, ''), COALESCE(x.reasons, ''), COALESCE(x.ref, ''), COALESCE(x.callback, false)
		FROM visits v LEFT JOIN tickets t ON t.id = v.ticket LEFT JOIN answers x ON x.pos = v.answer`
	return page(ctx, s, a, q.Page, query, at+" DESC, v.id DESC", scanRated, func(r *intake.Rated) string {
		if q.Defaulted {
			return cursor(r.Defaulted.UnixMilli(), r.ID.String())
		}
		return cursor(r.Rated.UnixMilli(), r.ID.String())
	})
}

func scanRated(rows *sql.Rows, r *intake.Rated) error {
	v := &r.Visit
	return rows.Scan(append(visitPlaces(v), &r.Number, &r.Reasons, &r.Ref, &r.Call)...)
}
