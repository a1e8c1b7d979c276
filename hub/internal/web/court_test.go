package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"hallpulse/configs"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/private"
	"hallpulse/hub/internal/rating"
	"hallpulse/hub/internal/store"
)

// court is a running office before a real store: what people decide there is recorded, and what counters tell is counted.
type court struct {
	*desks
	store   *store.Store
	intake  *intake.Intake
	agents  []*counterTold
	refused *LostRefused // what DeclareLost answers
	texts   map[string]private.Text
	pages   map[string]*desks // of who is signed in
}

// the days of these tests: Wednesday 18 November 2026, and the moment at which their people look.
func courtNow() time.Time { return time.Date(2026, 11, 18, 10, 31, 0, 0, hall.Beijing()) }

// newCourt opens an office in whose store the years 2025 and 2026 are published and our pack is adopted.
func newCourt(t *testing.T, change ...func(*OfficeConfig)) *court {
	t.Helper()
	s, err := store.Open(t.Context(), storeDir(t))
	if err != nil {
		t.Fatal(err)
	}
	c := &court{store: s, texts: map[string]private.Text{}, pages: map[string]*desks{}}
	c.desks = newDesks(t, func(o *OfficeConfig) {
		o.Reasons = reasons(t)
		o.Matters = Matters{Decider: c, Texts: c, Law: s, Repairs: s, Around: s, Cases: s, Concerns: s, Inspections: s, Messages: s, Ratings: s, Tallies: s, Audit: s, Agents: c, Packs: shippedPacks{}, Waits: s, Courses: s}
		for _, f := range change {
			f(o)
		}
	})
	c.set(courtNow())
	c.intake = intake.New(intake.Options{Store: s, Now: c.clock})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- c.intake.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := errors.Join(<-done, s.Close()); err != nil {
			t.Error(err)
		}
	})
	c.decide(func(k intake.Known) ([]hall.Fact, error) {
		facts, err := k.Law().Adopt(hall.DefaultPolicy(), 0, "sha-ours", hall.DayOf(courtNow()), hall.Person{})
		for _, name := range []string{"2025", "2026"} {
			data, bad := fs.ReadFile(configs.FS(), "calendar/"+name+".json")
			var year hall.CalendarYear
			if err = errors.Join(err, bad, json.Unmarshal(data, &year)); err != nil {
				return nil, err
			}
			more, bad := k.Law().Publish(year, "sha-"+name, hall.DayOf(courtNow()), hall.Person{})
			facts, err = append(facts, more...), errors.Join(err, bad)
		}
		return facts, err
	})
	return c
}

func (c *court) decide(do intake.Decide) {
	c.t.Helper()
	if err := c.intake.Decide(c.t.Context(), intake.Keys{}, do); err != nil {
		c.t.Fatal(err)
	}
}

// record records facts, as the doors for citizens and the other rooms do.
func (c *court) record(facts ...hall.Fact) {
	c.t.Helper()
	if err := c.intake.Record(c.t.Context(), facts); err != nil {
		c.t.Fatal(err)
	}
}

// set sets the clock of the office.
func (c *court) set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
}

// Decide implements Decider.
func (c *court) Decide(ctx context.Context, keys intake.Keys, do intake.Decide, boxes ...intake.Box) error {
	return c.intake.Decide(ctx, keys, do, boxes...)
}

// Texts of the court lie open.
func (c *court) Seal(t private.Text) (hall.Sealed, intake.Box, error) {
	ref := fmt.Sprint("ref-", len(c.texts))
	c.texts[ref] = t
	return hall.Sealed{Ref: ref, SHA: "00"}, intake.Box{Ref: ref}, nil
}

func (c *court) SealBytes([]byte) (hall.Sealed, intake.Box, error) {
	return hall.Sealed{}, intake.Box{}, errBroken
}

func (c *court) Text(_ context.Context, ref string) (private.Text, bool, error) {
	t, ok := c.texts[ref]
	return t, ok, nil
}

func (c *court) Bytes(context.Context, string) ([]byte, bool, error) { return nil, false, nil }

// Agents implements Agents.
func (c *court) Agents(context.Context) ([]Agent, error) {
	var all []Agent
	for _, a := range c.agents {
		all = append(all, a.seen)
	}
	return all, nil
}

func (c *court) DeclareLost(ctx context.Context, number uint32, by hall.Person) error {
	if c.refused != nil {
		return c.refused
	}
	return c.intake.Decide(ctx, intake.Keys{States: []uint32{number}}, func(intake.Known) ([]hall.Fact, error) {
		return []hall.Fact{hall.AgentLost{Act: hall.Act{About: c.agents[number-1].seen.Name, By: by}, Agent: number}}, nil
	})
}

// shippedPacks are ours and another.
type shippedPacks struct{}

func (shippedPacks) Shipped() []Pack {
	other := hall.DefaultPolicy()
	other.ID, other.Name, other.NameEN, other.Rating.Window = "seven", "7 个自然日评价", "Seven natural days", hall.Span{Days: 7, Unit: hall.NaturalDays}
	return []Pack{{Policy: hall.DefaultPolicy(), SHA: "sha-ours", Sources: map[string]string{"rating.window": "001; domain §3.4: 5 working days"}}, {Policy: other, SHA: "sha-seven"}}
}

func (shippedPacks) ReadPack(file string, data []byte) (Pack, error) {
	p := hall.DefaultPolicy()
	if strings.Contains(string(data), "lunar") {
		return Pack{}, fmt.Errorf("%s:7: rating.window.unit: %q found", file, "lunar")
	}
	p.ID, p.Repair.Limit.Days = "mine", 15
	return Pack{Policy: p, SHA: "sha-mine"}, p.Validate()
}

// as signs somebody in: an account with this role that reaches these halls; none: all.
func (c *court) as(role access.Role, halls ...string) *desks {
	c.t.Helper()
	name := strings.Join(append([]string{"one", string(role)}, halls...), "-")
	if d := c.pages[name]; d != nil {
		return d
	}
	hash := c.account("gao").Hash
	c.change(name, func(a *Account) {
		a.Role, a.Halls, a.Hash, a.Display = role, halls, hash, "某"+string(role)
		if role.OfUnit() {
			a.Unit, a.Badge = "police", "0317"
		}
	})
	d := c.elsewhere()
	c.set(time.Now()) // sessions are kept by the library's own clock
	defer c.set(courtNow())
	if r := d.signIn(name, rightPassword); r.StatusCode != http.StatusSeeOther {
		c.t.Fatalf("%s does not come in: %d", name, r.StatusCode)
	}
	c.pages[name] = d
	return d
}

// wants asks for an address and reads the answer.
func wants[T any](t *testing.T, d *desks, path string) (v T) {
	t.Helper()
	r := d.get(path)
	if r.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %s", path, r.StatusCode, text(r))
	}
	if err := json.Unmarshal([]byte(text(r)), &v); err != nil {
		t.Fatalf("%s: %v\n%s", path, err, text(r))
	}
	if untold := untold(text(r)); untold != "" {
		t.Errorf("%s: %q has no words", path, untold)
	}
	return v
}

// untold finds a key of the catalogue that shows itself in an answer; codes for programs are none.
func untold(said string) string {
	for _, found := range catalogueKey.FindAllStringSubmatch(said, -1) {
		if found[1] != "key" && found[1] != "type" && found[1] != "code" {
			return found[2]
		}
	}
	return ""
}

var catalogueKey = regexp.MustCompile(`"(\w+)":"((?:policy|ratings|audit|figpage|figures|deed|say|admin)\.[a-z_.-]+)"`)

// counterTold is a counter's agent that tells facts, a second after each other, and sends them at once.
type counterTold struct {
	c      *court
	seen   Agent
	now    time.Time
	serial uint32
	press  uint32
	seq    uint64
	chain  uplink.Chain
	epoch  string
}

// counter enrols an agent of the hall whose configuration names it. It tells from begin on.
func (c *court) counter(name, hallID string, begin time.Time) *counterTold {
	c.t.Helper()
	a, err := c.store.AddAgent(c.t.Context(), name, begin, func(uint32) (store.AgentKey, error) {
		return store.AgentKey{Public: make([]byte, 32), ConfigKey: []byte{1}, From: hall.DayOf(begin)}, nil
	})
	if err != nil {
		c.t.Fatal(err)
	}
	told := &counterTold{c: c, seen: Agent{Number: a.Number, Name: name, Added: begin, Heard: courtNow()}, now: begin, epoch: fmt.Sprintf("%016x", a.Number)}
	told.chain = uplink.ChainStart(name, told.epoch)
	c.agents = append(c.agents, told)
	told.tell(hall.AgentStarted{Version: "1", Instance: "0123456789abcdef", Hall: hallID, Tag: uint16(a.Number), Reason: hall.EpochFirst})
	return told
}

func (a *counterTold) id() hall.ID {
	a.serial++
	return hall.ID{Agent: a.seen.Number, Tag: uint16(a.seen.Number), Serial: a.serial}
}

// tell tells one fact.
func (a *counterTold) tell(f hall.Fact) {
	t := a.c.t
	t.Helper()
	a.now = a.now.Add(time.Second)
	at := hall.Moment{At: a.now, Clock: hall.Clock{State: hall.ClockSynced, Since: a.now}, Start: 1, Up: time.Duration(a.seq) * time.Second}
	e, err := uplink.NewEvent(at, f)
	if err != nil {
		t.Fatal(err)
	}
	a.seq++
	e.Seq = a.seq
	bytes, err := e.Encode()
	if err != nil {
		t.Fatal(err)
	}
	b := uplink.Batch{Header: uplink.Header{Instance: "0123456789abcdef", Epoch: a.epoch, First: a.seq, Prev: a.chain,
		Sent: uplink.Sent{At: a.now, Clock: at.Clock, Start: 1, UpMS: at.Up.Milliseconds()}}, Events: [][]byte{bytes}}
	a.chain = a.chain.Next(bytes)
	payload, err := b.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan uplink.Receipt, 1)
	if err := a.c.intake.Take(intake.Agent{Number: a.seen.Number, Name: a.seen.Name}, payload, a.now, func(r uplink.Receipt) { got <- r }); err != nil {
		t.Fatal(err)
	}
	if r := <-got; r.Through != a.seq {
		t.Fatalf("receipt %+v for %d %s", r, a.seq, f.Type())
	}
}

// served tells a whole visit at window 12; a level is pressed at its end.
func (a *counterTold) served(item string, levels ...hall.Level) (ticket, visit hall.ID) {
	a.c.t.Helper()
	ticket, visit = a.id(), a.id()
	a.tell(hall.TicketIssued{Ticket: ticket, Number: fmt.Sprintf("A%03d", ticket.Serial), Letter: "A", Day: hall.DayOf(a.now), Item: item})
	a.tell(hall.TicketCalled{Ticket: ticket, Window: "12"})
	a.tell(hall.VisitOpened{Visit: visit, Ticket: ticket, Window: "12", Staff: "0317", Unit: "police", Item: item})
	a.tell(hall.VisitServed{Visit: visit})
	a.tell(hall.VisitFinished{Visit: visit, Staff: "0317", Outcome: hall.OutcomeFinished})
	a.tell(hall.TicketFinished{Ticket: ticket, Window: "12"})
	a.tell(hall.RatingInvited{Visit: visit, Window: "12", Until: a.now.Add(2 * time.Minute)})
	for _, l := range levels {
		a.press++
		p := hall.Press{UID: hall.PadUID(a.seen.Number), Boot: 7, Seq: a.press, Level: l, AgeMS: 200}
		a.tell(hall.RatingGiven{Ticket: ticket, Visit: visit, Window: "12", Level: l, Channel: hall.ChannelPad, Press: &p, ReasonMissing: l.IsBad()})
	}
	return ticket, visit
}

// lawNow is the law as the store holds it.
func (c *court) lawNow() rating.Law {
	c.t.Helper()
	law, err := c.store.Law(c.t.Context())
	if err != nil {
		c.t.Fatal(err)
	}
	return law
}
