package hall

// What citizens add to a visit besides its rating.
const (
	TypeRatingReasoned Type = "rating.reasoned"
	TypeContactGiven   Type = "contact.given"
)

type (
	// RatingReasoned: a citizen says the reasons of a bad press that gave none (domain §3.13). About is the visit's id.
	RatingReasoned struct {
		Act
		Ticket  ID       `json:"ticket"`
		Visit   ID       `json:"visit"`
		Channel Channel  `json:"channel"`
		Reasons []string `json:"reasons"`
		Words   *Sealed  `json:"words,omitempty"`
	}
	// ContactGiven: the holder of a ticket left a phone for a reminder when the visit ends (domain §3.5). About is the
	// ticket's id.
	ContactGiven struct {
		Act
		Ticket ID     `json:"ticket"`
		Phone  Sealed `json:"phone"`
		Lang   string `json:"lang"` // zh, en
	}
)

// decodeAnswer reads the body of what a citizen added; ErrUnknownType where the type is none of it.
func decodeAnswer(t Type, body []byte) (Fact, error) {
	switch t {
	case TypeRatingReasoned:
		return decode[RatingReasoned](body)
	case TypeContactGiven:
		return decode[ContactGiven](body)
	}
	return nil, ErrUnknownType
}

// Type implements Fact.
func (RatingReasoned) Type() Type { return TypeRatingReasoned }

// Type implements Fact.
func (ContactGiven) Type() Type { return TypeContactGiven }

// Sealed implements Texts.
func (f RatingReasoned) Sealed() []Sealed {
	if f.Words == nil {
		return nil
	}
	return []Sealed{*f.Words}
}

// Sealed implements Texts.
func (f ContactGiven) Sealed() []Sealed { return []Sealed{f.Phone} }
