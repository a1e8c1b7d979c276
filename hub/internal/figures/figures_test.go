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
	} {
		if got := Of(c.visit); got != c.want {
			t.Errorf("%s: %+v, want %+v", c.rule, got, c.want)
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

func TestSumsAddAndAreTakenAway(t *testing.T) {
	s := Sums{Served: 2, Ratable: 2, Invited: 1, Levels: [5]int{0, 0, 1, 0, 1}}
	if got := s.Plus(1, s).Plus(-2, s); !got.IsZero() {
		t.Errorf("twice added, twice taken away: %+v", got)
	}
}
