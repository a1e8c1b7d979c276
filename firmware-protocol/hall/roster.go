package hall

import (
	"fmt"
	"slices"
	"time"
)

// Roster 班表 says when windows are to be staffed, and from when on it is an absence where they are not (domain §6, 000).
type Roster struct {
	Grace  int     `json:"grace" yaml:"grace"`           // minutes without anybody before a window counts as 空岗; 0: 10
	Idle   int     `json:"idle,omitempty" yaml:"idle"`   // minutes that nobody is called while people wait over the limit: 溜岗; 0: 10
	Shifts []Shift `json:"shifts" yaml:"shifts"`         // a window that is in none is never absent
	Leave  []Leave `json:"leave,omitempty" yaml:"leave"` // approved
}

// What a roster that writes none means, in minutes.
const (
	usualGrace     = 10
	usualIdle      = 10
	usualWaitLimit = 30
)

// GraceFor is how long a window may be without anybody.
func (r Roster) GraceFor() time.Duration { return minutesOr(r.Grace, usualGrace) }

// IdleFor is how long nobody may be called while people wait over the limit.
func (r Roster) IdleFor() time.Duration { return minutesOr(r.Idle, usualIdle) }

// MayWait is how long people of this service may wait.
func (s Service) MayWait() time.Duration { return minutesOr(s.WaitLimit, usualWaitLimit) }

func minutesOr(n, usual int) time.Duration {
	if n == 0 {
		n = usual
	}
	return time.Duration(n) * time.Minute
}

// Shift is the hours of windows on some days. Lunch is none of them.
type Shift struct {
	Windows []string  `json:"windows" yaml:"windows"`
	Days    []Weekday `json:"days,omitempty" yaml:"days"` // none: working days, as the calendar has them
	From    TimeOfDay `json:"from" yaml:"from"`
	To      TimeOfDay `json:"to" yaml:"to"`
	Lunch   *Lunch    `json:"lunch,omitempty" yaml:"lunch"`
}

// Lunch is when the windows of a shift rest.
type Lunch struct {
	From TimeOfDay `json:"from" yaml:"from"`
	To   TimeOfDay `json:"to" yaml:"to"`
}

// Leave 请假 is an approved absence of who has a window. With a stand-in (A/B 角) nobody is missed there.
type Leave struct {
	Staff   string `json:"staff" yaml:"staff"` // badge
	From    Day    `json:"from" yaml:"from"`
	To      Day    `json:"to" yaml:"to"`
	StandIn string `json:"stand_in,omitempty" yaml:"stand_in"` // badge
}

// Weekday is a day of the week as written in a roster.
type Weekday string

// Weekdays returns every day, from Sunday on, as time.Weekday counts.
func Weekdays() []Weekday {
	return []Weekday{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
}

// TimeOfDay is minutes since midnight in Beijing. Its text form is 09:00.
type TimeOfDay int

// UnmarshalText reads 09:00.
func (t *TimeOfDay) UnmarshalText(b []byte) error {
	at, err := time.Parse("15:04", string(b))
	if err != nil {
		return fmt.Errorf("time %q: want HH:MM, as 09:00", b)
	}
	*t = TimeOfDay(at.Hour()*60 + at.Minute())
	return nil
}

// MarshalText writes 09:00.
func (t TimeOfDay) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

func (t TimeOfDay) String() string { return fmt.Sprintf("%02d:%02d", int(t)/60, int(t)%60) }

func (t TimeOfDay) on(d Day) time.Time { return d.Start().Add(time.Duration(t) * time.Minute) }

// Hours are from one time to another, which is no part of it.
type Hours struct{ From, To time.Time }

// Holds reports whether t is in the hours.
func (s Hours) Holds(t time.Time) bool { return !t.Before(s.From) && t.Before(s.To) }

// Duties returns when a window is to be staffed on a day, shift by shift, before and after lunch. works says whether the
// day is a working day of the hall.
func (c *Catalogue) Duties(window string, day Day, works bool) (on []Hours) {
	if c.Roster == nil {
		return nil
	}
	for _, s := range c.Roster.Shifts {
		if !slices.Contains(s.Windows, window) || !s.isOn(day, works) {
			continue
		}
		from := s.From.on(day)
		if s.Lunch != nil {
			on = append(on, Hours{from, s.Lunch.From.on(day)})
			from = s.Lunch.To.on(day)
		}
		on = append(on, Hours{from, s.To.on(day)})
	}
	return on
}

// Duty reports whether a window is to be staffed at a time, and since when on that day: from the beginning of its shift,
// or the end of lunch. works is as in Duties.
func (c *Catalogue) Duty(window string, at time.Time, works bool) (since time.Time, on bool) {
	for _, s := range c.Duties(window, DayOf(at), works) {
		if s.Holds(at) {
			return s.From, true
		}
	}
	return time.Time{}, false
}

// Rests returns the hours of a day in which a window is not to be staffed between two in which it is: lunch above all.
func (c *Catalogue) Rests(window string, day Day, works bool) (off []Hours) {
	on := c.Duties(window, day, works)
	slices.SortFunc(on, func(a, b Hours) int { return a.From.Compare(b.From) })
	var until time.Time
	for n, s := range on {
		if n > 0 && s.From.After(until) {
			off = append(off, Hours{until, s.From})
		}
		if s.To.After(until) {
			until = s.To
		}
	}
	return off
}

// Absent returns since when nobody is at a window that is to be staffed (空岗), closed being since when it is closed; false
// where that is no absence: off duty, on approved leave with a stand-in, or not yet longer than the grace.
func (c *Catalogue) Absent(w Window, at, closed time.Time, works bool) (since time.Time, absent bool) {
	since, on := c.Duty(w.ID, at, works)
	if _, leave := c.OnLeave(w.Staff, DayOf(at)); !on || leave {
		return time.Time{}, false
	}
	if closed.After(since) {
		since = closed
	}
	return since, at.Sub(since) >= c.Roster.GraceFor()
}

func (s Shift) isOn(d Day, works bool) bool {
	if len(s.Days) == 0 {
		return works
	}
	return slices.Contains(s.Days, Weekdays()[d.Weekday()])
}

// OnLeave returns the approved leave with a stand-in that badge is on.
func (c *Catalogue) OnLeave(badge string, on Day) (Leave, bool) {
	if c.Roster == nil || badge == "" {
		return Leave{}, false
	}
	return find(c.Roster.Leave, func(l Leave) bool { return l.Staff == badge && l.From <= on && on <= l.To && l.StandIn != "" })
}

// StandsIn reports whether badge is somebody's stand-in on a day: then it may be at two windows.
func (c *Catalogue) StandsIn(badge string, on Day) bool {
	if c.Roster == nil || badge == "" {
		return false
	}
	return slices.ContainsFunc(c.Roster.Leave, func(l Leave) bool { return l.StandIn == badge && l.From <= on && on <= l.To })
}

// validateRoster names the faults of the roster.
func (c *Catalogue) validateRoster(fault func(format string, args ...any)) {
	const most = 24 * 60
	for _, s := range c.Services {
		if s.WaitLimit < 0 || s.WaitLimit > most {
			fault("services %s: wait_limit %d: want minutes, 0 to %d", s.Letter, s.WaitLimit, most)
		}
	}
	if c.Roster == nil {
		return
	}
	if g, i := c.Roster.Grace, c.Roster.Idle; g < 0 || g > most || i < 0 || i > most {
		fault("roster: grace %d, idle %d: want minutes, 0 to %d", g, i, most)
	}
	for n, s := range c.Roster.Shifts {
		for _, id := range s.Windows {
			if _, ok := c.Window(id); !ok {
				fault("roster.shifts[%d]: window %q is not in windows", n, id)
			}
		}
		for _, d := range s.Days {
			if !slices.Contains(Weekdays(), d) {
				fault("roster.shifts[%d]: day %q: want one of %v", n, d, Weekdays())
			}
		}
		if len(s.Windows) == 0 || s.From >= s.To || s.To > most {
			fault("roster.shifts[%d]: want windows, and from before to: %v–%v", n, s.From, s.To)
		}
		if l := s.Lunch; l != nil && (l.From < s.From || l.From >= l.To || l.To > s.To) {
			fault("roster.shifts[%d]: lunch %v–%v: want a time inside %v–%v", n, l.From, l.To, s.From, s.To)
		}
	}
	for n, l := range c.Roster.Leave {
		for _, badge := range []string{l.Staff, l.StandIn} {
			if _, ok := c.Clerk(badge); badge != "" && !ok {
				fault("roster.leave[%d]: badge %q is not in staff", n, badge)
			}
		}
		if l.Staff == "" || l.Staff == l.StandIn || l.From > l.To {
			fault("roster.leave[%d]: want staff, from, to and somebody else as stand_in", n)
		}
	}
}
