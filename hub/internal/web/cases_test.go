package web

import (
	"encoding/json"
	"fmt"
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

// caseSeen is what the office says of a case.
type caseSeen struct {
	ID, Number, State string
	Item              string `json:"item_name"`
	Unit              string `json:"unit_name"`
	Hall              string `json:"hall_name"`
	Due               string
	Overdue, Down     int
	Applicant         struct {
		Kind, Name, Phone string
		Gone              bool
		MayReveal         bool `json:"may_reveal"`
	}
	Promise *struct {
		Due  string
		Days []struct{ Why string }
	}
	Steps []struct {
		What, Where, By string
		Undone          bool
	}
	Notices []struct {
		Missing []string
		Again   string
		Other   struct{ Words string }
	}
	Shared bool
	Error  struct{ Code string }
}

type casesSeen struct {
	Rows []caseSeen
	Next string
}

func (p casesSeen) numbers() (all []string) {
	for _, c := range p.Rows {
		all = append(all, strings.TrimPrefix(c.Number, "QL20261118-1-"))
	}
	return all
}

// files tells of a case that a counter accepted so many days ago.
func (c *court) files(a *counterTold, n, daysAgo int, unit string, steps ...func(on hall.CaseAt) hall.Step) hall.ID {
	c.t.Helper()
	id, ticket := hall.ID{Agent: a.seen.Number, Tag: 5, Serial: uint32(n)}, hall.ID{Agent: a.seen.Number, Tag: 6, Serial: uint32(n)}
	on := hall.CaseAt{Case: id, Window: "12", Staff: "0317"}
	ref := fmt.Sprint("applicant-", n)
	c.texts[ref] = private.Text{Name: "李文静", Phone: fmt.Sprintf("1381234%04d", n)}
	accepted := courtNow().AddDate(0, 0, -daysAgo)
	a.now = accepted
	a.tell(hall.CaseAccepted{CaseAt: on, CaseOpening: hall.CaseOpening{Number: fmt.Sprintf("QL20261118-1-%04d", n), Day: hall.DayOf(accepted), Ticket: ticket, Item: "id-card", Unit: unit,
		Kind: hall.CaseCommitted, Legal: 20, Promised: 3, Applicant: hall.ApplicantPerson, Private: hall.Sealed{Ref: ref, SHA: "00"}}})
	for i, s := range steps {
		a.now = accepted.Add(time.Duration(i+1) * time.Minute)
		a.tell(s(on))
	}
	return id
}

func (d *desks) cases(query url.Values) (casesSeen, int) {
	r := d.do("GET", "/api/cases?"+query.Encode(), nil)
	var p casesSeen
	if err := json.Unmarshal([]byte(text(r)), &p); err != nil {
		d.t.Fatal(err)
	}
	return p, r.StatusCode
}

func (d *desks) oneCase(id hall.ID) (caseSeen, int) {
	r := d.do("GET", "/api/cases/"+id.String(), nil)
	var c caseSeen
	if err := json.Unmarshal([]byte(text(r)), &c); err != nil {
		d.t.Fatal(err)
	}
	return c, r.StatusCode
}

// Domain §7, §11: cases are listed due first, each to who answers for them; who applies is masked, and each look is recorded.
func TestCasesInTheOffice(t *testing.T) {
	c := newCourt(t)
	begin := courtNow().AddDate(0, 0, -30)
	city, town := c.counter("city-1", "city", begin), c.counter("town-1", "town", begin)
	returned := func(on hall.CaseAt) hall.Step {
		return hall.CaseReturned{CaseAt: on, Notice: hall.ID{Agent: on.Case.Agent, Tag: 7, Serial: 1}}
	}
	decided := func(on hall.CaseAt) hall.Step { return hall.CaseDecided{CaseAt: on, Result: hall.CaseGranted} }
	late := c.files(city, 1, 9, "police") // accepted on Monday the 9th: due on the 12th
	c.files(city, 2, 2, "police")         // accepted on Monday the 16th: due on the 19th
	c.files(city, 3, 7, "land")           // due on the 16th
	back := c.files(city, 4, 5, "police", returned)
	c.files(city, 5, 5, "police", decided)
	c.files(town, 6, 3, "police")
	city.tell(hall.NoticePrinted{Notice: hall.ID{Agent: back.Agent, Tag: 7, Serial: 1}, Case: back, Ticket: hall.ID{Agent: back.Agent, Tag: 6, Serial: 4}, Window: "12", Staff: "0317", Item: "id-card",
		Missing: []string{"居民户口簿"}, Again: hall.AgainOverlooked})
	for _, k := range []struct {
		says  string
		who   *desks
		query url.Values
		want  []string
	}{
		{"the centre sees all, due first", c.as(access.Centre), url.Values{"view": {"running"}}, []string{"0001", "0003", "0006", "0002", "0004"}},
		{"what is past its last day", c.as(access.Centre), url.Values{"view": {"late"}}, []string{"0001", "0003"}},
		{"what is over", c.as(access.Centre), url.Values{"view": {"ended"}}, []string{"0005"}},
		{"a unit sees its own", c.as(access.Handler), url.Values{"view": {"running"}}, []string{"0001", "0006", "0002", "0004"}},
		{"a manager sees his halls", c.as(access.Manager, "town"), url.Values{"view": {"running"}}, []string{"0006"}},
		{"of a state", c.as(access.Supervisor), url.Values{"state": {"returned,decided"}}, []string{"0004", "0005"}},
		{"due on some days", c.as(access.Centre), url.Values{"from": {"2026-11-16"}, "to": {"2026-11-18"}, "view": {"running"}}, []string{"0003", "0006"}},
		{"by its number, as it is typed", c.as(access.Auditor), url.Values{"q": {" ql20261118–1–0005"}, "view": {"running"}}, []string{"0005"}},
		{"by its number, whatever the days", c.as(access.Auditor), url.Values{"q": {"QL20261118-1-0005"}, "from": {"2026-11-30"}, "view": {"ended"}}, []string{"0005"}},
	} {
		page, status := k.who.cases(k.query)
		if status != http.StatusOK || !slices.Equal(page.numbers(), k.want) {
			t.Errorf("%s: %d %v, want %v", k.says, status, page.numbers(), k.want)
		}
	}
	if _, status := c.as(access.Centre).cases(url.Values{"state": {"lost"}}); status != http.StatusUnprocessableEntity {
		t.Errorf("a state that is none: %d", status)
	}
	if _, status := c.as(access.Centre).cases(url.Values{"from": {"2026-11-01"}, "view": {"ended"}}); status != http.StatusUnprocessableEntity {
		t.Errorf("what is over is due on no day: %d", status)
	}
	var pages []string
	for after := ""; ; {
		page, _ := c.as(access.Centre).cases(url.Values{"view": {"running"}, "limit": {"2"}, "after": {after}})
		pages = append(pages, page.numbers()...)
		if after = page.Next; after == "" {
			break
		}
	}
	if len(pages) != 5 {
		t.Errorf("page by page: %v", pages)
	}

	one, status := c.as(access.Handler).oneCase(late)
	if status != http.StatusOK || one.Overdue != 4 || one.Due != "2026-11-12" || one.Applicant.Name != "李*静" || one.Applicant.Phone != "138****0001" || !one.Applicant.MayReveal || one.Promise == nil || one.Steps[0].Where == "" {
		t.Errorf("%d %+v", status, one)
	}
	if seen, _ := c.as(access.Auditor).oneCase(late); seen.Applicant.MayReveal || seen.Applicant.Name != "李*静" {
		t.Errorf("an auditor sees it masked, and no more: %+v", seen.Applicant)
	}
	if _, status := c.as(access.Handler).oneCase(hall.ID{Agent: 1, Tag: 5, Serial: 3}); status != http.StatusNotFound {
		t.Errorf("another unit's: %d", status)
	}
	if seen, _ := c.as(access.Centre).oneCase(back); len(seen.Notices) != 1 || seen.Notices[0].Again != "overlooked" || seen.Promise != nil {
		t.Errorf("returned: %+v", seen)
	}
}

// Domain §6: where a declared outage moved the promise, list and page say so, and on which day.
func TestTheOfficeSaysWhyAPromiseMoved(t *testing.T) {
	c := newCourt(t)
	city := c.counter("city-1", "city", courtNow().AddDate(0, 0, -30))
	id := c.files(city, 1, 2, "police") // accepted on Monday the 16th: due on the 19th
	city.now = time.Date(2026, 11, 17, 9, 0, 0, 0, hall.Beijing())
	city.tell(hall.OutageBegan{Unit: "police"})
	city.now = city.now.Add(6 * time.Hour)
	city.tell(hall.OutageEnded{Unit: "police"})
	if err := c.intake.Tick(t.Context(), courtNow(), nil); err != nil {
		t.Fatal(err)
	}
	page, _ := c.as(access.Handler).cases(url.Values{"view": {"running"}})
	if len(page.Rows) != 1 || page.Rows[0].Due != "2026-11-20" || page.Rows[0].Down != 1 {
		t.Errorf("in the list: %+v", page.Rows)
	}
	var whys []string
	one, _ := c.as(access.Handler).oneCase(id)
	for _, d := range one.Promise.Days {
		whys = append(whys, d.Why)
	}
	if want := []string{"begins", "outage", "counted", "counted", "counted"}; !slices.Equal(whys, want) || one.Down != 1 {
		t.Errorf("day by day %v, want %v; %d days", whys, want, one.Down)
	}
}

// Domain §3.2: the page of a case says that it shares its visit's rating, until somebody rates it alone.
func TestTheOfficeSaysWhetherACaseIsRatedWithItsVisit(t *testing.T) {
	c := newCourt(t)
	city := c.counter("city-1", "city", courtNow().AddDate(0, 0, -1))
	ticket, visit := hall.ID{Agent: city.seen.Number, Tag: 5, Serial: 1}, hall.ID{Agent: city.seen.Number, Tag: 5, Serial: 2}
	on := hall.CaseAt{Case: hall.ID{Agent: city.seen.Number, Tag: 5, Serial: 3}, Visit: visit, Window: "12", Staff: "0317"}
	for _, f := range []hall.Fact{hall.VisitOpened{Visit: visit, Ticket: ticket, Window: "12", Staff: "0317", Unit: "police", Item: "id-card"}, hall.VisitServed{Visit: visit},
		hall.CaseAccepted{CaseAt: on, CaseOpening: hall.CaseOpening{Number: "QL20261118-1-0001", Ticket: ticket, Item: "id-card", Unit: "police", Kind: hall.CaseCommitted, Promised: 3}},
		hall.CaseDecided{CaseAt: on, Result: hall.CaseGranted}, hall.VisitFinished{Visit: visit, Staff: "0317", Outcome: hall.OutcomeFinished}} {
		city.tell(f)
	}
	if one, status := c.as(access.Centre).oneCase(on.Case); status != http.StatusOK || !one.Shared {
		t.Errorf("decided within its visit: %d %+v", status, one)
	}
	c.record(hall.RatingGiven{Ticket: ticket, Visit: on.Case, Level: hall.Good, Channel: hall.ChannelQR, Answer: "f1"})
	if one, _ := c.as(access.Centre).oneCase(on.Case); one.Shared {
		t.Errorf("rated alone: %+v", one)
	}
}

func TestALookAtAnApplicantIsRecorded(t *testing.T) {
	c := newCourt(t)
	city := c.counter("city-1", "city", courtNow().AddDate(0, 0, -1))
	id := c.files(city, 1, 0, "police")
	looked := func() int {
		deeds, _, err := c.store.Deeds(t.Context(), intake.DeedsAsked{Page: intake.Page{Limit: 50}, About: id.String(), Types: []string{string(hall.TypePrivateRevealed)}})
		if err != nil {
			t.Fatal(err)
		}
		return len(deeds)
	}
	for role, want := range map[access.Role]int{access.Manager: http.StatusForbidden, access.Auditor: http.StatusForbidden, access.Handler: http.StatusOK, access.Centre: http.StatusOK} {
		before := looked()
		r := c.as(role).post("/api/cases/"+id.String()+"/reveal", map[string]any{"what": "name"})
		said := text(r)
		if r.StatusCode != want || strings.Contains(said, "李文静") != (want == http.StatusOK) || looked()-before != map[bool]int{true: 1, false: 0}[want == http.StatusOK] {
			t.Errorf("%s: %d %s, %d looks", role, r.StatusCode, said, looked()-before)
		}
	}
	if r := c.as(access.Centre).post("/api/cases/"+id.String()+"/reveal", map[string]any{"what": "shoe"}); r.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a part that is none: %d", r.StatusCode)
	}
}
