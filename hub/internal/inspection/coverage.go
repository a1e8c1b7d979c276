package inspection

import (
	"cmp"
	"slices"
	"time"
)

// Times is from when until when something was so. A zero To: it still is.
type Times struct{ From, To time.Time }

// Thing is what a citizen could want to rate: an item, a staffed window, a channel (001: 三覆盖).
type Thing struct {
	Name string
	// There is when it was there: the item offered, the window staffed, the channel meant to be on.
	There []Times
	// Ratable is when it could be rated: the item by any road, the window by a working pad or a QR code, the channel on.
	Ratable []Times
}

// Cover is the share of things that could be rated in a period.
type Cover struct {
	Things int   `json:"things"` // that were there in the period
	Whole  int   `json:"whole"`  // of these: could be rated all the time
	Gaps   []Gap `json:"gaps,omitempty"`
}

// Gap is a time in which a thing was there and could not be rated.
type Gap struct {
	Name  string    `json:"name"`
	Since time.Time `json:"since"`          // which may be before the period
	Until time.Time `json:"until,omitzero"` // zero: it still cannot
}

// Coverage is 三覆盖: the three shares.
type Coverage struct {
	Items    Cover `json:"items"`
	Windows  Cover `json:"windows"`
	Channels Cover `json:"channels"`
}

// CoverageOf returns how much of items, staffed windows and channels could be rated from one time to another (001).
// Gaps of at most grace, as when paper is changed or a pad restarts, are none; each other is named, longest first.
func CoverageOf(from, to time.Time, grace time.Duration, items, windows, channels []Thing) Coverage {
	return Coverage{cover(from, to, grace, items), cover(from, to, grace, windows), cover(from, to, grace, channels)}
}

func cover(from, to time.Time, grace time.Duration, things []Thing) Cover {
	var c Cover
	for _, t := range things {
		if !slices.ContainsFunc(t.There, func(s Times) bool { return s.touches(from, to) }) {
			continue
		}
		c.Things++
		gaps := t.gaps(from, to, grace)
		if len(gaps) == 0 {
			c.Whole++
		}
		c.Gaps = append(c.Gaps, gaps...)
	}
	slices.SortFunc(c.Gaps, func(a, b Gap) int {
		return cmp.Or(cmp.Compare(b.length(to), a.length(to)), cmp.Compare(a.Name, b.Name), a.Since.Compare(b.Since))
	})
	return c
}

// touches reports whether some of s lies within from … to.
func (s Times) touches(from, to time.Time) bool {
	return s.From.Before(to) && (s.To.IsZero() || s.To.After(from)) && (s.To.IsZero() || s.To.After(s.From))
}

func (g Gap) length(now time.Time) time.Duration {
	if g.Until.IsZero() {
		return now.Sub(g.Since)
	}
	return g.Until.Sub(g.Since)
}

// gaps returns when the thing was there and could not be rated, as far as that touches the period and lasted longer than
// grace.
func (t Thing) gaps(from, to time.Time, grace time.Duration) []Gap {
	var all []Gap
	ratable := merged(t.Ratable)
	for _, there := range merged(t.There) {
		open := there
		for _, r := range ratable {
			if !r.touches(open.From, end(open.To)) {
				continue
			}
			if r.From.After(open.From) {
				all = append(all, Gap{t.Name, open.From, r.From})
			}
			if open.From = r.To; r.To.IsZero() || !open.From.Before(end(there.To)) {
				open.From = end(there.To)
				break
			}
		}
		if open.From.Before(end(there.To)) {
			all = append(all, Gap{t.Name, open.From, there.To})
		}
	}
	return slices.DeleteFunc(all, func(g Gap) bool {
		return !Times{g.Since, g.Until}.touches(from, to) || g.length(to) <= grace
	})
}

// end puts a time that never comes in the place of one that has not come.
func end(t time.Time) time.Time {
	if t.IsZero() {
		return time.Unix(1<<40, 0)
	}
	return t
}

// merged returns times in order, with what touches put together.
func merged(all []Times) []Times {
	all = slices.DeleteFunc(slices.Clone(all), func(s Times) bool { return !s.To.IsZero() && !s.To.After(s.From) })
	slices.SortFunc(all, func(a, b Times) int { return a.From.Compare(b.From) })
	var out []Times
	for _, s := range all {
		if n := len(out); n > 0 && !s.From.After(end(out[n-1].To)) {
			if !out[n-1].To.IsZero() && end(s.To).After(out[n-1].To) {
				out[n-1].To = s.To
			}
			continue
		}
		out = append(out, s)
	}
	return out
}
