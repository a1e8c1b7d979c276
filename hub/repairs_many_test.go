package hub

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
	"hallpulse/hub/internal/intake"
)

// What waits for whom stands in a list of its own and is counted; filters narrow each; pages follow each other.
func TestTheListsOfRepairs(t *testing.T) {
	o := newOffice(t)
	fresh, open := o.serve("city", "A1", hall.Bad, nil), o.serve("city", "A2", hall.VeryBad, needless())
	called := o.serve("city", "A1", hall.Bad, named())
	o.work(called, "verifying")
	work := o.serve("city", "A1", hall.Bad, named())
	o.work(work, "repairing")
	answered := o.serve("city", "A1", hall.VeryBad, anonymous())
	o.work(answered, "answered")
	proposed := o.serve("city", "A1", hall.VeryBad, anonymous())
	o.work(proposed, "verifying")
	o.as("tang").did(proposed, "propose-exclusion", `"why":"mistaken","evidence":"x"`)
	appealed := o.serve("city", "A1", hall.Bad, anonymous())
	o.as("clerk").did(appealed, "appeal", `"ground":"person","evidence":"x"`)
	frozen := o.serve("city", "A1", hall.Bad, anonymous())
	o.work(frozen, "verifying")
	o.as("gao").did(frozen, "freeze", `"why":"review","report":"x"`)
	closed := o.serve("city", "A1", hall.Bad, anonymous())
	o.work(closed, "closed")
	town := o.serve("town", "A1", hall.Bad, anonymous()) // the county centre's own
	o.as("gao").did(town, "assign", `"unit":"centre"`)

	due := func(day int) string { return (hall.DayOf(time.Now()) + hall.Day(day)).String() }
	for _, c := range []struct {
		who, ask string
		want     []service
	}{
		{"gao", "view=assign", []service{fresh, open, appealed}},
		{"gao", "view=accept", []service{answered}},
		{"gao", "view=decide", []service{proposed, appealed}},
		{"gao", "view=frozen", []service{frozen}},
		{"gao", "view=todo", []service{town}},
		{"gao", "view=today", nil},
		{"gao", "view=overdue", nil},
		{"gao", "view=running", []service{fresh, open, called, work, proposed, appealed, town, answered, frozen}},
		{"gao", "view=ended", []service{closed}},
		{"tang", "view=todo", []service{called, work, proposed}},
		{"tang", "view=running", []service{fresh, called, work, proposed, appealed, answered, frozen}},
		{"lin", "view=todo", []service{called}},
		{"op", "view=todo", []service{called}},
		{"tax", "", []service{open}},
		{"gao", "order=newest&limit=3", []service{town, closed, frozen}},
		{"gao", "q=R-" + strings.TrimPrefix(work.repair, "R-"), []service{work}},
		{"gao", "q=" + strings.TrimPrefix(work.repair, "R-"), []service{work}},
		{"gao", "number=" + work.repair, []service{work}},
		{"gao", "q=发票", []service{open}},
		{"gao", "q=invo", []service{open}},
		{"gao", "q=没有这一项", nil},
		{"gao", "item=A2", []service{open}},
		{"gao", "hall=town", []service{town}},
		{"gao", "hall=江南省/青澜市/临溪县/", []service{town}},
		{"gao", "unit=tax", []service{open}},
		{"gao", "unit=tax,centre&window=1", []service{town}},
		{"gao", "named=1", []service{called, work}},
		{"gao", "missing=1", []service{fresh}},
		{"gao", "frozen=1", []service{frozen}},
		{"gao", "appeal=pending", []service{appealed}},
		{"gao", "exclusion=pending", []service{proposed}},
		{"gao", "state=closed,answered", []service{answered, closed}},
		{"gao", "to=" + due(1), nil},
		{"tang", "from=" + due(5) + "&view=todo", []service{called, work, proposed}},
	} {
		var want []string
		for _, s := range c.want {
			want = append(want, s.repair)
		}
		if got := numbers(o.as(c.who).get("/api/repairs?" + asked(c.ask))); !slices.Equal(got, want) {
			t.Errorf("%s asks %s: %v, want %v", c.who, c.ask, got, want)
		}
	}
	for who, want := range map[string]string{
		"gao":  `{"accept":1,"assign":3,"decide":2,"frozen":1,"overdue":0,"running":9,"today":0,"todo":1}`,
		"su":   `{"accept":1,"decide":2,"overdue":0,"running":9,"today":0}`,
		"tang": `{"overdue":0,"running":7,"today":0,"todo":3}`,
		"lin":  `{"overdue":0,"running":7,"today":0,"todo":1}`,
	} {
		r := o.as(who).get("/api/repairs/counts")
		got, err := json.Marshal(r.value("views"))
		if err != nil || string(got) != want {
			t.Errorf("%s counts %s, want %s", who, got, want)
		}
	}
	if n := o.as("tang").get("/api/me").value("counts.repairs"); n != 3.0 {
		t.Errorf("the number in the handler's menu is %v", n)
	}
	if n := o.as("clerk").get("/api/me").value("counts.appeals"); n != 1.0 {
		t.Errorf("the number of the clerk's appeals is %v", n)
	}
	o.pages(t)
	for ask, field := range map[string]string{"view=mine": "view", "state=lost": "state", "appeal=1": "appeal", "from=today": "from", "number=53": "number", "named=yes": "named",
		"from=2026-12-02&to=2026-12-01": "to", "after=x": "after", "order=name": "order"} {
		if r := o.as("gao").get("/api/repairs?" + ask); r.status != http.StatusUnprocessableEntity || r.value("error.field") != field {
			t.Errorf("%s: %s", ask, r)
		}
	}
	if r := o.as("tang").get("/api/repairs?view=assign"); r.status != http.StatusUnprocessableEntity {
		t.Errorf("a unit asks for the centre's list: %s", r)
	}
	if r := o.as("mgr").get("/api/repairs?hall=town"); r.status != http.StatusForbidden {
		t.Errorf("a manager asks for another hall: %s", r)
	}
}

// asked escapes the values of a question.
func asked(q string) string {
	v := url.Values{}
	for pair := range strings.SplitSeq(q, "&") {
		key, value, _ := strings.Cut(pair, "=")
		if key != "" {
			v.Set(key, value)
		}
	}
	return v.Encode()
}

// pages walks through a list three rows at a time: each repair comes once, in the order of the whole list.
func (o *office) pages(t *testing.T) {
	t.Helper()
	whole := numbers(o.as("gao").get("/api/repairs"))
	var got []string
	for after := ""; ; {
		r := o.as("gao").get("/api/repairs?limit=3&after=" + after)
		got = append(got, numbers(r)...)
		if after, _ = r.value("next").(string); after == "" {
			break
		}
	}
	if len(whole) != 10 || !slices.Equal(got, whole) {
		t.Errorf("page by page %v, whole %v", got, whole)
	}
}

// Many at once: what would become of each is said before anything is done; what cannot be done leaves the others alone.
func TestManyRepairsAtOnce(t *testing.T) {
	o := newOffice(t)
	a, b, gone, far := o.serve("city", "A1", hall.Bad, anonymous()), o.serve("city", "A2", hall.VeryBad, needless()), o.serve("city", "A1", hall.Bad, anonymous()), o.serve("town", "A1", hall.Bad, nil)
	o.as("wei").did(gone, "assign", `"unit":"tax"`)
	ids := func(all ...service) string {
		var list []string
		for _, s := range all {
			list = append(list, fmt.Sprintf(`{"id":%q,"seen":1}`, s.repair))
		}
		return `"ids":[` + strings.Join(list, ",") + `]`
	}
	many := func(who, fields string) reply {
		return o.as(who).ask(http.MethodPost, "/api/repairs/bulk", "{"+fields+"}")
	}
	said := func(r reply) (all []string) {
		rows, _ := r.value("rows").([]any)
		for _, row := range rows {
			m := row.(map[string]any)
			if e, bad := m["error"].(map[string]any); bad {
				all = append(all, fmt.Sprint(e["code"]))
			} else {
				one := m["repair"].(map[string]any)
				all = append(all, fmt.Sprint(one["state"], " ", one["unit"]))
			}
		}
		return all
	}
	before := o.version(a)
	want := []string{"assigned police", "assigned tax", "taken", "nothing"}
	all := strings.TrimSuffix(ids(a, b, gone), "]") + `,{"id":"R-999999","seen":1}]`
	r := many("gao", `"act":"assign","preview":true,`+all)
	if r.status != http.StatusOK || !slices.Equal(said(r), want) || r.value("preview") != true || o.version(a) != before {
		t.Errorf("preview: %s", r)
	}
	r = many("gao", `"act":"assign","note":"请按期办",`+all)
	if !slices.Equal(said(r), want) || o.version(a) != before+1 || !strings.Contains(r.text, `"by":"魏然"`) {
		t.Errorf("assigned: %s", r)
	}
	if r := o.as("tang").get("/api/repairs/" + a.repair); r.value("note") != "请按期办" {
		t.Errorf("the note: %s", r)
	}
	if r := many("gao", `"act":"assign","unit":"centre",`+ids(far)); !slices.Equal(said(r), []string{"assigned centre"}) {
		t.Errorf("to one unit: %s", r)
	}
	if r := many("gao", `"act":"accept",`+ids(a)); !slices.Equal(said(r), []string{"taken"}) {
		t.Errorf("seen too long ago: %s", r)
	}
	for name, c := range map[string]struct {
		who, fields string
		status      int
	}{
		"an act that is not for many": {"gao", `"act":"answer",` + ids(a), 422},
		"no act":                      {"gao", ids(a), 422},
		"none":                        {"gao", `"act":"accept","ids":[]`, 422},
		"one twice":                   {"gao", `"act":"assign",` + ids(a, a), 422},
		"too many":                    {"gao", `"act":"accept",` + ids(slices.Repeat([]service{a}, 201)...), 422},
		"a note too long":             {"gao", `"act":"assign","note":"` + strings.Repeat("长", 2001) + `",` + ids(a), 422},
		"who may not accept":          {"tang", `"act":"accept",` + ids(a), 403},
		"who may not assign":          {"su", `"act":"assign",` + ids(a), 403},
	} {
		if r := many(c.who, c.fields); r.status != c.status {
			t.Errorf("%s: %s", name, r)
		}
	}
	x, y := o.serve("city", "A1", hall.Bad, anonymous()), o.serve("city", "A1", hall.Bad, anonymous())
	o.work(x, "answered")
	o.work(y, "repairing")
	r = many("su", fmt.Sprintf(`"act":"accept","ids":[{"id":%q,"seen":%d},{"id":%q,"seen":%d}]`, x.repair, o.version(x), y.repair, o.version(y)))
	if !slices.Equal(said(r), []string{"closed police", "turn"}) {
		t.Errorf("accepted: %s", r)
	}
	if r := many("exp", fmt.Sprintf(`"act":"accept","ids":[{"id":%q,"seen":%d}]`, x.repair, o.version(x))); !slices.Equal(said(r), []string{"own-unit"}) {
		t.Errorf("who came from the unit: %s", r)
	}
	clean(t, o.Config)
}

// domain §4: name and number are masked; who has to call is shown them as long as there is a call to make, and each look
// is recorded before it is answered.
func TestWhoSeesTheRaterUnmasked(t *testing.T) {
	o := newOffice(t)
	said, unsaid, nocall := o.serve("city", "A1", hall.Bad, named()), o.serve("city", "A1", hall.Bad, anonymous()),
		o.serve("city", "A1", hall.Bad, url.Values{"name": {"陈小芳"}, "phone": {"13800002046"}})
	for _, s := range []service{said, unsaid, nocall} {
		o.work(s, "verifying")
	}
	look := func(who string, s service, fields string) reply {
		return o.as(who).ask(http.MethodPost, "/api/repairs/"+s.repair+"/reveal", "{"+fields+"}")
	}
	const phone, name = `"what":"phone","why":"call-back"`, `"what":"name","why":"call-back"`
	for _, c := range []struct {
		says, who string
		s         service
		fields    string
		status    int
		value     any
	}{
		{"the call-back person, the number", "lin", said, phone, 200, "13800002046"},
		{"and the name", "lin", said, name, 200, "陈小芳"},
		{"the hotline, which calls for her", "op", said, phone, 200, "13800002046"},
		{"the centre", "gao", said, phone, 200, "13800002046"},
		{"the centre, who did not agree to be called", "gao", nocall, `"what":"phone","why":"protection"`, 200, "13800002046"},
		{"nobody whom nobody named", "gao", unsaid, phone, 422, nil},
		{"not who did not agree", "lin", nocall, phone, 403, nil},
		{"not the handler", "tang", said, phone, 403, nil},
		{"not the supervisor", "su", said, phone, 403, nil},
		{"not the manager", "mgr", said, phone, 403, nil},
		{"not who served", "clerk", said, phone, 403, nil},
		{"not the call-back person of another unit", "taxcall", said, phone, 404, nil},
		{"not for another purpose", "lin", said, `"what":"phone","why":"audit"`, 422, nil},
		{"not without one", "lin", said, `"what":"phone"`, 422, nil},
		{"not the words, which are not masked", "lin", said, `"what":"words","why":"call-back"`, 422, nil},
		{"not all at once", "lin", said, `"what":["name","phone"],"why":"call-back"`, 400, nil},
	} {
		if r := look(c.who, c.s, c.fields); r.status != c.status || r.value("value") != c.value {
			t.Errorf("%s: %s", c.says, r)
		}
	}
	o.as("gao").did(said, "freeze", `"why":"review","report":"x"`)
	if r := look("lin", said, phone); r.status != http.StatusForbidden {
		t.Errorf("of a frozen repair: %s", r)
	}
	if r := o.as("lin").get("/api/repairs/" + said.repair); r.value("rater") != nil {
		t.Errorf("and masked: %s", r)
	}
	o.as("gao").did(said, "thaw", `"reason":"x"`)
	for _, step := range []struct{ who, act, says string }{{"lin", "call", saidOf}, {"tang", "verify", verdictOf}, {"tang", "answer", answerOf}} {
		o.as(step.who).did(said, step.act, step.says)
	}
	if r := look("lin", said, phone); r.status != http.StatusForbidden {
		t.Errorf("when there is nobody to call any more: %s", r)
	}
	deeds, _, err := o.store.Deeds(t.Context(), intake.DeedsAsked{Page: intake.Page{Limit: 50}, Types: []string{"private."}})
	if err != nil {
		t.Fatal(err)
	}
	var who []string
	for _, d := range deeds {
		who = append(who, d.By.Account)
		if d.About != said.visit.String() && d.About != nocall.visit.String() {
			t.Errorf("recorded about %s", d.About)
		}
	}
	if want := []string{"gao", "gao", "op", "lin", "lin"}; !slices.Equal(who, want) {
		t.Errorf("recorded of %v, want %v", who, want)
	}
	if log := o.log.String(); strings.Contains(log, "13800002046") || strings.Contains(log, "陈小芳") {
		t.Error("the log tells who rated")
	}
	clean(t, o.Config)
}

// What a citizen reports of pressure is the centre's alone, and stops the unit; where the repair goes on he is asked again,
// and what was before a bad second rating is seen by who decides.
func TestAFrozenRepairAndAnotherRound(t *testing.T) {
	o := newOffice(t)
	s := o.serve("city", "A1", hall.Bad, named())
	o.work(s, "verifying")
	o.as("gao").did(s, "freeze", `"why":"pressure","report":"本人来电：窗口的人打电话要求改评价"`)
	for who, reads := range map[string]bool{"gao": true, "wei": true, "su": false, "tang": false, "lin": false, "mgr": false, "op": false, "audit": false} {
		r := o.as(who).get("/api/repairs/" + s.repair)
		if r.status != http.StatusOK || strings.Contains(r.text, "要求改评价") != reads || r.value("frozen") != true {
			t.Errorf("%s: %s", who, r)
		}
		if !reads && strings.Contains(r.text, `"by":"高静仪"`) && strings.Contains(r.text, `"what":"frozen","stands":"done","at"`) {
			t.Errorf("%s learns who froze it, and when: %s", who, r)
		}
	}
	if r := o.as("tang").act(s, "verify", verdictOf); r.status != http.StatusUnprocessableEntity || r.value("error.code") != "frozen" {
		t.Errorf("the unit goes on: %s", r)
	}
	if r := o.as("tang").get("/api/repairs/" + s.repair); len(r.value("may").([]any)) != 0 {
		t.Errorf("the unit is offered %v", r.value("may"))
	}
	o.as("gao").did(s, "thaw", `"reason":"查清了"`)
	o.as("lin").did(s, "call", saidOf)
	o.as("tang").did(s, "verify", verdictOf)
	o.as("tang").did(s, "extend", `"reason":"系统下周才改好","to":`+in20Days())
	o.as("tang").did(s, "answer", answerOf)
	o.as("su").did(s, "return", `"reason":"没有写由谁改"`)
	o.as("tang").did(s, "answer", `"changed":"由吴岚改","reply":"已经改好"`)
	r := o.as("gao").get("/api/repairs/" + s.repair)
	answers := r.value("answers").([]any)
	first := answers[0].(map[string]any)
	if len(answers) != 2 || first["returned"].(map[string]any)["reason"] != "没有写由谁改" || first["changed"] != "取号票加印材料清单" || r.value("extended") != 1.0 {
		t.Errorf("answers: %s", r)
	}
}
