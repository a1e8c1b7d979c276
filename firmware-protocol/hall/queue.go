package hall

import "slices"

// TicketState is where a ticket stands in its queue.
type TicketState string

// The states of a ticket. After missed it may wait once more, on its day.
const (
	TicketIsBooked    TicketState = "booked"    // 已预约
	TicketIsConfirmed TicketState = "confirmed" // 已到: who booked is here
	TicketIsQueued    TicketState = "queued"    // 等候
	TicketIsCalled    TicketState = "called"    // 已叫号
	TicketIsServing   TicketState = "serving"   // 办理中
	TicketIsHeld      TicketState = "held"      // 暂离: its visit is parked
	TicketIsFinished  TicketState = "finished"  // 办完
	TicketIsMissed    TicketState = "missed"    // 过号
	TicketIsCancelled TicketState = "cancelled" // 退号
	TicketIsWithdrawn TicketState = "withdrawn" // 作废: its day ended before it was called, or who booked did not arrive
)

// Final reports whether a ticket in this state has left its queue.
func (s TicketState) Final() bool {
	return s == TicketIsFinished || s == TicketIsMissed || s == TicketIsCancelled || s == TicketIsWithdrawn
}

// Outcome is how a visit ended.
type Outcome string

// The ways a visit ends.
const (
	OutcomeFinished    Outcome = "finished"    // by the clerk, by his next call, or by the end of the day on which it was parked
	OutcomeMissed      Outcome = "missed"      // called, nobody came
	OutcomeTransferred Outcome = "transferred" // to another unit, or before service began
	OutcomeCancelled   Outcome = "cancelled"
)

// Outcomes returns every way.
func Outcomes() []Outcome {
	return []Outcome{OutcomeFinished, OutcomeMissed, OutcomeTransferred, OutcomeCancelled}
}

// Ratable reports whether a visit that ended so may be rated: service began, and it was finished or passed on to another
// unit, which invites like a finish (domain §3.10).
func (o Outcome) Ratable(began bool) bool {
	return began && (o == OutcomeFinished || o == OutcomeTransferred)
}

// Class is why somebody may go before others (domain §6); empty: he may not.
type Class string

// The classes. What each is worth is written in the rule of the queue.
const (
	ClassEmergency Class = "emergency" // 急事
	ClassCarried   Class = "carried"   // 昨天取了号没办上
	ClassMilitary  Class = "military"  // 现役军人
	ClassDisabled  Class = "disabled"  // 残疾人
	ClassElderly   Class = "elderly"   // 老年人
)

// Classes returns every class.
func Classes() []Class {
	return []Class{ClassEmergency, ClassCarried, ClassMilitary, ClassDisabled, ClassElderly}
}

// Purpose 来意 is what somebody comes for at a window.
type Purpose string

// The purposes. Empty is to apply.
const (
	PurposeApply    Purpose = "apply"    // 申办
	PurposeAsk      Purpose = "ask"      // 咨询
	PurposePickUp   Purpose = "pick-up"  // 取件
	PurposePay      Purpose = "pay"      // 缴费
	PurposeComplain Purpose = "complain" // 反映问题
)

// Purposes returns every purpose.
func Purposes() []Purpose {
	return []Purpose{PurposeApply, PurposeAsk, PurposePickUp, PurposePay, PurposeComplain}
}

// MovedWhy is why somebody was called out of turn. Every jump in the queue has its reason.
type MovedWhy string

// The reasons.
const (
	MovedBack      MovedWhy = "back"      // 补件回来
	MovedUrgent    MovedWhy = "urgent"    // 急事
	MovedFrail     MovedWhy = "frail"     // 身体不便
	MovedThird     MovedWhy = "third"     // 第三次来
	MovedMistake   MovedWhy = "mistake"   // 取错号
	MovedArranged  MovedWhy = "arranged"  // 事先约好
	MovedContinued MovedWhy = "continued" // 接着刚才的办
)

// MovedWhys returns every reason.
func MovedWhys() []MovedWhy {
	return []MovedWhy{MovedBack, MovedUrgent, MovedFrail, MovedThird, MovedMistake, MovedArranged, MovedContinued}
}

// HeldWhy is why a visit is parked.
type HeldWhy string

// The reasons.
const (
	HeldMaterials HeldWhy = "materials" // 补材料
	HeldForm      HeldWhy = "form"      // 填表
	HeldPay       HeldWhy = "pay"       // 去缴费
	HeldCheck     HeldWhy = "check"     // 等核查
)

// HeldWhys returns every reason.
func HeldWhys() []HeldWhy { return []HeldWhy{HeldMaterials, HeldForm, HeldPay, HeldCheck} }

// DropWhy is why a ticket was given back.
type DropWhy string

// The reasons.
const (
	DropLeft    DropWhy = "left"    // 不办了
	DropMistake DropWhy = "mistake" // 取错号
	DropTwice   DropWhy = "twice"   // 重复取号
)

// DropWhys returns every reason.
func DropWhys() []DropWhy {
	return []DropWhy{DropLeft, DropMistake, DropTwice}
}

// WithdrawnWhy is why a ticket was withdrawn that nobody called.
type WithdrawnWhy string

// WithdrawnLate: who booked did not arrive in time 预约未到.
const WithdrawnLate WithdrawnWhy = "late"

// ClassedWhy is why somebody's class was corrected.
type ClassedWhy string

// The reasons.
const (
	ClassedSeen    ClassedWhy = "seen"    // 看过证件
	ClassedUnasked ClassedWhy = "unasked" // 取号时没有选
	ClassedWrong   ClassedWhy = "wrong"   // 不符合条件
)

// ClassedWhys returns every reason.
func ClassedWhys() []ClassedWhy { return []ClassedWhy{ClassedSeen, ClassedUnasked, ClassedWrong} }

// TicketNote is what is noted on a ticket.
type TicketNote string

// NoteThird: here for the third time for the same thing (办不成事).
const NoteThird TicketNote = "third"

// QueueRule is the rule by which a hall calls (domain §6): the same for all, readable on the public page. Who waits
// longest is called first. A class may be worth minutes of waiting, or go before all that have none.
type QueueRule struct {
	Calls        int         `json:"calls" yaml:"calls"`                   // how often a number is called before it may count as missed
	MissedLoses  int         `json:"missed_loses" yaml:"missed_loses"`     // minutes of waiting that a missed number loses when it comes back
	OtherLetter  int         `json:"other_letter" yaml:"other_letter"`     // minutes that somebody of a window's next letter must have waited longer
	Classes      []ClassRule `json:"classes,omitempty" yaml:"classes"`     // those that go first stand in their order
	CasesPerTurn int         `json:"cases_per_turn" yaml:"cases_per_turn"` // most cases on one number
}

// ClassRule is what a class is worth: minutes of waiting, or First.
type ClassRule struct {
	Class   Class `json:"class" yaml:"class"`
	First   bool  `json:"first,omitempty" yaml:"first"`
	Minutes int   `json:"minutes,omitempty" yaml:"minutes"`
}

// DefaultQueueRule returns the rule of a hall that writes none.
func DefaultQueueRule() QueueRule {
	return QueueRule{Calls: 1, MissedLoses: 10, OtherLetter: 60, CasesPerTurn: 5, Classes: []ClassRule{
		{Class: ClassEmergency, First: true}, {Class: ClassCarried, First: true},
		{Class: ClassMilitary, Minutes: 20}, {Class: ClassDisabled, Minutes: 20}, {Class: ClassElderly, Minutes: 20},
	}}
}

// Of returns what a class is worth, and its place among those that go first.
func (r QueueRule) Of(c Class) (rule ClassRule, place int) {
	i := slices.IndexFunc(r.Classes, func(o ClassRule) bool { return o.Class == c })
	if i < 0 {
		return ClassRule{}, 0
	}
	return r.Classes[i], i
}
