package store_test

import (
	"cmp"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/concern"
	"hallpulse/hub/internal/figures"
	"hallpulse/hub/internal/inspection"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/notify"
	"hallpulse/hub/internal/store"
)

// twelveDays is a quiet county: twelve days with few people, whose repairs were worked, whose citizens were reminded by
// SMS, with a desk of concerns and a plan of inspections.
func twelveDays(t *testing.T) *run {
	t.Helper()
	r := newRun(t)
	t.Cleanup(r.h.close)
	r.few = true
	r.h.now = firstDay.Start().Add(7 * time.Hour)
	r.h.publish("2026")
	for day := firstDay; day < firstDay+12; day++ {
		r.day(day)
	}
	r.concerns(0, 40)
	r.inspections(30)
	r.tick()
	return r
}

// concerns lets n citizens say what they want of the desk; some of it is routed, signed for, answered.
func (r *run) concerns(from, n int) {
	list := concern.List{Rules: []concern.Rule{{ID: "c", Kinds: []hall.ConcernKind{hall.ConcernComplaint}, Unit: "police"}, {ID: "p", Kinds: []hall.ConcernKind{hall.ConcernPlea}, Unit: "tax"}}}
	kinds := []hall.ConcernKind{hall.ConcernComplaint, hall.ConcernPlea, hall.ConcernOpinion, hall.ConcernReport}
	for i := from; i < from+n; i++ {
		said := concern.New{ID: fmt.Sprint("concern-", i), Kind: kinds[i%4], Source: hall.ConcernWeb, Since: r.now.Add(-time.Duration(i) * 5 * time.Hour), Text: text("note")}
		if i%3 > 0 {
			said.Hall = []string{"county", "town"}[i%3-1]
		}
		if i%5 == 0 {
			said.Source = hall.ConcernBox
		}
		keys := intake.Keys{Concerns: []string{said.ID}}
		r.h.decide(keys, func(k intake.Known) ([]hall.Fact, error) {
			c, _ := k.Concern(said.ID)
			return c.Receive(said, list, k.Law(), li, k.Now())
		}, boxes()...)
		if i%6 > 1 {
			continue
		}
		for _, do := range []func(concern.Concern, hall.Person) ([]hall.Fact, error){
			func(c concern.Concern, by hall.Person) ([]hall.Fact, error) { return c.Sign(c.Version, by) },
			func(c concern.Concern, by hall.Person) ([]hall.Fact, error) {
				return c.Reply(c.Version, text("reply"), by)
			},
			func(c concern.Concern, _ hall.Person) ([]hall.Fact, error) {
				return c.Close(c.Version, hall.ClosedAnswered, "", li)
			},
		}[:1+i%3] {
			r.h.decide(keys, func(k intake.Known) ([]hall.Fact, error) {
				c, _ := k.Concern(said.ID)
				return do(c, handlerOf(c.With()))
			}, boxes()...)
		}
	}
}

// inspections plans n inspections of two quarters, and cancels some.
func (r *run) inspections(n int) {
	for i := range n {
		day := hall.DayOf(r.now) + hall.Day(i%9)
		p := hall.InspectionPlanned{Act: hall.Act{About: fmt.Sprint("plan.", i), By: li}, Plan: "plan", Quarter: []hall.Quarter{"2026-Q4", "2027-Q1"}[i%2],
			Kind: []hall.InspectionKind{hall.InspectionSite, hall.InspectionPhone, hall.InspectionSurvey}[i%3], Form: "f", Hall: []string{"county", "town", "east"}[i%3],
			Until: day, Who: []string{"ming", "yue"}[i/2%2]}
		keys := intake.Keys{Inspections: []string{p.About}}
		r.h.decide(keys, func(k intake.Known) ([]hall.Fact, error) {
			x, _ := k.Inspection(p.About)
			return x.Enter(p), nil
		})
		if i%7 == 0 {
			r.h.decide(keys, func(k intake.Known) ([]hall.Fact, error) {
				x, _ := k.Inspection(p.About)
				return x.Cancel(x.Version, hall.CancelledOther, li)
			})
		}
	}
}

// question is one way to ask for a list, and which of all rows must come.
type question[R any] struct {
	says  string
	ask   func(intake.Page) ([]R, string, error)
	takes func(*R) bool
}

// listing holds what a list answers against all rows, sorted apart: page by page, each row once.
func listing[R any](t *testing.T, all []R, id func(*R) string, order func(a, b *R) int, questions []question[R]) {
	t.Helper()
	sorted := make([]*R, len(all))
	for n := range all {
		sorted[n] = &all[n]
	}
	slices.SortFunc(sorted, order)
	for _, q := range questions {
		t.Run(q.says, func(t *testing.T) {
			var want, got []string
			for _, x := range sorted {
				if q.takes(x) {
					want = append(want, id(x))
				}
			}
			const limit = 7
			for page := (intake.Page{Limit: limit}); ; {
				rows, next, err := q.ask(page)
				if err != nil {
					t.Fatal(err)
				}
				for n := range rows {
					got = append(got, id(&rows[n]))
				}
				if page.After = next; next == "" {
					break
				}
				if len(rows) != limit {
					t.Fatalf("a page of %d rows, and more to come", len(rows))
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("%d rows came, want %d:\n%v\n%v", len(got), len(want), got, want)
			}
		})
	}
}

// some reports an empty question: it would prove nothing.
func some[R any](t *testing.T, all []R, questions []question[R]) {
	t.Helper()
	for _, q := range questions {
		n := 0
		for i := range all {
			if q.takes(&all[i]) {
				n++
			}
		}
		if (n == 0 || n == len(all)) && !strings.HasPrefix(q.says, "all") && !strings.HasPrefix(q.says, "none") {
			t.Errorf("%s takes %d of %d", q.says, n, len(all))
		}
	}
}

func TestListsOfWhatPeopleSayAndDecide(t *testing.T) {
	r := twelveDays(t)
	e := r.h.Store.Everything(t)
	for name, test := range map[string]func(*testing.T, *store.Store, store.Everything){
		"ratings": listsRatings, "concerns": listsConcerns, "inspections": listsInspections, "messages": listsMessages, "deeds": listsDeeds,
	} {
		t.Run(name, func(t *testing.T) { test(t, r.h.Store, e) })
	}
	t.Run("limits", func(t *testing.T) { listsAreBounded(t, r.h.Store, e) })
	t.Run("places", func(t *testing.T) { placesOfNoList(t, r.h.Store) })
	t.Run("single", func(t *testing.T) { singles(t, r.h.Store, e) })
	t.Run("sums", func(t *testing.T) { sums(t, r.h.Store, e) })
	t.Run("while it grows", func(t *testing.T) { pagesGoOn(t, r) }) // the last: it adds to what is there
	r.h.check()
}

func listsRatings(t *testing.T, s *store.Store, e store.Everything) {
	byPos := map[int64]*intake.Answer{}
	for n := range e.Answers {
		byPos[e.Answers[n].Pos] = &e.Answers[n]
	}
	ask := func(q intake.RatingsAsked) func(intake.Page) ([]intake.Visit, string, error) {
		return func(p intake.Page) ([]intake.Visit, string, error) {
			q.Page = p
			rows, next, err := s.Ratings(t.Context(), q)
			var visits []intake.Visit
			for _, r := range rows {
				if a := byPos[r.Answer]; r.Level > 0 && (a == nil || r.Reasons != a.Reasons || r.Ref != a.Ref || r.Call != a.Callback) {
					t.Errorf("rating %s: reasons %q, ref %q, to be called %v; the answer says %+v", r.ID, r.Reasons, r.Ref, r.Call, a)
				}
				visits = append(visits, r.Visit)
			}
			return visits, next, err
		}
	}
	id := func(v *intake.Visit) string { return v.ID.String() }
	rated := func(is func(*intake.Visit) bool) func(*intake.Visit) bool {
		return func(v *intake.Visit) bool { return v.Level > 0 && is(v) }
	}
	from, to := dayOf("2026-11-18"), dayOf("2026-11-19")
	within := func(at time.Time) bool { d := hall.DayOf(at); return from <= d && d <= to }
	questions := []question[intake.Visit]{
		{"all", ask(intake.RatingsAsked{}), rated(func(*intake.Visit) bool { return true })},
		{"of two counters", ask(intake.RatingsAsked{Agents: []uint32{2, 4}}), rated(func(v *intake.Visit) bool { return v.ID.Agent == 2 || v.ID.Agent == 4 })},
		{"none: of no counter", ask(intake.RatingsAsked{Agents: []uint32{}}), func(*intake.Visit) bool { return false }},
		{"within a unit", ask(intake.RatingsAsked{Within: intake.Within{Unit: "tax"}}), rated(func(v *intake.Visit) bool { return v.Unit == "tax" })},
		{"within a unit, another is asked for: none", ask(intake.RatingsAsked{Within: intake.Within{Unit: "tax"}, Units: []string{"land"}}), func(*intake.Visit) bool { return false }},
		{"one's own", ask(intake.RatingsAsked{Within: intake.Within{Badge: "b11"}}), rated(func(v *intake.Visit) bool { return v.Staff == "b11" })},
		{"of a window", ask(intake.RatingsAsked{Window: "12"}), rated(func(v *intake.Visit) bool { return v.Window == "12" })},
		{"of a clerk", ask(intake.RatingsAsked{Staff: "b20"}), rated(func(v *intake.Visit) bool { return v.Staff == "b20" })},
		{"of two units", ask(intake.RatingsAsked{Units: []string{"tax", "land"}}), rated(func(v *intake.Visit) bool { return v.Unit != "police" })},
		{"of an item", ask(intake.RatingsAsked{Item: "deed"}), rated(func(v *intake.Visit) bool { return v.Item == "deed" })},
		{"by a channel", ask(intake.RatingsAsked{Channel: "hotline"}), rated(func(v *intake.Visit) bool { return v.Channel == hall.ChannelHotline })},
		{"bad ones", ask(intake.RatingsAsked{Levels: []hall.Level{1, 2}}), rated(func(v *intake.Visit) bool { return v.Level.IsBad() })},
		{"of two days", ask(intake.RatingsAsked{From: from, To: to}), rated(func(v *intake.Visit) bool { return within(v.Rated) })},
		{"named", ask(intake.RatingsAsked{Named: true}), rated(func(v *intake.Visit) bool { return v.Named })},
		{"without a reason", ask(intake.RatingsAsked{Missing: true}), rated(func(v *intake.Visit) bool { return v.ReasonMissing })},
		{"不公开", ask(intake.RatingsAsked{Withheld: true}), rated(func(v *intake.Visit) bool { return v.Withheld })},
		{"excluded", ask(intake.RatingsAsked{Excluded: true}), rated(func(v *intake.Visit) bool { return v.Excluded })},
		{"of a unit, bad, in two days", ask(intake.RatingsAsked{Units: []string{"police"}, Levels: []hall.Level{1, 2}, From: from, To: to}),
			rated(func(v *intake.Visit) bool { return v.Unit == "police" && v.Level.IsBad() && within(v.Rated) })},
	}
	some(t, e.Visits, questions)
	listing(t, e.Visits, id, func(a, b *intake.Visit) int { return cmp.Or(b.Rated.Compare(a.Rated), cmp.Compare(id(b), id(a))) }, questions)
	byDefault := func(is func(*intake.Visit) bool) func(*intake.Visit) bool {
		return func(v *intake.Visit) bool { return v.Level == 0 && v.Default > 0 && is(v) }
	}
	questions = []question[intake.Visit]{
		{"defaults", ask(intake.RatingsAsked{Defaulted: true}), byDefault(func(*intake.Visit) bool { return true })},
		{"defaults of a unit", ask(intake.RatingsAsked{Defaulted: true, Units: []string{"tax"}}), byDefault(func(v *intake.Visit) bool { return v.Unit == "tax" })},
		{"defaults from a day on", ask(intake.RatingsAsked{Defaulted: true, From: firstDay + 9}), byDefault(func(v *intake.Visit) bool { return hall.DayOf(v.Defaulted) >= firstDay+9 })},
	}
	some(t, e.Visits, questions)
	listing(t, e.Visits, id, func(a, b *intake.Visit) int {
		return cmp.Or(b.Defaulted.Compare(a.Defaulted), cmp.Compare(id(b), id(a)))
	}, questions)
}

// place is the number in R-17, C-17, I-17.
func place(number string) (n int) {
	_, digits, _ := strings.Cut(number, "-")
	fmt.Sscan(digits, &n)
	return n
}

func listsConcerns(t *testing.T, s *store.Store, e store.Everything) {
	ask := func(q intake.ConcernsAsked) func(intake.Page) ([]concern.Concern, string, error) {
		return func(p intake.Page) ([]concern.Concern, string, error) {
			q.Page = p
			rows, next, err := s.Concerns(t.Context(), q)
			if at, _ := base64.RawURLEncoding.DecodeString(next); len(rows) > 0 && strings.Contains(string(at), rows[len(rows)-1].ID) {
				t.Errorf("the cursor names a concern: %s", at)
			}
			return rows, next, err
		}
	}
	shown := intake.Within{Hidden: true}
	open := func(c *concern.Concern) bool { return c.State.Open() || c.State == concern.Answered }
	until := func(c *concern.Concern) time.Time {
		if due := c.Due(); !due.IsZero() {
			return hall.DayOf(due.Add(-time.Millisecond)).Start()
		}
		return time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	yes, no := true, false
	today := hall.DayOf(e.Concerns[0].Received)
	questions := []question[concern.Concern]{
		{"all", ask(intake.ConcernsAsked{Within: shown}), func(*concern.Concern) bool { return true }},
		{"without leads on misconduct", ask(intake.ConcernsAsked{}), func(c *concern.Concern) bool { return c.Kind != hall.ConcernReport }},
		{"open", ask(intake.ConcernsAsked{Within: shown, Open: &yes}), open},
		{"over", ask(intake.ConcernsAsked{Within: shown, Open: &no}), func(c *concern.Concern) bool { return !open(c) }},
		{"within a unit", ask(intake.ConcernsAsked{Within: intake.Within{Unit: "tax"}}), func(c *concern.Concern) bool {
			return c.Kind != hall.ConcernReport && (c.With() == "tax" || c.Unit == "tax")
		}},
		{"within a hall", ask(intake.ConcernsAsked{Within: intake.Within{Hidden: true, Bound: true, Halls: []string{"town"}}}), func(c *concern.Concern) bool { return c.Hall == "town" }},
		{"none: within no hall", ask(intake.ConcernsAsked{Within: intake.Within{Hidden: true, Bound: true}}), func(*concern.Concern) bool { return false }},
		{"of a hall at all", ask(intake.ConcernsAsked{Within: intake.Within{Hidden: true, OfHall: true}}), func(c *concern.Concern) bool { return c.Hall != "" }},
		{"in two states", ask(intake.ConcernsAsked{Within: shown, States: []string{"signed", "closed"}}), func(c *concern.Concern) bool { return c.State == concern.Signed || c.State == concern.Closed }},
		{"of a kind", ask(intake.ConcernsAsked{Within: shown, Kinds: []string{"plea"}}), func(c *concern.Concern) bool { return c.Kind == hall.ConcernPlea }},
		{"by a source", ask(intake.ConcernsAsked{Within: shown, Source: "box"}), func(c *concern.Concern) bool { return c.Source == hall.ConcernBox }},
		{"whose turn it is", ask(intake.ConcernsAsked{Within: shown, Units: []string{"police"}}), func(c *concern.Concern) bool { return c.With() == "police" }},
		{"due by a day", ask(intake.ConcernsAsked{Within: shown, DueTo: today}), func(c *concern.Concern) bool { return !until(c).After(today.Start()) }},
		{"all received today", ask(intake.ConcernsAsked{Within: shown, From: today, To: today}), func(*concern.Concern) bool { return true }},
		{"none received before", ask(intake.ConcernsAsked{Within: shown, To: today - 1}), func(*concern.Concern) bool { return false }},
	}
	id := func(c *concern.Concern) string { return c.ID }
	some(t, e.Concerns, questions)
	listing(t, e.Concerns, id, func(a, b *concern.Concern) int {
		return cmp.Or(until(a).Compare(until(b)), cmp.Compare(place(a.Number), place(b.Number)))
	}, questions)
	listing(t, e.Concerns, id, func(a, b *concern.Concern) int { return place(b.Number) - place(a.Number) }, []question[concern.Concern]{
		{"the newest first", ask(intake.ConcernsAsked{Within: shown, Order: intake.ByNewest}), func(*concern.Concern) bool { return true }},
		{"the newest complaints first", ask(intake.ConcernsAsked{Order: intake.ByNewest, Kinds: []string{"complaint"}}), func(c *concern.Concern) bool { return c.Kind == hall.ConcernComplaint }},
	})
	if n, err := s.CountConcerns(t.Context(), intake.ConcernsAsked{Within: shown}); err != nil || n != len(e.Concerns) {
		t.Errorf("%d counted, %v, want %d", n, err, len(e.Concerns))
	}
}

func listsInspections(t *testing.T, s *store.Store, e store.Everything) {
	ask := func(q intake.InspectionsAsked) func(intake.Page) ([]inspection.Inspection, string, error) {
		return func(p intake.Page) ([]inspection.Inspection, string, error) {
			q.Page = p
			return s.Inspections(t.Context(), q)
		}
	}
	due := func(i *inspection.Inspection) hall.Day {
		if d, ok := i.Due(); ok {
			return d
		}
		return 1 << 30
	}
	yes, no := true, false
	questions := []question[inspection.Inspection]{
		{"all", ask(intake.InspectionsAsked{}), func(*inspection.Inspection) bool { return true }},
		{"open", ask(intake.InspectionsAsked{Open: &yes}), func(i *inspection.Inspection) bool { return i.Open() }},
		{"over", ask(intake.InspectionsAsked{Open: &no}), func(i *inspection.Inspection) bool { return !i.Open() }},
		{"one's own", ask(intake.InspectionsAsked{Within: intake.Within{Account: "yue"}}), func(i *inspection.Inspection) bool { return i.Who == "yue" }},
		{"within a hall", ask(intake.InspectionsAsked{Within: intake.Within{Bound: true, Halls: []string{"east"}}}), func(i *inspection.Inspection) bool { return i.Hall == "east" }},
		{"none: within no hall", ask(intake.InspectionsAsked{Within: intake.Within{Bound: true}}), func(*inspection.Inspection) bool { return false }},
		{"in a state", ask(intake.InspectionsAsked{States: []string{"cancelled"}}), func(i *inspection.Inspection) bool { return i.State == inspection.Cancelled }},
		{"of two kinds", ask(intake.InspectionsAsked{Kinds: []string{"site", "phone"}}), func(i *inspection.Inspection) bool { return i.Kind != hall.InspectionSurvey }},
		{"of a quarter", ask(intake.InspectionsAsked{Quarter: "2027-Q1"}), func(i *inspection.Inspection) bool { return i.Quarter == "2027-Q1" }},
	}
	id := func(i *inspection.Inspection) string { return i.ID }
	some(t, e.Inspections, questions)
	listing(t, e.Inspections, id, func(a, b *inspection.Inspection) int {
		return cmp.Or(cmp.Compare(due(a), due(b)), place(a.Number)-place(b.Number))
	}, questions)
	listing(t, e.Inspections, id, func(a, b *inspection.Inspection) int { return place(b.Number) - place(a.Number) }, []question[inspection.Inspection]{
		{"the newest first", ask(intake.InspectionsAsked{Order: intake.ByNewest}), func(*inspection.Inspection) bool { return true }},
	})
}

func listsMessages(t *testing.T, s *store.Store, e store.Everything) {
	ask := func(q intake.MessagesAsked) func(intake.Page) ([]notify.Message, string, error) {
		return func(p intake.Page) ([]notify.Message, string, error) {
			q.Page = p
			return s.Messages(t.Context(), q)
		}
	}
	about := e.Messages[0].Of
	questions := []question[notify.Message]{
		{"all", ask(intake.MessagesAsked{}), func(*notify.Message) bool { return true }},
		{"sent", ask(intake.MessagesAsked{States: []string{"sent"}}), func(m *notify.Message) bool { return m.State == notify.Sent }},
		{"about a visit", ask(intake.MessagesAsked{About: about}), func(m *notify.Message) bool { return m.Of == about }},
		{"all of a kind", ask(intake.MessagesAsked{Kinds: []string{string(hall.MessageRateReminder)}}), func(m *notify.Message) bool { return m.Kind == hall.MessageRateReminder }},
	}
	some(t, e.Messages, questions)
	listing(t, e.Messages, func(m *notify.Message) string { return m.ID }, func(a, b *notify.Message) int {
		return cmp.Or(b.Queued.Compare(a.Queued), cmp.Compare(b.ID, a.ID))
	}, questions)
}

func listsDeeds(t *testing.T, s *store.Store, e store.Everything) {
	ask := func(q intake.DeedsAsked) func(intake.Page) ([]intake.Deed, string, error) {
		return func(p intake.Page) ([]intake.Deed, string, error) {
			q.Page = p
			return s.Deeds(t.Context(), q)
		}
	}
	family := func(d *intake.Deed, names ...string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(string(d.Type), n+".") })
	}
	about := e.Repairs[0].ID
	from, to := dayOf("2026-11-18").Start(), dayOf("2026-11-20").Start()
	questions := []question[intake.Deed]{
		{"all", ask(intake.DeedsAsked{}), func(*intake.Deed) bool { return true }},
		{"about a repair", ask(intake.DeedsAsked{About: about}), func(d *intake.Deed) bool { return d.About == about }},
		{"by an account", ask(intake.DeedsAsked{Account: "shen"}), func(d *intake.Deed) bool { return d.By.Account == "shen" }},
		{"of a family", ask(intake.DeedsAsked{Types: []string{"repair."}}), func(d *intake.Deed) bool { return family(d, "repair") }},
		{"of a type and a family", ask(intake.DeedsAsked{Types: []string{"rating.defaulted", "concern."}}), func(d *intake.Deed) bool {
			return d.Type == hall.TypeRatingDefaulted || family(d, "concern")
		}},
		{"of two days", ask(intake.DeedsAsked{From: from, To: to}), func(d *intake.Deed) bool { return !d.At.Before(from) && d.At.Before(to) }},
		{"by an account, of a type, in two days", ask(intake.DeedsAsked{Account: "li", Types: []string{"repair.assigned"}, From: from, To: to}), func(d *intake.Deed) bool {
			return d.By.Account == "li" && d.Type == hall.TypeRepairAssigned && !d.At.Before(from) && d.At.Before(to)
		}},
	}
	some(t, e.Deeds, questions)
	listing(t, e.Deeds, func(d *intake.Deed) string { return fmt.Sprint(d.Pos, d.Type, d.About, d.By) }, func(a, b *intake.Deed) int { return cmp.Compare(b.Pos, a.Pos) }, questions)
	for _, d := range e.Deeds[:20] {
		if bytes, ok, err := s.Deed(t.Context(), d.Pos); err != nil || !ok || !strings.Contains(string(bytes), string(d.Type)) {
			t.Errorf("deed %d, %s: %s, %v, %v", d.Pos, d.Type, bytes, ok, err)
		}
	}
	if _, ok, err := s.Deed(t.Context(), 1<<40); ok || err != nil {
		t.Errorf("a deed that is none: %v, %v", ok, err)
	}
}

// A page holds one row at least and 500 at most, whatever is asked for.
func listsAreBounded(t *testing.T, s *store.Store, e store.Everything) {
	const most = 500
	if len(e.Deeds) <= most {
		t.Fatalf("%d deeds prove nothing", len(e.Deeds))
	}
	for _, c := range []struct{ limit, want int }{{-1, 1}, {0, 1}, {1, 1}, {most, most}, {most + 1, most}, {1 << 40, most}} {
		rows, next, err := s.Deeds(t.Context(), intake.DeedsAsked{Page: intake.Page{Limit: c.limit}})
		if err != nil || len(rows) != c.want || next == "" {
			t.Errorf("limit %d: %d rows, more %v, %v; want %d", c.limit, len(rows), next != "", err, c.want)
		}
	}
}

// A place that is none of the list is told as such, whoever made it up; nothing is listed.
func placesOfNoList(t *testing.T, s *store.Store) {
	word := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	lists := map[string]func(intake.Page) (int, string, error){
		"repairs": func(p intake.Page) (int, string, error) {
			rows, next, err := s.Repairs(t.Context(), intake.RepairsAsked{Page: p})
			return len(rows), next, err
		},
		"concerns": func(p intake.Page) (int, string, error) {
			rows, next, err := s.Concerns(t.Context(), intake.ConcernsAsked{Page: p})
			return len(rows), next, err
		},
		"inspections": func(p intake.Page) (int, string, error) {
			rows, next, err := s.Inspections(t.Context(), intake.InspectionsAsked{Page: p})
			return len(rows), next, err
		},
		"messages": func(p intake.Page) (int, string, error) {
			rows, next, err := s.Messages(t.Context(), intake.MessagesAsked{Page: p})
			return len(rows), next, err
		},
		"deeds": func(p intake.Page) (int, string, error) {
			rows, next, err := s.Deeds(t.Context(), intake.DeedsAsked{Page: p})
			return len(rows), next, err
		},
		"ratings": func(p intake.Page) (int, string, error) {
			rows, next, err := s.Ratings(t.Context(), intake.RatingsAsked{Page: p})
			return len(rows), next, err
		},
	}
	for name, ask := range lists {
		_, own, err := ask(intake.Page{Limit: 1})
		if err != nil || own == "" {
			t.Fatalf("%s: %v", name, err)
		}
		columns := strings.Repeat(",1", 5)
		for _, after := range []string{"x", "!", word(""), word("{}"), word("[]"), word("null"), word("7"), word("[1" + columns + "]"), word(`[[1],[2],[3]]`), word(`[{},{}]`),
			word(`[{}]`), word(`[[]]`), word(`[[],[]]`), word(`[null]`), word(`[null,null]`), word(`[true,1]`), own + own, own[:len(own)-2]} {
			if n, _, err := ask(intake.Page{Limit: 10, After: after}); !errors.Is(err, intake.ErrCursor) || n > 0 {
				t.Errorf("%s after %q: %d rows, %v", name, after, n, err)
			}
		}
	}
}

// Single matters are found by their id, and what is not there is not found.
func singles(t *testing.T, s *store.Store, e store.Everything) {
	ctx := t.Context()
	for what, found := range map[string]func() (id string, ok bool, err error){
		"repair": func() (string, bool, error) {
			x, ok, err := s.Repair(ctx, e.Repairs[3].ID)
			return x.ID, ok && x.ID == e.Repairs[3].ID, err
		},
		"concern": func() (string, bool, error) {
			x, ok, err := s.Concern(ctx, e.Concerns[3].ID)
			return x.ID, ok && x.ID == e.Concerns[3].ID, err
		},
		"inspection": func() (string, bool, error) {
			x, ok, err := s.Inspection(ctx, e.Inspections[3].ID)
			return x.ID, ok && x.ID == e.Inspections[3].ID, err
		},
		"message": func() (string, bool, error) {
			x, ok, err := s.Message(ctx, e.Messages[0].ID)
			return x.ID, ok && x.ID == e.Messages[0].ID, err
		},
		"visit": func() (string, bool, error) {
			x, ok, err := s.Visit(ctx, e.Visits[3].ID)
			return x.ID.String(), ok && x == e.Visits[3], err
		},
	} {
		if id, ok, err := found(); !ok || err != nil {
			t.Errorf("%s: %s, %v, %v", what, id, ok, err)
		}
	}
	_, repairs, err1 := s.Repair(ctx, "9-0000-9")
	_, concerns, err2 := s.Concern(ctx, "none")
	_, inspections, err3 := s.Inspection(ctx, "none")
	_, messages, err4 := s.Message(ctx, "none")
	_, visits, err5 := s.Visit(ctx, hall.ID{Agent: 9, Serial: 9})
	if err := errors.Join(err1, err2, err3, err4, err5); err != nil || repairs || concerns || inspections || messages || visits {
		t.Errorf("found what is not there: %v %v %v %v %v, %v", repairs, concerns, inspections, messages, visits, err)
	}
}

// A report's sums are those of its keys, however they are grouped and narrowed.
func sums(t *testing.T, s *store.Store, e store.Everything) {
	all := figures.Query{From: firstDay, To: firstDay + 20}
	add := func(keys []figures.Tally) (total figures.Sums) {
		for _, k := range keys {
			total = total.Plus(1, k.Sums)
		}
		return total
	}
	for _, by := range figures.Groupings() {
		for says, c := range map[string]struct {
			narrow func(*figures.Query)
			agents []uint32
			takes  func(figures.Key) bool
		}{
			"all":             {func(*figures.Query) {}, nil, func(figures.Key) bool { return true }},
			"of two counters": {func(*figures.Query) {}, []uint32{1, 4}, func(k figures.Key) bool { return k.Agent == 1 || k.Agent == 4 }},
			"of none":         {func(*figures.Query) {}, []uint32{}, func(figures.Key) bool { return false }},
			"of a unit":       {func(q *figures.Query) { q.Unit = "tax" }, nil, func(k figures.Key) bool { return k.Unit == "tax" }},
			"of a window":     {func(q *figures.Query) { q.Window = "11" }, nil, func(k figures.Key) bool { return k.Window == "11" }},
			"of a clerk":      {func(q *figures.Query) { q.Staff = "b11" }, nil, func(k figures.Key) bool { return k.Staff == "b11" }},
			"of an item":      {func(q *figures.Query) { q.Item = "deed" }, nil, func(k figures.Key) bool { return k.Item == "deed" }},
			"by a channel":    {func(q *figures.Query) { q.Channel = hall.ChannelQR }, nil, func(k figures.Key) bool { return k.Channel == hall.ChannelQR }},
			"of three days":   {func(q *figures.Query) { q.From, q.To = firstDay+1, firstDay+3 }, nil, func(k figures.Key) bool { return k.Day >= firstDay+1 && k.Day <= firstDay+3 }},
		} {
			q := all
			q.By = by
			c.narrow(&q)
			got, err := s.Tallies(t.Context(), q, c.agents)
			if err != nil {
				t.Fatal(err)
			}
			var want []figures.Tally
			for _, k := range e.Tallies {
				if c.takes(k.Key) {
					want = append(want, k)
				}
			}
			seen := map[figures.Key]bool{}
			for _, k := range got {
				if seen[k.Key] {
					t.Errorf("by %s, %s: %+v comes twice", by, says, k.Key)
				}
				seen[k.Key] = true
			}
			if add(got) != add(want) {
				t.Errorf("by %s, %s: %+v, want %+v", by, says, add(got), add(want))
			}
		}
	}
}

// pagesGoOn: while somebody turns pages, others are entered and worked. What was there when he began and was not touched
// comes once, in its order.
func pagesGoOn(t *testing.T, r *run) {
	type list struct {
		ask  func(intake.Page) ([]string, string, error)
		want []string
		got  []string
		page intake.Page
	}
	var lists []*list
	add := func(ask func(intake.Page) ([]string, string, error)) {
		l := &list{ask: ask}
		var rows []string
		var err error
		for page := (intake.Page{Limit: 500}); err == nil && (page.After != "" || rows == nil); {
			var more []string
			more, page.After, err = ask(page)
			rows = append(rows, more...)
		}
		if err != nil || len(rows) < 30 {
			t.Fatalf("%d rows, %v", len(rows), err)
		}
		l.want, l.page.Limit = rows, len(rows)/3
		lists = append(lists, l)
	}
	add(func(p intake.Page) (ids []string, next string, err error) {
		rows, next, err := r.h.Store.Ratings(t.Context(), intake.RatingsAsked{Page: p})
		for _, x := range rows {
			ids = append(ids, x.ID.String())
		}
		return ids, next, err
	})
	add(func(p intake.Page) (ids []string, next string, err error) {
		rows, next, err := r.h.Store.Deeds(t.Context(), intake.DeedsAsked{Page: p})
		for _, x := range rows {
			ids = append(ids, fmt.Sprint(x.Pos))
		}
		return ids, next, err
	})
	add(func(p intake.Page) (ids []string, next string, err error) {
		rows, next, err := r.h.Store.Repairs(t.Context(), intake.RepairsAsked{Page: p, Order: intake.ByNewest})
		for _, x := range rows {
			ids = append(ids, x.ID)
		}
		return ids, next, err
	})
	add(func(p intake.Page) (ids []string, next string, err error) {
		rows, next, err := r.h.Store.Concerns(t.Context(), intake.ConcernsAsked{Page: p, Within: intake.Within{Hidden: true}, Order: intake.ByNewest})
		for _, x := range rows {
			ids = append(ids, x.ID)
		}
		return ids, next, err
	})
	for turn := 0; ; turn++ {
		more := false
		for _, l := range lists {
			if turn > 0 && l.page.After == "" {
				continue
			}
			rows, next, err := l.ask(l.page)
			if err != nil {
				t.Fatal(err)
			}
			l.got, l.page.After = append(l.got, rows...), next
			more = more || next != ""
		}
		if !more {
			break
		}
		if turn == 0 { // a day of work passes while he reads the first page
			r.notes = nil // nobody rates by phone what was rated or was silent before
			r.day(firstDay + 14)
			r.concerns(40, 3)
		}
	}
	for n, l := range lists {
		l.got = slices.DeleteFunc(l.got, func(id string) bool { return !slices.Contains(l.want, id) }) // what was entered between
		if !slices.Equal(l.got, l.want) {
			t.Errorf("list %d: %d rows came, %d were there", n, len(l.got), len(l.want))
		}
	}
}
