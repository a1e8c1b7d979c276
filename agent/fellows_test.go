package agent

import (
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// neighbour is the other agent of the hall as this one meets it: at its address, with its key. It is away until it is opened.
type neighbour struct {
	e      uplink.Enrolment
	server *httptest.Server

	mu    sync.Mutex
	open  bool
	moved []string // signed
	heard []string
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
	if r.URL.Path == "/hall/heard" {
		n.heard = append(n.heard, string(body))
		return
	}
	n.moved = append(n.moved, string(body))
}

// got is what was brought so far.
func (n *neighbour) got() (moved, heard []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.moved, n.heard
}

func (n *neighbour) set(open bool) {
	n.mu.Lock()
	n.open = open
	n.mu.Unlock()
}

// say posts a signed text to the agent, as the other agent of its hall does.
func (r *rig) say(path, text string) (int, string) {
	r.t.Helper()
	answer, err := http.Post("http://"+r.listen+path, "text/plain", strings.NewReader(text))
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

// Design §3a: a ticket goes to another agent of the hall and comes back, over the hall's network or by the hub; whoever is killed
// on the way, it waits at one of them, once.
func TestATicketGoesToAnotherAgentAndBack(t *testing.T) {
	h, r, n := newTableHub(t), newRig(t), newNeighbour(t)
	e := r.enrol(h.addr)
	kill := r.startChild()
	r.await("the hub", func() bool { return r.console("11").Hub.Up })
	shared := published(t, 1, func(c *hall.Catalogue) {
		c.Agents = []hall.HallAgent{{Name: "hall-1", Services: []string{"A", "B"}}, {Name: "hall-2", Services: []string{"C", "D", "E"}}}
	})
	fellows := []uplink.Fellow{fellowOf(e, r.listen), n.fellow()}
	h.say(uplink.LeafConfig, uplink.Config{V: uplink.Version, Version: 1, PublicURL: "https://pj.example", BoxKey: "k", Catalogue: shared, Fellows: fellows})
	r.await("the catalogue", func() bool { return len(heard[hall.CatalogueApplied](h)) == 1 })
	if code := r.post("/api/tickets", `{"letter":"C"}`, nil); code != "other-agent" {
		t.Errorf("a ticket of another agent's letter: %q", code)
	}
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
