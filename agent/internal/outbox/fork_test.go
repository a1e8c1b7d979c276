package outbox

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

func TestAHoleIsDeclaredAndWhatIsHeldIsToldAgain(t *testing.T) {
	dir := t.TempDir()
	o := startT(t, options(dir))
	hub := newModelHub()
	say(t, o, 1, 40)
	meet(t, o, hub)
	backup := hub.copy()
	say(t, o, 41, 100)
	meet(t, o, hub)
	old := current(o).Epoch
	prune(t, o, old, 60)
	say(t, o, 101, 110)
	meet(t, o, backup)

	now := current(o).Epoch
	if fact := firstFact(t, backup, now); fact != (hall.AgentGap{Epoch: old, From: 41, To: 60}) {
		t.Errorf("the new epoch begins with %+v", fact)
	}
	held := backup.holds(t)
	for n := 1; n <= 110; n++ {
		want := 1
		if n > 40 && n <= 60 {
			want = 0
		}
		if held[n] != want {
			t.Errorf("the hub holds event %d %d times, want %d", n, held[n], want)
		}
	}
	if len(o.Epochs()) != 1 {
		t.Errorf("an epoch of which nothing is left is held: %+v", o.Epochs())
	}
	if name, cause, before, _ := reopened(t, o, dir).Began(); name != now || cause != hall.EpochFork || before == nil || *before != (hall.EpochEnd{Epoch: old, Last: 40}) {
		t.Errorf("%s began by %s after %+v", name, cause, before)
	}
}

// reopened stops a store, checks it and starts it again.
func reopened(t *testing.T, o *running, dir string) *running {
	t.Helper()
	if err := o.stop(); err != nil {
		t.Fatal(err)
	}
	clean(t, dir)
	return startT(t, options(dir))
}

func TestAStorePutBackWithItsMarksForksWhereItDiffers(t *testing.T) {
	for _, tt := range []struct {
		name    string
		settled int // of the 100 events in the copy
		more    int // events told after the copy was put back
		at      uint64
	}{
		{"all of the copy was settled", 100, 30, 100},
		{"none of the copy was settled", 0, 30, 100},
		{"many more than before", 100, 700, 100},
		{"nothing is told after it: no fork", 100, 0, 0},
		{"nothing is told after it, and the copy was not settled: no fork", 0, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir, copied := t.TempDir(), t.TempDir()
			hub := newModelHub()
			o := start(t, options(dir))
			say(t, o, 1, tt.settled)
			meet(t, o, hub)
			say(t, o, tt.settled+1, 100)
			if err := o.stop(); err != nil {
				t.Fatal(err)
			}
			copyDir(t, dir, copied)
			o = start(t, options(dir))
			say(t, o, 101, 200) // the hub hears of these
			meet(t, o, hub)
			if err := o.stop(); err != nil {
				t.Fatal(err)
			}
			copyDir(t, copied, dir)

			o = startT(t, options(dir))
			old := current(o).Epoch
			say(t, o, 201, 200+tt.more)
			meet(t, o, hub)
			oneEach(t, hub, 1, 200+tt.more)
			if tt.at == 0 {
				if current(o).Epoch != old {
					t.Errorf("a new epoch began: %+v", o.Epochs())
				}
				return
			}
			if fact := firstFact(t, hub, current(o).Epoch); fact != (hall.AgentForked{Epoch: old, At: tt.at}) {
				t.Errorf("the new epoch begins with %+v", fact)
			}
			if heads := o.Epochs(); len(heads) != 2 || heads[0] != (uplink.Head{Epoch: old, Last: tt.at, Settled: tt.at}) {
				t.Errorf("held are %+v", heads)
			}
			b := hub.epochs[current(o).Epoch].events
			for i, raw := range b[1:] {
				ev, err := uplink.DecodeEvent(raw)
				want := said(201 + i)
				if err != nil || ev.Was == nil || *ev.Was != (uplink.Place{Epoch: old, Seq: 101 + uint64(i)}) ||
					!ev.At.Equal(want.At) || ev.UpMS != want.UpMS || ev.Start != want.Start || ev.Clock != want.Clock {
					t.Fatalf("told again as %s, %v", raw, err)
				}
			}
			meet(t, reopened(t, o, dir), hub)
			oneEach(t, hub, 1, 200+tt.more)
		})
	}
}

func TestTheHubLooksForTheForkAHundredLowerEachTime(t *testing.T) {
	dir, copied := t.TempDir(), t.TempDir()
	hub := newModelHub()
	o := start(t, options(dir))
	say(t, o, 1, 250)
	meet(t, o, hub)
	if err := o.stop(); err != nil {
		t.Fatal(err)
	}
	copyDir(t, dir, copied)

	o = start(t, options(dir)) // the first copy tells on, to a hub that is put back later
	say(t, o, 251, 900)
	meet(t, o, hub.copy())
	if err := o.stop(); err != nil {
		t.Fatal(err)
	}
	o2 := start(t, options(copied)) // the second tells the hub that stays
	say(t, o2, 1001, 1500)
	meet(t, o2, hub)
	if err := o2.stop(); err != nil {
		t.Fatal(err)
	}

	o = startT(t, options(dir))
	old := current(o).Epoch
	var firsts []uint64
	for current(o).Epoch == old {
		b, moved := exchange(t, o, hub, old)
		firsts = append(firsts, b.First)
		if !moved {
			t.Fatalf("stuck at %v", firsts)
		}
	}
	want := []uint64{901, 751, 651, 551, 451, 351, 251}
	if len(firsts) != len(want) {
		t.Fatalf("batches began at %v, want %v", firsts, want)
	}
	for i := range want {
		if firsts[i] != want[i] {
			t.Fatalf("batches began at %v, want %v", firsts, want)
		}
	}
	meet(t, o, hub)
	if fact := firstFact(t, hub, current(o).Epoch); fact != (hall.AgentForked{Epoch: old, At: 250}) {
		t.Errorf("the new epoch begins with %+v", fact)
	}
	held := hub.holds(t)
	for n := 1; n <= 1500; n++ {
		if want := n <= 900 || n > 1000; (held[n] == 1) != want || held[n] > 1 {
			t.Fatalf("the hub holds event %d %d times", n, held[n])
		}
	}
}

func TestAllThatIsHeldIsShownBeforeAHoleIsDeclared(t *testing.T) {
	dir, copied := t.TempDir(), t.TempDir()
	hub := newModelHub()
	o := start(t, options(dir))
	say(t, o, 1, 200)
	meet(t, o, hub)
	if err := o.stop(); err != nil {
		t.Fatal(err)
	}
	copyDir(t, dir, copied)
	o2 := start(t, options(copied))
	say(t, o2, 301, 400)
	o = startT(t, options(dir))
	old := current(o).Epoch
	say(t, o, 201, 250)
	meet(t, o, hub.copy())
	meet(t, o2, hub)
	if err := o2.stop(); err != nil {
		t.Fatal(err)
	}
	prune(t, o, old, 180) // the hub will ask for 151; the fork at 200 is still held
	meet(t, o, hub)
	if fact := firstFact(t, hub, current(o).Epoch); fact != (hall.AgentForked{Epoch: old, At: 200}) {
		t.Errorf("the new epoch begins with %+v", fact)
	}
	if held := hub.holds(t); len(held) != 350 {
		t.Errorf("the hub holds %d events", len(held))
	}
}

func TestAForkBelowWhatIsHeldIsAHoleAndAFork(t *testing.T) {
	dir := t.TempDir()
	o := startT(t, options(dir))
	hub := newModelHub()
	say(t, o, 1, 20)
	meet(t, o, hub)
	old := current(o).Epoch
	prune(t, o, old, 10)
	b, _, err := o.Next(old)
	if err != nil {
		t.Fatal(err)
	}
	b.Instance = instance
	moved, err := o.Settle(b.Header, uplink.Receipt{Instance: instance, Epoch: old, First: b.First, Through: 5, Fork: true})
	if !moved || err != nil {
		t.Fatal(moved, err)
	}
	fresh := newModelHub()
	meet(t, o, fresh)
	if fact := firstFact(t, fresh, current(o).Epoch); fact != (hall.AgentGap{Epoch: old, From: 6, To: 10}) {
		t.Errorf("the new epoch begins with %+v", fact)
	}
	oneEach(t, fresh, 11, 20)
}

func TestAnEpochThatEndedForksIntoTheCurrentOne(t *testing.T) {
	dir := t.TempDir()
	hub := newModelHub()
	o := start(t, options(dir))
	say(t, o, 1, 50)
	old := current(o).Epoch
	meet(t, o, hub)
	if err := o.stop(); err != nil {
		t.Fatal(err)
	}
	remove(t, dir, fileMarks)
	o = startT(t, options(dir)) // a second epoch, the first has ended
	say(t, o, 51, 60)
	now := current(o).Epoch
	b := uplink.Header{Instance: instance, Epoch: old, First: 51}
	chain := hub.epochs[old].chain
	r := uplink.Receipt{Instance: instance, Epoch: old, First: 51, Through: 30, Chain: chain[30], Fork: true}
	if moved, err := o.Settle(b, r); !moved || err != nil {
		t.Fatal(moved, err)
	}
	if current(o).Epoch != now || o.Epochs()[0] != (uplink.Head{Epoch: old, Last: 30, Settled: 30}) || current(o).Last != 31 {
		t.Errorf("held are %+v", o.Epochs())
	}
	if moved, err := o.Settle(b, r); moved || err != nil {
		t.Errorf("the same fork again: %v %v", moved, err)
	}
	other := newModelHub()
	other.epochs[old] = &modelEpoch{hub.epochs[old].events[:30], chain[:31]}
	meet(t, o, other)
	oneEach(t, other, 1, 60)
	meet(t, reopened(t, o, dir), other)
}

func TestAMoveThatIsCutShortGoesOn(t *testing.T) {
	for _, tt := range []struct {
		name string
		stop int              // transactions of the move that succeed
		then func(o *running) // what comes before the next commit
	}{
		{"before anything is moved, and the agent crashes", 1, func(o *running) {
			if err := o.stop(); err != nil {
				t.Fatal(err)
			}
			*o = *start(t, options(o.opt.Dir))
		}},
		{"in the middle", 3, func(*running) {}},
		{"in the middle, and the disk is nearly full", 3, func(o *running) {
			o.volume = func() (volume, error) { return volume{1000, 920, 80}, nil }
			tendAll(t, o)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			left := -1
			boom := errors.New("no space left")
			o := start(t, options(dir), func(o *Outbox) {
				real := o.update
				o.update = func(fn func(*bbolt.Tx) error) error {
					if left == 0 {
						return boom
					}
					left--
					return real(fn)
				}
			})
			hub := newModelHub()
			say(t, o, 1, 5)
			meet(t, o, hub)
			old := current(o).Epoch
			say(t, o, 6, 4*moveStep)
			b, _, err := o.Next(old)
			if err != nil {
				t.Fatal(err)
			}
			b.Instance = instance
			r := uplink.Receipt{Instance: instance, Epoch: old, First: b.First, Through: 5, Chain: b.Prev, Fork: true}
			left = tt.stop
			if _, err := o.Settle(b.Header, r); !errors.Is(err, boom) {
				t.Fatalf("settle: %v", err)
			}
			if _, err := o.Commit(nil, []uplink.Event{said(9999)}); !errors.Is(err, boom) {
				t.Errorf("a commit overtook what is to be told first: %v", err)
			}
			left = -1
			tt.then(o)
			say(t, o, 4*moveStep+1, 4*moveStep+3)
			meet(t, o, hub)
			oneEach(t, hub, 1, 4*moveStep+3)
			order := 0
			for _, raw := range hub.epochs[current(o).Epoch].events[1:] {
				ev, _ := uplink.DecodeEvent(raw)
				if n := saidN(ev); n <= order {
					t.Fatalf("event %d is told after %d", n, order)
				} else {
					order = n
				}
			}
			if err := o.stop(); err != nil {
				t.Fatal(err)
			}
			clean(t, dir)
		})
	}
}

func TestAnEventToldTwiceAgainKeepsItsFirstPlace(t *testing.T) {
	o := startT(t, options(t.TempDir()))
	say(t, o, 1, 3)
	first := current(o).Epoch
	for range 2 {
		b, _, err := o.Next(current(o).Epoch)
		if err != nil {
			t.Fatal(err)
		}
		b.Instance = instance
		r := uplink.Receipt{Instance: instance, Epoch: b.Epoch, First: 1, Chain: b.Prev, Fork: true}
		if moved, err := o.Settle(b.Header, r); !moved || err != nil {
			t.Fatal(moved, err)
		}
	}
	hub := newModelHub()
	meet(t, o, hub)
	oneEach(t, hub, 1, 3)
	events := hub.epochs[current(o).Epoch].events
	if len(events) != 5 { // two declarations and three events
		t.Fatalf("the hub holds %d events", len(events))
	}
	for i, raw := range events[2:] {
		ev, err := uplink.DecodeEvent(raw)
		if err != nil || ev.Was == nil || *ev.Was != (uplink.Place{Epoch: first, Seq: uint64(i + 1)}) {
			t.Errorf("%s, %v", raw, err)
		}
	}
}

func TestAnEventTheDiskSpoiltIsDeclaredInItsPlaceAndBlocksNothing(t *testing.T) {
	for _, tt := range []struct {
		name   string
		spoilt []uint64
		change func([]byte)
		forked bool // before it is sent, the hub says that there is a fork
	}{
		{"no event any more", []uint64{7}, func(v []byte) { v[len(v)-1] = '!' }, false},
		{"another event: only the chain knows", []uint64{7}, func(v []byte) { v[len(v)-2] = '5' }, false},
		{"the first that is due", []uint64{4}, func(v []byte) { v[len(v)-1] = '!' }, false},
		{"the last one", []uint64{20}, func(v []byte) { v[len(v)-1] = '!' }, false},
		{"several", []uint64{4, 5, 9, 20}, func(v []byte) { v[len(v)-1] = '!' }, false},
		{"in what a fork tells again", []uint64{7, 9}, func(v []byte) { v[len(v)-2] = '5' }, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			hub := newModelHub()
			o := start(t, options(dir))
			say(t, o, 101, 103)
			meet(t, o, hub)
			say(t, o, 104, 120)
			old := current(o).Epoch
			if err := o.stop(); err != nil {
				t.Fatal(err)
			}
			edit(t, dir, func(tx *bbolt.Tx) error {
				b := tx.Bucket(eventBucket(old))
				for _, seq := range tt.spoilt {
					v := bytes.Clone(b.Get(seqKey(seq)))
					v[len(v)-3] = '9' // {"n":1x7}} becomes {"n":19…
					tt.change(v)
					if err := b.Put(seqKey(seq), v); err != nil {
						return err
					}
				}
				return nil
			})
			o = startT(t, options(dir))
			if tt.forked {
				e, _ := o.find(old)
				if err := o.do(func() error { _, err := o.tellAgain(e, 3); return err }); err != nil {
					t.Fatal(err)
				}
			}
			meet(t, o, hub)
			held := hub.holds(t)
			gone := map[uint64]bool{}
			for _, seq := range tt.spoilt {
				gone[seq] = true
			}
			for n := 101; n <= 120; n++ {
				if want := !gone[uint64(n-100)]; (held[n] == 1) != want || held[n] > 1 {
					t.Errorf("the hub holds event %d %d times", n, held[n])
				}
			}
			if len(held) != 20-len(tt.spoilt) {
				t.Errorf("the hub holds %d events", len(held))
			}
			for _, e := range hub.epochs {
				for _, raw := range e.events {
					if ev, err := uplink.DecodeEvent(raw); err == nil && ev.Type == hall.TypeAgentGap {
						f, _ := hall.DecodeFact(ev.Type, ev.Body)
						gap := f.(hall.AgentGap)
						if gap.Epoch == old && gap.From == gap.To {
							delete(gone, gap.From)
						}
					}
				}
			}
			if len(gone) != 0 {
				t.Errorf("not declared: %v", gone)
			}
			meet(t, reopened(t, o, dir), hub)
		})
	}
}

func TestAForkThatCannotBeStampedChangesNothing(t *testing.T) {
	opt := options(t.TempDir())
	opt.Stamp = func(hall.Fact) (uplink.Event, error) { return uplink.Event{}, errors.New("no clock") }
	o := startT(t, opt)
	say(t, o, 1, 3)
	b, _, _ := o.Next(current(o).Epoch)
	r := uplink.Receipt{Epoch: b.Epoch, First: 1, Chain: b.Prev, Fork: true, HubTime: time.Unix(1, 0)}
	if moved, err := o.Settle(b.Header, r); moved || err == nil {
		t.Errorf("%v %v", moved, err)
	}
	say(t, o, 4, 4)
	if heads := o.Epochs(); len(heads) != 1 || heads[0].Last != 4 {
		t.Errorf("held are %+v", heads)
	}
}
