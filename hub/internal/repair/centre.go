package repair

import (
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/rating"
)

// Assign 派单 gives the repair to a unit, perhaps to one of its handlers. Whoever gets it signs for it; what was found out
// before stays, and the deadline too.
func (r Repair) Assign(unit, handler string, note hall.Sealed, h Hand, law rating.Law) ([]hall.Fact, error) {
	if err := r.may(hall.TypeRepairAssigned, h); err != nil {
		return nil, err
	}
	if unit == "" {
		return nil, &Refused{Code: CodeChoice, Field: "unit"}
	}
	sign := law.Calendar.After(hall.DayOf(h.Now), law.Of(r.Round.Day).Repair.Sign, r.Hall)
	return []hall.Fact{hall.RepairAssigned{Act: r.act(h), Unit: unit, Handler: handler, Sign: sign, Note: note}}, nil
}

// Return 退回 sends an answer back. It was none, so the clock has run on.
func (r Repair) Return(reason hall.Sealed, h Hand) ([]hall.Fact, error) {
	if err := r.may(hall.TypeRepairReturned, h); err != nil {
		return nil, err
	}
	if err := needs("reason", reason); err != nil {
		return nil, err
	}
	return []hall.Fact{hall.RepairReturned{Act: r.act(h), Reason: reason}}, nil
}

// Accept 办结 closes a repair whose answer is accepted. The citizen can still rate it while his time runs.
func (r Repair) Accept(h Hand) ([]hall.Fact, error) {
	if err := r.may(hall.TypeRepairClosed, h); err != nil {
		return nil, err
	}
	if err := r.mayGoOn(hall.TypeRepairClosed); err != nil {
		return nil, err
	}
	return []hall.Fact{hall.RepairClosed{Act: r.act(h), Why: hall.RepairAccepted}}, nil
}

// mayJudge: what is proposed is decided, not by who proposed it.
func (r Repair) mayJudge(p hall.Person) error {
	if !r.Exclusion.Pending() {
		return &Refused{Code: CodeNothing}
	}
	if r.Exclusion.By.Account == p.Account {
		return &Refused{Code: CodeOwnAct}
	}
	return nil
}

// DecideExclusion decides a proposal: an excluded rating leaves every figure and stays in the record, with who decided,
// when and why (domain §4).
func (r Repair) DecideExclusion(exclude bool, reason hall.Sealed, h Hand) ([]hall.Fact, error) {
	t := hall.TypeRepairExclusionRefused
	if exclude {
		t = hall.TypeRepairExcluded
	}
	if err := r.may(t, h); err != nil {
		return nil, err
	}
	if err := r.mayJudge(h.By); err != nil {
		return nil, err
	}
	if err := needs("reason", reason); err != nil {
		return nil, err
	}
	if exclude {
		return []hall.Fact{hall.RepairExcluded{Act: r.act(h), Why: r.Exclusion.Why, Reason: reason}}, nil
	}
	return []hall.Fact{hall.RepairExclusionRefused{Act: r.act(h), Reason: reason}}, nil
}

// Freeze stops the unit and its clock. A citizen's report of pressure or retaliation 打击报复 always does and goes to the
// centre alone, whatever became of the repair; a further one is added to the first.
func (r Repair) Freeze(why hall.FrozenWhy, report hall.Sealed, h Hand) ([]hall.Fact, error) {
	if err := r.may(hall.TypeRepairFrozen, h); err != nil {
		return nil, err
	}
	if !why.Valid() || h.By.Role == hall.RoleCitizen && why != hall.FrozenPressure {
		return nil, &Refused{Code: CodeChoice, Field: "why"}
	}
	if err := needs("report", report); err != nil {
		return nil, err
	}
	return []hall.Fact{hall.RepairFrozen{Act: r.act(h), Why: why, Report: report}}, nil
}

// Thaw lets the unit go on. The time in which it was stopped does not count, and what waited meanwhile happens now: the
// withdrawal of a rating that is no bad one any more, the reopening after a bad second rating.
func (r Repair) Thaw(reason hall.Sealed, h Hand, law rating.Law) ([]hall.Fact, error) {
	if err := r.may(hall.TypeRepairThawed, h); err != nil {
		return nil, err
	}
	if !r.Frozen {
		return nil, &Refused{Code: CodeNotFrozen}
	}
	if err := needs("reason", reason); err != nil {
		return nil, err
	}
	thawed := hall.RepairThawed{Act: r.act(h), Reason: reason}
	after := r.Apply(thawed, h.Now, 0)
	facts := []hall.Fact{thawed}
	_, withdraws := after.State.Next(hall.TypeRepairWithdrawn)
	_, reopens := after.State.Next(hall.TypeRepairReopened)
	switch {
	case withdraws && !after.Rating.Level.IsBad():
		return append(facts, hall.RepairWithdrawn{Act: hall.Act{About: r.ID}}), nil
	case reopens && after.Round.Second.Level.IsBad():
		return append(facts, after.reopened(h.Now, law)), nil
	}
	return append(facts, after.Recompute(law)...), nil
}

func (r Repair) maySecond(now time.Time) error {
	if !r.Round.Second.At.IsZero() {
		return &Refused{Code: CodeRated}
	}
	if last := r.Round.Answer.Second; passed(last, now) {
		return &Refused{Code: CodeRateLate, Day: last.Day}
	}
	return nil
}

// Verdict is what a citizen says of the repair.
type Verdict struct {
	Level   hall.Level
	Channel hall.Channel
	Reasons []string
	Words   hall.Sealed // may be none
	Call    string      // id of the recorded call, on the hotline
}

// Rate takes the citizen's rating of the repair, with his code or on a recorded call: one for each answer. A bad one
// reopens the repair at once; where the repair is frozen, as soon as it no longer is.
func (r Repair) Rate(v Verdict, h Hand, law rating.Law) ([]hall.Fact, error) {
	if err := r.may(hall.TypeRepairSecondRated, h); err != nil {
		return nil, err
	}
	if err := r.maySecond(h.Now); err != nil {
		return nil, err
	}
	if !v.Level.Valid() {
		return nil, &Refused{Code: CodeChoice, Field: "level"}
	}
	if !v.Channel.ShowsTicket() || (h.By.Role == RoleOperator) != (v.Channel == hall.ChannelHotline && v.Call != "") {
		return nil, &Refused{Code: CodeChoice, Field: "channel"}
	}
	facts := []hall.Fact{hall.RepairSecondRated{Act: r.act(h), Level: v.Level, Channel: v.Channel, Reasons: v.Reasons, Words: v.Words, Call: v.Call}}
	if v.Level.IsBad() && !r.Frozen {
		facts = append(facts, r.reopened(h.Now, law))
	}
	return facts, nil
}

// side returns for whom somebody appeals.
func (r Repair) side(h Hand) hall.AppealSide {
	if h.By.Role == RoleStaff {
		return hall.AppealStaff
	}
	return hall.AppealUnit
}

// Appeal 申诉 asks for review, with evidence, while there is time. It shows nobody the rater, and the clock of the repair
// runs on (domain §4).
func (r Repair) Appeal(ground hall.AppealGround, evidence hall.Sealed, h Hand, law rating.Law) ([]hall.Fact, error) {
	if err := r.may(hall.TypeAppealOpened, h); err != nil {
		return nil, err
	}
	side := r.side(h)
	if r.appeal(side) != nil {
		return nil, &Refused{Code: CodeAppealed}
	}
	if last := r.AppealBy(side, law); passed(last, h.Now) {
		return nil, &Refused{Code: CodeAppealLate, Day: last.Day}
	}
	if !ground.Valid() {
		return nil, &Refused{Code: CodeChoice, Field: "ground"}
	}
	if err := needs("evidence", evidence); err != nil {
		return nil, err
	}
	decide := law.Calendar.After(hall.DayOf(h.Now), law.Of(r.Opened).Appeal.Decide, r.Hall)
	return []hall.Fact{hall.AppealOpened{Act: r.act(h), Side: side, Ground: ground, Evidence: evidence, Decide: decide}}, nil
}

// mayDecide: an appeal is decided by somebody who did not open it and decided nothing about the repair's exclusion or
// another appeal before (domain §4).
func (r Repair) mayDecide(side hall.AppealSide, p hall.Person) error {
	a := r.appeal(side)
	if a == nil || !a.Pending() {
		return &Refused{Code: CodeNothing}
	}
	for _, before := range r.Deciders() {
		if before == p.Account {
			return &Refused{Code: CodeOwnAct}
		}
	}
	if a.By.Account == p.Account {
		return &Refused{Code: CodeOwnAct}
	}
	return nil
}

// Deciders are the accounts that decided about the rating before.
func (r Repair) Deciders() []string {
	var all []string
	if d := r.Exclusion.Decided; !d.At.IsZero() {
		all = append(all, d.By.Account)
	}
	for _, a := range r.Appeals {
		if !a.Pending() {
			all = append(all, a.Decided.By.Account)
		}
	}
	return all
}

// DecideAppeal decides an appeal. Upheld, the rating leaves every figure and stays in the record.
func (r Repair) DecideAppeal(side hall.AppealSide, upheld bool, reason hall.Sealed, h Hand) ([]hall.Fact, error) {
	if err := r.may(hall.TypeAppealDecided, h); err != nil {
		return nil, err
	}
	if err := r.mayDecide(side, h.By); err != nil {
		return nil, err
	}
	if err := needs("reason", reason); err != nil {
		return nil, err
	}
	return []hall.Fact{hall.AppealDecided{Act: r.act(h), Side: side, Upheld: upheld, Reason: reason}}, nil
}
