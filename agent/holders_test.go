package agent

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"hallpulse/agent/internal/desk"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// Whoever holds a ticket that another agent gave out finds its visits at the kiosk here, and rates them: the agent that knows the
// ticket checks what is shown, and takes the answer, once.
func TestATicketOfAnotherCounterIsShownHere(t *testing.T) {
	s := newShared(t)
	defer func() { s.kill() }()
	said := func(text string) (h uplink.Holder) {
		h, err := uplink.ReadHolder(text, s.fellows)
		if err != nil || h.Agent != "hall-1" || h.To != "hall-2" {
			t.Error(h, err)
		}
		return h
	}
	ticket, visit := hall.ID{Agent: s.n.e.Number, Serial: 7}, hall.ID{Agent: s.n.e.Number, Serial: 8}
	token := uplink.TokenText(uplink.Token{Kind: uplink.TokenTicket, Ticket: ticket, Day: hall.DayOf(time.Now())}.Sign(s.n.e.Key().SigningKey()))
	status := http.StatusNoContent
	var rated []string
	s.n.gives = func(_, text string) (int, string) {
		h := said(text)
		if h.Act == uplink.HolderRates {
			rated = append(rated, string(h.Body))
			return status, `{"error":{"code":"already-rated"}}`
		}
		if strings.Contains(string(h.Body), "00000000") {
			return http.StatusConflict, `{"error":{"code":"wrong-code"}}`
		}
		return http.StatusOK, string(encode(desk.Shown{ID: ticket, Number: "C001", Known: true, Visits: []desk.ShownVisit{{ID: visit, Window: "21"}}}))
	}
	find := func(proof string) (v desk.Shown, code string) {
		code = s.post("/api/rate/find", proof, &v)
		return v, code
	}
	if _, code := find(`{"token":"` + token + `"}`); code != "other-counter" {
		t.Errorf("while the other is away: %q", code)
	}
	s.n.set(true)
	typed := `{"number":"c001","day":"2026-11-26","code":"7K3M92QF"}`
	for _, proof := range []string{`{"token":"https://pj.example/r/` + token + `"}`, typed} {
		if v, code := find(proof); code != "" || v.ID != ticket || len(v.Visits) != 1 || v.Visits[0].ID != visit {
			t.Errorf("%s: %q, %+v", proof, code, v)
		}
	}
	if _, code := find(strings.Replace(typed, "7K3M92QF", "00000000", 1)); code != "wrong-code" {
		t.Errorf("a wrong code: %q", code)
	}
	before := len(s.n.asked)
	for _, proof := range []string{`{"token":"` + altered(token) + `"}`, strings.Replace(typed, "c001", "a001", 1)} {
		if _, code := find(proof); code == "" {
			t.Errorf("%s is shown", proof)
		}
	}
	if len(s.n.asked) != before {
		t.Error("the other is asked for what is none of its")
	}
	body := `{"proof":` + typed + `,"visit":"` + visit.String() + `","level":2,"reasons":[],"draft":"0123456789abcdef0123456789abcdef","lapsed":false}`
	if code := s.post("/api/rate", body, nil); code != "" || len(rated) != 1 || rated[0] != body {
		t.Errorf("%q, %v", code, rated)
	}
	status = http.StatusConflict
	if code := s.post("/api/rate", body, nil); code != "already-rated" {
		t.Errorf("what it refuses: %q", code)
	}
	status = http.StatusInternalServerError
	if code := s.post("/api/rate", body, nil); code != "counter-away" {
		t.Errorf("where it fails: %q", code)
	}
}

// What the holder of a ticket of ours does at another agent's kiosk is checked here as at our own.
func TestTheHolderStandsAtAnotherCounter(t *testing.T) {
	s := newShared(t)
	defer func() { s.kill() }()
	k := s.take("A", "A01")
	s.act("11", "open", "next", "serve", "finish")
	ask := func(h uplink.Holder) (int, string) {
		t.Helper()
		text, err := uplink.SignHolder(s.n.e.Key().SigningKey(), h)
		if err != nil {
			t.Fatal(err)
		}
		return s.say("/hall/holder", text)
	}
	h := uplink.Holder{Agent: "hall-2", To: "hall-1", Act: uplink.HolderFinds, Body: []byte(`{"token":"` + k.URL + `"}`)}
	var shown desk.Shown
	status, answer := ask(h)
	if err := json.Unmarshal([]byte(answer), &shown); err != nil || status != http.StatusOK || len(shown.Visits) != 1 || shown.ID != k.ID {
		t.Fatalf("%d %s", status, answer)
	}
	rate := func(token, level string) (int, string) {
		h.Act = uplink.HolderRates
		h.Body = []byte(`{"proof":{"token":"` + token + `"},"visit":"` + shown.Visits[0].ID.String() + `","level":` + level + `,"reasons":[],"draft":"0123456789abcdef0123456789abcdef","lapsed":false}`)
		return ask(h)
	}
	if status, answer := rate(altered(k.URL), "1"); status < 400 {
		t.Errorf("a forged ticket rates: %s", answer)
	}
	for range 2 { // the answer was lost
		if status, answer := rate(k.URL, "4"); status != http.StatusNoContent {
			t.Errorf("%d %s", status, answer)
		}
	}
	if status, _ := s.say("/hall/holder", "forged.text"); status < 400 {
		t.Error("an unsigned word is believed")
	}
	h.To = "hall-3"
	if status, _ := ask(h); status < 400 {
		t.Error("what is said to another is done")
	}
	s.await("the rating at the hub", func() bool { return len(heard[hall.RatingGiven](s.h)) > 0 })
	if all := heard[hall.RatingGiven](s.h); len(all) != 1 || all[0].Level != 4 || all[0].Channel != hall.ChannelKiosk {
		t.Errorf("%+v", all)
	}
}
