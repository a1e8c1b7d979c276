package hub

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/board"
	"hallpulse/hub/internal/notify"
	"hallpulse/hub/internal/notify/gateway"
	"hallpulse/hub/internal/private"
)

// mailroom is a store of messages that outlives the hubs of a test, and the table of boxes beside it.
type mailroom struct {
	mu    sync.Mutex
	rows  map[string][]byte // messages, as JSON
	boxes map[string]private.Filed
	deeds []hall.Fact
	now   func() time.Time
	fail  error
}

func newMailroom(now func() time.Time) *mailroom {
	return &mailroom{rows: map[string][]byte{}, boxes: map[string]private.Filed{}, now: now}
}

func (s *mailroom) read(id string) (m notify.Message) {
	if row, ok := s.rows[id]; ok {
		if err := json.Unmarshal(row, &m); err != nil {
			panic(err)
		}
	}
	return m
}

func (s *mailroom) all() []notify.Message {
	var all []notify.Message
	for _, id := range slices.Sorted(maps.Keys(s.rows)) {
		all = append(all, s.read(id))
	}
	return all
}

func (s *mailroom) Due(_ context.Context, now time.Time, n int) ([]notify.Message, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var due []notify.Message
	for _, m := range s.all() {
		if at := m.DueAt(); !at.IsZero() && !at.After(now) {
			due = append(due, m)
		}
	}
	slices.SortFunc(due, func(a, b notify.Message) int { return cmp.Or(a.Due.Compare(b.Due), strings.Compare(a.ID, b.ID)) })
	return due[:min(n, len(due))], s.fail
}

func (s *mailroom) Do(_ context.Context, id string, decide func(notify.Message) ([]hall.Fact, error), boxes ...private.Filed) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return s.fail
	}
	m := s.read(id)
	if m.Version == 0 && !strings.HasPrefix(id, "new ") {
		return notify.Refusal{Code: notify.NoSuch}
	}
	facts, err := decide(m)
	if err != nil {
		return err
	}
	for _, f := range facts {
		m = m.Apply(f, s.now(), int64(len(s.deeds)))
		s.deeds = append(s.deeds, f)
		for _, b := range boxes {
			if t, ok := f.(hall.Texts); ok && slices.ContainsFunc(t.Sealed(), func(w hall.Sealed) bool { return w.Ref == b.Ref }) {
				s.boxes[b.Ref] = b
			}
		}
	}
	if len(facts) == 0 {
		return nil
	}
	if s.rows[m.ID], err = json.Marshal(m); err != nil {
		panic(err)
	}
	return nil
}

func (s *mailroom) LastAsked(_ context.Context, marks []string) (last notify.Message, ok bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.all() {
		if b, known := s.boxes[m.To.Ref]; known && slices.Contains(marks, b.Mark) && m.Kind.AsksRating() && m.Asked.After(last.Asked) {
			last, ok = m, true
		}
	}
	return last, ok, s.fail
}

func (s *mailroom) box(_ context.Context, ref string) (private.Box, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, ok := s.boxes[ref]
	return b.Box, ok, nil
}

// post is a hub's sender on a mailroom, at a time that the test sets.
type post struct {
	*sender
	letterbox *letterbox
	room      *mailroom
	clock     *time.Time
	ills      []bool
	rated     []string
}

func newPost(t *testing.T) *post {
	t.Helper()
	at := time.Date(2026, 11, 23, 10, 0, 0, 0, hall.Beijing())
	p := &post{clock: &at}
	now := func() time.Time { return *p.clock }
	p.room = newMailroom(now)
	vault, err := private.New(newVaultKey())
	if err != nil {
		t.Fatal(err)
	}
	texts, err := notify.ReadTexts(os.DirFS("../web-kiosk/src/shared"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := ReadConfig(write(t, "hub.yaml", goodHub+"public_url: https://pj.example\n", "hall.yaml", goodHall))
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	p.sender = &sender{messages: p.room, box: p.room.box, vault: vault, law: notify.Law{Quiet: c.SMS.Quiet.quiet()}, text: c.say(texts, c.boardHalls), now: now,
		ill: func(ill bool) { p.ills = append(p.ills, ill) }, log: log}
	p.letterbox = &letterbox{messages: p.room, vault: vault, now: now, log: log,
		rate: func(_ context.Context, m notify.Message, l hall.Level, answer string, _ time.Time) error {
			if line := fmt.Sprint(m.Of, " ", l, " ", answer); !slices.Contains(p.rated, line) {
				p.rated = append(p.rated, line)
			}
			return nil
		}}
	return p
}

// by makes the post send by a provider.
func (p *post) by(carrier provider) *post {
	p.provider, p.law.Idempotent = carrier, carrier.Idempotent()
	return p
}

// queue puts a reminder of the n-th visit into the mailroom.
func (p *post) queue(t *testing.T, n int, phone string) string {
	t.Helper()
	box, sha, err := p.vault.File(fmt.Sprint("ref-", n), private.Text{Phone: phone}, private.Label{Kind: private.KindContact})
	if err != nil {
		t.Fatal(err)
	}
	o := notify.Order{Kind: hall.MessageRateReminder, Of: fmt.Sprint("3-9f2c-", n), N: 1, To: hall.Sealed{Ref: box.Ref, SHA: sha}, Lang: "zh",
		Params:  hall.MessageParams{Hall: "h1", Window: "12", Day: hall.DayOf(*p.clock)},
		Expires: p.clock.Add(7 * 24 * time.Hour)}
	p.room.boxes[box.Ref] = box
	if err := p.room.Do(t.Context(), "new "+o.ID(), func(m notify.Message) ([]hall.Fact, error) {
		return notify.Queue(m, o, hall.Person{}, *p.clock), nil
	}); err != nil {
		t.Fatal(err)
	}
	return o.ID()
}

// after lets time pass and sends what is due then.
func (p *post) after(t *testing.T, d time.Duration) {
	t.Helper()
	*p.clock = p.clock.Add(d)
	if err := p.round(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (p *post) stands(t *testing.T, id string, want notify.State) notify.Message {
	t.Helper()
	m := p.room.read(id)
	if m.State != want {
		t.Fatalf("%s is %s (%s), want %s", id, m.State, m.Why, want)
	}
	return m
}

// carrier is a provider with a phone behind it: what it takes it sends, and counts.
type carrier struct {
	*httptest.Server
	mu     sync.Mutex
	asked  int
	sent   map[string]int // by phone and text
	answer func(n int, w http.ResponseWriter) (takes bool)
	known  map[string]bool // takes an id once; nil: it does not look
}

func newCarrier(t *testing.T, answer func(n int, w http.ResponseWriter) bool) *carrier {
	t.Helper()
	c := &carrier{sent: map[string]int{}, answer: answer}
	c.Server = httptest.NewServer(c)
	t.Cleanup(c.Close)
	return c
}

func (c *carrier) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct{ ID, To, Text string }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked++
	if c.known[in.ID] {
		w.WriteHeader(http.StatusConflict)
		return
	}
	if c.answer(c.asked, w) {
		c.sent[in.To+" "+in.Text]++
		if c.known != nil {
			c.known[in.ID] = true
		}
	}
}

func (c *carrier) webhook(once bool) *gateway.Webhook {
	return &gateway.Webhook{URL: c.URL, Secret: []byte("0123456789abcdef"), Once: once, Timeout: 2 * time.Second, Now: time.Now}
}

// never proves that no phone rang twice for one message, and returns how many rang.
func (c *carrier) never(t *testing.T) int {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	for text, n := range c.sent {
		if n != 1 {
			t.Errorf("sent %d times: %s", n, text)
		}
	}
	return len(c.sent)
}

// boardHalls are the halls as their files say.
func (c Config) boardHalls() []board.Hall {
	var halls []board.Hall
	for _, h := range c.Halls {
		halls = append(halls, board.Hall{Agent: h.Agent, Catalogue: h.catalogue, SHA: h.sha})
	}
	return halls
}
