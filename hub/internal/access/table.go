package access

import (
	"fmt"
	"slices"
	"strings"
)

// Action is something that may be allowed or not.
type Action string

// The actions.
const (
	AccountOwn Action = "account.own" // sign-in, password, second factor and sessions of one's own
	AdminOpen  Action = "admin.open"  // the admin pages; what they show is asked for apart
	BoardDesk  Action = "board.desk"  // every window now, levels of single ratings included
	BoardWall  Action = "board.wall"  // sums alone
	// BoardCommand: words to a window, a wish to open it, a letter stopped, an outage declared.
	BoardCommand Action = "board.command"
	AlertsTake   Action = "alerts.take" // see to an alert of the board

	RatingsList  Action = "ratings.list"  // which visits were rated, without level and text
	RatingsLevel Action = "ratings.level" // the level of a single rating, and reasons: they tell it
	RatingsText  Action = "ratings.text"  // what the citizen wrote

	RepairsList   Action = "repairs.list"   // item, window, day, reasons; the rater masked
	RepairsAssign Action = "repairs.assign" // to a unit
	RepairsSign   Action = "repairs.sign"   // 签收
	RepairsCall   Action = "repairs.call"   // record a call-back 回访
	RepairsWork   Action = "repairs.work"   // verify, begin, extend, answer, propose an exclusion
	RepairsAccept Action = "repairs.accept" // close, or return to the unit
	RepairsDecide Action = "repairs.decide" // exclusion
	RepairsFreeze Action = "repairs.freeze" // and let go again
	PressureRead  Action = "pressure.read"  // what a citizen reported of pressure or retaliation 打击报复

	AppealsOpen   Action = "appeals.open"
	AppealsDecide Action = "appeals.decide"

	PrivateReveal Action = "private.reveal" // a name or a phone, unmasked; each look is recorded
	PrivateExport Action = "private.export" // all of a person, for that person
	PrivateErase  Action = "private.erase"  // on a person's request

	CasesList   Action = "cases.list"   // 办件: state, limits, course; the applicant masked
	CasesReveal Action = "cases.reveal" // the applicant, unmasked; each look is recorded

	ConcernsList  Action = "concerns.list"
	ConcernsEnter Action = "concerns.enter"
	ConcernsRoute Action = "concerns.route"
	ConcernsWork  Action = "concerns.work"
	ConcernsJudge Action = "concerns.judge" // valid or not

	InspectionsPlan   Action = "inspections.plan"
	InspectionsDo     Action = "inspections.do"
	InspectionsList   Action = "inspections.list"   // plans too: who is to be visited unannounced
	InspectionsAnswer Action = "inspections.answer" // see and answer findings that name oneself as owner

	HotlineRate Action = "hotline.rate" // enter what a citizen says on a recorded call

	FiguresRead   Action = "figures.read"
	FiguresExport Action = "figures.export"

	PeopleRead   Action = "people.read"
	PeopleManage Action = "people.manage"

	CatalogueRead    Action = "catalogue.read"    // versions of a hall's catalogue, and what its agents run
	CatalogueArrange Action = "catalogue.arrange" // staff, windows, queues, hours, roster
	CatalogueRule    Action = "catalogue.rule"    // items, units, and by which rule people are called
	PINsKeep         Action = "pins.keep"         // PINs of clerks: given, taken away, chosen with a one-time code

	PolicyRead    Action = "policy.read"
	PolicyAdopt   Action = "policy.adopt"
	CalendarClose Action = "calendar.close"
	AgentsLost    Action = "agents.lost" // declare that an agent will not come back
	AuditRead     Action = "audit.read"
	MessagesRead  Action = "messages.read" // to citizens, masked

	MessagesDecide Action = "messages.decide" // of one that nobody knows of whether it was sent: that it was, again, or not any more
)

// Reach is how far a role's right to an action goes.
type Reach string

// The reaches, each within the places and halls of the account, except All.
const (
	None  Reach = "none"
	Own   Reach = "own"   // one's own: by account or badge
	Unit  Reach = "unit"  // of the unit one acts for
	Hall  Reach = "hall"  // of one's halls
	Place Reach = "place" // of one's places, what belongs to no hall included; of an account without places: everything
	All   Reach = "all"   // everything, wherever the account belongs: what has no place
)

// row is an action with who may do it; who is not named may not.
type row struct {
	action Action
	reach  map[Role]Reach
}

// everyone has the reach.
func everyone(reach Reach) map[Role]Reach {
	m := map[Role]Reach{}
	for _, r := range Roles() {
		m[r] = reach
	}
	return m
}

// but takes roles out.
func but(m map[Role]Reach, none ...Role) map[Role]Reach {
	for _, r := range none {
		delete(m, r)
	}
	return m
}

// table is the table: the order of actions is that of screens and of the published matrix.
func table() []row {
	type of = map[Role]Reach
	return []row{
		{AccountOwn, everyone(Own)},
		{AdminOpen, but(everyone(All), Wall)},

		// Levels of single ratings appear to manager and centre alone (design §7); 监察 stands in the centre's row of
		// domain §1. Who served never sees one. A unit reads the reasons of its own bad ratings as repairs.
		{BoardDesk, of{Centre: Place, Supervisor: Place, Manager: Hall}},
		{BoardWall, of{Centre: Place, Supervisor: Place, Manager: Hall, Handler: Hall, Caller: Hall, Staff: Hall, Guide: Hall, Wall: Hall}},
		{BoardCommand, of{Centre: Place, Manager: Hall}},
		{AlertsTake, of{Centre: Place, Manager: Hall}},
		{RatingsList, of{Centre: Place, Supervisor: Place, Manager: Hall, Auditor: Place}},
		{RatingsLevel, of{Centre: Place, Supervisor: Place, Manager: Hall}},
		{RatingsText, of{Centre: Place, Supervisor: Place, Handler: Unit, Caller: Unit}},

		// The centre assigns, verifies and decides; the unit repairs; its call-back person calls, else the centre or the
		// hotline (domain §4). What is the centre's own, of township and village halls, it repairs itself.
		{RepairsList, of{Centre: Place, Supervisor: Place, Manager: Hall, Handler: Unit, Caller: Unit, Operator: Place, Auditor: Place}},
		{RepairsAssign, of{Centre: Place}},
		{RepairsSign, of{Centre: Unit, Handler: Unit}},
		{RepairsCall, of{Centre: Place, Caller: Unit, Operator: Place}},
		{RepairsWork, of{Centre: Unit, Handler: Unit}},
		{RepairsAccept, of{Centre: Place, Supervisor: Place}},
		{RepairsDecide, of{Centre: Place, Supervisor: Place}},
		{RepairsFreeze, of{Centre: Place}},
		{PressureRead, of{Centre: Place}}, // to the centre alone
		{AppealsOpen, of{Handler: Unit, Staff: Own}},
		{AppealsDecide, of{Centre: Place, Supervisor: Place}},

		{PrivateReveal, of{Centre: Place, Caller: Unit, Operator: Place}},
		{PrivateExport, of{Centre: Place}},
		{PrivateErase, of{Centre: Place}},

		// A unit answers for its cases, and writes to who applies.
		{CasesList, of{Centre: Place, Supervisor: Place, Manager: Hall, Handler: Unit, Auditor: Place}},
		{CasesReveal, of{Centre: Place, Handler: Unit}},

		{ConcernsList, of{Centre: Place, Supervisor: Place, Manager: Hall, Handler: Unit, Operator: Place, Auditor: Place}},
		{ConcernsEnter, of{Centre: Place, Supervisor: Place, Manager: Hall, Guide: Hall, Operator: Place, Observer: Place}},
		{ConcernsRoute, of{Centre: Place}},
		{ConcernsWork, of{Centre: Unit, Handler: Unit}},
		{ConcernsJudge, of{Centre: Place, Supervisor: Place}},

		// A visit that its hall knows of beforehand is none: managers and units hear of findings, never of plans.
		{InspectionsPlan, of{Centre: Place, Supervisor: Place}},
		{InspectionsDo, of{Inspector: Own, Observer: Own}},
		{InspectionsList, of{Centre: Place, Supervisor: Place, Inspector: Own, Observer: Own, Auditor: Place}},
		{InspectionsAnswer, of{Centre: Unit, Manager: Hall, Handler: Unit}},

		// No page or call makes a rating but the citizen's, and a recorded call of his.
		{HotlineRate, of{Operator: Place}},

		{FiguresRead, of{Centre: Place, Supervisor: Place, Manager: Hall, Handler: Unit, Caller: Unit, Staff: Own, Observer: Place, Auditor: Place, Reader: Place}},
		{FiguresExport, of{Centre: Place, Supervisor: Place, Manager: Hall, Handler: Unit, Auditor: Place, Reader: Place}},

		{PeopleRead, of{Centre: Place, Auditor: Place}},
		{PeopleManage, of{Centre: Place}},

		// Who sits where is the hall's own affair; what people may expect of an item is the centre's.
		{CatalogueRead, of{Centre: Place, Supervisor: Place, Manager: Hall, Auditor: Place}},
		{CatalogueArrange, of{Centre: Place, Manager: Hall}},
		{CatalogueRule, of{Centre: Place}},
		{PINsKeep, of{Centre: Place, Manager: Hall}},

		{PolicyRead, but(everyone(All), Reader, Wall)}, // a rule that binds people is read by all of them
		{PolicyAdopt, of{Centre: Place}},
		{CalendarClose, of{Centre: Place}},
		{AgentsLost, of{Centre: Place}},
		{AuditRead, of{Centre: All, Supervisor: All, Auditor: All}},
		{MessagesRead, of{Centre: Place, Supervisor: Place, Auditor: Place}},
		{MessagesDecide, of{Centre: Place}},
	}
}

// needsConsent reports whether who has role r learns by a only of raters who gave their name and agreed to be called: a
// unit's people and the hotline that calls for them (domain §4). The centre hears of all at once.
func needsConsent(r Role, a Action) bool {
	return (a == RatingsText || a == PrivateReveal) && r != Centre && r != Supervisor
}

// Actions lists the actions in the order of the table.
func Actions() []Action {
	var all []Action
	for _, row := range table() {
		all = append(all, row.action)
	}
	return all
}

// Valid reports whether a is an action.
func (a Action) Valid() bool { return slices.Contains(Actions(), a) }

// ReachOf is a cell of the table.
func ReachOf(r Role, a Action) Reach {
	for _, row := range table() {
		if reach, ok := row.reach[r]; ok && row.action == a {
			return reach
		}
	}
	return None
}

// Of lists what a role may do, in the order of the table.
func Of(r Role) []Action {
	return slices.DeleteFunc(Actions(), func(a Action) bool { return !Can(r, a) })
}

// Markdown writes the table for people to read.
func Markdown() string {
	var b strings.Builder
	fmt.Fprint(&b, "| action |")
	for _, r := range Roles() {
		fmt.Fprintf(&b, " %s |", r)
	}
	fmt.Fprint(&b, "\n| --- |"+strings.Repeat(" --- |", len(Roles()))+"\n")
	for _, a := range Actions() {
		fmt.Fprintf(&b, "| %s |", a)
		for _, r := range Roles() {
			if reach := ReachOf(r, a); reach == None {
				fmt.Fprint(&b, " - |")
			} else {
				fmt.Fprintf(&b, " %s |", reach)
			}
		}
		fmt.Fprintln(&b)
	}
	return b.String()
}
