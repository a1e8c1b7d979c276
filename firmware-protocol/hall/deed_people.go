package hall

// What is said of the sign-ins of the office. An account's name is no personal data; a display name or a password is
// in none of these.
const (
	TypeAccountChanged  Type = "account.changed"
	TypeAccountSignedIn Type = "account.signed_in"
	TypeAccountLocked   Type = "account.locked"
)

// Console is who gives commands on the hub's own machine. No account can have this name.
func Console() Person { return Person{Account: "@console"} }

type (
	// AccountChanged: something about an account is another than before. About is its name. What it may do is said as it
	// is from now on.
	AccountChanged struct {
		Act
		Did    AccountDid `json:"did"`
		Role   string     `json:"role"`
		Unit   string     `json:"unit,omitempty"`
		Places []string   `json:"places,omitempty"` // none: all
		Halls  []string   `json:"halls,omitempty"`  // none: all of its places
	}
	// AccountSignedIn: somebody came in. About is the account's name.
	AccountSignedIn struct {
		Act
		With   SignedInWith `json:"with"`
		Second SignedInWith `json:"second,omitempty"` // the second factor; empty: none was asked for
	}
	// AccountLocked: too many wrong passwords or codes in a row; nobody comes in for a while. About is the account's name.
	AccountLocked struct{ Act }
)

// AccountDid is what was done to an account.
type AccountDid string

// What can be done.
const (
	AccountMade           AccountDid = "made"
	AccountRights         AccountDid = "rights" // role, unit, badge, places, halls, or the name it is shown by
	AccountDisabled       AccountDid = "disabled"
	AccountEnabled        AccountDid = "enabled"
	AccountUnlocked       AccountDid = "unlocked"
	AccountPasswordGiven  AccountDid = "password_given"  // a first password, by another
	AccountPasswordChosen AccountDid = "password_chosen" // by its owner
	AccountSecondOn       AccountDid = "second_on"       // a second factor, by its owner
	AccountSecondOff      AccountDid = "second_off"      // by its owner
	AccountSecondReset    AccountDid = "second_reset"    // by another
	AccountCodesMade      AccountDid = "codes_made"      // new recovery codes, by its owner
)

// SignedInWith is what somebody proved who he is with.
type SignedInWith string

// The proofs.
const (
	WithPassword SignedInWith = "password"
	WithSSO      SignedInWith = "sso"      // the single sign-on
	WithTOTP     SignedInWith = "totp"     // a code of his phone
	WithRecovery SignedInWith = "recovery" // a recovery code
	WithIssuer   SignedInWith = "issuer"   // the single sign-on asked for a second factor itself
)

// decodePeople reads the body of a deed about accounts; ErrUnknownType where the type is none of them.
func decodePeople(t Type, body []byte) (Fact, error) {
	switch t {
	case TypeAccountChanged:
		return decode[AccountChanged](body)
	case TypeAccountSignedIn:
		return decode[AccountSignedIn](body)
	case TypeAccountLocked:
		return decode[AccountLocked](body)
	}
	return nil, ErrUnknownType
}

// Type implements Fact.
func (AccountChanged) Type() Type { return TypeAccountChanged }

// Type implements Fact.
func (AccountSignedIn) Type() Type { return TypeAccountSignedIn }

// Type implements Fact.
func (AccountLocked) Type() Type { return TypeAccountLocked }
