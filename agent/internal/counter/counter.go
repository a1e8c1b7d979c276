// Package counter decides what happens at a counter: who waits, who is called to which window, when a visit begins and
// ends, and what a press of a rating key becomes (domain §3.10–3.12, §6). A State is a value: each decision leaves it as
// it was and returns the next one, the facts that follow from it and what must be stored for it to be restored. It does
// no I/O and asks no clock: time comes as a hall.Moment. It does not know tokens, paper, ports, wires or words.
//
// What a clerk can do at a window, and what becomes of the visit there:
//
//	closed   --open-->    open     staff on
//	open     --pause-->   paused
//	open     --close-->   closed   staff off
//	open     --next-->    called   opens a visit
//	called   --next-->    called   visit missed, opens a visit
//	called   --recall-->  called
//	called   --serve-->   serving  service begins
//	called   --missed-->  open     visit missed
//	serving  --next-->    called   visit finished, opens a visit
//	serving  --finish-->  open     visit finished
//	paused   --resume-->  open
//	paused   --close-->   closed   staff off
//
// A finished visit that nobody has rated yet is an invitation: it ends with the first of a press, Config.InviteFor, the
// next call. A call that itself finishes the visit does not end the invitation it begins; the next one does.
package counter

import (
	"maps"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Config is what the rules are applied to, and their numbers.
type Config struct {
	Catalogue  hall.Catalogue
	InviteFor  time.Duration // how long a finished visit invites its rating (domain §3.11)
	RepeatFor  time.Duration // how long after the rating a further press is a repeat (domain §3.11)
	HistoryFor time.Duration // how long ended visits stay known, for presses that come late
}

// DefaultConfig returns the rules' own numbers for a hall.
func DefaultConfig(c hall.Catalogue) Config {
	return Config{Catalogue: c, InviteFor: 120 * time.Second, RepeatFor: 120 * time.Second, HistoryFor: 24 * time.Hour}
}

// State is the counter at one moment. It never changes once a decision has returned it: many goroutines may read it.
type State struct {
	cfg     *Config
	day     day
	queues  map[string][]*Ticket // waiting, by letter, first come first
	windows map[string]*window   // all windows of the catalogue
	ports   map[string]*port     // by device name
	pads    map[hall.PadUID][]*boot
}

// New returns a counter in which nothing has happened yet.
func New(cfg Config) *State {
	s := &State{
		cfg:     &cfg,
		queues:  map[string][]*Ticket{},
		windows: map[string]*window{},
		ports:   map[string]*port{},
		pads:    map[hall.PadUID][]*boot{},
	}
	for _, w := range cfg.Catalogue.Windows {
		s.windows[w.ID] = &window{record: record{ID: w.ID, State: hall.WindowIsClosed}, place: w}
	}
	return s
}

// Ticket is a place in a queue.
type Ticket struct {
	ID     hall.ID  `json:"id"`
	Number string   `json:"number"` // A001
	Letter string   `json:"letter"`
	Item   string   `json:"item,omitempty"` // code of a ServiceItem
	Day    hall.Day `json:"day"`            // the business day
	Issued Mark     `json:"issued"`
}

// Visit is one citizen at one window, opened by a call.
type Visit struct {
	ID      hall.ID      `json:"id"`
	Ticket  Ticket       `json:"ticket"`
	Window  string       `json:"window"`
	Calls   int          `json:"calls"`
	Called  Mark         `json:"called"`
	Served  Mark         `json:"served,omitzero"`
	Ended   Mark         `json:"ended,omitzero"`
	Outcome hall.Outcome `json:"outcome,omitempty"`
	ByNext  bool         `json:"by_next,omitempty"`
	Rated   Mark         `json:"rated,omitzero"` // when the key was pressed that became the rating; its level is not kept here
}

// window is a window with its visits, oldest first: those of the last hours, at most one of them, the last, not ended.
type window struct {
	record
	place  hall.Window
	visits []*Visit
}

// record is the part of a window that is stored under its name.
type record struct {
	ID    string           `json:"id"`
	State hall.WindowState `json:"state"`
	Staff string           `json:"staff,omitempty"` // badge
	Since Mark             `json:"since,omitzero"`
	Tally Tally            `json:"tally,omitzero"`
}

// Tally counts a window's business day: Served ≥ Invited ≥ Rated.
type Tally struct {
	Day     hall.Day `json:"day"`
	Served  int      `json:"served"`  // visits finished
	Invited int      `json:"invited"` // of them, asked to rate or rated before they could be asked
	Rated   int      `json:"rated"`   // of them, rated at the window
}

// day is the business day and the last number given out of each letter.
type day struct {
	Day  hall.Day       `json:"day"`
	Last map[string]int `json:"last,omitempty"`
}

// current returns the visit at hand: called or serving.
func (w *window) current() *Visit {
	if n := len(w.visits); n > 0 && w.visits[n-1].Ended.IsZero() {
		return w.visits[n-1]
	}
	return nil
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
	Ticket  Ticket // the ticket issued, by Take
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
	next.queues, next.windows, next.ports = maps.Clone(s.queues), maps.Clone(s.windows), maps.Clone(s.ports)
	d := &draft{State: &next, now: markOf(m), at: m.At}
	if today := s.DayAt(m); today != s.day.Day {
		d.day = day{Day: today}
		d.put(kindDay, kindDay, d.day)
	}
	d.withdraw()
	d.forget()
	return d
}

// end returns the decision.
func (d *draft) end() Decision {
	d.out.Next = d.State
	return d.out
}

func (d *draft) tell(f ...hall.Fact) { d.out.Facts = append(d.out.Facts, f...) }

// mostWithdrawn bounds what one decision withdraws, so that it stays a small commit; the next one goes on.
const mostWithdrawn = 500

// withdraw ends the tickets of earlier days: who still waits has waited in vain.
func (d *draft) withdraw() {
	left := mostWithdrawn
	for _, letter := range slices.Sorted(maps.Keys(d.queues)) {
		q := d.queues[letter]
		for len(q) > 0 && q[0].Day < d.day.Day && left > 0 {
			d.tell(hall.TicketWithdrawn{Ticket: q[0].ID})
			d.drop(kindTicket, q[0].ID.String())
			q, left = q[1:], left-1
		}
		d.queues[letter] = q
	}
}

// forget drops ended visits that are older than the history.
func (d *draft) forget() {
	for id, w := range d.windows {
		old := 0
		for old < len(w.visits) && d.isOld(w.visits[old]) {
			d.drop(kindVisit, w.visits[old].ID.String())
			old++
		}
		if old > 0 {
			next := *w
			next.visits = w.visits[old:]
			d.windows[id] = &next
		}
	}
}

func (d *draft) isOld(v *Visit) bool {
	if v.Ended.IsZero() {
		return false
	}
	since, ok := d.now.since(v.Ended)
	return ok && since > d.cfg.HistoryFor
}

// Expire returns what time alone has brought at m. Nothing is changed where Decision.Changed is empty. That an
// invitation is over needs no decision: it is seen in Pad and Window.
func (s *State) Expire(m hall.Moment) Decision { return s.begin(m).end() }
