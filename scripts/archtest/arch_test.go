package archtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "hallpulse"

// pkg is what `go list -json` says of a package.
type pkg struct {
	Dir, ImportPath, Name, Doc string
	GoFiles, Imports           []string
}

func load(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=Dir,ImportPath,Name,Doc,GoFiles,Imports", "./...")
	cmd.Dir = filepath.Join("..", "..")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// breaches names each import of p that its room may not have, with the reason.
func breaches(p pkg) []string {
	own := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
	r, ok := find(own)
	if !ok {
		return []string{fmt.Sprintf("%s: no room of this name: give it a line and a promise in scripts/archtest/rules_test.go", own)}
	}
	var faults []string
	for _, imp := range p.Imports {
		if !allowed(r, imp) {
			faults = append(faults, fmt.Sprintf("%s imports %s: %s", own, imp, r.why))
		}
	}
	return faults
}

func allowed(r room, imp string) bool {
	if ours, is := strings.CutPrefix(imp, module+"/"); is {
		return slices.ContainsFunc(r.uses, func(u string) bool { return matches(u, ours) }) &&
			(ours != "firmware-protocol/simulator" || strings.HasPrefix(r.path, "scripts"))
	}
	if first, _, _ := strings.Cut(imp, "/"); !strings.Contains(first, ".") {
		return !slices.Contains(r.deny, imp)
	}
	return slices.ContainsFunc(r.libs, func(l string) bool { return libMatches(l, imp) })
}

func TestRoomsImportOnlyWhatTheirPromiseAllows(t *testing.T) {
	for _, p := range load(t) {
		for _, b := range breaches(p) {
			t.Error(b)
		}
	}
}

func TestEachRoomOpensWithItsPromise(t *testing.T) {
	for _, p := range load(t) {
		if len(p.GoFiles) > 0 && !strings.HasPrefix(p.Doc, "Package "+p.Name) && p.Name != "main" {
			t.Errorf("%s: its package comment must say what it owns and what it refuses to know (habit 2)", p.ImportPath)
		}
		if slices.Contains(badNames(), path.Base(p.ImportPath)) {
			t.Errorf("%s: a name that says nothing of what is inside (rule 7)", p.ImportPath)
		}
	}
}

// A test that cannot fail is a defect: each rule is shown a planted breach.
func TestPlantedImportsAreCaught(t *testing.T) {
	for _, c := range []struct{ in, imp string }{
		{"firmware-protocol/hall", "os"},
		{"firmware-protocol/pad", module + "/firmware-protocol/uplink"},
		{"firmware-protocol/uplink", "net/http"},
		{"agent/internal/counter", module + "/agent/internal/outbox"},
		{"agent/internal/counter", "github.com/gorilla/websocket"},
		{"agent/internal/device", module + "/agent/internal/counter"},
		{"agent/internal/device", module + "/firmware-protocol/simulator"},
		{"agent/internal/outbox", "net"},
		{"agent/internal/desk", "go.etcd.io/bbolt"},
		{"agent", module + "/hub/internal/store"},
		{"agent", module + "/firmware-protocol/simulator"},
		{"agent/cmd/hall-agent", module + "/agent/internal/outbox"},
		{"hub/internal/web", module + "/hub/internal/store"},
		{"hub/internal/web", module + "/hub/internal/broker"},
		{"hub/internal/intake", module + "/hub/internal/store"},
		{"hub/internal/rating", module + "/firmware-protocol/uplink"},
		{"hub/internal/store", "github.com/gorilla/websocket"},
		{"hub/internal/broker", module + "/hub/internal/intake"},
		{"hub", module + "/agent"},
		{"configs", module + "/firmware-protocol/hall"},
		{"agent/internal/util", "fmt"},
	} {
		if len(breaches(pkg{ImportPath: module + "/" + c.in, Imports: []string{c.imp}})) == 0 {
			t.Errorf("%s may import %s, and must not", c.in, c.imp)
		}
	}
}

func TestNoInitAndNoMutablePackageVariable(t *testing.T) {
	for _, p := range load(t) {
		files := token.NewFileSet()
		var asts []*ast.File
		for _, name := range p.GoFiles {
			f, err := parser.ParseFile(files, filepath.Join(p.Dir, name), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			asts = append(asts, f)
		}
		for _, fault := range mutables(asts) {
			t.Errorf("%s: %s (rule 7)", p.ImportPath, fault)
		}
	}
}

func TestPlantedStateIsCaught(t *testing.T) {
	for _, src := range []string{
		"package p\nfunc init() {}",
		"package p\nvar n int\nfunc f() { n = 1 }",
		"package p\nvar n int\nfunc f() { n++ }",
		"package p\nvar m = map[string]int{}\nfunc f() { m[\"a\"] = 1 }",
		"package p\nvar n int\nfunc f() *int { return &n }",
		"package p\nimport \"sync\"\nvar mu sync.Mutex",
	} {
		f, err := parser.ParseFile(token.NewFileSet(), "p.go", src, 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(mutables([]*ast.File{f})) == 0 {
			t.Errorf("not caught:\n%s", src)
		}
	}
	f, err := parser.ParseFile(token.NewFileSet(), "p.go", "package p\nvar n = 1\nfunc f() { n := n; n++; var e = []int{}; e[0] = n }", 0)
	if err != nil {
		t.Fatal(err)
	}
	if faults := mutables([]*ast.File{f}); len(faults) > 0 {
		t.Errorf("a local is no state: %s", faults)
	}
}

// mutables names each init function and each package variable that the package changes after its declaration, or that
// exists to be changed.
func mutables(files []*ast.File) []string {
	var faults []string
	vars := map[string]*ast.ValueSpec{}
	for _, f := range files {
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.Name == "init" && d.Recv == nil {
					faults = append(faults, "func init hides work from the door")
				}
			case *ast.GenDecl:
				for _, s := range d.Specs {
					v, ok := s.(*ast.ValueSpec)
					if !ok || d.Tok != token.VAR {
						continue
					}
					if sel, ok := v.Type.(*ast.SelectorExpr); ok && isNamed(sel.X, "sync", "atomic") {
						faults = append(faults, fmt.Sprintf("var %s is state of the package", v.Names[0].Name))
					}
					for _, n := range v.Names {
						vars[n.Name] = v
					}
				}
			}
		}
	}
	for _, f := range files {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Body != nil {
				faults = append(faults, changes(fn, vars)...)
			}
		}
	}
	return faults
}

func isNamed(e ast.Expr, names ...string) bool {
	id, ok := e.(*ast.Ident)
	return ok && slices.Contains(names, id.Name)
}

// changes names each of vars that fn assigns to, or takes the address of.
func changes(fn *ast.FuncDecl, vars map[string]*ast.ValueSpec) []string {
	var faults []string
	touch := func(e ast.Expr) {
		for {
			switch x := e.(type) {
			case *ast.IndexExpr:
				e = x.X
				continue
			case *ast.SelectorExpr:
				e = x.X
				continue
			case *ast.Ident:
				// The parser binds a local of the same name to its own declaration, and leaves open what another file declares.
				if v := vars[x.Name]; v != nil && (x.Obj == nil || x.Obj.Decl == v) {
					faults = append(faults, fmt.Sprintf("%s changes the package variable %s", fn.Name.Name, x.Name))
				}
			}
			return
		}
	}
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if n.Tok != token.DEFINE {
				for _, e := range n.Lhs {
					touch(e)
				}
			}
		case *ast.IncDecStmt:
			touch(n.X)
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				touch(n.X)
			}
		}
		return true
	})
	return faults
}

// cBreaches names each header that a C file includes and its room may not have, with the reason.
func cBreaches(file, text string) (faults []string) {
	r, ok := findC(file)
	if !ok {
		return []string{fmt.Sprintf("%s: no room of this name: give it a line and a promise in scripts/archtest/rules_test.go", file)}
	}
	for _, line := range strings.Split(text, "\n") {
		name, is := strings.CutPrefix(line, "#include <")
		if name = strings.TrimSuffix(name, ">"); is && !slices.ContainsFunc(r.headers, func(h string) bool { return matches(h, name) }) {
			faults = append(faults, fmt.Sprintf("%s includes <%s>: %s", file, name, r.why))
		}
	}
	for _, call := range []string{"malloc(", "calloc(", "realloc(", "free("} {
		if !r.heap && strings.Contains(text, call) {
			faults = append(faults, fmt.Sprintf("%s calls %s): %s", file, call, r.why))
		}
	}
	return faults
}

func TestRoomsInCIncludeOnlyWhatTheirPromiseAllows(t *testing.T) {
	root := filepath.Join("..", "..")
	files := 0
	for _, pattern := range []string{"c/*.[ch]", "firmware/*.[ch]", "firmware/board/*.[ch]"} {
		all, err := filepath.Glob(filepath.Join(root, "firmware-protocol", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range all {
			files++
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range cBreaches(filepath.ToSlash(strings.TrimPrefix(path, root+string(filepath.Separator))), string(text)) {
				t.Error(b)
			}
		}
	}
	if files < 30 {
		t.Errorf("%d C files found: the rules look in the wrong place", files)
	}
}

func TestPlantedIncludesAreCaught(t *testing.T) {
	for file, text := range map[string]string{
		"firmware-protocol/c/pad.c":              "#include <stdio.h>",
		"firmware-protocol/c/pad.h":              "void *p = malloc(3);",
		"firmware-protocol/firmware/queue.c":     "#include <avr/io.h>",
		"firmware-protocol/firmware/link.c":      "#include <stdlib.h>",
		"firmware-protocol/firmware/keys.c":      "free(p);",
		"firmware-protocol/firmware/board/cpu.c": "#include <avr/io.h>",
		"hub/fast.c":                             "",
	} {
		if len(cBreaches(file, text)) == 0 {
			t.Errorf("%s may hold %q, and must not", file, text)
		}
	}
}
