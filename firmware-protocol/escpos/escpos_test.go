package escpos

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

func TestCommandsWriteTheirGoldenBytes(t *testing.T) {
	for _, v := range readVectors(t, "commands.txt") {
		var got []byte
		for _, w := range v.words {
			got = Append(got, commandOf(t, w))
		}
		if !bytes.Equal(got, v.bytes) {
			t.Errorf("%s: wrote %x, want %x", v.where, got, v.bytes)
		}
	}
}

func TestGoldenBytesReadAsTheirCommandsCutAtEveryByte(t *testing.T) {
	for _, file := range []string{"commands.txt", "damaged.txt"} {
		for _, v := range readVectors(t, file) {
			var want []Command
			for _, w := range v.words {
				want = append(want, commandOf(t, w))
			}
			for cut := range len(v.bytes) + 1 {
				var p Parser
				got := append(p.Feed(v.bytes[:cut]), p.Feed(v.bytes[cut:])...)
				if !reflect.DeepEqual(got, want) {
					t.Errorf("%s cut at %d: read %#v, want %#v", v.where, cut, got, want)
				}
			}
		}
	}
}

func TestNumbersOutsideTheirRangeAreTakenAsTheNearest(t *testing.T) {
	for _, c := range []struct {
		given Command
		want  string
	}{
		{Size{0, -3}, "1d2100"},
		{Size{9, 100}, "1d2177"},
		{Align(7), "1b6102"},
		{AskStatus(0), "100401"},
		{AskStatus(9), "100404"},
		{Raster{Width: 0, Bits: []byte{1, 2}}, ""},
		{Raster{Width: MaxWidth + 1, Bits: make([]byte, MaxWidth+1)}, ""},
	} {
		if got := hex.EncodeToString(Append(nil, c.given)); got != c.want {
			t.Errorf("%#v: wrote %s, want %s", c.given, got, c.want)
		}
	}
}

func TestTallRasterGoesOutInBandsAndLosesNoRow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := Raster{
			Double: rapid.Bool().Draw(t, "double"),
			Width:  rapid.IntRange(1, 8).Draw(t, "width"),
		}
		rows := rapid.IntRange(1, 3*BandRows+1).Draw(t, "rows")
		for i := range rows * want.Width {
			want.Bits = append(want.Bits, byte(i*7))
		}
		var p Parser
		got := Raster{Double: want.Double, Width: want.Width}
		for _, c := range p.Feed(Append(nil, want)) {
			band := c.(Raster)
			if band.Rows() > BandRows {
				t.Fatalf("a band of %d rows", band.Rows())
			}
			got.Bits = append(got.Bits, band.Bits...)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%d rows came back as %d", want.Rows(), got.Rows())
		}
	})
}

// A job cut off anywhere, then Abandon: what follows is read as if nothing had been.
func TestAbandonBringsThePrinterBackInStepAfterAnyStump(t *testing.T) {
	job := Append(nil, Init{}, Chinese{}, Text("请到二楼31号窗口"), LineFeed{},
		Raster{Double: true, Width: MaxWidth, Bits: bytes.Repeat([]byte{0xAA}, 300*MaxWidth)}, Size{6, 6}, Text("D023"), LineFeed{}, Cut{})
	next := []Command{Init{}, Chinese{}, Text("下一张"), LineFeed{}, Cut{}}
	for cut := 0; cut < len(job); cut += 1 + cut/64 {
		var p Parser
		p.Feed(job[:cut])
		p.Feed(Abandon(job))
		if got := p.Feed(Append(nil, next...)); !reflect.DeepEqual(got, next) {
			t.Fatalf("cut at %d: the next job read as %#v", cut, got)
		}
	}
}

func TestRepliesWriteTheirGoldenBytes(t *testing.T) {
	for _, v := range readVectors(t, "replies.txt") {
		var got []byte
		for _, w := range v.words {
			r, _, _ := replyOf(t, w)
			got = append(got, bytesOf(r)...)
		}
		if !bytes.Equal(got, v.bytes) {
			t.Errorf("%s: wrote %x, want %x", v.where, got, v.bytes)
		}
	}
}

func TestGoldenBytesReadAsTheirRepliesCutAtEveryByte(t *testing.T) {
	for _, file := range []string{"replies.txt", "noise.txt"} {
		for _, v := range readVectors(t, file) {
			for cut := range len(v.bytes) + 1 {
				var d Decoder
				got := append(d.Feed(v.bytes[:cut]), d.Feed(v.bytes[cut:])...)
				if len(got) != len(v.words) {
					t.Fatalf("%s cut at %d: %d replies, want %d: %#v", v.where, cut, len(got), len(v.words), got)
				}
				for i, w := range v.words {
					r, q, s := replyOf(t, w)
					if reflect.TypeOf(got[i]) != reflect.TypeOf(r) || statusOf(got[i], q) != s {
						t.Errorf("%s cut at %d: %#v says %+v, want %s", v.where, cut, got[i], statusOf(got[i], q), w)
					}
				}
			}
		}
	}
}

func TestStatusIsReadyWhilePrintingIsPossible(t *testing.T) {
	for _, c := range []struct {
		s    Status
		want bool
	}{
		{Status{}, true},
		{Status{PaperLow: true}, true},
		{Status{PaperLow: true, PaperOut: true}, false},
		{Status{Cover: true}, false},
		{Status{Error: true}, false},
		{Status{Offline: true}, false},
	} {
		if got := c.s.Ready(); got != c.want {
			t.Errorf("%+v: ready %v", c.s, got)
		}
	}
	if got, want := (Status{Cover: true}).And(Status{PaperOut: true}), (Status{Cover: true, PaperOut: true}); got != want {
		t.Errorf("joined %+v, want %+v", got, want)
	}
}

// FuzzParser: whatever a host sends, the parser keeps little, and finds the same however the bytes are cut.
func FuzzParser(f *testing.F) {
	for _, file := range []string{"commands.txt", "damaged.txt"} {
		for _, v := range readVectors(f, file) {
			f.Add(v.bytes, uint16(len(v.bytes)/2))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte, at uint16) {
		cut := int(at) % (len(b) + 1)
		var whole, parts Parser
		want := whole.Feed(b)
		got := append(parts.Feed(b[:cut]), parts.Feed(b[cut:])...)
		if fmt.Sprintf("%#v", got) != fmt.Sprintf("%#v", want) {
			t.Fatalf("cut at %d: %#v, whole: %#v", cut, got, want)
		}
		if most := 8 + MaxWidth*BandRows; len(whole.buf) > most {
			t.Fatalf("keeps %d bytes, more than %d", len(whole.buf), most)
		}
	})
}

// FuzzDecoder: whatever a printer sends, nothing is lost, at most three bytes wait, and cuts change nothing.
func FuzzDecoder(f *testing.F) {
	for _, file := range []string{"replies.txt", "noise.txt"} {
		for _, v := range readVectors(f, file) {
			f.Add(v.bytes, uint16(len(v.bytes)/2))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte, at uint16) {
		cut := int(at) % (len(b) + 1)
		var whole, parts Decoder
		want := whole.Feed(b)
		got := append(parts.Feed(b[:cut]), parts.Feed(b[cut:])...)
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("cut at %d: %#v, whole: %#v", cut, got, want)
		}
		var back []byte
		for _, r := range want {
			back = append(back, bytesOf(r)...)
		}
		if back = append(back, whole.head...); !bytes.Equal(back, b) {
			t.Fatalf("%x came back as %x", b, back)
		}
		if len(whole.head) > 3 {
			t.Fatalf("keeps %d bytes", len(whole.head))
		}
	})
}

// What a printer is asked leaves no trace: a paper is what was printed.
func TestQuestionsAndSettingsAreNoPartOfAPaper(t *testing.T) {
	job := []Command{Text("A063"), LineFeed{}, Cut{}}
	want := Print(Append(nil, job...), 384)
	for _, q := range []Command{AskPrinter, AskModel, Confirm{}, Automatic(true)} {
		got := Print(Append(nil, append([]Command{q}, job...)...), 384)
		if len(got) != 1 || !bytes.Equal(got[0].Bytes, want[0].Bytes) {
			t.Errorf("%T: %+v, want %+v", q, got, want)
		}
	}
}
