package intake

import (
	"maps"
	"slices"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// matter is a thing that people work on over days and that its deeds make what it is: a repair, a concern, an
// inspection, a message. Its room owns what a deed makes of it; intake carries it.
type matter[M any] interface {
	Apply(f hall.Fact, at time.Time, pos int64) M
}

// shelf holds the matters of one kind that a view knows, by id.
type shelf[M matter[M]] struct {
	rows  map[string]*M
	seen  map[string]bool // loaded, or not there to load
	dirty map[string]bool
}

func newShelf[M matter[M]]() shelf[M] {
	return shelf[M]{rows: map[string]*M{}, seen: map[string]bool{}, dirty: map[string]bool{}}
}

// put adds a loaded matter. One that is known already stays as it is.
func (s *shelf[M]) put(id string, m *M) {
	s.seen[id] = true
	if s.rows[id] == nil {
		s.rows[id] = m
	}
}

// keep puts what a step made of matters.
func (s *shelf[M]) keep(changed map[string]*M) {
	for id, m := range changed {
		s.rows[id], s.dirty[id] = m, true
	}
}

// of returns a matter; false where there is none.
func (s *shelf[M]) of(id string) (M, bool) {
	if m := s.rows[id]; m != nil {
		return *m, true
	}
	var none M
	return none, false
}

// changed returns the matters to write, in the order of their ids.
func (s *shelf[M]) changed() []*M {
	out := make([]*M, 0, len(s.dirty))
	for _, id := range slices.Sorted(maps.Keys(s.dirty)) {
		out = append(out, s.rows[id])
	}
	return out
}

// advance carries out one deed on a matter: on what this step made of it already, else on what the view holds, else on
// nothing.
func advance[M matter[M]](s *step, on *shelf[M], changed *map[string]*M, id string, f hall.Fact) {
	var was M
	if m := (*changed)[id]; m != nil {
		was = *m
	} else if m := on.rows[id]; m != nil {
		was = *m
	}
	is := was.Apply(f, s.e.When, s.e.Pos)
	if *changed == nil {
		*changed = map[string]*M{}
	}
	(*changed)[id] = &is
}

// matterKind is one of the kinds of matters.
type matterKind uint8

const (
	kindNone matterKind = iota
	kindRepair
	kindConcern
	kindInspection
	kindMessage
	kindCase // no matter: agents tell its steps
)

// matterOf returns what a deed is about: the family of its type says the kind.
func matterOf(f hall.Fact) (matterKind, string) {
	deed, ok := f.(hall.Deed)
	if !ok {
		return kindNone, ""
	}
	return familyOf(string(f.Type())), deed.Acted().About
}

// familyOf returns the kind of matter that a word is of whose family stands before its dot.
func familyOf(word string) matterKind {
	switch family, _, _ := strings.Cut(word, "."); family {
	case "repair", "appeal":
		return kindRepair
	case "concern":
		return kindConcern
	case "inspection":
		return kindInspection
	case "case":
		return kindCase
	case "sms":
		return kindMessage
	}
	return kindNone
}
