package device

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"

	"hallpulse/firmware-protocol/escpos"
)

// Bounds of a logo.
const (
	logoDots  = 160     // high on paper: 2 cm
	logoBytes = 1 << 20 // of the file
	logoSide  = 4096    // dots of the file, each way
)

// Picture is a logo as its file holds it.
type Picture struct{ grey *image.Gray }

// ReadLogo reads a PNG. What is clear in it is white.
func ReadLogo(from io.Reader) (Picture, error) {
	data, err := io.ReadAll(io.LimitReader(from, logoBytes+1))
	if err != nil {
		return Picture{}, err
	}
	if len(data) > logoBytes {
		return Picture{}, fmt.Errorf("a logo has at most %d bytes", logoBytes)
	}
	about, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return Picture{}, fmt.Errorf("want a PNG file: %w", err)
	}
	if about.Width > logoSide || about.Height > logoSide || about.Width < 1 || about.Height < 1 {
		return Picture{}, fmt.Errorf("%d × %d dots: a logo has at most %d each way", about.Width, about.Height, logoSide)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return Picture{}, fmt.Errorf("want a PNG file: %w", err)
	}
	grey := image.NewGray(image.Rect(0, 0, about.Width, about.Height))
	draw.Draw(grey, grey.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(grey, grey.Rect, img, img.Bounds().Min, draw.Over)
	return Picture{grey}, nil
}

// raster draws the logo in black and white dots, spread so that grey stays grey, on paper so many dots wide.
func (p Picture) raster(dots int, align string) escpos.Raster {
	small := shrink(p.grey, dots, logoDots)
	two := image.NewPaletted(small.Rect, color.Palette{color.White, color.Black})
	draw.FloydSteinberg.Draw(two, two.Rect, small, image.Point{})
	left := (dots - two.Rect.Dx()) / 2
	switch align {
	case "left":
		left = 0
	case "right":
		left *= 2
	}
	r := escpos.Raster{Width: (left + two.Rect.Dx() + 7) / 8}
	r.Bits = make([]byte, r.Width*two.Rect.Dy())
	for y := range two.Rect.Dy() {
		for x := range two.Rect.Dx() {
			if two.ColorIndexAt(x, y) == 1 {
				r.Bits[y*r.Width+(left+x)/8] |= 0x80 >> ((left + x) % 8)
			}
		}
	}
	return r
}

// shrink makes a picture no larger than width × height, in its own proportions, each dot the mean of those it stands for.
func shrink(p *image.Gray, width, height int) *image.Gray {
	w, h := p.Rect.Dx(), p.Rect.Dy()
	if w <= width && h <= height {
		return p
	}
	if w*height > h*width {
		height = max(1, h*width/w)
	} else {
		width = max(1, w*height/h)
	}
	out := image.NewGray(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			sum, n := 0, 0
			for j := y * h / height; j < max(y*h/height+1, (y+1)*h/height); j++ {
				for i := x * w / width; i < max(x*w/width+1, (x+1)*w/width); i++ {
					sum, n = sum+int(p.GrayAt(i, j).Y), n+1
				}
			}
			out.SetGray(x, y, color.Gray{Y: uint8(sum / n)})
		}
	}
	return out
}
