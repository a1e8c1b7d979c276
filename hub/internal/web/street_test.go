package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hallpulse/configs"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/notify"
	"hallpulse/hub/internal/private"
	"hallpulse/hub/internal/repair"
	"hallpulse/hub/internal/store"
)

// street is where citizens meet a real hub: its store, its one writer of facts, its vault and its public pages. Counters of
// the city's hall tell what happened there.
type street struct {
	*phones
	store  *store.Store
	intake *intake.Intake
	vault  *private.Vault
	dir    string

	mu     sync.Mutex
	at     time.Time
	erased []string

	epoch  string
	seq    uint64
	chain  uplink.Chain
	serial uint32
	press  uint32
	papers map[hall.ID][]byte // tokens of tickets
}

// newStreet opens a street on Wednesday, 18 November 2026.
func newStreet(t testing.TB, change ...func(*PublicConfig)) *street {
	t.Helper()
	vault, err := private.New(bytes.Repeat([]byte{7}, private.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	s := &street{vault: vault, dir: storeDir(t), at: tenThirtyOne(), epoch: "00000000000000aa", chain: uplink.ChainStart("city-1", "00000000000000aa"), papers: map[hall.ID][]byte{}}
	s.open(t)
	s.phones = newPhones(t, append([]func(*PublicConfig){func(c *PublicConfig) {
		c.Stories, c.Recorder, c.Keys, c.Tickets, c.Links, c.Follow, c.Cases = s.store, s, vault, s.store, s.store, s.store, s.store
		c.Decider, c.Texts, c.Eraser, c.SMS, c.Now = s.intake, s, s, true, s.now
	}}, change...)...)
	s.publish()
	s.tell(hall.AgentStarted{Version: "1", Instance: "00000000000000aa", Hall: "city", Tag: 0x9f2c, Reason: hall.EpochFirst})
	return s
}

func (s *street) open(t testing.TB) {
	var err error
	if s.store, err = store.Open(context.Background(), s.dir); err != nil {
		t.Fatal(err)
	}
	if agents, err := s.store.Agents(context.Background()); err == nil && len(agents) == 0 {
		if _, err = s.store.AddAgent(context.Background(), "city-1", s.at, func(uint32) (store.AgentKey, error) {
			return store.AgentKey{Public: make([]byte, 32), ConfigKey: []byte{1}, From: hall.DayOf(s.at)}, nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	s.intake = intake.New(intake.Options{Store: s.store, Now: s.now, Site: func(uint32) *hall.Catalogue { return cityHall() }})
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.intake.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := errors.Join(<-ended, s.store.Close()); err != nil {
			t.Error(err)
		}
	})
}

func (s *street) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

// pass lets time pass.
func (s *street) pass(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = s.at.Add(d)
}

// publish makes the law: ours, and the calendar of 2026.
func (s *street) publish() {
	s.t.Helper()
	data, err := fs.ReadFile(configs.FS(), "calendar/2026.json")
	var year hall.CalendarYear
	if err = errors.Join(err, json.Unmarshal(data, &year)); err != nil {
		s.t.Fatal(err)
	}
	s.decide(intake.Keys{}, func(k intake.Known) ([]hall.Fact, error) {
		facts, err := k.Law().Adopt(hall.DefaultPolicy(), 0, "sha", hall.DayOf(k.Now()), hall.Person{})
		more, bad := k.Law().Publish(year, "sha", hall.DayOf(k.Now()), hall.Person{})
		return append(facts, more...), errors.Join(err, bad)
	})
}

func (s *street) decide(keys intake.Keys, do intake.Decide, boxes ...intake.Box) {
	s.t.Helper()
	if err := s.intake.Decide(context.Background(), keys, do, boxes...); err != nil {
		s.t.Fatal(err)
	}
}

// Record implements Recorder as the hub's door does.
func (s *street) Record(ctx context.Context, f hall.Fact, text private.Text) error {
	given, ok := f.(hall.RatingGiven)
	if !ok || text.IsZero() {
		return s.intake.Record(ctx, []hall.Fact{f})
	}
	sealed, box, err := s.Seal(text)
	if err != nil {
		return err
	}
	given.Ref, given.RefSHA = sealed.Ref, sealed.SHA
	return s.intake.Record(ctx, []hall.Fact{given}, box)
}

// Seal implements Texts.
func (s *street) Seal(t private.Text) (hall.Sealed, intake.Box, error) {
	s.mu.Lock()
	s.serial++
	ref := fmt.Sprintf("ref-%d", s.serial)
	s.mu.Unlock()
	f, sha, err := s.vault.File(ref, t, private.Label{})
	return hall.Sealed{Ref: ref, SHA: sha}, intake.Box{Ref: ref, Salt: f.Salt, Sealed: f.Sealed, Label: f.Label}, err
}

func (s *street) SealBytes([]byte) (hall.Sealed, intake.Box, error) {
	return hall.Sealed{}, intake.Box{}, errBroken
}

func (s *street) Text(ctx context.Context, ref string) (private.Text, bool, error) {
	box, err := s.store.Box(ctx, ref)
	if err != nil {
		return private.Text{}, false, nil
	}
	t, err := s.vault.Open(private.Box{Ref: ref, Salt: box.Salt, Sealed: box.Sealed})
	return t, err == nil, err
}

func (s *street) Bytes(context.Context, string) ([]byte, bool, error) { return nil, false, errBroken }

// Erase implements Eraser.
func (s *street) Erase(ctx context.Context, about string, by hall.Person, refs ...string) error {
	s.mu.Lock()
	s.erased = append(s.erased, refs...)
	s.mu.Unlock()
	return s.intake.Decide(ctx, intake.Keys{}, func(intake.Known) ([]hall.Fact, error) {
		return private.Erasures(about, by, hall.EraseRequest, refs...), nil
	})
}

// tell lets the counter's agent tell facts, and waits until they are stored.
func (s *street) tell(facts ...hall.Fact) {
	s.t.Helper()
	now := s.now()
	synced := hall.Clock{State: hall.ClockSynced, Since: now}
	b := uplink.Batch{Header: uplink.Header{Instance: "00000000000000aa", Epoch: s.epoch, First: s.seq + 1, Prev: s.chain, Sent: uplink.Sent{At: now, Clock: synced, Start: 1, UpMS: 1}}}
	for _, f := range facts {
		e, err := uplink.NewEvent(hall.Moment{At: now, Clock: synced, Start: 1, Up: time.Duration(s.seq) * time.Millisecond}, f)
		if err != nil {
			s.t.Fatal(err)
		}
		s.seq++
		e.Seq = s.seq
		data, err := e.Encode()
		if err != nil {
			s.t.Fatal(err)
		}
		s.chain = s.chain.Next(data)
		b.Events = append(b.Events, data)
	}
	data, err := b.Encode()
	if err != nil {
		s.t.Fatal(err)
	}
	done := make(chan uplink.Receipt, 1)
	if err := s.intake.Take(intake.Agent{Number: 1, Name: "city-1"}, data, now, func(r uplink.Receipt) { done <- r }); err != nil {
		s.t.Fatal(err)
	}
	if r := <-done; len(r.Verdicts) > 0 {
		s.t.Fatalf("not read: %+v", r.Verdicts)
	}
}

func (s *street) id() hall.ID {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serial++
	return hall.ID{Agent: 1, Tag: 0x9f2c, Serial: s.serial}
}

// takes gives a citizen a ticket on paper, which the hub hears of.
func (s *street) takes(number string) hall.ID {
	s.t.Helper()
	ticket, day := s.id(), hall.DayOf(s.now())
	paper := uplink.Token{Kind: uplink.TokenTicket, Ticket: ticket, Day: day}.Sign(secret(1).SigningKey())
	s.papers[ticket] = paper
	s.tell(hall.TicketIssued{Ticket: ticket, Number: number, Letter: number[:1], Day: day, Item: "id-card", CodeSHA: uplink.CodeSHA("city", number, day, uplink.Code(paper))})
	return ticket
}

// served tells a whole visit of a ticket at window 12; levels are presses.
func (s *street) served(ticket hall.ID, levels ...hall.Level) (visit hall.ID) {
	s.t.Helper()
	visit = s.id()
	facts := []hall.Fact{hall.TicketCalled{Ticket: ticket, Window: "12"}, hall.VisitOpened{Visit: visit, Ticket: ticket, Window: "12", Staff: "0317", Unit: "police", Item: "id-card"},
		hall.VisitServed{Visit: visit}}
	for _, l := range levels {
		s.press++
		p := hall.Press{UID: 0xfeed, Boot: 7, Seq: s.press, Level: l, AgeMS: 100}
		facts = append(facts, hall.RatingGiven{Ticket: ticket, Visit: visit, Window: "12", Level: l, Channel: hall.ChannelPad, Press: &p, ReasonMissing: l.IsBad()})
	}
	s.tell(append(facts, hall.VisitFinished{Visit: visit, Staff: "0317", Outcome: hall.OutcomeFinished}, hall.TicketFinished{Ticket: ticket, Window: "12"})...)
	return visit
}

// scan is the address in a ticket's QR code, code what stands under it.
func (s *street) scan(ticket hall.ID) string { return "/r/" + uplink.TokenText(s.papers[ticket]) }
func (s *street) code(ticket hall.ID) string { return uplink.Code(s.papers[ticket]) }

// typedForm is the form for what is printed on a ticket.
func (s *street) typedForm(number, code string) []string {
	return []string{"hall", "city", "number", number, "day", hall.DayOf(s.now()).String(), "code", code}
}

// enters types what is printed on a ticket, and returns the address behind it.
func (s *street) enters(ticket hall.ID, number string) string {
	s.t.Helper()
	w := s.post("/r", s.typedForm(number, s.code(ticket))...)
	if w.Code != http.StatusSeeOther {
		s.t.Fatalf("the code was answered with %d:\n%s", w.Code, w.Body)
	}
	return w.Header().Get("Location")
}

// reminded sends the message of an id as the sender does, and returns the address in it.
func (s *street) reminded(kind hall.MessageKind, of hall.ID) (id, address string) {
	s.t.Helper()
	id = notify.ID(kind, of.String(), 1)
	token := s.vault.Token("message", id)
	s.decide(intake.Keys{Messages: []string{id}}, func(k intake.Known) ([]hall.Fact, error) {
		m, ok := k.Message(id)
		if !ok {
			s.t.Fatalf("no message %s", id)
		}
		return m.Begin(m.Due, notify.Law{}, notify.LinkSHA(token))
	})
	return id, notify.LinkPath + token
}

// visit returns a visit as it is stored.
func (s *street) visitOf(id hall.ID) intake.Visit {
	s.t.Helper()
	v, _, err := s.store.Visit(context.Background(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return v
}

func (s *street) repairOf(id hall.ID) repair.Repair {
	s.t.Helper()
	r, _, err := s.store.Repair(context.Background(), id.String())
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

// acts lets somebody act on the repair of a visit.
func (s *street) acts(visit hall.ID, by hall.Person, do func(r repair.Repair, h repair.Hand, k intake.Known, text hall.Sealed) ([]hall.Fact, error), words string) {
	s.t.Helper()
	text, box, err := s.Seal(private.Text{Words: words})
	if err != nil {
		s.t.Fatal(err)
	}
	s.decide(intake.Keys{Visits: []hall.ID{visit}}, func(k intake.Known) ([]hall.Fact, error) {
		r, _ := k.Repair(visit.String())
		return do(r, repair.Hand{By: by, Seen: r.Version, Now: k.Now()}, k, text)
	}, box)
}

// The people who work on a repair.
var (
	handlerTang = hall.Person{Account: "tang", Role: "handler", Unit: "police"}
	callerFang  = hall.Person{Account: "fang", Role: "caller", Unit: "police"}
	centreLi    = hall.Person{Account: "li", Role: "centre"}
)

// signed brings the repair of a visit to the unit, which signs for it.
func (s *street) signed(visit hall.ID) {
	s.t.Helper()
	s.acts(visit, centreLi, func(r repair.Repair, h repair.Hand, k intake.Known, _ hall.Sealed) ([]hall.Fact, error) {
		return r.Assign("police", "", hall.Sealed{}, h, k.Law())
	}, "")
	s.acts(visit, handlerTang, func(r repair.Repair, h repair.Hand, _ intake.Known, _ hall.Sealed) ([]hall.Fact, error) {
		return r.Sign(h)
	}, "")
}

// answers lets the unit answer.
func (s *street) answers(visit hall.ID, words string) {
	s.t.Helper()
	s.acts(visit, handlerTang, func(r repair.Repair, h repair.Hand, k intake.Known, text hall.Sealed) ([]hall.Fact, error) {
		return r.Answer(hall.ResultUnfounded, hall.Sealed{}, text, h, k.Law())
	}, words)
}

// check demands that the database is what it says.
func (s *street) check() {
	s.t.Helper()
	r, err := s.store.Check(context.Background())
	if err != nil {
		s.t.Fatal(err)
	}
	if len(r.Faults) > 0 {
		s.t.Errorf("faults: %q", r.Faults)
	}
}

// bareOf is what a page says, without its style.
func bareOf(w *httptest.ResponseRecorder) string {
	_, page, _ := strings.Cut(w.Body.String(), "</style>")
	return page
}

// sends fills the one form of a page that has a value of do, as a browser without script does, and sends it.
func (s *street) sends(path, do string, fields ...string) *httptest.ResponseRecorder {
	s.t.Helper()
	page := bareOf(s.get(path))
	for _, form := range regexp.MustCompile(`(?s)<form[^>]*method="post"[^>]*>.*?</form>`).FindAllString(page, -1) {
		if !strings.Contains(form, `name="do" value="`+do+`"`) {
			continue
		}
		all := fields
		for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`).FindAllStringSubmatch(form, -1) {
			if !slices.Contains(fields, m[1]) {
				all = append(all, m[1], m[2])
			}
		}
		return s.post(path, all...)
	}
	s.t.Fatalf("no form to %s at %s:\n%s", do, path, page)
	return nil
}

// with adds to an address what it asks for.
func with(path string, pairs ...string) string {
	u, err := url.Parse(path)
	if err != nil {
		panic(err)
	}
	q := u.Query()
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// callsBack records that the citizen was reached.
func callsBack(r repair.Repair, h repair.Hand, _ intake.Known, said hall.Sealed) ([]hall.Fact, error) {
	return r.Call(true, said, h)
}

func jsonOf(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(data)
}

func mustURL(s string) *url.URL {
	u, err := url.Parse(s)
	if err != nil {
		panic(err)
	}
	return u
}
