package store_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/rating"
	"hallpulse/hub/internal/repair"
)

// plan is how the people will work a repair, drawn when it is opened. Days are counted from the day its clock began.
type plan struct {
	assign, sign, verify, answer hall.Day
	reach                        int // how many calls it takes to reach the citizen; 9: he is never reached
	unfounded                    bool
	accept                       bool // the centre accepts the answer; else it closes when the citizen's time is over
	way                          way
	stray                        int // what is tried that must be refused
}

// way is what is out of the ordinary in a repair.
type way uint8

const (
	plain way = iota
	extended
	tooLate       // answered after the deadline
	neglected     // nobody looks at it until long after the deadline
	sentBack      // the first answer is not accepted
	again         // the citizen rates the repair bad: it is reopened
	againClosed   // so he does when it is closed already
	content       // he rates it good
	excluded      // the unit says that the rating is mistaken, and the centre agrees
	notExcluded   // the centre does not, and the unit appeals
	appealed      // the clerk appeals in vain
	appealUpheld  // and with success
	pressed       // he reports pressure: the centre stops the unit for some days
	pressedAway   // meanwhile he corrects his rating
	givenToOthers // the centre gives it to another unit
)

// planOf draws the plan of a repair.
func planOf(v *served) plan {
	rng := rand.New(rand.NewPCG(uint64(v.id.Agent)<<32|uint64(v.id.Serial), uint64(v.id.Tag)))
	day := func(n int) hall.Day { return hall.Day(rng.IntN(n)) }
	p := plan{assign: day(2), sign: day(3), verify: 1 + day(4), answer: 3 + day(6), reach: []int{1, 1, 1, 2, 3, 9}[rng.IntN(6)],
		unfounded: rng.IntN(8) == 0, accept: rng.IntN(2) == 0, stray: rng.IntN(12)}
	at := rng.IntN(100)
	for _, w := range []struct {
		way
		of int
	}{{extended, 8}, {tooLate, 7}, {neglected, 3}, {sentBack, 6}, {again, 6}, {againClosed, 4}, {content, 5}, {excluded, 5}, {notExcluded, 4},
		{appealed, 4}, {appealUpheld, 3}, {pressed, 3}, {pressedAway, 3}, {givenToOthers, 4}} {
		if at -= w.of; at < 0 {
			p.way = w.way
			break
		}
	}
	switch p.way {
	case againClosed:
		p.accept = true
	case again, content, sentBack:
		p.accept = false
	case excluded, notExcluded, extended:
		p.unfounded = false
	case neglected:
		p.assign = 22
	}
	return p
}

// The people of the centre. li and wu belong to no unit; bai repairs what the centre itself owns.
var (
	li   = hall.Person{Account: "li", Role: repair.RoleCentre}
	wu   = hall.Person{Account: "wu", Role: repair.RoleCentre}
	bai  = hall.Person{Account: "bai", Role: repair.RoleCentre, Unit: repair.CentreUnit}
	shen = hall.Person{Account: "shen", Role: repair.RoleSupervisor}
)

// handlerOf is who works the repairs of a unit, callerOf who calls its citizens back.
func handlerOf(unit string) hall.Person {
	if unit == repair.CentreUnit {
		return bai
	}
	return hall.Person{Account: "h-" + unit, Role: repair.RoleHandler, Unit: unit}
}

func callerOf(unit string) hall.Person {
	if unit == repair.CentreUnit {
		return li
	}
	return hall.Person{Account: "c-" + unit, Role: repair.RoleCaller, Unit: unit}
}

// act is one thing that somebody does about a repair, and what comes of it.
type act struct {
	says    string
	by      hall.Person
	do      func(repair.Repair, repair.Hand, rating.Law) ([]hall.Fact, error)
	refused repair.Code // why it must not be done; empty: it is done
	taken   bool        // somebody was first: who acts saw an older version
	done    func(*job)
}

// text is something that somebody writes. What it says does not matter here: all texts of a name lie in one box.
func text(name string) hall.Sealed { return hall.Sealed{Ref: name, SHA: "00ff"} }

func boxes() (all []intake.Box) {
	for _, name := range []string{"note", "said", "changed", "reply", "reason", "report", "evidence", "phone"} {
		all = append(all, intake.Box{Ref: name, Salt: []byte{1}, Sealed: []byte{2}})
	}
	return all
}

// next returns what is to be done about a repair today; nil: nothing.
func (r *run) next(j *job) *act {
	day, since := hall.DayOf(r.now), func(n hall.Day) bool { return hall.DayOf(r.now) >= j.began+n }
	handler := handlerOf(j.unit)
	switch {
	case j.state == repair.Withdrawn || j.state == repair.Excluded:
		return nil
	case j.pending != "":
		if day < hall.DayOf(j.asked)+2 {
			return r.work(j)
		}
		return r.decides(j)
	case j.frozen:
		return r.frozen(j)
	case j.state == repair.Open && since(j.plan.assign):
		return &act{says: "assign", by: li, do: func(x repair.Repair, h repair.Hand, law rating.Law) ([]hall.Fact, error) {
			return x.Assign(j.unit, "", hall.Sealed{}, h, law)
		}, done: func(j *job) { j.state = repair.Assigned }}
	case j.plan.way == appealed || j.plan.way == appealUpheld:
		if !j.appealed && j.state == repair.Assigned {
			return r.appeals(j, hall.Person{Account: "a-" + j.staff, Role: repair.RoleStaff, Unit: j.post.clerk}, "staff")
		}
	case j.plan.way == notExcluded && j.refused && !j.objected:
		return r.appeals(j, handler, "unit")
	case (j.plan.way == pressed || j.plan.way == pressedAway) && !j.reported && j.state == repair.Verifying:
		return &act{says: "report pressure", by: hall.Citizen(), do: func(x repair.Repair, h repair.Hand, _ rating.Law) ([]hall.Fact, error) {
			return x.Freeze(hall.FrozenPressure, text("report"), h)
		}, done: func(j *job) {
			j.reported, j.frozen, j.asked = true, true, r.now
			j.stood = append(j.stood, pause{day, 1 << 30})
			if j.plan.way == pressedAway && !j.rating.shows {
				r.later(r.now.Add(24*time.Hour), r.form(j.served, hall.Good), j.served)
			}
		}}
	}
	return r.work(j)
}

// frozen: the unit is stopped whatever it tries, until the centre lets it go.
func (r *run) frozen(j *job) *act {
	if hall.DayOf(r.now) < hall.DayOf(j.asked)+4 {
		if j.strayed {
			return nil
		}
		return &act{says: "verify what is frozen", by: handlerOf(j.unit), do: verifies(hall.ResultPartly), refused: repair.CodeFrozen, done: strays}
	}
	return &act{says: "thaw", by: li, do: func(x repair.Repair, h repair.Hand, law rating.Law) ([]hall.Fact, error) {
		return x.Thaw(text("reason"), h, law)
	}, done: func(j *job) {
		j.frozen, j.thawed = false, true
		j.stood[len(j.stood)-1].to = hall.DayOf(r.now)
		r.books.compute(j)
		r.books.follow(j.served, r.now)
	}}
}

func strays(j *job) { j.strayed = true }

func verifies(result hall.RepairResult) func(repair.Repair, repair.Hand, rating.Law) ([]hall.Fact, error) {
	return func(x repair.Repair, h repair.Hand, _ rating.Law) ([]hall.Fact, error) {
		return x.Verify(result, "", hall.Sealed{}, h)
	}
}

// work is the course of a repair: signed for, called back, verified, repaired, answered, judged.
func (r *run) work(j *job) *act {
	since := func(n hall.Day) bool { return hall.DayOf(r.now) >= j.began+n }
	handler := handlerOf(j.unit)
	switch j.state {
	case repair.Assigned:
		if j.plan.way == givenToOthers && !j.moved && j.unit != "land" {
			return &act{says: "give to another unit", by: li, do: func(x repair.Repair, h repair.Hand, law rating.Law) ([]hall.Fact, error) {
				return x.Assign("land", "", text("note"), h, law)
			}, done: func(j *job) { j.unit, j.moved = "land", true }}
		}
		if since(j.plan.sign) {
			return &act{says: "sign", by: handler, do: func(x repair.Repair, h repair.Hand, _ rating.Law) ([]hall.Fact, error) { return x.Sign(h) },
				done: func(j *job) { j.state = repair.Verifying }}
		}
	case repair.Verifying:
		return r.verifying(j)
	case repair.Repairing:
		return r.repairing(j)
	case repair.Answered, repair.Closed:
		return r.answered(j)
	}
	return nil
}

func (r *run) verifying(j *job) *act {
	since := func(n hall.Day) bool { return hall.DayOf(r.now) >= j.began+n }
	handler := handlerOf(j.unit)
	switch {
	case !j.strayed:
		return r.stray(j)
	case j.named() && !j.calledBack(r.books):
		return r.calls(j)
	case (j.plan.way == excluded || j.plan.way == notExcluded) && !j.proposed:
		return &act{says: "propose to exclude", by: handler, do: func(x repair.Repair, h repair.Hand, _ rating.Law) ([]hall.Fact, error) {
			return x.ProposeExclusion(hall.ExclusionMistaken, text("evidence"), h)
		}, done: func(j *job) { j.proposed, j.pending, j.asked = true, "exclusion", r.now }}
	case !since(j.plan.verify):
	case j.plan.unfounded:
		return r.answers(j, hall.ResultUnfounded)
	default:
		return &act{says: "verify and begin", by: handler, do: func(x repair.Repair, h repair.Hand, _ rating.Law) ([]hall.Fact, error) {
			return x.Verify(hall.ResultConfirmed, hall.RepairLedger, text("note"), h)
		}, done: func(j *job) { j.state = repair.Repairing }}
	}
	return nil
}

// calls: the citizen is called on different days until he is reached, or was called as often as the pack asks.
func (r *run) calls(j *job) *act {
	day := hall.DayOf(r.now)
	if n := len(j.calls); n > 0 && j.calls[n-1] == day {
		return nil
	}
	reached := len(j.calls)+1 >= j.plan.reach
	return &act{says: "call", by: callerOf(j.unit), do: func(x repair.Repair, h repair.Hand, _ rating.Law) ([]hall.Fact, error) {
		return x.Call(reached, text("said"), h)
	}, done: func(j *job) { j.calls, j.reached = append(j.calls, day), reached }}
}

func (r *run) repairing(j *job) *act {
	since := func(n hall.Day) bool { return hall.DayOf(r.now) >= j.began+n }
	day, handler := hall.DayOf(r.now), handlerOf(j.unit)
	to := j.due + 3
	extend := func(x repair.Repair, h repair.Hand, law rating.Law) ([]hall.Fact, error) {
		return x.Extend(to, text("reason"), h, law)
	}
	overdue := !r.now.Before(endOf(j.due))
	switch way := j.plan.way; {
	case way == extended && j.later == nil && since(j.plan.verify) && !overdue:
		return &act{says: "extend", by: handler, do: extend, done: func(j *job) {
			natural := r.books.rulesOf(j.began).repair.natural
			j.later = &extension{day, to, r.books.counts(day, to, natural, j.hall), natural}
			j.told = false
			r.books.compute(j)
		}}
	case way == extended && !j.moved && !overdue:
		return &act{says: "extend twice", by: handler, do: extend, refused: repair.CodeUsedUp, done: func(j *job) { j.moved = true }}
	case way == tooLate && !overdue:
	case (way == tooLate || way == neglected) && !j.moved && overdue:
		return &act{says: "extend after the deadline", by: handler, do: extend, refused: repair.CodeOverdue, done: func(j *job) { j.moved = true }}
	case since(j.plan.answer) && j.named() && !j.calledBack(r.books): // he gave his name only now
		return r.calls(j)
	case since(j.plan.answer):
		return r.answers(j, hall.ResultConfirmed)
	}
	return nil
}

func (r *run) answers(j *job, result hall.RepairResult) *act {
	return &act{says: "answer", by: handlerOf(j.unit), do: func(x repair.Repair, h repair.Hand, law rating.Law) ([]hall.Fact, error) {
		return x.Answer(result, text("changed"), text("reply"), h, law)
	}, done: func(j *job) {
		j.state, j.answered, j.asked = repair.Answered, r.now, r.now
		r.books.compute(j)
	}}
}

// answered: the answer is accepted, sent back, or rated by the citizen, who may do so while the repair is closed, too.
func (r *run) answered(j *job) *act {
	inTime := r.now.Before(endOf(j.second)) && hall.DayOf(r.now) > hall.DayOf(j.answered)
	rates := func(l hall.Level) *act {
		return &act{says: "rate the repair", by: hall.Citizen(), do: func(x repair.Repair, h repair.Hand, law rating.Law) ([]hall.Fact, error) {
			return x.Rate(repair.Verdict{Level: l, Channel: hall.ChannelQR}, h, law)
		}, done: func(j *job) {
			if j.over = true; l.IsBad() {
				j.missed = j.missed || !j.answered.Before(endOf(j.due))
				j.reopened, j.state = true, repair.Assigned
				r.books.round(j, r.now)
			}
		}}
	}
	closed := j.state == repair.Closed
	switch way := j.plan.way; {
	case way == again && !closed && !j.reopened && inTime, way == againClosed && closed && !j.reopened && inTime:
		return rates(hall.VeryBad)
	case way == content && !j.over && inTime:
		return rates(hall.Good)
	case closed:
	case way == sentBack && !j.returned:
		return &act{says: "send back", by: shen, do: func(x repair.Repair, h repair.Hand, _ rating.Law) ([]hall.Fact, error) {
			return x.Return(text("reason"), h)
		}, done: func(j *job) { j.returned, j.state, j.answered = true, repair.Repairing, time.Time{} }}
	case j.plan.accept && j.pending != "exclusion":
		return &act{says: "accept", by: shen, do: func(x repair.Repair, h repair.Hand, _ rating.Law) ([]hall.Fact, error) { return x.Accept(h) },
			done: func(j *job) { j.state = repair.Closed }}
	}
	return nil
}

// appeals: staff or unit asks for review.
func (r *run) appeals(j *job, by hall.Person, side string) *act {
	return &act{says: side + " appeals", by: by, do: func(x repair.Repair, h repair.Hand, law rating.Law) ([]hall.Fact, error) {
		h.Own = by.Role == repair.RoleStaff
		return x.Appeal(hall.GroundFacts, text("evidence"), h, law)
	}, done: func(j *job) {
		j.pending, j.asked = side, r.now
		j.appealed, j.objected = j.appealed || side == "staff", j.objected || side == "unit"
	}}
}

// decides: what waits is decided by somebody who did not decide before, never of the own unit.
func (r *run) decides(j *job) *act {
	out := func(yes bool) func(*job) {
		return func(j *job) {
			if yes {
				j.state, j.served.excluded = repair.Excluded, true
			}
			j.refused = j.refused || j.pending == "exclusion" && !yes
			j.pending = ""
		}
	}
	switch j.pending {
	case "exclusion":
		yes := j.plan.way == excluded
		return &act{says: "decide the exclusion", by: shen, do: func(x repair.Repair, h repair.Hand, _ rating.Law) ([]hall.Fact, error) {
			return x.DecideExclusion(yes, text("reason"), h)
		}, done: out(yes)}
	case "staff":
		yes := j.plan.way == appealUpheld
		return &act{says: "decide the clerk's appeal", by: wu, do: func(x repair.Repair, h repair.Hand, _ rating.Law) ([]hall.Fact, error) {
			return x.DecideAppeal(hall.AppealStaff, yes, text("reason"), h)
		}, done: out(yes)}
	}
	return &act{says: "decide the unit's appeal", by: wu, do: func(x repair.Repair, h repair.Hand, _ rating.Law) ([]hall.Fact, error) {
		return x.DecideAppeal(hall.AppealUnit, j.plan.stray%2 == 0, text("reason"), h)
	}, done: out(j.plan.stray%2 == 0)}
}

// stray is what somebody tries who may not, or not yet: it is refused, and nothing changes.
func (r *run) stray(j *job) *act {
	other := "tax"
	if j.unit == other {
		other = "police"
	}
	answer := func(x repair.Repair, h repair.Hand, law rating.Law) ([]hall.Fact, error) {
		return x.Answer(hall.ResultUnfounded, hall.Sealed{}, text("reply"), h, law)
	}
	a := &act{done: strays, by: handlerOf(j.unit)}
	switch {
	case j.named() && !j.calledBack(r.books):
		a.says, a.do, a.refused = "answer before the call-back", answer, repair.CodeCallFirst
	case j.plan.stray == 0:
		a.says, a.by, a.do, a.refused = "another unit verifies", handlerOf(other), verifies(hall.ResultUnfounded), repair.CodeForbidden
	case j.plan.stray == 1:
		a.says, a.by, a.do, a.refused = "a clerk answers", hall.Person{Account: "a-" + j.staff, Role: repair.RoleStaff, Unit: j.unit}, answer, repair.CodeForbidden
	case j.plan.stray == 2:
		a.says, a.do, a.taken = "answer on what was seen yesterday", answer, true
	case j.plan.stray == 3:
		a.says, a.by, a.refused = "accept what is not answered", shen, repair.CodeTurn
		a.do = func(x repair.Repair, h repair.Hand, _ rating.Law) ([]hall.Fact, error) { return x.Accept(h) }
	case j.plan.stray == 4:
		a.says, a.refused = "extend without a reason", repair.CodeText
		a.do = func(x repair.Repair, h repair.Hand, law rating.Law) ([]hall.Fact, error) {
			return x.Extend(x.Round.Deadline.Day+1, hall.Sealed{}, h, law)
		}
		if !r.now.Before(endOf(j.due)) {
			a.refused = repair.CodeOverdue
		}
	default:
		j.strayed = true
		return r.verifying(j)
	}
	return a
}

// desk is a round of the office's work: of each repair at most one thing is done.
func (r *run) desk() {
	type doing struct {
		*act
		job *job
	}
	var all []doing
	var visits []hall.ID
	for _, j := range r.books.jobs {
		if a := r.next(j); a != nil {
			all = append(all, doing{a, j})
			visits = append(visits, j.served.id)
		}
	}
	if len(all) == 0 {
		return
	}
	var errs []error
	r.h.decide(intake.Keys{Visits: visits}, func(k intake.Known) ([]hall.Fact, error) {
		var facts []hall.Fact
		errs = errs[:0]
		for _, d := range all {
			x, ok := k.Repair(d.job.served.id.String())
			if !ok {
				return nil, fmt.Errorf("%s: no repair of %s", d.says, d.job.served.id)
			}
			hand := repair.Hand{By: d.by, Seen: x.Version, Now: k.Now()}
			if d.taken {
				hand.Seen = 1
			}
			f, err := d.do(x, hand, k.Law())
			facts, errs = append(facts, f...), append(errs, err)
		}
		return facts, nil
	}, boxes()...)
	for n, d := range all {
		var refused *repair.Refused
		var conflict *repair.Conflict
		err := errs[n]
		switch {
		case d.refused == "" && !d.taken && err == nil:
			r.acts[d.says]++
		case d.refused != "" && errors.As(err, &refused) && refused.Code == d.refused, d.taken && errors.As(err, &conflict):
			r.refusals[d.says]++
		default:
			r.t.Fatalf("%s: %s: %s by %s: %v, want %q\n%+v", r.now.Format(time.DateTime), d.job.served.id, d.says, d.by.Account, err, d.refused, *d.job)
		}
		d.done(d.job)
	}
}
