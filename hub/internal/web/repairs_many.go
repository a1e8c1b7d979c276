package web

import (
	"errors"
	"net/http"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/rating"
	"hallpulse/hub/internal/repair"
)

// manyJSON is one act on many repairs: to assign them, each to the unit that the law proposes for it unless one is named,
// or to accept their answers.
type manyJSON struct {
	Act     string `json:"act"`
	Preview bool   `json:"preview"` // say what would be, and do nothing
	Unit    string `json:"unit"`
	Note    paper  `json:"note"`
	IDs     []struct {
		ID   string `json:"id"`
		Seen int    `json:"seen"`
	} `json:"ids"`
}

// manyRow is what became of one repair, or would become of it; with a problem: what stands in the way.
type manyRow struct {
	ID     string     `json:"id"`
	Repair *repairRow `json:"repair,omitempty"`
	Error  *problem   `json:"error,omitempty"`
}

// one is a repair of the many on its way.
type manyOne struct {
	id    string
	found repair.Repair
	body  repairBody
	facts []hall.Fact
	err   error
}

// manyRepairs does one act on many repairs, in one transaction. One that cannot be done leaves the others alone.
func (o *office) manyRepairs(w http.ResponseWriter, r *http.Request, who Account) {
	var in manyJSON
	if !o.read(w, r, &in) {
		return
	}
	a, all, ok := o.manyOf(w, r, who, &in)
	if !ok {
		return
	}
	p, err := o.repairPage(r, who)
	if err != nil {
		o.down(w, r, err)
		return
	}
	boxes, err := o.sealTexts(map[string]*paper{"note": &in.Note})
	if o.unacted(w, r, who, a, err) {
		return
	}
	for n := range all {
		if one := &all[n]; one.err == nil {
			one.body = in.body(one.found, in.IDs[n].Seen)
			_, one.err = o.prepare(r.Context(), who, a, one.found, one.body)
		}
	}
	if in.Preview {
		for n := range all {
			all[n].decide(o, who, a, all[n].found, p.now, p.law)
		}
	} else {
		err = o.Matters.Decider.Decide(r.Context(), manyKeys(all), func(k intake.Known) (facts []hall.Fact, _ error) {
			for n := range all {
				now, _ := k.Repair(all[n].found.ID)
				all[n].decide(o, who, a, now, k.Now(), k.Law())
				facts = append(facts, all[n].facts...)
			}
			return facts, nil
		}, boxes...)
	}
	if o.unacted(w, r, who, a, err) {
		return
	}
	o.answerMany(w, p, a, in.Preview, all)
}

// manyOf reads which act is meant, and which repairs; else it answers and returns false.
func (o *office) manyOf(w http.ResponseWriter, r *http.Request, who Account, in *manyJSON) (a repairAct, all []manyOne, ok bool) {
	fault := func(field string) {
		o.answered(w, r, &repair.Refused{Code: repair.CodeChoice, Field: field})
	}
	if a, ok = actNamed(in.Act); !ok || in.Act != "assign" && in.Act != "accept" {
		fault("act")
		return a, nil, false
	}
	if !access.Can(who.Role, a.action) {
		o.forbid(w, r, who, a.action)
		return a, nil, false
	}
	if len(in.IDs) == 0 || len(in.IDs) > mostRows {
		fault("ids")
		return a, nil, false
	}
	twice := map[string]bool{}
	for _, id := range in.IDs {
		if twice[id.ID] {
			fault("ids")
			return a, nil, false
		}
		twice[id.ID] = true
		found, known, err := o.numbered(r, id.ID)
		if err != nil {
			o.down(w, r, err)
			return a, nil, false
		}
		one := manyOne{id: id.ID, found: found}
		if known {
			_, known = o.see(who, found)
		}
		if !known {
			one.err = errNotThere
		}
		all = append(all, one)
	}
	return a, all, true
}

// body is the act on one of the repairs.
func (in *manyJSON) body(r repair.Repair, seen int) repairBody {
	if in.Act == "accept" {
		return &acceptBody{seenJSON{seen}}
	}
	unit := in.Unit
	if unit == "" {
		unit = r.Unit
	}
	return &noted{assignBody{seenJSON: seenJSON{seen}, Unit: unit, Note: in.Note}}
}

// noted is an assignment whose note was sealed for all of them at once.
type noted struct{ assignBody }

func (*noted) texts() map[string]*paper { return nil }

// decide decides on one of the repairs as it stands; it may be asked again.
func (m *manyOne) decide(o *office, who Account, a repairAct, r repair.Repair, now time.Time, law rating.Law) {
	m.facts = nil
	if m.body == nil || m.err != nil && m.found.Version == r.Version {
		return
	}
	m.facts, m.err = o.decideRepair(who, a, r, m.body, now, law)
}

func manyKeys(all []manyOne) intake.Keys {
	var found []repair.Repair
	for _, one := range all {
		if one.body != nil {
			found = append(found, one.found)
		}
	}
	return repairKeys(found...)
}

// answerMany says of each repair what became of it, or what would.
func (o *office) answerMany(w http.ResponseWriter, p *repairPage, a repairAct, preview bool, all []manyOne) {
	out := []manyRow{}
	for _, one := range all {
		row := manyRow{ID: one.id}
		after, err := one.found, one.err
		switch {
		case err != nil:
			known := o.manyProblem(p, a, err)
			row.Error = &known
		case preview:
			for _, f := range one.facts {
				after = after.Apply(f, p.now, 0)
			}
		default:
			if after, _, err = o.Matters.Repairs.Repair(p.r.Context(), one.found.ID); err != nil {
				o.down(w, p.r, err)
				return
			}
		}
		if view, sees := o.see(p.who, after); row.Error == nil && sees {
			line := p.row(after, view)
			row.Repair = &line
		}
		out = append(out, row)
	}
	o.json(w, http.StatusOK, struct {
		Preview bool      `json:"preview"`
		Rows    []manyRow `json:"rows"`
	}{preview, out})
}

// manyProblem says what stands in the way of one of the repairs.
func (o *office) manyProblem(p *repairPage, a repairAct, err error) problem {
	if errors.Is(err, errNotThere) {
		return problem{Code: "nothing", Message: p.say.T("signin.say.nothing")}
	}
	if errors.Is(err, errMayNot) {
		o.Log.Info("office: refused", "account", p.who.Name, "action", string(a.action))
		return problem{Code: "forbidden", Message: p.say.T("signin.say.forbidden")}
	}
	if _, known, ok := o.problemOf(p.r, err); ok {
		return known
	}
	o.Log.Error("office: "+p.r.URL.Path, "err", err)
	return problem{Code: "down", Message: p.say.T("signin.say.down")}
}
