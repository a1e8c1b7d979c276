package desk

import (
	"context"
	"net/http"
	"time"

	"hallpulse/agent/internal/counter"
	"hallpulse/firmware-protocol/hall"
)

// Bookings keeps places for people at times of days. Its errors are said to the person as Counter's are.
type Bookings interface {
	// Book keeps a place, and prints its paper where it can.
	Book(ctx context.Context, a counter.Appointment) (Booked, error)
	// Arrive gives a number to who booked and is here.
	Arrive(ctx context.Context, ticket hall.ID) (Ticket, error)
	// Days lists the days and times that can be booked now for who comes for an item.
	Days(item, situation string) []BookDay
}

// BookDay is a day on which places can be booked.
type BookDay struct {
	Day   hall.Day   `json:"day"`
	Slots []BookSlot `json:"slots"`
}

// BookSlot is a time of a day, and how many places are left.
type BookSlot struct {
	At   hall.TimeOfDay `json:"at"`
	Left int            `json:"left"`
}

// BookedLine is a booking in a list. Number is that by which its holder is called, once he is here.
type BookedLine struct {
	ID      hall.ID          `json:"id"`
	Booking string           `json:"booking"`
	Number  string           `json:"number,omitempty"`
	Item    string           `json:"item"`
	ItemEN  string           `json:"item_en,omitempty"`
	Due     time.Time        `json:"due"`
	State   hall.TicketState `json:"state"`
}

// Booked is what somebody gets who booked at the desk.
type Booked struct {
	BookedLine
	Ticket Ticket `json:"ticket"`
}

// bookingDays lists what can be booked.
func (d *Desk) bookingDays(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	writeJSON(w, http.StatusOK, encode(struct {
		Days []BookDay `json:"days"`
	}{d.Bookings.Days(q.Get("item"), q.Get("situation"))}))
}

// bookPlace keeps a place for who stands at the desk.
func (d *Desk) bookPlace(r *http.Request, body []byte) (int, []byte) {
	var in struct {
		Item      string         `json:"item"`
		Situation string         `json:"situation"`
		Day       hall.Day       `json:"day"`
		At        hall.TimeOfDay `json:"at"`
	}
	if err := decode(body, &in); err != nil {
		return http.StatusBadRequest, d.problem(r, "malformed")
	}
	b, err := d.Bookings.Book(unhurried(r), counter.Appointment{Item: in.Item, Situation: in.Situation, Day: in.Day, At: in.At})
	if err != nil {
		return d.failure(r, err)
	}
	return http.StatusOK, encode(b)
}

// checkIn gives a number to who shows his booking: by its QR code, or by number, day and code.
func (d *Desk) checkIn(r *http.Request, s Shown) (int, []byte) {
	if s.Agent != "" {
		t, err := d.Fellows.ArriveThere(unhurried(r), s)
		return d.ticketAnswer(r, t, err)
	}
	t, err := d.Bookings.Arrive(unhurried(r), s.ID)
	return d.ticketAnswer(r, t, err)
}

// arrive gives a number to who booked, as the clerk or guide sees him before him.
func (d *Desk) arrive(r *http.Request, body []byte) (int, []byte) {
	id, err := hall.ParseID(r.PathValue("ticket"))
	if err != nil {
		return d.failure(r, NoSuchTicket)
	}
	if err := decode(body, &struct{}{}); err != nil {
		return http.StatusBadRequest, d.problem(r, "malformed")
	}
	t, err := d.Bookings.Arrive(unhurried(r), id)
	return d.ticketAnswer(r, t, err)
}
