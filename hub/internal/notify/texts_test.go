package notify

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"github.com/goccy/go-yaml"

	"hallpulse/firmware-protocol/hall"
)

func shippedTexts(t *testing.T) Texts {
	t.Helper()
	texts, err := ReadTexts(os.DirFS("../../../web-kiosk/src/shared"))
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// shippedNames are the longest names in configs, in a language: of a centre and of a hall.
func shippedNames(t *testing.T, lang string) (sign, longest string) {
	t.Helper()
	type named struct {
		Name   string `yaml:"name"`
		NameEN string `yaml:"name_en"`
	}
	in := func(n named) string {
		if lang == "en" {
			return n.NameEN
		}
		return n.Name
	}
	files, err := filepath.Glob("../../../configs/examples/hall-*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, name := range append(files, "../../../configs/hall.yaml", "../../../configs/hub.yaml") {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var file struct {
			Hall, Centre named
		}
		if err := yaml.Unmarshal(data, &file); err != nil {
			t.Fatal(err)
		}
		if n := in(file.Hall); utf8.RuneCountInString(n) > utf8.RuneCountInString(longest) {
			longest = n
		}
		if n := in(file.Centre); n != "" {
			sign = n
		}
	}
	return sign, longest
}

// own: in Chinese one SMS of 70 characters, or two where a link is in it, with the longest names, days and window of the
// shipped configuration; in English at most two.
func TestMessagesAreShort(t *testing.T) {
	texts := shippedTexts(t)
	december, err := hall.ParseDay("2026-12-31")
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range Langs() {
		sign, longest := shippedNames(t, lang)
		if sign == "" || longest == "" {
			t.Fatal("no names")
		}
		for _, kind := range hall.MessageKinds() {
			m := Message{Kind: kind, Lang: lang, Params: hall.MessageParams{Window: "128", Day: december, Until: december}}
			plain := texts.Say(m, Names{sign, longest, ""})
			linked := texts.Say(m, Names{sign, longest, strings.Repeat("u", MaxLink)})
			if lang == "zh" && (Parts(plain) != 1 || Parts(linked) > 2) || Parts(plain) > 2 || Parts(linked) > 2 {
				t.Errorf("%s in %s: %d characters, %d parts; with a link %d, %d parts\n%s", kind, lang,
					utf8.RuneCountInString(plain), Parts(plain), utf8.RuneCountInString(linked), Parts(linked), plain)
			}
			if kind.HasLink() == (plain == linked) {
				t.Errorf("%s in %s: the link makes no difference, or one where there is none", kind, lang)
			}
			for _, text := range []string{plain, linked} {
				if strings.ContainsAny(text, "{}\n") || strings.TrimSpace(text) != text || !strings.Contains(text, sign) {
					t.Errorf("%s in %s reads %q", kind, lang, text)
				}
			}
		}
	}
}

// A reminder leads nobody towards a good rating (codes.md): every level it names, or the two ends of the scale.
func TestRemindersLeadNobody(t *testing.T) {
	for key, text := range shippedTexts(t)["zh"] {
		if !strings.HasPrefix(key, "sms.") {
			continue
		}
		if strings.Contains(text, "满意") && (!strings.Contains(text, "5非常满意") || !strings.Contains(text, "1非常不满意")) {
			t.Errorf("%s: %s", key, text)
		}
		if strings.Contains(text, "差评") {
			t.Errorf("%s tells whoever holds the phone how it was rated: %s", key, text)
		}
	}
}

func TestATextSaysWhatItIsAbout(t *testing.T) {
	texts := shippedTexts(t)
	m := Message{Kind: hall.MessageRepairExtended, Lang: "zh", Params: hall.MessageParams{Day: hall.DayOf(at(t, "10:00")), Until: hall.DayOf(at(t, "30 10:00"))}}
	got := texts.Say(m, Names{"青澜市政务服务中心", "云溪镇便民服务中心", "https://pj.example/m/0123456789abcdef"})
	if want := "【青澜市政务服务中心】您11月23日在云溪镇便民服务中心反映的问题还在办，延到11月30日，原因请看：https://pj.example/m/0123456789abcdef"; got != want {
		t.Errorf("reads\n%s\nwant\n%s", got, want)
	}
	m.Lang = "en"
	if got := texts.Say(m, Names{"", "Yunxi", ""}); got != "what you told Yunxi on 23 Nov takes longer, until 30 Nov. The code on your ticket opens the reason" {
		t.Errorf("reads %s", got)
	}
	m.Lang = "fr"
	if got := texts.Say(m, Names{}); !strings.HasPrefix(got, "您") {
		t.Errorf("in a language that is not there: %s", got)
	}
}

// A name from a configuration is no pattern: what it holds is not replaced again.
func TestANameIsNoPattern(t *testing.T) {
	m := Message{Kind: hall.MessageHandlerReminder, Lang: "zh"}
	if got := shippedTexts(t).Say(m, Names{"{hall}", "{url}{day}", ""}); !strings.HasPrefix(got, "【{hall}】{url}{day}有") {
		t.Errorf("reads %s", got)
	}
}

func TestPlaceholdersOfMessagesAreKnown(t *testing.T) {
	for lang, words := range shippedTexts(t) {
		for _, key := range keys() {
			known := []string{"{hall}", "{window}", "{day}", "{until}", "{url}", "{month}", "{sign}"}
			for _, p := range regexp.MustCompile(`\{[^}]*\}`).FindAllString(words[key], -1) {
				if !slices.Contains(known, p) {
					t.Errorf("%s %s: %s", lang, key, p)
				}
			}
			if strings.HasSuffix(key, ".plain") && strings.Contains(words[key], "{url}") {
				t.Errorf("%s %s has a link", lang, key)
			}
		}
	}
}

func TestMissingWordsAreNamed(t *testing.T) {
	words := map[string]string{}
	for _, key := range keys() {
		words[key] = "x"
	}
	whole, err := json.Marshal(words)
	if err != nil {
		t.Fatal(err)
	}
	delete(words, "sms.concern-answered.plain")
	short, err := json.Marshal(words)
	if err != nil {
		t.Fatal(err)
	}
	folder := func(zh, en []byte) fstest.MapFS {
		return fstest.MapFS{"words/zh.json": {Data: zh}, "words/en.json": {Data: en}}
	}
	if _, err := ReadTexts(folder(whole, whole)); err != nil {
		t.Error(err)
	}
	for name, f := range map[string]fstest.MapFS{
		"en has no sms.concern-answered.plain": folder(whole, short),
		"zh:":                                  folder([]byte("["), whole),
		"words/en.json":                        {"words/zh.json": {Data: whole}},
	} {
		if _, err := ReadTexts(f); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What screens read of each closed set.
func TestClosedSetsHaveWords(t *testing.T) {
	var want []string
	for _, k := range hall.MessageKinds() {
		want = append(want, "sms.kind."+string(k))
	}
	for _, s := range States() {
		want = append(want, "sms.state."+string(s))
	}
	for _, w := range hall.MessageWhys() {
		want = append(want, "sms.why."+string(w))
	}
	for _, w := range hall.DroppedWhys() {
		want = append(want, "sms.dropped."+string(w))
	}
	for _, c := range Codes() {
		want = append(want, "say.notify."+string(c))
	}
	for lang, words := range shippedTexts(t) {
		for _, key := range want {
			if words[key] == "" {
				t.Errorf("%s has no %s", lang, key)
			}
		}
	}
}

// 3GPP TS 23.038, 23.040.
func TestParts(t *testing.T) {
	for want, texts := range map[int][]string{
		1: {"", "5", strings.Repeat("a", 160), strings.Repeat("{", 80), strings.Repeat("好", 70), strings.Repeat("😀", 35), strings.Repeat("a", 69) + "好"},
		2: {strings.Repeat("a", 161), strings.Repeat("{", 81), strings.Repeat("好", 71), strings.Repeat("😀", 36), strings.Repeat("a", 306), strings.Repeat("好", 134)},
		3: {strings.Repeat("a", 307), strings.Repeat("好", 135)},
	} {
		for _, text := range texts {
			if got := Parts(text); got != want {
				t.Errorf("%.20q… of %d characters is %d parts, want %d", text, utf8.RuneCountInString(text), got, want)
			}
		}
	}
}

func TestLinksAreKeptAsDigests(t *testing.T) {
	a, b := LinkSHA("0123456789abcdef"), LinkSHA("0123456789abcdeg")
	if len(a) != 64 || a == b || strings.Contains(a, "0123456789abcdef") {
		t.Errorf("%s, %s", a, b)
	}
}
