package store_test

import (
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/figures"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/rating"
	"hallpulse/hub/internal/repair"
)

// compare holds the hub's tables against the books: every visit, every answer, every repair, every sum.
func (r *run) compare() {
	r.t.Helper()
	e := r.h.Store.Everything(r.t)
	r.compareVisits(e.Visits)
	r.compareAnswers(e.Answers)
	r.compareRepairs(e.Repairs)
	r.compareSums(e.Tallies)
	if r.t.Failed() {
		r.t.FailNow()
	}
}

// fault reports a difference; of many the first are enough.
func (r *run) fault(format string, args ...any) {
	r.t.Helper()
	if r.faults++; r.faults < 20 {
		r.t.Errorf(r.now.Format(time.DateTime)+": "+format, args...)
	} else {
		r.t.Fail()
	}
}

func (r *run) compareVisits(all []intake.Visit) {
	r.t.Helper()
	want := map[hall.ID]*served{}
	for _, p := range r.books.slips {
		for _, v := range p.visits {
			want[v.id] = v
		}
	}
	if len(all) != len(want) {
		r.fault("%d visits, the books have %d", len(all), len(want))
	}
	for n := range all {
		got := &all[n]
		v := want[got.ID]
		if v == nil {
			r.fault("visit %s is in no book", got.ID)
			continue
		}
		var level hall.Level
		if v.rating != nil {
			level = v.rating.level
		}
		switch {
		case got.Level != level || got.Replaced != v.replaced || got.FollowUps != v.followUps:
			r.fault("visit %s is rated %d (replaced %v, %d follow-ups); the books say %d (%v, %d)", got.ID, got.Level, got.Replaced, got.FollowUps, level, v.replaced, v.followUps)
		case got.Due.Day != v.due || got.Due.Provisional != (v.due != 0 && !v.sure):
			r.fault("visit %s, which ended %s, is due %s, provisional %v; the books say %s", got.ID, got.Ended, got.Due.Day, got.Due.Provisional, v.due)
		case got.Default != v.byDefault || got.Lost != v.defaultLost || !got.Defaulted.Equal(v.defaultedAt):
			r.fault("visit %s has the default %d of %s, lost %v; the books say %d of %s, %v", got.ID, got.Default, got.Defaulted, got.Lost, v.byDefault, v.defaultedAt, v.defaultLost)
		case got.Repair != (r.books.jobOf[v] != nil) || got.Excluded != v.excluded:
			r.fault("visit %s: repair %v, excluded %v; the books say %v, %v", got.ID, got.Repair, got.Excluded, r.books.jobOf[v] != nil, v.excluded)
		}
	}
}

func (r *run) compareAnswers(all []intake.Answer) {
	r.t.Helper()
	want, kinds := map[string]*saying{}, map[intake.Kind]int{}
	for _, p := range r.books.slips {
		for _, a := range p.said {
			want[a.name] = a
		}
	}
	seen := map[string]bool{}
	for n := range all {
		got := &all[n]
		if kinds[got.Kind]++; got.Kind != intake.KindGiven {
			continue
		}
		name := got.Form
		if got.IsPress() {
			name = pressName(got.Press)
		}
		a := want[name]
		switch {
		case a == nil || seen[name]:
			r.fault("answer %s is in no book, or there twice", name)
		case got.Standing != a.stands || !got.When.Equal(a.at) || got.Uncertainty != a.give || got.Level != a.level || got.ReasonMissing != a.missing:
			r.fault("answer %s of %s ± %s is %s; the books say %s ± %s, %s", name, got.When, got.Uncertainty, got.Standing, a.at.UTC(), a.give, a.stands)
		}
		seen[name] = true
	}
	if len(seen) != len(want) || kinds[intake.KindDrafted] != len(r.books.drafts) {
		r.fault("%v answers; the books have %d, %d drafts", kinds, len(want), len(r.books.drafts))
	}
}

func (r *run) compareRepairs(all []repair.Repair) {
	r.t.Helper()
	want := map[string]*job{}
	for _, j := range r.books.jobs {
		want[j.served.id.String()] = j
	}
	if len(all) != len(want) {
		r.fault("%d repairs, the books have %d", len(all), len(want))
	}
	for n := range all {
		got := &all[n]
		j := want[got.ID]
		if j == nil {
			r.fault("a repair of %s is in no book", got.ID)
			continue
		}
		called := len(got.Round.Calls) == len(j.calls) && got.CalledBack() == j.calledBack(r.books)
		switch {
		case got.State != j.state || got.Unit != j.unit || got.Frozen != j.frozen || got.Opened != j.opened:
			r.fault("repair %s is %s at %s, frozen %v, of %s; the books say %s at %s, %v, %s", got.ID, got.State, got.Unit, got.Frozen, got.Opened, j.state, j.unit, j.frozen, j.opened)
		case got.State == repair.Withdrawn || j.frozen:
		case got.Round.Deadline.Day != j.due || got.ToldOverdue() != j.told || got.InTime() != j.inTime() || !called:
			r.fault("repair %s (%s): due %s, told %v, in time %v, called back %v; the books say %s, %v, %v, %v", got.ID, got.State, got.Round.Deadline.Day, got.ToldOverdue(), got.InTime(), got.CalledBack(),
				j.due, j.told, j.inTime(), j.calledBack(r.books))
		case j.done() && got.Round.Answer.Second.Day != j.second:
			r.fault("repair %s (%s), answered %s, can be rated until %s; the books say %s", got.ID, got.State, got.Round.Answer.At, got.Round.Answer.Second.Day, j.second)
		}
	}
}

func (r *run) compareSums(all []figures.Tally) {
	r.t.Helper()
	want := r.books.sums()
	for _, got := range all {
		if got.Sums != want[got.Key] {
			r.fault("sums of %+v: %+v; the books say %+v", got.Key, got.Sums, want[got.Key])
		}
		delete(want, got.Key)
	}
	for k, s := range want {
		r.fault("sums of %+v are missing: %+v", k, s)
	}
}

// sums counts everything again from the books (domain §9).
func (b *books) sums() map[figures.Key]figures.Sums {
	all := map[figures.Key]figures.Sums{}
	add := func(k figures.Key, count func(*figures.Sums)) {
		s := all[k]
		count(&s)
		all[k] = s
	}
	for _, p := range b.slips {
		for _, v := range p.visits {
			b.countVisit(v, add)
		}
	}
	for _, j := range b.jobs {
		b.countJob(j, add)
	}
	return all
}

// of is where something counts: what was excluded leaves every figure, what concerns platform or rules those of persons.
func (v *served) key() figures.Key {
	k := figures.Key{Agent: v.id.Agent, Window: v.post.window, Staff: v.staff, Unit: itemUnit(v.item), Item: v.item, Day: hall.DayOf(v.opened)}
	if v.rating != nil {
		k.Channel = v.rating.channel
		if v.ofPlatform() {
			k.Leaves |= figures.LeavesPersons
		}
		if v.excluded {
			k.Leaves |= figures.LeavesAll
		}
	}
	return k
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

func (b *books) countVisit(v *served, add func(figures.Key, func(*figures.Sums))) {
	if !v.ratable() {
		return // it was never served, or nobody knows that it ended
	}
	k := v.key()
	served := k
	if served.Leaves = 0; k.Leaves == 0 && v.rating == nil && v.byDefault != 0 {
		k.Channel, served.Channel = figures.ByDefault, figures.ByDefault
	}
	add(served, func(s *figures.Sums) { s.Served++ })
	add(k, func(s *figures.Sums) {
		s.Ratable++
		s.Invited += one(v.invited)
		if a := v.rating; a != nil {
			s.Levels[a.level-1]++
			s.Replaced += one(v.replaced)
			s.FollowUps += v.followUps
			s.ReasonMissing += one(a.missing)
			s.Withheld += one(a.withheld)
			s.Named += one(a.named)
		} else if v.byDefault != 0 {
			s.Defaults[v.byDefault-1]++
		}
	})
}

func (b *books) countJob(j *job, add func(figures.Key, func(*figures.Sums))) {
	k := j.key()
	k.Unit, k.Day = j.unit, j.opened
	add(k, func(s *figures.Sums) {
		n := &s.Repairs
		if j.state == repair.Withdrawn {
			n.Withdrawn++
			return
		}
		n.Opened++
		n.Repaired += one(j.done())
		n.InTime += one(j.inTime())
		n.Overdue += one(!j.inTime() && (j.told || j.done()))
		n.Named += one(j.named())
		n.CalledBack += one(j.named() && j.calledBack(b))
		n.NamedRepaired += one(j.named() && j.done())
	})
}

// promises are what must hold of the tables at the end, whatever the books say.
func (r *run) promises() {
	r.t.Helper()
	e := r.h.Store.Everything(r.t)
	repairs := map[string]*repair.Repair{}
	for n := range e.Repairs {
		repairs[e.Repairs[n].ID] = &e.Repairs[n]
	}
	for n := range e.Visits {
		r.promisesOf(&e.Visits[n], repairs[e.Visits[n].ID.String()])
	}
	for n := range e.Answers {
		if a := &e.Answers[n]; a.Standing == rating.Pending || a.Kind == intake.KindDrafted {
			r.fault("answer %d is still %s", a.Pos, a.Standing)
		}
	}
	for _, x := range repairs {
		r.promisesOfRepair(x)
	}
	if r.t.Failed() {
		r.t.FailNow()
	}
}

// promisesOf: a visit is rated, has its default, or is not ratable; and its bad rating has a repair.
func (r *run) promisesOf(v *intake.Visit, x *repair.Repair) {
	b := r.books
	var due time.Time
	if !v.Due.IsZero() {
		due = v.Due.End()
	}
	state := rating.DueForDefault(v.Rule(), due, b.empty[v.ID.Agent], b.lost[v.ID.Agent], r.now)
	settled := []rating.State{rating.StateRated, rating.StateDefault, rating.StateDefaultLost, rating.StateNotRatable}
	switch {
	case !slices.Contains(settled, state):
		r.fault("visit %s is %s", v.ID, state)
	case (state == rating.StateRated) != (v.Level != 0), state == rating.StateNotRatable && (v.Level != 0 || v.Default != 0),
		(state == rating.StateDefault || state == rating.StateDefaultLost) && v.Default == 0:
		r.fault("visit %s is %s, with level %d, default %d", v.ID, state, v.Level, v.Default)
	case v.Default != 0 && (!v.Defaulted.After(due) || v.Lost && !b.lost[v.ID.Agent]):
		r.fault("visit %s was due %s and got its default %s, lost %v", v.ID, due, v.Defaulted, v.Lost)
	case v.Level.IsBad() && (x == nil || x.State == repair.Withdrawn):
		r.fault("visit %s is rated %d and has no repair", v.ID, v.Level)
	case !v.Level.IsBad() && x != nil && x.State != repair.Withdrawn && x.State != repair.Excluded:
		r.fault("visit %s is rated %d and its repair is %s", v.ID, v.Level, x.State)
	}
}

// promisesOfRepair: a repair ended in a legal state, nobody was left without a word about a limit that passed, and who gave
// his name was called back, or that he was not is shown.
func (r *run) promisesOfRepair(x *repair.Repair) {
	gaps := x.Shortfalls(r.now)
	short := slices.ContainsFunc(gaps, func(g repair.Shortfall) bool { return g.Gap == repair.GapCall })
	late := !x.Round.Answer.At.IsZero() && !x.Round.Answer.At.Before(x.Round.Deadline.End())
	switch {
	case !x.State.Final() || !slices.Contains(repair.States(), x.State):
		r.fault("repair %s ended as %s", x.ID, x.State)
	case late && !x.ToldOverdue():
		r.fault("repair %s was answered late, and nobody above was told", x.ID)
	case x.Counts() && x.Rating.Named && x.Rating.Callback && !x.CalledBack() && !short:
		r.fault("repair %s: the citizen gave his name, was not called, and no shortfall says so", x.ID)
	case x.Frozen:
		r.fault("repair %s is still frozen", x.ID)
	}
}
