package uplink

import (
	"crypto/ed25519"
	"encoding/base64"
	"time"

	"hallpulse/firmware-protocol/hall"
)

const (
	wantedContext = "hallpulse/wanted/1\n"
	givenContext  = "hallpulse/given/1\n"
)

// Wanted is a number that somebody asks for at one agent of a hall and that another gives out (design §3a): of a letter, or for
// what he booked. Key names this one wish: asked again it is the same ticket.
type Wanted struct {
	Agent string   `json:"agent"` // who asks
	To    string   `json:"to"`    // whose letter it is
	Key   string   `json:"key"`
	Day   hall.Day `json:"day"`            // it is asked for on no other
	Void  bool     `json:"void,omitempty"` // the answer was not heard in time and nobody has the number: it is taken back

	Arrives   hall.ID           `json:"arrives,omitzero"` // his booking, which he has shown; nothing else is asked for then
	Letter    string            `json:"letter,omitempty"`
	Item      string            `json:"item,omitempty"`
	Window    string            `json:"window,omitempty"`
	Errand    string            `json:"errand,omitempty"`
	Situation string            `json:"situation,omitempty"`
	Class     hall.Class        `json:"class,omitempty"`
	Purpose   hall.Purpose      `json:"purpose,omitempty"`
	Cases     int               `json:"cases,omitempty"`
	With      hall.ID           `json:"with,omitzero"`
	Then      []hall.TicketStop `json:"then,omitempty"`
}

// Bounds of a Wanted.
const (
	minWantedKey = 16
	maxWantedKey = 64
	maxWantedWay = 16
)

// Check says what nobody can ask for; empty where somebody can.
func (w Wanted) Check() string {
	switch {
	case w.Agent == "" || w.To == "" || w.Agent == w.To:
		return "agent and to"
	case len(w.Key) < minWantedKey || len(w.Key) > maxWantedKey:
		return "key"
	case w.Day == 0 || (w.Letter == "") == w.Arrives.IsZero():
		return "it names no day, or not either a letter or a booking"
	case len(w.Then) > maxWantedWay || w.Cases < 0:
		return "its route or cases are too many"
	}
	return ""
}

// Given is the answer: the ticket that was given out, and what its QR code is made of, signed as every token is by the agent
// whose ticket it is.
type Given struct {
	Agent  string   `json:"agent"` // whose letter it is
	Key    string   `json:"key"`
	Ticket hall.ID  `json:"ticket"`
	Number string   `json:"number"`
	Day    hall.Day `json:"day"`
	Ahead  int      `json:"ahead"`
	Token  string   `json:"token"` // base64url, as in a RatingURL

	P50Mins int `json:"p50_mins,omitempty"` // how long it was told to wait, as in hall.TicketIssued
	P90Mins int `json:"p90_mins,omitempty"`

	Letter    string            `json:"letter"`
	Item      string            `json:"item,omitempty"`
	Errand    string            `json:"errand,omitempty"`
	Situation string            `json:"situation,omitempty"`
	Class     hall.Class        `json:"class,omitempty"`
	Due       time.Time         `json:"due,omitzero"`
	Then      []hall.TicketStop `json:"then,omitempty"`
}

// Check says what no answer can be; empty where it can.
func (g Given) Check() string {
	said, _, err := ReadToken(g.Token)
	switch {
	case g.Ticket.IsZero() || g.Number == "" || g.Letter == "" || g.Day == 0 || min(g.Ahead, g.P50Mins, g.P90Mins) < 0 || len(g.Then) > maxWantedWay:
		return "it names no ticket"
	case err != nil || said.Kind != TokenTicket || said.Ticket != g.Ticket:
		return "its token is not the ticket's"
	}
	return ""
}

// SignWanted writes the signed text of a wish. The key is that of w.Agent.
func SignWanted(key ed25519.PrivateKey, w Wanted) (string, error) { return sign(key, wantedContext, w) }

// ReadWanted reads the signed text of a wish, by the keys of the hall's agents.
func ReadWanted(text string, fellows []Fellow) (Wanted, error) {
	return readSigned(text, wantedContext, fellows, func(w Wanted) string { return w.Agent })
}

// SignGiven writes the signed text of an answer. The key is that of g.Agent.
func SignGiven(key ed25519.PrivateKey, g Given) (string, error) { return sign(key, givenContext, g) }

// ReadGiven reads the signed text of an answer, by the keys of the hall's agents.
func ReadGiven(text string, fellows []Fellow) (Given, error) {
	return readSigned(text, givenContext, fellows, func(g Given) string { return g.Agent })
}

// Bytes returns the token of the ticket; it has been checked.
func (g Given) Bytes() []byte {
	b, _ := base64.RawURLEncoding.Strict().DecodeString(g.Token) // Check has read it
	return b
}
