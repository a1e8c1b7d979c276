package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/casework"
	"hallpulse/hub/internal/intake"
)

// saveCases writes cases and notice slips.
func (t transaction) saveCases(c *intake.Changes) error {
	if err := put(t.tx, &t.inserts.cases, c.Cases, caseValues); err != nil {
		return err
	}
	err := put(t.tx, &t.inserts.outages, c.Outages, func(o *intake.Outage) []any {
		return []any{int64(o.Agent), o.Unit, int64(o.Wakes()), body(o)}
	})
	if err != nil {
		return err
	}
	return put(t.tx, &t.inserts.notices, c.Notices, func(n intake.Notice) []any {
		return []any{name(n.Notice), int64(n.Notice.Agent), name(n.Case), name(n.Ticket), name(n.Visit), n.Window, n.Staff, n.Item, body(n.Missing),
			n.Other.Ref, n.Other.SHA, body(n.Waived), string(n.Again), n.Printed.UnixMilli()}
	})
}

func caseValues(c *intake.Case) []any {
	return []any{name(c.ID), int64(c.ID.Agent), c.Number, int64(c.Day), name(c.Ticket), c.Item, c.Unit, string(c.State), int64(c.Rest()), int64(c.Listed()),
		c.Due.Provisional || c.Lawful.Provisional, body(c)}
}

// Case returns a case; false where nothing was told of it.
func (s *Store) Case(ctx context.Context, id hall.ID) (casework.Case, bool, error) {
	return one(ctx, s, `SELECT body FROM cases WHERE id = $1`, scanBody[casework.Case], name(id))
}

// CaseNumbered returns the case of a number, which is unique over all halls; false where nobody has told of one.
func (s *Store) CaseNumbered(ctx context.Context, number string) (casework.Case, bool, error) {
	return one(ctx, s, `SELECT body FROM cases WHERE number = $1 AND number <> ''`, scanBody[casework.Case], number)
}

// Notices returns the notice slips of a case, the first one first.
func (s *Store) Notices(ctx context.Context, of hall.ID) ([]intake.Notice, error) {
	return collect(reader{ctx, s.readers}, nil, `SELECT id, case_id, ticket, visit, window_id, staff, item, missing, other_ref, other_sha, waived, again, printed_ms
		FROM notices WHERE case_id = $1 AND case_id <> '' ORDER BY printed_ms, id`, []any{name(of)}, scanNotice)
}

// Notice returns a notice slip.
func (s *Store) Notice(ctx context.Context, id hall.ID) (n intake.Notice, known bool, err error) {
	all, err := collect(reader{ctx, s.readers}, nil, `SELECT id, case_id, ticket, visit, window_id, staff, item, missing, other_ref, other_sha, waived, again, printed_ms
		FROM notices WHERE id = $1`, []any{name(id)}, scanNotice)
	if len(all) > 0 {
		n = all[0]
	}
	return n, len(all) > 0, err
}

func scanNotice(rows *sql.Rows, n *intake.Notice) error {
	var missing, waived []byte
	err := rows.Scan(ident{&n.Notice}, ident{&n.Case}, ident{&n.Ticket}, ident{&n.Visit}, &n.Window, &n.Staff, &n.Item, &missing,
		&n.Other.Ref, &n.Other.SHA, &waived, &n.Again, moment{&n.Printed})
	if err != nil {
		return err
	}
	if err := errors.Join(json.Unmarshal(missing, &n.Missing), json.Unmarshal(waived, &n.Waived)); err != nil {
		return fmt.Errorf("notice %s: %w", n.Notice, err)
	}
	return nil
}

// casesOf is what must hold of cases that are asked for. Those of which only later steps were told are in no list.
func casesOf(q intake.CasesAsked) asked {
	var a asked
	if q.Number != "" {
		a.and("number = ? AND number <> ''", q.Number) // as the index says it
		a.by = true
	} else {
		a.and("+number <> ''")
	}
	if q.Agents != nil && len(q.Agents) == 0 {
		a.and("1 = 0")
	}
	a.one("unit", q.Unit)
	a.by = a.by || q.Unit != ""
	apart(&a, "unit", q.Units)
	apart(&a, "state", q.States)
	apart(&a, "agent_id", numbers(q.Agents))
	apart(&a, "item", q.Items)
	if q.Open != nil {
		a.and(map[bool]string{true: "rest < 3", false: "rest = 3"}[*q.Open])
	}
	a.when(q.DueFrom != 0 || q.DueTo != 0, "rest = 0")
	if q.DueFrom != 0 {
		a.and("due_day >= ?", int64(q.DueFrom))
	}
	if q.DueTo != 0 {
		a.and("due_day <= ?", int64(q.DueTo))
	}
	return a
}

// Cases lists cases: who is to act next first, and there what is due first; of what is over the latest first.
func (s *Store) Cases(ctx context.Context, q intake.CasesAsked) ([]casework.Case, string, error) {
	a, order, than := casesOf(q), "rest, due_day, id", ">"
	if q.Open != nil && !*q.Open {
		order, than = "rest DESC, due_day DESC, id DESC", "<"
	}
	if err := a.after(q.Page, "rest, due_day, id", than); err != nil {
		return nil, "", err
	}
	return page(ctx, s, a, q.Page, bodies("cases", order), scanBody[casework.Case], func(c *casework.Case) string {
		return cursor(int64(c.Rest()), int64(c.Listed()), name(c.ID))
	})
}

// CountCases counts cases.
func (s *Store) CountCases(ctx context.Context, q intake.CasesAsked) (n int, err error) {
	a := casesOf(q)
	err = s.readers.QueryRowContext(ctx, a.text(`SELECT COUNT(*) FROM cases`, ""), a.given()...).Scan(&n)
	return n, err
}

// CasesDue counts, by agent, the cases whose clock runs: those due on a day, and those that were due before it.
func (s *Store) CasesDue(ctx context.Context, today hall.Day) (map[uint32]intake.DueCases, error) {
	type row struct {
		agent uint32
		intake.DueCases
	}
	rows, err := collect(reader{ctx, s.readers}, nil, `SELECT agent_id, SUM(due_day = $1), SUM(due_day < $1) FROM cases INDEXED BY cases_due
		WHERE rest = 0 AND due_day <= $1 GROUP BY agent_id`, []any{int64(today)},
		func(r *sql.Rows, to *row) error { return r.Scan(&to.agent, &to.Today, &to.Overdue) })
	all := map[uint32]intake.DueCases{}
	for _, r := range rows {
		all[r.agent] = r.DueCases
	}
	return all, err
}
