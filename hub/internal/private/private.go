// Package private is the vault of personal text: what a citizen wrote, his name, his phone. It owns how such text, and
// keys shared with agents, are sealed under the hub's key file, and what an event may say of a text. It keeps nothing,
// reads no file, and does not know to whom a text may be shown.
package private

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
)

// KeySize is the length of the key file in bytes.
const KeySize = 32

// form is the first byte of Sealed, so that another cipher can follow one day.
const form = 1

// Text is what a citizen gave beside his rating. It never prints itself.
type Text struct {
	Words string // at most what the form takes
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
	return nil, errors.New("private text is not for JSON: name its fields")
}

// Box is a sealed text as it lies in the store, beside the event that names its Ref. Who deletes Sealed and Salt has
// erased the text: the digest in the event then says nothing about it.
type Box struct {
	Ref    string
	Salt   []byte
	Sealed []byte
}

// ErrSealed is returned for a box that this vault cannot open: another key file, another ref, or damage.
var ErrSealed = errors.New("private text cannot be opened: the key file is not the one it was sealed with, or the box was changed")

// Vault seals and opens. It may be used by many goroutines.
type Vault struct{ aead cipher.AEAD }

// New returns the vault of a key file's bytes.
func New(key []byte) (*Vault, error) {
	if len(key) != KeySize {
		return nil, fmt.Errorf("key file: %d bytes, want %d", len(key), KeySize)
	}
	k, err := hkdf.Key(sha256.New, key, nil, "hallpulse/1/private", KeySize)
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	block, err := aes.NewCipher(k)
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	return &Vault{aead}, nil
}

// body is a Text that may be written, inside this package alone.
type body struct {
	Words string `json:"words,omitempty"`
	Name  string `json:"name,omitempty"`
	Phone string `json:"phone,omitempty"`
}

// Seal returns the box of t under ref, and the salted SHA-256 in hex that the event carries (design §2).
func (v *Vault) Seal(ref string, t Text) (Box, string, error) {
	plain, err := json.Marshal(body(t))
	if err != nil {
		return Box{}, "", fmt.Errorf("seal private text: %w", err)
	}
	salt := make([]byte, 16)
	rand.Read(salt)
	return Box{
		Ref:    ref,
		Salt:   salt,
		Sealed: v.aead.Seal([]byte{form}, nil, plain, []byte(ref)),
	}, digest(salt, plain), nil
}

// Open returns what was sealed.
func (v *Vault) Open(b Box) (Text, error) {
	plain, err := v.open(b.Sealed, b.Ref)
	if err != nil {
		return Text{}, err
	}
	var t body
	if err := json.Unmarshal(plain, &t); err != nil {
		return Text{}, ErrSealed
	}
	return Text(t), nil
}

// SealKey seals a key that is kept for a purpose; OpenKey gives it back for the same purpose only.
func (v *Vault) SealKey(purpose string, key []byte) []byte {
	return v.aead.Seal([]byte{form}, nil, key, []byte("key "+purpose))
}

// OpenKey returns what SealKey sealed for purpose.
func (v *Vault) OpenKey(purpose string, sealed []byte) ([]byte, error) {
	return v.open(sealed, "key "+purpose)
}

func (v *Vault) open(sealed []byte, with string) ([]byte, error) {
	if len(sealed) == 0 || sealed[0] != form {
		return nil, ErrSealed
	}
	plain, err := v.aead.Open(nil, nil, sealed[1:], []byte(with))
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}

func digest(salt, plain []byte) string {
	h := sha256.New()
	h.Write(salt)
	h.Write(plain)
	return hex.EncodeToString(h.Sum(nil))
}
