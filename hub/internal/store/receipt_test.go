package store_test

import (
	"slices"
	"testing"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// filler tells n events that say little.
func (a *agent) filler(n int) {
	for range n {
		a.tell(hall.CommandRefused{Command: "c", Why: "unknown"})
	}
}

// Every branch of a receipt (design §3).
func TestReceipt(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	a.filler(349)
	epoch, start := a.epoch, uplink.ChainStart(a.Name, a.epoch)
	chain := func(n uint64) uplink.Chain {
		if n == 0 {
			return start
		}
		return a.chains[epoch][n-1]
	}
	for _, c := range []struct {
		says    string
		payload []byte
		want    uplink.Receipt
	}{
		{"nothing known yet, nothing to send", a.batch(epoch, 1, 0), uplink.Receipt{First: 1, Through: 0, Chain: start}},
		{"beyond the head of an epoch that is not known: from the beginning", a.batch(epoch, 101, 100), uplink.Receipt{First: 101, Chain: start, Need: 1}},
		{"the first batch", a.batch(epoch, 1, 100), uplink.Receipt{First: 1, Through: 100, Chain: chain(100)}},
		{"the same again", a.batch(epoch, 1, 100), uplink.Receipt{First: 1, Through: 100, Chain: chain(100)}},
		{"an overlap: known ones are compared, new ones stored", a.batch(epoch, 51, 100), uplink.Receipt{First: 51, Through: 150, Chain: chain(150)}},
		{"beyond the head: from the head on", a.batch(epoch, 201, 50), uplink.Receipt{First: 201, Through: 150, Chain: chain(150), Need: 151}},
		{"empty, at the head", a.batch(epoch, 151, 0), uplink.Receipt{First: 151, Through: 150, Chain: chain(150)}},
		{"empty, behind the head: agreed so far", a.batch(epoch, 21, 0), uplink.Receipt{First: 21, Through: 20, Chain: chain(20)}},
		{"empty, beyond the head", a.batch(epoch, 351, 0), uplink.Receipt{First: 351, Through: 150, Chain: chain(150), Need: 151}},
		{"inside what is known", a.batch(epoch, 11, 10), uplink.Receipt{First: 11, Through: 20, Chain: chain(20)}},
		{"the next", a.batch(epoch, 151, 100), uplink.Receipt{First: 151, Through: 250, Chain: chain(250)}},
		{"and the rest", a.batch(epoch, 251, 100), uplink.Receipt{First: 251, Through: 350, Chain: chain(350)}},
	} {
		got := h.send(a, c.payload)
		c.want.Instance, c.want.Epoch, c.want.HubTime = a.instance, epoch, h.now
		if !same(got, c.want) {
			t.Errorf("%s:\n got %+v\nwant %+v", c.says, got, c.want)
		}
	}
	h.check()
}

func same(a, b uplink.Receipt) bool {
	verdicts := slices.Equal(a.Verdicts, b.Verdicts)
	a.Verdicts, b.Verdicts = nil, nil
	return verdicts && a.Instance == b.Instance && a.Epoch == b.Epoch && a.First == b.First && a.Through == b.Through &&
		a.Chain == b.Chain && a.Need == b.Need && a.Fork == b.Fork && a.HubTime.Equal(b.HubTime)
}

// A store that was put back goes on with other bytes: the hub leads the agent back to the place of the fork.
func TestForkIsFoundByGoingBack(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	a.filler(499)
	h.sendAll(a, a.epoch)
	const fork = 123
	a.events[a.epoch], a.chains[a.epoch] = a.events[a.epoch][:fork:fork], a.chains[a.epoch][:fork:fork]
	for range 400 {
		a.tell(hall.ConfigApplied{Version: 9})
	}
	first, asked := uint64(501), []uint64{}
	var r uplink.Receipt
	for {
		if r = h.send(a, a.batch(a.epoch, first, 100)); r.Need == 0 {
			break
		}
		if r.Through != 0 && r.Chain != a.chains[a.epoch][r.Through-1] {
			t.Fatalf("asked for %d: through %d would settle what the hub does not hold", r.Need, r.Through)
		}
		asked, first = append(asked, r.Need), r.Need
	}
	if !r.Fork || r.Through != fork || r.Chain != a.chains[a.epoch][fork-1] {
		t.Fatalf("receipt %+v, want the fork after %d", r, fork)
	}
	if want := []uint64{401, 301, 201, 101}; !slices.Equal(asked, want) {
		t.Errorf("asked for %v, want %v", asked, want)
	}
	h.check()
}

func TestForkInsideAnOverlap(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	a.filler(50)
	h.sendAll(a, a.epoch)
	a.events[a.epoch], a.chains[a.epoch] = a.events[a.epoch][:40:40], a.chains[a.epoch][:40:40]
	for range 30 {
		a.tell(hall.ConfigApplied{Version: 9})
	}
	if r := h.send(a, a.batch(a.epoch, 31, 100)); !r.Fork || r.Through != 40 || r.Chain != a.chains[a.epoch][39] {
		t.Errorf("receipt %+v, want the fork after 40", r)
	}
	h.check()
}

func TestForkBeforeTheFirstEvent(t *testing.T) {
	a, other := newAgent(1, "hall-a"), newAgent(1, "hall-b")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	other.epoch = a.epoch
	other.started(nil, hall.EpochFirst)
	if r := h.send(a, other.batch(a.epoch, 1, 1)); !r.Fork || r.Through != 0 || r.Need != 0 {
		t.Errorf("receipt %+v, want a fork at the very beginning: the chain begins with another name", r)
	}
	h.check()
}

// Verdicts are listed again for a repeat, and one bad event never blocks the rest.
func TestVerdicts(t *testing.T) {
	a := newAgent(1, "hall-a")
	h := newHub(t, dataDir(t), a)
	defer h.close()
	a.started(nil, hall.EpochFirst)
	a.raw([]byte("gurble"))
	a.raw([]byte(`{"seq":3,"at":"2026-11-23T09:00:00+08:00","clock":{"state":"synced"},"start":1,"up":5,"type":"ticket.teleported","body":{}}`))
	a.raw([]byte(`{"seq":9,"at":"2026-11-23T09:00:00+08:00","clock":{"state":"synced"},"start":1,"up":5,"type":"window.closed","body":{"window":"1"}}`))
	a.tell(hall.TicketCalled{Ticket: hall.ID{Agent: 2, Serial: 1}, Window: "1"})
	a.tell(hall.TicketCalled{Window: "1"})
	ticket := a.id()
	a.tell(hall.TicketCalled{Ticket: ticket, Window: "1"})
	want := []uplink.Verdict{
		{Seq: 2, Kind: uplink.Refused, Why: uplink.WhyMalformed},
		{Seq: 3, Kind: uplink.Unknown, Why: uplink.WhyType},
		{Seq: 4, Kind: uplink.Refused, Why: uplink.WhySeq},
		{Seq: 5, Kind: uplink.Refused, Why: uplink.WhyForeign},
		{Seq: 6, Kind: uplink.Refused, Why: uplink.WhyMissing},
	}
	for _, says := range []string{"first", "a repeat"} {
		if r := h.send(a, a.batch(a.epoch, 1, 100)); r.Through != 7 || !slices.Equal(r.Verdicts, want) {
			t.Errorf("%s: through %d, verdicts %v", says, r.Through, r.Verdicts)
		}
	}
	if r := h.send(a, a.batch(a.epoch, 5, 100)); !slices.Equal(r.Verdicts, want[3:]) {
		t.Errorf("a part: verdicts %v", r.Verdicts)
	}
	if st, ok, err := h.Store.Story(t.Context(), ticket); err != nil || !ok || st.State() != hall.TicketIsCalled {
		t.Errorf("the good event behind them: %+v %v %v", st, ok, err)
	}
	if f := h.findings(); len(f) != 1 || f[0].Rule != hall.FindingEventRefused || f[0].From != 2 || f[0].To != 6 {
		t.Errorf("findings %+v, want one for the refused ones", f)
	}
	c, err := h.Store.Counts(t.Context())
	if err != nil || c.NotRead[uplink.WhyType] != 1 || c.NotRead[uplink.WhyForeign] != 1 {
		t.Errorf("counts %+v, %v", c, err)
	}
	h.check()
}
