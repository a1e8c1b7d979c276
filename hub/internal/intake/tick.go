package intake

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/rating"
)

// pendingLife is how long an answer waits for a visit that nobody has told of (design §4).
const pendingLife = 60 * 24 * time.Hour

// tickMost is how many rows of one kind one commit of the clock takes.
const tickMost = 500

// tick carries out what the clock demands. What it looks for it loads itself: no one else needs it.
func (d *decision) tick(w *work) error {
	facts := d.lapsed(w.tick.Add(-draftLife))
	found, said, err := d.due(w)
	if err != nil {
		return err
	}
	w.more = len(found.Visits) >= tickMost || max(len(found.Answers), len(found.Repairs), len(found.Concerns), len(found.Inspections), len(found.Messages)) >= tickMost
	facts = append(facts, d.defaults(found.Visits, said, w.tick)...)
	facts = append(facts, d.expired(found.Answers)...)
	facts = append(facts, d.wake(found, w.tick)...)
	more, err := d.reviewed(w)
	if err != nil {
		return err
	}
	down, err := d.heed(w)
	if err != nil {
		return err
	}
	return d.record(w, slices.Concat(facts, more, down))
}

// word is what is known of an agent for the rule of defaults: when it was last heard to hold nothing that the hub does
// not, or that it was declared lost and has not been heard since.
type word struct {
	empty time.Time
	lost  bool
}

// due loads what the clock has something to say about, and what is known of the agents that it concerns.
func (d *decision) due(w *work) (found Before, said map[uint32]word, err error) {
	if err := d.load(Keys{EpochsOf: slices.Sorted(maps.Keys(w.heard)), Lost: true}); err != nil {
		return found, nil, err
	}
	said = map[uint32]word{}
	for agent, h := range w.heard {
		if d.holds(agent, h) {
			said[agent] = word{empty: h.At}
		}
	}
	for agent, st := range d.states {
		if !st.Lost.IsZero() && !w.heard[agent].At.After(st.Lost) {
			said[agent] = word{lost: true}
		}
	}
	k := Keys{Awake: w.tick, PendingTo: w.tick.Add(-pendingLife), BadAlone: true, Most: tickMost}
	for _, agent := range slices.Sorted(maps.Keys(said)) {
		to := w.tick
		if !said[agent].lost {
			to = earlier(to, said[agent].empty)
		}
		k.Due = append(k.Due, DueKey{agent, to})
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
	for n := range found.Answers {
		around.Courses = append(around.Courses, found.Answers[n].Ticket)
	}
	return found, said, d.load(around)
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
func (d *decision) defaults(due []Visit, said map[uint32]word, now time.Time) []hall.Fact {
	var facts []hall.Fact
	for n := range due {
		v := d.visits[due[n].ID] // another work of this commit may have changed it
		if v.Default != 0 || v.Due.IsZero() || v.Due.Provisional {
			continue
		}
		agent := said[v.ID.Agent]
		state := rating.DueForDefault(v.Rule(), v.Due.End(), agent.empty, agent.lost, now)
		if state != rating.StateDefault && state != rating.StateDefaultLost {
			continue
		}
		pack := d.law.Of(hall.DayOf(v.Ended))
		facts = append(facts, hall.RatingDefaulted{Act: hall.Act{About: v.ID.String()}, Visit: v.ID, Level: pack.Rating.Default,
			Policy: pack.ID, Due: v.Due, Heard: agent.empty, Lost: state == rating.StateDefaultLost})
	}
	return facts
}

// expired lets go answers whose visit nobody has told of for too long.
func (d *decision) expired(waiting []Answer) []hall.Fact {
	var facts []hall.Fact
	for n := range waiting {
		if a := d.answers[waiting[n].Pos]; a != nil && a.Standing == rating.Pending {
			facts = append(facts, hall.RatingExpired{Act: hall.Act{About: a.Ticket.String()}, Ticket: a.Ticket, Answer: a.Pos})
		}
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
	var around Keys
	for n := range found.Visits {
		around.States = append(around.States, found.Visits[n].ID.Agent) // whose hall says which days are worked
	}
	for n := range found.Cases {
		around.States = append(around.States, found.Cases[n].ID.Agent)
	}
	if err := d.load(around); err != nil {
		return nil, err
	}
	facts, last, count := d.shifted(&found, w)
	w.more = true
	if w.review.After = last; count == tickMost {
		return facts, nil
	}
	switch w.review.After = ""; w.review.Of {
	case hall.ClockedVisit:
		w.review.Of = hall.ClockedRepair
	case hall.ClockedRepair:
		w.review.Of = hall.ClockedRepairSecond
	case hall.ClockedRepairSecond:
		w.review.Of = hall.ClockedConcern
	case hall.ClockedConcern:
		w.review.Of = hall.ClockedCase
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
		w.review.Day = v.Due.Day
		say(hall.ClockedVisit, v.ID.String(), v.Due, d.law.RatingDue(v.Ended, d.hallOf(v.ID.Agent)))
	}
	for n := range found.Repairs {
		r, _ := d.repairs.of(found.Repairs[n].ID)
		last = r.ID
		if at, ended := found.Repairs[n].Ended(); ended {
			w.review.Day, last = hall.DayOf(at), r.Number
		}
		count++
		facts = append(facts, r.Recompute(d.law)...)
	}
	for n := range found.Concerns {
		c, _ := d.concerns.of(found.Concerns[n].ID)
		last = c.ID
		count++
		facts = append(facts, c.Recompute(d.law)...)
	}
	for n := range found.Cases {
		c := d.cases[found.Cases[n].ID]
		last = c.ID.String()
		count++
		facts = append(facts, c.Recompute(d.law, d.hallOf(c.ID.Agent))...)
	}
	return facts, last, count
}

// hallOf returns the hall of an agent, where it is known.
func (d *decision) hallOf(agent uint32) string {
	if st := d.states[agent]; st != nil {
		return st.Hall
	}
	return ""
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
