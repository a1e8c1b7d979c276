package figures

// WithoutFew returns the report as somebody may see it who sees sums and no single level (domain §4; design §7): of a
// row with fewer than least ratings it keeps only what is no rating, and the total leaves its visits out, so that nobody
// can take the rest away from it.
func (r Report) WithoutFew(least int) Report {
	shown := Report{Query: r.Query, Least: least, Rows: make([]Row, 0, len(r.Rows))}
	for _, row := range r.Rows {
		if row.Rated() > 0 && row.Rated() < least || row.Excluded.Rated() > 0 && row.Excluded.Rated() < least && r.Query.Excluded {
			row = Row{Group: row.Group, Name: row.Name, Sums: row.unrated(), Few: true}
		}
		shown.Rows = append(shown.Rows, row)
	}
	shown.total()
	return shown
}

// unrated returns what of s is no rating and tells nothing of one.
func (s Sums) unrated() Sums {
	return Sums{Served: s.Served, Ratable: s.Ratable, Invited: s.Invited, Handled: s.Handled, Bookings: s.Bookings}
}
