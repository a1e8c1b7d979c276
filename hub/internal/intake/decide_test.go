package intake

import (
	"slices"
	"strings"
	"testing"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// empty is a store with nothing in it.
type empty struct{ saved []*Changes }

func (e *empty) Update(fn func(Tx) error) error { return fn(e) }
func (e *empty) Load(Keys) (Before, error)      { return Before{}, nil }
func (e *empty) Save(c *Changes) error          { e.saved = append(e.saved, c); return nil }

// An event that cannot be carried out is refused, leaves nothing behind, and blocks nobody.
func TestAPanicInOneEventIsAVerdict(t *testing.T) {
	good, poisoned := hall.ID{Agent: 3, Serial: 1}, hall.ID{Agent: 3, Serial: 2}
	payload, err := uplink.Batch{
		Header: uplink.Header{Instance: strings.Repeat("a", 16), Epoch: strings.Repeat("b", 16), First: 1, Prev: uplink.ChainStart("hall-a", strings.Repeat("b", 16))},
		Events: [][]byte{
			encoded(t, 1, hall.AgentStarted{Hall: "h"}),
			encoded(t, 2, hall.VisitOpened{Visit: poisoned, Ticket: poisoned, Window: "7"}),
			encoded(t, 3, hall.TicketCalled{Ticket: good, Window: "8"}),
		},
	}.Encode()
	if err != nil {
		t.Fatal(err)
	}
	b, err := readBatch(Agent{Number: 3, Name: "hall-a"}, payload, nine, nil)
	if err != nil {
		t.Fatal(err)
	}
	store := &empty{}
	d := decision{tx: store, now: nine, view: newView(), twice: instances{}}
	d.courses[poisoned] = &course{id: poisoned, visits: []*Visit{nil}}
	r := d.receive(b)
	if want := []uplink.Verdict{{Seq: 2, Kind: uplink.Refused, Why: uplink.WhyInternal}}; !slices.Equal(r.Verdicts, want) || r.Through != 3 {
		t.Fatalf("receipt through %d, verdicts %v; want through 3, %v", r.Through, r.Verdicts, want)
	}
	c := d.rows()
	if len(c.Visits) != 0 || len(c.Windows) != 1 || c.Windows[0].Window != "8" || len(c.Tickets) != 1 || c.Tickets[0].ID != good {
		t.Errorf("the refused event left something, or the one after it is lost: %+v", c)
	}
	if len(c.Findings) != 1 || c.Findings[0].Rule != hall.FindingEventRefused || c.Findings[0].From != 2 || c.Findings[0].To != 2 {
		t.Errorf("findings %+v, want the refused event for an operator", c.Findings)
	}
}

func TestAPanicInTheStoreIsAnError(t *testing.T) {
	in := New(Options{Store: panicking{}})
	if _, err := in.transact([]*work{{tick: nine}}); err == nil {
		t.Error("a panic became no error")
	}
}

type panicking struct{ empty }

func (panicking) Update(func(Tx) error) error { panic("disk on fire") }

func TestBusyAndStopped(t *testing.T) {
	in := New(Options{Store: &empty{}, Queue: 1, Patience: 1})
	in.queue <- &work{}
	if err := in.enqueue(t.Context(), &work{}); err != ErrBusy {
		t.Errorf("a full queue: %v, want ErrBusy", err)
	}
	close(in.ended)
	if err := in.wait(t.Context(), &work{}); err != ErrBusy && err != ErrStopped {
		t.Errorf("after the end: %v, want ErrBusy or ErrStopped", err)
	}
}

func TestOneBatchOfAnAgentInAGroup(t *testing.T) {
	in := New(Options{Store: &empty{}})
	batchOf := func(n uint32) *work { return &work{batch: &batch{agent: Agent{Number: n}}} }
	first, second, other := batchOf(3), batchOf(3), batchOf(4)
	for _, w := range []*work{first, second, other} {
		in.queue <- w
	}
	group, rest := in.collect(t.Context(), nil)
	if !slices.Equal(group, []*work{first, other}) || !slices.Equal(rest, []*work{second}) {
		t.Fatalf("group of %d, rest of %d", len(group), len(rest))
	}
	if group, rest = in.collect(t.Context(), rest); !slices.Equal(group, []*work{second}) || rest != nil {
		t.Fatalf("then: group of %d, rest of %d", len(group), len(rest))
	}
}
