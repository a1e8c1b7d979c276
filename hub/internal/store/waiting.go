package store

import (
	"context"
	"database/sql"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// AwaitingBy counts, by agent, the visits whose time to be rated is over, that nobody rated, and whose agent was not
// heard since (design §5).
func (s *Store) AwaitingBy(ctx context.Context, today hall.Day) (map[uint32]int, error) {
	type row struct {
		agent uint32
		n     int
	}
	rows, err := collect(reader{ctx, s.readers}, nil, `SELECT agent_id, COUNT(*) FROM visits INDEXED BY visits_due
		WHERE level = 0 AND default_level = 0 AND by_cases = false AND due_provisional = false AND due_day IS NOT NULL AND due_day < ? GROUP BY agent_id`,
		[]any{int64(today)}, func(r *sql.Rows, to *row) error { return r.Scan(&to.agent, &to.n) })
	all := map[uint32]int{}
	for _, r := range rows {
		all[r.agent] = r.n
	}
	return all, err
}

// LostAgents returns when agents were declared lost that have not spoken since.
func (s *Store) LostAgents(ctx context.Context) (map[uint32]time.Time, error) {
	type row struct {
		agent uint32
		lost  time.Time
	}
	rows, err := collect(reader{ctx, s.readers}, nil, `SELECT agent_id, lost_ms FROM agent_states WHERE lost_ms IS NOT NULL`, nil,
		func(r *sql.Rows, to *row) error { return r.Scan(&to.agent, moment{&to.lost}) })
	all := map[uint32]time.Time{}
	for _, r := range rows {
		all[r.agent] = r.lost
	}
	return all, err
}

// Provisional counts the deadlines that wait for the calendar of a year: of visits, and of repairs that are due from the
// first day that nobody has published.
func (s *Store) Provisional(ctx context.Context, from hall.Day) (visits, repairs int, err error) {
	err = s.readers.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM visits WHERE due_provisional = true),
		(SELECT COUNT(*) FROM repairs WHERE open = true AND due_day >= ?)`, int64(from)).Scan(&visits, &repairs)
	return visits, repairs, err
}

// Crossing counts the deadlines that a change of the calendar on a day can move: those of that day and later, of visits
// that nobody rated and of open repairs. halls and the agents in them narrow both; nil: all.
func (s *Store) Crossing(ctx context.Context, day hall.Day, halls []string, agents []uint32) (visits, repairs int, err error) {
	var v, r asked
	v.and("level = 0 AND default_level = 0 AND due_day >= ?", int64(day))
	r.and("open = true AND due_day >= ?", int64(day))
	if halls != nil {
		numbers := []int64{-1}
		for _, n := range agents {
			numbers = append(numbers, int64(n))
		}
		among(&v, "agent_id", numbers)
		among(&r, "hall", halls)
	}
	query := `SELECT (` + v.text(`SELECT COUNT(*) FROM visits`, "") + `), (` + r.text(`SELECT COUNT(*) FROM repairs`, "") + `)`
	err = s.readers.QueryRowContext(ctx, query, append(v.args, r.args...)...).Scan(&visits, &repairs)
	return visits, repairs, err
}
