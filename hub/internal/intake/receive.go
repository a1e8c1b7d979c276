package intake

import (
	"slices"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// stepBack is how far `need` goes back when the chain before a batch differs (design §3).
const stepBack = 100

// receive decides one batch and returns its receipt: what is stored already is compared by its chain values, what
// follows the head is stored with its verdicts.
func (d *decision) receive(b *batch) uplink.Receipt {
	r := uplink.Receipt{Instance: b.head.Instance, Epoch: b.head.Epoch, First: b.head.First, HubTime: d.now}
	head := Epoch{EpochKey: b.key()}
	if known := d.epochs[b.key()]; known != nil {
		head = *known
	}
	if head.Last == 0 {
		head.Chain = uplink.ChainStart(b.agent.Name, b.head.Epoch)
	}
	if b.head.First > head.Last+1 {
		r.Through, r.Chain, r.Need = head.Last, head.Chain, head.Last+1
		return r
	}
	if before := b.head.First - 1; d.chainAt(b, head, before) != b.head.Prev {
		r.Chain = uplink.ChainStart(b.agent.Name, b.head.Epoch) // the bytes agree through 0 at least
		r.Need = max(b.head.First, stepBack+1) - stepBack
		r.Fork = before == 0 // not even the beginning is the same
		if r.Fork {
			r.Need = 0
		}
		return r
	}
	r.Through, r.Chain = b.head.First-1, b.head.Prev
	news := 0 // the first event that is not stored yet
	for ; news < len(b.events) && b.events[news].Seq <= head.Last; news++ {
		e := &b.events[news]
		seal := d.seals[Place{b.key(), e.Seq}]
		if seal.Chain != e.Chain {
			r.Fork = true
			return r
		}
		r.Through, r.Chain = e.Seq, e.Chain
		r.Verdicts = verdict(r.Verdicts, e.Seq, seal.Why)
	}
	d.take(b, slices.Clone(b.events[news:]), head, &r)
	return r
}

// chainAt returns the stored chain value at seq, which is not beyond the head.
func (d *decision) chainAt(b *batch, head Epoch, seq uint64) uplink.Chain {
	switch seq {
	case head.Last:
		return head.Chain
	case 0:
		return uplink.ChainStart(b.agent.Name, b.head.Epoch)
	}
	return d.seals[Place{b.key(), seq}].Chain
}

// take stores the new events of a batch.
func (d *decision) take(b *batch, events []event, head Epoch, r *uplink.Receipt) {
	timing{sent: b.head.Sent, arrived: b.arrived, steps: d.steps}.derive(events, head.When)
	var open []hall.FindingOpened
	var refused []uint64
	var named texted
	for n := range events {
		e := &events[n]
		e.Again = d.toldBefore(e)
		open = append(open, d.store(e)...)
		named.add(e)
		r.Through, r.Chain = e.Seq, e.Chain
		r.Verdicts = verdict(r.Verdicts, e.Seq, e.Why)
		if e.Kind() == uplink.Refused {
			refused = append(refused, e.Seq)
		}
	}
	if len(refused) > 0 {
		open = append(open, hall.FindingOpened{Rule: hall.FindingEventRefused, Agent: b.agent.Name, Epoch: b.head.Epoch, From: refused[0], To: refused[len(refused)-1]})
	}
	if head.Closed && head.Last <= head.Ended && r.Through > head.Ended {
		open = append(open, hall.FindingOpened{Rule: hall.FindingEpochFork, Agent: b.agent.Name, Epoch: b.head.Epoch, From: head.Ended + 1, To: r.Through})
	}
	if lost := d.filed(b.boxes, named); len(lost) > 0 {
		open = append(open, hall.FindingOpened{Rule: hall.FindingBoxLost, Agent: b.agent.Name, Epoch: b.head.Epoch, From: lost[0], To: lost[len(lost)-1]})
	}
	if d.twice.sees(b.agent.Number, b.head.Instance) {
		open = append(open, hall.FindingOpened{Rule: hall.FindingTwoInstances, Agent: b.agent.Name})
	}
	for _, f := range open {
		if len(f.Window) > 16 {
			f.Window = "" // longer than a window's name can be
		}
		if err := d.tell(f); err != nil {
			panic(err) // findings are of bounded size: this is a fault of the program, and the batch fails alone
		}
	}
}

// toldBefore reports whether an event says again what was told under its place before a fork or hole, whichever came
// first. Another event that lay at that place, of another branch of a copied store, is none.
func (d *decision) toldBefore(e *event) bool {
	here := d.told[Place{EpochKey{e.Agent, e.Epoch}, e.Seq}]
	if e.env.Was == nil && len(here) == 0 {
		return false
	}
	digest := digestOf(&e.env)
	again := slices.Contains(here, digest)
	if e.env.Was != nil {
		was := e.was(digest)
		at := Place{was.EpochKey, was.Seq}
		again = again || slices.Contains(d.told[at], digest)
		d.told[at] = append(d.told[at], digest)
		d.changes.Retold = append(d.changes.Retold, was)
	}
	return again
}

// was returns the place at which an event says that it stood.
func (e *event) was(d Digest) Retold {
	return Retold{EpochKey{e.Agent, e.env.Was.Epoch}, e.env.Was.Seq, d}
}

// verdict lists what was not simply read.
func verdict(list []uplink.Verdict, seq uint64, why uplink.Why) []uplink.Verdict {
	if why == "" {
		return list
	}
	return append(list, uplink.Verdict{Seq: seq, Kind: kindOf(why), Why: why})
}
