package store_test

import (
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/repair"
)

// job is a repair as the books know it.
type job struct {
	*served
	plan   plan
	state  repair.State
	unit   string   // that owns it
	opened hall.Day // that it counts on

	// The round that runs.
	began    hall.Day // on which its clock began
	due      hall.Day
	later    *extension
	calls    []hall.Day
	reached  bool
	answered time.Time
	second   hall.Day // until when the citizen can rate the repair
	told     bool     // somebody above was told that the deadline passed

	missed bool // a round before was answered late
	frozen bool
	stood  []pause
	over   bool // the citizen has rated the answer of this round

	// How far the people are.
	returned, proposed, refused, appealed, objected, reopened, strayed, moved, reported, thawed bool
	asked                                                                                       time.Time // when an exclusion or an appeal was
	pending                                                                                     string    // exclusion, staff, unit; empty: nothing waits for a decision
}

// extension is a later deadline that a unit asked for in time.
type extension struct {
	on, to  hall.Day
	days    int
	natural bool
}

func (j *job) running() bool {
	return slices.Contains([]repair.State{repair.Open, repair.Assigned, repair.Verifying, repair.Repairing}, j.state)
}

func (j *job) done() bool { return j.state == repair.Answered || j.state == repair.Closed }

func (j *job) ended() bool {
	return j.state == repair.Closed || j.state == repair.Excluded || j.state == repair.Withdrawn
}

// inTime: every round was answered by its deadline.
func (j *job) inTime() bool { return j.done() && !j.missed && j.answered.Before(endOf(j.due)) }

// named: the citizen gave his name and agreed to be called, so he must be.
func (j *job) named() bool { return j.rating != nil && j.rating.named && j.rating.callback }

func (j *job) calledBack(b *books) bool {
	return j.reached || len(j.calls) > 0 && len(j.calls) >= b.rulesOf(j.began).attempts
}

// followAll lets repairs follow the ratings that were touched since.
func (b *books) followAll(now time.Time) {
	for _, v := range b.touched {
		b.follow(v, now)
	}
	b.touched = b.touched[:0]
}

// follow opens a repair at once where a visit is rated bad, and withdraws it where it no longer is. What the centre has
// excluded stays so, and while it looks into a report of pressure nothing is withdrawn.
func (b *books) follow(v *served, now time.Time) {
	j := b.jobOf[v]
	switch {
	case v.bad() && j == nil:
		j = &job{served: v, plan: planOf(v)}
		b.jobs, b.jobOf[v] = append(b.jobs, j), j
		b.open(j, now)
	case v.bad() && j.state == repair.Withdrawn:
		*j = job{served: v, plan: j.plan, frozen: j.frozen, stood: j.stood, reported: j.reported, thawed: j.thawed}
		b.open(j, now)
	case !v.bad() && j != nil && j.state != repair.Excluded && !j.frozen:
		j.state = repair.Withdrawn
	}
}

func (b *books) open(j *job, now time.Time) {
	j.state, j.unit, j.opened = repair.Open, owner(j.served), hall.DayOf(now)
	b.round(j, now)
}

// round begins the clock of a repair, or of a further round of it.
func (b *books) round(j *job, now time.Time) {
	j.began, j.later, j.calls, j.reached, j.answered, j.told, j.over = hall.DayOf(now), nil, nil, false, time.Time{}, false, false
	b.compute(j)
}

// compute computes the limits of a repair again. While its clock stands nobody knows them.
func (b *books) compute(j *job) {
	if j.frozen {
		return
	}
	r := b.rulesOf(j.began)
	if j.running() {
		due, _ := b.after(j.began, r.repair, j.hall, j.stood...)
		if x := j.later; x != nil {
			due, _ = b.after(x.on, limit{x.days, x.natural}, j.hall, j.stood...)
			due = max(due, x.to)
		}
		if due != j.due {
			j.due, j.told = due, false
		}
	}
	if j.done() {
		j.second, _ = b.after(hall.DayOf(j.answered), r.second, j.hall, j.stood...)
	}
}

// remind says what the clock says of repairs: who stands above is told of a deadline that passed, and an answer is
// accepted when the citizen's time to rate it is over.
func (b *books) remind(now time.Time) {
	for _, j := range b.jobs {
		switch {
		case j.frozen:
		case j.running() && !now.Before(endOf(j.due)):
			j.told = true
		case j.state == repair.Answered && j.pending != "exclusion" && !now.Before(endOf(j.second)):
			j.state = repair.Closed
		}
	}
}

// owner is the unit that repairs what the reasons name (domain §3.8, §4): of a township's hall the county's centre; else
// by the first of item, clerk, rules, platform that they are about. While the system of its unit was down it is the platform
// that is rated, unless the clerk is named (domain §6).
func owner(v *served) string {
	about := func(codes ...string) bool {
		return slices.ContainsFunc(v.rating.reasons, func(r string) bool { return slices.Contains(codes, r) })
	}
	switch {
	case v.hall == "town":
		return "centre"
	case v.down && !about("214", "115"):
		return "centre"
	case about("208", "108") && !v.down:
		return itemUnit(v.item)
	case about("214", "115"):
		return v.post.clerk
	case about("113"):
		return itemUnit(v.item)
	case about("211", "112"):
		return "centre"
	}
	return v.post.clerk
}

// ofPlatform reports whether a rating concerns platform or rules alone, and so leaves the figure of the person (domain §3.7,
// §6).
func (v *served) ofPlatform() bool {
	other := []string{"211", "112", "113"}
	if v.down {
		other = append(other, "208", "108")
	}
	reasons := v.rating.reasons
	return (v.down || len(reasons) > 0) && !slices.ContainsFunc(reasons, func(r string) bool { return !slices.Contains(other, r) })
}
