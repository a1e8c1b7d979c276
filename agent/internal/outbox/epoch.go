package outbox

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"go.etcd.io/bbolt"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// The buckets of the file. events/<epoch> has keys of 8 bytes, the seq big-endian, and values of 32 bytes chain and the
// encoded event. boxes/<epoch> has under the same keys the boxes of those events that have one. state/<name> is the
// counter's.
const (
	bucketAbout  = "about"
	bucketEpochs = "epochs" // 8 bytes, order of beginning, big-endian → epoch
	bucketEvents = "events/"
	bucketBoxes  = "boxes/"
	bucketState  = "state/"

	keyAgent    = "agent"    // in about: whose store this is
	keyCalendar = "calendar" // in about: days lived
)

// fill packs pages of keys that only ever grow: half the file of the default.
const fill = 0.95

func stateBucket(name string) []byte { return []byte(bucketState + name) }

func eventBucket(epoch string) []byte { return []byte(bucketEvents + epoch) }

func boxBucket(epoch string) []byte { return []byte(bucketBoxes + epoch) }

func seqKey(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// epoch is one run of seqs from 1. Its last event and chain are those of its bucket, or the base where that is empty.
type epoch struct {
	Name      string          `json:"epoch"`
	Cause     hall.EpochCause `json:"cause"`
	Before    *hall.EpochEnd  `json:"before,omitempty"`
	Base      uint64          `json:"base"`       // the last event that is no longer held
	BaseChain uplink.Chain    `json:"base_chain"` // the chain there
	Settled   uint64          `json:"settled"`
	Reserved  uint64          `json:"reserved"` // what the marks say, stored before they say it
	Days      []settledDay    `json:"days,omitempty"`
	// Takes says what is still to be told again here. Nothing else is stored before that is done.
	Takes *takeover `json:"takes,omitempty"`

	order uint64 // key of the record
	last  uint64
	chain uplink.Chain
}

// takeover names the events of another epoch after a place, and the chain there.
type takeover struct {
	Epoch string       `json:"epoch"`
	After uint64       `json:"after"`
	Chain uplink.Chain `json:"chain"`
}

// settledDay says how far an epoch was settled when a day of the agent's life ended.
type settledDay struct {
	Lived   int      `json:"lived"`
	Day     hall.Day `json:"day"`
	Through uint64   `json:"through"`
}

// save writes the record of an epoch.
func (e epoch) save(tx *bbolt.Tx) error {
	v, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("epoch %s: %w", e.Name, err)
	}
	return tx.Bucket([]byte(bucketEpochs)).Put(seqKey(e.order), v)
}

// readEpoch reads a record and where its bucket ends.
func readEpoch(tx *bbolt.Tx, key, value []byte) (epoch, error) {
	var e epoch
	if err := json.Unmarshal(value, &e); err != nil || len(key) != 8 || !uplink.ValidEpoch(e.Name) {
		return e, fmt.Errorf("%w: record %x of an epoch cannot be read", ErrBroken, key)
	}
	e.order, e.last, e.chain = binary.BigEndian.Uint64(key), e.Base, e.BaseChain
	b := tx.Bucket(eventBucket(e.Name))
	if b == nil {
		return e, fmt.Errorf("%w: epoch %s has no bucket", ErrBroken, e.Name)
	}
	if k, v := b.Cursor().Last(); k != nil {
		if len(k) != 8 || len(v) < len(e.chain) {
			return e, fmt.Errorf("%w: last event of epoch %s cannot be read", ErrBroken, e.Name)
		}
		e.last = binary.BigEndian.Uint64(k)
		copy(e.chain[:], v)
	}
	return e, nil
}

// readEpochs reads all records, oldest first.
func readEpochs(tx *bbolt.Tx) ([]epoch, error) {
	var all []epoch
	b := tx.Bucket([]byte(bucketEpochs))
	if b == nil {
		return nil, nil
	}
	err := b.ForEach(func(k, v []byte) error {
		e, err := readEpoch(tx, k, v)
		all = append(all, e)
		return err
	})
	return all, err
}

// newEpochName draws 16 hex digits.
func newEpochName() string {
	var b [8]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	return hex.EncodeToString(b[:])
}

// newEpoch returns an epoch that follows those in all. It is not stored.
func newEpoch(agent, name string, all []epoch, cause hall.EpochCause, before *hall.EpochEnd) epoch {
	e := epoch{Name: name, Cause: cause, Before: before, Reserved: markStep, order: 1}
	if len(all) > 0 {
		e.order = all[len(all)-1].order + 1
	}
	e.BaseChain = uplink.ChainStart(agent, name)
	e.chain = e.BaseChain
	return e
}

// create makes the bucket of a new epoch and its record.
func (e epoch) create(tx *bbolt.Tx) error {
	if _, err := tx.CreateBucket(eventBucket(e.Name)); err != nil {
		return fmt.Errorf("epoch %s: %w", e.Name, err)
	}
	return e.save(tx)
}

// entry is an event as it will lie in its bucket, and its box, or nil.
type entry struct{ key, value, box []byte }

// wasRoom is left in every event for the place it once had: an event that was stored can always be told again.
const wasRoom = 128

// next gives an event the next place of the epoch. It changes e, not the store.
func (e *epoch) next(ev uplink.Unnumbered) entry {
	e.last++
	value := make([]byte, len(e.chain), len(e.chain)+ev.MaxLen())
	value = ev.Append(value, e.last)
	e.chain = e.chain.Next(value[len(e.chain):])
	copy(value, e.chain[:])
	return entry{seqKey(e.last), value, ev.Box}
}

// write puts entries into the bucket of an epoch.
func write(tx *bbolt.Tx, epoch string, entries []entry) error {
	b := tx.Bucket(eventBucket(epoch))
	b.FillPercent = fill
	for _, n := range entries {
		if err := b.Put(n.key, n.value); err != nil {
			return err
		}
		if n.box == nil {
			continue
		}
		boxes, err := tx.CreateBucketIfNotExists(boxBucket(epoch))
		if err == nil {
			err = boxes.Put(n.key, n.box)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// boxOf returns the box of an event, or nil. The bytes are valid inside the transaction alone.
func boxOf(tx *bbolt.Tx, epoch string, seq uint64) []byte {
	if b := tx.Bucket(boxBucket(epoch)); b != nil {
		return b.Get(seqKey(seq))
	}
	return nil
}

// dropBox removes the box of an event, where it has one: a box stays exactly as long as its event (design §2).
func dropBox(tx *bbolt.Tx, epoch string, key []byte) error {
	if b := tx.Bucket(boxBucket(epoch)); b != nil {
		return b.Delete(key)
	}
	return nil
}

// chainAt returns the chain at n, if it is still known.
func (e epoch) chainAt(tx *bbolt.Tx, agent string, n uint64) (c uplink.Chain, known bool) {
	switch {
	case n == e.Base:
		return e.BaseChain, true
	case n == 0:
		return uplink.ChainStart(agent, e.Name), true
	}
	b := tx.Bucket(eventBucket(e.Name))
	if b == nil {
		return c, false
	}
	v := b.Get(seqKey(n))
	return c, copy(c[:], v) == len(c)
}

// events calls fn for the events of an epoch from seq on, until it returns false. The bytes are valid inside fn alone.
func events(tx *bbolt.Tx, epoch string, seq uint64, fn func(seq uint64, chain, event []byte) (bool, error)) error {
	b := tx.Bucket(eventBucket(epoch))
	if b == nil {
		return nil
	}
	var chain uplink.Chain
	c := b.Cursor()
	for k, v := c.Seek(seqKey(seq)); k != nil; k, v = c.Next() {
		if len(k) != 8 || len(v) < len(chain) {
			return fmt.Errorf("%w: an event of epoch %s cannot be read", ErrBroken, epoch)
		}
		more, err := fn(binary.BigEndian.Uint64(k), v[:len(chain)], v[len(chain):])
		if err != nil || !more {
			return err
		}
	}
	return nil
}
