package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"hallpulse/hub/internal/intake"
)

// ErrBusy is returned where what was erased cannot be overwritten now: somebody reads an older state of the database.
var ErrBusy = errors.New("the database is being read: what was erased is overwritten later")

// Scrub writes over what was erased and still lies somewhere in the files of the database, sealed as it was. A page from
// which the database has moved rows to another keeps copies of them where nothing is any more, and so does the log beside
// it. It waits for nobody who reads.
func (b Boxes) Scrub(ctx context.Context) error {
	if err := b.move(ctx); err != nil {
		return fmt.Errorf("scrub: %w", err)
	}
	db, err := connect(b.s.path, 1)
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, `PRAGMA busy_timeout(200)`); err != nil {
		return fmt.Errorf("scrub: %w", err)
	}
	var busy, left, done int
	err = db.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &left, &done)
	switch {
	case err != nil:
		return fmt.Errorf("scrub: %w", err)
	case busy != 0:
		return ErrBusy
	}
	return nil
}

// moveAtOnce is how many bytes of boxes one transaction moves: the writer is not kept from what comes in.
const moveAtOnce = 1 << 20

// move moves all boxes to new pages, a few at a time. The old pages become free, and a free page is overwritten
// (secure_delete). What comes in meanwhile lies on new pages anyhow.
func (b Boxes) move(ctx context.Context) error {
	var end sql.NullInt64
	if err := b.s.readers.QueryRowContext(ctx, `SELECT MAX(rowid) FROM boxes`).Scan(&end); err != nil {
		return err
	}
	for more := end.Valid; more; {
		err := b.s.write(ctx, func(tx *sql.Tx) (err error) {
			more, err = moveSome(tx, end.Int64)
			return err
		})
		if err != nil {
			return err
		}
	}
	return b.s.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.Exec(`REINDEX boxes`)
		return err
	})
}

// moveSome moves some of the boxes whose rows are numbered up to end; more is false when none is left.
func moveSome(tx *sql.Tx, end int64) (more bool, err error) {
	type row struct{ id, size int64 }
	some, err := collect(tx, nil, `SELECT rowid, length(sealed) FROM boxes WHERE rowid <= $1 ORDER BY rowid LIMIT 500`, []any{end}, func(rows *sql.Rows, r *row) error {
		return rows.Scan(&r.id, &r.size)
	})
	size := int64(0)
	for _, r := range some {
		if size += r.size; err != nil || size > moveAtOnce && size > r.size {
			break
		}
		_, err = tx.Exec(`UPDATE boxes SET rowid = (SELECT MAX(rowid) + 1 FROM boxes) WHERE rowid = $1`, r.id)
	}
	return len(some) > 0, err
}

// texts remembers which boxes an event names, and which it says were erased.
func (c *checker) texts(e *intake.Stored) {
	named, erased := intake.TextsOf(e)
	for _, ref := range named {
		c.named[ref] = true
	}
	for _, ref := range erased {
		c.erased[ref] = true
	}
}

// boxes checks that each box is named by an event, and that each text that an event names is there, or was erased.
func (c *checker) boxes() error {
	before, there := len(c.r.Faults), map[string]bool{}
	err := each(c.tx, `SELECT ref FROM boxes`, nil, func(rows *sql.Rows, ref *string) error { return rows.Scan(ref) }, func(ref *string) {
		there[*ref] = true
		if !c.named[*ref] {
			c.r.fault("box %s: no event names it", *ref)
		}
		if c.erased[*ref] {
			c.r.fault("box %s: it was erased and is there again; a hub that starts erases it", *ref)
		}
	})
	if err != nil {
		return err
	}
	for ref := range c.named {
		if !there[ref] && !c.erased[ref] {
			c.r.fault("box %s: an event names it, nobody erased it, and it is not there", ref)
		}
	}
	if len(c.r.Faults) == before {
		c.r.say("%d boxes of private text are there as events name them, %d were erased", len(there), len(c.erased))
	}
	return nil
}
