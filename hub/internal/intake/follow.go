package intake

import (
	"cmp"
	"maps"
	"slices"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/figures"
	"hallpulse/hub/internal/repair"
)

// follow tells what follows from ratings that changed, in the same transaction: a bad one opens a repair at once, and
// one whose press was replaced is withdrawn (001; domain §4); who left a phone is told of what concerns him.
func (d *decision) follow() error {
	for len(d.touched) > 0 {
		ids := slices.SortedFunc(maps.Keys(d.touched), compareID)
		clear(d.touched)
		for _, id := range ids {
			for _, f := range d.follows(d.visits[id]) {
				if err := d.tell(f); err != nil {
					return err
				}
			}
		}
	}
	return d.tellCitizens()
}

// follows returns what follows from the rating that a visit has now.
func (d *decision) follows(v *Visit) []hall.Fact {
	r, _ := d.repairs.of(v.ID.String())
	if r.State == repair.None && !v.Level.IsBad() {
		return nil
	}
	return r.Follow(d.service(v), ratingOf(v, d.answers[v.Answer]), d.now, d.law)
}

// service tells what was rated, and which units had to do with it, by the hall's catalogue as it is now.
func (d *decision) service(v *Visit) repair.Service {
	s := repair.Service{Visit: v.ID, Ticket: v.Ticket, Window: v.Window, Item: v.Item, Staff: v.Staff, VisitUnit: v.Unit}
	if st := d.states[v.ID.Agent]; st != nil {
		s.Hall = st.Hall
	}
	site := d.sites(v.ID.Agent)
	if site == nil {
		return s
	}
	s.Hall, s.Place = site.Hall.ID, site.Hall.Place
	if item, ok := site.Item(v.Item); ok {
		s.ItemUnit = item.Unit
	}
	if clerk, ok := site.Clerk(v.Staff); ok {
		s.ClerkUnit = clerk.Unit
	}
	return s
}

// ratingOf returns what a repair needs of a visit's rating; a is the answer that is the rating.
func ratingOf(v *Visit, a *Answer) repair.Rating {
	if v.Level == 0 || a == nil {
		return repair.Rating{}
	}
	return repair.Rating{Level: v.Level, Channel: v.Channel, Reasons: splitReasons(a.Reasons), ReasonMissing: a.ReasonMissing,
		Named: a.Named, Callback: a.Callback, Withheld: a.Withheld, Ref: a.Ref, When: v.Rated, Down: v.Down}
}

// mark notes on a visit what became of its repair.
func (s *step) mark(id string) {
	if visit, err := hall.ParseID(id); err == nil {
		v := s.visit(visit, hall.ID{})
		v.Repair, v.Excluded = true, s.repairs[id].State == repair.Excluded
	}
}

// syncRepairs keeps each repair in step with the visit and the rating that it is about: over several epochs of an agent
// the visit may be told of in parts.
func (s *step) syncRepairs() {
	for _, c := range s.courses {
		for _, v := range c.visits {
			id := v.ID.String()
			r := cmp.Or(s.repairs[id], s.v.repairs.rows[id])
			if r == nil {
				continue
			}
			now := ratingOf(v, s.answerOf(c, v.Answer))
			if !sameRating(now, r.Rating) || r.Window != v.Window || r.Item != v.Item || r.ServedBy != v.Staff || r.VisitUnit != v.Unit {
				next := *r
				next.Rating, next.Window, next.Item, next.ServedBy, next.VisitUnit = now, v.Window, v.Item, v.Staff, v.Unit
				if s.repairs == nil {
					s.repairs = map[string]*repair.Repair{}
				}
				s.repairs[id] = &next
			}
		}
	}
}

// answerOf returns an answer as this step leaves it.
func (s *step) answerOf(c *course, pos int64) *Answer {
	for _, a := range c.answers {
		if a.Pos == pos {
			return a
		}
	}
	return s.v.answers[pos]
}

func sameRating(a, b repair.Rating) bool {
	same := slices.Equal(a.Reasons, b.Reasons) && a.When.Equal(b.When)
	return same && a.Level == b.Level && a.Channel == b.Channel && a.ReasonMissing == b.ReasonMissing && a.Named == b.Named &&
		a.Callback == b.Callback && a.Withheld == b.Withheld && a.Ref == b.Ref && a.Down == b.Down
}

// CountRepair tells where a repair counts, and as what: at its owner's unit, on the day it was opened.
func CountRepair(r *repair.Repair, tally func(figures.Key, figures.Sums)) {
	if r.State == repair.None {
		return
	}
	at := figures.Key{Agent: r.Agent, Window: r.Window, Staff: r.ServedBy, Unit: r.Unit, Item: r.Item, Channel: r.Rating.Channel, Day: r.Opened}
	figures.Repair{Repaired: r.Done(), InTime: r.InTime(), Overdue: r.ToldOverdue(), Named: r.Rating.Named && r.Rating.Callback, CalledBack: r.CalledBack(),
		Withdrawn: r.State == repair.Withdrawn, Excluded: r.State == repair.Excluded, Platform: !repair.OfPerson(r.Rating.Reasons, r.Rating.Down)}.Count(at, tally)
}

// recountRepairs moves the sums from what repairs were to what a step made of them.
func (v *view) recountRepairs(changed map[string]*repair.Repair) {
	for id, r := range changed {
		if old := v.repairs.rows[id]; old != nil {
			CountRepair(old, v.move(-1))
		}
		CountRepair(r, v.move(1))
	}
}
