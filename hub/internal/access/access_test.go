package access

import (
	"flag"
	"os"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write testdata/matrix.md anew")

// The table as people read it. A change of a right is a change of this file, seen by whoever reviews it.
func TestTheMatrixIsThePublishedOne(t *testing.T) {
	const file = "testdata/matrix.md"
	if *update {
		if err := os.WriteFile(file, []byte(Markdown()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if Markdown() != string(want) {
		t.Errorf("the table is not that of %s (go test -update writes it):\n%s", file, Markdown())
	}
}

func TestTheTableIsWellFormed(t *testing.T) {
	seen := map[Action]bool{}
	for _, row := range table() {
		if seen[row.action] {
			t.Errorf("%s stands in the table twice", row.action)
		}
		seen[row.action] = true
		if len(row.reach) == 0 {
			t.Errorf("%s: nobody may", row.action)
		}
		for r, reach := range row.reach {
			if !r.Valid() || !slices.Contains([]Reach{Own, Unit, Hall, Place, All}, reach) {
				t.Errorf("%s: %s has %q", row.action, r, reach)
			}
		}
	}
	if Action("").Valid() || Action("people").Valid() || Role("root").Valid() || Can("root", PeopleManage) || Can(Centre, "people") {
		t.Error("a role or an action that is none has rights")
	}
	for _, r := range Roles() {
		for _, a := range Actions() {
			if slices.Contains(Of(r), a) != Can(r, a) {
				t.Errorf("%s %s: Of and Can differ", r, a)
			}
		}
	}
}

// Places of the tests: a province, two cities, a county and a township below the first.
var (
	province = []string{"江南省"}
	city     = []string{"江南省", "青澜市"}
	county   = []string{"江南省", "青澜市", "临溪县"}
	township = []string{"江南省", "青澜市", "临溪县", "柳河镇"}
	village  = []string{"江南省", "青澜市", "临溪县", "柳河镇", "上湾村"}
	sibling  = []string{"江南省", "白石市"}
	alike    = []string{"江南省", "青澜市新区"} // no part of 青澜市, whatever its letters
)

func TestTheFiveLevelsOfThePlaceTree(t *testing.T) {
	for _, c := range []struct {
		name   string
		places []string
		at     []string
		want   bool
	}{
		{"an account of the province reaches a village", []string{"江南省"}, village, true},
		{"an account of 青澜市 reaches its own halls", []string{"江南省/青澜市"}, city, true},
		{"and those of its counties", []string{"江南省/青澜市"}, county, true},
		{"and those of their townships", []string{"江南省/青澜市"}, township, true},
		{"and those of their villages", []string{"江南省/青澜市"}, village, true},
		{"not those of the province above it", []string{"江南省/青澜市"}, province, false},
		{"not those of the city beside it", []string{"江南省/青澜市"}, sibling, false},
		{"not those of a place whose name begins alike", []string{"江南省/青澜市"}, alike, false},
		{"nor one that is not said to lie anywhere", []string{"江南省/青澜市"}, nil, false},
		{"an account of a township reaches its villages", []string{"江南省/青澜市/临溪县/柳河镇"}, village, true},
		{"not its county", []string{"江南省/青澜市/临溪县/柳河镇"}, county, false},
		{"an account of two places reaches both", []string{"江南省/白石市", "江南省/青澜市/临溪县"}, township, true},
		{"and not what lies between", []string{"江南省/白石市", "江南省/青澜市/临溪县"}, city, false},
		{"an account without places reaches all", nil, village, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			who := Account{Name: "a", Role: Centre, Places: c.places}
			if got := May(who, RepairsList, Object{Hall: "h", Place: c.at}); got != c.want {
				t.Errorf("May is %v", got)
			}
			halls, _ := Scope(who, RepairsList).In([]Site{{"h", c.at}})
			if got := len(halls) == 1; got != c.want {
				t.Errorf("the list of halls is %v", halls)
			}
		})
	}
}

func TestWhoMayWhat(t *testing.T) {
	at := func(o Object) Object { o.Hall, o.Place = "city", city; return o }
	police := at(Object{Unit: "police", Served: "police", Badge: "0317"})
	land := at(Object{Unit: "land", Served: "police", Badge: "0317"}) // 综合窗口: a clerk of the police served an item of land
	said := police
	said.Consented = true
	lead := police
	lead.Hidden = true
	noHall := Object{Place: city, Unit: "police"}
	handler := Account{Name: "hu", Role: Handler, Unit: "police"}
	clerk := Account{Name: "zhou", Role: Staff, Unit: "police", Badge: "0317"}
	for _, c := range []struct {
		name string
		who  Account
		a    Action
		o    Object
		want bool
	}{
		// domain §4: who hears of a bad rating
		{"the unit's handler sees the repair his unit owns", handler, RepairsList, police, true},
		{"and one of another unit that his clerk served", handler, RepairsList, land, true},
		{"but he does not work on it", handler, RepairsWork, land, false},
		{"nor sees one of a unit that he has nothing to do with", Account{Role: Handler, Unit: "tax"}, RepairsList, land, false},
		{"a handler without a unit sees nothing", Account{Name: "x", Role: Handler}, RepairsList, at(Object{}), false},
		{"what the rater wrote reaches the unit when he agreed to be called", handler, RatingsText, said, true},
		{"and not else", handler, RatingsText, police, false},
		{"the call-back person unmasks a number when the rater agreed", Account{Role: Caller, Unit: "police"}, PrivateReveal, said, true},
		{"and not else", Account{Role: Caller, Unit: "police"}, PrivateReveal, police, false},
		{"nor one of another unit", Account{Role: Caller, Unit: "land"}, PrivateReveal, said, false},
		{"the handler never unmasks", handler, PrivateReveal, said, false},
		{"the hotline calls back for a unit, with consent", Account{Role: Operator}, PrivateReveal, said, true},
		{"and not without", Account{Role: Operator}, PrivateReveal, police, false},
		{"the centre hears of all", Account{Role: Centre}, PrivateReveal, police, true},
		{"the person rated never sees a single level", clerk, RatingsLevel, police, false},
		{"nor the repair", clerk, RepairsList, police, false},
		{"nor who rated", clerk, PrivateReveal, said, false},
		{"he appeals about himself", clerk, AppealsOpen, police, true},
		{"and about nobody else", clerk, AppealsOpen, at(Object{Unit: "police", Badge: "0408"}), false},
		{"a clerk without a badge appeals about nothing", Account{Name: "x", Role: Staff, Unit: "police"}, AppealsOpen, at(Object{Unit: "police"}), false},
		{"he sees his own sums", clerk, FiguresRead, police, true},
		{"and not those of his unit", clerk, FiguresRead, at(Object{Unit: "police"}), false},
		{"the manager sees levels of his hall", Account{Role: Manager, Halls: []string{"city"}}, RatingsLevel, police, true},
		{"and of no other", Account{Role: Manager, Halls: []string{"town"}}, RatingsLevel, police, false},
		{"and not what the citizen wrote", Account{Role: Manager, Halls: []string{"city"}}, RatingsText, police, false},

		// domain §4: exclusion and appeal are decided by others
		{"the centre decides on exclusion", Account{Name: "lin", Role: Centre}, RepairsDecide, police, true},
		{"never somebody of the own unit", Account{Name: "lin", Role: Centre, Unit: "police"}, RepairsDecide, police, false},
		{"nor of the unit whose clerk served", Account{Name: "lin", Role: Supervisor, Unit: "police"}, RepairsDecide, land, false},
		{"never the unit itself", handler, RepairsDecide, police, false},
		{"an appeal is decided by the centre", Account{Name: "lin", Role: Centre}, AppealsDecide, police, true},
		{"not by who decided before", Account{Name: "lin", Role: Centre}, AppealsDecide, at(Object{Unit: "police", Deciders: []string{"wei", "lin"}}), false},
		{"but by another", Account{Name: "su", Role: Centre}, AppealsDecide, at(Object{Unit: "police", Deciders: []string{"wei", "lin"}}), true},

		// domain §4: pressure goes to the centre alone, leads on misconduct are hidden from the unit
		{"the centre reads of pressure", Account{Role: Centre}, PressureRead, lead, true},
		{"监察 does not", Account{Role: Supervisor}, PressureRead, lead, false},
		{"a lead on misconduct reaches 监察", Account{Role: Supervisor}, ConcernsList, lead, true},
		{"not the unit", handler, ConcernsList, lead, false},
		{"not the hall", Account{Role: Manager}, ConcernsList, lead, false},
		{"nor the hotline's list", Account{Role: Operator}, ConcernsList, lead, false},

		// domain §4: township and village halls are the county centre's
		{"the centre repairs what is its own", Account{Role: Centre}, RepairsWork, at(Object{Unit: CentreUnit}), true},
		{"and leaves a unit's work to the unit", Account{Role: Centre}, RepairsWork, police, false},
		{"also to the unit that it came from", Account{Role: Centre, Unit: "police"}, RepairsWork, police, false},

		// domain §5
		{"an inspector does his own visits", Account{Name: "shen", Role: Inspector}, InspectionsDo, at(Object{Account: "shen"}), true},
		{"and sees no other's", Account{Name: "shen", Role: Inspector}, InspectionsList, at(Object{Account: "ma"}), false},
		{"a manager answers findings of his hall", Account{Role: Manager, Halls: []string{"city"}}, InspectionsAnswer, police, true},
		{"and hears of no plan", Account{Role: Manager, Halls: []string{"city"}}, InspectionsList, police, false},
		{"what belongs to no hall is no manager's", Account{Role: Manager}, ConcernsList, noHall, false},
		{"but the centre's", Account{Role: Centre, Places: []string{"江南省"}}, ConcernsList, noHall, true},

		// things without a place
		{"the law is read by whom it binds", clerk, PolicyRead, Object{}, true},
		{"also by an account of one county", Account{Role: Guide, Places: []string{"江南省/青澜市"}}, PolicyRead, Object{}, true},
		{"it is adopted for all, so by a centre of all", Account{Role: Centre}, PolicyAdopt, Object{}, true},
		{"not by one of a county", Account{Role: Centre, Places: []string{"江南省/青澜市"}}, PolicyAdopt, Object{}, false},
		{"the audit is read whole", Account{Role: Auditor, Places: []string{"江南省/青澜市"}}, AuditRead, Object{}, true},
		{"one's own account is one's own", Account{Name: "gao", Role: Wall}, AccountOwn, Object{Account: "gao"}, true},
		{"and no other's", Account{Name: "gao", Role: Centre}, AccountOwn, Object{Account: "lin"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := May(c.who, c.a, c.o); got != c.want {
				t.Errorf("%s %s is %v", c.who.Role, c.a, got)
			}
		})
	}
}

func drawObject(t *rapid.T) Object {
	return Object{
		Hall:      rapid.SampledFrom([]string{"", "city", "town"}).Draw(t, "hall"),
		Place:     rapid.SampledFrom([][]string{nil, province, city, county, township, village, sibling}).Draw(t, "place"),
		Unit:      rapid.SampledFrom([]string{"", "police", "land", CentreUnit}).Draw(t, "unit"),
		Served:    rapid.SampledFrom([]string{"", "police", "land"}).Draw(t, "served"),
		Badge:     rapid.SampledFrom([]string{"", "0317", "0408"}).Draw(t, "badge"),
		Account:   rapid.SampledFrom([]string{"", "gao", "lin"}).Draw(t, "account"),
		Consented: rapid.Bool().Draw(t, "consented"),
		Hidden:    rapid.Bool().Draw(t, "hidden"),
		Deciders:  rapid.SampledFrom([][]string{nil, {"gao"}}).Draw(t, "deciders"),
	}
}

func drawAccount(t *rapid.T) Account {
	return Account{
		Name:   rapid.SampledFrom([]string{"gao", "lin"}).Draw(t, "name"),
		Role:   rapid.SampledFrom(Roles()).Draw(t, "role"),
		Unit:   rapid.SampledFrom([]string{"", "police", "land"}).Draw(t, "of unit"),
		Badge:  rapid.SampledFrom([]string{"", "0317"}).Draw(t, "with badge"),
		Places: rapid.SampledFrom([][]string{nil, {"江南省"}, {"江南省/青澜市"}, {"江南省/白石市"}}).Draw(t, "of places"),
		Halls:  rapid.SampledFrom([][]string{nil, {"city"}, {"town"}}).Draw(t, "of halls"),
	}
}

func TestWhatHoldsForEveryAccountAndEveryThing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		who, o := drawAccount(t), drawObject(t)
		for _, a := range Actions() {
			if May(who, a, o) {
				holds(t, who, a, o)
			}
		}
	})
}

// holds says what is wrong with that somebody may do something.
func holds(t *rapid.T, who Account, a Action, o Object) {
	t.Helper()
	switch {
	case !Can(who.Role, a):
		t.Errorf("%s: a cell without reach let somebody in", a)
	case (a == PeopleManage || a == PolicyAdopt || a == PrivateErase || a == PrivateExport || a == PressureRead) && who.Role != Centre:
		t.Errorf("%s: what is the centre's alone was given to another", a)
	case (a == RatingsLevel || a == BoardDesk) && slices.Contains([]Role{Staff, Wall, Reader, Guide, Observer, Auditor}, who.Role):
		t.Errorf("%s: a level was shown", a)
	case a == HotlineRate && who.Role != Operator:
		t.Errorf("%s: somebody enters ratings", a)
	case (who.Role == Handler || who.Role == Caller) && !slices.Contains([]Action{AccountOwn, AdminOpen, BoardWall, PolicyRead}, a) && who.Unit != o.Unit && who.Unit != o.Served:
		t.Errorf("%s: a unit's people left their unit", a)
	case who.Role == Reader && !slices.Contains([]Action{AccountOwn, AdminOpen, FiguresRead, FiguresExport}, a):
		t.Errorf("%s: a reader reads more than figures", a)
	case who.Role == Wall && !slices.Contains([]Action{AccountOwn, BoardWall}, a):
		t.Errorf("%s: a screen on a wall does more than hang there", a)
	case who.Role == Auditor && !slices.Contains([]Action{AccountOwn, AdminOpen, RatingsList, RepairsList, ConcernsList, InspectionsList, FiguresRead, FiguresExport, PeopleRead, PolicyRead, AuditRead, MessagesRead,
		CasesList, CatalogueRead}, a):
		t.Errorf("%s: an auditor changes something, or sees what is masked", a)
	case o.Hidden && who.Role != Centre && who.Role != Supervisor:
		t.Errorf("%s: what is hidden was shown", a)
	case ReachOf(who.Role, a) != All && len(who.Halls) > 0 && o.Hall != "" && !slices.Contains(who.Halls, o.Hall):
		t.Errorf("%s: an account left its halls", a)
	}
}

func TestAListShowsWhatMayBeOpened(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		who, o := drawAccount(t), drawObject(t)
		for _, a := range Actions() {
			if a != RepairsDecide && a != AppealsDecide && Scope(who, a).Takes(o) != May(who, a, o) {
				t.Fatalf("%s: the list and the door differ", a)
			}
			if Scope(who, a).Empty() && May(who, a, o) {
				t.Fatalf("%s: an empty list has an open door", a)
			}
		}
	})
}

// Where a filter names halls, it names all and only those that it takes things of.
func TestTheHallsOfAFilter(t *testing.T) {
	all := []Site{{"city", city}, {"town", township}, {"far", sibling}}
	for _, c := range []struct {
		name     string
		who      Account
		a        Action
		want     []string
		confined bool
	}{
		{"all", Account{Role: Centre}, RepairsList, []string{"city", "town", "far"}, false},
		{"a city", Account{Role: Centre, Places: []string{"江南省/青澜市"}}, RepairsList, []string{"city", "town"}, true},
		{"halls of it", Account{Role: Manager, Places: []string{"江南省/青澜市"}, Halls: []string{"town", "far"}}, RepairsList, []string{"town"}, true},
		{"nothing", Account{Role: Staff}, RepairsList, nil, true},
		{"what has no place", Account{Role: Auditor, Places: []string{"江南省/青澜市"}}, AuditRead, []string{"city", "town", "far"}, false},
		{"a place without halls", Account{Role: Centre, Places: []string{"江北省"}}, RepairsList, nil, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			halls, confined := Scope(c.who, c.a).In(all)
			if !slices.Equal(halls, c.want) || confined != c.confined {
				t.Errorf("halls %v, confined %v", halls, confined)
			}
		})
	}
}

func TestNobodyGivesMoreThanHeHas(t *testing.T) {
	at := func(hall string) ([]string, bool) {
		p, ok := map[string][]string{"city": city, "town": township, "far": sibling}[hall]
		return p, ok
	}
	for _, c := range []struct {
		name          string
		who           Account
		places, halls []string
		want          bool
	}{
		{"a centre of all gives all", Account{}, nil, nil, true},
		{"a centre of a city gives the city", Account{Places: []string{"江南省/青澜市"}}, []string{"江南省/青澜市"}, nil, true},
		{"and a township of it", Account{Places: []string{"江南省/青澜市"}}, []string{"江南省/青澜市/临溪县/柳河镇"}, nil, true},
		{"and a hall in it", Account{Places: []string{"江南省/青澜市"}}, nil, []string{"town"}, true},
		{"not all", Account{Places: []string{"江南省/青澜市"}}, nil, nil, false},
		{"not the province", Account{Places: []string{"江南省/青澜市"}}, []string{"江南省"}, nil, false},
		{"not another city beside it", Account{Places: []string{"江南省/青澜市"}}, []string{"江南省/青澜市", "江南省/白石市"}, nil, false},
		{"not a hall elsewhere", Account{Places: []string{"江南省/青澜市"}}, nil, []string{"town", "far"}, false},
		{"not a hall that there is not", Account{Places: []string{"江南省/青澜市"}}, nil, []string{"moon"}, false},
		{"a centre of halls gives those halls", Account{Halls: []string{"city", "town"}}, nil, []string{"town"}, true},
		{"and no place", Account{Halls: []string{"city"}}, []string{"江南省/青澜市"}, nil, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Covers(c.who, c.places, c.halls, at); got != c.want {
				t.Errorf("it is %v", got)
			}
		})
	}
}
