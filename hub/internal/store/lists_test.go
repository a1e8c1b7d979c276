package store_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/concern"
	"hallpulse/hub/internal/inspection"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/notify"
	"hallpulse/hub/internal/repair"
	"hallpulse/hub/internal/store"
)

// save writes rows as intake would.
func save(t testing.TB, s *store.Store, c intake.Changes) {
	t.Helper()
	if err := s.Update(func(tx intake.Tx) error { return tx.Save(&c) }); err != nil {
		t.Fatal(err)
	}
}

// pages reads a list to its end, seven rows at a time. Each row must come once.
func pages[R any](t *testing.T, ask func(intake.Page) ([]R, string, error), id func(R) string) (ids []string) {
	t.Helper()
	for p := (intake.Page{Limit: 7}); ; {
		rows, next, err := ask(p)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			if slices.Contains(ids, id(r)) {
				t.Fatalf("%s came twice", id(r))
			}
			ids = append(ids, id(r))
		}
		if next == "" {
			return ids
		}
		p.After = next
	}
}

// wanted are the ids of what a filter takes, in the order of the list.
func wanted[R any](all []R, takes func(R) bool, order func(a, b R) int, id func(R) string) (ids []string) {
	all = slices.Clone(all)
	slices.SortFunc(all, order)
	for _, r := range all {
		if takes(r) {
			ids = append(ids, id(r))
		}
	}
	return ids
}

func pick[V any](r *rand.Rand, of ...V) V { return of[r.IntN(len(of))] }

// manyVisits puts visits into a store, rated, unrated and rated by default, by three agents.
func manyVisits(t *testing.T, s *store.Store, n int) (all []intake.Visit) {
	t.Helper()
	r := rand.New(rand.NewPCG(8, uint64(n)))
	var c intake.Changes
	for i := range n {
		v := intake.Visit{ID: hall.ID{Agent: uint32(1 + r.IntN(3)), Tag: 0x9f2c, Serial: uint32(i + 1)}, Window: pick(r, "1", "2", "3"), Staff: pick(r, "1024", "1025"),
			Unit: pick(r, "police", "tax", "water"), Item: pick(r, "id-card", "passport"), Outcome: hall.OutcomeFinished}
		at := morning.Add(time.Duration(r.IntN(8*24)) * time.Hour) // many of one moment
		switch r.IntN(4) {
		case 0:
			v.Default, v.Defaulted = hall.Fair, at
		case 1:
		default:
			v.Level, v.Channel, v.Rated = hall.Level(1+r.IntN(5)), pick(r, hall.ChannelPad, hall.ChannelPad, hall.ChannelQR), at
			v.ReasonMissing, v.Named, v.Withheld, v.Excluded = r.IntN(4) == 0, r.IntN(4) == 0, r.IntN(9) == 0, r.IntN(9) == 0
		}
		all = append(all, v)
	}
	for i := range all {
		c.Visits = append(c.Visits, &all[i])
	}
	save(t, s, c)
	return all
}

// What is asked for of ratings is what comes, each once over all pages, the newest first.
func TestListsOfRatings(t *testing.T) {
	s := openStore(t)
	all := manyVisits(t, s, 700)
	day := hall.DayOf(morning)
	id := func(v intake.Visit) string { return v.ID.String() }
	for name, c := range map[string]struct {
		asked intake.RatingsAsked
		takes func(intake.Visit) bool
	}{
		"all":                   {intake.RatingsAsked{}, func(intake.Visit) bool { return true }},
		"by default":            {intake.RatingsAsked{Defaulted: true}, func(intake.Visit) bool { return true }},
		"of a hall":             {intake.RatingsAsked{Agents: []uint32{2}}, func(v intake.Visit) bool { return v.ID.Agent == 2 }},
		"of two halls":          {intake.RatingsAsked{Agents: []uint32{1, 3}}, func(v intake.Visit) bool { return v.ID.Agent != 2 }},
		"of no hall":            {intake.RatingsAsked{Agents: []uint32{}}, func(intake.Visit) bool { return false }},
		"of many agents":        {intake.RatingsAsked{Agents: []uint32{1, 2, 4, 5, 6, 7, 8, 9, 10, 11}}, func(v intake.Visit) bool { return v.ID.Agent < 3 }},
		"defaults of two halls": {intake.RatingsAsked{Defaulted: true, Agents: []uint32{1, 3}}, func(v intake.Visit) bool { return v.ID.Agent != 2 }},
		"of a unit":             {intake.RatingsAsked{Within: intake.Within{Unit: "tax"}}, func(v intake.Visit) bool { return v.Unit == "tax" }},
		"of units in halls":     {intake.RatingsAsked{Units: []string{"tax", "water"}, Agents: []uint32{1, 2}}, func(v intake.Visit) bool { return v.Unit != "police" && v.ID.Agent != 3 }},
		"of a window":           {intake.RatingsAsked{Agents: []uint32{1}, Window: "2"}, func(v intake.Visit) bool { return v.ID.Agent == 1 && v.Window == "2" }},
		"of a clerk":            {intake.RatingsAsked{Staff: "1025", Agents: []uint32{1, 2}}, func(v intake.Visit) bool { return v.Staff == "1025" && v.ID.Agent != 3 }},
		"one's own":             {intake.RatingsAsked{Within: intake.Within{Badge: "1024"}}, func(v intake.Visit) bool { return v.Staff == "1024" }},
		"of an item":            {intake.RatingsAsked{Item: "passport"}, func(v intake.Visit) bool { return v.Item == "passport" }},
		"by phone":              {intake.RatingsAsked{Channel: "qr"}, func(v intake.Visit) bool { return v.Channel == hall.ChannelQR }},
		"by the pad":            {intake.RatingsAsked{Channel: "pad"}, func(v intake.Visit) bool { return v.Channel == hall.ChannelPad }},
		"bad":                   {intake.RatingsAsked{Levels: []hall.Level{hall.VeryBad, hall.Bad}, Units: []string{"tax", "police"}}, func(v intake.Visit) bool { return v.Level.IsBad() && v.Unit != "water" }},
		"not bad":               {intake.RatingsAsked{Levels: []hall.Level{hall.Fair, hall.Good, hall.VeryGood}}, func(v intake.Visit) bool { return !v.Level.IsBad() }},
		"without reason":        {intake.RatingsAsked{Missing: true, Agents: []uint32{1, 2}}, func(v intake.Visit) bool { return v.ReasonMissing && v.ID.Agent != 3 }},
		"named":                 {intake.RatingsAsked{Named: true, Units: []string{"tax", "police"}}, func(v intake.Visit) bool { return v.Named && v.Unit != "water" }},
		"withheld":              {intake.RatingsAsked{Withheld: true}, func(v intake.Visit) bool { return v.Withheld }},
		"excluded":              {intake.RatingsAsked{Excluded: true}, func(v intake.Visit) bool { return v.Excluded }},
		"of days": {intake.RatingsAsked{Agents: []uint32{1, 2}, From: day + 2, To: day + 4}, func(v intake.Visit) bool {
			return v.ID.Agent != 3 && hall.DayOf(v.Rated) >= day+2 && hall.DayOf(v.Rated) <= day+4
		}},
	} {
		t.Run(name, func(t *testing.T) {
			at := func(v intake.Visit) time.Time {
				if c.asked.Defaulted {
					return v.Defaulted
				}
				return v.Rated
			}
			want := wanted(all, func(v intake.Visit) bool { return !at(v).IsZero() && c.takes(v) },
				func(a, b intake.Visit) int { return cmp.Or(at(b).Compare(at(a)), cmp.Compare(id(b), id(a))) }, id)
			got := pages(t, func(p intake.Page) ([]intake.Rated, string, error) {
				c.asked.Page = p
				return s.Ratings(t.Context(), c.asked)
			}, func(r intake.Rated) string { return id(r.Visit) })
			if !slices.Equal(got, want) {
				t.Errorf("%d came, want %d", len(got), len(want))
			}
		})
	}
}

// Concerns come by what is due first, or the newest first; a lead on misconduct comes to nobody who may not see it.
func TestListsOfConcerns(t *testing.T) {
	s, r := openStore(t), rand.New(rand.NewPCG(9, 9))
	var all []concern.Concern
	for n := range 300 {
		k := concern.Concern{ID: fmt.Sprint("c", n), Number: fmt.Sprint("C-", 10+n), State: pick(r, concern.Received, concern.Routed, concern.Signed, concern.Answered, concern.Closed),
			Kind: pick(r, hall.ConcernKinds()...), Source: pick(r, hall.ConcernSources()...), Hall: pick(r, "city", "town", ""), Unit: pick(r, "police", "tax"), Received: morning.AddDate(0, 0, r.IntN(9))}
		k.To, k.Answer.Day = k.Unit, hall.DayOf(morning)+hall.Day(r.IntN(9))
		all = append(all, k)
	}
	var c intake.Changes
	for n := range all {
		c.Concerns = append(c.Concerns, &all[n])
	}
	save(t, s, c)
	yes, day := true, hall.DayOf(morning)
	open := func(k concern.Concern) bool { return k.State != concern.Closed }
	for name, c := range map[string]struct {
		asked intake.ConcernsAsked
		takes func(concern.Concern) bool
	}{
		"all":            {intake.ConcernsAsked{Within: intake.Within{Hidden: true}}, func(concern.Concern) bool { return true }},
		"of who may not": {intake.ConcernsAsked{}, func(k concern.Concern) bool { return !k.Hidden() }},
		"open":           {intake.ConcernsAsked{Open: &yes}, func(k concern.Concern) bool { return open(k) && !k.Hidden() }},
		"to be done":     {intake.ConcernsAsked{Open: &yes, Units: []string{"tax", "centre"}}, func(k concern.Concern) bool { return !k.Hidden() && (k.With() == "tax" || k.With() == "centre") }},
		"of a unit":      {intake.ConcernsAsked{Within: intake.Within{Unit: "tax"}}, func(k concern.Concern) bool { return !k.Hidden() && (k.With() == "tax" || k.Unit == "tax") }},
		"of a hall":      {intake.ConcernsAsked{Within: intake.Within{Bound: true, Halls: []string{"town"}}}, func(k concern.Concern) bool { return !k.Hidden() && k.Hall == "town" }},
		"of two halls": {intake.ConcernsAsked{Within: intake.Within{Bound: true, Halls: []string{"town", "city"}}, Units: []string{"tax", "police"}}, func(k concern.Concern) bool {
			return !k.Hidden() && k.Hall != "" && (k.With() == "tax" || k.With() == "police")
		}},
		"closed, newest": {intake.ConcernsAsked{States: []string{"closed", "answered"}, Order: intake.ByNewest}, func(k concern.Concern) bool {
			return !k.Hidden() && (k.State == concern.Closed || k.State == concern.Answered)
		}},
		"of days": {intake.ConcernsAsked{From: day + 2, To: day + 4}, func(k concern.Concern) bool {
			return !k.Hidden() && hall.DayOf(k.Received) >= day+2 && hall.DayOf(k.Received) <= day+4
		}},
	} {
		t.Run(name, func(t *testing.T) {
			number := func(k concern.Concern) string { return k.Number }
			want := wanted(all, c.takes, func(a, b concern.Concern) int {
				if c.asked.Order == intake.ByNewest {
					return cmp.Compare(b.Number, a.Number)
				}
				due := func(k concern.Concern) int64 {
					if k.Due().IsZero() {
						return 1 << 60
					}
					return k.Due().Unix()
				}
				return cmp.Or(cmp.Compare(due(a), due(b)), len(a.Number)-len(b.Number), cmp.Compare(a.Number, b.Number))
			}, number)
			if c.asked.Order == intake.ByNewest {
				slices.SortFunc(want, func(a, b string) int { return cmp.Or(len(b)-len(a), cmp.Compare(b, a)) })
			}
			got := pages(t, func(p intake.Page) ([]concern.Concern, string, error) {
				c.asked.Page = p
				return s.Concerns(t.Context(), c.asked)
			}, number)
			if !slices.Equal(got, want) {
				t.Errorf("%d came, want %d", len(got), len(want))
			}
			if n, err := s.CountConcerns(t.Context(), c.asked); err != nil || n != len(want) {
				t.Errorf("counted %d, want %d: %v", n, len(want), err)
			}
		})
	}
}

// Inspections, messages and the audit come the newest first, by what they are looked for.
func TestListsOfTheDesk(t *testing.T) {
	s, r := openStore(t), rand.New(rand.NewPCG(10, 10))
	var inspections []inspection.Inspection
	var messages []notify.Message
	var deeds []intake.Deed
	for n := range 200 {
		inspections = append(inspections, inspection.Inspection{ID: fmt.Sprint("i", n), Number: fmt.Sprint("I-", 1000+n), State: pick(r, inspection.Planned, inspection.Done), Quarter: "2026Q4",
			Kind: pick(r, hall.InspectionKinds()...), Hall: pick(r, "city", "town"), Until: hall.DayOf(morning), Who: pick(r, "wu", "shen")})
		messages = append(messages, notify.Message{ID: fmt.Sprint("m", 1000+n), State: pick(r, notify.States()...), Kind: pick(r, hall.MessageKinds()...), Of: fmt.Sprint("v", n%50), Queued: morning.Add(time.Duration(r.IntN(40)) * time.Minute)})
		deeds = append(deeds, intake.Deed{Pos: int64(1000 + n), At: morning.Add(time.Duration(n) * time.Hour), Type: pick(r, hall.TypeRepairOpened, hall.TypeRepairClosed, hall.TypeConcernRouted, hall.TypePolicyAdopted), Act: hall.Act{About: fmt.Sprint("v", n%50), By: hall.Person{Account: pick(r, "li", "tang")}}})
	}
	var c intake.Changes
	for n := range inspections {
		c.Inspections, c.Messages = append(c.Inspections, &inspections[n]), append(c.Messages, &messages[n])
	}
	c.Deeds = deeds
	save(t, s, c)
	newest := func(a, b inspection.Inspection) int { return cmp.Compare(b.Number, a.Number) }
	for name, c := range map[string]struct {
		asked intake.InspectionsAsked
		takes func(inspection.Inspection) bool
	}{
		"all":                {intake.InspectionsAsked{}, func(inspection.Inspection) bool { return true }},
		"of a hall":          {intake.InspectionsAsked{Within: intake.Within{Bound: true, Halls: []string{"town"}}}, func(i inspection.Inspection) bool { return i.Hall == "town" }},
		"of an inspector":    {intake.InspectionsAsked{Within: intake.Within{Account: "wu"}, States: []string{"planned"}}, func(i inspection.Inspection) bool { return i.Who == "wu" && i.State == inspection.Planned }},
		"of another quarter": {intake.InspectionsAsked{Quarter: "2026Q3"}, func(inspection.Inspection) bool { return false }},
	} {
		c.asked.Order = intake.ByNewest
		id := func(i inspection.Inspection) string { return i.ID }
		got := pages(t, func(p intake.Page) ([]inspection.Inspection, string, error) {
			c.asked.Page = p
			return s.Inspections(t.Context(), c.asked)
		}, id)
		if want := wanted(inspections, c.takes, newest, id); !slices.Equal(got, want) {
			t.Errorf("inspections, %s: %d came, want %d", name, len(got), len(want))
		}
	}
	for name, c := range map[string]struct {
		asked intake.MessagesAsked
		takes func(notify.Message) bool
	}{
		"all":        {intake.MessagesAsked{}, func(notify.Message) bool { return true }},
		"doubtful":   {intake.MessagesAsked{States: []string{"doubtful"}}, func(m notify.Message) bool { return m.State == notify.Doubtful }},
		"the others": {intake.MessagesAsked{States: []string{"waiting", "trying", "sent", "delivered", "failed", "dropped"}}, func(m notify.Message) bool { return m.State != notify.Doubtful }},
		"about a visit": {intake.MessagesAsked{About: "v7", States: []string{"sent", "failed"}}, func(m notify.Message) bool {
			return m.Of == "v7" && (m.State == notify.Sent || m.State == notify.Failed)
		}},
	} {
		id := func(m notify.Message) string { return m.ID }
		got := pages(t, func(p intake.Page) ([]notify.Message, string, error) {
			c.asked.Page = p
			return s.Messages(t.Context(), c.asked)
		}, id)
		if want := wanted(messages, c.takes, func(a, b notify.Message) int { return cmp.Or(b.Queued.Compare(a.Queued), cmp.Compare(b.ID, a.ID)) }, id); !slices.Equal(got, want) {
			t.Errorf("messages, %s: %d came, want %d", name, len(got), len(want))
		}
	}
	is := func(d intake.Deed, family string) bool { return strings.HasPrefix(string(d.Type), family) }
	for name, c := range map[string]struct {
		asked intake.DeedsAsked
		takes func(intake.Deed) bool
	}{
		"all":                  {intake.DeedsAsked{}, func(intake.Deed) bool { return true }},
		"of a family":          {intake.DeedsAsked{Types: []string{"repair."}}, func(d intake.Deed) bool { return is(d, "repair.") }},
		"of families":          {intake.DeedsAsked{Types: []string{"policy.", "repair.", "calendar."}}, func(d intake.Deed) bool { return !is(d, "concern.") }},
		"of families, by one":  {intake.DeedsAsked{Types: []string{"policy.", "repair."}, Account: "li"}, func(d intake.Deed) bool { return !is(d, "concern.") && d.By.Account == "li" }},
		"of a type":            {intake.DeedsAsked{Types: []string{"repair.closed"}}, func(d intake.Deed) bool { return d.Type == hall.TypeRepairClosed }},
		"of types":             {intake.DeedsAsked{Types: []string{"concern.routed", "repair.closed"}}, func(d intake.Deed) bool { return d.Type == hall.TypeRepairClosed || d.Type == hall.TypeConcernRouted }},
		"of a family and type": {intake.DeedsAsked{Types: []string{"concern.", "repair.closed"}}, func(d intake.Deed) bool { return d.Type == hall.TypeRepairClosed || is(d, "concern.") }},
		"about a visit":        {intake.DeedsAsked{About: "v7"}, func(d intake.Deed) bool { return d.About == "v7" }},
		"of days":              {intake.DeedsAsked{From: morning.Add(50 * time.Hour), To: morning.Add(90 * time.Hour)}, func(d intake.Deed) bool { return d.Pos >= 1050 && d.Pos < 1090 }},
	} {
		id := func(d intake.Deed) string { return fmt.Sprint(d.Pos) }
		got := pages(t, func(p intake.Page) ([]intake.Deed, string, error) {
			c.asked.Page = p
			return s.Deeds(t.Context(), c.asked)
		}, id)
		if want := wanted(deeds, c.takes, func(a, b intake.Deed) int { return cmp.Compare(b.Pos, a.Pos) }, id); !slices.Equal(got, want) {
			t.Errorf("deeds, %s: %d came, want %d", name, len(got), len(want))
		}
	}
}

// A page goes on where the one before ended, whatever was written in between: what was there comes once, and nothing twice.
func TestAListGoesOnWhileItGrows(t *testing.T) {
	for name, asked := range map[string]intake.RepairsAsked{
		"newest first":        {Order: intake.ByNewest},
		"newest of two units": {Order: intake.ByNewest, Units: []string{"police", "tax", "centre"}},
		"by what is due":      {},
		"of two halls":        {Within: intake.Within{Bound: true, Halls: []string{"city", "town"}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := openStore(t)
			all, grown := manyRepairs(t, s, 60), 0
			got := pages(t, func(p intake.Page) ([]repair.Repair, string, error) {
				if grown++; grown > 1 && grown < 8 {
					one := all[grown]
					one.ID, one.Visit.Serial, one.Number = fmt.Sprint("1-9f2d-", grown), uint32(grown), fmt.Sprint("R-", 1000+grown)
					save(t, s, intake.Changes{Repairs: []*repair.Repair{&one}})
				}
				asked.Page = p
				return s.Repairs(t.Context(), asked)
			}, func(r repair.Repair) string { return r.ID })
			for _, r := range all {
				if !slices.Contains(got, r.ID) {
					t.Errorf("%s did not come", r.Number)
				}
			}
		})
	}
}
