package export

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/figures"
	webkiosk "hallpulse/web-kiosk"
)

// catalogue reads the words of a language, and fails for a key that has none.
func catalogue(t testing.TB, lang string) Say {
	t.Helper()
	data, err := fs.ReadFile(webkiosk.FS(), "src/shared/words/"+lang+".json")
	if err != nil {
		t.Fatal(err)
	}
	var words map[string]string
	if err := json.Unmarshal(data, &words); err != nil {
		t.Fatal(err)
	}
	return func(key string, pairs ...string) string {
		text, ok := words[key]
		if !ok {
			t.Errorf("%s has no words for %q", lang, key)
		}
		for i := 0; i < len(pairs); i += 2 {
			if !strings.Contains(text, "{"+pairs[i]+"}") {
				t.Errorf("%s: %q has no place for {%s}", lang, key, pairs[i])
			}
			text = strings.ReplaceAll(text, "{"+pairs[i]+"}", pairs[i+1])
		}
		if strings.Contains(text, "{") {
			t.Errorf("%s: %q is not filled: %q", lang, key, text)
		}
		return text
	}
}

// sample is 12 ratings of one window, 2 defaults, one excluded, one about the platform alone, one repair, five cases and
// four bookings.
func sample() []figures.Tally {
	at := figures.Key{Agent: 1, Window: "12", Staff: "0317", Unit: "police", Item: "id-card", Channel: hall.ChannelPad, Day: 20780}
	excluded, platform := at, at
	excluded.Leaves, platform.Leaves = figures.LeavesAll, figures.LeavesPersons
	return []figures.Tally{
		{Key: at, Sums: figures.Sums{Served: 21, Ratable: 18, Invited: 16, Levels: [5]int{0, 3, 2, 4, 3}, Defaults: [5]int{0, 0, 2, 0, 0},
			Named: 1, Repairs: figures.Repairs{Opened: 3, Repaired: 2, InTime: 1, Overdue: 1, Named: 1, CalledBack: 1, NamedRepaired: 1}}},
		{Key: excluded, Sums: figures.Sums{Ratable: 1, Invited: 1, Levels: [5]int{1, 0, 0, 0, 0}, Repairs: figures.Repairs{Opened: 1}}},
		{Key: figures.Key{Agent: 1, Window: "12", Staff: "0317", Unit: "police", Item: "id-card", Day: 20780}, Sums: figures.Sums{Handled: figures.Handled{Received: 5, Settled: 4, SameDay: 2, Decided: 4, Refused: 1, Limited: 3, InTime: 2, OnTheSpot: 1,
			PromiseLegal: 40, Promised: 6, Over: 4, Trips: 5}, Bookings: figures.Bookings{Booked: 4, Came: 2, Missed: 1}}},
		{Key: platform, Sums: figures.Sums{Ratable: 1, Invited: 1, Levels: [5]int{0, 1, 0, 0, 0}}},
	}
}

// cellsOf returns the cells of a row by the keys of their columns.
func cellsOf(t *Table, row []Cell) map[string]Cell {
	cells := map[string]Cell{}
	for i, c := range t.Columns {
		cells[c.Key] = row[i]
	}
	return cells
}

// Every grouping is laid out, in both languages, with one column a key, and can be written.
func TestEveryReportIsLaidOut(t *testing.T) {
	for _, lang := range []string{"zh", "en"} {
		say := catalogue(t, lang)
		for _, by := range figures.Groupings() {
			q := figures.Query{By: by, From: 20780, To: 20780}
			table := Report(q.Report(sample(), map[uint32]string{1: "city"}), say)
			seen := map[string]bool{}
			for _, c := range table.Columns {
				if seen[c.Key] || c.Name == "" {
					t.Errorf("%s, by %s: column %q comes twice or has no heading", lang, by, c.Key)
				}
				seen[c.Key] = true
			}
			shows := func(all []figures.Figure, shown bool) {
				for _, f := range all {
					if seen[string(f)] != shown {
						t.Errorf("by %s: figure %s is shown: %v", by, f, !shown)
					}
				}
			}
			shows(figures.Figures(), true)
			shows(figures.CaseFigures(), q.AboutCases())
			shows(figures.BookingFigures(), q.AboutBookings())
			if err := table.check(); err != nil {
				t.Errorf("by %s: %v", by, err)
			}
		}
	}
}

// A row says what it was counted from, and what was left out stands beside it.
func TestReportRow(t *testing.T) {
	q := figures.Query{By: figures.ByWindow, From: 20780, To: 20780}
	r := q.Report(sample(), map[uint32]string{1: "city"}).Named(func(figures.Group) string { return "12 号窗口" })
	table := Report(r, catalogue(t, "zh"))
	for _, c := range []struct {
		key       string
		row, last Cell
	}{
		{"name", Text("12 号窗口"), Text("合计")},
		{"id", Text("12"), Cell{}},
		{"hall", Text("city"), Cell{}},
		{"served", Integer(21), Integer(21)},
		{"ratable", Integer(19), Integer(19)},
		{"rated", Integer(13), Integer(13)},
		{"level_2", Integer(4), Integer(4)},
		{"level_5", Integer(3), Integer(3)},
		{"defaulted", Integer(2), Integer(2)},
		{"unrated", Integer(4), Integer(4)},
		{"excluded", Integer(1), Integer(1)},
		{"satisfaction", Share(figures.Share{Part: 9, Of: 13}), Share(figures.Share{Part: 9, Of: 13})},
		{"satisfaction_with_defaults", Share(figures.Share{Part: 11, Of: 15}), Share(figures.Share{Part: 11, Of: 15})},
		{"repaired_in_time", Share(figures.Share{Part: 1, Of: 2}), Share(figures.Share{Part: 1, Of: 2})},
		{"repairs_excluded", Integer(1), Integer(1)},
		{"cases_received", Integer(5), Integer(5)},
		{"cases_decided", Integer(4), Integer(4)},
		{"cases_open", Integer(1), Integer(1)},
		{"cases_refused", Integer(1), Integer(1)},
		{"on_time", Share(figures.Share{Part: 2, Of: 3}), Share(figures.Share{Part: 2, Of: 3})},
		{"promise_speed_up", Share(figures.Share{Part: 34, Of: 40}), Share(figures.Share{Part: 34, Of: 40})},
		{"handling_speed_up", Share(figures.Share{}), Share(figures.Share{})},
		{"trips", Ratio(figures.Ratio{Part: 5, Of: 4}), Ratio(figures.Ratio{Part: 5, Of: 4})},
	} {
		if got := cellsOf(&table, table.Rows[0])[c.key]; got != c.row {
			t.Errorf("%s: %+v, want %+v", c.key, got, c.row)
		}
		if got := cellsOf(&table, table.Total)[c.key]; got != c.last {
			t.Errorf("total of %s: %+v, want %+v", c.key, got, c.last)
		}
	}
	if _, shown := cellsOf(&table, table.Total)["platform"]; shown {
		t.Error("what leaves the figures of persons stands in a table of windows")
	}
	q.By = figures.ByItem
	r = q.Report(sample(), nil)
	r.Rows[0].PromisedTrips = 1
	table = Report(r, catalogue(t, "zh"))
	item := cellsOf(&table, table.Rows[0])
	if item["trips_promised"] != Integer(1) || cellsOf(&table, table.Total)["trips_promised"] != (Cell{}) || item["bookings"] != Integer(4) || item["bookings_awaited"] != Integer(1) || item["came"] != Share(figures.Share{Part: 2, Of: 3}) {
		t.Errorf("of an item: %+v", item)
	}
	q.By = figures.ByStaff
	table = Report(q.Report(sample(), nil), catalogue(t, "zh"))
	cells := cellsOf(&table, table.Rows[0])
	if cells["platform"] != Integer(1) || cells["rated"] != Integer(12) {
		t.Errorf("of a person: %+v", cells)
	}
}

// Of too few ratings the person rated sees how many came, and nothing else (domain §4).
func TestReportHidesFewRatings(t *testing.T) {
	month, _ := figures.ByMonth.Of(20780)
	q := figures.Query{By: figures.ByMonth, From: month.From, To: month.To, Halls: []string{"city"}, Staff: "0317"}
	r, err := q.Report(sample(), map[uint32]string{1: "city"}).ForStaff(13, month.To)
	if err != nil {
		t.Fatal(err)
	}
	table := Report(r, catalogue(t, "zh"))
	open := []string{"name", "id", "from", "to", "served", "ratable", "invited", "asked"}
	for _, c := range caseColumns(q) {
		open = append(open, c.key)
	}
	for key, cell := range cellsOf(&table, table.Rows[0]) {
		if hidden := cell == Text("不足 13 条"); hidden == slices.Contains(open, key) {
			t.Errorf("%s: %+v", key, cell)
		}
	}
	if got := cellsOf(&table, table.Total)["rated"]; got != Integer(0) {
		t.Errorf("the total tells what its row hides: %+v", got)
	}
}

func TestRankingIsLaidOut(t *testing.T) {
	row := func(id string, good, bad int) figures.Row {
		return figures.Row{Group: figures.Group{Hall: "city", ID: id}, Sums: figures.Sums{Levels: [5]int{bad, 0, 0, 0, good}}}
	}
	r := figures.Report{Rows: []figures.Row{row("a", 40, 10), row("few", 3, 0), row("b", 41, 9)}}
	for _, lang := range []string{"zh", "en"} {
		say := catalogue(t, lang)
		table := Ranking(r.Rank(30), figures.ByStaff, say)
		table.Origin.AsOf = time.Unix(0, 0)
		if err := table.check(); err != nil {
			t.Fatal(err)
		}
		want := [][]Cell{
			{Integer(1), Text("b"), Text("b"), Text("city"), Share(figures.Share{Part: 41, Of: 50}), Percent(6920), Percent(9023), {}},
			{Integer(2), Text("a"), Text("a"), Text("city"), Share(figures.Share{Part: 40, Of: 50}), Percent(6696), Percent(8876), Text(say("figures.rank.within"))},
			{Text(say("figures.rank.few", "n", "30")), Text("few"), Text("few"), Text("city"), {}, {}, {}, {}},
		}
		if !slices.EqualFunc(table.Rows, want, slices.Equal) {
			t.Errorf("%+v\nwant %+v", table.Rows, want)
		}
	}
}

func TestOrigin(t *testing.T) {
	asOf := time.Date(2026, 7, 28, 10, 42, 0, 0, hall.Beijing())
	q := figures.Query{By: figures.ByMonth, From: 20636, To: 20662, Halls: []string{"city", "town"}, Unit: "police", Window: "12", Staff: "0317",
		Item: "id-card", Channel: hall.ChannelPad}
	name := func(by figures.By, id string) string { return fmt.Sprint(by, " ", id) }
	want := Origin{Name: "计数口径", AsOfName: "数据截至", AsOf: asOf, Lines: []Line{
		{"起止日期", "2026-07-02 至 2026-07-28"}, {"分组", "月"}, {"大厅", "hall city"}, {"大厅", "hall town"}, {"进驻单位", "unit police"},
		{"窗口", "window 12"}, {"窗口工作人员", "staff 0317"}, {"事项", "item id-card"}, {"渠道", "channel pad"},
		{"剔除的评价", "不计入"}, {"默认评价", "单列，不算参评"}}}
	got := OriginOf(q, asOf, catalogue(t, "zh"), name)
	if !slices.Equal(got.Lines, want.Lines) || got.Name != want.Name || got.AsOfName != want.AsOfName || !got.AsOf.Equal(asOf) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
	q.Excluded = true
	if got := OriginOf(q, asOf, catalogue(t, "en"), name); got.Lines[len(got.Lines)-2] != (Line{"Excluded ratings", "counted"}) {
		t.Errorf("with what was excluded: %+v", got.Lines)
	}
}
