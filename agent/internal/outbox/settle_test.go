package outbox

import (
	"testing"

	"go.etcd.io/bbolt"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// firstFact reads what an epoch begins with.
func firstFact(t *testing.T, h *modelHub, epoch string) hall.Fact {
	t.Helper()
	ev, err := uplink.DecodeEvent(h.epochs[epoch].events[0])
	if err != nil {
		t.Fatal(err)
	}
	f, err := hall.DecodeFact(ev.Type, ev.Body)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// prune takes settled events off the disk as the passing of days would.
func prune(t failer, o *running, epoch string, through uint64) {
	t.Helper()
	err := o.do(func() error {
		e, _ := o.find(epoch)
		if err := o.write(func(tx *bbolt.Tx) error { return e.cut(tx, through) }); err != nil {
			return err
		}
		o.showOne(e)
		return nil
	})
	if err != nil {
		t.Fatalf("prune: %v", err)
	}
}

func TestAReceiptSettlesOnlyWhatItProves(t *testing.T) {
	var other uplink.Chain
	for _, tt := range []struct {
		name    string
		receipt func(r *uplink.Receipt, chain func(uint64) uplink.Chain)
		settled uint64
	}{
		{"the whole batch", func(r *uplink.Receipt, c func(uint64) uplink.Chain) { r.Through, r.Chain = 20, c(20) }, 20},
		{"a part of it", func(r *uplink.Receipt, c func(uint64) uplink.Chain) { r.Through, r.Chain = 15, c(15) }, 15},
		{"nothing of it", func(r *uplink.Receipt, c func(uint64) uplink.Chain) { r.Through, r.Chain = 10, c(10) }, 10},
		{"less than is settled", func(r *uplink.Receipt, c func(uint64) uplink.Chain) { r.Through, r.Chain = 5, c(5) }, 10},
		{"another chain", func(r *uplink.Receipt, c func(uint64) uplink.Chain) { r.Through, r.Chain = 20, c(19) }, 10},
		{"no chain", func(r *uplink.Receipt, _ func(uint64) uplink.Chain) { r.Through, r.Chain = 20, other }, 10},
		{"more than was ever told", func(r *uplink.Receipt, c func(uint64) uplink.Chain) { r.Through, r.Chain = 21, c(20) }, 10},
		{"another instance", func(r *uplink.Receipt, c func(uint64) uplink.Chain) {
			r.Through, r.Chain, r.Instance = 20, c(20), "00000000000000bb"
		}, 10},
		{"another epoch", func(r *uplink.Receipt, c func(uint64) uplink.Chain) {
			r.Through, r.Chain, r.Epoch = 20, c(20), "00000000000000cc"
		}, 10},
		{"another batch", func(r *uplink.Receipt, c func(uint64) uplink.Chain) { r.Through, r.Chain, r.First = 20, c(20), 12 }, 10},
		{"need below the batch", func(r *uplink.Receipt, c func(uint64) uplink.Chain) { r.Through, r.Chain, r.Need = 3, c(3), 4 }, 3},
		{"need from the start", func(r *uplink.Receipt, c func(uint64) uplink.Chain) { r.Through, r.Chain, r.Need = 0, c(0), 1 }, 0},
		{"need within the batch is no need", func(r *uplink.Receipt, c func(uint64) uplink.Chain) { r.Through, r.Chain, r.Need = 15, c(15), 16 }, 15},
		{"a fork at a place where the chains differ", func(r *uplink.Receipt, c func(uint64) uplink.Chain) {
			r.Through, r.Chain, r.Fork = 15, c(14), true
		}, 10},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := startT(t, options(t.TempDir()))
			hub := newModelHub()
			say(t, o, 1, 10)
			meet(t, o, hub)
			say(t, o, 11, 20)
			head := current(o)
			b, _, err := o.Next(head.Epoch)
			if err != nil {
				t.Fatal(err)
			}
			b.Instance = instance
			chain := func(n uint64) uplink.Chain {
				var c uplink.Chain
				_ = o.view(func(tx *bbolt.Tx) error {
					e, _ := o.find(head.Epoch)
					c, _ = e.chainAt(tx, agentName, n)
					return nil
				})
				return c
			}
			r := uplink.Receipt{Instance: instance, Epoch: head.Epoch, First: b.First}
			tt.receipt(&r, chain)
			moved, err := o.Settle(b.Header, r)
			if err != nil || moved != (tt.settled != 10) {
				t.Errorf("moved %v, %v", moved, err)
			}
			if got := o.Epochs(); len(got) != 1 || got[0].Settled != tt.settled || got[0].Last != 20 {
				t.Errorf("after it %+v, want settled %d", got, tt.settled)
			}
			meet(t, o, hub)
			oneEach(t, hub, 1, 20)
		})
	}
}

func TestSettledStaysSettledAfterANewStart(t *testing.T) {
	dir := t.TempDir()
	hub := newModelHub()
	o := start(t, options(dir))
	say(t, o, 1, 150)
	exchange(t, o, hub, current(o).Epoch)
	if err := o.stop(); err != nil {
		t.Fatal(err)
	}
	o = startT(t, options(dir))
	if got := current(o); got.Settled != 100 || got.Last != 150 {
		t.Errorf("head is %+v", got)
	}
	if b, _, _ := o.Next(current(o).Epoch); b.First != 101 || b.Prev != hub.epochs[b.Epoch].chain[100] {
		t.Errorf("next is %+v", b.Header)
	}
}

func TestAHubPutBackGetsBackWhatItLost(t *testing.T) {
	for _, tt := range []struct {
		name         string
		total, copy  int
		more, pruned int
	}{
		{"500 events earlier", 1000, 500, 0, 0},
		{"500 events earlier, with new events meanwhile", 1000, 500, 30, 0},
		{"to nothing at all", 350, 0, 5, 0},
		{"history is pruned up to the very place", 1000, 500, 30, 500},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			o := startT(t, options(dir))
			hub := newModelHub()
			say(t, o, 1, tt.copy)
			meet(t, o, hub)
			backup := hub.copy()
			say(t, o, tt.copy+1, tt.total)
			meet(t, o, hub)
			if tt.pruned > 0 {
				prune(t, o, current(o).Epoch, uint64(tt.pruned))
			}
			epoch := current(o).Epoch
			say(t, o, tt.total+1, tt.total+tt.more)
			meet(t, o, backup)
			oneEach(t, backup, 1, tt.total+tt.more)
			if len(o.Epochs()) != 1 || current(o).Epoch != epoch {
				t.Errorf("a new epoch began: %+v", o.Epochs())
			}
			if err := o.stop(); err != nil {
				t.Fatal(err)
			}
			clean(t, dir)
		})
	}
}
