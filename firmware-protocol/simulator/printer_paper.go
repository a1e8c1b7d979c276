package simulator

import (
	"bytes"
	"fmt"
	"html"

	"hallpulse/firmware-protocol/escpos"
)

// Paper is what lies in the tray.
type Paper = escpos.Paper

// SVG draws a paper, one unit a dot. Each character stands on the printer's grid, whatever font draws it.
func SVG(p Paper) []byte {
	const margin = 16 // of blank paper around
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="%d %d %[1]d %[2]d">`,
		p.Width+2*margin, p.Length+2*margin, -margin, -margin)
	fmt.Fprintf(&b, `<rect x="%d" y="%d" width="100%%" height="100%%" fill="#fff"/>`, -margin, -margin)
	fmt.Fprintf(&b, `<g font-family="'Noto Sans Mono CJK SC','Noto Sans CJK SC','Microsoft YaHei','PingFang SC',monospace" font-size="%d">`, escpos.FontDots)
	for _, l := range p.Lines {
		drawLine(&b, l)
	}
	b.WriteString(`</g>`)
	for _, pic := range p.Pictures {
		drawPicture(&b, pic)
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

func drawLine(b *bytes.Buffer, l escpos.PaperLine) {
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

func drawPicture(b *bytes.Buffer, p escpos.PaperPicture) {
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
