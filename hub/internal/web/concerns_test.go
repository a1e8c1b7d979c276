package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hallpulse/configs/strict"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/board"
	"hallpulse/hub/internal/concern"
	"hallpulse/hub/internal/inspection"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/private"
)

// openTexts keep what the office seals, in the clear.
type openTexts struct {
	mu    sync.Mutex
	texts map[string]private.Text
	bytes map[string][]byte
}

func (o *openTexts) Seal(t private.Text) (hall.Sealed, intake.Box, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	ref := fmt.Sprintf("text-%08d", len(o.texts))
	o.texts[ref] = t
	return hall.Sealed{Ref: ref, SHA: "00"}, intake.Box{Ref: ref, Salt: []byte{1}, Sealed: []byte{1}}, nil
}

func (o *openTexts) SealBytes(plain []byte) (hall.Sealed, intake.Box, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	ref := fmt.Sprintf("photo-%08d", len(o.bytes))
	o.bytes[ref] = bytes.Clone(plain)
	return hall.Sealed{Ref: ref, SHA: "00"}, intake.Box{Ref: ref, Salt: []byte{1}, Sealed: []byte{1}}, nil
}

func (o *openTexts) Text(_ context.Context, ref string) (private.Text, bool, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	t, ok := o.texts[ref]
	return t, ok, nil
}

func (o *openTexts) Bytes(_ context.Context, ref string) ([]byte, bool, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	b, ok := o.bytes[ref]
	return b, ok, nil
}

// deskHalls are officeHalls with a second unit.
func deskHalls() []board.Hall {
	halls := officeHalls()
	for n := range halls {
		c := halls[n].Catalogue
		c.Units = append(c.Units, hall.Unit{ID: "land", Name: "不动产登记中心", NameEN: "Land registry"})
		c.Staff = append(c.Staff, hall.Staff{Badge: "0408", Name: "陈立", Unit: "land"})
	}
	return halls
}

// ourDesk is the desk as it is shipped, as far as it is about these units.
func ourDesk(t *testing.T) Desk {
	t.Helper()
	var d Desk
	data, err := os.ReadFile("../../../configs/responsibility.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := strict.Bytes("responsibility.yaml", data, &d.Responsibility).Err(); err != nil {
		t.Fatal(err)
	}
	d.Responsibility.Rules = slices.DeleteFunc(d.Responsibility.Rules, func(r concern.Rule) bool {
		return !slices.Contains([]string{"police", "land", "centre"}, r.Unit)
	})
	for _, name := range []string{"site", "observer"} {
		data, err := os.ReadFile("../../../configs/inspection/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		var f inspection.Form
		if err := strict.Bytes(name, data, &f).Err(); err != nil {
			t.Fatal(err)
		}
		d.Forms = append(d.Forms, f)
	}
	d.Signed = func(h http.Header, body []byte) bool { return h.Get("X-Test-Signed") == fmt.Sprint(len(body)) }
	return d
}

// front is an office with a desk of concerns and inspections, before a real store.
type front struct {
	*court
	kept *openTexts
}

func newFront(t *testing.T) *front {
	t.Helper()
	f := &front{kept: &openTexts{texts: map[string]private.Text{}, bytes: map[string][]byte{}}}
	f.court = newCourt(t, func(o *OfficeConfig) {
		o.Halls, o.Desk, o.Matters.Texts = always(deskHalls()), ourDesk(t), f.kept
		o.Matters.Watch, _ = o.Matters.Concerns.(Watch)
	})
	return f
}

// of signs in somebody of a unit.
func (f *front) of(role access.Role, unit string) *desks {
	f.t.Helper()
	name := "one-" + string(role) + "-" + unit
	if d := f.pages[name]; d != nil {
		return d
	}
	hash := f.account("gao").Hash
	f.change(name, func(a *Account) { a.Role, a.Unit, a.Hash = role, unit, hash })
	d := f.elsewhere()
	f.set(time.Now()) // sessions are kept by the library's own clock
	defer f.set(courtNow())
	if r := d.signIn(name, rightPassword); r.StatusCode != http.StatusSeeOther {
		f.t.Fatalf("%s does not come in: %d", name, r.StatusCode)
	}
	f.pages[name] = d
	return d
}

// concernSeen is a concern as the API answers it.
type concernSeen struct {
	concernJSON
	Error struct{ Code, Field, Message, By string }
}

func (f *front) say(d *desks, path string, body any) (int, concernSeen) {
	f.t.Helper()
	r := d.post(path, body)
	var seen concernSeen
	if r.StatusCode != http.StatusNoContent {
		if err := json.Unmarshal([]byte(text(r)), &seen); err != nil {
			f.t.Fatalf("%s: %d: %v\n%s", path, r.StatusCode, err, text(r))
		}
		if key := untold(text(r)); key != "" {
			f.t.Errorf("%s: %q has no words", path, key)
		}
	}
	return r.StatusCode, seen
}

type body = map[string]any

// all are the concerns that the store holds.
func (f *front) all() ([]concern.Concern, error) {
	all, _, err := f.store.Concerns(f.t.Context(), intake.ConcernsAsked{Page: intake.Page{Limit: 500}, Within: intake.Within{Hidden: true}, Order: intake.ByNewest})
	return all, err
}

// draftID is an id that a browser makes.
func draftID(n int) string { return fmt.Sprintf("draft-%010d", n) }

// entered is a complaint about identity cards, by telephone, in the city's hall.
func entered(n int, change ...body) body {
	b := body{"draft": draftID(n), "kind": "complaint", "source": "phone", "topic": "identity", "hall": "city", "text": "等了两个小时，没人管。", "name": "陈国芳", "phone": "138 1234 2046"}
	for _, c := range change {
		for k, v := range c {
			if b[k] = v; v == nil {
				delete(b, k)
			}
		}
	}
	return b
}

// enter enters a concern and returns it as the centre sees it.
func (f *front) enter(n int, change ...body) concernSeen {
	f.t.Helper()
	status, seen := f.say(f.as(access.Centre), "/api/concerns", entered(n, change...))
	if status != http.StatusOK {
		f.t.Fatalf("enter: %d %+v", status, seen.Error)
	}
	return seen
}

// Domain §5: a concern is routed by the responsibility list, signed for, answered, judged, and the citizen heard; each by who
// may, and each act is in its course.
func TestAConcernGoesItsWay(t *testing.T) {
	f := newFront(t)
	operator, handler, centre := f.as(access.Operator), f.of(access.Handler, "police"), f.as(access.Centre)
	status, seen := f.say(operator, "/api/concerns", entered(1))
	if status != http.StatusOK || seen.State != concern.Routed || seen.Unit != "police" || seen.UnitIs != "市公安局" || seen.With != "police" || seen.TopicIs != "身份证件" ||
		seen.HallIs != "市政务服务大厅" || seen.Text.Words != "等了两个小时，没人管。" || seen.Limit != "sign" || seen.DueDay == nil || seen.DueDay.String() != "2026-11-19" {
		t.Fatalf("%d %+v", status, seen)
	}
	if seen.Asker == nil || seen.Asker.Name != "陈*芳" || seen.Asker.Phone != "138****2046" || !seen.Asker.May {
		t.Errorf("asker %+v", seen.Asker)
	}
	if seen.Answer == nil || seen.Answer.Due.String() != "2026-11-23" || len(seen.Answer.Days) != 6 || seen.Step == nil {
		t.Errorf("until when it is answered: %+v, signed for %+v", seen.Answer, seen.Step)
	}
	at := "/api/concerns/" + seen.Number
	for n, act := range []struct {
		by    *desks
		act   string
		body  body
		state concern.State
		may   string // what the actor may do then
	}{
		{handler, "sign", body{}, concern.Signed, "return reply"},
		{handler, "return", body{"why": "not-ours", "note": "身份证归户籍科。"}, concern.Returned, ""},
		{centre, "route", body{"unit": "land", "topic": "property"}, concern.Routed, "route judge close"},
		{centre, "route", body{"unit": "police", "topic": "identity"}, concern.Routed, "route judge close"},
		{handler, "sign", body{}, concern.Signed, "return reply"},
		{handler, "reply", body{"text": "已向您道歉，并加开一个窗口。"}, concern.Answered, ""},
		{operator, "hear", body{"level": 4, "channel": "hotline", "call": "call-0001"}, concern.Answered, ""},
		{centre, "judge", body{"valid": true}, concern.Answered, "judge reopen close"},
		{centre, "reopen", body{"note": "没有说什么时候加开。"}, concern.Signed, "route judge close"},
		{handler, "reply", body{"text": "11 月 20 日起加开。"}, concern.Answered, ""},
		{centre, "close", body{"why": "answered"}, concern.Closed, "reopen hear"},
	} {
		act.body["seen"] = seen.Version
		status, seen = f.say(act.by, at+"/"+act.act, act.body)
		if status != http.StatusOK || seen.State != act.state {
			t.Fatalf("%d. %s: %d %s %+v", n, act.act, status, seen.State, seen.Error)
		}
		slices.Sort(seen.May)
		want := strings.Fields(act.may)
		slices.Sort(want)
		if !slices.Equal(seen.May, want) {
			t.Errorf("%d. %s: may %q, want %q", n, act.act, seen.May, want)
		}
	}
	seen = wants[concernSeen](t, centre, at)
	var course []string
	for _, s := range seen.Steps {
		course = append(course, strings.TrimPrefix(string(s.What), "concern."))
	}
	if got := strings.Join(course, " "); got != "received routed signed returned routed routed signed answered heard judged reopened answered closed" {
		t.Error(got)
	}
	if s := seen.Steps[3]; s.Why != "not-ours" || s.Unit != "市公安局" || s.Text.Words != "身份证归户籍科。" || s.By != "one-handler-police" {
		t.Errorf("returned: %+v", s)
	}
	if seen.Judged == nil || !*seen.Judged || seen.Closed != hall.ClosedAnswered {
		t.Errorf("%+v", seen)
	}
}

// The table of rights through HTTP: who may do what to the concern of a unit of the city's hall.
func TestWhoMayDoWhatAtTheDesk(t *testing.T) {
	f := newFront(t)
	people := map[string]*desks{
		"centre": f.as(access.Centre), "centre of a town": f.as(access.Centre, "town"), "supervisor": f.as(access.Supervisor), "manager": f.as(access.Manager, "city"),
		"manager of a town": f.as(access.Manager, "town"), "handler": f.of(access.Handler, "police"), "handler of another unit": f.of(access.Handler, "land"),
		"caller": f.as(access.Caller), "staff": f.as(access.Staff), "guide": f.as(access.Guide), "operator": f.as(access.Operator), "observer": f.as(access.Observer),
		"inspector": f.as(access.Inspector), "auditor": f.as(access.Auditor), "reader": f.as(access.Reader),
	}
	const yes, no, none = http.StatusOK, http.StatusForbidden, http.StatusNotFound
	c := f.enter(1)
	at := "/api/concerns/" + c.Number
	bodies := map[string]body{"route": {"unit": "land"}, "sign": {}, "return": {"why": "unclear"}, "refer": {"body": "police"}, "reply": {"text": "已办。"}, "judge": {"valid": true},
		"hear": {"level": 3, "channel": "hotline", "call": "c"}, "reopen": {}, "close": {"why": "withdrawn"}, "reveal": {"what": "phone"}}
	may := map[string][]string{ // who may, whatever state it is in; the others are refused
		"read":   {"centre", "supervisor", "manager", "handler", "operator", "auditor"},
		"route":  {"centre"},
		"sign":   {"handler"},
		"return": {"handler"},
		"reply":  {"handler"},
		"refer":  {"centre", "supervisor"},
		"judge":  {"centre", "supervisor"},
		"hear":   {"centre", "supervisor", "operator"},
		"reopen": {"centre", "supervisor"},
		"close":  {"centre", "supervisor"},
		"reveal": {"centre", "operator"},
	}
	for name, d := range people {
		if got, want := d.get(at).StatusCode, map[bool]int{true: yes, false: no}[slices.Contains(may["read"], name)]; got != want {
			t.Errorf("%s reads it: %d, want %d", name, got, want)
		}
		for act, b := range bodies {
			b["seen"], b["dry"] = c.Version, true
			if act == "reveal" {
				b = body{"what": "phone"}
			}
			r := d.post(at+"/"+act, b)
			allowed := slices.Contains(may[act], name)
			if refusedHim := r.StatusCode == no || r.StatusCode == none; refusedHim == allowed {
				t.Errorf("%s, %s: %d, may %v: %s", name, act, r.StatusCode, allowed, text(r))
			}
		}
	}
	enters := []string{"centre", "supervisor", "manager", "guide", "operator", "observer"}
	n := 100
	for name, d := range people {
		n++
		r := d.post("/api/concerns", entered(n))
		if got, want := r.StatusCode, map[bool]int{true: yes, false: no}[slices.Contains(enters, name)]; got != want {
			t.Errorf("%s enters one of the city's hall: %d, want %d: %s", name, got, want, text(r))
		}
		if listed := slices.Contains(may["read"], name); !listed && r.StatusCode == yes && strings.Contains(text(r), "等了两个小时") {
			t.Errorf("%s may not list concerns and is answered %s", name, text(r))
		}
	}
}

// Domain §4: a lead on misconduct is for the centre alone. Nobody else learns that there is one.
func TestAReportIsForTheCentreAlone(t *testing.T) {
	f := newFront(t)
	status, made := f.say(f.as(access.Operator), "/api/concerns", entered(1, body{"kind": "report"}))
	if status != http.StatusOK || made.Number == "" || made.State != "" {
		t.Fatalf("the operator who enters it: %d %+v", status, made)
	}
	pressed := f.enter(2, body{"pressure": true})
	if !pressed.Hidden || pressed.Kind != hall.ConcernReport || pressed.With != concern.Centre {
		t.Errorf("pressure is a report that the centre keeps: %+v", pressed)
	}
	for _, c := range []struct {
		name string
		d    *desks
		want int
	}{
		{"centre", f.as(access.Centre), http.StatusOK}, {"supervisor", f.as(access.Supervisor), http.StatusOK}, {"operator", f.as(access.Operator), http.StatusNotFound},
		{"manager", f.as(access.Manager, "city"), http.StatusNotFound}, {"handler", f.of(access.Handler, "police"), http.StatusNotFound}, {"auditor", f.as(access.Auditor), http.StatusNotFound},
	} {
		for _, number := range []string{made.Number, pressed.Number} {
			if got := c.d.get("/api/concerns/" + number); got.StatusCode != c.want {
				t.Errorf("%s: %d, want %d", c.name, got.StatusCode, c.want)
			}
			if got := c.d.post("/api/concerns/"+number+"/route", body{"seen": 1}); c.want == http.StatusNotFound && got.StatusCode == http.StatusOK {
				t.Errorf("%s routes it", c.name)
			}
		}
		list := wants[struct{ Rows []concernSeen }](t, c.d, "/api/concerns?view=open")
		if n := len(list.Rows); (n == 2) != (c.want == http.StatusOK) {
			t.Errorf("%s: %d in the list", c.name, n)
		}
		found := wants[struct{ Rows []concernSeen }](t, c.d, "/api/concerns?q="+made.Number)
		if n := len(found.Rows); (n == 1) != (c.want == http.StatusOK) {
			t.Errorf("%s finds it by its number: %d", c.name, n)
		}
	}
	centre := f.as(access.Centre)
	status, seen := f.say(centre, "/api/concerns/"+pressed.Number+"/route", body{"seen": pressed.Version, "unit": "police"})
	if status != http.StatusUnprocessableEntity || seen.Error.Code != "hidden" || seen.Error.Field != "unit" {
		t.Errorf("a report is given to a unit: %d %+v", status, seen.Error)
	}
}

// Of two who act at once the second is told who was first, when, and with what.
func TestTheSecondIsToldWhoWasFirst(t *testing.T) {
	f := newFront(t)
	c := f.enter(1)
	at := "/api/concerns/" + c.Number
	hash := f.account("gao").Hash
	f.change("tang", func(a *Account) { a.Role, a.Unit, a.Hash, a.Display = access.Handler, "police", hash, "唐思源" })
	f.pages["tang"] = f.elsewhere()
	f.set(time.Now())
	f.pages["tang"].signIn("tang", rightPassword)
	f.set(courtNow())
	var wait sync.WaitGroup
	answers := make([]*http.Response, 2)
	for n, d := range []*desks{f.pages["tang"], f.of(access.Handler, "police")} {
		wait.Go(func() { answers[n] = d.post(at+"/sign", body{"seen": c.Version}) })
	}
	wait.Wait()
	slices.SortFunc(answers, func(a, b *http.Response) int { return a.StatusCode - b.StatusCode })
	if answers[0].StatusCode != http.StatusOK || answers[1].StatusCode != http.StatusConflict {
		t.Fatalf("%d and %d", answers[0].StatusCode, answers[1].StatusCode)
	}
	var said struct {
		Error struct {
			Code, Message, By string
			At                time.Time
		}
	}
	if err := json.Unmarshal([]byte(text(answers[1])), &said); err != nil || said.Error.Code != "taken" || said.Error.By == "" || said.Error.At.IsZero() || !strings.Contains(said.Error.Message, "签收诉求") {
		t.Errorf("%+v, %v", said, err)
	}
}

// What is written is cleaned and bounded; what it looks like makes no difference to anything.
func TestWhatIsWrittenAtTheDeskIsCleaned(t *testing.T) {
	f := newFront(t)
	for n, c := range []struct{ says, kept string }{
		{"\u202e倒着读\u0000\u200b", "倒着读"},
		{"<script>alert(1)</script>", "<script>alert(1)</script>"},
		{"=HYPERLINK(\"http://evil\")", "=HYPERLINK(\"http://evil\")"},
		{"👨‍👩‍👧 来过\r\n\r\n\r\n\r\n三次", "👨‍👩‍👧 来过\n\n三次"},
		{strings.Repeat("长", concern.MaxWords), strings.Repeat("长", concern.MaxWords)},
	} {
		seen := f.enter(n, body{"text": c.says, "name": " \u202e陈\n国芳 "})
		if seen.Text.Words != c.kept || seen.Asker.Name != "陈 *芳" {
			t.Errorf("%.20q is kept as %.40q by %q", c.says, seen.Text.Words, seen.Asker.Name)
		}
		r := f.as(access.Centre).get("/api/concerns/" + seen.Number)
		if kind := r.Header.Get("Content-Type"); kind != "application/json" || r.Header.Get("X-Content-Type-Options") != "nosniff" || strings.Contains(text(r), "<script") {
			t.Errorf("%q: %s", kind, text(r))
		}
	}
	centre := f.as(access.Centre)
	for name, c := range map[string]struct {
		change body
		field  string
	}{
		"too long":                            {body{"text": strings.Repeat("长", concern.MaxWords+1)}, "text"},
		"nothing that shows":                  {body{"text": "\u200b\u202e"}, "text"},
		"no kind":                             {body{"kind": "rumour"}, "kind"},
		"no source":                           {body{"source": "fax"}, "source"},
		"a hotline's without its number":      {body{"source": "hotline"}, "order"},
		"a number that is none":               {body{"source": "hotline", "order": "../../etc"}, "order"},
		"no topic of the list":                {body{"topic": "weather"}, "topic"},
		"no hall":                             {body{"hall": "moon"}, "hall"},
		"no unit that it is about":            {body{"against": "army"}, "against"},
		"no telephone":                        {body{"phone": "call me"}, "phone"},
		"a name without end":                  {body{"name": strings.Repeat("名", 51)}, "name"},
		"no repair":                           {body{"repair": "R-17"}, "repair"},
		"still to come":                       {body{"since": courtNow().Add(time.Hour)}, "since"},
		"an id that no browser makes":         {body{"draft": "C-1"}, "id"},
		"the id of a work order":              {body{"draft": "12345-20261123000017"}, ""},
		"a limit that no work order gave":     {body{"limit": courtNow().Add(time.Hour)}, "limit"},
		"an object where a text belongs":      {body{"text": body{"a": 1}}, "form"},
		"a field that nobody knows":           {body{"state": "closed"}, "form"},
		"an order that 12345 never gives out": {body{"source": "hotline", "order": strings.Repeat("1", 41)}, "order"},
	} {
		status, seen := f.say(centre, "/api/concerns", entered(50, c.change))
		switch {
		case c.field == "": // under a prefix of its own: it takes no work order's place
			if status != http.StatusOK || seen.Order != "" {
				t.Errorf("%s: %d %+v", name, status, seen)
			}
		case c.field == "form":
			if status != http.StatusBadRequest {
				t.Errorf("%s: %d", name, status)
			}
		case status != http.StatusUnprocessableEntity || seen.Error.Field != c.field || seen.Error.Message == "":
			t.Errorf("%s: %d %+v", name, status, seen.Error)
		}
	}
}

// What a browser sends twice is one; what another sends under the same id is not his.
func TestAnEntrySentTwiceIsOne(t *testing.T) {
	f := newFront(t)
	operator := f.as(access.Operator)
	_, first := f.say(operator, "/api/concerns", entered(7))
	status, again := f.say(operator, "/api/concerns", entered(7))
	if status != http.StatusOK || first.Number == "" || again.Number != first.Number || again.Version != first.Version {
		t.Errorf("%d: %s, then %s", status, first.Number, again.Number)
	}
	if status, seen := f.say(f.as(access.Centre), "/api/concerns", entered(7, body{"text": "别人的"})); status != http.StatusUnprocessableEntity || seen.Error.Field != "id" {
		t.Errorf("another account under the same id: %d %+v", status, seen)
	}
}

// Each look at a name or a number is recorded before it is answered.
func TestALookAtWhoAsksIsRecorded(t *testing.T) {
	f := newFront(t)
	c := f.enter(1)
	centre := f.as(access.Centre)
	looked := func() (n int) {
		f.mu.Lock()
		defer f.mu.Unlock()
		for _, d := range f.farEnd.deeds {
			if r, ok := d.(hall.PrivateRevealed); ok && r.About == "c-"+draftID(1) && r.Why == hall.RevealConcern && r.What[0] == hall.PartPhone && r.Ref != "" {
				n++
			}
		}
		return n
	}
	var said struct{ Value string }
	r := centre.post("/api/concerns/"+c.Number+"/reveal", body{"what": "phone"})
	if err := json.Unmarshal([]byte(text(r)), &said); err != nil || said.Value != "13812342046" || looked() != 1 {
		t.Errorf("%d %s, recorded %d", r.StatusCode, text(r), looked())
	}
	for name, c := range map[string]struct {
		d    *desks
		what string
		want int
	}{"a handler": {f.of(access.Handler, "police"), "phone", http.StatusForbidden}, "an auditor": {f.as(access.Auditor), "phone", http.StatusForbidden},
		"what is none": {centre, "words", http.StatusNotFound}} {
		if r := c.d.post("/api/concerns/"+f.enter(1).Number+"/reveal", body{"what": c.what}); r.StatusCode != c.want || strings.Contains(text(r), "138") {
			t.Errorf("%s: %d %s", name, r.StatusCode, text(r))
		}
	}
	if looked() != 1 {
		t.Errorf("recorded %d", looked())
	}
	if list := text(f.as(access.Auditor).get("/api/concerns/" + c.Number)); strings.Contains(list, "两个小时") || !strings.Contains(list, "138****2046") {
		t.Errorf("who only looks over the desk reads %s", list)
	}
}
