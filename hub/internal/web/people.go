package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
)

// peopleRoutes are the accounts as the centre keeps them. Each change is a deed, and ends the sessions of whom it is
// about.
func (o *office) peopleRoutes() []Route {
	return []Route{
		{"GET", "/api/people", access.PeopleRead, o.listPeople},
		{"POST", "/api/people", access.PeopleManage, o.makePerson},
		{"GET", "/api/people/{name}", access.PeopleRead, o.showPerson},
		{"POST", "/api/people/{name}/role", access.PeopleManage, o.changeRights},
		{"POST", "/api/people/{name}/disable", access.PeopleManage, o.changePerson(hall.AccountDisabled, func(a Account, _ time.Time) Account { a.Disabled = true; return a })},
		{"POST", "/api/people/{name}/enable", access.PeopleManage, o.changePerson(hall.AccountEnabled, func(a Account, _ time.Time) Account { a.Disabled = false; return a.forgiven() })},
		{"POST", "/api/people/{name}/unlock", access.PeopleManage, o.changePerson(hall.AccountUnlocked, func(a Account, _ time.Time) Account { return a.forgiven() })},
		{"POST", "/api/people/{name}/totp-reset", access.PeopleManage, o.changePerson(hall.AccountSecondReset, func(a Account, _ time.Time) Account {
			a.Second, a.Codes = nil, nil
			return a
		})},
		{"POST", "/api/people/{name}/password", access.PeopleManage, o.givePassword},
		{"GET", "/api/roles", access.PeopleRead, o.showRoles},
	}
}

// personJSON is an account as it is shown to who keeps the accounts: nothing in it opens anything.
type personJSON struct {
	Name      string      `json:"name"`
	Display   string      `json:"display"`
	Role      access.Role `json:"role"`
	Unit      string      `json:"unit,omitempty"`
	Badge     string      `json:"badge,omitempty"`
	Places    []string    `json:"places"`
	Halls     []string    `json:"halls"`
	Disabled  bool        `json:"disabled"`
	Locked    bool        `json:"locked"`
	First     bool        `json:"first_password"` // one that another gave
	Second    bool        `json:"second_factor"`
	Must      bool        `json:"second_required"`
	Added     time.Time   `json:"added"`
	SignedIn  time.Time   `json:"signed_in,omitzero"`
	Version   int         `json:"version"`
	Changed   time.Time   `json:"changed,omitzero"`
	ChangedBy string      `json:"changed_by,omitempty"`
}

func (o *office) personOf(a Account) personJSON {
	return personJSON{Name: a.Name, Display: a.display(), Role: a.Role, Unit: a.Unit, Badge: a.Badge, Places: append([]string{}, a.Places...),
		Halls: append([]string{}, a.Halls...), Disabled: a.Disabled, Locked: a.Locked(o.Now()), First: !a.FirstUntil.IsZero(), Second: len(a.Second) > 0,
		Must: o.needsSecond(a.Role), Added: a.Added, SignedIn: a.SignedIn, Version: a.Version, Changed: a.Changed, ChangedBy: a.ChangedBy}
}

// keeps reports whether who reaches all that a reaches: an account of a county sees and keeps the accounts of the
// county and below it, and none that could do more than itself.
func (o *office) keeps(who, a Account) bool {
	return access.Covers(who.Account, a.Places, a.Halls, o.placeOf)
}

// listPeople lists accounts in order of names, by role, unit, and what their name or display name contains.
func (o *office) listPeople(w http.ResponseWriter, r *http.Request, who Account) {
	all, err := o.Accounts.Accounts(r.Context())
	if err != nil {
		o.down(w, r, err)
		return
	}
	limit, after := asked(r)
	q := r.URL.Query()
	role, unit, text := access.Role(q.Get("role")), q.Get("unit"), strings.ToLower(q.Get("q"))
	page, next := []personJSON{}, ""
	for _, a := range all {
		switch {
		case a.Name <= after, role != "" && a.Role != role, unit != "" && a.Unit != unit, !o.keeps(who, a),
			!strings.Contains(a.Name, text) && !strings.Contains(strings.ToLower(a.Display), text):
		case len(page) == limit:
			next = page[limit-1].Name
		default:
			page = append(page, o.personOf(a))
		}
		if next != "" {
			break
		}
	}
	rows(o, w, page, next)
}

// person finds the account that the address names, among those that who keeps; else it answers and returns false. One
// that lies elsewhere is answered like none.
func (o *office) person(w http.ResponseWriter, r *http.Request, who Account) (a Account, ok bool) {
	name := r.PathValue("name")
	if CheckAccountName(name) == nil {
		var err error
		if a, ok, err = o.Accounts.Account(r.Context(), name); err != nil {
			o.down(w, r, err)
			return a, false
		}
	}
	if !ok || !o.keeps(who, a) {
		o.refuse(w, r, http.StatusNotFound, "nothing")
		return a, false
	}
	return a, true
}

func (o *office) showPerson(w http.ResponseWriter, r *http.Request, who Account) {
	if a, ok := o.person(w, r, who); ok {
		o.json(w, http.StatusOK, o.personOf(a))
	}
}

// rightsJSON is what an account is to be.
type rightsJSON struct {
	Seen    int         `json:"seen"` // the version that was looked at
	Name    string      `json:"name"`
	Display string      `json:"display"`
	Role    access.Role `json:"role"`
	Unit    string      `json:"unit"`
	Badge   string      `json:"badge"`
	Places  []string    `json:"places"`
	Halls   []string    `json:"halls"`
}

func (j rightsJSON) onto(a Account) Account {
	a.Display, a.Role, a.Unit, a.Badge, a.Places, a.Halls = j.Display, j.Role, j.Unit, j.Badge, slices.Clone(j.Places), slices.Clone(j.Halls)
	if a.Display == a.Name {
		a.Display = ""
	}
	return a
}

// errTaken is told to who comes second: somebody changed the account since he looked at it.
type errTaken struct{ now Account }

func (e errTaken) Error() string { return fmt.Sprintf("%s changed %s", e.now.ChangedBy, e.now.Name) }

// errExists: the name of a new account is in use.
var errExists = errors.New("the name is in use")

// makePerson makes an account. Its one-time password is in the answer, and nowhere else.
func (o *office) makePerson(w http.ResponseWriter, r *http.Request, who Account) {
	var in rightsJSON
	if !o.read(w, r, &in) {
		return
	}
	a := Account{Account: access.Account{Name: in.Name}}
	a = in.onto(a)
	if !o.good(w, r, who, a) {
		return
	}
	password := firstPassword()
	hash, err := HashPassword(password)
	if err != nil {
		o.down(w, r, err)
		return
	}
	a, err = o.keep(r.Context(), who, a.Name, -1, hall.AccountMade, func(was Account, ok bool) (Account, error) {
		if ok {
			return was, errExists
		}
		a.Hash, a.FirstUntil, a.Added = hash, o.Now().Add(FirstLasts), o.Now()
		return a, nil
	})
	if err != nil {
		o.answerPerson(w, r, a, "", err)
		return
	}
	o.answerPerson(w, r, a, password, nil)
}

// changeRights changes role, unit, badge, places, halls and the name on screen of an account.
func (o *office) changeRights(w http.ResponseWriter, r *http.Request, who Account) {
	was, ok := o.person(w, r, who)
	var in rightsJSON
	if !ok || !o.read(w, r, &in) {
		return
	}
	if was.Name == who.Name {
		o.own(w, r)
		return
	}
	if !o.good(w, r, who, in.onto(was)) {
		return
	}
	now, err := o.keep(r.Context(), who, was.Name, in.Seen, hall.AccountRights, func(a Account, _ bool) (Account, error) { return in.onto(a), nil })
	o.answerPerson(w, r, now, "", err)
}

// seenJSON is what an act needs that says no more than what it does.
type seenJSON struct {
	Seen int `json:"seen"`
}

// changePerson is an act that needs nothing but a name.
func (o *office) changePerson(did hall.AccountDid, change func(Account, time.Time) Account) func(http.ResponseWriter, *http.Request, Account) {
	return func(w http.ResponseWriter, r *http.Request, who Account) {
		was, ok := o.person(w, r, who)
		var in seenJSON
		if !ok || !o.read(w, r, &in) {
			return
		}
		if was.Name == who.Name {
			o.own(w, r)
			return
		}
		now, err := o.keep(r.Context(), who, was.Name, in.Seen, did, func(a Account, _ bool) (Account, error) { return change(a, o.Now()), nil })
		o.answerPerson(w, r, now, "", err)
	}
}

// givePassword gives somebody a one-time password. It is in the answer, and nowhere else.
func (o *office) givePassword(w http.ResponseWriter, r *http.Request, who Account) {
	was, ok := o.person(w, r, who)
	var in seenJSON
	if !ok || !o.read(w, r, &in) {
		return
	}
	if was.Name == who.Name {
		o.own(w, r)
		return
	}
	password := firstPassword()
	hash, err := HashPassword(password)
	if err != nil {
		o.down(w, r, err)
		return
	}
	now, err := o.keep(r.Context(), who, was.Name, in.Seen, hall.AccountPasswordGiven, func(a Account, _ bool) (Account, error) {
		a = a.forgiven()
		a.Hash, a.FirstUntil = hash, o.Now().Add(FirstLasts)
		return a, nil
	})
	if err != nil {
		password = ""
	}
	o.answerPerson(w, r, now, password, err)
}

// keep changes an account by who and records it; seen is the version he looked at, -1 for none. That he reaches it is
// asked again of what it is now.
func (o *office) keep(ctx context.Context, who Account, name string, seen int, did hall.AccountDid, change func(Account, bool) (Account, error)) (now Account, err error) {
	err = o.Accounts.ChangeAccount(ctx, name, func(a Account, ok bool) (Account, error) {
		switch {
		case !ok && seen >= 0, ok && !o.keeps(who, a):
			return a, errGone
		case ok && seen >= 0 && a.Version != seen:
			return a, errTaken{a}
		}
		var err error
		if now, err = change(a, ok); err != nil {
			return a, err
		}
		now.Version, now.Changed, now.ChangedBy = now.Version+1, o.Now(), who.Name
		return now, nil
	})
	if err != nil {
		return now, err
	}
	o.tries.forget(name)
	return now, o.Deeds.Do(ctx, now.ChangedDeed(did, who.person()))
}

// answerPerson answers an act with the account as it is now, or with why it is not so.
func (o *office) answerPerson(w http.ResponseWriter, r *http.Request, a Account, password string, err error) {
	s := o.sheet(r, "")
	var taken errTaken
	switch {
	case errors.As(err, &taken):
		o.fail(w, http.StatusConflict, problem{Code: "taken", Message: s.T("people.taken", "who", taken.now.ChangedBy), By: taken.now.ChangedBy, At: taken.now.Changed})
	case errors.Is(err, errExists):
		o.fail(w, http.StatusUnprocessableEntity, problem{Code: "exists", Field: "name", Message: s.T("people.exists")})
	case errors.Is(err, errGone):
		o.refuse(w, r, http.StatusNotFound, "nothing")
	case err != nil:
		o.down(w, r, err)
	default:
		o.json(w, http.StatusOK, struct {
			personJSON
			Password string `json:"password,omitempty"` // one-time, shown this once
		}{o.personOf(a), password})
	}
}

// own says that nobody does this to himself: so one who may keep accounts is always left.
func (o *office) own(w http.ResponseWriter, r *http.Request) {
	o.fail(w, http.StatusUnprocessableEntity, problem{Code: "own", Message: o.sheet(r, "").T("people.own")})
}

// good reports whether an account may be what a is, and made so by who; else it answers with all that is wrong.
func (o *office) good(w http.ResponseWriter, r *http.Request, who, a Account) bool {
	s := o.sheet(r, "")
	var faults []problem
	for _, f := range CheckRights(a, o.Halls()) {
		faults = append(faults, problem{Code: f.Code, Field: f.Field, Message: s.T("people."+f.Field+"."+f.Code, "value", f.Value)})
	}
	if len(faults) == 0 && !o.keeps(who, a) {
		faults = append(faults, problem{Code: "beyond", Field: "places", Message: s.T("people.beyond")})
	}
	if len(faults) > 0 {
		o.fail(w, http.StatusUnprocessableEntity, faults[0], faults[1:]...)
	}
	return len(faults) == 0
}

// showRoles shows the table of rights.
func (o *office) showRoles(w http.ResponseWriter, _ *http.Request, _ Account) {
	type actionJSON struct {
		Action access.Action                `json:"action"`
		Reach  map[access.Role]access.Reach `json:"reach"`
	}
	actions := []actionJSON{}
	for _, a := range access.Actions() {
		reach := map[access.Role]access.Reach{}
		for _, role := range access.Roles() {
			if access.Can(role, a) {
				reach[role] = access.ReachOf(role, a)
			}
		}
		actions = append(actions, actionJSON{a, reach})
	}
	o.json(w, http.StatusOK, struct {
		Roles   []access.Role `json:"roles"`
		Actions []actionJSON  `json:"actions"`
		Second  []access.Role `json:"second_factor"` // roles that do not come in without
	}{access.Roles(), actions, append([]access.Role{}, o.SecondFactor...)})
}
