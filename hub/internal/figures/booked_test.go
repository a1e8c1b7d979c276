package figures

import "testing"

// Bookings: booked, came, did not come, cancelled, share that came.
func TestBookingsAreCounted(t *testing.T) {
	var total Sums
	add := func(n int, b Booking) {
		for range n {
			b.Count(Key{Item: "id-card", Day: 20780}, func(_ Key, s Sums) { total = total.Plus(1, s) })
		}
	}
	add(4, Booking{}) // still to come
	if p, ok := total.Came().Hundredths(); ok || total.Bookings.Awaited() != 4 {
		t.Errorf("nobody came yet, nobody stayed away: %d, %d are awaited", p, total.Bookings.Awaited())
	}
	add(7, Booking{Came: true})
	add(2, Booking{Missed: true})
	add(3, Booking{Cancelled: true})
	if want := (Bookings{Booked: 16, Came: 7, Cancelled: 3, Missed: 2}); total.Bookings != want || total.Bookings.Awaited() != 4 {
		t.Errorf("%+v, %d awaited; want %+v, 4", total.Bookings, total.Bookings.Awaited(), want)
	}
	if got := total.Came(); got != (Share{7, 9}) {
		t.Errorf("预约到场率 = came ÷ came and did not come: %+v", got)
	}
}
