package web

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// issuer is an OpenID Connect issuer that can be made to lie. The real one is met in sso_e2e_test.go.
type issuer struct {
	*httptest.Server
	t    *testing.T
	key  *rsa.PrivateKey
	now  func() time.Time
	mu   sync.Mutex
	lies lies
	// of the sign-on that runs
	challenge, nonce string
	codes            map[string]bool
}

// lies is what the issuer does otherwise than it should; the zero value is honest.
type lies struct {
	claims    func(map[string]any) // changes what it signs
	noIDToken bool
	alg       string          // none
	otherKey  *rsa.PrivateKey // signs instead
	userinfo  map[string]any  // what it says of the person when asked
	down      bool
}

const ssoSecret = "the client's own secret"

func newIssuer(t *testing.T, now func() time.Time) *issuer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	i := &issuer{t: t, key: key, now: now, codes: map[string]bool{}}
	mux := http.NewServeMux()
	say := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(v); err != nil {
			t.Error(err)
		}
	}
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		say(w, map[string]any{"issuer": i.URL, "authorization_endpoint": i.URL + "/auth", "token_endpoint": i.URL + "/token", "jwks_uri": i.URL + "/keys",
			"userinfo_endpoint": i.URL + "/userinfo", "id_token_signing_alg_values_supported": []string{"RS256"}})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		say(w, map[string]any{"keys": []any{map[string]any{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "1",
			"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()), "e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes())}}})
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		i.mu.Lock()
		defer i.mu.Unlock()
		sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
		id, secret, _ := r.BasicAuth()
		secret, _ = url.QueryUnescape(secret)
		if !i.codes[r.PostFormValue("code")] || base64.RawURLEncoding.EncodeToString(sum[:]) != i.challenge || id != "hallpulse" || secret != ssoSecret {
			w.WriteHeader(http.StatusBadRequest)
			say(w, map[string]any{"error": "invalid_grant", "error_description": "what it says may hold " + ssoSecret})
			return
		}
		i.codes = map[string]bool{} // once
		answer := map[string]any{"access_token": "opaque", "token_type": "Bearer", "expires_in": 60}
		if !i.lies.noIDToken {
			answer["id_token"] = i.sign()
		}
		say(w, answer)
	})
	mux.HandleFunc("GET /userinfo", func(w http.ResponseWriter, r *http.Request) {
		i.mu.Lock()
		defer i.mu.Unlock()
		if r.Header.Get("Authorization") != "Bearer opaque" || i.lies.userinfo == nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		say(w, i.lies.userinfo)
	})
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		i.mu.Lock()
		down := i.lies.down
		i.mu.Unlock()
		if down {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		mux.ServeHTTP(w, r)
	}))
	t.Cleanup(i.Server.Close)
	return i
}

// sign makes the ID token.
func (i *issuer) sign() string {
	claims := map[string]any{"iss": i.URL, "aud": "hallpulse", "sub": "4711", "nonce": i.nonce, "preferred_username": "gao",
		"iat": i.now().Unix(), "exp": i.now().Add(time.Minute).Unix()}
	if i.lies.claims != nil {
		i.lies.claims(claims)
	}
	key, alg := i.key, "RS256"
	if i.lies.otherKey != nil {
		key = i.lies.otherKey
	}
	if i.lies.alg != "" {
		alg = i.lies.alg
	}
	part := func(v any) string {
		data, err := json.Marshal(v)
		if err != nil {
			i.t.Error(err)
		}
		return base64.RawURLEncoding.EncodeToString(data)
	}
	text := part(map[string]any{"alg": alg, "kid": "1"}) + "." + part(claims)
	if alg == "none" {
		return text + "."
	}
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		i.t.Error(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// lie changes what it does.
func (i *issuer) lie(l lies) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.lies = l
}

func newSSODesks(t *testing.T, change ...func(*OfficeConfig)) (*desks, *issuer) {
	t.Helper()
	var i *issuer
	d := newDesks(t, append([]func(*OfficeConfig){func(c *OfficeConfig) {
		i = newIssuer(t, c.Now)
		c.SSO = &SSO{Name: "江南通", Issuer: i.URL, ClientID: "hallpulse", Secret: ssoSecret, URL: "http://office.test"}
	}}, change...)...)
	return d, i
}

// leave goes to the issuer, and returns the query it was sent with.
func (d *desks) leave(i *issuer, next string) url.Values {
	d.t.Helper()
	r := d.get("/signin/sso?next=" + url.QueryEscape(next))
	to, err := url.Parse(r.Header.Get("Location"))
	if err != nil || r.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to.String(), i.URL+"/auth?") {
		d.t.Fatalf("to the issuer: %d, %q\n%s", r.StatusCode, r.Header.Get("Location"), text(r))
	}
	q := to.Query()
	i.mu.Lock()
	defer i.mu.Unlock()
	i.challenge, i.nonce, i.codes["code"] = q.Get("code_challenge"), q.Get("nonce"), true
	return q
}

// comeBack is what the issuer sends the browser back with.
func (d *desks) comeBack(state, code string) *http.Response {
	return d.get(ssoReturn + "?" + url.Values{"state": {state}, "code": {code}}.Encode())
}

func TestASingleSignOn(t *testing.T) {
	d, i := newSSODesks(t)
	if page := text(d.get("/signin?next=/wall")); !strings.Contains(page, "用江南通登录") || !strings.Contains(page, `href="/signin/sso?lang=zh&amp;next=%2Fwall"`) {
		t.Errorf("the sign-in page:\n%s", page)
	}
	q := d.leave(i, "/wall")
	if q.Get("code_challenge_method") != "S256" || len(q.Get("nonce")) < 26 || len(q.Get("state")) < 26 || q.Get("redirect_uri") != "http://office.test/signin/sso/return" ||
		q.Get("response_type") != "code" || q.Get("scope") != "openid profile" || q.Get("client_id") != "hallpulse" {
		t.Errorf("asked with %v", q)
	}
	before := d.cookie()
	if r := d.comeBack(q.Get("state"), "code"); r.StatusCode != http.StatusSeeOther || r.Header.Get("Location") != "/wall" || !d.in() {
		t.Fatalf("back: %d, %s\n%s", r.StatusCode, r.Header.Get("Location"), d.log)
	}
	if d.cookie().Value == before.Value {
		t.Error("coming in kept the token of the session that waited")
	}
	if r := d.elsewhere().comeBack(q.Get("state"), "code"); r.StatusCode != http.StatusUnauthorized {
		t.Errorf("the same answer in another browser: %d", r.StatusCode)
	}
	if got := d.did("gao"); !slices.Equal(got, []string{"in:sso"}) {
		t.Errorf("recorded %q", got)
	}
	if strings.Contains(d.log.String(), ssoSecret) || strings.Contains(d.log.String(), q.Get("state")) {
		t.Errorf("the log tells secrets: %s", d.log)
	}
}

func TestTheIssuersAnswerIsBelievedOnlyAsAsked(t *testing.T) {
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	set := func(key string, value any) lies {
		return lies{claims: func(c map[string]any) { c[key] = value }}
	}
	d, i := newSSODesks(t)
	for name, c := range map[string]struct {
		lies   lies
		state  string // instead
		code   string
		wait   time.Duration
		status int
	}{
		"another nonce":                     {lies: set("nonce", "of another browser"), status: http.StatusUnauthorized},
		"no nonce":                          {lies: lies{claims: func(c map[string]any) { delete(c, "nonce") }}, status: http.StatusUnauthorized},
		"for another office":                {lies: set("aud", "somebody-else"), status: http.StatusUnauthorized},
		"of another issuer":                 {lies: set("iss", "https://evil.example"), status: http.StatusUnauthorized},
		"past its time":                     {lies: set("exp", d.clock().Add(-time.Hour).Unix()), status: http.StatusUnauthorized},
		"signed with another key":           {lies: lies{otherKey: other}, status: http.StatusUnauthorized},
		"not signed":                        {lies: lies{alg: "none"}, status: http.StatusUnauthorized},
		"signed as it was not said":         {lies: lies{alg: "HS256"}, status: http.StatusUnauthorized},
		"without an ID token":               {lies: lies{noIDToken: true}, status: http.StatusUnauthorized},
		"another state":                     {state: "of another browser", status: http.StatusUnauthorized},
		"a code that is none":               {code: "guessed", status: http.StatusUnauthorized},
		"a person who has no account":       {lies: set("preferred_username", "nobody"), status: http.StatusForbidden},
		"a name that is written otherwise":  {lies: set("preferred_username", "GAO"), status: http.StatusForbidden},
		"a name that is no name":            {lies: set("preferred_username", "../gao"), status: http.StatusForbidden},
		"a name that is no text":            {lies: set("preferred_username", 7), status: http.StatusForbidden},
		"no name, and none when asked":      {lies: lies{claims: func(c map[string]any) { delete(c, "preferred_username") }, userinfo: map[string]any{"sub": "4711"}}, status: http.StatusForbidden},
		"a name of another when asked":      {lies: lies{claims: func(c map[string]any) { delete(c, "preferred_username") }, userinfo: map[string]any{"sub": "4712", "preferred_username": "gao"}}, status: http.StatusUnauthorized},
		"nothing when asked":                {lies: lies{claims: func(c map[string]any) { delete(c, "preferred_username") }}, status: http.StatusServiceUnavailable},
		"a person who took very long there": {wait: ssoLasts + time.Minute, status: http.StatusUnauthorized},
	} {
		t.Run(name, func(t *testing.T) {
			b := d.elsewhere()
			i.lie(c.lies)
			q := b.leave(i, "/")
			d.sleep(c.wait)
			state, code := q.Get("state"), "code"
			if c.state != "" {
				state = c.state
			}
			if c.code != "" {
				code = c.code
			}
			r := b.comeBack(state, code)
			if r.StatusCode != c.status || !strings.Contains(text(r), `name="password"`) || b.in() {
				t.Errorf("%d, want %d:\n%s", r.StatusCode, c.status, d.log)
			}
			i.lie(lies{})
			if r := b.comeBack(q.Get("state"), "code"); r.StatusCode == http.StatusSeeOther {
				t.Error("an answer that failed can be given again")
			}
		})
	}
	if r := d.get(ssoReturn + "?error=access_denied&state=x"); r.StatusCode != http.StatusUnauthorized {
		t.Errorf("the issuer refuses: %d", r.StatusCode)
	}
	if strings.Contains(d.log.String(), ssoSecret) {
		t.Errorf("the log tells the secret: %s", d.log)
	}
}

func TestANameIsAskedForWhereTheTokenLacksIt(t *testing.T) {
	d, i := newSSODesks(t)
	i.lie(lies{claims: func(c map[string]any) { delete(c, "preferred_username") }, userinfo: map[string]any{"sub": "4711", "preferred_username": "gao"}})
	if r := d.comeBack(d.leave(i, "/").Get("state"), "code"); r.StatusCode != http.StatusSeeOther || !d.in() {
		t.Errorf("%d\n%s", r.StatusCode, d.log)
	}
}

func TestAnotherClaimNamesTheAccount(t *testing.T) {
	for name, c := range map[string]struct {
		claim  string
		claims map[string]any
		in     bool
	}{
		"the subject":         {"sub", map[string]any{"sub": "gao", "preferred_username": "centre"}, true},
		"a verified address":  {"email", map[string]any{"email": "gao", "email_verified": true}, true},
		"one that is not":     {"email", map[string]any{"email": "gao", "email_verified": false}, false},
		"one not said to be":  {"email", map[string]any{"email": "gao"}, false},
		"a number of its own": {"employee", map[string]any{"employee": "gao"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			d, i := newSSODesks(t, func(o *OfficeConfig) { o.SSO.Claim = c.claim })
			i.lie(lies{claims: func(all map[string]any) { delete(all, "preferred_username"); maps.Copy(all, c.claims) }, userinfo: map[string]any{"sub": "4711"}})
			d.comeBack(d.leave(i, "/").Get("state"), "code")
			if d.in() != c.in {
				t.Errorf("in: %v\n%s", d.in(), d.log)
			}
		})
	}
}

func TestADisabledAccountIsRefusedLikeNone(t *testing.T) {
	d, i := newSSODesks(t)
	i.lie(lies{claims: func(c map[string]any) { c["preferred_username"] = "nobody" }})
	none := d.comeBack(d.leave(i, "/").Get("state"), "code")
	i.lie(lies{})
	d.change("gao", func(a *Account) { a.Disabled = true })
	if r := d.comeBack(d.leave(i, "/").Get("state"), "code"); r.StatusCode != none.StatusCode || text(r) != text(none) || d.in() {
		t.Errorf("%d", r.StatusCode)
	}
	if len(d.deeds) > 0 {
		t.Errorf("recorded %v", d.deeds)
	}
}

func TestTheSecondFactorAfterASingleSignOn(t *testing.T) {
	mfa := lies{claims: func(c map[string]any) { c["amr"], c["preferred_username"] = []string{"pwd", "mfa"}, "centre" }}
	t.Run("ours is asked for where the issuer asked for none", func(t *testing.T) {
		d, i := newSSODesks(t)
		d.hasPhone("gao")
		if r := d.comeBack(d.leave(i, "/wall").Get("state"), "code"); r.Header.Get("Location") != "/signin/code" || d.in() {
			t.Errorf("%d, %s", r.StatusCode, r.Header.Get("Location"))
		}
		if r := d.giveCode(d.phone("gao", d.clock())); r.Header.Get("Location") != "/wall" || !d.in() {
			t.Errorf("the code: %d, %s", r.StatusCode, r.Header.Get("Location"))
		}
		if got := d.did("gao"); !slices.Equal(got, []string{"in:sso+totp"}) {
			t.Errorf("recorded %q", got)
		}
	})
	t.Run("a role that needs one sets it up", func(t *testing.T) {
		d, i := newSSODesks(t, needSecond)
		i.lie(lies{claims: func(c map[string]any) { c["preferred_username"] = "centre" }})
		d.comeBack(d.leave(i, "/").Get("state"), "code")
		if r := d.get("/"); r.Header.Get("Location") != "/account/second" {
			t.Errorf("%d, %s", r.StatusCode, r.Header.Get("Location"))
		}
	})
	t.Run("the issuer's own is enough", func(t *testing.T) {
		d, i := newSSODesks(t, needSecond)
		i.lie(mfa)
		if r := d.comeBack(d.leave(i, "/").Get("state"), "code"); r.Header.Get("Location") != "/" || !d.in() {
			t.Errorf("%d, %s", r.StatusCode, r.Header.Get("Location"))
		}
		if got := d.did("centre"); !slices.Equal(got, []string{"in:sso+issuer"}) {
			t.Errorf("recorded %q", got)
		}
	})
	t.Run("a first password is not asked for", func(t *testing.T) {
		d, i := newSSODesks(t)
		d.change("gao", func(a *Account) { a.FirstUntil = d.now.Add(FirstLasts) })
		if d.comeBack(d.leave(i, "/").Get("state"), "code"); !d.in() {
			t.Error("not in")
		}
	})
}

func TestAnIssuerThatIsDownKeepsNobodyFromThePassword(t *testing.T) {
	d, i := newSSODesks(t)
	i.lie(lies{down: true})
	for range 2 {
		if r := d.get("/signin/sso"); r.StatusCode != http.StatusServiceUnavailable || !strings.Contains(text(r), "统一登录暂时连不上") || !strings.Contains(text(r), `name="password"`) {
			t.Errorf("down: %d\n%s", r.StatusCode, text(r))
		}
	}
	if r := d.signIn("gao", rightPassword); r.StatusCode != http.StatusSeeOther || !d.in() {
		t.Errorf("the password: %d", r.StatusCode)
	}
	i.lie(lies{})
	d.sleep(ssoPause)
	b := d.elsewhere()
	if b.comeBack(b.leave(i, "/").Get("state"), "code"); !b.in() {
		t.Errorf("up again:\n%s", d.log)
	}
	i.Server.Close()
	c := d.elsewhere()
	q, err := url.Parse(c.get("/signin/sso").Header.Get("Location")) // it is known by now
	if err != nil {
		t.Fatal(err)
	}
	if r := c.comeBack(q.Query().Get("state"), "code"); r.StatusCode != http.StatusServiceUnavailable || !strings.Contains(text(r), "统一登录暂时连不上") {
		t.Errorf("gone meanwhile: %d\n%s", r.StatusCode, text(r))
	}
}

func TestALinkOfAForeignPageEndsNoSession(t *testing.T) {
	d, _ := newSSODesks(t)
	d.signIn("gao", rightPassword)
	if r := d.get("/signin/sso?next=https://evil.example", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }); r.Header.Get("Location") != "/" || !d.in() {
		t.Errorf("%d, %s", r.StatusCode, r.Header.Get("Location"))
	}
}

func TestWithoutASingleSignOnThereIsNoDoor(t *testing.T) {
	d := newDesks(t)
	if page := text(d.get("/signin")); strings.Contains(page, "/signin/sso") {
		t.Error("the page offers one")
	}
	for _, path := range []string{"/signin/sso", ssoReturn} {
		if r := d.get(path); r.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, r.StatusCode)
		}
	}
}

func TestASecretDoesNotPrintItself(t *testing.T) {
	s := SSO{Secret: ssoSecret}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "secret", s.Secret, "sso", s)
	for _, said := range []string{fmt.Sprint(s), fmt.Sprintf("%v %+v %#v %s %q", s, s, s, s.Secret, s.Secret), log.String()} {
		if strings.Contains(said, "own secret") {
			t.Errorf("it says %s", said)
		}
	}
	if data, err := json.Marshal(s); err == nil {
		t.Errorf("it became %s", data)
	}
}
