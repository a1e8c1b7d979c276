package intake

import (
	"cmp"
	"fmt"
	"math"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/casework"
)

// OutageKey names a unit at an agent.
type OutageKey struct {
	Agent uint32
	Unit  string
}

// Outage is what an agent told of the declared outages 系统停用 of a unit, and how far the limits of its cases heed them.
type Outage struct {
	OutageKey
	Turns   []casework.Turn
	Told    int      // how often something was told that limits may not heed yet
	Counted int      // so much of it they do
	From    hall.Day // the first day that they may not heed
}

// Wakes returns the day from which on the clock has something to say about it: of an outage that goes on, when a day ended.
func (o Outage) Wakes() hall.Day {
	switch last := len(o.Turns) - 1; {
	case o.Told != o.Counted:
		return 0
	case last >= 0 && o.Turns[last].Down:
		return o.From + 1
	}
	return math.MaxInt32
}

// heeds is where the review of limits after an outage goes on: Day and After are of the last case that was looked at.
type heeds struct {
	OutageKey
	told  int
	Day   hall.Day
	After hall.ID
}

// Heed names cases whose promise an outage can move: those due from a day on, and those whose clock stands.
type Heed struct {
	OutageKey
	Day   hall.Day
	After hall.ID
}

// down takes the beginning or the end of a declared outage.
func (s *step) down(unit string, down bool) {
	o := s.outage(OutageKey{s.e.Agent, unit})
	turns := casework.Turned(o.Turns, casework.Turn{At: casework.Uptime(s.uptime()), When: s.e.When, Down: down})
	if len(turns) != len(o.Turns) {
		o.Turns = turns
		o.unheeded(hall.DayOf(s.e.When))
	}
}

// unheeded notes that limits may not heed what was told of a day.
func (o *Outage) unheeded(day hall.Day) {
	o.Told++
	if o.From == 0 || day < o.From {
		o.From = day
	}
}

// late notes a case that is told of after the outages of its time were counted.
func (s *step) late(c casework.Case) {
	key := OutageKey{c.ID.Agent, c.Unit}
	if o := s.outageOf(key); o != nil && len(o.Turns) > 0 && hall.DayOf(c.Steps[0].When) < o.From {
		s.outage(key).unheeded(hall.DayOf(c.Steps[0].When))
	}
}

// counted notes that limits heed what was told, if nothing was told since.
func (s *step) counted(f hall.OutageCounted) {
	if o := s.outage(OutageKey{f.Agent, f.About}); o.Told == f.Told {
		o.Counted, o.From = f.Told, f.To
	}
}

// outageOf returns what was told of a unit's outages as this step leaves it; nil: nothing was.
func (s *step) outageOf(k OutageKey) *Outage {
	if o := s.outages[k]; o != nil {
		return o
	}
	return s.v.outages[k]
}

// outage returns a copy to change.
func (s *step) outage(k OutageKey) *Outage {
	if s.outages[k] != nil {
		return s.outages[k]
	}
	o := Outage{OutageKey: k}
	if old := s.v.outages[k]; old != nil {
		o = *old
	}
	if s.outages == nil {
		s.outages = map[OutageKey]*Outage{}
	}
	s.outages[k] = &o
	return &o
}

func compareOutages(a, b OutageKey) int {
	return cmp.Or(cmp.Compare(a.Agent, b.Agent), cmp.Compare(a.Unit, b.Unit))
}

// heed computes promises again of which outages take days (domain §6), a part at a time. When all of an outage are done it
// says so.
func (d *decision) heed(w *work) ([]hall.Fact, error) {
	today := hall.DayOf(w.tick)
	if w.heeds == nil {
		found, err := d.tx.Load(Keys{OutagesAwake: today, Most: 1})
		if err != nil {
			return nil, fmt.Errorf("load: %w", err)
		}
		d.add(&found)
		if len(found.Outages) == 0 {
			return nil, nil
		}
		o := d.outages[found.Outages[0].OutageKey] // another work of this commit may have changed it
		w.heeds = &heeds{o.OutageKey, o.Told, o.From, hall.ID{}}
	}
	h := w.heeds
	found, err := d.tx.Load(Keys{Heed: &Heed{h.OutageKey, h.Day, h.After}, Most: tickMost})
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	d.add(&found)
	if err := d.load(Keys{States: []uint32{h.Agent}, Outages: []OutageKey{h.OutageKey}}); err != nil {
		return nil, err
	}
	w.more = true
	facts := d.paused(found.Cases, w)
	if last := len(found.Cases) - 1; last == tickMost-1 {
		h.Day, h.After = found.Cases[last].Listed(), found.Cases[last].ID
		return facts, nil
	}
	w.heeds = nil
	return append(facts, hall.OutageCounted{Act: hall.Act{About: h.Unit}, Agent: h.Agent, Told: h.told, To: today}), nil
}

// paused returns the promises that come out differently by the outages of their unit.
func (d *decision) paused(cases []Case, w *work) (facts []hall.Fact) {
	var site hall.Site
	if c := d.sites(w.heeds.Agent); c != nil {
		site = c.Hall
	}
	days := site.OutageDays(casework.Outages(d.outages[w.heeds.OutageKey].Turns), w.tick)
	for n := range cases {
		facts = append(facts, d.cases[cases[n].ID].Pause(days, d.law, d.hallOf(w.heeds.Agent))...)
	}
	return facts
}

// changedOutages returns the outages to write, in the order of their keys.
func (v *view) changedOutages() []*Outage { return pick(v.dirty.outages, v.outages, compareOutages) }

// keepOutages puts what a step made of outages.
func (v *view) keepOutages(s *step) {
	for k, o := range s.outages {
		v.outages[k] = o
		v.dirty.outages[k] = true
	}
}
