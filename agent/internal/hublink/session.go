package hublink

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"hallpulse/firmware-protocol/uplink"
)

const (
	connectTimeout = 20 * time.Second
	writeTimeout   = 10 * time.Second
	leaveTimeout   = 2 * time.Second
	qos            = 1
)

// errSubscription: the broker answered a subscription with 128, which the library takes for success.
var errSubscription = errors.New("subscription refused")

// session is one connection, from connect to its loss. Its fields belong to Run's goroutine.
type session struct {
	*Link
	number uint64 // of this connect, from 1
	client mqtt.Client
	net    net.Conn
	shaken func() bool // ends the watch over the handshake

	inbox chan mqtt.Message
	lost  chan error
	done  chan struct{} // nobody reads inbox any more

	greet    []string       // epochs that are still to be sent their first batch
	flight   *uplink.Header // the batch that waits for its receipt
	events   int            // in it
	sentAt   time.Time
	tries    int
	timer    *time.Timer // when flight is sent again
	answered bool        // a receipt came on this connection
}

// session connects, greets the hub and serves the connection until it is lost or ctx ends. answered says that the hub,
// not its broker alone, spoke.
func (l *Link) session(ctx context.Context, number uint64) (answered bool, err error) {
	s := &session{
		Link: l, number: number,
		inbox: make(chan mqtt.Message, 16), lost: make(chan error, 1), done: make(chan struct{}),
		timer: time.NewTimer(time.Hour),
	}
	s.timer.Stop()
	s.client = mqtt.NewClient(s.options(ctx))
	connect := s.client.Connect()
	<-connect.Done() // bounded by connectTimeout, and by ctx through dial
	if s.shaken != nil {
		s.shaken()
	}
	if err := connect.Error(); err != nil {
		return false, fmt.Errorf("connect: %w", err)
	}
	defer s.leave(ctx)
	if err := s.subscribe(ctx); err != nil {
		return false, err
	}
	l.setUp(true)
	l.hooks.Link(true, time.Now())
	defer func() {
		l.setUp(false)
		l.hooks.Link(false, time.Now())
	}()
	l.log.Info("connected to the hub", "broker", l.cfg.Broker, "conn", number)
	for _, m := range l.hooks.Presence(number) {
		s.publish(m.Leaf, true, m.Payload)
	}
	for _, head := range l.src.Epochs() {
		s.greet = append(s.greet, head.Epoch)
	}
	err = s.serve(ctx)
	return s.answered, err
}

// options sets the client up for one connection: reconnecting is Run's.
func (s *session) options(ctx context.Context) *mqtt.ClientOptions {
	o := mqtt.NewClientOptions().
		AddBroker("tcp://"+s.cfg.Broker).
		SetClientID(s.cfg.Agent+"-"+s.cfg.Instance).
		SetUsername(s.cfg.Agent).
		SetPassword(s.cfg.Password).
		SetProtocolVersion(4).
		SetCleanSession(true).
		SetAutoReconnect(false).
		SetConnectTimeout(connectTimeout).
		SetWriteTimeout(writeTimeout).
		SetBinaryWill(uplink.Topic(s.cfg.Agent, uplink.LeafStatus), s.offline(), qos, true).
		SetConnectionLostHandler(func(_ mqtt.Client, err error) { s.lost <- err }).
		SetDefaultPublishHandler(func(_ mqtt.Client, m mqtt.Message) {
			select {
			case s.inbox <- m:
			case <-s.done:
			}
		})
	o.CustomOpenConnectionFn = func(_ *url.URL, _ mqtt.ClientOptions) (net.Conn, error) { return s.dial(ctx) }
	return o
}

// dial opens the connection. Until shaken is called the end of ctx closes it.
func (s *session) dial(ctx context.Context) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", s.cfg.Broker)
	if err == nil && !s.cfg.Plain {
		secure := tls.Client(conn, s.tlsConfig())
		if err = secure.HandshakeContext(ctx); err != nil {
			_ = conn.Close()
		}
		conn = secure
	}
	if err != nil {
		cancel()
		return nil, err
	}
	s.net = conn
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	s.shaken = func() bool { defer cancel(); return stop() }
	return conn, nil
}

// subscribe asks for what the hub says to this agent, and looks at the answer.
func (s *session) subscribe(ctx context.Context) error {
	filters := map[string]byte{}
	for _, leaf := range []string{uplink.LeafReceipt, uplink.LeafConfig, uplink.LeafCommand} {
		filters[uplink.Topic(s.cfg.Agent, leaf)] = qos
	}
	token := s.client.SubscribeMultiple(filters, nil)
	select {
	case <-token.Done():
	case err := <-s.lost:
		return fmt.Errorf("subscribe: connection lost: %w", err)
	case <-time.After(connectTimeout):
		return errors.New("subscribe: no answer")
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := token.Error(); err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	for topic, code := range token.(*mqtt.SubscribeToken).Result() {
		if code > qos {
			return fmt.Errorf("%w: %s", errSubscription, topic)
		}
	}
	return nil
}

// serve sends and takes until the connection is lost or ctx ends.
func (s *session) serve(ctx context.Context) error {
	for {
		for leaf, m := range s.takePending() {
			s.publish(leaf, m.retained, m.payload)
		}
		if s.flight == nil && s.tries == 0 {
			s.send()
		}
		select {
		case <-ctx.Done():
			return nil
		case err := <-s.lost:
			return fmt.Errorf("connection lost: %w", err)
		case m := <-s.inbox:
			s.take(m)
		case <-s.timer.C:
			s.send()
		case <-s.poke:
		}
	}
}

// send puts the next batch on its way. It is made anew each time; its first event is the same until a receipt moves it.
// Where that fails the timer tries again.
func (s *session) send() {
	s.flight = nil
	b, ok, err := s.next()
	if err == nil && !ok {
		s.tries = 0
		return
	}
	var wire []byte
	if err == nil {
		b.Instance, b.Sent = s.cfg.Instance, s.hooks.Sent()
		wire, err = b.Encode()
	}
	if err != nil {
		s.log.Error("the next batch cannot be sent", "epoch", b.Epoch, "first", b.First, "err", err)
		s.again()
		return
	}
	s.flight, s.events, s.sentAt = &b.Header, len(b.Events), time.Now()
	s.client.Publish(uplink.Topic(s.cfg.Agent, uplink.LeafEvents), qos, false, wire)
	s.again()
}

// next returns the batch that is due: the greeting of each epoch, then what is unsettled, oldest first.
func (s *session) next() (b uplink.Batch, ok bool, err error) {
	for len(s.greet) > 0 {
		if b, ok, err = s.src.Next(s.greet[0]); ok || err != nil {
			return b, ok, err
		}
		s.greet = s.greet[1:] // no longer held
	}
	for _, h := range s.src.Epochs() {
		if h.Settled < h.Last {
			b, ok, err = s.src.Next(h.Epoch)
			return b, ok && len(b.Events) > 0, err
		}
	}
	return b, false, nil
}

// again arms the timer: each time twice as long as before, up to eight times, with jitter.
func (s *session) again() {
	wait := s.cfg.Resend << min(s.tries, 3)
	s.tries++
	s.timer.Reset(wait + rand.N(wait/2))
}

// take does what the hub says.
func (s *session) take(m mqtt.Message) {
	_, leaf, _ := uplink.ParseTopic(m.Topic())
	var err error
	switch leaf {
	case uplink.LeafReceipt:
		var r uplink.Receipt
		if r, err = uplink.ParseReceipt(m.Payload()); err == nil {
			s.receipt(r)
		}
	case uplink.LeafConfig:
		if len(m.Payload()) == 0 { // cleared
			return
		}
		var c uplink.Config
		if c, err = uplink.Decode[uplink.Config](m.Payload()); err == nil {
			s.hooks.Config(c)
		}
	case uplink.LeafCommand:
		var c uplink.Command
		if c, err = uplink.Decode[uplink.Command](m.Payload()); err == nil {
			s.hooks.Command(c)
		}
	default:
		err = errors.New("a topic nobody asked for")
	}
	if err != nil {
		s.log.Warn("a message of the hub cannot be read", "topic", m.Topic(), "err", err)
	}
}

// receipt hands the answer to the batch in flight to the source. An answer that moves nothing though events were sent
// leaves the batch in flight: it is sent again when its time comes, not at once.
func (s *session) receipt(r uplink.Receipt) {
	h := s.flight
	if h == nil || r.Instance != h.Instance || r.Epoch != h.Epoch || r.First != h.First {
		s.log.Debug("a receipt for no batch in flight", "instance", r.Instance, "epoch", r.Epoch, "first", r.First)
		return
	}
	moved, err := s.src.Settle(*h, r)
	if err != nil {
		s.log.Error("a receipt cannot be kept; the batch will be sent again", "epoch", r.Epoch, "first", r.First, "err", err)
		return
	}
	s.hooks.HubTime(r.HubTime, time.Since(s.sentAt))
	s.answered = true
	if !moved && s.events > 0 {
		return
	}
	if len(s.greet) > 0 {
		s.greet = s.greet[1:]
	}
	s.flight, s.tries = nil, 0
	s.timer.Stop()
}

// publish shows presence.
func (s *session) publish(leaf string, retained bool, payload []byte) {
	s.client.Publish(uplink.Topic(s.cfg.Agent, leaf), qos, retained, payload)
}

// offline is the last will: session and online alone (design §3).
func (s *session) offline() []byte {
	b, err := json.Marshal(uplink.Status{Session: uplink.Session{Instance: s.cfg.Instance, Conn: s.number}})
	if err != nil {
		panic(err) // plain values
	}
	return b
}

// leave ends the connection. Where the agent itself ends, it says so: a clean disconnect sends no will.
func (s *session) leave(ctx context.Context) {
	close(s.done)
	guard := time.AfterFunc(leaveTimeout, func() { _ = s.net.Close() })
	defer guard.Stop()
	if ctx.Err() != nil && s.client.IsConnectionOpen() {
		s.client.Publish(uplink.Topic(s.cfg.Agent, uplink.LeafStatus), qos, true, s.offline()).WaitTimeout(leaveTimeout)
	}
	s.client.Disconnect(uint(leaveTimeout.Milliseconds()))
}
