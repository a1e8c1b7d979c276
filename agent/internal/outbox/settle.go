package outbox

import (
	"fmt"

	"go.etcd.io/bbolt"

	"hallpulse/firmware-protocol/uplink"
)

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
	return moved && err == nil, err
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
