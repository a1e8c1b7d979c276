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
	"hallpulse/hub/internal/board"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/notify"
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
	PublicURL string              // as citizens see it; may be empty
	Halls     func() []board.Hall // as they are now
	Reasons   Reasons
	Signers   Signers
	Stories   Stories
	Recorder  Recorder
	Keys      Keys
	Tickets   Tickets
	Cases     Cases
	Links     Links
	Follow    Follow
	Decider   Decider
	Texts     Texts
	Eraser    Eraser
	Bookings  Bookings // nil: nothing is booked here
	// SMS says that messages reach people's phones: else nobody is asked for one.
	SMS bool
}

type public struct {
	PublicConfig
	wrong *limit // tokens that are none, by address
	typed *limit // codes that are wrong, by address
	taps  *limit // what is said, by ticket

	booked *limit // places that are asked for, by address
}

// NewPublic returns the handler of the public listener: what is behind a ticket under /r, what is behind the link of a
// message under /m, where places are booked under /p/book, the rule of a hall's queue under /p/queue, at / the way to them, and nothing else.
func NewPublic(c PublicConfig) (http.Handler, error) {
	if c.Keys == nil || c.Tickets == nil || c.Cases == nil || c.Links == nil || c.Decider == nil || c.Texts == nil || c.Eraser == nil || c.Follow == nil {
		return nil, errors.New("citizens' pages: something that they ask is missing")
	}
	p := &public{PublicConfig: c, wrong: newLimit(20, 10*time.Minute), typed: newLimit(codeTries, codeSpan), taps: newLimit(40, 10*time.Minute), booked: newLimit(20, 10*time.Minute)}
	checked, err := p.sameOrigin(p.routes())
	if err != nil {
		return nil, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		harden(w.Header())
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.Header().Set("Vary", "Accept-Language")
		checked.ServeHTTP(w, r)
	}), nil
}

// routes are all that the public listener answers.
func (p *public) routes() *http.ServeMux {
	mux := http.NewServeMux()
	behind := []string{"/r/{token}", notify.LinkPath + "{token}"}
	for _, path := range behind {
		mux.HandleFunc("GET "+path, p.get)
		mux.HandleFunc("POST "+path, p.post)
	}
	for _, path := range []string{"/r", "/r/{$}"} {
		mux.HandleFunc("GET "+path, p.askCode)
		mux.HandleFunc("POST "+path, p.tryCode)
		behind = append(behind, path)
	}
	mux.HandleFunc("GET "+stickerPath, p.atWindow)
	mux.HandleFunc("POST "+stickerPath, p.sayAtWindow)
	behind = append(behind, stickerPath)
	mux.HandleFunc("GET "+queuePath+"{hall}", p.queueRule)
	behind = append(behind, p.bookRoutes(mux)...)
	for _, path := range behind {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Allow", "GET, HEAD, POST")
			p.tell(w, r, http.StatusMethodNotAllowed, "method")
		})
	}
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { p.tell(w, r, http.StatusOK, "home") })
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { p.tell(w, r, http.StatusNotFound, "nothing") })
	return mux
}

// sameOrigin lets in only forms of our own pages.
func (p *public) sameOrigin(mux *http.ServeMux) (http.Handler, error) {
	cross := http.NewCrossOriginProtection()
	if p.PublicURL != "" {
		u, err := url.Parse(p.PublicURL)
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
		// Under no-referrer a browser that does not say Sec-Fetch-Site calls our own page's origin "null". Letting it
		// pass gives nothing away: who posts here must know the token, or the code.
		if r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == "null" {
			mux.ServeHTTP(w, r)
			return
		}
		checked.ServeHTTP(w, r)
	}), nil
}

// refuse answers who shows what is none of ours, and counts it: who tries many hears less.
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
func (p *public) look(ctx context.Context, v visitor, a ask) (ticket, scene, spot, error) {
	t, err := p.known(ctx, v)
	if err != nil {
		return t, scene{}, spot{}, err
	}
	if a.visit == "" {
		a.visit = v.about
	}
	if v.slip != nil {
		return t, decideSlip(t, a, p.Now()), spot{}, nil
	}
	at := p.Live.spot(v.ticket, v.agent)
	day := v.day
	if t.day != 0 { // it was booked on another
		day = t.day
	}
	return t, decide(t, day, a, at, p.Now()), at, nil
}

// of reads of a ticket's story what is the visitor's.
func (v visitor) of(s intake.Story) ticket {
	if v.slip != nil {
		return v.slip.of(s)
	}
	return ticketOf(s)
}

// known reads a ticket, with the repairs of its visits and the phone that was left with it.
func (p *public) known(ctx context.Context, v visitor) (ticket, error) {
	story, _, err := p.Stories.Story(ctx, v.ticket)
	t := v.of(story)
	if err == nil {
		err = p.addRepairs(ctx, &t)
	}
	if err == nil {
		err = p.addContact(ctx, &t, story.Ticket.Contact)
	}
	return t, err
}

func asks(q url.Values) ask {
	level, _ := parseLevel(q.Get("level"))
	return ask{visit: q.Get("visit"), change: q.Get("change") == "1", more: q.Get("more") == "1", rate: q.Get("rate") == "1", see: q.Get("see"), level: level}
}

func (p *public) get(w http.ResponseWriter, r *http.Request) {
	v, ok := p.believe(w, r)
	if !ok {
		return
	}
	t, s, at, err := p.look(r.Context(), v, asks(r.URL.Query()))
	if err != nil {
		p.fail(w, r, "read ticket", err)
		return
	}
	p.show(w, r, http.StatusOK, v, t, s, at, form{}, "")
}

func (p *public) post(w http.ResponseWriter, r *http.Request) {
	v, ok := p.believe(w, r)
	if !ok || !p.parse(w, r) {
		return
	}
	if p.taps.count(v.ticket.String(), p.Now()) {
		w.Header().Set("Retry-After", "600")
		p.tell(w, r, http.StatusTooManyRequests, "often")
		return
	}
	do := r.PostForm.Get("do")
	acts := map[string]func(http.ResponseWriter, *http.Request, visitor, string){
		doTap: p.rate, doSend: p.rate, doMore: p.rate,
		doWhy: p.act, doSecond: p.act, doReport: p.act, doPhone: p.act, doForget: p.act}
	if p.Bookings != nil {
		acts[doUnbook] = p.unbook
	}
	if acts[do] == nil {
		p.tell(w, r, http.StatusBadRequest, "form")
		return
	}
	acts[do](w, r, v, do)
}

// parse reads a form, or answers.
func (p *public) parse(w http.ResponseWriter, r *http.Request) bool {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	err := r.ParseForm()
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		p.tell(w, r, http.StatusRequestEntityTooLarge, "long")
	} else if err != nil {
		p.tell(w, r, http.StatusBadRequest, "form")
	}
	return err == nil
}

// rate takes a tap, the form behind it, or a follow-up.
func (p *public) rate(w http.ResponseWriter, r *http.Request, v visitor, do string) {
	f, bad := readForm(r.PostForm, p.Reasons)
	a := ask{visit: r.PostForm.Get("visit"), first: true, more: do == doMore, rate: true, again: true}
	t, s, at, err := p.look(r.Context(), v, a)
	if err != nil {
		p.fail(w, r, "read ticket", err)
		return
	}
	wrong, mend := errors.AsType[fault](bad)
	switch {
	case mend && (do == doSend || do == doMore):
		p.show(w, r, http.StatusUnprocessableEntity, v, t, s.again(do, f), at, f, wrong.key)
		return
	case bad != nil:
		p.tell(w, r, http.StatusBadRequest, "form")
		return
	case do == doMore && f.text.Words == "":
		p.show(w, r, http.StatusUnprocessableEntity, v, t, s, at, f, "rate.error.empty")
		return
	}
	switch err := p.say(r.Context(), v, s, do, f); {
	case errors.Is(err, errForm):
		p.tell(w, r, http.StatusBadRequest, "form")
	case errors.Is(err, errUnratable):
		p.show(w, r, http.StatusConflict, v, t, s, at, f, "")
	case err != nil:
		p.Log.Error("citizen's page: record", "err", err)
		p.show(w, r, http.StatusServiceUnavailable, v, t, s.again(do, f), at, f, "rate.error.down")
	default:
		p.seen(w, r, s.self()...)
	}
}

// seen sends a browser to the page on which what it sent is seen.
func (p *public) seen(w http.ResponseWriter, r *http.Request, pairs ...string) {
	http.Redirect(w, r, r.URL.Path+link(langOf(r), r.URL.Query().Get("big") == "1", pairs...), http.StatusSeeOther)
}

// again is the scene on which a citizen finds what he sent, when it could not be taken.
func (s scene) again(do string, f form) scene {
	lapsed := s.name == sceneReceived && s.visit.rating != nil && s.visit.rating.lapsed
	if do == doSend && f.level.Valid() && (s.name == sceneRate || s.name == sceneChosen || lapsed) {
		s.name = sceneChosen
		s.visit.draft = &draft{level: f.level}
	}
	return s
}

// self asks for the page of the same visit.
func (s scene) self() []string {
	switch {
	case !s.visit.id.IsZero():
		return []string{"visit", s.visit.id.String()}
	case s.name == scenePhone:
		return nil // of the ticket
	}
	return []string{"rate", "1"}
}
