package hub

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"hallpulse/configs/strict"
	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/board"
	"hallpulse/hub/internal/notify"
	"hallpulse/hub/internal/notify/gateway"
	"hallpulse/hub/internal/private"
)

// messages is the store of messages as who sends them needs it.
type messages interface {
	// Due returns at most n messages whose DueAt is not after now, the longest due first.
	Due(ctx context.Context, now time.Time, n int) ([]notify.Message, error)
	// Do decides about a message as it stands, and records and applies what follows, with those boxes that it names, in one
	// transaction. When it returns nil that survives a power cut. An error of decide is returned as it is.
	Do(ctx context.Context, id string, decide func(notify.Message) ([]hall.Fact, error), boxes ...private.Filed) error
	// LastAsked returns, of the messages that ask for a rating and whose box has one of these marks, the one that its provider
	// was asked for last (Asked).
	LastAsked(ctx context.Context, marks []string) (m notify.Message, ok bool, err error)
}

// provider carries messages.
type provider interface {
	// Send asks for one message to be carried, once. When it returns nil the provider has it. gateway.WhyOf reads the error.
	Send(ctx context.Context, out gateway.Outgoing) (receipt string, err error)
	// Idempotent reports whether a message that was sent before is not sent again under its id.
	Idempotent() bool
}

// sender sends what is due. Before the provider is asked the attempt is in the store: a hub that is killed in between
// leaves it there, and no message is sent twice unawares.
type sender struct {
	messages messages
	box      func(ctx context.Context, ref string) (b private.Box, ok bool, err error)
	vault    *private.Vault
	provider provider
	law      notify.Law
	text     func(m notify.Message, token string) string
	now      func() time.Time
	ill      func(bool) // shows on the board that the provider is not reached, or is again
	log      *slog.Logger

	// collect brings what the provider left in a folder, and clears it up; nil: it tells by itself.
	collect func(ctx context.Context, now time.Time) error
}

// Bounds of one round.
const (
	dueAtOnce   = 50
	missesInRow = 3 // then the provider is left in peace until the next round
	roundEvery  = 15 * time.Second
)

// run sends until ctx ends. A message whose provider has been asked then is finished first.
func (s *sender) run(ctx context.Context) error {
	next := time.NewTicker(roundEvery)
	defer next.Stop()
	for {
		if err := s.round(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("messages are not sent now", "error", err)
		}
		select {
		case <-next.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// round collects, and sends what is due.
func (s *sender) round(ctx context.Context) error {
	now := s.now()
	if s.collect != nil {
		if err := s.collect(ctx, now); err != nil {
			return err
		}
	}
	if s.law.Quiet.At(now) {
		return nil
	}
	due, err := s.messages.Due(ctx, now, dueAtOnce)
	if err != nil {
		return err
	}
	misses, asked := 0, false
	for _, m := range due {
		if ctx.Err() != nil || misses == missesInRow {
			break
		}
		h, err := s.send(ctx, m)
		if err != nil {
			return err
		}
		asked = asked || h != notAsked
		switch h {
		case answered:
			misses = 0
		case unheard:
			misses++
		}
	}
	if asked {
		s.ill(misses > 0)
	}
	return nil
}

// hearing is what was heard of the provider.
type hearing uint8

const (
	notAsked hearing = iota
	answered
	unheard // nothing, or: not now
)

// send brings one message on.
func (s *sender) send(ctx context.Context, m notify.Message) (hearing, error) {
	if m.State == notify.Trying && !s.law.Idempotent {
		return notAsked, s.ended(ctx, m, hall.MessageUnclear) // whoever asked is gone, and nobody knows what the provider did
	}
	said, fit, err := s.open(ctx, m)
	if err != nil {
		return notAsked, err
	}
	token, link := "", ""
	if m.Kind.HasLink() {
		token = s.vault.Token(linkPurpose, m.ID)
		link = notify.LinkSHA(token)
	}
	switch {
	case m.State == notify.Trying && fit != fitToSend:
		return notAsked, s.ended(ctx, m, hall.MessageUnclear)
	case m.State == notify.Trying: // asked again under the same id
	case fit == erasedSince:
		return notAsked, s.do(ctx, m.ID, func(m notify.Message) ([]hall.Fact, error) { return m.Drop(hall.DroppedErased), nil })
	default:
		begun, err := s.begin(ctx, &m, link)
		if err != nil || !begun {
			return notAsked, err
		}
		if fit == unreadable {
			return notAsked, s.ended(ctx, m, hall.MessageUnreadable)
		}
	}
	said.Words = s.text(m, token)
	return s.ask(ctx, m, said)
}

// begin commits that the provider is about to be asked. begun is false where another hub does so, or the clock will drop it.
func (s *sender) begin(ctx context.Context, m *notify.Message, link string) (begun bool, err error) {
	err = s.do(ctx, m.ID, func(is notify.Message) (facts []hall.Fact, err error) {
		if facts, err = is.Begin(s.now(), s.law, link); err == nil {
			*m = is
			m.Try++
		}
		return facts, err
	})
	if r := (notify.Refusal{}); errors.As(err, &r) {
		return false, nil
	}
	return err == nil, err
}

// ask asks the provider. The question is out: its answer is heard and recorded, whatever ends meanwhile.
func (s *sender) ask(ctx context.Context, m notify.Message, said private.Text) (hearing, error) {
	receipt, err := s.provider.Send(context.WithoutCancel(ctx), gateway.Outgoing{ID: m.ID, Kind: m.Kind, Lang: m.Lang, Expires: m.Expires, Said: said})
	if err == nil {
		return answered, s.do(ctx, m.ID, func(is notify.Message) ([]hall.Fact, error) { return is.Took(m.Try, receipt), nil })
	}
	s.log.Warn("message not sent", "message", m.ID, "attempt", m.Try, "error", err)
	why, h := gateway.WhyOf(err), unheard
	if why == hall.MessageRefused {
		h = answered
	}
	return h, s.ended(ctx, m, why)
}

// linkPurpose is what the tokens of links in messages are made for.
const linkPurpose = "message"

// fitness says whether a message can be sent to whom it is for.
type fitness uint8

const (
	fitToSend   fitness = iota
	erasedSince         // its box is no more
	unreadable          // its box cannot be opened, or holds no number
)

// open reads the number that a message goes to.
func (s *sender) open(ctx context.Context, m notify.Message) (private.Text, fitness, error) {
	box, ok, err := s.box(ctx, m.To.Ref)
	if err != nil || !ok {
		return private.Text{}, erasedSince, err
	}
	text, err := s.vault.Open(box)
	if err != nil || text.Phone == "" {
		s.log.Error("the number of a message cannot be read", "message", m.ID, "error", err)
		return private.Text{}, unreadable, nil
	}
	return private.Text{Phone: text.Phone}, fitToSend, nil
}

// ended records that an attempt was not answered with yes.
func (s *sender) ended(ctx context.Context, m notify.Message, why hall.MessageWhy) error {
	return s.do(ctx, m.ID, func(is notify.Message) ([]hall.Fact, error) { return is.Missed(m.Try, why, s.now(), s.law), nil })
}

func (s *sender) do(ctx context.Context, id string, decide func(notify.Message) ([]hall.Fact, error)) error {
	return s.messages.Do(context.WithoutCancel(ctx), id, decide)
}

// rater makes a rating of an answer by SMS: the first rating of a visit, or that of a repair. answer is the answer's id for
// ever: told twice it is one.
type rater func(ctx context.Context, m notify.Message, level hall.Level, answer string, at time.Time) error

// letterbox takes what the provider tells.
type letterbox struct {
	messages messages
	vault    *private.Vault
	rate     rater
	now      func() time.Time
	log      *slog.Logger
}

// Take records a report, or makes of a reply what it is: a rating, or words that are none. What belongs to no message of
// ours is not kept: there is no ground to keep a stranger's number.
func (l *letterbox) Take(ctx context.Context, in gateway.Inbound) error {
	if in.Report {
		err := l.messages.Do(ctx, in.Message, func(m notify.Message) ([]hall.Fact, error) { return m.Reported(in.Arrived, l.at(in)), nil })
		if r := (notify.Refusal{}); errors.As(err, &r) {
			l.log.Warn("a report of a message that is not there", "message", in.Message)
			return nil
		}
		return err
	}
	m, ok, err := l.messages.LastAsked(ctx, l.vault.Marks(private.MarkPhone, private.Number(in.Said.Phone)))
	switch {
	case err != nil:
		return err
	case !ok:
		l.log.Info("a reply of somebody who was never asked", "reply", in.ID)
		return nil
	}
	level, ok := notify.ParseReply(in.Said.Words)
	if !ok {
		return l.keep(ctx, m, in)
	}
	if err := l.rate(ctx, m, level, "sms-"+in.ID, l.at(in)); err != nil {
		return err
	}
	return l.messages.Do(ctx, m.ID, func(m notify.Message) ([]hall.Fact, error) { return m.Reply(in.ID, nil), nil })
}

// at is when a provider says that something happened; one that says nothing, or what is still to come, means now.
func (l *letterbox) at(in gateway.Inbound) time.Time {
	now := l.now()
	if in.At.IsZero() || in.At.After(now) {
		return now
	}
	return in.At
}

// keep keeps the words of a reply that is no rating. Nobody is answered.
func (l *letterbox) keep(ctx context.Context, m notify.Message, in gateway.Inbound) error {
	text := private.Text{Words: notify.CutReply(in.Said.Words), Phone: in.Said.Phone}
	if text.Words == "" {
		return l.messages.Do(ctx, m.ID, func(m notify.Message) ([]hall.Fact, error) { return m.Reply(in.ID, nil), nil })
	}
	label := private.Label{Kind: private.KindReply, About: m.ID, Day: hall.DayOf(l.now())}
	if visit, err := hall.ParseID(m.Of); err == nil {
		label.Visit = visit
	}
	ref := make([]byte, 16)
	rand.Read(ref)
	box, sha, err := l.vault.File(hex.EncodeToString(ref), text, label)
	if err != nil {
		return err
	}
	words := &hall.Sealed{Ref: box.Ref, SHA: sha}
	return l.messages.Do(ctx, m.ID, func(m notify.Message) ([]hall.Fact, error) { return m.Reply(in.ID, words), nil }, box)
}

// The providers that sms.provider names.
const (
	smsNone    = "none"
	smsFile    = "file"
	smsWebhook = "webhook"
)

// carry opens the provider that the configuration names. hook takes what it tells by HTTP, collect what it leaves in a
// folder; the one or the other is nil. With none all three are nil.
func (c Config) carry(inbox gateway.Inbox, now func() time.Time, log *slog.Logger) (p provider, hook http.Handler, collect func(context.Context, time.Time) error, err error) {
	switch c.SMS.Provider {
	case smsFile:
		folder, err := gateway.OpenFolder(c.SMS.File.Dir, log)
		if err != nil {
			return nil, nil, nil, err
		}
		return folder, nil, func(ctx context.Context, now time.Time) error {
			return errors.Join(folder.Collect(ctx, inbox), folder.Tidy(ctx, now, inbox))
		}, nil
	case smsWebhook:
		w := c.SMS.Webhook
		secret, err := secretOf(w.SecretFile)
		if err != nil {
			return nil, nil, nil, err
		}
		return &gateway.Webhook{URL: w.URL, Secret: []byte(secret), Once: w.Idempotent, Timeout: w.Timeout, Now: now},
			&gateway.Hook{Secret: []byte(secret), Inbox: inbox, Now: now, Log: log}, nil, nil
	}
	return nil, nil, nil, nil
}

// say returns what gives messages their text.
func (c Config) say(texts notify.Texts, halls func() []board.Hall) func(m notify.Message, token string) string {
	return func(m notify.Message, token string) string {
		in := func(name, nameEN string) string {
			if m.Lang == "en" && nameEN != "" {
				return nameEN
			}
			return name
		}
		n := notify.Names{Hall: in(c.Centre.Name, c.Centre.NameEN)}
		if c.SMS.Sign {
			n.Sign = n.Hall
		}
		for _, h := range halls() {
			if h.Catalogue.Hall.ID == m.Params.Hall {
				n.Hall = in(h.Catalogue.Hall.Name, h.Catalogue.Hall.NameEN)
			}
		}
		if c.PublicURL != "" && token != "" {
			n.URL = c.PublicURL + notify.LinkPath + token
		}
		return texts.Say(m, n)
	}
}

// quiet is the hours in which no phone rings; ReadConfig has checked them.
func (q QuietHours) quiet() notify.Quiet {
	from, _ := timeOfDay(q.From)
	to, _ := timeOfDay(q.To)
	return notify.Quiet{From: from, To: to}
}

// timeOfDay reads 21:00.
func timeOfDay(s string) (time.Duration, error) {
	t, err := time.Parse("15:04", s)
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, err
}

// checkSMS adds the faults of who carries messages.
func (c *Config) checkSMS(d *strict.Document) {
	for _, q := range [][2]string{{"from", c.SMS.Quiet.From}, {"to", c.SMS.Quiet.To}} {
		if _, err := timeOfDay(q[1]); err != nil {
			d.At("sms.quiet."+q[0], "%q: want a time of day such as 21:00, in quotes", q[1])
		}
	}
	switch c.SMS.Provider {
	case smsNone, smsFile:
		return
	case smsWebhook:
	default:
		d.At("sms.provider", "%q: want none, file or webhook", c.SMS.Provider)
		return
	}
	w := c.SMS.Webhook
	u, ok := webAddress(w.URL)
	switch {
	case !ok:
		d.At("sms.webhook.url", "%q: want an address such as https://sms.example.gov.cn/send", w.URL)
	case u.Scheme != "https" && !loopback(u.Hostname()):
		d.At("sms.webhook.url", "%q: want https: people's numbers would travel in the clear", w.URL)
	}
	if w.Timeout < time.Second || w.Timeout > time.Minute {
		d.At("sms.webhook.timeout", "%v: want 1s to 1m", w.Timeout)
	}
	if w.SecretFile == "" {
		d.At("sms.webhook.secret_file", "missing: name the file that holds the secret, one line")
	} else if secret, err := secretOf(w.SecretFile); err != nil {
		d.At("sms.webhook.secret_file", "%v", err)
	} else if len(secret) < gateway.MinSecret {
		d.At("sms.webhook.secret_file", "%s: want at least %d characters that nobody can guess", w.SecretFile, gateway.MinSecret)
	}
}
