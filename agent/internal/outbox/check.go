package outbox

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.etcd.io/bbolt"
	"golang.org/x/sys/unix"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// Report is what Check found. No faults: what is held is what was said.
type Report struct {
	Epochs    int      `json:"epochs"`
	Events    uint64   `json:"events"`
	Unsettled uint64   `json:"unsettled"`
	Faults    []string `json:"faults,omitempty"`
}

func (r *Report) fault(format string, args ...any) {
	r.Faults = append(r.Faults, fmt.Sprintf(format, args...))
}

// Stats are the figures of a store.
type Stats struct {
	Agent  string       `json:"agent"`
	Epochs []EpochStats `json:"epochs"` // oldest first, the last one is current
	Bytes  int64        `json:"bytes"`  // of hall.db
	Disk   Disk         `json:"disk"`
}

// EpochStats are the figures of one epoch: events Held+1 … Last are on the disk, those after Settled are unsettled.
type EpochStats struct {
	Epoch   string          `json:"epoch"`
	Cause   hall.EpochCause `json:"cause"`
	Before  *hall.EpochEnd  `json:"before,omitempty"`
	Pruned  uint64          `json:"pruned"`
	Settled uint64          `json:"settled"`
	Last    uint64          `json:"last"`
}

// checkStep is how many events one read transaction of Check looks at: a running store must not wait long to grow.
const checkStep = 5000

// Check proves the store in dir, which it opens read-only: the chain of every epoch held, seqs without holes, records
// that agree with what lies in the buckets, marks that are not behind, and that every event can be read. ErrHeld says
// that a running agent has it: ask that one.
func Check(dir string) (Report, error) {
	var r Report
	err := offline(dir, func(view viewer) error {
		m, err := readMarks(dir)
		if err != nil {
			r.fault("the marks cannot be read: %v", err)
		}
		s, err := snap(view, m, err == nil)
		if err != nil {
			return err
		}
		return r.check(view, s)
	})
	if errors.Is(err, errTorn) {
		r.fault("the store is torn; at the next start it is set aside and a new epoch begins: %v", err)
		err = nil
	}
	return r, err
}

// Check is the function Check for a store that is open. What is pruned meanwhile is passed over.
func (o *Outbox) Check() (Report, error) {
	var r Report
	var s snapshot
	err := o.do(func() (err error) {
		s, err = snap(o.view, o.marks, true)
		return err
	})
	if err != nil {
		return r, err
	}
	return r, r.check(o.view, s)
}

// Stat counts what is in the store in dir. ErrHeld says that a running agent has it.
func Stat(dir string) (Stats, error) {
	var s Stats
	err := offline(dir, func(view viewer) error {
		v, err := statVolume(dir)
		if err != nil {
			return err
		}
		o := Outbox{volume: func() (volume, error) { return v, nil }}
		s.Disk = o.Disk()
		return s.read(dir, view)
	})
	return s, err
}

// Stat counts what is in the open store.
func (o *Outbox) Stat() (Stats, error) {
	s := Stats{Disk: o.Disk()}
	return s, s.read(o.opt.Dir, o.view)
}

type viewer func(func(*bbolt.Tx) error) error

// offline opens a store that nobody runs, read-only, after the whole of it could be walked.
func offline(dir string, fn func(viewer) error) error {
	path := filepath.Join(dir, fileStore)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("no store in %s: %w", dir, err)
	}
	lock, err := lockDir(dir, unix.LOCK_SH)
	if err != nil {
		return fmt.Errorf("%s: %w", dir, err)
	}
	defer lock.Close()
	if err := sound(path); err != nil {
		return err
	}
	db, err := openRO(path)
	if err != nil {
		return err
	}
	return errors.Join(fn(func(fn func(*bbolt.Tx) error) error {
		return guarded(func() error { return db.View(fn) })
	}), db.Close())
}

func (s *Stats) read(dir string, view viewer) error {
	info, err := os.Stat(filepath.Join(dir, fileStore))
	if err != nil {
		return err
	}
	s.Bytes = info.Size()
	return view(func(tx *bbolt.Tx) error {
		s.Agent = agentOf(tx)
		all, err := readEpochs(tx)
		for _, e := range all {
			s.Epochs = append(s.Epochs, EpochStats{e.Name, e.Cause, e.Before, e.Base, e.Settled, e.last})
		}
		return err
	})
}

func agentOf(tx *bbolt.Tx) string {
	b := tx.Bucket([]byte(bucketAbout))
	if b == nil {
		return ""
	}
	return string(b.Get([]byte(keyAgent)))
}

// snapshot is a store at one moment.
type snapshot struct {
	agent    string
	epochs   []epoch
	stray    []string // epochs with events or boxes that no record speaks of
	marks    marks
	hasMarks bool
}

func snap(view viewer, m marks, hasMarks bool) (snapshot, error) {
	s := snapshot{marks: m, hasMarks: hasMarks}
	err := view(func(tx *bbolt.Tx) (err error) {
		s.agent = agentOf(tx)
		if s.epochs, err = readEpochs(tx); err != nil {
			return err
		}
		return tx.ForEach(func(name []byte, _ *bbolt.Bucket) error {
			of, isEvents := strings.CutPrefix(string(name), bucketEvents)
			isBoxes := false
			if !isEvents {
				of, isBoxes = strings.CutPrefix(string(name), bucketBoxes)
			}
			if (isEvents || isBoxes) && !slices.ContainsFunc(s.epochs, func(e epoch) bool { return e.Name == of }) {
				s.stray = append(s.stray, of)
			}
			return nil
		})
	})
	return s, err
}

func (r *Report) check(view viewer, s snapshot) error {
	r.Epochs = len(s.epochs)
	for _, name := range s.stray {
		r.fault("the events of epoch %s belong to no record", name)
	}
	for i, e := range s.epochs {
		if e.Settled < e.Base || e.Settled > e.last {
			r.fault("epoch %s is settled through %d, but holds %d to %d", e.Name, e.Settled, e.Base+1, e.last)
		} else {
			r.Unsettled += e.last - e.Settled
		}
		if e.Takes != nil && i < len(s.epochs)-1 {
			r.fault("epoch %s has ended, and still takes over events of %s", e.Name, e.Takes.Epoch)
		}
		if e.Base == 0 && e.BaseChain != uplink.ChainStart(s.agent, e.Name) {
			r.fault("epoch %s does not begin with the chain of agent %s", e.Name, s.agent)
		}
		if err := errors.Join(r.checkEpoch(view, e), r.checkBoxes(view, e)); err != nil {
			return err
		}
	}
	r.checkMarks(s)
	return nil
}

// checkEpoch follows the chain through the events of an epoch, some at a time.
func (r *Report) checkEpoch(view viewer, e epoch) error {
	at, chain := e.Base, e.BaseChain
	from := uint64(0)
	for before := at; from == 0 || at < e.last && at > before; from = at + 1 {
		before = at
		err := view(func(tx *bbolt.Tx) error {
			v := tx.Bucket([]byte(bucketEpochs)).Get(seqKey(e.order))
			if v == nil { // pruned to the end meanwhile
				at = e.last
				return nil
			}
			now, err := readEpoch(tx, seqKey(e.order), v)
			if err != nil {
				return err
			}
			if now.Base > at {
				at, chain = now.Base, now.BaseChain
			}
			return events(tx, e.Name, from, func(seq uint64, own, event []byte) (bool, error) {
				r.Events++
				r.checkEvent(e.Name, at, seq, chain, own, event)
				at, chain = max(at, seq), uplink.Chain(own)
				return at < e.last && at < before+checkStep, nil
			})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// checkBoxes finds boxes that outlived their events, or that no batch could carry.
func (r *Report) checkBoxes(view viewer, e epoch) error {
	return view(func(tx *bbolt.Tx) error {
		boxes, of := tx.Bucket(boxBucket(e.Name)), tx.Bucket(eventBucket(e.Name))
		if boxes == nil || of == nil {
			return nil
		}
		return boxes.ForEach(func(k, v []byte) error {
			if len(k) != 8 || of.Get(k) == nil {
				r.fault("epoch %s: a box lies at %x, and no event", e.Name, k)
			} else if _, err := uplink.DecodeBox(v); err != nil {
				r.fault("epoch %s: the box of event %d cannot be read", e.Name, binary.BigEndian.Uint64(k))
			}
			return nil
		})
	})
}

// checkEvent looks at the event that follows place at, where the chain is chain.
func (r *Report) checkEvent(epoch string, at, seq uint64, chain uplink.Chain, own, event []byte) {
	switch {
	case seq <= at:
		r.fault("epoch %s: event %d is there, and its record says it is gone", epoch, seq)
	case seq > at+1:
		r.fault("epoch %s: events %d to %d are missing", epoch, at+1, seq-1)
	case chain.Next(event) != uplink.Chain(own):
		r.fault("epoch %s: the chain breaks at event %d", epoch, seq)
	}
	if ev, err := uplink.DecodeEvent(event); err != nil || ev.Seq != seq {
		r.fault("epoch %s: event %d cannot be read", epoch, seq)
	}
}

// checkMarks finds marks that would let a number be given twice.
func (r *Report) checkMarks(s snapshot) {
	if len(s.epochs) == 0 {
		r.fault("the store has no epoch")
		return
	}
	e, m := s.epochs[len(s.epochs)-1], s.marks
	switch {
	case !s.hasMarks: // said already
	case m.Agent != s.agent:
		r.fault("the marks are those of agent %s, the store is %s's", m.Agent, s.agent)
	case m.Epoch != e.Name:
		r.fault("the marks are in epoch %s, the store is in %s", m.Epoch, e.Name)
	case m.Seq < e.last:
		r.fault("the marks end at event %d, the store at %d", m.Seq, e.last)
	case m.Seq > e.Reserved:
		r.fault("the store is behind its marks: it was put back; a new epoch begins at the next start")
	}
}
