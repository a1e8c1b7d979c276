package agent

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"hallpulse/agent/internal/device"
	"hallpulse/firmware-protocol/hall"
)

func builtIn(t *testing.T) Config {
	t.Helper()
	c, err := Sample()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// drawn previews a paper.
func drawn(t *testing.T, c Config, of PreviewOf) image.Image {
	t.Helper()
	b, err := Preview(c, of)
	if err != nil {
		t.Fatalf("%+v: %v", of, err)
	}
	img, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatalf("%+v: %v", of, err)
	}
	return img
}

// photographed is a paper as a poor camera sees it: out of focus, grey on grey.
func photographed(img image.Image) image.Image {
	out := image.NewGray(img.Bounds())
	for y := range out.Rect.Dy() {
		for x := range out.Rect.Dx() {
			sum, n := 0, 0
			for j := max(0, y-1); j <= min(out.Rect.Dy()-1, y+1); j++ {
				for i := max(0, x-1); i <= min(out.Rect.Dx()-1, x+1); i++ {
					sum, n = sum+int(img.(*image.Gray).GrayAt(i, j).Y), n+1
				}
			}
			out.SetGray(x, y, color.Gray{Y: uint8(80 + 90*sum/n/255)})
		}
	}
	return out
}

// Every printer renders every paper, and the tickets of all are read by an independent reader, photographed badly.
func TestEveryPrinterRendersEveryPaper(t *testing.T) {
	c, dir := builtIn(t), t.TempDir()
	var photos []string
	for _, name := range Printers(c) {
		for _, kind := range Templates() {
			img := drawn(t, c, PreviewOf{Template: kind, Printer: name})
			if w, h := img.Bounds().Dx(), img.Bounds().Dy(); w < 400 || h < 400 {
				t.Errorf("%s on %s is %d × %d", kind, name, w, h)
			}
			if kind != string(device.KindTicket) {
				continue
			}
			file := filepath.Join(dir, name+".png")
			f, err := os.Create(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := png.Encode(f, photographed(img)); err != nil {
				t.Fatal(err)
			}
			f.Close()
			photos = append(photos, file)
		}
	}
	out, err := exec.Command("zbarimg", append([]string{"--nodbus", "-q", "--raw"}, photos...)...).Output()
	if got := strings.Count(string(out), "https://hall.example/r/"); err != nil || got != len(photos) {
		t.Errorf("%d of %d tickets are read: %v", got, len(photos), err)
	}
}

func TestPreviewFollowsTheConfiguration(t *testing.T) {
	c, err := ReadConfig(own(t, printerNamed("ours"), map[string]string{"printers/ours.yaml": ownProfile, "paper/test.yaml": "blocks: [{show: title, size: 4}]\n"}))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := drawn(t, c, PreviewOf{}).Bounds().Dx(), 80*180*10/254; got != want {
		t.Errorf("the first printer's paper is %d dots wide, want %d", got, want)
	}
	if got, want := drawn(t, c, PreviewOf{Printer: "generic-58", Language: "en"}).Bounds().Dx(), 58*203*10/254; got != want {
		t.Errorf("on a printer that is named it is %d wide, want %d", got, want)
	}
	if got, want := drawn(t, c, PreviewOf{Template: "test"}).Bounds().Dy(), 80+4*24+80+20; got != want {
		t.Errorf("the hall's own test page is %d high, want %d", got, want)
	}
}

func TestPreviewThatCannotBeDrawnSaysWhy(t *testing.T) {
	c := builtIn(t)
	for _, tt := range []struct {
		of   PreviewOf
		want string
	}{
		{PreviewOf{Template: "bill"}, `template "bill": want one of ticket, list, acceptance, notice, refusal, test`},
		{PreviewOf{Printer: "epsn"}, `"epsn": no such profile: want epson-tm,`},
		{PreviewOf{Language: "fr"}, `language "fr": want zh or en`},
		{PreviewOf{Font: "/nowhere.ttf"}, "/nowhere.ttf: no such file"},
		{PreviewOf{Font: "print_test.go"}, "print_test.go: want a font (ttf, otf, ttc)"},
	} {
		if _, err := Preview(c, tt.of); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: %v, want %s", tt.of, err, tt.want)
		}
	}
}

func TestTestPageIsPrintedByWhoHoldsThePort(t *testing.T) {
	r := newRig(t)
	printer := r.printer()
	c := r.writeConfig()
	quiet := slog.New(slog.DiscardHandler)
	page := func() (TestPage, error) { return PrintTest(t.Context(), c, "tickets", quiet) }

	if out, err := page(); err != nil || out.Trouble != "" {
		t.Fatalf("no agent runs: %+v, %v", out, err)
	}
	c = r.start()
	if out, err := page(); err != nil || out.Trouble != "" {
		t.Fatalf("an agent runs: %+v, %v", out, err)
	}
	if n := len(printer.Papers()); n != 2 || !strings.Contains(printer.Papers()[1].Text(), "设备 tickets") {
		t.Errorf("%d pages", n)
	}
	printer.LoadPaper(0)
	r.await("the empty roll", func() bool {
		out, err := page()
		return err == nil && out.Trouble == hall.TroublePaperOut && strings.Contains(out.Do, "换上新纸卷")
	})
	for name, want := range map[string]string{"pad-1": `no printer is called "pad-1": want tickets`} {
		if _, err := PrintTest(t.Context(), c, name, quiet); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	r.stop()
	if _, err := PrintTest(t.Context(), builtIn(t), "tickets", quiet); err == nil || !strings.Contains(err.Error(), "no printer is configured") {
		t.Errorf("without a printer: %v", err)
	}
}
