package web

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/private"
)

// searched is a court in which things were rated: by pads, by phones, and by nobody.
type searched struct {
	*court
	city, town                                   *counterTold
	good, bad, written, withheld, silent, second hall.ID // visits
}

func newSearched(t *testing.T) *searched {
	t.Helper()
	halls := officeHalls()
	for n := range halls {
		halls[n].Catalogue.Staff = append(halls[n].Catalogue.Staff, hall.Staff{Badge: "0901", Name: "林静", Unit: "police"}) // a guide
	}
	c := &searched{court: newCourt(t, func(o *OfficeConfig) { o.Halls = always(halls) })}
	begin := time.Date(2026, 11, 2, 9, 0, 0, 0, hall.Beijing())
	c.city, c.town = c.counter("city-1", "city", begin), c.counter("town-1", "town", begin)
	c.set(begin.Add(time.Hour))
	_, c.good = c.city.served("id-card", hall.VeryGood)
	_, c.bad = c.city.served("id-card", hall.Bad)
	_, c.silent = c.city.served("id-card")
	_, c.second = c.town.served("id-card", hall.Fair)
	c.written = c.phone(c.city, hall.VeryBad, hall.RatingGiven{Reasons: []string{"108", "115"}, Named: true, Callback: true}, private.Text{Words: "=1+1 复印件要了三次", Name: "陈秋芳", Phone: "13800000000"})
	c.withheld = c.phone(c.city, hall.Bad, hall.RatingGiven{Reasons: []string{"208"}, Withheld: true}, private.Text{Words: "不要公开"})
	c.set(courtNow())
	return c
}

// phone rates a visit by its ticket.
func (c *searched) phone(a *counterTold, l hall.Level, g hall.RatingGiven, words private.Text) hall.ID {
	c.t.Helper()
	ticket, visit := a.served("id-card")
	sealed, _, err := c.Seal(words)
	if err != nil {
		c.t.Fatal(err)
	}
	g.Ticket, g.Visit, g.Window, g.Level, g.Channel, g.Answer, g.Ref, g.RefSHA = ticket, visit, "12", l, hall.ChannelQR, "f-"+visit.String(), sealed.Ref, sealed.SHA
	c.record(g)
	return visit
}

type ratedSeen struct {
	ID, Ticket, Hall, Window, Channel, Text string
	At                                      time.Time
	HallName                                string `json:"hall_name"`
	Staff                                   string `json:"staff_name"`
	Unit                                    string `json:"unit_name"`
	Item                                    string `json:"item_name"`
	Level, Default                          int
	Reasons                                 []nameJSON
	Missing                                 bool `json:"reason_missing"`
	Withheld, Named, Written                bool
}

type ratingsSeen struct {
	Rows []ratedSeen
	Next string
}

func (c *searched) find(d *desks, query string) []string {
	c.t.Helper()
	names := map[string]string{c.good.String(): "good", c.bad.String(): "bad", c.written.String(): "written", c.withheld.String(): "withheld", c.silent.String(): "silent", c.second.String(): "second"}
	var found []string
	for _, r := range wants[ratingsSeen](c.t, d, "/api/ratings?"+query).Rows {
		found = append(found, names[r.ID])
	}
	slices.Sort(found)
	return found
}

func TestRatingsAreSearched(t *testing.T) {
	c := newSearched(t)
	centre := c.as(access.Centre)
	for query, want := range map[string]string{
		"": "bad good second withheld written", "hall=city": "bad good withheld written", "hall=town": "second",
		"hall=" + url.QueryEscape("江南省/青澜市/临溪县/"): "second", "hall=" + url.QueryEscape("江南省/青澜市/"): "bad good second withheld written",
		"level=1,2": "bad withheld written", "missing=1": "bad", "withheld=1": "withheld", "named=1": "written", "channel=qr": "withheld written",
		"window=13": "", "staff=0317&item=id-card&unit=police": "bad good second withheld written", "from=2026-11-03": "", "to=2026-11-02&level=5": "good", "excluded=1": "",
	} {
		if got := strings.Join(c.find(centre, query), " "); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	for query, field := range map[string]string{"from=soon": "from", "from=2026-11-02&to=2026-11-01": "to", "level=6": "level", "level=x": "level", "channel=fax": "channel", "named=yes": "named", "after=x": "after"} {
		r := centre.get("/api/ratings?" + query)
		if r.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(text(r), `"field":"`+field+`"`) || untold(text(r)) != "" {
			t.Errorf("%s: %d %s", query, r.StatusCode, text(r))
		}
	}
	first := wants[ratingsSeen](t, centre, "/api/ratings?limit=2")
	rest := wants[ratingsSeen](t, centre, "/api/ratings?limit=10&after="+url.QueryEscape(first.Next))
	if len(first.Rows) != 2 || len(rest.Rows) != 3 || rest.Next != "" || !first.Rows[1].At.After(rest.Rows[0].At) {
		t.Errorf("pages of %d and %d rows", len(first.Rows), len(rest.Rows))
	}
}

// Design §7, field by field: levels are told to centre, 监察 and the manager of the hall; what the citizen wrote to the
// centre and 监察; the auditor sees that there is a rating. No unit and no clerk searches ratings.
func TestWhoSeesWhatOfARating(t *testing.T) {
	c := newSearched(t)
	row := func(d *desks) ratedSeen {
		all := wants[ratingsSeen](t, d, "/api/ratings?named=1").Rows
		if len(all) != 1 {
			t.Fatalf("%d rows", len(all))
		}
		return all[0]
	}
	for _, w := range []struct {
		role        access.Role
		level, text bool
	}{{access.Centre, true, true}, {access.Supervisor, true, true}, {access.Manager, true, false}, {access.Auditor, false, false}} {
		r := row(c.as(w.role))
		if (r.Level == 1) != w.level || (len(r.Reasons) == 2) != w.level || (r.Text == "=1+1 复印件要了三次") != w.text || !r.Written || r.Staff != "周敏" || r.Item != "居民身份证补领" || r.HallName == "" {
			t.Errorf("%s: %+v", w.role, r)
		}
	}
	if r := row(c.as(access.Centre)); r.Reasons[0].Name == "108" {
		t.Errorf("reasons have no names: %+v", r.Reasons)
	}
	for _, query := range []string{"level=1", "missing=1"} {
		if r := c.as(access.Auditor).get("/api/ratings?" + query); r.StatusCode != http.StatusForbidden {
			t.Errorf("who sees no level asks by it: %s: %d", query, r.StatusCode)
		}
	}
	for _, role := range []access.Role{access.Handler, access.Caller, access.Staff, access.Reader, access.Operator} {
		if r := c.as(role).get("/api/ratings"); r.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d", role, r.StatusCode)
		}
	}
	if got := c.find(c.as(access.Manager, "town"), ""); !slices.Equal(got, []string{"second"}) {
		t.Errorf("the manager of the town sees %v", got)
	}
	if r := c.as(access.Manager, "town").get("/api/ratings?hall=city"); r.StatusCode != http.StatusForbidden {
		t.Errorf("another hall: %d", r.StatusCode)
	}
	if r := c.as(access.Manager, "gone").get("/api/ratings"); r.StatusCode != http.StatusForbidden {
		t.Errorf("an account of a hall that is no longer: %d", r.StatusCode)
	}
}

type roadSeen struct {
	ratedSeen
	State   string
	Due     struct{ From, Due, Pack string }
	Entered *struct {
		Level           int
		Lost, Displaced bool
	}
	Awaiting *struct {
		Agent        string
		Since, Heard time.Time
	}
	Answers []struct {
		Standing, Channel, Text string
		Level                   int
		Elsewhere               bool
	}
	Repair *struct{ Number, State string }
}

func TestTheWholeRoadOfAVisit(t *testing.T) {
	c := newSearched(t)
	centre := c.as(access.Centre)
	road := func(d *desks, id hall.ID) roadSeen { return wants[roadSeen](t, d, "/api/ratings/"+id.String()) }

	r := road(centre, c.written)
	if r.State != "rated" || r.Level != 1 || r.Text == "" || r.Due.Due != "2026-11-09" || r.Due.Pack != "ours-5-10" || len(r.Answers) != 1 || r.Answers[0].Standing != "counted" {
		t.Errorf("rated by phone: %+v", r)
	}
	if r.Repair == nil || !strings.HasPrefix(r.Repair.Number, "R-") || r.Repair.State != "open" {
		t.Errorf("its repair: %+v", r.Repair)
	}
	if m := road(c.as(access.Manager), c.written); m.Level != 1 || m.Text != "" || m.Answers[0].Text != "" || m.Answers[0].Level != 1 {
		t.Errorf("the manager sees %+v", m)
	}
	if a := road(c.as(access.Auditor), c.written); a.Level != 0 || a.Answers[0].Level != 0 || a.Repair != nil || a.Text != "" {
		t.Errorf("the auditor sees %+v", a)
	}

	c.city.seen.Heard = time.Date(2026, 11, 6, 17, 0, 0, 0, hall.Beijing())
	if r := road(centre, c.silent); r.State != "awaiting-agent" || r.Awaiting == nil || r.Awaiting.Agent != "city-1" || !r.Awaiting.Since.Equal(dayOf(2026, 11, 10).Start()) || !r.Awaiting.Heard.Equal(c.city.seen.Heard) {
		t.Errorf("nobody rated, and its agent was not heard since: %+v", r)
	}
	if err := c.intake.Decide(t.Context(), intake.Keys{}, func(intake.Known) ([]hall.Fact, error) {
		return []hall.Fact{hall.AgentLost{Act: hall.Act{About: "city-1", By: hall.Console()}, Agent: 1}}, nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := c.intake.Tick(t.Context(), courtNow(), nil); err != nil {
		t.Fatal(err)
	}
	if r := road(centre, c.silent); r.State != "default-lost" || r.Entered == nil || r.Entered.Level != 3 || !r.Entered.Lost || r.Awaiting != nil || r.Default != 3 || r.Level != 0 {
		t.Errorf("its agent is lost: %+v", r)
	}
	if got := c.find(centre, "default=1"); !slices.Equal(got, []string{"silent"}) {
		t.Errorf("by default: %v", got)
	}
	for _, id := range []string{"x", "1-0001-999", "../me"} {
		if r := centre.get("/api/ratings/" + url.PathEscape(id)); r.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", id, r.StatusCode)
		}
	}
	if r := c.as(access.Manager, "town").get("/api/ratings/" + c.good.String()); r.StatusCode != http.StatusNotFound {
		t.Errorf("one of another hall: %d", r.StatusCode)
	}
}

// domain §3.13: an assisted rating 协助评价 says who helped, in the list and on its road; who has no part in it sees the same.
func TestAnAssistedRatingSaysWhoHelped(t *testing.T) {
	c := newSearched(t)
	type seen struct {
		ID       string
		Assisted *nameJSON
	}
	c.city.tell(hall.RatingAssisted{Visit: c.bad, Window: "12", By: "0901"})
	c.city.tell(hall.RatingAssisted{Visit: c.written, Window: "12", By: "0901"}) // he rated by phone
	for _, role := range []access.Role{access.Centre, access.Auditor} {
		for _, r := range wants[struct{ Rows []seen }](t, c.as(role), "/api/ratings").Rows {
			if helped := r.Assisted != nil; helped != (r.ID == c.bad.String()) || helped && *r.Assisted != (nameJSON{"0901", "林静"}) {
				t.Errorf("%s: %+v", role, r)
			}
		}
	}
	if r := wants[seen](t, c.as(access.Centre), "/api/ratings/"+c.bad.String()); r.Assisted == nil || r.Assisted.Code != "0901" {
		t.Errorf("its road: %+v", r)
	}
}

// domain §3.6: what is withheld is in no export; and no cell of a file is a formula.
func TestASearchIsTakenAway(t *testing.T) {
	c := newSearched(t)
	read := func(d *desks, query string) [][]string {
		r := d.get("/api/ratings/export?" + query)
		if r.StatusCode != http.StatusOK || !strings.HasPrefix(r.Header.Get("Content-Disposition"), `attachment; filename="ratings-2026-11-18.csv"`) {
			t.Fatalf("%d %v %s", r.StatusCode, r.Header, text(r))
		}
		if untold(text(r)) != "" || strings.Contains(text(r), "不要公开") || strings.Contains(text(r), "13800000000") || strings.Contains(text(r), "陈秋芳") {
			t.Errorf("the file says too much, or a key: %s", text(r))
		}
		all, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text(r), "\ufeff"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	all := read(c.as(access.Centre), "channel=qr")
	if len(all) != 3 || !slices.Contains(all[0], "群众写的") || !slices.ContainsFunc(all, func(row []string) bool { return slices.Contains(row, "'=1+1 复印件要了三次") }) {
		t.Errorf("%q", all)
	}
	if all := read(c.as(access.Auditor), ""); slices.Contains(all[0], "评价") || slices.Contains(all[0], "群众写的") || len(all) != 6 {
		t.Errorf("the auditor's file: %q", all)
	}
	c.city.tell(hall.RatingAssisted{Visit: c.good, Window: "12", By: "0901"})
	if all := read(c.as(access.Centre), "level=5"); len(all) != 2 || !slices.Contains(all[1], "协助评价（林静 0901）") {
		t.Errorf("helped: %q", all)
	}
	book := c.as(access.Manager).get("/api/ratings/export?format=xlsx")
	if book.StatusCode != http.StatusOK || !strings.HasPrefix(text(book), "PK") {
		t.Errorf("a workbook: %d", book.StatusCode)
	}
	for _, role := range []access.Role{access.Handler, access.Reader, access.Observer} {
		if r := c.as(role).get("/api/ratings/export"); r.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d", role, r.StatusCode)
		}
	}
	refusedWith(t, "another form", c.as(access.Centre).get("/api/ratings/export?format=pdf"), 422, "wrong", "format")
}

func TestWhatASearchCanBeNarrowedTo(t *testing.T) {
	c := newSearched(t)
	type seen struct {
		Windows, Staff, Units, Items []choiceJSON
		Level, Export                bool
	}
	if s := wants[seen](t, c.as(access.Centre), "/api/ratings/choices"); len(s.Windows) != 2 || s.Windows[0].Name != "12 号窗口" || s.Staff[0].Name != "周敏 0317" || !s.Level || !s.Export {
		t.Errorf("%+v", s)
	}
	if s := wants[seen](t, c.as(access.Auditor), "/api/ratings/choices"); s.Level {
		t.Error("the auditor may narrow by levels")
	}
	if s := wants[seen](t, c.as(access.Handler), "/api/figures/choices"); len(s.Units) != 1 || s.Units[0].ID != "police" {
		t.Errorf("a unit chooses among %+v", s.Units)
	}
}
