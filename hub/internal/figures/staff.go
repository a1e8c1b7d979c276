package figures

import (
	"errors"

	"hallpulse/firmware-protocol/hall"
)

// ErrNotForStaff is a report that the person rated may not see.
var ErrNotForStaff = errors.New("figures: a person sees his own whole months, nothing narrower and nothing that overlaps them: ask by month, from the first day of one to the last day of one")

// ForStaff returns the report as the person rated may see it: never a single level, only sums of at least least ratings
// (domain §4). Since sums that overlap could be subtracted, and one that still grows could be watched, it takes nothing
// but a report on his own whole months, without other filters, and shows those alone that ended up to settled: the
// last day whose ratings can no longer come in time. Of a month with fewer ratings it keeps only what is no rating.
func (r Report) ForStaff(least int, settled hall.Day) (Report, error) {
	if !r.Query.forStaff() {
		return Report{}, ErrNotForStaff
	}
	shown := Report{Query: r.Query, Least: least, Rows: make([]Row, 0, len(r.Rows))}
	for _, row := range r.Rows {
		if row.To <= settled {
			shown.Rows = append(shown.Rows, row.forStaff(least))
		}
	}
	shown.total()
	return shown, nil
}

func (q Query) forStaff() bool {
	if q.By != ByMonth || q.Staff == "" || len(q.Halls) != 1 || q.Excluded ||
		q.Unit != "" || q.Window != "" || q.Item != "" || q.Channel != "" {
		return false
	}
	first, _ := ByMonth.Of(q.From)
	last, _ := ByMonth.Of(q.To)
	return first.From == q.From && last.To == q.To
}

func (r Row) forStaff(least int) Row {
	s := Row{Group: r.Group, Name: r.Name, Sums: r.unrated()}
	if s.Few = r.Rated() < least; !s.Few {
		s.Levels, s.Defaults = r.Levels, r.Defaults
	}
	return s
}
