// Package outbox keeps what the counter has said until the hub has answered, and the counter's own state beside it. It
// owns one folder: a bbolt file, the marks and the ballast, and with them the order of events, epochs and paper numbers
// (design §1.3, §1.5, §3, §5). It never speaks to the network, and it does not know what it keeps: state is bucket, key
// and bytes, an event is its envelope.
package outbox

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"go.etcd.io/bbolt"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// Put is one change of the counter's state. A nil Value deletes the key.
type Put struct {
	Bucket     string
	Key, Value []byte
}

// Sizes that the design names (§1.5, §5). The door puts them into Options.
const (
	DefaultBallast = 64 << 20
	DefaultKeep    = 35 * 24 * time.Hour
)

// Options say where the store lies and whose it is.
type Options struct {
	Dir   string
	Agent string           // name; the chain of every epoch begins with it
	Now   func() time.Time // nil: time.Now
	// Stamp makes an event of a fact told now. It is called where a fork or a hole must be declared, inside Settle and
	// Open, and must not call the outbox.
	Stamp   func(hall.Fact) (uplink.Event, error)
	Ballast int64         // bytes kept free for ratings on a full disk; 0: none
	Keep    time.Duration // how long settled events stay; 0: DefaultKeep
	Log     *slog.Logger  // nil: slog.Default
}

// What callers branch on.
var (
	// ErrHeld: another program holds the store. Ask it, or stop it.
	ErrHeld = errors.New("a running agent holds the store")
	// ErrOtherAgent: the folder belongs to an agent of another name.
	ErrOtherAgent = errors.New("the store belongs to another agent")
	// ErrClosed: Run has ended, nothing is taken any more.
	ErrClosed = errors.New("the store is closed")
	// ErrTooMuch: a commit larger than one transaction should be.
	ErrTooMuch = errors.New("too much for one commit")
	// ErrDiskRefuse: the volume is nearly full, only ratings are taken. Nothing of the commit was stored.
	ErrDiskRefuse = errors.New("disk nearly full: only ratings are taken")
	// ErrSealed: the volume is full, ballast included. Nothing was stored; the press must not be thanked.
	ErrSealed = errors.New("disk full: nothing can be kept")
	// ErrBroken: the store failed in a way that only a new start can clear. Run ends with it.
	ErrBroken = errors.New("the store failed")
)

// Outbox is an open store. Commit, CommitRating, Number, Next, Settle, Epochs, Disk and Each may be called from many
// goroutines; all but the last four wait for Run.
type Outbox struct {
	opt    Options
	log    *slog.Logger
	lock   *os.File
	db     *bbolt.DB
	update func(func(*bbolt.Tx) error) error // db.Update; tests let it fail
	volume func() (volume, error)            // of Dir; tests make it small

	jobs    chan *job
	ended   chan struct{}
	changed chan struct{}

	began  beginning
	broken error // set by the committer, read by it alone
	marks  marks // likewise

	mu     sync.Mutex
	epochs []epoch // as acknowledged, oldest first, the last is current; written by the committer alone
	sealed bool    // the last attempt to keep a rating failed for want of space
}

// Commit stores puts and evs in one synced transaction, shared with concurrent callers. When it returns nil all of it
// survives a power cut; only then may anything be shown or printed. When it returns an error nothing of it is stored.
// last is the seq of the last event of evs, in the current epoch. The box of an event is stored with it, and stays exactly
// as long. The bytes belong to the outbox until it returns.
// A nearly full disk is ErrDiskRefuse.
func (o *Outbox) Commit(puts []Put, evs []uplink.Event) (last uint64, err error) {
	return o.commit(puts, evs, false)
}

// CommitRating is Commit for what a citizen pressed: it is taken on a disk too full for anything else, for which the
// ballast is given up. ErrSealed is its last word.
func (o *Outbox) CommitRating(puts []Put, evs []uplink.Event) (last uint64, err error) {
	return o.commit(puts, evs, true)
}

// Each calls fn for every key of a bucket of state, in order of keys. The bytes are valid inside fn alone.
func (o *Outbox) Each(bucket string, fn func(k, v []byte) error) error {
	return o.view(func(tx *bbolt.Tx) error {
		if b := tx.Bucket(stateBucket(bucket)); b != nil {
			return b.ForEach(fn)
		}
		return nil
	})
}

// Changed receives after commits that brought something to send. Several commits may be one signal.
func (o *Outbox) Changed() <-chan struct{} { return o.changed }

// Epochs returns the head of every epoch that is still held, oldest first. The last one is current.
func (o *Outbox) Epochs() []uplink.Head {
	o.mu.Lock()
	defer o.mu.Unlock()
	heads := make([]uplink.Head, len(o.epochs))
	for i, e := range o.epochs {
		heads[i] = uplink.Head{Epoch: e.Name, Last: e.last, Settled: e.Settled}
	}
	return heads
}

// Close gives the store up. Run must have returned.
func (o *Outbox) Close() error {
	var err error
	if o.broken == nil { // a bbolt that panicked may hold its own lock for ever
		err = o.db.Close()
	}
	return errors.Join(err, o.lock.Close())
}

// view runs fn in a read transaction. A page that cannot be read, on a torn disk or in a torn tree, is an error.
func (o *Outbox) view(fn func(*bbolt.Tx) error) error {
	return guarded(func() error { return o.db.View(fn) })
}

// guarded turns what a torn file does to its reader, a panic of bbolt or a fault of the memory map, into ErrBroken.
func guarded(fn func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", ErrBroken, r)
		}
	}()
	return fn()
}

// head returns a copy of the current epoch. The committer alone may act on it.
func (o *Outbox) head() epoch {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.epochs[len(o.epochs)-1]
}

// show makes epochs what everybody sees. It follows the transaction that stored them.
func (o *Outbox) show(epochs []epoch) {
	o.mu.Lock()
	o.epochs = epochs
	o.mu.Unlock()
}
