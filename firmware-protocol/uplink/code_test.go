package uplink

import (
	"strings"
	"testing"

	"hallpulse/firmware-protocol/hall"
)

// design §4: 8 Crockford characters; I and L are read as 1, O as 0, case and dashes do not matter.
func TestACodeIsReadAsItIsTyped(t *testing.T) {
	for typed, want := range map[string]string{
		"7K3M Q0D1":            "7K3MQ0D1",
		"7k3m-q0d1":            "7K3MQ0D1",
		" 7k3mqod1 ":           "7K3MQ0D1",
		"7K3MQ0DI":             "7K3MQ0D1",
		"7K3MQ0Dl":             "7K3MQ0D1",
		"７ｋ３ｍ　ｑ０ｄ１":            "7K3MQ0D1",
		"7K3M—Q0D1":            "7K3MQ0D1",
		"7K3MQ0D":              "",
		"7K3MQ0D12":            "",
		"7K3MQ0DU":             "", // left out by Crockford
		"7K3MQ0D*":             "",
		"７Ｋ３Ｍ～":                "",
		"":                     "",
		"--------":             "",
		"7K3M\u202eQ0D1":       "",
		"\x007K3MQ0D1":         "",
		"7K3MQ0D1\n7K3MQ0D1":   "",
		"ⅦK3MQ0D1":             "",
		"7K3MQ0D1; DROP TABLE": "",
	} {
		got, ok := ReadCode(typed)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%q is read as %q, %v; want %q", typed, got, ok, want)
		}
	}
	token := make([]byte, TokenBytes)
	for n := range 200 {
		token[n%len(token)] += byte(n)
		if got, ok := ReadCode(Code(token)); !ok || got != Code(token) {
			t.Errorf("%s is read as %s, %v", Code(token), got, ok)
		}
	}
}

func FuzzReadCode(f *testing.F) {
	f.Add("7K3M Q0D1")
	f.Add("７ｋ３ｍ")
	f.Fuzz(func(t *testing.T, typed string) {
		code, ok := ReadCode(typed)
		if !ok {
			return
		}
		if again, ok := ReadCode(code); !ok || again != code || len(code) != codeChars {
			t.Errorf("%q became %q, which is read as %q, %v", typed, code, again, ok)
		}
	})
}

// The digits of a visit are the same at its counter and at the hub, whichever was built when (design §4).
func TestDigitsFollowFromTicketAndVisit(t *testing.T) {
	sha := CodeSHA("qinglan", "A063", 8000, "7K3M92QF")
	seen := map[string]bool{}
	for serial := range uint32(50) {
		d := Digits(sha, hall.ID{Agent: 3, Tag: 0x9f2c, Serial: serial})
		if len(d) != 4 || strings.Trim(d, "0123456789") != "" {
			t.Errorf("digits %q", d)
		}
		seen[d] = true
	}
	if len(seen) < 45 || Digits(sha, hall.ID{Agent: 3, Tag: 0x9f2c, Serial: 19}) == Digits(CodeSHA("qinglan", "A064", 8000, "7K3M92QF"), hall.ID{Agent: 3, Tag: 0x9f2c, Serial: 19}) {
		t.Errorf("%d different ones of 50", len(seen))
	}
}
