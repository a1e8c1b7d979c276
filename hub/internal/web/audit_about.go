package web

import (
	"net/http"
	"strings"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/concern"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/repair"
)

// knowing looks up what deeds are about, each thing once.
type knowing struct {
	o        *office
	r        *http.Request
	say      sheet
	names    names
	people   map[hall.Person]string
	repairs  map[string]*repair.Repair
	concerns map[string]*concern.Concern
	visits   map[string]string // their labels
	agents   *roll
	of       hall.Type // the deed whose fields are said
}

func (o *office) knowing(r *http.Request) *knowing {
	return &knowing{o: o, r: r, say: o.sheet(r, ""), names: o.names(r), people: map[hall.Person]string{}, repairs: map[string]*repair.Repair{},
		concerns: map[string]*concern.Concern{}, visits: map[string]string{}}
}

// deed is a line of the audit as who may see it.
func (k *knowing) deed(who Account, d intake.Deed) (deedJSON, error) {
	j := deedJSON{ID: itoa(d.Pos), At: d.At, Type: d.Type, Did: k.say.T("deed." + string(d.Type)), Family: familyOf(d.Type)}
	shut, err := k.shut(who, d)
	if err != nil {
		return j, err
	}
	if j.By = k.by(d.By); shut {
		j.Shut = true
		return j, nil
	}
	j.About, err = k.about(d.Type, d.About)
	return j, err
}

func (k *knowing) by(p hall.Person) doerJSON {
	name, ok := k.people[p]
	if !ok {
		if name = k.o.nameOf(k.r, p); p == hall.Console() {
			name = k.say.T("audit.console")
		}
		k.people[p] = name
	}
	return doerJSON{p.Account, name, p.Role, p.Unit}
}

// shut reports whether who may not know what a deed is about: a lead on misconduct is kept from all but centre and 监察,
// pressure from all but the centre (domain §4).
func (k *knowing) shut(who Account, d intake.Deed) (bool, error) {
	if k.knowsAll(who) {
		return false, nil
	}
	switch familyOf(d.Type) {
	case "concern":
		c, err := k.concern(d.About)
		return c != nil && (c.Hidden() && !access.May(who.Account, access.AuditRead, access.Object{Hidden: true}) || c.Pressure), err
	case "repair":
		return d.Type == hall.TypeRepairFrozen || d.Type == hall.TypeRepairThawed, nil
	}
	return false, nil
}

// knowsAll reports whether nothing of the audit is kept from who.
func (k *knowing) knowsAll(who Account) bool {
	return access.Can(who.Role, access.PressureRead)
}

func (k *knowing) repair(id string) (*repair.Repair, error) {
	if r, ok := k.repairs[id]; ok {
		return r, nil
	}
	r, ok, err := k.o.Matters.Repairs.Repair(k.r.Context(), id)
	if err != nil {
		return nil, err
	}
	if !ok {
		k.repairs[id] = nil
		return nil, nil
	}
	k.repairs[id] = &r
	return &r, nil
}

func (k *knowing) concern(id string) (*concern.Concern, error) {
	if c, ok := k.concerns[id]; ok {
		return c, nil
	}
	c, ok, err := k.o.Matters.Concerns.Concern(k.r.Context(), id)
	if err != nil {
		return nil, err
	}
	if !ok {
		k.concerns[id] = nil
		return nil, nil
	}
	k.concerns[id] = &c
	return &c, nil
}

// about names what a deed is about by the number or name that people know.
func (k *knowing) about(t hall.Type, id string) (aboutJSON, error) {
	if id == "" {
		return aboutJSON{}, nil
	}
	kind := kindOf(t, id)
	j := aboutJSON{kind, id, id}
	var err error
	switch kind {
	case aboutRepair:
		var rep *repair.Repair
		if rep, err = k.repair(id); rep != nil {
			j.Label = rep.Number
		} else if err == nil {
			j.Kind = aboutVisit
			j.Label, err = k.visit(id)
		}
	case aboutVisit:
		j.Label, err = k.visit(id)
	case aboutConcern:
		var c *concern.Concern
		if c, err = k.concern(id); c != nil {
			j.Label = c.Number
		}
	case aboutAccount:
		j.Label = k.o.nameOf(k.r, hall.Person{Account: id, Role: "-"})
	case aboutHall:
		j.Label = k.o.closedName(k.r, id)
	case aboutAgent:
		if h := k.o.hallOf(id); h != "" {
			j.Label = id + " " + k.names.hall(h)
		}
	case aboutMessage:
		j.Label, err = k.message(id)
	}
	return j, err
}

// kindOf is what the deeds of a type are about.
func kindOf(t hall.Type, id string) aboutKind {
	switch familyOf(t) {
	case "repair":
		return aboutRepair
	case "concern":
		return aboutConcern
	case "inspection":
		return aboutInspection
	case "message":
		return aboutMessage
	case "people":
		return aboutAccount
	case "board":
		return aboutNothing // its fields say it
	}
	switch t {
	case hall.TypePolicyAdopted:
		return aboutPack
	case hall.TypeCalendarPublished:
		return aboutYear
	case hall.TypeCalendarClosed, hall.TypeCalendarOpened, hall.TypeCataloguePublished, hall.TypePINChanged:
		return aboutHall
	case hall.TypeAgentLost, hall.TypeEventsReread:
		return aboutAgent
	}
	if _, err := hall.ParseID(id); err == nil {
		return aboutRepair // a visit; where it has a repair people know that
	}
	return aboutConcern
}

// visit names a visit: 11月18日 12 号窗口 A063.
func (k *knowing) visit(id string) (string, error) {
	if label, ok := k.visits[id]; ok {
		return label, nil
	}
	label := id
	parsed, err := hall.ParseID(id)
	if err != nil {
		return label, nil
	}
	v, ok, err := k.o.Matters.Ratings.Visit(k.r.Context(), parsed)
	if err != nil {
		return label, err
	}
	if ok && !v.Opened.IsZero() {
		label = k.say.Day(v.Opened) + " " + k.say.Clock(v.Opened) + " " + k.say.T("common.window", "id", v.Window)
		if all, err := k.roll(); err == nil && all.halls[parsed.Agent] != "" {
			label += " " + k.names.hall(all.halls[parsed.Agent])
		}
	}
	if ok && v.Case {
		c, _, err := k.o.Matters.Cases.Case(k.r.Context(), parsed)
		if err != nil {
			return label, err
		}
		label = c.Number
	}
	k.visits[id] = label
	return label, nil
}

func (k *knowing) roll() (roll, error) {
	if k.agents == nil {
		all, err := k.o.roll(k.r.Context())
		if err != nil {
			return roll{}, err
		}
		k.agents = &all
	}
	return *k.agents, nil
}

// message names a message to a citizen by what it is for and what it is about: its id is kind:about:n.
func (k *knowing) message(id string) (string, error) {
	kind, rest, ok := strings.Cut(id, ":")
	if !ok {
		return id, nil
	}
	of, _, _ := strings.Cut(rest, ":")
	about, err := k.about(hall.TypeDeadlineMoved, of) // of whatever family
	return k.say.T("audit.code."+kind) + " " + about.Label, err
}
