package escpos

import (
	"strings"
	"unicode"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// missing stands for a character that the printer's font lacks: the geta mark 〓 of East Asian type.
const (
	missing     = '〓'
	missingCode = "\xa1\xfe"
)

// encode returns the bytes of s as printed: one for a half-width character, two for a Chinese one.
func encode(s string) []byte {
	all, err := simplifiedchinese.GB18030.NewEncoder().String(printable(s))
	if err != nil { // cannot be: GB18030 has a code for every rune
		return nil
	}
	b := make([]byte, 0, len(all))
	for len(all) > 0 {
		n := codeLen(all)
		if n == 4 { // most printers have shapes for codes of two bytes alone
			b = append(b, missingCode...)
		} else {
			b = append(b, all[:n]...)
		}
		all = all[n:]
	}
	return b
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

// codeLen returns the length of the well-formed GB18030 code at the start of s (GB 18030, clause on code structure).
func codeLen(s string) int {
	switch {
	case s[0] < 0x80:
		return 1
	case s[1] >= '0' && s[1] <= '9':
		return 4
	}
	return 2
}

// Charset is whose characters a printer's font has. Each holds ASCII besides.
type Charset uint8

const (
	GBK    Charset = iota // 21,003 Chinese characters, in two bytes
	GB2312                // 6,763 of them
)

// Printable returns s with what the font lacks replaced.
func (c Charset) Printable(s string) string { return Printable(s) }

// Printable returns s as paper will show it: what the font lacks has become 〓, control characters spaces.
func Printable(s string) string {
	text, _ := decode(encode(s))
	return text
}

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
