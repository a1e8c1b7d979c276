package uplink

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
)

// Verifier checks a clerk's PIN and does not tell it. Six digits can be tried out against it: it travels sealed, and
// prints nothing.
type Verifier struct {
	Badge  string `json:"badge"`
	Argon2 string `json:"argon2"` // $argon2id$v=19$m=…,t=…,p=…$salt$key
}

func (v Verifier) String() string { return "verifier of " + v.Badge }

// GoString hides the verifier from %#v.
func (v Verifier) GoString() string { return v.String() }

// LogValue hides the verifier from logs.
func (v Verifier) LogValue() slog.Value { return slog.StringValue(v.String()) }

// ErrStaff is returned for staff that was not sealed for this agent with this key.
var ErrStaff = errors.New("the staff's PINs were not sealed for this agent")

// SealStaff seals the verifiers of a hall's staff for one agent: AES-256-GCM under its config key, with its name bound
// to it.
func SealStaff(key []byte, agent string, staff []Verifier) (string, error) {
	seal, err := staffCipher(key)
	if err != nil {
		return "", err
	}
	plain, err := json.Marshal(staff)
	if err != nil {
		return "", fmt.Errorf("staff: %w", err)
	}
	nonce := make([]byte, seal.NonceSize())
	rand.Read(nonce)
	return base64.RawURLEncoding.EncodeToString(seal.Seal(nonce, nonce, plain, []byte(staffContext+agent))), nil
}

// OpenStaff opens what SealStaff sealed. Empty text is nobody.
func OpenStaff(key []byte, agent, text string) ([]Verifier, error) {
	if text == "" {
		return nil, nil
	}
	seal, err := staffCipher(key)
	if err != nil {
		return nil, err
	}
	sealed, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(sealed) < seal.NonceSize() {
		return nil, ErrStaff
	}
	plain, err := seal.Open(nil, sealed[:seal.NonceSize()], sealed[seal.NonceSize():], []byte(staffContext+agent))
	if err != nil {
		return nil, ErrStaff
	}
	var staff []Verifier
	if err := json.Unmarshal(plain, &staff); err != nil {
		return nil, ErrStaff
	}
	return staff, nil
}

const staffContext = "hallpulse/staff/1/"

func staffCipher(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("staff: %w", err)
	}
	return cipher.NewGCM(block)
}

// JoinCertificates writes a chain, each certificate in DER, the leaf first.
func JoinCertificates(chain ...[]byte) string {
	text := make([]string, len(chain))
	for i, der := range chain {
		text[i] = base64.StdEncoding.EncodeToString(der)
	}
	return strings.Join(text, " ")
}

// SplitCertificates reads what JoinCertificates wrote. Whose they are it does not look at.
func SplitCertificates(text string) (chain [][]byte, err error) {
	for _, one := range strings.Fields(text) {
		der, err := base64.StdEncoding.Strict().DecodeString(one)
		if err != nil {
			return nil, fmt.Errorf("certificate: %w", err)
		}
		chain = append(chain, der)
	}
	return chain, nil
}
