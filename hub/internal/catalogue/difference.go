// Package catalogue says what a version of a hall's catalogue has otherwise than another, in the parts that people know: the
// hall, its windows, staff, queues, items. It is pure: it knows no file, no version's number and no screen, and what follows
// from a difference in a hall where people wait it says without knowing who waits.
package catalogue

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"hallpulse/firmware-protocol/hall"
)

// Part is a part of a catalogue, by its key in the hall's file.
type Part string

// The parts, in the order in which a difference names them.
const (
	Hall     Part = "hall"
	Windows  Part = "windows"
	Staff    Part = "staff"
	Services Part = "services"
	Items    Part = "items"
	Units    Part = "units"
	Roster   Part = "roster"
	Queue    Part = "queue"
	Cases    Part = "cases"
	Floors   Part = "floors"
	Places   Part = "places"
	Agents   Part = "agents"
	Stuck    Part = "stuck"
	Announce Part = "announce"
)

// Kind is what became of something.
type Kind string

// The kinds.
const (
	Added   Kind = "added"
	Removed Kind = "removed"
	Changed Kind = "changed"
)

// Change is one thing that a version has otherwise.
type Change struct {
	Part   Part
	Kind   Kind
	Key    string // number of a window, badge, letter, code; empty: the part is one thing
	Name   string // as people know it
	Fields []Field
}

// Daily reports whether a change is one that a hall manager arranges himself: who sits where, when the hall is open, which
// queues there are. What people may expect of items, by which rule they are called and where the hall belongs is the
// centre's.
func (c Change) Daily() bool {
	switch c.Part {
	case Windows, Staff, Services, Roster:
		return true
	case Hall:
		return !slices.ContainsFunc(c.Fields, func(f Field) bool { return f.Key != "hours" && f.Key != "closes" && f.Key != "notices" })
	}
	return false
}

// Field is what a thing says otherwise, by its key in the hall's file, line for line.
type Field struct {
	Key     string
	Was, Is []string
}

// Difference says what now has otherwise than was, in the order of parts, in each what is gone first.
func Difference(was, now *hall.Catalogue) []Change {
	all := one(Hall, was.Hall, now.Hall)
	all = append(all, things(Windows, was.Windows, now.Windows, func(w hall.Window) (string, string) { return w.ID, "" })...)
	all = append(all, things(Staff, was.Staff, now.Staff, func(s hall.Staff) (string, string) { return s.Badge, s.Name })...)
	all = append(all, things(Services, was.Services, now.Services, func(s hall.Service) (string, string) { return s.Letter, s.Name })...)
	all = append(all, things(Items, was.Items, now.Items, func(i hall.ServiceItem) (string, string) { return i.Code, i.Name })...)
	all = append(all, things(Units, was.Units, now.Units, func(u hall.Unit) (string, string) { return u.ID, u.Name })...)
	all = append(all, one(Roster, orZero(was.Roster), orZero(now.Roster))...)
	all = append(all, one(Queue, was.Rule(), now.Rule())...)
	all = append(all, one(Cases, orZero(was.Cases), orZero(now.Cases))...)
	all = append(all, things(Floors, was.Floors, now.Floors, func(f hall.Floor) (string, string) { return f.Name, "" })...)
	all = append(all, things(Places, was.Places, now.Places, func(p hall.Place) (string, string) { return p.ID, p.Name })...)
	all = append(all, things(Agents, was.Agents, now.Agents, func(a hall.HallAgent) (string, string) { return a.Name, "" })...)
	all = append(all, one(Stuck, orZero(was.Stuck), orZero(now.Stuck))...)
	return append(all, one(Announce, was.Announcing(), now.Announcing())...)
}

func orZero[T any](v *T) T {
	if v == nil {
		var zero T
		return zero
	}
	return *v
}

// one compares a part that is one thing.
func one[T any](part Part, was, now T) []Change {
	if fields := differ(reflect.ValueOf(was), reflect.ValueOf(now)); len(fields) > 0 {
		return []Change{{Part: part, Kind: Changed, Fields: fields}}
	}
	return nil
}

// things compares a list of things that are told apart by a key. Their order is no difference, except that of queues at a
// window, which is within one.
func things[T any](part Part, was, now []T, called func(T) (key, name string)) (all []Change) {
	at := func(list []T, key string) int {
		return slices.IndexFunc(list, func(t T) bool { k, _ := called(t); return k == key })
	}
	for _, t := range was {
		if key, name := called(t); at(now, key) < 0 {
			all = append(all, Change{Part: part, Kind: Removed, Key: key, Name: name})
		}
	}
	for _, t := range now {
		key, name := called(t)
		n := at(was, key)
		if n < 0 {
			var none T
			all = append(all, Change{part, Added, key, name, differ(reflect.ValueOf(none), reflect.ValueOf(t))})
			continue
		}
		if fields := differ(reflect.ValueOf(was[n]), reflect.ValueOf(t)); len(fields) > 0 {
			all = append(all, Change{part, Changed, key, name, fields})
		}
	}
	return all
}

// differ lists the fields that two values of one type have otherwise.
func differ(was, now reflect.Value) (fields []Field) {
	for field, is := range now.Fields() {
		before := said(was.FieldByIndex(field.Index))
		if after := said(is); !slices.Equal(before, after) {
			fields = append(fields, Field{field.Tag.Get("yaml"), before, after})
		}
	}
	return fields
}

// said is a value as lines for people; of one that is not written there are none.
func said(v reflect.Value) []string {
	if v.IsZero() {
		return nil
	}
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() != reflect.Slice {
		return []string{line(v)}
	}
	lines := make([]string, v.Len())
	for i := range lines {
		lines[i] = line(v.Index(i))
	}
	return lines
}

// line is a value in one line.
func line(v reflect.Value) string {
	if t, ok := v.Interface().(encoding.TextMarshaler); ok {
		text, _ := t.MarshalText()
		return string(text)
	}
	switch v.Kind() {
	case reflect.Pointer:
		return line(v.Elem())
	case reflect.Slice:
		return strings.Join(said(v), "、")
	case reflect.Struct:
		var parts []string
		for field, is := range v.Fields() {
			if says := is.CanInt() && !strings.Contains(field.Tag.Get("json"), ",omit"); says || !is.IsZero() { // midnight is a time, 0 % a volume
				parts = append(parts, line(is))
			}
		}
		return strings.Join(parts, " · ")
	}
	return fmt.Sprint(v.Interface())
}
