package repair

import (
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/rating"
)

// demandsCall reports whether the citizen is to be called back: he gave his name and agreed, and the pack demands it
// (domain §4: 100 %).
func (r Repair) demandsCall() bool {
	return r.Rating.Named && r.Rating.Callback && r.Round.Attempts > 0
}

// calledBack returns when the call-back of this round was done: he was reached, or called on so many different days that
// "not reached" is an answer.
func (r Repair) calledBack() (time.Time, bool) { return r.Round.calledBack() }

func (n Round) calledBack() (time.Time, bool) {
	var days []hall.Day
	for _, c := range n.Calls {
		if day := hall.DayOf(c.At); !slices.Contains(days, day) {
			days = append(days, day)
		}
		if c.Reached || len(days) >= n.Attempts {
			return c.At, true
		}
	}
	return time.Time{}, false
}

// mustCall reports whether a call-back is still owed.
func (r Repair) mustCall() bool {
	_, done := r.calledBack()
	return r.demandsCall() && !done
}

// Sign 签收: the unit takes the repair on.
func (r Repair) Sign(h Hand) ([]hall.Fact, error) {
	if err := r.may(hall.TypeRepairSigned, h); err != nil {
		return nil, err
	}
	return []hall.Fact{hall.RepairSigned{Act: r.act(h)}}, nil
}

// mayCall: only who gave his name and agreed is called (domain §4).
func (r Repair) mayCall() error {
	if !r.Rating.Named || !r.Rating.Callback {
		return &Refused{Code: CodeNoCall}
	}
	return nil
}

// Call 回访 records a call to the citizen: whether he was reached, and what was said.
func (r Repair) Call(reached bool, said hall.Sealed, h Hand) ([]hall.Fact, error) {
	if err := r.may(hall.TypeRepairCalled, h); err != nil {
		return nil, err
	}
	if err := r.mayCall(); err != nil {
		return nil, err
	}
	if reached {
		if err := needs("said", said); err != nil {
			return nil, err
		}
	}
	return []hall.Fact{hall.RepairCalled{Act: r.act(h), Attempt: len(r.Round.Calls) + 1, Reached: reached, Said: said}}, nil
}

// Verify 核实 says what is true of it, perhaps with a note; with a mode the unit begins to repair what
// is true.
func (r Repair) Verify(result hall.RepairResult, mode hall.RepairMode, note hall.Sealed, h Hand) ([]hall.Fact, error) {
	if err := r.may(hall.TypeRepairVerified, h); err != nil {
		return nil, err
	}
	if !result.Valid() {
		return nil, &Refused{Code: CodeChoice, Field: "result"}
	}
	verified := hall.RepairVerified{Act: r.act(h), Result: result, Note: note}
	if mode == "" || result == hall.ResultUnfounded {
		return []hall.Fact{verified}, nil
	}
	after := r.Apply(verified, h.Now, 0)
	h.Seen = after.Version
	began, err := after.Begin(mode, h)
	if err != nil {
		return nil, err
	}
	return append([]hall.Fact{verified}, began...), nil
}

func (r Repair) mayBegin() error {
	switch r.Round.Finding.Result {
	case "":
		return &Refused{Code: CodeVerify}
	case hall.ResultUnfounded:
		return &Refused{Code: CodeUnfounded}
	}
	return nil
}

// Begin begins to repair: at once 立行立改 where it is clear and fair, else in the ledger 台账 (001). What turns out to need
// longer can be moved to the ledger.
func (r Repair) Begin(mode hall.RepairMode, h Hand) ([]hall.Fact, error) {
	if err := r.may(hall.TypeRepairBegan, h); err != nil {
		return nil, err
	}
	if err := r.mayBegin(); err != nil {
		return nil, err
	}
	if !mode.Valid() {
		return nil, &Refused{Code: CodeChoice, Field: "mode"}
	}
	return []hall.Fact{hall.RepairBegan{Act: r.act(h), Mode: mode}}, nil
}

// Extend 延期 gives the repair a later deadline: for a written reason, before the old one is over, so often and so far as the
// pack allows (domain §4). Citizen and centre are told of it.
func (r Repair) Extend(to hall.Day, reason hall.Sealed, h Hand, law rating.Law) ([]hall.Fact, error) {
	if err := r.may(hall.TypeRepairExtended, h); err != nil {
		return nil, err
	}
	n := r.Round
	if passed(n.Deadline, h.Now) {
		return nil, &Refused{Code: CodeOverdue, Day: n.Deadline.Day}
	}
	last, left := r.ExtendUntil(law)
	if left == 0 {
		return nil, &Refused{Code: CodeUsedUp}
	}
	if err := needs("reason", reason); err != nil {
		return nil, err
	}
	if to <= n.Deadline.Day {
		return nil, &Refused{Code: CodeNotLater, Day: n.Deadline.Day}
	}
	if to > last {
		return nil, &Refused{Code: CodeTooFar, Day: last}
	}
	today := hall.DayOf(h.Now)
	span := hall.Span{Unit: n.Limit.Unit}
	for _, day := range law.Calendar.CountIn(span.Unit, today, hall.Deadline{Day: to}, r.Hall) {
		span.Days = max(span.Days, day.N)
	}
	due := hall.Deadline{Day: to}
	return []hall.Fact{hall.RepairExtended{Act: r.act(h), From: n.Deadline, To: due, Limit: span,
		Remind: remindOn(law.Calendar, today, due, law.Of(n.Day).Repair.Remind, r.Hall), Reason: reason}}, nil
}

// ExtendUntil returns the last day that an extension may name now, and how many extensions are left.
func (r Repair) ExtendUntil(law rating.Law) (last hall.Day, left int) {
	pack := law.Of(r.Round.Day).Repair
	return law.Calendar.After(r.Round.Deadline.Day, pack.Extension, r.Hall).Day, max(pack.Extensions-len(r.Round.Extensions), 0)
}

// mayAnswer: who gave his name and agreed is called back before he is answered (domain §4).
func (r Repair) mayAnswer() error {
	if r.mustCall() {
		return &Refused{Code: CodeCallFirst}
	}
	return nil
}

// Answer 答复 ends the unit's work: what was found, what was changed, and what the citizen is told. Where something is true
// it was repaired first. Without a result the one stands that was found before. It cannot be taken back.
func (r Repair) Answer(result hall.RepairResult, changed, reply hall.Sealed, h Hand, law rating.Law) ([]hall.Fact, error) {
	if err := r.may(hall.TypeRepairAnswered, h); err != nil {
		return nil, err
	}
	if result == "" {
		result = r.Round.Finding.Result
	}
	if result == "" {
		return nil, &Refused{Code: CodeVerify}
	}
	if !result.Valid() {
		return nil, &Refused{Code: CodeChoice, Field: "result"}
	}
	if err := r.mayAnswer(); err != nil {
		return nil, err
	}
	if result != hall.ResultUnfounded {
		if r.State != Repairing {
			return nil, &Refused{Code: CodeBegin}
		}
		if err := needs("changed", changed); err != nil {
			return nil, err
		}
	}
	if err := needs("reply", reply); err != nil {
		return nil, err
	}
	second := law.Calendar.After(hall.DayOf(h.Now), law.Of(r.Round.Day).Repair.Second, r.Hall)
	return []hall.Fact{hall.RepairAnswered{Act: r.act(h), Result: result, Changed: changed, Reply: reply, Second: second}}, nil
}

// mayGoOn: what waits for the centre is not closed nor proposed again; what it refused is not proposed again.
func (r Repair) mayGoOn(t Turn) error {
	if r.Exclusion.Pending() {
		return &Refused{Code: CodePending}
	}
	if t == hall.TypeRepairExclusionProposed && !r.Exclusion.At.IsZero() {
		return &Refused{Code: CodeRefused}
	}
	return nil
}

// ProposeExclusion: the unit says, with evidence, that the rating is a mistaken 误评 or a malicious 恶意差评 one. The clock
// runs on.
func (r Repair) ProposeExclusion(why hall.ExclusionWhy, evidence hall.Sealed, h Hand) ([]hall.Fact, error) {
	if err := r.may(hall.TypeRepairExclusionProposed, h); err != nil {
		return nil, err
	}
	if err := r.mayGoOn(hall.TypeRepairExclusionProposed); err != nil {
		return nil, err
	}
	if !why.Valid() {
		return nil, &Refused{Code: CodeChoice, Field: "why"}
	}
	if err := needs("evidence", evidence); err != nil {
		return nil, err
	}
	return []hall.Fact{hall.RepairExclusionProposed{Act: r.act(h), Why: why, Evidence: evidence}}, nil
}
