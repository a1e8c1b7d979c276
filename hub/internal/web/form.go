package web

import (
	"errors"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/private"
)

// How much a citizen can write.
const (
	maxWords = 500 // characters
	maxName  = 30
	maxForm  = 16 << 10 // bytes of a form as it travels
)

// form is what a citizen sent, made clean: what is kept, and what he sees again when something is wrong.
type form struct {
	level    hall.Level // 0: none
	n        int        // which answer of the visit this is: 0 the rating, then the follow-ups
	reasons  []string
	withheld bool
	callback bool
	text     private.Text
}

// fault is what is wrong with a form; its text is the key of the sentence that says so.
type fault struct{ key string }

func (f fault) Error() string { return f.key }

// errForm is a form that no page of ours sends.
var errForm = errors.New("not a form of ours")

// readForm reads and cleans a form. A fault names what the citizen can mend; the form is then as far as it was read.
func readForm(v url.Values, reasons Reasons) (form, error) {
	var f form
	if s := v.Get("level"); s != "" {
		level, ok := parseLevel(s)
		if f.level = level; !ok {
			return f, errForm
		}
	}
	if s := v.Get("n"); s != "" {
		n, err := strconv.Atoi(s)
		if f.n = n; err != nil || n < 0 || n > maxFollowUps {
			return f, errForm
		}
	}
	for _, code := range v["reason"] {
		if reasons.offered(f.level, code) && !slices.Contains(f.reasons, code) {
			f.reasons = append(f.reasons, code)
		}
	}
	f.withheld, f.callback = v.Get("withhold") == "1", v.Get("call") == "1"
	f.text = private.Text{Words: cleanText(v.Get("text")), Name: cleanLine(v.Get("name")), Phone: cleanLine(v.Get("phone"))}
	return f, f.check()
}

// parseLevel reads a level as forms and addresses write it.
func parseLevel(s string) (hall.Level, bool) {
	n, err := strconv.ParseUint(s, 10, 8)
	l := hall.Level(n)
	return l, err == nil && l.Valid()
}

func (f *form) check() error {
	if utf8.RuneCountInString(f.text.Words) > maxWords {
		return fault{"rate.error.text"}
	}
	if utf8.RuneCountInString(f.text.Name) > maxName {
		return fault{"rate.error.name"}
	}
	if f.text.Phone != "" {
		phone, ok := cleanPhone(f.text.Phone)
		if !ok {
			return fault{"rate.error.phone"}
		}
		f.text.Phone = phone
	}
	if f.callback && f.text.Phone == "" {
		return fault{"rate.error.call"}
	}
	return nil
}

// cleanText drops characters that show nothing (controls, marks that turn the direction of writing, bytes that are no
// text) and composes the others.
// Lines stay, at most one empty one between them. What joins letters in Mongolian and in
// emoji stays too.
func cleanText(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\r\n", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\u200c', r == '\u200d', r == '\u180e':
			return r
		case r == '\t', r == '\r':
			return ' '
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp):
			return -1
		}
		return r
	}, s)
	// Composed last: what stood between a letter and its accent is gone now.
	return strings.TrimSpace(manyLines.ReplaceAllString(norm.NFC.String(s), "\n\n"))
}

// cleanLine is cleanText on one line.
func cleanLine(s string) string { return strings.Join(strings.Fields(cleanText(s)), " ") }

var (
	manyLines = regexp.MustCompile(`\n{3,}`)
	// A mobile number, a number with its area code, or one with its country.
	phonePattern = regexp.MustCompile(`^(1[0-9]{10}|0[0-9]{9,11}|\+[0-9]{7,15})$`)
	phoneMarks   = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "", ".", "")
)

// cleanPhone returns the digits of a telephone number, full-width ones included.
func cleanPhone(s string) (string, bool) {
	digits := phoneMarks.Replace(norm.NFKC.String(s))
	return digits, phonePattern.MatchString(digits)
}
