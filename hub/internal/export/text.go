package export

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxText is how many UTF-16 units a cell of a workbook takes; other programs read no more from a CSV either. One is
// kept for the apostrophe of guard.
const maxText = 32767 - 1

// clean makes a text fit for every file: what shows nothing goes (controls, marks that turn the direction of writing),
// but for lines and what joins letters in Mongolian and in emoji; bytes that are no text show as such; what is too long
// ends with an ellipsis.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, string(utf8.RuneError)), "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\u200c', r == '\u200d', r == '\u180e':
			return r
		case r == '\t', r == '\r':
			return ' '
		case r&0xfffe == 0xfffe: // no character, and not allowed in a workbook
			return utf8.RuneError
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp):
			return -1
		}
		return r
	}, s)
	return shorten(s, maxText)
}

// shorten cuts s to at most most UTF-16 units, the ellipsis included.
func shorten(s string, most int) string {
	units, cut := 0, 0
	for i, r := range s {
		if units < most {
			cut = i // room for the ellipsis is here
		}
		if units += width(r); units > most {
			return s[:cut] + "…"
		}
	}
	return s
}

// width is how many UTF-16 units a character takes.
func width(r rune) int {
	if r > 0xffff {
		return 2
	}
	return 1
}

// guard puts an apostrophe before a text that a spreadsheet would take for a formula: it shows the text and computes
// nothing. Full-width signs are taken for their narrow sisters in Chinese settings, and what stands before a sign
// without showing does not disarm it.
func guard(s string) string {
	bare := strings.TrimLeftFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.In(r, unicode.Cc, unicode.Cf)
	})
	if bare == "" || !strings.ContainsRune("=+-@＝＋－＠−﹢﹣﹦﹫", first(bare)) {
		return s
	}
	return "'" + s
}

func first(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}
