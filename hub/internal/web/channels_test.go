package web

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/rating"
)

// domain §3.2: one visit, one rating, whatever the roads and however close to each other: the token and the typed code of one
// ticket are sent at the same instant.
func TestTwoRoadsAtTheSameInstantAreOneRating(t *testing.T) {
	for round := range 5 {
		s := newStreet(t)
		ticket := s.takes("A063")
		visit := s.served(ticket)
		roads := []string{s.scan(ticket), s.enters(ticket, "A063")}
		s.sends(with(roads[0], "see", "phone"), "phone", "phone", "13812342046")
		_, link := s.reminded(hall.MessageRateReminder, visit)
		roads = append(roads, link)
		var all sync.WaitGroup
		for n, road := range roads {
			for range 3 { // each form three times
				all.Go(func() {
					s.post(road, "do", "send", "visit", visit.String(), "level", fmt.Sprint(n+2), "reason", "208")
				})
			}
		}
		all.Wait()
		v := s.visitOf(visit)
		counted, first := 0, intake.Answer{}
		for n, a := range s.answersOf(ticket) {
			if a.Standing == rating.Counted {
				counted++
			}
			if n == 0 {
				first = a
			}
		}
		if answers := len(s.answersOf(ticket)); counted != 1 || answers > 2 { // by web and by link it is one form
			t.Errorf("round %d: %d answers, %d of them count", round, answers, counted)
		}
		if v.Level != first.Level || v.Channel != first.Channel {
			t.Errorf("round %d: the visit is rated %d by %s, the first answer is %d by %s", round, v.Level, v.Channel, first.Level, first.Channel)
		}
		for _, road := range roads {
			wantPage(t, s.get(road), http.StatusOK, "评价已收到")
		}
		s.check()
	}
}

// Every road that shows the ticket comes before the press, the first of them counts, and the order in which they arrive
// does not matter: the rating follows from the set.
func TestAnyOrderOfRoadsGivesTheFirstAnswer(t *testing.T) {
	roads := []string{"press", "qr", "web", "sms", "hotline"}
	for turn := range len(roads) {
		order := append(slices.Clone(roads[turn:]), roads[:turn]...)
		t.Run(strings.Join(order, " "), func(t *testing.T) {
			s := newStreet(t)
			ticket := s.takes("A063")
			visit := s.id()
			s.tell(hall.TicketCalled{Ticket: ticket, Window: "12"}, hall.VisitOpened{Visit: visit, Ticket: ticket, Window: "12", Staff: "0317", Unit: "police", Item: "id-card"}, hall.VisitServed{Visit: visit})
			s.tell(hall.VisitFinished{Visit: visit, Staff: "0317", Outcome: hall.OutcomeFinished})
			s.sends(with(s.scan(ticket), "see", "phone"), "phone", "phone", "13812342046")
			_, link := s.reminded(hall.MessageRateReminder, visit)
			d := s.hotline(t)
			want := hall.Channel("")
			for n, road := range order {
				s.pass(1000_000_000)
				send := []string{"do", "send", "visit", visit.String(), "level", fmt.Sprint(n + 1), "reason", fmt.Sprint(n+1, "08")}
				switch road {
				case "press":
					p := hall.Press{UID: 0xfeed, Boot: 7, Seq: 1, Level: hall.Level(n + 1)}
					s.tell(hall.RatingGiven{Ticket: ticket, Visit: visit, Window: "12", Level: p.Level, Channel: hall.ChannelPad, Press: &p})
				case "qr":
					s.post(s.scan(ticket), send...)
				case "web":
					s.post(s.enters(ticket, "A063"), send...)
				case "sms":
					s.post(link, send...)
				case "hotline":
					d.asks(t, "rate", s.shows(ticket, "A063").and(say{"visit": visit.String(), "level": n + 1}))
				}
				if road != "press" && want == "" {
					want = map[string]hall.Channel{"qr": hall.ChannelQR, "web": hall.ChannelWeb, "sms": hall.ChannelSMS, "hotline": hall.ChannelHotline}[road]
				}
			}
			if v := s.visitOf(visit); v.Channel != want {
				t.Errorf("rated %d by %s, want %s", v.Level, v.Channel, want)
			}
			s.check()
		})
	}
}

// Promise 3: no page and no call makes a rating for a citizen. Every route of both listeners is tried by everybody with all
// that a form or an act can say; what is recorded is nothing that a citizen did not show his ticket for.
func TestNoRouteMakesARatingWithoutTheCitizen(t *testing.T) {
	s := newStreet(t)
	ticket := s.takes("A063")
	visit := s.served(ticket, hall.Bad)
	s.signed(visit)
	s.answers(visit, "好了")
	unrated := s.takes("A064")
	open := s.served(unrated)
	form := []string{"do", "send", "level", "5", "visit", open.String(), "ticket", unrated.String(), "hall", "city", "number", "A064", "day", hall.DayOf(s.now()).String(),
		"code", "00000000", "channel", "qr", "answer", "f", "call", "20261118-0041", "operator", "op-7", "token", "x", "n", "0", "text", "x", "phone", "13812342046", "see", "second"}

	for _, path := range []string{"/r", "/r/", "/m", "/m/", "/", "/r/" + unrated.String(), "/r/A064", "/r/g." + strings.Repeat("A", grantChars-2), "/m/AAAAAAAAAAAAAAAA",
		"/m/" + s.vault.Token("message", "rate-reminder:"+open.String()+":1"), "/r/" + s.token(hall.ID{Agent: 9, Tag: 1, Serial: 1}, 0), "/hook/sms", "/api/hotline/rate", "/p", "/rate"} {
		for _, do := range []string{"tap", "send", "more", "why", "second", "report", "phone", "forget", ""} {
			s.phones.handler = s.fresh() // an address that is not locked
			for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch} {
				r := formRequest(path, append([]string{"do", do}, form[2:]...)...)
				r.Method = method
				s.do(r)
			}
		}
	}
	s.untouched(t, unrated, open, visit, "the public listener")

	act := say{"call": "20261118-0041", "hall": "city", "number": "A064", "day": hall.DayOf(s.now()).String(), "code": "00000000", "visit": open.String(), "level": 5}
	var routes []Route
	d := s.hotline(t)
	probe, err := newOffice(OfficeConfig{Shared: sharedOf(t, d.farEnd, d.log), Accounts: d.farEnd, Deeds: d.farEnd, Secrets: d.vault})
	if err != nil {
		t.Fatal(err)
	}
	routes = probe.routes()
	hash := d.account("gao").Hash
	d.mu.Lock()
	d.now = time.Now() // sessions are kept by the library's own clock
	d.mu.Unlock()
	heard := map[string]int{}
	for _, role := range append(access.Roles(), "") {
		b := d.elsewhere()
		if role != "" {
			d.change("one-"+string(role), func(a *Account) { a.Role, a.Hash, a.Unit, a.Badge = role, hash, "police", "0317" })
			b.signIn("one-"+string(role), rightPassword)
		}
		for _, r := range routes {
			if r.Method == http.MethodGet || strings.HasPrefix(r.Path, "/account") || strings.HasPrefix(r.Path, "/signout") {
				continue
			}
			for _, body := range []say{act, {"seen": 1, "level": 5, "channel": "qr", "visit": open.String()}, act.and(say{"code": "", "phone": "13812342046"})} {
				if status := s.tries(b, r, body); r.Path == "/api/hotline/rate" {
					heard[fmt.Sprint(role, " ", status)]++
				}
			}
		}
	}
	s.untouched(t, unrated, open, visit, "the office")
	if heard["operator 422"] == 0 || heard["centre 403"] != 3 || heard[" 401"] != 3 {
		t.Errorf("the hotline answered %v", heard)
	}
}

// tries knocks at a door of the office with an act; one that the test's office has nothing behind may fall over.
func (s *street) tries(d *desks, r Route, body say) int {
	rec := httptest.NewRecorder()
	func() {
		defer func() { recover() }()
		req := httptest.NewRequest(r.Method, at(r.Path), strings.NewReader(jsonOf(body)))
		req.Host = "127.0.0.1"
		req.Header.Set("Content-Type", "application/json")
		for _, c := range d.browser.Jar.Cookies(mustURL(d.server.URL)) {
			req.AddCookie(c)
		}
		d.server.Config.Handler.ServeHTTP(rec, req)
	}()
	return rec.Code
}

// untouched demands that nobody rated the visit of a ticket, nor the repair of another.
func (s *street) untouched(t *testing.T, ticket, visit, repaired hall.ID, by string) {
	t.Helper()
	if v := s.visitOf(visit); v.Level != 0 || v.Default != 0 || len(s.answersOf(ticket)) != 0 {
		t.Errorf("%s made a rating: %+v, %+v", by, v, s.answersOf(ticket))
	}
	r := s.repairOf(repaired)
	if !r.Round.Second.At.IsZero() || r.Frozen || !r.Rating.ReasonMissing || len(r.Past) > 0 {
		t.Errorf("%s touched what the citizen says of a repair: %+v", by, r)
	}
}
