package web

import (
	"net/http"
	"net/url"
	"strings"
)

// signInView is the sign-in page.
type signInView struct {
	Name  string
	Next  string
	Error string
}

func (o *office) askSignIn(w http.ResponseWriter, r *http.Request) {
	o.showSignIn(w, r, http.StatusOK, signInView{Next: nextPage(r.URL.Query().Get("next"))}, "")
}

func (o *office) showSignIn(w http.ResponseWriter, r *http.Request, status int, v signInView, wrong string) {
	s := o.sheet(r, "signin.title")
	if wrong != "" {
		v.Error = s.T(wrong)
	}
	s.Data = v
	o.send(w, status, "signin", s)
}

// nextPage is where to go after signing in: a page of ours, whatever the address says.
func nextPage(want string) string {
	u, err := url.Parse(want)
	if err != nil || u.IsAbs() || u.Host != "" || u.Path != "/" && u.Path != "/wall" {
		return "/"
	}
	return u.RequestURI()
}

// signIn opens a session. A wrong name and a wrong password get the same answer after the same work.
func (o *office) signIn(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	if err := r.ParseForm(); err != nil {
		o.refuse(w, r, http.StatusBadRequest, "form")
		return
	}
	name := strings.ToLower(strings.TrimSpace(r.PostForm.Get("name")))
	back := signInView{Name: name[:min(len(name), 32)], Next: nextPage(r.PostForm.Get("next"))}
	now, from := o.Now(), address(r, o.Trusted)
	if o.tries.count(name+" "+from, now) || o.triesByName.count(name, now) { // counted first: many at once are many
		w.Header().Set("Retry-After", "900")
		o.showSignIn(w, r, http.StatusTooManyRequests, back, "signin.locked")
		return
	}
	var who Account
	known := CheckAccountName(name) == nil
	var err error
	if known {
		who, known, err = o.Accounts.Account(r.Context(), name)
	}
	if !known {
		who = Account{}
	}
	right := false
	if err == nil {
		right, err = o.passwords.match(r.Context(), r.PostForm.Get("password"), who.Hash)
	}
	switch {
	case err != nil:
		o.Log.Error("office: sign-in", "err", err)
		o.showSignIn(w, r, http.StatusServiceUnavailable, back, "signin.down")
		return
	case !right:
		o.Log.Warn("office: sign-in refused", "account", who.Name, "from", from) // an unknown name may be a password in the wrong field
		o.showSignIn(w, r, http.StatusUnauthorized, back, "signin.wrong")
		return
	}
	o.tries.forget(name + " " + from)
	if err := o.openSession(r, who); err != nil {
		o.Log.Error("office: open session", "err", err)
		o.showSignIn(w, r, http.StatusServiceUnavailable, back, "signin.down")
		return
	}
	o.Log.Info("office: signed in", "name", who.Name, "from", from)
	http.Redirect(w, r, back.Next, http.StatusSeeOther)
}

// openSession begins a session under a new token, so that one planted before does not become it.
func (o *office) openSession(r *http.Request, who Account) error {
	ctx := r.Context()
	if err := o.sessions.RenewToken(ctx); err != nil {
		return err
	}
	o.sessions.SetDeadline(ctx, o.Now().Add(who.Role.lasts()))
	o.sessions.Put(ctx, "name", who.Name)
	o.sessions.Put(ctx, "seal", who.seal())
	return nil
}

func (o *office) signOut(w http.ResponseWriter, r *http.Request) {
	if err := o.sessions.Destroy(r.Context()); err != nil {
		o.Log.Error("office: sign out", "err", err)
		o.refuse(w, r, http.StatusServiceUnavailable, "down")
		return
	}
	http.Redirect(w, r, "/signin", http.StatusSeeOther)
}
