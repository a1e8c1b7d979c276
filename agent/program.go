package agent

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"hallpulse/agent/internal/cases"
	"hallpulse/agent/internal/counter"
	"hallpulse/agent/internal/desk"
	"hallpulse/agent/internal/hublink"
	"hallpulse/agent/internal/outbox"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// program is a running agent: what its rooms share. Rooms know nothing of each other; they meet here.
type program struct {
	cfg   Config
	log   *slog.Logger
	box   *outbox.Outbox
	clock *clock
	id    identity

	former identity  // whose secret a rotation replaced, until reseal is sealed anew
	reseal []hall.ID // what of persons lies there under its secret

	formerKeys []formerKey // that signed before a rotation; nothing changes them after the start

	paper paperWords

	deciding sync.Mutex // held from reading the state to showing the next: one decision at a time
	serial   uint32     // of the last ticket or visit named
	owed     owed
	refused  string // the last refusal of the store in the log

	issuing sync.Mutex // held while a number is given out: how long its holder will wait is known before the next one's

	seeing sync.Mutex // guards what is shown, alone
	shown
	link linkNow

	showing  sync.Mutex // guards presence
	presence *presence  // nil before the first session with the hub
	waits    waits

	entrance
	pages  pages
	others others
	voids  voids
	lan    *lanDoor // nil: this machine's browsers alone

	desk     *desk.Desk
	hub      *hublink.Link // nil where the agent runs alone
	pads     []*padAt
	printers []*printerAt
	calendar *hall.Calendar // shipped
	changed  chan struct{}  // something that the hub is shown may have changed
	passed   chan struct{}  // something that another agent of the hall must know
}

// owed is what must be stored before anything else, as soon as the disk takes it: that the agent started.
type owed struct {
	facts []hall.Fact
	puts  []outbox.Put
}

// identity is who this agent is, for one start.
type identity struct {
	uplink.Enrolment        // zero where it runs alone
	Store            string // name under which the store is kept
	Instance         string // 16 hex digits, random
	Tag              uint16 // random
}

func (i identity) enrolled() bool { return i.Number != 0 }

// shown is what screens, pads and the hub are shown: what the store holds, and nothing before it holds it.
type shown struct {
	state   *counter.State
	epoch   string
	seq     uint64 // the last event that is in this picture
	papers  map[hall.ID]paper
	devices map[string]deviceNow // that were heard of since the start
	config  uplink.Config
	days    *hall.Calendar // in force: shipped, and over it what the hub published
	windows []string       // all that the hub was ever shown

	catalogue *inForce
	before    *inForce // in force before it; nil: none was
	offered   *offered // sent by the hub and not in force; nil: none is

	cases   *cases.State
	caseSeq int // changes with every change of cases and their papers
	slips   map[desk.Slip]slip
	own     map[hall.ID]uplink.Text // of persons, for the counter itself

	entered map[hall.ID]entered // by ticket
}

// deviceNow is a device as it stands. Without Trouble it works.
type deviceNow struct {
	uplink.DeviceNow
	window string // of a pad
	up     bool   // it answers

	uid     hall.PadUID // as it said when it answered last
	version string
}

// view returns what is shown now. Its maps must not be changed.
func (p *program) view() shown {
	p.seeing.Lock()
	defer p.seeing.Unlock()
	return p.shown
}

// change is what a decision asks to be stored and then shown.
type change struct {
	counter.Decision
	puts   []outbox.Put
	papers map[hall.ID]*paper // nil is forgotten
	config *uplink.Config

	catalogue, before *inForce // nil: as they are
	offered           *offered // nil: as it is; the zero one is forgotten
	windows           []string // nil: as they are

	cases *cases.State            // nil: as they are
	slips map[desk.Slip]*slip     // nil is forgotten
	own   map[hall.ID]uplink.Text // the zero text is forgotten
	boxes map[string][]byte       // by ref: of the facts that name them

	entered map[hall.ID]*entered // nil is forgotten
}

// commitRule says what a commit may use on a nearly full disk (design §5).
type commitRule bool

const (
	plain     commitRule = false
	forRating commitRule = true // a rating, or what it rests on: the visit, its end, its pad
)

// decide makes one decision: it is made on the state as it is, committed, and only then shown. When it returns nil the
// decision is on disk. An error is a counter.Refusal or desk.Refusal, which has words, or the store's own; nothing has
// changed then.
func (p *program) decide(rule commitRule, fn func(s *counter.State, m hall.Moment) (change, error)) error {
	p.deciding.Lock()
	defer p.deciding.Unlock()
	m := p.clock.now()
	c, err := fn(p.state, m)
	if err != nil {
		return err
	}
	last, err := p.commit(rule, m, &c)
	if err == nil {
		p.see(m, c, last)
		p.logCatalogue(c)
	}
	p.tellScreens(m) // where it failed too: that the disk is full is to be seen
	return err
}

// commit stores what follows from a decision in one transaction, with what could not be told before. It returns 0 where
// no event was told.
func (p *program) commit(rule commitRule, m hall.Moment, c *change) (last uint64, err error) {
	steps := p.clock.stepped()
	facts := slices.Concat(p.owed.facts, steps, c.Facts)
	if c.Next != nil {
		if err := p.signMoves(c, facts); err != nil {
			return 0, err
		}
	}
	puts := slices.Concat(p.owed.puts, c.puts)
	for _, ch := range c.Changed {
		puts = append(puts, outbox.Put{Bucket: ch.Kind, Key: []byte(ch.Key), Value: ch.Value})
	}
	if len(facts)+len(puts) == 0 {
		return 0, nil
	}
	puts = append(puts, putJSON(bucketAgent, keyBelieved, p.clock.believed()))
	evs := make([]uplink.Event, len(facts))
	for i, f := range facts {
		if evs[i], err = uplink.NewEvent(m, f); err != nil {
			return 0, err
		}
		if of, ok := f.(hall.Texts); ok {
			for _, s := range of.Sealed() {
				evs[i].Box = c.boxes[s.Ref]
			}
		}
	}
	store := p.box.Commit
	if rule == forRating {
		store = p.box.CommitRating
	}
	if last, err = store(puts, evs); err != nil {
		return 0, p.refusal(err)
	}
	p.owed, p.refused = owed{}, ""
	p.clock.told(len(steps))
	c.Facts = facts
	return last, nil
}

// refusal gives a person words for why the store did not take something, and the log the cause, once.
func (p *program) refusal(err error) error {
	if p.refused != err.Error() {
		p.refused = err.Error()
		p.log.Error("not stored", "err", err)
	}
	switch {
	case errors.Is(err, outbox.ErrSealed):
		return desk.DiskSealed
	case errors.Is(err, outbox.ErrDiskRefuse):
		return desk.DiskFull
	case errors.Is(err, outbox.ErrClosed):
		return desk.Stopping
	}
	return fmt.Errorf("store: %w", err)
}

// see makes the decision what is shown.
func (p *program) see(m hall.Moment, c change, last uint64) {
	p.seeing.Lock()
	defer p.seeing.Unlock()
	if c.Next != nil {
		p.state = c.Next
	}
	if last > 0 {
		p.epoch, p.seq = p.currentEpoch(), last
	}
	if c.config != nil {
		p.config, p.days = *c.config, c.config.Calendar.Over(p.calendar)
	}
	if c.catalogue != nil {
		p.catalogue, p.before, p.windows = c.catalogue, c.before, c.windows
	}
	if c.offered != nil {
		p.offered = c.offered
		if c.offered.Version == 0 {
			p.offered = nil
		}
	}
	p.papers = withChanges(p.papers, c.papers)
	if c.cases != nil {
		p.cases = c.cases
	}
	p.slips, p.own, p.entered = withChanges(p.slips, c.slips), withOwn(p.own, c.own), withChanges(p.entered, c.entered)
	if c.cases != nil || len(c.slips) > 0 {
		p.caseSeq++
	}
	for _, f := range c.Facts {
		p.devices = withFact(p.devices, f, m.At)
	}
}

// withChanges returns was with changes; nil forgets.
func withChanges[K comparable, V any](was map[K]V, changes map[K]*V) map[K]V {
	if len(changes) == 0 {
		return was
	}
	next := maps.Clone(was)
	for k, v := range changes {
		if v == nil {
			delete(next, k)
		} else {
			next[k] = *v
		}
	}
	return next
}

func (p *program) currentEpoch() string {
	heads := p.box.Epochs()
	return heads[len(heads)-1].Epoch
}

// tellScreens brings everything that shows the counter up to date.
func (p *program) tellScreens(m hall.Moment) {
	p.showPads(m)
	p.desk.Changed()
	p.poke()
	select {
	case p.passed <- struct{}{}:
	default:
	}
}

// poke says that what the hub is shown may have changed.
func (p *program) poke() {
	select {
	case p.changed <- struct{}{}:
	default:
	}
}

// tell stores facts about which there is nothing to decide.
func (p *program) tell(rule commitRule, facts ...hall.Fact) error {
	return p.decide(rule, func(s *counter.State, m hall.Moment) (change, error) {
		return change{Decision: counter.Decision{Next: s, Facts: facts}}, nil
	})
}

// nextID names a ticket or a visit. It is called inside a decision, which must store what it returns.
func (p *program) nextID() (hall.ID, outbox.Put) {
	p.serial++
	return hall.ID{Agent: p.id.Number, Tag: p.id.Tag, Serial: p.serial}, putJSON(bucketAgent, keySerial, p.serial)
}

// tick does what time alone brings: a new business day, invitations that are over, papers too old to be printed again,
// facts that the store did not take. What is not stored now, refusal has said so in the log, is tried again at the next
// tick.
func (p *program) tick() {
	_ = p.decide(plain, func(s *counter.State, m hall.Moment) (change, error) {
		c := change{Decision: s.Expire(m), slips: map[desk.Slip]*slip{}, own: map[hall.ID]uplink.Text{}}
		c.papers, c.puts = oldPapers(p.papers, c.Next.DayAt(m))
		p.oldCases(&c, c.Next.DayAt(m))
		p.retryCatalogue(&c, m)
		return c, nil
	})
	p.signOffIdle()
	p.watchPages()
	p.askCertificate()
}

// withFact returns the devices after f. DeviceUp clears all faults of a device.
func withFact(was map[string]deviceNow, f hall.Fact, at time.Time) map[string]deviceNow {
	var now deviceNow
	switch f := f.(type) {
	case hall.DeviceUp:
		now = deviceNow{uplink.DeviceNow{Device: f.Device, Kind: f.Kind}, f.Window, true, f.UID, f.Version}
	case hall.DeviceDown:
		now = deviceNow{uplink.DeviceNow{Device: f.Device, Kind: f.Kind, Trouble: f.Why}, f.Window, false, 0, ""}
	case hall.DeviceFault:
		is := was[f.Device]
		now = deviceNow{uplink.DeviceNow{Device: f.Device, Kind: f.Kind, Trouble: f.Fault}, f.Window, is.up, is.uid, is.version}
	default:
		return was
	}
	now.Since = at
	if before := was[now.Device]; before.Trouble == now.Trouble && before.Device != "" {
		now.Since = before.Since
	}
	next := maps.Clone(was)
	next[now.Device] = now
	return next
}

// withoutDevice returns the devices without one.
func withoutDevice(was map[string]deviceNow, name string) map[string]deviceNow {
	next := maps.Clone(was)
	delete(next, name)
	return next
}

// faults lists the devices that do not work, in the order of their names.
func (v shown) faults() []deviceNow {
	var all []deviceNow
	for _, name := range slices.Sorted(maps.Keys(v.devices)) {
		if d := v.devices[name]; d.Trouble != "" {
			all = append(all, d)
		}
	}
	return all
}

// The door's own buckets of state. The others are the counter's kinds.
const (
	bucketAgent = "agent"
	bucketPaper = "paper"

	keyStart    = "start"
	keySerial   = "serial"
	keyBelieved = "believed" // the last time that the clock could be believed
	keyConfig   = "config"
	keyWindows  = "windows" // all windows that the hub was ever shown
	keyStaff    = "staff"   // the PINs of the hall's staff, to be checked
	keyHelp     = "help"    // the one-time codes of who cannot sign on, likewise
)

func putJSON(bucket, key string, v any) outbox.Put {
	return outbox.Put{Bucket: bucket, Key: []byte(key), Value: encode(v)}
}
