// Package access says who may do what at the hub, and to which halls, places and units that reaches: one table of
// roles and actions (domain §1, §4; design §7). It is pure: it knows no account's password, no request and no row, only
// who somebody is, what he wants to do, and where the thing lies that he wants to do it to.
//
// Whoever answers a request asks May before it shows or does anything, and Scope before it lists.
package access

import (
	"slices"
	"strings"
)

// Role is what an account is at the hub. An account has one.
type Role string

// The roles (domain §1).
const (
	Centre     Role = "centre"     // 政务服务中心: assigns, verifies, excludes, decides, publishes; keeps the accounts
	Supervisor Role = "supervisor" // 监察: watches, verifies, excludes, decides appeals
	Manager    Role = "manager"    // 大厅管理员: sees every window of his halls
	Handler    Role = "handler"    // 单位经办: repairs what a bad rating names
	Caller     Role = "caller"     // 回访专人: calls the citizen back; never a window clerk
	Staff      Role = "staff"      // 窗口工作人员: explains and appeals; never learns a single level
	Guide      Role = "guide"      // 导办员: helps in the hall; never enters a rating
	Operator   Role = "operator"   // 热线话务员: 12345
	Inspector  Role = "inspector"  // 巡查员
	Observer   Role = "observer"   // 行风监督员
	Auditor    Role = "auditor"    // 审计员: reads the audit and everything masked; changes nothing
	Reader     Role = "reader"     // 只读: figures
	Wall       Role = "wall"       // 大屏: a screen in the hall
)

// Roles lists the roles, as everywhere they are shown.
func Roles() []Role {
	return []Role{Centre, Supervisor, Manager, Handler, Caller, Staff, Guide, Operator, Inspector, Observer, Auditor, Reader, Wall}
}

// Valid reports whether r is a role.
func (r Role) Valid() bool { return slices.Contains(Roles(), r) }

// OfUnit reports whether who has r acts for a unit, and so must be given one.
func (r Role) OfUnit() bool { return r == Handler || r == Caller || r == Staff }

// CentreUnit owns what no other unit of a hall may: the centre itself. Repairs of township and village halls are its own
// (domain §4).
const CentreUnit = "centre"

// Account is who wants something.
type Account struct {
	Name   string
	Role   Role
	Unit   string   // 进驻单位 it acts for; of a centre that decides: the unit it came from, whose matters it may not decide
	Badge  string   // of a clerk
	Places []string // paths in the tree such as 江南省/青澜市; none: all. What lies below a place belongs to it
	Halls  []string // ids of halls; none: all of its places
}

// Object is what somebody wants to do something to: where it lies and whom it concerns. What is not known stays empty;
// an account that is bound to places, halls or a unit then does not reach it.
type Object struct {
	Hall  string   // id
	Place []string // of the hall, or of the matter itself where it belongs to no hall: 省, 市, 县, 乡镇, 村
	Unit  string   // that owns it and answers for it
	// Served is the unit of the clerk who served: at a 综合窗口 it may be another than Unit.
	Served string
	Badge  string // of the clerk it is about
	// Account is whose it is: the inspector of a visit, the account of a session.
	Account string
	// Consented: the rater gave his name and agreed to be called. Only then a unit learns of him (domain §4).
	Consented bool
	// Hidden: a lead on misconduct, kept from the unit and the hall (domain §4).
	Hidden bool
	// Deciders are the accounts that decided about it before: an appeal goes to another person (domain §4).
	Deciders []string
}

// Can reports whether the role may do a to anything at all.
func Can(r Role, a Action) bool { return ReachOf(r, a) != None }

// May reports whether who may do a to o. It is the only rule: nothing else grants.
func May(who Account, a Action, o Object) bool {
	return Scope(who, a).Takes(o) && !inOwnCause(who, a, o)
}

// inOwnCause reports whether who would decide about himself: about his own unit's matter, about himself at the window,
// or a second time about the same (domain §4: never the own unit; an appeal is decided by another person).
func inOwnCause(who Account, a Action, o Object) bool {
	if a != RepairsDecide && a != AppealsDecide {
		return false
	}
	own := who.Unit != "" && (who.Unit == o.Unit || who.Unit == o.Served) || who.Badge != "" && who.Badge == o.Badge
	return own || a == AppealsDecide && slices.Contains(o.Deciders, who.Name)
}

// Covers reports whether all that an account of these places and halls reaches, who reaches too. Who manages accounts
// gives nothing away that he has not himself. at tells where a hall lies; false where there is none of that id.
func Covers(who Account, places, halls []string, at func(hall string) (place []string, ok bool)) bool {
	if len(who.Halls) > 0 {
		return len(halls) > 0 && !slices.ContainsFunc(halls, func(h string) bool { return !slices.Contains(who.Halls, h) })
	}
	if len(who.Places) == 0 {
		return true
	}
	if len(halls) > 0 {
		return !slices.ContainsFunc(halls, func(h string) bool {
			place, ok := at(h)
			return !ok || !within(place, who.Places)
		})
	}
	return len(places) > 0 && !slices.ContainsFunc(places, func(p string) bool { return !within(Path(p), who.Places) })
}

// Path splits a place as accounts name it.
func Path(place string) []string { return strings.Split(place, "/") }

// within reports whether place is one of places or lies below one.
func within(place []string, places []string) bool {
	return slices.ContainsFunc(places, func(p string) bool {
		top := Path(p)
		return len(place) >= len(top) && slices.Equal(place[:len(top)], top)
	})
}
