package web

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/repair"
)

// repairRow is a repair as lists show it. What who asks may not know is left out.
type repairRow struct {
	ID            string           `json:"id"` // in addresses: the number
	Number        string           `json:"number"`
	State         repair.State     `json:"state"`
	Version       int              `json:"version"` // goes back as seen
	Item          string           `json:"item"`    // name; empty: none was chosen
	Window        string           `json:"window"`
	Hall          string           `json:"hall"`
	HallName      string           `json:"hall_name"`
	Unit          string           `json:"unit"` // that owns it; while it is open, that the law proposes
	UnitName      string           `json:"unit_name"`
	Concerns      []repair.Concern `json:"concerns"`
	Reasons       []reasonJSON     `json:"reasons"`
	ReasonMissing bool             `json:"reason_missing"`
	Level         hall.Level       `json:"level,omitempty"`
	Due           hall.Day         `json:"due,omitzero"`
	Provisional   bool             `json:"provisional"`
	DueToday      bool             `json:"due_today"`
	Overdue       int              `json:"overdue"` // counted days since due; of what was answered late, by how many
	Extended      int              `json:"extended"`
	Ended         hall.Day         `json:"ended,omitzero"`
	Named         bool             `json:"named"`
	Callback      repair.CallState `json:"callback,omitempty"`
	Frozen        bool             `json:"frozen"`
	Waits         []repair.Wait    `json:"waits"`
	Appealed      []appealLine     `json:"appealed"`
}

// reasonJSON is an official reason in words. Its code begins with the level: only who sees that is told it.
type reasonJSON struct {
	Code  string `json:"code,omitempty"`
	Name  string `json:"name"`
	Short string `json:"short"` // for lists
}

// row returns a repair as lists show it to whom view was made for.
func (p *repairPage) row(r repair.Repair, v repair.View) repairRow {
	row := repairRow{ID: v.Number, Number: v.Number, State: v.State, Version: v.Version, Item: p.names.item(v.Hall, v.Item), Window: v.Window,
		Hall: v.Hall, HallName: p.names.hall(v.Hall), Unit: v.Unit, Concerns: append([]repair.Concern{}, v.Concerns...), Reasons: p.reasons(v.Reasons, v.Level != 0),
		ReasonMissing: v.ReasonMissing, Level: v.Level, Named: v.Named, Frozen: v.Frozen, Waits: append([]repair.Wait{}, v.Waits...), Appealed: appealLines(v.Appeals)}
	if v.Unit != "" {
		row.UnitName = p.names.unit(v.Unit)
	}
	if v.Round.Deadline.IsZero() { // the person rated does not see the work
		return row
	}
	row.Due, row.Provisional, row.Extended, row.Callback = v.Round.Deadline.Day, v.Round.Deadline.Provisional, len(v.Round.Extensions), r.CallState()
	row.DueToday = r.State.Running() && !r.Frozen && row.Due == hall.DayOf(p.now)
	row.Overdue = r.DaysLate(p.now, p.law)
	if at, ended := r.Ended(); ended {
		row.Ended = hall.DayOf(at)
	}
	return row
}

// reasons names official reasons. One that is in no dictionary of ours is no more than another reason.
func (p *repairPage) reasons(codes []string, level bool) []reasonJSON {
	all := []reasonJSON{}
	for _, code := range codes {
		one := reasonJSON{Name: p.word("rate.reason."+code, "repair.reason.other")}
		one.Short = p.word("repair.reason."+code, "rate.reason."+code, "repair.reason.other")
		if level {
			one.Code = code
		}
		all = append(all, one)
	}
	return all
}

// word says the first of keys that there are words for.
func (p *repairPage) word(keys ...string) string {
	for _, key := range keys {
		if text := p.say.T(key); text != key {
			return text
		}
	}
	return ""
}

// listRepairs lists repairs by what they wait for: what is due first comes first, what the unit has answered after that.
func (o *office) listRepairs(w http.ResponseWriter, r *http.Request, who Account) {
	a := o.asking(r)
	q, ok := o.repairsAsked(w, r, who, a)
	if !ok || !o.goodAsking(w, a) {
		return
	}
	p, err := o.repairPage(r, who)
	if err != nil {
		o.down(w, r, err)
		return
	}
	found, next, err := o.Matters.Repairs.Repairs(r.Context(), q)
	if err != nil {
		o.answered(w, r, err)
		return
	}
	page := []repairRow{}
	for _, one := range found {
		if view, ok := o.see(who, one); ok {
			page = append(page, p.row(one, view))
		}
	}
	rows(o, w, page, next)
}

// repairsAsked reads what the address asks for, within what who reaches.
func (o *office) repairsAsked(w http.ResponseWriter, r *http.Request, who Account, a *asking) (q intake.RepairsAsked, ok bool) {
	halls, ok := o.askedHalls(w, r, who, access.RepairsList, a)
	if !ok {
		return q, false
	}
	q.Within = o.repairsWithin(who)
	q.Bound, q.Halls = halls.bound, halls.halls
	q.Limit, q.After = asked(r)
	q.States = a.among("state", inWords(repair.States())...)
	q.Units, q.Window, q.Items = a.list("unit"), a.text("window"), a.list("item")
	q.DueFrom, q.DueTo = a.span()
	q.Named, q.Frozen, q.Missing = a.flag("named"), a.flag("frozen"), a.flag("missing")
	q.Appeal, q.Exclusion = one(a.among("appeal", "pending", "decided")), one(a.among("exclusion", "pending", "decided"))
	q.Order = intake.Order(one(a.among("order", string(intake.ByDue), string(intake.ByNewest), string(intake.ByEnded))))
	o.repairsFor(a, &q)
	if name := a.text("view"); name != "" {
		n := slices.IndexFunc(repairViews(who), func(v repairView) bool { return v.name == name })
		if n < 0 {
			a.fault("view", name)
			return q, true
		}
		repairViews(who)[n].ask(&q, hall.DayOf(o.Now()))
	}
	return q, true
}

// repairsWithin is what who reaches of repairs. What another unit owns and a clerk of his unit served he could list, but
// he sees nothing of it (repair.See): it is not asked for.
func (o *office) repairsWithin(who Account) intake.Within {
	w := o.within(who, access.RepairsList)
	w.WithServed = false
	return w
}

// repairsFor reads what somebody looks for: the number of a repair, or how the name of an item begins.
func (o *office) repairsFor(a *asking, q *intake.RepairsAsked) {
	number, text := a.text("number"), cleanLine(a.text("q"))
	if number == "" && text != "" {
		if n := "R-" + strings.TrimPrefix(strings.ToUpper(text), "R-"); isNumber(n) {
			number = n
		}
	}
	switch {
	case number != "":
		n, ok := repairNumber(number)
		if !ok {
			a.fault("number", number)
		}
		q.Number = n
	case text != "":
		q.Items = o.itemsNamed(text, q.Items)
	}
}

func isNumber(s string) bool {
	_, ok := repairNumber(s)
	return ok
}

// itemsNamed returns the codes of items whose name begins so, in either language, of those that are asked for. Where there
// is none it returns a code that no item has: then nothing is found.
func (o *office) itemsNamed(text string, of []string) []string {
	begins := func(name string) bool { return strings.HasPrefix(strings.ToLower(name), strings.ToLower(text)) }
	var codes []string
	for _, h := range o.Halls() {
		for _, i := range h.Catalogue.Items {
			if (begins(i.Name) || begins(i.NameEN)) && !slices.Contains(codes, i.Code) && (len(of) == 0 || slices.Contains(of, i.Code)) {
				codes = append(codes, i.Code)
			}
		}
	}
	if len(codes) == 0 {
		return []string{" "}
	}
	return codes
}

// inWords returns values of a closed set as they are written.
func inWords[T ~string](all []T) []string {
	var out []string
	for _, v := range all {
		out = append(out, string(v))
	}
	return out
}

// among reads values of a closed set, comma separated.
func (a *asking) among(field string, known ...string) []string {
	all := a.list(field)
	for _, v := range all {
		if !slices.Contains(known, v) {
			a.fault(field, v)
		}
	}
	return all
}

// one is the first of some values; empty where there is none.
func one(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// countRepairs says how many lie in each list that who is offered.
func (o *office) countRepairs(w http.ResponseWriter, r *http.Request, who Account) {
	counts, err := o.repairCounts(r.Context(), who)
	if err != nil {
		o.down(w, r, err)
		return
	}
	o.json(w, http.StatusOK, struct {
		Views map[string]int `json:"views"`
		AsOf  time.Time      `json:"as_of"`
	}{counts, o.Now()})
}

// repairCounts counts each list but that of what has ended, which grows for years.
func (o *office) repairCounts(ctx context.Context, who Account) (map[string]int, error) {
	counts := map[string]int{}
	for _, v := range repairViews(who) {
		if v.name == "ended" {
			continue
		}
		q := intake.RepairsAsked{Within: o.repairsWithin(who)}
		v.ask(&q, hall.DayOf(o.Now()))
		n, err := o.Matters.Repairs.CountRepairs(ctx, q)
		if err != nil {
			return nil, err
		}
		counts[v.name] = n
	}
	return counts, nil
}

// repairsWaiting is how many repairs wait for who himself: the number in the menu.
func (o *office) repairsWaiting(r *http.Request, who Account) (n int, err error) {
	counts, err := o.repairCounts(r.Context(), who)
	for _, view := range []string{"assign", "accept", "decide", "frozen", "todo"} {
		n += counts[view]
	}
	return n, err
}
