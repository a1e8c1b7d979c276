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
	"time"
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

// Help is what a manager did for a clerk who cannot sign on. What he typed wrong is forgotten once, and where there is a code
// he chooses another PIN with it, once.
type Help struct {
	Badge  string    `json:"badge"`
	ID     string    `json:"id"`
	Argon2 string    `json:"argon2,omitempty"` // checks the code; empty: there is none
	Until  time.Time `json:"until,omitzero"`   // the code holds
}

func (h Help) String() string { return "help of " + h.Badge }

// GoString hides what checks the code from %#v.
func (h Help) GoString() string { return h.String() }

// LogValue hides what checks the code from logs.
func (h Help) LogValue() slog.Value { return slog.StringValue(h.String()) }

// ErrStaff is returned for what was not sealed for this agent with this key.
var ErrStaff = errors.New("the staff's PINs were not sealed for this agent")

// What is sealed for an agent, before its name.
const (
	staffContext = "hallpulse/staff/1/"
	helpContext  = "hallpulse/help/1/"
)

// SealStaff seals the verifiers of a hall's staff for one agent: AES-256-GCM under its config key, with its name bound
// to it.
func SealStaff(key []byte, agent string, staff []Verifier) (string, error) {
	return sealList(key, staffContext+agent, staff)
}

// OpenStaff opens what SealStaff sealed. Empty text is nobody.
func OpenStaff(key []byte, agent, text string) ([]Verifier, error) {
	return openList[Verifier](key, staffContext+agent, text)
}

// SealHelp seals what managers did for clerks, as SealStaff does.
func SealHelp(key []byte, agent string, help []Help) (string, error) {
	return sealList(key, helpContext+agent, help)
}

// OpenHelp opens what SealHelp sealed. Empty text is nobody.
func OpenHelp(key []byte, agent, text string) ([]Help, error) {
	return openList[Help](key, helpContext+agent, text)
}

func sealList[T any](key []byte, context string, list []T) (string, error) {
	seal, err := staffCipher(key)
	if err != nil {
		return "", err
	}
	plain, err := json.Marshal(list)
	if err != nil {
		return "", fmt.Errorf("staff: %w", err)
	}
	nonce := make([]byte, seal.NonceSize())
	rand.Read(nonce)
	return base64.RawURLEncoding.EncodeToString(seal.Seal(nonce, nonce, plain, []byte(context))), nil
}

func openList[T any](key []byte, context, text string) (list []T, err error) {
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
	plain, err := seal.Open(nil, sealed[:seal.NonceSize()], sealed[seal.NonceSize():], []byte(context))
	if err != nil {
		return nil, ErrStaff
	}
	if err := json.Unmarshal(plain, &list); err != nil {
		return nil, ErrStaff
	}
	return list, nil
}

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
