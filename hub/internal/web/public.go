package web

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/board"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/private"
)

// Signer is an agent as tokens know it.
type Signer struct {
	Agent string              // name
	Keys  []ed25519.PublicKey // those it may have signed with
}

// Signers knows who may have signed a ticket. No first contact is needed: keys are known since enrolment (design §3).
type Signers interface {
	// Signer returns who may have signed for the agent of this number on day; without keys it was never enrolled
	// here, or was revoked.
	Signer(ctx context.Context, number uint32, day hall.Day) (Signer, error)
}

// Stories reads what the store holds around a ticket; false where nothing was told of it.
type Stories interface {
	Story(ctx context.Context, ticket hall.ID) (intake.Story, bool, error)
}

// Recorder keeps what a citizen says: hall.RatingDrafted and hall.RatingGiven.
type Recorder interface {
	// Record returns nil when the fact is committed in the hub's own stream, with text, where there is any, sealed apart
	// and named in Ref and RefSHA. An answer of an id that is known changes nothing and is no error; a later draft of
	// one id replaces the draft, never an answer.
	Record(ctx context.Context, f hall.Fact, text private.Text) error
}

// PublicConfig is what the citizen's listener needs.
type PublicConfig struct {
	Shared
	PublicURL string // as citizens see it; may be empty
	Halls     []board.Hall
	Reasons   Reasons
	Signers   Signers
	Stories   Stories
	Recorder  Recorder
}

type public struct {
	PublicConfig
	wrong *limit // tokens that are none, by address
	taps  *limit // what is said, by ticket
}

// NewPublic returns the handler of the public listener: /r/<token> and nothing else.
func NewPublic(c PublicConfig) (http.Handler, error) {
	p := &public{PublicConfig: c, wrong: newLimit(20, 10*time.Minute), taps: newLimit(40, 10*time.Minute)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /r/{token}", p.get)
	mux.HandleFunc("POST /r/{token}", p.post)
	mux.HandleFunc("/r/{token}", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", "GET, HEAD, POST")
		p.tell(w, r, http.StatusMethodNotAllowed, "method")
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { p.tell(w, r, http.StatusNotFound, "nothing") })

	cross := http.NewCrossOriginProtection()
	if c.PublicURL != "" {
		u, err := url.Parse(c.PublicURL)
		if err != nil {
			return nil, fmt.Errorf("public_url: %w", err)
		}
		if err := cross.AddTrustedOrigin(u.Scheme + "://" + u.Host); err != nil {
			return nil, fmt.Errorf("public_url: %w", err)
		}
	}
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.tell(w, r, http.StatusForbidden, "origin") }))
	checked := cross.Handler(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		harden(w.Header())
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.Header().Set("Vary", "Accept-Language")
		// Under no-referrer a browser that does not say Sec-Fetch-Site calls our own page's origin "null". Letting it
		// pass gives nothing away: who posts here must know the token.
		if r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == "null" {
			mux.ServeHTTP(w, r)
			return
		}
		checked.ServeHTTP(w, r)
	}), nil
}

// visitor is a ticket whose token was believed.
type visitor struct {
	uplink.Token
	bytes []byte
	agent string
	site  *hall.Catalogue // nil: the agent's hall is not configured
}

// believe reads and verifies the token of a request, or answers it.
func (p *public) believe(w http.ResponseWriter, r *http.Request) (visitor, bool) {
	t, bytes, err := uplink.ReadToken(r.PathValue("token"))
	switch {
	case errors.Is(err, uplink.ErrTokenVersion):
		p.refuse(w, r, http.StatusBadRequest, "version")
		return visitor{}, false
	case err != nil:
		p.refuse(w, r, http.StatusNotFound, "broken")
		return visitor{}, false
	}
	s, err := p.Signers.Signer(r.Context(), t.Ticket.Agent, t.Day)
	if err != nil {
		p.fail(w, r, "look up signer", err)
		return visitor{}, false
	}
	if len(s.Keys) == 0 {
		p.refuse(w, r, http.StatusNotFound, "foreign")
		return visitor{}, false
	}
	for _, key := range s.Keys {
		if uplink.VerifyToken(bytes, key) == nil {
			return visitor{t, bytes, s.Agent, p.site(s.Agent)}, true
		}
	}
	p.refuse(w, r, http.StatusNotFound, "forged")
	return visitor{}, false
}

func (p *public) site(agent string) *hall.Catalogue {
	for _, h := range p.Halls {
		if h.Agent == agent {
			return h.Catalogue
		}
	}
	return nil
}

// refuse answers a token that is none of ours, and counts it: who tries many hears less.
func (p *public) refuse(w http.ResponseWriter, r *http.Request, status int, what string) {
	if p.wrong.count(address(r, p.Trusted), p.Now()) {
		w.Header().Set("Retry-After", "600")
		status, what = http.StatusTooManyRequests, "tries"
	}
	p.tell(w, r, status, what)
}

// fail answers what is our own fault. The address of the page is a secret: it is not logged.
func (p *public) fail(w http.ResponseWriter, r *http.Request, doing string, err error) {
	p.Log.Error("citizen's page: "+doing, "err", err)
	p.tell(w, r, http.StatusServiceUnavailable, "down")
}

// look decides which page a believed ticket shows now.
func (p *public) look(ctx context.Context, v visitor, a ask) (ticket, scene, *board.Place, error) {
	t, err := p.ticket(ctx, v.Ticket)
	if err != nil {
		return t, scene{}, nil, err
	}
	place, up := p.Live.place(v.Ticket, v.agent)
	return t, decide(t, v.Day, a, place, up, p.Now()), place, nil
}

func (p *public) ticket(ctx context.Context, id hall.ID) (ticket, error) {
	story, _, err := p.Stories.Story(ctx, id)
	return ticketOf(story), err
}

func asks(q url.Values) ask {
	return ask{visit: q.Get("visit"), change: q.Get("change") == "1", more: q.Get("more") == "1", rate: q.Get("rate") == "1"}
}

func (p *public) get(w http.ResponseWriter, r *http.Request) {
	v, ok := p.believe(w, r)
	if !ok {
		return
	}
	t, s, place, err := p.look(r.Context(), v, asks(r.URL.Query()))
	if err != nil {
		p.fail(w, r, "read ticket", err)
		return
	}
	p.show(w, r, http.StatusOK, v, t, s, place, form{}, "")
}

func (p *public) post(w http.ResponseWriter, r *http.Request) {
	v, ok := p.believe(w, r)
	if !ok {
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
			p.tell(w, r, http.StatusRequestEntityTooLarge, "long")
			return
		}
		p.tell(w, r, http.StatusBadRequest, "form")
		return
	}
	if p.taps.count(v.Ticket.String(), p.Now()) {
		w.Header().Set("Retry-After", "600")
		p.tell(w, r, http.StatusTooManyRequests, "often")
		return
	}
	do := r.PostForm.Get("do")
	f, bad := readForm(r.PostForm, p.Reasons)
	a := ask{visit: r.PostForm.Get("visit"), first: true, more: do == doMore, rate: true}
	t, s, place, err := p.look(r.Context(), v, a)
	if err != nil {
		p.fail(w, r, "read ticket", err)
		return
	}
	wrong, mend := errors.AsType[fault](bad)
	switch {
	case mend && (do == doSend || do == doMore):
		p.show(w, r, http.StatusUnprocessableEntity, v, t, s.again(do, f), place, f, wrong.key)
		return
	case bad != nil || do != doTap && do != doSend && do != doMore:
		p.tell(w, r, http.StatusBadRequest, "form")
		return
	case do == doMore && f.text.Words == "":
		p.show(w, r, http.StatusUnprocessableEntity, v, t, s, place, f, "rate.error.empty")
		return
	}
	switch err := p.say(r.Context(), v.Ticket, v.bytes, s, do, f); {
	case errors.Is(err, errForm):
		p.tell(w, r, http.StatusBadRequest, "form")
	case errors.Is(err, errUnratable):
		p.show(w, r, http.StatusConflict, v, t, s, place, f, "")
	case err != nil:
		p.Log.Error("citizen's page: record", "err", err)
		p.show(w, r, http.StatusServiceUnavailable, v, t, s.again(do, f), place, f, "rate.error.down")
	default:
		http.Redirect(w, r, r.URL.Path+link(langOf(r), r.URL.Query().Get("big") == "1", s.self()...), http.StatusSeeOther)
	}
}

// again is the scene on which a citizen finds what he sent, when it could not be taken.
func (s scene) again(do string, f form) scene {
	lapsed := s.name == sceneReceived && s.visit.rating.lapsed
	if do == doSend && f.level.Valid() && (s.name == sceneRate || s.name == sceneChosen || lapsed) {
		s.name = sceneChosen
		s.visit.draft = &draft{level: f.level}
	}
	return s
}

// self asks for the page of the same visit.
func (s scene) self() []string {
	if s.visit.id.IsZero() {
		return []string{"rate", "1"}
	}
	return []string{"visit", s.visit.id.String()}
}
