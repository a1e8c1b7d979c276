package web

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/alexedwards/scs/v2"
)

// OfficeConfig is what the office's listener needs.
type OfficeConfig struct {
	Shared
	Dist     fs.FS // the built pages: web-kiosk/dist
	Accounts Accounts
	Sessions scs.Store
	// Secure says that browsers reach the office over TLS: then its cookie never travels without. Only a listener on
	// loopback may do without.
	Secure bool
	Hosts  []string // names under which the office is reached, besides those of loopback
}

type office struct {
	OfficeConfig
	sessions  *scs.SessionManager
	passwords *passwords
	// Sign-ins tried by name and address, until one succeeds; and by name alone, from everywhere.
	tries, triesByName *limit
}

// policy of the office's pages: our own files and nothing inline. 'self' takes the WebSocket of the same host too.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// NewOffice returns the handler of the office's listener: sign-in, the board's pages and its WebSocket.
func NewOffice(c OfficeConfig) (http.Handler, error) {
	passwords, err := newPasswords()
	if err != nil {
		return nil, err
	}
	o := &office{OfficeConfig: c, sessions: newSessions(c), passwords: passwords,
		tries: newLimit(5, 15*time.Minute), triesByName: newLimit(50, 15*time.Minute)}
	o.sessions.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) {
		o.Log.Error("office: session", "err", err)
		o.refuse(w, r, http.StatusServiceUnavailable, "down")
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", o.signedIn(o.page))
	mux.HandleFunc("GET /wall", o.signedIn(o.page))
	mux.HandleFunc("GET /assets/", o.asset)
	mux.HandleFunc("GET /signin", o.askSignIn)
	mux.HandleFunc("POST /signin", o.signIn)
	mux.HandleFunc("POST /signout", o.signOut)
	mux.HandleFunc("GET /api/me", o.signedIn(o.me))
	mux.HandleFunc("GET /ws/board", o.signedIn(o.screen))
	for path, allow := range map[string]string{"/{$}": "GET, HEAD", "/wall": "GET, HEAD", "/assets/": "GET, HEAD", "/signin": "GET, HEAD, POST",
		"/signout": "POST", "/api/me": "GET, HEAD", "/ws/board": "GET"} {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Allow", allow)
			o.refuse(w, r, http.StatusMethodNotAllowed, "method")
		})
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { o.refuse(w, r, http.StatusNotFound, "nothing") })

	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { o.refuse(w, r, http.StatusForbidden, "origin") }))
	inner := cross.Handler(o.sessions.LoadAndSave(mux))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		harden(w.Header())
		w.Header().Set("Referrer-Policy", "same-origin") // under no-referrer old browsers would call our own forms foreign
		w.Header().Set("Content-Security-Policy", policy)
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
		Lifetime:         RoleWall.lasts(), // the longest; each session has its own deadline
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

// signedIn lets in who has a session of an account that still exists; pages send everybody else to sign in.
func (o *office) signedIn(next func(http.ResponseWriter, *http.Request, Account)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, ok, err := o.who(r.Context())
		switch {
		case err != nil:
			o.Log.Error("office: account", "err", err)
			o.refuse(w, r, http.StatusServiceUnavailable, "down")
		case ok:
			next(w, r, who)
		case r.URL.Path == "/" || r.URL.Path == "/wall":
			http.Redirect(w, r, "/signin?"+url.Values{"next": {r.URL.RequestURI()}}.Encode(), http.StatusSeeOther)
		default:
			o.refuse(w, r, http.StatusUnauthorized, "signin")
		}
	}
}

// who returns the account of the session in ctx.
func (o *office) who(ctx context.Context) (Account, bool, error) {
	name := o.sessions.GetString(ctx, "name")
	if name == "" {
		return Account{}, false, nil
	}
	a, ok, err := o.Accounts.Account(ctx, name)
	return a, ok && a.Role.Valid() && a.seal() == o.sessions.GetString(ctx, "seal"), err
}

// still reports whether the session in ctx is in the store yet and its account is what it was.
func (o *office) still(ctx context.Context, was Account) bool {
	fresh, err := o.sessions.Load(context.Background(), o.sessions.Token(ctx)) // ctx holds what was loaded then
	if err != nil {
		return true // the store does not answer: that is no reason to darken a screen
	}
	now, ok, err := o.who(fresh)
	return err != nil || ok && now.Role == was.Role && slices.Equal(now.Halls, was.Halls)
}

// page serves the board. Which of the two it is says its address.
func (o *office) page(w http.ResponseWriter, r *http.Request, who Account) {
	if r.URL.Path == "/" && !who.Role.seesDesk() {
		http.Redirect(w, r, "/wall", http.StatusSeeOther)
		return
	}
	html, err := fs.ReadFile(o.Dist, "board.html")
	if err != nil {
		o.refuse(w, r, http.StatusServiceUnavailable, "pages")
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(html) // a browser that goes away needs nothing more
}

// asset serves the files that pages need. Their names change with their content.
func (o *office) asset(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	http.FileServerFS(o.Dist).ServeHTTP(w, r)
}

// me says who is signed in.
func (o *office) me(w http.ResponseWriter, _ *http.Request, who Account) {
	o.json(w, http.StatusOK, struct {
		Name    string   `json:"name"`
		Display string   `json:"display"`
		Role    Role     `json:"role"`
		Halls   []string `json:"halls"`
		Desk    bool     `json:"desk"`
	}{who.Name, who.display(), who.Role, append([]string{}, who.Halls...), who.Role.seesDesk()})
}

func (a Account) display() string {
	if a.Display == "" {
		return a.Name
	}
	return a.Display
}

// refuse answers what cannot be done: programs in JSON, people with a page; both with what to do next.
func (o *office) refuse(w http.ResponseWriter, r *http.Request, status int, what string) {
	s := o.sheet(r, "signin.say."+what)
	if strings.HasPrefix(r.URL.Path, "/api/") || strings.HasPrefix(r.URL.Path, "/ws/") {
		type reason struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		}
		o.json(w, status, struct {
			Error reason `json:"error"`
		}{reason{what, s.T("signin.say." + what)}})
		return
	}
	s.Data = s.T("signin.say." + what + ".do")
	o.send(w, status, "notice", s)
}

func (o *office) json(w http.ResponseWriter, status int, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("office: %v", err)) // values of our own types
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(data)
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
