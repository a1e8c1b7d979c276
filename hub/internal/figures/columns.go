package figures

import "slices"

// field is one number of Sums and the name of its column.
type field struct {
	column string
	at     *int
}

// numbers is how many numbers Sums holds; the first ones are of visits and repairs, the others of cases and bookings.
const (
	numbers      = 45
	visitNumbers = 27
)

// fields is the one list of all numbers of Sums, in their order for ever.
func (s *Sums) fields() [numbers]field {
	l, d, r, h, b := &s.Levels, &s.Defaults, &s.Repairs, &s.Handled, &s.Bookings
	return [numbers]field{
		{"served", &s.Served},
		{"ratable", &s.Ratable},
		{"invited", &s.Invited},
		{"level_1", &l[0]}, {"level_2", &l[1]}, {"level_3", &l[2]}, {"level_4", &l[3]}, {"level_5", &l[4]},
		{"default_1", &d[0]}, {"default_2", &d[1]}, {"default_3", &d[2]}, {"default_4", &d[3]}, {"default_5", &d[4]},
		{"replaced", &s.Replaced},
		{"follow_ups", &s.FollowUps},
		{"reason_missing", &s.ReasonMissing},
		{"withheld", &s.Withheld},
		{"named", &s.Named},
		{"repairs_opened", &r.Opened},
		{"repairs_repaired", &r.Repaired},
		{"repairs_in_time", &r.InTime},
		{"repairs_overdue", &r.Overdue},
		{"repairs_named", &r.Named},
		{"repairs_called_back", &r.CalledBack},
		{"repairs_named_repaired", &r.NamedRepaired},
		{"repairs_withdrawn", &r.Withdrawn},
		{"cases", &s.Cases},
		{"cases_received", &h.Received},
		{"cases_settled", &h.Settled},
		{"cases_same_day", &h.SameDay},
		{"cases_decided", &h.Decided},
		{"cases_refused", &h.Refused},
		{"cases_limited", &h.Limited},
		{"cases_in_time", &h.InTime},
		{"cases_on_the_spot", &h.OnTheSpot},
		{"promise_legal_days", &h.PromiseLegal},
		{"promise_days", &h.Promised},
		{"used_legal_days", &h.UsedLegal},
		{"used_days", &h.Used},
		{"cases_over", &h.Over},
		{"cases_trips", &h.Trips},
		{"bookings", &b.Booked},
		{"bookings_came", &b.Came},
		{"bookings_cancelled", &b.Cancelled},
		{"bookings_missed", &b.Missed},
	}
}

// Columns returns the names of the numbers of Sums, in the order of Values and Places: a store keeps each under its
// name and adds them up column by column.
func Columns() []string {
	fields := new(Sums).fields()
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.column
	}
	return names
}

// VisitColumns returns those of visits and of repairs.
func VisitColumns() []string { return Columns()[:visitNumbers] }

// HandledColumns returns those of cases and of bookings.
func HandledColumns() []string { return Columns()[visitNumbers:] }

// Values appends the numbers of s to args in the order of Columns, as a statement takes them.
func (s Sums) Values(args []any) []any {
	args = slices.Grow(args, numbers)
	for _, f := range s.fields() {
		args = append(args, *f.at)
	}
	return args
}

// Places appends where the numbers of s lie to places in the order of Columns, as a row is read into them.
func (s *Sums) Places(places []any) []any {
	places = slices.Grow(places, numbers)
	for _, f := range s.fields() {
		places = append(places, f.at)
	}
	return places
}
