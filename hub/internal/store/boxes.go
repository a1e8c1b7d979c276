package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/private"
)

// erase deletes boxes with all that stands beside them.
func (t transaction) erase(refs []string) error {
	for _, ref := range refs {
		if _, err := t.tx.Exec(`DELETE FROM boxes WHERE ref = $1`, ref); err != nil {
			return fmt.Errorf("erase: %w", err)
		}
	}
	return nil
}

// Boxes is the table of private boxes.
type Boxes struct{ s *Store }

// Boxes returns the table of private boxes.
func (s *Store) Boxes() Boxes { return Boxes{s} }

const boxColumns = `b.ref, b.salt, b.sealed, b.kind, b.about, b.visit, b.day, b.mark`

func scanFiled(rows *sql.Rows, f *private.Filed) error {
	return rows.Scan(&f.Ref, &f.Salt, &f.Sealed, &f.Kind, &f.About, ident{&f.Visit}, &f.Day, &f.Mark)
}

// Find returns the boxes of a subject, by ref. Those of a visit are all that is filed under it or named by its answers, and
// the phone that was left with its ticket.
func (b Boxes) Find(ctx context.Context, of private.Subject) ([]private.Filed, error) {
	q := reader{ctx, b.s.readers}
	var a asked
	switch {
	case len(of.Refs) > 0:
		among(&a, "b.ref", of.Refs)
	case len(of.Marks) > 0:
		a.and("b.mark <> ''")
		among(&a, "b.mark", of.Marks)
	case !of.Visit.IsZero():
		visit := name(of.Visit)
		a.and(`b.ref IN (SELECT ref FROM boxes WHERE visit = ? AND visit <> '' UNION SELECT ref FROM answers WHERE visit = ? AND ref <> ''
			UNION SELECT t.contact_ref FROM visits v JOIN tickets t ON t.id = v.ticket WHERE v.id = ?)`, visit, visit, visit)
	case of.About != "":
		a.and("b.about = ? AND b.about <> ''", of.About)
	default:
		return nil, nil
	}
	found, err := collect(q, nil, a.text(`SELECT `+boxColumns+` FROM boxes b`, `ORDER BY b.ref`), a.args, scanFiled)
	if err != nil {
		return nil, fmt.Errorf("find boxes: %w", err)
	}
	return found, nil
}

// Older returns the refs of at most n boxes of a kind whose day is not after through and whose matter is not open any more.
func (b Boxes) Older(ctx context.Context, kind private.Kind, through hall.Day, n int) ([]string, error) {
	return collect(reader{ctx, b.s.readers}, nil, `SELECT b.ref FROM boxes b WHERE b.kind = $1 AND b.day <= $2
		AND NOT EXISTS (SELECT 1 FROM repairs r WHERE r.id = b.visit AND r.open = true)
		AND NOT EXISTS (SELECT 1 FROM answers a JOIN repairs r ON r.id = a.visit WHERE a.ref = b.ref AND a.ref <> '' AND r.open = true)
		AND NOT EXISTS (SELECT 1 FROM concerns c WHERE c.id = b.about AND c.open = true)
		AND NOT EXISTS (SELECT 1 FROM cases k WHERE k.id = b.about AND k.rest < 3)
		AND NOT EXISTS (SELECT 1 FROM inspections i WHERE i.id = b.about AND i.open = true)
		ORDER BY b.day, b.ref LIMIT $3`, []any{string(kind), int64(through), n},
		func(rows *sql.Rows, ref *string) error { return rows.Scan(ref) })
}

// The shelves of what is sealed under the vault's key. Boxes are many and large; agents and accounts are few.

type boxShelf struct{ s *Store }

func (b boxShelf) Heads(ctx context.Context, after string, n int) ([]private.Head, error) {
	return collect(reader{ctx, b.s.readers}, nil, `SELECT ref, substr(sealed, 1, $1) FROM boxes WHERE ref > $2 ORDER BY ref LIMIT $3`, []any{private.HeadSize, after, n},
		func(rows *sql.Rows, h *private.Head) error { return rows.Scan(&h.Name, &h.Head) })
}

func (b boxShelf) Rows(ctx context.Context, names []string) ([]private.Row, error) {
	var a asked
	among(&a, "ref", names)
	return collect(reader{ctx, b.s.readers}, nil, a.text(`SELECT ref, sealed FROM boxes`, `ORDER BY ref`), a.args,
		func(rows *sql.Rows, r *private.Row) error { return rows.Scan(&r.Name, &r.Sealed) })
}

func (b boxShelf) Swap(ctx context.Context, swaps []private.Swap) error {
	return b.s.swap(ctx, swaps, func(tx *sql.Tx, w private.Swap) error {
		_, err := tx.Exec(`UPDATE boxes SET sealed = $1, mark = $2 WHERE ref = $3 AND sealed = $4`, w.To, w.Mark, w.Name, w.From)
		return err
	})
}

// swap puts new seals in the place of old ones, in one transaction.
func (s *Store) swap(ctx context.Context, swaps []private.Swap, one func(*sql.Tx, private.Swap) error) error {
	return s.write(ctx, func(tx *sql.Tx) error {
		for _, w := range swaps {
			if err := one(tx, w); err != nil {
				return fmt.Errorf("seal anew: %w", err)
			}
		}
		return nil
	})
}

// fewShelf is a table of few sealed things: all of it is read, in the order of names.
type fewShelf struct {
	s    *Store
	all  func(ctx context.Context) ([]private.Row, error)
	swap func(tx *sql.Tx, w private.Swap) error
}

func (f fewShelf) Heads(ctx context.Context, after string, n int) ([]private.Head, error) {
	rows, err := f.all(ctx)
	var heads []private.Head
	for _, r := range rows {
		if r.Name > after && len(heads) < n {
			heads = append(heads, private.Head{Name: r.Name, Head: r.Sealed[:min(len(r.Sealed), private.HeadSize)]})
		}
	}
	return heads, err
}

func (f fewShelf) Rows(ctx context.Context, names []string) ([]private.Row, error) {
	rows, err := f.all(ctx)
	return slices.DeleteFunc(rows, func(r private.Row) bool { return !slices.Contains(names, r.Name) }), err
}

func (f fewShelf) Swap(ctx context.Context, swaps []private.Swap) error {
	return f.s.swap(ctx, swaps, f.swap)
}

// Shelves are all tables of things that are sealed under the vault's key: boxes, keys of agents, secrets of accounts, PINs of
// clerks. The functions say what a key of an agent, by its number, the secret of an account and a PIN were sealed for.
func (s *Store) Shelves(ofAgent func(number uint32) string, ofAccount func(name string) string, ofPIN func(hallID, badge string) string) []private.Shelf {
	byName := func(rows []private.Row, err error) ([]private.Row, error) {
		slices.SortFunc(rows, func(a, b private.Row) int { return strings.Compare(a.Name, b.Name) })
		return rows, err
	}
	agents := fewShelf{s, func(ctx context.Context) ([]private.Row, error) {
		return byName(collect(reader{ctx, s.readers}, nil, `SELECT agent_id, public_key, config_key FROM agent_keys`, nil, func(rows *sql.Rows, r *private.Row) error {
			var number uint32
			var key []byte
			err := rows.Scan(&number, &key, &r.Sealed)
			r.Name, r.Purpose = fmt.Sprintf("%d/%x", number, key), ofAgent(number)
			return err
		}))
	}, func(tx *sql.Tx, w private.Swap) error {
		var number uint32
		var key []byte
		if _, err := fmt.Sscanf(w.Name, "%d/%x", &number, &key); err != nil {
			return err
		}
		_, err := tx.Exec(`UPDATE agent_keys SET config_key = $1 WHERE agent_id = $2 AND public_key = $3 AND config_key = $4`, w.To, int64(number), key, w.From)
		return err
	}}
	accounts := fewShelf{s, func(ctx context.Context) ([]private.Row, error) {
		return byName(collect(reader{ctx, s.readers}, nil, `SELECT name, second FROM accounts WHERE second IS NOT NULL`, nil, func(rows *sql.Rows, r *private.Row) error {
			err := rows.Scan(&r.Name, &r.Sealed)
			r.Purpose = ofAccount(r.Name)
			return err
		}))
	}, func(tx *sql.Tx, w private.Swap) error {
		_, err := tx.Exec(`UPDATE accounts SET second = $1 WHERE name = $2 AND second = $3`, w.To, w.Name, w.From)
		return err
	}}
	pins := fewShelf{s, func(ctx context.Context) ([]private.Row, error) {
		all, err := s.PINs(ctx)
		var rows []private.Row
		for _, p := range all {
			rows = append(rows, private.Row{Name: p.Hall + "/" + p.Badge, Purpose: ofPIN(p.Hall, p.Badge), Sealed: p.Sealed})
		}
		return byName(rows, err)
	}, func(tx *sql.Tx, w private.Swap) error {
		hallID, badge, _ := strings.Cut(w.Name, "/")
		_, err := tx.Exec(`UPDATE staff_pins SET sealed = $1 WHERE hall = $2 AND badge = $3 AND sealed = $4`, w.To, hallID, badge, w.From)
		return err
	}}
	return []private.Shelf{boxShelf{s}, agents, accounts, pins}
}
