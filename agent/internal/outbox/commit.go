package outbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"hallpulse/firmware-protocol/uplink"
)

// Bounds of one transaction. bbolt has none that matter at this size; they bound memory and the wait of those who come
// next.
const (
	maxGroupEvents = markStep
	maxGroupPuts   = 10_000
	maxPutBytes    = 1 << 20
)

// tendEvery is how often history is pruned and the ballast looked after.
const tendEvery = time.Minute

// job is what a caller hands to the committer: changes to store together with those of others, or an act to run alone.
type job struct {
	puts   []Put
	evs    []uplink.Unnumbered
	rating bool
	act    func() error

	entries []entry // evs in their places
	last    uint64
	done    chan error
}

// Run is the committer: it alone writes. It drains what callers handed in, stores it in one transaction and answers
// all of them; between commits it prunes history and lays the ballast. It blocks until ctx ends; what is being stored
// then is finished and answered, later callers get ErrClosed. It returns nil, or ErrBroken. Call it once.
func (o *Outbox) Run(ctx context.Context) error {
	defer close(o.ended)
	tick := time.NewTicker(tendEvery)
	defer tick.Stop()
	due := make(chan struct{})
	close(due)
	tend := due
	for o.broken == nil {
		select {
		case j := <-o.jobs:
			o.work(j)
		case <-tick.C:
			tend = due
		case <-tend:
			if !o.tend() {
				tend = nil
			}
		case <-ctx.Done():
			return nil
		}
	}
	return o.broken
}

// commit hands changes to the committer and waits for its answer. What would spoil the transaction for others is found
// before.
func (o *Outbox) commit(puts []Put, evs []uplink.Event, rating bool) (last uint64, err error) {
	if len(evs) > maxGroupEvents || len(puts) > maxGroupPuts {
		return 0, fmt.Errorf("%d puts, %d events: %w", len(puts), len(evs), ErrTooMuch)
	}
	for _, p := range puts {
		if p.Bucket == "" || len(p.Key) == 0 || len(p.Key) > bbolt.MaxKeySize || len(p.Value) > maxPutBytes {
			return 0, fmt.Errorf("put %q %q: bucket and key must be named, key and value bounded: %w", p.Bucket, p.Key, ErrTooMuch)
		}
	}
	j := &job{puts: puts, rating: rating, evs: make([]uplink.Unnumbered, len(evs))}
	for i, ev := range evs {
		if j.evs[i], err = ev.Unnumbered(); err != nil {
			return 0, err
		}
		if j.evs[i].MaxLen() > uplink.MaxEvent-wasRoom {
			return 0, fmt.Errorf("%s: %w", ev.Type, uplink.ErrEventTooLarge)
		}
		if len(ev.Box) > uplink.MaxBox || bytes.IndexByte(ev.Box, '\n') >= 0 {
			return 0, fmt.Errorf("%s: %w", ev.Type, uplink.ErrBoxTooLarge)
		}
	}
	if err := o.hand(j); err != nil {
		return 0, err
	}
	return j.last, nil
}

// do runs act in the committer, alone.
func (o *Outbox) do(act func() error) error { return o.hand(&job{act: act}) }

func (o *Outbox) hand(j *job) error {
	j.done = make(chan error, 1)
	select {
	case o.jobs <- j: // what was taken is answered
		return <-j.done
	case <-o.ended:
		return ErrClosed
	}
}

// work does one job, and with it all others that wait now and fit into its transaction.
func (o *Outbox) work(j *job) {
	for j != nil {
		if j.act != nil {
			j.done <- j.act()
			return
		}
		group, after := o.gather([]*job{j})
		o.commitGroup(group)
		j = after
	}
}

// gather adds to a group all that wait. Those answered a moment ago may be about to hand in again: they get one turn of
// the processor, or every second group would be a small one. after is a job that does not fit.
func (o *Outbox) gather(group []*job) (full []*job, after *job) {
	nputs, nevs := len(group[0].puts), len(group[0].evs)
	for yielded := false; ; {
		select {
		case j := <-o.jobs:
			nputs, nevs = nputs+len(j.puts), nevs+len(j.evs)
			if j.act != nil || nputs > maxGroupPuts || nevs > maxGroupEvents {
				return group, j
			}
			group = append(group, j)
			yielded = false
		default:
			if yielded {
				return group, nil
			}
			runtime.Gosched()
			yielded = true
		}
	}
}

// commitGroup stores a group and answers its callers. On a full disk the others are refused first, then ratings alone
// are tried, then with the ballast given up (design §5).
func (o *Outbox) commitGroup(group []*job) {
	refuse := func(err error) {
		others := slices.Clone(group)
		group = slices.DeleteFunc(group, func(j *job) bool { return !j.rating })
		for _, j := range others {
			if !j.rating {
				j.done <- err
			}
		}
	}
	if o.Disk().State.refuses() {
		refuse(ErrDiskRefuse)
	}
	err := o.store(group)
	if o.outOfSpace(err) {
		refuse(fmt.Errorf("%w: %w", ErrDiskRefuse, err))
		err = o.store(group)
	}
	if o.outOfSpace(err) && o.giveUpBallast() {
		err = o.store(group)
	}
	full := o.outOfSpace(err)
	if full {
		err = fmt.Errorf("%w: %w", ErrSealed, err)
	}
	if len(group) > 0 {
		o.seal(full)
	}
	for _, j := range group {
		j.done <- err
	}
}

// store puts a group into one synced transaction. After an error nothing of it is stored.
func (o *Outbox) store(group []*job) error {
	if len(group) == 0 {
		return nil
	}
	if o.sealedNow() {
		return errNoRoom
	}
	if err := o.finishMove(); err != nil {
		return err
	}
	n := 0
	for _, j := range group {
		n += len(j.evs)
	}
	if err := o.reserve(n); err != nil {
		return err
	}
	next := o.head()
	for _, j := range group {
		j.entries = j.entries[:0]
		for _, ev := range j.evs {
			j.entries = append(j.entries, next.next(ev))
		}
		j.last = next.last
	}
	err := o.write(func(tx *bbolt.Tx) error {
		for _, j := range group {
			if err := j.put(tx, next.Name); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || n == 0 {
		return err
	}
	o.showOne(next)
	o.signal()
	return nil
}

// put writes what a job brought.
func (j *job) put(tx *bbolt.Tx, epoch string) error {
	for _, p := range j.puts {
		b, err := tx.CreateBucketIfNotExists(stateBucket(p.Bucket))
		if err != nil {
			return err
		}
		if p.Value == nil {
			err = b.Delete(p.Key)
		} else {
			err = b.Put(p.Key, p.Value)
		}
		if err != nil {
			return fmt.Errorf("put %s: %w", p.Bucket, err)
		}
	}
	return write(tx, epoch, j.entries)
}

// write runs fn in one synced transaction. After an error nothing of it is in the store, or the store is broken and
// says so. bbolt can fail after its meta page was written: then the transaction is there, and another sync decides
// whether it stays (its success makes both durable).
func (o *Outbox) write(fn func(*bbolt.Tx) error) error {
	if o.broken != nil {
		return o.broken
	}
	var id, now int
	err := guarded(func() error {
		return o.update(func(tx *bbolt.Tx) error {
			id = tx.ID()
			return fn(tx)
		})
	})
	if err == nil {
		return nil
	}
	fate := err
	if !errors.Is(err, ErrBroken) {
		fate = o.view(func(tx *bbolt.Tx) error { now = tx.ID(); return nil })
	}
	if fate == nil && id > 0 && now >= id {
		if fate = guarded(func() error { return o.update(func(*bbolt.Tx) error { return nil }) }); fate == nil {
			return nil
		}
	}
	if fate != nil {
		o.broken = fmt.Errorf("%w: %w", ErrBroken, errors.Join(err, fate))
		return o.broken
	}
	return err
}

func (o *Outbox) copyEpochs() []epoch {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.epochs)
}

// signal says that there is something to send.
func (o *Outbox) signal() {
	select {
	case o.changed <- struct{}{}:
	default:
	}
}
