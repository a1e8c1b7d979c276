package webkiosk

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func words(t *testing.T, lang string) map[string]string {
	t.Helper()
	b, err := fs.ReadFile(FS(), "src/shared/words/"+lang+".json")
	if err != nil {
		t.Fatal(err)
	}
	var w map[string]string
	if err := json.Unmarshal(b, &w); err != nil {
		t.Fatalf("%s.json: want one flat object of sentences: %v", lang, err)
	}
	return w
}

var placeholder = regexp.MustCompile(`\{[a-z_]+\}`)

func placeholders(s string) []string {
	found := placeholder.FindAllString(s, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

func TestBothLanguagesSayTheSame(t *testing.T) {
	zh, en := words(t, "zh"), words(t, "en")
	for key, sentence := range zh {
		if _, ok := en[key]; !ok {
			t.Errorf("%s is in zh.json alone", key)
			continue
		}
		if key == "paper.date" {
			continue // a date is put together from the values that each language needs
		}
		if a, b := placeholders(sentence), placeholders(en[key]); !slices.Equal(a, b) {
			t.Errorf("%s: zh has %v, en has %v", key, a, b)
		}
	}
	for key := range en {
		if _, ok := zh[key]; !ok {
			t.Errorf("%s is in en.json alone", key)
		}
	}
}

// Screens, pages and paper read the words with different programs: what one of them takes for grammar is in none.
func TestWordsArePlain(t *testing.T) {
	for _, lang := range []string{"zh", "en"} {
		for key, sentence := range words(t, lang) {
			rest := placeholder.ReplaceAllString(sentence, "")
			if sentence == "" || strings.ContainsAny(rest, "{}@|<>\n") {
				t.Errorf("%s %s: %q is empty, or has one of {}@|<>", lang, key, sentence)
			}
		}
	}
}

// declared are the values of one type that the package hall declares in the files of a pattern.
func declared(t *testing.T, typ, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "firmware-protocol", "hall", pattern))
	if err != nil {
		t.Fatal(err)
	}
	constant := regexp.MustCompile(typ + `\w+\s+` + typ + `\s*=\s*"([a-z_.-]+)"`)
	var values []string
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range constant.FindAllSubmatch(src, -1) {
			values = append(values, string(c[1]))
		}
	}
	return values
}

// Every trouble of a device has words for what it is and what to do.
func TestEveryTroubleHasWords(t *testing.T) {
	zh := words(t, "zh")
	codes := declared(t, "Trouble", "*.go")
	if len(codes) < 10 {
		t.Fatalf("found %d trouble codes in hall", len(codes))
	}
	for _, c := range codes {
		for _, key := range []string{"trouble." + c, "trouble." + c + ".do"} {
			if zh[key] == "" {
				t.Errorf("%s has no words", key)
			}
		}
	}
}

// Every deed has words: of who was first, and of the audit.
func TestEveryDeedHasWords(t *testing.T) {
	zh := words(t, "zh")
	deeds := declared(t, "Type", "deed_*.go")
	if len(deeds) < 70 {
		t.Fatalf("found %d types of deeds in hall", len(deeds))
	}
	for _, deed := range deeds {
		if zh["deed."+deed] == "" {
			t.Errorf("deed.%s has no words", deed)
		}
	}
}
