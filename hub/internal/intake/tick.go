package intake

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/rating"
)

// tickMost is how many rows of one kind one commit of the clock takes.
const tickMost = 500

// tick carries out what the clock demands. What it looks for it loads itself: no one else needs it.
func (d *decision) tick(w *work) error {
	facts := d.lapsed(w.tick.Add(-draftLife))
	found, empty, err := d.due(w)
	if err != nil {
		return err
	}
	w.more = len(found.Visits) >= tickMost || max(len(found.Repairs), len(found.Concerns), len(found.Inspections), len(found.Messages)) >= tickMost
	facts = append(facts, d.defaults(found.Visits, empty, w.tick)...)
	facts = append(facts, d.wake(found, w.tick)...)
	more, err := d.reviewed(w)
	if err != nil {
		return err
	}
	return d.record(w, append(facts, more...))
}

// due loads what the clock has something to say about, and tells which agents were heard to hold nothing more: when.
func (d *decision) due(w *work) (found Before, empty map[uint32]time.Time, err error) {
	if err := d.load(Keys{EpochsOf: slices.Sorted(maps.Keys(w.heard)), Lost: true}); err != nil {
		return found, nil, err
	}
	empty = map[uint32]time.Time{}
	for agent, h := range w.heard {
		if d.holds(agent, h) {
			empty[agent] = h.At
		}
	}
	k := Keys{Awake: w.tick, BadAlone: true, Most: tickMost}
	for _, agent := range slices.Sorted(maps.Keys(empty)) {
		k.Due = append(k.Due, DueKey{agent, earlier(w.tick, empty[agent])})
	}
	for _, agent := range slices.Sorted(maps.Keys(d.states)) {
		if !d.states[agent].Lost.IsZero() {
			k.Due = append(k.Due, DueKey{agent, w.tick})
		}
	}
	if found, err = d.tx.Load(k); err != nil {
		return found, nil, fmt.Errorf("load: %w", err)
	}
	d.add(&found)
	var around Keys
	for n := range found.Visits {
		v := &found.Visits[n]
		around.Courses = append(around.Courses, v.Ticket)
		around.States = append(around.States, v.ID.Agent)
		if v.Level.IsBad() {
			d.touched[v.ID] = true // its repair follows
		}
	}
	for n := range found.Repairs {
		around.Courses = append(around.Courses, found.Repairs[n].Ticket)
	}
	return found, empty, d.load(around)
}

// holds reports whether the hub has all that an agent said it holds.
func (d *decision) holds(agent uint32, h Heard) bool {
	for _, head := range h.Heads {
		if d.last(EpochKey{agent, head.Epoch}) < head.Last {
			return false
		}
	}
	return len(h.Heads) > 0
}

// defaults enters the default for visits that nobody rated in time (001; domain §3.4, design §5).
func (d *decision) defaults(due []Visit, empty map[uint32]time.Time, now time.Time) []hall.Fact {
	var facts []hall.Fact
	for n := range due {
		v := d.visits[due[n].ID] // another work of this commit may have changed it
		if v.Default != 0 || v.Due.IsZero() || v.Due.Provisional {
			continue
		}
		lost := d.states[v.ID.Agent] != nil && !d.states[v.ID.Agent].Lost.IsZero()
		heard := empty[v.ID.Agent]
		state := rating.DueForDefault(v.Rule(), v.Due.End(), heard, lost, now)
		if state != rating.StateDefault && state != rating.StateDefaultLost {
			continue
		}
		pack := d.law.Of(hall.DayOf(v.Ended))
		facts = append(facts, hall.RatingDefaulted{Act: hall.Act{About: v.ID.String()}, Visit: v.ID, Level: pack.Rating.Default,
			Policy: pack.ID, Due: v.Due, Heard: heard, Lost: state == rating.StateDefaultLost})
	}
	return facts
}

// wake lets matters say what their clock says.
func (d *decision) wake(found Before, now time.Time) []hall.Fact {
	var facts []hall.Fact
	for n := range found.Repairs {
		r, _ := d.repairs.of(found.Repairs[n].ID)
		facts = append(facts, r.Tick(now)...)
	}
	for n := range found.Concerns {
		c, _ := d.concerns.of(found.Concerns[n].ID)
		facts = append(facts, c.Tick(now)...)
	}
	for n := range found.Inspections {
		i, _ := d.inspections.of(found.Inspections[n].ID)
		facts = append(facts, i.Tick(now)...)
	}
	for n := range found.Messages {
		m, _ := d.messages.of(found.Messages[n].ID)
		facts = append(facts, m.Tick(now)...)
	}
	return facts
}

// reviewed computes deadlines again after the calendar has changed, a part at a time. When all are done it says so.
func (d *decision) reviewed(w *work) ([]hall.Fact, error) {
	if !d.law.ReviewDue() {
		return nil, nil
	}
	if w.review == nil {
		w.review = &Review{Of: hall.ClockedVisit, Now: w.tick}
	}
	found, err := d.tx.Load(Keys{Review: w.review, Most: tickMost})
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	d.add(&found)
	facts, last, count := d.shifted(&found, w)
	w.more = true
	if w.review.After = last; count == tickMost {
		return facts, nil
	}
	switch w.review.After = ""; w.review.Of {
	case hall.ClockedVisit:
		w.review.Of = hall.ClockedRepair
	case hall.ClockedRepair:
		w.review.Of = hall.ClockedConcern
	default:
		w.review = nil
		facts = append(facts, hall.DeadlinesReviewed{Calendar: d.law.CalendarVersion()})
	}
	return facts, nil
}

// shifted returns the deadlines that came out differently, the last id that was looked at, and how many were.
func (d *decision) shifted(found *Before, w *work) (facts []hall.Fact, last string, count int) {
	say := func(of hall.Clocked, id string, from, to hall.Deadline) {
		last = id
		count++
		if from != to {
			facts = append(facts, hall.DeadlineMoved{Act: hall.Act{About: id}, Of: of, From: from, To: to})
		}
	}
	for n := range found.Visits {
		v := d.visits[found.Visits[n].ID]
		hallID := ""
		if st := d.states[v.ID.Agent]; st != nil {
			hallID = st.Hall
		}
		w.review.Day = v.Due.Day
		say(hall.ClockedVisit, v.ID.String(), v.Due, d.law.RatingDue(v.Ended, hallID))
	}
	for n := range found.Repairs {
		r, _ := d.repairs.of(found.Repairs[n].ID)
		last = r.ID
		count++
		facts = append(facts, r.Recompute(d.law)...)
	}
	for n := range found.Concerns {
		c, _ := d.concerns.of(found.Concerns[n].ID)
		last = c.ID
		count++
		facts = append(facts, c.Recompute(d.law)...)
	}
	return facts, last, count
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
