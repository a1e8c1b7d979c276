package uplink

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"

	"hallpulse/firmware-protocol/hall"
)

// codeChars is the length of a code.
const codeChars = 8

// ReadCode reads a code as somebody types it from paper: in capitals or not, with dashes and blanks where he likes, I and L
// for 1 and O for 0, as Crockford's base32 wants it. false: it can be none.
func ReadCode(typed string) (string, bool) {
	var b strings.Builder
	for _, r := range typed {
		if r >= '！' && r <= '～' { // full width
			r -= '！' - '!'
		}
		switch {
		case r == '-' || r == '–' || r == '—' || r == '_' || r == ' ' || r == '\u3000' || r == '\t':
			continue
		case r >= 'a' && r <= 'z':
			r -= 'a' - 'A'
		}
		switch r {
		case 'I', 'L':
			r = '1'
		case 'O':
			r = '0'
		}
		if r > 'Z' || !strings.ContainsRune(crockford, r) || b.Len() == codeChars {
			return "", false
		}
		b.WriteRune(r)
	}
	return b.String(), b.Len() == codeChars
}

// Digits returns the 4 digits of a visit: what pad, tablet or clerk show of it while it is open, for who has no ticket at
// hand (design §4). They follow from what agent and hub both know of its ticket, and nobody else does.
func Digits(codeSHA string, visit hall.ID) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "hallpulse/digits/1 %s %s", codeSHA, visit))
	return fmt.Sprintf("%04d", binary.BigEndian.Uint32(sum[:])%10_000)
}
