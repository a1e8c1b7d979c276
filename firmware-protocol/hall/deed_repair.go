package hall

import "slices"

// What people and the clock say about the repair 差评整改工单 of a bad rating, and about appeals 申诉 (001; domain §4).
// About is the visit's id. That a limit was computed again is a DeadlineMoved.
const (
	TypeRepairOpened            Type = "repair.opened"
	TypeRepairAssigned          Type = "repair.assigned"
	TypeRepairSigned            Type = "repair.signed"
	TypeRepairCalled            Type = "repair.called"
	TypeRepairVerified          Type = "repair.verified"
	TypeRepairBegan             Type = "repair.began"
	TypeRepairExtended          Type = "repair.extended"
	TypeRepairAnswered          Type = "repair.answered"
	TypeRepairReturned          Type = "repair.returned"
	TypeRepairClosed            Type = "repair.closed"
	TypeRepairReopened          Type = "repair.reopened"
	TypeRepairWithdrawn         Type = "repair.withdrawn"
	TypeRepairExclusionProposed Type = "repair.exclusion_proposed"
	TypeRepairExcluded          Type = "repair.excluded"
	TypeRepairExclusionRefused  Type = "repair.exclusion_refused"
	TypeRepairFrozen            Type = "repair.frozen"
	TypeRepairThawed            Type = "repair.thawed"
	TypeRepairReminded          Type = "repair.reminded"
	TypeRepairEscalated         Type = "repair.escalated"
	TypeRepairSecondRated       Type = "repair.second_rated"
	TypeAppealOpened            Type = "appeal.opened"
	TypeAppealDecided           Type = "appeal.decided"
)

// RepairLimits are the limits of a repair, or of a further round of it, by the pack in force on the day it begins.
type RepairLimits struct {
	Policy   string   `json:"policy"` // id of the pack
	Day      Day      `json:"day"`    // on which the clock begins
	Limit    Span     `json:"limit"`
	Deadline Deadline `json:"deadline"`
	Remind   Day      `json:"remind"` // on which the handler is reminded
	Sign     Deadline `json:"sign"`   // until the unit has signed for it
	Call     Deadline `json:"call"`   // until who gave his name and agreed to it is called back
	// Attempts is how many calls on different days are an answer where nobody is reached; 0: the pack demands no call.
	Attempts int `json:"attempts"`
}

type (
	// RepairOpened: a bad rating began a repair.
	RepairOpened struct {
		Act
		Visit  ID       `json:"visit"`
		Ticket ID       `json:"ticket"`
		Hall   string   `json:"hall"`
		Window string   `json:"window"`
		Item   string   `json:"item"`
		Staff  string   `json:"staff"`  // badge of who served
		Clerk  string   `json:"clerk"`  // his unit
		Served string   `json:"served"` // the unit that the visit was told under
		Unit   string   `json:"unit"`   // that owns the repair
		Why    OwnerWhy `json:"why"`
		RepairLimits
	}
	// RepairAssigned: the centre gave it to a unit, perhaps to one of its handlers.
	RepairAssigned struct {
		Act
		Unit    string   `json:"unit"`
		Handler string   `json:"handler,omitempty"` // account
		Sign    Deadline `json:"sign"`
		Note    Sealed   `json:"note,omitzero"` // to the unit
	}
	// RepairSigned 签收: the unit took it on.
	RepairSigned struct{ Act }
	// RepairCalled 回访: the citizen was called back.
	RepairCalled struct {
		Act
		Attempt int    `json:"attempt"` // from 1
		Reached bool   `json:"reached"`
		Said    Sealed `json:"said,omitzero"` // what was said
	}
	// RepairVerified 核实: the unit looked into what the citizen says.
	RepairVerified struct {
		Act
		Result RepairResult `json:"result"`
		Note   Sealed       `json:"note,omitzero"`
	}
	// RepairBegan: the unit repairs.
	RepairBegan struct {
		Act
		Mode RepairMode `json:"mode"`
	}
	// RepairExtended 延期: a later deadline, for a written reason.
	RepairExtended struct {
		Act
		From   Deadline `json:"from"`
		To     Deadline `json:"to"`
		Limit  Span     `json:"limit"`  // To, as days from the day of the extension on
		Remind Day      `json:"remind"` // on which the handler is reminded
		Reason Sealed   `json:"reason"`
	}
	// RepairAnswered: the unit says what it changed, and answers the citizen.
	RepairAnswered struct {
		Act
		Result  RepairResult `json:"result"`
		Changed Sealed       `json:"changed,omitzero"` // none where nothing was found to be true
		Reply   Sealed       `json:"reply"`
		Second  Deadline     `json:"second"` // until when the citizen can rate the repair
	}
	// RepairReturned: the centre sent the answer back. It was none: the clock has run on.
	RepairReturned struct {
		Act
		Reason Sealed `json:"reason"`
	}
	// RepairClosed: nothing more is to be done.
	RepairClosed struct {
		Act
		Why RepairClosedWhy `json:"why"`
	}
	// RepairReopened: the citizen rated the repair bad; it begins again.
	RepairReopened struct {
		Act
		RepairLimits
	}
	// RepairWithdrawn: the answer that opened it is no longer the rating.
	RepairWithdrawn struct{ Act }
	// RepairExclusionProposed: the unit says the rating is none that should count.
	RepairExclusionProposed struct {
		Act
		Why      ExclusionWhy `json:"why"`
		Evidence Sealed       `json:"evidence"`
	}
	// RepairExcluded: the centre agrees. The rating leaves every figure and stays in the record.
	RepairExcluded struct {
		Act
		Why    ExclusionWhy `json:"why"`
		Reason Sealed       `json:"reason"`
	}
	// RepairExclusionRefused: the centre does not.
	RepairExclusionRefused struct {
		Act
		Reason Sealed `json:"reason"`
	}
	// RepairFrozen: the unit may not act and the clock stands, until the centre has looked into it.
	RepairFrozen struct {
		Act
		Why    FrozenWhy `json:"why"`
		Report Sealed    `json:"report"` // for the centre alone
	}
	// RepairThawed: the unit goes on.
	RepairThawed struct {
		Act
		Reason Sealed `json:"reason"`
	}
	// RepairReminded: the deadline is near.
	RepairReminded struct {
		Act
		Due Deadline `json:"due"`
	}
	// RepairEscalated: a limit passed, and who stands above was told.
	RepairEscalated struct {
		Act
		Of  Clocked  `json:"of"`
		Due Deadline `json:"due"`
	}
	// RepairSecondRated: the citizen rated the repair.
	RepairSecondRated struct {
		Act
		Level   Level    `json:"level"`
		Channel Channel  `json:"channel"`
		Reasons []string `json:"reasons,omitempty"`
		Words   Sealed   `json:"words,omitzero"`
		Call    string   `json:"call,omitempty"` // id of the call in which he said so
	}
	// AppealOpened: the person rated or the unit asks for review.
	AppealOpened struct {
		Act
		Side     AppealSide   `json:"side"`
		Ground   AppealGround `json:"ground"`
		Evidence Sealed       `json:"evidence"`
		Decide   Deadline     `json:"decide"` // until when it is decided
	}
	// AppealDecided: somebody who had not decided before did. Upheld: the rating leaves every figure and stays in the record.
	AppealDecided struct {
		Act
		Side   AppealSide `json:"side"`
		Upheld bool       `json:"upheld"`
		Reason Sealed     `json:"reason"`
	}
)

// What of a repair has limits, besides the repair itself.
const (
	ClockedRepairRemind Clocked = "repair.remind" // the day of the reminder
	ClockedRepairSign   Clocked = "repair.sign"
	ClockedRepairCall   Clocked = "repair.call"
	ClockedRepairSecond Clocked = "repair.second"
	ClockedAppealStaff  Clocked = "appeal.staff"
	ClockedAppealUnit   Clocked = "appeal.unit"
)

// OwnerWhy says why a unit owns a repair (001; domain §3.8, §4).
type OwnerWhy string

// The reasons.
const (
	OwnerHandled  OwnerWhy = "handled"  // 谁办理、谁负责: it handled it, and no reason says more
	OwnerItem     OwnerWhy = "item"     // its item: materials, limit, fee
	OwnerClerk    OwnerWhy = "clerk"    // its clerk: attitude, skill
	OwnerRules    OwnerWhy = "rules"    // its rules: windows and trips that its procedure asks for
	OwnerPlatform OwnerWhy = "platform" // the platform that the centre runs
	OwnerDown     OwnerWhy = "down"     // 系统停用: the system of its unit was down, by declaration, while the citizen was served
	OwnerTownship OwnerWhy = "township" // a township or village hall: the county centre
)

// RepairResult is what the unit found to be true of what the citizen says.
type RepairResult string

// The results.
const (
	ResultConfirmed RepairResult = "confirmed" // 属实
	ResultPartly    RepairResult = "partly"    // 部分属实
	ResultUnfounded RepairResult = "unfounded" // 不属实
)

// Valid reports whether r is a result.
func (r RepairResult) Valid() bool {
	return r == ResultConfirmed || r == ResultPartly || r == ResultUnfounded
}

// RepairMode is how a unit repairs.
type RepairMode string

// The modes (001).
const (
	RepairAtOnce RepairMode = "at-once" // 立行立改: clear and fair
	RepairLedger RepairMode = "ledger"  // 台账: listed with its deadline
)

// Valid reports whether m is a mode.
func (m RepairMode) Valid() bool { return m == RepairAtOnce || m == RepairLedger }

// RepairClosedWhy says why a repair was closed.
type RepairClosedWhy string

// The reasons.
const (
	RepairAccepted RepairClosedWhy = "accepted" // the centre accepted the answer
	RepairLapsed   RepairClosedWhy = "lapsed"   // the citizen could rate it, and did not rate it bad
)

// ExclusionWhy says why a rating should not count.
type ExclusionWhy string

// The reasons (001).
const (
	ExclusionMistaken  ExclusionWhy = "mistaken"  // 误评
	ExclusionMalicious ExclusionWhy = "malicious" // 恶意差评
)

// Valid reports whether w is a reason.
func (w ExclusionWhy) Valid() bool { return w == ExclusionMistaken || w == ExclusionMalicious }

// FrozenWhy says why the centre stops a unit. The unit learns that it is stopped, not why.
type FrozenWhy string

// The reasons.
const (
	FrozenPressure   FrozenWhy = "pressure"   // 打击报复: the citizen reports pressure or retaliation
	FrozenMisconduct FrozenWhy = "misconduct" // a lead that went to the competent body
	FrozenReview     FrozenWhy = "review"     // the centre looks into it itself
)

// Valid reports whether w is a reason.
func (w FrozenWhy) Valid() bool {
	return w == FrozenPressure || w == FrozenMisconduct || w == FrozenReview
}

// AppealSide is who appeals.
type AppealSide string

// The sides.
const (
	AppealStaff AppealSide = "staff" // the person rated
	AppealUnit  AppealSide = "unit"  // the unit that owns the repair
)

// Valid reports whether s is a side.
func (s AppealSide) Valid() bool { return s == AppealStaff || s == AppealUnit }

// AppealGround is what an appeal rests on.
type AppealGround string

// The grounds.
const (
	GroundMistaken  AppealGround = "mistaken"  // 误评: the citizen meant something else
	GroundMalicious AppealGround = "malicious" // 恶意差评
	GroundPerson    AppealGround = "person"    // another person or window served
	GroundPlatform  AppealGround = "platform"  // platform or rules alone were the cause
	GroundFacts     AppealGround = "facts"     // what was found is not so
)

// Valid reports whether g is a ground.
func (g AppealGround) Valid() bool {
	return slices.Contains([]AppealGround{GroundMistaken, GroundMalicious, GroundPerson, GroundPlatform, GroundFacts}, g)
}

// decodeRepair reads the body of a deed about repairs; ErrUnknownType where the type is none of them.
func decodeRepair(t Type, body []byte) (Fact, error) {
	switch t {
	case TypeRepairOpened:
		return decode[RepairOpened](body)
	case TypeRepairAssigned:
		return decode[RepairAssigned](body)
	case TypeRepairSigned:
		return decode[RepairSigned](body)
	case TypeRepairCalled:
		return decode[RepairCalled](body)
	case TypeRepairVerified:
		return decode[RepairVerified](body)
	case TypeRepairBegan:
		return decode[RepairBegan](body)
	case TypeRepairExtended:
		return decode[RepairExtended](body)
	case TypeRepairAnswered:
		return decode[RepairAnswered](body)
	case TypeRepairReturned:
		return decode[RepairReturned](body)
	case TypeRepairClosed:
		return decode[RepairClosed](body)
	case TypeRepairReopened:
		return decode[RepairReopened](body)
	case TypeRepairWithdrawn:
		return decode[RepairWithdrawn](body)
	case TypeRepairExclusionProposed:
		return decode[RepairExclusionProposed](body)
	case TypeRepairExcluded:
		return decode[RepairExcluded](body)
	case TypeRepairExclusionRefused:
		return decode[RepairExclusionRefused](body)
	case TypeRepairFrozen:
		return decode[RepairFrozen](body)
	case TypeRepairThawed:
		return decode[RepairThawed](body)
	case TypeRepairReminded:
		return decode[RepairReminded](body)
	case TypeRepairEscalated:
		return decode[RepairEscalated](body)
	case TypeRepairSecondRated:
		return decode[RepairSecondRated](body)
	case TypeAppealOpened:
		return decode[AppealOpened](body)
	case TypeAppealDecided:
		return decode[AppealDecided](body)
	}
	return nil, ErrUnknownType
}

func (f RepairSecondRated) verdicts() []Level { return []Level{f.Level} }

// Type implements Fact.
func (RepairOpened) Type() Type { return TypeRepairOpened }

// Type implements Fact.
func (RepairAssigned) Type() Type { return TypeRepairAssigned }

// Type implements Fact.
func (RepairSigned) Type() Type { return TypeRepairSigned }

// Type implements Fact.
func (RepairCalled) Type() Type { return TypeRepairCalled }

// Type implements Fact.
func (RepairVerified) Type() Type { return TypeRepairVerified }

// Type implements Fact.
func (RepairBegan) Type() Type { return TypeRepairBegan }

// Type implements Fact.
func (RepairExtended) Type() Type { return TypeRepairExtended }

// Type implements Fact.
func (RepairAnswered) Type() Type { return TypeRepairAnswered }

// Type implements Fact.
func (RepairReturned) Type() Type { return TypeRepairReturned }

// Type implements Fact.
func (RepairClosed) Type() Type { return TypeRepairClosed }

// Type implements Fact.
func (RepairReopened) Type() Type { return TypeRepairReopened }

// Type implements Fact.
func (RepairWithdrawn) Type() Type { return TypeRepairWithdrawn }

// Type implements Fact.
func (RepairExclusionProposed) Type() Type { return TypeRepairExclusionProposed }

// Type implements Fact.
func (RepairExcluded) Type() Type { return TypeRepairExcluded }

// Type implements Fact.
func (RepairExclusionRefused) Type() Type { return TypeRepairExclusionRefused }

// Type implements Fact.
func (RepairFrozen) Type() Type { return TypeRepairFrozen }

// Type implements Fact.
func (RepairThawed) Type() Type { return TypeRepairThawed }

// Type implements Fact.
func (RepairReminded) Type() Type { return TypeRepairReminded }

// Type implements Fact.
func (RepairEscalated) Type() Type { return TypeRepairEscalated }

// Type implements Fact.
func (RepairSecondRated) Type() Type { return TypeRepairSecondRated }

// Type implements Fact.
func (AppealOpened) Type() Type { return TypeAppealOpened }

// Type implements Fact.
func (AppealDecided) Type() Type { return TypeAppealDecided }

// Sealed implements Texts.
func (f RepairAssigned) Sealed() []Sealed { return sealedOf(f.Note) }

// Sealed implements Texts.
func (f RepairVerified) Sealed() []Sealed { return sealedOf(f.Note) }

// Sealed implements Texts.
func (f RepairCalled) Sealed() []Sealed { return sealedOf(f.Said) }

// Sealed implements Texts.
func (f RepairExtended) Sealed() []Sealed { return sealedOf(f.Reason) }

// Sealed implements Texts.
func (f RepairAnswered) Sealed() []Sealed { return sealedOf(f.Changed, f.Reply) }

// Sealed implements Texts.
func (f RepairReturned) Sealed() []Sealed { return sealedOf(f.Reason) }

// Sealed implements Texts.
func (f RepairExclusionProposed) Sealed() []Sealed { return sealedOf(f.Evidence) }

// Sealed implements Texts.
func (f RepairExcluded) Sealed() []Sealed { return sealedOf(f.Reason) }

// Sealed implements Texts.
func (f RepairExclusionRefused) Sealed() []Sealed { return sealedOf(f.Reason) }

// Sealed implements Texts.
func (f RepairFrozen) Sealed() []Sealed { return sealedOf(f.Report) }

// Sealed implements Texts.
func (f RepairThawed) Sealed() []Sealed { return sealedOf(f.Reason) }

// Sealed implements Texts.
func (f RepairSecondRated) Sealed() []Sealed { return sealedOf(f.Words) }

// Sealed implements Texts.
func (f AppealOpened) Sealed() []Sealed { return sealedOf(f.Evidence) }

// Sealed implements Texts.
func (f AppealDecided) Sealed() []Sealed { return sealedOf(f.Reason) }
