package broker

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/url"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"
	"github.com/eclipse/paho.mqtt.golang/packets"

	"hallpulse/firmware-protocol/uplink"
)

const (
	patience = 20 * time.Second
	instance = "0123456789abcdef"
	twin     = "fedcba9876543210"
)

// accounts knows agents whose password is their name, until revoked.
type accounts struct {
	mu      sync.Mutex
	revoked map[string]bool
}

func (a *accounts) May(agent string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return (agent == "one" || agent == "two") && !a.revoked[agent]
}

func (a *accounts) Admit(agent string, sum [32]byte) bool {
	return a.May(agent) && sum == sha256.Sum256([]byte(agent))
}

func (a *accounts) revoke(agent string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.revoked[agent] = true
}

type message struct{ agent, leaf, payload string }

// ears is a handler that hands on what it hears.
type ears chan message

func (e ears) Events(agent string, p []byte)         { e <- message{agent, uplink.LeafEvents, string(p)} }
func (e ears) Presence(agent, leaf string, p []byte) { e <- message{agent, leaf, string(p)} }

func (e ears) hear(t *testing.T) message {
	t.Helper()
	select {
	case m := <-e:
		return m
	case <-time.After(patience):
		t.Fatal("nothing reached the hub")
		return message{}
	}
}

type office struct {
	*Broker
	addr     string
	accounts *accounts
	ears     ears
	stop     func()
}

func open(t *testing.T, conf *tls.Config) *office {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := &office{addr: l.Addr().String(), accounts: &accounts{revoked: map[string]bool{}}, ears: make(ears, 64)}
	o.Broker, err = New(Config{Listener: l, TLS: conf, Accounts: o.accounts, Handler: o.ears, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- o.Run(ctx) }()
	o.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("run: %v", err)
		}
	})
	t.Cleanup(o.stop)
	return o
}

// agent is the other end of the wire: the client library that real agents use.
type agent struct {
	paho.Client
	lost chan error
	raw  net.Conn
}

// dial connects name with its password as the client <name>-<instance>, unless change says otherwise.
func (o *office) dial(t *testing.T, name string, change func(*paho.ClientOptions)) (*agent, error) {
	t.Helper()
	a := &agent{lost: make(chan error, 1)}
	opts := paho.NewClientOptions().AddBroker("tcp://" + o.addr).SetProtocolVersion(4).SetCleanSession(true).
		SetUsername(name).SetPassword(name).SetClientID(name + "-" + instance).
		SetAutoReconnect(false).SetConnectTimeout(patience).SetWriteTimeout(patience).
		SetConnectionLostHandler(func(_ paho.Client, err error) { a.lost <- err }).
		SetCustomOpenConnectionFn(func(u *url.URL, c paho.ClientOptions) (net.Conn, error) {
			raw, err := net.Dial("tcp", u.Host)
			a.raw = raw
			if err == nil && c.TLSConfig != nil && u.Scheme == "tls" {
				return tls.Client(raw, c.TLSConfig), nil
			}
			return raw, err
		})
	if change != nil {
		change(opts)
	}
	a.Client = paho.NewClient(opts)
	tok := a.Connect()
	if !tok.WaitTimeout(patience) {
		t.Fatal("no answer to CONNECT")
	}
	if tok.Error() == nil {
		t.Cleanup(func() { a.Disconnect(0) })
	}
	return a, tok.Error()
}

func (o *office) connect(t *testing.T, name string, change func(*paho.ClientOptions)) *agent {
	t.Helper()
	a, err := o.dial(t, name, change)
	if err != nil {
		t.Fatalf("%s cannot connect: %v", name, err)
	}
	return a
}

func (a *agent) cutOff(t *testing.T) {
	t.Helper()
	select {
	case <-a.lost:
	case <-time.After(patience):
		t.Fatal("the connection was not ended")
	}
}

// listen subscribes and returns what arrives.
func (a *agent) listen(t *testing.T, topic string) <-chan string {
	t.Helper()
	heard := make(chan string, 16)
	tok := a.Subscribe(topic, 1, func(_ paho.Client, m paho.Message) { heard <- string(m.Payload()) })
	if !tok.WaitTimeout(patience) || tok.Error() != nil {
		t.Fatalf("subscribe %s: %v", topic, tok.Error())
	}
	return heard
}

func hear(t *testing.T, c <-chan string) string {
	t.Helper()
	select {
	case s := <-c:
		return s
	case <-time.After(patience):
		t.Fatal("nothing arrived at the agent")
		return ""
	}
}

func TestEachAgentHearsItsOwnAnswers(t *testing.T) {
	o := open(t, nil)
	one, two := o.connect(t, "one", nil), o.connect(t, "two", nil)
	oneHears, twoHears := one.listen(t, "hall/v1/one/receipt"), two.listen(t, "hall/v1/two/receipt")
	for _, name := range []string{"one", "two"} {
		if err := o.Publish(name, uplink.LeafReceipt, false, []byte("for "+name)); err != nil {
			t.Fatal(err)
		}
	}
	if got := hear(t, oneHears); got != "for one" {
		t.Errorf("one heard %q", got)
	}
	if got := hear(t, twoHears); got != "for two" {
		t.Errorf("two heard %q", got)
	}
}

func TestRetainedConfigurationWaitsForItsAgent(t *testing.T) {
	o := open(t, nil)
	if err := o.Publish("one", uplink.LeafConfig, true, []byte("v1")); err != nil {
		t.Fatal(err)
	}
	if got := hear(t, o.connect(t, "one", nil).listen(t, "hall/v1/one/config")); got != "v1" {
		t.Errorf("heard %q", got)
	}
}

func TestTheHubSaysOnlyWhatAgentsMayRead(t *testing.T) {
	o := open(t, nil)
	for _, leaf := range []string{uplink.LeafEvents, uplink.LeafStatus, uplink.LeafQueue, "window/1", "other", "", "+", "#"} {
		if err := o.Publish("one", leaf, false, nil); err == nil {
			t.Errorf("the hub spoke on %q", leaf)
		}
	}
}

func TestWhoComesIn(t *testing.T) {
	o := open(t, nil)
	o.accounts.revoke("two")
	for name, c := range map[string]struct {
		agent  string
		change func(*paho.ClientOptions)
	}{
		"a wrong secret":                  {"one", func(c *paho.ClientOptions) { c.SetPassword("two") }},
		"no secret":                       {"one", func(c *paho.ClientOptions) { c.SetPassword("") }},
		"an unknown agent":                {"three", nil},
		"no name":                         {"", func(c *paho.ClientOptions) { c.SetClientID(instance) }},
		"a revoked agent":                 {"two", nil},
		"the client id of another":        {"one", func(c *paho.ClientOptions) { c.SetClientID("two-" + instance) }},
		"a client id without instance":    {"one", func(c *paho.ClientOptions) { c.SetClientID("one") }},
		"an instance that is none":        {"one", func(c *paho.ClientOptions) { c.SetClientID("one-x" + instance[1:]) }},
		"an instance that is too long":    {"one", func(c *paho.ClientOptions) { c.SetClientID("one-" + instance + "0") }},
		"another version of the protocol": {"one", func(c *paho.ClientOptions) { c.SetProtocolVersion(3) }},
		"a will too large":                {"one", func(c *paho.ClientOptions) { c.SetBinaryWill("hall/v1/one/status", make([]byte, 17<<10), 1, true) }},
	} {
		if _, err := o.dial(t, c.agent, c.change); err == nil {
			t.Errorf("%s came in", name)
		}
	}
	o.connect(t, "one", nil)
}

func TestARevokedAgentIsOutAtOnce(t *testing.T) {
	o := open(t, nil)
	one, two := o.connect(t, "one", nil), o.connect(t, "two", nil)
	twin := o.connect(t, "one", func(c *paho.ClientOptions) { c.SetClientID("one-" + twin) })
	o.accounts.revoke("one")
	o.Disconnect("one")
	one.cutOff(t)
	twin.cutOff(t)
	if _, err := o.dial(t, "one", nil); err == nil {
		t.Error("a revoked agent came back")
	}
	two.Publish("hall/v1/two/events", 1, false, "still here")
	if m := o.ears.hear(t); m.payload != "still here" {
		t.Errorf("heard %v", m)
	}
}

// late revokes an agent after its password was found right and before Disconnect could see its connection.
type late struct{ *accounts }

func (l *late) Admit(agent string, sum [32]byte) bool {
	ok := l.accounts.Admit(agent, sum)
	l.revoke(agent)
	return ok
}

func TestNobodySlipsInWhileBeingRevoked(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b, err := New(Config{Listener: l, Accounts: &late{accounts: &accounts{revoked: map[string]bool{}}}, Handler: make(ears, 8), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- b.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	a, err := (&office{addr: l.Addr().String()}).dial(t, "one", nil)
	if err == nil {
		a.cutOff(t)
	}
}

func TestTwoInstancesUnderOneNameBothStay(t *testing.T) {
	o := open(t, nil)
	first := o.connect(t, "one", nil)
	second := o.connect(t, "one", func(c *paho.ClientOptions) { c.SetClientID("one-" + twin) })
	for i, a := range []*agent{first, second, first, second} {
		want := strings.Repeat("x", i+1)
		a.Publish("hall/v1/one/events", 1, false, want)
		if m := o.ears.hear(t); m != (message{"one", "events", want}) {
			t.Fatalf("heard %v, want %q: the fault must be shown, not fought", m, want)
		}
	}
}

// An agent whose line broke comes back before the broker has missed it: the old connection must be gone altogether, or
// what it takes with it is missing to the new one.
func TestAnAgentThatReturnsTakesItsOldConnectionsPlace(t *testing.T) {
	o := open(t, nil)
	old := o.connect(t, "one", nil)
	old.listen(t, "hall/v1/one/receipt")
	for range 50 {
		back := o.connect(t, "one", nil)
		heard := back.listen(t, "hall/v1/one/receipt")
		old.cutOff(t)
		if err := o.Publish("one", uplink.LeafReceipt, false, []byte("r")); err != nil {
			t.Fatal(err)
		}
		hear(t, heard)
		old = back
	}
	o.accounts.revoke("one")
	o.Disconnect("one")
	old.cutOff(t)
}

// An agent that sends and never reads must not hold up what the hub says to others.
func TestADeafAgentDoesNotHoldUpOthers(t *testing.T) {
	o := open(t, nil)
	deaf, err := net.Dial("tcp", o.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer deaf.Close()
	hello := packets.NewControlPacket(packets.Connect).(*packets.ConnectPacket)
	hello.ProtocolName, hello.ProtocolVersion, hello.CleanSession, hello.Keepalive = "MQTT", 4, true, 120
	hello.UsernameFlag, hello.PasswordFlag, hello.Username, hello.Password = true, true, "two", []byte("two")
	hello.ClientIdentifier = "two-" + instance
	sub := packets.NewControlPacket(packets.Subscribe).(*packets.SubscribePacket)
	sub.Topics, sub.Qoss, sub.MessageID = []string{"hall/v1/two/receipt"}, []byte{1}, 1
	for _, p := range []packets.ControlPacket{hello, sub} {
		if err := p.Write(deaf); err != nil {
			t.Fatal(err)
		}
		if _, err := packets.ReadPacket(deaf); err != nil {
			t.Fatal(err)
		}
	}
	large := make([]byte, 256<<10) // 1,000 of them fill every buffer on the way
	one := o.connect(t, "one", nil).listen(t, "hall/v1/one/receipt")
	go func() {
		for range 1000 {
			o.Publish("two", uplink.LeafReceipt, false, large)
		}
		o.Publish("one", uplink.LeafReceipt, false, []byte("r"))
	}()
	hear(t, one) // well before the keep-alive of the deaf one ends
}

func TestOversizedMessagesEndTheConnection(t *testing.T) {
	o := open(t, nil)
	for topic, limit := range map[string]int{
		"hall/v1/one/events": uplink.MaxBatch, "hall/v1/one/queue": uplink.MaxQueue,
		"hall/v1/one/status": 16 << 10, "hall/v1/one/window/1": 16 << 10,
	} {
		a := o.connect(t, "one", nil)
		a.Publish(topic, 1, false, make([]byte, limit))
		if m := o.ears.hear(t); len(m.payload) != limit {
			t.Errorf("%s: %d bytes arrived, want %d", topic, len(m.payload), limit)
		}
		a.Publish(topic, 1, false, make([]byte, limit+1))
		a.cutOff(t)
	}
	a := o.connect(t, "one", nil)
	a.Publish("hall/v1/one/events", 1, false, make([]byte, 2<<20)) // more than a packet may have
	a.cutOff(t)
	if len(o.ears) > 0 {
		t.Errorf("reached the hub: %d bytes", len((<-o.ears).payload))
	}
}

func TestGarbageEndsItsOwnConnectionOnly(t *testing.T) {
	o := open(t, nil)
	good := o.connect(t, "one", nil)
	for _, bytes := range []string{"GET / HTTP/1.1\r\n\r\n", "\x10\xff\xff\xff\xff\x01", "\x30\x02\x00\x00", strings.Repeat("\x00", 64)} {
		c, err := net.Dial("tcp", o.addr)
		if err != nil {
			t.Fatal(err)
		}
		c.SetDeadline(time.Now().Add(patience))
		if _, err := c.Write([]byte(bytes)); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadAll(c); err != nil && !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("%q: %v, want the end of the connection", bytes, err)
		}
		c.Close()
	}
	good.Publish("hall/v1/one/events", 1, false, "still here")
	if m := o.ears.hear(t); m.payload != "still here" {
		t.Errorf("heard %v", m)
	}
}

func TestTheEndDoesNotWaitForWhoNeverSpoke(t *testing.T) {
	o := open(t, nil)
	silent, err := net.Dial("tcp", o.addr)
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	one := o.connect(t, "one", nil)
	o.stop()
	one.cutOff(t)
	silent.SetDeadline(time.Now().Add(patience))
	if _, err := silent.Read(make([]byte, 1)); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("a silent connection outlived the broker")
	}
	if _, err := net.Dial("tcp", o.addr); err == nil {
		t.Error("the listener outlived the broker")
	}
}

func TestPlainIsForLoopbackAlone(t *testing.T) {
	l, err := net.Listen("tcp", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := New(Config{Listener: l, Log: slog.New(slog.DiscardHandler)}); !errors.Is(err, ErrPlain) {
		t.Errorf("%v, want ErrPlain", err)
	}
}

func TestOverTLS(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, form, form, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	o := open(t, &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}})
	a := o.connect(t, "one", func(c *paho.ClientOptions) {
		c.Servers = nil
		c.AddBroker("tls://" + o.addr).SetTLSConfig(&tls.Config{RootCAs: pool, ServerName: "127.0.0.1"})
	})
	a.Publish("hall/v1/one/events", 1, false, "sealed")
	if m := o.ears.hear(t); m.payload != "sealed" {
		t.Errorf("heard %v", m)
	}
	if _, err := o.dial(t, "one", nil); err == nil {
		t.Error("an agent came in without TLS")
	}
}
