package uplink

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"hallpulse/firmware-protocol/hall"
)

// Token names a ticket, a case or a notice slip on paper (design §4). It is valid although its agent has never been heard since.
//
//	1   version << 4 | kind
//	3   agent        big-endian, as all numbers here
//	2   tag
//	4   serial
//	2   issue day, days since 1970-01-01
//	64  Ed25519 over "hallpulse/token/1" ‖ the 12 bytes before
type Token struct {
	Kind   TokenKind
	Ticket hall.ID  // of TokenCase: the case; of TokenNotice: the slip
	Day    hall.Day // day of issue
}

// TokenKind says what paper carries the token.
type TokenKind uint8

// The kinds. Code and CodeSHA are for all of them.
const (
	TokenTicket TokenKind = 1 // a queue ticket
	TokenCase   TokenKind = 2 // the acceptance slip of a case 受理回执
	TokenNotice TokenKind = 3 // a notice slip 一次性告知单 without an accepted case
)

const (
	tokenVersion = 1
	tokenHead    = 12
	tokenContext = "hallpulse/token/1"
	// TokenBytes is the length of a token, TokenChars of its text.
	TokenBytes = tokenHead + ed25519.SignatureSize
	TokenChars = 102
)

// Why a token is not taken.
var (
	ErrTokenForm    = errors.New("not a token")
	ErrTokenVersion = errors.New("token of another version")
	ErrTokenForged  = errors.New("token signature does not match")
)

// Sign writes the token's 76 bytes.
func (t Token) Sign(key ed25519.PrivateKey) []byte {
	b := make([]byte, tokenHead, TokenBytes)
	b[0] = tokenVersion<<4 | byte(t.Kind)
	b[1], b[2], b[3] = byte(t.Ticket.Agent>>16), byte(t.Ticket.Agent>>8), byte(t.Ticket.Agent)
	binary.BigEndian.PutUint16(b[4:], t.Ticket.Tag)
	binary.BigEndian.PutUint32(b[6:], t.Ticket.Serial)
	binary.BigEndian.PutUint16(b[10:], uint16(t.Day))
	return append(b, ed25519.Sign(key, append([]byte(tokenContext), b...))...)
}

// TokenText writes the text form for a URL.
func TokenText(token []byte) string { return base64.RawURLEncoding.EncodeToString(token) }

// ReadToken reads a token's text without believing it: VerifyToken comes next, with the key of Ticket.Agent. Each token
// has one text.
func ReadToken(text string) (Token, []byte, error) {
	if len(text) != TokenChars { // base64 skips line ends
		return Token{}, nil, ErrTokenForm
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) != TokenBytes {
		return Token{}, nil, ErrTokenForm
	}
	if kind := TokenKind(b[0] & 15); b[0]>>4 != tokenVersion || kind < TokenTicket || kind > TokenNotice {
		return Token{}, nil, ErrTokenVersion
	}
	t := Token{
		Kind: TokenKind(b[0] & 15),
		Ticket: hall.ID{
			Agent:  uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3]),
			Tag:    binary.BigEndian.Uint16(b[4:]),
			Serial: binary.BigEndian.Uint32(b[6:]),
		},
		Day: hall.Day(binary.BigEndian.Uint16(b[10:])),
	}
	return t, b, nil
}

// VerifyToken reports ErrTokenForged unless token was signed with the key that belongs to key.
func VerifyToken(token []byte, key ed25519.PublicKey) error {
	if len(token) != TokenBytes || len(key) != ed25519.PublicKeySize {
		return ErrTokenForm
	}
	if !ed25519.Verify(key, append([]byte(tokenContext), token[:tokenHead]...), token[tokenHead:]) {
		return ErrTokenForged
	}
	return nil
}

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// Code is the short form under the QR code: 8 Crockford-base32 characters of SHA-256(token).
func Code(token []byte) string {
	sum := sha256.Sum256(token)
	n := binary.BigEndian.Uint64(sum[:8]) >> 24
	var out [8]byte
	for i := range out {
		out[i] = crockford[n>>(35-5*i)&31]
	}
	return string(out[:])
}

// CodeSHA is what ticket.issued and case.accepted say of the code: SHA-256(hall ‖ number ‖ day ‖ code), in hex.
func CodeSHA(hallID, number string, day hall.Day, code string) string {
	sum := sha256.Sum256([]byte(hallID + number + day.String() + code))
	return hex.EncodeToString(sum[:])
}

// MaxURL bounds a rating URL: QR version 8 at level M (design §4).
const MaxURL = 152

// RatingURL returns <publicURL>/r/<token>, or an error where no QR code of ours could hold it.
func RatingURL(publicURL string, token []byte) (string, error) {
	u := strings.TrimSuffix(publicURL, "/") + "/r/" + TokenText(token)
	if len(u) > MaxURL {
		return "", fmt.Errorf("public_url is %d bytes too long: a ticket's QR code holds %d", len(u)-MaxURL, MaxURL)
	}
	return u, nil
}
