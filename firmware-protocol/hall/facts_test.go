package hall

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// vector is a line of testdata/facts.txt.
type vector struct {
	t    Type
	body string
}

func factVectors(t testing.TB) []vector {
	t.Helper()
	text, err := os.ReadFile("testdata/facts.txt")
	if err != nil {
		t.Fatal(err)
	}
	var all []vector
	for line := range strings.Lines(string(text)) {
		if typ, body, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " = "); ok && line[0] != '#' {
			all = append(all, vector{Type(typ), body})
		}
	}
	return all
}

func TestFactVectors(t *testing.T) {
	for _, v := range factVectors(t) {
		f, err := DecodeFact(v.t, []byte(v.body))
		if err != nil {
			t.Errorf("%s: %v", v.t, err)
			continue
		}
		if f.Type() != v.t {
			t.Errorf("%s was decoded as %s", v.t, f.Type())
		}
		if got, err := json.Marshal(f); err != nil || string(got) != v.body {
			t.Errorf("%s: encoded\n%s, %v, want\n%s", v.t, got, err, v.body)
		}
		for n := range len(v.body) {
			if f, err := DecodeFact(v.t, []byte(v.body[:n])); !errors.Is(err, ErrMalformed) {
				t.Errorf("%s cut at %d is %+v, %v", v.t, n, f, err)
			}
		}
		newer := strings.TrimSuffix(v.body, "}") + `,"later":{"invented":[1]}}`
		if _, err := DecodeFact(v.t, []byte(newer)); err != nil {
			t.Errorf("%s with a field of a newer version: %v", v.t, err)
		}
		for _, bad := range []string{"null", " null ", "[]", `""`, "1", "", "{}{}", v.body + "x"} {
			if f, err := DecodeFact(v.t, []byte(bad)); !errors.Is(err, ErrMalformed) {
				t.Errorf("%s with body %q is %+v, %v", v.t, bad, f, err)
			}
		}
	}
}

// A type that is declared and has no vector is a type that DecodeFact may have forgotten.
func TestEveryTypeHasAVector(t *testing.T) {
	has := map[string]bool{}
	for _, v := range factVectors(t) {
		has[string(v.t)] = true
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if typ, ok := spec.Type.(*ast.Ident); ok && typ.Name == "Type" {
				value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
				if err != nil || !has[value] {
					t.Errorf("%s = %q has no vector, %v", spec.Names[0].Name, value, err)
				}
				found++
			}
			return true
		})
	}
	if found < 30 || found != len(has) {
		t.Errorf("%d types are declared, %d have vectors", found, len(has))
	}
}

func TestARatingWithoutALevelIsMalformed(t *testing.T) {
	press := func(level string) string {
		return `{"uid":"1122334455667788","boot":1,"seq":1,"age_ms":0` + level + `}`
	}
	for _, tt := range []struct {
		t    Type
		body string
	}{
		{TypeRatingGiven, `{"ticket":"3-9f2c-17","channel":"qr"}`},
		{TypeRatingGiven, `{"ticket":"3-9f2c-17","channel":"qr","level":0}`},
		{TypeRatingGiven, `{"ticket":"3-9f2c-17","channel":"qr","level":6}`},
		{TypeRatingGiven, `{"ticket":"3-9f2c-17","channel":"qr","level":"5"}`},
		{TypeRatingGiven, `{"ticket":"3-9f2c-17","channel":"qr","level":null}`},
		{TypeRatingGiven, `{"ticket":"3-9f2c-17","channel":"pad","level":5,"press":` + press("") + `}`},
		{TypeRatingDrafted, `{"ticket":"3-9f2c-17"}`},
		{TypeRatingRepeat, `{"window":"12"}`},
		{TypeRatingRepeat, `{"window":"12","press":` + press("") + `}`},
		{TypeRatingUnbound, `{"window":"12","press":` + press(`,"level":300`) + `}`},
	} {
		if f, err := DecodeFact(tt.t, []byte(tt.body)); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s %s is %+v, %v", tt.t, tt.body, f, err)
		}
	}
}

func TestATypeOfANewerVersionIsUnknown(t *testing.T) {
	for _, typ := range []Type{"", "ticket", "later.invented", "Ticket.Issued"} {
		if _, err := DecodeFact(typ, []byte("{}")); !errors.Is(err, ErrUnknownType) {
			t.Errorf("%q: %v", typ, err)
		}
	}
}

func FuzzDecodeFact(f *testing.F) {
	for _, v := range factVectors(f) {
		f.Add(string(v.t), []byte(v.body))
	}
	f.Fuzz(func(t *testing.T, typ string, body []byte) {
		fact, err := DecodeFact(Type(typ), body)
		if err != nil {
			if !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrUnknownType) {
				t.Fatalf("a third kind of error: %v", err)
			}
			return
		}
		once, err := json.Marshal(fact)
		if err != nil {
			return // a year that no format can write
		}
		again, err := DecodeFact(fact.Type(), once)
		if err != nil {
			t.Fatalf("%s: %v", once, err)
		}
		if twice, err := json.Marshal(again); err != nil || string(twice) != string(once) {
			t.Fatalf("%s became %s, %v", once, twice, err)
		}
	})
}
