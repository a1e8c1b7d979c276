package agent

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"hallpulse/agent/internal/desk"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// wished reads what the neighbour was asked for so far.
func (n *neighbour) wished(t *testing.T, fellows []uplink.Fellow) (all []uplink.Wanted) {
	t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, text := range n.asked {
		w, err := uplink.ReadWanted(text, fellows)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, w)
	}
	return all
}

// gift is what the neighbour gives for a wish.
func (n *neighbour) gift(w uplink.Wanted, change func(g *uplink.Given)) string {
	id := hall.ID{Agent: n.e.Number, Serial: 9}
	token := uplink.Token{Kind: uplink.TokenTicket, Ticket: id, Day: w.Day}.Sign(n.e.Key().SigningKey())
	g := uplink.Given{Agent: "hall-2", Key: w.Key, Ticket: id, Number: "C007", Day: w.Day, Ahead: 3, P50Mins: 20, P90Mins: 35, Token: uplink.TokenText(token), Letter: "C"}
	if change != nil {
		change(&g)
	}
	text, _ := uplink.SignGiven(n.e.Key().SigningKey(), g)
	return text
}

// Design §3a: whoever takes a number of another counter has that counter's ticket, with its number, its code and its place,
// asked for under one key however often the answer is lost. What nobody was handed is taken back.
func TestANumberOfAnotherCounterIsTakenHere(t *testing.T) {
	s := newShared(t)
	defer func() { s.kill() }()
	var got desk.Ticket
	take := func() string {
		got = desk.Ticket{}
		return s.post("/api/tickets", `{"letter":"C","class":"elderly"}`, &got)
	}
	s.await("the printer", s.ready)
	if code := take(); code != "counter-away" {
		t.Errorf("the other counter is away: %q", code)
	}
	wish := func(text string) uplink.Wanted {
		w, err := uplink.ReadWanted(text, s.fellows)
		if err != nil {
			t.Error(err)
		}
		return w
	}
	lost := 1
	s.n.gives = func(_, text string) (int, string) {
		w := wish(text)
		if w.Void {
			return http.StatusOK, ""
		}
		if lost--; lost >= 0 {
			return http.StatusBadGateway, ""
		}
		return http.StatusOK, s.n.gift(w, nil)
	}
	s.n.set(true)
	s.await("what nobody was handed to be taken back", func() bool {
		all := s.n.wished(t, s.fellows)
		return len(all) == 1 && all[0].Void && all[0].Letter == "C"
	})
	if code := take(); code != "" || got.Number != "C007" || got.Ahead != 3 || got.P50 != 20 || got.P90 != 35 || got.Code == "" || len(got.Windows) == 0 {
		t.Fatalf("%q, %+v", code, got)
	}
	all := s.n.wished(t, s.fellows)[1:]
	if len(all) != 2 || all[0].Key != all[1].Key || all[0].Class != hall.ClassElderly || all[0].Agent != "hall-1" || all[0].To != "hall-2" {
		t.Errorf("asked for %+v", all)
	}
	said, _, err := uplink.ReadToken(got.URL[len("https://pj.example/r/"):])
	if err != nil || said.Ticket != got.ID || said.Ticket.Agent != s.n.e.Number {
		t.Errorf("its code is %+v, %v", said, err)
	}
	s.kill()
	s.kill = s.startChild()
	s.await("the printer", s.ready)
	var again desk.Ticket
	if code := s.post("/api/tickets/"+got.ID.String()+"/print", "", &again); code != "" || again.Code != got.Code || again.Ahead != 3 {
		t.Errorf("printed again: %q, %+v", code, again)
	}
	papers, err := s.printer.Await(t.Context(), 2)
	for i, p := range papers {
		if text := strings.ReplaceAll(p.Text(), " ", ""); !strings.Contains(text, "C007") || !strings.Contains(text, got.Code) || !strings.Contains(text, "前面3人\n大约等20到35分") || !hasQR(p) || strings.Contains(text, "补打") != (i == 1) {
			t.Errorf("paper %d:\n%s", i, text)
		}
	}
	if err != nil || len(papers) != 2 {
		t.Errorf("%d papers, %v", len(papers), err)
	}
	if answer, err := http.Get("http://" + s.listen + "/api/tickets/" + got.ID.String() + "/qr.svg"); err != nil || answer.StatusCode != http.StatusOK {
		t.Errorf("its code after a restart: %v, %v", answer, err)
	}

	beside := func(letter string, first desk.Ticket) (second desk.Ticket) {
		if code := s.post("/api/tickets", fmt.Sprintf(`{"letter":%q,"with":%q}`, letter, first.ID), &second); code != "" {
			t.Errorf("another number of %s: %q", letter, code)
		}
		return second
	}
	here := beside("A", got)
	for name, c := range map[string]struct{ second, want string }{
		"of the other counter beside its own": {beside("C", got).With, got.Number},
		"of ours beside the other's":          {here.With, ""},
		"of the other counter beside ours":    {beside("C", here).With, ""},
		"of ours beside ours":                 {beside("A", here).With, here.Number},
	} {
		if c.second != c.want {
			t.Errorf("another number %s waits for %q, want %q", name, c.second, c.want)
		}
	}

	for name, c := range map[string]struct {
		status int
		answer func(w uplink.Wanted) string
		want   string
	}{
		"no more today":          {http.StatusConflict, func(uplink.Wanted) string { return `{"error":{"code":"no-more-today","message":""}}` }, "no-more-today"},
		"of no use to a citizen": {http.StatusConflict, func(uplink.Wanted) string { return `{"error":{"code":"not-of-this-hall"}}` }, "counter-away"},
		"an older program":       {http.StatusNotFound, func(uplink.Wanted) string { return "404" }, "counter-away"},
		"broken":                 {http.StatusInternalServerError, func(uplink.Wanted) string { return `{"error":{"code":"internal"}}` }, "counter-away"},
		"of another wish":        {http.StatusOK, func(w uplink.Wanted) string { return s.n.gift(w, func(g *uplink.Given) { g.Key = rand.Text() }) }, "counter-away"},
		"of another day":         {http.StatusOK, func(w uplink.Wanted) string { return s.n.gift(w, func(g *uplink.Given) { g.Day++ }) }, "counter-away"},
		"with a code that no phone believes": {http.StatusOK, func(w uplink.Wanted) string {
			return s.n.gift(w, func(g *uplink.Given) { g.Token = altered(g.Token) })
		}, "counter-away"},
		"of an agent that is none of its": {http.StatusOK, func(w uplink.Wanted) string {
			return s.n.gift(w, func(g *uplink.Given) {
				g.Ticket.Agent++
				g.Token = uplink.TokenText(uplink.Token{Kind: uplink.TokenTicket, Ticket: g.Ticket, Day: w.Day}.Sign(s.n.e.Key().SigningKey()))
			})
		}, "counter-away"},
	} {
		s.n.mu.Lock()
		s.n.gives = func(_, text string) (int, string) { return c.status, c.answer(wish(text)) }
		s.n.mu.Unlock()
		if code := take(); code != c.want {
			t.Errorf("%s: %q, want %q", name, code, c.want)
		}
	}
}

// Where the first answer is lost and the second is a refusal, a number may have been given out: it is taken back.
func TestANumberThatWasRefusedTheSecondTimeIsTakenBack(t *testing.T) {
	s := newShared(t)
	defer func() { s.kill() }()
	s.await("the printer", s.ready)
	asked := 0
	s.n.gives = func(string, string) (int, string) {
		if asked++; asked == 1 {
			return http.StatusBadGateway, ""
		}
		return http.StatusConflict, `{"error":{"code":"no-more-today"}}`
	}
	s.n.set(true)
	if code := s.post("/api/tickets", `{"letter":"C"}`, nil); code != "no-more-today" {
		t.Error(code)
	}
	s.await("it to be taken back", func() bool {
		all := s.n.wished(t, s.fellows)
		return len(all) == 3 && all[2].Void && all[2].Key == all[0].Key
	})
}

// What another agent asks for is given out once, whatever becomes of the answer and of the agent; and taken back where nobody
// was handed it.
func TestANumberIsGivenOutForAnotherCounter(t *testing.T) {
	s := newShared(t)
	defer func() { s.kill() }()
	key := s.n.e.Key().SigningKey()
	w := uplink.Wanted{Agent: "hall-2", To: "hall-1", Key: rand.Text(), Day: hall.DayOf(time.Now()), Letter: "A", Item: "A01"}
	say := func(w uplink.Wanted) (status int, answer string) {
		t.Helper()
		text, err := uplink.SignWanted(key, w)
		if err != nil {
			t.Fatal(err)
		}
		return s.say("/hall/want", text)
	}
	give := func(w uplink.Wanted) uplink.Given {
		t.Helper()
		status, answer := say(w)
		g, err := uplink.ReadGiven(answer, s.fellows)
		if err != nil {
			t.Fatal(status, answer, err)
		}
		return g
	}
	first := give(w)
	if first.Number != "A001" || first.Key != w.Key || first.Ahead != 0 {
		t.Errorf("%+v", first)
	}
	s.kill()
	s.kill = s.startChild()
	if again := give(w); !reflect.DeepEqual(again, first) {
		t.Errorf("asked again: %+v, not %+v", again, first)
	}
	other := w
	other.Key = rand.Text()
	second := give(other)
	if second.Number != "A002" || second.Ahead != 1 {
		t.Errorf("%+v", second)
	}
	if v := s.console("11"); v.WaitingCount != 2 || len(v.Paper) != 0 {
		t.Errorf("%d wait, papers that did not come out: %+v", v.WaitingCount, v.Paper)
	}
	other.Void = true
	for range 2 {
		if status, answer := say(other); status != http.StatusOK {
			t.Error(status, answer)
		}
	}
	s.act("11", "open", "next")
	if v := s.console("11"); v.WaitingCount != 0 || v.Visit == nil || v.Visit.Ticket != "A001" {
		t.Errorf("after one was taken back: %d wait, %+v is called", v.WaitingCount, v.Visit)
	}
	w.Void = true
	if status, answer := say(w); status != http.StatusOK { // it is called: its holder is there
		t.Error(status, answer)
	}
	if v := s.console("11"); v.Visit == nil || v.Visit.Ticket != "A001" {
		t.Errorf("%+v is called", v.Visit)
	}
	for name, wrong := range map[string]func(w *uplink.Wanted){
		"yesterday's":          func(w *uplink.Wanted) { w.Day-- },
		"another agent's":      func(w *uplink.Wanted) { w.To = "hall-3" },
		"of no letter of ours": func(w *uplink.Wanted) { w.Letter = "C" },
		"of no item":           func(w *uplink.Wanted) { w.Item = "A99" },
	} {
		one := w
		one.Void, one.Key = false, rand.Text()
		wrong(&one)
		if status, answer := say(one); status < 400 {
			t.Errorf("%s is given out: %s", name, answer)
		}
	}
	if status, _ := s.say("/hall/want", "forged.text"); status < 400 {
		t.Error("an unsigned wish is believed")
	}
}

// The wait that somebody is told at one counter is the forecast of that whose letter it is, and stands on every print of the
// paper.
func TestTheWaitThatIsToldGoesWithThePaper(t *testing.T) {
	var move func(time.Duration)
	s := share(t, func(r *rig) func() {
		c := r.writeConfig()
		move = c.at(monday, "09:35")
		r.run(c)
		return r.stop
	})
	defer func() { s.kill() }()
	s.await("the printer", s.ready)
	s.act("11", "open")
	for range 6 {
		s.take("A", "")
		s.act("11", "next", "serve")
		move(10 * time.Minute)
		s.act("11", "finish")
	}
	s.take("A", "")
	here := s.take("A", "")
	if here.Ahead != 1 || here.P50 < 1 || here.P90 < here.P50 {
		t.Fatalf("%+v", here)
	}
	day, err := hall.ParseDay(monday)
	if err != nil {
		t.Fatal(err)
	}
	text, err := uplink.SignWanted(s.n.e.Key().SigningKey(), uplink.Wanted{Agent: "hall-2", To: "hall-1", Key: rand.Text(), Day: day, Letter: "A"})
	if err != nil {
		t.Fatal(err)
	}
	status, answer := s.say("/hall/want", text)
	if there, err := uplink.ReadGiven(answer, s.fellows); err != nil || there.Ahead != 2 || there.P50Mins < here.P50 || there.P90Mins < there.P50Mins {
		t.Errorf("%d: %+v, %v", status, there, err)
	}
	s.act("11", "next")
	move(5 * time.Minute)
	var again desk.Ticket
	if code := s.post("/api/tickets/"+here.ID.String()+"/print", "", &again); code != "" || again.Ahead != 1 || again.P50 != here.P50 || again.P90 != here.P90 {
		t.Errorf("printed again: %q, %+v", code, again)
	}
	papers, err := s.printer.Await(t.Context(), 9)
	if err != nil || len(papers) != 9 {
		t.Fatalf("%d papers, %v", len(papers), err)
	}
	wait := map[bool]string{true: fmt.Sprintf("大约等 %d 到 %d 分", here.P50, here.P90), false: fmt.Sprintf("大约等 %d 分", here.P90)}[here.P50 < here.P90]
	for _, p := range papers[7:] {
		if text := p.Text(); !strings.Contains(text, here.Number) || !strings.Contains(text, "前面 1 人\n"+wait+"\n") {
			t.Errorf("not %q:\n%s", wait, text)
		}
	}
}

// Who booked at one counter is given his number at the kiosk of another, once.
func TestWhoBookedAtAnotherCounterChecksInHere(t *testing.T) {
	var move func(time.Duration)
	s := share(t, func(r *rig) func() {
		c := r.writeConfig()
		move = c.at(monday, "09:35")
		r.run(c)
		return r.stop
	})
	defer func() { s.kill() }()
	var b desk.Booked
	if code := s.post("/api/bookings", `{"item":"A01","situation":"lost","day":"2026-11-30","at":"10:00"}`, &b); code != "" {
		t.Fatal(code)
	}
	day, err := hall.ParseDay(monday)
	if err != nil {
		t.Fatal(err)
	}
	key := s.n.e.Key().SigningKey()
	w := uplink.Wanted{Agent: "hall-2", To: "hall-1", Key: rand.Text(), Day: day, Arrives: b.ID}
	ask := func(w uplink.Wanted) (int, string) {
		t.Helper()
		text, err := uplink.SignWanted(key, w)
		if err != nil {
			t.Fatal(err)
		}
		return s.say("/hall/want", text)
	}
	if status, answer := ask(w); status < 400 || !strings.Contains(answer, "too-early") {
		t.Errorf("25 minutes before: %d %s", status, answer)
	}
	move(10 * time.Minute)
	for range 2 {
		status, answer := ask(w)
		g, err := uplink.ReadGiven(answer, s.fellows)
		if err != nil || g.Number != "A001" || g.Ticket != b.ID || g.Letter != "A" || g.Due.IsZero() {
			t.Errorf("%d, %s: %+v, %v", status, answer, g, err)
		}
	}
	w.Key = rand.Text()
	if status, answer := ask(w); status < 400 || !strings.Contains(answer, "has-arrived") {
		t.Errorf("by another wish: %d %s", status, answer)
	}
	if v := s.console("11"); v.WaitingCount != 1 {
		t.Errorf("%d wait", v.WaitingCount)
	}
}
