package escpos

import (
	"strings"
	"unicode"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// missing stands for a character that the printer's font lacks: the geta mark 〓 of East Asian type, to be filled in by hand.
const missing = '〓'

// encode returns the bytes of s as printed: one for a half-width character, two for a Chinese one.
func encode(s string) []byte { return codesOf(Printable(s)) }

// codesOf returns the codes of s in GB 18030: of what a font draws, one or two bytes a character.
func codesOf(s string) []byte {
	all, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(s))
	if err != nil { // cannot be: GB18030 has a code for every rune
		return nil
	}
	return all
}

// printable drops what has no shape of its own (joiners, marks), makes a space of every control character and every
// kind of space, so that no text can become a command, and marks the private area, which each maker fills differently.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '　':
			return r
		case unicode.IsControl(r), unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
			return -1
		case unicode.Is(unicode.Co, r):
			return missing
		}
		return r
	}, s)
}

// codeLen returns the length of the well-formed GB18030 code at the start of b (GB 18030, clause on code structure).
func codeLen(b []byte) int {
	switch {
	case b[0] < 0x80:
		return 1
	case b[1] >= '0' && b[1] <= '9':
		return 4
	}
	return 2
}

// Printable returns s as paper will show it: GBK's, which nearly all printers have.
func Printable(s string) string { return GBK.Printable(s) }

// decode reads bytes that encode wrote. ok is false where a code of two bytes names no character.
func decode(b []byte) (text string, ok bool) {
	s, err := simplifiedchinese.GB18030.NewDecoder().String(string(b))
	return s, err == nil && !strings.ContainsRune(s, unicode.ReplacementChar)
}

// Columns measures s at size 1: a half-width character takes one column, a Chinese one two.
func Columns(s string) int { return len(encode(s)) }

// closing may not begin a line, opening may not end one (GB/T 15834, on where punctuation stands).
const (
	closing = "，。、；：？！）》」』】〉”’…—·,.;:?!)]}%"
	opening = "（《「『【〈“‘([{"
	spaces  = " 　"
)

// Wrap breaks s into lines of at most columns, which must be 2 or more. It breaks at spaces and between Chinese
// characters, keeps Latin words and numbers with their counting word together where they fit, and begins no line with
// closing punctuation. An empty s has no lines.
func Wrap(s string, columns int) []string {
	columns = max(columns, 2)
	var lines []string
	line := ""
	end := func() {
		if line = strings.Trim(line, spaces); line != "" {
			lines = append(lines, line)
		}
		line = ""
	}
	for _, u := range units(Printable(s)) {
		if Columns(line)+Columns(strings.TrimRight(u, spaces)) > columns {
			end()
		}
		for Columns(strings.TrimRight(u, spaces)) > columns { // longer than a line: a web address, a very long word
			line = Clip(u, columns)
			u = u[len(line):]
			end()
		}
		line += u
	}
	end()
	return lines
}

// Clip returns the longest beginning of s, itself already Printable, that is no wider than columns.
func Clip(s string, columns int) string {
	for i, r := range s {
		if columns -= Columns(string(r)); columns < 0 {
			return s[:i]
		}
	}
	return s
}

// units splits s into what must stand on one line, the spaces after it included.
func units(s string) []string {
	var out []string
	from := 0
	before := rune(-1)
	for i, r := range s {
		if before >= 0 && mayBreak(before, r) {
			out = append(out, s[from:i])
			from = i
		}
		before = r
	}
	if from < len(s) {
		out = append(out, s[from:])
	}
	return out
}

func mayBreak(a, b rune) bool {
	switch {
	case strings.ContainsRune(spaces, b), strings.ContainsRune(closing, b), strings.ContainsRune(opening, a):
		return false
	case strings.ContainsRune(spaces, a):
		return true
	case a >= '0' && a <= '9': // 31号, 8人
		return false
	}
	return wide(a) || wide(b)
}

func wide(r rune) bool { return Columns(string(r)) == 2 }
