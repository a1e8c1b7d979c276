//go:build e2e

package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"hallpulse/hub/internal/access"
)

// TestAccountPages looks at the pages on which people sign in and look after their sign-in: in Chinese at the desk, in
// English on a phone.
func TestAccountPages(t *testing.T) {
	sso := func(c *OfficeConfig) {
		c.SSO = &SSO{Name: "江南省统一身份认证", Issuer: "http://127.0.0.1:1", ClientID: "x", URL: "http://office.test"}
	}
	d := newDesks(t, needSecond, sso)
	d.change("gao", func(a *Account) { a.Unit = "police" })
	var looks []look
	see := func(name string, b *desks, path string) {
		open := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.AddCookie(b.cookie())
			b.server.Config.Handler.ServeHTTP(okay{w}, r)
		}))
		t.Cleanup(open.Close)
		looks = append(looks,
			look{Name: name + "-zh", URL: open.URL + path + "?lang=zh", Width: 1366, Height: 1024},
			look{Name: name + "-phone", URL: open.URL + path + "?lang=en", Width: 360, Height: 2400}) // a phone scrolls
	}
	looks = append(looks, look{Name: "signin-sso-zh", URL: d.server.URL + "/signin?lang=zh", Width: 1366, Height: 768})
	see("second-must", d.as("centre"), "/account/second")
	hash := d.account("gao").Hash
	d.change("read", func(a *Account) { *a = Account{Account: access.Account{Name: "read", Role: access.Reader}, Hash: hash} })
	see("forbidden", d.as("read"), "/wall")
	first := d.as("town")
	d.change("town", func(a *Account) { a.FirstUntil = d.now.Add(time.Hour) })
	see("password-first", first, "/account/password")

	d.hasPhone("gao")
	see("second-ask", d.as("gao"), "/signin/code")
	in := d.as("gao")
	in.giveCode(d.phone("gao", d.clock()))
	d.sleep(31 * time.Second)
	d.as("gao").giveCode(d.phone("gao", d.clock()))
	see("account", in, "/account")
	see("second-set", in, "/account/second")
	see("password", in, "/account/password")

	d.change("new", func(a *Account) { *a = Account{Account: access.Account{Name: "new", Role: access.Manager}, Hash: hash} })
	server := httptest.NewServer(d.as("new").shownCodes())
	t.Cleanup(server.Close)
	looks = append(looks, look{Name: "second-codes-zh", URL: server.URL, Width: 1366, Height: 768}, look{Name: "second-codes-phone", URL: server.URL, Width: 360, Height: 2400})

	stale := newDesks(t, needSecond, sso)
	stale.change("gao", func(a *Account) { a.Unit = "police" })
	stale.hasPhone("gao")
	stale.signIn("gao", rightPassword)
	stale.giveCode(stale.phone("gao", stale.clock()))
	stale.sleep(freshLasts)
	see("second-stale", stale, "/account/second")
	takeLooks(t, append(looks, signInLooks(t)...))
}

// as is another browser of somebody.
func (d *desks) as(name string) *desks {
	b := d.elsewhere()
	b.signIn(name, rightPassword)
	return b
}

// shownCodes is the page of new recovery codes, which is shown once.
func (d *desks) shownCodes() http.HandlerFunc {
	d.t.Helper()
	page := text(d.get("/account/second"))
	code, err := totp.GenerateCode(strings.ReplaceAll(secretOnPage.FindStringSubmatch(page)[1], " ", ""), d.clock())
	if err != nil {
		d.t.Fatal(err)
	}
	shown := d.do(http.MethodPost, "/account/second", url.Values{"code": {code}})
	return func(w http.ResponseWriter, _ *http.Request) {
		for key, values := range shown.Header {
			w.Header()[key] = values
		}
		_, _ = w.Write([]byte(text(shown)))
	}
}

// okay says 200 whatever was said: the browser calls another status an error of the page.
type okay struct{ http.ResponseWriter }

func (o okay) WriteHeader(int) { o.ResponseWriter.WriteHeader(http.StatusOK) }
