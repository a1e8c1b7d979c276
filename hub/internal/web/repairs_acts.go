package web

import (
	"context"
	"slices"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/rating"
	"hallpulse/hub/internal/repair"
)

// repairAct is one act on a repair: its address, the deeds it can do, who the table of rights lets do it, what it says.
type repairAct struct {
	name   string
	does   []hall.Type
	action access.Action
	body   func() repairBody
}

// repairActs are all of them, in the order in which pages offer them.
func repairActs() []repairAct {
	one := func(name string, t hall.Type, a access.Action, body func() repairBody) repairAct {
		return repairAct{name, []hall.Type{t}, a, body}
	}
	return []repairAct{
		one("assign", hall.TypeRepairAssigned, access.RepairsAssign, func() repairBody { return new(assignBody) }),
		one("sign", hall.TypeRepairSigned, access.RepairsSign, func() repairBody { return new(signBody) }),
		one("call", hall.TypeRepairCalled, access.RepairsCall, func() repairBody { return new(callBody) }),
		one("verify", hall.TypeRepairVerified, access.RepairsWork, func() repairBody { return new(verifyBody) }),
		one("begin", hall.TypeRepairBegan, access.RepairsWork, func() repairBody { return new(beginBody) }),
		one("answer", hall.TypeRepairAnswered, access.RepairsWork, func() repairBody { return new(answerBody) }),
		one("extend", hall.TypeRepairExtended, access.RepairsWork, func() repairBody { return new(extendBody) }),
		one("accept", hall.TypeRepairClosed, access.RepairsAccept, func() repairBody { return new(acceptBody) }),
		one("return", hall.TypeRepairReturned, access.RepairsAccept, func() repairBody { return new(returnBody) }),
		one("propose-exclusion", hall.TypeRepairExclusionProposed, access.RepairsWork, func() repairBody { return new(proposeBody) }),
		{"decide-exclusion", []hall.Type{hall.TypeRepairExcluded, hall.TypeRepairExclusionRefused}, access.RepairsDecide, func() repairBody { return new(excludeBody) }},
		one("appeal", hall.TypeAppealOpened, access.AppealsOpen, func() repairBody { return new(appealBody) }),
		one("decide-appeal", hall.TypeAppealDecided, access.AppealsDecide, func() repairBody { return new(upholdBody) }),
		one("freeze", hall.TypeRepairFrozen, access.RepairsFreeze, func() repairBody { return new(freezeBody) }),
		one("thaw", hall.TypeRepairThawed, access.RepairsFreeze, func() repairBody { return new(thawBody) }),
	}
}

// actNamed returns the act of a name.
func actNamed(name string) (repairAct, bool) {
	all := repairActs()
	n := slices.IndexFunc(all, func(a repairAct) bool { return a.name == name })
	if n < 0 {
		return repairAct{}, false
	}
	return all[n], true
}

// chosen returns what was chosen of yes and no; that neither was is a fault.
func chosen(field string, yes *bool) (bool, error) {
	if yes == nil {
		return false, &repair.Refused{Code: repair.CodeChoice, Field: field}
	}
	return *yes, nil
}

// assignBody 派单.
type assignBody struct {
	seenJSON
	Unit    string `json:"unit"`
	Handler string `json:"handler"` // account; empty: whoever of the unit signs for it
	Note    paper  `json:"note"`
}

func (b *assignBody) texts() map[string]*paper { return map[string]*paper{"note": &b.Note} }

func (b *assignBody) decide(r repair.Repair, h repair.Hand, law rating.Law) ([]hall.Fact, error) {
	return r.Assign(b.Unit, b.Handler, b.Note.sealed, h, law)
}

// check wants a unit that there is, and of its people one who works on repairs in the hall.
func (b *assignBody) check(ctx context.Context, o *office, r repair.Repair) error {
	if b.Unit != "" && b.Unit != access.CentreUnit && !slices.Contains(knownOf(o.Halls()).units, b.Unit) {
		return &repair.Refused{Code: repair.CodeChoice, Field: "unit"}
	}
	if b.Handler == "" {
		return nil
	}
	a, ok, err := o.Accounts.Account(ctx, b.Handler)
	if err != nil {
		return err
	}
	to := o.repairObject(r)
	to.Unit = b.Unit
	if !ok || a.Disabled || !access.May(a.Account, access.RepairsWork, to) {
		return &repair.Refused{Code: repair.CodeChoice, Field: "handler"}
	}
	return nil
}

// signBody 签收.
type signBody struct{ seenJSON }

func (b *signBody) decide(r repair.Repair, h repair.Hand, _ rating.Law) ([]hall.Fact, error) {
	return r.Sign(h)
}

// callBody 回访.
type callBody struct {
	seenJSON
	Reached *bool `json:"reached"`
	Said    paper `json:"said"`
}

func (b *callBody) texts() map[string]*paper { return map[string]*paper{"said": &b.Said} }

func (b *callBody) decide(r repair.Repair, h repair.Hand, _ rating.Law) ([]hall.Fact, error) {
	reached, err := chosen("reached", b.Reached)
	if err != nil {
		return nil, err
	}
	return r.Call(reached, b.Said.sealed, h)
}

// verifyBody 核实; with a mode the repair begins.
type verifyBody struct {
	seenJSON
	Result hall.RepairResult `json:"result"`
	Mode   hall.RepairMode   `json:"mode"`
	Note   paper             `json:"note"`
}

func (b *verifyBody) texts() map[string]*paper { return map[string]*paper{"note": &b.Note} }

func (b *verifyBody) decide(r repair.Repair, h repair.Hand, _ rating.Law) ([]hall.Fact, error) {
	return r.Verify(b.Result, b.Mode, b.Note.sealed, h)
}

// beginBody: at once 立行立改, or in the ledger 台账.
type beginBody struct {
	seenJSON
	Mode hall.RepairMode `json:"mode"`
}

func (b *beginBody) decide(r repair.Repair, h repair.Hand, _ rating.Law) ([]hall.Fact, error) {
	return r.Begin(b.Mode, h)
}

// answerBody 答复.
type answerBody struct {
	seenJSON
	Result  hall.RepairResult `json:"result"` // empty: as it was verified
	Changed paper             `json:"changed"`
	Reply   paper             `json:"reply"`
}

func (b *answerBody) texts() map[string]*paper {
	return map[string]*paper{"changed": &b.Changed, "reply": &b.Reply}
}

func (b *answerBody) decide(r repair.Repair, h repair.Hand, law rating.Law) ([]hall.Fact, error) {
	return r.Answer(b.Result, b.Changed.sealed, b.Reply.sealed, h, law)
}

// extendBody 延期.
type extendBody struct {
	seenJSON
	To     *hall.Day `json:"to"`
	Reason paper     `json:"reason"`
}

func (b *extendBody) texts() map[string]*paper { return map[string]*paper{"reason": &b.Reason} }

func (b *extendBody) decide(r repair.Repair, h repair.Hand, law rating.Law) ([]hall.Fact, error) {
	if b.To == nil {
		return nil, &repair.Refused{Code: repair.CodeChoice, Field: "to"}
	}
	return r.Extend(*b.To, b.Reason.sealed, h, law)
}

// acceptBody 办结.
type acceptBody struct{ seenJSON }

func (b *acceptBody) decide(r repair.Repair, h repair.Hand, _ rating.Law) ([]hall.Fact, error) {
	return r.Accept(h)
}

// returnBody 退回.
type returnBody struct {
	seenJSON
	Reason paper `json:"reason"`
}

func (b *returnBody) texts() map[string]*paper { return map[string]*paper{"reason": &b.Reason} }

func (b *returnBody) decide(r repair.Repair, h repair.Hand, _ rating.Law) ([]hall.Fact, error) {
	return r.Return(b.Reason.sealed, h)
}

// proposeBody: the rating is said to be a mistaken 误评 or a malicious 恶意差评 one.
type proposeBody struct {
	seenJSON
	Why      hall.ExclusionWhy `json:"why"`
	Evidence paper             `json:"evidence"`
}

func (b *proposeBody) texts() map[string]*paper {
	return map[string]*paper{"evidence": &b.Evidence}
}

func (b *proposeBody) decide(r repair.Repair, h repair.Hand, _ rating.Law) ([]hall.Fact, error) {
	return r.ProposeExclusion(b.Why, b.Evidence.sealed, h)
}

type excludeBody struct {
	seenJSON
	Exclude *bool `json:"exclude"`
	Reason  paper `json:"reason"`
}

func (b *excludeBody) texts() map[string]*paper { return map[string]*paper{"reason": &b.Reason} }

func (b *excludeBody) decide(r repair.Repair, h repair.Hand, _ rating.Law) ([]hall.Fact, error) {
	exclude, err := chosen("exclude", b.Exclude)
	if err != nil {
		return nil, err
	}
	return r.DecideExclusion(exclude, b.Reason.sealed, h)
}

// appealBody 申诉.
type appealBody struct {
	seenJSON
	Ground   hall.AppealGround `json:"ground"`
	Evidence paper             `json:"evidence"`
}

func (b *appealBody) texts() map[string]*paper { return map[string]*paper{"evidence": &b.Evidence} }

func (b *appealBody) decide(r repair.Repair, h repair.Hand, law rating.Law) ([]hall.Fact, error) {
	return r.Appeal(b.Ground, b.Evidence.sealed, h, law)
}

type upholdBody struct {
	seenJSON
	Side   hall.AppealSide `json:"side"`
	Uphold *bool           `json:"uphold"`
	Reason paper           `json:"reason"`
}

func (b *upholdBody) texts() map[string]*paper { return map[string]*paper{"reason": &b.Reason} }

func (b *upholdBody) decide(r repair.Repair, h repair.Hand, _ rating.Law) ([]hall.Fact, error) {
	uphold, err := chosen("uphold", b.Uphold)
	if err != nil {
		return nil, err
	}
	return r.DecideAppeal(b.Side, uphold, b.Reason.sealed, h)
}

type freezeBody struct {
	seenJSON
	Why    hall.FrozenWhy `json:"why"`
	Report paper          `json:"report"`
}

func (b *freezeBody) texts() map[string]*paper { return map[string]*paper{"report": &b.Report} }

func (b *freezeBody) decide(r repair.Repair, h repair.Hand, _ rating.Law) ([]hall.Fact, error) {
	return r.Freeze(b.Why, b.Report.sealed, h)
}

type thawBody struct {
	seenJSON
	Reason paper `json:"reason"`
}

func (b *thawBody) texts() map[string]*paper { return map[string]*paper{"reason": &b.Reason} }

func (b *thawBody) decide(r repair.Repair, h repair.Hand, law rating.Law) ([]hall.Fact, error) {
	return r.Thaw(b.Reason.sealed, h, law)
}
