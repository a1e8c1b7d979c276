package inspection

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallpulse/firmware-protocol/hall"
)

// Whatever people and the clock do, in whatever order and however often: inspection and findings go only along the lines
// of their machines, the clock comes to rest, and the deeds alone make it all again.
func TestAnInspectionIsWhatItsDeedsMakeIt(t *testing.T) {
	outer := t
	rapid.Check(t, func(t *rapid.T) {
		f := planned(outer)
		if rapid.Bool().Draw(t, "unplanned") {
			f = newFile(outer, "2026-11-23")
		}
		people := []hall.Person{desk, watch, shen, ma, land, {}, {Account: "head", Role: "manager"}}
		t.Repeat(map[string]func(*rapid.T){
			"act": func(t *rapid.T) {
				by := rapid.SampledFrom(people).Draw(t, "by")
				n := rapid.IntRange(0, 3).Draw(t, "finding")
				x, _ := f.i.Finding(n)
				behind := rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "behind")
				seen, due := f.i.Version-behind, f.today()+hall.Day(rapid.IntRange(-1, 5).Draw(t, "due"))
				s := f.submission(NewFinding{Text: text}, NewFinding{Text: text, Unit: "land", Due: due})
				s.Draft = rapid.SampledFrom([]string{"draft-0001", "draft-0002"}).Draw(t, "draft")
				all := []func() ([]hall.Fact, error){
					func() ([]hall.Fact, error) { return f.i.Submit(s, by, f.now) },
					func() ([]hall.Fact, error) { return f.i.Assign(seen, "shen", due, f.today(), by) },
					func() ([]hall.Fact, error) { return f.i.Cancel(seen, hall.CancelledOther, by) },
					func() ([]hall.Fact, error) { return f.i.Own(n, x.Version-behind, "land", due, f.today(), by) },
					func() ([]hall.Fact, error) { return f.i.Reply(n, x.Version-behind, text, nil, by) },
					func() ([]hall.Fact, error) { return f.i.SendBack(n, x.Version-behind, text, due, f.today(), by) },
					func() ([]hall.Fact, error) { return f.i.Accept(n, x.Version-behind, by) },
				}
				before := f.i
				facts, err := all[rapid.IntRange(0, len(all)-1).Draw(t, "which")]()
				if err != nil {
					var c *Conflict
					if codeOf(err) == "" && !errors.As(err, &c) {
						t.Fatalf("an error of another kind: %v", err)
					}
					return
				}
				f.must(facts, nil)
				if f.i.Version != before.Version+len(facts) {
					t.Fatalf("%d deeds made version %d of %d", len(facts), f.i.Version, before.Version)
				}
			},
			"time": func(t *rapid.T) {
				f.now = f.now.Add(time.Duration(rapid.IntRange(1, 200).Draw(t, "hours")) * time.Hour)
				facts := f.i.Tick(f.now)
				if wakes := f.i.Wakes(); (len(facts) > 0) != (!wakes.IsZero() && !f.now.Before(wakes)) {
					t.Fatalf("at %v it says %v, and wakes at %v", f.now, facts, wakes)
				}
				f.must(facts, nil)
				if again := f.i.Tick(f.now); len(again) > 0 {
					t.Fatalf("it says %v again", again)
				}
			},
			"": func(t *rapid.T) { checkWhole(t, f) },
		})
	})
}

func checkWhole(t *rapid.T, f *file) {
	var again Inspection
	for n, fact := range f.facts {
		again = again.Apply(fact, f.at[n], int64(17+n))
	}
	a, err1 := json.Marshal(f.i)
	b, err2 := json.Marshal(again)
	if err1 != nil || err2 != nil || string(a) != string(b) {
		t.Fatalf("%v %v\n%s\nreplayed\n%s", err1, err2, a, b)
	}
	var read Inspection
	if err := json.Unmarshal(a, &read); err != nil {
		t.Fatal(err)
	}
	if c, err := json.Marshal(read); err != nil || string(c) != string(a) {
		t.Fatalf("%s became %s, %v", a, c, err)
	}
	for n, x := range f.i.Findings {
		if x.N != n+1 || f.i.State != Done || len(x.Steps) != x.Version || x.State == Owned && (x.Unit == "" || x.Due == 0) {
			t.Fatalf("finding %d: %+v", n, x)
		}
	}
}
