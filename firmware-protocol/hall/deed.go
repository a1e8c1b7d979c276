package hall

import (
	"errors"
	"fmt"
)

// Person is who decided something at the hub: an account in the role it acted in, a citizen in the role of that name,
// or, the zero Person, a rule of the hub itself. An account's name is no personal data: whose it is stands in the table
// of accounts.
type Person struct {
	Account string `json:"account,omitempty"`
	Role    string `json:"role,omitempty"`
	Unit    string `json:"unit,omitempty"` // of a unit's people
}

// RoleCitizen is the role of who acts with a ticket, a code or a phone.
const RoleCitizen = "citizen"

// IsRule reports whether no person decided, but a rule.
func (p Person) IsRule() bool { return p == Person{} }

// Citizen is who acts with a ticket, a code or a phone.
func Citizen() Person { return Person{Role: RoleCitizen} }

// Sealed names a text that lies apart from its event, under the hub's key file, and its salted SHA-256 in hex
// (design §2: no event carries free text).
type Sealed struct {
	Ref string `json:"ref"`
	SHA string `json:"sha"`
}

// Act is what every deed says: about what, and who.
type Act struct {
	About string `json:"about"`
	By    Person `json:"by"`
}

// Acted returns the act. It makes every fact that embeds an Act a Deed.
func (a Act) Acted() Act { return a }

// Deed is a fact that a person or a rule of the clock decided at the hub. It stands in the hub's own stream alone.
type Deed interface {
	Fact
	Acted() Act
}

// Texts is implemented by facts that name texts which lie apart.
type Texts interface{ Sealed() []Sealed }

// decodeDeed reads the body of a deed.
func decodeDeed(t Type, body []byte) (Fact, error) {
	for _, decode := range []func(Type, []byte) (Fact, error){decodeLaw, decodeAnswer, decodeRepair, decodeConcern, decodeInspection, decodeMessage, decodePrivate, decodePeople, decodeBoard, decodeCatalogue, decodePIN} {
		if f, err := decode(t, body); !errors.Is(err, ErrUnknownType) {
			return f, err
		}
	}
	return nil, fmt.Errorf("%w: %q", ErrUnknownType, t)
}
