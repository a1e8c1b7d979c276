package board

import (
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/figures"
)

const (
	// wallStep is by how many ratings the sums of a wall move at least, unless an hour has passed (design §7).
	wallStep = 5
	// wallFew is the count below which a wall says "fewer than 5": nobody's rating can be told from it.
	wallFew = 5
)

// tally adds up the windows of a hall on a day.
func (s *site) tally(day hall.Day) figures.Sums {
	var sum figures.Sums
	for _, w := range s.windows {
		sum = sum.Plus(1, w.today.of(day).Sums)
	}
	return sum
}

// wallSums is what the wall shows of a hall's ratings: its sums as they were when they last moved.
type wallSums struct {
	figures.Sums
	hour time.Time
}

// wallTally returns the sums of ratings that a wall may show now. All walls see the same: who connects again learns
// nothing.
func (s *site) wallTally(now time.Time) figures.Sums {
	live, hour := s.tally(hall.DayOf(now)), now.Truncate(time.Hour)
	step := live.Rated() - s.wall.Rated()
	if !hour.Equal(s.wall.hour) || step >= wallStep || step < 0 {
		s.wall = wallSums{live, hour}
	}
	return s.wall.Sums
}

// Sums are the figures of one hall, or of all a viewer sees, today. What a wall may not tell is absent and Few.
type Sums struct {
	Served    int  `json:"served"`
	Invited   int  `json:"invited"`
	Rated     *int `json:"rated"`
	RatedFew  bool `json:"rated_few,omitempty"`
	Ratable   int  `json:"ratable"` // what Rated was counted from
	Bad       *int `json:"bad"`
	BadFew    bool `json:"bad_few,omitempty"`
	Satisfied *int `json:"satisfied"` // ratings of 3, 4, 5
}

// deskSums tells all.
func deskSums(t figures.Sums) Sums {
	rated, bad, good := t.Rated(), t.Bad().Part, t.Satisfaction().Part
	return Sums{Served: t.Served, Invited: t.Invited, Ratable: t.Ratable, Rated: &rated, Bad: &bad, Satisfied: &good}
}

// wallSumsOf tells visits as they are, and ratings of shown as far as a wall may.
func wallSumsOf(live, shown figures.Sums) Sums {
	s := deskSums(shown)
	s.Served, s.Invited = live.Served, live.Invited
	if s.RatedFew = *s.Rated < wallFew; s.RatedFew {
		s.Rated = nil
	}
	if s.BadFew = *s.Bad < wallFew; s.BadFew {
		s.Bad, s.Satisfied = nil, nil // who knew the satisfied could tell the others
	}
	return s
}

// sums adds up the halls that seen allows. On a wall a hall with few ratings adds none to the sum: else they could be
// had by subtraction.
func (b *Board) sums(view View, seen func(*site) bool, now time.Time) Sums {
	var live, shown figures.Sums
	for _, s := range b.sites {
		if !seen(s) {
			continue
		}
		live = live.Plus(1, s.tally(hall.DayOf(now)))
		if view == Desk {
			continue
		}
		if t := s.wallTally(now); t.Rated() >= wallFew {
			shown = shown.Plus(1, t)
		}
	}
	if view == Desk {
		return deskSums(live)
	}
	return wallSumsOf(live, shown)
}
