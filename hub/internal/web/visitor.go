package web

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/notify"
)

// visitor is who has shown that a ticket is his: by its QR code, by what is typed from it, or by the link that was sent to
// the phone left with it (domain §3.2). Nobody else gets behind a ticket.
type visitor struct {
	ticket  hall.ID
	day     hall.Day // of issue
	agent   string
	site    *hall.Catalogue // nil: the agent's hall is not configured
	channel hall.Channel
	lang    lang   // in which he reads
	reply   string // through a link: id of the message
	about   string // through a link: id of the visit that the message is about
	code    string // under the QR code; empty where he has not shown it here
	slip    *slip  // he showed the slip of a case; nil: a ticket
	// answer names the n-th answer of the ticket's holder to a visit.
	answer func(visit hall.ID, n int) string
}

// Keys makes names that nobody makes who does not hold the key file.
type Keys interface {
	// Token returns 16 letters, digits, - and _ that stand for a name.
	Token(purpose, name string) string
}

// Links finds messages by their links.
type Links interface {
	// Linked returns the message whose link has a token of this SHA-256, in hex.
	Linked(ctx context.Context, sha string) (notify.Message, bool, error)
	Visit(ctx context.Context, id hall.ID) (intake.Visit, bool, error)
}

// believe tells who asks by what he shows, or answers him.
func (p *public) believe(w http.ResponseWriter, r *http.Request) (visitor, bool) {
	shown, by := r.PathValue("token"), p.believeToken
	switch {
	case strings.HasPrefix(r.URL.Path, notify.LinkPath):
		by = p.believeLink
	case strings.HasPrefix(shown, grantMark), strings.HasPrefix(shown, slipGrantMark):
		by = p.believeGrant
	}
	v, ok := by(w, r, shown)
	v.lang = langOf(r)
	return v, ok
}

// believeToken reads and verifies the token of a QR code.
func (p *public) believeToken(w http.ResponseWriter, r *http.Request, text string) (visitor, bool) {
	t, bytes, err := uplink.ReadToken(text)
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
			v := visitor{ticket: t.Ticket, day: t.Day, agent: s.Agent, site: p.site(s.Agent), channel: hall.ChannelQR, code: code(bytes),
				answer: func(visit hall.ID, n int) string { return answerID(bytes, visit, n) }}
			switch t.Kind {
			case uplink.TokenCase:
				return p.believeSlip(w, r, v, t.Ticket)
			case uplink.TokenNotice: // there is nothing to rate
				p.showNotice(w, r, v.site, t.Ticket)
				return visitor{}, false
			}
			return v, true
		}
	}
	p.refuse(w, r, http.StatusNotFound, "forged")
	return visitor{}, false
}

// A grant is what typing a code gives: the name of a ticket and until when it is good, sealed with the key file. It stands in
// an address like a token, and as little is kept of it.
const (
	grantMark     = "g."
	slipGrantMark = "s." // of the slip of a case
	grantLife     = 2 * time.Hour
	grantHead     = 3 + 2 + 4 + 2 + 4
	grantChars    = len(grantMark) + (grantHead*8+5)/6 + 16
)

// grant returns the grant of a ticket, or of a case.
func (p *public) grant(mark string, id hall.ID, day hall.Day) string {
	b := make([]byte, grantHead)
	b[0], b[1], b[2] = byte(id.Agent>>16), byte(id.Agent>>8), byte(id.Agent)
	binary.BigEndian.PutUint16(b[3:], id.Tag)
	binary.BigEndian.PutUint32(b[5:], id.Serial)
	binary.BigEndian.PutUint16(b[9:], uint16(day))
	binary.BigEndian.PutUint32(b[11:], uint32(p.Now().Add(grantLife).Unix()))
	head := mark + base64.RawURLEncoding.EncodeToString(b)
	return head + p.Keys.Token("grant", head)
}

// believeGrant reads and checks a grant.
func (p *public) believeGrant(w http.ResponseWriter, r *http.Request, text string) (visitor, bool) {
	b, ok := p.openGrant(text)
	if !ok {
		p.refuse(w, r, http.StatusNotFound, "broken")
		return visitor{}, false
	}
	if until := time.Unix(int64(binary.BigEndian.Uint32(b[11:])), 0); !p.Now().Before(until) {
		p.tell(w, r, http.StatusGone, "expired")
		return visitor{}, false
	}
	id := hall.ID{Agent: uint32(b[0])<<16 | uint32(b[1])<<8 | uint32(b[2]), Tag: binary.BigEndian.Uint16(b[3:]), Serial: binary.BigEndian.Uint32(b[5:])}
	v, ok := p.holder(w, r, id, hall.Day(binary.BigEndian.Uint16(b[9:])), hall.ChannelWeb)
	if ok && strings.HasPrefix(text, slipGrantMark) {
		return p.believeSlip(w, r, v, id)
	}
	return v, ok
}

func (p *public) openGrant(text string) ([]byte, bool) {
	if len(text) != grantChars {
		return nil, false
	}
	head, mac := text[:grantChars-16], text[grantChars-16:]
	if subtle.ConstantTimeCompare([]byte(mac), []byte(p.Keys.Token("grant", head))) != 1 {
		return nil, false
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(head[len(grantMark):])
	return b, err == nil && len(b) == grantHead
}

// holder is who has shown a ticket by another road than its token.
func (p *public) holder(w http.ResponseWriter, r *http.Request, ticket hall.ID, day hall.Day, by hall.Channel) (visitor, bool) {
	s, err := p.Signers.Signer(r.Context(), ticket.Agent, day)
	if err != nil {
		p.fail(w, r, "look up signer", err)
		return visitor{}, false
	}
	if len(s.Keys) == 0 {
		p.refuse(w, r, http.StatusNotFound, "foreign")
		return visitor{}, false
	}
	return visitor{ticket: ticket, day: day, agent: s.Agent, site: p.site(s.Agent), channel: by, answer: func(visit hall.ID, n int) string {
		return holderAnswer(p.Keys, ticket, visit, n)
	}}, true
}

// holderAnswer names the n-th answer to a visit of who has shown the ticket without its token. It is one and the same from
// two browsers and two roads.
func holderAnswer(keys Keys, ticket, visit hall.ID, n int) string {
	return hex.EncodeToString([]byte(keys.Token("answer", fmt.Sprintf("%s %s %d", ticket, visit, n))))
}

// believeLink finds the message whose link was followed. What it is about may be a visit or a concern.
func (p *public) believeLink(w http.ResponseWriter, r *http.Request, token string) (visitor, bool) {
	m, ok, err := p.linked(r.Context(), token)
	if err != nil {
		p.fail(w, r, "look up link", err)
		return visitor{}, false
	}
	if !ok {
		p.refuse(w, r, http.StatusNotFound, "link")
		return visitor{}, false
	}
	if p.Now().Sub(m.Asked) > validFor*24*time.Hour {
		p.tell(w, r, http.StatusGone, "outdated")
		return visitor{}, false
	}
	if m.Kind == hall.MessageConcernAnswered {
		p.showConcern(w, r, m.Of)
		return visitor{}, false
	}
	visit, err := hall.ParseID(m.Of)
	if err != nil {
		p.refuse(w, r, http.StatusNotFound, "link")
		return visitor{}, false
	}
	of, ok, err := p.Links.Visit(r.Context(), visit)
	if err != nil || !ok || of.Ticket.IsZero() {
		p.fail(w, r, "look up link", errors.Join(err, errNoVisit))
		return visitor{}, false
	}
	day := of.Opened // a case has none
	if day.IsZero() {
		day = lastStep(of)
	}
	v, ok := p.holder(w, r, of.Ticket, hall.DayOf(day), hall.ChannelSMS)
	v.reply, v.about = m.ID, m.Of
	if ok && of.Case {
		return p.believeSlip(w, r, v, of.ID)
	}
	return v, ok
}

// errNoVisit is a message about a visit of which nothing is stored.
var errNoVisit = errors.New("no visit of a ticket")

// linked returns the message with a token in its link.
func (p *public) linked(ctx context.Context, token string) (notify.Message, bool, error) {
	if len(token) != notify.LinkChars {
		return notify.Message{}, false, nil
	}
	m, ok, err := p.Links.Linked(ctx, notify.LinkSHA(token))
	return m, ok && !m.Asked.IsZero(), err
}

func (p *public) site(agent string) *hall.Catalogue {
	for _, h := range p.Halls() {
		if h.HasAgent(agent) {
			return h.Catalogue
		}
	}
	return nil
}
