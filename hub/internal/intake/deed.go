package intake

import (
	"context"
	"fmt"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/concern"
	"hallpulse/hub/internal/inspection"
	"hallpulse/hub/internal/notify"
	"hallpulse/hub/internal/rating"
	"hallpulse/hub/internal/repair"
)

// Deed is one line of the audit: who decided what about what. What exactly stands in the event of this Pos.
type Deed struct {
	Pos  int64
	At   time.Time
	Type hall.Type
	hall.Act
}

// Known is what a decision sees: rows as they stand in the transaction that will carry out what it decides. It is good
// only while the decision runs.
type Known struct{ d *decision }

// Now is the hub's clock.
func (k Known) Now() time.Time { return k.d.now }

// Law is the packs in force and the calendar.
func (k Known) Law() rating.Law { return k.d.law }

// Repair returns the repair of a visit; false where none was opened.
func (k Known) Repair(id string) (repair.Repair, bool) { return k.d.repairs.of(id) }

// Concern returns a concern by its id.
func (k Known) Concern(id string) (concern.Concern, bool) { return k.d.concerns.of(id) }

// Inspection returns an inspection by its id.
func (k Known) Inspection(id string) (inspection.Inspection, bool) { return k.d.inspections.of(id) }

// Message returns a message to a citizen by its id.
func (k Known) Message(id string) (notify.Message, bool) { return k.d.messages.of(id) }

// Visit returns a visit.
func (k Known) Visit(id hall.ID) (Visit, bool) {
	if v := k.d.visits[id]; v != nil {
		return *v, true
	}
	return Visit{}, false
}

// Answer returns the answer of a Pos, where the ticket it names was loaded.
func (k Known) Answer(pos int64) (Answer, bool) {
	if a := k.d.answers[pos]; a != nil {
		return *a, true
	}
	return Answer{}, false
}

// Ticket returns a ticket.
func (k Known) Ticket(id hall.ID) (Ticket, bool) {
	if c := k.d.courses[id]; c != nil && c.ticket != nil {
		return *c.ticket, true
	}
	return Ticket{}, false
}

// Agent returns what an agent said of itself.
func (k Known) Agent(number uint32) (AgentState, bool) {
	if s := k.d.states[number]; s != nil {
		return *s, true
	}
	return AgentState{}, false
}

// Unread returns the events that could not be read when they came and can be read now.
func (k Known) Unread() []hall.EventsReread {
	var out []hall.EventsReread
	for _, e := range k.d.unread {
		if e.Why == "" && !e.Again {
			out = append(out, hall.EventsReread{Act: hall.Act{About: e.name}, Agent: e.Agent, Epoch: e.Epoch, Seq: e.Seq})
		}
	}
	return out
}

// Decide is what a person decides, by rows that stand still meanwhile. It may be asked more than once and must then
// decide the same; it must not wait.
type Decide func(Known) ([]hall.Fact, error)

// Decide loads what keys name, lets do decide, and records the deeds it returns with the boxes they name, in one
// transaction in which no other decision comes between. When it returns nil all of it survives a power cut. An error of
// do comes back as it is, and nothing was recorded.
func (i *Intake) Decide(ctx context.Context, keys Keys, do Decide, boxes ...Box) error {
	return i.wait(ctx, &work{keys: keys, do: do, boxes: boxes})
}

// Once decides beside a hub that does not run: Run must not be running.
func (i *Intake) Once(keys Keys, do Decide, boxes ...Box) error {
	w := &work{keys: keys, do: do, boxes: boxes}
	if _, err := i.transact([]*work{w}); err != nil {
		return err
	}
	return w.refused
}

// person lets a person's decision be taken, and records it.
func (d *decision) person(w *work) error {
	facts, err := w.decide(Known{d})
	if err != nil {
		w.refused = err
		return nil
	}
	for _, f := range facts {
		if _, ok := f.(hall.Deed); !ok {
			w.refused = fmt.Errorf("%w: %s", ErrRecord, f.Type())
			return nil
		}
	}
	return d.record(w, facts)
}

// decide asks do; a panic in it is an error of the one who asked, not of the others in the group.
func (w *work) decide(k Known) (facts []hall.Fact, err error) {
	defer func() {
		if p := recover(); p != nil {
			facts, err = nil, fmt.Errorf("decide: panic: %v", p)
		}
	}()
	return w.do(k)
}

// takeOfMatter carries out a deed about a matter; false where f is none.
func (s *step) takeOfMatter(f hall.Fact) bool {
	kind, id := matterOf(f)
	switch kind {
	case kindRepair:
		advance(s, &s.v.repairs, &s.repairs, id, f)
		s.mark(id)
	case kindConcern:
		advance(s, &s.v.concerns, &s.concerns, id, f)
	case kindInspection:
		advance(s, &s.v.inspections, &s.inspections, id, f)
	case kindMessage:
		advance(s, &s.v.messages, &s.messages, id, f)
	default:
		return false
	}
	return true
}
