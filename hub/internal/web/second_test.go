package web

import (
	"bytes"
	"encoding/base32"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"hallpulse/hub/internal/access"
)

// elsewhere is the same office seen from another browser.
func (d *desks) elsewhere() *desks {
	other := *d
	other.browser = newBrowser(d.t)
	return &other
}

// phone is the phone of somebody who has a second factor: what it shows at a time.
func (d *desks) phone(name string, at time.Time) string {
	d.t.Helper()
	secret, err := d.vault.OpenKey(secondOf(name), d.account(name).Second)
	if err != nil {
		d.t.Fatal(err)
	}
	code, err := totp.GenerateCode(string(secret), at)
	if err != nil {
		d.t.Fatal(err)
	}
	return code
}

// hasPhone gives an account a second factor, and recovery codes.
func (d *desks) hasPhone(name string) (recovery []string) {
	show, keep := newRecovery()
	d.change(name, func(a *Account) {
		a.Second, a.Codes = d.vault.SealKey(secondOf(name), []byte(newSecret())), keep
	})
	return show
}

func (d *desks) giveCode(code string) *http.Response {
	return d.do(http.MethodPost, "/signin/code", url.Values{"code": {code}})
}

func (d *desks) in() bool { return d.get("/api/me").StatusCode == http.StatusOK }

// RFC 6238, appendix B: SHA-1, the last six of its eight digits.
func TestCodesOfTheStandard(t *testing.T) {
	secret := base32.StdEncoding.EncodeToString([]byte("12345678901234567890"))
	for at, code := range map[int64]string{59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037", 20000000000: "353130"} {
		if step, ok := matchStep(code, secret, 0, time.Unix(at, 0)); !ok || step != at/30 {
			t.Errorf("at %d: step %d, %v", at, step, ok)
		}
	}
}

func TestACodeIsGoodForOneStepBeforeAndAfterAndOnce(t *testing.T) {
	secret := newSecret()
	now := time.Unix(1_800_000_015, 0)
	for name, c := range map[string]struct {
		made time.Duration
		last int64
		want bool
	}{
		"the present code":                     {0, 0, true},
		"of the step before":                   {-30 * time.Second, 0, true},
		"of the step after":                    {30 * time.Second, 0, true},
		"of two steps before":                  {-60 * time.Second, 0, false},
		"of two steps after":                   {60 * time.Second, 0, false},
		"used already":                         {0, now.Unix() / 30, false},
		"older than one that was used already": {-30 * time.Second, now.Unix() / 30, false},
		"newer than one that was used already": {30 * time.Second, now.Unix() / 30, true},
	} {
		t.Run(name, func(t *testing.T) {
			code, err := totp.GenerateCode(secret, now.Add(c.made))
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := matchStep(code, secret, c.last, now); ok != c.want {
				t.Errorf("taken: %v", ok)
			}
		})
	}
	for _, code := range []string{"", "12345", "1234567", "abcdef", "12 345", "１２３４５６"} {
		if _, ok := matchStep(code, secret, 0, now); ok {
			t.Errorf("%q was taken", code)
		}
	}
}

func TestSignInWithASecondFactor(t *testing.T) {
	d := newDesks(t)
	recovery := d.hasPhone("gao")
	if r := d.giveCode("000000"); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/signin" {
		t.Errorf("a code without a password: %d, %s", r.StatusCode, r.Header.Get("Location"))
	}
	if r := d.signIn("gao", rightPassword); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/signin/code" {
		t.Fatalf("the password: %d, %s", r.StatusCode, r.Header.Get("Location"))
	}
	half := d.cookie()
	if d.in() {
		t.Fatal("the password alone let in")
	}
	if r := d.get("/signin/code"); r.StatusCode != http.StatusOK || !strings.Contains(text(r), "高静仪") || strings.Contains(text(r), "<script") {
		t.Errorf("the page that asks for it: %d, %s", r.StatusCode, text(r))
	}
	if r := d.giveCode("000000"); r.StatusCode != http.StatusUnauthorized || !strings.Contains(text(r), "动态码不对") || d.in() {
		t.Errorf("a wrong code: %d", r.StatusCode)
	}
	code := d.phone("gao", d.clock())
	if r := d.giveCode(code); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/" || !d.in() {
		t.Fatalf("the right code: %d, %s", r.StatusCode, text(r))
	}
	if d.cookie().Value == half.Value {
		t.Error("coming in kept the token of the session that waited")
	}
	if a := d.account("gao"); a.Failed != 0 || a.SignedIn.IsZero() {
		t.Errorf("afterwards %d tries, last signed in %v", a.Failed, a.SignedIn)
	}

	other := d.elsewhere()
	other.signIn("gao", rightPassword)
	if r := other.giveCode(code); r.StatusCode != http.StatusUnauthorized || other.in() {
		t.Errorf("the same code again: %d", r.StatusCode)
	}
	if r := other.giveCode(" " + strings.ToLower(recovery[3]) + " "); r.StatusCode != http.StatusSeeOther || !other.in() {
		t.Errorf("a recovery code: %d", r.StatusCode)
	}
	if a := d.account("gao"); len(a.Codes) != recoveryMany-1 {
		t.Errorf("%d recovery codes are left", len(a.Codes))
	}
	third := d.elsewhere()
	third.signIn("gao", rightPassword)
	if r := third.giveCode(recovery[3]); r.StatusCode != http.StatusUnauthorized || third.in() {
		t.Errorf("the same recovery code again: %d", r.StatusCode)
	}
	if got := d.did("gao"); !slices.Equal(got, []string{"in:password+totp", "in:password+recovery"}) {
		t.Errorf("recorded %q", got)
	}
	for _, secret := range []string{code, recovery[3], rightPassword} {
		if strings.Contains(d.log.String(), secret) {
			t.Errorf("the log says %q:\n%s", secret, d.log)
		}
	}
}

// Many browsers with one code: one of them comes in.
func TestACodeIsTakenOnceAlsoAtTheSameMoment(t *testing.T) {
	d := newDesks(t)
	d.hasPhone("gao")
	var browsers []*desks
	for range 4 {
		b := d.elsewhere()
		b.signIn("gao", rightPassword)
		browsers = append(browsers, b)
	}
	code := d.phone("gao", d.clock())
	var all sync.WaitGroup
	for _, b := range browsers {
		all.Go(func() { b.giveCode(code) })
	}
	all.Wait()
	in := 0
	for _, b := range browsers {
		if b.in() {
			in++
		}
	}
	if in != 1 {
		t.Errorf("%d came in", in)
	}
}

func TestTheSecondFactorMayNotTakeLong(t *testing.T) {
	d := newDesks(t)
	d.hasPhone("gao")
	d.signIn("gao", rightPassword)
	d.sleep(halfLasts + time.Second)
	if r := d.giveCode(d.phone("gao", d.clock())); r.Header.Get("Location") != "/signin" || d.in() {
		t.Errorf("%d, %s", r.StatusCode, r.Header.Get("Location"))
	}
}

// What a session waited for is no more: password, rights or phone changed, or it was disabled.
func TestWhoWaitsForHisSecondFactorIsForgottenWithHisAccount(t *testing.T) {
	for name, change := range map[string]func(*Account){
		"disabled":    func(a *Account) { a.Disabled = true },
		"password":    func(a *Account) { a.Hash += "x" },
		"role":        func(a *Account) { a.Role = access.Centre },
		"other phone": func(a *Account) { a.Second = append(slices.Clone(a.Second), 1) },
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesks(t)
			d.hasPhone("gao")
			d.signIn("gao", rightPassword)
			code := d.phone("gao", d.clock())
			d.change("gao", change)
			if r := d.giveCode(code); r.Header.Get("Location") != "/signin" || d.in() {
				t.Errorf("%d, %s", r.StatusCode, r.Header.Get("Location"))
			}
		})
	}
}

var secretOnPage = regexp.MustCompile(`<code>([A-Z2-7 ]{30,})</code>`)

// enrol sets up a second factor as a person with a phone does, and returns his recovery codes.
func (d *desks) enrol() []string {
	d.t.Helper()
	page := text(d.get("/account/second"))
	found := secretOnPage.FindStringSubmatch(page)
	if found == nil || !strings.Contains(page, `src="data:image/png;base64,`) || strings.Contains(page, "<script") {
		d.t.Fatalf("the page to set it up:\n%s", page)
	}
	code, err := totp.GenerateCode(strings.ReplaceAll(found[1], " ", ""), d.clock())
	if err != nil {
		d.t.Fatal(err)
	}
	if r := d.do(http.MethodPost, "/account/second", url.Values{"code": {"000000"}}); r.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(text(r), found[1]) {
		d.t.Errorf("a wrong code: %d; the secret on the page must stay the one that was scanned", r.StatusCode)
	}
	r := d.do(http.MethodPost, "/account/second", url.Values{"code": {code}})
	if r.StatusCode != http.StatusOK {
		d.t.Fatalf("the right code: %d\n%s", r.StatusCode, text(r))
	}
	var codes []string
	for _, m := range regexp.MustCompile(`<code>([A-Z2-7]{4}(?:-[A-Z2-7]{4}){3})</code>`).FindAllStringSubmatch(text(r), -1) {
		codes = append(codes, m[1])
	}
	if len(codes) != recoveryMany {
		d.t.Fatalf("%d recovery codes on the page:\n%s", len(codes), text(r))
	}
	return codes
}

func needSecond(c *OfficeConfig) { c.SecondFactor = []access.Role{access.Centre, access.Auditor} }

func TestARoleThatNeedsASecondFactorGetsNoFurtherWithoutOne(t *testing.T) {
	d := newDesks(t, needSecond)
	d.signIn("centre", rightPassword)
	if r := d.get("/"); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/account/second" {
		t.Errorf("the board: %d, %s", r.StatusCode, r.Header.Get("Location"))
	}
	for _, path := range []string{"/api/me", "/api/people", "/ws/board?view=desk"} {
		if r := d.get(path); r.StatusCode != http.StatusForbidden || !strings.Contains(text(r), `"code":"second"`) {
			t.Errorf("%s: %d, %s", path, r.StatusCode, text(r))
		}
	}
	if r := d.do(http.MethodPost, "/account/second/off", url.Values{"code": {"000000"}}); r.StatusCode != http.StatusForbidden {
		t.Errorf("turning it off: %d", r.StatusCode)
	}
	before := d.cookie()
	recovery := d.enrol()
	if !d.in() {
		t.Fatal("with it the door is shut")
	}
	if d.cookie().Value == before.Value {
		t.Error("the token of the session stayed when it could do more")
	}
	d.do(http.MethodPost, "/signout", url.Values{})
	d.signIn("centre", rightPassword)
	if d.in() {
		t.Error("the password alone lets in")
	}
	if d.giveCode(recovery[0]); !d.in() {
		t.Error("a recovery code does not let in")
	}
	if got := d.did("centre"); !slices.Equal(got, []string{"in:password", "second_on", "in:password+recovery"}) {
		t.Errorf("recorded %q", got)
	}
	if o := d.elsewhere(); o.signIn("gao", rightPassword).Header.Get("Location") != "/" || !o.in() {
		t.Error("a role that may be without one is asked for it")
	}
}

func TestASecondFactorAtWill(t *testing.T) {
	d := newDesks(t)
	other := d.elsewhere()
	other.signIn("gao", rightPassword)
	d.signIn("gao", rightPassword)
	first := d.enrol()
	if !d.in() || other.in() {
		t.Errorf("after it was set up: here %v, elsewhere %v", d.in(), other.in())
	}
	sealed := d.account("gao").Second
	if secret, err := d.vault.OpenKey(secondOf("gao"), sealed); err != nil || len(secret) < 32 || bytes.Contains(sealed, secret) {
		t.Errorf("the secret is not sealed: %v", err)
	}
	if page := text(d.get("/account")); !strings.Contains(page, "还剩 10 个恢复码") {
		t.Errorf("my account:\n%s", page)
	}
	d.sleep(31 * time.Second)
	r := d.do(http.MethodPost, "/account/second/codes", url.Values{"code": {d.phone("gao", d.clock())}})
	if r.StatusCode != http.StatusOK || strings.Contains(text(r), first[0]) || !d.in() {
		t.Errorf("new recovery codes: %d", r.StatusCode)
	}
	if r := d.do(http.MethodPost, "/account/second/off", url.Values{"code": {first[0]}}); r.StatusCode != http.StatusUnauthorized {
		t.Errorf("turned off with an old recovery code: %d", r.StatusCode)
	}
	d.sleep(31 * time.Second)
	if r := d.do(http.MethodPost, "/account/second/off", url.Values{"code": {d.phone("gao", d.clock())}}); r.Header.Get("Location") != "/account?done=off" || !d.in() {
		t.Errorf("turned off: %d, %s", r.StatusCode, r.Header.Get("Location"))
	}
	if a := d.account("gao"); len(a.Second) > 0 || len(a.Codes) > 0 {
		t.Errorf("left: %+v", a)
	}
	if got := d.did("gao"); !slices.Equal(got, []string{"in:password", "in:password", "second_on", "codes_made", "second_off"}) {
		t.Errorf("recorded %q", got)
	}
}

// Who finds a browser left open changes nothing of it.
func TestTheSecondFactorIsChangedOnlySoonAfterSigningIn(t *testing.T) {
	d := newDesks(t)
	d.hasPhone("gao")
	d.signIn("gao", rightPassword)
	d.giveCode(d.phone("gao", d.clock()))
	d.sleep(freshLasts + time.Second)
	for _, r := range []*http.Response{d.get("/account/second"),
		d.do(http.MethodPost, "/account/second/off", url.Values{"code": {d.phone("gao", d.clock())}}),
		d.do(http.MethodPost, "/account/second/codes", url.Values{"code": {d.phone("gao", d.clock())}})} {
		if r.StatusCode != http.StatusForbidden || !strings.Contains(text(r), "再登录一次") {
			t.Errorf("%s: %d", r.Request.URL.Path, r.StatusCode)
		}
	}
	if len(d.account("gao").Second) == 0 {
		t.Error("it was turned off")
	}
}

// A secret that cannot be opened, of another key file, is a fault of the office and no way in.
func TestASecretOfAnotherKeyFileLetsNobodyIn(t *testing.T) {
	d := newDesks(t)
	d.change("gao", func(a *Account) { a.Second = []byte{1, 2, 3} })
	d.signIn("gao", rightPassword)
	if r := d.giveCode("000000"); r.StatusCode != http.StatusServiceUnavailable || d.in() {
		t.Errorf("%d", r.StatusCode)
	}
}
