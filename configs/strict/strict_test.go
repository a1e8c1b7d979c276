package strict

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

type sample struct {
	Name  string        `yaml:"name"`
	Count int           `yaml:"count"`
	Small uint8         `yaml:"small"`
	Every time.Duration `yaml:"every"`
	On    bool          `yaml:"on"`
	Maybe *bool         `yaml:"maybe"`
	Inner struct {
		Tags []string `yaml:"tags"`
	} `yaml:"inner"`
	List []struct {
		Key string `yaml:"key"`
	} `yaml:"list"`
	Hidden string `yaml:"-"`
	Pair   *pair  `yaml:"pair"`
}

// pair is written [a, b]: a value with a form of its own.
type pair struct{ a, b float64 }

func (p *pair) UnmarshalYAML(unmarshal func(any) error) error {
	var n []float64
	if err := unmarshal(&n); err != nil {
		return err
	}
	if len(n) != 2 {
		return errors.New("want [a, b]")
	}
	p.a, p.b = n[0], n[1]
	return nil
}

func TestAValueReadsItsOwnForm(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"pair: [3, 4.5]", ""}, {"pair: [3]", "f:1: pair: want [a, b]"}, {"pair: 3", `f:1: pair: "3" found, want a list`},
		{"pair: [3, x]", `f:1: pair[1]: "x" found, want a number`}, {"pair: [3, [4]]", `f:1: pair[1]: a list or a block found, want a number`},
	} {
		var v sample
		err := Bytes("f", []byte(c.text), &v).Err()
		if c.want == "" && (err != nil || v.Pair == nil || *v.Pair != pair{3, 4.5}) || c.want != "" && (err == nil || err.Error() != c.want) {
			t.Errorf("%s: %v, %v, want %q", c.text, v.Pair, err, c.want)
		}
	}
}

func TestValuesAreReadAndWhatIsNotNamedStays(t *testing.T) {
	v := sample{Count: 7, Every: time.Minute}
	d := Bytes("f", []byte("name: 12\nsmall: 255\nevery: 1h30m\non: true\nmaybe: false\ninner: {tags: [a, \"y\"]}\nlist:\n  - key: |\n      two\n      lines\n  - {key: b}\n"), &v)
	if err := d.Err(); err != nil {
		t.Fatal(err)
	}
	if v.Name != "12" || v.Small != 255 || v.Count != 7 || v.Every != 90*time.Minute || !v.On || v.Maybe == nil || *v.Maybe {
		t.Errorf("%+v", v)
	}
	if strings.Join(v.Inner.Tags, " ") != "a y" || len(v.List) != 2 || v.List[0].Key != "two\nlines\n" || v.List[1].Key != "b" {
		t.Errorf("%+v", v)
	}
}

func TestEveryFaultIsNamedWithItsLine(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"unknown key", "nmae: x", "f:1: nmae: unknown key; known here: name, count, small, every, on, maybe, inner, list, pair"},
		{"unknown key inside", "inner:\n  tag: x", "f:2: inner.tag: unknown key; known here: tags"},
		{"a field that files cannot set", "Hidden: x", "f:1: Hidden: unknown key; known here: name, count, small, every, on, maybe, inner, list, pair"},
		{"given twice", "count: 1\ncount: 2", "f:2: count: given twice"},
		{"text for a number", "count: many", `f:1: count: "many" found, want a whole number`},
		{"a fraction for a number", "count: 1.5", `f:1: count: "1.5" found, want a whole number`},
		{"too large a number", "small: 256", `f:1: small: "256" found, want a whole number, 0 to 255`},
		{"a number below nothing", "small: -1", `f:1: small: "-1" found, want a whole number, 0 to 255`},
		{"text for true or false", "on: maybe", `f:1: on: "maybe" found, want true or false`},
		{"a time without unit", "every: 15", `f:1: every: "15" found, want a time such as 15m or 1h30m`},
		{"true for text", "name: true", `f:1: name: "true" found, want text, in quotes if it looks like something else`},
		{"a list for text", "name: [a]", "f:1: name: a list or a block found, want text, in quotes if it looks like something else"},
		{"text for a list", "list: x", `f:1: list: "x" found, want a list`},
		{"text for a block", "inner: x", `f:1: inner: "x" found, want a block of tags`},
		{"in a list", "list:\n  - {key: a}\n  - {kee: b}", "f:3: list[1].kee: unknown key; known here: key"},
		{"anchor", "name: &a x", "f:1: name: anchors, aliases and tags are not read here: write the value out"},
		{"two documents", "name: a\n---\nname: b", "f:3: a second document begins here: want one"},
		{"several, by line", "count: x\non: y", "f:1: count: \"x\" found, want a whole number\nf:2: on: \"y\" found, want true or false"},
	} {
		var v sample
		err := Bytes("f", []byte(c.text), &v).Err()
		if err == nil || err.Error() != c.want {
			t.Errorf("%s:\n%v\nwant\n%s", c.name, err, c.want)
		}
	}
}

func TestWhatIsNoYAMLIsBroken(t *testing.T) {
	var v sample
	d := Bytes("f", []byte("name: a\n  count: [1\n"), &v)
	if err := d.Err(); !d.Broken || err == nil || !strings.HasPrefix(err.Error(), "f:") {
		t.Errorf("broken %v: %v", d.Broken, err)
	}
}

func TestAnEmptyFileNamesNothing(t *testing.T) {
	for _, text := range []string{"", "# only a comment\n", "name:\n"} {
		v := sample{Name: "kept"}
		if err := Bytes("f", []byte(text), &v).Err(); err != nil || v.Name != "kept" {
			t.Errorf("%q: %v, %q", text, err, v.Name)
		}
	}
}

func TestAFaultOfMeaningStandsAtTheNearestLine(t *testing.T) {
	var v sample
	d := Bytes("f", []byte("name: a\nlist:\n  - {key: b}\n"), &v)
	d.At("list[0].key", "bad")
	d.At(Index("list", 1)+".key", "worse")
	d.At("count", "missing")
	d.At("", "nothing fits")
	want := "f: count: missing\nf: nothing fits\nf:2: list[1].key: worse\nf:3: list[0].key: bad"
	if err := d.Err(); err == nil || err.Error() != want {
		t.Errorf("%v\nwant\n%s", err, want)
	}
}

func TestFileReadsOrSaysThatItCannot(t *testing.T) {
	var v sample
	if _, err := File(filepath.Join(t.TempDir(), "none.yaml"), &v); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
}

func TestBeside(t *testing.T) {
	for _, c := range []struct{ file, want string }{{"", ""}, {"hall.yaml", "/etc/h/hall.yaml"}, {"/x/hall.yaml", "/x/hall.yaml"}} {
		if got := Beside("/etc/h/agent.yaml", c.file); got != c.want {
			t.Errorf("%q: %q, want %q", c.file, got, c.want)
		}
	}
}
