package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"hallpulse/firmware-protocol/hall"
)

// SSO is a single sign-on that the office trusts: an OpenID Connect issuer. Nobody gets an account by it: it only says
// who somebody is that has one here.
type SSO struct {
	Name     string // as the button shows it
	Issuer   string
	ClientID string
	Secret   Secret
	Claim    string // whose value is the name of the account; preferred_username by default
	URL      string // where browsers reach the office, without a slash at the end
}

// Secret is a text that never prints itself.
type Secret string

func (Secret) String() string { return "secret" }

// GoString hides the text from %#v.
func (Secret) GoString() string { return "secret" }

// LogValue hides the text from logs.
func (Secret) LogValue() slog.Value { return slog.StringValue("secret") }

// MarshalText refuses: no secret leaves by accident with the value that holds it.
func (Secret) MarshalText() ([]byte, error) { return nil, errors.New("a secret is not for JSON") }

// ssoReturn is where the issuer sends a browser back to: what is registered there is the office's address with this.
const ssoReturn = "/signin/sso/return"

// What a session holds while somebody is at the issuer. All of it is used once.
const (
	keySSOState    = "sso.state"
	keySSONonce    = "sso.nonce"
	keySSOVerifier = "sso.verifier"
	keySSONext     = "sso.next"
	keySSOEnds     = "sso.ends" // unix seconds
)

const (
	ssoLasts    = 10 * time.Minute // somebody may look for his phone there
	ssoPatience = 10 * time.Second // the issuer may take for an answer
	ssoPause    = 5 * time.Second  // nobody waits again for one that did not answer
)

// Why a single sign-on came to nothing.
var (
	errSSODown    = errors.New("the issuer does not answer")
	errSSORefused = errors.New("the issuer's answer is not the one that was asked for")
	errSSONobody  = errors.New("the issuer names nobody who has an account here")
)

// sso is the issuer as it was last found. It is asked for itself at the first sign-in, not at the start: an issuer that
// is down keeps nobody from the password.
type sso struct {
	SSO
	now    func() time.Time
	client *http.Client

	mu     sync.Mutex
	found  *oidc.Provider
	missed time.Time // when it last did not answer
}

func newSSO(c SSO, now func() time.Time) *sso {
	c.Claim = cmp.Or(c.Claim, "preferred_username")
	return &sso{SSO: c, now: now, client: &http.Client{Timeout: ssoPatience}}
}

// provider finds the issuer; once found it is kept, and its keys are fetched again when it changes them.
func (s *sso) provider() (*oidc.Provider, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.found != nil {
		return s.found, nil
	}
	if s.now().Sub(s.missed) < ssoPause {
		return nil, errSSODown
	}
	p, err := oidc.NewProvider(oidc.ClientContext(context.Background(), s.client), s.Issuer) // it outlives this request
	if err != nil {
		s.missed = s.now()
		return nil, fmt.Errorf("%w: %w", errSSODown, err)
	}
	s.found = p
	return p, nil
}

func (s *sso) config(p *oidc.Provider) *oauth2.Config {
	scopes := []string{oidc.ScopeOpenID, "profile"}
	if s.Claim == "email" {
		scopes = append(scopes, "email")
	}
	return &oauth2.Config{ClientID: s.ClientID, ClientSecret: string(s.Secret), Endpoint: p.Endpoint(), RedirectURL: s.URL + ssoReturn, Scopes: scopes}
}

// asked is what one sign-on was begun with.
type ssoAsked struct{ state, nonce, verifier string }

// begin returns the address at the issuer, with a challenge of which only the session has the answer (PKCE, RFC 7636).
func (s *sso) begin() (address string, a ssoAsked, err error) {
	p, err := s.provider()
	if err != nil {
		return "", a, err
	}
	a = ssoAsked{rand.Text(), rand.Text(), oauth2.GenerateVerifier()}
	return s.config(p).AuthCodeURL(a.state, oidc.Nonce(a.nonce), oauth2.S256ChallengeOption(a.verifier)), a, nil
}

// ssoPerson is whom the issuer names.
type ssoPerson struct {
	name   string
	second bool // it asked for a second factor itself (RFC 8176)
}

// end changes the code for a signed statement of who came, and reads it.
func (s *sso) end(ctx context.Context, code string, a ssoAsked) (ssoPerson, error) {
	p, err := s.provider()
	if err != nil {
		return ssoPerson{}, err
	}
	ctx = oidc.ClientContext(ctx, s.client)
	token, err := s.config(p).Exchange(ctx, code, oauth2.VerifierOption(a.verifier))
	var answered *oauth2.RetrieveError
	if err != nil && !errors.As(err, &answered) {
		return ssoPerson{}, fmt.Errorf("%w: %w", errSSODown, err)
	}
	if err != nil {
		return ssoPerson{}, fmt.Errorf("%w: exchange: %s", errSSORefused, cmp.Or(answered.ErrorCode, answered.Response.Status)) // its body may hold anything
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return ssoPerson{}, fmt.Errorf("%w: no id_token", errSSORefused)
	}
	id, err := p.Verifier(&oidc.Config{ClientID: s.ClientID, Now: s.now}).Verify(ctx, raw)
	if err != nil {
		return ssoPerson{}, fmt.Errorf("%w: %w", errSSORefused, err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(a.nonce)) != 1 {
		return ssoPerson{}, fmt.Errorf("%w: nonce", errSSORefused)
	}
	return s.read(ctx, p, id, token)
}

// read finds the name of the account in what the issuer signed, or, where that lacks it, in what it says of the same
// person when asked.
func (s *sso) read(ctx context.Context, p *oidc.Provider, id *oidc.IDToken, token *oauth2.Token) (ssoPerson, error) {
	var methods struct {
		AMR []string `json:"amr"`
	}
	claims := map[string]any{}
	if err := errors.Join(id.Claims(&claims), id.Claims(&methods)); err != nil {
		return ssoPerson{}, fmt.Errorf("%w: %w", errSSORefused, err)
	}
	if _, ok := claims[s.Claim]; !ok && p.UserInfoEndpoint() != "" {
		said, err := p.UserInfo(ctx, oauth2.StaticTokenSource(token))
		if err != nil {
			return ssoPerson{}, fmt.Errorf("%w: %w", errSSODown, err)
		}
		if said.Subject != id.Subject {
			return ssoPerson{}, fmt.Errorf("%w: it tells of another person", errSSORefused)
		}
		if err := said.Claims(&claims); err != nil {
			return ssoPerson{}, fmt.Errorf("%w: %w", errSSORefused, err)
		}
	}
	name, _ := claims[s.Claim].(string)
	if verified, _ := claims["email_verified"].(bool); s.Claim == "email" && !verified {
		name = ""
	}
	if name == "" {
		return ssoPerson{}, fmt.Errorf("%w: no claim %s", errSSONobody, s.Claim)
	}
	return ssoPerson{name, slices.Contains(methods.AMR, "mfa")}, nil
}

// startSSO sends a browser to the issuer.
func (o *office) startSSO(w http.ResponseWriter, r *http.Request) {
	ctx, back := r.Context(), signInView{Next: nextPage(r.URL.Query().Get("next"))}
	if _, ok, err := o.who(ctx); err == nil && ok { // a link of a foreign page ends no session
		http.Redirect(w, r, back.Next, http.StatusSeeOther)
		return
	}
	if o.triesFrom.count(address(r, o.Trusted), o.Now()) { // each is a row in the store
		o.showLocked(w, r, back)
		return
	}
	to, a, err := o.sso.begin()
	if err != nil {
		o.failSSO(w, r, back, err)
		return
	}
	if err := o.renew(ctx); err != nil {
		o.down(w, r, err)
		return
	}
	ends := o.Now().Add(ssoLasts)
	o.sessions.SetDeadline(ctx, ends)
	for key, value := range map[string]string{keySSOState: a.state, keySSONonce: a.nonce, keySSOVerifier: a.verifier, keySSONext: back.Next} {
		o.sessions.Put(ctx, key, value)
	}
	o.sessions.Put(ctx, keySSOEnds, ends.Unix())
	http.Redirect(w, r, to, http.StatusSeeOther)
}

// endSSO takes a browser back from the issuer: what it brings must be the answer to what this very browser was sent
// with, and counts once.
func (o *office) endSSO(w http.ResponseWriter, r *http.Request) {
	ctx, q := r.Context(), r.URL.Query()
	a := ssoAsked{o.sessions.PopString(ctx, keySSOState), o.sessions.PopString(ctx, keySSONonce), o.sessions.PopString(ctx, keySSOVerifier)}
	back, ends := signInView{Next: nextPage(o.sessions.PopString(ctx, keySSONext))}, o.sessions.GetInt64(ctx, keySSOEnds)
	o.sessions.Remove(ctx, keySSOEnds)
	switch {
	case a.state == "" || subtle.ConstantTimeCompare([]byte(a.state), []byte(q.Get("state"))) != 1:
		o.failSSO(w, r, back, fmt.Errorf("%w: state", errSSORefused))
		return
	case o.Now().Unix() > ends:
		o.failSSO(w, r, back, fmt.Errorf("%w: it took too long", errSSORefused))
		return
	case q.Get("error") != "" || q.Get("code") == "":
		o.failSSO(w, r, back, fmt.Errorf("%w: it says %.40q", errSSORefused, q.Get("error")))
		return
	}
	person, err := o.sso.end(ctx, q.Get("code"), a)
	if err != nil {
		o.failSSO(w, r, back, err)
		return
	}
	who, ok, err := Account{}, false, error(nil)
	if CheckAccountName(person.name) == nil {
		who, ok, err = o.Accounts.Account(ctx, person.name)
	}
	if err == nil && (!ok || who.Disabled || !who.Role.Valid()) {
		err = errSSONobody
	}
	if err != nil {
		o.failSSO(w, r, back, err)
		return
	}
	o.triesFrom.giveBack(address(r, o.Trusted))
	second := proof("")
	if person.second {
		second = hall.WithIssuer
	}
	o.goOn(w, r, who, hall.WithSSO, second, back)
}

// failSSO says in a sentence why the single sign-on came to nothing, and offers the password. A disabled account is
// answered like none.
func (o *office) failSSO(w http.ResponseWriter, r *http.Request, back signInView, err error) {
	o.Log.Warn("office: single sign-on", "err", err)
	switch {
	case errors.Is(err, errSSODown):
		o.showSignIn(w, r, http.StatusServiceUnavailable, back, "signin.sso.down")
	case errors.Is(err, errSSONobody):
		o.showSignIn(w, r, http.StatusForbidden, back, "signin.sso.unknown")
	case errors.Is(err, errSSORefused):
		o.showSignIn(w, r, http.StatusUnauthorized, back, "signin.sso.failed")
	default:
		o.showSignIn(w, r, http.StatusServiceUnavailable, back, "signin.down")
	}
}
