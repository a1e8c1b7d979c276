package casework

import (
	"cmp"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Turn is a declared outage 系统停用 of a unit that began or ended, as a counter told.
type Turn struct {
	At   Uptime    `json:"at"`
	When time.Time `json:"when"`
	Down bool      `json:"down"` // it began
}

func (t Turn) compare(o Turn) int {
	down := func(t Turn) int {
		if t.Down {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(t.At.Start, o.At.Start), cmp.Compare(t.At.MS, o.At.MS), cmp.Compare(down(t), down(o)))
}

// Turned returns turns with one more, in their order; one that is there already changes nothing.
func Turned(all []Turn, t Turn) []Turn {
	at, there := slices.BinarySearchFunc(all, t, Turn.compare)
	if there {
		return all
	}
	return slices.Insert(slices.Clone(all), at, t)
}

// Outages returns the outages that turns tell of; the last one may go on. One whose end was lost, since another began after
// it, counts no more: nobody knows how long it was.
func Outages(turns []Turn) []hall.Stop {
	var all []hall.Stop
	down := false
	for _, t := range turns {
		switch n := len(all); {
		case t.Down && down:
			all[n-1].From = t.When
		case t.Down:
			all = append(all, hall.Stop{From: t.When})
		case down:
			all[n-1].To = t.When
		}
		down = t.Down
	}
	return all
}
