package outbox

import (
	"bytes"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"hallpulse/firmware-protocol/uplink"
)

// Next returns the next unsettled batch of an epoch, with the boxes of its events, within the limits of a batch; where
// nothing is due it has no events and says where the next one would stand. It is false for an epoch that is not held.
// Instance and Sent are left to who sends it. What the disk has spoilt is never sent: it is declared as gone, and what
// follows told again.
func (o *Outbox) Next(name string) (batch uplink.Batch, held bool, err error) {
	for {
		batch, held, err = o.next(name)
		if !errors.Is(err, errSpoilt) {
			return batch, held, err
		}
		if err := o.do(func() error { return o.passOver(name, batch.First) }); err != nil {
			return batch, false, err
		}
	}
}

// errSpoilt: the bytes of the first event that is due are not those that were stored.
var errSpoilt = errors.New("an event is spoilt")

func (o *Outbox) next(name string) (batch uplink.Batch, held bool, err error) {
	shown, ok := o.find(name)
	if !ok {
		return batch, false, nil
	}
	err = o.view(func(tx *bbolt.Tx) error {
		// The record of this transaction, not the copy: history may have been pruned since.
		v := tx.Bucket([]byte(bucketEpochs)).Get(seqKey(shown.order))
		if v == nil {
			return nil
		}
		e, err := readEpoch(tx, seqKey(shown.order), v)
		if err != nil {
			return err
		}
		prev, known := e.chainAt(tx, o.opt.Agent, e.Settled)
		if !known {
			return fmt.Errorf("%w: epoch %s is settled through %d, which it does not hold", ErrBroken, name, e.Settled)
		}
		held = true
		batch.Header = uplink.Header{V: uplink.Version, Epoch: name, First: e.Settled + 1, Prev: prev}
		size := headerRoom
		err = events(tx, name, batch.First, func(seq uint64, chain, event []byte) (bool, error) {
			box := boxOf(tx, name, seq)
			size += len(event) + 1 + len(box) + 1
			if seq > shown.last || len(batch.Events) == uplink.MaxBatchEvents || size > uplink.MaxBatch {
				return false, nil
			}
			if prev = prev.Next(event); prev != uplink.Chain(chain) {
				if seq == batch.First {
					return false, errSpoilt
				}
				return false, nil // those before it first
			}
			batch.Events = append(batch.Events, bytes.Clone(event))
			if box != nil {
				batch.Boxes = append(batch.Boxes, bytes.Clone(box))
			}
			return true, nil
		})
		batch.Count, batch.Private = len(batch.Events), len(batch.Boxes)
		return err
	})
	return batch, held && err == nil, err
}

// headerRoom is more than the header line of a batch takes.
const headerRoom = 1 << 10

// find returns an epoch as acknowledged.
func (o *Outbox) find(name string) (epoch, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, e := range o.epochs {
		if e.Name == name {
			return e, true
		}
	}
	return epoch{}, false
}
