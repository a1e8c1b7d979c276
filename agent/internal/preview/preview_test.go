package preview

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"hallpulse/firmware-protocol/escpos"
)

func fontOf(t *testing.T) *Font {
	t.Helper()
	f, err := FindFont("")
	if err != nil {
		t.Fatalf("%v (Debian package fonts-noto-cjk)", err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func drawn(t *testing.T, cmds ...escpos.Command) *image.Gray {
	t.Helper()
	b, err := PNG(escpos.Append(nil, cmds...), Paper{Width: 464, Top: 96, Dots: 384}, fontOf(t))
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return img.(*image.Gray)
}

// inked counts the black dots in a part of a picture.
func inked(img *image.Gray, part image.Rectangle) (n int) {
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			if img.GrayAt(x, y).Y == 0 {
				n++
			}
		}
	}
	return n
}

func TestEverythingStandsWhereThePrinterPutsIt(t *testing.T) {
	img := drawn(t, escpos.Chinese{}, escpos.Center, escpos.Size{W: 2, H: 2}, escpos.Text("永1"), escpos.LineFeed{},
		escpos.Left, escpos.Raster{Double: true, Width: 1, Bits: []byte{0xF0}}, escpos.QR{Module: 2, Data: "A"}, escpos.Cut{})
	if got, want := img.Rect.Size(), image.Pt(464, 96+48+2+42+24); got != want {
		t.Fatalf("the paper is %v, want %v", got, want)
	}
	line := image.Rect(40+(384-72)/2, 96, 40+(384-72)/2+72, 96+48)
	if all, in := inked(img, image.Rect(0, 0, 464, 96+48)), inked(img, line); in != all || in < 300 || in%4 != 0 {
		t.Errorf("%d of %d dots of the line stand in its cells, in fours", in, all)
	}
	if n := inked(img, image.Rect(40, 144, 48, 146)); n != 16 || inked(img, image.Rect(48, 144, 464, 146)) != 0 {
		t.Errorf("the picture has %d dots, want 16", n)
	}
	if finder := inked(img, image.Rect(40, 146, 40+14, 146+14)); finder != 4*33 {
		t.Errorf("the corner of the QR code has %d dots, want %d", finder, 4*33)
	}
}

func TestHeavyTypeIsPrintedTwice(t *testing.T) {
	all := image.Rect(0, 0, 464, 200)
	light := inked(drawn(t, escpos.Chinese{}, escpos.Text("国"), escpos.LineFeed{}, escpos.Cut{}), all)
	heavy := inked(drawn(t, escpos.Chinese{}, escpos.Bold(true), escpos.Text("国"), escpos.LineFeed{}, escpos.Cut{}), all)
	if heavy <= light {
		t.Errorf("heavy %d dots, light %d", heavy, light)
	}
}

func TestWithoutAFontItSaysWhatToInstall(t *testing.T) {
	if _, err := findIn([]string{t.TempDir(), "/nowhere"}); !errors.Is(err, ErrNoFont) || !strings.Contains(err.Error(), "fonts-noto-cjk") {
		t.Errorf("%v", err)
	}
	file := filepath.Join(t.TempDir(), "NotoSansCJK-Regular.ttc")
	if err := os.WriteFile(file, []byte("no font"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := FindFont(file); err == nil || !strings.Contains(err.Error(), "want a font") {
		t.Errorf("%v", err)
	}
	if _, err := findIn([]string{filepath.Dir(file)}); !errors.Is(err, ErrNoFont) {
		t.Errorf("a broken font alone: %v", err)
	}
}

func TestNothingPrintedIsNoPicture(t *testing.T) {
	if _, err := PNG(escpos.Append(nil, escpos.Init{}), Paper{Width: 464, Dots: 384}, nil); err == nil {
		t.Error("a picture of nothing")
	}
}
