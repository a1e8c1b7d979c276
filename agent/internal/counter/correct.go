package counter

import (
	"cmp"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// replaces lets t stand where was has stood, which ends: its holder was given the wrong number, and does not wait twice. What
// their classes are worth makes the only difference. It keeps its time, if it has one, and what is linked to it.
func (d *draft) replaces(t, was *Ticket) {
	d.unqueue(was)
	d.tell(hall.TicketCancelled{Ticket: was.ID, Why: hall.DropMistake})
	d.endPassed(was)
	t.Turn, t.Third = was.Turn+d.gains(was.Class, t.Class), was.Third
	t.With, t.Due = cmp.Or(was.With, was.ID), cmp.Or(t.Due, was.Due)
	for _, q := range d.queues {
		for _, o := range q {
			if o.With == was.ID {
				next := *o
				next.With = t.ID
				d.unqueue(o)
				d.enqueue(&next)
			}
		}
	}
	if d.summoned[was.ID] != nil {
		d.summons(t, hall.AlertRaised{})
	}
}

// gains returns how much later somebody's turn is when his class is another; below zero it is earlier.
func (s *State) gains(from, to hall.Class) time.Duration {
	had, _ := s.rule.Of(from)
	has, _ := s.rule.Of(to)
	return time.Duration(had.Minutes-has.Minutes) * time.Minute
}

// Classify corrects the class of a ticket that waits, and says why. The empty class is nobody's.
func (s *State) Classify(m hall.Moment, ticket hall.ID, class hall.Class, why hall.ClassedWhy) (Decision, error) {
	switch {
	case class != "" && !slices.Contains(hall.Classes(), class):
		return Decision{}, NoSuchClass
	case !slices.Contains(hall.ClassedWhys(), why):
		return Decision{}, NoSuchReason
	}
	d := s.begin(m)
	was := d.waiting(ticket)
	switch {
	case was == nil:
		return Decision{}, NotWaiting
	case was.Class == class:
		return Decision{}, SameClass
	}
	t := *was
	t.Turn, t.Class = t.Turn+d.gains(was.Class, class), class
	d.unqueue(was)
	d.enqueue(&t)
	d.tell(hall.TicketClassed{Ticket: t.ID, Was: was.Class, Class: t.Class, Why: why, Ahead: d.ahead(&t, d.at)})
	return d.end(), nil
}
