package store

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/casework"
	"hallpulse/hub/internal/figures"
	"hallpulse/hub/internal/intake"
)

// Windows returns windows as screens show them; without keys all of them.
func (s *Store) Windows(ctx context.Context, keys ...intake.WindowKey) ([]intake.WindowNow, error) {
	q := reader{ctx, s.readers}
	query := `SELECT ` + qualified("w", windowColumns) + `,
		COALESCE(v.id, ''), COALESCE(v.item, ''), COALESCE(v.began, false), COALESCE(v.outcome, ''), v.served_ms, COALESCE(t.number, ''), COALESCE(t.item, '')
		FROM windows w LEFT JOIN visits v ON v.id = w.visit LEFT JOIN tickets t ON t.id = w.ticket`
	if len(keys) == 0 {
		return collect(q, nil, query, nil, scanWindowNow)
	}
	var out []intake.WindowNow
	for _, k := range keys {
		var err error
		if out, err = collect(q, out, query+` WHERE w.agent_id = $1 AND w.window_id = $2`, []any{int64(k.Agent), k.Window}, scanWindowNow); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// qualified puts an alias before each column.
func qualified(alias, columns string) string {
	return alias + "." + strings.ReplaceAll(columns, ", ", ", "+alias+".")
}

func scanWindowNow(rows *sql.Rows, n *intake.WindowNow) error {
	var w intake.Window
	var v intake.Visit
	var t intake.Ticket
	err := rows.Scan(&w.Agent, &w.Window, &w.State, moment{&w.Since}, ident{&w.Ticket}, ident{&w.Visit},
		moment{&w.StateAt.Began}, &w.StateAt.Epoch, &w.StateAt.Seq, &w.Staff, moment{&w.StaffAt.Began}, &w.StaffAt.Epoch, &w.StaffAt.Seq,
		ident{&v.ID}, &v.Item, &v.Began, &v.Outcome, moment{&v.Served}, &t.Number, &t.Item)
	*n = w.Now(v, t)
	return err
}

// recentShown is how many ratings of a window Today returns.
const recentShown = 8

// Today returns what windows did on a day, and what of them was rated on it, whenever that was done; without keys all windows
// of which there is something.
func (s *Store) Today(ctx context.Context, day hall.Day, keys ...intake.WindowKey) (out []intake.Today, err error) {
	q := reader{ctx, s.readers}
	from, to := day.Start().UnixMilli(), (day + 1).Start().UnixMilli()
	if len(keys) == 0 {
		keys, err = collect(q, nil, `SELECT agent_id, window_id FROM tallies WHERE day = $1
			UNION SELECT agent_id, window_id FROM visits WHERE level > 0 AND rated_ms >= $2 AND rated_ms < $3 ORDER BY agent_id, window_id`,
			[]any{int64(day), from, to}, func(rows *sql.Rows, k *intake.WindowKey) error { return rows.Scan(&k.Agent, &k.Window) })
	}
	for _, k := range keys {
		var sums []intake.Today
		if err == nil {
			sums, err = collect(q, nil, `SELECT agent_id, window_id, day, `+summed(figures.VisitColumns())+`
				FROM tallies WHERE day = $1 AND leaves < `+leavesAll+` AND agent_id = $2 AND window_id = $3 GROUP BY agent_id, window_id, day`,
				[]any{int64(day), int64(k.Agent), k.Window}, scanToday)
		}
		now := intake.Today{WindowKey: k, Day: day}
		if len(sums) > 0 {
			now = sums[0]
		}
		if err == nil {
			now.Recent, err = recent(q, k, from, to)
		}
		if len(sums)+len(now.Recent) > 0 {
			out = append(out, now)
		}
	}
	return out, err
}

// summed are the sums of tallies, these columns added up; the others are nothing.
func summed(columns []string) string {
	var sums []string
	for _, c := range figures.Columns() {
		sum := "0"
		if slices.Contains(columns, c) {
			sum = "CAST(SUM(" + c + ") AS BIGINT)"
		}
		sums = append(sums, sum)
	}
	return strings.Join(sums, ", ")
}

// leavesAll is from where on sums leave every figure.
var leavesAll = strconv.Itoa(int(figures.LeavesAll))

func scanToday(rows *sql.Rows, t *intake.Today) error {
	return rows.Scan(t.Places([]any{&t.Agent, &t.Window, &t.Day})...)
}

// recent returns the last ratings that were given of a window's visits and cases between two moments, and the presses that
// become ratings when their visits end.
func recent(q reader, k intake.WindowKey, from, to int64) ([]intake.Answer, error) {
	return collect(q, nil, `SELECT `+answerColumns+` FROM (
			SELECT `+qualified("a", answerColumns)+` FROM visits v JOIN answers a ON a.pos = v.answer
			WHERE v.level > 0 AND v.agent_id = $1 AND v.rated_ms >= $3 AND v.rated_ms < $4 AND v.window_id = $2
			UNION ALL SELECT `+qualified("a", answerColumns)+` FROM visits v JOIN answers a ON a.visit = v.id
			WHERE v.agent_id = $1 AND v.window_id = $2 AND v.opened_ms >= $3 AND v.opened_ms < $4 AND a.kind = 'given' AND a.standing = 'pending'
		) given ORDER BY when_ms DESC, pos DESC LIMIT $5`,
		[]any{int64(k.Agent), k.Window, from, to, recentShown}, scanAnswer)
}

// Story returns what is known around a ticket; false where nothing is.
func (s *Store) Story(ctx context.Context, ticket hall.ID) (intake.Story, bool, error) {
	q := reader{ctx, s.readers}
	st := intake.Story{Ticket: intake.Ticket{ID: ticket}}
	tickets, err := collect(q, nil, `SELECT `+ticketColumns+` FROM tickets WHERE id = $1`, []any{name(ticket)}, scanTicket)
	if err != nil {
		return st, false, err
	}
	if len(tickets) > 0 {
		st.Ticket = tickets[0]
	}
	st.Visits, err = collect(q, nil, `SELECT `+visitColumns+` FROM visits WHERE ticket = $1 ORDER BY is_case, opened_ms, id`, []any{name(ticket)}, scanVisit)
	if err != nil {
		return st, false, err
	}
	st.Answers, err = collect(q, nil, `SELECT `+answerColumns+` FROM answers WHERE ticket = $1 ORDER BY pos`, []any{name(ticket)}, scanAnswer)
	if err != nil {
		return st, false, err
	}
	st.Cases, err = collect(q, nil, `SELECT body FROM cases WHERE ticket = $1 AND number <> '' ORDER BY number`, []any{name(ticket)}, scanBody[casework.Case])
	return st, len(tickets)+len(st.Visits)+len(st.Answers) > 0, err
}

// Devices returns all devices by committed events.
func (s *Store) Devices(ctx context.Context) ([]intake.Device, error) {
	return collect(reader{ctx, s.readers}, nil, `SELECT `+deviceColumns+` FROM devices ORDER BY agent_id, device`, nil, scanDevice)
}

// AgentStates returns what each agent's newest start said of it.
func (s *Store) AgentStates(ctx context.Context) ([]intake.AgentState, error) {
	return collect(reader{ctx, s.readers}, nil, `SELECT `+stateColumns+` FROM agent_states ORDER BY agent_id`, nil, scanState)
}

// Findings returns the findings since a moment. Of lost presses it names those that are missing still: one that came
// later by another road is lost no more, and a finding of which nothing is left is left out.
func (s *Store) Findings(ctx context.Context, since time.Time) ([]intake.Finding, error) {
	q := reader{ctx, s.readers}
	all, err := collect(q, nil, `SELECT `+findingColumns+` FROM findings WHERE at_ms >= $1 ORDER BY pos`, []any{since.UnixMilli()}, scanFinding)
	if err != nil {
		return nil, err
	}
	out := all[:0]
	for _, f := range all {
		if f.Rule == hall.FindingPressHole && len(f.Seqs) > 0 {
			if f.Seqs, err = missing(q, f); err != nil {
				return nil, err
			}
			if len(f.Seqs) == 0 {
				continue
			}
		}
		out = append(out, f)
	}
	return out, nil
}

// missing returns the presses of a finding that are not known.
func missing(q reader, f intake.Finding) ([]uint32, error) {
	known, err := collect(q, nil, `SELECT press FROM answers WHERE uid = $1 AND boot = $2 AND press BETWEEN $3 AND $4`,
		[]any{int64(f.UID), int64(f.Boot), int64(slices.Min(f.Seqs)), int64(slices.Max(f.Seqs))},
		func(rows *sql.Rows, seq *uint32) error { return rows.Scan(seq) })
	return slices.DeleteFunc(f.Seqs, func(seq uint32) bool { return slices.Contains(known, seq) }), err
}

// Restored returns the last span that a restore lost; false where the database was never put back.
func (s *Store) Restored(ctx context.Context) (intake.Restore, bool, error) {
	found, err := collect(reader{ctx, s.readers}, nil, `SELECT pos, copied_ms, restored_ms FROM restores ORDER BY pos DESC LIMIT 1`, nil,
		func(rows *sql.Rows, r *intake.Restore) error {
			return rows.Scan(&r.Pos, moment{&r.Copied}, moment{&r.Restored})
		})
	if err != nil || len(found) == 0 {
		return intake.Restore{}, false, err
	}
	return found[0], true, nil
}
