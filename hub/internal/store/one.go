package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/concern"
	"hallpulse/hub/internal/figures"
	"hallpulse/hub/internal/inspection"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/notify"
	"hallpulse/hub/internal/rating"
	"hallpulse/hub/internal/repair"
)

// one returns the row that a query finds; false where it finds none.
func one[R any](ctx context.Context, s *Store, query string, scan func(*sql.Rows, *R) error, args ...any) (r R, ok bool, err error) {
	rows, err := collect(reader{ctx, s.readers}, nil, query, args, scan)
	if err != nil || len(rows) == 0 {
		return r, false, err
	}
	return rows[0], true, nil
}

// Repair returns the repair of a visit; false where none was opened.
func (s *Store) Repair(ctx context.Context, id string) (repair.Repair, bool, error) {
	return one(ctx, s, `SELECT body FROM repairs WHERE id = $1`, scanBody[repair.Repair], id)
}

// RepairsAround returns the repairs of a window, or of an item, of a hall that run, or ended on this day or later.
func (s *Store) RepairsAround(ctx context.Context, hallID, window, item string, since hall.Day) ([]repair.Repair, error) {
	return collect(reader{ctx, s.readers}, nil, `SELECT body FROM repairs WHERE hall = $1 AND rest < 3 AND (window_id = $2 OR item = $3)
		UNION ALL SELECT body FROM repairs WHERE hall = $1 AND rest = 3 AND ended_day > 0 AND ended_day >= $4 AND (window_id = $2 OR item = $3)`,
		[]any{hallID, window, item, int64(since)}, scanBody[repair.Repair])
}

// Concern returns a concern; false where there is none of that id.
func (s *Store) Concern(ctx context.Context, id string) (concern.Concern, bool, error) {
	return one(ctx, s, `SELECT body FROM concerns WHERE id = $1`, scanBody[concern.Concern], id)
}

// Inspection returns an inspection; false where there is none of that id.
func (s *Store) Inspection(ctx context.Context, id string) (inspection.Inspection, bool, error) {
	return one(ctx, s, `SELECT body FROM inspections WHERE id = $1`, scanBody[inspection.Inspection], id)
}

// Message returns a message to a citizen; false where there is none of that id.
func (s *Store) Message(ctx context.Context, id string) (notify.Message, bool, error) {
	return one(ctx, s, `SELECT body FROM messages WHERE id = $1`, scanBody[notify.Message], id)
}

// Visit returns a visit; false where nothing was told of it.
func (s *Store) Visit(ctx context.Context, id hall.ID) (intake.Visit, bool, error) {
	return one(ctx, s, `SELECT `+visitColumns+` FROM visits WHERE id = $1`, scanVisit, name(id))
}

// Law returns the packs in force and the calendar.
func (s *Store) Law(ctx context.Context) (rating.Law, error) {
	deeds, err := collect(reader{ctx, s.readers}, nil, loadLaw, nil, scanLaw)
	if err != nil {
		return rating.Law{}, err
	}
	return intake.LawOf(deeds)
}

// Tallies returns the sums of a question, added up by what its report is grouped by: those of visits, and of the few keys
// that have any those of cases and bookings. agents are those of its halls, nil: all.
func (s *Store) Tallies(ctx context.Context, q figures.Query, agents []uint32) ([]figures.Tally, error) {
	var a asked
	a.and("day BETWEEN ? AND ?", int64(q.From), int64(q.To))
	if agents != nil && len(agents) == 0 {
		return nil, nil
	}
	numbers := make([]int64, len(agents))
	for n, agent := range agents {
		numbers[n] = int64(agent)
	}
	among(&a, "agent_id", numbers)
	a.one("unit", q.Unit)
	a.one("window_id", q.Window)
	a.one("staff", q.Staff)
	a.one("item", q.Item)
	a.one("channel", string(q.Channel))
	group := q.By.Columns()
	keys := make([]string, 0, len(figures.KeyColumns()))
	for _, c := range figures.KeyColumns() {
		keys = append(keys, keyOr(c, group))
	}
	add := func(to []figures.Tally, columns []string) ([]figures.Tally, error) {
		query := fmt.Sprintf(`SELECT %s, %s FROM tallies`, strings.Join(keys, ", "), summed(columns))
		return collect(reader{ctx, s.readers}, to, a.text(query, `GROUP BY `+strings.Join(group, ", ")), a.args, scanTally)
	}
	all, err := add(nil, figures.VisitColumns())
	if err != nil || !q.AboutCases() {
		return all, err
	}
	a.and("cases_received + cases_decided + cases_refused + bookings > 0") // as the index says it
	return add(all, figures.HandledColumns())
}

// keyOr is a column of a key where it is one of those that a report is grouped by, else nothing of its kind.
func keyOr(column string, group []string) string {
	for _, g := range group {
		if g == column {
			return column
		}
	}
	switch column {
	case "agent_id", "leaves", "day":
		return "0"
	}
	return "''"
}

// Awaiting counts visits whose time to be rated is over, that nobody rated, and whose agent was not heard since (design §5).
func (s *Store) Awaiting(ctx context.Context, today hall.Day, agents []uint32) (n int, err error) {
	a := asked{}
	a.and("level = 0 AND default_level = 0 AND by_cases = false AND due_provisional = false AND due_day IS NOT NULL AND due_day < ?", int64(today))
	if agents != nil {
		numbers := []int64{-1}
		for _, agent := range agents {
			numbers = append(numbers, int64(agent))
		}
		among(&a, "agent_id", numbers)
	}
	err = s.readers.QueryRowContext(ctx, a.text(`SELECT COUNT(*) FROM visits`, ""), a.args...).Scan(&n)
	return n, err
}
