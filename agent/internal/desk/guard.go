package desk

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// policy of every page: our own files and nothing inline. 'self' takes the WebSocket of the same host too.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// guard refuses what does not come from the desk's own pages, under a name of its own. A foreign name in Host that leads
// here is how a page of the internet would reach the desk (DNS rebinding); a foreign Origin is how its script would act.
func (d *Desk) guard(ours func(host string) bool, next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { d.refuse(w, r, http.StatusForbidden, "origin") }))
	inner := cross.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		if host := (&url.URL{Host: r.Host}); !ours(host.Hostname()) {
			d.refuse(w, r, http.StatusForbidden, "host")
			return
		}
		inner.ServeHTTP(w, r)
	})
}

// named reports whether host is one of the names under which the hall's network knows the desk.
func (l *LAN) named(host string) bool {
	return slices.ContainsFunc(l.Names, func(n string) bool { return strings.EqualFold(n, host) })
}

// sameOrigin is asked for WebSockets, which no browser rule protects. A client that names no origin is no browser.
func sameOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	scheme := "http"
	if _, lan := visitorOf(r); lan {
		scheme = "https"
	}
	u, err := url.Parse(origin)
	return err == nil && u.Scheme == scheme && strings.EqualFold(u.Host, r.Host)
}
