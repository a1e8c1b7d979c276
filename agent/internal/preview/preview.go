// Package preview draws a paper as it comes out of a printer: what the printer's own bytes say, dot by dot, in a Chinese
// font of this machine. It owns fonts and pixels; it knows no port, and nothing of what papers mean.
package preview

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"

	"github.com/skip2/go-qrcode"

	"hallpulse/firmware-protocol/escpos"
)

// Paper is where on the paper the print head begins, in dots.
type Paper struct {
	Width int // of the whole paper
	Top   int // blank above the first line: from knife to print head
	Dots  int // that can be printed on a line
}

// PNG draws what b prints at a printer with an endless roll, paper below paper.
func PNG(b []byte, on Paper, f *Font) ([]byte, error) {
	papers := escpos.Print(b, on.Dots)
	if len(papers) == 0 {
		return nil, fmt.Errorf("%d bytes print nothing", len(b))
	}
	height := 0
	for _, p := range papers {
		height += on.Top + p.Length + on.Top/4
	}
	img := image.NewGray(image.Rect(0, 0, max(on.Width, on.Dots), height))
	draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
	at := image.Pt((img.Rect.Dx()-on.Dots)/2, 0)
	for _, p := range papers {
		at.Y += on.Top
		if err := drawPaper(img, at, p, f); err != nil {
			return nil, err
		}
		at.Y += p.Length + on.Top/4
	}
	var out bytes.Buffer
	err := png.Encode(&out, img)
	return out.Bytes(), err
}

func drawPaper(img *image.Gray, at image.Point, p escpos.Paper, f *Font) error {
	for _, l := range p.Lines {
		drawLine(img, at.Add(image.Pt(l.X, l.Y)), l, f)
	}
	for _, pic := range p.Pictures {
		black(img, at.Add(image.Pt(pic.X, pic.Y)), 8*pic.Width, pic.Rows(), 1, 1, pic.Black)
	}
	for _, c := range p.Codes {
		q, err := qrcode.New(c.Data, qrcode.Medium)
		if err != nil {
			return fmt.Errorf("QR code: %w", err)
		}
		q.DisableBorder = true
		modules := q.Bitmap()
		black(img, at.Add(image.Pt(c.X, c.Y)), len(modules), len(modules), c.Module, c.Module, func(x, y int) bool { return modules[y][x] })
	}
	return nil
}

// drawLine draws each character in its cell of the printer's grid: larger type has larger dots, heavy type is printed twice,
// a dot apart.
func drawLine(img *image.Gray, at image.Point, l escpos.PaperLine, f *Font) {
	for _, r := range l.Text {
		width := escpos.ColumnDots * escpos.Columns(string(r))
		cell := f.cell(r, width)
		black(img, at, width, escpos.FontDots, l.W, l.H, func(x, y int) bool {
			return cell.GrayAt(x, y).Y < ink || l.Bold && x > 0 && cell.GrayAt(x-1, y).Y < ink
		})
		at.X += width * l.W
	}
}

// ink is how dark a dot of a font must be to be printed.
const ink = 140

// black blackens the dots of a picture of w × h, each of them dx × dy large.
func black(img *image.Gray, at image.Point, w, h, dx, dy int, is func(x, y int) bool) {
	for y := range h {
		for x := range w {
			if !is(x, y) {
				continue
			}
			for i := range dx * dy {
				img.SetGray(at.X+x*dx+i%dx, at.Y+y*dy+i/dx, color.Gray{})
			}
		}
	}
}
