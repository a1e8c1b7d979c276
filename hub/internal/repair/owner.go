package repair

import (
	"slices"

	"hallpulse/firmware-protocol/hall"
)

// Concern is whom a reason is about: who answers for it (domain §3.7, §3.8).
type Concern string

// What a reason can be about.
const (
	OfItem     Concern = "item"     // 事项: materials, limit, fee; the item's unit answers
	OfClerk    Concern = "clerk"    // 窗口人员: attitude, skill; the clerk's unit answers
	OfRules    Concern = "rules"    // 制度: what the procedure itself asks for; the item's unit answers, no person does
	OfPlatform Concern = "platform" // 平台: what the centre runs; the centre answers, no person does
)

// CentreUnit is the unit of the centre's own people. It owns what no other unit of a hall may.
const CentreUnit = "centre"

// countyDepth is how deep in the tree 省, 市, 县, 乡镇, 村 a county's own halls lie; below lie townships and villages.
const countyDepth = 3

// reason is an official reason of a bad rating and whom it is about.
type reason struct {
	code  string
	about Concern
}

// reasons is the table of codes.md: every reason in use of the levels 1 and 2. Of a retired one nobody knows whom it was
// about; it says nothing here.
func reasons() []reason {
	return []reason{
		{"207", OfItem},     // 没有提供材料样本
		{"208", OfItem},     // 没有提供材料清单
		{"209", OfItem},     // 未在承诺时间内办结
		{"210", OfItem},     // 同样内容的证明材料被要求多次提交
		{"211", OfPlatform}, // 承诺网办但无法在线办理
		{"212", OfPlatform}, // 在线预约办理后到实体大厅重复取号排队
		{"213", OfClerk},    // 窗口人员业务不熟练
		{"214", OfClerk},    // 服务态度生硬
		{"108", OfItem},     // 在办事指南之外增加新的审批条件
		{"109", OfItem},     // 需提供办事指南之外的申报材料
		{"110", OfItem},     // 无理由超过法定办理时间
		{"111", OfItem},     // 办事指南提供样本有错
		{"112", OfPlatform}, // 承诺在线收取申报材料实际无法收取
		{"113", OfRules},    // 多头跑窗口和部门
		{"114", OfRules},    // 跑动次数与承诺的不一致
		{"115", OfClerk},    // 服务态度差效率低
	}
}

// Concerns returns whom these reasons are about, each once, who leads first: where several answer, one of them leads the
// repair (domain §3.8). What is to be changed in an item comes before what is to be said to a clerk, both before what
// needs the rules or the platform changed. Where the unit's system was down the rating goes to the platform (domain §6),
// unless it names the clerk.
func Concerns(codes []string, down bool) []Concern {
	about := func(c Concern) bool {
		return slices.ContainsFunc(reasons(), func(r reason) bool { return r.about == c && slices.Contains(codes, r.code) })
	}
	var all []Concern
	for _, c := range []Concern{OfItem, OfClerk, OfRules, OfPlatform} {
		switch {
		case down && c == OfPlatform, about(c) && (!down || c == OfClerk):
			all = append(all, c)
		}
	}
	return all
}

// OfPerson reports whether a rating with these reasons counts in the figure of the person who served: not where it
// concerns the platform or the rules alone (domain §3.7, §6).
func OfPerson(codes []string, down bool) bool {
	about := Concerns(codes, down)
	return len(about) == 0 || slices.Contains(about, OfClerk) || slices.Contains(about, OfItem)
}

// Service is what was rated, and the units that had to do with it.
type Service struct {
	Visit     hall.ID
	Ticket    hall.ID
	Hall      string
	Place     []string // of the hall: 省, 市, 县, 乡镇, 村
	Window    string
	Item      string
	ItemUnit  string // that owns the item; empty where no item was named
	Staff     string // badge of who finished the visit
	ClerkUnit string // his unit
	VisitUnit string // the unit the visit was told under
}

// Owner returns the unit that repairs what the reasons name, and why that one (001; domain §3.8, §4).
func Owner(s Service, codes []string, down bool) (unit string, why hall.OwnerWhy) {
	if len(s.Place) > countyDepth {
		return CentreUnit, hall.OwnerTownship
	}
	handled := firstOf(s.ClerkUnit, s.VisitUnit, s.ItemUnit, CentreUnit)
	about := Concerns(codes, down)
	if len(about) == 0 {
		return handled, hall.OwnerHandled
	}
	switch about[0] {
	case OfItem:
		return firstOf(s.ItemUnit, s.VisitUnit, handled), hall.OwnerItem
	case OfRules:
		return firstOf(s.ItemUnit, s.VisitUnit, handled), hall.OwnerRules
	case OfPlatform:
		if down {
			return CentreUnit, hall.OwnerDown
		}
		return CentreUnit, hall.OwnerPlatform
	}
	return handled, hall.OwnerClerk
}

// firstOf returns the first unit that is known.
func firstOf(units ...string) string {
	return units[slices.IndexFunc(units, func(u string) bool { return u != "" })]
}
