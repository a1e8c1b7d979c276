package frame

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// Pattern is a frame as a file writes it: parts with spaces between them. A part is a byte in two hex digits, text in
// double quotes, .. for a byte that is not looked at, <key>, <check> or <staff>.
type Pattern []cell

// cell is a place in a frame.
type cell struct {
	kind  cellKind
	value byte // of a given byte
}

type cellKind uint8

const (
	given cellKind = iota
	any1
	key
	check
	staff
)

// errPattern says how a frame is written.
var errPattern = errors.New(`want bytes in two hex digits, "text" in double quotes, .., <key>, <check> or <staff>, with spaces between them`)

// UnmarshalText reads a pattern.
func (p *Pattern) UnmarshalText(text []byte) error {
	*p = nil
	for rest := strings.TrimLeft(string(text), " "); rest != ""; rest = strings.TrimLeft(rest, " ") {
		part := rest
		if quoted, is := strings.CutPrefix(rest, `"`); is {
			inside, _, closed := strings.Cut(quoted, `"`)
			if !closed || !printable(inside) {
				return fmt.Errorf("%s: %w", rest, errPattern)
			}
			part = rest[:len(inside)+2]
			for _, b := range []byte(inside) {
				*p = append(*p, cell{given, b})
			}
		} else {
			part, _, _ = strings.Cut(rest, " ")
			c, err := one(part)
			if err != nil {
				return err
			}
			*p = append(*p, c)
		}
		rest = rest[len(part):]
		if rest != "" && rest[0] != ' ' {
			return fmt.Errorf("%s: %w", part+rest, errPattern)
		}
	}
	return nil
}

func one(part string) (cell, error) {
	switch part {
	case "..":
		return cell{kind: any1}, nil
	case "<key>":
		return cell{kind: key}, nil
	case "<check>":
		return cell{kind: check}, nil
	case "<staff>":
		return cell{kind: staff}, nil
	}
	b, err := hex.DecodeString(part)
	if err != nil || len(b) != 1 {
		return cell{}, fmt.Errorf("%q: %w", part, errPattern)
	}
	return cell{given, b[0]}, nil
}

// printable reports whether s is ASCII that a person can read; a quote of its own is written as 22.
func printable(s string) bool {
	for _, b := range []byte(s) {
		if b < ' ' || b > '~' {
			return false
		}
	}
	return s != ""
}

func (p Pattern) count(k cellKind) (n int) {
	for _, c := range p {
		if c.kind == k {
			n++
		}
	}
	return n
}

// fixed reports whether p says every byte.
func (p Pattern) fixed() bool { return p.count(given) == len(p) }

func (p Pattern) bytes() []byte {
	b := make([]byte, len(p))
	for i, c := range p {
		b[i] = c.value
	}
	return b
}

// with returns p with code in the place of <key> and as many places for the check as it is long.
func (p Pattern) with(code Pattern, checkLen int) Pattern {
	var out Pattern
	for _, c := range p {
		switch c.kind {
		case key:
			out = append(out, code...)
		case check:
			for range checkLen {
				out = append(out, c)
			}
		default:
			out = append(out, c)
		}
	}
	return out
}

// begins reports whether b can be the beginning of a frame of p, as far as the bytes alone say.
func (p Pattern) begins(b []byte) bool {
	if len(b) > len(p) {
		return false
	}
	for i, v := range b {
		if p[i].kind == given && p[i].value != v {
			return false
		}
	}
	return true
}

// meets reports whether some bytes could be a frame of p and, from their start on, one of q.
func (p Pattern) meets(q Pattern) bool {
	for i := range min(len(p), len(q)) {
		if p[i].kind == given && q[i].kind == given && p[i].value != q[i].value {
			return false
		}
	}
	return true
}
