package web

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/rating"
)

const atTwelve = "/r/at/city/12"

// digits are those of a visit, as its counter shows them.
func (s *street) digits(ticket, visit hall.ID, number string) string {
	return uplink.Digits(uplink.CodeSHA("city", number, hall.DayOf(s.now()), s.code(ticket)), visit)
}

// wrongDigits are not those of a visit.
func wrongDigits(right string) string {
	if right == "0000" {
		return "0001"
	}
	return "0000"
}

// design §4: the sticker of a window asks for the ticket, or for the digits of the visit now open. What is said with them is a
// rating where nobody gave another, opens no ticket, and shows nothing that was said before.
func TestTheStickerRatesTheVisitNowOpen(t *testing.T) {
	s := newStreet(t)
	wantPage(t, s.get(atTwelve), http.StatusOK, "12 号窗口", "四位数字", "非常不满意", "建议", `href="/r`)
	wantPage(t, s.get("/r/at/city/99"), http.StatusNotFound, "没有这个窗口")
	wantPage(t, s.get("/r/at/nowhere/12"), http.StatusNotFound, "没有这个窗口")
	ticket := s.takes("A063")
	visit := s.served(ticket)
	right := s.digits(ticket, visit, "A063")
	typed := right[:2] + " " + right[2:]
	page := s.post(atTwelve, "do", "rate", "digits", typed, "level", "2")
	wantPage(t, page, http.StatusOK, "收到了", "扫票上的码")
	if strings.Contains(page.Body.String(), "A063") {
		t.Error("the page names the ticket")
	}
	wantPage(t, s.post(atTwelve, "do", "rate", "digits", right, "level", "5"), http.StatusOK, "收到了") // the same words, and nothing changes
	v := s.visitOf(visit)
	if answers := s.answersOf(ticket); len(answers) != 1 || answers[0].Standing != rating.Counted || v.Level != hall.Bad || v.Channel != hall.ChannelSticker || !v.ReasonMissing {
		t.Errorf("%+v, visit %+v", answers, v)
	}
	// The ticket says it anew.
	s.post(s.scan(ticket), "do", "send", "visit", visit.String(), "level", "4")
	if v := s.visitOf(visit); v.Level != hall.Good || v.Channel != hall.ChannelQR {
		t.Errorf("with the ticket: %+v", v)
	}
	s.check()
}

// domain §3.2: the clerk sees the digits too. They take the place of no press.
func TestTheStickerReplacesNoPress(t *testing.T) {
	s := newStreet(t)
	ticket := s.takes("A063")
	visit := s.served(ticket, hall.VeryBad)
	wantPage(t, s.post(atTwelve, "do", "rate", "digits", s.digits(ticket, visit, "A063"), "level", "5"), http.StatusOK, "以那一次为准")
	if v := s.visitOf(visit); v.Level != hall.VeryBad || v.Channel != hall.ChannelPad {
		t.Errorf("visit %+v", v)
	}
	s.check()
}

// design §4: tries are limited as those of typed codes are, and the digits hold for the visit now open.
func TestDigitsAreNotGuessed(t *testing.T) {
	for _, c := range []struct {
		says   string
		pass   time.Duration
		window string
	}{
		{"after a quarter of an hour", openFor + time.Second, atTwelve},
		{"at another window", 0, "/r/at/city/13"},
	} {
		s := newStreet(t)
		ticket := s.takes("A063")
		visit := s.served(ticket)
		right := s.digits(ticket, visit, "A063")
		s.pass(c.pass)
		if page := s.post(c.window, "do", "rate", "digits", right, "level", "5"); page.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", c.says, page.Code)
		}
		if v := s.visitOf(visit); v.Level != 0 {
			t.Errorf("%s: rated %d", c.says, v.Level)
		}
	}
	s := newStreet(t)
	ticket := s.takes("A063")
	visit := s.served(ticket)
	right := s.digits(ticket, visit, "A063")
	for _, digits := range []string{"", "48", "12345", "abcd"} {
		wantPage(t, s.post(atTwelve, "do", "rate", "digits", digits, "level", "5"), http.StatusUnprocessableEntity, "没填对")
	}
	for n := range codeTries {
		page := s.post(atTwelve, "do", "rate", "digits", wrongDigits(right), "level", "5")
		if last := n == codeTries-1; last != (page.Code == http.StatusTooManyRequests) {
			t.Errorf("try %d: %d", n, page.Code)
		}
	}
	if page := s.post(atTwelve, "do", "rate", "digits", right, "level", "5"); page.Code != http.StatusTooManyRequests || s.visitOf(visit).Level != 0 {
		t.Errorf("the right ones after that: %d", page.Code)
	}
	s.pass(codeSpan + time.Second)
	if page := s.post(atTwelve, "do", "rate", "digits", right, "level", "5"); page.Code == http.StatusTooManyRequests {
		t.Errorf("later: %d", page.Code)
	}
	s.check()
}

// Without digits it takes a suggestion, and no rating: once, however often the form is sent.
func TestTheStickerTakesASuggestion(t *testing.T) {
	s := newStreet(t)
	page := s.get(atTwelve).Body.String()
	_, once, _ := strings.Cut(page, `name="once" value="`)
	once, _, _ = strings.Cut(once, `"`)
	for range 2 {
		wantPage(t, s.post(atTwelve, "do", "suggest", "once", once, "text", "门口加个扶手"), http.StatusOK, "建议收到了")
	}
	wantPage(t, s.post(atTwelve, "do", "suggest", "once", once, "text", "  "), http.StatusUnprocessableEntity)
	for _, bad := range [][]string{{"do", "suggest", "text", "x"}, {"do", "rate", "level", "9", "digits", "0000"}, {}} {
		if got := s.post(atTwelve, bad...).Code; got != http.StatusBadRequest {
			t.Errorf("%v: %d", bad, got)
		}
	}
	var said string
	s.decide(intake.Keys{Concerns: []string{"s-" + once}}, func(k intake.Known) ([]hall.Fact, error) {
		c, _ := k.Concern("s-" + once)
		said = fmt.Sprint(c.Kind, c.Source, c.Hall, len(c.Steps))
		return nil, nil
	})
	if said != "suggestionwebcity1" {
		t.Errorf("the centre has %q", said)
	}
	s.check()
}
