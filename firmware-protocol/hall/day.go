package hall

import (
	"fmt"
	"time"
)

// Beijing is the time of every hall: UTC+8, without summer time since 1991.
func Beijing() *time.Location { return time.FixedZone("+08", 8*60*60) }

// Day is a calendar day in Beijing time, counted from 1970-01-01. Its text form is 2006-01-02.
type Day int32

// DayOf returns the calendar day in Beijing on which t falls.
func DayOf(t time.Time) Day {
	y, m, d := t.In(Beijing()).Date()
	return Day(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// ParseDay reads 2006-01-02.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, fmt.Errorf("day %q: want YYYY-MM-DD", s)
	}
	return Day(t.Unix() / 86400), nil
}

// Start returns 00:00 Beijing time of the day.
func (d Day) Start() time.Time {
	return time.Unix(int64(d)*86400, 0).Add(-8 * time.Hour).In(Beijing())
}

func (d Day) String() string {
	return time.Unix(int64(d)*86400, 0).UTC().Format(time.DateOnly)
}

// MarshalText writes 2006-01-02.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads 2006-01-02.
func (d *Day) UnmarshalText(b []byte) (err error) {
	*d, err = ParseDay(string(b))
	return err
}

// ClockState says how far an agent's wall clock can be believed (design §2).
type ClockState string

// The states of a clock: disciplined now; once disciplined and running on; never set since power came.
const (
	ClockSynced   ClockState = "synced"
	ClockCoasting ClockState = "coasting"
	ClockUnset    ClockState = "unset"
)

// Clock is what an agent knows of its wall clock. Offset is to be added to its readings.
type Clock struct {
	State    ClockState `json:"state"`
	OffsetMS int64      `json:"offset_ms"`
	Since    time.Time  `json:"since"`
}

// Moment is one reading of an agent's clocks. Rules take it as an argument and never ask for the time themselves.
type Moment struct {
	At    time.Time     // wall time with offset, as the machine shows it
	Clock Clock         // how far At can be believed
	Start uint32        // number of this start of the agent, from 1
	Up    time.Duration // monotonic time since that start
}
