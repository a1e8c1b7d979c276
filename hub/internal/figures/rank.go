package figures

import (
	"cmp"
	"math"
	"slices"
)

// Interval is where a share may truly lie, as parts of one.
type Interval struct{ Low, High float64 }

// Overlaps reports whether two intervals have a value in common.
func (i Interval) Overlaps(o Interval) bool { return i.Low <= o.High && o.Low <= i.High }

// z95 is the two-sided 95 % quantile of the normal distribution.
const z95 = 1.959963984540054

// Interval95 returns the 95 % interval of a share after Wilson (1927): the shares that a test at 5 % would not reject.
// It stays between 0 and 1 and is usable with few ratings; of nothing it is all there is.
func (s Share) Interval95() Interval {
	if s.Of <= 0 {
		return Interval{0, 1}
	}
	n, p := float64(s.Of), float64(s.Part)/float64(s.Of)
	z2 := z95 * z95
	middle := (p + z2/(2*n)) / (1 + z2/n)
	half := z95 / (1 + z2/n) * math.Sqrt(p*(1-p)/n+z2/(4*n*n))
	in := Interval{max(0, middle-half), min(1, middle+half)}
	if s.Part <= 0 { // exactly, whatever the rounding
		in.Low = 0
	}
	if s.Part >= s.Of {
		in.High = 1
	}
	return in
}

// Placed is a row with its place in a ranking.
type Placed struct {
	Row
	Rank     int // from 1; rows of the same share have the same, and the next one counts them all
	Share    Share
	Interval Interval
	// Within says that the row above could as well be below: their intervals overlap.
	Within bool
}

// Ranking is a report in the order of satisfaction.
type Ranking struct {
	Least  int // how many ratings a row needs to be ranked
	Placed []Placed
	TooFew []Row // with fewer, in the order of the report
}

// Rank orders the rows of a report by satisfaction without defaults, best first; rows that share it keep the order of
// the report. Those with fewer than least ratings are listed apart
// (domain §9: rankings have a minimum n and an interval).
func (r Report) Rank(least int) Ranking {
	rk := Ranking{Least: max(1, least)}
	for _, row := range r.Rows {
		if row.Few || row.Rated() < rk.Least {
			rk.TooFew = append(rk.TooFew, row)
			continue
		}
		share := row.Satisfaction()
		rk.Placed = append(rk.Placed, Placed{Row: row, Share: share, Interval: share.Interval95()})
	}
	slices.SortStableFunc(rk.Placed, func(a, b Placed) int { return b.Share.compare(a.Share) })
	for i := range rk.Placed {
		p := &rk.Placed[i]
		p.Rank = i + 1
		if i == 0 {
			continue
		}
		above := rk.Placed[i-1]
		if p.Share.compare(above.Share) == 0 {
			p.Rank = above.Rank
		}
		p.Within = p.Interval.Overlaps(above.Interval)
	}
	return rk
}

// compare compares two shares of something exactly.
func (s Share) compare(o Share) int { return cmp.Compare(s.Part*o.Of, o.Part*s.Of) }
