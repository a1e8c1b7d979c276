package outbox

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// lived makes a store with events 1…20, of which 1…15 are settled, and closes it.
func lived(t *testing.T) (dir, epoch string, hub *modelHub) {
	t.Helper()
	dir, hub = t.TempDir(), newModelHub()
	o := start(t, options(dir))
	say(t, o, 1, 15)
	meet(t, o, hub)
	say(t, o, 16, 20)
	epoch = current(o).Epoch
	if err := o.stop(); err != nil {
		t.Fatal(err)
	}
	return dir, epoch, hub
}

func remove(t *testing.T, dir string, names ...string) {
	t.Helper()
	for _, n := range names {
		if err := os.Remove(filepath.Join(dir, n)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWhichEpochAStartIsIn(t *testing.T) {
	type start struct {
		same     bool // the epoch of before
		cause    hall.EpochCause
		before   *uint64 // last event named of the epoch of before; nil: none named
		fresh    bool
		heads    int
		unsaid   int // events of before that are still held
		setAside bool
	}
	last := func(n uint64) *uint64 { return &n }
	for _, tt := range []struct {
		name string
		do   func(t *testing.T, dir string)
		want start
	}{
		{"nothing happened: the same", func(*testing.T, string) {},
			start{same: true, cause: hall.EpochFirst, heads: 1, unsaid: 5}},
		{"store and marks gone: the first of a new life", func(t *testing.T, dir string) { remove(t, dir, fileStore, fileMarks) },
			start{cause: hall.EpochFirst, fresh: true, heads: 1}},
		// The marks ran 1,000 ahead when nothing was numbered: of no event is it known that it was.
		{"store gone: behind", func(t *testing.T, dir string) { remove(t, dir, fileStore) },
			start{cause: hall.EpochBehind, before: last(0), fresh: true, heads: 1}},
		{"store empty: behind", func(t *testing.T, dir string) {
			if err := os.Truncate(filepath.Join(dir, fileStore), 0); err != nil {
				t.Fatal(err)
			}
		}, start{cause: hall.EpochBehind, before: last(0), fresh: true, heads: 1}},
		{"marks gone: nothing shows that the store is the last one", func(t *testing.T, dir string) { remove(t, dir, fileMarks) },
			start{cause: hall.EpochBehind, before: last(20), fresh: true, heads: 2, unsaid: 5}},
		{"marks damaged: as gone", func(t *testing.T, dir string) { spoil(t, filepath.Join(dir, fileMarks), 10, 5) },
			start{cause: hall.EpochBehind, before: last(20), fresh: true, heads: 2, unsaid: 5}},
		{"both meta pages damaged: torn", func(t *testing.T, dir string) { spoil(t, filepath.Join(dir, fileStore), 0, 2*4096) },
			start{cause: hall.EpochTorn, before: last(0), fresh: true, heads: 1, setAside: true}},
		{"one meta page damaged: bbolt has two", func(t *testing.T, dir string) { spoilOlderMeta(t, dir) },
			start{same: true, cause: hall.EpochFirst, heads: 1, unsaid: 5}},
		{"every page but the meta pages damaged: torn", func(t *testing.T, dir string) { spoil(t, filepath.Join(dir, fileStore), 2*4096, 1<<20) },
			start{cause: hall.EpochTorn, before: last(0), fresh: true, heads: 1, setAside: true}},
		{"cut off in the middle: torn", func(t *testing.T, dir string) {
			if err := os.Truncate(filepath.Join(dir, fileStore), 2*4096+100); err != nil {
				t.Fatal(err)
			}
		}, start{cause: hall.EpochTorn, before: last(0), fresh: true, heads: 1, setAside: true}},
		{"cut off in the first page: torn", func(t *testing.T, dir string) {
			if err := os.Truncate(filepath.Join(dir, fileStore), 5000); err != nil {
				t.Fatal(err)
			}
		}, start{cause: hall.EpochTorn, before: last(0), fresh: true, heads: 1, setAside: true}},
		{"a record that cannot be read: torn", func(t *testing.T, dir string) {
			edit(t, dir, func(tx *bbolt.Tx) error {
				return tx.Bucket([]byte(bucketEpochs)).Put(seqKey(1), []byte("{"))
			})
		}, start{cause: hall.EpochTorn, before: last(0), fresh: true, heads: 1, setAside: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir, epoch, hub := lived(t)
			tt.do(t, dir)
			o := startT(t, options(dir))
			name, cause, before, fresh := o.Began()
			if (name == epoch) != tt.want.same || cause != tt.want.cause || fresh != tt.want.fresh {
				t.Errorf("began %s (was %s), cause %s, fresh %v", name, epoch, cause, fresh)
			}
			switch {
			case (before == nil) != (tt.want.before == nil):
				t.Errorf("before is %+v", before)
			case before != nil && (before.Epoch != epoch || before.Last != *tt.want.before):
				t.Errorf("before is %+v, want %s, %d", before, epoch, *tt.want.before)
			}
			if got := len(o.Epochs()); got != tt.want.heads {
				t.Errorf("%d epochs are held, want %d", got, tt.want.heads)
			}
			aside, err := filepath.Glob(filepath.Join(dir, fileStore+".torn-*"))
			if err != nil || (len(aside) == 1) != tt.want.setAside {
				t.Errorf("set aside: %v %v", aside, err)
			}
			say(t, o, 21, 30)
			meet(t, o, hub)
			held := hub.holds(t)
			for n := 1; n <= 30; n++ {
				want := 1
				if n > 15+tt.want.unsaid && n <= 20 {
					want = 0
				}
				if held[n] != want {
					t.Errorf("the hub holds event %d %d times, want %d", n, held[n], want)
				}
			}
			if err := o.stop(); err != nil {
				t.Fatal(err)
			}
			clean(t, dir)
		})
	}
}

// spoil overwrites n bytes of a file, or what is there of them.
func spoil(t *testing.T, path string, at, n int) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	copy(data[at:], bytes.Repeat([]byte{0xa5}, min(n, len(data)-at)))
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// spoilOlderMeta damages the meta page that is not in use: an empty transaction has just written the other one.
func spoilOlderMeta(t *testing.T, dir string) {
	t.Helper()
	var id int
	edit(t, dir, func(tx *bbolt.Tx) error { id = tx.ID(); return nil })
	spoil(t, filepath.Join(dir, fileStore), (id+1)%2*os.Getpagesize(), 200)
}

// edit changes a store that nobody runs.
func edit(t *testing.T, dir string, fn func(tx *bbolt.Tx) error) {
	t.Helper()
	db, err := openRW(filepath.Join(dir, fileStore))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.Update(fn), db.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestACopyThatIsPutBackBeginsANewEpoch(t *testing.T) {
	for _, tt := range []struct {
		name   string
		then   func(t *testing.T, dir string) // between the copy and the end of that life
		before uint64
	}{
		{"more than a thousand events later", func(t *testing.T, dir string) {
			o := start(t, options(dir))
			say(t, o, 21, 1500)
			if err := o.stop(); err != nil {
				t.Fatal(err)
			}
		}, 20},
		{"ten events and a start later", func(t *testing.T, dir string) {
			for n := 21; n <= 30; n += 5 {
				o := start(t, options(dir))
				say(t, o, n, n+4)
				if err := o.stop(); err != nil {
					t.Fatal(err)
				}
			}
		}, 20},
		{"behind a fork", func(t *testing.T, dir string) {
			o := start(t, options(dir))
			head := current(o)
			b, _, err := o.Next(head.Epoch)
			if err != nil {
				t.Fatal(err)
			}
			if moved, err := o.Settle(b.Header, uplink.Receipt{Epoch: b.Epoch, First: b.First, Through: 15, Chain: b.Prev, Fork: true}); !moved || err != nil {
				t.Fatal(moved, err)
			}
			if err := o.stop(); err != nil {
				t.Fatal(err)
			}
		}, 6}, // of the epoch that the fork began: its agent.forked and five events told again
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir, epoch, _ := lived(t)
			copied := t.TempDir()
			copyDir(t, dir, copied, fileStore)
			tt.then(t, dir)
			copyDir(t, copied, dir, fileStore)
			if r, err := Check(dir); err != nil || len(r.Faults) != 1 {
				t.Errorf("check of a put-back store: %v %q", err, r.Faults)
			}
			o := startT(t, options(dir))
			name, cause, before, fresh := o.Began()
			if name == epoch || cause != hall.EpochBehind || !fresh || before == nil || before.Last != tt.before {
				t.Errorf("began %s cause %s before %+v fresh %v", name, cause, before, fresh)
			}
			if heads := o.Epochs(); len(heads) != 2 || heads[0].Epoch != epoch || heads[0].Last != 20 {
				t.Errorf("held are %+v", heads)
			}
		})
	}
}

func TestAnEpochStaysFreshUntilSomethingIsTold(t *testing.T) {
	dir, epoch, _ := lived(t)
	remove(t, dir, fileMarks)
	var name string
	for range 3 { // a start that dies before its first event is told
		o := start(t, options(dir))
		n, _, before, fresh := o.Began()
		if !fresh || before == nil || before.Epoch != epoch || (name != "" && n != name) {
			t.Fatalf("began %s (first %s), before %+v, fresh %v", n, name, before, fresh)
		}
		name = n
		if err := o.stop(); err != nil {
			t.Fatal(err)
		}
	}
	o := start(t, options(dir))
	say(t, o, 21, 21)
	if err := o.stop(); err != nil {
		t.Fatal(err)
	}
	o = startT(t, options(dir))
	if n, _, _, fresh := o.Began(); n != name || fresh {
		t.Errorf("began %s, fresh %v", n, fresh)
	}
}

func TestMarksThatCannotBeWrittenStopTheStart(t *testing.T) {
	dir, _, _ := lived(t)
	if err := os.Mkdir(filepath.Join(dir, fileMarks+".new"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(options(dir)); err == nil {
		t.Fatal("opened")
	}
	remove(t, dir, fileMarks+".new")
	o := startT(t, options(dir)) // the store reserved ahead; that is not behind
	if _, cause, _, fresh := o.Began(); cause != hall.EpochFirst || fresh {
		t.Errorf("cause %s, fresh %v", cause, fresh)
	}
}

func TestAStoreHasOneAgentAndOneProgram(t *testing.T) {
	dir, _, _ := lived(t)
	opt := options(dir)
	opt.Agent = "hall-2"
	if _, err := Open(opt); !errors.Is(err, ErrOtherAgent) {
		t.Errorf("another name: %v", err)
	}
	remove(t, dir, fileMarks)
	if _, err := Open(opt); !errors.Is(err, ErrOtherAgent) {
		t.Errorf("another name, without marks: %v", err)
	}
	o := startT(t, options(dir))
	if _, err := Open(options(dir)); !errors.Is(err, ErrHeld) {
		t.Errorf("a second program: %v", err)
	}
	if _, err := Check(dir); !errors.Is(err, ErrHeld) {
		t.Errorf("check beside a running agent: %v", err)
	}
	if _, err := Stat(dir); !errors.Is(err, ErrHeld) {
		t.Errorf("stat beside a running agent: %v", err)
	}
	say(t, o, 21, 21)
	for _, opt := range []Options{{Dir: dir, Agent: "A B"}, {Dir: dir, Agent: agentName}} {
		if _, err := Open(opt); err == nil {
			t.Errorf("%+v is accepted", opt)
		}
	}
}
