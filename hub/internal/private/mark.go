package private

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// MarkPhone is the purpose of marks by which boxes are found that hold a phone.
const MarkPhone = "phone"

// Mark stands for a value in an index where the value must not stand: equal values have equal marks, and without the key
// file no mark says anything. Marks of different purposes have nothing in common. A mark is personal data still: it is
// kept beside the box and goes with it, and no event holds one.
func (v *Vault) Mark(purpose, value string) string {
	return v.ring.Load().keys[0].sum(purpose, value)
}

// Marks returns the mark of a value under each key, the newest first: what is looked up while keys change.
func (v *Vault) Marks(purpose, value string) []string {
	var marks []string
	for _, k := range v.ring.Load().keys {
		marks = append(marks, k.sum(purpose, value))
	}
	return marks
}

// Token returns a secret of 16 letters, digits, - and _ that stands for a name, such as the id of a message in the link
// that is sent with it. Who does not hold the key file cannot make it. It changes with the key.
func (v *Vault) Token(purpose, name string) string {
	sum := v.ring.Load().keys[0].mac("token "+purpose, name)
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

func (k key) sum(purpose, value string) string {
	return hex.EncodeToString(k.mac("mark "+purpose, value)[:16])
}

func (k key) mac(purpose, value string) []byte {
	h := hmac.New(sha256.New, k.mark)
	h.Write([]byte(purpose + "\x00" + value))
	return h.Sum(nil)
}

// Number returns a phone number as it is dialled inside China, or with + and the country: digits alone, so that one
// number has one mark however it was written. What is no number stays as it is, without blanks around it.
func Number(phone string) string {
	phone = strings.TrimSpace(phone)
	var b strings.Builder
	for n, r := range phone {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r >= '０' && r <= '９':
			b.WriteRune(r - '０' + '0')
		case (r == '+' || r == '＋') && n == 0:
			b.WriteByte('+')
		case strings.ContainsRune(" -–—()（）.·\u00a0\u3000", r):
		default:
			return phone
		}
	}
	s := b.String()
	for _, home := range []string{"+86", "0086"} {
		if rest, ok := strings.CutPrefix(s, home); ok {
			return domestic(rest)
		}
	}
	if rest, ok := strings.CutPrefix(s, "86"); ok && isMobile(rest) {
		return rest
	}
	if rest, ok := strings.CutPrefix(s, "00"); ok && len(rest) > 6 {
		return "+" + rest
	}
	return s
}

// IsNumber reports whether a person can have written phone for a number that can be dialled.
func IsNumber(phone string) bool {
	digits := strings.TrimPrefix(Number(phone), "+")
	return digits != "" && strings.Trim(digits, "0123456789") == ""
}

// domestic gives a landline that was written with the country the zero of its area back.
func domestic(s string) string {
	if isMobile(s) || strings.HasPrefix(s, "0") || len(s) < 9 {
		return s
	}
	return "0" + s
}

// isMobile reports whether s is a mobile number of China.
func isMobile(s string) bool { return len(s) == 11 && s[0] == '1' && s[1] >= '3' }
