package hub

import (
	"context"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/board"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/store"
)

// bookings tells the citizens' pages what can be booked.
type bookings struct {
	store  *store.Store
	roster *roster
}

func (b bookings) Asked(ctx context.Context, command string) (intake.Booking, bool, error) {
	return b.store.BookingAsked(ctx, command)
}

func (b bookings) Booked(ctx context.Context, at board.Hall, letter string, from time.Time) ([]time.Time, error) {
	number, _ := b.roster.numberOf(at.AgentOf("", letter))
	return b.store.Booked(ctx, at.Catalogue.Hall.ID, number, letter, from)
}

func (b bookings) Works(ctx context.Context, day hall.Day, hallID string) (bool, error) {
	law, err := b.store.Law(ctx)
	if err != nil {
		return false, err
	}
	works, _ := law.Calendar.Works(day, hallID)
	return works, nil
}
