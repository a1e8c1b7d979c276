package hall

// TypePINChanged is what is said of clerks' PINs.
const TypePINChanged Type = "pin.changed"

// PINChanged: a clerk can sign on with another PIN than before, or with none. About is the hall's id. No PIN and nothing that
// checks one is in it.
type PINChanged struct {
	Act
	Badge string `json:"badge"`
	Did   PINDid `json:"did"`
}

// PINDid is what was done about a PIN.
type PINDid string

// What can be done.
const (
	PINGiven    PINDid = "pin_given"
	PINDropped  PINDid = "pin_dropped"
	PINUnlocked PINDid = "pin_unlocked" // what he typed wrong is forgotten
	PINCoded    PINDid = "pin_coded"    // that too, and he has a one-time code to choose another
	PINReset    PINDid = "pin_reset"    // he chose another with it
)

// decodePIN reads the body of a deed about PINs; ErrUnknownType where the type is none of them.
func decodePIN(t Type, body []byte) (Fact, error) {
	if t != TypePINChanged {
		return nil, ErrUnknownType
	}
	return decode[PINChanged](body)
}

// Type implements Fact.
func (PINChanged) Type() Type { return TypePINChanged }
