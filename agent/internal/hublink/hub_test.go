package hublink

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	mochi "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"

	"hallpulse/agent/internal/outbox"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

const (
	agentName = "hall-1"
	instance  = "00000000000000aa"
	password  = "right"
	patience  = 30 * time.Second // a deadline for what must happen; nothing waits for it that works
)

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// hub is the far end of the wire: a broker that takes batches as the real one does, and a test that answers.
type hub struct {
	mochi.HookBase
	t        *testing.T
	addr     string
	tls      *tls.Config
	server   *mochi.Server
	batches  chan uplink.Batch
	presence chan packets.Packet
	wills    chan packets.Packet

	mu       sync.Mutex
	refuse   string // leaf of which the subscription is refused
	connects []packets.ConnectParams
}

// newHub starts a broker on a free port.
func newHub(t *testing.T, secure *tls.Config) *hub {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &hub{
		t: t, addr: free.Addr().String(), tls: secure,
		batches: make(chan uplink.Batch, 1000), presence: make(chan packets.Packet, 1000), wills: make(chan packets.Packet, 1000),
	}
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	h.start()
	t.Cleanup(h.kill)
	return h
}

func (h *hub) start() {
	h.t.Helper()
	h.server = mochi.New(&mochi.Options{InlineClient: true, Logger: quiet()})
	if err := h.server.AddHook(h, nil); err != nil {
		h.t.Fatal(err)
	}
	await(h.t, "the port", func() bool {
		return h.server.AddListener(listeners.NewTCP(listeners.Config{ID: "t", Address: h.addr, TLSConfig: h.tls})) == nil
	})
	if err := h.server.Serve(); err != nil {
		h.t.Fatal(err)
	}
}

// kill ends the broker; it may be ended already.
func (h *hub) kill() {
	if h.server != nil {
		if err := h.server.Close(); err != nil {
			h.t.Error(err)
		}
		h.server = nil
	}
}

// say publishes to the agent.
func (h *hub) say(leaf string, payload []byte, retain bool) {
	h.t.Helper()
	if err := h.server.Publish(uplink.Topic(agentName, leaf), payload, retain, 1); err != nil {
		h.t.Fatal(err)
	}
}

// batch waits for the next one.
func (h *hub) batch() uplink.Batch {
	h.t.Helper()
	return receive(h.t, "a batch", h.batches)
}

// answer settles all of a batch, after change.
func (h *hub) answer(b uplink.Batch, change ...func(*uplink.Receipt)) {
	h.t.Helper()
	r := uplink.Receipt{Instance: b.Instance, Epoch: b.Epoch, First: b.First, Through: b.First - 1, Chain: b.Prev, HubTime: time.Unix(1_800_000_000, 0)}
	for _, e := range b.Events {
		r.Through, r.Chain = r.Through+1, r.Chain.Next(e)
	}
	for _, c := range change {
		c(&r)
	}
	payload, err := r.Encode()
	if err != nil {
		h.t.Fatal(err)
	}
	h.say(uplink.LeafReceipt, payload, false)
}

func (h *hub) ID() string { return "test" }

func (h *hub) Provides(b byte) bool {
	return bytes.Contains([]byte{mochi.OnConnectAuthenticate, mochi.OnACLCheck, mochi.OnPublish, mochi.OnWillSent}, []byte{b})
}

func (h *hub) OnConnectAuthenticate(cl *mochi.Client, pk packets.Packet) bool {
	h.mu.Lock()
	h.connects = append(h.connects, pk.Connect)
	h.mu.Unlock()
	return string(pk.Connect.Password) == password && string(pk.Connect.Username) == agentName
}

func (h *hub) OnACLCheck(_ *mochi.Client, topic string, write bool) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return write || h.refuse == "" || !strings.HasSuffix(topic, h.refuse)
}

func (h *hub) OnPublish(cl *mochi.Client, pk packets.Packet) (packets.Packet, error) {
	if cl.Net.Inline {
		return pk, nil
	}
	_, leaf, ok := uplink.ParseTopic(pk.TopicName)
	if !ok {
		h.t.Errorf("the agent publishes to %q", pk.TopicName)
	}
	if leaf != uplink.LeafEvents {
		h.presence <- pk
		return pk, nil
	}
	b, err := uplink.ParseBatch(bytes.Clone(pk.Payload))
	if err != nil || pk.FixedHeader.Qos != 1 || pk.FixedHeader.Retain {
		h.t.Errorf("batch with QoS %d, retained %v: %v", pk.FixedHeader.Qos, pk.FixedHeader.Retain, err)
	}
	h.batches <- b
	return pk, packets.CodeSuccessIgnore
}

func (h *hub) OnWillSent(_ *mochi.Client, pk packets.Packet) { h.wills <- pk }

// receive waits for a value that must come.
func receive[T any](t *testing.T, what string, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(patience):
		t.Fatalf("%s did not come", what)
		panic("unreachable")
	}
}

// await waits for what must become true.
func await(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not so", what)
		}
	}
}

// told is what the hooks were called with.
type told struct {
	up       chan bool
	conns    chan uint64
	configs  chan uplink.Config
	commands chan uplink.Command
	times    chan time.Time
}

// agent is a link on a real store.
type agent struct {
	*Link
	*outbox.Outbox
	told told
	stop func() // ends Run and waits
}

// newAgent runs a link to h.
func newAgent(t *testing.T, h *hub, change ...func(*Config)) *agent {
	t.Helper()
	cfg := Config{
		Broker: h.addr, Plain: h.tls == nil, Agent: agentName, Instance: instance, Password: password,
		Resend: time.Hour, Backoff: time.Millisecond, Log: quiet(),
	}
	for _, c := range change {
		c(&cfg)
	}
	store, stopStore := newStore(t)
	a := &agent{Outbox: store, told: told{
		make(chan bool, 100), make(chan uint64, 100), make(chan uplink.Config, 100), make(chan uplink.Command, 100), make(chan time.Time, 1000),
	}}
	link, err := New(cfg, store, Hooks{
		Sent: func() uplink.Sent { return uplink.Sent{At: time.Unix(1_700_000_000, 0), Start: 7} },
		Presence: func(conn uint64) []Message {
			a.told.conns <- conn
			return []Message{{uplink.LeafQueue, []byte(`{}`)}, {uplink.LeafWindow + "12", []byte(`{"window":"12"}`)}}
		},
		Config:  func(c uplink.Config) { a.told.configs <- c },
		Command: func(c uplink.Command) { a.told.commands <- c },
		Link:    func(up bool, _ time.Time) { a.told.up <- up },
		HubTime: func(hub time.Time, took time.Duration) {
			if took < 0 {
				t.Errorf("the round trip took %v", took)
			}
			a.told.times <- hub
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	a.Link = link
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- link.Run(ctx) }()
	a.stop = sync.OnceFunc(func() {
		cancel()
		if err := receive(t, "the end of Run", ran); err != nil {
			t.Errorf("Run: %v", err)
		}
		stopStore()
	})
	t.Cleanup(a.stop)
	return a
}

func newStore(t *testing.T) (*outbox.Outbox, func()) {
	t.Helper()
	o, err := outbox.Open(outbox.Options{
		Dir: t.TempDir(), Agent: agentName, Log: quiet(),
		Stamp: func(f hall.Fact) (uplink.Event, error) { return uplink.NewEvent(hall.Moment{Start: 1}, f) },
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- o.Run(ctx) }()
	return o, func() {
		cancel()
		if err := errors.Join(<-ran, o.Close()); err != nil {
			t.Error(err)
		}
	}
}

// tell commits n events and says so to the link.
func (a *agent) tell(t *testing.T, n int) {
	t.Helper()
	ev, err := uplink.NewEvent(hall.Moment{Start: 1}, hall.ConfigApplied{Version: 1})
	if err != nil {
		t.Fatal(err)
	}
	evs := make([]uplink.Event, n)
	for i := range evs {
		evs[i] = ev
	}
	if _, err := a.Commit(nil, evs); err != nil {
		t.Fatal(err)
	}
	a.Poke()
}

// settled waits until everything through n is settled.
func (a *agent) settled(t *testing.T, n uint64) {
	t.Helper()
	await(t, "settled", func() bool {
		heads := a.Epochs()
		return heads[len(heads)-1].Settled == n
	})
}

// leaksNothing fails when goroutines that began during the test are still there after it.
func leaksNothing(t *testing.T) {
	t.Helper()
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		end := time.Now().Add(patience)
		for runtime.NumGoroutine() > before {
			if time.Now().After(end) {
				stacks := make([]byte, 1<<16)
				t.Fatalf("%d goroutines before, %d after:\n%s", before, runtime.NumGoroutine(), stacks[:runtime.Stack(stacks, true)])
			}
			time.Sleep(time.Millisecond)
		}
	})
}
