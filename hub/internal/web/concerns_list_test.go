package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/concern"
)

// Praise and pennants are recorded with their source; a unit does not record its own; taken back, the record stays.
func TestPraiseIsRecorded(t *testing.T) {
	f := newFront(t)
	praise := func(n int, change body) body {
		b := body{"draft": draftID(n), "source": "visitor", "form": "pennant", "hall": "city", "of": []body{{"unit": "police", "badge": "0317"}, {"unit": "land"}}, "text": "为民服务", "name": "李建国"}
		for k, v := range change {
			b[k] = v
		}
		return b
	}
	guide := f.as(access.Guide, "city")
	status, made := f.say(guide, "/api/praise", praise(1, nil))
	if status != http.StatusOK || made.Number == "" {
		t.Fatalf("%d %+v", status, made.Error)
	}
	centre := f.as(access.Centre)
	seen := wants[concernSeen](t, centre, "/api/concerns/"+made.Number)
	if seen.State != concern.Recorded || seen.Form != hall.PraisePennant || len(seen.Of) != 2 || seen.Of[0].Clerk != "周敏" || seen.Of[1].UnitIs != "不动产登记中心" || seen.Text.Words != "为民服务" || !slices.Equal(seen.May, []string{"strike"}) {
		t.Errorf("%+v", seen)
	}
	for name, c := range map[string]struct {
		change body
		field  string
	}{
		"nobody is praised":              {body{"of": []body{}}, "unit"},
		"no unit":                        {body{"of": []body{{"unit": "army"}}}, "of[0]"},
		"a clerk of another unit":        {body{"of": []body{{"unit": "land", "badge": "0317"}}}, "of[0]"},
		"no form":                        {body{"form": "cake"}, "form"},
		"by a work order, which answers": {body{"source": "hotline", "order": "20261117000001"}, "source"},
	} {
		if status, seen := f.say(centre, "/api/praise", praise(2, c.change)); status != http.StatusUnprocessableEntity || seen.Error.Field != c.field {
			t.Errorf("%s: %d %+v", name, status, seen.Error)
		}
	}
	hash := f.account("gao").Hash
	f.change("guide-of-police", func(a *Account) { a.Role, a.Unit, a.Hash = access.Guide, "police", hash })
	own := f.elsewhere()
	f.set(time.Now())
	own.signIn("guide-of-police", rightPassword)
	f.set(courtNow())
	if status, seen := f.say(own, "/api/praise", praise(3, nil)); status != http.StatusForbidden || seen.Error.Code != "own-unit" {
		t.Errorf("a unit records its own praise: %d %+v", status, seen.Error)
	}
	if r := f.as(access.Manager, "city").post("/api/concerns/"+made.Number+"/strike", body{"seen": 1, "why": "mistake"}); r.StatusCode != http.StatusForbidden {
		t.Errorf("a hall takes praise back: %d", r.StatusCode)
	}
	if status, seen := f.say(centre, "/api/concerns/"+made.Number+"/strike", body{"seen": 1, "why": "made"}); status != http.StatusOK || seen.State != concern.Struck || seen.Struck != hall.StruckMade {
		t.Errorf("%d %+v", status, seen)
	}
	if list := wants[struct{ Rows []concernSeen }](t, centre, "/api/concerns?view=praise"); len(list.Rows) != 1 || list.Rows[0].State != concern.Struck {
		t.Errorf("%+v", list)
	}
}

// The lists: each view for whom it is, filters, pages.
func TestTheListsOfTheDesk(t *testing.T) {
	f := newFront(t)
	centre, handler := f.as(access.Centre), f.of(access.Handler, "police")
	var numbers []string
	for n := range 5 {
		numbers = append(numbers, f.enter(n).Number)
	}
	far := f.enter(10, body{"hall": "far", "topic": nil, "kind": "suggestion", "source": "box"})
	none := f.enter(11, body{"hall": nil, "kind": "enquiry"})
	f.say(handler, "/api/concerns/"+numbers[0]+"/sign", body{"seen": 2})
	f.say(handler, "/api/concerns/"+numbers[0]+"/reply", body{"seen": 3, "text": "已办。"})
	f.say(centre, "/api/concerns/"+numbers[1]+"/close", body{"seen": 2, "why": "withdrawn"})
	type list struct {
		Rows []concernSeen
		Next string
	}
	get := func(d *desks, query string) string {
		t.Helper()
		var got []string
		for after := ""; ; {
			l := wants[list](t, d, "/api/concerns?"+query+"&after="+after)
			for _, row := range l.Rows {
				got = append(got, row.Number)
			}
			if after = l.Next; after == "" {
				return strings.Join(got, " ")
			}
		}
	}
	rest := strings.Join(numbers[2:], " ")
	for _, c := range []struct {
		who   *desks
		query string
		want  string
	}{
		{handler, "view=todo", rest + " " + none.Number},
		{handler, "view=open&limit=2", rest + " " + none.Number + " " + numbers[0]},
		{handler, "view=ended", numbers[1]},
		{centre, "view=todo", far.Number + " " + numbers[0]},
		{centre, "view=open&hall=far", far.Number},
		{centre, "view=open&hall=江南省/白石市/", far.Number},
		{centre, "view=open&kind=enquiry,suggestion&limit=1", far.Number + " " + none.Number},
		{centre, "view=open&source=box", far.Number},
		{centre, "view=open&state=answered", numbers[0]},
		{centre, "view=open&unit=police", rest + " " + none.Number},
		{centre, "view=ended", numbers[1]},
		{centre, "view=overdue", ""},
		{centre, "view=open&from=2026-11-19", ""},
		{centre, "q=" + strings.ToLower(none.Number), none.Number},
		{f.as(access.Manager), "view=open", rest + " " + far.Number + " " + numbers[0]},
		{f.as(access.Manager, "town"), "view=open", ""},
		{f.as(access.Manager, "town"), "q=" + none.Number, ""},
	} {
		if got := get(c.who, c.query); got != c.want {
			t.Errorf("%s: %s, want %s", c.query, got, c.want)
		}
	}
	f.set(courtNow().Add(7 * 24 * time.Hour))
	if got := get(centre, "view=overdue"); got != rest+" "+far.Number+" "+none.Number {
		t.Errorf("a week later: %s", got)
	}
	views := wants[struct{ Views map[string]int }](t, centre, "/api/concerns/views")
	if fmt.Sprint(views.Views) != "map[ended:1 open:6 overdue:5 praise:0 todo:2]" {
		t.Errorf("%v", views.Views)
	}
	for _, query := range []string{"from=yesterday", "from=2026-11-19&to=2026-11-18", "after=x"} {
		if r := centre.get("/api/concerns?" + query); r.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", query, r.StatusCode)
		}
	}
	if topics := wants[struct{ Rows []struct{ ID, Name string } }](t, centre, "/api/concerns/topics"); len(topics.Rows) != 12 || topics.Rows[0].Name != "身份证件" {
		t.Errorf("%+v", topics)
	}
}

// Domain §5: in time, days to answer, by source; beside the ratings.
func TestTheFiguresOfTheDesk(t *testing.T) {
	f := newFront(t)
	centre, handler := f.as(access.Centre), f.of(access.Handler, "police")
	c := f.enter(1, body{"since": courtNow().Add(-48 * time.Hour)})
	f.enter(2, body{"source": "box"})
	f.say(handler, "/api/concerns/"+c.Number+"/sign", body{"seen": 2})
	f.say(handler, "/api/concerns/"+c.Number+"/reply", body{"seen": 3, "text": "已办。"})
	f.say(centre, "/api/concerns/"+c.Number+"/hear", body{"level": 1, "channel": "hotline", "call": "c1"})
	got := wants[struct{ Rows []concern.Group }](t, centre, "/api/concerns/figures?from=2026-11-01&to=2026-11-30&by=source")
	if len(got.Rows) != 2 || got.Rows[0].Key != "box" || got.Rows[0].Open != 1 || got.Rows[1].Key != "phone" || got.Rows[1].InTime != 1 || got.Rows[1].Days != 2 || got.Rows[1].Heard != 1 || got.Rows[1].Content != 0 {
		t.Errorf("%+v", got.Rows)
	}
	for _, query := range []string{"", "from=2026-11-01&to=2028-11-30", "from=2026-11-01&to=2026-11-30&by=weather"} {
		if r := centre.get("/api/concerns/figures?" + query); r.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%q: %d", query, r.StatusCode)
		}
	}
}
