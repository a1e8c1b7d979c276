package web

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/board"
)

// RightsFault is one thing that is wrong with what an account is to be. Codes are a closed set.
type RightsFault struct {
	Field string // name, display, role, unit, badge, places, halls
	Code  string // wrong, missing, unknown
	Value string
	Known []string // what would do
}

// Error tells it to an operator.
func (f RightsFault) Error() string {
	known := ""
	if len(f.Known) > 0 {
		known = ": known here: " + strings.Join(f.Known, ", ")
	}
	switch f.Code {
	case "missing":
		return fmt.Sprintf("%s: missing%s", f.Field, known)
	case "unknown":
		return fmt.Sprintf("%s %q%s", strings.TrimSuffix(f.Field, "s"), f.Value, known)
	case "wrong":
		if f.Field == "name" {
			return ErrAccountName.Error()
		}
	}
	return fmt.Sprintf("%s: want 1 to %d characters, without line ends", f.Field, maxDisplay)
}

// maxDisplay is how long the name of an account on screen may be, in characters.
const maxDisplay = 32

// CheckRights names all that is wrong with what an account is to be, in a centre of these halls.
func CheckRights(a Account, halls []board.Hall) []RightsFault {
	var faults []RightsFault
	fault := func(field, code, value string, known ...string) {
		faults = append(faults, RightsFault{field, code, value, known})
	}
	if CheckAccountName(a.Name) != nil {
		fault("name", "wrong", a.Name)
	}
	if !shown(a.Display) {
		fault("display", "wrong", a.Display)
	}
	if !a.Role.Valid() {
		var roles []string
		for _, r := range access.Roles() {
			roles = append(roles, string(r))
		}
		fault("role", "unknown", string(a.Role), roles...)
	}
	known := knownOf(halls)
	for _, p := range a.Places {
		if !slices.Contains(known.places, p) {
			fault("places", "unknown", p, known.places...)
		}
	}
	for _, h := range a.Halls {
		if !slices.Contains(known.halls, h) {
			fault("halls", "unknown", h, known.halls...)
		}
	}
	switch {
	case a.Unit == "" && a.Role.OfUnit():
		fault("unit", "missing", "", known.units...)
	case a.Unit != "" && !slices.Contains(known.units, a.Unit):
		fault("unit", "unknown", a.Unit, known.units...)
	}
	switch {
	case a.Badge == "" && a.Role == access.Staff:
		fault("badge", "missing", "")
	case a.Badge != "" && !slices.Contains(known.badges, a.Badge):
		fault("badge", "unknown", a.Badge)
	}
	return faults
}

// shown reports whether a name can be shown as it is: no line ends, nothing that turns the direction of writing.
func shown(name string) bool {
	return utf8.ValidString(name) && utf8.RuneCountInString(name) <= maxDisplay && name == strings.TrimSpace(name) &&
		!strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsGraphic(r) })
}

// known is what accounts can be bound to.
type known struct{ places, halls, units, badges []string }

func knownOf(halls []board.Hall) known {
	var k known
	for _, h := range halls {
		k.halls = append(k.halls, h.Catalogue.Hall.ID)
		for n := range h.Catalogue.Hall.Place {
			if p := strings.Join(h.Catalogue.Hall.Place[:n+1], "/"); !strings.Contains(p, ",") { // the store's comma
				k.places = append(k.places, p)
			}
		}
		for _, u := range h.Catalogue.Units {
			k.units = append(k.units, u.ID)
		}
		for _, s := range h.Catalogue.Staff {
			k.badges = append(k.badges, s.Badge)
		}
	}
	for _, list := range []*[]string{&k.places, &k.units, &k.badges} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	return k
}
