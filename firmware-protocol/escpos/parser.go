package escpos

import "bytes"

// Parser reads the bytes a host sends to a printer: the other side of Append. It is as strict as a cheap printer: a
// command in another form than Append writes, or a raster of more than BandRows rows, is none. The zero value is ready.
//
// What it keeps of a command that is not whole is bounded by the longest raster band. Text is given when its line ends
// or another command begins, so the commands found do not depend on how the bytes were cut. Empty bytes between
// commands are ignored.
type Parser struct {
	buf     []byte
	chinese bool // FS & is in force
}

// maxText is the most bytes of text that come as one piece.
const maxText = 1024

// Feed takes the next bytes and returns the commands they complete. A byte that begins nothing known is an Unknown: it
// costs itself alone, whatever length it claimed.
func (p *Parser) Feed(b []byte) []Command {
	var out []Command
	p.buf = append(p.buf, b...)
	rest := p.buf
	for len(rest) > 0 {
		c, n := p.next(rest)
		if n == 0 {
			break
		}
		if c != nil {
			out = append(out, c)
		}
		rest = rest[n:]
	}
	p.buf = append(p.buf[:0], rest...)
	return out
}

// next reads the command at the start of b and says how many bytes it took; none if it is not whole yet.
func (p *Parser) next(b []byte) (Command, int) {
	var c Command
	var n int
	switch b[0] {
	case 0:
		return nil, 1
	case lf:
		return LineFeed{}, 1
	case dle, esc, fs, gs:
		c, n = command(b)
	default:
		c, n = p.text(b)
	}
	switch c.(type) {
	case Init:
		p.chinese = false
	case Chinese:
		p.chinese = true
	}
	return c, n
}

// command reads what begins with a control byte.
func command(b []byte) (Command, int) {
	for _, c := range fixed() {
		code := Append(nil, c)
		if bytes.HasPrefix(b, code) {
			return c, len(code)
		}
		if bytes.HasPrefix(code, b) {
			return nil, 0
		}
	}
	if len(b) < 3 {
		return nil, 0
	}
	switch {
	case b[0] == gs && b[1] == 'v':
		return raster(b)
	case b[0] == gs && b[1] == '(':
		return qr(b)
	case b[0] == fs && b[1] == 'p':
		if len(b) < 4 {
			return nil, 0
		}
		if b[3] == 0 {
			return Stored(b[2]), 4
		}
	}
	// What is written back the same was in range.
	if c := withNumber(b[0], b[1], b[2]); c != nil && bytes.HasPrefix(b, Append(nil, c)) {
		return c, 3
	}
	return Unknown(b[0]), 1
}

// fixed are the commands that are always the same bytes.
func fixed() []Command {
	all := []Command{Init{}, Chinese{}, Confirm{}}
	for k := FeedAndCut; k < NoKnife; k++ {
		all = append(all, Cut{k})
	}
	return all
}

// withNumber makes the command that has one number, or nil.
func withNumber(first, second, n byte) Command {
	switch [2]byte{first, second} {
	case [2]byte{gs, '!'}:
		return Size{W: int(n>>4) + 1, H: int(n&0x0F) + 1}
	case [2]byte{esc, 'E'}:
		return Bold(n != 0)
	case [2]byte{esc, 'a'}:
		return Align(n)
	case [2]byte{esc, 'd'}:
		return Lines(n)
	case [2]byte{esc, 'J'}:
		return Dots(n)
	case [2]byte{gs, 'I'}:
		return AskName(n)
	case [2]byte{dle, eot}:
		return AskStatus(n)
	case [2]byte{gs, 'a'}:
		return Automatic(n != 0)
	}
	return nil
}

// raster reads one band: GS v 0 m xL xH yL yH and its rows.
func raster(b []byte) (Command, int) {
	const header = 8
	if len(b) < header {
		return nil, 0
	}
	width, rows := int(b[4]), int(b[6])
	r := Raster{Double: b[3] == 3, Width: width}
	if rows < 1 || rows > BandRows || !bytes.Equal(b[:header], r.header(rows)) {
		return Unknown(b[0]), 1
	}
	end := header + width*rows
	if len(b) < end {
		return nil, 0
	}
	r.Bits = bytes.Clone(b[header:end])
	return r, end
}

// text reads what stands on a line up to the next control byte.
func (p *Parser) text(b []byte) (Command, int) {
	n := 0
	for n < len(b) && n < maxText {
		size := p.character(b[n:])
		if size == 0 {
			return nil, 0
		}
		if size < 0 {
			break
		}
		n += size
	}
	if n == 0 {
		return Unknown(b[0]), 1
	}
	if n == len(b) && n < maxText {
		return nil, 0
	}
	text, _ := decode(b[:n])
	return Text(text), n
}

// character returns the length of the character at the start of b: none if its second half is still to come, negative
// if the printer has no shape for it.
func (p *Parser) character(b []byte) int {
	switch {
	case b[0] < ' ' || b[0] == 0x7F || b[0] == 0x80 || b[0] == 0xFF:
		return -1
	case b[0] < 0x80:
		return 1
	case !p.chinese:
		return -1
	case len(b) < 2:
		return 0
	}
	if _, ok := decode(b[:2]); !ok {
		return -1
	}
	return 2
}
