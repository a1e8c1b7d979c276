package private

import (
	"strings"
	"unicode"
)

// Masked is a name or a number as a screen may show it to who need not know it (domain §4, §11). It is made here alone.
type Masked string

// MaskName keeps the first character of a Chinese name, and the last of one with three or more, as in 陈*芳; of a name in
// letters the first of each word. What is between words stays. A single character says everything and is not shown.
func MaskName(name string) Masked {
	runes := visible(name)
	if !strings.ContainsFunc(string(runes), func(r rune) bool { return unicode.IsLetter(r) && !isLettered(r) }) {
		return maskWords(runes)
	}
	var at []int // where there is more than what stands between words
	for n, r := range runes {
		if !isBetween(r) {
			at = append(at, n)
		}
	}
	for n, pos := range at {
		keep := len(at) > 1 && n == 0 || len(at) > 2 && n == len(at)-1
		if !keep || !unicode.IsLetter(runes[pos]) {
			runes[pos] = '*'
		}
	}
	return Masked(runes)
}

// maskWords masks a name in letters: J*** S****.
func maskWords(runes []rune) Masked {
	begins := true
	for n, r := range runes {
		if isBetween(r) {
			begins = true
			continue
		}
		alone := n+1 == len(runes) || isBetween(runes[n+1])
		if !begins || alone || !unicode.IsLetter(r) {
			runes[n] = '*'
		}
		begins = false
	}
	return Masked(runes)
}

// visible returns the characters of a name that have a place of their own, without blanks around it.
func visible(name string) []rune {
	var runes []rune
	for _, r := range name {
		switch {
		case unicode.IsSpace(r):
			runes = append(runes, ' ')
		case r != unicode.ReplacementChar && unicode.IsGraphic(r) && !unicode.IsMark(r):
			runes = append(runes, r)
		}
	}
	return []rune(strings.TrimSpace(string(runes)))
}

// isBetween reports whether r stands between the parts of a name, as in 买买提·吐尔逊 or Anne-Marie.
func isBetween(r rune) bool { return strings.ContainsRune(" ·•・‧‘’'-.,&", r) }

// isLettered reports whether r belongs to a script in which a name has many letters, and none of them says much.
func isLettered(r rune) bool {
	return unicode.In(r, unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Arabic, unicode.Mongolian, unicode.Tibetan)
}

// MaskPhone keeps the first three and the last four digits of a mobile number, area or country and the last four of
// another, as in 138****2046. Of what is no number nothing is shown.
func MaskPhone(phone string) Masked {
	number := Number(phone)
	if number == "" {
		return ""
	}
	digits := strings.TrimPrefix(number, "+")
	if strings.Trim(digits, "0123456789") != "" || digits == "" {
		return "****"
	}
	switch {
	case isMobile(number):
		return Masked(number[:3] + "****" + number[7:])
	case digits != number:
		n := countryDigits(digits)
		if n == len(digits) {
			return "****"
		}
		return Masked("+" + digits[:n] + " " + maskTail(digits[n:]))
	case number[0] == '0' && len(number) >= 10:
		n := areaDigits(number)
		return Masked(number[:n] + "-" + maskTail(number[n:]))
	}
	return Masked(maskTail(number))
}

// maskTail shows the last four of seven or more digits.
func maskTail(digits string) string {
	shown := 0
	if len(digits) >= 7 {
		shown = 4
	}
	hidden := len(digits) - shown
	return strings.Repeat("*", hidden) + digits[hidden:]
}

// areaDigits is how many digits the area of a landline of China has: 010 and 02x three, all others four.
func areaDigits(number string) int {
	if number[1] == '1' || number[1] == '2' {
		return 3
	}
	return 4
}

// countryDigits is how many of a number's first digits name the country (ITU-T E.164).
func countryDigits(digits string) int {
	twos := map[byte]string{'2': "07", '3': "012346 9", '4': "013456789", '5': "12345678", '6': "0123456", '8': "1246", '9': "0123458"}
	switch {
	case digits[0] == '1' || digits[0] == '7':
		return 1
	case len(digits) > 1 && strings.IndexByte(twos[digits[0]], digits[1]) >= 0:
		return 2
	}
	return min(3, len(digits))
}
