package outbox

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// moveStep is how many events a transaction tells again.
const moveStep = 500

// Settle takes the hub's answer r to the batch that h heads (design §3). A receipt for another batch is ignored.
// Through is believed only where the chain agrees. Need makes everything from there unsettled again, down to the first
// event still held; what the hub needs and is gone begins a new epoch with agent.gap. Fork begins one with
// agent.forked. Either tells again, under new seqs, all that followed, settled or not.
// moved reports whether what is to be sent changed.
func (o *Outbox) Settle(h uplink.Header, r uplink.Receipt) (moved bool, err error) {
	if r.Instance != h.Instance || r.Epoch != h.Epoch || r.First != h.First {
		return false, nil
	}
	err = o.do(func() error {
		if err := o.finishMove(); err != nil {
			return err
		}
		moved, err = o.settle(h, r)
		return err
	})
	return moved, err
}

func (o *Outbox) settle(h uplink.Header, r uplink.Receipt) (moved bool, err error) {
	e, held := o.find(h.Epoch)
	if !held {
		return false, nil
	}
	var agree bool
	err = o.view(func(tx *bbolt.Tx) error {
		own, known := e.chainAt(tx, o.opt.Agent, r.Through)
		agree = known && own == r.Chain
		return nil
	})
	switch {
	case err != nil:
		return false, err
	case r.Fork && (agree || r.Through < e.Base):
		return o.tellAgain(e, r.Through)
	case r.Need > 0 && r.Need < h.First && r.Need > e.Base:
		return o.settleAt(e, min(e.Settled, r.Need-1))
	case r.Need > 0 && r.Need < h.First && h.First > e.Base+1: // before a hole is declared the hub sees all there is
		return o.settleAt(e, e.Base)
	case r.Need > 0 && r.Need < h.First:
		return o.tellAgain(e, r.Need-1)
	case agree && !r.Fork && r.Through > e.Settled:
		return o.settleAt(e, r.Through)
	case !agree:
		o.log.Warn("a receipt does not fit this store and is ignored", "epoch", h.Epoch, "first", h.First, "through", r.Through, "fork", r.Fork)
	}
	return false, nil
}

// settleAt stores that an epoch is settled through n and no further.
func (o *Outbox) settleAt(e epoch, n uint64) (moved bool, err error) {
	if n == e.Settled {
		return false, nil
	}
	err = o.write(func(tx *bbolt.Tx) error {
		c, err := readCalendar(tx, o.opt.Now())
		if err != nil {
			return err
		}
		e.settle(n, c)
		if err := c.save(tx); err != nil {
			return err
		}
		return e.save(tx)
	})
	if err != nil {
		return false, fmt.Errorf("settle %s through %d: %w", e.Name, n, err)
	}
	o.showOne(e)
	return true, nil
}

// showOne shows the changed record of one epoch.
func (o *Outbox) showOne(e epoch) {
	all := o.copyEpochs()
	for i := range all {
		if all[i].order == e.order {
			all[i] = e
		}
	}
	o.show(all)
}

// tellAgain ends an epoch at place: the hub holds other bytes after it, or misses what is no longer held. What followed
// is told again.
func (o *Outbox) tellAgain(e epoch, place uint64) (moved bool, err error) {
	if place < e.Base {
		return true, o.endAt(e, place, e.Base, hall.AgentGap{Epoch: e.Name, From: place + 1, To: e.Base})
	}
	if place == e.last && e.order != o.head().order {
		return false, nil // it ended there before
	}
	return true, o.endAt(e, place, place, hall.AgentForked{Epoch: e.Name, At: place})
}

// passOver ends an epoch before an event that the disk has spoilt.
func (o *Outbox) passOver(name string, spoilt uint64) error {
	if err := o.finishMove(); err != nil {
		return err
	}
	e, held := o.find(name)
	if !held || e.Settled != spoilt-1 || e.last < spoilt {
		return nil // it has been dealt with
	}
	return o.endAt(e, spoilt-1, spoilt, hall.AgentGap{Epoch: name, From: spoilt, To: spoilt})
}

// endAt ends an epoch at place. What follows start is told again in a new epoch, or, where this one had ended long
// since, at the end of the current one; the first event there is fact, which says why.
func (o *Outbox) endAt(e epoch, place, start uint64, fact hall.Fact) error {
	to := o.head()
	begins := to.order == e.order
	if begins {
		to = newEpoch(o.opt.Agent, newEpochName(), []epoch{e}, hall.EpochFork, &hall.EpochEnd{Epoch: e.Name, Last: place})
	}
	first, err := o.stamp(fact, &to)
	if err != nil {
		return err
	}
	to.Takes = &uplink.Place{Epoch: e.Name, Seq: start}
	to.Reserved = max(to.Reserved, to.last+(e.last-start)+markStep)
	err = o.write(func(tx *bbolt.Tx) error {
		if begins {
			if err := to.create(tx); err != nil {
				return err
			}
		} else if err := to.save(tx); err != nil {
			return err
		}
		if err := write(tx, to.Name, []entry{first}); err != nil {
			return err
		}
		c, err := readCalendar(tx, o.opt.Now())
		if err != nil {
			return err
		}
		e.settle(max(place, e.Base), c)
		e.last = e.Settled
		return errors.Join(e.save(tx), forget(tx, e.Name, place+1, start))
	})
	if err != nil {
		return fmt.Errorf("%s %s after %d: %w", fact.Type(), e.Name, place, err)
	}
	o.log.Error("an epoch ends: what followed is told again", "epoch", e.Name, "after", place, "in", to.Name, "why", fact.Type())
	if begins {
		o.show(append(o.copyEpochs(), to))
	} else {
		o.showOne(to)
	}
	o.showOne(e)
	return o.finishMove()
}

// forget removes the events from…to, where they are held.
func forget(tx *bbolt.Tx, epoch string, from, to uint64) error {
	b := tx.Bucket(eventBucket(epoch))
	for c := b.Cursor(); ; {
		k, _ := c.Seek(seqKey(from))
		if k == nil || bytes.Compare(k, seqKey(to)) > 0 {
			return nil
		}
		if err := b.Delete(k); err != nil {
			return err
		}
	}
}

// finishMove tells again what the current epoch has taken over, and brings the marks up to it.
func (o *Outbox) finishMove() error {
	if err := o.moveAll(); err != nil {
		return err
	}
	return o.keepMarks()
}

// moveAll moves a transaction at a time. Called again after a failure or a crash it goes on where it was.
func (o *Outbox) moveAll() error {
	for to := o.head(); to.Takes != nil; to = o.head() {
		from, held := o.find(to.Takes.Epoch)
		if !held {
			return fmt.Errorf("%w: epoch %s is to be told again and is not there", ErrBroken, to.Takes.Epoch)
		}
		from.last = from.Settled // it ends there, whatever of it is still to be moved
		empty := from.last == from.Base
		err := o.write(func(tx *bbolt.Tx) error {
			more, err := o.moveSome(tx, from, &to)
			if err != nil {
				return err
			}
			if more {
				return to.save(tx)
			}
			to.Takes = nil
			if empty {
				err = from.remove(tx)
			}
			return errors.Join(err, to.save(tx))
		})
		if err != nil {
			return fmt.Errorf("tell %s again: %w", from.Name, err)
		}
		o.showOne(from)
		o.showOne(to)
		if to.Takes == nil && empty {
			o.show(slices.DeleteFunc(o.copyEpochs(), func(e epoch) bool { return e.order == from.order }))
		}
		o.signal()
	}
	return nil
}

// moveSome moves the first events of from after the place that to takes over, to the end of to. Their times stay, their
// seqs and bytes are new, and each says where it stood first.
func (o *Outbox) moveSome(tx *bbolt.Tx, from epoch, to *epoch) (more bool, err error) {
	var told []entry
	last := to.Takes.Seq
	err = events(tx, from.Name, last+1, func(seq uint64, chain, event []byte) (bool, error) {
		if more = len(told) == moveStep; more {
			return false, nil
		}
		again, err := o.again(from.Name, seq, event, to.Takes.sound(chain, event))
		told, last = append(told, to.next(again)), seq
		return true, err
	})
	if err != nil {
		return false, err
	}
	return more, errors.Join(forget(tx, from.Name, to.Takes.Seq+1, last), write(tx, to.Name, told))
}

// stamp tells a fact of the outbox's own, in the next place of to.
func (o *Outbox) stamp(f hall.Fact, to *epoch) (entry, error) {
	ev, err := o.opt.Stamp(f)
	if err != nil {
		return entry{}, fmt.Errorf("tell %s: %w", f.Type(), err)
	}
	u, err := ev.Unnumbered()
	if err != nil {
		return entry{}, err
	}
	return to.next(u), nil
}

// newEpochName draws 16 hex digits.
func newEpochName() string {
	var b [8]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	return hex.EncodeToString(b[:])
}
