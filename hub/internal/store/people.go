package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Account is one who may sign in. What its role may is not known here.
type Account struct {
	Name       string
	Display    string // as shown; empty: Name
	Role       string
	Unit       string
	Badge      string
	Places     []string // paths in the tree; none: all
	Halls      []string // ids; none: all of its places
	Password   string   // argon2id, as the library writes it
	FirstUntil time.Time
	Disabled   bool

	Second     []byte   // sealed secret of the second factor; empty: none
	SecondStep int64    // of the last code taken
	Codes      []string // SHA-256 of the recovery codes left, hex

	Failed      int // tries since FailedSince
	FailedSince time.Time

	Added     time.Time
	SignedIn  time.Time // last; zero: never
	Version   int       // of what others change
	Changed   time.Time // then
	ChangedBy string
}

const accountColumns = `name, display, role, unit, badge, places, halls, password, first_until_ms, disabled, second, second_step, codes,
	failed, failed_ms, added_ms, signed_in_ms, version, changed_ms, changed_by`

func scanAccount(rows *sql.Rows, a *Account) error {
	return rows.Scan(&a.Name, &a.Display, &a.Role, &a.Unit, &a.Badge, list{&a.Places}, list{&a.Halls}, &a.Password, moment{&a.FirstUntil}, &a.Disabled,
		&a.Second, &a.SecondStep, list{&a.Codes}, &a.Failed, moment{&a.FailedSince}, moment{&a.Added}, moment{&a.SignedIn}, &a.Version,
		moment{&a.Changed}, &a.ChangedBy)
}

func (a *Account) values() []any {
	return []any{a.Name, a.Display, a.Role, a.Unit, a.Badge, strings.Join(a.Places, ","), strings.Join(a.Halls, ","), a.Password, ms(a.FirstUntil), a.Disabled,
		a.Second, a.SecondStep, strings.Join(a.Codes, ","), a.Failed, ms(a.FailedSince), a.Added.UnixMilli(), ms(a.SignedIn), a.Version,
		ms(a.Changed), a.ChangedBy}
}

// list reads names that are kept comma separated.
type list struct{ to *[]string }

func (l list) Scan(v any) error {
	text, ok := v.(string)
	if !ok {
		return fmt.Errorf("list is a %T", v)
	}
	*l.to = nil
	if text != "" {
		*l.to = strings.Split(text, ",")
	}
	return nil
}

// Account returns the account of a name, or ErrUnknown.
func (s *Store) Account(ctx context.Context, name string) (Account, error) {
	return accountOf(reader{ctx, s.readers}, name)
}

func accountOf(q querier, name string) (Account, error) {
	found, err := collect(q, nil, `SELECT `+accountColumns+` FROM accounts WHERE name = $1`, []any{name}, scanAccount)
	if err == nil && len(found) == 0 {
		err = ErrUnknown
	}
	if err != nil {
		return Account{Name: name}, fmt.Errorf("account %s: %w", name, err)
	}
	return found[0], nil
}

// Accounts returns all accounts, in order of names.
func (s *Store) Accounts(ctx context.Context) ([]Account, error) {
	all, err := collect(reader{ctx, s.readers}, nil, `SELECT `+accountColumns+` FROM accounts ORDER BY name`, nil, scanAccount)
	if err != nil {
		return nil, fmt.Errorf("accounts: %w", err)
	}
	return all, nil
}

// ChangeAccount replaces the account of a name, or makes it, by what change returns of it as it stands; ok is false
// where there is none. No other change comes between. An error of change comes back as it is, and nothing is changed.
// change must not use the store.
func (s *Store) ChangeAccount(ctx context.Context, name string, change func(was Account, ok bool) (Account, error)) error {
	var refused error
	err := s.write(ctx, func(tx *sql.Tx) error {
		was, err := accountOf(tx, name)
		if err != nil && !errors.Is(err, ErrUnknown) {
			return err
		}
		now, err := change(was, err == nil)
		if err != nil {
			refused = err
			return err
		}
		now.Name = name
		values := now.values()
		marks := make([]string, len(values))
		for i := range values {
			marks[i] = fmt.Sprintf("$%d", i+1)
		}
		if _, err := tx.Exec(`DELETE FROM accounts WHERE name = $1`, name); err != nil {
			return err
		}
		_, err = tx.Exec(`INSERT INTO accounts (`+accountColumns+`) VALUES (`+strings.Join(marks, ", ")+`)`, values...)
		return err
	})
	if err != nil && refused == nil {
		return fmt.Errorf("account %s: %w", name, err)
	}
	return err
}
