package private

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// Row is one sealed thing as it lies in its table.
type Row struct {
	Name    string // in its table: a box's ref, or whatever names a secret there
	Purpose string // what SealKey was told; empty: it is a box, and Name is its ref
	Sealed  []byte
}

// Head is the first HeadSize bytes of what is sealed, fewer where there are fewer.
type Head struct {
	Name string
	Head []byte
}

// Swap puts To in the place of From.
type Swap struct {
	Name     string
	From, To []byte
	Mark     string // of a box: the new mark of the phone in it, empty where it holds none
}

// Shelf is a table of sealed things: the boxes, the agents' keys, the accounts' secrets.
type Shelf interface {
	// Heads returns what comes after a name, by name, at most n. After the empty name everything comes.
	Heads(ctx context.Context, after string, n int) ([]Head, error)
	// Rows returns the rows of names. One that is not there any more is left out.
	Rows(ctx context.Context, names []string) ([]Row, error)
	// Swap puts new seals in the place of old ones, in one transaction, where From still is what lies there: what was erased
	// or changed meanwhile stays so. It adds no row.
	Swap(ctx context.Context, swaps []Swap) error
}

// Resealed counts what Reseal found.
type Resealed struct {
	Fresh   int      // sealed under the newest key, now
	Changed int      // of these, sealed anew
	Stale   int      // not yet
	Damaged []string // names of some that no key opens; each is stale
}

const (
	headsAtOnce = 1000
	rowsAtOnce  = 16 // photos
	damagedSome = 10
)

// Reseal seals all that lies on a shelf under the newest key. What an event says of a box stays true: text and salt are the
// same. It may be ended at any moment and begun again: what is done is done.
func (v *Vault) Reseal(ctx context.Context, s Shelf) (r Resealed, err error) {
	err = v.heads(ctx, s, func(heads []Head) error {
		var stale []string
		for _, h := range heads {
			if v.ring.Load().fresh(h.Head) {
				r.Fresh++
			} else {
				stale = append(stale, h.Name)
			}
		}
		for names := range slices.Chunk(stale, rowsAtOnce) {
			if err := v.reseal(ctx, s, names, &r); err != nil {
				return err
			}
		}
		return nil
	})
	return r, err
}

// Count counts what Reseal would find, and changes nothing: the proof that an old key is not needed any more.
func (v *Vault) Count(ctx context.Context, s Shelf) (r Resealed, err error) {
	err = v.heads(ctx, s, func(heads []Head) error {
		for _, h := range heads {
			if v.ring.Load().fresh(h.Head) {
				r.Fresh++
			} else {
				r.Stale++
			}
		}
		return nil
	})
	return r, err
}

func (v *Vault) heads(ctx context.Context, s Shelf, each func([]Head) error) error {
	for after := ""; ; {
		heads, err := s.Heads(ctx, after, headsAtOnce)
		if err != nil {
			return fmt.Errorf("read what is sealed: %w", err)
		}
		if len(heads) == 0 {
			return nil
		}
		if err := each(heads); err != nil {
			return err
		}
		after = heads[len(heads)-1].Name
	}
}

func (v *Vault) reseal(ctx context.Context, s Shelf, names []string, r *Resealed) error {
	rows, err := s.Rows(ctx, names)
	if err != nil {
		return fmt.Errorf("read what is sealed: %w", err)
	}
	var swaps []Swap
	for _, row := range rows {
		swap, err := v.renew(row)
		if errors.Is(err, ErrSealed) {
			r.Stale++
			if len(r.Damaged) < damagedSome {
				r.Damaged = append(r.Damaged, row.Name)
			}
			continue
		}
		swaps = append(swaps, swap)
	}
	if len(swaps) == 0 {
		return nil
	}
	if err := s.Swap(ctx, swaps); err != nil {
		return fmt.Errorf("seal anew: %w", err)
	}
	r.Fresh += len(swaps)
	r.Changed += len(swaps)
	return nil
}

// renew seals a row under the newest key.
func (v *Vault) renew(row Row) (Swap, error) {
	p := keyPurpose(row.Purpose)
	if row.Purpose == "" {
		p = boxPurpose(row.Name)
	}
	ring := v.ring.Load()
	plain, err := ring.open(row.Sealed, p)
	if err != nil {
		return Swap{}, err
	}
	swap := Swap{Name: row.Name, From: row.Sealed, To: ring.seal(plain, p)}
	var t body
	if row.Purpose == "" && json.Unmarshal(plain, &t) == nil {
		swap.Mark = v.markOf(Text(t))
	}
	return swap, nil
}
