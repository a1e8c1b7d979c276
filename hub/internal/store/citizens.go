package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/notify"
)

// What is asked for citizens: tickets by what is printed on them, messages by what is in them.

// Numbered returns the tickets of a number on a business day: one for each hall that gave it out.
func (s *Store) Numbered(ctx context.Context, number string, day hall.Day) ([]intake.Ticket, error) {
	return collect(reader{ctx, s.readers}, nil, ticketsNumbered, []any{int64(day), number}, scanTicket)
}

const ticketsNumbered = `SELECT ` + ticketColumns + ` FROM tickets WHERE day = $1 AND number = $2 AND number <> '' ORDER BY id LIMIT 100`

// ServedAt returns the visits whose service has begun at a window of an agent and that are open, or ended after since: the
// latest first, at most 20.
func (s *Store) ServedAt(ctx context.Context, agent, window string, since time.Time) ([]intake.Served, error) {
	return collect(reader{ctx, s.readers}, nil, servedAt, []any{agent, window, since.UnixMilli(), since.Add(-servedLong).UnixMilli()},
		func(rows *sql.Rows, v *intake.Served) error {
			return rows.Scan(ident{&v.Visit}, ident{&v.Ticket}, &v.CodeSHA)
		})
}

// servedLong is how long ago a visit may have begun that is open still.
const servedLong = 12 * time.Hour

const servedAt = `SELECT v.id, v.ticket, t.code_sha FROM visits v JOIN agents a ON a.id = v.agent_id JOIN tickets t ON t.id = v.ticket
	WHERE a.name = $1 AND v.window_id = $2 AND v.opened_ms > $4 AND v.began = true AND (v.ended_ms IS NULL OR v.ended_ms > $3)
	ORDER BY v.opened_ms DESC, v.id LIMIT 20`

// ChangeTries replaces how many wrong codes were typed for a number, and since when, by what change returns of it as it
// stands. No other change comes between; when it returns nil a restart does not forget it. An error of change comes back as
// it is, and nothing is changed. Rows from before stale are forgotten by the way.
func (s *Store) ChangeTries(ctx context.Context, hallID, number string, day hall.Day, stale time.Time, change func(failed int, since time.Time) (int, time.Time, error)) error {
	var refused error
	err := s.write(ctx, func(tx *sql.Tx) error {
		var failed int
		var since time.Time
		key := []any{hallID, number, int64(day)}
		err := tx.QueryRow(`SELECT failed, since_ms FROM code_tries WHERE hall = $1 AND number = $2 AND day = $3`, key...).Scan(&failed, moment{&since})
		if err != nil && err != sql.ErrNoRows {
			return err
		}
		if failed, since, refused = change(failed, since); refused != nil {
			return refused
		}
		if _, err := tx.Exec(`DELETE FROM code_tries WHERE since_ms < $1 OR hall = $2 AND number = $3 AND day = $4`, append([]any{stale.UnixMilli()}, key...)...); err != nil {
			return err
		}
		if failed == 0 {
			return nil
		}
		_, err = tx.Exec(`INSERT INTO code_tries (hall, number, day, failed, since_ms) VALUES ($1, $2, $3, $4, $5)`, append(key, failed, since.UnixMilli())...)
		return err
	})
	if err != nil && refused == nil {
		return fmt.Errorf("tries of a code: %w", err)
	}
	return err
}

// Due returns at most n messages that whoever sends must look at by now, the longest due first.
func (s *Store) Due(ctx context.Context, now time.Time, n int) ([]notify.Message, error) {
	return collect(reader{ctx, s.readers}, nil, messagesDue, []any{now.UnixMilli(), n}, scanBody[notify.Message])
}

const messagesDue = `SELECT body FROM messages WHERE due_ms <= $1 AND due_ms IS NOT NULL ORDER BY due_ms, id LIMIT $2`

// LastAsked returns, of the messages that ask for a rating and went to a phone with one of these marks, the one that its
// provider was asked for last.
func (s *Store) LastAsked(ctx context.Context, marks []string) (m notify.Message, ok bool, err error) {
	if len(marks) == 0 {
		return m, false, nil
	}
	var a asked
	a.and("b.mark <> ''")
	among(&a, "b.mark", marks)
	var kinds []string
	for _, k := range hall.MessageKinds() {
		if k.AsksRating() {
			kinds = append(kinds, string(k))
		}
	}
	among(&a, "m.kind", kinds)
	a.and("m.asked_ms IS NOT NULL")
	return one(ctx, s, a.text(lastAsked, `ORDER BY m.asked_ms DESC, m.id LIMIT 1`), scanBody[notify.Message], a.args...)
}

const lastAsked = `SELECT m.body FROM boxes b JOIN messages m ON m.to_ref = b.ref`

// Linked returns the message whose link has a token of this SHA-256, in hex.
func (s *Store) Linked(ctx context.Context, sha string) (notify.Message, bool, error) {
	if sha == "" {
		return notify.Message{}, false, nil
	}
	return one(ctx, s, messageLinked, scanBody[notify.Message], sha)
}

const messageLinked = `SELECT body FROM messages WHERE link = $1 AND link <> ''`

// LeftWith returns the tickets whose holder left a phone with one of these marks.
func (s *Store) LeftWith(ctx context.Context, marks []string) ([]intake.Ticket, error) {
	if len(marks) == 0 {
		return nil, nil
	}
	var a asked
	a.and("b.mark <> ''")
	among(&a, "b.mark", marks)
	a.and("b.kind = 'contact'")
	a.and("t.contact_ref = b.ref") // the one that he left last
	return collect(reader{ctx, s.readers}, nil, a.text(`SELECT `+qualified("t", ticketColumns)+` FROM boxes b JOIN tickets t ON t.id = b.about`,
		`ORDER BY t.day DESC, t.id LIMIT 100`), a.args, scanTicket)
}
