package concern

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallpulse/firmware-protocol/hall"
)

// Whatever people and the clock do, in whatever order and however often: a concern goes only along the lines of the
// machine, a report is never seen by a unit, the first responsibility passes only to who accepts, the clock comes to
// rest, and the deeds alone make the concern again.
func TestAConcernIsWhatItsDeedsMakeIt(t *testing.T) {
	outer := t
	rapid.Check(t, func(t *rapid.T) {
		f := newFile(outer, "2026-11-23 09:00")
		people := []hall.Person{desk, watch, police, land, oper, hall.Citizen(), {}, {Account: "desk-2", Role: "centre", Unit: "land"}}
		n := New{ID: "c-1", Kind: rapid.SampledFrom(append(hall.ConcernKinds(), "x")).Draw(t, "kind"), Source: hall.ConcernWeb,
			Topic: rapid.SampledFrom([]string{"", "identity", "queue", "odd"}).Draw(t, "topic"), Pressure: rapid.Bool().Draw(t, "pressure"), Text: text}
		if rapid.Bool().Draw(t, "order") {
			n.ID, n.Source, n.Order = "12345-20261123", hall.ConcernHotline, "20261123"
			n.Limit = f.now.Add(time.Duration(rapid.IntRange(1, 200).Draw(t, "limit")) * time.Hour)
		}
		t.Repeat(map[string]func(*rapid.T){
			"act": func(t *rapid.T) {
				by := rapid.SampledFrom(people).Draw(t, "by")
				seen := f.c.Version - rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "behind")
				unit := rapid.SampledFrom([]string{"police", "land", Centre, ""}).Draw(t, "unit")
				put := Correction{Kind: rapid.SampledFrom([]hall.ConcernKind{"", "", "", hall.ConcernReport, hall.ConcernPlea}).Draw(t, "put")}
				why := rapid.SampledFrom([]hall.ClosedWhy{hall.ClosedAnswered, hall.ClosedWithdrawn, hall.ClosedDoubled}).Draw(t, "why")
				same := map[bool]string{true: "c-0"}[why == hall.ClosedDoubled]
				all := []func() ([]hall.Fact, error){
					func() ([]hall.Fact, error) { return f.c.Receive(n, f.list, f.law, by, f.now) },
					func() ([]hall.Fact, error) { return f.c.Route(seen, unit, put, f.list, f.law, by, f.now) },
					func() ([]hall.Fact, error) { return f.c.Sign(seen, by) },
					func() ([]hall.Fact, error) { return f.c.Return(seen, hall.ReturnedNotOurs, text, f.law, by, f.now) },
					func() ([]hall.Fact, error) { return f.c.Refer(seen, hall.BodyPolice, by) },
					func() ([]hall.Fact, error) { return f.c.Reply(seen, text, by) },
					func() ([]hall.Fact, error) { return f.c.Judge(seen, true, "", by) },
					func() ([]hall.Fact, error) { return f.c.Hear(3, hall.ChannelHotline, "call-1", by) },
					func() ([]hall.Fact, error) { return f.c.Reopen(seen, text, time.Time{}, f.law, by, f.now) },
					func() ([]hall.Fact, error) { return f.c.Close(seen, why, same, by) },
					func() ([]hall.Fact, error) { return f.c.Strike(seen, hall.StruckMade, by) },
				}
				before := f.c
				facts, err := all[rapid.IntRange(0, len(all)-1).Draw(t, "which")]()
				if err != nil {
					var r *Refused
					var c *Conflict
					if !errors.As(err, &r) && !errors.As(err, &c) || errors.As(err, &r) && !slices.Contains(Codes(), r.Code) {
						t.Fatalf("an error of another kind: %v", err)
					}
					return
				}
				f.must(facts, nil)
				checkStep(t, before, f.c, facts)
			},
			"time": func(t *rapid.T) {
				f.now = f.now.Add(time.Duration(rapid.IntRange(1, 60).Draw(t, "hours")) * time.Hour)
				before := f.c
				facts := f.c.Tick(f.now)
				if wakes := f.c.Wakes(); (len(facts) > 0) != (!wakes.IsZero() && !f.now.Before(wakes)) {
					t.Fatalf("at %v it says %v, and wakes at %v", f.now, facts, wakes)
				}
				f.must(facts, nil)
				if again := f.c.Tick(f.now); len(again) > 0 {
					t.Fatalf("it says %v again", again)
				}
				checkStep(t, before, f.c, facts)
			},
			"": func(t *rapid.T) { checkWhole(t, f) },
		})
	})
}

// checkStep compares a concern with what it was before facts.
func checkStep(t *rapid.T, before, after Concern, facts []hall.Fact) {
	state := before.State
	accepted := before.Unit
	for _, fact := range facts {
		to, ok := next(state, fact.Type())
		if !ok {
			t.Fatalf("%s has no line from %s", fact.Type(), state)
		}
		state = to
		switch d := fact.(type) {
		case hall.ConcernRouted:
			if accepted == "" || d.Unit == Centre {
				accepted = d.Unit
			}
		case hall.ConcernSigned:
			accepted = before.To
		}
	}
	if after.State != state || after.Version != before.Version+len(facts) || after.Unit != accepted {
		t.Fatalf("%s, version %d, %q answers; want %s, %d, %q", after.State, after.Version, after.Unit, state, before.Version+len(facts), accepted)
	}
	if before.Hidden() && before.Pressure && !after.Hidden() {
		t.Fatal("pressure is hidden no more")
	}
}

func checkWhole(t *rapid.T, f *file) {
	if f.c.Hidden() && (f.c.Visible("police") || f.c.Visible("land") || f.c.With() != "" && f.c.With() != Centre) {
		t.Fatalf("a report is with %s", f.c.With())
	}
	if f.c.State.Open() && f.c.Due().IsZero() {
		t.Fatal("an answer is owed and nothing is due")
	}
	var again Concern
	for i, fact := range f.facts {
		again = again.Apply(fact, f.at[i], int64(17+i))
	}
	a, err1 := json.Marshal(f.c)
	b, err2 := json.Marshal(again)
	if err1 != nil || err2 != nil || string(a) != string(b) {
		t.Fatalf("%v %v\n%s\nreplayed\n%s", err1, err2, a, b)
	}
	if len(f.c.Steps) != f.c.Version || f.c.Version > 0 && f.c.Last != f.c.Steps[len(f.c.Steps)-1].Mark {
		t.Fatalf("%d steps of version %d", len(f.c.Steps), f.c.Version)
	}
}
