package web

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
)

type personSeen struct {
	Name, Display, Role, Unit, Badge, Password string
	Places, Halls                              []string
	Disabled, Locked                           bool
	First                                      bool `json:"first_password"`
	Second                                     bool `json:"second_factor"`
	Must                                       bool `json:"second_required"`
	Version                                    int
	ChangedBy                                  string `json:"changed_by"`
	Error                                      struct{ Code, Field, Message, By string }
	Faults                                     []struct{ Code, Field string }
}

func read(t *testing.T, r *http.Response) personSeen {
	t.Helper()
	var p personSeen
	if err := json.Unmarshal([]byte(text(r)), &p); err != nil {
		t.Fatalf("%d: %v\n%s", r.StatusCode, err, text(r))
	}
	return p
}

// centre signs in who keeps the accounts.
func centre(t *testing.T, change ...func(*OfficeConfig)) *desks {
	d := newDesks(t, change...)
	if r := d.signIn("centre", rightPassword); r.StatusCode != http.StatusSeeOther {
		t.Fatal(r.StatusCode)
	}
	return d
}

func TestAPersonIsMadeAndComesInWithAOneTimePassword(t *testing.T) {
	d := centre(t)
	r := d.post("/api/people", map[string]any{"name": "hu", "display": "胡处理", "role": "handler", "unit": "police", "places": []string{"江南省/青澜市"}})
	p := read(t, r)
	if r.StatusCode != http.StatusOK || p.Name != "hu" || p.Display != "胡处理" || p.Role != "handler" || !p.First || p.Version != 1 || p.ChangedBy != "centre" || len(p.Password) != 19 {
		t.Fatalf("%d: %s", r.StatusCode, text(r))
	}
	for _, path := range []string{"/api/people", "/api/people/hu"} {
		if again := d.get(path); strings.Contains(text(again), p.Password) || strings.Contains(text(again), "argon2id") || !strings.Contains(text(again), "胡处理") {
			t.Errorf("%s: %s", path, text(again))
		}
	}
	hu := d.elsewhere()
	if r := hu.signIn("hu", p.Password); r.StatusCode != http.StatusSeeOther || hu.in() {
		t.Errorf("sign-in: %d; before he chose a password he is in: %v", r.StatusCode, hu.in())
	}
	d.mu.Lock()
	made := d.deeds[slices.IndexFunc(d.deeds, func(f hall.Fact) bool { return f.Type() == hall.TypeAccountChanged })].(hall.AccountChanged)
	d.mu.Unlock()
	if made.About != "hu" || made.By != (hall.Person{Account: "centre", Role: "centre"}) || made.Did != hall.AccountMade || made.Role != "handler" || made.Unit != "police" || made.Places[0] != "江南省/青澜市" {
		t.Errorf("recorded %+v", made)
	}
	if said, err := json.Marshal(made); err != nil || strings.Contains(string(said), "胡处理") || strings.Contains(d.log.String(), p.Password) {
		t.Errorf("the record or the log tells too much: %s", said)
	}
	if r := d.post("/api/people", map[string]any{"name": "hu", "role": "reader"}); r.StatusCode != http.StatusUnprocessableEntity || read(t, r).Error.Code != "exists" || d.account("hu").Role != access.Handler {
		t.Errorf("the same name again: %d %s", r.StatusCode, text(r))
	}
}

func TestAllThatIsWrongWithAPersonIsNamedAtOnce(t *testing.T) {
	d := centre(t)
	r := d.post("/api/people", map[string]any{"name": "Hu Li", "display": "a\u202eb", "role": "handler", "places": []string{"江北省"}, "halls": []string{"moon"}, "badge": "9999"})
	p := read(t, r)
	var got []string
	for _, f := range p.Faults {
		got = append(got, f.Field+" "+f.Code)
	}
	want := []string{"name wrong", "display wrong", "places unknown", "halls unknown", "unit missing", "badge unknown"}
	if r.StatusCode != http.StatusUnprocessableEntity || !slices.Equal(got, want) || p.Error.Field != "name" || strings.Contains(p.Error.Message, "people.") {
		t.Errorf("%d, %q\n%s", r.StatusCode, got, text(r))
	}
	for name, c := range map[string]struct {
		body map[string]any
		want string
	}{
		"a role that is none":           {map[string]any{"name": "x", "role": "boss"}, "role unknown"},
		"staff without a badge":         {map[string]any{"name": "x", "role": "staff", "unit": "police"}, "badge missing"},
		"a unit that is none":           {map[string]any{"name": "x", "role": "caller", "unit": "tax"}, "unit unknown"},
		"a display name of other lines": {map[string]any{"name": "x", "role": "reader", "display": "a\nb"}, "display wrong"},
		"one that is too long":          {map[string]any{"name": "x", "role": "reader", "display": strings.Repeat("长", 33)}, "display wrong"},
	} {
		if p := read(t, d.post("/api/people", c.body)); p.Error.Field+" "+p.Error.Code != c.want {
			t.Errorf("%s: %+v", name, p.Error)
		}
	}
	if _, ok := d.accounts["x"]; ok {
		t.Error("it was made nevertheless")
	}
}

func TestActsOnAPerson(t *testing.T) {
	d := centre(t)
	d.hasPhone("gao")
	act := func(name, what string, body map[string]any) personSeen {
		t.Helper()
		r := d.post("/api/people/"+name+"/"+what, body)
		p := read(t, r)
		if r.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d %s", what, r.StatusCode, text(r))
		}
		return p
	}
	gao := d.elsewhere()
	come := func() { gao.signIn("gao", rightPassword); gao.giveCode(d.phone("gao", d.clock())) }
	if come(); !gao.in() {
		t.Fatal("gao is not in")
	}
	if p := act("gao", "disable", map[string]any{"seen": 0}); !p.Disabled || p.Version != 1 || gao.in() {
		t.Errorf("disabled: %+v, still in %v", p, gao.in())
	}
	if p := act("gao", "enable", map[string]any{"seen": 1}); p.Disabled || gao.signIn("gao", rightPassword).StatusCode != http.StatusSeeOther {
		t.Errorf("enabled: %+v", p)
	}
	if p := act("gao", "totp-reset", map[string]any{"seen": 2}); p.Second || gao.signIn("gao", rightPassword).Header.Get("Location") != "/" {
		t.Errorf("second factor reset: %+v", p)
	}
	if p := act("gao", "role", map[string]any{"seen": 3, "role": "inspector", "display": "高静仪"}); p.Role != "inspector" || gao.in() {
		t.Errorf("another role: %+v, still in %v", p, gao.in())
	}
	for range lockTries {
		gao.signIn("gao", "wrong wrong wrong")
	}
	if p := read(t, d.get("/api/people/gao")); !p.Locked {
		t.Errorf("locked: %+v", p)
	}
	if p := act("gao", "unlock", map[string]any{"seen": 4}); p.Locked || gao.signIn("gao", rightPassword).StatusCode != http.StatusSeeOther {
		t.Errorf("unlocked: %+v", p)
	}
	p := act("gao", "password", map[string]any{"seen": 5})
	if !p.First || gao.in() || gao.signIn("gao", rightPassword).StatusCode != http.StatusUnauthorized || gao.signIn("gao", p.Password).StatusCode != http.StatusSeeOther {
		t.Errorf("another password: %+v", p)
	}
	want := []string{"in:password+totp", "disabled", "enabled", "second_reset", "in:password", "rights", "account.locked", "unlocked", "in:password", "password_given", "in:password"}
	if got := d.did("gao"); !slices.Equal(got, want) {
		t.Errorf("recorded %q, want\n         %q", got, want)
	}
}

func TestWhoComesSecondIsToldWhoWasFirst(t *testing.T) {
	d := centre(t)
	d.change("lin", func(a *Account) { *a = d.accounts["centre"]; a.Name = "lin" })
	lin := d.elsewhere()
	lin.signIn("lin", rightPassword)
	if r := lin.post("/api/people/gao/disable", map[string]any{"seen": 0}); r.StatusCode != http.StatusOK {
		t.Fatal(text(r))
	}
	r := d.post("/api/people/gao/role", map[string]any{"seen": 0, "role": "centre"})
	if p := read(t, r); r.StatusCode != http.StatusConflict || p.Error.Code != "taken" || p.Error.By != "lin" || !strings.Contains(p.Error.Message, "lin") || d.account("gao").Role != access.Manager {
		t.Errorf("%d %s", r.StatusCode, text(r))
	}
}

func TestNobodyChangesHisOwnRights(t *testing.T) {
	d := centre(t)
	for _, act := range []string{"disable", "enable", "unlock", "totp-reset", "password", "role"} {
		if r := d.post("/api/people/centre/"+act, map[string]any{"seen": 0}); r.StatusCode != http.StatusUnprocessableEntity || read(t, r).Error.Code != "own" {
			t.Errorf("%s: %d %s", act, r.StatusCode, text(r))
		}
	}
	if !d.in() || len(d.did("centre")) != 1 {
		t.Errorf("something was done: %q", d.did("centre"))
	}
}

// An account of a county keeps the accounts of the county and below: it neither sees, makes nor makes itself more.
func TestTheAccountsOfAPlace(t *testing.T) {
	d := newDesks(t)
	hash := d.account("gao").Hash
	add := func(name string, role access.Role, places, halls []string) {
		d.change(name, func(a *Account) {
			a.Role, a.Places, a.Halls, a.Hash, a.Unit = role, places, halls, hash, "police"
		})
	}
	add("county", access.Centre, []string{"江南省/青澜市/临溪县"}, nil)
	add("deputy", access.Centre, []string{"江南省/青澜市/临溪县"}, nil)
	add("clerk", access.Handler, []string{"江南省/青澜市/临溪县/柳河镇"}, nil)
	add("hall", access.Manager, nil, []string{"town"})
	add("city", access.Centre, []string{"江南省/青澜市"}, nil)
	add("far", access.Manager, nil, []string{"far"})
	d.signIn("county", rightPassword)
	var list struct {
		Rows []personSeen
		Next string
	}
	if err := json.Unmarshal([]byte(text(d.get("/api/people"))), &list); err != nil {
		t.Fatal(err)
	}
	var seen []string
	for _, p := range list.Rows {
		seen = append(seen, p.Name)
	}
	if want := []string{"clerk", "county", "deputy", "hall", "town"}; !slices.Equal(seen, want) {
		t.Errorf("sees %q, want %q", seen, want)
	}
	for _, name := range []string{"city", "far", "gao", "centre", "nobody", "Nobody"} {
		if r := d.get("/api/people/" + name); r.StatusCode != http.StatusNotFound {
			t.Errorf("opens %s: %d", name, r.StatusCode)
		}
		if r := d.post("/api/people/"+name+"/disable", map[string]any{"seen": 0}); r.StatusCode != http.StatusNotFound || d.account(name).Disabled {
			t.Errorf("disables %s: %d", name, r.StatusCode)
		}
	}
	for name, body := range map[string]map[string]any{
		"one of everything": {"name": "x", "role": "centre"},
		"one of the city":   {"name": "x", "role": "reader", "places": []string{"江南省/青澜市"}},
		"one of far":        {"name": "x", "role": "manager", "halls": []string{"far"}},
	} {
		if r := d.post("/api/people", body); r.StatusCode != http.StatusUnprocessableEntity || read(t, r).Error.Code != "beyond" {
			t.Errorf("makes %s: %d %s", name, r.StatusCode, text(r))
		}
	}
	if r := d.post("/api/people/clerk/role", map[string]any{"seen": 0, "role": "centre", "places": []string{"江南省/青澜市"}}); r.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("raises one of his own: %d", r.StatusCode)
	}
	if r := d.post("/api/people/clerk/role", map[string]any{"seen": 0, "role": "caller", "unit": "police", "halls": []string{"town"}}); r.StatusCode != http.StatusOK {
		t.Errorf("changes one of his own: %d %s", r.StatusCode, text(r))
	}
}

func TestTheListOfPeople(t *testing.T) {
	d := centre(t)
	for _, c := range []struct {
		query string
		want  []string
		next  string
	}{
		{"", []string{"centre", "gao", "screen", "town"}, ""},
		{"?limit=2", []string{"centre", "gao"}, "gao"},
		{"?limit=2&after=gao", []string{"screen", "town"}, ""},
		{"?role=manager", []string{"gao", "town"}, ""},
		{"?q=静", []string{"gao"}, ""},
		{"?q=SCR", []string{"screen"}, ""},
		{"?unit=police", nil, ""},
	} {
		r := d.get("/api/people" + c.query)
		var list struct {
			Rows []personSeen
			Next string
			AsOf string `json:"as_of"`
		}
		if err := json.Unmarshal([]byte(text(r)), &list); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, p := range list.Rows {
			got = append(got, p.Name)
		}
		if !slices.Equal(got, c.want) || list.Next != c.next || list.AsOf == "" || !strings.Contains(text(r), `"rows":[`) {
			t.Errorf("%s: %q, next %q: %s", c.query, got, list.Next, text(r))
		}
	}
}

func TestWhatPagesAreToldOfRights(t *testing.T) {
	d := centre(t, needSecondOfAuditors)
	var roles struct {
		Roles   []string
		Actions []struct {
			Action string
			Reach  map[string]string
		}
		Second []string `json:"second_factor"`
	}
	if err := json.Unmarshal([]byte(text(d.get("/api/roles"))), &roles); err != nil {
		t.Fatal(err)
	}
	if len(roles.Roles) != 13 || len(roles.Actions) != len(access.Actions()) || !slices.Equal(roles.Second, []string{"auditor"}) {
		t.Errorf("%+v", roles)
	}
	for _, a := range roles.Actions {
		if a.Action == "people.manage" && (len(a.Reach) != 1 || a.Reach["centre"] != "place") {
			t.Errorf("people.manage: %v", a.Reach)
		}
	}
	var me struct {
		May    []string
		Places []string
	}
	if err := json.Unmarshal([]byte(text(d.get("/api/me"))), &me); err != nil || !slices.Contains(me.May, "people.manage") || me.Places == nil {
		t.Errorf("me: %+v, %v", me, err)
	}
}

func needSecondOfAuditors(c *OfficeConfig) { c.SecondFactor = []access.Role{access.Auditor} }
