package intake

import (
	"slices"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/concern"
	"hallpulse/hub/internal/inspection"
	"hallpulse/hub/internal/notify"
	"hallpulse/hub/internal/rating"
	"hallpulse/hub/internal/repair"
)

// step is what one event makes of a view. It only reads the view; merge puts its rows there.
type step struct {
	v  *view
	e  *event
	at Version

	courses     []*course
	dropped     []*Answer
	loose       []*Answer // answers of no course
	windows     []*Window
	devices     []*Device
	state       *AgentState
	epochs      []*Epoch
	steps       []ClockStep
	findings    []Finding
	restores    []Restore
	asked       []Asked
	chosen      bool
	law         []LawDeed
	deeds       []Deed
	reread      []Place
	erased      []string // refs of boxes
	commands    []Command
	replies     []Reply
	turned      []WindowStep
	moved       []Move
	reprints    []Reprint
	repairs     map[string]*repair.Repair
	concerns    map[string]*concern.Concern
	inspections map[string]*inspection.Inspection
	messages    map[string]*notify.Message
	cases       map[hall.ID]*Case
	notices     []Notice
	outages     map[OutageKey]*Outage

	// open is what a person must look at. Intake tells it in the hub's stream; a rebuild finds it there.
	open []hall.FindingOpened
}

// apply makes of one read event what follows from it. It is a pure function of the view and the event: intake and
// Replay call the same one.
func apply(v *view, e *event, at Version) *step {
	s := &step{v: v, e: e, at: at}
	if e.Seq == 1 {
		s.firstOfEpoch()
	}
	switch {
	case e.fact == nil:
	case e.Again:
		s.standsAgain(e.fact)
	default:
		s.take(e.fact)
	}
	for _, c := range s.courses {
		s.ends(c)
		s.dues(c)
		c.settle(s.v.law)
		s.byCases(c)
	}
	s.syncRepairs()
	return s
}

// standsAgain takes from an event that is told again how windows and devices stand by it, and nothing else: the rest of the
// epoch before may have arrived between the event and its copy, and lies after the one and before the other.
func (s *step) standsAgain(f hall.Fact) {
	all := &step{v: s.v, e: s.e, at: s.at}
	all.take(f)
	s.windows, s.devices = all.windows, all.devices
}

// course returns a copy of what is known around a ticket, for this step to change.
func (s *step) course(ticket hall.ID) *course {
	for _, c := range s.courses {
		if c.id == ticket {
			return c
		}
	}
	c := &course{id: ticket}
	if old := s.v.courses[ticket]; old != nil {
		*c = course{id: old.id, ticket: old.ticket, visits: slices.Clone(old.visits), answers: slices.Clone(old.answers)}
	}
	s.courses = append(s.courses, c)
	return c
}

func (s *step) wasTicket(id hall.ID) *Ticket {
	if c := s.v.courses[id]; c != nil {
		return c.ticket
	}
	return nil
}

// ticket returns a copy of a ticket to change.
func (s *step) ticket(id hall.ID) *Ticket {
	c := s.course(id)
	t := &Ticket{ID: id}
	if c.ticket != nil {
		*t = *c.ticket
	}
	c.ticket = t
	return t
}

// visit returns a copy of a visit to change. The first ticket that was told for it stays; ticket may be zero.
func (s *step) visit(id, ticket hall.ID) *Visit {
	visit := Visit{ID: id, Ticket: ticket}
	if old := s.v.visits[id]; old != nil {
		visit = *old
		if visit.Ticket.IsZero() {
			visit.Ticket = ticket
		}
	}
	c := &course{}
	if visit.Ticket.IsZero() {
		s.courses = append(s.courses, c) // nothing is known around it yet
	} else {
		c = s.course(visit.Ticket)
	}
	n := slices.IndexFunc(c.visits, func(w *Visit) bool { return w.ID == id })
	if n < 0 {
		c.visits = append(c.visits, &visit)
		return &visit
	}
	visit = *c.visits[n] // perhaps changed in this step already
	c.visits[n] = &visit
	return &visit
}

// settle gives every answer of a ticket its standing and every visit its rating (domain §3.2), whatever changed.
func (c *course) settle(law rating.Law) {
	if len(c.answers) == 0 && !slices.ContainsFunc(c.visits, func(v *Visit) bool { return v.Level != 0 }) {
		return
	}
	rules := make([]rating.Visit, len(c.visits))
	for n, v := range c.visits {
		rules[n] = v.Rule()
		if !v.Ended.IsZero() {
			rules[n].Replace = law.Of(hall.DayOf(v.Ended)).Rating.Replace
		} else if v.Case {
			rules[n].Due = c.shared[v.ID]
		}
	}
	first := c.first(rules)
	of := make([]int, len(c.answers)) // the visit of each answer, -1 for none
	for n, a := range c.answers {
		of[n] = c.visitOf(a, first)
	}
	for v := range c.visits {
		c.settleVisit(v, rules[v], of)
	}
	for n, a := range c.answers {
		if of[n] < 0 && a.Kind == KindGiven {
			standing := rating.Pending
			if c.ticket != nil && a.Told.IsZero() {
				standing = rating.Untied(c.ticket.State)
			}
			c.stand(n, hall.ID{}, standing)
		}
	}
}

// first returns the first ratable visit, to which an answer that named none is tied, or -1: never a case.
func (c *course) first(rules []rating.Visit) int {
	var visits []rating.Visit
	var at []int
	for n, v := range c.visits {
		if !v.Case {
			visits, at = append(visits, rules[n]), append(at, n)
		}
	}
	if first := rating.First(visits); first >= 0 {
		return at[first]
	}
	return -1
}

// visitOf returns the index of the visit that an answer belongs to, or -1.
func (c *course) visitOf(a *Answer, first int) int {
	switch {
	case a.Kind != KindGiven:
		return -1
	case a.Told.IsZero():
		return first
	}
	return slices.IndexFunc(c.visits, func(v *Visit) bool { return v.ID == a.Told })
}

func (c *course) settleVisit(at int, rule rating.Visit, of []int) {
	var set []rating.Answer
	var index []int
	for n, a := range c.answers {
		if of[n] == at {
			set = append(set, a.rule())
			index = append(index, n)
		}
	}
	r := rating.Of(rule, set)
	for n, standing := range r.Standings {
		c.stand(index[n], rule.ID, standing)
	}
	visit := *c.visits[at]
	visit.Level, visit.Channel, visit.Rated, visit.Integrity, visit.Answer = 0, "", time.Time{}, r.Integrity, 0
	if r.Winner >= 0 {
		w := set[r.Winner]
		visit.Level, visit.Channel, visit.Rated, visit.Answer = w.Level, w.Channel, w.When, c.answers[index[r.Winner]].Pos
	}
	visit.Replaced, visit.FollowUps, visit.ReasonMissing, visit.Withheld, visit.Named, visit.Platform, visit.Assisted = false, 0, false, false, false, false, false
	if r.Winner >= 0 {
		a := c.answers[index[r.Winner]]
		visit.ReasonMissing, visit.Withheld, visit.Named = a.ReasonMissing, a.Withheld, a.Named
		visit.Platform = !repair.OfPerson(splitReasons(a.Reasons), visit.Down)
		visit.Assisted = visit.Helper != "" && a.Window == visit.HelpedAt && (a.Channel == hall.ChannelPad || a.Channel == hall.ChannelTablet)
		for _, standing := range r.Standings {
			switch standing {
			case rating.Replaced:
				visit.Replaced = true
			case rating.FollowUp:
				visit.FollowUps++
			}
		}
	}
	if visit != *c.visits[at] {
		c.visits[at] = &visit
	}
}

// splitReasons reads the codes of an answer.
func splitReasons(codes string) []string {
	if codes == "" {
		return nil
	}
	return strings.Split(codes, ",")
}

// stand gives an answer its visit and standing. What has waited too long is not ratable (design §4).
func (c *course) stand(n int, visit hall.ID, standing rating.Standing) {
	if standing == rating.Pending && c.answers[n].Expired {
		standing = rating.NotRatable
	}
	if a := c.answers[n]; a.Visit != visit || a.Standing != standing {
		b := *a
		b.Visit, b.Standing = visit, standing
		c.answers[n] = &b
	}
}

// rule returns what the rating rules need of an answer that was given.
func (a *Answer) rule() rating.Answer {
	return rating.Answer{When: a.When, Uncertainty: a.Uncertainty, Agent: a.Agent, Epoch: a.Epoch, Seq: a.Seq,
		Level: a.Level, Channel: a.Channel, Form: a.Form}
}
