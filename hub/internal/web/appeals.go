package web

import (
	"net/http"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/repair"
)

// appealLine is an appeal 申诉 as lists show it: without a text.
type appealLine struct {
	Side    hall.AppealSide   `json:"side"`
	Ground  hall.AppealGround `json:"ground"`
	Opened  hall.Day          `json:"opened"`
	Until   hall.Day          `json:"until"` // it is decided
	Decided hall.Day          `json:"decided,omitzero"`
	Upheld  bool              `json:"upheld,omitempty"`
}

func appealLines(all []repair.Appeal) []appealLine {
	lines := []appealLine{}
	for _, a := range all {
		line := appealLine{Side: a.Side, Ground: a.Ground, Opened: hall.DayOf(a.At), Until: a.Due.Day}
		if !a.Pending() {
			line.Decided, line.Upheld = hall.DayOf(a.Decided.At), a.Decided.Yes
		}
		lines = append(lines, line)
	}
	return lines
}

// appealRow is a bad rating as somebody sees it who may appeal against it, or did.
type appealRow struct {
	repairRow
	Day   hall.Day `json:"day"`            // of the service
	Until hall.Day `json:"until,omitzero"` // he can appeal; left out: he cannot
}

// listAppeals lists what a unit or a person who served has appealed against or still can, the newest first. Who served sees
// of each that there is one, at which window, about which item, on which day: no level, no reason, no rater (domain §4).
func (o *office) listAppeals(w http.ResponseWriter, r *http.Request, who Account) {
	a := o.asking(r)
	halls, ok := o.askedHalls(w, r, who, access.AppealsOpen, a)
	q := intake.RepairsAsked{Order: intake.ByNewest, Appeal: one(a.among("appeal", "pending", "decided"))}
	q.Within = o.within(who, access.AppealsOpen)
	q.Bound, q.Halls, q.WithServed = halls.bound, halls.halls, false
	q.Limit, q.After = asked(r)
	o.repairsFor(a, &q)
	if !ok || !o.goodAsking(w, a) {
		return
	}
	if who.Role == access.Staff && who.Badge == "" {
		rows(o, w, []appealRow{}, "") // nobody is known by no badge
		return
	}
	p, err := o.repairPage(r, who)
	if err != nil {
		o.down(w, r, err)
		return
	}
	found, next, err := o.Matters.Repairs.Repairs(r.Context(), q)
	if o.answered(w, r, err) {
		return
	}
	page := []appealRow{}
	for _, one := range found {
		view, sees := o.see(who, one)
		if !sees {
			continue
		}
		row := appealRow{repairRow: p.row(one, view), Day: view.Day}
		if day, can := p.appealBy(one, view); can {
			row.Until = day
		}
		page = append(page, row)
	}
	rows(o, w, page, next)
}

// appealsWaiting is how many appeals wait for who to decide them, or for others whom he asked: the number in the menu.
func (o *office) appealsWaiting(r *http.Request, who Account) (int, error) {
	q := intake.RepairsAsked{Appeal: "pending"}
	switch {
	case access.Can(who.Role, access.AppealsDecide):
		q.Within = o.repairsWithin(who)
	case access.Can(who.Role, access.AppealsOpen) && (who.Role != access.Staff || who.Badge != ""):
		q.Within = o.within(who, access.AppealsOpen)
		q.WithServed = false
	default:
		return 0, nil
	}
	return o.Matters.Repairs.CountRepairs(r.Context(), q)
}
