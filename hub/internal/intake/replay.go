package intake

import (
	"fmt"
	"iter"

	"hallpulse/firmware-protocol/uplink"
)

// replayGroup is how many events a rebuild applies in one transaction.
const replayGroup = 5_000

// Replay carries out stored events again, in the order of their Pos, in a store that holds nothing derived. It asks no
// clock and decides no verdict again: what it makes must be equal to what was there (design §2).
func Replay(to Store, events iter.Seq2[Stored, error]) error {
	group, unread := make([]event, 0, replayGroup), map[Place]*event{}
	flush := func() error {
		err := to.Update(func(tx Tx) error { return replay(tx, group, unread) })
		group = group[:0]
		return err
	}
	for s, err := range events {
		if err != nil {
			return err
		}
		e, err := reread(s)
		if err != nil {
			return err
		}
		if group = append(group, e); len(group) == replayGroup {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// reread reads an event again under the verdict it once got.
func reread(s Stored) (event, error) {
	e := event{Stored: s}
	var why uplink.Why
	if e.env, e.fact, why = taken(s.Agent, s.Seq, s.Bytes); s.Why != "" {
		e.fact = nil
	} else if why != "" {
		return e, fmt.Errorf("event %d of epoch %s of agent %d (pos %d) was read once and is %s now", s.Seq, s.Epoch, s.Agent, s.Pos, why)
	}
	return e, nil
}

// replay applies a group. unread holds the events before it that could not be read when they came.
func replay(tx Tx, group []event, unread map[Place]*event) error {
	d := decision{tx: tx, view: newView()}
	d.unread = unread
	k := Keys{Law: true}
	for n := range group {
		e := &group[n]
		k.Epochs = append(k.Epochs, EpochKey{e.Agent, e.Epoch})
		if e.Why != "" {
			late := *e
			late.env, late.fact, late.Why = judge(e.Agent, e.Seq, e.Bytes)
			unread[Place{EpochKey{e.Agent, e.Epoch}, e.Seq}] = &late
		}
		if e.fact != nil {
			k.fact(e.Agent, e.fact)
			k.again(d.view, e.fact)
		}
	}
	if err := d.load(k); err != nil {
		return err
	}
	if err := d.learn(); err != nil {
		return err
	}
	for n := range group {
		e := &group[n]
		at := d.advance(e)
		s, err := try(d.view, e, at)
		if err != nil {
			return err
		}
		d.merge(s)
		if e.env.Was != nil {
			d.changes.Retold = append(d.changes.Retold, e.was(digestOf(&e.env)))
		}
	}
	c, err := d.changed()
	if err != nil {
		return err
	}
	return tx.Save(c)
}
