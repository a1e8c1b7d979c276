package hall

import (
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Domain §5 (001): the desk's seven kinds; the roads a concern takes.
func TestTheSetsOfTheDeskAreClosed(t *testing.T) {
	if got := len(ConcernKinds()); got != 7 {
		t.Errorf("%d kinds of concerns, 001 names seven", got)
	}
	for _, k := range append(ConcernKinds(), "", "praise ", "other") {
		if want := slices.Contains(ConcernKinds(), k); k.Valid() != want {
			t.Errorf("kind %q: valid %v", k, k.Valid())
		}
	}
	for what, valid := range map[string][2]bool{ // one that is in the set, one that is not
		"source":    {ConcernHotline.Valid(), ConcernSource("fax").Valid()},
		"returned":  {ReturnedNotOurs.Valid(), ReturnedWhy("lazy").Valid()},
		"body":      {BodyDiscipline.Valid(), Body("").Valid()},
		"invalid":   {InvalidForeign.Valid(), InvalidWhy("").Valid()},
		"closed":    {ClosedDoubled.Valid(), ClosedWhy("").Valid()},
		"form":      {PraisePennant.Valid(), PraiseForm("rating").Valid()},
		"struck":    {StruckMade.Valid(), StruckWhy("").Valid()},
		"look":      {InspectionSurvey.Valid(), InspectionKind("").Valid()},
		"cancelled": {CancelledClosed.Valid(), CancelledWhy("").Valid()},
	} {
		if valid != [2]bool{true, false} {
			t.Errorf("%s: %v", what, valid)
		}
	}
}

func TestAVerdictOnAnAnswerHasALevel(t *testing.T) {
	for _, body := range []string{`{"about":"c-1","by":{}}`, `{"about":"c-1","by":{},"level":0}`, `{"about":"c-1","by":{},"level":6}`} {
		if f, err := DecodeFact(TypeConcernHeard, []byte(body)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s is %+v, %v", body, f, err)
		}
	}
}

func TestDeedsNameTheTextsThatLieApart(t *testing.T) {
	one, two := Sealed{"r1", "aa"}, Sealed{"r2", "bb"}
	for _, c := range []struct {
		deed Texts
		want int
	}{
		{ConcernReceived{Text: one, Asker: two}, 2},
		{ConcernReceived{Text: one}, 1}, // anonymous
		{ConcernReturned{}, 0},
		{ConcernAnswered{Text: one}, 1},
		{ConcernReopened{Text: one}, 1},
		{ConcernPraised{Asker: one}, 1},
		{InspectionDone{Answers: one, Photos: []Sealed{two, two}}, 3},
		{InspectionFound{Text: one}, 1},
		{InspectionAnswered{Text: one, Photos: []Sealed{two}}, 2},
		{InspectionSentBack{Text: one}, 1},
	} {
		if got := c.deed.Sealed(); len(got) != c.want || slices.Contains(got, Sealed{}) {
			t.Errorf("%T names %v", c.deed, got)
		}
	}
}

func TestQuarters(t *testing.T) {
	for _, c := range []struct{ day, quarter, first, last string }{
		{"2026-01-01", "2026-Q1", "2026-01-01", "2026-03-31"},
		{"2028-02-29", "2028-Q1", "2028-01-01", "2028-03-31"},
		{"2026-06-30", "2026-Q2", "2026-04-01", "2026-06-30"},
		{"2026-07-01", "2026-Q3", "2026-07-01", "2026-09-30"},
		{"2026-12-31", "2026-Q4", "2026-10-01", "2026-12-31"},
	} {
		d, err := ParseDay(c.day)
		if err != nil {
			t.Fatal(err)
		}
		q := QuarterOf(d)
		first, last, ok := q.Days()
		if string(q) != c.quarter || !ok || first.String() != c.first || last.String() != c.last {
			t.Errorf("%s is in %s, which goes from %s to %s, %v", c.day, q, first, last, ok)
		}
	}
	for _, s := range []string{"", "2026-Q0", "2026-Q5", "2026Q4", "2026-q4", "2026-Q4 ", "26-Q4", "2026-Q44", "-026-Q1", "+026-Q1"} {
		if q, err := ParseQuarter(s); err == nil {
			t.Errorf("%q is read as %s", s, q)
		}
		if _, _, ok := Quarter(s).Days(); ok {
			t.Errorf("%q has days", s)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		d := Day(rapid.Int32Range(0, 60_000).Draw(t, "day"))
		first, last, ok := QuarterOf(d).Days()
		if !ok || d < first || d > last || QuarterOf(last+1) == QuarterOf(d) {
			t.Fatalf("%s: %s from %s to %s, %v", d, QuarterOf(d), first, last, ok)
		}
	})
}
