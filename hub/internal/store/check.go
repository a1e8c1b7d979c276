package store

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/figures"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/repair"
)

// Report is what Check found, in words for an operator.
type Report struct {
	Lines  []string // what was proved
	Faults []string // what is wrong; empty: nothing
}

// OK reports whether nothing is wrong.
func (r *Report) OK() bool { return len(r.Faults) == 0 }

func (r *Report) String() string {
	var b strings.Builder
	for _, l := range r.Lines {
		fmt.Fprintln(&b, l)
	}
	for _, f := range r.Faults {
		fmt.Fprintln(&b, "FAULT:", f)
	}
	return b.String()
}

func (r *Report) say(format string, args ...any) {
	r.Lines = append(r.Lines, fmt.Sprintf(format, args...))
}

// fault names a fault; of many of one kind the first are enough.
func (r *Report) fault(format string, args ...any) {
	const most = 100
	if len(r.Faults) < most {
		r.Faults = append(r.Faults, fmt.Sprintf(format, args...))
	}
}

// Check proves that the database is what it says: the file is whole, every chain holds, no event is missing, and all
// that is derived equals what a rebuild makes. It sees one moment of a running hub and does not stop it.
func (s *Store) Check(ctx context.Context) (*Report, error) {
	dir, err := os.MkdirTemp(filepath.Dir(s.path), ".check-")
	if err != nil {
		return nil, fmt.Errorf("check: %w", err)
	}
	defer os.RemoveAll(dir)
	r, err := s.check(ctx, filepath.Join(dir, fileName))
	if err != nil {
		return nil, fmt.Errorf("check: %w", err)
	}
	return r, nil
}

func (s *Store) check(ctx context.Context, path string) (*Report, error) {
	rebuilt, err := openFile(ctx, path, "synchronous(OFF)")
	if err != nil {
		return nil, err
	}
	defer rebuilt.Close()
	conn, err := s.readers.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, `ATTACH DATABASE $1 AS rebuilt`, path); err != nil {
		return nil, err
	}
	defer conn.ExecContext(context.WithoutCancel(ctx), `DETACH DATABASE rebuilt`)
	tx, err := conn.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	c := checker{ctx: ctx, tx: tx, r: &Report{}, named: map[string]bool{}, erased: map[string]bool{}}
	for _, step := range []func() error{
		c.file, c.chains, c.boxes, c.position, c.sums, c.catalogues,
		func() error { return c.rebuild(rebuilt, s.inserts.derived()) },
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return c.r, nil
}

// checker checks one moment of the database.
type checker struct {
	ctx context.Context
	tx  *sql.Tx
	r   *Report

	named, erased map[string]bool // refs of boxes, as events say
}

// file asks the database engine about its own structure.
func (c *checker) file() error {
	before := len(c.r.Faults)
	said, err := collect(c.tx, nil, `PRAGMA main.integrity_check`, nil, func(rows *sql.Rows, s *string) error { return rows.Scan(s) })
	if err != nil {
		return err
	}
	for _, s := range said {
		if s != "ok" {
			c.r.fault("database file: %s", s)
		}
	}
	orphans, err := collect(c.tx, nil, `PRAGMA main.foreign_key_check`, nil, func(rows *sql.Rows, s *string) error {
		return rows.Scan(s, new(any), new(any), new(any))
	})
	if err != nil {
		return err
	}
	for _, table := range orphans {
		c.r.fault("a row of %s names something that is not there", table)
	}
	if len(c.r.Faults) == before {
		c.r.say("the database file is whole")
	}
	return nil
}

// chains recomputes the chain of every epoch and compares it with what lies beside each event and with the heads.
func (c *checker) chains() error {
	names, err := c.names()
	if err != nil {
		return err
	}
	found, err := collect(c.tx, nil, `SELECT `+epochColumns+` FROM epochs`, nil, scanEpoch)
	if err != nil {
		return err
	}
	heads := map[intake.EpochKey]intake.Epoch{}
	for _, h := range found {
		heads[h.EpochKey] = h
	}
	var at intake.Stored // the event before
	events, epochs := 0, 0
	end := func() {
		h, ok := heads[intake.EpochKey{Agent: at.Agent, Epoch: at.Epoch}]
		if !ok || h.Last != at.Seq || h.Chain != at.Chain {
			c.r.fault("epoch %s of agent %d: its head says %d, its events end at %d", at.Epoch, at.Agent, h.Last, at.Seq)
		}
		delete(heads, h.EpochKey)
	}
	err = each(c.tx, `SELECT `+eventColumns+` FROM events ORDER BY agent_id, epoch, seq`, nil, scanStored, func(e *intake.Stored) {
		if e.Agent != at.Agent || e.Epoch != at.Epoch {
			if events > 0 {
				end()
			}
			name, known := names[e.Agent]
			if !known {
				c.r.fault("events of agent %d, which was never enrolled", e.Agent)
			}
			at = intake.Stored{Agent: e.Agent, Epoch: e.Epoch, Chain: uplink.ChainStart(name, e.Epoch)}
			epochs++
		}
		c.follows(&at, e)
		c.texts(e)
		at = *e
		events++
	})
	if err != nil {
		return err
	}
	if events > 0 {
		end()
	}
	for _, h := range heads {
		if h.Last > 0 {
			c.r.fault("epoch %s of agent %d: its head says %d, it has no event", h.Epoch, h.Agent, h.Last)
		}
	}
	c.r.say("%d events in %d epochs: every chain holds, no event is missing", events, epochs)
	return nil
}

// follows checks that an event follows another one of its epoch.
func (c *checker) follows(at, e *intake.Stored) {
	if e.Seq != at.Seq+1 {
		c.r.fault("epoch %s of agent %d: events %d to %d are missing", e.Epoch, e.Agent, at.Seq+1, e.Seq-1)
		return
	}
	if at.Chain.Next(e.Bytes) != e.Chain {
		c.r.fault("epoch %s of agent %d: event %d is not what it was: its chain value differs", e.Epoch, e.Agent, e.Seq)
	}
	if e.Pos <= at.Pos {
		c.r.fault("epoch %s of agent %d: event %d was committed before event %d", e.Epoch, e.Agent, e.Seq, at.Seq)
	}
}

// names returns the name of each agent; the hub's own stream has none.
func (c *checker) names() (map[uint32]string, error) {
	type row struct {
		number uint32
		name   string
	}
	rows, err := collect(c.tx, nil, `SELECT id, name FROM agents`, nil, func(rows *sql.Rows, r *row) error { return rows.Scan(&r.number, &r.name) })
	names := map[uint32]string{0: ""}
	for _, r := range rows {
		names[r.number] = r.name
	}
	return names, err
}

// position checks that pos counts all commits without a hole.
func (c *checker) position() error {
	var pos, n, low, high int64
	err := c.tx.QueryRowContext(c.ctx, `SELECT (SELECT pos FROM position WHERE id = 1), COUNT(*), COALESCE(MIN(pos), 1), COALESCE(MAX(pos), 0) FROM events`).Scan(&pos, &n, &low, &high)
	if err != nil {
		return err
	}
	if low != 1 || high != n || pos != n {
		c.r.fault("order of commits: %d events have pos %d to %d, the position is %d", n, low, high, pos)
		return nil
	}
	c.r.say("the order of commits has no hole up to %d", pos)
	return nil
}

// sums counts all visits, repairs, cases and bookings again.
func (c *checker) sums() error {
	recount, visits := map[figures.Key]figures.Sums{}, 0
	count := func(k figures.Key, s figures.Sums) { recount[k] = recount[k].Plus(1, s) }
	err := each(c.tx, `SELECT `+visitColumns+` FROM visits`, nil, scanVisit, func(v *intake.Visit) {
		v.Count(count)
		visits++
	})
	if err != nil {
		return err
	}
	err = each(c.tx, `SELECT body FROM repairs`, nil, scanBody[repair.Repair], func(r *repair.Repair) { intake.CountRepair(r, count) })
	if err != nil {
		return err
	}
	err = each(c.tx, `SELECT body FROM cases`, nil, scanBody[intake.Case], func(k *intake.Case) { k.Count(count) })
	if err != nil {
		return err
	}
	err = each(c.tx, `SELECT `+ticketColumns+` FROM tickets WHERE due_ms IS NOT NULL`, nil, scanTicket, func(t *intake.Ticket) { t.CountBooking(count) })
	if err != nil {
		return err
	}
	tallies, err := collect(c.tx, nil, `SELECT `+strings.Join(tallyColumns(), ", ")+` FROM tallies`, nil, scanTally)
	if err != nil {
		return err
	}
	before := len(c.r.Faults)
	for _, y := range tallies {
		if recount[y.Key] != y.Sums {
			c.r.fault("sums of window %s of agent %d on %s: they say %+v, its visits %+v", y.Window, y.Agent, y.Day, y.Sums, recount[y.Key])
		}
		delete(recount, y.Key)
	}
	for k, s := range recount {
		if !s.IsZero() {
			c.r.fault("sums of window %s of agent %d on %s are missing: its visits say %+v", k.Window, k.Agent, k.Day, s)
		}
	}
	if len(c.r.Faults) == before {
		c.r.say("%d sums equal a recount of %d visits", len(tallies), visits)
	}
	return nil
}

// rebuild makes everything derived from events anew beside the database, and compares row by row.
func (c *checker) rebuild(beside *Store, tables []*table) error {
	if err := intake.Replay(beside, stored(c.ctx, c.tx)); err != nil {
		c.r.fault("rebuild: %v", err)
		return nil
	}
	equal := 0
	for _, t := range tables {
		columns, where := strings.Join(t.columns, ", "), ""
		if t.name == "tallies" { // a sum that came back to nothing is no difference
			where = ` WHERE ` + strings.Join(figures.Columns(), " + ") + ` <> 0`
		}
		have := `SELECT ` + columns + ` FROM main.` + t.name + where
		made := `SELECT ` + columns + ` FROM rebuilt.` + t.name + where
		var more, less int
		err := c.tx.QueryRowContext(c.ctx, fmt.Sprintf(`SELECT (SELECT COUNT(*) FROM (%s EXCEPT %s)), (SELECT COUNT(*) FROM (%s EXCEPT %s))`, have, made, made, have)).Scan(&more, &less)
		if err != nil {
			return err
		}
		if more+less > 0 {
			c.r.fault("table %s: %d rows do not follow from the events, %d that follow are not there", t.name, more, less)
			continue
		}
		equal++
	}
	c.r.say("%d of %d derived tables equal a rebuild from the events", equal, len(tables))
	return nil
}
