package repair

import (
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/rating"
)

// sideClocks are the limits of a repair besides its deadline.
func sideClocks() []hall.Clocked {
	return []hall.Clocked{hall.ClockedRepairRemind, hall.ClockedRepairSign, hall.ClockedRepairCall, hall.ClockedRepairSecond,
		hall.ClockedAppealStaff, hall.ClockedAppealUnit}
}

// sideOf returns whose appeal has this limit.
func sideOf(c hall.Clocked) (hall.AppealSide, bool) {
	switch c {
	case hall.ClockedAppealStaff:
		return hall.AppealStaff, true
	case hall.ClockedAppealUnit:
		return hall.AppealUnit, true
	}
	return "", false
}

// clockOf returns which limit an appeal of a side has.
func clockOf(side hall.AppealSide) hall.Clocked {
	if side == hall.AppealStaff {
		return hall.ClockedAppealStaff
	}
	return hall.ClockedAppealUnit
}

// limits returns the limits of a round that begins on a day, by the pack in force on it (001; codes.md).
func limits(law rating.Law, day hall.Day, at string) hall.RepairLimits {
	pack, cal := law.Of(day), law.Calendar
	l := hall.RepairLimits{Policy: pack.ID, Day: day, Limit: pack.Repair.Limit,
		Deadline: cal.After(day, pack.Repair.Limit, at),
		Sign:     cal.After(day, pack.Repair.Sign, at),
		Call:     cal.After(day, pack.CallBack.Within, at)}
	l.Remind = remindOn(cal, day, l.Deadline, pack.Repair.Remind, at)
	if pack.CallBack.Named {
		l.Attempts = max(pack.CallBack.Attempts, 1)
	}
	return l
}

// remindOn returns the day that lies so many working days before a deadline, not before the day its clock begins.
func remindOn(cal *hall.Calendar, from hall.Day, due hall.Deadline, days int, at string) hall.Day {
	day := due.Day
	for days > 0 && day > from {
		day--
		if works, _ := cal.Works(day, at); works {
			days--
		}
	}
	return day
}

// Follow returns what follows from a change of the visit's rating, in the same transaction: a bad one opens a repair at
// once (001), where the bad one is no longer the rating the repair is withdrawn, and whose rater says his name only later is
// called back later. It may be asked as often as one likes. A frozen repair is not withdrawn: a rating that was changed under pressure is what the centre looks into.
func (r Repair) Follow(s Service, now Rating, at time.Time, law rating.Law) []hall.Fact {
	act := hall.Act{About: s.Visit.String()}
	if now.Level.IsBad() {
		if _, opens := r.State.Next(hall.TypeRepairOpened); !opens {
			r.Rating = now
			return r.Recompute(law)
		}
		unit, why := Owner(s, now.Reasons, now.Down)
		return []hall.Fact{hall.RepairOpened{Act: act, Visit: s.Visit, Ticket: s.Ticket, Hall: s.Hall, Window: s.Window, Item: s.Item,
			Staff: s.Staff, Clerk: s.ClerkUnit, Served: s.VisitUnit, Unit: unit, Why: why,
			RepairLimits: limits(law, hall.DayOf(at), s.Hall)}}
	}
	if _, ends := r.State.Next(hall.TypeRepairWithdrawn); !ends || r.Frozen {
		return nil
	}
	return []hall.Fact{hall.RepairWithdrawn{Act: act}}
}

// reopened returns the deed that begins another round.
func (r Repair) reopened(now time.Time, law rating.Law) hall.Fact {
	return hall.RepairReopened{Act: hall.Act{About: r.ID}, RepairLimits: limits(law, hall.DayOf(now), r.Hall)}
}

// clock returns what the deadline is computed from: the day its clock began, how long it runs, and the day before which
// it does not end: the one that an extension named.
func (r Repair) clock() (from hall.Day, span hall.Span, least hall.Day) {
	n := r.Round
	if len(n.Extensions) == 0 {
		return n.Day, n.Limit, 0
	}
	last := n.Extensions[len(n.Extensions)-1]
	return hall.DayOf(last.At), last.Limit, last.To.Day
}

// Recompute returns the limits that come out differently now: because the calendar says more or another thing, or because
// the clock stood for a while (domain §4; contract of rating.Law). It is idempotent. While the clock stands nobody knows.
func (r Repair) Recompute(law rating.Law) []hall.Fact {
	if r.Frozen {
		return nil
	}
	pack := law.Of(r.Round.Day)
	after := func(from hall.Day, s hall.Span) hall.Deadline { return law.Calendar.After(from, s, r.Hall, r.Stops...) }
	var moved []hall.Fact
	move := func(of hall.Clocked, from, to hall.Deadline) {
		if !to.IsZero() && to != from {
			moved = append(moved, hall.DeadlineMoved{Act: hall.Act{About: r.ID}, Of: of, From: from, To: to})
		}
	}
	n := r.Round
	if r.State.Running() {
		from, span, least := r.clock()
		due := after(from, span)
		if due.Day < least {
			due = hall.Deadline{Day: least}
		}
		move(hall.ClockedRepair, n.Deadline, due)
		if !n.Reminded || due != n.Deadline {
			move(hall.ClockedRepairRemind, hall.Deadline{Day: n.Remind}, hall.Deadline{Day: remindOn(law.Calendar, from, due, pack.Repair.Remind, r.Hall)})
		}
		if n.Signed.IsZero() {
			move(hall.ClockedRepairSign, n.Sign, after(n.SignFrom, pack.Repair.Sign))
		}
		if _, done := r.calledBack(); !done {
			move(hall.ClockedRepairCall, n.Call, after(max(n.Day, hall.DayOf(r.Rating.When)), pack.CallBack.Within))
		}
	}
	if r.State == Answered || r.State == Closed {
		move(hall.ClockedRepairSecond, n.Answer.Second, after(hall.DayOf(n.Answer.At), pack.Repair.Second))
	}
	for _, a := range r.Appeals {
		if a.Pending() && !r.over() {
			move(clockOf(a.Side), a.Due, law.Calendar.After(hall.DayOf(a.At), law.Of(r.Opened).Appeal.Decide, r.Hall)) // the centre's clock does not stand
		}
	}
	return moved
}

// Explain says what each day is to the deadline, from the day the round began.
func (r Repair) Explain(law rating.Law) rating.Explained {
	n := r.Round
	return rating.Explained{Pack: n.Policy, From: n.Day, Span: n.Limit, Due: n.Deadline,
		Days: law.Calendar.CountIn(n.Limit.Unit, n.Day, n.Deadline, r.Hall, r.Stops...)}
}

// AppealBy returns until when a side may appeal: counted from the opening; for the unit, whose exclusion was refused, from
// then (domain §4). Days on which the repair was frozen do not count.
func (r Repair) AppealBy(side hall.AppealSide, law rating.Law) hall.Deadline {
	from := r.Opened
	if d := r.Exclusion.Decided; side == hall.AppealUnit && !d.At.IsZero() && !d.Yes {
		from = hall.DayOf(d.At)
	}
	return law.Calendar.After(from, law.Of(r.Opened).Appeal.Within, r.Hall, r.Stops...)
}

// over reports whether nothing can be decided about the repair any more.
func (r Repair) over() bool { return r.State == None || r.State == Excluded || r.State == Withdrawn }

// passed reports whether a limit is past.
func passed(d hall.Deadline, now time.Time) bool { return !now.Before(d.End()) }

// alarm is something a rule of the clock says, and from when on.
type alarm struct {
	at  time.Time
	say hall.Fact
}

// alarms lists what rules of the clock have not yet said, in the order in which it falls due.
func (r Repair) alarms() []alarm {
	act := hall.Act{About: r.ID}
	var all []alarm
	escalate := func(of hall.Clocked, due hall.Deadline) {
		all = append(all, alarm{due.End(), hall.RepairEscalated{Act: act, Of: of, Due: due}})
	}
	n := r.Round
	told := func(of hall.Clocked) bool { return slices.Contains(n.Escalated, of) }
	if r.State.Running() && !r.Frozen {
		if !n.Reminded && !told(hall.ClockedRepair) {
			all = append(all, alarm{n.Remind.Start(), hall.RepairReminded{Act: act, Due: n.Deadline}})
		}
		if n.Signed.IsZero() && !told(hall.ClockedRepairSign) {
			escalate(hall.ClockedRepairSign, n.Sign)
		}
		if r.mustCall() && !told(hall.ClockedRepairCall) {
			escalate(hall.ClockedRepairCall, n.Call)
		}
		if !told(hall.ClockedRepair) {
			escalate(hall.ClockedRepair, n.Deadline)
		}
	}
	if r.State == Answered && !r.Frozen && !r.Exclusion.Pending() {
		all = append(all, alarm{n.Answer.Second.End(), hall.RepairClosed{Act: act, Why: hall.RepairLapsed}})
	}
	for _, a := range r.Appeals {
		if a.Pending() && !a.Escalated && !r.over() {
			escalate(clockOf(a.Side), a.Due)
		}
	}
	slices.SortStableFunc(all, func(a, b alarm) int { return a.at.Compare(b.at) })
	return all
}

// Wakes returns when a rule of the clock next has something to say; the zero time: not before somebody acts.
func (r Repair) Wakes() time.Time {
	if all := r.alarms(); len(all) > 0 {
		return all[0].at
	}
	return time.Time{}
}

// Tick returns what rules of the clock say now: the reminder before the deadline (only while it helps), who stands above
// after a limit passed, the closing when the citizen's time to rate the repair is over. After Apply of it, Wakes is later
// than now.
func (r Repair) Tick(now time.Time) []hall.Fact {
	var said []hall.Fact
	for _, a := range r.alarms() {
		if a.at.After(now) {
			break
		}
		if _, reminder := a.say.(hall.RepairReminded); reminder && passed(r.Round.Deadline, now) {
			continue
		}
		said = append(said, a.say)
	}
	return said
}
