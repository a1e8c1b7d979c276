package figures

import (
	"fmt"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// By is what the rows of a report stand for.
type By string

// The groupings of domain §9. Days are Beijing days; a week begins on Monday, as ISO 8601 has it.
const (
	ByHall    By = "hall"
	ByUnit    By = "unit"
	ByWindow  By = "window" // of a hall
	ByStaff   By = "staff"  // of a hall
	ByItem    By = "item"
	ByChannel By = "channel"
	ByDay     By = "day"
	ByWeek    By = "week"
	ByMonth   By = "month"
	ByQuarter By = "quarter"
	ByYear    By = "year"
)

// Groupings returns all groupings in the order in which pages offer them.
func Groupings() []By {
	return []By{ByHall, ByUnit, ByWindow, ByStaff, ByItem, ByChannel, ByDay, ByWeek, ByMonth, ByQuarter, ByYear}
}

// Valid reports whether b is one of the groupings.
func (b By) Valid() bool { return slices.Contains(Groupings(), b) }

// IsPeriod reports whether the rows stand for periods of time.
func (b By) IsPeriod() bool {
	switch b {
	case ByDay, ByWeek, ByMonth, ByQuarter, ByYear:
		return true
	}
	return false
}

// Columns returns the columns of a Key that a report of this grouping needs. A store may add up tallies over all
// others first: the report comes out the same.
func (b By) Columns() []string {
	switch b {
	case ByHall:
		return []string{columnAgent, columnLeaves}
	case ByUnit:
		return []string{columnUnit, columnLeaves}
	case ByWindow:
		return []string{columnAgent, columnWindow, columnLeaves}
	case ByStaff:
		return []string{columnAgent, columnStaff, columnLeaves}
	case ByItem:
		return []string{columnItem, columnLeaves}
	case ByChannel:
		return []string{columnChannel, columnLeaves}
	}
	return []string{columnLeaves, columnDay}
}

// Period is a span of days, both included. The zero Period is that of a row which stands for no period.
type Period struct{ From, To hall.Day }

// Of returns the period in which a day lies, and its name in no language: 2026-07-28, 2026-W31, 2026-07, 2026-Q3,
// 2026. The zero Period where b is no grouping by periods.
func (b By) Of(d hall.Day) (Period, string) {
	y, m, day := date(d)
	switch b {
	case ByDay:
		return Period{d, d}, d.String()
	case ByWeek:
		monday := d - hall.Day((int(weekday(d))+6)%7)
		year, week := monday.Start().ISOWeek()
		return Period{monday, monday + 6}, fmt.Sprintf("%04d-W%02d", year, week)
	case ByMonth:
		first := d - hall.Day(day-1)
		return Period{first, dayOf(y, m+1, 1) - 1}, fmt.Sprintf("%04d-%02d", y, m)
	case ByQuarter:
		q := (m - 1) / 3
		return Period{dayOf(y, 3*q+1, 1), dayOf(y, 3*q+4, 1) - 1}, fmt.Sprintf("%04d-Q%d", y, q+1)
	case ByYear:
		return Period{dayOf(y, time.January, 1), dayOf(y+1, time.January, 1) - 1}, fmt.Sprintf("%04d", y)
	}
	return Period{}, ""
}

func date(d hall.Day) (int, time.Month, int) { return d.Start().Date() }

func weekday(d hall.Day) time.Weekday { return d.Start().Weekday() }

// dayOf takes a thirteenth month for the first of the next year.
func dayOf(y int, m time.Month, d int) hall.Day {
	return hall.DayOf(time.Date(y, m, d, 0, 0, 0, 0, hall.Beijing()))
}
