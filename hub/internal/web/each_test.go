package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/casework"
	"hallpulse/hub/internal/intake"
)

// comesWith tells of a visit with several cases, as many as are named, all decided within it but those that are committed.
func (s *street) comesWith(n, committed int) (ticket, visit hall.ID, cases []hall.ID) {
	ticket = s.takes("A063")
	visit = s.id()
	s.tell(hall.TicketCalled{Ticket: ticket, Window: "12"}, hall.VisitOpened{Visit: visit, Ticket: ticket, Window: "12", Staff: "0317", Unit: "police", Item: "id-card"},
		hall.VisitServed{Visit: visit})
	for i := range n {
		on := hall.CaseAt{Case: s.id(), Visit: visit, Window: "12", Staff: "0317"}
		s.tell(hall.CaseAccepted{CaseAt: on, CaseOpening: hall.CaseOpening{Number: fmt.Sprintf("QL20261118-1-%04d", i+1), Day: hall.DayOf(s.now()), Ticket: ticket, Item: "id-card", Unit: "police",
			Kind: hall.CaseCommitted, Legal: 20, Promised: 3}})
		if i < n-committed {
			s.tell(hall.CaseDecided{CaseAt: on, Result: hall.CaseGranted})
		}
		cases = append(cases, on.Case)
	}
	s.pass(time.Minute)
	s.tell(hall.VisitFinished{Visit: visit, Staff: "0317", Outcome: hall.OutcomeFinished}, hall.TicketFinished{Ticket: ticket, Window: "12"})
	s.pass(time.Minute)
	return ticket, visit, cases
}

// rates sends the form behind a tap.
func (s *street) rates(path string, id hall.ID, level string) {
	s.t.Helper()
	for _, do := range []string{doTap, doSend} {
		if w := s.post(path, "do", do, "visit", id.String(), "level", level, "reason", "208"); w.Code != http.StatusSeeOther {
			s.t.Fatalf("%s: %d %s", do, w.Code, w.Body)
		}
	}
}

func pageOf(w *httptest.ResponseRecorder) string {
	_, page, _ := strings.Cut(w.Body.String(), "</style>")
	return page
}

// Domain §3.2: one rating for all is the default, and every case decided within the visit shares it, from its slip too.
func TestOneRatingForAllCasesOfAVisit(t *testing.T) {
	s := newStreet(t)
	ticket, visit, cases := s.comesWith(3, 1)
	path := s.scan(ticket)
	wantPage(t, s.get(path), http.StatusOK, "这次办事，您满意吗？", "这个评价算当场办完的 2 件", "QL20261118-1-0002", "办完后再评", "想一件一件评")
	s.rates(path, visit, "4")
	wantPage(t, s.get(path), http.StatusOK, "评价已收到", "和这次办事一起：满意", "办完后再评")
	slip := s.scanSlip(cases[0])
	wantPage(t, s.get(slip), http.StatusOK, "办件进度", "和那次办的其他件一起评过了", "单独评这一件")
	if page := pageOf(s.get(s.scanSlip(cases[2]))); strings.Contains(page, "评价") || strings.Contains(page, "一起评过") {
		t.Errorf("it has not ended:\n%s", page)
	}
	for n, id := range cases {
		if row := s.visitOf(id); row.Level != 0 || row.Outcome != "" {
			t.Errorf("case %d is rated by itself: %+v", n, row)
		}
	}
	wantPage(t, s.get(with(slip, "visit", cases[0].String())), http.StatusOK, "这次办事，您满意吗？", "QL20261118-1-0001")
	s.rates(slip, cases[0], "2")
	wantPage(t, s.get(slip), http.StatusOK, "评价已收到", "不满意", "QL20261118-1-0001")
	wantPage(t, s.get(path), http.StatusOK, "和这次办事一起：满意", "<em>不满意</em>")
	if row, v := s.visitOf(cases[0]), s.visitOf(visit); row.Level != hall.Bad || !row.Repair || v.Level != hall.Good || v.FollowUps != 0 {
		t.Errorf("the case %+v, its visit %+v", row, v)
	}
	s.check()
}

// Domain §3.2: rated one by one, each has its own rating, exactly one, whoever shows the ticket or the slip.
func TestEachCaseOfAVisitIsRatedOnce(t *testing.T) {
	s := newStreet(t)
	ticket, visit, cases := s.comesWith(2, 0)
	path, slip := s.scan(ticket), s.scanSlip(cases[1])
	wantPage(t, s.get(with(path, "visit", visit.String(), "see", "each")), http.StatusOK, "一件一件评", "QL20261118-1-0001", "visit="+cases[0].String(), "用一个评价算全部")
	s.post(path, "do", doTap, "visit", cases[0].String(), "level", "5")
	wantPage(t, s.get(path), http.StatusOK, "一件一件评", "选了，还没提交")
	wantPage(t, s.get(with(path, "visit", visit.String(), "change", "1")), http.StatusOK, "这次办事，您满意吗？")
	s.rates(path, cases[0], "5")
	wantPage(t, s.get(with(path, "visit", cases[0].String())), http.StatusOK, "评价已收到", "非常满意", "QL20261118-1-0001", "这次办的其他件")
	wantPage(t, s.get(slip), http.StatusOK, "这次办事，您满意吗？", "QL20261118-1-0002")
	s.rates(slip, cases[1], "3")
	s.rates(path, cases[1], "1")
	wantPage(t, s.get(path), http.StatusOK, "都评过了", "<em>非常满意</em>", "<em>基本满意</em>")
	wantPage(t, s.get(slip), http.StatusOK, "评价已收到", "基本满意")
	for id, level := range map[hall.ID]hall.Level{cases[0]: hall.VeryGood, cases[1]: hall.Fair, visit: 0} {
		if row := s.visitOf(id); row.Level != level {
			t.Errorf("%s: %+v", id, row)
		}
	}
	if v := s.visitOf(visit); !v.ByCases {
		t.Errorf("its visit still waits: %+v", v)
	}
	s.check()
}

// A case of the visit that has not ended cannot be rated, nor is its visit rated in its stead.
func TestACaseThatHasNotEndedIsNotRatedAlone(t *testing.T) {
	s := newStreet(t)
	ticket, visit, cases := s.comesWith(2, 1)
	path := s.scan(ticket)
	for _, do := range []string{doTap, doSend} {
		w := s.post(path, "do", do, "visit", cases[1].String(), "level", "1", "reason", "208")
		wantPage(t, w, http.StatusConflict, "办完后再评")
	}
	s.tell(hall.CaseDecided{CaseAt: hall.CaseAt{Case: cases[1], Window: "12", Staff: "0317"}, Result: hall.CaseGranted})
	s.pass(time.Minute)
	s.rates(path, cases[1], "4")
	if v, row := s.visitOf(visit), s.visitOf(cases[1]); v.Level != 0 || v.ByCases || row.Level != hall.Good {
		t.Errorf("the visit %+v, the case %+v", v, row)
	}
	s.check()
}

// One case is its visit: it is not rated twice.
func TestOneCaseOfAVisitIsRatedWithIt(t *testing.T) {
	s := newStreet(t)
	ticket, visit, cases := s.comesWith(1, 0)
	path := s.scan(ticket)
	if page := pageOf(s.get(path)); strings.Contains(page, "一件一件") {
		t.Errorf("one case is offered apart:\n%s", page)
	}
	s.rates(path, cases[0], "4")
	if v, row := s.visitOf(visit), s.visitOf(cases[0]); v.Level != hall.Good || row.Level != 0 {
		t.Errorf("the visit %+v, the case %+v", v, row)
	}
	s.check()
}

// eachPages opens the pages of a ticket whose visit had several cases.
func eachPages(t *testing.T, query string) map[string]*httptest.ResponseRecorder {
	pages := map[string]*httptest.ResponseRecorder{}
	var cases []casework.Case
	var rows []intake.Visit
	for n := range uint32(3) {
		id := hall.ID{Agent: 1, Tag: 1, Serial: 21 + n}
		on := hall.CaseAt{Case: id, Visit: visit1, Window: "12", Staff: "0317"}
		steps := []hall.Step{hall.CaseAccepted{CaseAt: on, CaseOpening: hall.CaseOpening{Number: fmt.Sprintf("QL20261118-1-%04d", n+1), Day: hall.DayOf(tenThirtyOne()), Ticket: aTicket, Item: "id-card",
			Unit: "police", Kind: hall.CaseCommitted, Legal: 20, Promised: 3}}, hall.CaseDecided{CaseAt: on, Result: hall.CaseGranted}}
		cases = append(cases, filed(id, steps[:2-n/2]...))
		rows = append(rows, intake.Visit{ID: id, Ticket: aTicket, Case: true, Began: true, Item: "id-card"})
	}
	open := func(name, more string, said ...intake.Answer) {
		p := newPhones(t)
		path := p.served(visit1)
		story := p.stories[aTicket]
		story.Cases, story.Visits = cases, append(story.Visits, rows...)
		p.stories[aTicket] = story
		for _, a := range said {
			p.hear(a)
		}
		pages[name] = p.get(path + "?" + query + more)
	}
	open("each-all", "")
	open("each-all-received", "", sent(visit1, hall.Good))
	open("each", "&see=each&visit="+visit1.String(), sent(cases[1].ID, hall.Bad))
	open("each-rate", "&visit="+cases[0].ID.String())
	return pages
}
