package cases

import (
	"strings"
	"unicode/utf8"
)

// MaskName shows whose a name is to who knows it, and to nobody else: 王**. However long it is, two stars stand for the
// rest.
func MaskName(name string) string {
	first, n := utf8.DecodeRuneInString(name)
	if n == 0 {
		return ""
	}
	return string(first) + "**"
}

// MaskPhone shows the last four digits of a phone.
func MaskPhone(phone string) string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, phone)
	if digits == "" {
		return ""
	}
	return "****" + digits[max(0, len(digits)-4):]
}
