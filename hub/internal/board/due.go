package board

import "hallpulse/firmware-protocol/hall"

// Due counts cases 办件 whose clock runs: those to be decided on a day, and those that should have been before.
type Due struct {
	Day     hall.Day `json:"day"`
	Today   int      `json:"today"`
	Overdue int      `json:"overdue"`
}

// Owe takes how many cases are due, by agent; of an agent that is not named none is.
func (b *Board) Owe(day hall.Day, all map[string]Due) {
	for _, s := range b.sites {
		next := all[s.Agent]
		if was, known := s.due[s.Agent]; next.Day == 0 && !known || was == next {
			continue
		}
		next.Day = day
		s.due = map[string]Due{s.Agent: next}
		s.news++
	}
}

// dueOf sums what is due in the hall; nil where it has no case, or was told of another day.
func (s *site) dueOf(day hall.Day) *Due {
	var sum *Due
	for _, d := range s.due {
		if d.Day != day {
			continue
		}
		if sum == nil {
			sum = &Due{Day: day}
		}
		sum.Today, sum.Overdue = sum.Today+d.Today, sum.Overdue+d.Overdue
	}
	return sum
}
