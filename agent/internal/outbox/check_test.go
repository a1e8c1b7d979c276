package outbox

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"go.etcd.io/bbolt"

	"hallpulse/firmware-protocol/uplink"
)

func TestCheckNamesEachFault(t *testing.T) {
	record := func(change func(*epoch)) func(*testing.T, string, string) {
		return func(t *testing.T, dir, name string) {
			edit(t, dir, func(tx *bbolt.Tx) error {
				all, err := readEpochs(tx)
				if err != nil {
					return err
				}
				change(&all[0])
				return all[0].save(tx)
			})
		}
	}
	bucket := func(change func(*bbolt.Bucket) error) func(*testing.T, string, string) {
		return func(t *testing.T, dir, name string) {
			edit(t, dir, func(tx *bbolt.Tx) error { return change(tx.Bucket(eventBucket(name))) })
		}
	}
	rewrite := func(seq uint64, old, new string) func(*testing.T, string, string) {
		return bucket(func(b *bbolt.Bucket) error {
			return b.Put(seqKey(seq), []byte(strings.Replace(string(b.Get(seqKey(seq))), old, new, 1)))
		})
	}
	remark := func(change func(*marks)) func(*testing.T, string, string) {
		return func(t *testing.T, dir, name string) {
			m, err := readMarks(dir)
			if err != nil {
				t.Fatal(err)
			}
			change(&m)
			if err := m.write(dir); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, tt := range []struct {
		name string
		do   func(t *testing.T, dir, epoch string)
		want []string
	}{
		{"a byte of an event", rewrite(7, `"n":7`, `"n":8`), []string{"chain breaks at event 7"}},
		{"an event that is none", rewrite(20, `{"seq"`, `x"seq"`), []string{"chain breaks at event 20", "event 20 cannot be read"}},
		{"an event in another's place", rewrite(20, `"seq":20`, `"seq":21`), []string{"chain breaks at event 20", "event 20 cannot be read"}},
		{"a missing event", bucket(func(b *bbolt.Bucket) error { return b.Delete(seqKey(9)) }), []string{"events 9 to 9 are missing"}},
		{"the first event missing", bucket(func(b *bbolt.Bucket) error { return b.Delete(seqKey(1)) }), []string{"events 1 to 1 are missing"}},
		{"settled beyond the end", record(func(e *epoch) { e.Settled = 21 }), []string{"settled through 21"}},
		{"settled below what is gone", func(t *testing.T, dir, name string) {
			edit(t, dir, func(tx *bbolt.Tx) error {
				all, err := readEpochs(tx)
				if err == nil {
					all[0].Settled = 3
					err = all[0].cut(tx, 5)
				}
				return err
			})
		}, []string{"settled through 3"}},
		{"an event that should be gone", func(t *testing.T, dir, name string) {
			edit(t, dir, func(tx *bbolt.Tx) error {
				all, err := readEpochs(tx)
				if err != nil {
					return err
				}
				kept := append([]byte{}, tx.Bucket(eventBucket(name)).Get(seqKey(5))...)
				return errors.Join(all[0].cut(tx, 5), tx.Bucket(eventBucket(name)).Put(seqKey(5), kept))
			})
		}, []string{"event 5 is there, and its record says it is gone"}},
		{"a chain of another agent", record(func(e *epoch) { e.BaseChain[0] ^= 1 }), []string{"does not begin with the chain", "chain breaks at event 1"}},
		{"events without a record", func(t *testing.T, dir, name string) {
			edit(t, dir, func(tx *bbolt.Tx) error {
				_, err := tx.CreateBucket(eventBucket("00000000000000ff"))
				return err
			})
		}, []string{"00000000000000ff belong to no record"}},
		{"no epoch", func(t *testing.T, dir, name string) {
			edit(t, dir, func(tx *bbolt.Tx) error {
				return errors.Join(tx.Bucket([]byte(bucketEpochs)).Delete(seqKey(1)), tx.DeleteBucket(eventBucket(name)))
			})
		}, []string{"no epoch"}},
		{"no marks", func(t *testing.T, dir, _ string) { remove(t, dir, fileMarks) }, []string{"marks cannot be read"}},
		{"marks of another agent", remark(func(m *marks) { m.Agent = "hall-9" }), []string{"hall-9"}},
		{"marks of another epoch", remark(func(m *marks) { m.Epoch = "00000000000000ee" }), []string{"00000000000000ee"}},
		{"marks that lag", remark(func(m *marks) { m.Seq = 19 }), []string{"marks end at event 19"}},
		{"marks that are ahead", remark(func(m *marks) { m.Seq = 5000 }), []string{"behind its marks"}},
		{"a torn file", func(t *testing.T, dir, _ string) { spoil(t, filepath.Join(dir, fileStore), 0, 2*4096) }, []string{"torn"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir, epoch, _ := lived(t)
			if r := clean(t, dir); r.Events != 20 || r.Unsettled != 5 || r.Epochs != 1 {
				t.Errorf("a store without faults: %+v", r)
			}
			tt.do(t, dir, epoch)
			r, err := Check(dir)
			if err != nil {
				t.Fatal(err)
			}
			all := strings.Join(r.Faults, "\n")
			for _, want := range tt.want {
				if !strings.Contains(all, want) {
					t.Errorf("%q does not say %q", r.Faults, want)
				}
			}
		})
	}
}

func TestCheckOfAnOpenStoreSeesTheSame(t *testing.T) {
	dir, _, hub := lived(t)
	o := startT(t, options(dir))
	say(t, o, 21, 2*checkStep+30)
	r, err := o.Check()
	if err != nil || len(r.Faults) > 0 || r.Events != 2*checkStep+30 || r.Unsettled != r.Events-15 {
		t.Errorf("%+v %v", r, err)
	}
	s, err := o.Stat()
	if err != nil || s.Agent != agentName || len(s.Epochs) != 1 || s.Epochs[0].Last != 2*checkStep+30 || s.Epochs[0].Settled != 15 || s.Bytes == 0 {
		t.Errorf("%+v %v", s, err)
	}
	meet(t, o, hub)
	if err := o.stop(); err != nil {
		t.Fatal(err)
	}
	off, err := Stat(dir)
	if err != nil || off.Epochs[0].Settled != 2*checkStep+30 || off.Disk.State == "" {
		t.Errorf("%+v %v", off, err)
	}
}

func TestEverythingAtOnceFindsNoFault(t *testing.T) {
	dir := t.TempDir()
	o := startT(t, options(dir))
	hub := newModelHub()
	var writers, others sync.WaitGroup
	done := make(chan struct{})
	for w := range 4 {
		writers.Go(func() {
			for i := range 60 {
				if _, err := o.Commit([]Put{{"s", []byte{byte(w)}, []byte{byte(i)}}}, []uplink.Event{said(1 + 60*w + i)}); err != nil {
					t.Errorf("commit: %v", err)
				}
			}
		})
	}
	beside := func(fn func() error) {
		others.Go(func() {
			for {
				if err := fn(); err != nil {
					t.Error(err)
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	beside(func() error {
		r, err := o.Check()
		if len(r.Faults) > 0 {
			return fmt.Errorf("faults: %q", r.Faults)
		}
		return err
	})
	beside(func() error { _, err := o.Number(20000, "A"); return err })
	beside(func() error { return o.Each("s", func(_, _ []byte) error { return nil }) })
	beside(func() error {
		b, _, err := o.Next(current(o).Epoch)
		if err != nil {
			return err
		}
		b.Instance = instance
		if _, err = o.Settle(b.Header, hub.take(b)); err != nil {
			return err
		}
		return o.do(func() error {
			e := o.head()
			if e.Settled == e.Base {
				return nil
			}
			err := o.write(func(tx *bbolt.Tx) error { return e.cut(tx, e.Settled) })
			o.showOne(e)
			return err
		})
	})
	writers.Wait()
	close(done)
	others.Wait()
	meet(t, o, hub)
	oneEach(t, hub, 1, 240)
}

func TestCheckNeedsAStoreAndWritesNothing(t *testing.T) {
	dir := t.TempDir()
	if _, err := Check(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an empty folder: %v", err)
	}
	if got, _ := filepath.Glob(filepath.Join(dir, "*")); len(got) != 0 {
		t.Errorf("check left %v", got)
	}
	from, _, _ := lived(t)
	copyDir(t, from, dir) // a copy without its lock file
	clean(t, dir)
	if got, _ := filepath.Glob(filepath.Join(dir, "*")); len(got) != 2 {
		t.Errorf("check left %v", got)
	}
}
