package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"hallpulse/hub/internal/access"
)

// Route is a door of the office for who is signed in: what it is for is said beside it, and without that it is not
// opened. The action lets in every role that may do it to something; to what, the handler asks access.May itself, for
// the thing that the request names.
type Route struct {
	Method, Path string // as a pattern of ServeMux
	Action       access.Action
	Handle       func(w http.ResponseWriter, r *http.Request, who Account)
}

// routes are all doors of the office but those that are open to everybody.
func (o *office) routes() []Route {
	return slices.Concat(o.pageRoutes(), o.ownRoutes(), o.peopleRoutes(), o.concernRoutes(), o.inspectionRoutes(), o.coverageRoutes(), o.chooseRoutes(), o.repairRoutes(), o.ratingRoutes(), o.lawRoutes(), o.catalogueRoutes(), o.pinRoutes(), o.auditRoutes(), o.figureRoutes(), o.privateRoutes(), o.messageRoutes(), o.hotlineRoutes(), o.caseRoutes(), o.boardRoutes())
}

// handler serves routes, and what is open to everybody: sign-in, and the files of the pages.
func (o *office) handler(routes []Route) (http.Handler, error) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /assets/", o.asset)
	for pattern, open := range o.openDoors() {
		mux.HandleFunc(pattern, open)
	}
	for _, r := range routes {
		if !r.Action.Valid() || r.Handle == nil || r.Method == "" {
			return nil, fmt.Errorf("route %s %s: a door says what it is for: action %q is none of the table", r.Method, r.Path, r.Action)
		}
		mux.HandleFunc(r.Method+" "+r.Path, o.allowed(r))
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, pattern := mux.Handler(r); pattern != "" {
			mux.ServeHTTP(w, r)
			return
		}
		if others := methods(mux, r); others != "" {
			w.Header().Set("Allow", others)
			o.refuse(w, r, http.StatusMethodNotAllowed, "method")
			return
		}
		o.refuse(w, r, http.StatusNotFound, "nothing")
	}), nil
}

// methods lists the methods that the address of r takes.
func methods(mux *http.ServeMux, r *http.Request) string {
	var found []string
	for _, m := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodDelete} {
		if _, pattern := mux.Handler(&http.Request{Method: m, URL: r.URL, Host: r.Host}); pattern != "" {
			found = append(found, m)
		}
	}
	return strings.Join(found, ", ")
}

// isAPI reports whether a program asks: it is answered in JSON, people with a page.
func isAPI(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/api/") || strings.HasPrefix(r.URL.Path, "/ws/")
}

// allowed lets in who is signed in and whose role may do what the route is for.
func (o *office) allowed(route Route) http.HandlerFunc {
	return o.signedIn(func(w http.ResponseWriter, r *http.Request, who Account) {
		if !access.Can(who.Role, route.Action) {
			o.forbid(w, r, who, route.Action)
			return
		}
		route.Handle(w, r, who)
	})
}

// forbid answers who may not do what he asks for.
func (o *office) forbid(w http.ResponseWriter, r *http.Request, who Account, a access.Action) {
	o.Log.Info("office: refused", "account", who.Name, "action", string(a))
	o.refuse(w, r, http.StatusForbidden, "forbidden")
}

// may asks the one table whether who may do a to what, and answers where he may not.
func (o *office) may(w http.ResponseWriter, r *http.Request, who Account, a access.Action, what access.Object) bool {
	if !access.May(who.Account, a, what) {
		o.forbid(w, r, who, a)
		return false
	}
	return true
}

// signedIn lets in who has a session of an account that is what it was when he came in; pages send everybody else to
// sign in. Who must first choose a password, or set up a second factor, gets no further than there.
func (o *office) signedIn(next func(http.ResponseWriter, *http.Request, Account)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, ok, err := o.who(r.Context())
		switch {
		case err != nil:
			o.Log.Error("office: account", "err", err)
			o.refuse(w, r, http.StatusServiceUnavailable, "down")
		case !ok && (isAPI(r) || r.Method != http.MethodGet && r.Method != http.MethodHead):
			o.refuse(w, r, http.StatusUnauthorized, "signin")
		case !ok:
			o.goTo(w, r, "/signin", "next", r.URL.RequestURI())
		default:
			first, code := o.unready(r.Context(), who)
			switch {
			case first == "" || strings.HasPrefix(r.URL.Path, first):
				next(w, r, who)
			case isAPI(r):
				o.refuse(w, r, http.StatusForbidden, code)
			default:
				o.goTo(w, r, first)
			}
		}
	}
}

// unready names the page that who must have done with before any other, and why.
func (o *office) unready(ctx context.Context, who Account) (page, why string) {
	switch {
	case !who.FirstUntil.IsZero() && o.sessions.GetString(ctx, keyWith) == string(withPassword):
		return "/account/password", "password"
	case len(who.Second) == 0 && o.needsSecond(who.Role) && o.sessions.GetString(ctx, keySecond) == "":
		return "/account/second", "second"
	}
	return "", ""
}

// goTo sends a browser to a page of ours, in the language it asked for; pairs are name, value.
func (o *office) goTo(w http.ResponseWriter, r *http.Request, path string, pairs ...string) {
	q := url.Values{}
	if l := r.URL.Query().Get("lang"); l == string(zh) || l == string(en) {
		q.Set("lang", l)
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		q.Set(pairs[i], pairs[i+1])
	}
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	http.Redirect(w, r, path, http.StatusSeeOther)
}
