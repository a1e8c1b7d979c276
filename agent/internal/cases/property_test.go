package cases

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"hallpulse/firmware-protocol/hall"
)

// Random orders, most of them wrong: what is taken agrees with hall.CaseState.After, what is told leads by it to where the
// case stands, undoing leads back, what was decided before stays as it was, and a state restored from what was stored is
// the same.
func TestTheMachineHoldsWhateverIsEntered(t *testing.T) {
	cfg := DefaultConfig(catalogue())
	steps := []hall.Type{
		hall.TypeCaseAccepted, hall.TypeCaseReturned, hall.TypeCaseResubmitted, hall.TypeCaseDecided, hall.TypeCaseDelivered,
		hall.TypeCaseRefused, hall.TypeCaseUndone, hall.TypeNoticePrinted,
	}
	rapid.Check(t, func(t *rapid.T) {
		s, stored := New(cfg), map[string]Change{}
		path, slips := map[hall.ID][]hall.CaseState{}, map[hall.ID]int{}
		for n := range rapid.IntRange(1, 60).Draw(t, "orders") {
			at := id(uint32(rapid.IntRange(1, 3).Draw(t, "case")))
			step := rapid.SampledFrom(steps).Draw(t, "step")
			o := Order{
				Step: step, CaseAt: hall.CaseAt{Case: at, Visit: id(100), Window: "21", Staff: "0523"},
				Day: hall.DayOf(monday(9)), At: monday(9).Add(time.Duration(n) * time.Minute),
				Result: rapid.SampledFrom([]hall.CaseResult{hall.CaseGranted, hall.CaseDenied}).Draw(t, "result"),
				Road:   hall.DeliveredAtWindow, Why: hall.CaseNotMet,
				Notice: &Notice{ID: id(uint32(1000 + n)), Ticket: id(99), Item: "C02", Missing: []string{rapid.SampledFrom([]string{"营业执照", "户口簿"}).Draw(t, "missing")}, Again: rapid.SampledFrom([]hall.AgainWhy{"", hall.AgainWrong}).Draw(t, "again")},
			}
			was := s.Case(at)
			if was == nil && rapid.Bool().Draw(t, "opens") {
				o.Open = &Opening{Key: at.String(), Number: at.String(), Ticket: id(99), Item: rapid.SampledFrom([]string{"C02", "D02"}).Draw(t, "item")}
			}
			if was != nil {
				o.N = was.N - rapid.SampledFrom([]int{0, 0, 0, 1}).Draw(t, "seen")
			}
			if step == hall.TypeNoticePrinted {
				o.Case = hall.ID{}
			}
			d, err := s.Do(o)
			if err != nil {
				if _, refusal := err.(Refusal); !refusal || len(d.Facts)+len(d.Changed) > 0 {
					t.Fatalf("%s: %v, %+v", step, err, d)
				}
				continue
			}
			for _, f := range d.Facts {
				follow(t, path, slips, f)
			}
			if was != nil && (s.Case(at) != was || was.N == d.Next.Case(at).N && step != hall.TypeNoticePrinted) {
				t.Fatalf("%s changed what was there before", step)
			}
			s = d.Next
			for _, c := range d.Changed {
				stored[c.Kind+"/"+c.Key] = c
			}
		}
		var all []Change
		for _, c := range stored {
			all = append(all, c)
		}
		again, err := Restore(cfg, all)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range s.All() {
			p := path[c.ID]
			if got := again.Case(c.ID); c.State != p[len(p)-1] || got.State != c.State || got.N != c.N || got.Last != c.Last || got.Notices != c.Notices || (got.Was == nil) != (c.Was == nil) {
				t.Fatalf("it stands %+v, the facts say %s, restored it is %+v", c, p[len(p)-1], got)
			}
		}
	})
}

// follow takes a fact as the hub does.
func follow(t *rapid.T, path map[hall.ID][]hall.CaseState, slips map[hall.ID]int, f hall.Fact) {
	if n, ok := f.(hall.NoticePrinted); ok {
		if slips[n.Case]++; !n.Case.IsZero() && slips[n.Case] > 1 && n.Again == "" {
			t.Fatalf("%s was told a second time without a word why", n.Case)
		}
		return
	}
	at := f.(hall.Step).On().Case
	p := path[at]
	if _, ok := f.(hall.CaseUndone); ok {
		back := hall.CaseIsUndone
		if len(p) > 1 {
			back = p[len(p)-2]
		}
		path[at] = []hall.CaseState{back, back} // neither can be undone any more
		return
	}
	var now hall.CaseState
	if len(p) > 0 {
		now = p[len(p)-1]
	}
	to, ok := now.After(f.Type())
	if !ok {
		t.Fatalf("%s cannot be told of a case that is %q", f.Type(), now)
	}
	path[at] = append(p, to)
}
