package escpos

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

func TestWhatAFontLacksIsWrittenInAnotherWay(t *testing.T) {
	for _, c := range []struct{ what, given, gbk, gb2312 string }{
		{"usual text is left alone", "青澜市 12 号窗口：□ 原件。", "青澜市 12 号窗口：□ 原件。", "青澜市 12 号窗口：□ 原件。"},
		{"traditional characters", "龍門書院", "龍門書院", "龙门书院"},
		{"a shape that four bytes have", "𠮷田", "吉田", "吉田"},
		{"compatibility ideographs", "\uf900\uf97d", "豈諒", "岂谅"},
		{"a name that GB 2312 lacks", "陶喆、朱镕基、李堃", "陶喆、朱镕基、李堃", "陶ZHE、朱RONG基、李KUN"},
		{"a name that GBK lacks", "鿍㳘𬭎", "GANGCHONGHONG", "GANGCHONGHONG"},
		{"a rare one that nobody listed", "王𪚥", "王〓", "王〓"},
		{"Latin letters with marks", "Zoë Müller, ñandú, Łódź", "Zoe Müller, nandú, Lódz", "Zoe Müller, nandú, Lódz"},
		{"letters of their own", "straße Æsir œuvre", "strasse AEsir oeuvre", "strasse AEsir oeuvre"},
		{"full width, ligatures, units", "ＡＢ ﬁ ㎡ ½", "ＡＢ fi ㎡ 1/2", "ＡＢ fi m2 1/2"},
		{"ticks and bullets", "✓ ✗ • − ☐", "√ × · - □", "√ × · - □"},
		{"money", "¥5 €5 £5", "￥5 €5 ￡5", "￥5 EUR5 ￡5"},
		{"a face, with what makes it", "好👩‍⚕️👍🏽", "好〓〓〓〓", "好〓〓〓〓"},
		{"small Roman numbers", "ⅰⅳ", "ⅰⅳ", "iiv"},
		{"nought in dates", "二〇二六", "二〇二六", "二零二六"},
		{"control characters and what is no text", "a\x1b@\xff\u200d", "a @〓", "a @〓"},
		{"the private area", "\ue000", "〓", "〓"},
	} {
		if got := GBK.Printable(c.given); got != c.gbk {
			t.Errorf("%s: %q prints in GBK as %q, want %q", c.what, c.given, got, c.gbk)
		}
		if got := GB2312.Printable(c.given); got != c.gb2312 {
			t.Errorf("%s: %q prints in GB 2312 as %q, want %q", c.what, c.given, got, c.gb2312)
		}
	}
}

// GB 2312-80, foreword: 6,763 characters and 682 signs.
func TestGB2312IsTheWholeTableAndNothingElse(t *testing.T) {
	signs, characters := 0, 0
	for high := 0x81; high <= 0xFE; high++ {
		for low := 0x40; low <= 0xFE; low++ {
			switch code := []byte{byte(high), byte(low)}; {
			case !GB2312.has(code):
			case high >= 0xB0:
				characters++
			default:
				signs++
			}
		}
	}
	if characters != 6763 || signs != 682 {
		t.Errorf("%d characters and %d signs", characters, signs)
	}
}

// Each line of the table is of use: the character is one that some font lacks, and what stands for it can be printed.
func TestEveryFallbackIsNeededAndCanBePrinted(t *testing.T) {
	all := fallbacks()
	if len(all) < 3700 {
		t.Fatalf("%d fallbacks", len(all))
	}
	for r, other := range all {
		if GB2312.draws(string(r)) {
			t.Errorf("%c stands there although every font has it", r)
		}
		if !GB2312.draws(other) {
			t.Errorf("%c is to be printed as %s, which GB 2312 lacks", r, other)
		}
	}
}

// FuzzPrintable: whatever the text, only what the font has is sent, in whole codes, and nothing that could be a command.
func FuzzPrintable(f *testing.F) {
	for _, s := range []string{"青澜市", "龍𠮷喆鿍", "Zoë ½ 👩‍⚕️", "\x1b@\x10\x04\x01", "\xff\xfe", "\ue000〓€¥"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, c := range []Charset{GBK, GB2312} {
			got := c.Printable(s)
			if again := c.Printable(got); !utf8.ValidString(got) || again != got {
				t.Fatalf("%q prints as %q, and that as %q", s, got, again)
			}
			b := Append(nil, Text(got))
			back, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b)
			if err != nil || string(back) != got {
				t.Fatalf("%q goes out as %x, which is %q", got, b, back)
			}
			for rest := b; len(rest) > 0; {
				n := codeLen(rest)
				if !c.has(rest[:n]) {
					t.Fatalf("%q goes out as %x", s, b)
				}
				rest = rest[n:]
			}
		}
		if strings.ContainsAny(Printable(s), "\x00\x10\x1b\x1c\x1d\n") {
			t.Fatalf("%q prints as %q", s, Printable(s))
		}
	})
}
