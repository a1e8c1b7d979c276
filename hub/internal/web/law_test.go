package web

import (
	"encoding/json"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
)

type lawSeen struct {
	Today   string
	Seen    int64
	Adopted []packSeen
	Shipped []packSeen
	May     bool `json:"may_adopt"`
}

type packSeen struct {
	ID, Name, Source, From, Until, Stands, By, SHA string
	Rules                                          []struct{ Key, Name, Value, Source string }
	Differs                                        []struct{ Key, Name, Was, Is string }
}

// refusal is what an act that did not come about is answered with.
type refusal struct {
	Error struct {
		Code, Field, Message, By string
		At                       time.Time
	}
	Faults []struct{ Code, Field string }
}

// refusedWith demands that an answer is a refusal of this kind, in words.
func refusedWith(t *testing.T, what string, r *http.Response, status int, code, field string) refusal {
	t.Helper()
	var got refusal
	if err := json.Unmarshal([]byte(text(r)), &got); err != nil || r.StatusCode != status || got.Error.Code != code || got.Error.Field != field {
		t.Errorf("%s: %d %s, want %d %s %s", what, r.StatusCode, text(r), status, code, field)
	}
	if key := untold(got.Error.Message); key != "" || got.Error.Message == "" {
		t.Errorf("%s: says %q", what, got.Error.Message)
	}
	return got
}

// Every number of a pack is on the page: one that is added to the file is added there.
func TestEveryRuleOfAPackIsShown(t *testing.T) {
	known := map[string]bool{}
	for _, r := range rulesOf(hall.DefaultPolicy()) {
		known[r.key] = true
	}
	n := 0
	p := reflect.TypeFor[hall.Policy]()
	for i := range p.NumField() {
		group := p.Field(i)
		if group.Type.Kind() != reflect.Struct {
			continue
		}
		for j := range group.Type.NumField() {
			n++
			if key := group.Tag.Get("yaml") + "." + group.Type.Field(j).Tag.Get("yaml"); !known[key] {
				t.Errorf("%s is not shown", key)
			}
		}
	}
	if n != len(known) {
		t.Errorf("%d rules are shown, a pack has %d", len(known), n)
	}
}

func TestTheLawIsReadByWhomItBinds(t *testing.T) {
	c := newCourt(t)
	law := wants[lawSeen](t, c.as(access.Staff), "/api/law")
	if law.Today != "2026-11-18" || law.May || len(law.Adopted) != 1 || len(law.Shipped) != 2 {
		t.Fatalf("%+v", law)
	}
	first := law.Adopted[0]
	if first.From != "" || first.Until != "" || first.Stands != "in-force" || first.By != "系统" || first.SHA != "sha-ours" {
		t.Errorf("the first pack: %+v", first)
	}
	if r := first.Rules[0]; r.Key != "rating.window" || r.Name != "评价期限" || r.Value != "5 个工作日" || r.Source != "001；业务规则 §3.4" {
		t.Errorf("its first rule: %+v", r)
	}
	if d := law.Shipped[1].Differs; len(d) != 1 || d[0].Was != "5 个工作日" || d[0].Is != "7 个自然日" || len(law.Shipped[0].Differs) != 0 {
		t.Errorf("differences to the pack in force: %+v", d)
	}
	if en := wants[lawSeen](t, c.as(access.Centre), "/api/law?lang=en"); !en.May || en.Shipped[1].Rules[0].Value != "7 natural days" || en.Shipped[0].Rules[0].Source != "001; domain §3.4: 5 working days" {
		t.Errorf("in English: %+v", en.Shipped[1].Rules[0])
	}
	if r := c.as(access.Reader).get("/api/law"); r.StatusCode != http.StatusForbidden {
		t.Errorf("a reader of figures: %d", r.StatusCode)
	}
}

// What follows from an adoption is said before; what happened before its day stays judged by the pack then in force.
func TestAPackIsAdoptedFromADayOn(t *testing.T) {
	c := newCourt(t)
	centre := c.as(access.Centre)
	seen := wants[lawSeen](t, centre, "/api/law").Seen
	adopt := func(d *desks, change map[string]any) *http.Response {
		body := map[string]any{"seen": seen, "id": "seven", "from": "2026-12-01"}
		for k, v := range change {
			body[k] = v
		}
		return d.post("/api/law/adopt", body)
	}
	var said struct {
		From, Before string
		Done         bool
		Differs      []struct{ Key, Was, Is string }
	}
	dry := adopt(centre, map[string]any{"dry": true})
	if err := json.Unmarshal([]byte(text(dry)), &said); err != nil || said.Done || said.From != "2026-12-01" || said.Before != hall.DefaultPolicy().Name || len(said.Differs) != 1 || said.Differs[0].Is != "7 个自然日" {
		t.Fatalf("what would follow: %s", text(dry))
	}
	if len(c.lawNow().Packs) != 1 {
		t.Fatal("asked what would follow, it was done")
	}
	for name, b := range map[string]struct {
		change      map[string]any
		status      int
		code, field string
	}{
		"no day":                     {map[string]any{"from": ""}, 422, "wrong", "from"},
		"a day that is past":         {map[string]any{"from": "2026-11-17"}, 422, "past", ""},
		"a pack that there is not":   {map[string]any{"id": "moon"}, 422, "wrong", "id"},
		"a file with faults":         {map[string]any{"text": "unit: lunar", "file": "mine.yaml"}, 422, "wrong", "text"},
		"what nobody looked at":      {map[string]any{"seen": seen + 1}, 409, "taken", ""},
		"the pack that is in force":  {map[string]any{"id": "ours-5-10", "from": "2026-11-18", "dry": true}, 200, "", ""},
		"a field that there is none": {map[string]any{"mercy": 1}, 400, "form", ""},
	} {
		r := adopt(centre, b.change)
		if b.status == 200 {
			if r.StatusCode != 200 {
				t.Errorf("%s: %d %s", name, r.StatusCode, text(r))
			}
			continue
		}
		got := refusedWith(t, name, r, b.status, b.code, b.field)
		if b.field == "text" && !strings.Contains(got.Error.Message, "mine.yaml:7") {
			t.Errorf("%s: the fault's line is not said: %s", name, got.Error.Message)
		}
	}
	for _, d := range []*desks{c.as(access.Supervisor), c.as(access.Centre, "city")} {
		if r := adopt(d, nil); r.StatusCode != http.StatusForbidden {
			t.Errorf("who adopts for all must reach all: %d %s", r.StatusCode, text(r))
		}
	}
	if r := adopt(centre, nil); r.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", r.StatusCode, text(r))
	}
	first := refusedWith(t, "the second of two", adopt(centre, map[string]any{"from": "2026-12-02"}), 409, "taken", "")
	if first.Error.By != "某centre" || first.Error.At.IsZero() {
		t.Errorf("who was first: %+v", first.Error)
	}
	law := wants[lawSeen](t, centre, "/api/law")
	if a := law.Adopted; len(a) != 2 || a[0].Stands != "to-come" || a[0].From != "2026-12-01" || a[0].By != "某centre" || a[1].Until != "2026-11-30" || a[1].Stands != "in-force" || len(a[0].Differs) != 1 {
		t.Errorf("adopted: %+v", a)
	}
	r := centre.post("/api/law/adopt", map[string]any{"seen": law.Seen, "text": "id: mine", "file": "mine.yaml", "from": "2026-12-01"})
	if r.StatusCode != http.StatusOK {
		t.Fatalf("a pack of a file: %d %s", r.StatusCode, text(r))
	}
	day := dayOf(2026, 12, 1)
	if now := c.lawNow(); now.Of(day).ID != "mine" || now.Of(day-1).ID != "ours-5-10" {
		t.Errorf("in force: %s, the day before %s", now.Of(day).ID, now.Of(day-1).ID)
	}
	if a := wants[lawSeen](t, centre, "/api/law").Adopted; a[1].Stands != "never" || a[0].Stands != "to-come" || a[2].Until != "2026-11-30" {
		t.Errorf("of two for one day the first is never in force: %+v", a)
	}
}

type calendarSeen struct {
	Year      int
	Published bool
	Days      []struct {
		Day, Why, Name string
		N              int
	}
	Closings []struct {
		Day, Hall, Why string
		Name           string `json:"hall_name"`
	}
	Waiting struct {
		From            string
		Visits, Repairs int
	}
	May    bool `json:"may_close"`
	MayAll bool `json:"may_close_all"`
}

func TestTheCalendarIsShownDayByDay(t *testing.T) {
	c := newCourt(t)
	year := wants[calendarSeen](t, c.as(access.Handler), "/api/calendar?year=2026")
	at := func(day string) (why, name string) {
		i := slices.IndexFunc(year.Days, func(d struct {
			Day, Why, Name string
			N              int
		}) bool {
			return d.Day == day
		})
		return year.Days[i].Why, year.Days[i].Name
	}
	if len(year.Days) != 365 || !year.Published || year.Days[0].Day != "2026-01-01" || year.May || year.MayAll {
		t.Fatalf("%d days from %s, published %v", len(year.Days), year.Days[0].Day, year.Published)
	}
	for day, want := range map[string]string{"2026-01-01": "holiday", "2026-01-04": "moved", "2026-10-01": "holiday", "2026-10-10": "moved", "2026-11-15": "weekend", "2026-11-18": "counted"} {
		if got, _ := at(day); got != want {
			t.Errorf("%s is %s, want %s", day, got, want)
		}
	}
	if year.Waiting.From != "2027-01-01" {
		t.Errorf("nobody knows from %s on", year.Waiting.From)
	}
	if next := wants[calendarSeen](t, c.as(access.Handler), "/api/calendar?year=2027"); next.Published || next.Days[3].Why != "unpublished" {
		t.Errorf("2027: %+v", next.Days[3])
	}
	refusedWith(t, "a year that is none", c.as(access.Handler).get("/api/calendar?year=12"), 422, "wrong", "year")
	refusedWith(t, "a hall that is none", c.as(access.Handler).get("/api/calendar?hall=moon"), 422, "wrong", "hall")
}

func TestAClosingDayIsEnteredAndTakenBack(t *testing.T) {
	c := newCourt(t)
	a := c.counter("city-1", "city", courtNow().Add(-time.Hour))
	a.served("id-card")
	centre, county := c.as(access.Centre), c.as(access.Centre, "town")
	act := func(d *desks, what, day, hallID, why string, dry bool) *http.Response {
		return d.post("/api/calendar/"+what, map[string]any{"day": day, "hall": hallID, "why": why, "dry": dry})
	}
	var said struct {
		Visits, Repairs int
		Worked, Done    bool
	}
	dry := act(centre, "close", "2026-11-20", "city", "weather", true)
	if err := json.Unmarshal([]byte(text(dry)), &said); err != nil || said.Done || !said.Worked || said.Visits != 1 {
		t.Fatalf("what would follow: %s", text(dry))
	}
	for name, b := range map[string]struct {
		r           *http.Response
		status      int
		code, field string
	}{
		"a day that is past":    {act(centre, "close", "2026-11-17", "city", "weather", false), 422, "past", ""},
		"no reason":             {act(centre, "close", "2026-11-20", "city", "", false), 422, "incomplete", ""},
		"no such hall":          {act(centre, "close", "2026-11-20", "moon", "local", false), 422, "wrong", "hall"},
		"no day":                {act(centre, "close", "soon", "city", "local", false), 422, "wrong", "day"},
		"a hall elsewhere":      {act(county, "close", "2026-11-20", "city", "local", false), 403, "forbidden", ""},
		"all halls, by one":     {act(county, "close", "2026-11-20", "*", "local", false), 403, "forbidden", ""},
		"nothing to take back":  {act(centre, "open", "2026-11-20", "city", "", false), 422, "known", ""},
		"a manager of the hall": {act(c.as(access.Manager), "close", "2026-11-20", "city", "local", false), 403, "forbidden", ""},
	} {
		refusedWith(t, name, b.r, b.status, b.code, b.field)
	}
	if r := act(centre, "close", "2026-11-20", "city", "weather", false); r.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", r.StatusCode, text(r))
	}
	if r := act(county, "close", "2026-11-23", "town", "local", false); r.StatusCode != http.StatusOK {
		t.Fatalf("a county closes its own: %d %s", r.StatusCode, text(r))
	}
	year := wants[calendarSeen](t, centre, "/api/calendar?year=2026&hall=city")
	if len(year.Closings) != 2 || year.Closings[0].Name != "市政务服务大厅" || year.Closings[0].Why != "weather" || year.Days[dayOf(2026, 11, 20)-dayOf(2026, 1, 1)].Why != "closed" {
		t.Errorf("%+v", year.Closings)
	}
	refusedWith(t, "closed already", act(centre, "close", "2026-11-20", "city", "weather", false), 422, "known", "")
	if r := act(centre, "open", "2026-11-20", "city", "", false); r.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", r.StatusCode, text(r))
	}
	if works, _ := c.lawNow().Calendar.Works(dayOf(2026, 11, 20), "city"); !works {
		t.Error("taken back, the hall does not work")
	}
}

// Each deadline can be explained day by day on screen; the vectors are those of codes.md.
func TestALimitIsExplainedDayByDay(t *testing.T) {
	c := newCourt(t)
	type seen struct {
		Due, Pack   string
		Provisional bool
		Days        []struct {
			Day, Why string
			N        int
		}
	}
	clerk := c.as(access.Staff)
	for query, want := range map[string]string{
		"from=2026-02-13&days=5": "2026-02-27", "from=2026-09-23&days=10": "2026-10-14", "from=2026-11-18&days=7&unit=natural": "2026-11-25",
	} {
		if e := wants[seen](t, clerk, "/api/explain?"+query); e.Due != want || e.Provisional || e.Days[0].Why != "begins" || e.Days[len(e.Days)-1].Day != want {
			t.Errorf("%s: %s, provisional %v", query, e.Due, e.Provisional)
		}
	}
	if e := wants[seen](t, clerk, "/api/explain?from=2026-12-28&days=5&hall=city"); !e.Provisional || e.Days[len(e.Days)-1].Why != "unpublished" {
		t.Errorf("over an unpublished year: %+v", e)
	}
	for query, field := range map[string]string{"days=0": "days", "days=401": "days", "days=x": "days", "unit=lunar": "unit", "from=soon": "from", "from=9999-12-01": "from", "hall=moon": "hall"} {
		refusedWith(t, query, clerk.get("/api/explain?"+query), 422, "wrong", field)
	}
}

func TestAnAgentIsDeclaredLost(t *testing.T) {
	c := newCourt(t)
	old := courtNow().AddDate(0, 0, -40)
	city, town := c.counter("city-1", "city", old), c.counter("town-1", "town", old)
	city.served("id-card")
	city.served("id-card")
	city.seen.Heard, town.seen.Heard = old, courtNow()
	type agentSeen struct {
		Rows []struct {
			Name     string
			Number   uint32
			Hall     string `json:"hall_name"`
			Awaiting int
			May      bool      `json:"may_lose"`
			From     time.Time `json:"may_lose_from"`
		}
	}
	all := wants[agentSeen](t, c.as(access.Centre), "/api/agents")
	if len(all.Rows) != 2 || all.Rows[0].Name != "city-1" || all.Rows[0].Awaiting != 2 || !all.Rows[0].May || all.Rows[1].May || !all.Rows[1].From.Equal(courtNow().AddDate(0, 0, 30)) {
		t.Errorf("%+v", all.Rows)
	}
	if one := wants[agentSeen](t, c.as(access.Centre, "town"), "/api/agents"); len(one.Rows) != 1 || one.Rows[0].Name != "town-1" {
		t.Errorf("of one hall: %+v", one.Rows)
	}
	lose := func(d *desks, name string, number int) *http.Response {
		return d.post("/api/agents/"+name+"/lost", map[string]any{"number": number})
	}
	refusedWith(t, "a hall elsewhere", lose(c.as(access.Centre, "town"), "city-1", 1), 403, "forbidden", "")
	refusedWith(t, "监察", lose(c.as(access.Supervisor), "city-1", 1), 403, "forbidden", "")
	refusedWith(t, "one that was never enrolled", lose(c.as(access.Centre), "moon-1", 1), 404, "nothing", "")
	refusedWith(t, "another of its name", lose(c.as(access.Centre), "city-1", 2), 404, "nothing", "")
	c.refused = &LostRefused{Code: LostHeard, Name: "town-1", At: courtNow(), Days: 30}
	if got := refusedWith(t, "one that was heard", lose(c.as(access.Centre), "town-1", 2), 422, "heard", ""); !strings.Contains(got.Error.Message, "30") || !strings.Contains(got.Error.Message, "10:31") {
		t.Errorf("it says %q", got.Error.Message)
	}
	c.refused = nil
	if r := lose(c.as(access.Centre), "city-1", 1); r.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", r.StatusCode, text(r))
	}
	if lost, err := c.store.LostAgents(t.Context()); err != nil || len(lost) != 1 || lost[1].IsZero() {
		t.Errorf("lost: %v, %v", lost, err)
	}
}
