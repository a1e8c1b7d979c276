package hall

import (
	"slices"
	"time"
)

// BookingRule 预约 is at which times of a day people may book a place in a queue, and how strictly these are kept.
type BookingRule struct {
	At    []TimeOfDay `json:"at" yaml:"at"`       // the times, in order
	Each  int         `json:"each" yaml:"each"`   // places at each of them
	Days  int         `json:"days" yaml:"days"`   // how many days ahead; 0: for today alone
	Early int         `json:"early" yaml:"early"` // minutes before it at which its holder may arrive at the earliest
	Late  int         `json:"late" yaml:"late"`   // minutes after it at which he may arrive at the latest; then it has lapsed
}

// EarlyFor is how long before its time the holder of a booking may arrive.
func (r BookingRule) EarlyFor() time.Duration { return time.Duration(r.Early) * time.Minute }

// LateFor is how long after it.
func (r BookingRule) LateFor() time.Duration { return time.Duration(r.Late) * time.Minute }

// Booked returns the queue in which who comes for an item begins, and its rule; false where nothing is booked for it.
func (c *Catalogue) Booked(i ServiceItem, situation string) (letter string, rule BookingRule, ok bool) {
	stops := c.Queues(i, situation)
	if len(stops) == 0 {
		return "", BookingRule{}, false
	}
	s, _ := c.Service(stops[0].Letter)
	if s.Booking == nil {
		return s.Letter, BookingRule{}, false
	}
	return s.Letter, *s.Booking, true
}

// Slots returns the times that can be booked in a queue on a day: those at which, by the roster, a window that calls it is
// on duty; without a roster those of the hall's working days. works says whether the day is one.
func (c *Catalogue) Slots(letter string, day Day, works bool) []TimeOfDay {
	s, _ := c.Service(letter)
	if s.Booking == nil || c.Roster == nil && !works {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(s.Booking.At), func(at TimeOfDay) bool {
		return c.Roster != nil && !slices.ContainsFunc(c.Windows, func(w Window) bool {
			_, on := c.Duty(w.ID, at.on(day), works)
			return on && slices.Contains(w.Services, letter)
		})
	})
}

// On returns the moment of t on a day.
func (t TimeOfDay) On(d Day) time.Time { return t.on(d) }

// MostDaysAhead is how far ahead a hall may let people book.
const MostDaysAhead = 14

// validateBookings names the faults of the rules of bookings.
func (c *Catalogue) validateBookings(fault func(format string, args ...any)) {
	const most = 4 * 60
	for _, s := range c.Services {
		r := s.Booking
		if r == nil {
			continue
		}
		if len(r.At) == 0 || !slices.IsSorted(r.At) || len(slices.Compact(slices.Clone(r.At))) != len(r.At) {
			fault("services %s: booking.at: want times of day in order, each once, as [\"09:00\", \"09:30\"]", s.Letter)
		}
		if r.Each < 1 || r.Each > 99 {
			fault("services %s: booking.each %d: want the places at each time, 1 to 99", s.Letter, r.Each)
		}
		if r.Days < 0 || r.Days > MostDaysAhead {
			fault("services %s: booking.days %d: want days ahead, 0 to %d", s.Letter, r.Days, MostDaysAhead)
		}
		if r.Early < 0 || r.Early > most || r.Late < 0 || r.Late > most {
			fault("services %s: booking: early %d, late %d: want minutes, 0 to %d", s.Letter, r.Early, r.Late, most)
		}
		closes, ok := c.Hall.ClosesOn(0)
		for _, at := range r.At {
			switch {
			case ok && !at.on(0).Before(closes):
				fault("services %s: booking.at %s: the hall closes at %s", s.Letter, at, c.Hall.Closes)
			case c.Roster != nil && !c.everOnDuty(s.Letter, at):
				fault("services %s: booking.at %s: by the roster no window that calls %s is on duty then", s.Letter, at, s.Letter)
			}
		}
	}
}

// everOnDuty reports whether on some day a window that calls letter is on duty at a time.
func (c *Catalogue) everOnDuty(letter string, at TimeOfDay) bool {
	for day := range Day(7) {
		if slices.ContainsFunc(c.Windows, func(w Window) bool {
			_, on := c.Duty(w.ID, at.on(day), true)
			return on && slices.Contains(w.Services, letter)
		}) {
			return true
		}
	}
	return false
}
