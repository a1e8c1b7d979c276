package private

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestNamesAreMasked(t *testing.T) {
	for name, want := range map[string]Masked{
		"陈国芳":               "陈*芳",
		"王芳":                "王*",
		"王":                 "*",
		"欧阳国芳":              "欧**芳",
		"阿依古丽·买买提":          "阿***·**提",
		"买买提·吐尔逊":           "买**·**逊",
		"扎西•多吉":             "扎*•*吉",
		"𬱖𠮷芳":               "𬱖*芳", // characters beyond the first plane
		"㑇":                 "*",
		" 陈国芳 ":             "陈*芳",
		"陈　国　芳":             "陈 * 芳",
		"陈\u202e国\u200b芳\n": "陈*芳", // nothing that turns or hides text reaches a screen
		"青澜市某某有限公司":         "青*******司",
		"陈国芳13812342046":    "陈*************", // a number that does not belong here
		"John Smith":        "J*** S****",
		"Li":                "L*",
		"X":                 "*",
		"J. R. O'Brien":     "*. *. *'B****",
		"Anne-Marie":        "A***-M****",
		"José":              "J***",
		"Иван Петров":       "И*** П*****",
		"محمد علي":          "م*** ع**",
		"ᠪᠠᠲᠤ":              "ᠪ***",
		"wang@example":      "w***********",
		"1024":              "****",
		"张Tom":              "张**m",
		"😀陈芳":               "**芳",
		"·":                 "·",
		"":                  "",
		"  ":                "",
	} {
		if got := MaskName(name); got != want {
			t.Errorf("%q is shown as %q, want %q", name, got, want)
		}
	}
}

func TestPhonesAreMasked(t *testing.T) {
	for phone, want := range map[string]Masked{
		"13812342046":        "138****2046",
		"+86 138 1234 2046":  "138****2046",
		"0086-138-1234-2046": "138****2046",
		"8613812342046":      "138****2046",
		"１３８１２３４２０４６":        "138****2046",
		"138-1234-2046":      "138****2046",
		"0571-88123456":      "0571-****3456",
		"(0571) 88123456":    "0571-****3456",
		"+86 571 88123456":   "0571-****3456",
		"010-88123456":       "010-****3456",
		"02188123456":        "021-****3456",
		"0936-8212345":       "0936-***2345",
		"88123456":           "****3456",
		"8212345":            "***2345",
		"400-123-4567":       "******4567",
		"12345":              "*****",
		"110":                "***",
		"+852 5123 4567":     "+852 ****4567",
		"00853 6612 3456":    "+853 ****3456",
		"+1 212 555 0123":    "+1 ******0123",
		"+44 20 7946 0958":   "+44 ******0958",
		"+7 495 123 45 67":   "+7 ******4567",
		"+976 9911 2233":     "+976 ****2233",
		"+1":                 "****",
		"微信 abc":             "****",
		"13812342046 晚上打":    "****",
		"12,34":              "****",
		"+":                  "****",
		"":                   "",
		" ":                  "",
	} {
		if got := MaskPhone(phone); got != want {
			t.Errorf("%q is shown as %q, want %q", phone, got, want)
		}
	}
}

func TestOneNumberIsWrittenInManyWays(t *testing.T) {
	for want, ways := range map[string][]string{
		"13812342046":  {"13812342046", " 138 1234 2046 ", "+8613812342046", "008613812342046", "8613812342046", "１３８-１２３４-２０４６", "＋86 138.1234.2046"},
		"057188123456": {"0571-88123456", "(0571)88123456", "+86-571-88123456", "+86 0571 88123456"},
		"88123456":     {"8812 3456", "+86 88123456"},
		"+85251234567": {"+852 5123 4567", "0085251234567"},
		"12345":        {"12345"},
		"86100":        {"86100"},
		"微信 abc":       {" 微信 abc "},
		"1+2":          {"1+2"},
	} {
		for _, way := range ways {
			if got := Number(way); got != want {
				t.Errorf("%q is dialled %q, want %q", way, got, want)
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		once := Number(rapid.String().Draw(t, "phone"))
		if twice := Number(once); twice != once && !strings.HasPrefix(once, "+") {
			t.Fatalf("%q is dialled %q", once, twice)
		}
	})
}

// However odd the input: no mask is longer than what it masks by more than a sign, tells more than it must, or breaks JSON.
func TestNoMaskTellsTooMuch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringOf(rapid.RuneFrom([]rune("陈国芳王·• \u202eaBé😀1٣ᠪ"))).Draw(t, "name")
		masked := string(MaskName(name))
		letters := strings.Trim(masked, "*·• ")
		if !utf8.ValidString(masked) || utf8.RuneCountInString(masked) > utf8.RuneCountInString(name) {
			t.Fatalf("%q is shown as %q", name, masked)
		}
		if strings.ContainsAny(masked, "1٣😀\u202e") || utf8.RuneCountInString(letters) > 1 && !strings.Contains(letters, "*") && !strings.ContainsAny(letters, "·• ") {
			t.Fatalf("%q is shown as %q", name, masked)
		}
		phone := rapid.StringMatching(`\+?[0-9]{0,16}`).Draw(t, "phone")
		if shown := strings.Map(onlyDigits, string(MaskPhone(phone))); len(shown) > 8 || len(phone) >= 7 && len(shown) > len(phone)-3 {
			t.Fatalf("%q is shown as %q", phone, MaskPhone(phone))
		}
		if b, err := json.Marshal(MaskName(name)); err != nil || !json.Valid(b) {
			t.Fatal(err)
		}
	})
}

func onlyDigits(r rune) rune {
	if r >= '0' && r <= '9' {
		return r
	}
	return -1
}

func TestMarksStandForValues(t *testing.T) {
	a, b := vault(t, 1), vault(t, 2)
	phone := "13812342046"
	m := a.Mark(MarkPhone, phone)
	if m != a.Mark(MarkPhone, phone) || len(m) != 32 || strings.Contains(m, "138123") {
		t.Errorf("the mark is %q", m)
	}
	for what, other := range map[string]string{
		"another number": a.Mark(MarkPhone, "13812342047"), "another purpose": a.Mark("name", phone), "another key file": b.Mark(MarkPhone, phone),
		"a purpose that ends where the value begins": a.Mark(MarkPhone+"\x001", phone[1:]),
	} {
		if other == m {
			t.Errorf("%s has the same mark", what)
		}
	}
	if got := a.Marks(MarkPhone, phone); len(got) != 1 || got[0] != m {
		t.Errorf("the marks are %q", got)
	}
	token := a.Token("message", "m-1")
	if len(token) != 16 || token != a.Token("message", "m-1") || token == a.Token("message", "m-2") || token == a.Token("other", "m-1") || token == b.Token("message", "m-1") {
		t.Errorf("the token is %q", token)
	}
}
