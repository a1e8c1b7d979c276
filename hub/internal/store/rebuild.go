package store

import (
	"context"
	"database/sql"
	"fmt"
	"iter"

	"hallpulse/hub/internal/intake"
)

// derived lists the tables that follow from events.
func (i *inserts) derived() []*table {
	return []*table{&i.epochs, &i.retold, &i.tickets, &i.visits, &i.answers, &i.windows, &i.devices, &i.states, &i.steps, &i.tallies, &i.findings, &i.restores,
		&i.laws, &i.deeds, &i.rereads, &i.repairs, &i.concerns, &i.inspections, &i.messages, &i.cases, &i.notices, &i.outages, &i.commands, &i.replies, &i.turns, &i.moves, &i.reprints}
}

// Rebuild makes everything that is derived anew from the events, in one transaction: when it fails nothing has
// changed. It asks no clock and decides no verdict again.
func (s *Store) Rebuild(ctx context.Context) error {
	err := s.write(ctx, func(tx *sql.Tx) error {
		for _, t := range s.inserts.derived() {
			if _, err := tx.ExecContext(ctx, `DELETE FROM `+t.name); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, `UPDATE position SET rebuilds = rebuilds + 1, derivation = $1 WHERE id = 1`, derivation); err != nil {
			return err
		}
		return intake.Replay(within{transaction{tx, &s.inserts}}, stored(ctx, tx))
	})
	if err != nil {
		return fmt.Errorf("rebuild: %w", err)
	}
	return nil
}

// within is a store inside a transaction that is open already.
type within struct{ tx transaction }

// Update implements intake.Store.
func (w within) Update(fn func(intake.Tx) error) error { return fn(w.tx) }

// pageOf is how many events are read at a time: no cursor stays open while others write.
const pageOf = 5_000

// stored yields all events by pos.
func stored(ctx context.Context, tx *sql.Tx) iter.Seq2[intake.Stored, error] {
	return func(yield func(intake.Stored, error) bool) {
		for last := int64(0); ; {
			page, err := collect(tx, nil, `SELECT `+eventColumns+` FROM events WHERE pos > $1 ORDER BY pos LIMIT $2`, []any{last, pageOf}, scanStored)
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(intake.Stored{}, err)
				return
			}
			for _, e := range page {
				if !yield(e, nil) {
					return
				}
				last = e.Pos
			}
			if len(page) < pageOf {
				return
			}
		}
	}
}

func scanStored(rows *sql.Rows, e *intake.Stored) error {
	return rows.Scan(&e.Pos, &e.Agent, &e.Epoch, &e.Seq, &e.Bytes, link{&e.Chain}, &e.Why, &e.Again, moment{&e.When}, span{&e.Uncertainty}, moment{&e.Arrived})
}
