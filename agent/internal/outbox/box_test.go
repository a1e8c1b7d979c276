package outbox

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"go.etcd.io/bbolt"

	"hallpulse/firmware-protocol/uplink"
)

// boxesHeld counts the boxes on the disk, of all epochs.
func boxesHeld(t *testing.T, o *running) (n int) {
	t.Helper()
	err := o.view(func(tx *bbolt.Tx) error {
		return tx.ForEach(func(name []byte, b *bbolt.Bucket) error {
			if strings.HasPrefix(string(name), bucketBoxes) {
				n += b.Stats().KeyN
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Design §2: a box stays exactly as long as its event, settled or not, and goes with it.
func TestABoxStaysExactlyAsLongAsItsEvent(t *testing.T) {
	dir := t.TempDir()
	o := startT(t, options(dir))
	hub := newModelHub()
	say(t, o, 1, 90)
	meet(t, o, hub)
	if n := boxesHeld(t, o); n != 30 {
		t.Errorf("%d boxes after the hub's answer, want 30: its backup may need them", n)
	}
	prune(t, o, current(o).Epoch, 60)
	if n := boxesHeld(t, o); n != 10 {
		t.Errorf("%d boxes of events 61 to 90, want 10", n)
	}
	o = reopened(t, o, dir)
	if n := boxesHeld(t, o); n != 10 {
		t.Errorf("%d boxes after a new start, want 10", n)
	}
}

// Design §3: a batch has 256 KiB, boxes included.
func TestBoxesAreCountedIntoTheBatch(t *testing.T) {
	o := startT(t, options(t.TempDir()))
	var evs []uplink.Event
	for n := 1; n <= 60; n++ {
		ev := said(n)
		ev.Box = fmt.Appendf(nil, `{"ref":"%d","key":"k","sealed":"%s"}`, n, strings.Repeat("AAAA", 2000))
		evs = append(evs, ev)
	}
	if _, err := o.Commit(nil, evs); err != nil {
		t.Fatal(err)
	}
	b, held, err := o.Next(current(o).Epoch)
	if err != nil || !held || len(b.Events) != len(b.Boxes) || len(b.Events) < 25 || len(b.Events) == 60 {
		t.Fatalf("%d events, %d boxes, %v, %v", len(b.Events), len(b.Boxes), held, err)
	}
	b.Instance = instance
	wire, err := b.Encode()
	if err != nil || len(wire) > uplink.MaxBatch || len(wire) < uplink.MaxBatch-2*(uplink.MaxBox+1<<10) {
		t.Errorf("a batch of %d bytes, %v", len(wire), err)
	}
}

func TestWhatIsNoBoxIsNotStored(t *testing.T) {
	o := startT(t, options(t.TempDir()))
	for name, box := range map[string][]byte{"too large": bytes.Repeat([]byte{'x'}, uplink.MaxBox+1), "two lines": []byte("{}\n{}")} {
		ev := said(1)
		ev.Box = box
		if _, err := o.Commit(nil, []uplink.Event{ev}); !errors.Is(err, uplink.ErrBoxTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCheckFindsABoxWithoutItsEvent(t *testing.T) {
	dir := t.TempDir()
	o := startT(t, options(dir))
	say(t, o, 1, 10)
	epoch := current(o).Epoch
	err := o.update(func(tx *bbolt.Tx) error {
		b := tx.Bucket(boxBucket(epoch))
		return errors.Join(b.Put(seqKey(11), boxed(3)), b.Put(seqKey(3), []byte("torn")))
	})
	if err != nil {
		t.Fatal(err)
	}
	r, err := o.Check()
	if err != nil || len(r.Faults) != 2 {
		t.Errorf("found %q, %v", r.Faults, err)
	}
}
