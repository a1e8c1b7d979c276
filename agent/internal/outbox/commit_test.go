package outbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"go.etcd.io/bbolt"

	"hallpulse/firmware-protocol/uplink"
)

func TestCommittedEventsComeBackInOrderAfterReopening(t *testing.T) {
	dir := t.TempDir()
	o := start(t, options(dir))
	last, err := o.Commit([]Put{{"tickets", []byte("A1"), []byte("queued")}}, []uplink.Event{said(1), said(2)})
	if err != nil || last != 2 {
		t.Fatalf("commit: %d %v", last, err)
	}
	if last, err = o.Commit([]Put{{"tickets", []byte("A1"), nil}, {"tickets", []byte("A2"), []byte{}}}, nil); err != nil || last != 2 {
		t.Fatalf("commit without events: %d %v", last, err)
	}
	if err := o.stop(); err != nil {
		t.Fatal(err)
	}

	o = startT(t, options(dir))
	var got []string
	if err := o.Each("tickets", func(k, v []byte) error {
		got = append(got, fmt.Sprintf("%s=%s", k, v))
		return nil
	}); err != nil || strings.Join(got, " ") != "A2=" {
		t.Errorf("state is %q, %v", got, err)
	}
	b, held, err := o.Next(current(o).Epoch)
	if err != nil || !held || len(b.Events) != 2 || b.First != 1 || b.Prev != uplink.ChainStart(agentName, b.Epoch) {
		t.Fatalf("next: %+v %v %v", b, held, err)
	}
	for i, raw := range b.Events {
		if ev, err := uplink.DecodeEvent(raw); err != nil || ev.Seq != uint64(i+1) || saidN(ev) != i+1 {
			t.Errorf("event %d is %q, %v", i+1, raw, err)
		}
	}
}

func TestConcurrentCommitsAreEachWholeAndInOneOrder(t *testing.T) {
	dir := t.TempDir()
	o := startT(t, options(dir))
	const writers, each = 32, 20
	var mu sync.Mutex
	lasts := map[uint64]bool{}
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				n := 2 * (w*each + i)
				last, err := o.Commit([]Put{{"s", fmt.Append(nil, n), []byte("x")}}, []uplink.Event{said(n + 1), said(n + 2)})
				mu.Lock()
				if err != nil || last%2 != 0 || lasts[last] {
					t.Errorf("commit %d: last %d, %v", n, last, err)
				}
				lasts[last] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	hub := newModelHub()
	meet(t, o, hub)
	oneEach(t, hub, 1, 2*writers*each)
	if err := o.stop(); err != nil {
		t.Fatal(err)
	}
	clean(t, dir)
}

func TestWhatSpoilsACommitConcernsItsCallerAlone(t *testing.T) {
	o := startT(t, options(t.TempDir()))
	big := said(1)
	big.Body = []byte(`"` + strings.Repeat("x", uplink.MaxEvent) + `"`)
	many := make([]uplink.Event, maxGroupEvents+1)
	for i := range many {
		many[i] = said(i + 1)
	}
	for _, tt := range []struct {
		name string
		puts []Put
		evs  []uplink.Event
		want error
	}{
		{"an event no batch could carry", nil, []uplink.Event{said(1), big}, uplink.ErrEventTooLarge},
		{"more events than a transaction has", nil, many, ErrTooMuch},
		{"a bucket without a name", []Put{{"", []byte("k"), nil}}, nil, ErrTooMuch},
		{"an empty key", []Put{{"b", nil, []byte("v")}}, nil, ErrTooMuch},
		{"a key longer than bbolt takes", []Put{{"b", make([]byte, bbolt.MaxKeySize+1), nil}}, nil, ErrTooMuch},
		{"a value of megabytes", []Put{{"b", []byte("k"), make([]byte, maxPutBytes+1)}}, nil, ErrTooMuch},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					if _, err := o.Commit(nil, []uplink.Event{said(7)}); err != nil {
						t.Errorf("the neighbour failed: %v", err)
					}
				})
			}
			before := current(o).Last
			if last, err := o.Commit(tt.puts, tt.evs); !errors.Is(err, tt.want) || last != 0 {
				t.Errorf("got %d, %v, want %v", last, err, tt.want)
			}
			wg.Wait()
			if got := current(o).Last; got < before || got > before+4 {
				t.Errorf("last went from %d to %d", before, got)
			}
		})
	}
}

func TestBatchesKeepTheirLimits(t *testing.T) {
	o := startT(t, options(t.TempDir()))
	for n := range 40 {
		ev := said(n + 1)
		ev.Body = fmt.Appendf(nil, `{"n":%d,"pad":"%s"}`, n+1, strings.Repeat("x", 12<<10))
		if _, err := o.Commit(nil, []uplink.Event{ev}); err != nil {
			t.Fatal(err)
		}
	}
	say(t, o, 41, 400)
	hub := newModelHub()
	var sizes []int
	for current(o).Settled < current(o).Last {
		b, _ := exchange(t, o, hub, current(o).Epoch) // Encode refuses what is too large
		sizes = append(sizes, len(b.Events))
	}
	oneEach(t, hub, 1, 400)
	if sizes[0] < 15 || sizes[0] > 21 || sizes[len(sizes)-2] != uplink.MaxBatchEvents {
		t.Errorf("batches have %v events: the first is bound by bytes, the last by count", sizes)
	}
	b, held, err := o.Next(current(o).Epoch)
	if err != nil || !held || b.Count != 0 || len(b.Events) != 0 || b.First != 401 {
		t.Errorf("where nothing is due: %+v %v %v", b.Header, held, err)
	}
	if _, held, err := o.Next("ffffffffffffffff"); held || err != nil {
		t.Errorf("an epoch that is not held: %v %v", held, err)
	}
}

func TestAFailedCommitLeavesNothingAndTheNextGoesOn(t *testing.T) {
	dir := t.TempDir()
	boom := errors.New("disk says no")
	var mode string
	o := startT(t, options(dir), func(o *Outbox) {
		real := o.update
		o.update = func(fn func(*bbolt.Tx) error) error {
			switch mode {
			case "before": // the transaction does not begin
				return boom
			case "within": // bbolt rolls back
				return real(func(tx *bbolt.Tx) error { return errors.Join(fn(tx), boom) })
			case "after": // the meta page is written, its sync fails
				mode = ""
				return errors.Join(real(fn), boom)
			}
			return real(fn)
		}
	})
	say(t, o, 1, 10)
	for _, m := range []string{"before", "within"} {
		mode = m
		if _, err := o.Commit([]Put{{"s", []byte(m), []byte("x")}}, []uplink.Event{said(99)}); !errors.Is(err, boom) {
			t.Fatalf("%s: got %v", m, err)
		}
		mode = ""
		if got := current(o).Last; got != 10 {
			t.Errorf("%s: last is %d after a failed commit", m, got)
		}
	}
	mode = "after" // it is there, and the next sync makes it stay: that is success
	if last, err := o.Commit(nil, []uplink.Event{said(11)}); err != nil || last != 11 {
		t.Errorf("after: got %d %v", last, err)
	}
	say(t, o, 12, 20)
	_ = o.Each("s", func(k, _ []byte) error { t.Errorf("%s is in the state", k); return nil })
	hub := newModelHub()
	meet(t, o, hub)
	oneEach(t, hub, 1, 20)
	if err := o.stop(); err != nil {
		t.Fatal(err)
	}
	clean(t, dir)
}

func TestAStoreThatFailsForGoodSaysSoAndEnds(t *testing.T) {
	dir := t.TempDir()
	var fail bool
	o := start(t, options(dir), func(o *Outbox) {
		real := o.update
		o.update = func(fn func(*bbolt.Tx) error) error {
			if fail {
				_ = real(fn) // stored, but no sync after it succeeds
				return errors.New("sync failed")
			}
			return real(fn)
		}
	})
	say(t, o, 1, 3)
	fail = true
	if _, err := o.Commit(nil, []uplink.Event{said(4)}); !errors.Is(err, ErrBroken) {
		t.Fatalf("got %v", err)
	}
	if _, err := o.Commit(nil, []uplink.Event{said(5)}); !errors.Is(err, ErrClosed) {
		t.Fatalf("after the end: %v", err)
	}
	if got := current(o).Last; got != 3 {
		t.Errorf("last is %d: what was not acknowledged is not shown", got)
	}
	if err := o.stop(); !errors.Is(err, ErrBroken) {
		t.Errorf("Run ended with %v", err)
	}
	if err := o.db.Close(); err != nil { // the test goes on in the same process
		t.Fatal(err)
	}
	o = startT(t, options(dir))
	if got := current(o).Last; got < 3 || got > 4 {
		t.Errorf("after a new start last is %d", got)
	}
	say(t, o, 6, 6)
}

func TestACrashInsideATransactionBecomesAnError(t *testing.T) {
	o := start(t, options(t.TempDir()), func(o *Outbox) {
		real := o.update
		o.update = func(fn func(*bbolt.Tx) error) error {
			return real(func(tx *bbolt.Tx) error {
				if err := fn(tx); err != nil {
					return err
				}
				panic("page 7 already freed")
			})
		}
	})
	if _, err := o.Commit(nil, []uplink.Event{said(1)}); !errors.Is(err, ErrBroken) {
		t.Fatalf("got %v", err)
	}
	if err := o.stop(); !errors.Is(err, ErrBroken) {
		t.Errorf("Run ended with %v", err)
	}
}

func TestNobodyWaitsForAStoreThatEnded(t *testing.T) {
	o, err := Open(options(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var wg sync.WaitGroup
	var mu sync.Mutex
	acked := 0
	for range 16 {
		wg.Go(func() {
			for n := 1; ; n++ {
				_, err := o.Commit(nil, []uplink.Event{said(n)})
				if errors.Is(err, ErrClosed) {
					return
				}
				mu.Lock()
				if acked++; err != nil {
					t.Errorf("commit: %v", err)
				}
				if acked == 100 {
					cancel()
				}
				mu.Unlock()
			}
		})
	}
	if err := o.Run(ctx); err != nil {
		t.Errorf("Run: %v", err)
	}
	wg.Wait()
	if got := o.Epochs()[0].Last; got != uint64(acked) {
		t.Errorf("%d commits were acknowledged, %d events are stored", acked, got)
	}
	if err := o.Close(); err != nil {
		t.Error(err)
	}
}

func TestChangedSignalsNewEvents(t *testing.T) {
	o := startT(t, options(t.TempDir()))
	if _, err := o.Commit([]Put{{"s", []byte("k"), []byte("v")}}, nil); err != nil {
		t.Fatal(err)
	}
	select {
	case <-o.Changed():
		t.Error("state alone is nothing to send")
	default:
	}
	say(t, o, 1, 30)
	select {
	case <-o.Changed():
	default:
		t.Error("no signal")
	}
}

func TestEachBucketIsItsOwn(t *testing.T) {
	o := startT(t, options(t.TempDir()))
	puts := []Put{{"a", []byte("k"), []byte("1")}, {"epochs", []byte("k"), []byte("2")}, {"about", []byte("agent"), []byte("3")}}
	if _, err := o.Commit(puts, nil); err != nil {
		t.Fatal(err)
	}
	for _, p := range puts {
		var got []byte
		if err := o.Each(p.Bucket, func(_, v []byte) error { got = append(got, v...); return nil }); err != nil || !bytes.Equal(got, p.Value) {
			t.Errorf("bucket %s holds %q, %v", p.Bucket, got, err)
		}
	}
	if err := o.Each("none", func(_, _ []byte) error { return errors.New("called") }); err != nil {
		t.Error(err)
	}
}
