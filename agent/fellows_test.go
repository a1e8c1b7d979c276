package agent

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"hallpulse/agent/internal/desk"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/simulator"
	"hallpulse/firmware-protocol/uplink"
)

// neighbour is the other agent of the hall as this one meets it: at its address, with its key. It is away until it is opened.
type neighbour struct {
	e      uplink.Enrolment
	server *httptest.Server

	mu    sync.Mutex
	open  bool
	moved []string // signed
	boxes []string // of moved
	heard []string
	shown string // last
	asked []string
	gives func(path, text string) (status int, answer string)
}

func newNeighbour(t *testing.T) *neighbour {
	t.Helper()
	n := new(neighbour)
	n.e, _ = enrolmentOf(t, "hall-2", 4)
	n.server = httptest.NewServer(n)
	t.Cleanup(n.server.Close)
	return n
}

func (n *neighbour) address() string { return strings.TrimPrefix(n.server.URL, "http://") }

func (n *neighbour) fellow() uplink.Fellow { return fellowOf(n.e, n.address()) }

func fellowOf(e uplink.Enrolment, address string) uplink.Fellow {
	key := e.Key().SigningKey()[32:]
	return uplink.Fellow{Name: e.Name, Number: e.Number, Keys: []string{base64.RawURLEncoding.EncodeToString(key)}, Address: address}
}

func (n *neighbour) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n.mu.Lock()
	defer n.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil || !n.open {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	switch r.URL.Path {
	case "/hall/heard":
		n.heard = append(n.heard, string(body))
	case "/hall/display":
		n.shown = string(body)
	case "/hall/want", "/hall/holder":
		n.asked = append(n.asked, string(body))
		status, answer := n.gives(r.URL.Path, string(body))
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer) // the asker is gone: it asks again
	default:
		n.moved, n.boxes = append(n.moved, string(body)), append(n.boxes, r.Header.Get(desk.BoxHeader))
	}
}

// got is what was brought so far.
func (n *neighbour) got() (moved, heard []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.moved, n.heard
}

// sees is what it was told last of the displays of the agent.
func (n *neighbour) sees(fellows []uplink.Fellow) uplink.Shown {
	n.mu.Lock()
	defer n.mu.Unlock()
	v, _ := uplink.ReadShown(n.shown, fellows)
	return v
}

func (n *neighbour) set(open bool) {
	n.mu.Lock()
	n.open = open
	n.mu.Unlock()
}

// say posts a signed text to the agent, as the other agent of its hall does, with the box that it names or none.
func (r *rig) say(path, text string, box ...string) (int, string) {
	r.t.Helper()
	req, err := http.NewRequest(http.MethodPost, "http://"+r.listen+path, strings.NewReader(text))
	if err != nil {
		r.t.Fatal(err)
	}
	for _, b := range box {
		req.Header.Set(desk.BoxHeader, b)
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

// shared is a rig whose hall has another agent: this one has the letters A and B, hall-2 the others.
type shared struct {
	*rig
	e       uplink.Enrolment
	h       *tableHub
	n       *neighbour
	fellows []uplink.Fellow
	kill    func()
	printer *simulator.Printer
}

func newShared(t *testing.T) *shared {
	t.Helper()
	return share(t, (*rig).startChild)
}

func share(t *testing.T, start func(r *rig) (end func())) *shared {
	t.Helper()
	s := &shared{h: newTableHub(t), rig: newRig(t), n: newNeighbour(t)}
	s.printer = s.rig.printer()
	e := s.enrol(s.h.addr)
	s.e = e
	s.kill = start(s.rig)
	s.await("the hub", func() bool { return s.console("11").Hub.Up })
	all := published(t, 1, func(c *hall.Catalogue) {
		c.Agents = []hall.HallAgent{{Name: "hall-1", Services: []string{"A", "B"}}, {Name: "hall-2", Services: []string{"C", "D", "E"}}}
	})
	s.fellows = []uplink.Fellow{fellowOf(e, s.listen), s.n.fellow()}
	s.h.say(uplink.LeafConfig, uplink.Config{V: uplink.Version, Version: 1, PublicURL: "https://pj.example", BoxKey: e.BoxKey, Catalogue: all, Fellows: s.fellows})
	s.await("the catalogue", func() bool { return len(heard[hall.CatalogueApplied](s.h)) == 1 })
	return s
}

// Design §3a: a ticket goes to another agent of the hall and comes back, over the hall's network or by the hub; whoever is killed
// on the way, it waits at one of them, once.
func TestATicketGoesToAnotherAgentAndBack(t *testing.T) {
	s := newShared(t)
	h, r, n, fellows, kill := s.h, s.rig, s.n, s.fellows, s.kill
	a := r.take("A", "")
	r.act("11", "open", "next", "serve")
	if code := r.post("/api/windows/11/transfer", `{"to":{"letter":"C"}}`, nil); code != "" {
		t.Fatal(code)
	}
	kill() // nobody has heard of it
	n.set(true)
	kill = r.startChild()
	r.await("the ticket at the other agent", func() bool { moved, _ := n.got(); return len(moved) > 0 })
	moved, _ := n.got()
	m, err := uplink.ReadMove(moved[0], fellows)
	if err != nil || m.Ticket != a.ID || m.Hop != 1 || m.To != "hall-2" {
		t.Fatalf("%+v, %v", m, err)
	}
	r.await("the word of it for the hub", func() bool {
		all := heard[hall.TicketTransferred](h)
		if len(all) != 1 {
			return false
		}
		v, err := uplink.ReadMove(all[0].Move, fellows)
		return err == nil && v.Ticket == a.ID
	})
	if status, _ := r.say("/hall/heard", "forged.text"); status < 400 {
		t.Error("an unsigned word is believed")
	}
	key := n.e.Key().SigningKey()
	word, err := uplink.SignHeard(key, uplink.Heard{Ticket: a.ID, Hop: 1, Agent: "hall-2"})
	if err != nil {
		t.Fatal(err)
	}
	if status, text := r.say("/hall/heard", word); status != http.StatusOK {
		t.Fatal(status, text)
	}

	back := m
	back.Hop, back.From, back.To, back.Letter = 2, "hall-2", "hall-1", "A"
	text, err := uplink.SignMove(key, back)
	if err != nil {
		t.Fatal(err)
	}
	h.command("admit-1", hall.CommandAdmit, hall.Order{Move: text}) // the hub is first
	r.await("the answer to the hub", func() bool { return len(heard[hall.CommandDone](h)) == 1 })
	for range 2 {
		status, answer := r.say("/hall/move", text)
		said, err := uplink.ReadHeard(answer, fellows)
		if status != http.StatusOK || err != nil || said.Hop != 2 || said.Ticket != a.ID {
			t.Fatal(status, answer, err)
		}
	}
	kill()
	kill = r.startChild()
	if c := r.console("11"); c.WaitingCount != 1 || c.Next == nil || c.Next.ID != a.ID {
		t.Errorf("it waits %d times", c.WaitingCount)
	}
	if all := heard[hall.TicketAdmitted](h); len(all) != 1 || all[0].Road != hall.RoadHub {
		t.Errorf("%+v", all)
	}
	kill()
}

// A ticket that another agent gave out is served and rated here like any other: whoever has its paper finds the digits of its
// visit on the window's screen, though this agent cannot sign its code.
func TestATicketOfAnotherAgentIsRatedHere(t *testing.T) {
	s := newShared(t)
	defer func() { s.kill() }()
	own := s.take("A", "")
	s.act("11", "open", "next", "serve")
	day := hall.DayOf(time.Now())
	id := hall.ID{Agent: s.n.e.Number, Serial: 7}
	token := uplink.Token{Kind: uplink.TokenTicket, Ticket: id, Day: day}.Sign(s.n.e.Key().SigningKey())
	code := uplink.Code(token)
	theirs := hall.Move{
		Ticket: id, Hop: 1, From: "hall-2", To: "hall-1", At: time.Now(), Number: "C001", Day: day, Issued: time.Now(), Letter: "A", Window: "11",
		CodeSHA: uplink.CodeSHA(s.console("11").Hall.ID, "C001", day, code),
	}
	text, err := uplink.SignMove(s.n.e.Key().SigningKey(), theirs)
	if err != nil {
		t.Fatal(err)
	}
	if status, answer := s.say("/hall/move", text); status != http.StatusOK {
		t.Fatal(status, answer)
	}
	digits := []string{s.console("11").Digits}
	s.act("11", "finish", "next", "serve")
	digits = append(digits, s.console("11").Digits)
	s.await("both visits at the hub", func() bool { return len(heard[hall.VisitOpened](s.h)) == 2 })
	shas := []string{heard[hall.TicketIssued](s.h)[0].CodeSHA, theirs.CodeSHA}
	for i, v := range heard[hall.VisitOpened](s.h) {
		if v.Ticket != []hall.ID{own.ID, id}[i] || shas[i] == "" || digits[i] != uplink.Digits(shas[i], v.Visit) {
			t.Errorf("%+v has the digits %q", v, digits[i])
		}
	}
}

// A ticket that was passed on comes back with its holder, or another agent's is brought, and nothing has announced it: he is shown
// in at the console, where need be with the number on it, and waits there, once.
func TestATicketComesUnannounced(t *testing.T) {
	s := newShared(t)
	defer func() { s.kill() }()
	a := s.take("A", "")
	var shown desk.Presented
	show := func(token, number string) string {
		shown = desk.Presented{}
		return s.post("/api/presented/11", `{"token":"`+token+`","number":"`+number+`"}`, &shown)
	}
	s.act("11", "open")
	if code := show(a.URL, ""); code != "" || shown != (desk.Presented{ID: a.ID, Number: a.Number, Waits: true}) {
		t.Errorf("one that waits here: %q, %+v", code, shown)
	}
	s.act("11", "next", "serve")
	if code := show(a.URL, ""); code != "" || shown.Waits {
		t.Errorf("one that is served here: %q, %+v", code, shown)
	}
	if code := s.post("/api/windows/11/transfer", `{"to":{"letter":"C"}}`, nil); code != "" {
		t.Fatal(code)
	}
	if all := s.console("11").Leaving; len(all) != 1 || all[0].Ticket != a.Number || len(all[0].Windows) == 0 {
		t.Errorf("on its way: %+v", all)
	}
	if code := show(altered(a.URL), a.Number); code != "not-of-this-hall" {
		t.Errorf("one that nobody signed: %q", code)
	}
	for range 2 {
		if code := show(a.URL, ""); code != "" || !shown.Waits {
			t.Fatal(code, shown)
		}
	}
	if c := s.console("11"); c.WaitingCount != 1 || c.Next == nil || c.Next.ID != a.ID || len(c.Leaving) != 0 {
		t.Errorf("it waits %d times, on its way: %+v", c.WaitingCount, c.Leaving)
	}

	id := hall.ID{Agent: s.n.e.Number, Serial: 7}
	signed := uplink.Token{Kind: uplink.TokenTicket, Ticket: id, Day: hall.DayOf(time.Now())}.Sign(s.n.e.Key().SigningKey())
	theirs := base64.RawURLEncoding.EncodeToString(signed)
	for _, c := range []struct{ number, want string }{{"", "needs-number"}, {"17", "no-such-ticket"}, {" c017", ""}, {"", ""}} {
		if code := show(theirs, c.number); code != c.want {
			t.Errorf("another agent's, shown with %q: %q, want %q", c.number, code, c.want)
		}
	}
	if c := s.console("11"); c.WaitingCount != 2 || shown != (desk.Presented{ID: id, Number: "C017", Waits: true}) {
		t.Errorf("%d wait, %+v", c.WaitingCount, shown)
	}
	s.await("the words of both at the hub", func() bool { return len(heard[hall.TicketAdmitted](s.h)) > 1 })
	if all := heard[hall.TicketAdmitted](s.h); len(all) != 2 || all[0].Road != hall.RoadSlip {
		t.Errorf("%+v", all)
	}
}
