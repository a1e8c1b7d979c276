package escpos

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestWhatTheFontLacksIsReplaced(t *testing.T) {
	for _, c := range []struct{ given, want string }{
		{"青澜市政务服务中心", "青澜市政务服务中心"},
		{"朱镕基", "朱镕基"},              // GBK, two bytes
		{"𠮷野家", "吉野家"},              // four bytes in GB 18030: its other shape
		{"𪚥", "〓"},                  // and one without
		{"好😀", "好〓"},                // emoji
		{"é–—·€", "é–—·€"},          // Latin and marks that GBK has
		{"ñ", "n"},                  // and one that it has not: its letter
		{"\ue000私", "〓私"},           // private area
		{"a\u200db\ufe0f", "ab"},    // joiner, variation selector: no shape of their own
		{"一\t二\n三\x1b@", "一 二 三 @"}, // no text becomes a command
		{"no\u00a0break", "no break"},
		{"全　角", "全　角"},
		{"bad\xffbyte", "bad〓byte"}, // not UTF-8
	} {
		if got := Printable(c.given); got != c.want {
			t.Errorf("%q prints as %q, want %q", c.given, got, c.want)
		}
	}
}

func TestColumnsCountHalfAndFullWidth(t *testing.T) {
	for s, want := range map[string]int{"": 0, "A001": 4, "窗口": 4, "31号窗口": 8, "□ 原件": 7, "𠮷": 2, "·": 2} {
		if got := Columns(s); got != want {
			t.Errorf("%q takes %d columns, want %d", s, got, want)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		name, given string
		columns     int
		want        []string
	}{
		{"nothing", "", 10, nil},
		{"blanks only", "  　", 10, nil},
		{"fits", "身份证原件", 10, []string{"身份证原件"}},
		{"between Chinese characters", "双方身份证原件", 10, []string{"双方身份证", "原件"}},
		{"closing punctuation never first", "带身份证，和户口簿", 8, []string{"带身份", "证，和户", "口簿"}},
		{"opening punctuation never last", "身份证（原件）", 8, []string{"身份证", "（原件）"}},
		{"a number stays with its word", "请到二楼31号窗口", 10, []string{"请到二楼", "31号窗口"}},
		{"words whole, blanks gone", "please go to window 12", 9, []string{"please go", "to window", "12"}},
		{"a word longer than a line", "abcdefghijk lm", 5, []string{"abcde", "fghij", "k lm"}},
		{"odd width", "身份证", 5, []string{"身份", "证"}},
		{"narrower than a character", "身份", 0, []string{"身", "份"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Wrap(c.given, c.columns); !reflect.DeepEqual(got, c.want) {
				t.Errorf("%q at %d: %q, want %q", c.given, c.columns, got, c.want)
			}
		})
	}
}

func TestWrapLosesNothingAndFitsEveryLine(t *testing.T) {
	letters := rapid.SampledFrom([]rune("窗口原件身份证，。（）《ab12.-  　𠮷"))
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOfN(letters, 0, 60).Draw(t, "text"))
		columns := rapid.IntRange(2, 48).Draw(t, "columns")
		lines := Wrap(s, columns)
		for _, l := range lines {
			if n := Columns(l); n > columns || l == "" {
				t.Fatalf("line %q of %q takes %d of %d columns", l, s, n, columns)
			}
		}
		bare := strings.NewReplacer(" ", "", "　", "")
		if got, want := bare.Replace(strings.Join(lines, "")), bare.Replace(Printable(s)); got != want {
			t.Fatalf("%q became %q", want, got)
		}
	})
}
