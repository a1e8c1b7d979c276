package agent

import (
	"encoding/json"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// tableHub is a broker, and a hub behind it that believes everything it is told.
type tableHub struct {
	mqtt.HookBase
	t      *testing.T
	addr   string
	server *mqtt.Server
	close  func()

	mu     sync.Mutex
	chain  map[string]uplink.Chain // epoch → after the last event
	last   map[string]uint64
	events []uplink.Event
	boxes  []string
	wire   []byte            // all that came
	shown  map[string][]byte // leaf → retained
	ahead  time.Duration     // of its clock
}

func newTableHub(t *testing.T) *tableHub {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &tableHub{
		t: t, addr: l.Addr().String(), chain: map[string]uplink.Chain{}, last: map[string]uint64{}, shown: map[string][]byte{},
		server: mqtt.New(&mqtt.Options{InlineClient: true, Logger: slog.New(slog.DiscardHandler)}),
	}
	if err := h.server.AddHook(h, nil); err != nil {
		t.Fatal(err)
	}
	if err := h.server.AddListener(listeners.NewNet("t", l)); err != nil {
		t.Fatal(err)
	}
	if err := h.server.Serve(); err != nil {
		t.Fatal(err)
	}
	h.close = sync.OnceFunc(func() {
		if err := h.server.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(h.close)
	return h
}

func (h *tableHub) Provides(b byte) bool {
	return b == mqtt.OnPublish || b == mqtt.OnConnectAuthenticate || b == mqtt.OnACLCheck
}

func (h *tableHub) OnConnectAuthenticate(*mqtt.Client, packets.Packet) bool { return true }
func (h *tableHub) OnACLCheck(*mqtt.Client, string, bool) bool              { return true }

func (h *tableHub) OnPublish(_ *mqtt.Client, p packets.Packet) (packets.Packet, error) {
	agent, leaf, ok := uplink.ParseTopic(p.TopicName)
	if !ok || agent != "hall-1" {
		return p, nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.wire = append(h.wire, p.Payload...)
	if leaf == uplink.LeafEvents {
		go h.answer(h.take(slices.Clone(p.Payload)))
		return p, packets.CodeSuccessIgnore
	}
	if leaf != uplink.LeafReceipt && leaf != uplink.LeafConfig && leaf != uplink.LeafCommand {
		h.shown[leaf] = slices.Clone(p.Payload)
	}
	return p, nil
}

func (h *tableHub) take(payload []byte) uplink.Receipt {
	b, err := uplink.ParseBatch(payload)
	if err != nil {
		h.t.Error(err)
		return uplink.Receipt{}
	}
	if h.last[b.Epoch] == 0 {
		h.chain[b.Epoch] = uplink.ChainStart("hall-1", b.Epoch)
	}
	for _, box := range b.Boxes {
		h.boxes = append(h.boxes, string(box))
	}
	for _, e := range b.Events {
		event, err := uplink.DecodeEvent(e)
		if err != nil {
			h.t.Error(err)
		}
		if event.Seq != h.last[b.Epoch]+1 {
			continue
		}
		h.events, h.last[b.Epoch], h.chain[b.Epoch] = append(h.events, event), event.Seq, h.chain[b.Epoch].Next(e)
	}
	return uplink.Receipt{
		Instance: b.Instance, Epoch: b.Epoch, First: b.First, Through: h.last[b.Epoch], Chain: h.chain[b.Epoch],
		HubTime: time.Now().Add(h.ahead),
	}
}

func (h *tableHub) answer(r uplink.Receipt) { h.say(uplink.LeafReceipt, r) }

func (h *tableHub) say(leaf string, v any) {
	b, err := json.Marshal(v)
	if err == nil {
		err = h.server.Publish(uplink.Topic("hall-1", leaf), b, leaf == uplink.LeafConfig, 1)
	}
	if err != nil {
		h.t.Error(err)
	}
}

// heard returns the facts of one type that the hub was told so far.
func heard[F hall.Fact](h *tableHub) []F {
	h.mu.Lock()
	defer h.mu.Unlock()
	return facts[F](h.t, h.events)
}

// sees returns the last word of presence at leaf.
func sees[T uplink.Status | uplink.WindowNow | uplink.QueueNow](h *tableHub, leaf string) (v T) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if b := h.shown[leaf]; len(b) > 0 {
		if err := json.Unmarshal(b, &v); err != nil {
			h.t.Error(err)
		}
	}
	return v
}

func TestTheHubHearsAndIsShownEverything(t *testing.T) {
	h, r := newTableHub(t), newRig(t)
	r.enrol(h.addr)
	r.addPad("pad-12", "12") // nothing hangs there
	c := r.start()
	r.await("the hub", func() bool { return r.console("11").Hub.Up })
	ticket := r.take("A", "A01")
	r.take("A", "")
	r.act("11", "open", "next", "serve")
	r.await("all events", func() bool { return len(heard[hall.VisitServed](h)) == 1 && r.console("11").Hub.Stored == 0 })
	r.await("the window", func() bool { return sees[uplink.WindowNow](h, "window/11").State == hall.WindowIsServing })
	w := sees[uplink.WindowNow](h, "window/11")
	if w.Ticket != "A001" || w.Item != "A01" || w.Staff != "0316" || w.Waiting != 1 || w.Seq == 0 || !uplink.ValidEpoch(w.Epoch) || w.Conn != 1 {
		t.Errorf("%+v", w)
	}
	r.await("the fault", func() bool {
		f := sees[uplink.WindowNow](h, "window/12").Faults
		return len(f) == 1 && f[0].Device == "pad-12" && f[0].Trouble == hall.TroubleMissing
	})
	r.await("the queue", func() bool {
		q := sees[uplink.QueueNow](h, uplink.LeafQueue)
		return len(q.Letters) == 5 && q.Letters[0].Waiting == 1 && len(q.Letters[0].Tickets) == 1 && q.Letters[0].Tickets[0] != ticket.ID
	})
	s := sees[uplink.Status](h, uplink.LeafStatus)
	if !s.Online || s.Hall != "qinglan" || s.Catalogue != c.catalogueSHA || len(s.Heads) != 1 || s.Instance != w.Instance {
		t.Errorf("%+v", s)
	}
	r.stop()
	if s := sees[uplink.Status](h, uplink.LeafStatus); s.Online {
		t.Errorf("ended without a word: %+v", s)
	}
	r.good(c)
}

func TestTheHubsConfigurationIsKept(t *testing.T) {
	h, r := newTableHub(t), newRig(t)
	r.enrol(h.addr)
	h.say(uplink.LeafConfig, uplink.Config{V: uplink.Version, Version: 5, PublicURL: "https://pj.example", BoxKey: "k"})
	r.start()
	r.await("the configuration", func() bool { return len(heard[hall.ConfigApplied](h)) == 1 })
	if u := r.take("A", "").URL; !strings.HasPrefix(u, "https://pj.example/r/") {
		t.Errorf("the ticket says %s", u)
	}
	h.say(uplink.LeafConfig, uplink.Config{V: uplink.Version, Version: 4, PublicURL: "https://old.example"})
	h.say(uplink.LeafConfig, uplink.Config{V: uplink.Version + 1, Version: 9, PublicURL: "https://new.example"})
	h.say(uplink.LeafCommand, uplink.Command{ID: "c1", Kind: "dance", Expires: time.Now().Add(time.Hour)})
	h.say(uplink.LeafCommand, uplink.Command{ID: "c2", Kind: "dance", Expires: time.Now().Add(-time.Hour)})
	r.await("answers to the commands", func() bool { return len(heard[hall.CommandRefused](h)) == 2 })
	got := heard[hall.CommandRefused](h)
	if got[0] != (hall.CommandRefused{Command: "c1", Why: "unknown"}) || got[1] != (hall.CommandRefused{Command: "c2", Why: "expired"}) {
		t.Errorf("%+v", got)
	}
	if u := r.take("A", "").URL; !strings.HasPrefix(u, "https://pj.example/r/") || len(heard[hall.ConfigApplied](h)) != 1 {
		t.Errorf("an older configuration was taken: %s", u)
	}
	r.stop()
	h.close()
	r.start()
	if u := r.take("A", "").URL; !strings.HasPrefix(u, "https://pj.example/r/") {
		t.Errorf("forgotten after a stop: %s", u)
	}
}

// A clock that nobody keeps is told by the hub's, and every event says so.
func TestTheHubsTimeIsLearnt(t *testing.T) {
	h, r := newTableHub(t), newRig(t)
	h.ahead = time.Hour
	r.enrol(h.addr)
	c := r.writeConfig()
	c.Clock.Synced = func() bool { return false }
	r.run(c)
	r.await("the hub's time", func() bool { return sees[uplink.Status](h, uplink.LeafStatus).ClockBad })
	r.take("A", "")
	r.await("the event", func() bool { return len(heard[hall.TicketIssued](h)) == 1 })
	h.mu.Lock()
	defer h.mu.Unlock()
	off := time.Duration(h.events[len(h.events)-1].Clock.OffsetMS) * time.Millisecond
	if off < 59*time.Minute || off > 61*time.Minute {
		t.Errorf("offset %v, the hub is an hour ahead", off)
	}
}

// A window that was taken out of the hall is taken back at the hub.
func TestAWindowThatIsGoneIsCleared(t *testing.T) {
	h, r := newTableHub(t), newRig(t)
	r.enrol(h.addr)
	r.start()
	r.await("both windows", func() bool {
		return sees[uplink.WindowNow](h, "window/11").Window == "11" && sees[uplink.WindowNow](h, "window/24").Window == "24"
	})
	r.stop()
	c := r.writeConfig()
	c.catalogue.Windows = c.catalogue.Windows[:7] // without 24
	r.run(c)
	r.await("the cleared window", func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		b, said := h.shown["window/24"]
		return said && len(b) == 0
	})
	if w := sees[uplink.WindowNow](h, "window/11"); w.Window != "11" {
		t.Errorf("%+v", w)
	}
}

func TestPresenceIsSaidOnceAndTheQueueSeldom(t *testing.T) {
	r := newRig(t)
	r.enrol("")
	c := r.writeConfig()
	clock := &handClock{wall: morning(), synced: true}
	c.Clock = clock.clock()
	p, err := open(c, quiet())
	if err != nil {
		t.Fatal(err)
	}
	defer p.box.Close()
	leaves := func(s *presence) (all []string) {
		for _, m := range p.presenceDue(s) {
			all = append(all, m.Leaf)
		}
		return all
	}
	s := newPresence(uplink.Session{Instance: p.id.Instance, Conn: 1})
	if got := leaves(s); len(got) != 11 || got[0] != uplink.LeafStatus || got[10] != uplink.LeafQueue {
		t.Errorf("at a connect: %v", got)
	}
	if got := leaves(s); len(got) != 0 {
		t.Errorf("nothing has changed: %v", got)
	}
	p.devices = map[string]deviceNow{"tickets": {DeviceNow: uplink.DeviceNow{Device: "tickets", Trouble: hall.TroubleCover}}}
	clock.pass(4 * time.Second)
	if got := leaves(s); len(got) != 0 {
		t.Errorf("the queue after 4 s: %v", got)
	}
	clock.pass(time.Second)
	if got := leaves(s); !slices.Equal(got, []string{uplink.LeafQueue}) {
		t.Errorf("the queue after 5 s: %v", got)
	}
	p.devices = map[string]deviceNow{"pad": {DeviceNow: uplink.DeviceNow{Device: "pad", Trouble: hall.TroubleMissing}, window: "12"}}
	if got := leaves(s); !slices.Equal(got, []string{"window/12"}) {
		t.Errorf("a fault of a window: %v", got)
	}
	clock.pass(time.Minute)
	if got := leaves(s); !slices.Equal(got, []string{uplink.LeafStatus, uplink.LeafQueue}) {
		t.Errorf("a minute later: %v", got)
	}
}
