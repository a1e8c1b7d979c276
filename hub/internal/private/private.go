// Package private is the vault of personal data: what a citizen wrote, his name, his phone, a photo. It owns how such
// data, and keys shared with agents and secrets of accounts, are sealed under the hub's key file; how the keys change;
// what an event may say of a text; how a name or a number is masked; and how long each kind of data is kept. It keeps
// nothing, reads no file, and does not know to whom anything may be shown.
package private

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
)

// MaxBytes is how much SealBytes takes: a photo.
const MaxBytes = 2 << 20

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

// ErrSealed is returned for what this vault cannot open: another key file, another ref, or damage.
var ErrSealed = errors.New("private text cannot be opened: the key file is not the one it was sealed with, or the box was changed")

// ErrTooLarge is returned for more than MaxBytes.
var ErrTooLarge = fmt.Errorf("at most %d KiB can be sealed", MaxBytes>>10)

// Vault seals and opens. It may be used by many goroutines.
type Vault struct{ ring atomic.Pointer[ring] }

// New returns the vault of the keys of a key file, the newest first: it seals under the newest and opens what is sealed
// under any of them.
func New(keys ...[]byte) (*Vault, error) {
	v := new(Vault)
	if err := v.Use(keys...); err != nil {
		return nil, err
	}
	return v, nil
}

// Use puts other keys in the place of the vault's. Who seals at this moment may still do so under the old ones.
func (v *Vault) Use(keys ...[]byte) error {
	r, err := newRing(keys)
	if err != nil {
		return err
	}
	v.ring.Store(r)
	return nil
}

// Keys names the vault's keys, the newest first.
func (v *Vault) Keys() []KeyID {
	var ids []KeyID
	for _, k := range v.ring.Load().keys {
		ids = append(ids, k.id)
	}
	return ids
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
	box, sha := v.box(ref, plain)
	return box, sha, nil
}

// Open returns what was sealed.
func (v *Vault) Open(b Box) (Text, error) {
	plain, err := v.OpenBytes(b)
	if err != nil {
		return Text{}, err
	}
	var t body
	if err := json.Unmarshal(plain, &t); err != nil {
		return Text{}, ErrSealed
	}
	return Text(t), nil
}

// SealBytes is Seal for what is no text: a photo.
func (v *Vault) SealBytes(ref string, plain []byte) (Box, string, error) {
	if len(plain) > MaxBytes {
		return Box{}, "", ErrTooLarge
	}
	box, sha := v.box(ref, plain)
	return box, sha, nil
}

// OpenBytes returns what SealBytes sealed.
func (v *Vault) OpenBytes(b Box) ([]byte, error) {
	return v.ring.Load().open(b.Sealed, boxPurpose(b.Ref))
}

func (v *Vault) box(ref string, plain []byte) (Box, string) {
	salt := make([]byte, 16)
	rand.Read(salt)
	return Box{Ref: ref, Salt: salt, Sealed: v.ring.Load().seal(plain, boxPurpose(ref))}, digest(salt, plain)
}

// SealKey seals a key or a secret that is kept for a purpose; OpenKey gives it back for the same purpose only.
func (v *Vault) SealKey(purpose string, key []byte) []byte {
	return v.ring.Load().seal(key, keyPurpose(purpose))
}

// OpenKey returns what SealKey sealed for purpose.
func (v *Vault) OpenKey(purpose string, sealed []byte) ([]byte, error) {
	return v.ring.Load().open(sealed, keyPurpose(purpose))
}

func digest(salt, plain []byte) string {
	h := sha256.New()
	h.Write(salt)
	h.Write(plain)
	return hex.EncodeToString(h.Sum(nil))
}
