package figures

import (
	"testing"

	"hallpulse/firmware-protocol/hall"
)

// What one visit counts as, by domain §3.10 and §9.
func TestOf(t *testing.T) {
	for _, c := range []struct {
		rule  string
		visit Visit
		want  Sums
	}{
		{"called, not come yet", Visit{}, Sums{}},
		{"a no-show is not served", Visit{Ended: true}, Sums{}},
		{"being served", Visit{Began: true}, Sums{}},
		{"served and finished, not asked", Visit{Began: true, Ended: true, Ratable: true}, Sums{Served: 1, Ratable: 1}},
		{"asked, no answer", Visit{Began: true, Ended: true, Ratable: true, Invited: true}, Sums{Served: 1, Ratable: 1, Invited: 1}},
		{"rated", Visit{Began: true, Ended: true, Ratable: true, Invited: true, Level: hall.Bad}, Sums{Served: 1, Ratable: 1, Invited: 1, Levels: [5]int{0, 1, 0, 0, 0}}},
		{"served and ended without being ratable", Visit{Began: true, Ended: true, Invited: true, Level: hall.Good}, Sums{Served: 1}},
		{"§3.4 nobody rated in time: the default, marked, no rating", over(Visit{Default: hall.Fair}), Sums{Served: 1, Ratable: 1, Defaults: [5]int{0, 0, 1, 0, 0}}},
		{"§3.4 by another pack the default is 满意", over(Visit{Default: hall.Good}), Sums{Served: 1, Ratable: 1, Defaults: [5]int{0, 0, 0, 1, 0}}},
		{"a rating given in time displaces a default whenever it arrives", over(Visit{Default: hall.Fair, Level: hall.Bad}), Sums{Served: 1, Ratable: 1, Levels: [5]int{0, 1, 0, 0, 0}}},
		{"§3.2 a rating that replaced a press, with follow-ups", over(Visit{Level: hall.Good, Replaced: true, FollowUps: 2}), Sums{Served: 1, Ratable: 1, Levels: [5]int{0, 0, 0, 1, 0}, Replaced: 1, FollowUps: 2}},
		{"§3.6 不公开: the level still counts", over(Visit{Level: hall.Good, Withheld: true}), Sums{Served: 1, Ratable: 1, Levels: [5]int{0, 0, 0, 1, 0}, Withheld: 1}},
		{"§3.9 实名", over(Visit{Level: hall.Good, Named: true}), Sums{Served: 1, Ratable: 1, Levels: [5]int{0, 0, 0, 1, 0}, Named: 1}},
		{"§3.13 a bad press that gave no reason", over(Visit{Level: hall.VeryBad, ReasonMissing: true}), Sums{Served: 1, Ratable: 1, Levels: [5]int{1, 0, 0, 0, 0}, ReasonMissing: 1}},
		{"§3.13 a good one owes no reason", over(Visit{Level: hall.Good, ReasonMissing: true}), Sums{Served: 1, Ratable: 1, Levels: [5]int{0, 0, 0, 1, 0}}},
		{"§3.7 reasons about the platform alone leave the person's figure, not the hall's", over(Visit{Level: hall.Bad, Platform: true}), Sums{Served: 1, Ratable: 1, Levels: [5]int{0, 1, 0, 0, 0}}},
		{"§4 an excluded rating leaves every figure; its visit was served", over(Visit{Level: hall.Bad, Excluded: true, Named: true, Invited: true}), Sums{Served: 1}},
		{"what says something of a rating says nothing where there is none", over(Visit{Excluded: true, Replaced: true, FollowUps: 1, ReasonMissing: true, Withheld: true, Named: true}), Sums{Served: 1, Ratable: 1}},
	} {
		if got := Of(c.visit); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.rule, got, c.want)
		}
	}
}

// over is a visit that ended and can be rated.
func over(v Visit) Visit {
	v.Began, v.Ended, v.Ratable = true, true, true
	return v
}

// What one repair counts as, by domain §4 and §9.
func TestOfRepair(t *testing.T) {
	for _, c := range []struct {
		rule   string
		repair Repair
		want   Repairs
	}{
		{"opened, with time left", Repair{}, Repairs{Opened: 1}},
		{"past its deadline", Repair{Overdue: true}, Repairs{Opened: 1, Overdue: 1}},
		{"repaired by its deadline", Repair{Repaired: true, InTime: true}, Repairs{Opened: 1, Repaired: 1, InTime: 1}},
		{"repaired late", Repair{Repaired: true}, Repairs{Opened: 1, Repaired: 1, Overdue: 1}},
		{"repaired late, and its aggregate says so", Repair{Repaired: true, Overdue: true}, Repairs{Opened: 1, Repaired: 1, Overdue: 1}},
		{"reopened: what was in time is not repaired", Repair{InTime: true}, Repairs{Opened: 1}},
		{"named, to be called back", Repair{Named: true}, Repairs{Opened: 1, Named: 1}},
		{"named, called back, repaired", Repair{Named: true, CalledBack: true, Repaired: true, InTime: true}, Repairs{Opened: 1, Repaired: 1, InTime: 1, Named: 1, CalledBack: 1, NamedRepaired: 1}},
		{"a call to somebody who is not named is no call-back of the rate", Repair{CalledBack: true}, Repairs{Opened: 1}},
		{"withdrawn ones in none", Repair{Withdrawn: true, Repaired: true, InTime: true, Overdue: true, Named: true, CalledBack: true}, Repairs{Withdrawn: 1}},
		{"excluded ones leave every figure", Repair{Excluded: true, Repaired: true, InTime: true, Named: true}, Repairs{}},
	} {
		if got := OfRepair(c.repair); got != (Sums{Repairs: c.want}) {
			t.Errorf("%s: %+v, want %+v", c.rule, got.Repairs, c.want)
		}
	}
}

func TestSharesAreWrittenInHundredthsOfAPercent(t *testing.T) {
	for _, c := range []struct {
		share Share
		want  int
		ok    bool
	}{
		{Share{0, 0}, 0, false},
		{Share{0, 7}, 0, true},
		{Share{7, 7}, 10000, true},
		{Share{6649, 12787}, 5200, true}, // 000: 52 %
		{Share{2, 3}, 6667, true},
		{Share{1, 3}, 3333, true},
		{Share{1, 20000}, 1, true}, // half up
		{Share{1, 1_000_000}, 1, true},
		{Share{999_999, 1_000_000}, 9999, true}, // 100 % is not lacking one
		{Share{-1, 4}, -2500, true},             // a quarter longer than the law allows
		{Share{-2, 3}, -6667, true},
		{Share{-1, 1_000_000}, -1, true},
		{Share{-30, 10}, -30000, true},
	} {
		if got, ok := c.share.Hundredths(); got != c.want || ok != c.ok {
			t.Errorf("%d of %d: %d %v, want %d %v", c.share.Part, c.share.Of, got, ok, c.want, c.ok)
		}
	}
}

func TestFiguresSayWhatTheyWereCountedFrom(t *testing.T) {
	s := Sums{Served: 21, Ratable: 20, Invited: 18, Levels: [5]int{1, 2, 3, 4, 2}}
	for _, c := range []struct {
		figure string
		got    Share
		want   Share
	}{
		{"参评率", s.Participation(), Share{12, 20}},
		{"invited", s.Asked(), Share{18, 20}},
		{"满意率", s.Satisfaction(), Share{9, 12}},
		{"非常满意", s.VerySatisfied(), Share{2, 12}},
		{"差评率", s.Bad(), Share{3, 12}},
	} {
		if c.got != c.want {
			t.Errorf("%s: %+v, want %+v", c.figure, c.got, c.want)
		}
	}
	if p, ok := s.Satisfaction().Percent(); !ok || p != 75 {
		t.Errorf("满意率 is %v %v, want 75", p, ok)
	}
	if _, ok := (Sums{}).Satisfaction().Percent(); ok {
		t.Error("a share of nothing has a per cent")
	}
}

func TestRatiosAreWrittenInHundredths(t *testing.T) {
	for _, c := range []struct {
		ratio Ratio
		want  int
		ok    bool
	}{{Ratio{0, 0}, 0, false}, {Ratio{0, 4}, 0, true}, {Ratio{5, 4}, 125, true}, {Ratio{4, 3}, 133, true}, {Ratio{5, 3}, 167, true}, {Ratio{1, 200}, 1, true}} {
		if got, ok := c.ratio.Hundredths(); got != c.want || ok != c.ok {
			t.Errorf("%d for %d: %d %v, want %d %v", c.ratio.Part, c.ratio.Of, got, ok, c.want, c.ok)
		}
	}
}

func TestSumsAddAndAreTakenAway(t *testing.T) {
	s := Sums{Served: 2, Ratable: 2, Invited: 1, Levels: [5]int{0, 0, 1, 0, 1}}
	if got := s.Plus(1, s).Plus(-2, s); !got.IsZero() {
		t.Errorf("twice added, twice taken away: %+v", got)
	}
}
