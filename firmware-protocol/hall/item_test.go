package hall

import (
	"slices"
	"strings"
	"testing"
)

// homes is a hall in which a home changes hands: the tax window first, then the register, then the bank.
func homes() Catalogue {
	return Catalogue{
		Hall:     Site{ID: "qinglan", Name: "青澜市政务服务中心"},
		Units:    []Unit{{ID: "land", Name: "市自然资源局"}, {ID: "tax", Name: "市税务局"}},
		Services: []Service{{Letter: "D", Name: "房产登记"}, {Letter: "E", Name: "房产核税"}},
		Items: []ServiceItem{
			{
				Code: "D01", Name: "二手房过户", Unit: "land", Service: "D", Materials: []string{"双方身份证原件", "完税证明"}, Delivers: true,
				Route: []RouteStop{{Letter: "E", Do: "核税"}, {Window: "23", Do: "登记"}, {Place: "bank", Do: "缴费"}},
				Situations: []Situation{
					{ID: "single", Name: "一人所有"},
					{ID: "couple", Name: "夫妻共有", Materials: []string{"结婚证"}},
					{ID: "loan", Name: "有贷款", Route: []RouteStop{{Place: "bank", Do: "结清贷款"}, {Letter: "D", Do: "登记"}}},
				},
				Notes: []MaterialNote{{Of: "完税证明", Here: true}, {Of: "结婚证", Tip: "各一本"}},
			},
			{Code: "E01", Name: "契税申报", Unit: "tax", Service: "E"},
		},
		Windows: []Window{{ID: "23", Floor: "二楼", Unit: "land", Services: []string{"D"}}, {ID: "25", Floor: "二楼", Unit: "tax", Services: []string{"E", "D"}}},
		Floors:  []Floor{{Name: "二楼", Width: 30, Depth: 20}},
		Places:  []Place{{ID: "bank", Kind: PlaceBank, Name: "银行", Floor: "二楼", At: Spot{3, 4}}},
	}
}

// domain.md §2, ServiceItem: materials by situation, route.
func TestMaterialsAndRouteFollowFromTheSituation(t *testing.T) {
	c := homes()
	item, _ := c.Item("D01")
	for _, tt := range []struct{ situation, materials, route, queues string }{
		{"", "双方身份证原件 完税证明", "核税 登记 缴费", "E/ D/D01"},
		{"nobody-knows", "双方身份证原件 完税证明", "核税 登记 缴费", "E/ D/D01"},
		{"single", "双方身份证原件 完税证明", "核税 登记 缴费", "E/ D/D01"},
		{"couple", "双方身份证原件 完税证明 结婚证", "核税 登记 缴费", "E/ D/D01"},
		{"loan", "双方身份证原件 完税证明", "结清贷款 登记", "D/D01"},
	} {
		var route, queues []string
		for _, s := range item.RouteIn(tt.situation) {
			route = append(route, s.Do)
		}
		for _, s := range c.Queues(item, tt.situation) {
			queues = append(queues, s.Letter+"/"+s.Item)
		}
		got := [3]string{strings.Join(item.MaterialsIn(tt.situation), " "), strings.Join(route, " "), strings.Join(queues, " ")}
		if got != [3]string{tt.materials, tt.route, tt.queues} {
			t.Errorf("in %q: %q", tt.situation, got)
		}
	}
	if tax, _ := c.Item("E01"); len(tax.RouteIn("")) != 1 || tax.RouteIn("")[0].Letter != "E" {
		t.Errorf("an item without a route goes to %v, want its own queue", tax.RouteIn(""))
	}
	if len(item.Materials) != 2 || cap(item.Materials) > 2 && item.Materials[:3][2] != "" {
		t.Error("the item's own materials were changed")
	}
}

func TestFaultsOfAnItemAreAllNamed(t *testing.T) {
	good := homes()
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		change func(*ServiceItem)
		want   string
	}{
		{"a place that is not there", func(i *ServiceItem) { i.Route[2].Place = "shop" }, `route[2]: place "shop" is not in places`},
		{"a letter that is not there", func(i *ServiceItem) { i.Route[0].Letter = "Z" }, `route[0]: letter "Z" is not in services`},
		{"a window that is not there", func(i *ServiceItem) { i.Route[1].Window = "99" }, `route[1]: window "99" is not in windows`},
		{"an item of another letter", func(i *ServiceItem) { i.Route[1].Item = "E01" }, `route[1]: item "E01" is not in items under letter "D"`},
		{"a stop that is two things", func(i *ServiceItem) { i.Route[0].Place = "bank" }, "route[0]: want a place, or a letter or window"},
		{"a stop that is nothing", func(i *ServiceItem) { i.Route[0].Letter = "" }, "route[0]: want a place, or a letter or window"},
		{"nothing is done there", func(i *ServiceItem) { i.Route[0].Do = "" }, "route[0]: do is empty"},
		{"longer than a day", func(i *ServiceItem) { i.Route[0].Minutes = 481 }, "route[0]: minutes 481: want 0 to 480"},
		{"a route past the item", func(i *ServiceItem) { i.Route = i.Route[:1] }, `route comes by no queue of letter "D"`},
		{"too long a route", func(i *ServiceItem) { i.Route = slices.Repeat(i.Route, 3) }, "route has 9 stops: want at most 8"},
		{"a situation's route", func(i *ServiceItem) { i.Situations[2].Route[0].Place = "x" }, `situations loan: route[0]: place "x" is not in places`},
		{"a situation twice", func(i *ServiceItem) { i.Situations[1].ID = "single" }, `situations: "single" is empty or given twice`},
		{"a situation without a name", func(i *ServiceItem) { i.Situations[0].Name = "" }, "situations single: name is empty"},
		{"a situation without an id", func(i *ServiceItem) { i.Situations[0].ID = "夫妻" }, "want 1 to 16 letters"},
		{"too many situations", func(i *ServiceItem) { i.Situations = slices.Repeat(i.Situations[:1], 13) }, "13 situations: want at most 12"},
		{"a material twice", func(i *ServiceItem) { i.Situations[1].Materials = []string{"完税证明"} }, `situations couple: materials: "完税证明" is empty or given twice`},
		{"a note of nothing", func(i *ServiceItem) { i.Notes[0].Of = "护照" }, `notes[0]: "护照" is no material of the item`},
		{"a note twice", func(i *ServiceItem) { i.Notes[0].Of = "结婚证" }, `notes: "结婚证" is empty or given twice`},
		{"too many trips", func(i *ServiceItem) { i.Trips = 10 }, "trips 10: want how often people come"},
		{"no fee but in English", func(i *ServiceItem) { i.FeeEN = "40 yuan" }, "fee_en is given, fee is not"},
		{"basis of no fee", func(i *ServiceItem) { i.FeeBasis = "文件" }, "fee_basis is given, fee is not"},
		{"nothing to send", func(i *ServiceItem) { i.Post, i.Delivers = true, false }, "post is true, delivers is not"},
		{"English for one condition of two", func(i *ServiceItem) {
			i.Conditions, i.ConditionsEN = []string{"本人到场", "有户口"}, []string{"Come yourself"}
		}, `conditions_en has 1 lines`},
		{"an empty line of English", func(i *ServiceItem) {
			i.Procedure, i.ProcedureEN = []string{"受理", "发证"}, []string{"Accepted", ""}
		}, `procedure_en has 2 lines`},
		{"a question with half its English", func(i *ServiceItem) {
			i.Questions = []Question{{Ask: "多久？", Answer: "三天", AskEN: "How long?"}}
		}, "want ask_en and answer_en, or neither"},
		{"an empty condition", func(i *ServiceItem) { i.Conditions = []string{""} }, `conditions: "" is empty or given twice`},
		{"a question without an answer", func(i *ServiceItem) { i.Questions = []Question{{Ask: "多久？"}} }, "questions[0]: want ask and answer"},
	} {
		c := homes()
		tt.change(&c.Items[0])
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), "items D01: ") || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}
