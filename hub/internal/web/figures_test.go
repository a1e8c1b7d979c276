package web

import (
	"encoding/csv"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
)

type shareSeen struct {
	Part, Of int
	Percent  *float64
}

type tableSeen struct {
	Name    string
	Columns []struct{ Key, Name, Kind, Part, Of string }
	Rows    [][]any
	Total   []any
	Origin  struct {
		Lines []struct{ Name, Value string }
	}
}

// at returns a cell by the key of its column.
func (t tableSeen) at(row []any, key string) any {
	for n, c := range t.Columns {
		if c.Key == key {
			return row[n]
		}
	}
	return nil
}

// part is the number of a cell, or the numerator of a share.
func part(cell any) int {
	switch v := cell.(type) {
	case float64:
		return int(v)
	case map[string]any:
		return int(v["part"].(float64))
	}
	return -1
}

type figuresSeen struct {
	By, From, To, Settled string
	Table                 tableSeen
	Ranking               *tableSeen
	Funnel                struct {
		Served                                      int
		Ratable, Invited, Rated, Defaulted, Unrated shareSeen
	}
	Awaiting, Least int
	Export          bool `json:"may_export"`
}

func TestFiguresSayWhatTheyWereCountedFrom(t *testing.T) {
	c := newSearched(t)
	f := wants[figuresSeen](t, c.as(access.Centre), "/api/figures?by=hall&from=2026-11-01&to=2026-11-30")
	if len(f.Table.Rows) != 2 || f.Table.at(f.Table.Rows[0], "name") != "市政务服务大厅" || f.By != "hall" || !f.Export {
		t.Fatalf("%+v", f.Table)
	}
	if served, rated, satisfied := part(f.Table.at(f.Table.Total, "served")), part(f.Table.at(f.Table.Total, "rated")), f.Table.at(f.Table.Total, "satisfaction").(map[string]any); served != 6 || rated != 5 || satisfied["part"] != 2.0 || satisfied["of"] != 5.0 || satisfied["percent"] != 40.0 {
		t.Errorf("%d served, %d rated, %v satisfied", served, rated, satisfied)
	}
	if f.Funnel.Served != 6 || f.Funnel.Invited.Part != 6 || f.Funnel.Rated != (shareSeen{5, 6, f.Funnel.Rated.Percent}) || f.Funnel.Unrated.Part != 1 || f.Awaiting != 1 {
		t.Errorf("funnel %+v, %d await their agent", f.Funnel, f.Awaiting)
	}
	said := map[string]string{}
	for _, l := range f.Table.Origin.Lines {
		said[l.Name] = l.Value
	}
	if said["起止日期"] != "2026-11-01 至 2026-11-30" || said["分组"] != "大厅" || said["剔除的评价"] != "不计入" {
		t.Errorf("counted from %v", said)
	}
}

// One query serves page and file.
func TestPageAndFileSayTheSame(t *testing.T) {
	c := newSearched(t)
	centre := c.as(access.Centre)
	const query = "/api/figures?by=window&hall=city&from=2026-11-01&to=2026-11-30"
	page := wants[figuresSeen](t, centre, query)
	file := centre.get(query + "&format=csv")
	all, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text(file), "\ufeff"))).ReadAll()
	if err != nil || file.Header.Get("Content-Disposition") != `attachment; filename="figures-window-2026-11-01-2026-11-30.csv"` || len(all) != len(page.Table.Rows)+2 {
		t.Fatalf("%v %q", err, all)
	}
	if all[0][0] != "窗口" || all[1][0] != "12 号窗口" || !slices.Contains(all[1], "25.00%") || untold(text(file)) != "" {
		t.Errorf("%q", all)
	}
	if book := centre.get(query + "&format=xlsx"); book.StatusCode != http.StatusOK || !strings.HasPrefix(text(book), "PK") {
		t.Errorf("a workbook: %d", book.StatusCode)
	}
	ranking := centre.get(query + "&rank=1&format=csv")
	if !strings.Contains(text(ranking), "不足 30 条，不排名") || !strings.Contains(ranking.Header.Get("Content-Disposition"), "ranking-window") {
		t.Errorf("a ranking: %s", text(ranking))
	}
}

func TestEveryGroupingHasNames(t *testing.T) {
	c := newSearched(t)
	for by, want := range map[string]string{
		"hall": "市政务服务大厅", "unit": "市公安局", "window": "12 号窗口 市政务服务大厅", "staff": "周敏 0317 市政务服务大厅", "item": "居民身份证补领", "channel": "评价器",
		"day": "11月2日 周一", "week": "2026年第45周（11月2日至11月8日）", "month": "2026年11月", "quarter": "2026年第4季度", "year": "2026年",
	} {
		for _, lang := range []string{"", "&lang=en"} {
			f := wants[figuresSeen](t, c.as(access.Centre), "/api/figures?by="+by+"&from=2026-11-01&to=2026-11-30"+lang)
			if name := f.Table.at(f.Table.Rows[0], "name"); lang == "" && name != want {
				t.Errorf("%s: %v, want %s", by, name, want)
			}
		}
	}
}

// Who reaches what: a county its halls, a unit itself; who sees no single level sees no sum of fewer than five ratings.
func TestFiguresOfWhatSomebodyReaches(t *testing.T) {
	c := newSearched(t)
	const days = "/api/figures?from=2026-11-01&to=2026-11-30&by="
	if f := wants[figuresSeen](t, c.as(access.Manager, "town"), days+"hall"); len(f.Table.Rows) != 1 || f.Funnel.Served != 1 || f.Awaiting != 0 {
		t.Errorf("a manager of the town: %+v", f.Table.Rows)
	}
	for _, w := range []struct {
		d      *desks
		query  string
		status int
	}{
		{c.as(access.Manager, "town"), "hall&hall=city", 403}, {c.as(access.Manager, "gone"), "hall", 403}, {c.as(access.Handler), "unit&unit=tax", 403},
		{c.as(access.Handler), "unit&unit=police", 200}, {c.as(access.Staff), "month&staff=0408", 403}, {c.as(access.Staff), "day", 422}, {c.as(access.Staff), "month&item=id-card", 422},
		{c.as(access.Caller), "unit&format=csv", 403}, {c.as(access.Handler), "unit&format=csv", 200}, {c.as(access.Observer), "unit&format=xlsx", 403},
		{c.as(access.Operator), "unit", 403}, {c.as(access.Inspector), "unit", 403},
	} {
		if r := w.d.get(days + w.query); r.StatusCode != w.status {
			t.Errorf("%s: %d, want %d: %s", w.query, r.StatusCode, w.status, text(r))
		}
	}
	byUnit := wants[figuresSeen](t, c.as(access.Handler), days+"unit")
	if row := byUnit.Table.Rows[0]; byUnit.Least != 5 || part(byUnit.Table.at(row, "rated")) != 5 || len(byUnit.Table.Rows) != 1 {
		t.Errorf("five are enough for a unit: %+v", row)
	}
	byHall := wants[figuresSeen](t, c.as(access.Reader), days+"hall")
	for _, row := range byHall.Table.Rows {
		if byHall.Table.at(row, "satisfaction") != "不足 5 条" || byHall.Table.at(row, "level_1") != "不足 5 条" || part(byHall.Table.at(row, "served")) < 1 {
			t.Errorf("fewer than five: %v", row)
		}
	}
	if byHall.Funnel.Rated.Part != 0 {
		t.Errorf("the total gives away what is hidden: %+v", byHall.Funnel)
	}
}

// domain §4: the person rated sees sums of whole months that are settled, at the hall where he works, and nothing else.
func TestThePersonRatedSeesHisOwnSums(t *testing.T) {
	c := newCourt(t)
	city := c.counter("city-1", "city", time.Date(2026, 9, 7, 9, 0, 0, 0, hall.Beijing()))
	for range 5 {
		city.served("id-card", hall.Good)
	}
	city.now = time.Date(2026, 10, 12, 9, 0, 0, 0, hall.Beijing())
	city.served("id-card", hall.VeryBad)
	city.now = time.Date(2026, 11, 12, 9, 0, 0, 0, hall.Beijing())
	for range 6 {
		city.served("id-card", hall.VeryGood)
	}
	f := wants[figuresSeen](t, c.as(access.Staff), "/api/figures")
	if f.From != "2026-01-01" || f.To != "2026-11-30" || f.By != "month" || f.Export || f.Awaiting != 0 || f.Settled != "2026-11-10" || len(f.Table.Rows) != 2 {
		t.Fatalf("%+v", f)
	}
	if september, october := f.Table.Rows[0], f.Table.Rows[1]; part(f.Table.at(september, "level_4")) != 5 || f.Table.at(october, "bad") != "不足 5 条" {
		t.Errorf("September %v, October %v", september, october)
	}
	if r := c.as(access.Staff).get("/api/figures?format=csv"); r.StatusCode != http.StatusForbidden {
		t.Errorf("a file: %d", r.StatusCode)
	}
}

func TestAQueryThatCannotBeAnswered(t *testing.T) {
	centre := newCourt(t).as(access.Centre)
	for query, want := range map[string]string{
		"by=mood": "by wrong", "channel=fax": "channel wrong", "from=x": "from wrong", "from=2026-11-02&to=2026-11-01": "to order", "from=2001-01-01&to=2026-11-01": "to long",
		"excluded=yes": "excluded wrong", "format=pdf": "format wrong", "by=month&rank=1": "rank wrong",
	} {
		field, code, _ := strings.Cut(want, " ")
		refusedWith(t, query, centre.get("/api/figures?"+query), 422, code, field)
	}
	if r := centre.get("/api/figures?hall=moon"); r.StatusCode != http.StatusForbidden {
		t.Errorf("a hall that is none: %d", r.StatusCode)
	}
	if f := wants[figuresSeen](t, centre, "/api/figures"); f.By != "unit" || f.From != "2026-11-01" || f.To != "2026-11-18" || len(f.Table.Rows) != 0 || f.Table.Rows == nil {
		t.Errorf("asked for nothing in particular: %+v", f)
	}
}

// Domain §9: cases and bookings stand in the same table as far as its rows can count them, and what nobody knows is no
// zero.
func TestFiguresOfCasesAndBookings(t *testing.T) {
	c := newSearched(t)
	day := hall.DayOf(courtNow())
	c.files(c.city, 1, 3, "land", func(on hall.CaseAt) hall.Step { return hall.CaseDecided{CaseAt: on, Result: hall.CaseGranted} })
	c.files(c.city, 2, 0, "land")
	for n := range 3 {
		ticket := c.city.id()
		c.city.tell(hall.TicketBooked{Ticket: ticket, Number: "A90" + strconv.Itoa(n), Letter: "A", Day: day, Due: courtNow().Add(time.Hour), Item: "id-card"})
		if n > 0 {
			c.city.tell(hall.TicketWithdrawn{Ticket: ticket, Why: hall.WithdrawnLate})
		}
	}
	centre := c.as(access.Centre)
	const days = "/api/figures?from=2026-11-01&to=2026-11-30&by="
	byItem := wants[figuresSeen](t, centre, days+"item")
	row := byItem.Table.Rows[0]
	for key, want := range map[string]any{"cases_received": 2.0, "cases_decided": 1.0, "cases_open": 1.0, "bookings": 3.0, "bookings_missed": 2.0, "bookings_awaited": 1.0, "trips_promised": 1.0} {
		if got := byItem.Table.at(row, key); got != want {
			t.Errorf("%s of an item: %v, want %v", key, got, want)
		}
	}
	for key, want := range map[string]shareSeen{"settled": {Part: 1, Of: 2}, "same_day": {Part: 1, Of: 2}, "promise_speed_up": {Part: 17, Of: 20}, "came": {Part: 0, Of: 2}} {
		if got, ok := byItem.Table.at(row, key).(map[string]any); !ok || got["part"] != float64(want.Part) || got["of"] != float64(want.Of) {
			t.Errorf("%s of an item: %v, want %+v", key, got, want)
		}
	}
	if trips, ok := byItem.Table.at(row, "trips").(map[string]any); !ok || trips["ratio"] != 0.0 || trips["of"] != 1.0 {
		t.Errorf("a case that was handled without its applicant: %v", trips)
	}
	for by, want := range map[string][]bool{"hall": {true, true}, "unit": {true, false}, "channel": {false, false}, "item&channel=pad": {false, false}} {
		f := wants[figuresSeen](t, centre, days+by)
		for n, key := range []string{"on_time", "came"} {
			if has := slices.ContainsFunc(f.Table.Columns, func(c struct{ Key, Name, Kind, Part, Of string }) bool { return c.Key == key }); has != want[n] {
				t.Errorf("by %s: %s is shown: %v", by, key, has)
			}
		}
	}
	onTime := wants[figuresSeen](t, c.as(access.Handler), days+"unit&unit=police")
	if got := onTime.Table.at(onTime.Table.Total, "on_time").(map[string]any); got["percent"] != nil || got["of"] != 0.0 {
		t.Errorf("a unit without cases: %v", got)
	}
}
