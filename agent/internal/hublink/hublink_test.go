package hublink

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"hallpulse/firmware-protocol/uplink"
)

func TestBatchesGoOneAtATimeInOrder(t *testing.T) {
	leaksNothing(t)
	h := newHub(t, nil)
	a := newAgent(t, h)
	hello := h.batch() // the greeting of an epoch in which nothing was told
	if hello.First != 1 || len(hello.Events) != 0 || hello.Instance != instance || hello.Sent.Start != 7 {
		t.Errorf("greeting %+v", hello.Header)
	}
	a.tell(t, 250)
	h.answer(hello)
	for _, want := range []struct{ first, count int }{{1, 100}, {101, 100}, {201, 50}} {
		b := h.batch()
		if int(b.First) != want.first || b.Count != want.count {
			t.Fatalf("batch %d + %d, want %+v", b.First, b.Count, want)
		}
		a.Poke() // nothing overtakes the batch in flight
		a.tell(t, 0)
		select {
		case early := <-h.batches:
			t.Fatalf("batch %d while %d was in flight", early.First, b.First)
		default:
		}
		h.answer(b)
	}
	a.settled(t, 250)
	if got := receive(t, "hub's time", a.told.times); got.Unix() != 1_800_000_000 {
		t.Errorf("hub's time is %v", got)
	}
}

func TestAfterEachConnectEveryEpochIsGreeted(t *testing.T) {
	leaksNothing(t)
	h := newHub(t, nil)
	a := newAgent(t, h)
	h.answer(h.batch())
	a.tell(t, 5)
	b := h.batch()
	h.answer(b, func(r *uplink.Receipt) {
		r.Through, r.Chain, r.Fork = 2, b.Prev.Next(b.Events[0]).Next(b.Events[1]), true
	})
	again := h.batch() // what followed the fork, in an epoch of its own: its declaration and three events
	if again.Epoch == b.Epoch || again.First != 1 || again.Count != 4 {
		t.Fatalf("after a fork: %+v", again.Header)
	}
	h.answer(again)
	a.settled(t, 4)

	h.kill()
	h.start()
	first, second := h.batch(), (*uplink.Batch)(nil)
	if first.Epoch != b.Epoch || first.First != 3 || first.Count != 0 {
		t.Errorf("the older epoch is greeted with %+v", first.Header)
	}
	select {
	case early := <-h.batches:
		second = &early
		t.Error("the second greeting did not wait for the first receipt")
	default:
	}
	h.answer(first)
	if second == nil {
		b := h.batch()
		second = &b
	}
	if second.Epoch != again.Epoch || second.First != 5 || second.Count != 0 {
		t.Errorf("the current epoch is greeted with %+v", second.Header)
	}
}

func TestABatchIsSentAgainOnReconnectAndWhenItsTimeComes(t *testing.T) {
	t.Run("on reconnect", func(t *testing.T) {
		leaksNothing(t)
		h := newHub(t, nil)
		a := newAgent(t, h) // its resend is an hour away
		h.answer(h.batch())
		a.tell(t, 3)
		lost := h.batch() // taken, and the receipt is lost
		h.kill()
		h.start()
		b := h.batch()
		if b.First != lost.First || b.Count != 3 {
			t.Errorf("after the reconnect: %+v", b.Header)
		}
		h.answer(b)
		a.settled(t, 3)
	})
	t.Run("in time", func(t *testing.T) {
		leaksNothing(t)
		h := newHub(t, nil)
		a := newAgent(t, h, func(c *Config) { c.Resend = 20 * time.Millisecond })
		h.answer(h.batch())
		a.tell(t, 3)
		b := h.batch()
		for range 3 {
			if again := h.batch(); again.First != b.First || again.Count != 3 {
				t.Errorf("again: %+v", again.Header)
			}
		}
		h.answer(b)
		a.settled(t, 3)
	})
	t.Run("not before", func(t *testing.T) {
		l, err := New(Config{Broker: "127.0.0.1:1", Plain: true, Agent: agentName, Instance: instance}, nil, Hooks{})
		if err != nil || l.cfg.Resend < 30*time.Second {
			t.Errorf("the least wait is %v, %v", l.cfg.Resend, err)
		}
	})
}

func TestAReceiptForAnotherBatchIsNoAnswer(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*uplink.Receipt)
	}{
		{"another instance", func(r *uplink.Receipt) { r.Instance = "00000000000000bb" }},
		{"another epoch", func(r *uplink.Receipt) { r.Epoch = "00000000000000cc" }},
		{"another first", func(r *uplink.Receipt) { r.First++ }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			leaksNothing(t)
			h := newHub(t, nil)
			a := newAgent(t, h)
			h.answer(h.batch())
			receive(t, "hub's time", a.told.times)
			a.tell(t, 3)
			b := h.batch()
			h.answer(b, tt.change)
			h.say(uplink.LeafCommand, []byte(`{"id":"after"}`), false) // it was read when this is
			receive(t, "the command", a.told.commands)
			if got := a.Epochs()[0].Settled; got != 0 || len(a.told.times) != 0 {
				t.Errorf("settled %d by it, %d times", got, len(a.told.times))
			}
			h.answer(b)
			a.settled(t, 3)
		})
	}
}

func TestAnAnswerThatMovesNothingIsNotAnsweredAtOnce(t *testing.T) {
	leaksNothing(t)
	h := newHub(t, nil)
	a := newAgent(t, h)
	h.answer(h.batch())
	a.tell(t, 3)
	b := h.batch()
	h.answer(b, func(r *uplink.Receipt) { r.Through, r.Chain = 0, b.Prev })
	h.say(uplink.LeafCommand, []byte(`{"id":"after"}`), false)
	receive(t, "the command", a.told.commands)
	a.tell(t, 1)
	select {
	case again := <-h.batches:
		t.Errorf("sent again at once: %+v", again.Header)
	default:
	}
	h.answer(b) // the answer to the same batch, later
	a.settled(t, 3)
	if b := h.batch(); b.First != 4 || b.Count != 1 {
		t.Errorf("then %+v", b.Header)
	}
}

func TestSlowAndRepeatedReceiptsSettleOnce(t *testing.T) {
	leaksNothing(t)
	h := newHub(t, nil)
	a := newAgent(t, h, func(c *Config) { c.Resend = 5 * time.Millisecond })
	var mu sync.Mutex
	seen := map[uint64]int{}
	stop := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { // a hub that answers each batch twice, late
		var queue []uplink.Batch
		for {
			select {
			case b := <-h.batches:
				mu.Lock()
				seen[b.First]++
				mu.Unlock()
				queue = append(queue, b)
			case <-time.After(time.Millisecond):
				for _, b := range queue {
					h.answer(b)
					h.answer(b)
				}
				queue = nil
			case <-stop:
				return
			}
		}
	})
	for range 10 {
		a.tell(t, 120)
	}
	a.settled(t, 1200)
	close(stop)
	wg.Wait()
}

func TestPresenceIsShownAfterEachConnectAndWhileUp(t *testing.T) {
	leaksNothing(t)
	h := newHub(t, nil)
	a := newAgent(t, h)
	leafOf := func() (string, []byte, bool) {
		pk := receive(t, "presence", h.presence)
		_, leaf, _ := uplink.ParseTopic(pk.TopicName)
		return leaf, pk.Payload, pk.FixedHeader.Retain
	}
	for conn := uint64(1); conn <= 2; conn++ {
		for _, want := range []string{uplink.LeafQueue, uplink.LeafWindow + "12"} {
			if leaf, _, retained := leafOf(); leaf != want || !retained {
				t.Errorf("connect %d: %s, retained %v, want %s", conn, leaf, retained, want)
			}
		}
		got := receive(t, "the number of the connect", a.told.conns)
		if conn == 1 && got != 1 || got < conn {
			t.Errorf("connect %d has number %d", conn, got)
		}
		h.answer(h.batch())
		a.Publish(uplink.LeafStatus, true, []byte(`{"online":true}`))
		if leaf, payload, retained := leafOf(); leaf != uplink.LeafStatus || string(payload) != `{"online":true}` || !retained {
			t.Errorf("published: %s %s %v", leaf, payload, retained)
		}
		a.Publish(uplink.LeafWindow+"9", true, nil)
		if leaf, payload, retained := leafOf(); leaf != uplink.LeafWindow+"9" || len(payload) != 0 || !retained {
			t.Errorf("cleared: %s %s %v", leaf, payload, retained)
		}
		if conn == 1 {
			h.kill()
			await(t, "the link is down", func() bool { a.mu.Lock(); defer a.mu.Unlock(); return !a.up })
			a.Publish(uplink.LeafStatus, true, []byte(`{"dropped":true}`))
			h.start()
		}
	}
	up := []bool{false, true, false, true}
	for i, want := range up {
		if got := receive(t, "the state of the link", a.told.up); got != want {
			t.Errorf("state %d of the link is %v", i, got)
		}
	}
}

func TestOfSeveralMessagesWithOneLeafTheLastIsSent(t *testing.T) {
	l := &Link{poke: make(chan struct{}, 1)}
	l.Publish(uplink.LeafStatus, true, []byte("away"))
	if l.takePending() != nil {
		t.Error("kept while the hub was away")
	}
	l.setUp(true)
	for _, s := range []string{"1", "2", "3"} {
		l.Publish(uplink.LeafStatus, true, []byte(s))
	}
	l.Publish(uplink.LeafQueue, true, []byte("q"))
	p := l.takePending()
	if len(p) != 2 || string(p[uplink.LeafStatus].payload) != "3" || l.takePending() != nil {
		t.Errorf("pending %+v", p)
	}
}

func TestTheLastWillIsTheAgentsOwnStatusAndNothingMore(t *testing.T) {
	leaksNothing(t)
	h := newHub(t, nil)
	a := newAgent(t, h)
	h.answer(h.batch())
	h.mu.Lock()
	c := h.connects[0]
	h.mu.Unlock()
	want, _ := json.Marshal(uplink.Status{Session: uplink.Session{Instance: instance, Conn: 1}})
	if c.WillTopic != uplink.Topic(agentName, uplink.LeafStatus) || !c.WillRetain || c.WillQos != 1 || !bytes.Equal(c.WillPayload, want) {
		t.Errorf("will: %+v", c)
	}
	if c.ClientIdentifier != agentName+"-"+instance || string(c.Username) != agentName || !c.Clean {
		t.Errorf("connect: %+v", c)
	}
	cl, ok := h.server.Clients.Get(agentName + "-" + instance)
	if !ok {
		t.Fatal("no client")
	}
	cl.Net.Conn.Close() // the line breaks: the broker speaks the will
	if pk := receive(t, "the will", h.wills); !bytes.Equal(pk.Payload, want) {
		t.Errorf("will sent: %s", pk.Payload)
	}
	h.answer(h.batch()) // back again
	for len(h.presence) > 0 {
		<-h.presence
	}
	a.stop() // a clean end: the agent says it itself
	pk := receive(t, "the last status", h.presence)
	s, err := uplink.Decode[uplink.Status](pk.Payload)
	if err != nil || s.Online || s.Instance != instance || s.Conn < 2 || !pk.FixedHeader.Retain {
		t.Errorf("the last status is %s, %v", pk.Payload, err)
	}
	if len(h.wills) != 0 {
		t.Error("a will after a clean end")
	}
}

func TestConfigAndCommandsReachTheDoor(t *testing.T) {
	leaksNothing(t)
	h := newHub(t, nil)
	h.say(uplink.LeafConfig, []byte(`{"v":1,"version":41,"public_url":"https://x"}`), true)
	a := newAgent(t, h)
	if c := receive(t, "retained config", a.told.configs); c.Version != 41 {
		t.Errorf("config %+v", c)
	}
	h.answer(h.batch())
	for _, bad := range []string{"", "{", "[]", `{"version":-1}`} {
		h.say(uplink.LeafConfig, []byte(bad), false)
		h.say(uplink.LeafReceipt, []byte(bad), false)
		if bad != "" {
			h.say(uplink.LeafCommand, []byte(bad), false)
		}
	}
	h.say(uplink.LeafConfig, []byte(`{"v":1,"version":42}`), true)
	if c := receive(t, "new config", a.told.configs); c.Version != 42 {
		t.Errorf("config %+v", c)
	}
	for { // a command of a kind that no agent knows is the door's to refuse; `{"version":-1}` is a command without a name
		c := receive(t, "the command", a.told.commands)
		if c.ID == "" {
			h.say(uplink.LeafCommand, []byte(`{"id":"c1","kind":"dance","expires":"2026-11-23T09:00:00Z","body":{"window":"12","x":1}}`), false)
			continue
		}
		if c.ID != "c1" || c.Kind != "dance" || c.Body.Window != "12" {
			t.Errorf("command %+v", c)
		}
		break
	}
}

// lines is a log that tests can read.
type lines struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *lines) count(what string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.buf.String(), what)
}

func TestARefusedAgentSaysWhyAndTriesAgain(t *testing.T) {
	t.Run("password", func(t *testing.T) {
		leaksNothing(t)
		h := newHub(t, nil)
		var log lines
		a := newAgent(t, h, func(c *Config) {
			c.Password = "wrong"
			c.Log = slog.New(slog.NewTextHandler(&log, nil))
		})
		await(t, "three attempts", func() bool { return log.count("refuses this agent: is it enrolled") >= 3 })
		if up := receive(t, "the state of the link", a.told.up); up || len(a.told.up) != 0 {
			t.Error("the link was called up")
		}
		if log.count("wrong") != 0 {
			t.Error("the password is in the log")
		}
	})
	for _, leaf := range []string{uplink.LeafReceipt, uplink.LeafConfig, uplink.LeafCommand} {
		t.Run("subscription of "+leaf, func(t *testing.T) {
			leaksNothing(t)
			h := newHub(t, nil)
			h.refuse = leaf
			var log lines
			a := newAgent(t, h, func(c *Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
			await(t, "two attempts", func() bool { return log.count("refuses this agent's subscriptions") >= 2 })
			if len(h.batches) != 0 || len(h.presence) != 0 {
				t.Error("it spoke to a hub whose answers it cannot hear")
			}
			h.mu.Lock()
			h.refuse = ""
			h.mu.Unlock()
			h.answer(h.batch())
			a.tell(t, 2)
			h.answer(h.batch())
			a.settled(t, 2)
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		leaksNothing(t)
		h := newHub(t, nil)
		h.kill()
		var log lines
		a := newAgent(t, h, func(c *Config) { c.Log = slog.New(slog.NewTextHandler(&log, nil)) })
		await(t, "three attempts", func() bool { return log.count("cannot be reached") >= 3 })
		a.tell(t, 4)
		h.start()
		b := h.batch()
		if b.Count != 4 {
			t.Errorf("greeting %+v", b.Header)
		}
		h.answer(b)
		a.settled(t, 4)
	})
}

func TestRunEndsWhateverTheFarEndDoes(t *testing.T) {
	for _, tt := range []struct {
		name string
		far  func(net.Conn) // what the far end does with a connection
	}{
		{"says nothing", func(net.Conn) {}},
		{"accepts, then says nothing", func(c net.Conn) { _, _ = c.Write([]byte{0x20, 2, 0, 0}) }},
		{"speaks something else", func(c net.Conn) { _, _ = c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n")) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			leaksNothing(t)
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			accepted := make(chan net.Conn, 1000)
			var wg sync.WaitGroup
			wg.Go(func() {
				for {
					c, err := ln.Accept()
					if err != nil {
						return
					}
					tt.far(c)
					accepted <- c
				}
			})
			h := &hub{t: t, addr: ln.Addr().String()}
			a := newAgent(t, h)
			conns := []net.Conn{receive(t, "a connection", accepted)}
			a.stop()
			_ = ln.Close()
			wg.Wait()
			for len(accepted) > 0 {
				conns = append(conns, <-accepted)
			}
			for _, c := range conns {
				_ = c.Close()
			}
		})
	}
}

func TestNewNamesWhatIsWrong(t *testing.T) {
	good := Config{Broker: "hub.example:8883", Agent: agentName, Instance: instance, CA: strings.Repeat("ab", 32)}
	if _, err := New(good, nil, Hooks{}); err != nil {
		t.Errorf("a good configuration: %v", err)
	}
	for name, change := range map[string]func(*Config){
		"no port":                  func(c *Config) { c.Broker = "hub.example" },
		"no host":                  func(c *Config) { c.Broker = ":8883" },
		"agent":                    func(c *Config) { c.Agent = "Hall 1" },
		"instance":                 func(c *Config) { c.Instance = "1" },
		"fingerprint":              func(c *Config) { c.CA = "ab" },
		"no fingerprint":           func(c *Config) { c.CA = "" },
		"plain beyond loopback":    func(c *Config) { c.Plain = true },
		"plain to another address": func(c *Config) { c.Plain, c.Broker = true, "10.0.0.1:1883" },
	} {
		cfg := good
		change(&cfg)
		if _, err := New(cfg, nil, Hooks{}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	for _, host := range []string{"127.0.0.1:1883", "localhost:1883", "[::1]:1883"} {
		if _, err := New(Config{Broker: host, Plain: true, Agent: agentName, Instance: instance}, nil, Hooks{}); err != nil {
			t.Errorf("plain to %s: %v", host, err)
		}
	}
}

func TestWaitsGrowWithJitterAndHaveAnEnd(t *testing.T) {
	leaksNothing(t)
	s := &session{Link: &Link{cfg: Config{Resend: 40 * time.Millisecond}}, timer: time.NewTimer(time.Hour)}
	var waits []time.Duration
	for range 5 {
		began := time.Now()
		s.again()
		<-s.timer.C
		waits = append(waits, time.Since(began))
	}
	for i, least := range []time.Duration{40, 80, 160, 320, 320} {
		if waits[i] < least*time.Millisecond {
			t.Errorf("wait %d was %v, at least %d ms is promised", i, waits[i], least)
		}
	}
	if slices.Max(waits) > patience {
		t.Errorf("waits %v", waits)
	}
}
