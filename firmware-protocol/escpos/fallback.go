package escpos

import (
	_ "embed" // fallback.txt
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Charset is whose characters a printer's font has. Each holds ASCII besides.
type Charset uint8

const (
	GBK    Charset = iota // 21,003 Chinese characters, in two bytes
	GB2312                // 6,763 of them
)

// Printable returns s as paper will show it: control characters are spaces, and a character that the font lacks is written
// in another shape, letter or sign, else read out, else 〓.
func (c Charset) Printable(s string) string {
	s = printable(s)
	codes := codesOf(s)
	var out strings.Builder
	for _, r := range s {
		n := codeLen(codes)
		if c.has(codes[:n]) {
			out.WriteRune(r)
		} else {
			out.WriteString(c.instead(r))
		}
		codes = codes[n:]
	}
	return out.String()
}

// instead returns what is printed for a character that the font lacks.
func (c Charset) instead(r rune) string {
	// Letters without their accents, and what Unicode calls compatible: full-width forms, ligatures, units in one cell.
	plain := printable(norm.NFKD.String(string(r)))
	for _, other := range []string{plain, fallbacks()[r]} {
		if other != "" && c.draws(other) {
			return other
		}
	}
	return string(missing)
}

// draws reports whether the font has all of s.
func (c Charset) draws(s string) bool {
	for codes := codesOf(s); len(codes) > 0; {
		n := codeLen(codes)
		if !c.has(codes[:n]) {
			return false
		}
		codes = codes[n:]
	}
	return true
}

// has reports whether the font has the character of one code. No printer is trusted with codes of four bytes.
func (c Charset) has(code []byte) bool {
	switch {
	case len(code) == 1:
		return code[0] >= ' ' && code[0] < 0x7F
	case len(code) != 2:
		return false
	case c == GBK:
		return true
	}
	for _, row := range gb2312() {
		if code[0] >= row.low && code[0] <= row.high && code[1] >= row.from && code[1] <= row.to {
			return true
		}
	}
	return false
}

// row is a part of a code table: first bytes low to high, second bytes from to to.
type row struct{ low, high, from, to byte }

// gb2312 is the table of GB 2312-80: signs in rows 1 to 9, characters of level 1 in rows 16 to 55, of level 2 to row 87.
func gb2312() []row {
	return []row{
		{0xA1, 0xA1, 0xA1, 0xFE}, {0xA2, 0xA2, 0xB1, 0xE2}, {0xA2, 0xA2, 0xE5, 0xEE}, {0xA2, 0xA2, 0xF1, 0xFC}, {0xA3, 0xA3, 0xA1, 0xFE},
		{0xA4, 0xA4, 0xA1, 0xF3}, {0xA5, 0xA5, 0xA1, 0xF6}, {0xA6, 0xA6, 0xA1, 0xB8}, {0xA6, 0xA6, 0xC1, 0xD8}, {0xA7, 0xA7, 0xA1, 0xC1},
		{0xA7, 0xA7, 0xD1, 0xF1}, {0xA8, 0xA8, 0xA1, 0xBA}, {0xA8, 0xA8, 0xC5, 0xE9}, {0xA9, 0xA9, 0xA4, 0xEF},
		{0xB0, 0xD6, 0xA1, 0xFE}, {0xD7, 0xD7, 0xA1, 0xF9}, {0xD8, 0xF7, 0xA1, 0xFE},
	}
}

//go:embed fallback.txt
var fallbackText string

// fallbacks says what is printed for a character that a font may lack.
var fallbacks = sync.OnceValue(func() map[rune]string {
	all := map[rune]string{}
	part := ""
	for line := range strings.Lines(fallbackText) {
		fields := strings.Fields(line)
		switch {
		case len(fields) == 0 || fields[0] == "#":
		case strings.HasPrefix(fields[0], "["):
			part = fields[0]
		case part == "[variants]":
			for _, pair := range fields {
				from, n := utf8.DecodeRuneInString(pair)
				all[from] = pair[n:]
			}
		case part == "[readings]":
			for _, r := range fields[1] {
				all[r] = fields[0]
			}
		default:
			from, _ := utf8.DecodeRuneInString(fields[0])
			all[from] = fields[1]
		}
	}
	return all
})
