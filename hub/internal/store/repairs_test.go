package store_test

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/repair"
	"hallpulse/hub/internal/store"
)

// manyRepairs puts n repairs into a store, of every state, of three units in two halls.
func manyRepairs(t *testing.T, s *store.Store, n int) []repair.Repair {
	t.Helper()
	r := rand.New(rand.NewPCG(7, uint64(n)))
	at := time.Date(2026, 11, 2, 9, 0, 0, 0, hall.Beijing())
	var all []repair.Repair
	for i := range n {
		state := repair.States()[r.IntN(len(repair.States()))]
		visit := hall.ID{Agent: 1, Tag: 0x9f2c, Serial: uint32(r.IntN(1 << 30))}
		one := repair.Repair{ID: visit.String(), Visit: visit, Number: fmt.Sprint("R-", 100+3*i), State: state, Agent: 1,
			Hall: []string{"city", "town"}[r.IntN(2)], Unit: []string{"police", "tax", "centre"}[r.IntN(3)], Item: fmt.Sprint("i", r.IntN(4)),
			Frozen: r.IntN(6) == 0 && !state.Final()}
		one.Round.Deadline.Day = hall.DayOf(at) + hall.Day(r.IntN(8))
		one.Round.Attempts = 2
		one.Rating.Named = r.IntN(2) == 0
		one.Rating.Callback = one.Rating.Named && r.IntN(2) == 0
		if r.IntN(5) == 0 {
			one.Exclusion.At = at
		}
		did := map[repair.State]hall.Type{repair.Closed: hall.TypeRepairClosed, repair.Excluded: hall.TypeRepairExcluded, repair.Withdrawn: hall.TypeRepairWithdrawn}[state]
		if did != "" {
			one.Steps = []repair.Step{{Stamp: repair.Stamp{At: at.AddDate(0, 0, r.IntN(5)), Type: did}}}
		}
		all = append(all, one)
	}
	var c intake.Changes
	for i := range all {
		c.Repairs = append(c.Repairs, &all[i])
	}
	if err := s.Update(func(tx intake.Tx) error { return tx.Save(&c) }); err != nil {
		t.Fatal(err)
	}
	return all
}

// What is asked for is what comes, each repair once over all pages, in the order that was asked for; and it is as many as
// are counted.
func TestListsOfRepairs(t *testing.T) {
	s := openStore(t)
	all := manyRepairs(t, s, 600)
	yes, no := true, false
	day := all[0].Round.Deadline.Day
	has := func(r repair.Repair, w repair.Wait) bool { return slices.Contains(r.Waits(), w) }
	for name, c := range map[string]struct {
		asked intake.RepairsAsked
		takes func(repair.Repair) bool
	}{
		"all":              {intake.RepairsAsked{}, func(repair.Repair) bool { return true }},
		"open":             {intake.RepairsAsked{Open: &yes}, func(r repair.Repair) bool { return !r.State.Final() }},
		"over":             {intake.RepairsAsked{Open: &no}, func(r repair.Repair) bool { return r.State.Final() }},
		"running":          {intake.RepairsAsked{Running: true}, func(r repair.Repair) bool { return r.State.Running() && !r.Frozen }},
		"frozen":           {intake.RepairsAsked{Frozen: true}, func(r repair.Repair) bool { return r.Frozen }},
		"to be called":     {intake.RepairsAsked{Calls: true}, func(r repair.Repair) bool { return has(r, repair.WaitCall) && !r.Frozen }},
		"to be decided":    {intake.RepairsAsked{Decides: true}, func(r repair.Repair) bool { return has(r, repair.WaitExclusion) || has(r, repair.WaitAppeal) }},
		"proposed":         {intake.RepairsAsked{Exclusion: "pending"}, func(r repair.Repair) bool { return r.Exclusion.Pending() }},
		"of a unit":        {intake.RepairsAsked{Within: intake.Within{Unit: "tax"}}, func(r repair.Repair) bool { return r.Unit == "tax" }},
		"of a hall":        {intake.RepairsAsked{Within: intake.Within{Bound: true, Halls: []string{"town"}}}, func(r repair.Repair) bool { return r.Hall == "town" }},
		"of no hall":       {intake.RepairsAsked{Within: intake.Within{Bound: true}}, func(repair.Repair) bool { return false }},
		"of items":         {intake.RepairsAsked{Items: []string{"i1", "i2"}}, func(r repair.Repair) bool { return r.Item == "i1" || r.Item == "i2" }},
		"due by a day":     {intake.RepairsAsked{Running: true, DueTo: day}, func(r repair.Repair) bool { return r.State.Running() && !r.Frozen && r.Round.Deadline.Day <= day }},
		"in two states":    {intake.RepairsAsked{States: []string{"open", "closed"}}, func(r repair.Repair) bool { return r.State == repair.Open || r.State == repair.Closed }},
		"one, by number":   {intake.RepairsAsked{Number: 103}, func(r repair.Repair) bool { return r.Number == "R-103" }},
		"newest first":     {intake.RepairsAsked{Order: intake.ByNewest}, func(repair.Repair) bool { return true }},
		"what ended, last": {intake.RepairsAsked{Order: intake.ByEnded}, func(r repair.Repair) bool { return r.State.Final() }},
	} {
		t.Run(name, func(t *testing.T) {
			var want []repair.Repair
			for _, r := range all {
				if c.takes(r) {
					want = append(want, r)
				}
			}
			slices.SortFunc(want, inOrder(c.asked.Order))
			var got []repair.Repair
			for c.asked.Limit, c.asked.After = 7, ""; ; {
				page, next, err := s.Repairs(t.Context(), c.asked)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, page...)
				if next == "" {
					break
				}
				if text, _ := base64.RawURLEncoding.DecodeString(next); strings.Contains(string(text), page[len(page)-1].ID) {
					t.Fatalf("the cursor tells whose repair it is: %s", text)
				}
				c.asked.After = next
			}
			if !slices.EqualFunc(got, want, func(a, b repair.Repair) bool { return a.ID == b.ID }) {
				t.Errorf("%d came, want %d", len(got), len(want))
			}
			if n, err := s.CountRepairs(t.Context(), c.asked); err != nil || n != len(want) {
				t.Errorf("counted %d, want %d: %v", n, len(want), err)
			}
		})
	}
}

// inOrder is what an order says, worked out apart.
func inOrder(o intake.Order) func(a, b repair.Repair) int {
	number := func(r repair.Repair) (n int) {
		fmt.Sscanf(r.Number, "R-%d", &n)
		return n
	}
	group := func(r repair.Repair) int {
		switch {
		case r.State.Final():
			return 3
		case r.Frozen:
			return 2
		case r.Done():
			return 1
		}
		return 0
	}
	return func(a, b repair.Repair) int {
		switch o {
		case intake.ByNewest:
			return number(b) - number(a)
		case intake.ByEnded:
			x, _ := a.Ended()
			y, _ := b.Ended()
			return cmp.Or(y.Compare(x), number(b)-number(a))
		}
		return cmp.Or(group(a)-group(b), cmp.Compare(a.Round.Deadline.Day, b.Round.Deadline.Day), number(a)-number(b))
	}
}
