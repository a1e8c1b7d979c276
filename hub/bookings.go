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
	number, _ := b.roster.numberOf(at.Agent)
	return b.store.Booked(ctx, at.Catalogue.Hall.ID, number, letter, from)
}

// Works follows the calendar; where that of a year is not published Monday to Friday are working days.
func (b bookings) Works(ctx context.Context, day hall.Day, hallID string) (bool, error) {
	law, err := b.store.Law(ctx)
	if err != nil {
		return false, err
	}
	works, published := law.Calendar.Works(day, hallID)
	if _, closed := law.Calendar.Closed(day, hallID); !published {
		return !closed && day.Weekday() != time.Saturday && day.Weekday() != time.Sunday, nil
	}
	return works, nil
}
