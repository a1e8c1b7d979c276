package hall

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// house has three floors with stairs in the east and the west, but for the third floor, where only those in the east end;
// and an attic without stairs.
func house() Catalogue {
	at := func(x, y float64) *Spot { return &Spot{x, y} }
	stairs := func(id, floor string, x float64) Place {
		return Place{ID: id, Kind: PlaceStairs, Name: "楼梯", Floor: floor, At: Spot{x, 10}}
	}
	return Catalogue{
		Floors: []Floor{{"一楼", "", 100, 40}, {"二楼", "", 100, 40}, {"三楼", "", 100, 40}, {"阁楼", "", 100, 40}},
		Windows: []Window{
			{ID: "1", Floor: "一楼", At: at(20, 0)}, {ID: "2", Floor: "一楼", At: at(80, 30)},
			{ID: "3", Floor: "二楼", At: at(20, 0)}, {ID: "4", Floor: "三楼", At: at(20, 0)},
			{ID: "5", Floor: "阁楼", At: at(20, 0)}, {ID: "6", Floor: "一楼"}, {ID: "7", Floor: "二楼", At: at(98, 10)},
		},
		Places: []Place{
			stairs("w1", "一楼", 0), stairs("w2", "二楼", 0), stairs("e1", "一楼", 100), stairs("e2", "二楼", 100), stairs("e3", "三楼", 100),
		},
	}
}

// domain §6: the route on the ticket says where each stop is, and the minutes of each leg (wayfinding 002).
func TestTheWayThroughTheHall(t *testing.T) {
	c := house()
	for _, w := range []struct {
		name, from, to string
		metres         float64
		floors         int
		legs           string
		takes          time.Duration
	}{
		{"to where he is", "1", "1", 0, 0, "一楼 {20 0} {20 0}", 0},
		{"along the walls, with one corner", "1", "2", 90, 0, "一楼 {20 0} {80 0} {80 30}", 90 * time.Second},
		{"over the nearer stairs", "1", "3", 60, 1, "一楼 {20 0} {0 0} {0 10}; 二楼 {0 10} {20 10} {20 0}", 105 * time.Second},
		{"who goes up in the west does not come out in the east", "1", "7", 92, 1, "一楼 {20 0} {100 0} {100 10}; 二楼 {100 10} {98 10}", 137 * time.Second},
		{"the stairs in the west do not go so high", "1", "4", 180, 2, "一楼 {20 0} {100 0} {100 10}; 三楼 {100 10} {20 10} {20 0}", 270 * time.Second},
		{"two floors take twice as long", "2", "4", 130, 2, "一楼 {80 30} {100 30} {100 10}; 三楼 {100 10} {20 10} {20 0}", 220 * time.Second},
	} {
		t.Run(w.name, func(t *testing.T) {
			from, _ := c.Where(w.from)
			to, _ := c.Where(w.to)
			got, ok := c.Walk(from, to)
			if !ok || got.Metres != w.metres || got.Floors != w.floors || got.Time() != w.takes {
				t.Errorf("%v, %v m over %d floors, %v: want %v m over %d, %v", ok, got.Metres, got.Floors, got.Time(), w.metres, w.floors, w.takes)
			}
			var legs []string
			for _, l := range got.Legs {
				legs = append(legs, strings.TrimSpace(l.Floor+" "+strings.Trim(fmt.Sprint(l.Spots), "[]")))
			}
			if said := strings.Join(legs, "; "); said != w.legs {
				t.Errorf("goes %s, want %s", said, w.legs)
			}
			if back, ok := c.Walk(to, from); !ok || back.Metres != got.Metres || back.Floors != got.Floors {
				t.Errorf("back: %+v", back)
			}
		})
	}
}

func TestWhereThereIsNoWay(t *testing.T) {
	c := house()
	ground, _ := c.Where("1")
	attic, _ := c.Where("5")
	if w, ok := c.Walk(ground, attic); ok {
		t.Errorf("to a floor without stairs: %+v", w)
	}
	if w, ok := c.Walk(ground, Point{Floor: "地下"}); ok {
		t.Errorf("to a floor that is not there: %+v", w)
	}
	for _, id := range []string{"6", "99"} {
		if at, ok := c.Where(id); ok {
			t.Errorf("%s is not on the map, and was found at %v", id, at)
		}
	}
	if at, ok := c.Where("e3"); !ok || at != (Point{"三楼", Spot{100, 10}}) {
		t.Errorf("stairs e3: %v %v", at, ok)
	}
}

// Each fault of a map is named; a map without faults is taken.
func TestFaultsOfAMapAreNamed(t *testing.T) {
	for _, w := range []struct {
		name  string
		spoil func(c *Catalogue)
		want  string
	}{
		{"none", func(*Catalogue) {}, ""},
		{"a floor twice", func(c *Catalogue) { c.Floors[1].Name = "一楼" }, `floors "一楼": want each floor once`},
		{"a floor without size", func(c *Catalogue) { c.Floors[0].Depth = 0 }, "floors 一楼: 100 by 0"},
		{"a window outside", func(c *Catalogue) { c.Windows[0].At = &Spot{101, 0} }, "windows 1: at [101, 0] lies outside"},
		{"a window on no floor", func(c *Catalogue) { c.Windows[0].Floor = "五楼" }, `windows 1: floor "五楼" is not in floors`},
		{"a place with the name of a window", func(c *Catalogue) { c.Places[0].ID = "1" }, `places "1": want an id of its own`},
		{"a place of no kind", func(c *Catalogue) { c.Places[0].Kind = "door" }, `places w1: kind "door"`},
	} {
		t.Run(w.name, func(t *testing.T) {
			c := house()
			w.spoil(&c)
			var said []string
			c.validateMap(func(format string, args ...any) { said = append(said, fmt.Sprintf(format, args...)) })
			all := strings.Join(said, "\n")
			if !strings.Contains(all, w.want) || w.want == "" && all != "" {
				t.Errorf("said %q, want %q", all, w.want)
			}
		})
	}
}
