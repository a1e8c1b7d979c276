package store_test

import (
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/rating"
)

// books are kept by hand beside the hub: what was told, what was due, which agents were heard empty and when, and so what
// every rating, default and repair must be.
type books struct {
	almanac
	packs   []packRules
	slips   []*slip
	jobs    []*job
	jobOf   map[*served]*job
	empty   map[uint32]time.Time // when an agent was last heard to hold nothing that the hub did not
	lost    map[uint32]bool
	toRate  []*served // that nobody has rated yet
	drafts  []*saying // first taps that wait to be sent
	touched []*served // what may have another rating now

	sureLater int // deadlines that a year made certain
}

// slip is a ticket.
type slip struct {
	id     hall.ID
	gone   bool      // it ended without service
	visits []*served // that the hub was told of, in the order in which they were opened
	said   []*saying // that the hub has heard
}

// served is a visit.
type served struct {
	*slip
	id      hall.ID
	hall    string
	post    post
	item    string
	staff   string // who finished it
	began   bool
	missed  bool
	invited bool
	down    bool // the system of its unit was, meanwhile
	opened  time.Time
	ended   time.Time // zero: nobody told of its end

	due  hall.Day
	sure bool

	rating    *saying
	replaced  bool
	followUps int

	byDefault   hall.Level
	defaultedAt time.Time
	defaultLost bool
	excluded    bool
}

func (v *served) ratable() bool { return v.began && !v.missed && !v.ended.IsZero() }

func (v *served) bad() bool { return v.rating != nil && v.rating.level <= hall.Bad }

// saying is an answer.
type saying struct {
	at       time.Time
	give     time.Duration // by how much at may be wrong
	name     string        // of the form or the press
	visit    *served       // nil: it was said ahead of any
	shows    bool          // who says it holds the ticket
	again    bool          // the agent says that it is a further press
	level    hall.Level
	channel  hall.Channel
	reasons  []string
	missing  bool // bad, and no reason
	withheld bool
	named    bool
	callback bool
	expired  bool // it waited 60 days for its visit

	stands rating.Standing // what the books say it is
}

// hear enters what the hub has heard of a ticket, and settles it.
func (b *books) hear(p *slip) {
	for _, v := range p.visits {
		if v.ratable() && v.due == 0 {
			b.limit(v)
			b.toRate = append(b.toRate, v)
		}
	}
	b.settle(p)
}

// limit computes until when a visit can be rated.
func (b *books) limit(v *served) {
	day := hall.DayOf(v.ended)
	v.due, v.sure = b.after(day, b.rulesOf(day).rate, v.hall)
}

// settle gives every answer around a ticket its standing and every visit its rating (domain §3.2).
func (b *books) settle(p *slip) {
	first := slices.IndexFunc(p.visits, (*served).ratable)
	for _, v := range p.visits {
		var of []*saying
		for _, a := range p.said {
			if a.visit == v || a.visit == nil && first >= 0 && p.visits[first] == v {
				of = append(of, a)
			}
		}
		b.rate(v, of)
		b.touched = append(b.touched, v)
	}
	for _, a := range p.said {
		if a.visit == nil && first >= 0 || a.visit != nil && slices.Contains(p.visits, a.visit) {
			continue
		}
		a.stands = rating.Pending
		if p.gone && a.visit == nil || a.expired {
			a.stands = rating.NotRatable
		}
	}
}

// rate finds the rating of a visit among what was said of it: the first in time that shows the ticket, else the first
// press in time.
func (b *books) rate(v *served, of []*saying) {
	slices.SortStableFunc(of, func(a, c *saying) int { return a.at.Compare(c.at) })
	v.rating, v.replaced, v.followUps = nil, false, 0
	var shown, pressed *saying
	for _, a := range of {
		switch {
		case a.again:
			a.stands = rating.Repeat
		case v.ended.IsZero() && !a.expired:
			a.stands = rating.Pending
		case !v.ratable():
			a.stands = rating.NotRatable
		case a.at.Add(-a.give).After(endOf(v.due)):
			a.stands = rating.Late
		case a.shows && shown == nil:
			shown = a
		case a.shows:
			a.stands = rating.FollowUp
		case pressed == nil:
			pressed = a
		default:
			a.stands = rating.Repeat
		}
	}
	firstRules := b.rulesOf(hall.DayOf(v.ended)).first
	switch {
	case shown == nil:
		v.rating = pressed
	case pressed == nil:
		v.rating = shown
	case firstRules && pressed.at.Before(shown.at):
		v.rating, shown.stands = pressed, rating.FollowUp
	case firstRules:
		v.rating, pressed.stands = shown, rating.Repeat
	default:
		v.rating, pressed.stands, v.replaced = shown, rating.Replaced, true
	}
	if v.rating != nil {
		v.rating.stands = rating.Counted
	}
	for _, a := range of {
		if a.stands == rating.FollowUp && v.rating != nil {
			v.followUps++
		}
	}
}

// heardAll says that at a moment an agent held nothing that the hub did not.
func (b *books) heardAll(agent uint32, at time.Time) { b.empty[agent] = at }

// tick enters the defaults that are due at a moment: nobody rated in time, and the agent was heard empty after it, or is
// lost (design §5). It comes before what drafts become at that moment, after what was heard.
func (b *books) tick(now time.Time) {
	b.toRate = slices.DeleteFunc(b.toRate, func(v *served) bool {
		agent := v.id.Agent
		if v.rating == nil && v.sure && now.After(endOf(v.due)) && (b.empty[agent].After(endOf(v.due)) || b.lost[agent]) {
			v.byDefault, v.defaultedAt = b.rulesOf(hall.DayOf(v.ended)).level, now
			v.defaultLost = !b.empty[agent].After(endOf(v.due))
			return true
		}
		return false
	})
	b.drafts = slices.DeleteFunc(b.drafts, func(a *saying) bool {
		if now.Sub(a.at) < 10*time.Minute {
			return false
		}
		a.missing = a.level <= hall.Bad
		b.say(a, a.visit.slip)
		return true
	})
	b.expire(now)
}

// say enters what the hub has heard.
func (b *books) say(a *saying, p *slip) {
	p.said = append(p.said, a)
	b.settle(p)
}

// expire lets go what waited 60 days for a visit that nobody told of, or whose end nobody told of (design §4).
func (b *books) expire(now time.Time) {
	for _, p := range b.slips {
		for _, a := range p.said {
			if a.stands == rating.Pending && now.Sub(a.at) >= 60*24*time.Hour {
				a.expired = true
				b.settle(p)
			}
		}
	}
}

// awaiting counts the visits that are due and whose agent was not heard to be empty since.
func (b *books) awaiting(now time.Time) (n int) {
	for _, v := range b.toRate {
		if v.rating == nil && v.sure && v.due < hall.DayOf(now) {
			n++
		}
	}
	return n
}

// revise computes every limit again: the calendar says more now.
func (b *books) revise() {
	for _, p := range b.slips {
		for _, v := range p.visits {
			if v.due == 0 {
				continue
			}
			unsure := !v.sure
			if b.limit(v); unsure && v.sure {
				b.sureLater++
			}
			b.settle(p)
		}
	}
	for _, j := range b.jobs {
		b.compute(j)
	}
}

// wasTold reports whether the hub knows all that a status says.
func wasTold(said []uplink.Head, sent map[string]int) bool {
	return !slices.ContainsFunc(said, func(h uplink.Head) bool { return uint64(sent[h.Epoch]) < h.Last })
}
