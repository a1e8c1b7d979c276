package simulator

import (
	"bytes"
	"fmt"
	"html"
	"slices"
	"strings"

	"hallpulse/firmware-protocol/escpos"
)

// Paper is what lies in the tray: everything between two cuts, and where it stands. Distances are in dots of 1/8 mm.
type Paper struct {
	Width    int
	Length   int // from the first line to the last
	Lines    []PaperLine
	Pictures []PaperPicture
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
	escpos.Raster
}

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

// clone returns a copy that does not change with p.
func (p Paper) clone() Paper {
	p.Lines, p.Bytes = slices.Clone(p.Lines), slices.Clone(p.Bytes)
	p.Pictures = slices.Clone(p.Pictures)
	for i := range p.Pictures {
		p.Pictures[i].Bits = slices.Clone(p.Pictures[i].Bits)
	}
	return p
}

// PBM returns the picture in the portable bitmap format, which programs that read QR codes take.
func (p PaperPicture) PBM() []byte {
	return append(fmt.Appendf(nil, "P4\n%d %d\n", 8*p.Width, p.Rows()), p.Bits...)
}

// SVG draws the paper, one unit a dot. Each character stands on the printer's grid, whatever font draws it.
func (p Paper) SVG() []byte {
	const margin = 16 // of blank paper around
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="%d %d %[1]d %[2]d">`,
		p.Width+2*margin, p.Length+2*margin, -margin, -margin)
	fmt.Fprintf(&b, `<rect x="%d" y="%d" width="100%%" height="100%%" fill="#fff"/>`, -margin, -margin)
	fmt.Fprintf(&b, `<g font-family="'Noto Sans Mono CJK SC','Noto Sans CJK SC','Microsoft YaHei','PingFang SC',monospace" font-size="%d">`, escpos.FontDots)
	for _, l := range p.Lines {
		l.svg(&b)
	}
	b.WriteString(`</g>`)
	for _, pic := range p.Pictures {
		pic.svg(&b)
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

func (l PaperLine) svg(b *bytes.Buffer) {
	const baseline = 21 // of 24 dots
	weight := "normal"
	if l.Bold {
		weight = "bold"
	}
	fmt.Fprintf(b, `<text transform="translate(%d %d) scale(%d %d)" y="%d" font-weight="%s" xml:space="preserve" x="`, l.X, l.Y, l.W, l.H, baseline, weight)
	x := 0
	for _, r := range l.Text {
		fmt.Fprintf(b, "%d ", x)
		x += escpos.ColumnDots * escpos.Columns(string(r))
	}
	fmt.Fprintf(b, `">%s</text>`, html.EscapeString(l.Text))
}

func (p PaperPicture) svg(b *bytes.Buffer) {
	fmt.Fprintf(b, `<path transform="translate(%d %d)" shape-rendering="crispEdges" d="`, p.X, p.Y)
	for y := range p.Rows() {
		for x := 0; x < 8*p.Width; x++ {
			from := x
			for x < 8*p.Width && p.Black(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(b, "M%d %dh%dv1h-%[3]d", from, y, x-from)
			}
		}
	}
	b.WriteString(`"/>`)
}

// Print returns the papers that b prints at a printer of this width with an endless roll. What was not cut off is the
// last of them, torn.
func Print(b []byte, width int) []Paper {
	var parser escpos.Parser
	var out []Paper
	press := newPress(width)
	for _, c := range parser.Feed(b) {
		if paper, cut := press.work(c); cut {
			out = append(out, paper)
		}
	}
	if press.paper.Length > 0 {
		press.paper.Torn = true
		out = append(out, press.eject())
	}
	return out
}

// press works off commands, as print head, feed and knife do.
type press struct {
	width int
	w, h  int // size
	bold  bool
	align escpos.Align
	line  []PaperLine // of the line not yet printed; X counts from its own beginning
	paper Paper
}

func newPress(width int) *press {
	p := &press{width: width}
	p.reset()
	p.paper.Width = width
	return p
}

// reset is what ESC @ does: a line that was begun is forgotten.
func (p *press) reset() {
	p.w, p.h, p.bold, p.align, p.line = 1, 1, false, escpos.Left, nil
}

// work carries out c, and returns a paper if c cut one off.
func (p *press) work(c escpos.Command) (Paper, bool) {
	switch c := c.(type) {
	case escpos.Init:
		p.reset()
		if p.paper.Length == 0 {
			p.paper.Bytes = nil
		}
		return Paper{}, false
	case escpos.AskStatus, escpos.Confirm, escpos.Automatic:
		return Paper{}, false
	case escpos.Size:
		p.w, p.h = c.W, c.H
	case escpos.Bold:
		p.bold = bool(c)
	case escpos.Align:
		p.align = c
	case escpos.Text:
		p.write(string(c))
	case escpos.LineFeed:
		p.feed()
	case escpos.Lines:
		p.feed()
		p.paper.Length += escpos.LineDots * int(c)
	case escpos.Dots:
		if len(p.line) > 0 {
			p.feed()
		}
		p.paper.Length += int(c)
	case escpos.Raster:
		p.picture(c)
	case escpos.Unknown:
		p.write("�")
	}
	p.paper.Bytes = escpos.Append(p.paper.Bytes, c)
	if _, cut := c.(escpos.Cut); cut {
		return p.eject(), true
	}
	return Paper{}, false
}

// eject gives the paper out and begins the next.
func (p *press) eject() Paper {
	out := p.paper
	p.paper = Paper{Width: p.width}
	return out
}

// write adds text to the line. What is wider than the paper goes on on the next line, as printers do.
func (p *press) write(text string) {
	for text != "" {
		used := 0
		if n := len(p.line); n > 0 {
			used = p.line[n-1].right()
		}
		fits := escpos.Clip(text, (p.width-used)/(escpos.ColumnDots*p.w))
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

func (l PaperLine) right() int { return l.X + escpos.ColumnDots*l.W*escpos.Columns(l.Text) }

// feed prints the line, its pieces on one base, and goes to the next.
func (p *press) feed() {
	high, left := 1, 0
	if n := len(p.line); n > 0 {
		left = (p.width - p.line[n-1].right()) * int(p.align) / int(escpos.Right)
	}
	for _, l := range p.line {
		high = max(high, l.H)
	}
	for _, l := range p.line {
		l.X += left
		l.Y = p.paper.Length + escpos.FontDots*(high-l.H)
		p.paper.Lines = append(p.paper.Lines, l)
	}
	p.paper.Length += max(escpos.LineDots, escpos.FontDots*high)
	p.line = nil
}

func (p *press) picture(r escpos.Raster) {
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
func doubled(r escpos.Raster) escpos.Raster {
	if !r.Double {
		return r
	}
	out := escpos.Raster{Width: 2 * r.Width, Bits: make([]byte, 4*len(r.Bits))}
	for y := range 2 * r.Rows() {
		for x := range 16 * r.Width {
			if r.Black(x/2, y/2) {
				out.Bits[y*out.Width+x/8] |= 0x80 >> (x % 8)
			}
		}
	}
	return out
}
