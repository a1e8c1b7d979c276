package hall

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// CalendarYear is the State Council's arrangement of one year: the days off, and the weekend days that are worked
// instead 调休. Of a year without one nobody knows which days are worked. An arrangement may begin in the December
// before: its New Year often does.
type CalendarYear struct {
	Year     int       `json:"year"`
	Holidays []Holiday `json:"holidays"`
	Workdays []Day     `json:"workdays"` // Saturdays and Sundays that are worked
}

// Holiday is a day off, by the name of its feast.
type Holiday struct {
	Day    Day    `json:"day"`
	Name   string `json:"name"` // 国庆节
	NameEN string `json:"name_en"`
}

// Stop is a time in which the clock of a limit stands still. A zero To: it still does.
type Stop struct {
	From   time.Time `json:"from"`
	To     time.Time `json:"to,omitzero"`
	Outage bool      `json:"outage,omitempty"` // the system of a unit was down
}

// covers reports whether the clock stood when moment came. A stop that begins at 24:00 leaves the day before whole.
func (s Stop) covers(moment time.Time) bool {
	return moment.After(s.From) && (s.To.IsZero() || !moment.After(s.To))
}

// coversForGood reports whether the clock stood when moment came and nobody knows until when.
func (s Stop) coversForGood(moment time.Time) bool { return s.To.IsZero() && s.covers(moment) }

// Deadline is the last day of a limit. Its last moment is 24:00 Beijing time. A provisional one crosses a year whose
// arrangement is not published: it is computed again when it is.
type Deadline struct {
	Day         Day  `json:"day"`
	Provisional bool `json:"provisional,omitempty"`
}

// End returns 24:00 of the day: what happens before it is in time.
func (d Deadline) End() time.Time { return (d.Day + 1).Start() }

// IsZero reports whether there is no deadline.
func (d Deadline) IsZero() bool { return d == Deadline{} }

// DayWhy says why a day counts toward a limit, or does not.
type DayWhy string

// The reasons.
const (
	DayBegins      DayWhy = "begins"      // the day on which a limit begins is not counted
	DayCounted     DayWhy = "counted"     // a working day
	DayMoved       DayWhy = "moved"       // 调休: a Saturday or Sunday that is worked
	DayUnpublished DayWhy = "unpublished" // counted for now: nobody knows yet whether it is worked
	DayNatural     DayWhy = "natural"     // counted: every day is, in a limit of natural days
	DayWeekend     DayWhy = "weekend"
	DayHoliday     DayWhy = "holiday"
	DayClosed      DayWhy = "closed"  // the hall did not work
	DayStopped     DayWhy = "stopped" // the clock stood at its end
	DayOutage      DayWhy = "outage"  // 系统停用: the system of the unit was down
)

// Counts reports whether a day of this kind counts.
func (w DayWhy) Counts() bool {
	switch w {
	case DayCounted, DayMoved, DayUnpublished, DayNatural:
		return true
	}
	return false
}

// DayCount is what one day is to a limit. N is the how manyth counted day it is, 0 where it does not count.
type DayCount struct {
	Day     Day        `json:"day"`
	N       int        `json:"n,omitempty"`
	Why     DayWhy     `json:"why"`
	Name    string     `json:"name,omitempty"` // of the feast
	NameEN  string     `json:"name_en,omitempty"`
	Closing ClosingWhy `json:"closing,omitempty"` // why the hall was closed
}

// MaxSpan is the longest limit there is, in days.
const MaxSpan = 400

// walkAtMost bounds how many days are looked at: a limit that stands still for ten years has no deadline.
const walkAtMost = 10 * 366

// Calendar knows which days are worked: the arrangements that were published, and the closing days of halls. It does
// not change; the nil Calendar knows of no year. Its JSON form is what it was made from.
type Calendar struct {
	years  []CalendarYear // by year
	closed []Closing      // by day, then hall

	published map[int]bool
	off       map[Day]Holiday
	worked    map[Day]bool
}

// NewCalendar returns the calendar of these arrangements and closing days. Of two for one year, or for one hall and
// day, the last one is in force.
func NewCalendar(years []CalendarYear, closed []Closing) *Calendar {
	c := &Calendar{published: map[int]bool{}, off: map[Day]Holiday{}, worked: map[Day]bool{}}
	for _, y := range years {
		at, found := slices.BinarySearchFunc(c.years, y.Year, func(have CalendarYear, year int) int { return have.Year - year })
		c.years = placed(c.years, at, found, y)
	}
	for _, x := range closed {
		at, found := slices.BinarySearchFunc(c.closed, x, Closing.compare)
		c.closed = placed(c.closed, at, found, x)
	}
	for _, y := range c.years {
		c.published[y.Year] = true
		for _, h := range y.Holidays {
			c.off[h.Day] = h
			delete(c.worked, h.Day)
		}
		for _, d := range y.Workdays {
			c.worked[d] = true
			delete(c.off, d)
		}
	}
	return c
}

// placed puts v into all at its place, over what was found there.
func placed[T any](all []T, at int, found bool, v T) []T {
	if found {
		all[at] = v
		return all
	}
	return slices.Insert(all, at, v)
}

// Published returns the arrangement of a year, and whether there is one.
func (c *Calendar) Published(year int) (CalendarYear, bool) {
	if c == nil || !c.published[year] {
		return CalendarYear{}, false
	}
	at := slices.IndexFunc(c.years, func(y CalendarYear) bool { return y.Year == year })
	return c.years[at], true
}

// Years returns the years whose arrangement is published, in order.
func (c *Calendar) Years() []int {
	var all []int
	if c != nil {
		for _, y := range c.years {
			all = append(all, y.Year)
		}
	}
	return all
}

// Closings returns the closing days from a day on, by day.
func (c *Calendar) Closings(from Day) []Closing {
	if c == nil {
		return nil
	}
	at, _ := slices.BinarySearchFunc(c.closed, Closing{Day: from}, Closing.compare)
	return slices.Clone(c.closed[at:])
}

// Closed returns the closing of a day that was declared for this hall itself, or for EveryHall.
func (c *Calendar) Closed(d Day, hall string) (Closing, bool) {
	if c == nil {
		return Closing{}, false
	}
	at, found := slices.BinarySearchFunc(c.closed, Closing{Hall: hall, Day: d}, Closing.compare)
	if !found {
		return Closing{}, false
	}
	return c.closed[at], true
}

// With returns the calendar in which these arrangements and closing days are said last.
func (c *Calendar) With(years []CalendarYear, closed []Closing) *Calendar {
	if c == nil {
		return NewCalendar(years, closed)
	}
	return NewCalendar(slices.Concat(c.years, years), slices.Concat(c.closed, closed))
}

// Of returns what a hall needs to know of the calendar from a day on: the arrangements from its year on, and the closing
// days of the hall and of EveryHall.
func (c *Calendar) Of(hall string, from Day) ([]CalendarYear, []Closing) {
	if c == nil {
		return nil, nil
	}
	years := slices.DeleteFunc(slices.Clone(c.years), func(y CalendarYear) bool { return y.Year < from.Year() })
	return years, slices.DeleteFunc(c.Closings(from), func(x Closing) bool { return x.Hall != hall && x.Hall != EveryHall })
}

// WithYear returns the calendar in which y is the arrangement of its year.
func (c *Calendar) WithYear(y CalendarYear) *Calendar {
	if c == nil {
		return NewCalendar([]CalendarYear{y}, nil)
	}
	return NewCalendar(append(slices.Clone(c.years), y), c.closed)
}

// WithClosing returns the calendar with one closing day more.
func (c *Calendar) WithClosing(x Closing) *Calendar {
	if c == nil {
		return NewCalendar(nil, []Closing{x})
	}
	return NewCalendar(c.years, append(slices.Clone(c.closed), x))
}

// WithoutClosing returns the calendar without the closing of this day that was declared for this hall.
func (c *Calendar) WithoutClosing(d Day, hall string) *Calendar {
	if c == nil {
		return nil
	}
	return NewCalendar(c.years, slices.DeleteFunc(slices.Clone(c.closed), func(x Closing) bool { return x.Day == d && x.Hall == hall }))
}

// Works reports whether a hall works on a day, and whether the arrangement of its year is published. Where it is not,
// Monday to Friday are taken as worked.
func (c *Calendar) Works(d Day, hall string) (works, published bool) {
	return c.kind(d, hall).Why.Counts(), c.knows(d)
}

func (c *Calendar) knows(d Day) bool { return c != nil && c.published[d.Year()] }

// kind returns what a day is by the calendar alone.
func (c *Calendar) kind(d Day, hall string) DayCount {
	day := DayCount{Day: d, Why: DayCounted}
	var off, worked bool
	var feast Holiday
	if c != nil {
		feast, off = c.off[d]
		worked = c.worked[d]
	}
	weekend := d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
	switch {
	case off:
		day.Why, day.Name, day.NameEN = DayHoliday, feast.Name, feast.NameEN
		return day
	case weekend && !worked:
		day.Why = DayWeekend
		return day
	case weekend:
		day.Why = DayMoved
	case !c.knows(d):
		day.Why = DayUnpublished
	}
	for _, name := range []string{hall, EveryHall} {
		if x, ok := c.Closed(d, name); ok {
			day.Why, day.Closing = DayClosed, x.Why
			return day
		}
	}
	return day
}

// in returns what a day is to a limit in this unit whose clock stood at stops.
func (c *Calendar) in(u DayUnit, d Day, hall string, stops []Stop) DayCount {
	day := DayCount{Day: d, Why: DayNatural}
	if u != NaturalDays {
		day = c.kind(d, hall)
	}
	switch {
	case !day.Why.Counts():
	case stands(d, stops, func(s Stop, moment time.Time) bool { return !s.Outage && s.covers(moment) }):
		day.Why = DayStopped
	case stands(d, stops, Stop.covers):
		day.Why = DayOutage
	}
	return day
}

// stands reports whether one of the stops covers the end of a day.
func stands(d Day, stops []Stop, covers func(Stop, time.Time) bool) bool {
	if len(stops) == 0 {
		return false
	}
	end := (d + 1).Start()
	return slices.ContainsFunc(stops, func(s Stop) bool { return covers(s, end) })
}

// After returns the last day of span s that begins on from: the how manyth counted day after it. A day counts if the
// clock runs at its 24:00; in working days only if the hall works. A limit without days ends on the day it begins. The
// zero Deadline: the clock stands and nobody knows until when, or s is longer than MaxSpan.
func (c *Calendar) After(from Day, s Span, hall string, stops ...Stop) Deadline {
	d := Deadline{Day: from}
	if s.Days > MaxSpan {
		return Deadline{}
	}
	for n, walked := 0, 0; n < s.Days; walked++ {
		d.Day++
		if walked == walkAtMost || stands(d.Day, stops, Stop.coversForGood) {
			return Deadline{}
		}
		if c.in(s.Unit, d.Day, hall, stops).Why.Counts() {
			n++
		}
		if s.Unit != NaturalDays && !c.knows(d.Day) {
			d.Provisional = true
		}
	}
	return d
}

// Count explains a deadline in working days day by day, from the day it begins to the deadline.
func (c *Calendar) Count(from Day, d Deadline, hall string, stops ...Stop) []DayCount {
	return c.CountIn(WorkingDays, from, d, hall, stops...)
}

// CountIn is Count for a limit in either unit. Nothing is said of a deadline before its beginning, and not more than of
// the first ten years.
func (c *Calendar) CountIn(u DayUnit, from Day, d Deadline, hall string, stops ...Stop) []DayCount {
	if d.Day < from {
		return nil
	}
	days := []DayCount{{Day: from, Why: DayBegins}}
	n := 0
	for i := range min(int64(d.Day)-int64(from), walkAtMost) {
		day := c.in(u, from+1+Day(i), hall, stops)
		if day.Why.Counts() {
			n++
			day.N = n
		}
		days = append(days, day)
	}
	return days
}

// calendarForm is how a calendar is written.
type calendarForm struct {
	Years  []CalendarYear `json:"years"`
	Closed []Closing      `json:"closed,omitempty"`
}

// MarshalJSON writes what the calendar was made from.
func (c *Calendar) MarshalJSON() ([]byte, error) {
	return json.Marshal(calendarForm{c.years, c.closed})
}

// UnmarshalJSON makes the calendar of what was written.
func (c *Calendar) UnmarshalJSON(b []byte) error {
	var f calendarForm
	if err := json.Unmarshal(b, &f); err != nil {
		return fmt.Errorf("calendar: %w", err)
	}
	*c = *NewCalendar(f.Years, f.Closed)
	return nil
}

// Validate names all that is wrong with an arrangement: a day of another year, a day told twice, a working day that is
// no weekend, a feast without a name.
func (y CalendarYear) Validate() error {
	var errs []error
	fault := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if y.Year < 1949 || y.Year > 9999 {
		fault("year: %d found, want four digits", y.Year)
	}
	if len(y.Holidays) == 0 {
		fault("holidays: none found: a year without New Year is not published")
	}
	told := map[Day]bool{}
	tell := func(list string, i int, d Day) {
		if !y.mayName(d) {
			fault("%s[%d]: %v is not of %d, nor of the December before", list, i, d, y.Year)
		}
		if told[d] {
			fault("%s[%d]: %v is named twice", list, i, d)
		}
		told[d] = true
	}
	for i, h := range y.Holidays {
		tell("holidays", i, h.Day)
		if h.Name == "" || h.NameEN == "" {
			fault("holidays[%d]: %v has no name, or no English one", i, h.Day)
		}
	}
	for i, d := range y.Workdays {
		tell("workdays", i, d)
		if w := d.Weekday(); w != time.Saturday && w != time.Sunday {
			fault("workdays[%d]: %v is a %v: want a Saturday or Sunday", i, d, w)
		}
	}
	return errors.Join(errs...)
}

// Equal reports whether two arrangements say the same, in the same order.
func (y CalendarYear) Equal(z CalendarYear) bool {
	return y.Year == z.Year && slices.Equal(y.Holidays, z.Holidays) && slices.Equal(y.Workdays, z.Workdays)
}

// Days returns every day that the arrangement says something of.
func (y CalendarYear) Days() []Day {
	all := slices.Clone(y.Workdays)
	for _, h := range y.Holidays {
		all = append(all, h.Day)
	}
	return all
}

// mayName reports whether the arrangement of the year may say something of d.
func (y CalendarYear) mayName(d Day) bool {
	return d.Year() == y.Year || d.Year() == y.Year-1 && d.time().Month() == time.December
}

// Year returns the calendar year of the day.
func (d Day) Year() int { return d.time().Year() }

// Weekday returns the day of the week.
func (d Day) Weekday() time.Weekday { return d.time().Weekday() }

func (d Day) time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }
