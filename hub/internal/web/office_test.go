package web

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/alexedwards/argon2id"
	"github.com/alexedwards/scs/v2/memstore"

	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/board"
	"hallpulse/hub/internal/private"
)

const rightPassword = "correct horse battery"

// desks is a running office listener, the far end behind it, and a browser.
type desks struct {
	*farEnd
	t       *testing.T
	server  *httptest.Server
	live    *Live
	log     *bytes.Buffer
	browser *http.Client
	vault   *private.Vault
}

func builtPages() fs.FS {
	return fstest.MapFS{"board.html": {Data: []byte("<title>board</title>")}, "admin.html": {Data: []byte("<title>admin</title>")}, "assets/board.js": {Data: []byte("1")}}
}

func newDesks(t *testing.T, change ...func(*OfficeConfig)) *desks {
	t.Helper()
	far, log := newFarEnd(), &bytes.Buffer{}
	far.now = time.Now() // sessions are kept by the library's own clock
	hash := cheapHash(t)
	for _, a := range []Account{
		{Account: access.Account{Name: "gao", Role: access.Manager}, Display: "高静仪", Hash: hash},
		{Account: access.Account{Name: "centre", Role: access.Centre}, Hash: hash},
		{Account: access.Account{Name: "town", Role: access.Manager, Halls: []string{"town"}}, Hash: hash},
		{Account: access.Account{Name: "screen", Role: access.Wall}, Hash: hash},
	} {
		far.accounts[a.Name] = a
	}
	vault, err := private.New(bytes.Repeat([]byte{7}, private.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	c := OfficeConfig{Shared: sharedOf(t, far, log), Dist: builtPages(), Halls: always(officeHalls()), Accounts: far, Sessions: memstore.NewWithCleanupInterval(0),
		Deeds: far, Secrets: vault, Matters: Matters{Repairs: quiet{}, Concerns: quiet{}, Inspections: quiet{}}, RefusalTakes: 1}
	for _, f := range change {
		f(&c)
	}
	h, err := NewOffice(c)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return &desks{far, t, server, c.Live, log, newBrowser(t), vault}
}

// cheapHash is a hash of rightPassword that costs next to nothing: the work is named in the hash (TestWhatAPasswordCosts
// sees what that of HashPassword is).
func cheapHash(t *testing.T) string {
	t.Helper()
	hash, err := argon2id.CreateHash(rightPassword, &argon2id.Params{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

// officeHalls are the halls of the office: a city's, a township's below it, and one of another city.
func officeHalls() []board.Hall {
	at := func(agent, id string, place ...string) board.Hall {
		c := cityHall()
		c.Hall.ID, c.Hall.Place = id, place
		return board.Hall{Agent: agent, Catalogue: c}
	}
	return []board.Hall{at("city-1", "city", "江南省", "青澜市"), at("town-1", "town", "江南省", "青澜市", "临溪县", "柳河镇"), at("far-1", "far", "江南省", "白石市")}
}

// newBrowser is a browser that holds cookies and follows no redirect.
func newBrowser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

func (d *desks) do(method, path string, form url.Values, change ...func(*http.Request)) *http.Response {
	d.t.Helper()
	r, err := http.NewRequest(method, d.server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		d.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Accept-Language", "zh-CN")
	for _, f := range change {
		f(r)
	}
	resp, err := d.browser.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	var body bytes.Buffer
	if _, err := body.ReadFrom(resp.Body); err != nil {
		d.t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		d.t.Fatal(err)
	}
	resp.Body = &readAgain{bytes.NewReader(body.Bytes()), body.String()}
	return resp
}

// readAgain is a body that was read and can be looked at.
type readAgain struct {
	*bytes.Reader
	text string
}

func (*readAgain) Close() error { return nil }

func text(r *http.Response) string { return r.Body.(*readAgain).text }

func (d *desks) get(path string, change ...func(*http.Request)) *http.Response {
	return d.do(http.MethodGet, path, nil, change...)
}

func (d *desks) signIn(name, password string) *http.Response {
	return d.do(http.MethodPost, "/signin", url.Values{"name": {name}, "password": {password}, "next": {"/"}})
}

// cookie is what the browser holds.
func (d *desks) cookie() *http.Cookie {
	d.t.Helper()
	u, err := url.Parse(d.server.URL)
	if err != nil {
		d.t.Fatal(err)
	}
	cookies := d.browser.Jar.Cookies(u)
	if len(cookies) != 1 {
		d.t.Fatalf("the browser holds %d cookies", len(cookies))
	}
	return cookies[0]
}

func TestSignIn(t *testing.T) {
	d := newDesks(t)
	if r := d.get("/wall?hall=city"); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/signin?next=%2Fwall%3Fhall%3Dcity" {
		t.Errorf("a stranger at /wall: %d, %s", r.StatusCode, r.Header.Get("Location"))
	}
	if r := d.get("/api/me"); r.StatusCode != http.StatusUnauthorized || !strings.Contains(text(r), `"code":"signin"`) {
		t.Errorf("a stranger at /api/me: %d, %s", r.StatusCode, text(r))
	}
	if r := d.get("/signin"); r.StatusCode != http.StatusOK || !strings.Contains(text(r), "登录") || strings.Contains(text(r), "<script") {
		t.Errorf("the sign-in page: %d, %s", r.StatusCode, text(r))
	}
	unknown, wrong := d.signIn("nobody", rightPassword), d.signIn("gao", "wrong wrong wrong")
	for _, r := range []*http.Response{unknown, wrong} {
		if r.StatusCode != http.StatusUnauthorized || !strings.Contains(text(r), "账号或密码不对") {
			t.Errorf("sign-in that must fail: %d", r.StatusCode)
		}
	}
	if strings.ReplaceAll(text(unknown), "nobody", "gao") != text(wrong) {
		t.Error("an unknown name and a wrong password are answered differently")
	}
	r := d.signIn("gao", rightPassword)
	if r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/" {
		t.Fatalf("sign-in: %d, %s", r.StatusCode, text(r))
	}
	c := r.Cookies()[0]
	if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Secure {
		t.Errorf("the cookie on loopback is %+v", c)
	}
	var me struct {
		Name, Display, Role string
		Halls               []string
		Desk                bool
	}
	if err := json.Unmarshal([]byte(text(d.get("/api/me"))), &me); err != nil || me.Name != "gao" || me.Display != "高静仪" || me.Role != "manager" || !me.Desk {
		t.Errorf("me: %+v, %v", me, err)
	}
	if r := d.get("/"); r.StatusCode != http.StatusOK || !strings.Contains(text(r), "<title>board") {
		t.Errorf("the board's page: %d, %s", r.StatusCode, text(r))
	}
	if r := d.do(http.MethodPost, "/signout", url.Values{}); r.StatusCode != http.StatusSeeOther {
		t.Errorf("sign-out: %d", r.StatusCode)
	}
	if r := d.get("/"); r.StatusCode != http.StatusSeeOther {
		t.Errorf("after sign-out the board is open: %d", r.StatusCode)
	}
}

func TestASessionEndsWithItsAccount(t *testing.T) {
	for name, end := range map[string]func(*farEnd){
		"the account is gone":      func(f *farEnd) { delete(f.accounts, "gao") },
		"its password was changed": func(f *farEnd) { a := f.accounts["gao"]; a.Hash += "x"; f.accounts["gao"] = a },
		"it was disabled":          func(f *farEnd) { a := f.accounts["gao"]; a.Disabled = true; f.accounts["gao"] = a },
		"it has another role":      func(f *farEnd) { a := f.accounts["gao"]; a.Role = access.Centre; f.accounts["gao"] = a },
		"it has other halls":       func(f *farEnd) { a := f.accounts["gao"]; a.Halls = []string{"city"}; f.accounts["gao"] = a },
		"it has other places":      func(f *farEnd) { a := f.accounts["gao"]; a.Places = []string{"江南省"}; f.accounts["gao"] = a },
		"it has another unit":      func(f *farEnd) { a := f.accounts["gao"]; a.Unit = "police"; f.accounts["gao"] = a },
		"its phone is another":     func(f *farEnd) { a := f.accounts["gao"]; a.Second = []byte{1}; f.accounts["gao"] = a },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesks(t)
			d.signIn("gao", rightPassword)
			if r := d.get("/api/me"); r.StatusCode != http.StatusOK {
				t.Fatalf("signed in: %d", r.StatusCode)
			}
			d.mu.Lock()
			end(d.farEnd)
			d.mu.Unlock()
			if r := d.get("/api/me"); r.StatusCode != http.StatusUnauthorized {
				t.Errorf("afterwards: %d", r.StatusCode)
			}
		})
	}
}

func TestASessionPlantedBeforeIsNotSignedIn(t *testing.T) {
	d := newDesks(t)
	d.signIn("gao", rightPassword)
	before := d.cookie()
	d.signIn("centre", rightPassword)
	if after := d.cookie(); after.Value == before.Value {
		t.Error("signing in again kept the token of the session")
	}
	u, err := url.Parse(d.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	d.browser.Jar.SetCookies(u, []*http.Cookie{before})
	if r := d.get("/api/me"); r.StatusCode != http.StatusUnauthorized {
		t.Errorf("the old token still opens: %d", r.StatusCode)
	}
}

func TestWhoFailsOftenIsLockedOut(t *testing.T) {
	d := newDesks(t)
	for range 5 {
		d.signIn("gao", "wrong wrong wrong")
	}
	r := d.signIn("gao", rightPassword)
	if r.StatusCode != http.StatusTooManyRequests || !strings.Contains(text(r), "15 分钟") || r.Header.Get("Retry-After") == "" {
		t.Errorf("the sixth try: %d", r.StatusCode)
	}
	if r := d.signIn("centre", rightPassword); r.StatusCode != http.StatusSeeOther {
		t.Errorf("another account at the same address: %d", r.StatusCode)
	}
	d.sleep(16 * time.Minute)
	if r := d.signIn("gao", rightPassword); r.StatusCode != http.StatusSeeOther {
		t.Errorf("after the lock: %d", r.StatusCode)
	}
}

func TestOnlyOurOwnPagesComeNext(t *testing.T) {
	for want, next := range map[string]string{"/": "//evil.example", "/wall": "/wall", "/wall?hall=city": "/wall?hall=city", "/account": "/account", "/account/second": "/account/second",
		"/admin/": "/admin/", "/admin/repairs?unit=police": "/admin/repairs?unit=police"} {
		if got := nextPage(next); got != want {
			t.Errorf("next %q leads to %q", next, got)
		}
	}
	for _, next := range []string{"https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/api/me", "", "%zz", "/../wall", "/admin/../api/me", "/admin//evil.example", "/admin", "/adminx/", "/account/..", "/admin/\\evil", "/signin", "/signout"} {
		if got := nextPage(next); got != "/" {
			t.Errorf("next %q leads to %q", next, got)
		}
	}
}

func TestWhoSeesWhat(t *testing.T) {
	for _, c := range []struct {
		name, path string
		status     int
	}{
		{"gao", "/", http.StatusOK}, {"gao", "/wall", http.StatusOK}, {"centre", "/", http.StatusOK},
		{"screen", "/wall", http.StatusOK}, {"screen", "/", http.StatusSeeOther},
		{"screen", "/ws/board?view=desk", http.StatusForbidden}, {"gao", "/ws/board?view=desk", http.StatusUpgradeRequired},
		{"gao", "/ws/board", http.StatusBadRequest}, {"gao", "/nowhere", http.StatusNotFound},
	} {
		d := newDesks(t)
		d.signIn(c.name, rightPassword)
		if r := d.get(c.path); r.StatusCode != c.status {
			t.Errorf("%s at %s: %d, want %d", c.name, c.path, r.StatusCode, c.status)
		}
	}
}

func TestTheOfficeRefuses(t *testing.T) {
	d := newDesks(t, func(c *OfficeConfig) { c.Hosts = []string{"office.example.cn"} })
	for name, c := range map[string]struct {
		method, path string
		change       func(*http.Request)
		status       int
		words        string
	}{
		"a foreign Host":           {http.MethodGet, "/signin", func(r *http.Request) { r.Host = "evil.example" }, http.StatusForbidden, "不能用这个地址打开"},
		"its own Host":             {http.MethodGet, "/signin", func(r *http.Request) { r.Host = "office.example.cn:8081" }, http.StatusOK, "登录"},
		"a form of another origin": {http.MethodPost, "/signin", func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") }, http.StatusForbidden, "来自别的网页"},
		"a sign-out from another":  {http.MethodPost, "/signout", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }, http.StatusForbidden, "来自别的网页"},
		"another method":           {http.MethodPut, "/signin", func(*http.Request) {}, http.StatusMethodNotAllowed, "不接受这种请求"},
		"sign-out by a link":       {http.MethodGet, "/signout", func(*http.Request) {}, http.StatusMethodNotAllowed, "不接受这种请求"},
	} {
		t.Run(name, func(t *testing.T) {
			r := d.do(c.method, c.path, url.Values{}, c.change)
			if r.StatusCode != c.status || !strings.Contains(text(r), c.words) {
				t.Errorf("%d, want %d and %q:\n%s", r.StatusCode, c.status, c.words, text(r))
			}
		})
	}
}

func TestWithoutBuiltPagesTheOfficeSaysSo(t *testing.T) {
	d := newDesks(t, func(c *OfficeConfig) { c.Dist = fstest.MapFS{} })
	d.signIn("gao", rightPassword)
	if r := d.get("/"); r.StatusCode != http.StatusServiceUnavailable || !strings.Contains(text(r), "make web") {
		t.Errorf("%d: %s", r.StatusCode, text(r))
	}
}

func TestBehindTLSTheCookieStaysThere(t *testing.T) {
	d := newDesks(t, func(c *OfficeConfig) { c.Secure = true })
	c := d.signIn("gao", rightPassword).Cookies()[0]
	if !c.Secure || !strings.HasPrefix(c.Name, "__Host-") || c.Path != "/" || c.Domain != "" {
		t.Errorf("the cookie is %+v", c)
	}
}

func TestHeadersOfTheOffice(t *testing.T) {
	d := newDesks(t)
	d.signIn("gao", rightPassword)
	r := d.get("/")
	for key, want := range map[string]string{"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store", "Referrer-Policy": "same-origin"} {
		if got := r.Header.Get(key); got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
	if r := d.get("/assets/board.js"); r.StatusCode != http.StatusOK || !strings.Contains(r.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("an asset: %d, %q", r.StatusCode, r.Header.Get("Cache-Control"))
	}
	if r := d.get("/assets/../board.html"); r.StatusCode == http.StatusOK {
		t.Error("an asset that is none was served")
	}
}

func TestPasswordsAreNotLogged(t *testing.T) {
	d := newDesks(t)
	d.signIn("gao", "wrong wrong wrong")
	d.signIn("gao", rightPassword)
	if log := d.log.String(); strings.Contains(log, "wrong wrong") || strings.Contains(log, rightPassword) || !strings.Contains(log, "sign-in refused") {
		t.Errorf("log: %s", log)
	}
}

func TestWhatAnAccountMustBe(t *testing.T) {
	for name, ok := range map[string]bool{"gao": true, "hall-1.wall": true, "": false, "Gao": false, "高": false, "a b": false, strings.Repeat("a", 33): false} {
		if err := CheckAccountName(name); (err == nil) != ok {
			t.Errorf("name %q: %v", name, err)
		}
	}
	if _, err := HashPassword("short"); err == nil {
		t.Error("a short password was taken")
	}
}

// TestWhatAPasswordCosts: what OWASP asks for, and for a name that does not exist as much as for one that does.
func TestWhatAPasswordCosts(t *testing.T) {
	hash, err := HashPassword(rightPassword)
	if err != nil {
		t.Fatal(err)
	}
	owasp := argon2id.Params{Memory: 46 << 10, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}
	for name, hash := range map[string]string{"hash": hash, "decoy": newPasswords().decoy} {
		if p, _, _, err := argon2id.DecodeHash(hash); err != nil || *p != owasp {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
	if one, other := newPasswords(), newPasswords(); one.decoy == other.decoy {
		t.Error("all hubs compare with the same decoy")
	}
	if ok, err := newPasswords().match(t.Context(), rightPassword, ""); ok || err != nil {
		t.Errorf("a password of nobody: %v, %v", ok, err)
	}
}
