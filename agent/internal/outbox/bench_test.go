package outbox

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"hallpulse/firmware-protocol/uplink"
)

// BenchmarkDurable prints how many events a second are on the disk when Commit returns, beside a bare committer on
// bbolt that stores the same bytes under the same keys in the same run, and the ratio of the two.
func BenchmarkDurable(b *testing.B) {
	for _, writers := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			ours, bare := time.Duration(0), time.Duration(0)
			o := startB(b)
			base := newBare(b)
			said := []uplink.Event{benchEvent(1000)}
			// Many short turns of each, so that what else the machine does meets both.
			const turns = 20
			n := max(writers, b.N/turns/2)
			b.ResetTimer()
			for range turns {
				ours += spread(b, writers, n, func(int) error {
					_, err := o.Commit(nil, said)
					return err
				})
				bare += spread(b, writers, n, base.put)
			}
			perSecond := func(d time.Duration) float64 { return float64(turns*n) / d.Seconds() }
			b.ReportMetric(perSecond(ours), "events/s")
			b.ReportMetric(perSecond(bare), "bare-events/s")
			b.ReportMetric(perSecond(ours)/perSecond(bare), "ratio")
		})
	}
}

// spread calls fn n times from as many goroutines as there are writers.
func spread(b *testing.B, writers, n int, fn func(i int) error) time.Duration {
	began := time.Now()
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := w; i < n; i += writers {
				if err := fn(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	return time.Since(began)
}

func benchEvent(i int) uplink.Event {
	ev := said(i)
	ev.Type = "rating.given"
	ev.Body = fmt.Appendf(nil, `{"ticket":"3-9f2c-%d","visit":"3-9f2c-%d","window":"12","level":5,"channel":"pad"}`, i, i)
	return ev
}

func startB(b *testing.B) *running {
	o := start(b, options(b.TempDir()))
	b.Cleanup(func() {
		if err := o.stop(); err != nil {
			b.Error(err)
		}
	})
	return o
}

// bare is what bbolt alone can do: a goroutine that drains a channel into one Update and answers all. It encodes and
// chains nothing. With several writers it can be beaten: it does not wait for those it has just answered.
type bare struct {
	db   *bbolt.DB
	jobs chan *bareJob
	size int
}

type bareJob struct {
	value []byte
	done  chan error
}

func newBare(b *testing.B) *bare {
	db, err := openRW(filepath.Join(b.TempDir(), "bare.db"))
	if err != nil {
		b.Fatal(err)
	}
	ev, err := benchEvent(1000).Unnumbered()
	if err != nil {
		b.Fatal(err)
	}
	c := &bare{db: db, jobs: make(chan *bareJob), size: 32 + len(ev.Append(nil, 1000))}
	var wg sync.WaitGroup
	wg.Go(func() { c.run(b) })
	b.Cleanup(func() {
		close(c.jobs)
		wg.Wait()
		if err := db.Close(); err != nil {
			b.Error(err)
		}
	})
	return c
}

func (c *bare) put(int) error {
	j := &bareJob{make([]byte, c.size), make(chan error, 1)}
	c.jobs <- j
	return <-j.done
}

func (c *bare) run(b *testing.B) {
	seq := uint64(0)
	for j := range c.jobs {
		group := []*bareJob{j}
	drain:
		for {
			select {
			case more, ok := <-c.jobs:
				if !ok {
					break drain
				}
				group = append(group, more)
			default:
				break drain
			}
		}
		err := c.db.Update(func(tx *bbolt.Tx) error {
			bucket, err := tx.CreateBucketIfNotExists([]byte("events"))
			if err != nil {
				return err
			}
			bucket.FillPercent = fill
			for _, j := range group {
				seq++
				if err := bucket.Put(seqKey(seq), j.value); err != nil {
					return err
				}
			}
			return nil
		})
		for _, j := range group {
			j.done <- err
		}
	}
}
