package uplink

import (
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/hpke"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"slices"
	"strings"

	"hallpulse/firmware-protocol/hall"
)

// What of a person goes with a ticket to another agent of the hall is sealed to that agent, in a box beside the move that
// names it. Who carries it cannot open it. It is sealed to the key by which the agent signs, as a point of X25519: everybody in
// the hall knows that one already, and it comes and goes with the agent's secret. One pair of keys for Ed25519 and a KEM over
// X25519 is sound (Thormarker 2021), and it is what age does with SSH keys.

// BoxKey returns the key that is sealed to for an agent: the one that it uses until it has come with its newest; false: it has
// none, and nothing can be sealed to it.
func (f Fellow) BoxKey() (BoxKey, bool) {
	for _, k := range slices.Backward(f.PublicKeys()) {
		if p, ok := montgomery(k); ok {
			return BoxKey{p}, true
		}
	}
	return BoxKey{}, false
}

// montgomery returns the point of X25519 that belongs to a key of Ed25519: u = (1+y)/(1-y) over 2²⁵⁵-19 (RFC 7748, 4.1).
func montgomery(key ed25519.PublicKey) (hpke.PublicKey, bool) {
	p := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	le := slices.Clone(key)
	le[31] &= 0x7f // the sign of x
	slices.Reverse(le)
	y, one := new(big.Int).SetBytes(le), big.NewInt(1)
	below := new(big.Int).ModInverse(new(big.Int).Mod(new(big.Int).Sub(one, y), p), p)
	if below == nil {
		return nil, false
	}
	u := new(big.Int).Mod(new(big.Int).Mul(new(big.Int).Add(one, y), below), p).FillBytes(make([]byte, 32))
	slices.Reverse(u)
	public, err := hpke.DHKEM(ecdh.X25519()).NewPublicKey(u)
	return public, err == nil
}

// openingKey is the private half of montgomery (RFC 8032, 5.1.5).
func openingKey(key ed25519.PrivateKey) (hpke.PrivateKey, error) {
	h := sha512.Sum512(key.Seed())
	return hpke.DHKEM(ecdh.X25519()).NewPrivateKey(h[:32])
}

// SealBrought seals a text to an agent under ref, for a move. Sealed is what the move says of the box.
func SealBrought(to BoxKey, ref string, t Text) (line []byte, s hall.Sealed, err error) {
	b, _, err := Seal(to, ref, t.Plain())
	if err != nil {
		return nil, s, err
	}
	line, err = b.Encode()
	return line, hall.Sealed{Ref: ref, SHA: b.SHA()}, err
}

// OpenBrought opens the box that a move names with one of the keys by which this agent signs, or has signed.
func OpenBrought(s hall.Sealed, line []byte, keys ...ed25519.PrivateKey) (Text, error) {
	b, err := DecodeBox(line)
	if err != nil || b.Ref != s.Ref || b.SHA() != s.SHA {
		return Text{}, ErrBox
	}
	for _, k := range keys {
		if key, err := openingKey(k); err == nil {
			if _, plain, err := Open(key, b); err == nil {
				return ReadText(plain)
			}
		}
	}
	return Text{}, ErrBox
}

// SHA is the digest of the box as it travels: what an event may say of a box that the hub cannot open.
func (b Box) SHA() string { return SaltedSHA(nil, b.Sealed) }

// CarriedMove reads what a signed move says, for who carries it and believes nothing of it.
func CarriedMove(text string) (m hall.Move, ok bool) {
	body, _, _ := strings.Cut(text, ".")
	b, err := base64.RawURLEncoding.DecodeString(body)
	return m, err == nil && json.Unmarshal(b, &m) == nil
}
