package web

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/board"
	"hallpulse/hub/internal/intake"
)

// phones is a public listener and the far end behind it.
type phones struct {
	*farEnd
	t       testing.TB
	handler http.Handler
	live    *Live
	log     *bytes.Buffer
}

func newPhones(t testing.TB, change ...func(*PublicConfig)) *phones {
	t.Helper()
	far, log := newFarEnd(), &bytes.Buffer{}
	shared := sharedOf(t, far, log)
	c := publicOf(t, far, shared)
	for _, f := range change {
		f(&c)
	}
	h, err := NewPublic(c)
	if err != nil {
		t.Fatal(err)
	}
	return &phones{far, t, h, shared.Live, log}
}

// publicOf is a public listener before a far end.
func publicOf(t testing.TB, far *farEnd, shared Shared) PublicConfig {
	return PublicConfig{Shared: shared, PublicURL: "https://pj.example.cn", Halls: always([]board.Hall{{Agent: "city-1", Catalogue: cityHall()}}),
		Reasons: reasons(t), Signers: far, Stories: far, Recorder: far, Keys: far, Tickets: far, Cases: far, Links: far, Follow: far,
		Decider: nobody{}, Texts: papers{far}, Eraser: nobody{}}
}

func sharedOf(t testing.TB, far *farEnd, log *bytes.Buffer) Shared {
	t.Helper()
	pages, err := shippedPages()
	if err != nil {
		t.Fatal(err)
	}
	logger := slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	b := board.New(board.Name{Name: "青澜市政务服务中心", NameEN: "Qinglan Service Centre"}, []board.Hall{{Agent: "city-1", Catalogue: cityHall()}}, far.now)
	return Shared{Centre: board.Name{Name: "青澜市政务服务中心", NameEN: "Qinglan Service Centre"}, Pages: pages,
		Live: NewLive(b, far.clock, logger), Now: far.clock, Log: logger}
}

var aTicket = hall.ID{Agent: 1, Tag: 0x9f2c, Serial: 17}

// token is the text of a ticket's token, issued days ago.
func (p *phones) token(id hall.ID, daysAgo int) string {
	return uplink.TokenText(uplink.Token{Kind: uplink.TokenTicket, Ticket: id, Day: hall.DayOf(tenThirtyOne()) - hall.Day(daysAgo)}.Sign(secret(id.Agent).SigningKey()))
}

// Two visits of aTicket.
var (
	visit1 = hall.ID{Agent: 1, Tag: 0x9f2c, Serial: 91}
	visit2 = hall.ID{Agent: 1, Tag: 0x9f2c, Serial: 92}
)

// stands tells how aTicket stands, and returns its path.
func (p *phones) stands(state hall.TicketState, visits ...intake.Visit) string {
	t := intake.Ticket{ID: aTicket, Number: "A063", Letter: "A", Item: "id-card", State: state}
	if state == hall.TicketIsCalled || state == hall.TicketIsFinished {
		t.Window = "12"
	}
	p.stories[aTicket] = intake.Story{Ticket: t, Visits: visits}
	return "/r/" + p.token(aTicket, 0)
}

// goes tells where a ticket that stands so goes on, and where it was called to.
func (p *phones) goes(state hall.TicketState, to intake.Goes, window string, visits ...intake.Visit) string {
	path := p.stands(state, visits...)
	story := p.stories[aTicket]
	story.Ticket.Goes, story.Ticket.Window = to, window
	p.stories[aTicket] = story
	return path
}

// served tells that the holder of aTicket was served at window 12, by visit1 or by the visits named, and returns its path.
func (p *phones) served(ids ...hall.ID) string {
	if len(ids) == 0 {
		ids = []hall.ID{visit1}
	}
	var visits []intake.Visit
	for _, id := range ids {
		visits = append(visits, finished(id, p.now.Add(-time.Minute)))
	}
	return p.stands(hall.TicketIsFinished, visits...)
}

func finished(id hall.ID, at time.Time) intake.Visit {
	return intake.Visit{ID: id, Ticket: aTicket, Window: "12", Item: "id-card", Opened: at, Served: at, Ended: at, Began: true, Outcome: hall.OutcomeFinished}
}

// hear adds an answer to what is stored.
func (p *phones) hear(a intake.Answer) {
	a.Ticket, a.When = aTicket, p.now
	s := p.stories[aTicket]
	s.Answers = append(s.Answers, a)
	p.stories[aTicket] = s
}

// What a phone or a pad said of a visit.
func tapped(id hall.ID, l hall.Level) intake.Answer {
	return intake.Answer{Kind: intake.KindDrafted, Told: id, Level: l, Form: "draft"}
}

func sent(id hall.ID, l hall.Level) intake.Answer {
	return intake.Answer{Kind: intake.KindGiven, Told: id, Level: l, Form: "form", Channel: hall.ChannelQR}
}

func pressed(id hall.ID, l hall.Level) intake.Answer {
	return intake.Answer{Kind: intake.KindGiven, Told: id, Level: l, Channel: hall.ChannelPad}
}

// get opens a page as a Chinese phone does.
func (p *phones) get(path string) *httptest.ResponseRecorder {
	return p.do(httptest.NewRequest(http.MethodGet, path, nil))
}

func (p *phones) do(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	p.handler.ServeHTTP(w, r)
	return w
}

// post sends a form as a browser on that page does; fields are name, value, name, value.
func (p *phones) post(path string, fields ...string) *httptest.ResponseRecorder {
	return p.do(formRequest(path, fields...))
}

func formRequest(path string, fields ...string) *http.Request {
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return r
}

// follow follows the redirect after a form.
func (p *phones) follow(w *httptest.ResponseRecorder, path string) *httptest.ResponseRecorder {
	p.t.Helper()
	to := w.Header().Get("Location")
	if w.Code != http.StatusSeeOther || to == "" {
		p.t.Fatalf("the form was answered with %d and %q, want a redirect:\n%s", w.Code, to, w.Body)
	}
	base, err := url.Parse(path)
	if err != nil {
		p.t.Fatal(err)
	}
	next, err := base.Parse(to)
	if err != nil {
		p.t.Fatal(err)
	}
	return p.get(next.String())
}

func wantPage(t testing.TB, w *httptest.ResponseRecorder, status int, texts ...string) {
	t.Helper()
	if w.Code != status {
		t.Errorf("status %d, want %d", w.Code, status)
	}
	for _, text := range texts {
		if !strings.Contains(w.Body.String(), text) {
			_, page, _ := strings.Cut(w.Body.String(), "</style>")
			t.Errorf("the page does not say %q:\n%s", text, page)
		}
	}
}

// brokenDeeds keeps nothing.
type brokenDeeds struct{}

func (brokenDeeds) Do(context.Context, ...hall.Fact) error { return errBroken }

// always are halls whose catalogues stay.
func always(all []board.Hall) func() []board.Hall { return func() []board.Hall { return all } }
