package outbox

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"go.etcd.io/bbolt"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// moveStep is how many events a transaction tells again.
const moveStep = 500

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
	to.Reserved = max(to.Reserved, to.last+(e.last-start)+markStep)
	err = o.write(func(tx *bbolt.Tx) error {
		chain, _ := e.chainAt(tx, o.opt.Agent, start)
		to.Takes = &takeover{e.Name, start, chain}
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

// forget removes the events from…to and their boxes, where they are held.
func forget(tx *bbolt.Tx, epoch string, from, to uint64) error {
	b := tx.Bucket(eventBucket(epoch))
	for c := b.Cursor(); ; {
		k, _ := c.Seek(seqKey(from))
		if k == nil || bytes.Compare(k, seqKey(to)) > 0 {
			return nil
		}
		if err := errors.Join(dropBox(tx, epoch, k), b.Delete(k)); err != nil {
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

// moveSome moves the first events of from after the place that to takes over, to the end of to. Their times and
// boxes stay, their seqs and bytes are new, and each says where it stood first. In the place of one that the disk has spoilt its loss is
// told.
func (o *Outbox) moveSome(tx *bbolt.Tx, from epoch, to *epoch) (more bool, err error) {
	var told []entry
	done := *to.Takes
	err = events(tx, from.Name, done.After+1, func(seq uint64, chain, event []byte) (bool, error) {
		if more = len(told) == moveStep; more {
			return false, nil
		}
		sound := done.Chain.Next(event) == uplink.Chain(chain)
		done.After, done.Chain = seq, uplink.Chain(chain)
		ev, err := uplink.DecodeEvent(event)
		if !sound || err != nil {
			o.log.Error("an event can no longer be read", "epoch", from.Name, "seq", seq, "err", err)
			gap, err := o.stamp(hall.AgentGap{Epoch: from.Name, From: seq, To: seq}, to)
			told = append(told, gap)
			return true, err
		}
		if ev.Was == nil {
			ev.Was = &uplink.Place{Epoch: from.Name, Seq: seq}
		}
		ev.Box = bytes.Clone(boxOf(tx, from.Name, seq))
		again, err := ev.Unnumbered()
		told = append(told, to.next(again))
		return true, err
	})
	if err == nil {
		err = errors.Join(forget(tx, from.Name, to.Takes.After+1, done.After), write(tx, to.Name, told))
	}
	to.Takes = &done
	return more, err
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
