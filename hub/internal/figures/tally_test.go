package figures

import (
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"hallpulse/firmware-protocol/hall"
)

// Where visits and repairs count.
func TestCount(t *testing.T) {
	at := Key{Agent: 3, Window: "12", Staff: "0317", Unit: "police", Item: "id-card", Day: 20780, Channel: "stale", Leaves: 9}
	key := func(c hall.Channel, l Leaves) Key {
		k := at
		k.Channel, k.Leaves = c, l
		return k
	}
	bad := Sums{Ratable: 1, Levels: [5]int{0, 1, 0, 0, 0}}
	all := bad
	all.Served = 1
	for _, c := range []struct {
		rule  string
		visit Visit
		want  []Tally
	}{
		{"not served yet: nowhere", Visit{Began: true}, nil},
		{"not rated: under no channel", over(Visit{Channel: hall.ChannelPad}), []Tally{{key("", 0), Sums{Served: 1, Ratable: 1}}}},
		{"rated: under the channel of its rating", over(Visit{Level: hall.Bad, Channel: hall.ChannelQR}), []Tally{{key(hall.ChannelQR, 0), all}}},
		{"defaulted: under none of the seven", over(Visit{Default: hall.Fair}), []Tally{{key(ByDefault, 0), Sums{Served: 1, Ratable: 1, Defaults: [5]int{0, 0, 1, 0, 0}}}}},
		{"excluded: served, the rest apart", over(Visit{Level: hall.Bad, Channel: hall.ChannelQR, Excluded: true}),
			[]Tally{{key(hall.ChannelQR, LeavesAll), bad}, {key(hall.ChannelQR, 0), Sums{Served: 1}}}},
		{"platform alone: served, the rest apart", over(Visit{Level: hall.Bad, Channel: hall.ChannelQR, Platform: true}),
			[]Tally{{key(hall.ChannelQR, LeavesPersons), bad}, {key(hall.ChannelQR, 0), Sums{Served: 1}}}},
		{"both", over(Visit{Level: hall.Bad, Channel: hall.ChannelQR, Platform: true, Excluded: true}),
			[]Tally{{key(hall.ChannelQR, LeavesPersons|LeavesAll), bad}, {key(hall.ChannelQR, 0), Sums{Served: 1}}}},
	} {
		if got := counted(c.visit, at); !slices.Equal(got, c.want) {
			t.Errorf("%s: %+v, want %+v", c.rule, got, c.want)
		}
	}

	var got []Tally
	r := Repair{Repaired: true, InTime: true, Excluded: true}
	r.Count(key(hall.ChannelPad, 0), func(k Key, s Sums) { got = append(got, Tally{k, s}) })
	want := []Tally{{key(hall.ChannelPad, LeavesAll), Sums{Repairs: Repairs{Opened: 1, Repaired: 1, InTime: 1}}}}
	if !slices.Equal(got, want) {
		t.Errorf("an excluded repair counts under the channel of its rating, apart: %+v, want %+v", got, want)
	}
}

func counted(v Visit, at Key) []Tally {
	var all []Tally
	v.Count(at, func(k Key, s Sums) { all = append(all, Tally{k, s}) })
	return all
}

// What counts is what Of says, and nothing is lost: with what was set aside it is what would have counted.
func TestCountLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := drawVisit(t)
		var stays, all Sums
		for _, y := range counted(v, Key{}) {
			if y.Leaves&LeavesAll == 0 {
				stays = stays.Plus(1, y.Sums)
			}
			all = all.Plus(1, y.Sums)
		}
		if stays != Of(v) {
			t.Fatalf("counts as %+v, Of says %+v", stays, Of(v))
		}
		v.Excluded = false
		if all != Of(v) {
			t.Fatalf("with what was excluded %+v, want %+v", all, Of(v))
		}
	})
}

func drawVisit(t *rapid.T) Visit {
	flag := func(name string) bool { return rapid.Bool().Draw(t, name) }
	return Visit{Began: flag("began"), Ended: flag("ended"), Ratable: flag("ratable"), Invited: flag("invited"),
		Level: hall.Level(rapid.IntRange(0, 6).Draw(t, "level")), Channel: hall.ChannelPad,
		Default: hall.Level(rapid.IntRange(0, 6).Draw(t, "default")), Excluded: flag("excluded"), Platform: flag("platform"),
		Replaced: flag("replaced"), FollowUps: rapid.IntRange(0, 3).Draw(t, "follow-ups"), ReasonMissing: flag("missing"),
		Withheld: flag("withheld"), Named: flag("named")}
}

// Every number of Sums is in the one list, once, under its own name: none could be added, kept or compared otherwise.
func TestColumnsNameEveryNumberOnce(t *testing.T) {
	var s Sums
	places := s.Places(nil)
	if len(places) != countInts(reflect.TypeOf(s)) || len(Columns()) != len(places) {
		t.Fatalf("%d places, %d columns, %d numbers", len(places), len(Columns()), countInts(reflect.TypeOf(s)))
	}
	for i, p := range places {
		*p.(*int) = i + 1
	}
	for i, v := range s.Values(nil) {
		if v != i+1 {
			t.Errorf("%s is %v, want %d: two names for one number", Columns()[i], v, i+1)
		}
	}
	if of, h := VisitColumns(), HandledColumns(); of[len(of)-1] != "cases" || h[0] != "cases_received" || len(of)+len(h) != len(places) {
		t.Errorf("of visits %v, of cases and bookings %v", of, h)
	}
	names := Columns()
	slices.Sort(names)
	if len(slices.Compact(names)) != len(places) {
		t.Errorf("a name comes twice: %v", names)
	}
	if s.Served != 1 || s.Ratable != 2 || s.Invited != 3 || s.Levels != [5]int{4, 5, 6, 7, 8} || s.Defaults[0] != 9 {
		t.Errorf("the order that stores hold: %+v", s)
	}
}

func countInts(t reflect.Type) int {
	switch t.Kind() {
	case reflect.Int:
		return 1
	case reflect.Array:
		return t.Len() * countInts(t.Elem())
	case reflect.Struct:
		n := 0
		for i := range t.NumField() {
			n += countInts(t.Field(i).Type)
		}
		return n
	}
	panic("Sums hold numbers alone, not " + t.String())
}

func TestKeysComeBackFromARow(t *testing.T) {
	k := Key{3, "12", "0317", "police", "id-card", hall.ChannelQR, LeavesAll, 20780}
	values := k.Values(nil)
	var got Key
	places := got.Places(nil)
	if len(values) != len(KeyColumns()) || len(places) != len(values) || reflect.TypeOf(k).NumField() != len(values) {
		t.Fatalf("%d values, %d places, %d columns, %d parts", len(values), len(places), len(KeyColumns()), reflect.TypeOf(k).NumField())
	}
	for i, p := range places {
		to := reflect.ValueOf(p).Elem()
		to.Set(reflect.ValueOf(values[i]).Convert(to.Type()))
	}
	if got != k {
		t.Errorf("%+v, want %+v", got, k)
	}
}

// Keys have one order, in which locks are taken: every part decides.
func TestKeysHaveOneOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := drawKey(t), drawKey(t), drawKey(t)
		if (a.Compare(b) == 0) != (a == b) || a.Compare(b) != -b.Compare(a) {
			t.Fatalf("%+v and %+v", a, b)
		}
		if a.Compare(b) < 0 && b.Compare(c) < 0 && a.Compare(c) >= 0 {
			t.Fatalf("%+v < %+v < %+v", a, b, c)
		}
	})
}

func drawKey(t *rapid.T) Key {
	text := func(name string) string { return rapid.SampledFrom([]string{"", "1", "2"}).Draw(t, name) }
	return Key{rapid.Uint32Range(1, 3).Draw(t, "agent"), text("window"), text("staff"), text("unit"), text("item"),
		rapid.SampledFrom([]hall.Channel{"", ByDefault, hall.ChannelPad, hall.ChannelQR}).Draw(t, "channel"),
		Leaves(rapid.IntRange(0, 3).Draw(t, "leaves")), hall.Day(rapid.IntRange(20780, 20830).Draw(t, "day"))}
}

func drawSums(t *rapid.T) Sums {
	var s Sums
	for _, p := range s.Places(nil) {
		*p.(*int) = rapid.IntRange(0, 9).Draw(t, "n")
	}
	return s
}

func TestSumsAreAGroup(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawSums(t), drawSums(t)
		if a.Plus(1, b) != b.Plus(1, a) {
			t.Fatal("the order of adding matters")
		}
		if a.Plus(3, b).Plus(-3, b) != a {
			t.Fatal("what was added is not taken away")
		}
	})
}
