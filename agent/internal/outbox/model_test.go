package outbox

import (
	"os"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"
	"pgregory.net/rapid"

	"hallpulse/firmware-protocol/uplink"
)

// world is an agent's store and a hub, to which everything happens that happens to disks and databases, and what must
// be true of them whatever that was.
type world struct {
	root string // of all folders of this run
	dir  string // of the store
	o    *running
	hub  *modelHub

	copies  []string // folders
	backups []*modelHub

	said    int          // events 1…said were acknowledged
	lost    map[int]bool // no longer in the store, by what was done to it
	excused map[int]bool // lost, and the hub never had them or lost them too
}

func newWorld(t *rapid.T) *world {
	root, err := os.MkdirTemp("", "outbox-model")
	if err != nil {
		t.Fatalf("%v", err)
	}
	w := &world{root: root, dir: filepath.Join(root, "store"), hub: newModelHub(), lost: map[int]bool{}, excused: map[int]bool{}}
	w.o = start(t, options(w.dir))
	return w
}

func (w *world) end(t failer) {
	if err := w.o.stop(); err != nil {
		t.Fatalf("stop: %v", err)
	}
	if err := os.RemoveAll(w.root); err != nil {
		t.Fatalf("%v", err)
	}
}

// inStore returns the events that the store holds.
func (w *world) inStore(t failer) map[int]bool {
	held := map[int]bool{}
	err := w.o.view(func(tx *bbolt.Tx) error {
		all, err := readEpochs(tx)
		if err != nil {
			return err
		}
		for _, e := range all {
			err := events(tx, e.Name, 0, func(_ uint64, _, raw []byte) (bool, error) {
				ev, err := uplink.DecodeEvent(raw)
				if n := saidN(ev); n > 0 {
					held[n] = true
				}
				return true, err
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("read: %v", err)
	}
	return held
}

// account finds what is gone from the store, and excuses what the hub does not have either.
func (w *world) account(t failer) {
	store, hub := w.inStore(t), w.hub.holds(t)
	for n := 1; n <= w.said; n++ {
		if w.lost[n] = !store[n]; w.lost[n] && hub[n] == 0 {
			w.excused[n] = true
		}
	}
}

// restart does something to the files of a store that is not running.
func (w *world) restart(t failer, do func()) {
	if err := w.o.stop(); err != nil {
		t.Fatalf("stop: %v", err)
	}
	do()
	w.o = start(t, options(w.dir))
	w.account(t)
}

func (w *world) newDir(t failer, kind string) string {
	dir, err := os.MkdirTemp(w.root, kind)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return dir
}

func (w *world) pick(t *rapid.T) string {
	heads := w.o.Epochs()
	return heads[rapid.IntRange(0, len(heads)-1).Draw(t, "epoch")].Epoch
}

func (w *world) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"commit": func(t *rapid.T) {
			n := rapid.IntRange(1, 120).Draw(t, "events")
			say(t, w.o, w.said+1, w.said+n)
			w.said += n
		},
		"batch": func(t *rapid.T) { exchange(t, w.o, w.hub, w.pick(t)) },
		"receipt lost": func(t *rapid.T) {
			if b, held, err := w.o.Next(w.pick(t)); err != nil {
				t.Fatalf("next: %v", err)
			} else if held {
				w.hub.take(b)
			}
		},
		"meet": func(t *rapid.T) { meet(t, w.o, w.hub) },
		"killed": func(t *rapid.T) { // what the disk holds at this moment, opened again
			dir := w.newDir(t, "killed")
			copyDir(t, w.dir, dir)
			w.restart(t, func() { w.dir = dir })
		},
		"pruned": func(t *rapid.T) {
			name := w.pick(t)
			if e, _ := w.o.find(name); e.Settled > e.Base {
				through := rapid.Uint64Range(e.Base+1, e.Settled).Draw(t, "through")
				prune(t, w.o, name, through)
				w.account(t)
			}
		},
		"copied": func(t *rapid.T) {
			dir := w.newDir(t, "copy")
			copyDir(t, w.dir, dir)
			w.copies = append(w.copies, dir)
		},
		"store put back":           func(t *rapid.T) { w.putBack(t, fileStore) },
		"store and marks put back": func(t *rapid.T) { w.putBack(t, fileStore, fileMarks) },
		"store removed": func(t *rapid.T) {
			w.restart(t, func() {
				if err := os.Remove(filepath.Join(w.dir, fileStore)); err != nil {
					t.Fatalf("%v", err)
				}
			})
		},
		"store torn": func(t *rapid.T) {
			w.restart(t, func() {
				if err := os.WriteFile(filepath.Join(w.dir, fileStore), make([]byte, 64<<10), 0o600); err != nil {
					t.Fatalf("%v", err)
				}
			})
		},
		"hub copied": func(t *rapid.T) { w.backups = append(w.backups, w.hub.copy()) },
		"hub put back": func(t *rapid.T) {
			if len(w.backups) > 0 {
				w.hub = rapid.SampledFrom(w.backups).Draw(t, "backup").copy()
				w.account(t)
			}
		},
		"": w.invariants,
	}
}

func (w *world) putBack(t *rapid.T, names ...string) {
	if len(w.copies) > 0 {
		c := rapid.SampledFrom(w.copies).Draw(t, "copy")
		w.restart(t, func() { copyDir(t, c, w.dir, names...) })
	}
}

// invariants hold at every moment.
func (w *world) invariants(t *rapid.T) {
	if r, err := w.o.Check(); err != nil || len(r.Faults) > 0 {
		t.Fatalf("check: %v %q", err, r.Faults)
	}
	for n, times := range w.hub.holds(t) {
		if times != 1 {
			t.Fatalf("the hub holds event %d %d times", n, times)
		}
	}
}

// settled holds once agent and hub have met and have nothing left to say.
func (w *world) settled(t failer) {
	meet(t, w.o, w.hub)
	hub := w.hub.holds(t)
	for n := 1; n <= w.said; n++ {
		if hub[n] != 1 && !w.excused[n] {
			t.Fatalf("the hub holds event %d %d times, and nothing excuses it", n, hub[n])
		}
	}
	for n := range w.inStore(t) {
		if hub[n] != 1 {
			t.Fatalf("event %d is in the store, and the hub holds it %d times", n, hub[n])
		}
	}
}

func TestNothingLostNothingTwiceWhateverHappens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		defer w.end(t)
		t.Repeat(w.actions())
		w.settled(t)
	})
}
