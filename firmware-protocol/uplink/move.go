package uplink

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"hallpulse/firmware-protocol/hall"
)

// What agents of one hall say to each other is signed with the key of who says it, which the hub puts into the
// configuration of all of them (Fellow). A signed text is base64url(JSON) "." base64url(signature); the signature goes over
// a label of its purpose and the JSON, so that none serves for another.
const (
	moveContext  = "hallpulse/move/1\n"
	heardContext = "hallpulse/heard/1\n"
)

// ErrSigned is returned for a text that is none of ours, or that nobody of the hall signed.
var ErrSigned = errors.New("not signed by an agent of this hall")

// MaxSigned bounds a signed text.
const MaxSigned = hall.MaxMove * 2

// Heard is the answer to a move: its ticket is admitted, by Agent, up to Hop. Whoever passed it on before lets go of it.
type Heard struct {
	Ticket hall.ID `json:"ticket"`
	Hop    int     `json:"hop"`
	Agent  string  `json:"agent"`
}

// Check says what no answer can be; empty where it can.
func (h Heard) Check() string {
	if h.Ticket.IsZero() || h.Hop < 1 || h.Hop > hall.MaxHop {
		return "it names no ticket that was passed on"
	}
	return ""
}

// SignMove writes the signed text of a move. The key is that of m.From.
func SignMove(key ed25519.PrivateKey, m hall.Move) (string, error) {
	if why := m.Check(); why != "" {
		return "", fmt.Errorf("move of %s: %s", m.Ticket, why)
	}
	return sign(key, moveContext, m)
}

// ReadMove reads the signed text of a move, by the keys of the hall's agents.
func ReadMove(text string, fellows []Fellow) (hall.Move, error) {
	return readSigned(text, moveContext, fellows, func(m hall.Move) string { return m.From })
}

// SignHeard writes the signed text of an answer. The key is that of h.Agent.
func SignHeard(key ed25519.PrivateKey, h Heard) (string, error) { return sign(key, heardContext, h) }

// ReadHeard reads the signed text of an answer, by the keys of the hall's agents.
func ReadHeard(text string, fellows []Fellow) (Heard, error) {
	return readSigned(text, heardContext, fellows, func(h Heard) string { return h.Agent })
}

func sign(key ed25519.PrivateKey, context string, v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("sign: %w", err)
	}
	sig := ed25519.Sign(key, append([]byte(context), b...))
	text := base64.RawURLEncoding.EncodeToString(b) + "." + base64.RawURLEncoding.EncodeToString(sig)
	if len(text) > MaxSigned {
		return "", fmt.Errorf("sign: %d bytes are too many", len(text))
	}
	return text, nil
}

// readSigned believes what one of the keys of who says it has signed.
func readSigned[T interface{ Check() string }](text, context string, fellows []Fellow, says func(T) string) (v T, err error) {
	var none T
	body, mark, ok := strings.Cut(text, ".")
	if !ok || len(text) > MaxSigned {
		return none, ErrSigned
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(body)
	if err != nil {
		return none, ErrSigned
	}
	sig, err := base64.RawURLEncoding.Strict().DecodeString(mark)
	if err != nil || json.Unmarshal(b, &v) != nil {
		return none, ErrSigned
	}
	for _, f := range fellows {
		if f.Name == says(v) && f.signed(append([]byte(context), b...), sig) {
			if why := v.Check(); why != "" {
				return none, fmt.Errorf("%w: %s", ErrSigned, why)
			}
			return v, nil
		}
	}
	return none, ErrSigned
}

// signed reports whether one of an agent's keys signed a text.
func (f Fellow) signed(text, sig []byte) bool {
	for _, k := range f.PublicKeys() {
		if len(sig) == ed25519.SignatureSize && ed25519.Verify(k, text, sig) {
			return true
		}
	}
	return false
}

// PublicKeys returns the keys of an agent; what is no key is left out.
func (f Fellow) PublicKeys() (all []ed25519.PublicKey) {
	for _, text := range f.Keys {
		if b, err := base64.RawURLEncoding.Strict().DecodeString(text); err == nil && len(b) == ed25519.PublicKeySize {
			all = append(all, b)
		}
	}
	return all
}
