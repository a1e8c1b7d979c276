package intake

import (
	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/rating"
)

// LawDeed is a deed that the law is made of: an adopted pack, a published year, a closing day.
type LawDeed struct {
	Pos  int64
	Type hall.Type
	Body []byte
}

// mergeLaw takes the deeds that a step added to the law.
func (v *view) mergeLaw(deeds []LawDeed) {
	for _, d := range deeds {
		if f, err := hall.DecodeFact(d.Type, d.Body); err == nil { // it was read already
			v.law = v.law.Apply(f, d.Pos)
		}
	}
	v.changes.Law = append(v.changes.Law, deeds...)
}

// LawOf makes the law of its deeds, which are in the order of Pos.
func LawOf(deeds []LawDeed) (rating.Law, error) {
	var law rating.Law
	for _, d := range deeds {
		f, err := hall.DecodeFact(d.Type, d.Body)
		if err != nil {
			return law, err
		}
		law = law.Apply(f, d.Pos)
	}
	return law, nil
}

// takeOfLaw carries out what the centre and the clock say about the law; false where f is nothing of it.
func (s *step) takeOfLaw(f hall.Fact) bool {
	switch f := f.(type) {
	case hall.PolicyAdopted, hall.CalendarPublished, hall.CalendarClosed, hall.CalendarOpened, hall.DeadlinesReviewed:
		s.law = append(s.law, LawDeed{s.e.Pos, f.Type(), s.e.env.Body})
	case hall.DeadlineMoved:
		s.deadlineMoved(f)
	case hall.OutageCounted:
		s.counted(f)
	case hall.RatingDefaulted:
		visit := s.visit(f.Visit, hall.ID{})
		if visit.Default == 0 {
			visit.Default, visit.Defaulted, visit.Lost = f.Level, s.e.When, f.Lost
		}
	case hall.RatingExpired:
		s.expired(f)
	case hall.AgentLost:
		if st := s.stateOf(f.Agent); st.Lost.IsZero() {
			st.Agent, st.Lost = f.Agent, s.e.When
			s.state = &st
		}
	case hall.EventsReread:
		s.takeAgain(f)
	default:
		return false
	}
	return true
}

// expired lets an answer no longer wait. Where its visit is told after all, it is tied to it like any other.
func (s *step) expired(f hall.RatingExpired) {
	c := s.course(f.Ticket)
	for n, a := range c.answers {
		if a.Pos == f.Answer && !a.Expired {
			b := *a
			b.Expired = true
			c.answers[n] = &b
		}
	}
}

func (s *step) deadlineMoved(f hall.DeadlineMoved) {
	switch clockedBy(f.Of) {
	case kindNone:
		if id, err := hall.ParseID(f.About); err == nil {
			s.visit(id, hall.ID{}).Due = f.To
		}
	case kindCase:
		s.caseMoved(f)
	case kindConcern:
		advance(s, &s.v.concerns, &s.concerns, f.About, f)
	case kindRepair:
		advance(s, &s.v.repairs, &s.repairs, f.About, f)
	}
}

// clockedBy returns which kind of matter a limit belongs to; kindNone: a visit.
func clockedBy(of hall.Clocked) matterKind { return familyOf(string(of)) }

// dues gives each visit of a course that can be rated its due time, once, by the pack in force on the day it ended.
func (s *step) dues(c *course) {
	for n, v := range c.visits {
		if !v.Due.IsZero() || v.Ended.IsZero() || !v.Rule().Ratable() {
			continue
		}
		w := *v
		w.Due = s.v.law.RatingDue(v.Ended, s.stateOf(v.ID.Agent).Hall)
		c.visits[n] = &w
	}
}

// takeAgain carries out an event that could not be read when it came, here and now (design §2).
func (s *step) takeAgain(f hall.EventsReread) {
	old := s.v.unread[Place{EpochKey{f.Agent, f.Epoch}, f.Seq}]
	if old == nil || old.fact == nil || old.Again {
		return
	}
	late := *old
	late.Pos = s.e.Pos
	e, at := s.e, s.at
	s.e = &late
	if epoch := s.v.epochs[EpochKey{f.Agent, f.Epoch}]; epoch != nil {
		s.at = Version{epoch.Began, f.Epoch, f.Seq}
	}
	s.take(late.fact)
	s.e, s.at = e, at
	s.reread = append(s.reread, Place{EpochKey{f.Agent, f.Epoch}, f.Seq})
}
