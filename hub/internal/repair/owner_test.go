package repair

import (
	"encoding/json"
	"io/fs"
	"slices"
	"testing"

	"hallpulse/configs"
	"hallpulse/firmware-protocol/hall"
)

// Each official reason of a bad rating that is in use says whom it is about; no other code does (codes.md).
func TestEveryBadReasonInUseSaysWhomItIsAbout(t *testing.T) {
	b, err := fs.ReadFile(configs.FS(), "reasons.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Codes []struct {
			Level hall.Level `json:"level"`
			Code  string     `json:"code"`
			InUse bool       `json:"inUse"`
		} `json:"codes"`
		Retired []string `json:"retired"`
	}
	if err := json.Unmarshal(b, &file); err != nil {
		t.Fatal(err)
	}
	bad := 0
	for _, c := range file.Codes {
		about := Concerns([]string{c.Code}, false)
		if want := c.InUse && c.Level.IsBad(); (len(about) == 1) != want {
			t.Errorf("%s of level %d is about %v", c.Code, c.Level, about)
		} else if want {
			bad++
		}
	}
	for _, code := range file.Retired {
		if about := Concerns([]string{code}, false); about != nil {
			t.Errorf("%s is retired and about %v", code, about)
		}
	}
	if bad != len(reasons()) {
		t.Errorf("%d reasons are in use, the table has %d", bad, len(reasons()))
	}
}

// A 综合窗口: a clerk of the land office serves an item of the police.
func TestOwner(t *testing.T) {
	mixed := service
	mixed.ClerkUnit, mixed.VisitUnit = "land", "police"
	with := func(change func(*Service)) Service {
		s := mixed
		change(&s)
		return s
	}
	for _, c := range []struct {
		rule    string
		of      Service
		reasons []string
		down    bool // the system of the visit's unit was
		unit    string
		why     hall.OwnerWhy
	}{
		{"001 谁办理、谁负责: without a reason, the unit whose clerk handled it", mixed, nil, false, "land", hall.OwnerHandled},
		{"001 谁办理、谁负责: a retired reason says nothing more", mixed, []string{"201"}, false, "land", hall.OwnerHandled},
		{"§3.8 the item's unit answers for materials: 208 没有提供材料清单", mixed, []string{"208"}, false, "police", hall.OwnerItem},
		{"§3.8 the item's unit answers for materials: 109 指南之外的申报材料", mixed, []string{"109"}, false, "police", hall.OwnerItem},
		{"§3.8 the item's unit answers for the limit: 209 未在承诺时间内办结", mixed, []string{"209"}, false, "police", hall.OwnerItem},
		{"§3.8 the clerk's unit answers for attitude: 214 服务态度生硬", mixed, []string{"214"}, false, "land", hall.OwnerClerk},
		{"§3.8 the clerk's unit answers for skill: 213 业务不熟练", mixed, []string{"213"}, false, "land", hall.OwnerClerk},
		{"§3.8 one of them leads the repair: what is to be changed in the item comes first", mixed, []string{"214", "208"}, false, "police", hall.OwnerItem},
		{"§3.7 rules: what the procedure asks for is the item's unit's: 113 多头跑窗口", mixed, []string{"113"}, false, "police", hall.OwnerRules},
		{"§3.7 rules do not lead before the clerk", mixed, []string{"113", "214"}, false, "land", hall.OwnerClerk},
		{"§3.7 the platform is the centre's: 211 承诺网办但无法在线办理", mixed, []string{"211"}, false, CentreUnit, hall.OwnerPlatform},
		{"§3.7 the platform does not lead before the item", mixed, []string{"211", "111"}, false, "police", hall.OwnerItem},
		{"§6 while the unit's system was down the rating goes to the platform", mixed, nil, true, CentreUnit, hall.OwnerDown},
		{"§6 also where it names the limit: 209 未在承诺时间内办结", mixed, []string{"209"}, true, CentreUnit, hall.OwnerDown},
		{"§6 and the platform", mixed, []string{"211"}, true, CentreUnit, hall.OwnerDown},
		{"§6 but not where it names the clerk: 214 服务态度生硬", mixed, []string{"214", "209"}, true, "land", hall.OwnerClerk},
		{"§4 a township hall's repairs are the county centre's", with(func(s *Service) { s.Place = append(slices.Clone(s.Place), "溪口镇") }), []string{"214"}, false, CentreUnit, hall.OwnerTownship},
		{"§4 a village hall's too", with(func(s *Service) { s.Place = append(slices.Clone(s.Place), "溪口镇", "上村") }), nil, false, CentreUnit, hall.OwnerTownship},
		{"no item was named: the unit the visit was told under", with(func(s *Service) { s.ItemUnit = "" }), []string{"208"}, false, "police", hall.OwnerItem},
		{"no clerk is known: the unit the visit was told under", with(func(s *Service) { s.ClerkUnit = "" }), []string{"214"}, false, "police", hall.OwnerClerk},
		{"nothing is known: the centre", Service{}, []string{"214"}, false, CentreUnit, hall.OwnerClerk},
	} {
		t.Run(c.rule, func(t *testing.T) {
			if unit, why := Owner(c.of, c.reasons, c.down); unit != c.unit || why != c.why {
				t.Errorf("%s, %s; want %s, %s", unit, why, c.unit, c.why)
			}
		})
	}
}

func TestOfPerson(t *testing.T) {
	for _, c := range []struct {
		rule    string
		reasons []string
		down    bool
		want    bool
	}{
		{"§3.7 reasons that only concern the platform leave the person's figure", []string{"211", "212"}, false, false},
		{"§3.7 reasons that only concern rules leave it", []string{"113"}, false, false},
		{"§3.7 both together leave it", []string{"112", "114"}, false, false},
		{"§3.7 a reason about the clerk beside them keeps it", []string{"211", "115"}, false, true},
		{"§3.7 a reason about the item keeps it", []string{"208"}, false, true},
		{"§6 while the unit's system was down it leaves it, without a reason", nil, true, false},
		{"§6 and with one about the item", []string{"208"}, true, false},
		{"§6 a reason about the clerk keeps it", []string{"115"}, true, true},
		{"§3.13 no reason is invented: without one it counts", nil, false, true},
	} {
		if got := OfPerson(c.reasons, c.down); got != c.want {
			t.Errorf("%s: %v", c.rule, got)
		}
	}
}
