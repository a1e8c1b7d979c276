package store

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/concern"
	"hallpulse/hub/internal/inspection"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/notify"
	"hallpulse/hub/internal/repair"
)

// repairsOf is what must hold of repairs that are asked for.
func repairsOf(q intake.RepairsAsked) asked {
	var a asked
	a.one("served_by", q.Badge)
	// What waits for an act is few, and has indexes of its own.
	a.by = q.Badge != "" || q.Calls || q.Decides || q.Frozen || q.Appeal != "" || q.Exclusion != "" || q.Number != 0
	over := slices.ContainsFunc(q.States, func(s string) bool { return repair.State(s).Final() })
	if !over { // what is over is most of all
		apart(&a, "state", q.States)
	}
	switch {
	case q.Unit != "" && q.WithServed:
		a.and("(unit = ? OR clerk_unit = ?)", q.Unit, q.Unit)
	default:
		a.one("unit", q.Unit)
		a.by = a.by || q.Unit != ""
	}
	apart(&a, "unit", q.Units)
	a.bound(q.Within, "hall")
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
	a.by = a.by || q.Order == intake.ByEnded
	if over {
		apart(&a, "state", q.States)
	}
	a.by = true
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
	if q.Appeal != "" {
		a.and("appeal <> '' AND appeal = ?", q.Appeal) // as the index says it
	}
	if q.Exclusion != "" {
		a.and("exclusion <> '' AND exclusion = ?", q.Exclusion)
	}
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
	return page(ctx, s, a, q.Page, bodies("repairs", order), scanBody[repair.Repair], at)
}

// CountRepairs counts repairs.
func (s *Store) CountRepairs(ctx context.Context, q intake.RepairsAsked) (n int, err error) {
	a := repairsOf(q)
	err = s.readers.QueryRowContext(ctx, a.text(`SELECT COUNT(*) FROM repairs`, ""), a.given()...).Scan(&n)
	return n, err
}

// concernsOf is what must hold of concerns that are asked for.
func concernsOf(q intake.ConcernsAsked) asked {
	a := asked{by: q.Order == intake.ByNewest}
	a.bound(q.Within, "hall")
	if q.Unit != "" {
		a.and("(unit = ? OR first_unit = ?)", q.Unit, q.Unit)
	}
	a.when(!q.Hidden, "hidden = false")
	a.open(q.Open)
	apart(&a, "unit", q.Units)
	a.by = true
	among(&a, "state", q.States)
	among(&a, "kind", q.Kinds)
	a.one("source", q.Source)
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
		return page(ctx, s, a, q.Page, bodies("concerns", "number DESC"), scanBody[concern.Concern], func(c *concern.Concern) string { return cursor(opening(c.Number)) })
	}
	if err := a.after(q.Page, "due_day, number", ">"); err != nil {
		return nil, "", err
	}
	return page(ctx, s, a, q.Page, bodies("concerns", "due_day, number"), scanBody[concern.Concern], func(c *concern.Concern) string { return cursor(concernDue(c), opening(c.Number)) })
}

// CountConcerns counts concerns.
func (s *Store) CountConcerns(ctx context.Context, q intake.ConcernsAsked) (n int, err error) {
	a := concernsOf(q)
	err = s.readers.QueryRowContext(ctx, a.text(`SELECT COUNT(*) FROM concerns`, ""), a.given()...).Scan(&n)
	return n, err
}

// Inspections lists inspections.
func (s *Store) Inspections(ctx context.Context, q intake.InspectionsAsked) ([]inspection.Inspection, string, error) {
	a := asked{by: q.Order == intake.ByNewest}
	a.one("inspector", q.Account)
	a.by = true
	a.bound(q.Within, "hall")
	a.open(q.Open)
	among(&a, "state", q.States)
	among(&a, "kind", q.Kinds)
	a.one("quarter", q.Quarter)
	if q.Order == intake.ByNewest {
		if err := a.after(q.Page, "number", "<"); err != nil {
			return nil, "", err
		}
		return page(ctx, s, a, q.Page, bodies("inspections", "number DESC"), scanBody[inspection.Inspection], func(i *inspection.Inspection) string { return cursor(opening(i.Number)) })
	}
	if err := a.after(q.Page, "due_day, number", ">"); err != nil {
		return nil, "", err
	}
	return page(ctx, s, a, q.Page, bodies("inspections", "due_day, number"), scanBody[inspection.Inspection], func(i *inspection.Inspection) string { return cursor(inspectionDue(i), opening(i.Number)) })
}

// Messages lists messages to citizens, the newest first.
func (s *Store) Messages(ctx context.Context, q intake.MessagesAsked) ([]notify.Message, string, error) {
	var a asked
	a.one("about", q.About)
	a.by = q.About != ""
	apart(&a, "state", q.States)
	a.by = true
	among(&a, "kind", q.Kinds)
	if err := a.after(q.Page, "queued_ms, id", "<"); err != nil {
		return nil, "", err
	}
	return page(ctx, s, a, q.Page, bodies("messages", "queued_ms DESC, id DESC"), scanBody[notify.Message], func(m *notify.Message) string { return cursor(m.Queued.UnixMilli(), m.ID) })
}

// Deeds lists the audit, the newest first.
func (s *Store) Deeds(ctx context.Context, q intake.DeedsAsked) ([]intake.Deed, string, error) {
	var a asked
	a.one("about", q.About)
	a.one("account", q.Account)
	a.by = q.About != "" || q.Account != ""
	a.types(q.Types)
	if !q.From.IsZero() {
		a.and("at_ms >= ?", q.From.UnixMilli())
	}
	if !q.To.IsZero() {
		a.and("at_ms < ?", q.To.UnixMilli())
	}
	if err := a.after(q.Page, "pos", "<"); err != nil {
		return nil, "", err
	}
	l := sorted{`SELECT pos, at_ms, type, about, account, role, unit FROM deeds`, "deeds", "pos", "pos DESC"}
	return page(ctx, s, a, q.Page, l, scanDeed, func(d *intake.Deed) string { return cursor(d.Pos) })
}

// family is the part of a deed's type up to its dot, as the index has it.
const family = "substr(type, 1, instr(type, '.'))"

// types adds that a deed is of one of some types, or of one of some families.
func (a *asked) types(types []string) {
	var families, whole []string
	for _, t := range types {
		if strings.HasSuffix(t, ".") {
			families = append(families, t)
		} else {
			whole = append(whole, t)
		}
	}
	switch {
	case len(whole) == 0:
		apart(a, family, families)
	case len(families) == 0 && len(whole) == 1:
		of, _, _ := strings.Cut(whole[0], ".")
		a.one(family, of+".")
		a.and("type = ?", whole[0])
	default:
		args := make([]any, 0, len(types))
		for _, t := range slices.Concat(families, whole) {
			args = append(args, t)
		}
		either := []string{"1 = 0"}
		if len(families) > 0 {
			either = append(either, "+"+family+" IN "+tuple(len(families)))
		}
		a.and("("+strings.Join(append(either, "type IN "+tuple(len(whole))), " OR ")+")", args...)
	}
}

func scanDeed(rows *sql.Rows, d *intake.Deed) error {
	return rows.Scan(&d.Pos, moment{&d.At}, &d.Type, &d.About, &d.By.Account, &d.By.Role, &d.By.Unit)
}

// Deed returns the bytes of the event of a deed; false where none stands there.
func (s *Store) Deed(ctx context.Context, pos int64) ([]byte, bool, error) {
	return one(ctx, s, `SELECT bytes FROM events WHERE pos = $1 AND agent_id = 0`, func(rows *sql.Rows, b *[]byte) error { return rows.Scan(b) }, pos)
}

// ratingsOf is what must hold of ratings that are asked for, and the column of their time. First comes what finds the
// fewest: what is rare has an index of its own, then a clerk, an item, what is bad, a unit, a hall.
func ratingsOf(q intake.RatingsAsked) (a asked, at string) {
	at = "v.rated_ms"
	if q.Defaulted {
		at, a.by = "v.defaulted_ms", true
		a.and("v.default_level > 0 AND v.level = 0")
		a.when(q.Channel != "" || len(q.Levels) > 0, "1 = 0") // nobody gave it
	} else {
		a.and("v.level > 0")
	}
	for _, rare := range []struct {
		is     bool
		column string
	}{{q.Excluded, "excluded"}, {q.Withheld, "withheld"}, {q.Named, "named"}, {q.Missing, "reason_missing"}} {
		a.when(rare.is, "v."+rare.column+" = true")
		a.by = a.by || rare.is
	}
	only := func(column, value string) {
		a.one(column, value)
		a.by = a.by || value != ""
	}
	only("v.staff", q.Staff)
	only("v.staff", q.Badge)
	if q.Channel != "" && q.Channel != string(hall.ChannelPad) {
		a.and("v.channel <> 'pad'") // as the index says it
		only("v.channel", q.Channel)
	} else if q.Channel != "" {
		a.and("+v.channel = ?", q.Channel)
	}
	only("v.item", q.Item)
	bad := !slices.ContainsFunc(q.Levels, func(l hall.Level) bool { return !l.IsBad() })
	if bad {
		apart(&a, "v.level", numbers(q.Levels))
	}
	only("v.unit", q.Unit)
	apart(&a, "v.unit", q.Units)
	if q.Agents != nil && len(q.Agents) == 0 {
		a.and("1 = 0")
	}
	apart(&a, "v.agent_id", numbers(q.Agents))
	if !bad {
		apart(&a, "v.level", numbers(q.Levels))
	}
	a.by = true
	a.one("v.window_id", q.Window)
	if q.From != 0 {
		a.and(at+" >= ?", q.From.Start().UnixMilli())
	}
	if q.To != 0 {
		a.and(at+" < ?", (q.To + 1).Start().UnixMilli())
	}
	return a, at
}

// numbers are values as the database keeps them.
func numbers[N uint32 | hall.Level](all []N) []int64 {
	out := make([]int64, len(all))
	for i, n := range all {
		out[i] = int64(n)
	}
	return out
}

// Ratings searches ratings, the newest first.
func (s *Store) Ratings(ctx context.Context, q intake.RatingsAsked) ([]intake.Rated, string, error) {
	a, at := ratingsOf(q)
	if err := a.after(q.Page, at+", v.id", "<"); err != nil {
		return nil, "", err
	}
	query := `SELECT ` + qualified("v", visitColumns) + `, COALESCE(t.number, ''), COALESCE(x.reasons, ''), COALESCE(x.ref, ''), COALESCE(x.callback, false)
		FROM visits v LEFT JOIN tickets t ON t.id = v.ticket LEFT JOIN answers x ON x.pos = v.answer`
	l := sorted{query, "visits v", "v.rowid", at + " DESC, v.id DESC"}
	return page(ctx, s, a, q.Page, l, scanRated, func(r *intake.Rated) string {
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
