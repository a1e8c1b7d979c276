// Package intake turns what agents, people and clocks say into facts. It is the only writer of facts: a batch of an
// agent becomes one transaction and one receipt (design §1.4, §3); what people and clocks decide at the hub becomes
// events of the hub's own stream, in the same way.
//
// It owns the head of every epoch, the verdict on every event, the order of commits (pos), and everything that is
// derived from events: tickets, visits, answers, windows, devices, sums, findings. Each event is decided once; what
// follows from the decision is a pure function that a rebuild repeats (Replay). A repeat is known for ever.
//
// Events arrive over several epochs of an agent in any order, so an event about a ticket or visit of which nothing was
// told yet is kept: the row holds what follows from it and is filled when the rest comes. Only an event that names no
// ticket or visit at all is refused as missing. So a verdict depends on the event and its agent alone.
//
// It does not know MQTT, HTTP or SQL.
package intake

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// Agent is who sent a batch, as the broker knows it: never as a body says.
type Agent struct {
	Number uint32
	Name   string

	Fellows []uint32 // the other agents of its hall: their tickets may be passed on to it
}

// Why something was not taken.
var (
	// ErrBusy is returned when the queue stayed full: nothing was kept, the sender tries again.
	ErrBusy = errors.New("intake is busy")
	// ErrStopped is returned when intake ended before a commit.
	ErrStopped = errors.New("intake has stopped")
	// ErrRecord is returned for a fact that the hub's own stream does not take.
	ErrRecord = errors.New("not a fact that can be recorded here")
)

// Options are what an Intake needs. Store is required.
type Options struct {
	Store Store
	Now   func() time.Time // the hub's clock; time.Now by default
	// Site returns the catalogue of the hall of an agent; nil where it is not known. By it the unit that owns a repair is
	// chosen, once.
	Site func(agent uint32) *hall.Catalogue
	// Erased reports whether the box of a ref was erased for ever: when it arrives it is dropped. Nobody's is by default.
	Erased func(ref string) bool
	// Open opens a box that an agent sealed to the hub, seals it as others are kept, and returns it with the digest that the
	// event must name. Without it none can be opened.
	Open func(uplink.Box) (Box, string, error)
	// Told is called after each commit that changed what screens show, from one goroutine; it must not wait.
	Told     func(Committed)
	Log      *slog.Logger
	Queue    int           // batches that may wait; 256 by default
	Patience time.Duration // how long Take and Record wait for a place; 2 s by default
}

// Committed names what a commit changed. Who shows it reads the store: only what is stored is shown.
type Committed struct {
	Windows  []WindowKey // their state, staff or ticket
	Counted  []WindowKey // their sums or ratings
	Tickets  []hall.ID   // the ticket, its visits or its answers
	Agents   []uint32    // their devices or what they say of themselves
	Findings []Finding
	Commands bool // what managers asked for, or what agents said to it
	Alerts   bool // who sees to them
	Cases    bool // a step of one
	Booked   bool // a place, or what became of one
	Asked    []Asked
	Chosen   bool // a PIN, by a clerk
}

// Asked is a certificate that an agent wants: its request in DER, base64.
type Asked struct {
	Agent uint32
	CSR   string
}

func (c Committed) isZero() bool {
	return !c.Commands && !c.Alerts && !c.Cases && !c.Booked && !c.Chosen && len(c.Asked)+len(c.Windows)+len(c.Counted)+len(c.Tickets)+len(c.Agents)+len(c.Findings) == 0
}

// Intake takes batches and records facts. Run must be running for anything to be answered.
type Intake struct {
	Options
	queue chan *work
	ended chan struct{}
	twice instances
	view  *view // what the last commit knew; of Run alone
}

// New makes an Intake. It starts nothing.
func New(o Options) *Intake {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Site == nil {
		o.Site = func(uint32) *hall.Catalogue { return nil }
	}
	if o.Erased == nil {
		o.Erased = func(string) bool { return false }
	}
	if o.Open == nil {
		o.Open = func(uplink.Box) (Box, string, error) { return Box{}, "", uplink.ErrBox }
	}
	if o.Told == nil {
		o.Told = func(Committed) {}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Queue == 0 {
		o.Queue = 256
	}
	if o.Patience == 0 {
		o.Patience = 2 * time.Second
	}
	return &Intake{Options: o, queue: make(chan *work, o.Queue), ended: make(chan struct{}), twice: instances{}}
}

// work is one thing to commit: a batch, facts that people decided, or a tick of the clock.
type work struct {
	batch  *batch
	answer func(uplink.Receipt)

	facts []hall.Fact
	boxes []Box
	begin bool // the hub's stream begins a new epoch first

	keys    Keys // of do
	do      Decide
	refused error // do's

	tick   time.Time
	heard  map[uint32]Heard
	review *Review // where the review of deadlines goes on; nil: from the start
	heeds  *heeds  // where that after an outage does
	more   bool    // the clock has more to say at this moment

	done chan error // of facts and ticks; takes one value without a reader
}

// Take reads a batch that agent sent and puts it in the queue, where it waits at most Patience. After its commit
// answer is called once, from the goroutine of Run; it must not wait. No call of answer means that nothing was stored
// and the agent sends again. Take may be called by many goroutines; of one agent by one at a time. It keeps payload,
// which must not change any more. The error is for the operator: uplink.ErrNotBatch or ErrBusy.
func (i *Intake) Take(agent Agent, payload []byte, arrived time.Time, answer func(uplink.Receipt)) error {
	b, err := readBatch(agent, payload, arrived, i.Open)
	if err != nil {
		return fmt.Errorf("batch of %s: %w", agent.Name, err)
	}
	if err := i.enqueue(context.Background(), &work{batch: b, answer: answer}); err != nil {
		return fmt.Errorf("batch of %s: %w", agent.Name, err)
	}
	return nil
}

// Record adds facts that people decided to the hub's own stream, with the boxes they name, in one transaction. When it
// returns nil they survive a power cut. A form that was given before changes nothing and is no error. When ctx ends
// first, nobody knows: recording the same form again is safe.
func (i *Intake) Record(ctx context.Context, facts []hall.Fact, boxes ...Box) error {
	for _, f := range facts {
		if err := recordable(f); err != nil {
			return err
		}
	}
	return i.wait(ctx, &work{facts: facts, boxes: boxes})
}

// Heard is what an agent said of itself last: when the hub heard it, by the hub's clock, and how far its epochs go.
type Heard struct {
	At    time.Time
	Heads []uplink.Head
}

// Tick does what the clock demands at now: drafts older than 10 minutes become answers, visits that nobody rated in
// time get the default, matters are reminded of, deadlines follow the calendar. heard is what agents said of themselves
// since this hub started. It is idempotent; where much is due it commits more than once.
func (i *Intake) Tick(ctx context.Context, now time.Time, heard map[uint32]Heard) error {
	w := &work{more: true}
	for w.more {
		w = &work{tick: now, heard: heard, review: w.review, heeds: w.heeds}
		if err := i.wait(ctx, w); err != nil {
			return err
		}
	}
	return nil
}

// Waiting returns how much waits for its commit.
func (i *Intake) Waiting() int { return len(i.queue) }

func (i *Intake) wait(ctx context.Context, w *work) error {
	w.done = make(chan error, 1)
	if err := i.enqueue(ctx, w); err != nil {
		return err
	}
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	case <-i.ended:
	}
	select {
	case err := <-w.done: // committed in the last group
		return err
	default:
		return ErrStopped
	}
}

// enqueue waits for a place, at most Patience.
func (i *Intake) enqueue(ctx context.Context, w *work) error {
	select {
	case i.queue <- w:
		return nil
	default:
	}
	patience := time.NewTimer(i.Patience)
	defer patience.Stop()
	select {
	case i.queue <- w:
		return nil
	case <-patience.C:
		return ErrBusy
	case <-ctx.Done():
		return ctx.Err()
	case <-i.ended:
		return ErrStopped
	}
}

// Bounds of one shared commit.
const (
	groupWorks  = 512
	groupEvents = 10_000
)

// Run commits what is queued, many batches at a time, until ctx ends. What is then still queued gets no answer.
func (i *Intake) Run(ctx context.Context) error {
	defer close(i.ended)
	var held []*work // second batches of agents that are in the current group already
	for {
		group, rest := i.collect(ctx, held)
		if ctx.Err() != nil {
			return nil
		}
		i.commit(group)
		held = rest
	}
}

// collect waits for work and takes what is there, at most one batch of each agent.
func (i *Intake) collect(ctx context.Context, held []*work) (group, rest []*work) {
	agents, events := map[uint32]bool{}, 0
	add := func(w *work) {
		if w.batch != nil {
			if agents[w.batch.agent.Number] {
				rest = append(rest, w)
				return
			}
			agents[w.batch.agent.Number] = true
			events += len(w.batch.events)
		}
		group = append(group, w)
	}
	for _, w := range held {
		add(w)
	}
	if len(group) == 0 {
		select {
		case w := <-i.queue:
			add(w)
		case <-ctx.Done():
			return nil, nil
		}
	}
	for len(group)+len(rest) < groupWorks && events < groupEvents {
		select {
		case w := <-i.queue:
			add(w)
		default:
			return group, rest
		}
	}
	return group, rest
}

// commit stores a group in one transaction. If the database refuses the group each work is tried alone, so that one
// of them cannot hold up the others.
func (i *Intake) commit(group []*work) {
	o, err := i.transact(group)
	switch {
	case err == nil:
		i.tell(group, o)
	case len(group) > 1:
		i.Log.Warn("commit of a group refused, trying each alone", "works", len(group), "error", err)
		for _, w := range group {
			i.commit([]*work{w})
		}
	default:
		w := group[0]
		if w.batch != nil {
			i.Log.Error("batch not stored", "agent", w.batch.agent.Name, "epoch", w.batch.head.Epoch, "first", w.batch.head.First, "error", err)
			return
		}
		w.done <- err
	}
}

// transact decides and stores a group; a panic in it is an error.
func (i *Intake) transact(group []*work) (o *outcome, err error) {
	defer func() {
		if p := recover(); p != nil {
			o, err = nil, fmt.Errorf("intake: panic: %v", p)
		}
	}()
	d := decision{now: i.Now(), twice: i.twice, view: i.view, sites: i.Site, erased: i.Erased}
	i.view = nil
	err = i.Store.Update(func(tx Tx) (err error) {
		d.tx = tx
		o, err = d.decide(group)
		return err
	})
	if err == nil {
		i.view = d.view
	}
	return o, err
}

// tell answers after a commit: first the receipts, then the screens.
func (i *Intake) tell(group []*work, o *outcome) {
	for n, w := range group {
		if w.batch == nil {
			w.done <- w.refused
			continue
		}
		i.twice.saw(w.batch.agent.Number, w.batch.head.Instance)
		w.answer(o.receipts[n])
	}
	if !o.committed.isZero() {
		i.Told(o.committed)
	}
}

// Restored tells, as the first events of a new epoch of the hub's stream, that the database was put back. Run must
// not be running.
func (i *Intake) Restored(copied, restored time.Time) error {
	facts := []hall.Fact{
		hall.HubRestored{Copied: copied, Restored: restored},
		hall.FindingOpened{Rule: hall.FindingHubRestored},
	}
	if _, err := i.transact([]*work{{facts: facts, begin: true}}); err != nil {
		return fmt.Errorf("tell of the restore: %w", err)
	}
	return nil
}
