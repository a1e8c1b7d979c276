package figures

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"hallpulse/firmware-protocol/hall"
)

func ids(r Report) []string {
	var all []string
	for _, row := range r.Rows {
		id := row.ID
		if row.Hall != "" && row.Hall != id {
			id = row.Hall + "/" + id
		}
		all = append(all, id)
	}
	return all
}

// What the rows of each grouping are, and in which order.
func TestReportGroups(t *testing.T) {
	halls := map[uint32]string{1: "city", 2: "city", 3: "town"}
	rated := Sums{Served: 1, Ratable: 1, Levels: [5]int{0, 0, 0, 0, 1}}
	d := day(t, "2026-12-31")
	tallies := []Tally{
		{Key{Agent: 3, Window: "2", Staff: "0317", Unit: "tax", Item: "i10", Channel: hall.ChannelQR, Day: d + 1}, rated},
		{Key{Agent: 1, Window: "10", Staff: "0317", Unit: "police", Item: "i9", Channel: hall.ChannelPad, Day: d}, rated},
		{Key{Agent: 2, Window: "9", Staff: "", Unit: "police", Item: "", Channel: ByDefault, Day: d - 1}, rated},
		{Key{Agent: 2, Window: "10", Staff: "0299", Unit: "police", Item: "i9", Channel: "", Day: d - 92}, rated},
		{Key{Agent: 7, Window: "9", Staff: "0299", Unit: "", Item: "i9", Channel: hall.ChannelPad, Day: d}, rated},
	}
	for _, c := range []struct {
		by   By
		rule string
		want []string
	}{
		{ByHall, "agents of one hall are one; one that never said is its own", []string{"#7", "city", "town"}},
		{ByUnit, "a unit sits in many halls; none comes last", []string{"police", "tax", ""}},
		{ByWindow, "a window's number is its hall's; 9 before 10", []string{"#7/9", "city/9", "city/10", "town/2"}},
		{ByStaff, "a badge is its hall's", []string{"#7/0299", "city/0299", "city/0317", "city/", "town/0317"}},
		{ByItem, "an item is one in all halls", []string{"i9", "i10", ""}},
		{ByChannel, "as domain §3.3 lists them, then default, then none", []string{"pad", "qr", "default", ""}},
		{ByDay, "by time", []string{"2026-09-30", "2026-12-30", "2026-12-31", "2027-01-01"}},
		{ByWeek, "a week over the year's end is one", []string{"2026-W40", "2026-W53"}},
		{ByMonth, "", []string{"2026-09", "2026-12", "2027-01"}},
		{ByQuarter, "", []string{"2026-Q3", "2026-Q4", "2027-Q1"}},
		{ByYear, "", []string{"2026", "2027"}},
	} {
		if got := ids(Query{By: c.by}.Report(tallies, halls)); !slices.Equal(got, c.want) {
			t.Errorf("by %s (%s): %q, want %q", c.by, c.rule, got, c.want)
		}
	}
}

// §4: what was excluded leaves the figures, is reported beside them, and can be counted in. §3.7: what concerns platform
// or rules alone leaves the figures of persons, whoever asks, and no other.
func TestReportLeavesOut(t *testing.T) {
	bad := Visit{Level: hall.Bad, Channel: hall.ChannelPad}
	with := func(of func(*Visit)) Visit {
		v := over(bad)
		of(&v)
		return v
	}
	visits := map[Leaves]Visit{
		0:                         over(bad),
		LeavesAll:                 with(func(v *Visit) { v.Excluded = true }),
		LeavesPersons:             with(func(v *Visit) { v.Platform = true }),
		LeavesAll | LeavesPersons: with(func(v *Visit) { v.Excluded, v.Platform = true, true }),
	}
	var tallies []Tally
	for _, v := range visits {
		tallies = append(tallies, counted(v, Key{Agent: 1, Staff: "0317"})...)
	}
	for _, c := range []struct {
		rule                      string
		query                     Query
		rated, excluded, platform int
	}{
		{"a hall without what was excluded", Query{By: ByHall}, 2, 2, 0},
		{"a hall with it", Query{By: ByHall, Excluded: true}, 4, 2, 0},
		{"persons without what was excluded", Query{By: ByStaff}, 1, 1, 2},
		{"persons with it", Query{By: ByStaff, Excluded: true}, 2, 1, 2},
		{"the months of one person", Query{By: ByMonth, Staff: "0317"}, 1, 1, 2},
	} {
		r := c.query.Report(tallies, map[uint32]string{1: "city"})
		row := r.Rows[0]
		if len(r.Rows) != 1 || row.Rated() != c.rated || row.Excluded.Rated() != c.excluded || row.Platform.Rated() != c.platform {
			t.Errorf("%s: %d rated, %d excluded, %d platform; want %d, %d, %d", c.rule, row.Rated(), row.Excluded.Rated(), row.Platform.Rated(), c.rated, c.excluded, c.platform)
		}
		if row.Served != len(visits) {
			t.Errorf("%s: %d served, want %d", c.rule, row.Served, len(visits))
		}
	}
}

// Cases have no channel; a place is booked with no unit, window or clerk: a row that would hold nothing else is none.
func TestReportsAreAboutWhatTheirRowsCanCount(t *testing.T) {
	key := Key{Agent: 1, Item: "i9", Day: day(t, "2026-11-18")}
	tallies := []Tally{{key, Sums{Handled: Handled{Received: 3}}}, {key, Sums{Bookings: Bookings{Booked: 2}}}}
	for _, c := range []struct {
		rule            string
		query           Query
		cases, bookings bool
	}{
		{"a hall", Query{By: ByHall}, true, true},
		{"an item", Query{By: ByItem}, true, true},
		{"a month of one item", Query{By: ByMonth, Item: "i9"}, true, true},
		{"a unit", Query{By: ByUnit}, true, false},
		{"a window", Query{By: ByWindow}, true, false},
		{"a clerk", Query{By: ByStaff}, true, false},
		{"the months of one unit", Query{By: ByMonth, Unit: "land"}, true, false},
		{"the items of one window", Query{By: ByItem, Window: "12"}, true, false},
		{"the months of one clerk", Query{By: ByMonth, Staff: "0317"}, true, false},
		{"a channel", Query{By: ByChannel}, false, false},
		{"the halls of one channel", Query{By: ByHall, Channel: hall.ChannelPad}, false, false},
	} {
		r := c.query.Report(tallies, nil)
		if c.query.AboutCases() != c.cases || c.query.AboutBookings() != c.bookings || (r.Total.Handled.Received == 3) != c.cases || (r.Total.Bookings.Booked == 2) != c.bookings {
			t.Errorf("%s: %+v", c.rule, r.Total.Sums)
		}
		if want := c.cases || c.bookings; (len(r.Rows) == 1) != want {
			t.Errorf("%s: %d rows", c.rule, len(r.Rows))
		}
	}
}

// A report is one however its tallies come, and however far the store added them up before; its total is the sum of
// its rows, and without what is left out all that was counted.
func TestReportIsOneAndItsTotalIsItsRows(t *testing.T) {
	halls := map[uint32]string{1: "city", 2: "city"}
	rapid.Check(t, func(t *rapid.T) {
		q := Query{By: rapid.SampledFrom(Groupings()).Draw(t, "by"), Excluded: rapid.Bool().Draw(t, "excluded")}
		tallies := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Tally { return Tally{drawKey(t), drawSums(t)} }), 0, 20).Draw(t, "tallies")
		r := q.Report(tallies, halls)

		var rows, all Sums
		for _, row := range r.Rows {
			rows = rows.Plus(1, row.Sums)
		}
		if rows != r.Total.Sums {
			t.Fatalf("total %+v, its rows %+v", r.Total.Sums, rows)
		}
		for _, y := range tallies {
			if !q.AboutCases() {
				y.Handled = Handled{}
			}
			if !q.AboutBookings() {
				y.Bookings = Bookings{}
			}
			all = all.Plus(1, y.Sums)
		}
		kept := r.Total.Sums.Plus(1, r.Total.Platform)
		if !q.Excluded {
			kept = kept.Plus(1, r.Total.Excluded)
		}
		if kept != all {
			t.Fatalf("rows and what they leave out are %+v, counted was %+v", kept, all)
		}

		mixed := slices.Clone(tallies)
		rand.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		if got := q.Report(mixed, halls); !reflect.DeepEqual(got, r) {
			t.Fatalf("in another order %+v, want %+v", got, r)
		}
		if got := q.Report(addedUp(q.By, tallies), halls); !reflect.DeepEqual(got, r) {
			t.Fatalf("added up before %+v, want %+v", got, r)
		}
	})
}

// addedUp does what a store does: GROUP BY the columns that the grouping needs.
func addedUp(by By, tallies []Tally) []Tally {
	sums := map[Key]Sums{}
	for _, y := range tallies {
		var k Key
		needs := by.Columns()
		from, to := reflect.ValueOf(y.Key), reflect.ValueOf(&k).Elem()
		for i, c := range KeyColumns() {
			if slices.Contains(needs, c) {
				to.Field(i).Set(from.Field(i))
			}
		}
		sums[k] = sums[k].Plus(1, y.Sums)
	}
	var out []Tally
	for k, s := range sums {
		out = append(out, Tally{k, s})
	}
	return out
}

func TestQueryNamesEveryFault(t *testing.T) {
	d := day(t, "2026-07-01")
	for _, c := range []struct {
		rule  string
		query Query
		want  []Fault
	}{
		{"a month by unit", Query{By: ByUnit, From: d, To: d + 30}, nil},
		{"one day", Query{By: ByHall, From: d, To: d}, nil},
		{"defaults can be asked for as a channel", Query{By: ByHall, From: d, To: d, Channel: ByDefault}, nil},
		{"ten years are the most", Query{By: ByYear, From: d, To: d + MostDays - 1}, nil},
		{"no grouping", Query{By: "person", From: d, To: d}, []Fault{{"by", WhyUnknown}}},
		{"all wrong", Query{By: "", From: d, To: d - 1, Channel: "fax"}, []Fault{{"by", WhyUnknown}, {"channel", WhyUnknown}, {"to", WhyOrder}}},
		{"too long", Query{By: ByDay, From: d, To: d + MostDays}, []Fault{{"to", WhyLong}}},
		{"as long as days can be", Query{By: ByDay, From: -1 << 31, To: 1<<31 - 1}, []Fault{{"to", WhyLong}}},
	} {
		err := c.query.Validate()
		for _, f := range c.want {
			if !hasFault(err, f) {
				t.Errorf("%s: %v lacks %+v", c.rule, err, f)
			}
		}
		if (err == nil) != (len(c.want) == 0) {
			t.Errorf("%s: %v", c.rule, err)
		}
	}
}

func hasFault(err error, want Fault) bool {
	var all interface{ Unwrap() []error }
	return errors.As(err, &all) && slices.ContainsFunc(all.Unwrap(), func(e error) bool { return e == error(want) })
}

func TestNamesComeFromTheCaller(t *testing.T) {
	r := Query{By: ByHall}.Report([]Tally{{Key{Agent: 1}, Sums{Served: 1}}}, map[uint32]string{1: "city"})
	named := r.Named(func(g Group) string { return "hall " + g.ID })
	if named.Rows[0].Name != "hall city" || r.Rows[0].Name != "" {
		t.Errorf("named %q, before %q", named.Rows[0].Name, r.Rows[0].Name)
	}
}

// manyTallies are those of 60 windows over 28 days.
func manyTallies(n int) []Tally {
	tallies := make([]Tally, 0, n)
	channels := []hall.Channel{"", ByDefault, hall.ChannelPad, hall.ChannelQR}
	for i := range n {
		tallies = append(tallies, Tally{
			Key{Agent: uint32(i % 10), Window: fmt.Sprint(i % 60), Staff: fmt.Sprint(1000 + i%60), Unit: fmt.Sprint("unit-", i%20),
				Item: fmt.Sprint("item-", i%300), Channel: channels[i%4], Day: hall.Day(20780 + i%28)},
			Sums{Served: 9, Ratable: 9, Invited: 8, Levels: [5]int{0, 0, 1, 2, 4}},
		})
	}
	return tallies
}

func BenchmarkReport(b *testing.B) {
	tallies, halls := manyTallies(100_000), map[uint32]string{0: "city", 1: "city", 2: "town"}
	for _, by := range []By{ByHall, ByItem, ByStaff, ByDay} {
		b.Run(string(by), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Query{By: by}.Report(tallies, halls)
			}
		})
	}
}
