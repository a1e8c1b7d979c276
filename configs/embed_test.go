package configs_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"hallpulse/configs"
	"hallpulse/configs/strict"
	"hallpulse/firmware-protocol/hall"
)

// A udev rule that is written wrong is passed over without a word to who plugs in a pad.
func TestUdevRulesAreWritten(t *testing.T) {
	text, err := os.ReadFile("udev/70-hallpulse.rules")
	if err != nil {
		t.Fatal(err)
	}
	part := `[A-Z]+(\{[A-Za-z_]+\})?(==|!=|\+=|=)"[^"]+"`
	rule := regexp.MustCompile(`^(#.*|` + part + `(, ` + part + `)*)?$`)
	for line := range strings.Lines(string(text)) {
		if !rule.MatchString(strings.TrimSuffix(line, "\n")) {
			t.Errorf("no rule: %s", line)
		}
	}
	if strings.Count(string(text), `"hallpulse_end"`) != 3 || !strings.HasSuffix(string(text), "\nLABEL=\"hallpulse_end\"\n") {
		t.Error("what is none of ours must go to the end")
	}
}

func packs(t *testing.T) map[string]hall.Policy {
	t.Helper()
	names, err := fs.Glob(configs.FS(), "policy/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]hall.Policy{}
	for _, name := range names {
		data, err := fs.ReadFile(configs.FS(), name)
		if err != nil {
			t.Fatal(err)
		}
		var p hall.Policy
		doc := strict.Bytes(name, data, &p)
		doc.Blame(p.Faults())
		if err := doc.Err(); err != nil {
			t.Error(err)
		}
		if _, twice := all[p.ID]; twice {
			t.Errorf("%s: id %s is another's too", name, p.ID)
		}
		all[p.ID] = p
	}
	return all
}

func TestOursIsTheDefaultPack(t *testing.T) {
	if got := packs(t)["ours-5-10"]; got != hall.DefaultPolicy() {
		t.Errorf("policy/ours.yaml says\n%+v, the program\n%+v", got, hall.DefaultPolicy())
	}
}

// codes.md, "Rules differ by place": what each pack is there for.
func TestRulesDifferByPlace(t *testing.T) {
	working := func(n int) hall.Span { return hall.Span{Days: n, Unit: hall.WorkingDays} }
	natural := func(n int) hall.Span { return hall.Span{Days: n, Unit: hall.NaturalDays} }
	all := packs(t)
	for _, c := range []struct {
		rule, id string
		window   hall.Span
		level    hall.Level
		repair   hall.Span
	}{
		{"ours: 5 working days, then 基本满意; repair 10 working days", "ours-5-10", working(5), hall.Fair, working(10)},
		{"Guangdong 2019: 7 natural days, then 基本满意", "guangdong-2019", natural(7), hall.Fair, working(10)},
		{"Xinjiang: 5 working days, then 满意", "xinjiang", working(5), hall.Good, working(10)},
		{"repair 5 elsewhere", "repair-5", working(5), hall.Fair, working(5)},
		{"repair 7 natural elsewhere", "repair-7-natural", working(5), hall.Fair, natural(7)},
		{"repair 15 elsewhere", "repair-15", working(5), hall.Fair, working(15)},
	} {
		p := all[c.id]
		if p.Rating.Window != c.window || p.Rating.Default != c.level || p.Repair.Limit != c.repair {
			t.Errorf("%s: %s says %v, then %v; repair %v", c.rule, c.id, p.Rating.Window, p.Rating.Default, p.Repair.Limit)
		}
		delete(all, c.id)
	}
	for id := range all {
		t.Errorf("pack %s: nothing is said here of what it is there for", id)
	}
}

// codes.md, "Working days": chinese-days 1.5.7 carries 2004 to 2026. A year without a file is not published.
func TestCalendarsOf2004To2026(t *testing.T) {
	names, err := fs.Glob(configs.FS(), "calendar/*.json")
	if err != nil {
		t.Fatal(err)
	}
	want := 2004
	for _, name := range names {
		data, err := fs.ReadFile(configs.FS(), name)
		if err != nil {
			t.Fatal(err)
		}
		var y hall.CalendarYear
		d := json.NewDecoder(bytes.NewReader(data))
		d.DisallowUnknownFields()
		if err := d.Decode(&y); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := y.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if y.Year != want || strings.TrimSuffix(path.Base(name), ".json") != strconv.Itoa(want) {
			t.Errorf("%s holds %d, want %d", name, y.Year, want)
		}
		want++
	}
	if want != 2027 {
		t.Errorf("the last year is %d, want 2026", want-1)
	}
}
