package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"hallpulse/hub/internal/intake"
)

// Role is what an account may see and do.
type Role string

// The roles.
const (
	RoleManager Role = "manager" // 大厅管理员, of the halls it names
	RoleCentre  Role = "centre"  // 政务服务中心: all halls
	RoleWall    Role = "wall"    // a screen on the wall: no single rating
)

// Account is one who may sign in.
type Account struct {
	Name     string
	Role     Role
	Password string   // argon2id, as the library writes it
	Halls    []string // ids; empty: all
	Added    time.Time
}

// PutAccount adds an account or replaces the one of its name.
func (s *Store) PutAccount(ctx context.Context, a Account) error {
	if !slices.Contains([]Role{RoleManager, RoleCentre, RoleWall}, a.Role) {
		return fmt.Errorf("account %s: role %q: want manager, centre or wall", a.Name, a.Role)
	}
	err := s.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`INSERT INTO accounts (name, role, password, halls, added_ms) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (name) DO UPDATE SET role = excluded.role, password = excluded.password, halls = excluded.halls`,
			a.Name, string(a.Role), a.Password, strings.Join(a.Halls, ","), a.Added.UnixMilli())
		return err
	})
	if err != nil {
		return fmt.Errorf("account %s: %w", a.Name, err)
	}
	return nil
}

// Account returns the account of a name, or ErrUnknown.
func (s *Store) Account(ctx context.Context, name string) (Account, error) {
	a := Account{Name: name}
	var halls string
	err := s.readers.QueryRowContext(ctx, `SELECT role, password, halls, added_ms FROM accounts WHERE name = $1`, name).Scan(&a.Role, &a.Password, &halls, moment{&a.Added})
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrUnknown
	}
	if err != nil {
		return a, fmt.Errorf("account %s: %w", name, err)
	}
	if halls != "" {
		a.Halls = strings.Split(halls, ",")
	}
	return a, nil
}

// Find, Commit and Delete make the store a session store of alexedwards/scs; the Ctx forms are those it prefers.

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
