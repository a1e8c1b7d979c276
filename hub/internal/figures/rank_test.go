package figures

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// The four examples of R. G. Newcombe, "Two-sided confidence intervals for the single proportion: comparison of seven
// methods", Statistics in Medicine 17 (1998), table I, method 3 (Wilson, without continuity correction).
func TestIntervalsEqualPublishedOnes(t *testing.T) {
	for _, c := range []struct {
		share     Share
		low, high float64
	}{
		{Share{81, 263}, 0.2553, 0.3662},
		{Share{15, 148}, 0.0624, 0.1605},
		{Share{0, 20}, 0, 0.1611},
		{Share{1, 29}, 0.0061, 0.1718},
	} {
		got := c.share.Interval95()
		if math.Abs(got.Low-c.low) > 0.00005 || math.Abs(got.High-c.high) > 0.00005 {
			t.Errorf("%d of %d: %.4f to %.4f, published %.4f to %.4f", c.share.Part, c.share.Of, got.Low, got.High, c.low, c.high)
		}
	}
	if got := (Share{}).Interval95(); got != (Interval{0, 1}) {
		t.Errorf("of nothing: %+v", got)
	}
}

// An end of the interval is a true share whose test just does not reject what was seen: found here by halving, without
// the formula.
func TestIntervalsInvertTheTest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5000).Draw(t, "n")
		s := Share{rapid.IntRange(0, n).Draw(t, "part"), n}
		seen := float64(s.Part) / float64(n)
		rejects := func(truth float64) bool {
			return math.Abs(seen-truth) > 1.959963984540054*math.Sqrt(truth*(1-truth)/float64(n))
		}
		edge := func(out, in float64) float64 {
			for range 200 {
				if mid := (out + in) / 2; rejects(mid) {
					out = mid
				} else {
					in = mid
				}
			}
			return in
		}
		got := s.Interval95()
		if low := edge(0, seen); math.Abs(got.Low-low) > 1e-9 {
			t.Fatalf("%+v: low %v, want %v", s, got.Low, low)
		}
		if high := edge(1, seen); math.Abs(got.High-high) > 1e-9 {
			t.Fatalf("%+v: high %v, want %v", s, got.High, high)
		}
		if got.Low < 0 || got.Low > seen || got.High < seen || got.High > 1 {
			t.Fatalf("%+v: %+v does not hold it", s, got)
		}
	})
}

// rated makes a row with ratings of 5 and of 1.
func rated(id string, good, bad int) Row {
	return Row{Group: Group{ID: id}, Sums: Sums{Levels: [5]int{bad, 0, 0, 0, good}}}
}

// Rankings have a minimum n and an interval (domain §9).
func TestRank(t *testing.T) {
	r := Report{Rows: []Row{
		rated("b", 80, 20), rated("few", 29, 0), rated("a", 400, 100), rated("c", 40, 10), rated("best", 995, 5), rated("none", 0, 0), rated("last", 100, 100),
		rated("enough", 30, 0), {Group: Group{ID: "hidden"}, Sums: Sums{Levels: [5]int{0, 0, 0, 0, 99}}, Few: true},
	}}
	rk := r.Rank(30)
	for i, c := range []struct {
		rule   string
		id     string
		rank   int
		within bool
	}{
		{"all of 30 are satisfied", "enough", 1, false},
		{"99.5 % of 1,000 may as well be more", "best", 2, true},
		{"80 % of 100 are fewer for certain", "b", 3, false},
		{"80 % of 500 are the same share, the same rank", "a", 3, true},
		{"and so are 80 % of 50", "c", 3, true},
		{"the next rank counts them all", "last", 6, false},
	} {
		p := rk.Placed[i]
		if p.ID != c.id || p.Rank != c.rank || p.Within != c.within || p.Share != p.Satisfaction() {
			t.Errorf("%s: %s has rank %d, within: %v; want %s, %d, %v", c.rule, p.ID, p.Rank, p.Within, c.id, c.rank, c.within)
		}
	}
	var few []string
	for _, row := range rk.TooFew {
		few = append(few, row.ID)
	}
	if !slices.Equal(few, []string{"few", "none", "hidden"}) || rk.Least != 30 {
		t.Errorf("too few to rank: %v, least %d", few, rk.Least)
	}
	if rk := r.Rank(0); len(rk.TooFew) != 2 || rk.Least != 1 {
		t.Errorf("a share of nothing has no rank: %+v", rk.TooFew)
	}
}
