package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/intake"
)

const commandColumns = `c.id, c.pos, c.at_ms, c.hall, c.agent, c.kind, c.window_id, c.letter, c.unit, c.why, c.text_ref, c.account, c.expires_ms, c.item, c.situation, c.day, c.slot, c.ticket`

// newCommandTables are the tables of the board, as intake writes them.
func newCommandTables() commandTables {
	return commandTables{
		commands: replaced("commands", "id pos at_ms hall agent kind window_id letter unit why text_ref account expires_ms item situation day slot ticket", 1),
		replies:  appended("replies", "pos at_ms agent_id command type why staff"),
		moves:    appended("moves", "pos at_ms ticket hop came agent_id other move"),
		turns:    appended("window_steps", "pos at_ms agent_id window_id state staff"),
		reprints: appended("reprints", "pos at_ms agent_id device trouble"),
	}
}

type commandTables struct{ commands, replies, turns, moves, reprints table }

// saveBoard writes commands, what was said about them, when windows were staffed, and what was printed once more.
func (t transaction) saveBoard(c *intake.Changes) error {
	err := put(t.tx, &t.inserts.commands, c.Commands, func(r intake.Command) []any {
		ref := ""
		if r.Text != nil {
			ref = r.Text.Ref
		}
		return []any{r.About, r.Pos, r.At.UnixMilli(), r.Hall, r.Agent, string(r.Kind), r.Window, r.Letter, r.Unit, string(r.Why), ref, r.By.Account, r.Expires.UnixMilli(),
			r.Item, r.Situation, int64(r.Day), int64(r.Slot), name(r.Ticket)}
	})
	if err != nil {
		return err
	}
	err = put(t.tx, &t.inserts.replies, c.Replies, func(r intake.Reply) []any {
		return []any{r.Pos, r.At.UnixMilli(), int64(r.Agent), r.Command, string(r.Type), string(r.Why), r.Staff}
	})
	if err != nil {
		return err
	}
	err = put(t.tx, &t.inserts.moves, c.Moves, func(m intake.Move) []any {
		return []any{m.Pos, m.At.UnixMilli(), name(m.Ticket), int64(m.Hop), m.Came, int64(m.Agent), m.Other, m.Signed}
	})
	if err != nil {
		return err
	}
	err = put(t.tx, &t.inserts.turns, c.Turns, func(w intake.WindowStep) []any {
		return []any{w.Pos, w.At.UnixMilli(), int64(w.Agent), w.Window, string(w.State), w.Staff}
	})
	if err != nil {
		return err
	}
	return put(t.tx, &t.inserts.reprints, c.Reprints, func(r intake.Reprint) []any {
		return []any{r.Pos, r.At.UnixMilli(), int64(r.Agent), r.Device, string(r.After)}
	})
}

func scanCommand(rows *sql.Rows, c *intake.Command) error {
	var text hall.Sealed
	err := rows.Scan(&c.About, &c.Pos, moment{&c.At}, &c.Hall, &c.Agent, &c.Kind, &c.Window, &c.Letter, &c.Unit, &c.Why, &text.Ref, &c.By.Account, moment{&c.Expires},
		&c.Item, &c.Situation, &c.Day, &c.Slot, ident{&c.Ticket})
	if text.Ref != "" {
		c.Text = &text
	}
	return err
}

// CommandsOpen returns the commands that hold at now and that nobody has answered, in the order in which they were given.
func (s *Store) CommandsOpen(ctx context.Context, now time.Time) ([]intake.Command, error) {
	return collect(reader{ctx, s.readers}, nil, `SELECT `+commandColumns+` FROM commands c
		WHERE c.expires_ms > $1 AND NOT EXISTS (SELECT 1 FROM replies r WHERE r.command = c.id) ORDER BY c.pos`, []any{now.UnixMilli()}, scanCommand)
}

// MovesOpen returns what agents of one hall must still be told of tickets between them, since a moment: of a ticket that was
// passed on and has not come, whom it goes to; of one that has come, until he has said that he knows, whom it came from.
func (s *Store) MovesOpen(ctx context.Context, since time.Time) ([]intake.Move, error) {
	return collect(reader{ctx, s.readers}, nil, `SELECT m.pos, m.at_ms, m.ticket, m.hop, m.came, m.agent_id, m.other, m.move FROM moves m
		WHERE m.at_ms >= $1 AND (NOT m.came AND NOT EXISTS (SELECT 1 FROM moves o WHERE o.ticket = m.ticket AND o.came AND o.hop >= m.hop)
		OR m.came AND NOT EXISTS (SELECT 1 FROM replies r WHERE r.command = 'gone-' || CAST(m.pos AS TEXT)))
		AND NOT EXISTS (SELECT 1 FROM replies r WHERE r.command = 'admit-' || CAST(m.pos AS TEXT)) ORDER BY m.pos`, []any{since.UnixMilli()},
		func(rows *sql.Rows, m *intake.Move) error {
			return rows.Scan(&m.Pos, moment{&m.At}, ident{&m.Ticket}, &m.Hop, &m.Came, &m.Agent, &m.Other, &m.Signed)
		})
}

// CommandsOf returns the managers' commands to a hall since a moment, and what was said about them, each in its order.
func (s *Store) CommandsOf(ctx context.Context, hallID string, since time.Time) ([]intake.Command, []intake.Reply, error) {
	q := reader{ctx, s.readers}
	commands, err := collect(q, nil, `SELECT `+commandColumns+` FROM commands c WHERE c.hall = $1 AND c.at_ms >= $2 ORDER BY c.pos`,
		[]any{hallID, since.UnixMilli()}, scanCommand)
	if err != nil {
		return nil, nil, err
	}
	commands = slices.DeleteFunc(commands, func(c intake.Command) bool { return c.Kind.OfCitizen() })
	replies, err := collect(q, nil, `SELECT r.pos, r.at_ms, r.agent_id, r.command, r.type, r.why, r.staff FROM replies r JOIN commands c ON c.id = r.command
		WHERE c.hall = $1 AND c.at_ms >= $2 ORDER BY r.pos`, []any{hallID, since.UnixMilli()},
		scanReply)
	return commands, replies, err
}

func scanReply(rows *sql.Rows, r *intake.Reply) error {
	return rows.Scan(&r.Pos, moment{&r.At}, &r.Agent, &r.Command, &r.Type, &r.Why, &r.Staff)
}

// Takings returns who saw to alerts, and which of them were cleared, since a moment: the newest deed of each alert, in the
// order of the deeds.
func (s *Store) Takings(ctx context.Context, since time.Time) ([]intake.Deed, error) {
	return collect(reader{ctx, s.readers}, nil, `SELECT d.pos, d.at_ms, d.type, d.about, d.account, d.role, d.unit FROM deeds d
		WHERE substr(d.type, 1, instr(d.type, '.')) = 'alert.' AND d.at_ms >= $1
		AND d.pos = (SELECT MAX(o.pos) FROM deeds o WHERE o.about = d.about AND substr(o.type, 1, instr(o.type, '.')) = 'alert.') ORDER BY d.pos`,
		[]any{since.UnixMilli()}, func(rows *sql.Rows, d *intake.Deed) error {
			return rows.Scan(&d.Pos, moment{&d.At}, &d.Type, &d.About, &d.By.Account, &d.By.Role, &d.By.Unit)
		})
}

// WindowDay returns what happened at a window on a day: when it was staffed, and its visits with the numbers of their
// tickets.
func (s *Store) WindowDay(ctx context.Context, k intake.WindowKey, day hall.Day) (steps []intake.WindowStep, visits []intake.Visit, numbers map[hall.ID]string, err error) {
	q := reader{ctx, s.readers}
	from, to := day.Start().UnixMilli(), (day + 1).Start().UnixMilli()
	steps, err = collect(q, nil, `SELECT `+turnColumns+` FROM window_steps WHERE at_ms >= $1 AND at_ms < $2 AND agent_id = $3 AND window_id = $4 ORDER BY at_ms, pos`,
		[]any{from, to, int64(k.Agent), k.Window}, scanTurn)
	if err != nil {
		return nil, nil, nil, err
	}
	visits, err = collect(q, nil, `SELECT `+visitColumns+` FROM visits WHERE agent_id = $3 AND window_id = $4 AND opened_ms >= $1 AND opened_ms < $2 ORDER BY opened_ms, id`,
		[]any{from, to, int64(k.Agent), k.Window}, scanVisit)
	if err != nil {
		return nil, nil, nil, err
	}
	numbers = map[hall.ID]string{}
	for _, v := range visits {
		found, err := collect(q, nil, `SELECT number FROM tickets WHERE id = $1`, []any{name(v.Ticket)}, func(rows *sql.Rows, n *string) error { return rows.Scan(n) })
		if err != nil {
			return nil, nil, nil, err
		}
		if len(found) > 0 {
			numbers[v.Ticket] = found[0]
		}
	}
	return steps, visits, numbers, nil
}

const turnColumns = `pos, at_ms, agent_id, window_id, state, staff`

func scanTurn(rows *sql.Rows, w *intake.WindowStep) error {
	return rows.Scan(&w.Pos, moment{&w.At}, &w.Agent, &w.Window, &w.State, &w.Staff)
}

// leftOpen is how many days before a day are looked at for windows that were left open.
const leftOpen = 3

// Course returns a day as it went at the given agents: its tickets, and when windows were staffed from some days before it
// on, each in its order.
func (s *Store) Course(ctx context.Context, agents []uint32, day hall.Day) ([]intake.Ticket, []intake.WindowStep, error) {
	q := reader{ctx, s.readers}
	tickets, err := collect(q, nil, `SELECT `+ticketColumns+` FROM tickets WHERE day = $1 AND number <> '' AND issued_ms IS NOT NULL ORDER BY issued_ms, id`, []any{int64(day)}, scanTicket)
	if err != nil {
		return nil, nil, err
	}
	steps, err := collect(q, nil, `SELECT `+turnColumns+` FROM window_steps WHERE at_ms >= $1 AND at_ms < $2 ORDER BY at_ms, pos`,
		[]any{(day - leftOpen).Start().UnixMilli(), (day + 1).Start().UnixMilli()}, scanTurn)
	tickets = slices.DeleteFunc(tickets, func(t intake.Ticket) bool { return !slices.Contains(agents, t.ID.Agent) })
	steps = slices.DeleteFunc(steps, func(w intake.WindowStep) bool { return !slices.Contains(agents, w.Agent) })
	return tickets, steps, err
}

// Reprints returns what the printers of the given agents printed once more on a day.
func (s *Store) Reprints(ctx context.Context, agents []uint32, day hall.Day) ([]intake.Reprints, error) {
	all, err := collect(reader{ctx, s.readers}, nil, `SELECT agent_id, device, COUNT(*), COUNT(CASE WHEN trouble = $3 THEN 1 END) FROM reprints
		WHERE at_ms >= $1 AND at_ms < $2 GROUP BY agent_id, device ORDER BY agent_id, device`,
		[]any{day.Start().UnixMilli(), (day + 1).Start().UnixMilli(), string(hall.TroubleDoubtful)},
		func(rows *sql.Rows, r *intake.Reprints) error {
			return rows.Scan(&r.Agent, &r.Device, &r.Papers, &r.Doubts)
		})
	return slices.DeleteFunc(all, func(r intake.Reprints) bool { return !slices.Contains(agents, r.Agent) }), err
}
