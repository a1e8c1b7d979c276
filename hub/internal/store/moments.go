package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Moments to remember.
const (
	momentClock  = "clock"  // the last tick of the clock that was carried out
	momentCopied = "copied" // when this file was taken as a backup
)

// remember writes a moment.
func remember(tx *sql.Tx, what string, at time.Time) error {
	_, err := tx.Exec(`INSERT INTO moments (name, at_ms) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET at_ms = excluded.at_ms`, what, at.UnixMilli())
	if err != nil {
		return fmt.Errorf("remember %s: %w", what, err)
	}
	return nil
}

// Ticked returns the last tick of the clock; the zero time before the first.
func (s *Store) Ticked(ctx context.Context) (time.Time, error) {
	return remembered(ctx, s.readers, momentClock)
}

func remembered(ctx context.Context, db *sql.DB, what string) (time.Time, error) {
	var at time.Time
	err := db.QueryRowContext(ctx, `SELECT at_ms FROM moments WHERE name = $1`, what).Scan(moment{&at})
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return at, fmt.Errorf("remember %s: %w", what, err)
	}
	return at, nil
}
