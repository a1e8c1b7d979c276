package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2/memstore"
)

// restarted is the same office after a restart: what it remembered in memory is gone.
func (d *desks) restarted() *desks {
	d.t.Helper()
	h, err := NewOffice(OfficeConfig{Shared: sharedOf(d.t, d.farEnd, d.log), Dist: builtPages(), Halls: always(officeHalls()), Accounts: d.farEnd,
		Sessions: memstore.NewWithCleanupInterval(0), Deeds: d.farEnd, Secrets: d.vault, Matters: Matters{Repairs: quiet{}, Concerns: quiet{}, Inspections: quiet{}}, RefusalTakes: 1})
	if err != nil {
		d.t.Fatal(err)
	}
	other := d.elsewhere()
	other.server = httptest.NewServer(h)
	d.t.Cleanup(other.server.Close)
	return other
}

func TestALockOutlivesARestart(t *testing.T) {
	d := newDesks(t)
	for range 5 {
		d.signIn("gao", "wrong wrong wrong")
	}
	after := d.restarted()
	if r := after.signIn("gao", rightPassword); r.StatusCode != http.StatusTooManyRequests || r.Header.Get("Retry-After") == "" {
		t.Errorf("after the restart: %d", r.StatusCode)
	}
	if r := after.signIn("centre", rightPassword); r.StatusCode != http.StatusSeeOther {
		t.Errorf("another account: %d", r.StatusCode)
	}
	if got := d.did("gao"); !slices.Equal(got, []string{"account.locked"}) {
		t.Errorf("recorded %q", got)
	}
	after.sleep(lockSpan)
	if r := after.signIn("gao", rightPassword); r.StatusCode != http.StatusSeeOther || d.account("gao").Failed != 0 {
		t.Errorf("after the lock: %d", r.StatusCode)
	}
}

// Whether a name exists shows neither in what is said nor in when it locks.
func TestANameThatIsNoneLocksLikeOneThatIs(t *testing.T) {
	d := newDesks(t)
	for n := range 7 {
		known, none := d.signIn("gao", "wrong wrong wrong"), d.signIn("nobody", "wrong wrong wrong")
		if known.StatusCode != none.StatusCode || strings.ReplaceAll(text(none), "nobody", "gao") != text(known) {
			t.Errorf("try %d: %d and %d", n+1, known.StatusCode, none.StatusCode)
		}
	}
}

func TestTheLockCountsWrongCodesToo(t *testing.T) {
	d := newDesks(t)
	d.hasPhone("gao")
	for range 2 {
		d.signIn("gao", "wrong wrong wrong")
	}
	d.signIn("gao", rightPassword)
	for n := range 3 {
		if r := d.giveCode("000000"); r.StatusCode != http.StatusUnauthorized {
			t.Fatalf("wrong code %d: %d", n+1, r.StatusCode)
		}
	}
	code := d.phone("gao", d.clock())
	if r := d.giveCode(code); r.StatusCode != http.StatusTooManyRequests || d.in() {
		t.Errorf("the sixth try: %d", r.StatusCode)
	}
	if r := d.giveCode(code); r.Header.Get("Location") != "/signin" {
		t.Errorf("afterwards it still waits for a code: %d", r.StatusCode)
	}
	if r := d.restarted().signIn("gao", rightPassword); r.StatusCode != http.StatusTooManyRequests {
		t.Errorf("the password, after a restart: %d", r.StatusCode)
	}
	if got := d.did("gao"); !slices.Equal(got, []string{"account.locked"}) {
		t.Errorf("recorded %q", got)
	}
}

// A right password before a wrong code gives nobody his tries back: else codes could be guessed for ever.
func TestTheRightPasswordDoesNotOpenMoreTriesForCodes(t *testing.T) {
	d := newDesks(t)
	d.hasPhone("gao")
	tried := 0
	for range 20 {
		if r := d.signIn("gao", rightPassword); r.StatusCode != http.StatusSeeOther {
			break
		}
		if r := d.giveCode("000000"); r.StatusCode != http.StatusUnauthorized {
			break
		}
		tried++
	}
	if tried != lockTries {
		t.Errorf("%d codes could be tried", tried)
	}
}

func TestManyWrongPasswordsAtOnceAreMany(t *testing.T) {
	d := newDesks(t)
	hash, err := HashPassword(rightPassword) // all tries are there while the first is looked at
	if err != nil {
		t.Fatal(err)
	}
	d.change("gao", func(a *Account) { a.Hash = hash })
	var all sync.WaitGroup
	var mu sync.Mutex
	looked := 0
	for range 12 {
		b := d.elsewhere()
		all.Go(func() {
			if b.signIn("gao", "wrong wrong wrong").StatusCode == http.StatusUnauthorized {
				mu.Lock()
				looked++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if looked > lockTries {
		t.Errorf("%d passwords were looked at", looked)
	}
}

func TestOneAddressThatTriesManyNamesIsLockedOut(t *testing.T) {
	d := newDesks(t)
	from := func(address string) func(*http.Request) {
		return func(r *http.Request) { r.RemoteAddr = address + ":4711" }
	}
	try := func(name, password, address string) int {
		w := httptest.NewRecorder()
		r := formRequest("/signin", "name", name, "password", password)
		r.Host = "127.0.0.1"
		from(address)(r)
		d.server.Config.Handler.ServeHTTP(w, r)
		return w.Code
	}
	for n := range fromOnePlace {
		if code := try("u"+string(rune('a'+n%26))+string(rune('a'+n/26)), "wrong wrong wrong", "10.1.2.3"); code != http.StatusUnauthorized {
			t.Fatalf("try %d: %d", n+1, code)
		}
	}
	if code := try("gao", rightPassword, "10.1.2.3"); code != http.StatusTooManyRequests {
		t.Errorf("the same address: %d", code)
	}
	if code := try("gao", rightPassword, "10.1.2.4"); code != http.StatusSeeOther {
		t.Errorf("another address: %d", code)
	}
}

func TestATryThatWasRightCountsForNobody(t *testing.T) {
	l, now := newLimit(2, time.Minute), tenThirtyOne()
	for range 10 { // a whole hall behind one address
		if l.count("hall", now) {
			t.Fatal("locked out by right passwords")
		}
		l.giveBack("hall")
	}
	l.giveBack("hall")
	l.giveBack("unknown")
	for n, want := range []bool{false, false, true} {
		if got := l.count("hall", now); got != want {
			t.Errorf("wrong try %d: over %v", n+1, got)
		}
	}
}

func TestADisabledAccountIsAnsweredLikeAWrongPassword(t *testing.T) {
	d := newDesks(t)
	wrong := d.signIn("gao", "wrong wrong wrong")
	d.change("gao", func(a *Account) { a.Disabled = true })
	if r := d.signIn("gao", rightPassword); r.StatusCode != wrong.StatusCode || text(r) != text(wrong) || d.in() {
		t.Errorf("%d", r.StatusCode)
	}
}

func TestAFirstPasswordIsGoodForChoosingOnesOwn(t *testing.T) {
	d := newDesks(t)
	d.change("gao", func(a *Account) { a.FirstUntil = d.now.Add(FirstLasts) })
	if r := d.signIn("gao", rightPassword); r.StatusCode != http.StatusSeeOther {
		t.Fatalf("sign-in: %d", r.StatusCode)
	}
	if r := d.get("/"); r.Header.Get("Location") != "/account/password" {
		t.Errorf("the board: %d, %s", r.StatusCode, r.Header.Get("Location"))
	}
	if r := d.get("/api/me"); r.StatusCode != http.StatusForbidden || !strings.Contains(text(r), `"code":"password"`) {
		t.Errorf("the API: %d, %s", r.StatusCode, text(r))
	}
	choose := func(now, fresh, again string) *http.Response {
		return d.do(http.MethodPost, "/account/password", url.Values{"password": {now}, "new": {fresh}, "again": {again}})
	}
	const own = "my own long password"
	for name, c := range map[string]struct {
		now, fresh, again string
		status            int
		words             string
	}{
		"too short":       {rightPassword, "short", "short", http.StatusUnprocessableEntity, "10 到 128"},
		"two different":   {rightPassword, own, own + "x", http.StatusUnprocessableEntity, "不一样"},
		"the present one": {rightPassword, rightPassword, rightPassword, http.StatusUnprocessableEntity, "请换一个"},
		"a wrong one":     {"wrong wrong wrong", own, own, http.StatusUnauthorized, "现在的密码不对"},
	} {
		if r := choose(c.now, c.fresh, c.again); r.StatusCode != c.status || !strings.Contains(text(r), c.words) {
			t.Errorf("%s: %d\n%s", name, r.StatusCode, text(r))
		}
	}
	before := d.cookie()
	if r := choose(rightPassword, own, own); r.Header.Get("Location") != "/account?done=password" || !d.in() {
		t.Errorf("chosen: %d, %s", r.StatusCode, r.Header.Get("Location"))
	}
	if d.cookie().Value == before.Value {
		t.Error("the token of the session stayed when it could do more")
	}
	if r := d.elsewhere().signIn("gao", rightPassword); r.StatusCode != http.StatusUnauthorized {
		t.Errorf("the first password still opens: %d", r.StatusCode)
	}
	if r := d.elsewhere().signIn("gao", own); r.StatusCode != http.StatusSeeOther {
		t.Errorf("his own password: %d", r.StatusCode)
	}
	if got := d.did("gao"); !slices.Equal(got, []string{"in:password", "password_chosen", "in:password"}) {
		t.Errorf("recorded %q", got)
	}
	if log := d.log.String(); strings.Contains(log, own) {
		t.Errorf("the log says the password: %s", log)
	}
}

func TestAFirstPasswordDoesNotLastForEver(t *testing.T) {
	d := newDesks(t)
	d.change("gao", func(a *Account) { a.FirstUntil = d.now.Add(-time.Second) })
	if r := d.signIn("gao", rightPassword); r.StatusCode != http.StatusUnauthorized || !strings.Contains(text(r), "过期") || d.in() {
		t.Errorf("%d", r.StatusCode)
	}
	if r := d.signIn("gao", "wrong wrong wrong"); strings.Contains(text(r), "过期") {
		t.Error("who does not know it learns that it is over")
	}
}

func TestWrongPresentPasswordsLockTheAccount(t *testing.T) {
	d := newDesks(t)
	d.signIn("gao", rightPassword)
	form := url.Values{"password": {"wrong wrong wrong"}, "new": {"my own long password"}, "again": {"my own long password"}}
	for range lockTries {
		d.do(http.MethodPost, "/account/password", form)
	}
	form.Set("password", rightPassword)
	if r := d.do(http.MethodPost, "/account/password", form); r.StatusCode != http.StatusTooManyRequests {
		t.Errorf("the sixth: %d", r.StatusCode)
	}
}

func TestAPersonSeesAndEndsHisSessions(t *testing.T) {
	d := newDesks(t)
	at := func(b *desks, agent string) *desks {
		b.do(http.MethodPost, "/signin", url.Values{"name": {"gao"}, "password": {rightPassword}}, func(r *http.Request) { r.Header.Set("User-Agent", agent) })
		return b
	}
	here, there, third := at(d, "Firefox here"), at(d.elsewhere(), "Chrome there"), at(d.elsewhere(), "Safari <b>")
	foreign := d.elsewhere()
	foreign.signIn("centre", rightPassword)
	page := text(here.get("/account"))
	for _, want := range []string{"Firefox here", "Chrome there", "Safari &lt;b&gt;", "127.0.0.1", "这里"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not say %q:\n%s", want, page)
		}
	}
	found := regexp.MustCompile(`(?s)Chrome there.*?name="id" value="([A-Z2-7]+)"`).FindStringSubmatch(page)
	if found == nil {
		t.Fatalf("no button for the other:\n%s", page)
	}
	end := func(b *desks, id string) *http.Response {
		return b.do(http.MethodPost, "/account/sessions/end", url.Values{"id": {id}})
	}
	if end(foreign, found[1]); !there.in() {
		t.Error("somebody else ended it")
	}
	if r := end(here, found[1]); r.Header.Get("Location") != "/account?done=ended" || there.in() || !third.in() || !here.in() {
		t.Errorf("one: %d; there %v, third %v, here %v", r.StatusCode, there.in(), third.in(), here.in())
	}
	if end(here, "others"); third.in() || !here.in() || !foreign.in() {
		t.Errorf("the others: third %v, here %v, foreign %v", third.in(), here.in(), foreign.in())
	}
	if strings.Contains(page, d.cookie().Value) {
		t.Error("the page tells the token")
	}
}

// Nobody comes in where it cannot be recorded.
func TestWhatCannotBeRecordedIsNotDone(t *testing.T) {
	d := newDesks(t, func(c *OfficeConfig) { c.Deeds = brokenDeeds{} })
	if r := d.signIn("gao", rightPassword); r.StatusCode != http.StatusServiceUnavailable || d.in() {
		t.Errorf("%d", r.StatusCode)
	}
}

func TestTheOfficeNeedsWhatItPromises(t *testing.T) {
	d := newDesks(t)
	for name, spoil := range map[string]func(*OfficeConfig){
		"no record":  func(c *OfficeConfig) { c.Deeds = nil },
		"no secrets": func(c *OfficeConfig) { c.Secrets = nil },
	} {
		c := OfficeConfig{Shared: sharedOf(t, d.farEnd, d.log), Dist: builtPages(), Accounts: d.farEnd, Deeds: d.farEnd, Secrets: d.vault}
		spoil(&c)
		if _, err := NewOffice(c); err == nil {
			t.Errorf("%s: it opened", name)
		}
	}
}

// A name that is none is refused no sooner than one that is.
func TestARefusalTakesAsLongAsEveryOther(t *testing.T) {
	const least = 400 * time.Millisecond
	d := newDesks(t, func(c *OfficeConfig) { c.RefusalTakes = least })
	for _, name := range []string{"gao", "nobody", "no name at all"} {
		began := time.Now()
		if d.signIn(name, "wrong wrong wrong"); time.Since(began) < least {
			t.Errorf("%s was refused after %v", name, time.Since(began))
		}
	}
}
