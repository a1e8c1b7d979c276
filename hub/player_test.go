package hub

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// patience bounds every wait: a busy machine is no fault.
const patience = 30 * time.Second

// log collects what the operator would read.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// waitFor waits until holds does.
func waitFor(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("still not: %s", what)
		}
	}
}

// centre is a hub under test, with the configuration that its file would hold.
type centre struct {
	*Hub
	Config
	log  *log
	stop func()
}

// setUp makes the configuration and keys of a hub with one hall; ports are the system's.
func setUp(t *testing.T) Config {
	t.Helper()
	dir := short(t)
	for name, text := range map[string]string{"hall.yaml": goodHall, "hub.yaml": goodHub +
		"public: {listen: 127.0.0.1:0}\noffice: {listen: 127.0.0.1:0}\nbroker: {listen: 127.0.0.1:0}\npublic_url: http://hall.example\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := ReadConfig(filepath.Join(dir, "hub.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Init(c); err != nil {
		t.Fatal(err)
	}
	return c
}

// start runs a hub until the test ends or stop is called.
func start(t *testing.T, c Config) *centre {
	t.Helper()
	m := &centre{Config: c, log: &log{}}
	var err error
	m.Hub, err = Open(t.Context(), c, slog.New(slog.NewTextHandler(m.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx) }()
	m.stop = sync.OnceFunc(func() {
		cancel()
		select {
		case err := <-done:
			if err != nil {
				t.Errorf("run: %v", err)
			}
		case <-time.After(patience):
			t.Error("the hub does not end")
		}
	})
	t.Cleanup(func() {
		m.stop()
		if t.Failed() {
			t.Log("the hub said:\n" + m.log.String())
		}
	})
	return m
}

// enrol adds an agent and reads its line.
func (c *centre) enrol(t *testing.T, name string) uplink.Enrolment {
	t.Helper()
	line, err := AgentAdd(t.Context(), c.Config, name)
	if err != nil {
		t.Fatal(err)
	}
	e, err := uplink.ReadEnrolment(line)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// player plays an agent: the real client, the real words of the uplink.
type player struct {
	paho.Client
	uplink.Enrolment
	instance string
	epoch    string
	events   [][]byte // all it ever said
	boxes    [][]byte // of what is sent next
	chain    []uplink.Chain
	receipts chan uplink.Receipt
	configs  chan uplink.Config
	lost     chan error
}

func newPlayer(e uplink.Enrolment, instance string) *player {
	p := &player{Enrolment: e, instance: instance, epoch: "00000000000000e1", receipts: make(chan uplink.Receipt, 16),
		configs: make(chan uplink.Config, 16), lost: make(chan error, 1)}
	p.chain = []uplink.Chain{uplink.ChainStart(e.Name, p.epoch)}
	return p
}

// connect dials a hub as an agent does: it knows the fingerprint of the authority and nothing else.
func (p *player) connect(t *testing.T, c *centre) error {
	t.Helper()
	opts := paho.NewClientOptions().AddBroker("tls://"+c.BrokerAddr.String()).SetProtocolVersion(4).SetCleanSession(true).
		SetUsername(p.Name).SetPassword(p.Key().Password()).SetClientID(p.Name+"-"+p.instance).
		SetAutoReconnect(false).SetConnectTimeout(patience).SetTLSConfig(pinned(p.CA)).
		SetWill(uplink.Topic(p.Name, uplink.LeafStatus), fmt.Sprintf(`{"instance":%q,"conn":1,"online":false}`, p.instance), 1, true).
		SetConnectionLostHandler(func(_ paho.Client, err error) { p.lost <- err })
	p.Client = paho.NewClient(opts)
	tok := p.Connect()
	if !tok.WaitTimeout(patience) {
		t.Fatal("no answer to CONNECT")
	}
	if tok.Error() != nil {
		return tok.Error()
	}
	t.Cleanup(func() { p.Disconnect(0) })
	p.listen(t, uplink.LeafReceipt, func(b []byte) {
		if r, err := uplink.ParseReceipt(b); err == nil {
			p.receipts <- r
		}
	})
	p.listen(t, uplink.LeafConfig, func(b []byte) {
		if c, err := uplink.Decode[uplink.Config](b); err == nil {
			p.configs <- c
		}
	})
	return nil
}

func (p *player) listen(t *testing.T, leaf string, take func([]byte)) {
	t.Helper()
	tok := p.Subscribe(uplink.Topic(p.Name, leaf), 1, func(_ paho.Client, m paho.Message) { take(m.Payload()) })
	if !tok.WaitTimeout(patience) || tok.Error() != nil {
		t.Fatalf("subscribe %s: %v", leaf, tok.Error())
	}
}

// pinned believes the authority with this fingerprint, and the certificate that it signed for the address dialled.
func pinned(fingerprint string) *tls.Config {
	return &tls.Config{InsecureSkipVerify: true, VerifyConnection: func(s tls.ConnectionState) error {
		roots := x509.NewCertPool()
		for _, c := range s.PeerCertificates {
			if sum := sha256.Sum256(c.Raw); hex.EncodeToString(sum[:]) == fingerprint {
				roots.AddCert(c)
			}
		}
		_, err := s.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: roots, DNSName: s.ServerName})
		return err
	}}
}

// tell adds facts to what the player has said.
func (p *player) tell(t *testing.T, facts ...hall.Fact) {
	t.Helper()
	for _, f := range facts {
		e, err := uplink.NewEvent(hall.Moment{At: time.Now(), Clock: hall.Clock{State: hall.ClockSynced}, Start: 1, Up: time.Minute}, f)
		if err != nil {
			t.Fatal(err)
		}
		e.Seq = uint64(len(p.events)) + 1
		b, err := e.Encode()
		if err != nil {
			t.Fatal(err)
		}
		p.events = append(p.events, b)
		p.chain = append(p.chain, p.chain[len(p.chain)-1].Next(b))
	}
}

// box seals a text that goes with what is sent next, and returns what a fact says of it.
func (p *player) box(t *testing.T, ref hall.ID, text uplink.Text) hall.Sealed {
	t.Helper()
	to, err := uplink.ReadBoxKey(p.BoxKey)
	if err != nil {
		t.Fatal(err)
	}
	box, sha, err := uplink.Seal(to, ref.String(), text.Plain())
	if err != nil {
		t.Fatal(err)
	}
	line, err := box.Encode()
	if err != nil {
		t.Fatal(err)
	}
	p.boxes = append(p.boxes, line)
	return hall.Sealed{Ref: box.Ref, SHA: sha}
}

// send sends everything from first on and returns the answer to it.
func (p *player) send(t *testing.T, first uint64) uplink.Receipt {
	t.Helper()
	b, err := uplink.Batch{Header: uplink.Header{Instance: p.instance, Epoch: p.epoch, First: first, Prev: p.chain[first-1],
		Sent: uplink.Sent{At: time.Now(), Clock: hall.Clock{State: hall.ClockSynced}, Start: 1, UpMS: 60_000}}, Events: p.events[first-1:], Boxes: p.boxes}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	p.boxes = nil
	p.say(uplink.LeafEvents, b)
	for late := time.After(patience); ; {
		select {
		case r := <-p.receipts:
			if r.Instance == p.instance && r.Epoch == p.epoch && r.First == first { // else of a twin
				return r
			}
		case <-late:
			t.Fatal("no receipt")
		}
	}
}

func (p *player) say(leaf string, payload []byte) {
	p.Publish(uplink.Topic(p.Name, leaf), 1, leaf != uplink.LeafEvents, payload)
}

// appear says that the agent is there and has version of the hub's configuration.
func (p *player) appear(t *testing.T, version uint64) {
	t.Helper()
	b, err := json.Marshal(uplink.Status{Session: uplink.Session{Instance: p.instance, Conn: 1}, Online: true, At: time.Now(), Config: version})
	if err != nil {
		t.Fatal(err)
	}
	p.say(uplink.LeafStatus, b)
}

func (p *player) id(serial uint32) hall.ID {
	return hall.ID{Agent: p.Number, Tag: 0x9f2c, Serial: serial}
}

// visit is what an agent tells of one citizen served at window 12, up to a press.
func (p *player) visit(level hall.Level) []hall.Fact {
	ticket, visit := p.id(1), p.id(2)
	return []hall.Fact{
		hall.AgentStarted{Version: "test", Instance: p.instance, Hall: "h1", Reason: hall.EpochFirst},
		hall.WindowOpened{Window: "12", Staff: "0017"},
		hall.TicketIssued{Ticket: ticket, Number: "A001", Letter: "A", Day: hall.DayOf(time.Now()), Item: "A1"},
		hall.TicketCalled{Ticket: ticket, Window: "12"},
		hall.VisitOpened{Visit: visit, Ticket: ticket, Window: "12", Staff: "0017", Unit: "u", Item: "A1"},
		hall.VisitServed{Visit: visit},
		hall.VisitFinished{Visit: visit, Staff: "0017", Outcome: hall.OutcomeFinished},
		hall.TicketFinished{Ticket: ticket, Window: "12"},
		hall.RatingInvited{Visit: visit, Window: "12", Until: time.Now().Add(2 * time.Minute)},
		hall.RatingGiven{Ticket: ticket, Visit: visit, Window: "12", Level: level, Channel: hall.ChannelPad,
			Press: &hall.Press{UID: 7, Boot: 1, Seq: 1, Level: level}},
	}
}

// clean proves the store of a hub, running or not.
func clean(t *testing.T, c Config) string {
	t.Helper()
	r, err := Check(t.Context(), c)
	if err != nil || r.Faults > 0 {
		t.Fatalf("check: %v\n%s", err, r.Text)
	}
	return r.Text
}

// play enrols an agent and connects it.
func (c *centre) play(t *testing.T, name, instance string) *player {
	t.Helper()
	p := newPlayer(c.enrol(t, name), instance)
	if err := p.connect(t, c); err != nil {
		t.Fatal(err)
	}
	return p
}

func logTo(l *log) *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

// next is the configuration that the agent is told next.
func (p *player) next(t *testing.T) uplink.Config {
	t.Helper()
	select {
	case told := <-p.configs:
		return told
	case <-time.After(patience):
		t.Fatal("not told")
		return uplink.Config{}
	}
}
