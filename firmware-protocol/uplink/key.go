package uplink

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"hallpulse/firmware-protocol/hall"
)

// Secret is what an agent and its hub share. It never prints itself.
type Secret [32]byte

func (Secret) String() string { return "secret" }

// GoString hides the secret from %#v.
func (Secret) GoString() string { return "secret" }

// LogValue hides the secret from logs.
func (Secret) LogValue() slog.Value { return slog.StringValue("secret") }

// derive returns the key of a purpose (design §3: labels mqtt, sign, own, config).
func (s Secret) derive(label string) []byte {
	k, err := hkdf.Key(sha256.New, s[:], nil, "hallpulse/1/"+label, 32)
	if err != nil {
		panic(err) // 32 bytes are always to be had
	}
	return k
}

// Password is the agent's MQTT password. The hub keeps its SHA-256 alone.
func (s Secret) Password() string { return hex.EncodeToString(s.derive("mqtt")) }

// SigningKey signs the agent's tokens. The hub keeps the public half.
func (s Secret) SigningKey() ed25519.PrivateKey { return ed25519.NewKeyFromSeed(s.derive("sign")) }

// OwnKey seals what the counter keeps for itself.
func (s Secret) OwnKey() []byte { return s.derive("own") }

// ConfigKey opens what the hub seals into configuration.
func (s Secret) ConfigKey() []byte { return s.derive("config") }

// Enrolment is all an agent needs to find and believe its hub, and to be believed. It is printed once, as one line.
type Enrolment struct {
	Name      string `json:"name"`
	Number    uint32 `json:"number"`
	Hub       string `json:"hub"`        // host:port of the broker
	PublicURL string `json:"public_url"` // may be empty: then no QR code is printed
	CA        string `json:"ca"`         // SHA-256 of the hub's CA certificate (DER), hex
	BoxKey    string `json:"box_key"`    // X25519 public key, base64url
	Secret    []byte `json:"secret"`
}

const enrolmentMark = "hallpulse1."

// ErrEnrolment is returned for a line that is no enrolment line.
var ErrEnrolment = errors.New("not an enrolment line: copy the whole line that `hall-hub agent add` printed")

// check says what no enrolment can be.
func (e Enrolment) check() error {
	if !ValidAgent(e.Name) || e.Number == 0 || e.Number > hall.MaxAgent || len(e.Secret) != len(Secret{}) {
		return ErrEnrolment
	}
	return nil
}

// Line writes the enrolment line: mark, payload, checksum. It refuses what ReadEnrolment would refuse.
func (e Enrolment) Line() (string, error) {
	if err := e.check(); err != nil {
		return "", err
	}
	b, err := json.Marshal(e)
	if err != nil {
		return "", fmt.Errorf("enrolment: %w", err)
	}
	sum := sha256.Sum256(b)
	return enrolmentMark + base64.RawURLEncoding.EncodeToString(append(b, sum[:4]...)), nil
}

// ReadEnrolment reads an enrolment line; space around it and in it is ignored.
func ReadEnrolment(line string) (Enrolment, error) {
	var e Enrolment
	text, ok := strings.CutPrefix(strings.Join(strings.Fields(line), ""), enrolmentMark)
	if !ok {
		return e, ErrEnrolment
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) < 4 {
		return e, ErrEnrolment
	}
	b, sum := b[:len(b)-4], b[len(b)-4:]
	if want := sha256.Sum256(b); !bytes.Equal(sum, want[:4]) {
		return e, fmt.Errorf("%w (a character is missing or changed)", ErrEnrolment)
	}
	if err := json.Unmarshal(b, &e); err != nil {
		return e, ErrEnrolment
	}
	return e, e.check()
}

// Key returns the shared secret.
func (e Enrolment) Key() Secret { return Secret(e.Secret) }

// String hides the secret.
func (e Enrolment) String() string { return fmt.Sprintf("enrolment of %s at %s", e.Name, e.Hub) }

// GoString hides the secret from %#v.
func (e Enrolment) GoString() string { return e.String() }

// LogValue hides the secret.
func (e Enrolment) LogValue() slog.Value { return slog.StringValue(e.String()) }
