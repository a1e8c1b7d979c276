package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"hallpulse/hub/internal/intake"
)

// Find, Commit, Delete and All make the store a session store of alexedwards/scs; the Ctx forms are those it prefers.

// Find returns the data of a session that has not expired.
func (s *Store) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// FindCtx is Find with a context.
func (s *Store) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	var data []byte
	err := s.readers.QueryRowContext(ctx, `SELECT data FROM sessions WHERE token = $1 AND expiry_ms > $2`, token, time.Now().UnixMilli()).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("session: %w", err)
	}
	return data, true, nil
}

// Commit keeps a session until expiry, and forgets those that have expired.
func (s *Store) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// CommitCtx is Commit with a context.
func (s *Store) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.Exec(`DELETE FROM sessions WHERE expiry_ms <= $1`, time.Now().UnixMilli()); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO sessions (token, data, expiry_ms) VALUES ($1, $2, $3)
			ON CONFLICT (token) DO UPDATE SET data = excluded.data, expiry_ms = excluded.expiry_ms`, token, data, expiry.UnixMilli())
		return err
	})
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	return nil
}

// Delete forgets a session.
func (s *Store) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// DeleteCtx is Delete with a context.
func (s *Store) DeleteCtx(ctx context.Context, token string) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`DELETE FROM sessions WHERE token = $1`, token)
		return err
	})
	if err != nil {
		return fmt.Errorf("session: %w", err)
	}
	return nil
}

// All returns the data of every session that has not expired, by its token as it is stored.
func (s *Store) All() (map[string][]byte, error) { return s.AllCtx(context.Background()) }

// AllCtx is All with a context.
func (s *Store) AllCtx(ctx context.Context) (map[string][]byte, error) {
	type session struct {
		token string
		data  []byte
	}
	found, err := collect(reader{ctx, s.readers}, nil, `SELECT token, data FROM sessions WHERE expiry_ms > $1`, []any{time.Now().UnixMilli()},
		func(rows *sql.Rows, f *session) error { return rows.Scan(&f.token, &f.data) })
	if err != nil {
		return nil, fmt.Errorf("sessions: %w", err)
	}
	all := map[string][]byte{}
	for _, f := range found {
		all[f.token] = f.data
	}
	return all, nil
}

// Box returns the private box of a ref, or ErrUnknown: it was erased, or there never was one.
func (s *Store) Box(ctx context.Context, ref string) (intake.Box, error) {
	b := intake.Box{Ref: ref}
	err := s.readers.QueryRowContext(ctx, `SELECT salt, sealed FROM boxes WHERE ref = $1`, ref).Scan(&b.Salt, &b.Sealed)
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrUnknown
	}
	if err != nil {
		return b, fmt.Errorf("box: %w", err)
	}
	return b, nil
}
