package outbox

import (
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"hallpulse/firmware-protocol/hall"
)

// tendAll does all housekeeping that is due.
func tendAll(t *testing.T, o *running) {
	t.Helper()
	if err := o.do(func() error {
		for o.tend() {
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// heldFrom returns the first event of an epoch that is still on the disk.
func heldFrom(t *testing.T, o *running, epoch string) (first uint64) {
	t.Helper()
	if err := o.view(func(tx *bbolt.Tx) error {
		return events(tx, epoch, 0, func(seq uint64, _, _ []byte) (bool, error) { first = seq; return false, nil })
	}); err != nil {
		t.Fatal(err)
	}
	return first
}

// dated starts a store whose days pass as the test says.
func dated(t *testing.T, dir string, change ...func(*Outbox)) (o *running, pass func(days int)) {
	t.Helper()
	var day atomic.Int64
	opt := options(dir)
	opt.Now = func() time.Time { return moment(0).At.AddDate(0, 0, int(day.Load())) }
	return startT(t, opt, change...), func(n int) { day.Add(int64(n)) }
}

func TestSettledEventsStayThirtyFiveDays(t *testing.T) {
	o, pass := dated(t, t.TempDir())
	hub := newModelHub()
	for day := range 60 { // ten events a day
		say(t, o, day*10+1, day*10+10)
		meet(t, o, hub)
		tendAll(t, o)
		want := uint64(max(0, day-35)*10 + 1)
		if got := heldFrom(t, o, current(o).Epoch); got != want {
			t.Fatalf("day %d: held from %d, want %d", day, got, want)
		}
		pass(1)
	}
	oneEach(t, hub, 1, 600)
}

func TestAClockThatJumpsMakesNothingOld(t *testing.T) {
	for _, jump := range []int{365, -20000} {
		o, pass := dated(t, t.TempDir())
		hub := newModelHub()
		say(t, o, 1, 20)
		meet(t, o, hub)
		pass(jump)
		say(t, o, 21, 40)
		meet(t, o, hub)
		tendAll(t, o)
		pass(-jump)
		say(t, o, 41, 60)
		meet(t, o, hub)
		tendAll(t, o)
		if got := heldFrom(t, o, current(o).Epoch); got != 1 {
			t.Errorf("a jump of %d days: held from %d", jump, got)
		}
	}
}

func TestWhatIsNotSettledIsNeverPruned(t *testing.T) {
	dir := t.TempDir()
	full := func(o *Outbox) {
		o.volume = func() (volume, error) { return volume{size: 1000, used: 920, avail: 80}, nil }
	}
	o, pass := dated(t, dir, full)
	hub := newModelHub()
	say(t, o, 1, 50)
	meet(t, o, hub)
	say(t, o, 51, 70)
	for range 50 {
		pass(1)
		tendAll(t, o)
	}
	if got := heldFrom(t, o, current(o).Epoch); got != 51 {
		t.Errorf("held from %d", got)
	}
	meet(t, o, hub)
	oneEach(t, hub, 1, 70)
	if err := o.stop(); err != nil {
		t.Fatal(err)
	}
	clean(t, dir)
}

func TestOverNinetyPerCentHistoryMakesRoomAndNoMore(t *testing.T) {
	dir := t.TempDir()
	var used atomic.Int64
	o, _ := dated(t, dir, func(o *Outbox) {
		o.volume = func() (volume, error) {
			return volume{size: 1000, used: used.Load(), avail: 1000 - used.Load()}, nil
		}
	})
	hub := newModelHub()
	say(t, o, 1, 3000)
	meet(t, o, hub)
	epoch := current(o).Epoch
	used.Store(890)
	tendAll(t, o)
	if got := heldFrom(t, o, epoch); got != 1 {
		t.Errorf("at 89 %%: held from %d", got)
	}
	used.Store(900)
	tendAll(t, o)
	if got := heldFrom(t, o, epoch); got != 0 {
		t.Errorf("at 90 %%, with a file smaller than the room that is wanted: held from %d", got)
	}
	info, err := os.Stat(filepath.Join(dir, fileStore))
	if err != nil {
		t.Fatal(err)
	}
	say(t, o, 3001, 5000) // freed pages are used first
	if after, err := os.Stat(filepath.Join(dir, fileStore)); err != nil || after.Size() != info.Size() {
		t.Errorf("the file grew from %d to %d, %v", info.Size(), after.Size(), err)
	}
	meet(t, o, hub)
	oneEach(t, hub, 1, 5000)
}

func TestAnEndedEpochIsForgottenWithItsLastEvent(t *testing.T) {
	dir, old, hub := lived(t)
	remove(t, dir, fileMarks)
	o, pass := dated(t, dir)
	meet(t, o, hub)
	say(t, o, 21, 25)
	for range 36 {
		if len(o.Epochs()) != 2 {
			t.Fatal("forgotten too soon")
		}
		pass(1)
		say(t, o, 26, 26)
		meet(t, o, hub)
		tendAll(t, o)
	}
	if heads := o.Epochs(); len(heads) != 1 || heads[0].Epoch == old {
		t.Errorf("held are %+v", heads)
	}
	if err := o.stop(); err != nil {
		t.Fatal(err)
	}
	clean(t, dir)
	if _, cause, before, _ := startT(t, options(dir)).Began(); cause != hall.EpochBehind || before.Epoch != old {
		t.Errorf("what was before is forgotten: %s %+v", cause, before)
	}
}
