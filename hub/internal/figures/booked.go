package figures

// Booking is what the figures need of one place that was booked 预约.
type Booking struct {
	Came      bool // its holder arrived in time
	Cancelled bool // he gave it up before
	Missed    bool // 爽约: he did neither
}

// Bookings are the sums of a set of bookings, on the day they were booked for. What is none of came, cancelled and missed
// is still to come, or its agent has not told.
type Bookings struct {
	Booked    int
	Came      int
	Cancelled int
	Missed    int
}

// Count tells as what the booking counts.
func (b Booking) Count(at Key, tally func(Key, Sums)) {
	told(at, Sums{Bookings: Bookings{1, one(b.Came), one(b.Cancelled), one(b.Missed)}}, tally)
}

// Came 预约到场率 is came ÷ came and did not come. What was given up in time harms nobody, and what is still to come has
// not failed: both are in neither.
func (s Sums) Came() Share {
	return Share{s.Bookings.Came, s.Bookings.Came + s.Bookings.Missed}
}

// Awaited returns the bookings whose holders are still to come.
func (b Bookings) Awaited() int { return b.Booked - b.Came - b.Cancelled - b.Missed }
