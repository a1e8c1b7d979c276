package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"hallpulse/hub/internal/access"
)

// doors is the office's listener with routes that only say that somebody came through: 204.
func doors(t *testing.T, routes func(o *office) []Route, accounts ...Account) *desks {
	t.Helper()
	var c OfficeConfig
	d := newDesks(t, func(given *OfficeConfig) { c = *given })
	hash := d.account("gao").Hash
	for _, a := range accounts {
		a.Hash = hash
		d.change(a.Name, func(stored *Account) { *stored = a })
	}
	o, err := newOffice(c)
	if err != nil {
		t.Fatal(err)
	}
	h, err := o.guarded(routes(o))
	if err != nil {
		t.Fatal(err)
	}
	d.server = httptest.NewServer(h)
	t.Cleanup(d.server.Close)
	return d
}

// open answers whoever comes through.
func open(w http.ResponseWriter, _ *http.Request, _ Account) { w.WriteHeader(http.StatusNoContent) }

var wildcard = regexp.MustCompile(`\{[^}]*\}`)

// at is an address that the pattern of a route takes.
func at(pattern string) string {
	return wildcard.ReplaceAllString(strings.TrimSuffix(pattern, "{$}"), "x")
}

// knock asks for a route without sending anything.
func (d *desks) knock(r Route) *http.Response {
	return d.do(r.Method, at(r.Path), nil)
}

// The matrix, first half: every door of the office for every role. A route that is added is walked with the others.
func TestEveryDoorForEveryRole(t *testing.T) {
	var routes []Route
	var accounts []Account
	for _, role := range access.Roles() {
		accounts = append(accounts, Account{Account: access.Account{Name: "one-" + string(role), Role: role, Unit: "police", Badge: "0317"}})
	}
	d := doors(t, func(o *office) []Route {
		routes = o.routes()
		for i := range routes {
			routes[i].Handle = open
		}
		return routes
	}, accounts...)
	for _, r := range routes {
		got := d.knock(r)
		api := strings.HasPrefix(r.Path, "/api/") || strings.HasPrefix(r.Path, "/ws/")
		if page := !api && r.Method == "GET"; page && got.StatusCode != http.StatusSeeOther || !page && got.StatusCode != http.StatusUnauthorized {
			t.Errorf("a stranger at %s %s: %d", r.Method, r.Path, got.StatusCode)
		}
	}
	for _, a := range accounts {
		b := d.elsewhere()
		if r := b.signIn(a.Name, rightPassword); r.StatusCode != http.StatusSeeOther {
			t.Fatalf("%s: sign-in %d", a.Name, r.StatusCode)
		}
		for _, r := range routes {
			want := http.StatusForbidden
			if access.ReachOf(a.Role, r.Action) != access.None {
				want = http.StatusNoContent
			}
			got := b.knock(r)
			if got.StatusCode != want {
				t.Errorf("%s at %s %s (%s): %d, want %d", a.Role, r.Method, r.Path, r.Action, got.StatusCode, want)
			}
			if said := text(got); want == http.StatusForbidden && !strings.Contains(said, `"code":"forbidden"`) && !strings.Contains(said, "您的账号不能做这件事") {
				t.Errorf("%s at %s: refused with %s", a.Role, r.Path, said)
			}
		}
	}
}

// thing is an object of the second half, with what of it belongs to whom.
type thing struct {
	name   string
	object access.Object
	own    bool // it is about the account of the test, its unit or its badge
}

// The matrix, second half: role × action × place, cell by cell, through HTTP. What is expected is worked out here from
// the word in the table and from where things lie, not by the code that decides.
func TestEveryRoleAndActionAndPlace(t *testing.T) {
	bindings := map[string]struct {
		places, halls []string
		reaches       []string // of the things below
	}{
		"all":  {nil, nil, []string{"city", "town", "far", "province", "nowhere"}},
		"city": {[]string{"江南省/青澜市"}, nil, []string{"city", "town"}},
		"town": {nil, []string{"town"}, []string{"town"}},
		"both": {[]string{"江南省/青澜市/临溪县", "江南省/白石市"}, nil, []string{"town", "far"}},
	}
	lies := map[string]access.Object{
		"city": {Hall: "city", Place: []string{"江南省", "青澜市"}}, "town": {Hall: "town", Place: []string{"江南省", "青澜市", "临溪县", "柳河镇"}},
		"far": {Hall: "far", Place: []string{"江南省", "白石市"}}, "province": {Place: []string{"江南省"}}, "nowhere": {},
	}
	var accounts []Account
	for binding, b := range bindings {
		for _, role := range access.Roles() {
			accounts = append(accounts, Account{Account: access.Account{Name: string(role) + "-" + binding, Role: role, Unit: "police", Badge: "0317", Places: b.places, Halls: b.halls}})
		}
	}
	d := doors(t, func(o *office) []Route {
		var routes []Route
		for _, a := range access.Actions() {
			routes = append(routes, Route{"POST", "/api/probe/" + string(a), a, func(w http.ResponseWriter, r *http.Request, who Account) {
				var what access.Object
				if o.read(w, r, &what) && o.may(w, r, who, a, what) {
					open(w, r, who)
				}
			}})
		}
		return routes
	}, accounts...)
	for binding, b := range bindings {
		for _, role := range access.Roles() {
			browser := d.elsewhere()
			name := string(role) + "-" + binding
			browser.signIn(name, rightPassword)
			unit := "police"
			if role == access.Centre {
				unit = access.CentreUnit
			}
			for place, object := range lies {
				mine, others := object, object
				mine.Unit, mine.Badge, mine.Account, mine.Consented = unit, "0317", name, true
				others.Unit, others.Badge, others.Account, others.Consented = "land", "0408", "somebody", true
				for _, what := range []thing{{place, mine, true}, {place, others, false}} {
					for _, a := range access.Actions() {
						want := reaches(access.ReachOf(role, a), what, slices.Contains(b.reaches, place))
						if decides := a == access.RepairsDecide || a == access.AppealsDecide; decides && what.own {
							want = false // about his own badge
						}
						r := browser.post("/api/probe/"+string(a), what.object)
						if ok := r.StatusCode == http.StatusNoContent; ok != want || !ok && r.StatusCode != http.StatusForbidden {
							t.Errorf("%s bound to %s, %s, thing in %s, own %v: %d, want %v", role, binding, a, place, what.own, r.StatusCode, want)
						}
					}
				}
			}
		}
	}
}

// reaches says what a word of the table means.
func reaches(word access.Reach, what thing, inside bool) bool {
	switch word {
	case access.All:
		return true
	case access.Own:
		return what.own && (inside || what.name == "nowhere") // what is one's own need not lie anywhere
	case access.Unit:
		return what.own && inside
	case access.Hall:
		return inside && what.object.Hall != ""
	case access.Place:
		return inside
	}
	return false
}

// post sends an act of the API.
func (d *desks) post(path string, body any) *http.Response {
	d.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		d.t.Fatal(err)
	}
	return d.do(http.MethodPost, path, nil, func(r *http.Request) {
		r.Header.Set("Content-Type", "application/json")
		body := strings.NewReader(string(data))
		r.Body, r.ContentLength = http.NoBody, int64(len(data))
		if len(data) > 0 {
			r.Body = readCloser{body}
		}
	})
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }

func TestADoorThatDoesNotSayWhatItIsForIsNotOpened(t *testing.T) {
	d := newDesks(t)
	o, err := newOffice(OfficeConfig{Shared: sharedOf(t, d.farEnd, d.log), Accounts: d.farEnd, Deeds: d.farEnd, Secrets: d.vault})
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]Route{
		"without an action":        {"GET", "/api/x", "", open},
		"with one that is none":    {"GET", "/api/x", "everything", open},
		"without a handler":        {"GET", "/api/x", access.FiguresRead, nil},
		"for every method at once": {"", "/api/x", access.FiguresRead, open},
	} {
		if _, err := o.guarded([]Route{r}); err == nil || !strings.Contains(err.Error(), "/api/x") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnActIsReadStrictly(t *testing.T) {
	type act struct {
		Seen int `json:"seen"`
	}
	d := doors(t, func(o *office) []Route {
		return []Route{{"POST", "/api/act", access.AccountOwn, func(w http.ResponseWriter, r *http.Request, who Account) {
			if o.read(w, r, new(act)) {
				open(w, r, who)
			}
		}}}
	})
	d.signIn("gao", rightPassword)
	for body, want := range map[string]int{
		`{"seen":1}`: http.StatusNoContent, `{}`: http.StatusNoContent, ``: http.StatusBadRequest, `{"seen":"1"}`: http.StatusBadRequest,
		`{"seen":1,"role":"centre"}`: http.StatusBadRequest, `{"seen":1}{"seen":2}`: http.StatusBadRequest, `[1]`: http.StatusBadRequest,
		`{"seen":1` + strings.Repeat(" ", maxBody) + `}`: http.StatusRequestEntityTooLarge,
	} {
		r := d.do("POST", "/api/act", nil, func(r *http.Request) {
			r.Header.Set("Content-Type", "application/json; charset=utf-8")
			r.Body, r.ContentLength = readCloser{strings.NewReader(body)}, int64(len(body))
		})
		if r.StatusCode != want {
			t.Errorf("%.40s: %d, want %d", body, r.StatusCode, want)
		}
	}
	if r := d.do("POST", "/api/act", map[string][]string{"seen": {"1"}}); r.StatusCode != http.StatusUnsupportedMediaType {
		t.Errorf("a form: %d", r.StatusCode)
	}
	if r := d.do("GET", "/api/act", nil); r.StatusCode != http.StatusMethodNotAllowed || r.Header.Get("Allow") != "POST" {
		t.Errorf("GET: %d, %q", r.StatusCode, r.Header.Get("Allow"))
	}
}

// No browser of a foreign page acts here, signed in or not.
func TestEveryActIsRefusedToForeignPages(t *testing.T) {
	var routes []Route
	d := doors(t, func(o *office) []Route {
		routes = o.routes()
		for i := range routes {
			routes[i].Handle = open
		}
		return routes
	})
	d.signIn("centre", rightPassword)
	for _, r := range routes {
		if r.Method == "GET" {
			continue
		}
		for _, header := range []string{"Origin: https://evil.example", "Sec-Fetch-Site: cross-site"} {
			key, value, _ := strings.Cut(header, ": ")
			if got := d.do(r.Method, at(r.Path), nil, func(q *http.Request) { q.Header.Set(key, value) }); got.StatusCode != http.StatusForbidden {
				t.Errorf("%s %s with %s: %d", r.Method, r.Path, header, got.StatusCode)
			}
		}
	}
}

func TestTheBoardShowsTheHallsOfTheAccount(t *testing.T) {
	o := &office{OfficeConfig: OfficeConfig{Halls: always(officeHalls())}}
	for name, c := range map[string]struct {
		who  access.Account
		a    access.Action
		want string
	}{
		"all":                      {access.Account{Role: access.Centre}, access.BoardDesk, "[] true"},
		"a city":                   {access.Account{Role: access.Manager, Places: []string{"江南省/青澜市"}}, access.BoardDesk, "[city town] true"},
		"a hall":                   {access.Account{Role: access.Wall, Halls: []string{"far"}}, access.BoardWall, "[far] true"},
		"a place without halls":    {access.Account{Role: access.Manager, Places: []string{"江北省"}}, access.BoardDesk, "[] false"},
		"who may not":              {access.Account{Role: access.Staff}, access.BoardDesk, "[] false"},
		"a hall that is no longer": {access.Account{Role: access.Manager, Halls: []string{"old"}}, access.BoardWall, "[] false"},
	} {
		halls, ok := o.looksAt(Account{Account: c.who}, c.a)
		if got := fmt.Sprint(halls, ok); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
