package intake

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/figures"
	"hallpulse/hub/internal/private"
)

// draftLife is how long a first tap waits for the rest of the form before it is the answer by itself.
const draftLife = 10 * time.Minute

// decision is one group on its way into one transaction. Everything is decided in memory on the rows that were loaded
// under the transaction's lock.
type decision struct {
	*view // nil: begun when the position is known
	tx    Tx
	now   time.Time
	twice instances
	sites func(agent uint32) *hall.Catalogue
	anew  bool // the hub's stream begins a new epoch
	// erased reports whether a box was erased for ever.
	erased func(ref string) bool
}

// outcome is what a group became: it counts once the transaction is committed.
type outcome struct {
	receipts  []uplink.Receipt // one for each work; of batches alone
	committed Committed
}

// decide loads what the group touches, decides each work, and saves all changes.
func (d *decision) decide(group []*work) (*outcome, error) {
	heads, err := d.tx.Load(headKeys(group))
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	if d.view == nil || d.position != heads.Position || d.events > viewEvents {
		d.view = newView()
		d.position = heads.Position
	}
	d.begin()
	d.add(&heads)
	if err := d.learn(); err != nil {
		return nil, err
	}
	if err := d.load(d.batchKeys(group)); err != nil {
		return nil, err
	}
	o := &outcome{receipts: make([]uplink.Receipt, len(group))}
	for n, w := range group {
		switch {
		case w.batch != nil:
			o.receipts[n] = d.receive(w.batch)
		case w.do != nil:
			err = d.person(w)
		case !w.tick.IsZero():
			err = d.tick(w)
		default:
			err = d.record(w, w.facts)
		}
		if err == nil {
			err = d.follow()
		}
		if err != nil {
			return nil, err
		}
	}
	return o, d.save(o)
}

// learn makes the law of what was loaded of it, unless it is known.
func (d *decision) learn() (err error) {
	if !d.lawful {
		d.law, err = LawOf(d.deeds)
		d.lawful, d.deeds = true, nil
	}
	return err
}

// load loads the rows of keys, then what lies around the tickets that they turned out to belong to, then what the agents of
// their visits and cases say of themselves: their halls say which days are worked.
func (d *decision) load(k Keys) error {
	b, err := d.tx.Load(d.unseen(k))
	if err != nil {
		return fmt.Errorf("load: %w", err)
	}
	d.add(&b)
	var next, last Keys
	agents := func(b *Before) {
		for n := range b.Visits {
			last.States = append(last.States, b.Visits[n].ID.Agent)
		}
		for n := range b.Cases {
			last.States = append(last.States, b.Cases[n].ID.Agent)
		}
	}
	agents(&b)
	for n := range b.Visits {
		next.Courses = append(next.Courses, b.Visits[n].Ticket)
	}
	for n := range b.Answers {
		next.Courses = append(next.Courses, b.Answers[n].Ticket)
	}
	for n := range b.Repairs {
		next.Courses = append(next.Courses, b.Repairs[n].Ticket)
	}
	for n := range b.Cases {
		next.Courses = append(next.Courses, b.Cases[n].Ticket)
	}
	if b, err = d.tx.Load(d.unseen(next)); err != nil {
		return fmt.Errorf("load: %w", err)
	}
	d.add(&b)
	agents(&b)
	if last = d.unseen(last); len(last.States) == 0 {
		return nil
	}
	if b, err = d.tx.Load(last); err != nil {
		return fmt.Errorf("load: %w", err)
	}
	d.add(&b)
	return nil
}

// headKeys names how far each batch's epoch is known.
func headKeys(group []*work) Keys {
	k := Keys{Position: true, Law: true}
	for _, w := range group {
		if w.batch != nil {
			k.Epochs = append(k.Epochs, w.batch.key())
		}
	}
	return k
}

// batchKeys names what the group's events speak of, and what is stored where a batch repeats.
func (d *decision) batchKeys(group []*work) Keys {
	var k Keys
	for _, w := range group {
		if b := w.batch; b != nil {
			last := d.last(b.key())
			if b.head.First <= last {
				k.Seals = append(k.Seals, Range{b.key(), b.head.First - 1, min(b.last(), last)})
			}
			if b.last() > last && b.head.First <= last+1 {
				k.batch(b, last)
			}
		}
		for _, f := range w.facts {
			k.fact(0, f)
		}
		k.join(w.keys)
		if !w.tick.IsZero() {
			k.DraftedTo = w.tick.Add(-draftLife)
		}
	}
	return k
}

// last returns how far an epoch is known.
func (d *decision) last(k EpochKey) uint64 {
	if e := d.epochs[k]; e != nil {
		return e.Last
	}
	return 0
}

// store gives an event its place among all commits and carries out what follows from it. An event that cannot be
// carried out is refused and leaves no trace but itself.
func (d *decision) store(e *event) []hall.FindingOpened {
	d.position.Pos++
	e.Pos = d.position.Pos
	at := d.advance(e)
	s, err := try(d.view, e, at)
	if err != nil {
		e.Why, e.fact = uplink.WhyInternal, nil
		s = apply(d.view, e, at)
	}
	d.merge(s)
	d.changes.Events = append(d.changes.Events, e.Stored)
	d.events++
	return s.open
}

// try applies an event; a panic is an error.
func try(v *view, e *event, at Version) (s *step, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("event %d of epoch %s: panic: %v", e.Seq, e.Epoch, p)
		}
	}()
	return apply(v, e, at), nil
}

// advance moves the head of an event's epoch to it, and returns the event's version.
func (v *view) advance(e *event) Version {
	k := EpochKey{e.Agent, e.Epoch}
	next := Epoch{EpochKey: k}
	if old := v.epochs[k]; old != nil {
		next = *old
	}
	if next.Last == 0 {
		next.Began = e.When
	}
	next.Last, next.Chain, next.When = e.Seq, e.Chain, e.When
	v.epochs[k] = &next
	v.dirty.epochs[k] = true
	return Version{next.Began, e.Epoch, e.Seq}
}

// record adds what people or clocks decided to the hub's own stream.
func (d *decision) record(w *work, facts []hall.Fact) error {
	d.anew = d.anew || w.begin
	if err := d.loadFor(facts); err != nil {
		return err
	}
	if !d.proved(facts) {
		w.refused = ErrRecord
		return nil
	}
	named := map[string]private.Label{}
	for _, f := range facts {
		if d.given(f) {
			continue
		}
		if _, ok := f.(hall.ClockAccepted); ok {
			d.changes.Ticked = d.now // clock rules go on from here
		}
		for _, text := range texts(f) {
			named[text.Ref] = labelOf(f, d.now)
		}
		if err := d.tell(f); err != nil {
			return err
		}
	}
	d.file(w.boxes, named)
	if w.tick.After(d.changes.Ticked) {
		d.changes.Ticked = w.tick
	}
	return nil
}

// loadFor loads what facts speak of that this decision found, not the one who asked.
func (d *decision) loadFor(facts []hall.Fact) error {
	var k Keys
	for _, f := range facts {
		k.fact(0, f)
		k.again(d.view, f)
	}
	return d.load(k)
}

// given reports whether a fact is of a form that is an answer already.
func (d *decision) given(f hall.Fact) bool {
	form := ""
	switch f := f.(type) {
	case hall.RatingGiven:
		form = f.Answer
	case hall.RatingDrafted:
		form = f.Answer
	}
	a := d.forms[form]
	return a != nil && a.Kind == KindGiven
}

// tell adds one fact to the hub's own stream.
func (d *decision) tell(f hall.Fact) error {
	if d.position.Epoch == "" || d.anew {
		var name [8]byte
		rand.Read(name[:])
		d.position.Epoch, d.anew = hex.EncodeToString(name[:]), false
	}
	k := EpochKey{0, d.position.Epoch}
	env, err := uplink.NewEvent(hall.Moment{At: d.now, Clock: hall.Clock{State: hall.ClockSynced}}, f)
	if err != nil {
		return err
	}
	env.Seq = d.last(k) + 1
	bytes, err := env.Encode()
	if err != nil {
		return err
	}
	chain := uplink.ChainStart("", k.Epoch)
	if head := d.epochs[k]; head != nil {
		chain = head.Chain
	}
	now := stamp(d.now)
	e := &event{env: env, fact: f, Stored: Stored{Epoch: k.Epoch, Seq: env.Seq, Bytes: bytes, Chain: chain.Next(bytes), When: now, Arrived: now}}
	d.store(e)
	return nil
}

// lapsed returns the answers that drafts up to a moment become by themselves.
func (d *decision) lapsed(to time.Time) []hall.Fact {
	var facts []hall.Fact
	for _, pos := range slices.Sorted(maps.Keys(d.answers)) {
		if a := d.answers[pos]; a.Kind == KindDrafted && !a.When.After(to) {
			facts = append(facts, hall.RatingGiven{Ticket: a.Ticket, Visit: a.Told, Level: a.Level, Channel: a.Channel,
				Answer: a.Form, ReasonMissing: a.Level.IsBad(), Lapsed: true, Reply: a.Reply})
		}
	}
	return facts
}

// save loads the sums that move, and writes all changes.
func (d *decision) save(o *outcome) error {
	c, err := d.changed()
	if err != nil {
		return err
	}
	o.committed = d.committed(c)
	return d.tx.Save(c)
}

// changed returns all rows that differ from what was loaded, each list in the order of its keys.
func (d *decision) changed() (*Changes, error) {
	c := d.rows()
	var k Keys
	for key, by := range d.moved {
		if !by.IsZero() {
			k.Tallies = append(k.Tallies, key)
		}
	}
	slices.SortFunc(k.Tallies, figures.Key.Compare)
	if err := d.load(k); err != nil {
		return nil, err
	}
	for _, key := range k.Tallies {
		d.tallies[key] = d.tallies[key].Plus(1, d.moved[key])
		c.Tallies = append(c.Tallies, figures.Tally{Key: key, Sums: d.tallies[key]})
	}
	return c, nil
}
