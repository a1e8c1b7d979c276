package uplink

import (
	"bytes"
	"crypto/ecdh"
	"crypto/hpke"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
)

// MaxBox bounds a box as it travels and lies: one line of a batch (design §2).
const MaxBox = 8 << 10

// saltBytes is the length of the salt that a box begins with.
const saltBytes = 16

// boxContext is what boxes are sealed for, and nothing else is.
const boxContext = "hallpulse/box/1"

// Text is what a box of an agent holds: what somebody wrote, his name and phone. It never prints itself.
type Text struct {
	Words string
	Name  string
	Phone string
}

// IsZero reports whether there is nothing to keep.
func (t Text) IsZero() bool { return t == Text{} }

func (Text) String() string { return "private text" }

// GoString hides the text from %#v.
func (Text) GoString() string { return "private text" }

// LogValue hides the text from logs.
func (Text) LogValue() slog.Value { return slog.StringValue("private text") }

// MarshalJSON refuses: no text leaves by accident with the value that holds it.
func (Text) MarshalJSON() ([]byte, error) {
	return nil, errors.New("private text is not for JSON: seal it")
}

// textForm is a Text that may be written, inside a box alone.
type textForm struct {
	Words string `json:"words,omitempty"`
	Name  string `json:"name,omitempty"`
	Phone string `json:"phone,omitempty"`
}

// Plain returns the bytes of the text that are sealed, and over which its digest goes.
func (t Text) Plain() []byte {
	b, err := json.Marshal(textForm(t))
	if err != nil {
		panic(err) // three strings can always be written
	}
	return b
}

// ReadText reads what Plain wrote.
func ReadText(plain []byte) (Text, error) {
	var t textForm
	if err := json.Unmarshal(plain, &t); err != nil {
		return Text{}, ErrBox
	}
	return Text(t), nil
}

// Box is a text sealed to the hub, beside the event that names its ref. Who sealed it cannot open it.
type Box struct {
	Ref    string `json:"ref"`    // an id of the agent's, given out once
	Key    string `json:"key"`    // of the hub's box key: BoxKeyID
	Sealed []byte `json:"sealed"` // HPKE: encapsulated key ‖ ciphertext of salt ‖ plain
}

// Why a box is not taken or not opened.
var (
	// ErrBox is returned for bytes that are no box, or a box that this key does not open.
	ErrBox = errors.New("not a box that this key opens")
	// ErrBoxTooLarge is returned for a text that no box could carry.
	ErrBoxTooLarge = fmt.Errorf("box is larger than %d bytes", MaxBox)
	// ErrBoxKey is returned for a text that is no key of a hub: nothing can be sealed to it.
	ErrBoxKey = errors.New("not a box key: want 32 bytes in base64url")
)

// BoxKey is the hub's public key that boxes are sealed to.
type BoxKey struct{ key hpke.PublicKey }

// ReadBoxKey reads a key as enrolment and configuration have it.
func ReadBoxKey(text string) (BoxKey, error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(text) != base64.RawURLEncoding.EncodedLen(len(b)) { // base64 skips line ends
		return BoxKey{}, ErrBoxKey
	}
	k, err := hpke.DHKEM(ecdh.X25519()).NewPublicKey(b)
	if err != nil {
		return BoxKey{}, ErrBoxKey
	}
	return BoxKey{k}, nil
}

// BoxKeyID names a public key: 16 hex digits of its SHA-256.
func BoxKeyID(public hpke.PublicKey) string {
	sum := sha256.Sum256(public.Bytes())
	return hex.EncodeToString(sum[:8])
}

// Seal seals plain under ref, and returns the box with the salted SHA-256 that the event carries (design §2). It is DHKEM
// (X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305 of RFC 9180, base mode, info "hallpulse/box/1" ‖ ref.
func Seal(to BoxKey, ref string, plain []byte) (b Box, sha string, err error) {
	salt := make([]byte, saltBytes, saltBytes+len(plain))
	rand.Read(salt) // never fails (crypto/rand)
	sha = SaltedSHA(salt, plain)
	sealed, err := hpke.Seal(to.key, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), []byte(boxContext+ref), append(salt, plain...))
	if err != nil {
		return Box{}, "", fmt.Errorf("seal box: %w", err)
	}
	b = Box{Ref: ref, Key: BoxKeyID(to.key), Sealed: sealed}
	_, err = b.Encode()
	return b, sha, err
}

// Open returns what was sealed, and the salt of its digest. An event that names the ref of the box names SaltedSHA of
// both; what an event of another digest names was not this.
func Open(key hpke.PrivateKey, b Box) (salt, plain []byte, err error) {
	if b.Key != BoxKeyID(key.PublicKey()) {
		return nil, nil, ErrBox
	}
	whole, err := hpke.Open(key, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), []byte(boxContext+b.Ref), b.Sealed)
	if err != nil || len(whole) < saltBytes {
		return nil, nil, ErrBox
	}
	return whole[:saltBytes], whole[saltBytes:], nil
}

// SaltedSHA is the digest of a text that an event may carry: SHA-256(salt ‖ plain), in hex. Without the salt it says
// nothing.
func SaltedSHA(salt, plain []byte) string {
	h := sha256.New()
	h.Write(salt)
	h.Write(plain)
	return hex.EncodeToString(h.Sum(nil))
}

// Encode writes the box as one JSON object without a line end.
func (b Box) Encode() ([]byte, error) {
	out, err := json.Marshal(b)
	if err != nil {
		return nil, fmt.Errorf("encode box: %w", err)
	}
	if len(out) > MaxBox {
		return nil, fmt.Errorf("box %s: %w", b.Ref, ErrBoxTooLarge)
	}
	return out, nil
}

// DecodeBox reads one box, unopened.
func DecodeBox(line []byte) (Box, error) {
	var b Box
	if len(line) > MaxBox || bytes.IndexByte(line, '\n') >= 0 || json.Unmarshal(line, &b) != nil {
		return Box{}, ErrBox
	}
	if b.Ref == "" || b.Key == "" || len(b.Sealed) == 0 {
		return Box{}, ErrBox
	}
	return b, nil
}
