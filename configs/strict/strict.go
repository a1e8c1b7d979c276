// Package strict reads YAML files as their authors meant them, or names all that is wrong at once, each with file and line,
// in plain words. It owns how values are written; what they mean, their readers check and add. It knows no key of any
// file.
package strict

import (
	"encoding"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"hallpulse/firmware-protocol/hall"
)

// Document is one YAML file that was read. What it does not know it names and goes on.
type Document struct {
	Data   []byte // the file as it was read
	Broken bool   // not even YAML: there is nothing to check

	name   string
	lines  map[string]int // path of a value → its line
	faults []Fault
}

// File reads file into the struct that into points to, by its yaml tags. What the file does not name keeps its value.
// The error is that of the file system; faults of form are in the document, where checks of meaning add theirs.
func File(file string, into any) (*Document, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	return Bytes(file, data, into), nil
}

// Bytes is File for what is read already; faults call it name.
func Bytes(name string, data []byte, into any) *Document {
	d := &Document{Data: data, name: name, lines: map[string]int{}}
	d.parse(reflect.ValueOf(into).Elem())
	return d
}

func (d *Document) parse(into reflect.Value) {
	tree, err := parser.ParseBytes(d.Data, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		d.Broken = true
		d.addSyntax(err)
		return
	}
	switch {
	case len(tree.Docs) > 1:
		d.Broken = true
		d.add(tree.Docs[1].GetToken().Position.Line, "a second document begins here: want one")
	case len(tree.Docs) == 1 && tree.Docs[0].Body != nil:
		d.read("", tree.Docs[0].Body, into)
	}
}

func (d *Document) addSyntax(err error) {
	var at yaml.Error
	if errors.As(err, &at) && at.GetToken() != nil {
		d.add(at.GetToken().Position.Line, "%s", at.GetMessage())
		return
	}
	d.add(0, "%v", err)
}

func (d *Document) add(line int, format string, args ...any) {
	d.faults = append(d.faults, Fault{line, fmt.Sprintf(format, args...)})
}

// At adds a fault of meaning to the value at path, as in devices[2].port. Where the file does not name it, the line is that
// of the nearest thing around it. The empty path is the whole file.
func (d *Document) At(path, format string, args ...any) {
	if path == "" {
		d.add(0, format, args...)
		return
	}
	d.Near(path, path+": "+format, args...)
}

// Blame adds faults of meaning as At does. Of what is not even YAML there is none.
func (d *Document) Blame(faults []hall.Fault) {
	if d.Broken {
		return
	}
	for _, f := range faults {
		d.At(f.At, "%s", f.Say)
	}
}

// Near adds a fault that names what it is about itself; path says where that stands.
func (d *Document) Near(path, format string, args ...any) {
	line, around := 0, path
	for around != "" && line == 0 {
		line = d.lines[around]
		around = around[:max(strings.LastIndexAny(around, ".["), 0)]
	}
	d.add(line, format, args...)
}

// Fault is one thing to mend; Line 0 is the whole file.
type Fault struct {
	Line int
	Text string
}

// Faults returns all faults, in the order of lines.
func (d *Document) Faults() []Fault {
	slices.SortStableFunc(d.faults, func(a, b Fault) int { return a.Line - b.Line })
	return slices.Clone(d.faults)
}

// Err returns all faults, in the order of lines, or nil.
func (d *Document) Err() error {
	var errs []error
	for _, f := range d.Faults() {
		where := d.name
		if f.Line > 0 {
			where += ":" + strconv.Itoa(f.Line)
		}
		errs = append(errs, fmt.Errorf("%s: %s", where, f.Text))
	}
	return errors.Join(errs...)
}

// read puts node into the value at path, or adds why it cannot.
func (d *Document) read(path string, node ast.Node, into reflect.Value) {
	line := node.GetToken().Position.Line
	if path != "" && d.lines[path] == 0 {
		d.lines[path] = line
	}
	if node.Type() == ast.NullType {
		return // named and left empty: as if not named
	}
	switch node.Type() {
	case ast.AnchorType, ast.AliasType, ast.TagType, ast.MergeKeyType:
		d.add(line, "%s: anchors, aliases and tags are not read here: write the value out", path)
		return
	}
	own, _ := into.Addr().Interface().(interface{ UnmarshalYAML(func(any) error) error })
	switch {
	case own != nil: // a value with a form of its own, as a spot
		before := len(d.faults)
		err := own.UnmarshalYAML(func(v any) error {
			d.read(path, node, reflect.ValueOf(v).Elem())
			return nil
		})
		if err != nil && len(d.faults) == before {
			d.add(line, "%s: %v", path, err)
		}
	case into.Type() == reflect.TypeFor[time.Duration]():
		v, err := time.ParseDuration(scalar(node))
		if err != nil {
			d.wrong(path, node, "a time such as 15m or 1h30m")
			return
		}
		into.SetInt(int64(v))
	case into.CanAddr() && into.Addr().Type().Implements(reflect.TypeFor[encoding.TextUnmarshaler]()): // a day, a time of day
		if err := into.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(scalar(node))); err != nil {
			d.add(line, "%s: %v", path, err)
		}
	case into.Kind() == reflect.Pointer: // a value that may be left out
		v := reflect.New(into.Type().Elem())
		d.read(path, node, v.Elem())
		into.Set(v)
	case into.Kind() == reflect.Struct:
		d.readMapping(path, node, into)
	case into.Kind() == reflect.Slice:
		d.readList(path, node, into)
	case into.Kind() == reflect.String:
		// A number stands for its own text: a window is called 12, quoted or not.
		if t := node.Type(); t != ast.StringType && t != ast.LiteralType && t != ast.IntegerType {
			d.wrong(path, node, "text, in quotes if it looks like something else")
			return
		}
		into.SetString(scalar(node))
	case into.Kind() == reflect.Int:
		v, err := strconv.Atoi(scalar(node))
		if err != nil || node.Type() != ast.IntegerType {
			d.wrong(path, node, "a whole number")
			return
		}
		into.SetInt(int64(v))
	case into.Kind() == reflect.Uint8:
		v, err := strconv.ParseUint(scalar(node), 10, 8)
		if err != nil || node.Type() != ast.IntegerType {
			d.wrong(path, node, "a whole number, 0 to 255")
			return
		}
		into.SetUint(v)
	case into.Kind() == reflect.Float64:
		v, err := strconv.ParseFloat(scalar(node), 64)
		if t := node.Type(); err != nil || t != ast.FloatType && t != ast.IntegerType {
			d.wrong(path, node, "a number")
			return
		}
		into.SetFloat(v)
	case into.Kind() == reflect.Bool:
		b, ok := node.(*ast.BoolNode)
		if !ok {
			d.wrong(path, node, "true or false")
			return
		}
		into.SetBool(b.Value)
	default:
		panic("no way to read a " + into.Type().String()) // a field that this program's author added
	}
}

func (d *Document) wrong(path string, node ast.Node, want string) {
	found := "a list or a block"
	if s := scalar(node); s != "" {
		found = strconv.Quote(s)
	}
	d.add(node.GetToken().Position.Line, "%s: %s found, want %s", path, found, want)
}

// scalar returns the text of a node that is one value.
func scalar(node ast.Node) string {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value
	case *ast.LiteralNode:
		return n.Value.Value
	case *ast.MappingNode, *ast.MappingValueNode, *ast.SequenceNode:
		return ""
	}
	return node.GetToken().Value
}

func (d *Document) readMapping(path string, node ast.Node, into reflect.Value) {
	var pairs []*ast.MappingValueNode
	switch n := node.(type) {
	case *ast.MappingNode:
		pairs = n.Values
	case *ast.MappingValueNode:
		pairs = []*ast.MappingValueNode{n}
	default:
		d.wrong(path, node, "a block of "+strings.Join(keys(into.Type()), ", "))
		return
	}
	for _, p := range pairs {
		key, at := scalar(p.Key), p.Key.GetToken().Position.Line
		field, ok := fieldOf(into, key)
		if !ok {
			d.add(at, "%s: unknown key; known here: %s", join(path, key), strings.Join(keys(into.Type()), ", "))
			continue
		}
		if d.lines[join(path, key)] != 0 {
			d.add(at, "%s: given twice", join(path, key))
			continue
		}
		d.lines[join(path, key)] = at
		d.read(join(path, key), p.Value, field)
	}
}

func (d *Document) readList(path string, node ast.Node, into reflect.Value) {
	n, ok := node.(*ast.SequenceNode)
	if !ok {
		d.wrong(path, node, "a list")
		return
	}
	list := reflect.MakeSlice(into.Type(), len(n.Values), len(n.Values))
	for i, v := range n.Values {
		d.read(Index(path, i), v, list.Index(i))
	}
	into.Set(list)
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func keys(t reflect.Type) []string {
	var all []string
	for f := range t.Fields() {
		if key := f.Tag.Get("yaml"); key != "" && key != "-" {
			all = append(all, key)
		}
	}
	return all
}

func fieldOf(v reflect.Value, key string) (reflect.Value, bool) {
	for f, field := range v.Fields() {
		if tag := f.Tag.Get("yaml"); tag != "" && tag != "-" && tag == key {
			return field, true
		}
	}
	return reflect.Value{}, false
}

// Index returns the path of an element of the list at path.
func Index(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// Beside returns where file lies, seen from the file that names it.
func Beside(from, file string) string {
	if file == "" || filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(filepath.Dir(from), file)
}
