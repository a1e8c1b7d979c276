package web

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
)

// What a session holds. Until the second factor is given it holds the half* keys and opens nothing.
const (
	keyName   = "name"
	keySeal   = "seal"
	keyWith   = "with"   // what its owner proved who he is with: a proof
	keySecond = "second" // the second factor likewise; empty: none was asked for
	keyAt     = "at"     // unix seconds when it was opened
	keyFrom   = "from"   // address
	keyAgent  = "agent"  // browser, as it says
	keyID     = "id"     // names the session to its owner; opens nothing

	keyHalf     = "half" // name
	keyHalfSeal = "half.seal"
	keyHalfWith = "half.with"
	keyHalfEnds = "half.ends" // unix seconds
	keyHalfNext = "half.next"
)

// halfLasts is how long the second factor may take.
const halfLasts = 5 * time.Minute

type proof = hall.SignedInWith

const withPassword = hall.WithPassword

// openDoors are open to everybody.
func (o *office) openDoors() map[string]http.HandlerFunc {
	doors := map[string]http.HandlerFunc{
		"GET /signin":       o.askSignIn,
		"POST /signin":      o.signIn,
		"GET /signin/code":  o.askCode,
		"POST /signin/code": o.giveCode,
		"POST /signout":     o.signOut,
	}
	if o.sso != nil {
		doors["GET /signin/sso"], doors["GET "+ssoReturn] = o.startSSO, o.endSSO
	}
	if o.Desk.Signed != nil {
		doors["POST "+hookPath] = o.hookOrders // who sends signs each request
	}
	return doors
}

// signInView is the sign-in page.
type signInView struct {
	Name  string
	Next  string
	SSO   string // name of the single sign-on; empty: none
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
	if o.SSO != nil {
		v.SSO = o.SSO.Name
	}
	s.Data = v
	o.send(w, status, "signin", s)
}

// showLocked says that there were too many wrong tries.
func (o *office) showLocked(w http.ResponseWriter, r *http.Request, v signInView) {
	w.Header().Set("Retry-After", "900")
	o.showSignIn(w, r, http.StatusTooManyRequests, v, "signin.locked")
}

// nextPage is where to go after signing in: a page of ours, whatever the address says.
func nextPage(want string) string {
	u, err := url.Parse(want)
	if err != nil || u.IsAbs() || u.Host != "" || strings.Contains(u.Path, `\`) {
		return "/"
	}
	ours := u.Path == "/" || u.Path == "/wall" || u.Path == "/inspect" || u.Path == "/account" || strings.HasPrefix(u.Path, "/account/") || strings.HasPrefix(u.Path, "/admin/")
	if !ours || path.Clean(u.Path) != strings.TrimSuffix(u.Path, "/") && u.Path != "/" {
		return "/"
	}
	return u.RequestURI()
}

// signIn takes name and password. A wrong name, a wrong password and a disabled account get the same answer after the
// same work.
func (o *office) signIn(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	if err := r.ParseForm(); err != nil {
		o.refuse(w, r, http.StatusBadRequest, "form")
		return
	}
	name := strings.ToLower(strings.TrimSpace(r.PostForm.Get("name")))
	back := signInView{Name: name[:min(len(name), 32)], Next: nextPage(r.PostForm.Get("next"))}
	now, from, began := o.Now(), address(r, o.Trusted), time.Now()
	if o.triesFrom.count(from, now) || o.tries.count(name[:min(len(name), 40)], now) { // counted first: many at once are many
		o.showLocked(w, r, back)
		return
	}
	was, right, err := o.checkPassword(r.Context(), name, r.PostForm.Get("password"))
	switch {
	case errors.Is(err, errLocked):
		o.showLocked(w, r, back)
		return
	case err != nil:
		o.Log.Error("office: sign-in", "err", err)
		o.showSignIn(w, r, http.StatusServiceUnavailable, back, "signin.down")
		return
	case !right:
		if was.Name == "" {
			o.Log.Warn("office: sign-in refused", "from", from) // an unknown name may be a password in the wrong field
		} else {
			o.wrong(r.Context(), was, from)
		}
		o.pause(r.Context(), began)
		o.showSignIn(w, r, http.StatusUnauthorized, back, "signin.wrong")
		return
	case !was.FirstUntil.IsZero() && now.After(was.FirstUntil):
		o.showSignIn(w, r, http.StatusUnauthorized, back, "signin.first.over")
		return
	}
	o.triesFrom.giveBack(from)
	o.goOn(w, r, was, withPassword, "", back)
}

// pause waits until a refusal that began then has taken as long as every other: to count a try of an account that there
// is costs a row in the store, to find none does not.
func (o *office) pause(ctx context.Context, began time.Time) {
	wait := time.NewTimer(o.RefusalTakes - time.Since(began))
	defer wait.Stop()
	select {
	case <-wait.C:
	case <-ctx.Done():
	}
}

// checkPassword counts a try of an account and reports whether the password is its own; the account is as it was before
// the try, and without a name where there is none.
func (o *office) checkPassword(ctx context.Context, name, password string) (was Account, right bool, err error) {
	if CheckAccountName(name) == nil {
		was, err = o.count(ctx, name)
	}
	if errors.Is(err, errGone) {
		was, err = Account{}, nil
	}
	if err != nil {
		return was, false, err
	}
	hash := was.Hash
	if was.Disabled || !was.Role.Valid() {
		hash = ""
	}
	right, err = o.passwords.match(ctx, password, hash)
	return was, right, err
}

// goOn goes on with who proved who he is: to the second factor where the account has one and the issuer of the single
// sign-on did not ask for one itself, else in.
func (o *office) goOn(w http.ResponseWriter, r *http.Request, who Account, with, second proof, back signInView) {
	var err error
	if len(who.Second) > 0 && second == "" {
		if err = o.halfOpen(r, who, with, back.Next); err == nil {
			o.goTo(w, r, "/signin/code")
			return
		}
	} else if err = o.comeIn(r, who, with, second); err == nil {
		http.Redirect(w, r, back.Next, http.StatusSeeOther)
		return
	}
	o.Log.Error("office: open session", "err", err)
	o.showSignIn(w, r, http.StatusServiceUnavailable, back, "signin.down")
}

// halfOpen begins a session that waits for the second factor. The try for the password is given back: it was right.
func (o *office) halfOpen(r *http.Request, who Account, with proof, next string) error {
	ctx := r.Context()
	if with == withPassword {
		o.tries.giveBack(who.Name)
		err := o.Accounts.ChangeAccount(ctx, who.Name, func(a Account, ok bool) (Account, error) {
			if !ok {
				return a, errGone
			}
			a.Failed = max(0, a.Failed-1)
			return a, nil
		})
		if err != nil {
			return err
		}
	}
	if err := o.renew(ctx); err != nil {
		return err
	}
	ends := o.Now().Add(halfLasts)
	o.sessions.SetDeadline(ctx, ends)
	o.sessions.Put(ctx, keyHalf, who.Name)
	o.sessions.Put(ctx, keyHalfSeal, who.seal())
	o.sessions.Put(ctx, keyHalfWith, string(with))
	o.sessions.Put(ctx, keyHalfEnds, ends.Unix())
	o.sessions.Put(ctx, keyHalfNext, next)
	return nil
}

// comeIn records that who came in, forgets his wrong tries, and opens a session.
func (o *office) comeIn(r *http.Request, who Account, with, second proof) error {
	ctx := r.Context()
	if err := o.Deeds.Do(ctx, hall.AccountSignedIn{Act: hall.Act{About: who.Name, By: who.person()}, With: with, Second: second}); err != nil {
		return err
	}
	err := o.Accounts.ChangeAccount(ctx, who.Name, func(a Account, ok bool) (Account, error) {
		if !ok || a.seal() != who.seal() {
			return a, errGone
		}
		a = a.forgiven()
		a.SignedIn = o.Now()
		return a, nil
	})
	if err != nil {
		return err
	}
	o.tries.forget(who.Name)
	if err := o.openSession(r, who, with, second); err != nil {
		return err
	}
	o.Log.Info("office: signed in", "name", who.Name, "with", string(with), "from", address(r, o.Trusted))
	return nil
}

// openSession begins a session under a new token, so that one planted before does not become it.
func (o *office) openSession(r *http.Request, who Account, with, second proof) error {
	ctx := r.Context()
	if err := o.renew(ctx); err != nil {
		return err
	}
	agent := r.UserAgent()
	o.sessions.SetDeadline(ctx, o.Now().Add(lasts(who.Role)))
	o.sessions.Put(ctx, keyName, who.Name)
	o.sessions.Put(ctx, keySeal, who.seal())
	o.sessions.Put(ctx, keyWith, string(with))
	o.sessions.Put(ctx, keySecond, string(second))
	o.sessions.Put(ctx, keyAt, o.Now().Unix())
	o.sessions.Put(ctx, keyFrom, address(r, o.Trusted))
	o.sessions.Put(ctx, keyAgent, agent[:min(len(agent), 200)])
	o.sessions.Put(ctx, keyID, rand.Text())
	return nil
}

// renew empties the session and gives it another token.
func (o *office) renew(ctx context.Context) error {
	if err := o.sessions.Clear(ctx); err != nil {
		return err
	}
	return o.sessions.RenewToken(ctx)
}

// reseal keeps the session in ctx open after its owner changed his own account, under a new token; his others end.
func (o *office) reseal(ctx context.Context, who Account) error {
	if err := o.sessions.RenewToken(ctx); err != nil {
		return err
	}
	o.sessions.SetDeadline(ctx, o.opened(ctx).Add(lasts(who.Role)))
	o.sessions.Put(ctx, keySeal, who.seal())
	return nil
}

// opened is when the session in ctx was opened.
func (o *office) opened(ctx context.Context) time.Time {
	return time.Unix(o.sessions.GetInt64(ctx, keyAt), 0)
}

// signOut ends the session.
func (o *office) signOut(w http.ResponseWriter, r *http.Request) {
	if err := o.sessions.Destroy(r.Context()); err != nil {
		o.Log.Error("office: sign out", "err", err)
		o.refuse(w, r, http.StatusServiceUnavailable, "down")
		return
	}
	o.goTo(w, r, "/signin")
}

// needsSecond reports whether who has role r does not come in without a second factor.
func (o *office) needsSecond(r access.Role) bool {
	for _, need := range o.SecondFactor {
		if need == r {
			return true
		}
	}
	return false
}
