package hall

// What happened to personal data: every look at it, every erasure, every copy given out (domain §4, §11; design §2). The
// data itself is named by the ref of its box alone.
const (
	TypePrivateRevealed Type = "private.revealed"
	TypePrivateErased   Type = "private.erased"
	TypePrivateExported Type = "private.exported"
)

// FindingBoxLost: the text that an event of an agent names did not come with it, or is another one than it says.
const FindingBoxLost Rule = "box.lost"

// MaxErased is how many boxes one deed can name: an event has 16 KiB (design §3).
const MaxErased = 100

type (
	// PrivateRevealed: somebody looked at what is masked else. About is the id of what he was working on.
	PrivateRevealed struct {
		Act
		Ref  string        `json:"ref"`
		What []PrivatePart `json:"what"`
		Why  RevealWhy     `json:"why"`
	}
	// PrivateErased: boxes and their salts were deleted for ever; what events say of them says nothing any more. About is
	// the visit's id, where one was named.
	PrivateErased struct {
		Act
		Refs   []string    `json:"refs"`
		Ground EraseGround `json:"ground"`
	}
	// PrivateExported: a person was given a copy of what is kept of him. About is the id of the visit or concern; of a phone
	// it is empty: no event says whose phone.
	PrivateExported struct {
		Act
		Subject PrivateSubject `json:"subject"`
		Boxes   int            `json:"boxes"` // how many
	}
)

// PrivatePart is a part of what a box holds.
type PrivatePart string

// The parts.
const (
	PartWords PrivatePart = "words"
	PartName  PrivatePart = "name"
	PartPhone PrivatePart = "phone"
	PartPhoto PrivatePart = "photo"
)

// PrivateParts are all of them.
func PrivateParts() []PrivatePart {
	return []PrivatePart{PartWords, PartName, PartPhone, PartPhoto}
}

// RevealWhy says what somebody needed personal data for.
type RevealWhy string

// The purposes.
const (
	RevealCallBack   RevealWhy = "call-back"  // 回访
	RevealRepair     RevealWhy = "repair"     // to repair what the rating names
	RevealDecision   RevealWhy = "decision"   // an exclusion, an appeal
	RevealConcern    RevealWhy = "concern"    // to answer a concern 诉求
	RevealInspection RevealWhy = "inspection" // a finding and its photos
	RevealProtection RevealWhy = "protection" // pressure or retaliation was reported 打击报复
	RevealCase       RevealWhy = "case"       // 办件: to reach who applies
	RevealRequest    RevealWhy = "request"    // the person himself asks
	RevealAudit      RevealWhy = "audit"
)

// RevealWhys are all of them.
func RevealWhys() []RevealWhy {
	return []RevealWhy{RevealCallBack, RevealRepair, RevealDecision, RevealConcern, RevealInspection, RevealProtection, RevealCase, RevealRequest, RevealAudit}
}

// EraseGround says why personal data was erased.
type EraseGround string

// The grounds.
const (
	EraseRequest   EraseGround = "request"   // the person asked for it
	EraseRetention EraseGround = "retention" // it was kept as long as the law of the house says
)

// PrivateSubject says by what a person was found.
type PrivateSubject string

// The subjects.
const (
	SubjectVisit   PrivateSubject = "visit"
	SubjectConcern PrivateSubject = "concern"
	SubjectPhone   PrivateSubject = "phone"
)

// decodePrivate reads the body of a deed about personal data; ErrUnknownType where the type is none of them.
func decodePrivate(t Type, body []byte) (Fact, error) {
	switch t {
	case TypePrivateRevealed:
		return decode[PrivateRevealed](body)
	case TypePrivateErased:
		return decode[PrivateErased](body)
	case TypePrivateExported:
		return decode[PrivateExported](body)
	}
	return nil, ErrUnknownType
}

// Type implements Fact.
func (PrivateRevealed) Type() Type { return TypePrivateRevealed }

// Type implements Fact.
func (PrivateErased) Type() Type { return TypePrivateErased }

// Type implements Fact.
func (PrivateExported) Type() Type { return TypePrivateExported }
