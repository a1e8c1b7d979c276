package escpos

import (
	"fmt"
	"slices"
	"strings"
)

// Paper is what lies in the tray: everything between two cuts, and where it stands. Distances are in dots of 1/8 mm.
type Paper struct {
	Width    int
	Length   int // from the first line to the last
	Lines    []PaperLine
	Pictures []PaperPicture
	Codes    []PaperCode
	Bytes    []byte // the commands that made it, without questions and settings
	Torn     bool   // it ended because the roll did, not by a cut
}

// PaperLine is a piece of a line in one type.
type PaperLine struct {
	X, Y int // of its upper left corner
	W, H int // how many times wider and higher than the font
	Bold bool
	Text string
}

// PaperPicture is a picture as it lies on the paper, doubled already. Bands without a gap between them are one picture.
type PaperPicture struct {
	X, Y int
	Raster
}

// PaperCode is a QR code that the printer draws itself, and where its upper left module stands.
type PaperCode struct {
	X, Y int
	QR
}

// Side is how wide and high the code is on the paper.
func (c PaperCode) Side() int { return c.Module * QRModules(len(c.Data)) }

// Text returns the words on the paper, line by line from the top.
func (p Paper) Text() string {
	var b strings.Builder
	for i, l := range p.Lines {
		if i > 0 && p.Lines[i-1].Y != l.Y {
			b.WriteByte('\n')
		}
		b.WriteString(l.Text)
	}
	return b.String()
}

// Clone returns a copy that does not change with p.
func (p Paper) Clone() Paper {
	p.Lines, p.Bytes = slices.Clone(p.Lines), slices.Clone(p.Bytes)
	p.Pictures, p.Codes = slices.Clone(p.Pictures), slices.Clone(p.Codes)
	for i := range p.Pictures {
		p.Pictures[i].Bits = slices.Clone(p.Pictures[i].Bits)
	}
	return p
}

// PBM returns the picture in the portable bitmap format, which programs that read QR codes take.
func (p PaperPicture) PBM() []byte {
	return append(fmt.Appendf(nil, "P4\n%d %d\n", 8*p.Width, p.Rows()), p.Bits...)
}

// Print returns the papers that b prints at a printer of this width with an endless roll. What was not cut off is the
// last of them, torn.
func Print(b []byte, width int) []Paper {
	var parser Parser
	var out []Paper
	press := NewPress(width)
	for _, c := range parser.Feed(b) {
		if paper, cut := press.Work(c); cut {
			out = append(out, paper)
		}
	}
	if press.paper.Length > 0 {
		press.paper.Torn = true
		out = append(out, press.Eject())
	}
	return out
}

// Press works off commands, as print head, feed and knife do.
type Press struct {
	width int
	w, h  int // size
	bold  bool
	align Align
	line  []PaperLine // of the line not yet printed; X counts from its own beginning
	paper Paper
}

// NewPress returns a press for paper of so many dots.
func NewPress(width int) *Press {
	p := &Press{width: width}
	p.reset()
	p.paper.Width = width
	return p
}

// reset is what ESC @ does: a line that was begun is forgotten.
func (p *Press) reset() {
	p.w, p.h, p.bold, p.align, p.line = 1, 1, false, Left, nil
}

// Paper is the paper under the print head as far as it has come. It changes with the next command.
func (p *Press) Paper() Paper { return p.paper }

// Work carries out c, and returns a paper if c cut one off.
func (p *Press) Work(c Command) (Paper, bool) {
	switch c := c.(type) {
	case Init:
		p.reset()
		if p.paper.Length == 0 {
			p.paper.Bytes = nil
		}
		return Paper{}, false
	case AskStatus, AskName, Confirm, Automatic:
		return Paper{}, false
	case Size:
		p.w, p.h = c.W, c.H
	case Bold:
		p.bold = bool(c)
	case Align:
		p.align = c
	case Text:
		p.write(string(c))
	case LineFeed:
		p.feed()
	case Lines:
		p.feed()
		p.paper.Length += LineDots * int(c)
	case Dots:
		if len(p.line) > 0 {
			p.feed()
		}
		p.paper.Length += int(c)
	case Raster:
		p.picture(c)
	case QR:
		p.code(c)
	case Stored:
		p.write(fmt.Sprintf("[%d]", c))
		p.feed()
	case Unknown:
		p.write("�")
	}
	p.paper.Bytes = Append(p.paper.Bytes, c)
	if _, cut := c.(Cut); cut {
		return p.Eject(), true
	}
	return Paper{}, false
}

// Eject gives the paper out and begins the next.
func (p *Press) Eject() Paper {
	out := p.paper
	p.paper = Paper{Width: p.width}
	return out
}

// write adds text to the line. What is wider than the paper goes on on the next line, as printers do.
func (p *Press) write(text string) {
	for text != "" {
		used := 0
		if n := len(p.line); n > 0 {
			used = p.line[n-1].right()
		}
		fits := Clip(text, (p.width-used)/(ColumnDots*p.w))
		if fits != "" {
			p.line = append(p.line, PaperLine{X: used, W: p.w, H: p.h, Bold: p.bold, Text: fits})
			text = text[len(fits):]
		}
		if text != "" {
			if len(p.line) == 0 {
				return // a character wider than the paper
			}
			p.feed()
		}
	}
}

func (l PaperLine) right() int { return l.X + ColumnDots*l.W*Columns(l.Text) }

// feed prints the line, its pieces on one base, and goes to the next.
func (p *Press) feed() {
	high, left := 1, 0
	if n := len(p.line); n > 0 {
		left = (p.width - p.line[n-1].right()) * int(p.align) / int(Right)
	}
	for _, l := range p.line {
		high = max(high, l.H)
	}
	for _, l := range p.line {
		l.X += left
		l.Y = p.paper.Length + FontDots*(high-l.H)
		p.paper.Lines = append(p.paper.Lines, l)
	}
	p.paper.Length += max(LineDots, FontDots*high)
	p.line = nil
}

// code draws a QR code on a line of its own, where Align puts it.
func (p *Press) code(q QR) {
	if len(p.line) > 0 {
		p.feed()
	}
	c := PaperCode{Y: p.paper.Length, QR: q}
	c.X = (p.width - c.Side()) * int(p.align) / int(Right)
	p.paper.Codes = append(p.paper.Codes, c)
	p.paper.Length += c.Side()
}

func (p *Press) picture(r Raster) {
	if len(p.line) > 0 {
		p.feed()
	}
	pic := PaperPicture{Y: p.paper.Length, Raster: doubled(r)}
	p.paper.Length += pic.Rows()
	if n := len(p.paper.Pictures); n > 0 {
		above := &p.paper.Pictures[n-1]
		if above.Width == pic.Width && above.Y+above.Rows() == pic.Y {
			above.Bits = append(above.Bits, pic.Bits...)
			return
		}
	}
	p.paper.Pictures = append(p.paper.Pictures, pic)
}

// doubled returns r as it comes out on paper.
func doubled(r Raster) Raster {
	if !r.Double {
		return r
	}
	out := Raster{Width: 2 * r.Width, Bits: make([]byte, 4*len(r.Bits))}
	for y := range 2 * r.Rows() {
		for x := range 16 * r.Width {
			if r.Black(x/2, y/2) {
				out.Bits[y*out.Width+x/8] |= 0x80 >> (x % 8)
			}
		}
	}
	return out
}
