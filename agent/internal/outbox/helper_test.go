package outbox

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

const (
	agentName = "hall-1"
	instance  = "00000000000000aa"
)

// failer is the part of testing.TB that the scaffold needs; *rapid.T has it too.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

func options(dir string) Options {
	return Options{
		Dir: dir, Agent: agentName,
		Now:   func() time.Time { return time.Date(2026, 11, 23, 9, 0, 0, 0, hall.Beijing()) },
		Stamp: func(f hall.Fact) (uplink.Event, error) { return uplink.NewEvent(moment(0), f) },
		Log:   slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
}

func moment(ms int64) hall.Moment {
	return hall.Moment{
		At:    time.Date(2026, 11, 23, 9, 0, 0, 0, hall.Beijing()).Add(time.Duration(ms) * time.Millisecond),
		Clock: hall.Clock{State: hall.ClockSynced}, Start: 1, Up: time.Duration(ms) * time.Millisecond,
	}
}

// running is an open outbox with its committer.
type running struct {
	*Outbox
	stop func() error // ends Run and closes; may be called twice
}

// start opens a store and runs it.
func start(t failer, opt Options, change ...func(*Outbox)) *running {
	t.Helper()
	o, err := Open(opt)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	for _, c := range change {
		c(o)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ran := make(chan error, 1)
	go func() { ran <- o.Run(ctx) }()
	stopped := false
	return &running{o, func() error {
		if stopped {
			return nil
		}
		stopped = true
		cancel()
		err := <-ran
		if cerr := o.Close(); err == nil {
			err = cerr
		}
		return err
	}}
}

// startT is start with the end of the test as its end.
func startT(t *testing.T, opt Options, change ...func(*Outbox)) *running {
	t.Helper()
	o := start(t, opt, change...)
	t.Cleanup(func() {
		if err := o.stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	return o
}

// said is an event that can be told from all others by its number. Every third one has a box.
func said(n int) uplink.Event {
	m := moment(int64(n))
	return uplink.Event{
		At: m.At, Clock: m.Clock, Start: m.Start, UpMS: m.Up.Milliseconds(),
		Type: "test.said", Body: json.RawMessage(fmt.Sprintf(`{"n":%d}`, n)), Box: boxed(n),
	}
}

// boxed is the box of the event of a number, or nil.
func boxed(n int) []byte {
	if n <= 0 || n%3 != 0 {
		return nil
	}
	return fmt.Appendf(nil, `{"ref":"%d","key":"k","sealed":"AAAA"}`, n)
}

// boxesOf returns the boxes that belong to the events of a batch.
func boxesOf(b uplink.Batch) (want [][]byte) {
	for _, raw := range b.Events {
		e, err := uplink.DecodeEvent(raw)
		if err != nil {
			continue
		}
		if box := boxed(saidN(e)); box != nil {
			want = append(want, box)
		}
	}
	return want
}

// saidN reads the number back; 0 for other types.
func saidN(e uplink.Event) int {
	var b struct{ N int }
	if e.Type == "test.said" && json.Unmarshal(e.Body, &b) != nil {
		return -1
	}
	return b.N
}

// say commits events from to through, a few at a time.
func say(t failer, o *running, from, through int) {
	t.Helper()
	for n := from; n <= through; {
		var evs []uplink.Event
		for ; n <= through && len(evs) < 50; n++ {
			evs = append(evs, said(n))
		}
		if _, err := o.Commit(nil, evs); err != nil {
			t.Fatalf("commit: %v", err)
		}
	}
}

// current is the head of the current epoch.
func current(o *running) uplink.Head {
	heads := o.Epochs()
	return heads[len(heads)-1]
}

// copyDir copies a store as a person would: the files as they are.
func copyDir(t failer, from, to string, names ...string) {
	t.Helper()
	if len(names) == 0 {
		names = []string{fileStore, fileMarks}
	}
	for _, n := range names {
		b, err := os.ReadFile(filepath.Join(from, n))
		if err == nil {
			err = os.WriteFile(filepath.Join(to, n), b, 0o600)
		}
		if err != nil {
			t.Fatalf("copy: %v", err)
		}
	}
}

// clean fails unless Check finds nothing wrong.
func clean(t failer, dir string) Report {
	t.Helper()
	r, err := Check(dir)
	if err != nil || len(r.Faults) > 0 {
		t.Fatalf("check: %v %q", err, r.Faults)
	}
	return r
}

// modelHub follows design §3 from the other side: what a hub does with a batch, and nothing else.
type modelHub struct {
	epochs map[string]*modelEpoch
}

type modelEpoch struct {
	events [][]byte
	chain  []uplink.Chain // chain[n] is the value after event n
}

func newModelHub() *modelHub { return &modelHub{epochs: map[string]*modelEpoch{}} }

// copy is a backup.
func (h *modelHub) copy() *modelHub {
	c := newModelHub()
	for name, e := range h.epochs {
		c.epochs[name] = &modelEpoch{append([][]byte{}, e.events...), append([]uplink.Chain{}, e.chain...)}
	}
	return c
}

// take answers a batch.
func (h *modelHub) take(b uplink.Batch) uplink.Receipt {
	e := h.epochs[b.Epoch]
	if e == nil {
		e = &modelEpoch{chain: []uplink.Chain{uplink.ChainStart(agentName, b.Epoch)}}
		h.epochs[b.Epoch] = e
	}
	r := uplink.Receipt{Instance: b.Instance, Epoch: b.Epoch, First: b.First, HubTime: time.Unix(1, 0)}
	last := uint64(len(e.events))
	answer := func(through uint64) uplink.Receipt {
		r.Through, r.Chain = through, e.chain[through]
		return r
	}
	if b.First-1 > last {
		r.Need = last + 1
		return answer(last)
	}
	if e.chain[b.First-1] != b.Prev {
		r.Need = uint64(max(1, int64(b.First)-100))
		return answer(0)
	}
	at, chain := b.First-1, b.Prev
	for _, ev := range b.Events {
		chain = chain.Next(ev)
		if at < last {
			if e.chain[at+1] != chain {
				r.Fork = true
				return answer(at)
			}
		} else {
			e.events = append(e.events, append([]byte{}, ev...))
			e.chain = append(e.chain, chain)
		}
		at++
	}
	return answer(at)
}

// holds returns how often each said event is there. What is told again is the same event as at its first place.
func (h *modelHub) holds(t failer) map[int]int {
	t.Helper()
	places := map[int]map[uplink.Place]bool{}
	for name, e := range h.epochs {
		for i, b := range e.events {
			ev, err := uplink.DecodeEvent(b)
			if err != nil || ev.Seq != uint64(i+1) {
				t.Fatalf("hub holds %q at %d: %v", b, i+1, err)
			}
			n := saidN(ev)
			if n == 0 {
				continue
			}
			place := uplink.Place{Epoch: name, Seq: ev.Seq}
			if ev.Was != nil {
				place = *ev.Was
			}
			if places[n] == nil {
				places[n] = map[uplink.Place]bool{}
			}
			places[n][place] = true
		}
	}
	held := map[int]int{}
	for n, p := range places {
		held[n] = len(p)
	}
	return held
}

// exchange sends one batch of an epoch and settles the answer.
func exchange(t failer, o *running, h *modelHub, epoch string) (b uplink.Batch, moved bool) {
	t.Helper()
	b, held, err := o.Next(epoch)
	if err != nil {
		t.Fatalf("next: %v", err)
	}
	if !held {
		return b, false
	}
	b.Instance, b.Sent = instance, uplink.Sent{At: moment(0).At, Start: 1}
	wire, err := b.Encode()
	if err != nil {
		t.Fatalf("encode: %v", err)
	}
	got, err := uplink.ParseBatch(wire)
	if err != nil {
		t.Fatalf("parse: %v", err)
	}
	if want := boxesOf(got); !slices.EqualFunc(got.Boxes, want, bytes.Equal) {
		t.Fatalf("the batch from %d brings boxes %q, want %q", b.First, got.Boxes, want)
	}
	moved, err = o.Settle(b.Header, h.take(got))
	if err != nil {
		t.Fatalf("settle: %v", err)
	}
	return b, moved
}

// meet is a connect: one batch for each epoch held, oldest first, then whatever is due until nothing is.
func meet(t failer, o *running, h *modelHub) {
	t.Helper()
	for _, head := range o.Epochs() {
		exchange(t, o, h, head.Epoch)
	}
	for range 10_000 {
		idle := true
		for _, head := range o.Epochs() {
			if head.Settled < head.Last {
				idle = false
				if b, moved := exchange(t, o, h, head.Epoch); !moved && b.Count > 0 {
					t.Fatalf("a batch of %s that settles nothing: %+v", head.Epoch, head)
				}
				break
			}
		}
		if idle {
			return
		}
	}
	t.Fatalf("agent and hub do not come to an end: %+v", o.Epochs())
}

// oneEach fails unless the hub holds each of the events from…through exactly once.
func oneEach(t failer, h *modelHub, from, through int) {
	t.Helper()
	held := h.holds(t)
	for n := from; n <= through; n++ {
		if held[n] != 1 {
			t.Fatalf("the hub holds event %d %d times", n, held[n])
		}
	}
	if len(held) != through-from+1 {
		t.Fatalf("the hub holds %d events, want %d", len(held), through-from+1)
	}
}
