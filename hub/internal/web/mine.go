package web

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/access"
)

// ownRoutes are the pages on which everybody looks after his own account. They need no script.
func (o *office) ownRoutes() []Route {
	return []Route{
		{"GET", "/account", access.AccountOwn, o.showOwn},
		{"GET", "/account/password", access.AccountOwn, o.askPassword},
		{"POST", "/account/password", access.AccountOwn, o.choosePassword},
		{"GET", "/account/second", access.AccountOwn, o.showSecond},
		{"POST", "/account/second", access.AccountOwn, o.turnSecondOn},
		{"POST", "/account/second/codes", access.AccountOwn, o.makeCodes},
		{"POST", "/account/second/off", access.AccountOwn, o.turnSecondOff},
		{"POST", "/account/sessions/end", access.AccountOwn, o.endSessions},
	}
}

// keyEnrol holds the sealed secret of a second factor that is not confirmed yet.
const keyEnrol = "enrol"

// freshLasts is how long after signing in somebody may change his second factor: who finds a browser left open does not.
const freshLasts = 15 * time.Minute

func (o *office) fresh(ctx context.Context) bool { return o.Now().Sub(o.opened(ctx)) < freshLasts }

// session is one of a person's open sessions, as he sees it.
type session struct {
	ID    string
	At    time.Time
	From  string
	Agent string // its browser, as it names itself; on the page as people name it
	Here  bool   // the one that looks
}

// sessionsOf lists the open sessions of who, the newest first, and under which token each is stored.
func (o *office) sessionsOf(ctx context.Context, who Account) (open []session, tokens map[string]string, err error) {
	all, err := o.Sessions.All()
	if err != nil {
		return nil, nil, err
	}
	tokens = map[string]string{}
	for token, data := range all {
		_, values, err := o.sessions.Codec.Decode(data)
		text := func(key string) string { s, _ := values[key].(string); return s }
		if err != nil || text(keyName) != who.Name || text(keySeal) != who.seal() {
			continue
		}
		at, _ := values[keyAt].(int64)
		s := session{ID: text(keyID), At: time.Unix(at, 0), From: text(keyFrom), Agent: text(keyAgent)}
		s.Here = subtle.ConstantTimeCompare([]byte(s.ID), []byte(o.sessions.GetString(ctx, keyID))) == 1
		open = append(open, s)
		tokens[s.ID] = token
	}
	slices.SortFunc(open, func(a, b session) int { return b.At.Compare(a.At) })
	return open, tokens, nil
}

// ownView is the page of one's own account.
type ownView struct {
	Account
	Show     string
	Must     bool // a second factor is required
	Codes    int  // recovery codes left
	Sessions []session
	Done     string // what was just done
}

// doneWords says what a change of one's own account came to; what is in no address is not said.
func doneWords() map[string]string {
	return map[string]string{"password": "account.done.password", "off": "account.done.off", "ended": "account.done.ended"}
}

func (o *office) showOwn(w http.ResponseWriter, r *http.Request, who Account) {
	open, _, err := o.sessionsOf(r.Context(), who)
	if err != nil {
		o.down(w, r, err)
		return
	}
	s := o.sheet(r, "account.title")
	for i, one := range open {
		if browser, system := browserOf(one.Agent); browser != "" && system != "" {
			open[i].Agent = s.T("account.browser", "browser", browser, "system", system)
		}
	}
	v := ownView{Account: who, Show: who.display(), Must: o.needsSecond(who.Role), Codes: len(who.Codes), Sessions: open}
	if key, ok := doneWords()[r.URL.Query().Get("done")]; ok {
		v.Done = s.T(key)
	}
	s.Data = v
	o.send(w, http.StatusOK, "account", s)
}

// down answers what could not be done for no fault of the one who asked.
func (o *office) down(w http.ResponseWriter, r *http.Request, err error) {
	o.Log.Error("office: "+r.URL.Path, "err", err)
	o.refuse(w, r, http.StatusServiceUnavailable, "down")
}

// passwordView is the page on which a password is chosen.
type passwordView struct {
	Name  string
	First bool // the one he has was given by another
	Error string
}

func (o *office) askPassword(w http.ResponseWriter, r *http.Request, who Account) {
	o.showPassword(w, r, http.StatusOK, who, "")
}

func (o *office) showPassword(w http.ResponseWriter, r *http.Request, status int, who Account, wrong string) {
	s := o.sheet(r, "password.title")
	v := passwordView{Name: who.Name, First: !who.FirstUntil.IsZero()}
	if wrong != "" {
		v.Error = s.T(wrong)
	}
	s.Data = v
	o.send(w, status, "password", s)
}

// choosePassword changes one's own password. The present one is asked for, and a wrong one counts as at the door.
func (o *office) choosePassword(w http.ResponseWriter, r *http.Request, who Account) {
	if !o.form(w, r) {
		return
	}
	ctx, fresh := r.Context(), r.PostForm.Get("new")
	if fresh != r.PostForm.Get("again") {
		o.showPassword(w, r, http.StatusUnprocessableEntity, who, "password.differ")
		return
	}
	hash, err := HashPassword(fresh)
	if errors.Is(err, ErrPasswordShort) {
		o.showPassword(w, r, http.StatusUnprocessableEntity, who, "password.short")
		return
	}
	if err == nil && fresh == r.PostForm.Get("password") {
		o.showPassword(w, r, http.StatusUnprocessableEntity, who, "password.same")
		return
	}
	var right bool
	if err == nil {
		_, right, err = o.checkPassword(ctx, who.Name, r.PostForm.Get("password"))
	}
	switch {
	case errors.Is(err, errLocked):
		o.showPassword(w, r, http.StatusTooManyRequests, who, "signin.locked")
		return
	case err != nil:
		o.down(w, r, err)
		return
	case !right:
		o.wrong(ctx, who, address(r, o.Trusted))
		o.showPassword(w, r, http.StatusUnauthorized, who, "password.wrong")
		return
	}
	now, err := o.changeOwn(ctx, who, hall.AccountPasswordChosen, func(a Account) Account {
		a = a.forgiven()
		a.Hash, a.FirstUntil = hash, time.Time{}
		return a
	})
	if err == nil {
		err = o.reseal(ctx, now)
	}
	if err != nil {
		o.down(w, r, err)
		return
	}
	o.goTo(w, r, "/account", "done", "password")
}

// form reads a form of ours, or answers and returns false.
func (o *office) form(w http.ResponseWriter, r *http.Request) bool {
	r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
	if err := r.ParseForm(); err != nil {
		o.refuse(w, r, http.StatusBadRequest, "form")
		return false
	}
	return true
}

// changeOwn changes who, by himself, and records it. errGone: the account is not what his session was opened for.
func (o *office) changeOwn(ctx context.Context, who Account, did hall.AccountDid, change func(Account) Account) (now Account, err error) {
	err = o.Accounts.ChangeAccount(ctx, who.Name, func(a Account, ok bool) (Account, error) {
		if !ok || a.seal() != who.seal() {
			return a, errGone
		}
		now = change(a)
		return now, nil
	})
	if err != nil {
		return now, err
	}
	return now, o.Deeds.Do(ctx, now.ChangedDeed(did, who.person()))
}

// secondView is the page of a second factor that is set up.
type secondView struct {
	Must  bool
	Left  int      // recovery codes
	Codes []string // new ones, shown this once
	Error string
}

// showSecond shows the second factor of who, or how to set one up.
func (o *office) showSecond(w http.ResponseWriter, r *http.Request, who Account) {
	switch {
	case !o.fresh(r.Context()):
		o.showStale(w, r)
	case len(who.Second) > 0:
		o.showSet(w, r, http.StatusOK, who, nil, "")
	default:
		o.showEnrol(w, r, http.StatusOK, who, "")
	}
}

// showStale asks to sign in again first.
func (o *office) showStale(w http.ResponseWriter, r *http.Request) {
	s := o.sheet(r, "second.stale.title")
	o.send(w, http.StatusForbidden, "again", s)
}

func (o *office) showSet(w http.ResponseWriter, r *http.Request, status int, who Account, codes []string, wrong string) {
	s := o.sheet(r, "second.title")
	v := secondView{Must: o.needsSecond(who.Role), Left: len(who.Codes), Codes: codes}
	if wrong != "" {
		v.Error = s.T(wrong)
	}
	s.Data = v
	o.send(w, status, "second", s)
}

// showEnrol shows what the phone is to scan. The secret waits in the session, sealed, until a code of the phone proves
// that it has it.
func (o *office) showEnrol(w http.ResponseWriter, r *http.Request, status int, who Account, wrong string) {
	ctx := r.Context()
	secret, err := o.waiting(ctx, who)
	if err != nil || secret == "" {
		secret = newSecret()
		o.sessions.Put(ctx, keyEnrol, o.Secrets.SealKey(secondOf(who.Name), []byte(secret)))
	}
	s := o.sheet(r, "second.set.title")
	v, err := o.enrolment(s, who, secret)
	if err != nil {
		o.down(w, r, err)
		return
	}
	if wrong != "" {
		v.Error = s.T(wrong)
	}
	s.Data = v
	o.send(w, status, "enrol", s)
}

// waiting returns the secret that waits to be confirmed; empty where none does.
func (o *office) waiting(ctx context.Context, who Account) (string, error) {
	sealed, ok := o.sessions.Get(ctx, keyEnrol).([]byte)
	if !ok {
		return "", nil
	}
	secret, err := o.Secrets.OpenKey(secondOf(who.Name), sealed)
	return string(secret), err
}

// turnSecondOn sets up a second factor: a code of the phone proves that it has the secret. The recovery codes are shown
// this once.
func (o *office) turnSecondOn(w http.ResponseWriter, r *http.Request, who Account) {
	if !o.form(w, r) {
		return
	}
	ctx := r.Context()
	secret, err := o.waiting(ctx, who)
	switch {
	case !o.fresh(ctx):
		o.showStale(w, r)
		return
	case len(who.Second) > 0 || err != nil || secret == "":
		o.goTo(w, r, "/account/second")
		return
	}
	step, ok := matchStep(plain(r.PostForm.Get("code")), secret, 0, o.Now())
	if !ok {
		o.showEnrol(w, r, http.StatusUnprocessableEntity, who, "second.wrong")
		return
	}
	show, keep := newRecovery()
	now, err := o.changeOwn(ctx, who, hall.AccountSecondOn, func(a Account) Account {
		a.Second, a.SecondStep, a.Codes = o.Secrets.SealKey(secondOf(a.Name), []byte(secret)), step, keep
		return a
	})
	if err == nil {
		err = o.reseal(ctx, now)
	}
	if err != nil {
		o.down(w, r, err)
		return
	}
	o.sessions.Remove(ctx, keyEnrol)
	o.sessions.Put(ctx, keySecond, string(hall.WithTOTP))
	o.showSet(w, r, http.StatusOK, now, show, "")
}

// proven asks for a code of the second factor before it is changed, or answers and returns false.
func (o *office) proven(w http.ResponseWriter, r *http.Request, who Account) bool {
	if !o.form(w, r) {
		return false
	}
	if !o.fresh(r.Context()) {
		o.showStale(w, r)
		return false
	}
	was, used, err := o.checkCode(r.Context(), who.Name, who.seal(), r.PostForm.Get("code"))
	switch {
	case errors.Is(err, errLocked):
		o.showSet(w, r, http.StatusTooManyRequests, who, nil, "signin.locked")
	case errors.Is(err, errGone):
		o.goTo(w, r, "/account/second")
	case err != nil:
		o.down(w, r, err)
	case used == "":
		o.wrong(r.Context(), was, address(r, o.Trusted))
		o.showSet(w, r, http.StatusUnauthorized, who, nil, "second.wrong")
	}
	return err == nil && used != ""
}

// makeCodes makes new recovery codes; the old ones are good for nothing.
func (o *office) makeCodes(w http.ResponseWriter, r *http.Request, who Account) {
	if !o.proven(w, r, who) {
		return
	}
	show, keep := newRecovery()
	now, err := o.changeOwn(r.Context(), who, hall.AccountCodesMade, func(a Account) Account {
		a = a.forgiven()
		a.Codes = keep
		return a
	})
	if err != nil {
		o.down(w, r, err)
		return
	}
	o.showSet(w, r, http.StatusOK, now, show, "")
}

// turnSecondOff takes a second factor away, where the role may be without.
func (o *office) turnSecondOff(w http.ResponseWriter, r *http.Request, who Account) {
	if o.needsSecond(who.Role) {
		o.refuse(w, r, http.StatusForbidden, "forbidden")
		return
	}
	if !o.proven(w, r, who) {
		return
	}
	ctx := r.Context()
	now, err := o.changeOwn(ctx, who, hall.AccountSecondOff, func(a Account) Account {
		a = a.forgiven()
		a.Second, a.Codes = nil, nil
		return a
	})
	if err == nil {
		err = o.reseal(ctx, now)
	}
	if err != nil {
		o.down(w, r, err)
		return
	}
	o.sessions.Put(ctx, keySecond, "")
	o.goTo(w, r, "/account", "done", "off")
}

// endSessions ends one of a person's sessions, or all but this one.
func (o *office) endSessions(w http.ResponseWriter, r *http.Request, who Account) {
	if !o.form(w, r) {
		return
	}
	open, tokens, err := o.sessionsOf(r.Context(), who)
	if err != nil {
		o.down(w, r, err)
		return
	}
	for _, s := range open {
		if which := r.PostForm.Get("id"); !s.Here && (which == "others" || which == s.ID) {
			err = errors.Join(err, o.Sessions.Delete(tokens[s.ID]))
		}
	}
	if err != nil {
		o.down(w, r, err)
		return
	}
	o.goTo(w, r, "/account", "done", "ended")
}
