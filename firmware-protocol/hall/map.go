package hall

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"
)

// Floor is one floor of the hall as its map draws it: a rectangle of metres, with its first corner at 0, 0.
type Floor struct {
	Name   string `json:"name" yaml:"name"` // as windows and places name it: 一楼
	NameEN string `json:"name_en,omitempty" yaml:"name_en"`
	Width  int    `json:"width" yaml:"width"` // metres, to the right
	Depth  int    `json:"depth" yaml:"depth"` // metres, downwards
}

// Spot is a point of a floor, in metres from its first corner. It is written [x, y].
type Spot struct{ X, Y float64 }

// MarshalYAML writes [x, y].
func (s Spot) MarshalYAML() (any, error) { return [2]float64{s.X, s.Y}, nil }

// MarshalJSON writes [x, y].
func (s Spot) MarshalJSON() ([]byte, error) { return json.Marshal([2]float64{s.X, s.Y}) }

// UnmarshalJSON reads [x, y].
func (s *Spot) UnmarshalJSON(b []byte) error {
	var p []float64
	if err := json.Unmarshal(b, &p); err != nil || len(p) != 2 {
		return fmt.Errorf("spot %s: want [x, y] in metres", b)
	}
	s.X, s.Y = p[0], p[1]
	return nil
}

// UnmarshalYAML reads [x, y].
func (s *Spot) UnmarshalYAML(unmarshal func(any) error) error {
	var p []float64
	if err := unmarshal(&p); err != nil {
		return err
	}
	if len(p) != 2 {
		return fmt.Errorf("want [x, y] in metres")
	}
	s.X, s.Y = p[0], p[1]
	return nil
}

// PlaceKind says what a place on the map is.
type PlaceKind string

// The kinds of places.
const (
	PlaceEntrance PlaceKind = "entrance" // 大门
	PlaceKiosk    PlaceKind = "kiosk"    // 取号机
	PlaceStairs   PlaceKind = "stairs"   // 楼梯、扶梯: the way to the stairs above and below it
	PlaceDesk     PlaceKind = "desk"     // 咨询台
	PlaceCopy     PlaceKind = "copy"     // 复印
	PlaceBank     PlaceKind = "bank"     // 银行
	PlaceSeats    PlaceKind = "seats"    // 等候区
	PlaceToilet   PlaceKind = "toilet"   // 卫生间
)

// PlaceKinds returns every kind.
func PlaceKinds() []PlaceKind {
	return []PlaceKind{PlaceEntrance, PlaceKiosk, PlaceStairs, PlaceDesk, PlaceCopy, PlaceBank, PlaceSeats, PlaceToilet}
}

// Place is something on the map that is no window.
type Place struct {
	ID     string    `json:"id" yaml:"id"`
	Kind   PlaceKind `json:"kind" yaml:"kind"`
	Name   string    `json:"name" yaml:"name"`
	NameEN string    `json:"name_en,omitempty" yaml:"name_en"`
	Floor  string    `json:"floor" yaml:"floor"`
	At     Spot      `json:"at" yaml:"at"`
}

// Point is a spot of a hall: on which floor, and where there.
type Point struct {
	Floor string
	At    Spot
}

// Where finds a window or a place by its id; false where the map does not show it.
func (c *Catalogue) Where(id string) (Point, bool) {
	if w, ok := c.Window(id); ok {
		if w.At == nil {
			return Point{}, false
		}
		return Point{w.Floor, *w.At}, true
	}
	p, ok := find(c.Places, func(p Place) bool { return p.ID == id })
	return Point{p.Floor, p.At}, ok
}

// Walk is a way through the hall: straight legs on each floor, and how many floors it climbs or goes down.
type Walk struct {
	Metres float64
	Floors int
	Legs   []Leg
}

// Leg is the part of a way on one floor, from corner to corner.
type Leg struct {
	Floor string
	Spots []Spot
}

// How people walk in a hall, with papers in their hands, reading signs. Both are ours.
const (
	walkPace  = 1.0              // metres a second
	floorTime = 45 * time.Second // to another floor
)

// Time returns how long the way takes.
func (w Walk) Time() time.Duration {
	return time.Duration(w.Metres/walkPace*float64(time.Second)) + time.Duration(w.Floors)*floorTime
}

// Walk returns the shortest way between two points: along the walls, over the stairs that make it shortest. False where
// no stairs join the floors. The way back is as long.
func (c *Catalogue) Walk(from, to Point) (Walk, bool) {
	if from.Floor == to.Floor {
		return Walk{Metres: along(from.At, to.At), Legs: []Leg{leg(from.Floor, from.At, to.At)}}, true
	}
	a, b := c.floor(from.Floor), c.floor(to.Floor)
	if a < 0 || b < 0 {
		return Walk{}, false
	}
	best, found := Walk{Metres: math.Inf(1)}, false
	ups, downs := c.stairs(from.Floor), c.stairs(to.Floor)
	for _, up := range ups {
		for _, down := range downs {
			w := Walk{Metres: along(from.At, up.At) + along(down.At, to.At), Floors: max(a-b, b-a)}
			if w.Metres < best.Metres && nearest(up, downs) == down && nearest(down, ups) == up {
				w.Legs = []Leg{leg(from.Floor, from.At, up.At), leg(to.Floor, down.At, to.At)}
				best, found = w, true
			}
		}
	}
	return best, found
}

// nearest returns which stairs of another floor stand nearest above or below s. Two that are each other's nearest are one
// flight: who goes up in the east does not come out in the west.
func nearest(s Place, other []Place) Place {
	return slices.MinFunc(other, func(a, b Place) int { return cmp.Compare(along(s.At, a.At), along(s.At, b.At)) })
}

func (c *Catalogue) floor(name string) int {
	return slices.IndexFunc(c.Floors, func(f Floor) bool { return f.Name == name })
}

func (c *Catalogue) stairs(floor string) []Place {
	var all []Place
	for _, p := range c.Places {
		if p.Kind == PlaceStairs && p.Floor == floor {
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b Place) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// along is the way between two spots with one corner: halls have aisles.
func along(a, b Spot) float64 { return math.Abs(a.X-b.X) + math.Abs(a.Y-b.Y) }

func leg(floor string, a, b Spot) Leg {
	l := Leg{Floor: floor, Spots: []Spot{a}}
	if a.X != b.X && a.Y != b.Y {
		l.Spots = append(l.Spots, Spot{b.X, a.Y})
	}
	return Leg{floor, append(l.Spots, b)}
}

// validateMap names the faults of floors, places and what stands on them.
func (c *Catalogue) validateMap(fault func(format string, args ...any)) {
	const most = 1000 // metres
	seen := map[string]bool{}
	for _, f := range c.Floors {
		if f.Name == "" || seen[f.Name] {
			fault("floors %q: want each floor once, with a name", f.Name)
		}
		seen[f.Name] = true
		if f.Width < 1 || f.Width > most || f.Depth < 1 || f.Depth > most {
			fault("floors %s: %d by %d: want metres, 1 to %d", f.Name, f.Width, f.Depth, most)
		}
	}
	stands := func(where, floor string, at Spot) {
		i := c.floor(floor)
		if i < 0 {
			fault("%s: floor %q is not in floors", where, floor)
		} else if f := c.Floors[i]; !(at.X >= 0 && at.Y >= 0 && at.X <= float64(f.Width) && at.Y <= float64(f.Depth)) {
			fault("%s: at [%v, %v] lies outside %s, which is %d by %d", where, at.X, at.Y, floor, f.Width, f.Depth)
		}
	}
	ids := map[string]bool{}
	for _, w := range c.Windows {
		ids[w.ID] = true
		if w.At != nil {
			stands("windows "+w.ID, w.Floor, *w.At)
		}
	}
	for _, p := range c.Places {
		if !windowID.MatchString(p.ID) || ids[p.ID] {
			fault("places %q: want an id of its own, 1 to 16 letters, digits or -, that no window has", p.ID)
		}
		ids[p.ID] = true
		if !slices.Contains(PlaceKinds(), p.Kind) {
			fault("places %s: kind %q: want one of %v", p.ID, p.Kind, PlaceKinds())
		}
		stands("places "+p.ID, p.Floor, p.At)
	}
}
