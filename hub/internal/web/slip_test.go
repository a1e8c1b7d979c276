package web

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/board"
	"hallpulse/hub/internal/casework"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/private"
	"hallpulse/hub/internal/rating"
)

// slipPages opens every page of a slip.
func slipPages(t *testing.T, query string) map[string]*httptest.ResponseRecorder {
	pages := map[string]*httptest.ResponseRecorder{}
	id := hall.ID{Agent: 1, Tag: 1, Serial: 21}
	open := func(name string, prepare func(*phones), steps ...hall.Step) {
		p := newPhones(t)
		if p.cases[id] = filed(id, steps...); len(steps) > 0 && prepare != nil {
			prepare(p)
		}
		token := uplink.Token{Kind: uplink.TokenCase, Ticket: id, Day: hall.DayOf(p.now)}.Sign(secret(1).SigningKey())
		pages[name] = p.get("/r/" + uplink.TokenText(token) + "?" + query)
	}
	on := hall.CaseAt{Case: id, Window: "12", Staff: "0317"}
	accepted := hall.CaseAccepted{CaseAt: on, CaseOpening: hall.CaseOpening{Number: "QL20261118-1-0001", Day: hall.DayOf(tenThirtyOne()), Ticket: aTicket, Item: "id-card", Unit: "police",
		Kind: hall.CaseCommitted, Legal: 20, Promised: 3, Delivers: true}}
	returned, decided, delivered := hall.CaseReturned{CaseAt: on, Notice: visit2}, hall.CaseDecided{CaseAt: on, Result: hall.CaseGranted}, hall.CaseDelivered{CaseAt: on, Road: hall.DeliveredByPost}
	open("case-unheard", nil)
	open("case-accepted", nil, accepted)
	open("case-returned", func(p *phones) {
		p.notices = []intake.Notice{{NoticePrinted: hall.NoticePrinted{Missing: []string{"居民户口簿", "近期照片一张"}, Other: hall.Sealed{Ref: "other"}}}}
		p.texts["other"] = private.Text{Words: "监护人到场签字"}
	}, accepted, returned)
	open("case-decided", nil, accepted, returned, hall.CaseUndone{CaseAt: on, Step: hall.TypeCaseReturned}, decided)
	open("case-refused", nil, accepted, hall.CaseRefused{CaseAt: on, Why: hall.CaseNotOurs})
	ended := func(p *phones) {
		p.stories[aTicket] = intake.Story{Ticket: intake.Ticket{ID: aTicket, State: hall.TicketIsFinished}, Visits: []intake.Visit{{ID: id, Ticket: aTicket, Case: true, Began: true,
			Outcome: hall.OutcomeFinished, Window: "12", Item: "id-card", Ended: p.now}}}
	}
	open("case-rate", ended, accepted, decided, delivered)
	open("case-received", func(p *phones) {
		ended(p)
		s := p.stories[aTicket]
		s.Answers = []intake.Answer{{Kind: intake.KindGiven, Ticket: aTicket, Told: id, Form: "f1", Level: hall.Good, Channel: hall.ChannelQR, When: p.now}}
		p.stories[aTicket] = s
	}, accepted, decided, delivered)
	notice := hall.ID{Agent: 1, Tag: 1, Serial: 31}
	for name, known := range map[string]bool{"notice": true, "notice-unheard": false} {
		p := newPhones(t)
		if known {
			p.notices = []intake.Notice{{Printed: p.now.Add(-time.Hour), NoticePrinted: hall.NoticePrinted{Notice: notice, Ticket: aTicket, Window: "12", Item: "id-card",
				Missing: []string{"居民户口簿", "近期照片一张"}, Other: hall.Sealed{Ref: "other"}, Waived: []hall.Waived{{Material: "居住证", Why: hall.WaivedShared}}}}}
			p.texts["other"] = private.Text{Words: "监护人到场签字"}
		}
		token := uplink.Token{Kind: uplink.TokenNotice, Ticket: notice, Day: hall.DayOf(p.now)}.Sign(secret(1).SigningKey())
		pages[name] = p.get("/r/" + uplink.TokenText(token) + "?" + query)
	}
	return pages
}

// A notice slip without a case shows on the phone what is on its paper, and nothing of who holds it; the hub away, it says
// that the paper is valid. There is nothing to rate, and a forged one shows nothing.
func TestANoticeSlipIsOnThePhone(t *testing.T) {
	s := newStreet(t)
	ticket, slip := s.id(), s.id()
	token := func(n uint32) string {
		return "/r/" + uplink.TokenText(uplink.Token{Kind: uplink.TokenNotice, Ticket: slip, Day: hall.DayOf(s.now())}.Sign(secret(n).SigningKey()))
	}
	path := token(1)
	wantPage(t, s.get(path), http.StatusOK, "还没有传到这里", "单子有效")
	s.tell(hall.NoticePrinted{Notice: slip, Ticket: ticket, Window: "12", Staff: "0317", Item: "id-card", Missing: []string{"居民户口簿", "近期照片一张"},
		Waived: []hall.Waived{{Material: "居住证", Why: hall.WaivedShared}}})
	w := s.get(path)
	wantPage(t, w, http.StatusOK, "<li lang=\"zh-CN\">居民户口簿</li>", "近期照片一张", "一楼 12 号窗口", "居民身份证补领", "市公安局", "居住证：数据共享")
	for _, never := range []string{"0317", ticket.String(), "周敏", "<form"} {
		if strings.Contains(w.Body.String(), never) {
			t.Errorf("the page says %s", never)
		}
	}
	if w := s.post(path, "do", "send", "level", "1"); strings.Contains(w.Body.String(), "收到") {
		t.Errorf("rated: %s", w.Body)
	}
	wantPage(t, s.get(token(9)), http.StatusNotFound)
}

// While the system of a case's unit is down its holder is told so, until the case has ended.
func TestTheSlipTellsOfADeclaredOutage(t *testing.T) {
	pages := slipPages(t, "lang=en")
	if body := pages["case-accepted"].Body.String(); strings.Contains(body, "has been down") {
		t.Errorf("nothing is down: %s", body)
	}
	id := hall.ID{Agent: 1, Tag: 1, Serial: 21}
	on := hall.CaseAt{Case: id, Window: "12", Staff: "0317"}
	accepted := hall.CaseAccepted{CaseAt: on, CaseOpening: hall.CaseOpening{Number: "QL20261118-1-0001", Day: hall.DayOf(tenThirtyOne()), Ticket: aTicket, Item: "id-card", Unit: "police",
		Kind: hall.CaseCommitted, Legal: 20, Promised: 3}}
	for _, tt := range []struct {
		unit  string
		steps []hall.Step
		tells bool
	}{
		{"police", []hall.Step{accepted}, true},
		{"tax", []hall.Step{accepted}, false},
		{"police", []hall.Step{accepted, hall.CaseReturned{CaseAt: on, Notice: visit2}}, true},
		{"police", []hall.Step{accepted, hall.CaseDecided{CaseAt: on, Result: hall.CaseGranted}}, false},
	} {
		p := newPhones(t)
		p.cases[id] = filed(id, tt.steps...)
		p.live.Change(func(b *board.Board, now time.Time) {
			s := uplink.Session{Instance: "1111111111111111", Conn: 1}
			b.Status("city-1", uplink.Status{Session: s, Online: true}, now)
			b.Queue("city-1", now, uplink.QueueNow{Session: s, Outages: []uplink.OutageNow{{Unit: tt.unit, Since: now}}})
		})
		token := uplink.Token{Kind: uplink.TokenCase, Ticket: id, Day: hall.DayOf(p.now)}.Sign(secret(1).SigningKey())
		body := p.get("/r/" + uplink.TokenText(token) + "?lang=en").Body.String()
		if strings.Contains(body, "has been down since 10:31") != tt.tells {
			t.Errorf("%s is down after %d steps: want told %v, got %s", tt.unit, len(tt.steps), tt.tells, body)
		}
	}
}

// Domain §6: the holder of a slip reads that an outage moved the promise, and by how much; the legal limit stays.
func TestTheSlipSaysThatAnOutageMovedThePromise(t *testing.T) {
	p := newPhones(t)
	id := hall.ID{Agent: 1, Tag: 1, Serial: 21}
	c := filed(id, hall.CaseAccepted{CaseAt: hall.CaseAt{Case: id, Window: "12", Staff: "0317"}, CaseOpening: hall.CaseOpening{Number: "QL20261118-1-0001", Day: hall.DayOf(tenThirtyOne()), Ticket: aTicket,
		Item: "id-card", Unit: "police", Kind: hall.CaseCommitted, Legal: 20, Promised: 3}})
	law := rating.Law{}.Apply(hall.CalendarPublished{CalendarYear: hall.CalendarYear{Year: 2026}}, 1)
	p.cases[id] = c.Moved(c.Pause([]hall.Day{hall.DayOf(tenThirtyOne()) + 1}, law, "city")[0].(hall.DeadlineMoved))
	token := uplink.Token{Kind: uplink.TokenCase, Ticket: id, Day: hall.DayOf(p.now)}.Sign(secret(1).SigningKey())
	wantPage(t, p.get("/r/"+uplink.TokenText(token)), http.StatusOK, "3 个工作日，单位系统停用 1 天顺延，11月24日", "20 个工作日，12月16日")
}

// filed is a case of these steps, an hour apart, under the calendar of 2026.
func filed(id hall.ID, steps ...hall.Step) casework.Case {
	law := rating.Law{}.Apply(hall.CalendarPublished{CalendarYear: hall.CalendarYear{Year: 2026}}, 1)
	c := casework.Case{ID: id}
	for n, f := range steps {
		c = c.With(casework.StepOf(f, casework.Uptime{Start: 1, MS: int64(n)}, tenThirtyOne().Add(time.Duration(n-len(steps))*time.Hour)), law, "city")
	}
	return c
}

// scanSlip returns the address behind the QR code of a case's acceptance slip.
func (s *street) scanSlip(id hall.ID) string {
	token := uplink.Token{Kind: uplink.TokenCase, Ticket: id, Day: hall.DayOf(s.now())}.Sign(secret(1).SigningKey())
	return "/r/" + uplink.TokenText(token)
}

// opens tells of a visit in which a case is accepted; the visit goes on.
func (s *street) opens(number string, change ...func(*hall.CaseOpening)) (ticket, visit, id hall.ID, path string) {
	ticket = s.takes("A063")
	visit, id = s.id(), s.id()
	path = s.scanSlip(id)
	token, _, err := uplink.ReadToken(strings.TrimPrefix(path, "/r/"))
	if err != nil {
		s.t.Fatal(err)
	}
	o := hall.CaseOpening{Number: number, Day: token.Day, Ticket: ticket, Item: "id-card", Unit: "police", Kind: hall.CaseCommitted, Legal: 20, Promised: 3,
		CodeSHA: uplink.CodeSHA("city", number, token.Day, uplink.Code(token.Sign(secret(1).SigningKey())))}
	for _, c := range change {
		c(&o)
	}
	s.tell(hall.TicketCalled{Ticket: ticket, Window: "12"}, hall.VisitOpened{Visit: visit, Ticket: ticket, Window: "12", Staff: "0317", Unit: "police", Item: "id-card"},
		hall.VisitServed{Visit: visit}, hall.CaseAccepted{CaseAt: hall.CaseAt{Case: id, Visit: visit, Window: "12", Staff: "0317"}, CaseOpening: o})
	return ticket, visit, id, path
}

func (s *street) leave(ticket, visit hall.ID) {
	s.tell(hall.VisitFinished{Visit: visit, Staff: "0317", Outcome: hall.OutcomeFinished}, hall.TicketFinished{Ticket: ticket, Window: "12"})
}

// Domain §3.2, §3.4, §7: the slip shows where the case stands, and becomes its rating when it has ended.
func TestASlipFollowsItsCase(t *testing.T) {
	s := newStreet(t)
	path := s.scanSlip(hall.ID{Agent: 1, Tag: 9, Serial: 9})
	wantPage(t, s.get(path), http.StatusOK, "还没有传到这里", "回执有效")
	ticket, visit, id, path := s.opens("QL20261118-1-0001", func(o *hall.CaseOpening) { o.Delivers = true })
	s.leave(ticket, visit)
	on := hall.CaseAt{Case: id, Window: "13", Staff: "0317"}
	says := func(want ...string) {
		t.Helper()
		s.pass(time.Hour)
		wantPage(t, s.get(path), http.StatusOK, want...)
	}
	says("已受理", "QL20261118-1-0001", "居民身份证补领", "3 个工作日，11月23日", "市公安局", "受理（一楼 12 号窗口）")
	notice := s.id()
	s.tell(hall.NoticePrinted{Notice: notice, Case: id, Ticket: ticket, Window: "13", Staff: "0317", Item: "id-card", Missing: []string{"居民户口簿"}}, hall.CaseReturned{CaseAt: on, Notice: notice})
	says("等您补材料", "居民户口簿", "3 个工作日，补齐后接着算")
	s.tell(hall.CaseUndone{CaseAt: on, Step: hall.TypeCaseReturned})
	says("已受理", "登记有误，已撤销")
	s.tell(hall.CaseDecided{CaseAt: on, Result: hall.CaseGranted})
	says("已办结", "办结：准予", "等送到您手上")
	wantPage(t, s.get(s.scan(ticket)), http.StatusOK, "这次办事，您满意吗？") // of its visit
	s.tell(hall.CaseDelivered{CaseAt: on, Road: hall.DeliveredByPost})
	says("这次办事，您满意吗？", "QL20261118-1-0001", "看办到哪一步")
	wantPage(t, s.get(with(path, "see", "case")), http.StatusOK, "已送达", "结果已邮寄送达", "办完了，我要评价")
	w := s.post(path, "do", "send", "visit", id.String(), "level", "2", "reason", "208")
	if w.Code != http.StatusSeeOther {
		t.Fatalf("rated: %d %s", w.Code, w.Body)
	}
	says("收到", "不满意", "QL20261118-1-0001")
	row, _, err := s.store.Visit(context.Background(), id)
	if err != nil || row.Level != hall.Bad || !row.Repair {
		t.Errorf("%+v, %v", row, err)
	}
	if v, _, _ := s.store.Visit(context.Background(), visit); v.Level != 0 {
		t.Error("the visit was rated with it")
	}
	s.check()
}

// Domain §3.2: what was decided within its visit shares that one's rating, from the slip too.
func TestTheSlipOfACaseDecidedAtOnceRatesItsVisit(t *testing.T) {
	s := newStreet(t)
	ticket, visit, id, path := s.opens("QL20261118-1-0002")
	s.tell(hall.CaseDecided{CaseAt: hall.CaseAt{Case: id, Visit: visit, Window: "12", Staff: "0317"}, Result: hall.CaseGranted})
	wantPage(t, s.get(path), http.StatusOK, "已办结", "这件事办完了")
	s.leave(ticket, visit)
	wantPage(t, s.get(path), http.StatusOK, "这次办事，您满意吗？")
	if w := s.post(path, "do", "send", "visit", visit.String(), "level", "5"); w.Code != http.StatusSeeOther {
		t.Fatal(w.Code)
	}
	if v, _, _ := s.store.Visit(context.Background(), visit); v.Level != hall.VeryGood {
		t.Errorf("%+v", v)
	}
	s.check()
}

// Domain §7: refused is printed with reason, basis, remedy and its limit; it is complete when handed over.
func TestARefusalSaysWhereToTurnTo(t *testing.T) {
	s := newStreet(t)
	ticket, visit, id, path := s.opens("QL20261118-1-0003")
	s.leave(ticket, visit)
	on := hall.CaseAt{Case: id, Window: "12", Staff: "0317"}
	s.tell(hall.CaseRefused{CaseAt: on, Why: hall.CaseNotOurs})
	wantPage(t, s.get(path), http.StatusOK, "不予受理", "不属于本机关职权范围", "60 日内", "6 个月内", "正式送达以后才算完成")
	if w := s.post(path, "do", "send", "visit", id.String(), "level", "1"); w.Code != http.StatusConflict {
		t.Errorf("rated before it was complete: %d", w.Code)
	}
	s.tell(hall.CaseDelivered{CaseAt: on, Road: hall.DeliveredAtWindow})
	wantPage(t, s.get(path), http.StatusOK, "这次办事，您满意吗？")
}

// Domain §3.4: a denial is to reach its applicant, whatever else the item delivers; from then on he can rate.
func TestADenialIsRatedWhenItHasReachedHim(t *testing.T) {
	s := newStreet(t)
	ticket, visit, id, path := s.opens("QL20261118-1-0005")
	s.leave(ticket, visit)
	on := hall.CaseAt{Case: id, Window: "12", Staff: "0317"}
	s.tell(hall.CaseDecided{CaseAt: on, Result: hall.CaseDenied})
	wantPage(t, s.get(path), http.StatusOK, "办结：不予", "等送到您手上或者您来领取")
	if w := s.post(path, "do", "send", "visit", id.String(), "level", "1"); w.Code != http.StatusConflict {
		t.Errorf("rated before he holds it: %d", w.Code)
	}
	s.tell(hall.CaseDelivered{CaseAt: on, Road: hall.DeliveredAtWindow})
	wantPage(t, s.get(path), http.StatusOK, "这次办事，您满意吗？")
}

// What is printed on the slip opens it as its QR code does; a wrong code is counted.
func TestASlipIsOpenedByWhatIsTypedFromIt(t *testing.T) {
	s := newStreet(t)
	ticket, visit, id, path := s.opens("QL20261118-1-0004")
	s.leave(ticket, visit)
	token, _, _ := uplink.ReadToken(strings.TrimPrefix(path, "/r/"))
	code := uplink.Code(token.Sign(secret(1).SigningKey()))
	type_ := func(number, code string) string {
		w := s.post("/r", "hall", "city", "number", number, "day", token.Day.String(), "code", code)
		return w.Header().Get("Location")
	}
	if got := type_("QL20261118-1-0004", "00000000"); got != "" {
		t.Errorf("a wrong code opens %s", got)
	}
	if got := type_("QL20261118-1-9999", code); got != "" {
		t.Errorf("another number opens %s", got)
	}
	to := type_(" ql20261118–1–0004", code)
	if !strings.HasPrefix(to, "/r/s.") {
		t.Fatalf("goes to %q", to)
	}
	wantPage(t, s.get(to), http.StatusOK, "已受理")
	s.tell(hall.CaseDecided{CaseAt: hall.CaseAt{Case: id, Window: "12", Staff: "0317"}, Result: hall.CaseGranted})
	wantPage(t, s.get(to), http.StatusOK, "这次办事，您满意吗？")
	forged := strings.Replace(to, "/r/s.", "/r/g.", 1)
	if w := s.get(forged); w.Code != http.StatusNotFound {
		t.Errorf("the grant of a slip opens a ticket: %d", w.Code)
	}
}

// Every step and state has its words.
func TestCasesHaveTheirWordsOnTheSlip(t *testing.T) {
	w, err := readWords(sharedFiles())
	if err != nil {
		t.Fatal(err)
	}
	keys := []string{"slip.step.case.accepted", "slip.step.case.returned", "slip.step.case.resubmitted", "slip.step.case.refused", "slip.step.case.decided.granted", "slip.step.case.decided.denied"}
	for _, s := range []hall.CaseState{hall.CaseIsAccepted, hall.CaseIsReturned, hall.CaseIsDecided, hall.CaseIsDelivered, hall.CaseIsRefused, hall.CaseIsTold, hall.CaseIsUndone} {
		keys = append(keys, "slip.state."+string(s), "slip.do."+string(s))
	}
	for _, r := range hall.DeliveryRoads() {
		keys = append(keys, "slip.step.case.delivered."+string(r))
	}
	for _, y := range hall.CaseRefusedWhys() {
		keys = append(keys, "refused."+string(y))
	}
	for _, k := range keys {
		if w[zh][k] == "" || w[en][k] == "" {
			t.Errorf("no words for %s", k)
		}
	}
}
