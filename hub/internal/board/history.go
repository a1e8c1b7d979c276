package board

import (
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Came is one ticket of a day, as far as its hours need it.
type Came struct {
	Issued   time.Time
	Called   time.Time // first; zero: not yet
	Finished time.Time // zero: it was not
	P90Mins  int       // it was told to wait no longer, nine times in ten; 0: nothing was told
}

// Turn is one change of whether a window is staffed.
type Turn struct {
	Window string // unique over all halls looked at
	At     time.Time
	State  hall.WindowState
}

// History is a day by the hour. Hours in which nothing happened yet are not in it.
type History struct {
	Hours []Hour `json:"hours"`
	Told  Told   `json:"told"`
}

// Hour is one hour of a day, in Beijing.
type Hour struct {
	Hour     int      `json:"hour"`
	Arrivals int      `json:"arrivals"` // tickets given out
	Finished int      `json:"finished"` // tickets
	Called   int      `json:"called"`   // whom the waits were counted from
	P50Min   *float64 `json:"p50_min"`  // median wait of who was called, in minutes; absent: nobody was
	P90Min   *float64 `json:"p90_min"`
	Open     float64  `json:"open"` // windows that were open, on the average of the hour so far
}

// Told is how well the estimate held: of the tickets called today to which a time was told, how many were called within it.
// It is good where nine in ten are.
type Told struct {
	Called int `json:"called"`
	Within int `json:"within"`
}

// HistoryOf makes the hours of a day, as it stands at now. turns begin before the day, so that a window that was left open
// counts.
func HistoryOf(day hall.Day, came []Came, turns []Turn, now time.Time) History {
	h := History{Hours: []Hour{}}
	var waits [24][]time.Duration
	var hours [24]Hour
	of := func(t time.Time) (int, bool) { return t.In(hall.Beijing()).Hour(), !t.IsZero() && hall.DayOf(t) == day }
	for _, c := range came {
		if at, ok := of(c.Issued); ok {
			hours[at].Arrivals++
		}
		if at, ok := of(c.Finished); ok {
			hours[at].Finished++
		}
		if at, ok := of(c.Called); ok {
			wait := c.Called.Sub(c.Issued)
			waits[at] = append(waits[at], wait)
			if c.P90Mins > 0 {
				h.Told.Called++
				if wait <= time.Duration(c.P90Mins)*time.Minute {
					h.Told.Within++
				}
			}
		}
	}
	first, last := 24, -1
	for n := range hours {
		hour := &hours[n]
		hour.Hour, hour.Called = n, len(waits[n])
		hour.P50Min, hour.P90Min = percentile(waits[n], 50), percentile(waits[n], 90)
		begin := day.Start().Add(time.Duration(n) * time.Hour)
		hour.Open = openOn(turns, begin, earlier(begin.Add(time.Hour), now))
		if hour.Arrivals+hour.Finished+hour.Called > 0 || hour.Open > 0 {
			first, last = min(first, n), n
		}
	}
	if last >= 0 {
		h.Hours = append(h.Hours, hours[first:last+1]...)
	}
	return h
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// percentile returns the nearest rank in minutes, to a tenth; nil of nothing.
func percentile(waits []time.Duration, percent int) *float64 {
	if len(waits) == 0 {
		return nil
	}
	slices.Sort(waits)
	rank := (len(waits)*percent + 99) / 100
	m := tenth(waits[max(rank, 1)-1].Minutes())
	return &m
}

func tenth(f float64) float64 { return float64(int(f*10+0.5)) / 10 }

// openOn returns how many windows were open between two times, on the average. Paused is not open.
func openOn(turns []Turn, from, to time.Time) float64 {
	if !from.Before(to) {
		return 0
	}
	var open time.Duration
	since := map[string]time.Time{} // of those that are open
	for _, t := range turns {
		was, is := since[t.Window]
		switch opens := t.State == hall.WindowIsOpen; {
		case opens && !is:
			since[t.Window] = t.At
		case !opens && is:
			open += overlap(was, t.At, from, to)
			delete(since, t.Window)
		}
	}
	for _, was := range since {
		open += overlap(was, to, from, to)
	}
	return tenth(open.Seconds() / to.Sub(from).Seconds())
}

func overlap(a, b, from, to time.Time) time.Duration {
	return max(0, earlier(b, to).Sub(later(a, from)))
}
