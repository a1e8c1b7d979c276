package intake

import (
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/concern"
	"hallpulse/hub/internal/figures"
	"hallpulse/hub/internal/inspection"
	"hallpulse/hub/internal/notify"
	"hallpulse/hub/internal/rating"
	"hallpulse/hub/internal/repair"
)

// view is what a commit knows: the rows it loaded and what it made of them. Rows are never changed in place: who
// changes one puts a copy in its stead, so that a step that fails leaves no trace.
//
// A view serves the next commit, too, if the position is where this one left it: then nobody else has written, and its
// rows are what lies in the store. A commit that fails throws its view away.
type view struct {
	position Position
	epochs   map[EpochKey]*Epoch
	seals    map[Place]Seal
	told     map[Place][]Digest // what lies, or lay, at a place
	visits   map[hall.ID]*Visit
	courses  map[hall.ID]*course
	answers  map[int64]*Answer
	presses  map[hall.PressKey][]*Answer
	pressed  map[hall.PressKey]bool // of the holes that were asked for, and all that this commit brought
	forms    map[string]*Answer
	windows  map[WindowKey]*Window
	devices  map[DeviceKey]*Device
	states   map[uint32]*AgentState
	steps    []ClockStep
	tallies  map[figures.Key]figures.Sums
	moved    map[figures.Key]figures.Sums // by how much sums move
	events   int                          // that this view has seen
	law      rating.Law
	lawful   bool             // law is made of what was loaded
	deeds    []LawDeed        // loaded, until law is made of them
	unread   map[Place]*event // events that could not be read when they came, as they are read now

	repairs     shelf[repair.Repair] // by visit
	concerns    shelf[concern.Concern]
	inspections shelf[inspection.Inspection]
	messages    shelf[notify.Message]

	cases   map[hall.ID]*Case
	outages map[OutageKey]*Outage

	touched map[hall.ID]bool // visits whose rating changed, for what follows from it
	news    map[hall.ID]bool // visits of which their citizen, who left a phone, may be told something
	asked   map[string]bool  // concerns of which their asker may be told something

	seen struct { // what was loaded, or is not there to load
		visits, courses, cases map[hall.ID]bool
		presses                map[hall.PressKey]bool
		forms                  map[string]bool
		windows                map[WindowKey]bool
		devices                map[DeviceKey]bool
		states                 map[uint32]bool
		tallies                map[figures.Key]bool
		outages                map[OutageKey]bool
	}
	dirty struct {
		epochs  map[EpochKey]bool
		tickets map[hall.ID]bool
		visits  map[hall.ID]bool
		answers map[int64]bool
		dropped map[int64]bool
		windows map[WindowKey]bool
		devices map[DeviceKey]bool
		states  map[uint32]bool
		cases   map[hall.ID]bool
		outages map[OutageKey]bool
	}
	changes Changes // what is only ever added
}

// course is all that is known around one ticket: the ticket, its visits, and the answers that name it.
type course struct {
	id      hall.ID
	ticket  *Ticket // nil: nothing was told of the ticket itself
	visits  []*Visit
	answers []*Answer // given or drafted

	// shared says, while a step is carried out, until when a case that shares its visit's rating could be rated alone.
	shared map[hall.ID]time.Time
}

// viewEvents is how many events one view serves before it is begun anew: it bounds what is held in memory.
const viewEvents = 50_000

func newView() *view {
	v := &view{
		epochs: map[EpochKey]*Epoch{}, visits: map[hall.ID]*Visit{}, courses: map[hall.ID]*course{}, answers: map[int64]*Answer{},
		presses: map[hall.PressKey][]*Answer{}, forms: map[string]*Answer{}, windows: map[WindowKey]*Window{},
		devices: map[DeviceKey]*Device{}, states: map[uint32]*AgentState{}, tallies: map[figures.Key]figures.Sums{},
	}
	v.seen.visits, v.seen.courses = map[hall.ID]bool{}, map[hall.ID]bool{{}: true} // no ticket is nothing to load
	v.cases, v.seen.cases = map[hall.ID]*Case{}, map[hall.ID]bool{}
	v.outages, v.seen.outages = map[OutageKey]*Outage{}, map[OutageKey]bool{}
	v.seen.presses, v.seen.forms = map[hall.PressKey]bool{}, map[string]bool{}
	v.seen.windows, v.seen.devices = map[WindowKey]bool{}, map[DeviceKey]bool{}
	v.seen.states, v.seen.tallies = map[uint32]bool{}, map[figures.Key]bool{}
	v.unread = map[Place]*event{}
	v.repairs, v.concerns = newShelf[repair.Repair](), newShelf[concern.Concern]()
	v.inspections, v.messages = newShelf[inspection.Inspection](), newShelf[notify.Message]()
	v.begin()
	return v
}

// begin makes the view ready for a commit: nothing has changed yet, and what is loaded for one commit alone is gone.
func (v *view) begin() {
	v.seals, v.told, v.pressed, v.steps = map[Place]Seal{}, map[Place][]Digest{}, map[hall.PressKey]bool{}, nil
	v.moved, v.changes, v.touched = map[figures.Key]figures.Sums{}, Changes{}, map[hall.ID]bool{}
	v.news, v.asked = map[hall.ID]bool{}, map[string]bool{}
	v.repairs.dirty, v.concerns.dirty = map[string]bool{}, map[string]bool{}
	v.inspections.dirty, v.messages.dirty = map[string]bool{}, map[string]bool{}
	v.dirty.epochs = map[EpochKey]bool{}
	v.dirty.tickets = map[hall.ID]bool{}
	v.dirty.visits = map[hall.ID]bool{}
	v.dirty.answers = map[int64]bool{}
	v.dirty.dropped = map[int64]bool{}
	v.dirty.windows = map[WindowKey]bool{}
	v.dirty.devices = map[DeviceKey]bool{}
	v.dirty.states = map[uint32]bool{}
	v.dirty.cases, v.dirty.outages = map[hall.ID]bool{}, map[OutageKey]bool{}
}

// unseen returns the keys whose rows the view does not have yet, each once. It takes them for seen: they are loaded
// next.
func (v *view) unseen(k Keys) Keys {
	k.Visits = fresh(v.seen.visits, k.Visits)
	k.Courses = fresh(v.seen.courses, k.Courses)
	k.Cases = fresh(v.seen.cases, k.Cases)
	k.Outages = fresh(v.seen.outages, k.Outages)
	k.Presses = fresh(v.seen.presses, k.Presses)
	k.Forms = fresh(v.seen.forms, k.Forms)
	k.Windows = fresh(v.seen.windows, k.Windows)
	k.Devices = fresh(v.seen.devices, k.Devices)
	k.States = fresh(v.seen.states, k.States)
	k.Tallies = fresh(v.seen.tallies, k.Tallies)
	k.Law = k.Law && !v.lawful
	k.Concerns, k.Inspections, k.Messages = fresh(v.concerns.seen, k.Concerns), fresh(v.inspections.seen, k.Inspections), fresh(v.messages.seen, k.Messages)
	k.Epochs, k.EpochsOf = fresh(map[EpochKey]bool{}, k.Epochs), fresh(map[uint32]bool{}, k.EpochsOf)
	k.Events, k.Steps = fresh(map[Place]bool{}, k.Events), fresh(map[StartKey]bool{}, k.Steps)
	return k
}

func fresh[K comparable](seen map[K]bool, keys []K) []K {
	out := keys[:0:0]
	for _, k := range keys {
		if !seen[k] {
			seen[k] = true
			out = append(out, k)
		}
	}
	return out
}

// add takes loaded rows. A row that is known already stays as it is.
func (v *view) add(b *Before) {
	for n := range b.Epochs {
		if e := &b.Epochs[n]; v.epochs[e.EpochKey] == nil {
			v.epochs[e.EpochKey] = e
		}
	}
	for _, s := range b.Seals {
		v.seals[s.Place] = s
	}
	for _, e := range b.Events {
		if env, err := uplink.DecodeEvent(e.Bytes); err == nil {
			v.told[e.Place] = append(v.told[e.Place], digestOf(&env))
		}
	}
	for _, r := range b.Retold {
		at := Place{r.EpochKey, r.Seq}
		v.told[at] = append(v.told[at], r.Digest)
	}
	for n := range b.Tickets {
		v.course(b.Tickets[n].ID).ticket = &b.Tickets[n]
	}
	for n := range b.Visits {
		if visit := &b.Visits[n]; v.visits[visit.ID] == nil {
			v.putVisit(visit)
		}
	}
	for n := range b.Answers {
		if a := &b.Answers[n]; v.answers[a.Pos] == nil {
			v.putAnswer(a)
		}
	}
	for _, k := range b.Pressed {
		v.pressed[k] = true
	}
	for n := range b.Windows {
		v.windows[b.Windows[n].WindowKey] = &b.Windows[n]
	}
	for n := range b.Devices {
		v.devices[b.Devices[n].DeviceKey] = &b.Devices[n]
	}
	for n := range b.States {
		v.states[b.States[n].Agent] = &b.States[n]
	}
	v.steps = append(v.steps, b.Steps...)
	for _, t := range b.Tallies {
		v.tallies[t.Key] = t.Sums
	}
	v.deeds = append(v.deeds, b.Law...)
	v.addMatters(b)
}

// addMatters takes loaded matters, and events that could not be read when they came, as they are read now.
func (v *view) addMatters(b *Before) {
	for n := range b.Repairs {
		v.repairs.put(b.Repairs[n].ID, &b.Repairs[n])
	}
	for n := range b.Concerns {
		v.concerns.put(b.Concerns[n].ID, &b.Concerns[n])
	}
	for n := range b.Inspections {
		v.inspections.put(b.Inspections[n].ID, &b.Inspections[n])
	}
	for n := range b.Cases {
		v.putCase(&b.Cases[n])
	}
	for n := range b.Outages {
		o := &b.Outages[n]
		if v.seen.outages[o.OutageKey] = true; v.outages[o.OutageKey] == nil {
			v.outages[o.OutageKey] = o
		}
	}
	for n := range b.Messages {
		v.messages.put(b.Messages[n].ID, &b.Messages[n])
	}
	for _, u := range b.Unread {
		e := event{Stored: u.Stored, name: u.Name}
		e.env, e.fact, e.Why = judge(u.Agent, u.Seq, u.Bytes)
		v.unread[Place{EpochKey{u.Agent, u.Epoch}, u.Seq}] = &e
	}
}

// course returns what is known around a ticket, and begins it where nothing is.
func (v *view) course(ticket hall.ID) *course {
	c := v.courses[ticket]
	if c == nil {
		c = &course{id: ticket}
		v.courses[ticket] = c
	}
	return c
}

// putVisit puts a visit in the place of the one of its name.
func (v *view) putVisit(visit *Visit) {
	v.visits[visit.ID] = visit
	if visit.Ticket.IsZero() {
		return
	}
	c := v.course(visit.Ticket)
	if n := slices.IndexFunc(c.visits, func(w *Visit) bool { return w.ID == visit.ID }); n >= 0 {
		c.visits[n] = visit
		return
	}
	c.visits = append(c.visits, visit)
}

// putAnswer puts an answer in the place of the one of its Pos.
func (v *view) putAnswer(a *Answer) {
	v.answers[a.Pos] = a
	same := func(b *Answer) bool { return b.Pos == a.Pos }
	put := func(in []*Answer) []*Answer {
		if n := slices.IndexFunc(in, same); n >= 0 {
			in[n] = a
			return in
		}
		return append(in, a)
	}
	if a.IsPress() {
		v.presses[a.Press] = put(v.presses[a.Press])
		v.pressed[a.Press] = true
	} else {
		v.forms[a.Form] = a
	}
	if !a.Ticket.IsZero() {
		c := v.course(a.Ticket)
		c.answers = put(c.answers)
	}
}

// dropAnswer forgets an answer.
func (v *view) dropAnswer(a *Answer) {
	delete(v.answers, a.Pos)
	out := func(in []*Answer) []*Answer {
		return slices.DeleteFunc(in, func(b *Answer) bool { return b.Pos == a.Pos })
	}
	if a.IsPress() {
		v.presses[a.Press] = out(v.presses[a.Press])
	} else if f := v.forms[a.Form]; f != nil && f.Pos == a.Pos {
		delete(v.forms, a.Form)
	}
	if !a.Ticket.IsZero() {
		c := v.course(a.Ticket)
		c.answers = out(c.answers)
	}
}

// merge takes what a step made.
func (v *view) merge(s *step) {
	v.hearOf(s)
	for _, c := range s.courses {
		if c.ticket != nil && c.ticket != s.wasTicket(c.id) {
			s.wasTicket(c.id).CountBooking(v.move(-1))
			c.ticket.CountBooking(v.move(1))
			v.course(c.id).ticket = c.ticket
			v.dirty.tickets[c.id] = true
		}
		for _, visit := range c.visits {
			if old := v.visits[visit.ID]; old != visit {
				v.recount(old, visit)
				v.putVisit(visit)
				v.dirty.visits[visit.ID] = true
				if old == nil || old.Level != visit.Level || old.Answer != visit.Answer || old.Excluded != visit.Excluded {
					v.touched[visit.ID] = true
				}
			}
		}
	}
	for _, a := range s.dropped {
		v.dropAnswer(a)
		v.dirty.dropped[a.Pos] = true
		delete(v.dirty.answers, a.Pos)
	}
	for _, c := range s.courses {
		s.loose = append(s.loose, c.answers...)
	}
	for _, a := range s.loose {
		if v.answers[a.Pos] != a {
			v.putAnswer(a)
			v.dirty.answers[a.Pos] = true
		}
	}
	for _, w := range s.windows {
		v.windows[w.WindowKey] = w
		v.dirty.windows[w.WindowKey] = true
	}
	for _, d := range s.devices {
		v.devices[d.DeviceKey] = d
		v.dirty.devices[d.DeviceKey] = true
	}
	if s.state != nil {
		v.states[s.state.Agent] = s.state
		v.dirty.states[s.state.Agent] = true
	}
	for _, e := range s.epochs {
		v.epochs[e.EpochKey] = e
		v.dirty.epochs[e.EpochKey] = true
	}
	v.recountRepairs(s.repairs)
	v.repairs.keep(s.repairs)
	v.concerns.keep(s.concerns)
	v.inspections.keep(s.inspections)
	v.messages.keep(s.messages)
	v.keepCases(s)
	v.keepOutages(s)
	v.mergeLaw(s.law)
	v.changes.Deeds = append(v.changes.Deeds, s.deeds...)
	v.changes.Commands = append(v.changes.Commands, s.commands...)
	v.changes.Moves = append(v.changes.Moves, s.moved...)
	v.changes.Replies = append(v.changes.Replies, s.replies...)
	v.changes.Turns = append(v.changes.Turns, s.turned...)
	v.changes.Reprints = append(v.changes.Reprints, s.reprints...)
	v.changes.Reread = append(v.changes.Reread, s.reread...)
	v.changes.Erased = append(v.changes.Erased, s.erased...)
	for _, p := range s.reread {
		delete(v.unread, p)
	}
	v.steps = append(v.steps, s.steps...)
	v.changes.Steps = append(v.changes.Steps, s.steps...)
	v.changes.Findings = append(v.changes.Findings, s.findings...)
	v.changes.Restores = append(v.changes.Restores, s.restores...)
	v.changes.Asked = append(v.changes.Asked, s.asked...)
	v.changes.Chosen = v.changes.Chosen || s.chosen
}

// recount moves the sums from what a visit was to what it is.
func (v *view) recount(old, visit *Visit) {
	if old != nil {
		old.Count(v.move(-1))
	}
	visit.Count(v.move(1))
}

// move returns what moves sums by n times.
func (v *view) move(n int) func(figures.Key, figures.Sums) {
	return func(k figures.Key, sums figures.Sums) { v.moved[k] = v.moved[k].Plus(n, sums) }
}
