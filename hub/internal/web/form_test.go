package web

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"hallpulse/firmware-protocol/hall"
)

func TestCleanText(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"as it is":                          {"谢谢，很快。", "谢谢，很快。"},
		"lines stay":                        {"一\r\n二\n三", "一\n二\n三"},
		"many empty lines become one":       {"一\n\n\n\n\n二", "一\n\n二"},
		"space around goes":                 {"  \n 好 \n ", "好"},
		"tabs are spaces":                   {"a\tb", "a b"},
		"controls go":                       {"a\x00b\x07c\x1bd\x7f", "abcd"},
		"marks that turn the direction go":  {"好\u202eabc\u2066x\u200f", "好abcx"},
		"marks of no width go":              {"a\u200b\ufeffb\u2028c", "abc"},
		"what joins an emoji stays":         {"👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"},
		"Mongolian joins stay":              {"ᠮᠣᠩᠭᠣᠯ\u180eᠠ", "ᠮᠣᠩᠭᠣᠯ\u180eᠠ"},
		"characters are composed":           {"e\u0301", "é"},
		"composed over what goes":           {"A\u2028\u0300", "À"},
		"bytes that are no text go":         {"a\xff\xfeb", "ab"},
		"tags nobody sees go":               {"a\U000e0041\U000e0042b", "ab"},
		"markup is text":                    {"<script>alert(1)</script>", "<script>alert(1)</script>"},
		"nothing but what shows nothing at": {"\u200b\u202e\x00", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := cleanText(c.in); got != c.want {
				t.Errorf("cleanText(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func TestCleanTextIsCleanAndStaysSo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clean := cleanText(rapid.String().Draw(t, "text"))
		if again := cleanText(clean); again != clean {
			t.Fatalf("cleaning twice changes %q to %q", clean, again)
		}
		for _, r := range clean {
			if r != '\n' && unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
				t.Fatalf("%q keeps %U", clean, r)
			}
		}
	})
}

func TestPhoneNumbers(t *testing.T) {
	for in, want := range map[string]string{
		"13812345678":       "13812345678",
		"138 1234 5678":     "13812345678",
		"138-1234-5678":     "13812345678",
		"１３８１２３４５６７８":       "13812345678",
		"0471-1234567":      "04711234567",
		"(0471) 12345678":   "047112345678",
		"+86 138 1234 5678": "+8613812345678",
		"1381234567":        "",
		"138123456789":      "",
		"12345":             "",
		"call me":           "",
		"+":                 "",
		"13812345678;drop":  "",
	} {
		got, ok := cleanPhone(in)
		if ok != (want != "") || ok && got != want {
			t.Errorf("cleanPhone(%q) = %q, %v; want %q", in, got, ok, want)
		}
	}
}

func TestReadForm(t *testing.T) {
	rs := reasons(t)
	for name, c := range map[string]struct {
		form url.Values
		want error
		see  func(form) bool
	}{
		"a tap":                              {url.Values{"level": {"2"}}, nil, func(f form) bool { return f.level == hall.Bad }},
		"no level that exists":               {url.Values{"level": {"6"}}, errForm, nil},
		"no number":                          {url.Values{"level": {"good"}}, errForm, nil},
		"no such follow-up":                  {url.Values{"n": {"11"}}, errForm, nil},
		"reasons of this level alone":        {url.Values{"level": {"2"}, "reason": {"207", "108", "207", "210"}}, nil, func(f form) bool { return slices.Equal(f.reasons, []string{"207", "210"}) }},
		"a code that is out of use":          {url.Values{"level": {"2"}, "reason": {"201", "<b>"}}, nil, func(f form) bool { return f.reasons == nil }},
		"500 characters":                     {url.Values{"text": {strings.Repeat("好", 500)}}, nil, nil},
		"500 characters in lines of Windows": {url.Values{"text": {strings.Repeat("好\r\n", 250)}}, nil, nil},
		"501 characters":                     {url.Values{"text": {strings.Repeat("好", 501)}}, fault{"rate.error.text"}, nil},
		"a name of 30 characters":            {url.Values{"name": {strings.Repeat("阿", 30)}}, nil, nil},
		"a name of 31 characters":            {url.Values{"name": {strings.Repeat("阿", 31)}}, fault{"rate.error.name"}, nil},
		"a name on two lines":                {url.Values{"name": {"周\n敏"}}, nil, func(f form) bool { return f.text.Name == "周 敏" }},
		"no telephone number":                {url.Values{"phone": {"123"}}, fault{"rate.error.phone"}, nil},
		"to be called needs a number":        {url.Values{"call": {"1"}}, fault{"rate.error.call"}, nil},
		"to be called":                       {url.Values{"call": {"1"}, "phone": {"13812345678"}}, nil, func(f form) bool { return f.callback }},
		"不公开":                                {url.Values{"withhold": {"1"}}, nil, func(f form) bool { return f.withheld }},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := readForm(c.form, rs)
			if !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
			if c.see != nil && !c.see(f) {
				t.Errorf("read as %+v", f)
			}
		})
	}
}
