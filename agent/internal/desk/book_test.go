package desk

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"hallpulse/firmware-protocol/hall"
)

// floors is a hall of two floors, 30 m by 20 m, in which a home changes hands.
func floors() *hall.Catalogue {
	spot := func(x, y float64) *hall.Spot { return &hall.Spot{X: x, Y: y} }
	return &hall.Catalogue{
		Hall: hall.Site{ID: "h"}, Services: []hall.Service{{Letter: "D"}, {Letter: "E"}},
		Items: []hall.ServiceItem{
			{
				Code: "D01", Service: "D", Materials: []string{"身份证"}, Route: []hall.RouteStop{
					{Place: "copy", Do: "复印", Minutes: 5}, {Letter: "E", Do: "核税"}, {Letter: "D", Do: "登记"},
				},
				Situations: []hall.Situation{{ID: "one", Name: "一人"}, {ID: "two", Name: "夫妻", Materials: []string{"结婚证"}, Route: []hall.RouteStop{{Window: "23", Do: "登记"}}}},
				Notes:      []hall.MaterialNote{{Of: "结婚证", Tip: "各一本"}},
			},
			{Code: "E01", Service: "E"},
		},
		Windows: []hall.Window{
			{ID: "21", Floor: "二楼", FloorEN: "2nd floor", Services: []string{"D"}, At: spot(25, 5)},
			{ID: "23", Floor: "二楼", Services: []string{"D"}, At: spot(10, 5)},
			{ID: "24", Floor: "二楼", Services: []string{"E"}, At: spot(10, 15)},
			{ID: "25", Floor: "二楼", Services: []string{"E", "D"}, At: spot(5, 5)}, // it prefers E
			{ID: "26", Floor: "二楼", Services: []string{"D"}},                      // not drawn
		},
		Floors: []hall.Floor{{Name: "一楼", NameEN: "1st floor", Width: 30, Depth: 20}, {Name: "二楼", Width: 30, Depth: 20}},
		Places: []hall.Place{
			{ID: "gate", Kind: hall.PlaceEntrance, Name: "大门", Floor: "一楼", At: hall.Spot{X: 15, Y: 20}},
			{ID: "kiosk-1", Kind: hall.PlaceKiosk, Name: "1 号取号机", Floor: "一楼", At: hall.Spot{X: 15, Y: 15}},
			{ID: "kiosk-2", Kind: hall.PlaceKiosk, Name: "2 号取号机", Floor: "一楼", At: hall.Spot{X: 5, Y: 15}},
			{ID: "copy", Kind: hall.PlaceCopy, Name: "复印", Floor: "一楼", At: hall.Spot{X: 5, Y: 5}},
			{ID: "s1", Kind: hall.PlaceStairs, Name: "扶梯", Floor: "一楼", At: hall.Spot{X: 0, Y: 5}},
			{ID: "s2", Kind: hall.PlaceStairs, Name: "扶梯", Floor: "二楼", At: hall.Spot{X: 0, Y: 5}},
		},
	}
}

// domain §6: minutes per leg, also where no kiosk asks.
func TestTheWalkToEachStopIsSaidInMinutes(t *testing.T) {
	c := floors()
	undrawn := floors()
	undrawn.Floors, undrawn.Places = nil, nil
	item, _ := c.Item("D01")
	for _, tt := range []struct {
		in        *hall.Catalogue
		situation string
		want      []int
	}{{c, "one", []int{1, 1, 1}}, {c, "two", []int{2}}, {undrawn, "two", []int{0}}} {
		if got := WalkMinutes(tt.in, item.RouteIn(tt.situation)); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.situation, got, tt.want)
		}
	}
}

// domain §6: the ordered route with where each stop is. The walk goes from stop to stop, over the stairs.
func TestTheBookKnowsTheWay(t *testing.T) {
	for _, tt := range []struct{ at, item, want string }{
		// 20 m; then 5 m, one floor (45 s) and 5 m to the nearest that prefers E; then 5 m back to 23
		{"", "D01/one", "复印 一楼 20s 1 leg, 核税 25,24 二楼 55s 2 legs, 登记 21,23,26 二楼 5s 1 leg"},
		{"kiosk-2", "D01/one", "复印 一楼 10s 1 leg, 核税 25,24 二楼 55s 2 legs, 登记 21,23,26 二楼 5s 1 leg"},
		{"nowhere", "D01/two", "登记 23 二楼 80s 2 legs"},
		{"gate", "E01/", "25,24 二楼 80s 2 legs"},
	} {
		b := bookOf(floors(), tt.at)
		code, situation, _ := strings.Cut(tt.item, "/")
		var got []string
		for _, i := range b.Items {
			for _, s := range i.Situations {
				if i.Code != code || s.ID != situation {
					continue
				}
				for _, stop := range s.Stops {
					legs := fmt.Sprintf("%d legs", len(stop.Legs))
					got = append(got, strings.Join(strings.Fields(strings.Join([]string{
						stop.Do, strings.Join(stop.Windows, ","), stop.Floor, fmt.Sprintf("%ds", stop.Walk), strings.TrimSuffix(legs, strings.Repeat("s", 2-len(stop.Legs))),
					}, " ")), " "))
				}
			}
		}
		want := strings.ReplaceAll(tt.want, "25,24", "24,25") // in the catalogue's order
		if s := strings.Join(got, ", "); s != want {
			t.Errorf("from %q for %s: %s, want %s", tt.at, tt.item, s, want)
		}
	}
}

func TestTheBookTellsMaterialsBySituation(t *testing.T) {
	b := bookOf(floors(), "")
	d01 := b.Items[0]
	if len(d01.Situations) != 2 || d01.Situations[0].Letter != "E" || d01.Situations[1].Letter != "D" {
		t.Fatalf("situations %+v", d01.Situations)
	}
	two := d01.Situations[1].Materials
	if len(two) != 2 || two[0].Name != "身份证" || two[1].Name != "结婚证" || two[1].Tip != "各一本" {
		t.Errorf("materials %+v", two)
	}
	if b.HereName != "1 号取号机" || b.Items[1].Situations[0].ID != "" || b.Items[1].Situations[0].Stops[0].Letter != "E" {
		t.Errorf("here %q, %+v", b.HereName, b.Items[1])
	}
	other := floors()
	other.Items[0].Materials = []string{"护照"}
	if bookOf(other, "").Version == b.Version || bookOf(floors(), "gate").Version != b.Version {
		t.Error("the version is that of what the catalogue says")
	}
	other.Items[0].Procedure, other.Items[0].ProcedureEN = []string{"受理", "发证"}, []string{"Accepted", "Handed out"}
	other.Items[0].Questions = []hall.Question{{Ask: "多久？", Answer: "三天", AskEN: "How long?", AnswerEN: "Three days"}}
	if i := bookOf(other, "").Items[0]; len(i.ProcedureEN) != 2 || i.ProcedureEN[1] != "Handed out" || i.Questions[0].AskEN != "How long?" {
		t.Errorf("in English: %+v", i)
	}
	none := bookOf(catalogue(), "")
	if none.Here != nil || len(none.Floors) != 0 {
		t.Errorf("a hall without a map: %+v", none)
	}
}

// Who comes for an item is sent along its route; the page decides nothing.
func TestANumberFollowsTheRouteOfItsItem(t *testing.T) {
	c := newSmall()
	r := serve(t, c, func(d *Desk) { d.Hall = always(floors()) })
	for i, tt := range []struct{ body, want string }{
		{`{"letter":"E","item":"D01","situation":"one"}`, "issue E D01 one > D/D01"},
		{`{"letter":"D","item":"D01"}`, "issue E D01 > D/D01"},
		{`{"letter":"D","item":"D01","situation":"two"}`, "issue D D01 two"},
		{`{"letter":"D","item":"D01","purpose":"pick-up"}`, "issue D D01"},
		{`{"letter":"E","item":"D01","situation":"one","class":"","purpose":"ask","cases":0}`, "issue D D01 one"}, // the guide's tablet
		{`{"letter":"C","item":"D01","purpose":"ask"}`, "issue C D01"},                                            // the counter refuses it
		{`{"letter":"D","item":"D01","then":[]}`, "issue D D01"},
		{`{"letter":"E","item":"E01"}`, "issue E E01"},
		{`{"letter":"D","item":"E01"}`, "issue D E01"}, // the counter refuses it
		{`{"letter":"E","item":""}`, "issue E"},
	} {
		r.post("/api/tickets", tt.body, fmt.Sprint(i))
		if got := c.done(); got[len(got)-1] != tt.want {
			t.Errorf("%s: %q, want %q", tt.body, got[len(got)-1], tt.want)
		}
	}
}
