package private

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// KeySize is the length of one key in bytes.
const KeySize = 32

// The first byte of what is sealed names its form.
const (
	formOne = 1 // nonce, ciphertext and tag: of the one key that there was
	formTwo = 2 // the key's id goes before the nonce
)

// HeadSize is how many bytes of what is sealed say under which key it is.
const HeadSize = 1 + len(KeyID{})

// KeyID names a key without telling it.
type KeyID [4]byte

func (id KeyID) String() string { return hex.EncodeToString(id[:]) }

// ring holds the keys, the newest first. It does not change.
type ring struct{ keys []key }

// key is one key, and what follows from it.
type key struct {
	id   KeyID
	aead cipher.AEAD
	mark []byte
}

func newRing(keys [][]byte) (*ring, error) {
	if len(keys) == 0 {
		return nil, errors.New("key file: no key")
	}
	r := &ring{}
	for _, bytes := range keys {
		k, err := newKey(bytes)
		if err != nil {
			return nil, fmt.Errorf("key file: %w", err)
		}
		for _, other := range r.keys {
			if other.id == k.id {
				return nil, fmt.Errorf("key file: key %s is there twice", k.id)
			}
		}
		r.keys = append(r.keys, k)
	}
	return r, nil
}

func newKey(secret []byte) (k key, err error) {
	if len(secret) != KeySize {
		return k, fmt.Errorf("%d bytes, want %d", len(secret), KeySize)
	}
	derive := func(label string, size int) []byte {
		b, bad := hkdf.Key(sha256.New, secret, nil, "hallpulse/1/private"+label, size)
		err = errors.Join(err, bad)
		return b
	}
	copy(k.id[:], derive("/id", len(k.id)))
	k.mark = derive("/mark", sha256.Size)
	seal := derive("", KeySize)
	if err != nil {
		return k, err
	}
	block, err := aes.NewCipher(seal)
	if err != nil {
		return k, err
	}
	k.aead, err = cipher.NewGCMWithRandomNonce(block)
	return k, err
}

// seal seals plain under the newest key. It opens for the same purpose only.
func (r *ring) seal(plain []byte, p purpose) []byte {
	k := r.keys[0]
	head := append([]byte{formTwo}, k.id[:]...)
	return k.aead.Seal(head, nil, plain, []byte(p.two))
}

func (r *ring) open(sealed []byte, p purpose) ([]byte, error) {
	switch {
	case len(sealed) > 0 && sealed[0] == formOne:
		for _, k := range r.keys {
			if plain, err := k.aead.Open(nil, nil, sealed[1:], []byte(p.one)); err == nil {
				return plain, nil
			}
		}
	case len(sealed) >= HeadSize && sealed[0] == formTwo:
		id := KeyID(sealed[1:HeadSize])
		for _, k := range r.keys {
			if k.id != id {
				continue
			}
			if plain, err := k.aead.Open(nil, nil, sealed[HeadSize:], []byte(p.two)); err == nil {
				return plain, nil
			}
			return nil, ErrSealed
		}
		return nil, fmt.Errorf("%w (it is sealed under key %s, which the key file does not hold)", ErrSealed, id)
	}
	return nil, ErrSealed
}

// fresh reports whether what begins with head is sealed as seal does now.
func (r *ring) fresh(head []byte) bool {
	return bytes.HasPrefix(head, append([]byte{formTwo}, r.keys[0].id[:]...))
}

// purpose is what a seal is bound to, in each form.
type purpose struct{ one, two string }

func boxPurpose(ref string) purpose  { return purpose{ref, "box " + ref} }
func keyPurpose(what string) purpose { return purpose{"key " + what, "key " + what} }

// The lines of a key file around its keys.
const (
	keyFileHead = "hallpulse private keys, the newest first"
	keyFileEnd  = "end"
)

// WriteKeyFile returns the bytes of a key file, the newest key first. Each line checks itself, and the last one says that
// none is missing.
func WriteKeyFile(keys ...[]byte) ([]byte, error) {
	r, err := newRing(keys)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintln(&b, keyFileHead)
	for n, k := range r.keys {
		fmt.Fprintf(&b, "%s %x\n", k.id, keys[n])
	}
	fmt.Fprintln(&b, keyFileEnd)
	return b.Bytes(), nil
}

// ReadKeyFile returns the keys of a key file, the newest first. A file of KeySize bytes is the one key that older versions
// wrote.
func ReadKeyFile(file []byte) ([][]byte, error) {
	if len(file) == KeySize {
		return [][]byte{bytes.Clone(file)}, nil
	}
	body, ok := strings.CutPrefix(string(file), keyFileHead+"\n")
	body, whole := strings.CutSuffix(body, "\n"+keyFileEnd+"\n")
	if !ok || !whole {
		return nil, fmt.Errorf("%d bytes that are no key file", len(file))
	}
	var keys [][]byte
	for n, line := range strings.Split(body, "\n") {
		id, digits, _ := strings.Cut(line, " ")
		secret, err := hex.DecodeString(digits)
		if err != nil || len(secret) != KeySize {
			return nil, fmt.Errorf("line %d holds no key", n+2)
		}
		if k, err := newKey(secret); err != nil || k.id.String() != id {
			return nil, fmt.Errorf("line %d is not the key that it names", n+2)
		}
		keys = append(keys, secret)
	}
	if _, err := newRing(keys); err != nil {
		return nil, err
	}
	return keys, nil
}
