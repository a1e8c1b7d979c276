package hall

import "time"

// CalendarYear is the State Council's arrangement of one year: the days off, and the weekend days that are worked
// instead 调休. Of a year without one nobody knows which days are worked.
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
