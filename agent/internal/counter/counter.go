// Package counter decides what happens at a counter: who waits, who is called to which window, when a visit begins and
// ends, and what a press of a rating key becomes (domain §3.10–3.12, §6). A State is a value: each decision leaves it as
// it was and returns the next one, the facts that follow from it and what must be stored for it to be restored. It does
// no I/O and asks no clock: time comes as a hall.Moment. It does not know tokens, paper, ports, wires or words.
//
// What a clerk can do at a window, and what becomes of the visit there:
//
//	closed   --open-->      open     staff on
//	open     --pause-->     paused
//	open     --close-->     closed   staff off
//	open     --next-->      called   opens a visit
//	open     --pick-->      called   out of turn, opens a visit
//	open     --back-->      serving  visit goes on
//	called   --next-->      called   visit missed, opens a visit
//	called   --pick-->      called   visit missed, out of turn, opens a visit
//	called   --recall-->    called
//	called   --serve-->     serving  service begins
//	called   --missed-->    open     visit missed
//	called   --transfer-->  open     passed on, visit transferred
//	called   --cancel-->    open     visit cancelled
//	serving  --next-->      called   visit finished, opens a visit
//	serving  --pick-->      called   visit finished, out of turn, opens a visit
//	serving  --finish-->    open     visit finished
//	serving  --hold-->      open     visit parked
//	serving  --transfer-->  open     passed on, visit transferred
//	paused   --resume-->    open
//	paused   --close-->     closed   staff off
//
// A visit that is passed on inside its unit is not transferred: it waits with its ticket, and the call that takes it opens
// no other. A visit in which service began and that was finished or transferred invites its rating, unless it has one:
// until the first of a press, Config.InviteFor, the next call. A call that itself finishes the visit does not end the
// invitation it begins; the next one does.
//
// What becomes of a ticket:
//
//	booked   --arrived-->    confirmed
//	booked   --cancelled-->  cancelled
//	booked   --late-->       withdrawn  its holder did not arrive in time
//	confirmed --numbered-->  queued     it is called at its time
//	queued   --called-->     called
//	called   --served-->     serving
//	called   --missed-->     missed     its holder may come back on the same day, and has then waited so much less
//	called   --passed on-->  queued     it keeps its place; at another agent of the hall, if it goes there
//	called   --cancelled-->  cancelled
//	serving  --finished-->   finished
//	serving  --next stop-->  queued     its route goes on; it keeps its place
//	serving  --held-->       held
//	serving  --passed on-->  queued
//	held     --resumed-->    serving
//	held     --day over-->   finished
//	missed   --returned-->   queued
//	queued   --cancelled-->  cancelled
//	queued   --day over-->   withdrawn
package counter

import (
	"maps"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Config is what the rules are applied to, and their numbers.
type Config struct {
	Catalogue  hall.Catalogue  // its part of the hall
	Whole      *hall.Catalogue // with the parts of other agents; nil: there are none
	Agent      string          // its name, where several share the hall
	InviteFor  time.Duration   // how long a finished visit invites its rating (domain §3.11)
	RepeatFor  time.Duration   // how long after the rating a further press is a repeat (domain §3.11)
	HistoryFor time.Duration   // how long ended visits stay known, for presses that come late
}

// DefaultConfig returns the rules' own numbers for a hall.
func DefaultConfig(c hall.Catalogue) Config {
	return Config{Catalogue: c, InviteFor: 120 * time.Second, RepeatFor: 120 * time.Second, HistoryFor: 24 * time.Hour}
}

// ConfigOf returns the rules' own numbers for what an agent has of a hall.
func ConfigOf(c hall.Catalogue, agent string) Config {
	cfg := DefaultConfig(*c.Part(agent))
	cfg.Agent = agent // another catalogue may share the hall out
	if len(c.Fellows()) > 0 {
		cfg.Whole = &c
	}
	return cfg
}

// State is the counter at one moment. It never changes once a decision has returned it: many goroutines may read it.
type State struct {
	cfg    *Config
	rule   hall.QueueRule
	day    day
	queues map[string][]*Ticket // waiting, by letter, in no order: turn has it
	missed map[hall.ID]*Ticket  // of this day: they may come back
	rights map[hall.ID]*Ticket  // of earlier days: nobody called them, they may go first

	bookings map[hall.ID]*Booking // of this day and later ones

	visits  map[hall.ID]*Visit // those of the last hours, and all that have not ended
	windows map[string]*window // all windows of the catalogue
	ports   map[string]*port   // by device name
	pads    map[hall.PadUID][]*boot
	errands map[string]*errand     // commands, by id, until some time after their end
	closed  map[string]*shut       // letters
	outages map[string]*shut       // units
	past    map[string][]hall.Stop // outages that are over, by unit
	former  map[string]record      // windows that an earlier catalogue had

	leaving map[hall.ID]*Leaving // passed on to another agent
	trails  map[hall.ID]*Trail   // of tickets that go between agents

	summoned map[hall.ID]*Summons // the manager on duty is called to their holders
}

// New returns a counter in which nothing has happened yet.
func New(cfg Config) *State {
	s := &State{
		cfg:    &cfg,
		rule:   cfg.Catalogue.Rule(),
		queues: map[string][]*Ticket{},
		missed: map[hall.ID]*Ticket{},
		rights: map[hall.ID]*Ticket{},

		bookings: map[hall.ID]*Booking{},

		visits:  map[hall.ID]*Visit{},
		windows: map[string]*window{},
		ports:   map[string]*port{},
		pads:    map[hall.PadUID][]*boot{},
		errands: map[string]*errand{},
		closed:  map[string]*shut{},
		outages: map[string]*shut{},
		past:    map[string][]hall.Stop{},
		former:  map[string]record{},

		leaving: map[hall.ID]*Leaving{},
		trails:  map[hall.ID]*Trail{},

		summoned: map[hall.ID]*Summons{},
	}
	for _, w := range cfg.Catalogue.Windows {
		s.windows[w.ID] = &window{record: record{ID: w.ID, State: hall.WindowIsClosed}, place: w}
	}
	return s
}

// window is a window with who sat there, in order: those of the last hours, at most one of them, the last, not gone.
type window struct {
	record
	place hall.Window
	sits  []sit
}

// sit names a sitting of a visit.
type sit struct {
	visit hall.ID
	n     int
}

// record is the part of a window that is stored under its name.
type record struct {
	ID    string           `json:"id"`
	State hall.WindowState `json:"state"`
	Staff string           `json:"staff,omitempty"` // badge
	Since Mark             `json:"since,omitzero"`
	Tally Tally            `json:"tally,omitzero"`
	Sits  int              `json:"sits,omitempty"`  // how many sittings there were
	Alarm Mark             `json:"alarm,omitzero"`  // since when who sits there needs somebody at once
	Pause hall.PausedWhy   `json:"pause,omitempty"` // why it was paused last
}

// Tally counts a window's business day: Served ≥ Invited ≥ Rated.
type Tally struct {
	Day     hall.Day `json:"day"`
	Served  int      `json:"served"`  // visits that ended here after service
	Invited int      `json:"invited"` // of them, asked to rate or rated before they could be asked
	Rated   int      `json:"rated"`   // of them, rated at the window
}

// day is the business day: of each letter the last number given out and how many were, and the axis on which turns lie.
type day struct {
	Day   hall.Day       `json:"day"`
	Last  map[string]int `json:"last,omitempty"`
	Given map[string]int `json:"given,omitempty"`
	Nth   int            `json:"nth,omitempty"`  // tickets so far
	Axis  time.Duration  `json:"axis,omitempty"` // how far the day has come, at At
	At    Mark           `json:"at,omitzero"`
}

// DayAt returns the business day of a decision made at m. It only goes forward; while the clock is unset it stays
// (design §2).
func (s *State) DayAt(m hall.Moment) hall.Day {
	if m.Clock.State == hall.ClockUnset && s.day.Day != 0 {
		return s.day.Day
	}
	at := m.At.Add(time.Duration(m.Clock.OffsetMS) * time.Millisecond)
	return max(s.day.Day, hall.DayOf(at))
}

// Decision is what follows from one thing that happened.
type Decision struct {
	Next    *State
	Facts   []hall.Fact
	Changed []Change
	Ticket  Ticket // the ticket issued or booked
}

// draft is a decision being made.
type draft struct {
	*State // the next one; its maps are its own, what they point to is shared and replaced, never written
	now    Mark
	at     time.Time
	out    Decision
}

// begin starts a decision with what time alone has brought: a new business day, visits too old to be remembered.
func (s *State) begin(m hall.Moment) *draft {
	next := *s
	next.queues, next.missed, next.visits = maps.Clone(s.queues), maps.Clone(s.missed), maps.Clone(s.visits)
	next.windows, next.ports, next.rights = maps.Clone(s.windows), maps.Clone(s.ports), maps.Clone(s.rights)
	next.errands, next.closed, next.outages = maps.Clone(s.errands), maps.Clone(s.closed), maps.Clone(s.outages)
	next.past = maps.Clone(s.past)
	next.leaving, next.trails, next.summoned = maps.Clone(s.leaving), maps.Clone(s.trails), maps.Clone(s.summoned)
	d := &draft{State: &next, now: markOf(m), at: m.At}
	if today := s.DayAt(m); today != s.day.Day {
		d.day = day{Day: today}
		d.put(kindDay, kindDay, d.day)
	}
	d.withdraw()
	d.lapse()
	d.forgetRights()
	d.forget()
	d.forgetErrands()
	d.forgetMoves()
	return d
}

// end returns the decision.
func (d *draft) end() Decision {
	d.lapseSummons()
	d.out.Next = d.State
	return d.out
}

func (d *draft) tell(f ...hall.Fact) { d.out.Facts = append(d.out.Facts, f...) }

// mostWithdrawn bounds what one decision withdraws, so that it stays a small commit; the next one goes on.
const mostWithdrawn = 500

// withdraw ends what is left of earlier days: who still waits has waited in vain, who was parked has been served, who was
// missed does not come back.
func (d *draft) withdraw() {
	left := mostWithdrawn
	for _, letter := range slices.Sorted(maps.Keys(d.queues)) {
		old := slices.SortedFunc(func(yield func(*Ticket) bool) {
			for _, t := range d.queues[letter] {
				if t.Day < d.day.Day && !yield(t) {
					return
				}
			}
		}, func(a, b *Ticket) int { return inOrder(a.Issued, b.Issued, a.ID, b.ID) })
		for _, t := range old[:min(len(old), left)] {
			d.unqueue(t)
			d.tell(hall.TicketWithdrawn{Ticket: t.ID})
			d.waitsInVain(t)
			d.endPassed(t)
			left--
		}
	}
	for _, v := range d.open(d.isLeft) {
		next := *v
		next.Held = ""
		how := next.orServed(hall.OutcomeMissed)
		if how == hall.OutcomeFinished {
			d.tell(hall.TicketFinished{Ticket: v.Ticket.ID})
		} else {
			d.tell(hall.TicketMissed{Ticket: v.Ticket.ID})
		}
		d.ends(&next, how)
	}
	for id, t := range d.missed {
		if t.Day < d.day.Day {
			delete(d.missed, id)
			d.drop(kindTicket, id.String())
		}
	}
}

// isLeft reports whether nobody will end a visit any more: it was parked on an earlier day, or its window is gone.
func (s *State) isLeft(v *Visit) bool {
	return v.Ticket.Day < s.day.Day && (v.Held != "" || v.last().Ended.IsZero() && s.windows[v.Window] == nil)
}

// open returns the visits that have not ended and are such, in the order of their calls.
func (s *State) open(such func(*Visit) bool) (found []*Visit) {
	for _, v := range s.visits {
		if v.Ended.IsZero() && such(v) {
			found = append(found, v)
		}
	}
	slices.SortFunc(found, func(a, b *Visit) int { return inOrder(a.Called, b.Called, a.ID, b.ID) })
	return found
}

// forget drops ended visits that are older than the history; where the clock cannot tell, those of days before yesterday.
func (d *draft) forget() {
	gone := false
	for id, v := range d.visits {
		if d.isOld(v) {
			delete(d.visits, id)
			d.drop(kindVisit, id.String())
			gone = true
		}
	}
	if !gone {
		return
	}
	for id, w := range d.windows {
		next := *w
		next.sits = slices.DeleteFunc(slices.Clone(w.sits), func(at sit) bool { return d.visits[at.visit] == nil })
		next.sits = d.unbroken(&next)
		d.windows[id] = &next
	}
}

func (d *draft) isOld(v *Visit) bool {
	if v.Ended.IsZero() {
		return false
	}
	since, ok := d.now.since(v.Ended)
	if !ok || since == forever {
		return v.Ticket.Day < d.day.Day-1
	}
	return since > d.cfg.HistoryFor
}

// Expire returns what time alone has brought at m. Nothing is changed where Decision.Changed is empty. That an
// invitation is over needs no decision: it is seen in Pad and Window.
func (s *State) Expire(m hall.Moment) Decision { return s.begin(m).end() }
