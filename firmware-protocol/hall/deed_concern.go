package hall

import (
	"slices"
	"time"
)

// What people and the clock say about concerns 诉求 (001; domain §5).
const (
	TypeConcernReceived  Type = "concern.received"
	TypeConcernRouted    Type = "concern.routed"
	TypeConcernSigned    Type = "concern.signed"
	TypeConcernReturned  Type = "concern.returned"
	TypeConcernReferred  Type = "concern.referred"
	TypeConcernAnswered  Type = "concern.answered"
	TypeConcernJudged    Type = "concern.judged"
	TypeConcernHeard     Type = "concern.heard"
	TypeConcernReopened  Type = "concern.reopened"
	TypeConcernClosed    Type = "concern.closed"
	TypeConcernEscalated Type = "concern.escalated"
	TypeConcernPraised   Type = "concern.praised"
	TypeConcernStruck    Type = "concern.struck"
)

type (
	// ConcernReceived: the desk received what a citizen wants. About is its id, "12345-" and the number for a work order.
	ConcernReceived struct {
		Act
		Kind     ConcernKind   `json:"kind"`
		Source   ConcernSource `json:"source"`
		Order    string        `json:"order,omitempty"`    // number of the work order, of a 12345 one
		Limit    time.Time     `json:"limit,omitzero"`     // before which 12345 wants the answer; it goes before Answer
		Since    time.Time     `json:"since"`              // when the citizen said it; limits begin on this day
		Topic    string        `json:"topic,omitempty"`    // of the responsibility list
		Hall     string        `json:"hall,omitempty"`     // empty: none in particular
		Against  string        `json:"against,omitempty"`  // unit that it is about
		Repair   string        `json:"repair,omitempty"`   // repair that it is about
		Pressure bool          `json:"pressure,omitempty"` // 打击报复: somebody was pressed or paid back for a rating
		Text     Sealed        `json:"text"`
		Asker    Sealed        `json:"asker,omitzero"` // name and phone; none: anonymous
		Policy   string        `json:"policy"`         // id of the pack
		Route    Deadline      `json:"route"`          // until when the centre has found who answers it
		Answer   Deadline      `json:"answer,omitzero"`
	}
	// ConcernRouted: it was given to a unit, which answers for it when it has signed; until then who answered for it before
	// goes on to.
	ConcernRouted struct {
		Act
		Unit  string      `json:"unit"`           // "centre": the centre keeps it itself
		Rule  string      `json:"rule,omitempty"` // of the responsibility list; empty: a person chose
		Kind  ConcernKind `json:"kind,omitempty"` // put right
		Topic string      `json:"topic,omitempty"`
		Sign  Deadline    `json:"sign"` // until when it is signed for
	}
	// ConcernSigned: the unit it was given to has signed for it and answers for it.
	ConcernSigned struct{ Act }
	// ConcernReturned: the unit says it is not for it to answer. It goes on to answer for it until another accepts.
	ConcernReturned struct {
		Act
		Why   ReturnedWhy `json:"why"`
		Text  Sealed      `json:"text,omitzero"`
		Route Deadline    `json:"route"` // until when the centre has found who answers it
	}
	// ConcernReferred: a lead on misconduct went to the body that looks into it 移送.
	ConcernReferred struct {
		Act
		Body Body `json:"body"`
	}
	// ConcernAnswered: what the citizen is told.
	ConcernAnswered struct {
		Act
		Text Sealed `json:"text"`
	}
	// ConcernJudged: the centre decided whether it is a valid one 有效投诉.
	ConcernJudged struct {
		Act
		Valid bool       `json:"valid"`
		Why   InvalidWhy `json:"why,omitempty"`
	}
	// ConcernHeard: what the citizen, asked for it, thinks of the answer. It is no rating.
	ConcernHeard struct {
		Act
		Level   Level   `json:"level"`
		Channel Channel `json:"channel"`
		Call    string  `json:"call,omitempty"` // id of the call in which he was asked
	}
	// ConcernReopened: the centre wants another answer.
	ConcernReopened struct {
		Act
		Text   Sealed    `json:"text,omitzero"`
		Limit  time.Time `json:"limit,omitzero"` // a new one that 12345 gave
		Answer Deadline  `json:"answer,omitzero"`
	}
	// ConcernClosed: nothing more is to be done.
	ConcernClosed struct {
		Act
		Why  ClosedWhy `json:"why"`
		Same string    `json:"same,omitempty"` // the one that it doubles
	}
	// ConcernEscalated: a limit passed, and the centre was told.
	ConcernEscalated struct {
		Act
		Of    ConcernLimit `json:"of"`
		Unit  string       `json:"unit"` // which let it pass
		Until time.Time    `json:"until"`
	}
	// ConcernPraised: praise 表扬 or a pennant 锦旗 was recorded. It is no rating.
	ConcernPraised struct {
		Act
		Source ConcernSource `json:"source"`
		Form   PraiseForm    `json:"form"`
		Since  time.Time     `json:"since"` // when it was given
		Hall   string        `json:"hall,omitempty"`
		Of     []Praised     `json:"of"`
		Text   Sealed        `json:"text,omitzero"`
		Asker  Sealed        `json:"asker,omitzero"` // who gave it
	}
	// ConcernStruck: recorded praise is taken back; the record stays.
	ConcernStruck struct {
		Act
		Why StruckWhy `json:"why"`
	}
)

// Praised is whom praise is about: a clerk by his badge, or a whole unit.
type Praised struct {
	Unit  string `json:"unit"`
	Badge string `json:"badge,omitempty"`
}

// ConcernKind is what a citizen wants of the desk (001).
type ConcernKind string

// The seven kinds.
const (
	ConcernEnquiry    ConcernKind = "enquiry"    // 咨询
	ConcernPlea       ConcernKind = "plea"       // 求助
	ConcernOpinion    ConcernKind = "opinion"    // 意见
	ConcernSuggestion ConcernKind = "suggestion" // 建议
	ConcernComplaint  ConcernKind = "complaint"  // 投诉
	ConcernReport     ConcernKind = "report"     // 举报
	ConcernPraise     ConcernKind = "praise"     // 表扬
)

// ConcernKinds are all of them, in the order of 001.
func ConcernKinds() []ConcernKind {
	return []ConcernKind{ConcernEnquiry, ConcernPlea, ConcernOpinion, ConcernSuggestion, ConcernComplaint, ConcernReport, ConcernPraise}
}

// Valid reports whether k is one of the seven.
func (k ConcernKind) Valid() bool { return slices.Contains(ConcernKinds(), k) }

// ConcernSource is the road a concern took.
type ConcernSource string

// The sources.
const (
	ConcernHotline ConcernSource = "hotline" // a work order of 12345
	ConcernBox     ConcernSource = "box"     // 意见箱
	ConcernMail    ConcernSource = "mail"    // 信件
	ConcernWeb     ConcernSource = "web"     // 网上
	ConcernPhone   ConcernSource = "phone"   // 电话
	ConcernVisitor ConcernSource = "visitor" // 来访
)

// ConcernSources are all of them.
func ConcernSources() []ConcernSource {
	return []ConcernSource{ConcernHotline, ConcernBox, ConcernMail, ConcernWeb, ConcernPhone, ConcernVisitor}
}

// Valid reports whether s is a known source.
func (s ConcernSource) Valid() bool { return slices.Contains(ConcernSources(), s) }

// ReturnedWhy says why a unit sends a concern back to the centre.
type ReturnedWhy string

// The reasons.
const (
	ReturnedNotOurs ReturnedWhy = "not-ours" // 不属本单位职责
	ReturnedSeveral ReturnedWhy = "several"  // 涉及多个单位
	ReturnedUnclear ReturnedWhy = "unclear"  // 诉求不清
)

// Valid reports whether w is a known reason.
func (w ReturnedWhy) Valid() bool {
	return w == ReturnedNotOurs || w == ReturnedSeveral || w == ReturnedUnclear
}

// Body looks into misconduct.
type Body string

// The bodies.
const (
	BodyDiscipline Body = "discipline" // 纪检监察
	BodyPolice     Body = "police"     // 公安
	BodyOther      Body = "other"
)

// Valid reports whether b is a known body.
func (b Body) Valid() bool { return b == BodyDiscipline || b == BodyPolice || b == BodyOther }

// InvalidWhy says why a concern is not a valid one.
type InvalidWhy string

// The reasons.
const (
	InvalidUnfounded InvalidWhy = "unfounded" // 不属实
	InvalidDoubled   InvalidWhy = "doubled"   // 重复
	InvalidForeign   InvalidWhy = "foreign"   // 不属本中心
	InvalidUnclear   InvalidWhy = "unclear"   // 无法核实
)

// Valid reports whether w is a known reason.
func (w InvalidWhy) Valid() bool {
	return w == InvalidUnfounded || w == InvalidDoubled || w == InvalidForeign || w == InvalidUnclear
}

// ClosedWhy says why nothing more is to be done about a concern.
type ClosedWhy string

// The reasons.
const (
	ClosedAnswered  ClosedWhy = "answered"
	ClosedWithdrawn ClosedWhy = "withdrawn" // 撤回, by who raised it
	ClosedDoubled   ClosedWhy = "doubled"   // 重复: it goes on as another
)

// Valid reports whether w is a known reason.
func (w ClosedWhy) Valid() bool {
	return w == ClosedAnswered || w == ClosedWithdrawn || w == ClosedDoubled
}

// ConcernLimit is which limit of a concern passed.
type ConcernLimit string

// The limits.
const (
	LimitRoute  ConcernLimit = "route"  // the centre finds who answers
	LimitSign   ConcernLimit = "sign"   // 签收
	LimitAnswer ConcernLimit = "answer" // 答复
)

// ClockedConcernStep is the limit of a concern to be routed or signed for; ClockedConcern is the one of its answer.
const ClockedConcernStep Clocked = "concern.step"

// PraiseForm is how praise was given.
type PraiseForm string

// The forms.
const (
	PraiseWords   PraiseForm = "words"   // 口头
	PraiseLetter  PraiseForm = "letter"  // 感谢信
	PraisePennant PraiseForm = "pennant" // 锦旗
)

// Valid reports whether f is a known form.
func (f PraiseForm) Valid() bool {
	return f == PraiseWords || f == PraiseLetter || f == PraisePennant
}

// StruckWhy says why recorded praise is taken back.
type StruckWhy string

// The reasons.
const (
	StruckMistake StruckWhy = "mistake" // 登记有误
	StruckDoubled StruckWhy = "doubled" // 重复
	StruckMade    StruckWhy = "made"    // 不实: asked for, or made up
)

// Valid reports whether w is a known reason.
func (w StruckWhy) Valid() bool {
	return w == StruckMistake || w == StruckDoubled || w == StruckMade
}

// decodeConcern reads the body of a deed about concerns 诉求; ErrUnknownType where the type is none of them.
func decodeConcern(t Type, body []byte) (Fact, error) {
	switch t {
	case TypeConcernReceived:
		return decode[ConcernReceived](body)
	case TypeConcernRouted:
		return decode[ConcernRouted](body)
	case TypeConcernSigned:
		return decode[ConcernSigned](body)
	case TypeConcernReturned:
		return decode[ConcernReturned](body)
	case TypeConcernReferred:
		return decode[ConcernReferred](body)
	case TypeConcernAnswered:
		return decode[ConcernAnswered](body)
	case TypeConcernJudged:
		return decode[ConcernJudged](body)
	case TypeConcernHeard:
		return decode[ConcernHeard](body)
	case TypeConcernReopened:
		return decode[ConcernReopened](body)
	case TypeConcernClosed:
		return decode[ConcernClosed](body)
	case TypeConcernEscalated:
		return decode[ConcernEscalated](body)
	case TypeConcernPraised:
		return decode[ConcernPraised](body)
	case TypeConcernStruck:
		return decode[ConcernStruck](body)
	}
	return nil, ErrUnknownType
}

func (f ConcernHeard) verdicts() []Level { return []Level{f.Level} }

// Type implements Fact.
func (ConcernReceived) Type() Type { return TypeConcernReceived }

// Type implements Fact.
func (ConcernRouted) Type() Type { return TypeConcernRouted }

// Type implements Fact.
func (ConcernSigned) Type() Type { return TypeConcernSigned }

// Type implements Fact.
func (ConcernReturned) Type() Type { return TypeConcernReturned }

// Type implements Fact.
func (ConcernReferred) Type() Type { return TypeConcernReferred }

// Type implements Fact.
func (ConcernAnswered) Type() Type { return TypeConcernAnswered }

// Type implements Fact.
func (ConcernJudged) Type() Type { return TypeConcernJudged }

// Type implements Fact.
func (ConcernHeard) Type() Type { return TypeConcernHeard }

// Type implements Fact.
func (ConcernReopened) Type() Type { return TypeConcernReopened }

// Type implements Fact.
func (ConcernClosed) Type() Type { return TypeConcernClosed }

// Type implements Fact.
func (ConcernEscalated) Type() Type { return TypeConcernEscalated }

// Type implements Fact.
func (ConcernPraised) Type() Type { return TypeConcernPraised }

// Type implements Fact.
func (ConcernStruck) Type() Type { return TypeConcernStruck }

// Sealed implements Texts.
func (f ConcernReceived) Sealed() []Sealed { return sealedOf(f.Text, f.Asker) }

// Sealed implements Texts.
func (f ConcernReturned) Sealed() []Sealed { return sealedOf(f.Text) }

// Sealed implements Texts.
func (f ConcernAnswered) Sealed() []Sealed { return sealedOf(f.Text) }

// Sealed implements Texts.
func (f ConcernReopened) Sealed() []Sealed { return sealedOf(f.Text) }

// Sealed implements Texts.
func (f ConcernPraised) Sealed() []Sealed { return sealedOf(f.Text, f.Asker) }

// sealedOf leaves out what is not there.
func sealedOf(texts ...Sealed) []Sealed {
	return slices.DeleteFunc(texts, func(s Sealed) bool { return s == Sealed{} })
}
