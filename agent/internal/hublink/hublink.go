// Package hublink is the agent's session with its hub over MQTT: it connects and comes back, sends batches one at a
// time, brings receipts, configuration and commands, and shows presence (design §1.3, §3). It keeps nothing: what is to
// be said lies with the Source until a receipt settles it, and a PUBACK means nothing. It does not know what an event
// says.
package hublink

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"

	"hallpulse/firmware-protocol/uplink"
)

// Config says where the hub is and who speaks.
type Config struct {
	Broker   string // host:port
	Plain    bool   // without TLS: for tests and demos, and on loopback alone
	Agent    string
	Instance string // 16 hex digits, random for each start of the agent
	Password string
	CA       string // SHA-256 of the hub's CA certificate (DER), hex

	Resend  time.Duration // how long a batch waits for its receipt; 0: DefaultResend
	Backoff time.Duration // the first wait after a lost or failed connection; 0: 1 s
	Log     *slog.Logger  // nil: slog.Default
}

// DefaultResend is the least that a batch waits for its receipt. Shorter timers doubled whole days on a busy hub.
const DefaultResend = 30 * time.Second

// maxBackoff is how long an agent whose hub is away waits between two attempts; with jitter, up to 15 s. A hub that comes
// back has its halls again while the manager still looks.
const maxBackoff = 10 * time.Second

// Source holds what is to be said. Its methods are called from Run alone.
type Source interface {
	// Epochs returns the heads of all epochs held, oldest first.
	Epochs() []uplink.Head
	// Next returns the next unsettled batch of an epoch, without events where nothing is due. It is false for an epoch
	// that is no longer held.
	Next(epoch string) (uplink.Batch, bool, error)
	// Settle takes the answer to the batch in flight and reports whether it changed what is to be sent.
	Settle(h uplink.Header, r uplink.Receipt) (moved bool, err error)
}

// Hooks are called from Run alone, one at a time; while one runs nothing is sent. All are needed.
type Hooks struct {
	Sent     func() uplink.Sent                           // the agent's clocks now
	Presence func(conn uint64) []Message                  // all presence, after each connect; conn goes into each message
	Config   func(uplink.Config)                          // the hub's configuration, after each connect and when it changes
	Command  func(uplink.Command)                         // known or not, expired or not: the answer is an event
	Link     func(up bool, since time.Time)               // at the start of Run and at each change
	HubTime  func(hub time.Time, roundTrip time.Duration) // of each receipt: hub's clock when it was sent
}

// Message is a retained message of presence. An empty payload clears what is retained.
type Message struct {
	Leaf    string // the end of the topic: uplink.LeafStatus …
	Payload []byte
}

// Link is the agent's side of the connection.
type Link struct {
	cfg   Config
	src   Source
	hooks Hooks
	log   *slog.Logger
	host  string // of the broker
	ca    []byte
	poke  chan struct{}

	mu      sync.Mutex
	up      bool
	pending map[string]outgoing // by leaf: the last word wins
}

type outgoing struct {
	payload  []byte
	retained bool
}

// New checks the configuration. It starts nothing: Run does.
func New(cfg Config, src Source, hooks Hooks) (*Link, error) {
	host, _, err := net.SplitHostPort(cfg.Broker)
	if err != nil || host == "" {
		return nil, fmt.Errorf("hub address %q: want host:port", cfg.Broker)
	}
	if !uplink.ValidAgent(cfg.Agent) || !uplink.ValidEpoch(cfg.Instance) {
		return nil, fmt.Errorf("agent %q, instance %q: not valid names", cfg.Agent, cfg.Instance)
	}
	ca, err := hex.DecodeString(cfg.CA)
	switch {
	case cfg.Plain && !isLoopback(host):
		return nil, fmt.Errorf("hub address %q: without TLS only loopback is spoken to", cfg.Broker)
	case !cfg.Plain && (err != nil || len(ca) != 32):
		return nil, fmt.Errorf("fingerprint of the hub's CA: want 64 hex digits")
	}
	if cfg.Resend == 0 {
		cfg.Resend = DefaultResend
	}
	if cfg.Backoff == 0 {
		cfg.Backoff = time.Second
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	return &Link{cfg: cfg, src: src, hooks: hooks, log: cfg.Log, host: host, ca: ca, poke: make(chan struct{}, 1)}, nil
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// Run connects and comes back, for ever, until ctx ends: then it says that the agent is offline, and returns when all it
// started has ended. Call it once.
func (l *Link) Run(ctx context.Context) error {
	l.hooks.Link(false, time.Now())
	wait := l.cfg.Backoff
	for conn := uint64(1); ; conn++ {
		answered, err := l.session(ctx, conn)
		if ctx.Err() != nil {
			return nil
		}
		l.report(err)
		if answered {
			wait = l.cfg.Backoff
		}
		select {
		case <-time.After(wait/2 + rand.N(wait)): // a hub that comes back is not met by everybody at once
		case <-ctx.Done():
			return nil
		}
		wait = min(2*wait, maxBackoff)
	}
}

// report says why there is no connection in words for who operates the agent.
func (l *Link) report(err error) {
	msg := "the hub cannot be reached"
	switch {
	case errors.Is(err, packets.ErrorRefusedBadUsernameOrPassword), errors.Is(err, packets.ErrorRefusedNotAuthorised):
		msg = "the hub refuses this agent: is it enrolled there, or was it revoked? Enrol it again"
	case errors.Is(err, errNotOurHub):
		msg = "what answers at the hub's address is not the hub this agent is enrolled at"
	case errors.Is(err, errSubscription):
		msg = "the hub refuses this agent's subscriptions: are the names of agent and enrolment the same?"
	}
	l.log.Warn(msg, "broker", l.cfg.Broker, "agent", l.cfg.Agent, "err", err)
}

// Poke says that there may be something to send. It never waits.
func (l *Link) Poke() {
	select {
	case l.poke <- struct{}{}:
	default:
	}
}

// Publish shows presence. It never waits; of several messages with one leaf the last is sent. While the hub is away it
// is dropped: Hooks.Presence shows all after the next connect.
func (l *Link) Publish(leaf string, retained bool, payload []byte) {
	l.mu.Lock()
	up := l.up
	if up {
		l.pending[leaf] = outgoing{payload, retained}
	}
	l.mu.Unlock()
	if up {
		l.Poke()
	}
}

// setUp notes whether presence can be shown, and starts with none pending.
func (l *Link) setUp(up bool) {
	l.mu.Lock()
	l.up, l.pending = up, map[string]outgoing{}
	l.mu.Unlock()
}

// takePending returns what was published since the last call.
func (l *Link) takePending() map[string]outgoing {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.pending) == 0 {
		return nil
	}
	p := l.pending
	l.pending = map[string]outgoing{}
	return p
}
