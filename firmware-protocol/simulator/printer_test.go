package simulator

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/xml"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/escpos"
)

// hostOf starts a printer and opens its port as a program would.
func hostOf(t *testing.T) (*Printer, *host) {
	t.Helper()
	line := NewLine(LineConfig{})
	if err := line.Plug(""); err != nil {
		t.Fatal(err)
	}
	port, err := os.OpenFile(line.Port(), os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	p := NewPrinter(line, 384)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); p.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done; line.Unplug(); port.Close() })
	return p, &host{t, port}
}

type host struct {
	t    *testing.T
	port *os.File
}

func (h *host) send(cmds ...escpos.Command) {
	h.t.Helper()
	if _, err := h.port.Write(escpos.Append(nil, cmds...)); err != nil {
		h.t.Fatal(err)
	}
}

// hears waits for exactly these bytes.
func (h *host) hears(want string) {
	h.t.Helper()
	got := make([]byte, len(want)/2)
	answered := make(chan error, 1)
	go func() {
		for n := 0; n < len(got); {
			m, err := h.port.Read(got[n:])
			if err != nil {
				answered <- err
				return
			}
			n += m
		}
		answered <- nil
	}()
	select {
	case err := <-answered:
		if hex.EncodeToString(got) != want {
			h.t.Errorf("the printer says %x, want %s (%v)", got, want, err)
		}
	case <-time.After(30 * time.Second):
		h.t.Fatalf("the printer does not say %s", want)
	}
}

func await(t *testing.T, p *Printer, n int) []Paper {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	papers, err := p.Await(ctx, n)
	if err != nil {
		t.Fatal(err)
	}
	return papers
}

func TestPrinterAnswersAsItsReferenceSays(t *testing.T) {
	p, host := hostOf(t)
	ask := func() {
		host.send(escpos.AskPrinter, escpos.AskOffline, escpos.AskError, escpos.AskPaper)
	}
	ask()
	host.hears("12121212")
	host.send(escpos.Confirm{})
	host.hears("00")
	host.send(escpos.Automatic(true))
	host.hears("10000000")
	p.OpenCover(true)
	host.hears("38000000")
	ask()
	host.hears("1a161212")
	p.Jam(true)
	host.hears("38080000")
	p.OpenCover(false)
	host.hears("18080000")
	p.Jam(false)
	host.hears("10000000")
	p.LoadPaper(lowPaper - 1)
	host.hears("10000300")
	p.LoadPaper(0)
	host.hears("18000f00")
	ask()
	host.hears("1a32127e")
	host.send(escpos.Confirm{}, escpos.Init{}) // in order: not before there is paper
	p.LoadPaper(Endless)
	host.hears("10000000" + "00")
	p.OpenCover(true) // Init ended automatic status
	host.send(escpos.AskPrinter)
	host.hears("1a")
}

func TestQuestionsAreAnsweredInTheMiddleOfAPicture(t *testing.T) {
	_, host := hostOf(t)
	picture := escpos.Append(nil, escpos.Raster{Width: 48, Bits: make([]byte, 48*100)})
	if _, err := host.port.Write(picture[:1000]); err != nil {
		t.Fatal(err)
	}
	host.send(escpos.AskPrinter)
	host.hears("12")
}

func TestPaperHoldsWhatLiesBetweenTwoCuts(t *testing.T) {
	p, host := hostOf(t)
	first := []escpos.Command{escpos.Chinese{}, escpos.Align(escpos.Center), escpos.Size{W: 6, H: 6}, escpos.Text("D023"), escpos.LineFeed{},
		escpos.Size{W: 1, H: 1}, escpos.Bold(true), escpos.Text("窗口 12"), escpos.LineFeed{}, escpos.Cut{}}
	host.send(escpos.Init{}, escpos.Automatic(true))
	host.send(first...)
	host.send(escpos.AskStatus(1), escpos.Init{}, escpos.Text("next"), escpos.LineFeed{}, escpos.Cut{})
	papers := await(t, p, 2)
	if got := papers[0].Text(); got != "D023\n窗口 12" {
		t.Errorf("the first paper says %q", got)
	}
	if want := escpos.Append(nil, first...); !bytes.Equal(papers[0].Bytes, want) {
		t.Errorf("the first paper was made by %x, want %x", papers[0].Bytes, want)
	}
	want := []escpos.PaperLine{{X: 48, Y: 0, W: 6, H: 6, Text: "D023"}, {X: 150, Y: 144, W: 1, H: 1, Bold: true, Text: "窗口 12"}}
	for i, l := range papers[0].Lines {
		if l != want[i] {
			t.Errorf("line %d: %+v, want %+v", i, l, want[i])
		}
	}
	if papers[0].Length != 144+30 {
		t.Errorf("the first paper is %d dots long, want %d", papers[0].Length, 144+30)
	}
	if got := papers[1].Text(); got != "next" {
		t.Errorf("the second paper says %q", got)
	}
}

func TestTextWiderThanThePaperGoesOnBelow(t *testing.T) {
	long := strings.Repeat("窗", 17)
	paper := escpos.Print(escpos.Append(nil, escpos.Chinese{}, escpos.Text(long), escpos.LineFeed{}, escpos.Cut{}), 384)[0]
	if got, want := paper.Text(), strings.Repeat("窗", 16)+"\n窗"; got != want {
		t.Errorf("the paper says %q, want %q", got, want)
	}
}

func TestRollThatEndsTearsThePaper(t *testing.T) {
	p, host := hostOf(t)
	p.LoadPaper(100)
	for range 10 {
		host.send(escpos.Text("line"), escpos.LineFeed{})
	}
	host.send(escpos.Cut{})
	torn := await(t, p, 1)[0]
	if !torn.Torn || strings.Count(torn.Text(), "line") != 4 { // 4 × 30 dots
		t.Errorf("on the roll's last piece: %q, torn %v", torn.Text(), torn.Torn)
	}
	p.LoadPaper(Endless)
	if rest := await(t, p, 2)[1]; rest.Torn || strings.Count(rest.Text(), "line") != 6 {
		t.Errorf("on the new roll: %q, torn %v", rest.Text(), rest.Torn)
	}
}

func TestBandsAreOnePictureDoubledAsSent(t *testing.T) {
	bits := bytes.Repeat([]byte{0x80, 0x01}, escpos.BandRows+10)
	paper := escpos.Print(escpos.Append(nil, escpos.Raster{Double: true, Width: 2, Bits: bits}, escpos.Dots(8),
		escpos.Raster{Width: 1, Bits: []byte{0xA5}}, escpos.Cut{}), 384)[0]
	if len(paper.Pictures) != 2 {
		t.Fatalf("%d pictures, want 2", len(paper.Pictures))
	}
	big, small := paper.Pictures[0], paper.Pictures[1]
	if big.Rows() != 2*(escpos.BandRows+10) || big.Width != 4 || small.Y != big.Rows()+8 {
		t.Errorf("the first is %d × %d, the second at %d", big.Width, big.Rows(), small.Y)
	}
	for y := range big.Rows() {
		if got := hex.EncodeToString(big.Bits[4*y : 4*y+4]); got != "c0000003" {
			t.Fatalf("row %d is %s", y, got)
		}
	}
	if got, want := string(small.PBM()), "P4\n8 1\n\xa5"; got != want {
		t.Errorf("as PBM %q, want %q", got, want)
	}
}

// What a browser gets: well-formed, nothing of the text is markup, every character on the printer's grid.
func TestSVGPutsEveryCharacterOnTheGrid(t *testing.T) {
	paper := escpos.Print(escpos.Append(nil, escpos.Chinese{}, escpos.Size{W: 2, H: 3}, escpos.Text("二楼 <3&1>"), escpos.LineFeed{},
		escpos.Raster{Width: 1, Bits: []byte{0xF0, 0x18}}, escpos.Cut{}), 384)[0]
	var svg struct {
		ViewBox string `xml:"viewBox,attr"`
		Text    []struct {
			X         string `xml:"x,attr"`
			Transform string `xml:"transform,attr"`
			Value     string `xml:",chardata"`
		} `xml:"g>text"`
		Path []struct {
			D string `xml:"d,attr"`
		} `xml:"path"`
	}
	if err := xml.Unmarshal(SVG(paper), &svg); err != nil {
		t.Fatal(err)
	}
	if svg.ViewBox != "-16 -16 416 "+strconv.Itoa(paper.Length+32) {
		t.Errorf("view box %s", svg.ViewBox)
	}
	if len(svg.Text) != 1 || len(svg.Path) != 1 {
		t.Fatalf("%d texts and %d pictures", len(svg.Text), len(svg.Path))
	}
	line := svg.Text[0]
	if line.Value != "二楼 <3&1>" || strings.TrimSpace(line.X) != "0 24 48 60 72 84 96 108" || line.Transform != "translate(0 0) scale(2 3)" {
		t.Errorf("text %+v", line)
	}
	if want := "M0 0h4v1h-4M3 1h2v1h-2"; svg.Path[0].D != want {
		t.Errorf("picture %q, want %q", svg.Path[0].D, want)
	}
}

func TestStuckPrinterTakesNothingAndGoesOnLater(t *testing.T) {
	p, host := hostOf(t)
	p.Stick(true)
	host.send(escpos.Text("late"), escpos.LineFeed{}, escpos.Cut{})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if papers, err := p.Await(ctx, 1); err == nil {
		t.Errorf("a stuck printer printed %q", papers[0].Text())
	}
	p.Stick(false)
	if got := await(t, p, 1)[0].Text(); got != "late" {
		t.Errorf("it printed %q", got)
	}
}
