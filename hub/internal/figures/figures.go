// Package figures defines every number that a page, a report or a bulletin shows, once (domain §9). A number says what
// it was counted from. It is pure: it reads no store and no clock, and decides nothing about single ratings.
package figures

import "hallpulse/firmware-protocol/hall"

// Visit is what the figures need of one visit.
type Visit struct {
	Began   bool // service began
	Ended   bool
	Ratable bool       // domain §3.10
	Invited bool       // the citizen was asked at the end, or had answered before it
	Level   hall.Level // its rating by a person; 0 where there is none
}

// Sums are the figures of a set of visits. They add: the sums of a hall are those of its windows.
type Sums struct {
	Served  int    // visits in which service began and that ended
	Ratable int    // of them, those that can be rated
	Invited int    // of the ratable, those whose citizen was asked
	Levels  [5]int // of the ratable, those rated by a person; index 0 is level 1
}

// Of returns the sums of one visit.
func Of(v Visit) Sums {
	var s Sums
	if v.Began && v.Ended {
		s.Served = 1
	}
	if !v.Ratable {
		return s
	}
	s.Ratable = 1
	if v.Invited {
		s.Invited = 1
	}
	if v.Level.Valid() {
		s.Levels[v.Level-1] = 1
	}
	return s
}

// Plus adds o times n: n is -1 to take visits away.
func (s Sums) Plus(n int, o Sums) Sums {
	s.Served += n * o.Served
	s.Ratable += n * o.Ratable
	s.Invited += n * o.Invited
	for i := range s.Levels {
		s.Levels[i] += n * o.Levels[i]
	}
	return s
}

// IsZero reports whether nothing was counted.
func (s Sums) IsZero() bool { return s == Sums{} }

// Rated returns the ratings given by a person.
func (s Sums) Rated() int {
	n := 0
	for _, l := range s.Levels {
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

// Participation 参评率 is ratings given by a person ÷ ratable visits.
func (s Sums) Participation() Share { return Share{s.Rated(), s.Ratable} }

// Asked is invited ÷ ratable.
func (s Sums) Asked() Share { return Share{s.Invited, s.Ratable} }

// Satisfaction 满意率 is ratings at 3, 4, 5 ÷ ratings.
func (s Sums) Satisfaction() Share { return Share{s.Levels[2] + s.Levels[3] + s.Levels[4], s.Rated()} }

// VerySatisfied is ratings at 5 ÷ ratings.
func (s Sums) VerySatisfied() Share { return Share{s.Levels[4], s.Rated()} }

// Bad 差评率 is ratings at 1 and 2 ÷ ratings.
func (s Sums) Bad() Share { return Share{s.Levels[0] + s.Levels[1], s.Rated()} }
