package hall

import (
	"fmt"
	"slices"
)

// What people and the clock say about inspections (domain §5). About is the inspection's id; of a finding, N says which.
const (
	TypeInspectionPlanned   Type = "inspection.planned"
	TypeInspectionAssigned  Type = "inspection.assigned"
	TypeInspectionDone      Type = "inspection.done"
	TypeInspectionCancelled Type = "inspection.cancelled"
	TypeInspectionMissed    Type = "inspection.missed"
	TypeInspectionFound     Type = "inspection.found"
	TypeInspectionOwned     Type = "inspection.owned"
	TypeInspectionAnswered  Type = "inspection.answered"
	TypeInspectionSentBack  Type = "inspection.sent_back"
	TypeInspectionAccepted  Type = "inspection.accepted"
	TypeInspectionOverdue   Type = "inspection.overdue"
)

type (
	// InspectionPlanned: one inspection of a quarter's plan. A plan of twelve visits is twelve of these.
	InspectionPlanned struct {
		Act
		Plan    string         `json:"plan"` // id of the line of the plan
		Quarter Quarter        `json:"quarter"`
		Kind    InspectionKind `json:"kind"`
		Form    string         `json:"form"`
		Hall    string         `json:"hall"`
		Until   Day            `json:"until"`
		Who     string         `json:"who"` // account
	}
	// InspectionAssigned: somebody else makes it, or until another day.
	InspectionAssigned struct {
		Act
		Who   string `json:"who"`
		Until Day    `json:"until"`
	}
	// InspectionDone: it was made, and its form is filled in. Where nobody had planned it, it begins with this.
	InspectionDone struct {
		Act
		Draft   string         `json:"draft"` // made by the browser: a form sent twice is one
		Quarter Quarter        `json:"quarter"`
		Kind    InspectionKind `json:"kind"`
		Form    string         `json:"form"`
		FormSHA string         `json:"form_sha"` // SHA-256 of the form as it stood, hex
		Hall    string         `json:"hall"`
		On      Day            `json:"on"`              // when it was made; it can be sent later
		Asked   int            `json:"asked"`           // questions that can be right or wrong, and were answered
		Wrong   int            `json:"wrong,omitempty"` // of these
		Answers Sealed         `json:"answers"`
		Photos  []Sealed       `json:"photos,omitempty"`
	}
	// InspectionCancelled: it will not be made. The plan goes on to show it as not done.
	InspectionCancelled struct {
		Act
		Why CancelledWhy `json:"why"`
	}
	// InspectionMissed: its day passed and it was not made; the centre was told.
	InspectionMissed struct {
		Act
		Until Day `json:"until"`
	}
	// InspectionFound: something that the inspection found wanting. Who answers for it is told by InspectionOwned.
	InspectionFound struct {
		Act
		N        int      `json:"n"` // from 1
		Question string   `json:"question,omitempty"`
		Text     Sealed   `json:"text"`
		Photos   []Sealed `json:"photos,omitempty"`
	}
	// InspectionOwned: who answers for a finding, and until when.
	InspectionOwned struct {
		Act
		N    int    `json:"n"`
		Unit string `json:"unit"`
		Due  Day    `json:"due"`
	}
	// InspectionAnswered: its owner says what was done.
	InspectionAnswered struct {
		Act
		N      int      `json:"n"`
		Text   Sealed   `json:"text"`
		Photos []Sealed `json:"photos,omitempty"`
	}
	// InspectionSentBack: that is not enough; its owner answers again until another day.
	InspectionSentBack struct {
		Act
		N    int    `json:"n"`
		Due  Day    `json:"due"`
		Text Sealed `json:"text"`
	}
	// InspectionAccepted: that is enough.
	InspectionAccepted struct {
		Act
		N int `json:"n"`
	}
	// InspectionOverdue: the day of a finding passed without an answer; the centre was told.
	InspectionOverdue struct {
		Act
		N    int    `json:"n"`
		Unit string `json:"unit"`
		Due  Day    `json:"due"`
	}
)

// InspectionKind says how a hall is looked at (domain §5).
type InspectionKind string

// The kinds.
const (
	InspectionSite     InspectionKind = "site"     // 实地暗访
	InspectionPhone    InspectionKind = "phone"    // 电话暗访
	InspectionTopical  InspectionKind = "topical"  // 专题暗访
	InspectionSurvey   InspectionKind = "survey"   // 满意度评议
	InspectionObserver InspectionKind = "observer" // 行风监督员
)

// InspectionKinds are all of them.
func InspectionKinds() []InspectionKind {
	return []InspectionKind{InspectionSite, InspectionPhone, InspectionTopical, InspectionSurvey, InspectionObserver}
}

// Valid reports whether k is a known kind.
func (k InspectionKind) Valid() bool { return slices.Contains(InspectionKinds(), k) }

// CancelledWhy says why a planned inspection will not be made.
type CancelledWhy string

// The reasons.
const (
	CancelledClosed  CancelledWhy = "closed"  // the hall was closed
	CancelledMistake CancelledWhy = "mistake" // planned by mistake
	CancelledOther   CancelledWhy = "other"
)

// Valid reports whether w is a known reason.
func (w CancelledWhy) Valid() bool {
	return w == CancelledClosed || w == CancelledMistake || w == CancelledOther
}

// Quarter is a quarter of a year, written 2026-Q4.
type Quarter string

// QuarterOf returns the quarter in which a day lies.
func QuarterOf(d Day) Quarter {
	y, m, _ := d.Start().Date()
	return Quarter(fmt.Sprintf("%04d-Q%d", y, (int(m)+2)/3))
}

// ParseQuarter reads 2026-Q4.
func ParseQuarter(s string) (Quarter, error) {
	if _, _, ok := Quarter(s).Days(); !ok {
		return "", fmt.Errorf("quarter %q: want YYYY-Qn, as 2026-Q4", s)
	}
	return Quarter(s), nil
}

// Days returns the first day of the quarter and its last; ok is false where q is none.
func (q Quarter) Days() (first, last Day, ok bool) {
	if len(q) != 7 || q[4:6] != "-Q" || q[6] < '1' || q[6] > '4' {
		return 0, 0, false
	}
	first, err := ParseDay(fmt.Sprintf("%s-%02d-01", q[:4], 3*int(q[6]-'0')-2))
	if err != nil {
		return 0, 0, false
	}
	return first, DayOf(first.Start().AddDate(0, 3, 0)) - 1, true
}

// decodeInspection reads the body of a deed about inspections; ErrUnknownType where the type is none of them.
func decodeInspection(t Type, body []byte) (Fact, error) {
	switch t {
	case TypeInspectionPlanned:
		return decode[InspectionPlanned](body)
	case TypeInspectionAssigned:
		return decode[InspectionAssigned](body)
	case TypeInspectionDone:
		return decode[InspectionDone](body)
	case TypeInspectionCancelled:
		return decode[InspectionCancelled](body)
	case TypeInspectionMissed:
		return decode[InspectionMissed](body)
	case TypeInspectionFound:
		return decode[InspectionFound](body)
	case TypeInspectionOwned:
		return decode[InspectionOwned](body)
	case TypeInspectionAnswered:
		return decode[InspectionAnswered](body)
	case TypeInspectionSentBack:
		return decode[InspectionSentBack](body)
	case TypeInspectionAccepted:
		return decode[InspectionAccepted](body)
	case TypeInspectionOverdue:
		return decode[InspectionOverdue](body)
	}
	return nil, ErrUnknownType
}

// Type implements Fact.
func (InspectionPlanned) Type() Type { return TypeInspectionPlanned }

// Type implements Fact.
func (InspectionAssigned) Type() Type { return TypeInspectionAssigned }

// Type implements Fact.
func (InspectionDone) Type() Type { return TypeInspectionDone }

// Type implements Fact.
func (InspectionCancelled) Type() Type { return TypeInspectionCancelled }

// Type implements Fact.
func (InspectionMissed) Type() Type { return TypeInspectionMissed }

// Type implements Fact.
func (InspectionFound) Type() Type { return TypeInspectionFound }

// Type implements Fact.
func (InspectionOwned) Type() Type { return TypeInspectionOwned }

// Type implements Fact.
func (InspectionAnswered) Type() Type { return TypeInspectionAnswered }

// Type implements Fact.
func (InspectionSentBack) Type() Type { return TypeInspectionSentBack }

// Type implements Fact.
func (InspectionAccepted) Type() Type { return TypeInspectionAccepted }

// Type implements Fact.
func (InspectionOverdue) Type() Type { return TypeInspectionOverdue }

// Sealed implements Texts.
func (f InspectionDone) Sealed() []Sealed {
	return sealedOf(append(slices.Clone(f.Photos), f.Answers)...)
}

// Sealed implements Texts.
func (f InspectionFound) Sealed() []Sealed {
	return sealedOf(append(slices.Clone(f.Photos), f.Text)...)
}

// Sealed implements Texts.
func (f InspectionAnswered) Sealed() []Sealed {
	return sealedOf(append(slices.Clone(f.Photos), f.Text)...)
}

// Sealed implements Texts.
func (f InspectionSentBack) Sealed() []Sealed { return sealedOf(f.Text) }
