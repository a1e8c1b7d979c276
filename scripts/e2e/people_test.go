//go:build e2e

package e2e

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"hallpulse/scripts/stand"
)

// issuerModule is an OpenID Connect issuer of another house, certified by the OpenID Foundation: zitadel/oidc's own
// example server. It listens where PORT says and keeps its people in a file.
const issuerModule = "github.com/zitadel/oidc/v3/example/server@v3.52.0"

// issuer is that server as a process.
type issuer struct {
	stand.Proc
	url string
}

func startIssuer(t *testing.T, ctx context.Context, dir, office string) *issuer {
	t.Helper()
	bin := filepath.Join(dir, "bin")
	install := exec.CommandContext(ctx, "go", "install", issuerModule)
	install.Env = append(os.Environ(), "GOBIN="+bin, "GOFLAGS=")
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("build the issuer: %v\n%s", err, out)
	}
	at, err := stand.FreePort()
	must(t, err)
	_, port, err := net.SplitHostPort(at)
	must(t, err)
	people := filepath.Join(dir, "people.json")
	write(t, people, `{
		"1": {"ID": "1", "Username": "gao", "Password": "at the issuer", "FirstName": "静仪", "LastName": "高"},
		"2": {"ID": "2", "Username": "stranger", "Password": "at the issuer"},
		"3": {"ID": "3", "Username": "gone", "Password": "at the issuer"}}`)
	i := &issuer{url: "http://localhost:" + port + "/"}
	i.Proc = stand.Proc{Path: "/usr/bin/env", Log: filepath.Join(dir, "issuer.log"),
		Args: []string{"PORT=" + port, "USERS_FILE=" + people, "REDIRECT_URI=" + office + "/signin/sso/return", filepath.Join(bin, "server")}}
	must(t, i.Start(ctx, func(ctx context.Context) error {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, i.url+".well-known/openid-configuration", nil)
		if err != nil {
			return err
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			return err
		}
		return resp.Body.Close()
	}))
	t.Cleanup(func() {
		if i.Running() {
			must(t, i.Kill())
		}
	})
	return i
}

// office is the shipped hub with people, and browsers that look at it.
type office struct {
	t   *testing.T
	ctx context.Context
	hub *stand.Hub
	url string
}

// openOffice starts a hub; extra stands in its office's section. before is done when its address is known.
func openOffice(t *testing.T, ctx context.Context, dir string, before func(url string) (extra string)) *office {
	t.Helper()
	p, err := stand.Built(filepath.Join("..", "..", ".build"))
	must(t, err)
	hallFile := filepath.Join(dir, "hall.yaml")
	write(t, hallFile, catalogue(1))
	hub, err := stand.NewHub(ctx, p, stand.HubConfig{Dir: filepath.Join(dir, "hub"), Halls: []stand.HallFile{{Agent: "e2e", File: hallFile}}})
	must(t, err)
	o := &office{t, ctx, hub, "http://" + hub.Office}
	config, err := os.ReadFile(hub.Config())
	must(t, err)
	line := fmt.Sprintf("office: {listen: %q}\n", hub.Office)
	if !strings.Contains(string(config), line) {
		t.Fatalf("no line %q in\n%s", line, config)
	}
	write(t, hub.Config(), strings.Replace(string(config), line, fmt.Sprintf("office:\n  listen: %q\n%s", hub.Office, before(o.url)), 1))
	must(t, hub.Start(ctx))
	t.Cleanup(func() {
		if hub.Running() {
			must(t, hub.Stop())
		}
	})
	return o
}

func (o *office) user(stdin string, args ...string) {
	o.t.Helper()
	_, err := o.hub.Command(o.ctx, stdin+"\n", append([]string{"user"}, args...)...)
	must(o.t, err)
}

// browser follows redirects and holds cookies, as one without scripts.
func (o *office) browser() *http.Client {
	jar, err := cookiejar.New(nil)
	must(o.t, err)
	return &http.Client{Jar: jar, Timeout: 30 * time.Second}
}

// send asks for a page, or sends a form, and returns where that led and what was said there.
func (o *office) send(b *http.Client, to string, form url.Values) (at, page string, status int) {
	o.t.Helper()
	var resp *http.Response
	var err error
	if form == nil {
		resp, err = b.Get(to)
	} else {
		resp, err = b.PostForm(to, form)
	}
	must(o.t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(o.t, err)
	return resp.Request.URL.String(), string(body), resp.StatusCode
}

func (o *office) in(b *http.Client) bool {
	_, _, status := o.send(b, o.url+"/api/me", nil)
	return status == http.StatusOK
}

var authRequest = regexp.MustCompile(`name="id" value="([^"]+)"`)

// signOn goes through the issuer's own pages as somebody of it.
func (o *office) signOn(b *http.Client, name string) (at, page string, status int) {
	o.t.Helper()
	at, page, _ = o.send(b, o.url+"/signin/sso?next=/wall", nil)
	id := authRequest.FindStringSubmatch(page)
	if id == nil {
		o.t.Fatalf("no sign-in of the issuer at %s:\n%s", at, page)
	}
	login, _, _ := strings.Cut(at, "?")
	return o.send(b, login, url.Values{"id": {id[1]}, "username": {name}, "password": {"at the issuer"}})
}

// TestSingleSignOn lets people in by an issuer of another house.
func TestSingleSignOn(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	dir := shortDir(t)
	var i *issuer
	o := openOffice(t, ctx, dir, func(office string) string {
		i = startIssuer(t, ctx, dir, office)
		write(t, filepath.Join(dir, "secret"), "secret\n")
		return fmt.Sprintf("  oidc: {name: 江南通, issuer: %q, client_id: web, client_secret_file: %q}\n", i.url, filepath.Join(dir, "secret"))
	})
	o.user(managerPassword, "add", "gao", "--role", "manager", "--stdin")
	o.user(managerPassword, "add", "gone", "--role", "manager", "--stdin")
	o.user("", "disable", "gone")

	b := o.browser()
	if at, page, status := o.signOn(b, "gao"); at != o.url+"/wall" || status != http.StatusOK || !o.in(b) {
		t.Fatalf("gao: %d at %s\n%s\n%s", status, at, page, i.Tail())
	}
	for _, name := range []string{"stranger", "gone"} {
		b := o.browser()
		if _, page, status := o.signOn(b, name); status != http.StatusForbidden || !strings.Contains(page, "这里没有您的账号") || o.in(b) {
			t.Errorf("%s: %d\n%s", name, status, page)
		}
	}
	o.user("", "disable", "gao")
	if o.in(b) {
		t.Error("a session outlived its account")
	}
	o.user("", "enable", "gao")

	must(t, i.Kill())
	c := o.browser()
	must(t, o.hub.Stop()) // a hub that starts while the issuer is down
	must(t, o.hub.Start(ctx))
	if _, page, status := o.send(c, o.url+"/signin/sso", nil); status != http.StatusServiceUnavailable || !strings.Contains(page, "统一登录暂时连不上") {
		t.Errorf("the issuer is down: %d\n%s", status, page)
	}
	if o.send(c, o.url+"/signin", url.Values{"name": {"gao"}, "password": {managerPassword}}); !o.in(c) {
		t.Error("the password does not let in while the issuer is down")
	}
}

var keyOnPage = regexp.MustCompile(`<code>([A-Z2-7 ]{30,})</code>`)

// TestPeopleOfTheShippedHub goes the way of a new administrator: a first password, his own, a second factor; then what
// must not be: a code twice, tries without end across a restart.
func TestPeopleOfTheShippedHub(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	o := openOffice(t, ctx, shortDir(t), func(string) string { return "  second_factor: [centre, auditor]\n" })
	o.user("a first pass phrase", "add", "lin", "--role", "centre", "--first", "--stdin")
	b := o.browser()
	if at, page, _ := o.send(b, o.url+"/signin", url.Values{"name": {"lin"}, "password": {"a first pass phrase"}}); at != o.url+"/account/password" {
		t.Fatalf("the first password led to %s\n%s", at, page)
	}
	const own = "a pass phrase of my own"
	o.send(b, o.url+"/account/password", url.Values{"password": {"a first pass phrase"}, "new": {own}, "again": {own}})
	at, page, _ := o.send(b, o.url+"/", nil)
	key := keyOnPage.FindStringSubmatch(page)
	if at != o.url+"/account/second" || key == nil {
		t.Fatalf("without a second factor: %s\n%s", at, page)
	}
	secret := strings.ReplaceAll(key[1], " ", "")
	code, err := totp.GenerateCode(secret, time.Now())
	must(t, err)
	if _, page, status := o.send(b, o.url+"/account/second", url.Values{"code": {code}}); status != http.StatusOK || !o.in(b) {
		t.Fatalf("set up: %d\n%s", status, page)
	}
	if dump, err := os.ReadFile(filepath.Join(o.hub.Data(), "hub.db-wal")); err == nil && (strings.Contains(string(dump), secret) || strings.Contains(string(dump), own)) {
		t.Error("a secret lies in the database in the clear")
	}

	c := o.browser()
	enter := func(code string) (page string, status int) {
		o.send(c, o.url+"/signin", url.Values{"name": {"lin"}, "password": {own}})
		_, page, status = o.send(c, o.url+"/signin/code", url.Values{"code": {code}})
		return page, status
	}
	if page, status := enter(code); status != http.StatusUnauthorized || o.in(c) {
		t.Errorf("the code that set it up, again: %d\n%s", status, page)
	}
	if page, status := enter("000000"); status != http.StatusUnauthorized {
		t.Errorf("a wrong code: %d\n%s", status, page)
	}
	must(t, o.hub.Stop())
	must(t, o.hub.Start(ctx))
	if !o.in(b) {
		t.Error("a session did not outlive a restart")
	}
	for n := range 3 {
		if page, status := enter("000000"); status != http.StatusUnauthorized {
			t.Errorf("wrong code %d after the restart: %d\n%s", n+3, status, page)
		}
	}
	if _, page, status := o.send(c, o.url+"/signin", url.Values{"name": {"lin"}, "password": {own}}); status != http.StatusTooManyRequests {
		t.Errorf("the sixth try, over a restart: %d\n%s", status, page)
	}
	o.user("", "totp-reset", "lin")
	if o.in(b) {
		t.Error("a session outlived its second factor")
	}
	if out, err := o.hub.Command(ctx, "", "user", "list"); err != nil || !strings.Contains(out, "locked for a while") {
		t.Errorf("user list: %v\n%s", err, out)
	}
	must(t, o.hub.Stop())
	if out, err := o.hub.Command(ctx, "", "check"); err != nil {
		t.Errorf("check: %v\n%s", err, out)
	}
}
