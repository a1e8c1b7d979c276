package store_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/figures"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/repair"
)

// BenchmarkLists asks each list of the office as its pages ask it, of a city with years behind it, and says how long
// most answers take. Each is asked many times, of one unit, hall, window or day after the other.
//
//	go test -run '^$' -bench 'Lists/visits=1000000$' -benchtime 1x ./hub/internal/store
func BenchmarkLists(b *testing.B) {
	for _, visits := range []int{100_000, 1_000_000} {
		b.Run(fmt.Sprintf("visits=%d", visits), func(b *testing.B) {
			c := newCity(b, visits)
			for _, l := range slices.Concat(c.repairLists(b), c.caseLists(b), c.ratingLists(b), c.otherLists(b), c.figureLists()) {
				b.Run(l.says, func(b *testing.B) { l.measure(b) })
			}
		})
	}
}

// listAsked is one list as a page asks it; n says of which unit, hall, window or day.
type listAsked struct {
	says string
	ask  func(ctx context.Context, n int) error
}

// How often a list is asked, and for how long: one that is slow is asked less often.
const (
	listAsks = 60
	listTime = 4 * time.Second
)

func (l listAsked) measure(b *testing.B) {
	for b.Loop() {
		var took []float64
		for n, begun := 0, time.Now(); n < listAsks && (n < 5 || time.Since(begun) < listTime); n++ {
			at := time.Now()
			if err := l.ask(b.Context(), n); err != nil {
				b.Fatal(err)
			}
			took = append(took, float64(time.Since(at).Microseconds())/1000)
		}
		slices.Sort(took)
		b.ReportMetric(took[len(took)/2], "p50-ms")
		b.ReportMetric(took[min(len(took)-1, len(took)*95/100)], "p95-ms")
		b.ReportMetric(0, "ns/op")
	}
}

func unitOf(n int) string   { return fmt.Sprint("unit", n%cityUnits) }
func hallOf(n int) string   { return fmt.Sprint("hall", 1+n%cityHalls) }
func windowOf(n int) string { return fmt.Sprint(1 + n%cityWindows) }

// agentOf is the agent of a window.
func agentOf(n int) uint32 { return uint32(1 + n%cityWindows*cityHalls/cityWindows) }

// page50 is the page that lists begin with.
func page50() intake.Page { return intake.Page{Limit: 50} }

// deep is a page far inside of a list: behind what a reader of twenty long pages has seen.
func deep(b *testing.B, ask func(p intake.Page) (string, error)) intake.Page {
	b.Helper()
	p := intake.Page{Limit: 500}
	for range 20 {
		next, err := ask(p)
		if err != nil {
			b.Fatal(err)
		}
		if next == "" {
			break
		}
		p.After = next
	}
	p.Limit = 50
	return p
}

// views are the lists that the page of repairs offers, as hub/internal/web asks for them.
func (c *city) views() map[string]intake.RepairsAsked {
	yes, no := true, false
	inHand := []string{string(repair.Assigned), string(repair.Verifying), string(repair.Repairing)}
	return map[string]intake.RepairsAsked{
		"assign":  {States: []string{string(repair.Open)}},
		"accept":  {States: []string{string(repair.Answered)}},
		"decide":  {Decides: true},
		"frozen":  {Frozen: true},
		"calls":   {Calls: true},
		"todo":    {Running: true, States: inHand},
		"today":   {Running: true, DueFrom: c.today, DueTo: c.today},
		"overdue": {Running: true, DueTo: c.today - 1},
		"running": {Open: &yes},
		"ended":   {Open: &no, Order: intake.ByEnded},
	}
}

func (c *city) repairLists(b *testing.B) (all []listAsked) {
	list := func(says string, change func(q *intake.RepairsAsked, n int), of intake.RepairsAsked) {
		all = append(all, listAsked{"repairs " + says, func(ctx context.Context, n int) error {
			q := of
			q.Limit = 50
			change(&q, n)
			_, _, err := c.Repairs(ctx, q)
			return err
		}})
	}
	views := c.views()
	narrowed := map[string]func(q *intake.RepairsAsked, n int){
		"":                func(*intake.RepairsAsked, int) {},
		" of a unit":      func(q *intake.RepairsAsked, n int) { q.Unit = unitOf(n) },
		" of units asked": func(q *intake.RepairsAsked, n int) { q.Units = []string{unitOf(n), unitOf(n + 1)} },
		" of two halls":   func(q *intake.RepairsAsked, n int) { q.Bound, q.Halls = true, []string{hallOf(n), hallOf(n + 1)} },
		" of a window":    func(q *intake.RepairsAsked, n int) { q.Window = windowOf(n) },
		" of items": func(q *intake.RepairsAsked, n int) {
			q.Items = []string{fmt.Sprint("item", n%40), fmt.Sprint("item", n*7%40)}
		},
		" reason missing":  func(q *intake.RepairsAsked, n int) { q.Missing = true },
		" named of a unit": func(q *intake.RepairsAsked, n int) { q.Named, q.Unit = true, unitOf(n) },
		" of days": func(q *intake.RepairsAsked, n int) {
			q.DueFrom = max(q.DueFrom, c.from+hall.Day(n*5))
			if q.DueTo == 0 {
				q.DueTo = q.DueFrom + 10
			}
		},
	}
	for _, view := range sorted(views) {
		for _, by := range sorted(narrowed) {
			list(view+by, narrowed[by], views[view])
		}
	}
	for _, view := range []string{"running", "ended"} {
		q := views[view]
		q.Page = deep(b, func(p intake.Page) (string, error) {
			q.Page = p
			_, next, err := c.Repairs(b.Context(), q)
			return next, err
		})
		list(view+" deep", narrowed[""], q)
		list(view+" deep of a unit", narrowed[" of a unit"], q)
		list(view+" deep of two halls", narrowed[" of two halls"], q)
	}
	everything := intake.RepairsAsked{Order: intake.ByNewest}
	for _, by := range sorted(narrowed) {
		list("newest"+by, narrowed[by], everything)
		list("all"+by, narrowed[by], intake.RepairsAsked{})
	}
	for _, s := range repair.States() {
		list("state "+string(s)+" of a unit", narrowed[" of a unit"], intake.RepairsAsked{States: []string{string(s)}})
		list("newest in state "+string(s)+" of a hall", func(q *intake.RepairsAsked, n int) { q.Bound, q.Halls = true, []string{hallOf(n)} }, intake.RepairsAsked{States: []string{string(s)}, Order: intake.ByNewest})
	}
	list("by number", func(q *intake.RepairsAsked, n int) { q.Number = int64(4 * (n + 1)) }, intake.RepairsAsked{})
	list("of a badge", func(q *intake.RepairsAsked, n int) { q.Badge = fmt.Sprint(1000 + n%cityWindows) }, everything)
	for _, s := range []string{"pending", "decided"} {
		list("appeals "+s, narrowed[""], intake.RepairsAsked{Appeal: s})
		list("appeals "+s+" of a unit, newest", narrowed[" of a unit"], intake.RepairsAsked{Appeal: s, Order: intake.ByNewest})
		list("exclusions "+s, narrowed[""], intake.RepairsAsked{Exclusion: s})
	}
	for _, by := range []string{"", " of a unit", " of two halls"} {
		all = append(all, listAsked{"repairs menu counts" + by, func(ctx context.Context, n int) error {
			for _, view := range sorted(views) {
				if q := views[view]; view != "ended" {
					narrowed[by](&q, n)
					if _, err := c.CountRepairs(ctx, q); err != nil {
						return err
					}
				}
			}
			q := intake.RepairsAsked{Appeal: "pending"}
			narrowed[by](&q, n)
			_, err := c.CountRepairs(ctx, q)
			return err
		}})
	}
	return all
}

func (c *city) caseLists(b *testing.B) (all []listAsked) {
	yes, no := true, false
	list := func(says string, change func(q *intake.CasesAsked, n int), of intake.CasesAsked) {
		all = append(all, listAsked{"cases " + says, func(ctx context.Context, n int) error {
			q := of
			q.Limit = 50
			change(&q, n)
			_, _, err := c.Cases(ctx, q)
			return err
		}}, listAsked{"cases count " + says, func(ctx context.Context, n int) error {
			q := of
			change(&q, n)
			_, err := c.CountCases(ctx, q)
			return err
		}})
	}
	views := map[string]intake.CasesAsked{"in hand": {Open: &yes}, "overdue": {DueTo: c.today - 1}, "over": {Open: &no}, "due today": {DueFrom: c.today, DueTo: c.today}}
	narrowed := map[string]func(q *intake.CasesAsked, n int){
		"":            func(*intake.CasesAsked, int) {},
		" of a unit":  func(q *intake.CasesAsked, n int) { q.Unit = unitOf(n) },
		" of a hall":  func(q *intake.CasesAsked, n int) { q.Agents = []uint32{agentOf(n)} },
		" of an item": func(q *intake.CasesAsked, n int) { q.Items = []string{fmt.Sprint("item", n%40)} },
	}
	for _, view := range sorted(views) {
		for _, by := range sorted(narrowed) {
			list(view+by, narrowed[by], views[view])
		}
	}
	over := intake.CasesAsked{Open: &no}
	over.Page = deep(b, func(p intake.Page) (string, error) {
		over.Page = p
		_, next, err := c.Cases(b.Context(), over)
		return next, err
	})
	list("over, deep", narrowed[""], over)
	list("by number", func(q *intake.CasesAsked, n int) { q.Number = caseNumber(1 + n*37) }, intake.CasesAsked{})
	return append(all, listAsked{"cases due, by counter", func(ctx context.Context, _ int) error { _, err := c.CasesDue(ctx, c.today); return err }})
}

func (c *city) ratingLists(b *testing.B) (all []listAsked) {
	type narrow = func(q *intake.RatingsAsked, n int)
	list := func(says string, of intake.RatingsAsked, changes ...narrow) {
		all = append(all, listAsked{"ratings " + says, func(ctx context.Context, n int) error {
			q := of
			q.Limit = 50
			for _, change := range changes {
				change(&q, n)
			}
			_, _, err := c.Ratings(ctx, q)
			return err
		}})
	}
	month := func(q *intake.RatingsAsked, n int) { q.From = c.from + hall.Day(n*6); q.To = q.From + 30 }
	narrowed := map[string]narrow{
		"all":          func(*intake.RatingsAsked, int) {},
		"of a hall":    func(q *intake.RatingsAsked, n int) { q.Agents = []uint32{agentOf(n)} },
		"of two halls": func(q *intake.RatingsAsked, n int) { q.Agents = []uint32{1, 2 + uint32(n%2)} },
		"of a unit":    func(q *intake.RatingsAsked, n int) { q.Unit = unitOf(n) },
		"of units":     func(q *intake.RatingsAsked, n int) { q.Units = []string{unitOf(n), unitOf(n + 3)} },
		"of a window":  func(q *intake.RatingsAsked, n int) { q.Agents, q.Window = []uint32{agentOf(n)}, windowOf(n) },
		"of a clerk": func(q *intake.RatingsAsked, n int) {
			q.Agents, q.Staff = []uint32{1, 2, 3}, fmt.Sprint(1000+n%cityWindows)
		},
		"of nobody":  func(q *intake.RatingsAsked, n int) { q.Staff = "2000" },
		"of an item": func(q *intake.RatingsAsked, n int) { q.Item = fmt.Sprint("item", n%40) },
		"by phone":   func(q *intake.RatingsAsked, _ int) { q.Channel = "qr" },
		"by SMS":     func(q *intake.RatingsAsked, _ int) { q.Channel = "sms" },
	}
	leveled := map[string]narrow{
		"bad": func(q *intake.RatingsAsked, _ int) { q.Levels = []hall.Level{hall.VeryBad, hall.Bad} },
		"very bad of a window": func(q *intake.RatingsAsked, n int) {
			q.Levels, q.Agents, q.Window = []hall.Level{hall.VeryBad}, []uint32{agentOf(n)}, windowOf(n)
		},
		"bad of a unit": func(q *intake.RatingsAsked, n int) {
			q.Levels, q.Unit = []hall.Level{hall.VeryBad, hall.Bad}, unitOf(n)
		},
		"bad of a hall": func(q *intake.RatingsAsked, n int) {
			q.Levels, q.Agents = []hall.Level{hall.VeryBad, hall.Bad}, []uint32{agentOf(n)}
		},
		"very good of an item": func(q *intake.RatingsAsked, n int) {
			q.Levels, q.Item = []hall.Level{hall.VeryGood}, fmt.Sprint("item", n%40)
		},
		"reason missing":  func(q *intake.RatingsAsked, _ int) { q.Missing = true },
		"named of a unit": func(q *intake.RatingsAsked, n int) { q.Named, q.Unit = true, unitOf(n) },
		"withheld":        func(q *intake.RatingsAsked, _ int) { q.Withheld = true },
		"excluded":        func(q *intake.RatingsAsked, _ int) { q.Excluded = true },
		"excluded of a window": func(q *intake.RatingsAsked, n int) {
			q.Excluded, q.Window, q.Agents = true, windowOf(n), []uint32{agentOf(n)}
		},
	}
	for _, by := range sorted(narrowed) {
		list(by, intake.RatingsAsked{}, narrowed[by])
		list(by+", a month", intake.RatingsAsked{}, narrowed[by], month)
		list("default "+by, intake.RatingsAsked{Defaulted: true}, narrowed[by])
	}
	for _, by := range sorted(leveled) {
		list(by, intake.RatingsAsked{}, leveled[by])
		list(by+", a month", intake.RatingsAsked{}, leveled[by], month)
	}
	inside := intake.RatingsAsked{}
	inside.Page = deep(b, func(p intake.Page) (string, error) {
		inside.Page = p
		_, next, err := c.Ratings(b.Context(), inside)
		return next, err
	})
	for _, by := range []string{"all", "of a unit", "of two halls"} {
		list("deep "+by, inside, narrowed[by])
	}
	return all
}

func (c *city) otherLists(b *testing.B) (all []listAsked) {
	yes := true
	add := func(says string, ask func(ctx context.Context, n int) error) { all = append(all, listAsked{says, ask}) }
	concerns := func(says string, of func(n int) intake.ConcernsAsked) {
		add("concerns "+says, func(ctx context.Context, n int) error { _, _, err := c.Concerns(ctx, of(n)); return err })
		add("concerns count "+says, func(ctx context.Context, n int) error { _, err := c.CountConcerns(ctx, of(n)); return err })
	}
	hidden := intake.Within{Hidden: true}
	concerns("open", func(int) intake.ConcernsAsked {
		return intake.ConcernsAsked{Page: page50(), Within: hidden, Open: &yes}
	})
	concerns("todo", func(int) intake.ConcernsAsked {
		return intake.ConcernsAsked{Page: page50(), Within: hidden, Open: &yes, Units: []string{"centre"}}
	})
	concerns("of a unit", func(n int) intake.ConcernsAsked {
		return intake.ConcernsAsked{Page: page50(), Within: intake.Within{Unit: unitOf(n)}, Open: &yes}
	})
	concerns("overdue", func(int) intake.ConcernsAsked {
		return intake.ConcernsAsked{Page: page50(), Within: hidden, Open: &yes, DueTo: c.today - 1}
	})
	concerns("ended", func(int) intake.ConcernsAsked {
		return intake.ConcernsAsked{Page: page50(), Within: hidden, States: []string{"closed"}, Order: intake.ByNewest}
	})
	concerns("ended of a unit", func(n int) intake.ConcernsAsked {
		return intake.ConcernsAsked{Page: page50(), Within: intake.Within{Unit: unitOf(n)}, States: []string{"closed"}, Order: intake.ByNewest}
	})
	concerns("ended of a month", func(n int) intake.ConcernsAsked {
		return intake.ConcernsAsked{Page: page50(), States: []string{"closed"}, Order: intake.ByNewest, From: c.from + hall.Day(n*6), To: c.from + hall.Day(n*6+30)}
	})
	concerns("praise", func(int) intake.ConcernsAsked {
		return intake.ConcernsAsked{Page: page50(), Within: hidden, States: []string{"recorded", "struck"}, Order: intake.ByNewest}
	})

	inspections := func(says string, of func(n int) intake.InspectionsAsked) {
		add("inspections "+says, func(ctx context.Context, n int) error { _, _, err := c.Inspections(ctx, of(n)); return err })
	}
	inspections("open", func(int) intake.InspectionsAsked { return intake.InspectionsAsked{Page: page50(), Open: &yes} })
	inspections("newest of a hall", func(n int) intake.InspectionsAsked {
		return intake.InspectionsAsked{Page: page50(), Within: intake.Within{Bound: true, Halls: []string{hallOf(n)}}, Order: intake.ByNewest}
	})
	inspections("planned of an inspector", func(n int) intake.InspectionsAsked {
		return intake.InspectionsAsked{Page: page50(), Within: intake.Within{Account: fmt.Sprint("inspector", n%12)}, States: []string{"planned"}}
	})

	messages := func(says string, of func(n int) intake.MessagesAsked) {
		add("messages "+says, func(ctx context.Context, n int) error { _, _, err := c.Messages(ctx, of(n)); return err })
	}
	messages("all", func(int) intake.MessagesAsked { return intake.MessagesAsked{Page: page50()} })
	messages("doubtful", func(int) intake.MessagesAsked {
		return intake.MessagesAsked{Page: page50(), States: []string{"doubtful"}}
	})
	messages("waiting", func(int) intake.MessagesAsked {
		return intake.MessagesAsked{Page: page50(), States: []string{"waiting", "trying"}}
	})
	messages("others", func(int) intake.MessagesAsked {
		return intake.MessagesAsked{Page: page50(), States: []string{"waiting", "trying", "sent", "delivered", "failed", "dropped"}}
	})
	messages("about a visit", func(n int) intake.MessagesAsked {
		return intake.MessagesAsked{Page: page50(), About: fmt.Sprint("1-9f2c-", n+1)}
	})
	messages("failed of a kind", func(n int) intake.MessagesAsked {
		return intake.MessagesAsked{Page: page50(), States: []string{"failed"}, Kinds: []string{string(hall.MessageKinds()[n%len(hall.MessageKinds())])}}
	})

	deeds := func(says string, of func(n int) intake.DeedsAsked) {
		add("audit "+says, func(ctx context.Context, n int) error { _, _, err := c.Deeds(ctx, of(n)); return err })
	}
	month := func(n int) (from, to time.Time) { d := c.from + hall.Day(n*6); return d.Start(), (d + 30).Start() }
	deeds("all", func(int) intake.DeedsAsked { return intake.DeedsAsked{Page: page50()} })
	deeds("of an account", func(n int) intake.DeedsAsked {
		return intake.DeedsAsked{Page: page50(), Account: fmt.Sprint("account", n)}
	})
	deeds("about a visit", func(n int) intake.DeedsAsked {
		return intake.DeedsAsked{Page: page50(), About: fmt.Sprint("1-9f2c-", n+1)}
	})
	deeds("of the law", func(int) intake.DeedsAsked {
		return intake.DeedsAsked{Page: page50(), Types: []string{"calendar.", "deadline.", "deadlines.", "policy."}}
	})
	deeds("of the law by an account", func(n int) intake.DeedsAsked {
		return intake.DeedsAsked{Page: page50(), Account: fmt.Sprint("account", n), Types: []string{"calendar.", "deadline.", "deadlines.", "policy."}}
	})
	deeds("of people", func(int) intake.DeedsAsked { return intake.DeedsAsked{Page: page50(), Types: []string{"account."}} })
	deeds("of repairs, a month", func(n int) intake.DeedsAsked {
		from, to := month(n)
		return intake.DeedsAsked{Page: page50(), Types: []string{"repair.", "appeal."}, From: from, To: to}
	})
	deeds("of a month", func(n int) intake.DeedsAsked {
		from, to := month(n)
		return intake.DeedsAsked{Page: page50(), From: from, To: to}
	})
	inside := intake.DeedsAsked{}
	inside.Page = deep(b, func(p intake.Page) (string, error) {
		inside.Page = p
		_, next, err := c.Deeds(b.Context(), inside)
		return next, err
	})
	deeds("deep", func(int) intake.DeedsAsked { return inside })
	return all
}

// figureLists are the reports, for a month and for a year.
func (c *city) figureLists() (all []listAsked) {
	for _, by := range figures.Groupings() {
		for _, span := range []struct {
			says string
			days hall.Day
		}{{"a month", 30}, {"a year", 366}} {
			all = append(all, listAsked{fmt.Sprintf("figures by %s, %s", by, span.says), func(ctx context.Context, n int) error {
				q := figures.Query{By: by, From: c.today - span.days - hall.Day(n%30) + 1, To: c.today - hall.Day(n%30)}
				_, err := c.Tallies(ctx, q, nil)
				return err
			}})
		}
	}
	return append(all, listAsked{"figures awaiting", func(ctx context.Context, n int) error {
		_, err := c.Awaiting(ctx, c.today, []uint32{1, 2 + uint32(n%2)})
		return err
	}}, listAsked{"agents awaited", func(ctx context.Context, _ int) error { _, err := c.AwaitingBy(ctx, c.today); return err }},
		listAsked{"calendar provisional", func(ctx context.Context, _ int) error { _, _, err := c.Provisional(ctx, c.today+30); return err }})
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
