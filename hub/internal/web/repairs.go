package web

import (
	"net/http"
	"strconv"
	"strings"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/repair"
)

// repairRoutes are the repairs 差评整改工单 of bad ratings, and appeals 申诉. A repair is named by its number: its id is the
// visit's, which a unit does not learn. What somebody may not see is answered as if it were not there.
func (o *office) repairRoutes() []Route {
	routes := []Route{
		{"GET", "/api/repairs", access.RepairsList, o.listRepairs},
		{"GET", "/api/repairs/counts", access.RepairsList, o.countRepairs},
		{"GET", "/api/repairs/{id}", access.RepairsList, o.showRepair},
		{"POST", "/api/repairs/{id}/reveal", access.PrivateReveal, o.revealRater},
		{"POST", "/api/repairs/bulk", access.RepairsAccept, o.manyRepairs}, // what each row needs is asked for it
		{"GET", "/api/appeals", access.AppealsOpen, o.listAppeals},
		{"GET", "/api/appeals/{id}", access.AppealsOpen, o.showRepair}, // of who served: he sees nothing else of repairs
	}
	for _, a := range repairActs() {
		routes = append(routes, Route{"POST", "/api/repairs/{id}/" + a.name, a.action, o.actOnRepair(a)})
	}
	return routes
}

// repairObject is what access is asked about a repair.
func (o *office) repairObject(r repair.Repair) access.Object {
	place, _ := o.placeOf(r.Hall)
	return access.Object{Hall: r.Hall, Place: place, Unit: r.Unit, Served: r.ClerkUnit, Badge: r.ServedBy,
		Consented: r.Rating.Named && r.Rating.Callback, Deciders: r.Deciders()}
}

// eyes is how the rules of repairs know who looks: the centre's own people work for the centre on what it owns itself
// (domain §4), and who served is known by his badge.
func (o *office) eyes(who Account, r repair.Repair) repair.Viewer {
	v := repair.Viewer{Person: who.person(), Now: o.Now()}
	v.Own = who.Role == access.Staff && access.May(who.Account, access.AppealsOpen, o.repairObject(r))
	if who.Role == access.Centre && r.Unit == access.CentreUnit {
		v.Unit = access.CentreUnit
	}
	return v
}

// see returns what who sees of a repair; false: nothing, not even that there is one.
func (o *office) see(who Account, r repair.Repair) (repair.View, bool) {
	if what := o.repairObject(r); !access.May(who.Account, access.RepairsList, what) && !access.May(who.Account, access.AppealsOpen, what) {
		return repair.View{}, false
	}
	return repair.See(r, o.eyes(who, r))
}

// repairNumber reads the number by which people name a repair: R-1107.
func repairNumber(s string) (int64, bool) {
	digits, ok := strings.CutPrefix(s, "R-")
	n, err := strconv.ParseInt(digits, 10, 64)
	return n, ok && err == nil && n > 0 && digits == strconv.FormatInt(n, 10)
}

// repair finds the repair that an address names, as far as who sees it; else it answers and returns false.
func (o *office) repair(w http.ResponseWriter, r *http.Request, who Account) (repair.Repair, repair.View, bool) {
	found, ok, err := o.numbered(r, r.PathValue("id"))
	if err != nil {
		o.down(w, r, err)
		return found, repair.View{}, false
	}
	var view repair.View
	if ok {
		view, ok = o.see(who, found)
	}
	if !ok {
		o.refuse(w, r, http.StatusNotFound, "nothing")
	}
	return found, view, ok
}

// numbered reads the repair of a number; false where there is none.
func (o *office) numbered(r *http.Request, number string) (found repair.Repair, ok bool, err error) {
	n, ok := repairNumber(number)
	if !ok {
		return found, false, nil
	}
	page, _, err := o.Matters.Repairs.Repairs(r.Context(), intake.RepairsAsked{Page: intake.Page{Limit: 1}, Number: n})
	if err != nil || len(page) == 0 {
		return found, false, err
	}
	return page[0], true, nil
}

func (o *office) showRepair(w http.ResponseWriter, r *http.Request, who Account) {
	if found, _, ok := o.repair(w, r, who); ok {
		o.answerRepair(w, r, who, found)
	}
}

// answerRepair answers with all that who sees of a repair.
func (o *office) answerRepair(w http.ResponseWriter, r *http.Request, who Account, found repair.Repair) {
	p, err := o.repairPage(r, who)
	if err != nil {
		o.down(w, r, err)
		return
	}
	view, ok := o.see(who, found)
	if !ok { // what he has just done took it out of his sight
		o.json(w, http.StatusOK, struct {
			ID   string `json:"id"`
			Gone bool   `json:"gone"`
		}{found.Number, true})
		return
	}
	whole, err := p.whole(found, view)
	if err != nil {
		o.down(w, r, err)
		return
	}
	o.json(w, http.StatusOK, whole)
}

// repairView is one of the lists of repairs.
type repairView struct {
	name string
	// ask narrows the question to the list.
	ask func(q *intake.RepairsAsked, today hall.Day)
}

// repairViews are the lists that who is offered, first what waits for him.
func repairViews(who Account) []repairView {
	inHand := []string{string(repair.Assigned), string(repair.Verifying), string(repair.Repairing)}
	var all []repairView
	add := func(a access.Action, name string, ask func(q *intake.RepairsAsked, today hall.Day)) {
		if access.Can(who.Role, a) {
			all = append(all, repairView{name, ask})
		}
	}
	add(access.RepairsAssign, "assign", func(q *intake.RepairsAsked, _ hall.Day) { q.States = []string{string(repair.Open)} })
	add(access.RepairsAccept, "accept", func(q *intake.RepairsAsked, _ hall.Day) { q.States = []string{string(repair.Answered)} })
	add(access.RepairsDecide, "decide", func(q *intake.RepairsAsked, _ hall.Day) { q.Decides = true })
	add(access.RepairsFreeze, "frozen", func(q *intake.RepairsAsked, _ hall.Day) { q.Frozen = true })
	switch who.Role {
	case access.Centre: // what it owns itself
		add(access.RepairsWork, "todo", func(q *intake.RepairsAsked, _ hall.Day) {
			q.Running, q.States, q.Units = true, inHand, []string{access.CentreUnit}
		})
	case access.Handler:
		add(access.RepairsWork, "todo", func(q *intake.RepairsAsked, _ hall.Day) { q.Running, q.States = true, inHand })
	default:
		add(access.RepairsCall, "todo", func(q *intake.RepairsAsked, _ hall.Day) { q.Calls = true })
	}
	add(access.RepairsList, "today", func(q *intake.RepairsAsked, today hall.Day) { q.Running, q.DueFrom, q.DueTo = true, today, today })
	add(access.RepairsList, "overdue", func(q *intake.RepairsAsked, today hall.Day) { q.Running, q.DueTo = true, before(q.DueTo, today-1) })
	add(access.RepairsList, "running", func(q *intake.RepairsAsked, _ hall.Day) { q.Open = new(true) })
	add(access.RepairsList, "ended", func(q *intake.RepairsAsked, _ hall.Day) { q.Open, q.Order = new(bool), intake.ByEnded })
	return all
}

// before is the earlier of two days of which the first may not be asked for.
func before(asked, day hall.Day) hall.Day {
	if asked == 0 {
		return day
	}
	return min(asked, day)
}
