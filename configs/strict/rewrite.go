package strict

import (
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// ErrByHand says that a text is written in a way that cannot be changed value by value.
var ErrByHand = errors.New("the text is written in a way that cannot be changed value by value: change it by hand")

// Rewrite returns data with what now points to in the place of what it says, and every other line as it was, comments
// included. data must be read without a fault into the type of now. What is returned reads as now and nothing else, or the
// error is ErrByHand.
func Rewrite(data []byte, now any) ([]byte, error) {
	is := reflect.ValueOf(now).Elem()
	was := reflect.New(is.Type())
	if err := Bytes("", data, was.Interface()).Err(); err != nil {
		return nil, err
	}
	tree, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, err
	}
	if len(tree.Docs) != 1 || tree.Docs[0].Body == nil {
		return nil, ErrByHand
	}
	e := editor{lines: strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")}
	e.mapping(tree.Docs[0].Body, was.Elem(), is, len(e.lines)+1)
	text := []byte(e.text())
	read := reflect.New(is.Type())
	if e.stuck || Bytes("", text, read.Interface()).Err() != nil || !same(read.Elem(), is) {
		return nil, ErrByHand
	}
	return text, nil
}

// editor notes which lines of a text others take the place of.
type editor struct {
	lines []string
	edits []edit
	stuck bool
}

// edit puts lines in the place of those from the first up to before another; both count from 1.
type edit struct {
	from, before int
	lines        []string
}

// text is what comes of the edits, from the last to the first: their places do not move each other.
func (e *editor) text() string {
	slices.SortStableFunc(e.edits, func(a, b edit) int { return a.from - b.from })
	lines := e.lines
	for _, one := range slices.Backward(e.edits) {
		lines = slices.Concat(lines[:one.from-1], one.lines, lines[one.before-1:])
	}
	return strings.Join(lines, "\n") + "\n"
}

// end is the line behind what begins at from and ends before another begins: comments and empty lines between the two
// belong to what follows.
func (e *editor) end(from, before int) int {
	for before > from+1 {
		if line := strings.TrimSpace(e.lines[before-2]); line != "" && !strings.HasPrefix(line, "#") {
			break
		}
		before--
	}
	return before
}

func (e *editor) put(from, before int, lines ...string) {
	e.edits = append(e.edits, edit{from, before, lines})
}

// mapping changes a block of keys that ends before a line.
func (e *editor) mapping(node ast.Node, was, now reflect.Value, before int) {
	m, ok := node.(*ast.MappingNode)
	if !ok || m.IsFlowStyle || len(m.Values) == 0 {
		e.stuck = true
		return
	}
	indent := m.Values[0].Key.GetToken().Position.Column - 1
	last := before
	for field, is := range now.Fields() {
		key := field.Tag.Get("yaml")
		if key == "" || key == "-" || same(was.FieldByIndex(field.Index), is) {
			continue
		}
		at := slices.IndexFunc(m.Values, func(p *ast.MappingValueNode) bool { return scalar(p.Key) == key })
		if at < 0 {
			line := e.end(m.Values[len(m.Values)-1].Key.GetToken().Position.Line, last)
			e.put(line, line, indented(indent, key, is, false)...)
			continue
		}
		from, to := m.Values[at].Key.GetToken().Position.Line, before
		if at+1 < len(m.Values) {
			to = m.Values[at+1].Key.GetToken().Position.Line
		}
		e.pair(m.Values[at], key, indent, was.FieldByIndex(field.Index), is, from, e.end(from, to))
	}
}

// pair changes a key and its value, which stand in the lines from one up to before another.
func (e *editor) pair(p *ast.MappingValueNode, key string, indent int, was, now reflect.Value, from, before int) {
	if now.Kind() == reflect.Pointer && !now.IsNil() && !was.IsNil() {
		was, now = was.Elem(), now.Elem()
	}
	first := strings.HasPrefix(strings.TrimSpace(e.lines[from-1]), "- ") // the key stands behind the dash of its element
	switch value := p.Value.(type) {
	case *ast.MappingNode:
		if !value.IsFlowStyle && now.Kind() == reflect.Struct {
			e.mapping(value, was, now, before)
			return
		}
	case *ast.SequenceNode:
		if !value.IsFlowStyle && now.Kind() == reflect.Slice && now.Type().Elem().Kind() == reflect.Struct && now.Len() > 0 {
			e.list(value, was, now, before)
			return
		}
	}
	if now.IsZero() || now.Kind() == reflect.Slice && now.Len() == 0 {
		if first {
			e.stuck = true
			return
		}
		e.put(from, before)
		return
	}
	_, block := p.Value.(*ast.SequenceNode)
	lines := indented(indent, key, now, block && !p.Value.(*ast.SequenceNode).IsFlowStyle)
	if first {
		lines[0] = e.lines[from-1][:indent] + lines[0][indent:]
	}
	if before == from+1 {
		lines[len(lines)-1] += comment(e.lines[from-1])
	}
	e.put(from, before, lines...)
}

// comment is what is noted behind the value of a line, as far as that can be told from the value.
func comment(line string) string {
	at := strings.LastIndex(line, " # ")
	if at < 0 || strings.ContainsAny(line[at:], `"'`) {
		return ""
	}
	return " " + strings.TrimLeft(line[at:], " ")
}

// list changes the elements of a block of dashes that ends before a line. What is alike at both ends stays; elements
// between that are as many as before are changed one by one, else they are written anew.
func (e *editor) list(node *ast.SequenceNode, was, now reflect.Value, before int) {
	head := 0
	for head < min(was.Len(), now.Len()) && same(was.Index(head), now.Index(head)) {
		head++
	}
	tail := 0
	for tail < min(was.Len(), now.Len())-head && same(was.Index(was.Len()-1-tail), now.Index(now.Len()-1-tail)) {
		tail++
	}
	line := func(n int) int { // on which the dash of an element stands
		if n == len(node.Values) {
			return before
		}
		return node.Values[n].GetToken().Position.Line
	}
	for n := range node.Values {
		if !strings.HasPrefix(strings.TrimSpace(e.lines[line(n)-1]), "-") {
			e.stuck = true // the dash stands alone on a line before
			return
		}
	}
	indent := node.Start.Position.Column - 1
	if was.Len() == now.Len() {
		for n := head; n < was.Len()-tail; n++ {
			if same(was.Index(n), now.Index(n)) {
				continue
			}
			to := e.end(line(n), line(n+1))
			if m, ok := node.Values[n].(*ast.MappingNode); ok && !m.IsFlowStyle {
				e.mapping(m, was.Index(n), now.Index(n), to)
				continue
			}
			e.put(line(n), to, strings.Repeat(" ", indent)+"- "+flow(now.Index(n)))
		}
		return
	}
	var lines []string
	inFlow := len(node.Values) > 0
	for _, v := range node.Values {
		m, ok := v.(*ast.MappingNode)
		inFlow = inFlow && ok && m.IsFlowStyle
	}
	for n := head; n < now.Len()-tail; n++ {
		if inFlow {
			lines = append(lines, strings.Repeat(" ", indent)+"- "+flow(now.Index(n)))
			continue
		}
		lines = append(lines, element(indent, now.Index(n))...)
	}
	if from, to := head, was.Len()-tail; from == to { // added alone: behind what is before it
		at := line(0)
		if from > 0 {
			at = e.end(line(from-1), line(from))
		}
		e.put(at, at, lines...)
	} else {
		e.put(line(from), e.end(line(to-1), line(to)), lines...)
	}
}

// element writes one element of a list, a key a line.
func element(indent int, v reflect.Value) []string {
	var lines []string
	for field, is := range v.Fields() {
		if key := field.Tag.Get("yaml"); key != "" && key != "-" && !empty(is) {
			lines = append(lines, indented(indent+2, key, is, false)...)
		}
	}
	if len(lines) > 0 {
		lines[0] = strings.Repeat(" ", indent) + "- " + lines[0][indent+2:]
	}
	return lines
}

// longLine is how long a list in one line may be, in bytes.
const longLine = 120

// indented writes a key and its value; block says that a list had a line for each element.
func indented(indent int, key string, v reflect.Value, block bool) []string {
	pad := strings.Repeat(" ", indent)
	one := pad + key + ": " + flow(v)
	if v.Kind() != reflect.Slice || v.Len() == 0 || !block && (len(one) <= longLine || v.Type().Elem().Kind() != reflect.Struct) {
		return []string{one}
	}
	lines := []string{pad + key + ":"}
	for i := range v.Len() {
		lines = append(lines, pad+"  - "+flow(v.Index(i)))
	}
	return lines
}

// plainText matches what needs no quotes, in a list or a block too.
var plainText = regexp.MustCompile(`^[\p{Han}A-Za-z_《（][\p{Han}\p{L}0-9_ 《》〔〕（）、，。；：？！“”·–.%/+-]*$`)

// flow writes a value in one line.
func flow(v reflect.Value) string {
	if t, ok := v.Interface().(encoding.TextMarshaler); ok {
		text, err := t.MarshalText()
		if err == nil {
			return quoted(string(text))
		}
	}
	if t, ok := v.Interface().(interface{ MarshalYAML() (any, error) }); ok && (v.Kind() != reflect.Pointer || !v.IsNil()) {
		if plain, err := t.MarshalYAML(); err == nil {
			return flow(reflect.ValueOf(plain))
		}
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return "null"
		}
		return flow(v.Elem())
	case reflect.Struct:
		var pairs []string
		for field, is := range v.Fields() {
			if key := field.Tag.Get("yaml"); key != "" && key != "-" && !empty(is) {
				pairs = append(pairs, key+": "+flow(is))
			}
		}
		return "{" + strings.Join(pairs, ", ") + "}"
	case reflect.Slice, reflect.Array:
		all := make([]string, v.Len())
		for i := range all {
			all[i] = flow(v.Index(i))
		}
		return "[" + strings.Join(all, ", ") + "]"
	case reflect.String:
		return quoted(v.String())
	}
	if d, ok := v.Interface().(time.Duration); ok {
		return d.String()
	}
	if v.Kind() == reflect.Float64 {
		return strconv.FormatFloat(v.Float(), 'f', -1, 64)
	}
	return fmt.Sprint(v.Interface())
}

// quoted writes a text, in quotes where it needs them. A quoted text of JSON is one of YAML.
func quoted(text string) string {
	switch strings.ToLower(text) {
	case "true", "false", "yes", "no", "on", "off", "null", "y", "n":
	default:
		if plainText.MatchString(text) && text == strings.TrimSpace(text) {
			return text
		}
	}
	var b strings.Builder
	j := json.NewEncoder(&b)
	j.SetEscapeHTML(false)
	_ = j.Encode(text) // into memory
	return strings.TrimSuffix(b.String(), "\n")
}

func empty(v reflect.Value) bool { return v.IsZero() || v.Kind() == reflect.Slice && v.Len() == 0 }

// same reports whether two values say the same: no list and an empty one do.
func same(a, b reflect.Value) bool {
	if empty(a) || empty(b) {
		return empty(a) && empty(b)
	}
	switch a.Kind() {
	case reflect.Pointer:
		return same(a.Elem(), b.Elem())
	case reflect.Slice:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !same(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Struct:
		for i := range a.NumField() {
			if !same(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return true
	}
	return a.Equal(b)
}
