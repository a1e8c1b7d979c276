// Package board keeps the picture of every hall as it stands now: windows, queues, sums of the day, links, and what
// needs a person. It owns the rule which word of an agent is believed (design §3) and what a wall may show (design §7).
// It is a pure model: it knows no network, no store and no clock, and decides nothing about ratings. It is not safe
// for concurrent use: who shares it holds a lock.
package board

import (
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/figures"
)

// Name is a name in both languages of the screens.
type Name struct {
	Name   string
	NameEN string
}

// Hall is one hall as configured, and the agent that serves it.
type Hall struct {
	Agent     string // where Catalogue does not name several
	Catalogue *hall.Catalogue
	SHA       string // SHA-256 of the text of Catalogue, hex

	// Former is what earlier catalogues of the hall had and this one has not, so that old facts keep their names; nil: nothing.
	Former *hall.Catalogue
}

// Board is the picture of all halls of a centre.
type Board struct {
	centre   Name
	sites    []*site // in the order of configuration
	findings []Finding
	restored *Restored
	ails     map[string]time.Time // what is wrong with the hub itself, and since when
	taken    map[string]Taken     // who sees to alerts, by their ids
}

// site is one hall, or the part of it that one of its agents has, with all that is known of it now.
type site struct {
	Hall
	began     time.Time // of this board: an agent never heard is silent since then
	link      link
	queue     words[uplink.QueueNow]
	windows   []*window // in the order of the catalogue
	wall      wallSums
	doubles   map[string]time.Time // badges that are at two windows, and since when
	asked     []Asked              // today, the oldest first
	works     bool                 // worksOn is a working day
	worksOn   hall.Day
	due       *Due              // its cases; nil: none was ever told of
	booked    map[string]Booked // by letter, for bookedDay
	bookedDay hall.Day
	news      uint64 // counts what was told of it
}

// mark is what the picture of a hall follows from: while it stays, the picture does.
type mark struct {
	news uint64
	link linkState
	hour time.Time // of the sums, and so of the day
	// of what follows from the time alone: limits of waiting, rosters, commands that expire
	minute time.Time
}

func (s *site) mark(now time.Time) mark {
	return mark{s.news, s.linkState(now), now.Truncate(time.Hour), minute(now)}
}

// window is one window: what the store holds and what its agent last said.
type window struct {
	hall.Window
	kept  Kept
	today Today
	heard words[uplink.WindowNow]
}

// New makes the board of a centre that begins to listen at now.
func New(centre Name, halls []Hall, now time.Time) *Board {
	b := &Board{centre: centre, ails: map[string]time.Time{}, taken: map[string]Taken{}}
	for _, h := range halls {
		b.sites = append(b.sites, build(h, nil, now)...)
	}
	return b
}

// Arrange shows a hall by another catalogue. Windows that stay keep what is known of them. Viewers made before must be made
// anew.
func (b *Board) Arrange(h Hall) {
	i := slices.IndexFunc(b.sites, func(s *site) bool { return s.Catalogue.Hall.ID == h.Catalogue.Hall.ID })
	if i < 0 || len(h.Catalogue.Fellows()) == 0 && b.site(h.Agent) == nil {
		return
	}
	was := b.siblings(b.sites[i])
	b.sites = slices.Replace(b.sites, i, i+len(was), build(h, was, was[0].began)...)
}

// Kept is the committed state of a window: what its agent's events say up to Seq of Epoch.
type Kept struct {
	Window string
	Epoch  string
	Seq    uint64
	State  hall.WindowState
	Since  time.Time
	Staff  string // badge
	Ticket string // number
	Item   string // code
}

// Today is what happened at a window on one day, as the store holds it.
type Today struct {
	Window string
	Day    hall.Day
	Sums   figures.Sums
	Recent []Recent // newest first
}

// Recent is one rating of today. Only the desk sees it (design §7).
type Recent struct {
	At      time.Time    `json:"at"`
	Level   hall.Level   `json:"level"`
	Channel hall.Channel `json:"channel"`
	Reasons []string     `json:"reasons,omitempty"` // codes
	Missing bool         `json:"missing,omitempty"` // bad, and no reason was given (domain §3.13)
}

// recentShown bounds the ratings that a window's panel lists.
const recentShown = 8

// Keep takes the committed state of a window of agent. Of one epoch the farther one stays.
func (b *Board) Keep(agent string, k Kept) {
	w := b.tell(agent, k.Window)
	if w == nil || (k.Epoch == w.kept.Epoch && k.Seq < w.kept.Seq) {
		return
	}
	w.kept = k
}

// Count takes what happened at a window of agent on a day. It replaces what was known, unless that is of a later day.
func (b *Board) Count(agent string, t Today) {
	w := b.tell(agent, t.Window)
	if w == nil || t.Day < w.today.Day {
		return
	}
	t.Recent = slices.Clone(t.Recent[:min(len(t.Recent), recentShown)])
	for i := range t.Recent {
		t.Recent[i].At = moment(t.Recent[i].At)
	}
	w.today = t
}

// Finding is one finding that the store holds.
type Finding struct {
	ID      string
	Rule    hall.Rule
	Agent   string
	Window  string
	At      time.Time
	Presses int    // lost presses, each named in the store
	From    uint64 // events From to To of the agent
	To      uint64
}

// Find takes a finding; the same id twice is one. One of the zero time is a finding of which nothing is left: it goes.
func (b *Board) Find(f Finding) {
	b.findings = slices.DeleteFunc(b.findings, func(g Finding) bool { return g.ID == f.ID })
	if !f.At.IsZero() {
		b.findings = append(b.findings, f)
	}
}

// Restored is the span that only the hub could know and that a restore lost (design §1.5).
type Restored struct {
	Copied   time.Time `json:"copied"`
	Restored time.Time `json:"restored"`
}

// Restore takes the newest restore of the hub's database.
func (b *Board) Restore(r Restored) {
	if b.restored == nil || r.Restored.After(b.restored.Restored) {
		b.restored = &r
	}
}

// Place is where a ticket stands in its line, as its agent last said.
type Place struct {
	Letter string // under which it waits
	Ahead  int    // people before it
	P50Min int    // it is called in so many minutes from AsOf on, one time in two; 0: not known
	P90Min int    // nine times in ten
	AsOf   time.Time
	Stale  bool // the agent is silent: the line may be shorter by now
}

// Place finds a ticket in the queues.
func (b *Board) Place(ticket hall.ID, now time.Time) (Place, bool) {
	for _, s := range b.sites {
		q, ok := s.queue.of(s.link.session.Instance)
		if !ok {
			continue
		}
		for _, l := range q.Letters {
			i := slices.Index(l.Tickets, ticket)
			if i < 0 {
				continue
			}
			at := Place{Letter: l.Letter, Ahead: i, AsOf: s.link.heard, Stale: s.linkState(now).stale()}
			if i < min(len(l.P50Mins), len(l.P90Mins)) {
				at.P50Min, at.P90Min = l.P50Mins[i], l.P90Mins[i]
			}
			return at, true
		}
	}
	return Place{}, false
}

// Reach reports whether an agent is heard now, and when it was heard last; the zero time is never.
func (b *Board) Reach(agent string, now time.Time) (up bool, heard time.Time) {
	s := b.site(agent)
	if s == nil {
		return false, time.Time{}
	}
	return !s.linkState(now).stale(), s.link.heard
}

// Down returns since when the system of a unit is down in the hall of an agent; false where it is not.
func (b *Board) Down(agent, unit string) (time.Time, bool) {
	s := b.site(agent)
	if s == nil {
		return time.Time{}, false
	}
	return s.outage(unit)
}

// site finds the hall of an agent.
func (b *Board) site(agent string) *site {
	for _, s := range b.sites {
		if s.Agent == agent {
			return s
		}
	}
	return nil
}

// tell finds a window that is about to be changed.
func (b *Board) tell(agent, id string) *window {
	s := b.site(agent)
	if s == nil {
		return nil
	}
	s.news++
	return s.window(id)
}

func (s *site) window(id string) *window {
	for _, w := range s.windows {
		if w.ID == id {
			return w
		}
	}
	return nil
}

// Ail notes that something is wrong with the hub itself (an Ail constant) since now, or no longer.
func (b *Board) Ail(kind string, ill bool, now time.Time) {
	if _, already := b.ails[kind]; ill && !already {
		b.ails[kind] = now
	} else if !ill {
		delete(b.ails, kind)
	}
}
