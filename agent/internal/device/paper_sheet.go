package device

import (
	"bytes"

	"hallpulse/firmware-protocol/escpos"
)

// style is how a line of text looks, besides its size.
type style uint8

const (
	bold style = 1 << iota
	centered
	right
)

// sheet is a piece of paper on which lines are laid one below the other. It knows how long it has become.
type sheet struct {
	dots    int // wide
	charset escpos.Charset
	length  int // dots
	cmds    []escpos.Command
}

// columns is how many half-width characters of a size, ×1 to ×8 of the printer's one font, stand on a line.
func (s *sheet) columns(size int) int { return s.dots / (escpos.ColumnDots * size) }

// text lays lines of one size and style. Each sets all of its style, so that sheets can be put together in any order.
func (s *sheet) text(size int, st style, lines ...string) {
	align := escpos.Left
	switch {
	case st&centered != 0:
		align = escpos.Center
	case st&right != 0:
		align = escpos.Right
	}
	for _, l := range lines {
		s.cmds = append(s.cmds, align, escpos.Size{W: size, H: size}, escpos.Bold(st&bold != 0), escpos.Text(l), escpos.LineFeed{})
		s.length += max(escpos.LineDots, escpos.FontDots*size)
	}
}

// main lays the main line of a block, in the look that its template gives it, on at most most lines. Type too large for
// its words gets smaller.
func (s *sheet) main(b Block, size int, st style, most int, text string) error {
	size, st = b.look(size, st)
	for size > 1 && len(s.wrap(text, size, endless)) > most {
		size--
	}
	s.text(size, st, s.wrap(text, size, most)...)
	return nil
}

// head is main for what stands on one line in large type, or in small type on two.
func (s *sheet) head(b Block, size int, st style, text string) error {
	if len(s.wrap(text, 1, endless)) > 1 {
		return s.main(b, 1, st, 2, text)
	}
	return s.main(b, size, st, 1, text)
}

// wrap breaks text into at most most lines of a size, with what this printer can draw; what has no room ends in ….
func (s *sheet) wrap(text string, size, most int) []string {
	return clip(escpos.Wrap(s.charset.Printable(text), s.columns(size)), s.columns(size), most)
}

// clip keeps at most most of lines, which are at most columns wide.
func clip(lines []string, columns, most int) []string {
	const more = "…"
	if len(lines) <= most {
		return lines
	}
	last := escpos.Clip(lines[most-1], columns-escpos.Columns(more)) + more
	return append(lines[:most-1:most-1], last)
}

// spread lays left and right at the two edges of a line, or one below the other where they do not fit.
func (s *sheet) spread(left, right string) {
	left, right = s.charset.Printable(left), s.charset.Printable(right)
	space := s.columns(1) - escpos.Columns(left) - escpos.Columns(right)
	if space < 1 {
		s.text(1, 0, left)
		s.text(1, 0, s.wrap(right, 1, 2)...)
		return
	}
	s.text(1, 0, left+string(bytes.Repeat([]byte{' '}, space))+right)
}

// rule lays a line across the paper, two dots thick, with its gaps.
func (s *sheet) rule() {
	width := s.dots / 2 / 8
	s.gap(gapDots)
	s.raster(escpos.Raster{Double: true, Width: width, Bits: bytes.Repeat([]byte{0xFF}, width)})
	s.gap(gapDots)
}

func (s *sheet) gap(dots int) {
	s.cmds = append(s.cmds, escpos.Dots(dots))
	s.length += dots
}

// raster lays a picture. It begins at the left edge: printers do not agree whether alignment moves pictures.
func (s *sheet) raster(r escpos.Raster) {
	s.cmds = append(s.cmds, escpos.Left, r)
	rows := r.Rows()
	if r.Double {
		rows *= 2
	}
	s.length += rows
}
