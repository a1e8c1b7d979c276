package web

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"

	"hallpulse/hub/internal/access"
	"hallpulse/hub/internal/board"
)

// OfficeConfig is what the office's listener needs.
type OfficeConfig struct {
	Shared
	Dist     fs.FS               // the built pages: web-kiosk/dist
	Halls    func() []board.Hall // as they are now
	Accounts Accounts
	Sessions Sessions
	Deeds    Deeds
	Secrets  Secrets
	Matters  Matters
	Desk     Desk
	Hotline  Hotline
	Reasons  Reasons // to name them, retired ones too
	// SecondFactor are the roles that do not come in without one.
	SecondFactor []access.Role
	SSO          *SSO // nil: none
	// Secure says that browsers reach the office over TLS: then its cookie never travels without. Only a listener on
	// loopback may do without.
	Secure bool
	Hosts  []string // names under which the office is reached, besides those of loopback
	// RefusalTakes is how long a refused sign-in takes at least, so that nobody reads off the time what was looked up;
	// 0: the usual.
	RefusalTakes time.Duration
}

// usualRefusal is more than a password and a row in the store take.
const usualRefusal = 300 * time.Millisecond

// Sessions keeps sessions, and tells of all of them.
type Sessions interface {
	scs.Store
	scs.IterableStore
}

type office struct {
	OfficeConfig
	sessions  *scs.SessionManager
	passwords *passwords
	sso       *sso // nil: none
	// Sign-ins tried for a name, whether there is one or not, until one succeeds; and from one address. That of a name is
	// kept with its account too, so that it outlives a restart.
	tries, triesFrom *limit
}

// fromOnePlace is how many sign-ins of one address may fail in a quarter of an hour: a whole hall may share one.
const fromOnePlace = 50

// policy of the office's pages: our own files and nothing inline. 'self' takes the WebSocket of the same host too.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// NewOffice returns the handler of the office's listener: sign-in, the pages, their WebSocket and what they ask for.
func NewOffice(c OfficeConfig) (http.Handler, error) {
	o, err := newOffice(c)
	if err != nil {
		return nil, err
	}
	return o.guarded(o.routes())
}

func newOffice(c OfficeConfig) (*office, error) {
	if c.Deeds == nil || c.Secrets == nil {
		return nil, errors.New("office: nothing is done there that is not recorded, and no secret is kept that is not sealed")
	}
	c.RefusalTakes = cmp.Or(c.RefusalTakes, usualRefusal)
	o := &office{OfficeConfig: c, sessions: newSessions(c), passwords: newPasswords(),
		tries: newLimit(lockTries, lockSpan), triesFrom: newLimit(fromOnePlace, lockSpan)}
	if c.SSO != nil {
		o.sso = newSSO(*c.SSO, c.Now)
	}
	o.sessions.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) {
		o.Log.Error("office: session", "err", err)
		o.refuse(w, r, http.StatusServiceUnavailable, "down")
	}
	return o, nil
}

// guarded is the handler of routes behind what every request must pass: headers, the office's own name, its own pages
// as the origin, and the session.
func (o *office) guarded(routes []Route) (http.Handler, error) {
	doors, err := o.handler(routes)
	if err != nil {
		return nil, err
	}
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { o.refuse(w, r, http.StatusForbidden, "origin") }))
	inner := cross.Handler(o.sessions.LoadAndSave(doors))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		harden(w.Header())
		w.Header().Set("Referrer-Policy", "same-origin") // under no-referrer old browsers would call our own forms foreign
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		if o.Secure {
			w.Header().Set("Strict-Transport-Security", "max-age=31536000")
		}
		if !o.known(r.Host) {
			o.refuse(w, r, http.StatusForbidden, "host")
			return
		}
		inner.ServeHTTP(w, r)
	}), nil
}

// newSessions keeps sessions in the store, by the hash of their token. It is not made by scs.New, which starts a
// goroutine for a store of its own.
func newSessions(c OfficeConfig) *scs.SessionManager {
	m := &scs.SessionManager{
		Lifetime:         lasts(access.Wall), // the longest; each session has its own deadline
		Store:            c.Sessions,
		Codec:            scs.GobCodec{},
		HashTokenInStore: true,
		Cookie:           scs.SessionCookie{Name: "hallpulse", Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, Persist: true},
	}
	if c.Secure {
		m.Cookie.Name, m.Cookie.Secure = "__Host-hallpulse", true
	}
	return m
}

// known reports whether the office is reached by host. A foreign name that leads here is how a page of the internet
// would get in (DNS rebinding).
func (o *office) known(host string) bool {
	name := (&url.URL{Host: host}).Hostname()
	if ip := net.ParseIP(name); name == "localhost" || ip != nil && ip.IsLoopback() {
		return true
	}
	return slices.ContainsFunc(o.Hosts, func(h string) bool { return strings.EqualFold(h, name) })
}

// who returns the account of the session in ctx.
func (o *office) who(ctx context.Context) (Account, bool, error) {
	name := o.sessions.GetString(ctx, keyName)
	if name == "" {
		return Account{}, false, nil
	}
	a, ok, err := o.Accounts.Account(ctx, name)
	return a, ok && a.Role.Valid() && !a.Disabled && a.seal() == o.sessions.GetString(ctx, keySeal), err
}

// still reports whether the session in ctx is in the store yet and its account is what it was.
func (o *office) still(ctx context.Context) bool {
	fresh, err := o.sessions.Load(context.Background(), o.sessions.Token(ctx)) // ctx holds what was loaded then
	if err != nil {
		return true // the store does not answer: that is no reason to darken a screen
	}
	_, ok, err := o.who(fresh)
	return err != nil || ok
}

// sites are the halls with their places.
func (o *office) sites() []access.Site {
	var all []access.Site
	for _, h := range o.Halls() {
		all = append(all, access.Site{ID: h.Catalogue.Hall.ID, Place: h.Catalogue.Hall.Place})
	}
	return all
}

// placeOf returns where a hall lies.
func (o *office) placeOf(hall string) (place []string, ok bool) {
	for _, s := range o.sites() {
		if s.ID == hall {
			return s.Place, true
		}
	}
	return nil, false
}

// asset serves the files that pages need. Their names change with their content.
func (o *office) asset(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	http.FileServerFS(o.Dist).ServeHTTP(w, r)
}

// refuse answers what cannot be done: programs in JSON, people with a page; both with what to do next.
func (o *office) refuse(w http.ResponseWriter, r *http.Request, status int, what string) {
	s := o.sheet(r, "signin.say."+what)
	if isAPI(r) {
		o.fail(w, status, problem{Code: what, Message: s.T("signin.say." + what)})
		return
	}
	s.Data = s.T("signin.say." + what + ".do")
	o.send(w, status, "notice", s)
}

func (o *office) sheet(r *http.Request, titleKey string) sheet {
	l := langOf(r)
	s := sheet{pages: o.Pages, style: o.Pages.desk, query: r.URL.Query(), Lang: l, Centre: l.in(o.Centre.Name, o.Centre.NameEN)}
	s.Title = s.T(titleKey)
	return s
}

func (o *office) send(w http.ResponseWriter, status int, name string, s sheet) {
	if err := o.Pages.show(w, status, name, s); err != nil {
		o.Log.Warn("office: write", "err", err)
	}
}
