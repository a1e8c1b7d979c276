// Package broker is the post office between agents and hub: an MQTT broker inside the hub with one listener. It owns
// who may come in and who may say and hear what (acl.go). It hands every message to the hub as it arrives and keeps
// none; it does not read what it carries, and a message it acknowledged is not stored: only the hub's receipt says so.
package broker

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"

	mqtt "github.com/mochi-mqtt/server/v2"

	"hallpulse/firmware-protocol/uplink"
)

// Accounts says who may come in. It is asked at each connect, from many goroutines.
type Accounts interface {
	// Admit reports whether sum is the SHA-256 of an MQTT password of the agent. It must not tell by its time how much of
	// it was right.
	Admit(agent string, sum [32]byte) bool
	// May reports whether the agent is still let in: it is known and not revoked.
	May(agent string) bool
}

// Handler takes what agents say. It is called on the connection's own goroutine, in the order in which that agent
// spoke, and must return within 2 s: who holds it longer than the keep-alive cuts the agent off. The payload is the
// handler's to keep.
type Handler interface {
	// Events takes a batch. To drop it is allowed: no receipt means that the agent sends it again.
	Events(agent string, payload []byte)
	// Presence takes a status (a last will too), a window or a queue; an empty payload clears a window.
	Presence(agent, leaf string, payload []byte)
}

// Config is what a Broker needs. Without TLS the listener must be on loopback.
type Config struct {
	Listener net.Listener // closed when Run returns
	TLS      *tls.Config
	Accounts Accounts
	Handler  Handler
	Log      *slog.Logger
}

// Broker carries messages between agents and hub.
type Broker struct {
	server *mqtt.Server
	door   *door
}

// New makes a broker that does not run yet.
func New(c Config) (*Broker, error) {
	d, err := newDoor(c.Listener, c.TLS, c.Log)
	if err != nil {
		return nil, err
	}
	s := mqtt.New(&mqtt.Options{
		Capabilities: capabilities(),
		InlineClient: true, // the hub's own voice
		// Each round of $SYS stops the world for its memory figures, and nobody may read them.
		SysTopicResendInterval: 24 * 60 * 60,
		// mochi logs whole packets, passwords included. What an operator must know is said in hook.
		Logger: slog.New(slog.DiscardHandler),
	})
	if err := s.AddHook(&hook{accounts: c.Accounts, handler: c.Handler, log: c.Log, door: d, clients: s.Clients}, nil); err != nil {
		return nil, fmt.Errorf("broker: %w", err)
	}
	if err := s.AddListener(d); err != nil {
		return nil, fmt.Errorf("broker: %w", err)
	}
	return &Broker{s, d}, nil
}

// capabilities are the limits of traps "Broker": small queues for many agents, sessions that end with the connection.
func capabilities() *mqtt.Capabilities {
	c := mqtt.NewDefaultServerCapabilities()
	c.MaximumClientWritesPending = 128
	c.MaximumInflight = 64
	c.ReceiveMaximum = 64
	c.MaximumPacketSize = 1 << 20
	c.MaximumSessionExpiryInterval = 60
	c.MaximumMessageExpiryInterval = 0 // never: mochi would drop retained configuration after a day
	c.MinimumProtocolVersion = protocol
	c.MaximumQos = 1
	c.TopicAliasMaximum = 0
	c.SharedSubAvailable = 0
	c.WildcardSubAvailable = 0
	return c
}

// Run carries messages until ctx ends. When it returns every connection is closed and the handler is not called again.
func (b *Broker) Run(ctx context.Context) error {
	if err := b.server.Serve(); err != nil {
		b.door.Close(nil)
		return fmt.Errorf("broker: %w", err)
	}
	<-ctx.Done()
	return b.server.Close()
}

// Publish says payload to an agent on one of the topics it may read; who is not connected does not hear it, unless it
// is retained. It does not wait for the agent.
//
// It is sent at QoS 0 on purpose: receipts, configuration and commands are each said again until they took effect, and
// at QoS 1 mochi waits for the lock of an agent that does not read, and so would every other agent.
func (b *Broker) Publish(agent, leaf string, retained bool, payload []byte) error {
	topic := uplink.Topic(agent, leaf)
	if !may(agent, subscribe, topic, 0) {
		return fmt.Errorf("broker: %s is no topic that an agent reads", topic)
	}
	return b.server.Publish(topic, payload, retained, 0)
}

// Disconnect ends every connection of an agent. Accounts must already refuse it.
func (b *Broker) Disconnect(agent string) {
	for _, cl := range b.server.Clients.GetAll() {
		if string(cl.Properties.Username) == agent {
			cl.Stop(nil)
		}
	}
}
