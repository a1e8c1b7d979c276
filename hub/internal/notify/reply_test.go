package notify

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"hallpulse/firmware-protocol/hall"
)

func TestRepliesThatAreLevels(t *testing.T) {
	for text, want := range map[string]hall.Level{
		"1": hall.VeryBad, "2": hall.Bad, "3": hall.Fair, "4": hall.Good, "5": hall.VeryGood,
		"１": hall.VeryBad, "５": hall.VeryGood,
		" 5 ": hall.VeryGood, "\t4\r\n": hall.Good, "　3　": hall.Fair, "\ufeff2\u200b": hall.Bad, "\u00a01\x00": hall.VeryBad,
		"非常满意": hall.VeryGood, "满意": hall.Good, "基本满意": hall.Fair, "不满意": hall.Bad, "非常不满意": hall.VeryBad, " 满意\n": hall.Good,
	} {
		if got, ok := ParseReply(text); !ok || got != want {
			t.Errorf("%q is %v, %v, want %v", text, got, ok, want)
		}
	}
}

func TestRepliesThatAreNoRating(t *testing.T) {
	for _, text := range []string{
		"", " ", "0", "6", "9", "10", "55", "5 5", "1 2", "5分", "5.", "5。", "+5", "-1", "05", "5️⃣", "⑤", "五", "٥", "Ⅴ", "5\u202e", "\u202e5",
		"很满意", "满意！", "不 满意", "非常 满意", "还行", "满", "very satisfied", "T", "TD", "退订", "等了两个小时",
		strings.Repeat(" ", 10_000) + "x", strings.Repeat("5", 10_000), "\xff5", "5\xff",
	} {
		if got, ok := ParseReply(text); ok {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}

// The names are those on every screen.
func TestLevelsHaveTheirNames(t *testing.T) {
	data, err := os.ReadFile("../../../web-kiosk/src/shared/words/zh.json")
	if err != nil {
		t.Fatal(err)
	}
	var words map[string]string
	if err := json.Unmarshal(data, &words); err != nil {
		t.Fatal(err)
	}
	for l := hall.Level(1); l.Valid(); l++ {
		if name := words["level."+strconv.Itoa(int(l))]; name != levelName(l) {
			t.Errorf("level %d is %q on screens and %q here", l, name, levelName(l))
		}
	}
}

func FuzzParseReply(f *testing.F) {
	for _, text := range []string{"5", "５", " 4 ", "满意", "非常不满意", "55", "6", "", "\xff", "5\u200b\ufeff", "等了两个小时"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		level, ok := ParseReply(text)
		if !ok {
			if level != 0 {
				t.Fatalf("%q is no rating and %v", text, level)
			}
		} else {
			core := strings.TrimFunc(text, isBlank)
			if !level.Valid() || utf8.RuneCountInString(core) > 5 || core != strings.TrimFunc(core, isBlank) {
				t.Fatalf("%q is read as %v", text, level)
			}
			if again, ok := ParseReply(core); !ok || again != level {
				t.Fatalf("%q is %v, %q is %v", text, level, core, again)
			}
		}
		if kept := CutReply(text); !utf8.ValidString(kept) || utf8.RuneCountInString(kept) > MaxReply {
			t.Fatalf("%q is kept as %q", text, kept)
		}
	})
}
