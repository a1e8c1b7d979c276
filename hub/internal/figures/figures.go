// Package figures defines every number that a page, a report or a bulletin shows, once (domain §9). A number says what
// it was counted from. It is pure: it reads no store and no clock, knows no language, and decides nothing about single
// ratings.
package figures

import "hallpulse/firmware-protocol/hall"

// Visit is what the figures need of one visit.
type Visit struct {
	Case    bool // it is a case 办件 that is rated by itself (domain §3.2)
	Began   bool // service began
	Ended   bool
	Ratable bool         // domain §3.10
	Invited bool         // the citizen was asked at the end, or had answered before it
	Level   hall.Level   // its rating by a person; 0 where there is none
	Channel hall.Channel // of that rating
	// Default is the level entered because nobody rated in time; 0 where none was. A rating by a person displaces it,
	// whenever it arrives (design §5).
	Default hall.Level

	// What there is to say of its rating by a person.
	Excluded      bool // 误评, 恶意差评: the centre took it out (domain §4)
	Platform      bool // its reasons concern platform or rules alone (domain §3.7)
	Replaced      bool // it took the place of a press (domain §3.2)
	FollowUps     int  // 追评
	ReasonMissing bool // bad, and no reason given yet (domain §3.13)
	Withheld      bool // 不公开 (domain §3.6)
	Named         bool // 实名
}

// Sums are the figures of a set of visits, of the repairs that their bad ratings started, of cases and of bookings. They
// add: the sums of a hall are those of its windows. What awaits its agent is no sum: it changes with the clock, without
// an event.
type Sums struct {
	Served  int    // visits in which service began and that ended
	Ratable int    // of them, those that can be rated
	Invited int    // of the ratable, those whose citizen was asked
	Levels  [5]int // of the ratable, those rated by a person; index 0 is level 1

	// Defaults are the ratable visits that nobody rated in time, by the level that was entered; index 0 is level 1.
	// They are no part of Levels.
	Defaults [5]int

	// Of the ratings by a person.
	Replaced      int // took the place of a press
	FollowUps     int // 追评 added to them
	ReasonMissing int // bad, and no reason given yet
	Withheld      int // 不公开
	Named         int // 实名

	Repairs Repairs

	Cases int // of the ratable, those that are cases and no visits

	Handled  Handled
	Bookings Bookings
}

// Of returns the sums of one visit. An excluded rating takes its visit out of all but the visits served: what it would
// have counted as is kept apart by Count.
func Of(v Visit) Sums {
	s := v.counts()
	if v.Excluded && s.Rated() > 0 {
		return Sums{Served: s.Served}
	}
	return s
}

// counts returns what the visit counts as, excluded or not.
func (v Visit) counts() Sums {
	var s Sums
	if v.Began && v.Ended && !v.Case {
		s.Served = 1
	}
	if !v.Ratable {
		return s
	}
	s.Ratable = 1
	s.Invited = one(v.Invited)
	s.Cases = one(v.Case)
	switch {
	case v.Level.Valid():
		s.Levels[v.Level-1] = 1
		s.Replaced = one(v.Replaced)
		s.FollowUps = v.FollowUps
		s.ReasonMissing = one(v.Level.IsBad() && v.ReasonMissing)
		s.Withheld = one(v.Withheld)
		s.Named = one(v.Named)
	case v.Default.Valid():
		s.Defaults[v.Default-1] = 1
	}
	return s
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

// Plus adds o times n: n is -1 to take visits away.
func (s Sums) Plus(n int, o Sums) Sums {
	s.add(n, &o)
	return s
}

func (s *Sums) add(n int, o *Sums) {
	to, from := s.fields(), o.fields()
	for i := range to {
		*to[i].at += n * *from[i].at
	}
}

// IsZero reports whether nothing was counted.
func (s Sums) IsZero() bool { return s == Sums{} }

// Rated returns the ratings given by a person.
func (s Sums) Rated() int { return sum(s.Levels[:]) }

// Defaulted returns the visits that nobody rated in time.
func (s Sums) Defaulted() int { return sum(s.Defaults[:]) }

// Unrated returns the ratable visits that are neither rated nor defaulted: still in time, or awaiting their agent.
func (s Sums) Unrated() int { return s.Ratable - s.Rated() - s.Defaulted() }

func sum(of []int) int {
	n := 0
	for _, l := range of {
		n += l
	}
	return n
}

// Share is a part of a whole and what it was counted from.
type Share struct{ Part, Of int }

// Percent returns the share in per cent; false where there is nothing to count from.
func (s Share) Percent() (float64, bool) {
	if s.Of == 0 {
		return 0, false
	}
	return 100 * float64(s.Part) / float64(s.Of), true
}

// Hundredths returns the share in hundredths of a per cent, as every page and export writes it: rounded half up, but
// 100 % only where nothing is lacking and 0 % only where nothing is there. A part less than nothing is so many below. False
// where there is nothing to count from.
func (s Share) Hundredths() (int, bool) {
	const whole = 100_00
	switch {
	case s.Of == 0:
		return 0, false
	case s.Part < 0:
		return -max((-2*whole*s.Part+s.Of)/(2*s.Of), 1), true
	case s.Part == 0:
		return 0, true
	case s.Part >= s.Of:
		return whole, true
	}
	n := (2*whole*s.Part + s.Of) / (2 * s.Of)
	return min(max(n, 1), whole-1), true
}

// Ratio is how many there are for each, and what it was counted from.
type Ratio struct{ Part, Of int }

// Hundredths returns the ratio in hundredths, rounded half up; false where there is nothing to count from.
func (r Ratio) Hundredths() (int, bool) {
	if r.Of == 0 {
		return 0, false
	}
	return (200*r.Part + r.Of) / (2 * r.Of), true
}
