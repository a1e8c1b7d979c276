package web

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/repair"
)

// pagesAfter opens the pages of what citizens do after the press, in every state.
func pagesAfter(t *testing.T, query string) map[string]*httptest.ResponseRecorder {
	s := newStreet(t)
	pages := map[string]*httptest.ResponseRecorder{}
	look := func(path string, pairs ...string) *httptest.ResponseRecorder {
		path = with(path, pairs...)
		if strings.Contains(path, "?") {
			return s.get(path + "&" + query)
		}
		return s.get(path + "?" + query)
	}
	n := 0
	// bad is a ticket whose visit was rated bad: by a press, or with a reason by phone.
	bad := func(pressed bool) (path string, visit hall.ID) {
		n++
		ticket := s.takes(fmt.Sprintf("A%03d", n))
		path = s.scan(ticket)
		if pressed {
			return path, s.served(ticket, hall.Bad)
		}
		visit = s.served(ticket)
		s.post(path, "do", "send", "visit", visit.String(), "level", "2", "reason", "208", "reason", "210")
		return path, visit
	}
	wait := s.scan(s.takes("A900"))
	pages["phone"] = look(wait, "see", "phone")
	s.sends(with(wait, "see", "phone"), "phone", "phone", "13812342046")
	pages["phone-left"] = look(wait, "see", "phone")
	pages["waiting-left"] = look(wait)

	pressed, pressedVisit := bad(true)
	pages["why"] = look(pressed)
	s.post(pressed, "do", "why", "visit", pressedVisit.String(), "reason", "208")
	pages["follow-open"] = look(pressed)

	path, visit := bad(false)
	s.signed(visit)
	s.acts(visit, handlerTang, func(r repair.Repair, h repair.Hand, k intake.Known, text hall.Sealed) ([]hall.Fact, error) {
		return r.Extend(r.Round.Deadline.Day+7, text, h, k.Law())
	}, "省里的系统正在更换，新的材料清单要等系统上线才能打印")
	pages["follow-extended"] = look(path)
	pages["report"] = look(path, "visit", visit.String(), "see", "report")
	s.answers(visit, "材料清单已经贴在窗口，样本放在填表台。\n给您添麻烦了，对不起。")
	pages["follow-answered"] = look(path)
	pages["repair-rate"] = look(path, "visit", visit.String(), "see", "second", "level", "2")
	s.post(path, "do", "second", "visit", visit.String(), "level", "4")
	pages["follow-rated"] = look(path)

	path, visit = bad(false)
	s.signed(visit)
	s.answers(visit, "好了")
	s.post(path, "do", "second", "visit", visit.String(), "level", "1", "reason", "115")
	pages["follow-again"] = look(path)
	s.post(path, "do", "report", "visit", visit.String(), "n", "0", "text", "有人打电话来骂")
	pages["follow-reported"] = look(path)

	pages["typed"] = look("/r")
	form := s.typedForm("A900", "00000000")
	pages["typed-wrong"] = s.post("/r?"+query, form...)
	pages["typed-unknown"] = s.post("/r?"+query, s.typedForm("B777", "00000000")...)
	for range codeTries {
		pages["typed-locked"] = s.post("/r?"+query, form...)
	}
	pages["expired"] = look(s.expired())
	return pages
}

// expired is a grant whose time is over.
func (s *street) expired() string {
	ticket := s.takes("A901")
	s.phones.handler = s.fresh()
	path := s.enters(ticket, "A901")
	path, _, _ = strings.Cut(path, "?")
	s.pass(grantLife)
	return path
}

// Every state of a repair, and every step of one, has its words for the citizen.
func TestWhatBecomesOfARepairHasWords(t *testing.T) {
	w, err := readWords(sharedFiles())
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, state := range repair.States() {
		if state != repair.Withdrawn {
			keys = append(keys, "follow.now."+string(state))
		}
	}
	told := map[string]bool{}
	for _, m := range repair.Moves() {
		for _, yes := range []bool{false, true} {
			for _, by := range []hall.Person{{}, hall.Citizen()} {
				turn := m.Turn
				if turn == repair.AppealUpheld || turn == repair.AppealRefused {
					turn = hall.TypeAppealDecided
				}
				if word := stepToldAs(repair.Step{Stamp: repair.Stamp{Type: turn, By: by}, Yes: yes}); word != "" {
					told[word] = true
				}
			}
		}
	}
	for word := range told {
		keys = append(keys, "follow.step."+word)
	}
	if len(told) < 14 {
		t.Errorf("the citizen hears of %d kinds of steps", len(told))
	}
	for _, key := range keys {
		for _, l := range []lang{zh, en} {
			if w[l][key] == "" {
				t.Errorf("%s has no %s", key, l)
			}
		}
	}
}
