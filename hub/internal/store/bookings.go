package store

import (
	"context"
	"database/sql"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/figures"
	"hallpulse/hub/internal/intake"
)

// BookingAsked returns what a citizen asked for by a command, what was said about it and, once the counter has told of it,
// the ticket; false where nothing was asked.
func (s *Store) BookingAsked(ctx context.Context, command string) (b intake.Booking, ok bool, err error) {
	q := reader{ctx, s.readers}
	commands, err := collect(q, nil, `SELECT `+commandColumns+` FROM commands c WHERE c.id = $1`, []any{command}, scanCommand)
	if err != nil || len(commands) == 0 {
		return b, false, err
	}
	b.Command = commands[0]
	b.Replies, err = collect(q, nil, `SELECT r.pos, r.at_ms, r.agent_id, r.command, r.type, r.why, r.staff FROM replies r WHERE r.command = $1 ORDER BY r.pos`,
		[]any{command}, scanReply)
	if err != nil {
		return b, false, err
	}
	tickets, err := collect(q, nil, `SELECT `+ticketColumns+` FROM tickets WHERE command = $1 ORDER BY id LIMIT 1`, []any{command}, scanTicket)
	if err == nil && len(tickets) > 0 {
		b.Ticket = tickets[0]
	}
	return b, true, err
}

// Booked returns when places of a letter are kept from a moment on, each as often as it is: those that a counter has told of,
// and those that a citizen asked for and that nobody has answered yet.
func (s *Store) Booked(ctx context.Context, hallID string, agent uint32, letter string, from time.Time) (due []time.Time, err error) {
	type row struct {
		id  hall.ID
		due time.Time
	}
	q := reader{ctx, s.readers}
	told, err := collect(q, nil, `SELECT id, due_ms FROM tickets WHERE due_ms >= $1 AND letter = $2 AND state <> 'cancelled'`,
		[]any{from.UnixMilli(), letter}, func(rows *sql.Rows, r *row) error { return rows.Scan(ident{&r.id}, moment{&r.due}) })
	if err != nil {
		return nil, err
	}
	for _, r := range told {
		if r.id.Agent == agent {
			due = append(due, r.due)
		}
	}
	asked, err := collect(q, nil, `SELECT `+commandColumns+` FROM commands c WHERE c.hall = $1 AND c.kind = 'ticket.book' AND c.letter = $2 AND c.expires_ms >= $3
		AND NOT EXISTS (SELECT 1 FROM replies r WHERE r.command = c.id)`, []any{hallID, letter, from.UnixMilli()}, scanCommand)
	for _, c := range asked {
		due = append(due, c.Slot.On(c.Day))
	}
	return due, err
}

// BookedOn counts what became of the places that are booked for a day, by agent and letter.
func (s *Store) BookedOn(ctx context.Context, day hall.Day) (map[uint32]map[string]figures.Bookings, error) {
	tickets, err := collect(reader{ctx, s.readers}, nil, `SELECT `+ticketColumns+` FROM tickets WHERE due_ms >= $1 AND due_ms < $2`,
		[]any{day.Start().UnixMilli(), (day + 1).Start().UnixMilli()}, scanTicket)
	all := map[uint32]map[string]figures.Bookings{}
	for n := range tickets {
		t := &tickets[n]
		if all[t.ID.Agent] == nil {
			all[t.ID.Agent] = map[string]figures.Bookings{}
		}
		t.CountBooking(func(_ figures.Key, one figures.Sums) {
			sum := figures.Sums{Bookings: all[t.ID.Agent][t.Letter]}
			all[t.ID.Agent][t.Letter] = sum.Plus(1, one).Bookings
		})
	}
	return all, err
}
