package store

import (
	"context"
	"database/sql"
	"fmt"

	"hallpulse/firmware-protocol/uplink"
)

// Counts are what tests count.
type Counts struct {
	Events   int64 // of agents
	NotRead  map[uplink.Why]int64
	Agents   int64
	Visits   int64
	Ratings  int64 // given by a person and counted
	Findings int64
	Bytes    int64 // of the database
}

// Counts counts what is stored.
func (s *Store) Counts(ctx context.Context) (Counts, error) {
	c := Counts{NotRead: map[uplink.Why]int64{}}
	err := s.readers.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM events WHERE agent_id <> 0), (SELECT COUNT(*) FROM agents WHERE revoked_ms IS NULL),
		(SELECT CAST(COALESCE(SUM(served), 0) AS BIGINT) FROM tallies),
		(SELECT CAST(COALESCE(SUM(level_1 + level_2 + level_3 + level_4 + level_5), 0) AS BIGINT) FROM tallies),
		(SELECT COUNT(*) FROM findings) FROM position p WHERE p.id = 1`).Scan(&c.Events, &c.Agents, &c.Visits, &c.Ratings, &c.Findings)
	if err != nil {
		return c, fmt.Errorf("count: %w", err)
	}
	if err := s.readers.QueryRowContext(ctx, `SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()`).Scan(&c.Bytes); err != nil {
		return c, fmt.Errorf("count: %w", err)
	}
	type row struct {
		why uplink.Why
		n   int64
	}
	rows, err := collect(reader{ctx, s.readers}, nil, `SELECT why, COUNT(*) FROM events WHERE why <> '' GROUP BY why`, nil,
		func(rows *sql.Rows, r *row) error { return rows.Scan(&r.why, &r.n) })
	for _, r := range rows {
		c.NotRead[r.why] = r.n
	}
	return c, err
}

// Heads returns how far an agent's epochs are known here, oldest first: what is settled.
func (s *Store) Heads(ctx context.Context, number uint32) ([]uplink.Head, error) {
	return collect(reader{ctx, s.readers}, nil, `SELECT epoch, last FROM epochs WHERE agent_id = $1 ORDER BY began_ms, epoch`, []any{int64(number)},
		func(rows *sql.Rows, h *uplink.Head) error {
			err := rows.Scan(&h.Epoch, &h.Last)
			h.Settled = h.Last
			return err
		})
}
