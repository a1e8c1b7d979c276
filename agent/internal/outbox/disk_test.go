package outbox

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"go.etcd.io/bbolt"
	"golang.org/x/sys/unix"

	"hallpulse/firmware-protocol/uplink"
)

func TestStatesOfTheDisk(t *testing.T) {
	const ballast = 50
	for _, tt := range []struct {
		name string
		v    volume
		laid bool
		want Disk
	}{
		{"plenty", volume{1000, 100, 900}, true, Disk{10, DiskOK}},
		{"just below the first limit", volume{1000, 690, 310}, true, Disk{69, DiskOK}},
		{"rounded up", volume{1000, 691, 309}, true, Disk{70, DiskWarn}},
		{"70 %", volume{1000, 700, 300}, true, Disk{70, DiskWarn}},
		{"90 %", volume{1000, 900, 100}, true, Disk{90, DiskAlarm}},
		{"95 %", volume{1000, 950, 50}, true, Disk{95, DiskRefuse}},
		{"blocks kept for root are taken", volume{1000, 850, 50}, true, Disk{95, DiskRefuse}},
		{"full", volume{1000, 1000, 0}, true, Disk{100, DiskRefuse}},
		{"the ballast given up is still taken", volume{1000, 900, 100}, false, Disk{95, DiskRefuse}},
		{"no room for a ballast at all", volume{1000, 980, 20}, false, Disk{100, DiskRefuse}},
		{"an empty volume", volume{}, true, Disk{100, DiskRefuse}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if tt.laid {
				if err := os.WriteFile(filepath.Join(dir, fileBallast), make([]byte, ballast), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			o := &Outbox{opt: Options{Dir: dir, Ballast: ballast}, volume: func() (volume, error) { return tt.v, nil }}
			if got := o.Disk(); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// smallVolume is a volume of size bytes that can be filled: a tmpfs, or where mounting is not permitted a folder whose
// store fails as a full volume would.
func smallVolume(t *testing.T, size int64) (dir string, change func(*Outbox)) {
	t.Helper()
	dir = t.TempDir()
	err := unix.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", size))
	if err == nil {
		t.Cleanup(func() {
			if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
				t.Error(err)
			}
		})
		return dir, func(*Outbox) {}
	}
	t.Logf("no tmpfs (%v): failures are injected", err)
	taken := func() (n int64) {
		_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, _ error) error {
			if info, err := d.Info(); err == nil && !d.IsDir() {
				n += info.Sys().(*syscall.Stat_t).Blocks * 512
			}
			return nil
		})
		return n
	}
	return dir, func(o *Outbox) {
		real := o.update
		o.volume = func() (volume, error) {
			used := min(taken(), size)
			return volume{size, used, size - used}, nil
		}
		o.update = func(fn func(*bbolt.Tx) error) error {
			return real(func(tx *bbolt.Tx) error {
				if err := fn(tx); err != nil || taken()+64<<10 < size {
					return err
				}
				return unix.ENOSPC
			})
		}
	}
}

// fillTo makes the volume as full as that, with a file of its own.
func fillTo(t *testing.T, o *running, percent int) {
	t.Helper()
	f, err := os.OpenFile(filepath.Join(o.opt.Dir, "filler"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	block := make([]byte, 4<<10)
	for o.Disk().UsedPercent < percent {
		if _, err := f.Write(block); err != nil {
			t.Fatal(err)
		}
	}
	if percent < 100 {
		return
	}
	for v, err := o.volume(); err == nil && v.avail > 0; v, err = o.volume() {
		if _, err := f.Write(block); err != nil {
			return
		}
	}
}

func TestAFullDiskTakesRatingsToTheLastAndThanksForNoneItLost(t *testing.T) {
	dir, change := smallVolume(t, 16<<20)
	opt := options(dir)
	opt.Ballast = 1 << 20
	o := start(t, opt, change)
	tendAll(t, o)
	ballast := filepath.Join(dir, fileBallast)
	if info, err := os.Stat(ballast); err != nil || info.Sys().(*syscall.Stat_t).Blocks*512 < opt.Ballast {
		t.Fatalf("no ballast lies there: %v %v", info, err)
	}
	acked := 0
	rate := func() error { // an event of 8 KiB
		ev := said(acked + 1)
		ev.Body = fmt.Appendf(nil, `{"n":%d,"pad":"%s"}`, acked+1, strings.Repeat("x", 8<<10))
		last, err := o.CommitRating(nil, []uplink.Event{ev})
		if err == nil {
			if acked++; last != uint64(acked) {
				t.Fatalf("event %d got seq %d", acked, last)
			}
		}
		return err
	}
	ticket := func() error { _, err := o.Commit([]Put{{"t", []byte("k"), []byte("v")}}, nil); return err }
	for _, step := range []struct {
		percent int
		state   DiskState
		refuses bool
	}{{10, DiskOK, false}, {70, DiskWarn, false}, {90, DiskAlarm, false}, {95, DiskRefuse, true}} {
		fillTo(t, o, step.percent)
		if got := o.Disk(); got.State != step.state {
			t.Fatalf("at %d %%: %+v", step.percent, got)
		}
		if err := ticket(); errors.Is(err, ErrDiskRefuse) != step.refuses {
			t.Fatalf("at %d %% a ticket gets %v", step.percent, err)
		}
		if err := rate(); err != nil {
			t.Fatalf("at %d %% a rating gets %v", step.percent, err)
		}
	}
	fillTo(t, o, 100)
	var err error
	taken := 0
	for err = rate(); err == nil; err = rate() {
		taken++
		if err := ticket(); !errors.Is(err, ErrDiskRefuse) {
			t.Fatalf("a ticket took room that was given up for ratings: %v", err)
		}
	}
	if !errors.Is(err, ErrSealed) || o.Disk().State != DiskSealed {
		t.Fatalf("the end is %v, %+v", err, o.Disk())
	}
	if _, err := os.Stat(ballast); err == nil || taken < 50 {
		t.Errorf("%d ratings were taken on a full disk, and the ballast: %v", taken, err)
	}
	if err := rate(); !errors.Is(err, ErrSealed) {
		t.Errorf("sealed, and a rating gets %v", err)
	}
	if got := current(o).Last; got != uint64(acked) {
		t.Errorf("%d ratings were acknowledged, last is %d", acked, got)
	}

	remove(t, dir, "filler") // somebody makes room
	if err := errors.Join(ticket(), rate()); err != nil {
		t.Fatalf("after room was made: %v", err)
	}
	tendAll(t, o)
	if _, err := os.Stat(ballast); err != nil || o.Disk().State == DiskSealed {
		t.Errorf("the ballast is not laid again: %v, %+v", err, o.Disk())
	}
	hub := newModelHub()
	meet(t, o, hub)
	oneEach(t, hub, 1, acked)
	if err := o.stop(); err != nil {
		t.Fatal(err)
	}
	clean(t, dir)
}

func TestAStoreStartsOnAFullDisk(t *testing.T) {
	dir, change := smallVolume(t, 16<<20)
	opt := options(dir)
	opt.Ballast = 1 << 20
	o := start(t, opt, change)
	tendAll(t, o)
	say(t, o, 1, 10)
	fillTo(t, o, 100)
	if err := o.stop(); err != nil {
		t.Fatal(err)
	}
	o = startT(t, opt, change)
	if _, err := o.CommitRating(nil, []uplink.Event{said(11)}); err != nil {
		t.Fatalf("a rating after the start: %v", err)
	}
	if _, err := o.Commit(nil, []uplink.Event{said(12)}); !errors.Is(err, ErrDiskRefuse) {
		t.Errorf("a ticket after the start: %v", err)
	}
}

func TestOnAFullDiskNeighboursInOneGroupGetTheirOwnAnswers(t *testing.T) {
	var full atomic.Bool
	o := startT(t, options(t.TempDir()), func(o *Outbox) {
		real := o.update
		o.volume = func() (volume, error) { return volume{1 << 30, 1 << 29, 1 << 29}, nil }
		o.update = func(fn func(*bbolt.Tx) error) error {
			return real(func(tx *bbolt.Tx) error {
				err := fn(tx)
				if b := tx.Bucket(stateBucket("tickets")); err == nil && b != nil && full.Load() {
					err = unix.ENOSPC
				}
				return err
			})
		}
	})
	say(t, o, 1, 3)
	full.Store(true)
	var wg sync.WaitGroup
	for i := range 40 {
		wg.Go(func() {
			if i%2 == 0 {
				if _, err := o.Commit([]Put{{"tickets", []byte("k"), []byte("v")}}, nil); !errors.Is(err, ErrDiskRefuse) {
					t.Errorf("a ticket: %v", err)
				}
			} else if _, err := o.CommitRating(nil, []uplink.Event{said(3 + i)}); err != nil {
				t.Errorf("a rating: %v", err)
			}
		})
	}
	wg.Wait()
	if got := current(o).Last; got != 23 {
		t.Errorf("last is %d", got)
	}
	hub := newModelHub()
	meet(t, o, hub)
	if got := len(hub.holds(t)); got != 23 {
		t.Errorf("the hub holds %d events", got)
	}
}

// The child of TestAWriteThatFailsInTheMiddleOfACommit runs under a limit that lets bbolt's own writes fail.
const envLimit = "OUTBOX_TEST_LIMIT"

func TestAWriteThatFailsInTheMiddleOfACommit(t *testing.T) {
	if os.Getenv(envLimit) != "" {
		limitedChild(t)
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), envLimit+"="+t.TempDir())
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "failed and went on") {
		t.Errorf("%v\n%s", err, out)
	}
}

func limitedChild(t *testing.T) {
	signal.Ignore(syscall.SIGXFSZ)
	dir := os.Getenv(envLimit)
	o := start(t, options(dir))
	n, failed := 0, 0
	rate := func() error {
		ev := said(n + 1)
		ev.Body = fmt.Appendf(nil, `{"n":%d,"pad":"%s"}`, n+1, strings.Repeat("x", 3000))
		last, err := o.CommitRating([]Put{{"s", []byte("last"), fmt.Append(nil, n+1)}}, []uplink.Event{ev})
		if err == nil {
			if n++; last != uint64(n) {
				t.Fatalf("event %d got seq %d", n, last)
			}
		}
		return err
	}
	size := func() int64 {
		info, err := os.Stat(filepath.Join(dir, fileStore))
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	for size() < 512<<10 {
		if err := rate(); err != nil {
			t.Fatal(err)
		}
	}
	// The file has grown to 512 KiB, half of it used: no truncate is needed before a write meets this limit.
	var was syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 400_000, Max: was.Max}); err != nil {
		t.Fatal(err)
	}
	for failed < 5 {
		if err := rate(); errors.Is(err, ErrSealed) && errors.Is(err, unix.EFBIG) {
			failed++
		} else if err != nil {
			t.Fatalf("event %d: %v", n+1, err)
		}
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &was); err != nil {
		t.Fatal(err)
	}
	if err := o.Each("s", func(_, v []byte) error {
		if string(v) != fmt.Sprint(n) {
			return fmt.Errorf("state says %s after %d events", v, n)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for i := range 200 {
		if last, err := o.CommitRating(nil, []uplink.Event{said(n + 1 + i)}); err != nil || last != uint64(n+1+i) {
			t.Fatalf("after the limit is gone: %d %v", last, err)
		}
	}
	hub := newModelHub()
	meet(t, o, hub)
	oneEach(t, hub, 1, n+200)
	if err := o.stop(); err != nil {
		t.Fatal(err)
	}
	clean(t, dir)
	t.Logf("failed and went on: %d events before, %d refused", n, failed)
}

func TestBallastOnAVolumeThatCannotAllocate(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "f"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := fillFile(f, 200_000); err != nil {
		t.Fatal(err)
	}
	if info, err := f.Stat(); err != nil || info.Size() != 200_000 {
		t.Errorf("%d bytes, %v", info.Size(), err)
	}
}
