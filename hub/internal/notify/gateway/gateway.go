// Package gateway speaks to whoever carries SMS for the hub: by files in a folder, or by HTTP. It owns what goes over that
// line, both ways, how it is signed, and what each answer of a provider means; README.md is the specification for those at
// the other end. It does not know when a message is to be sent, what a reply is worth, or where anything is stored, and it
// keeps no number and no text.
package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/private"
)

// Outgoing is one message for one phone.
type Outgoing struct {
	ID      string // the provider takes a message of one id once, if it is idempotent
	Kind    hall.MessageKind
	Lang    string
	Expires time.Time    // of no use from then on: not to be sent any more
	Said    private.Text // Phone, Words
}

// Failure is a provider's no, or that none was heard. Why says what may be done about it.
type Failure struct {
	Why hall.MessageWhy
	Err error
}

func (f Failure) Error() string { return fmt.Sprintf("%s: %v", f.Why, f.Err) }

// Unwrap returns the cause.
func (f Failure) Unwrap() error { return f.Err }

// WhyOf returns what a provider's error says. One that says nothing leaves it unclear whether the message was taken.
func WhyOf(err error) hall.MessageWhy {
	var f Failure
	if errors.As(err, &f) {
		return f.Why
	}
	return hall.MessageUnclear
}

// Inbox takes what providers tell. When Take returns nil it is stored for ever, and told again it changes nothing; with an
// error the provider tells it again later.
type Inbox interface {
	Take(ctx context.Context, in Inbound) error
}

// Inbound is what a provider tells: a report of a message, or somebody's answer.
type Inbound struct {
	ID      string // the provider's own, for ever another
	At      time.Time
	Report  bool         // else a reply
	Message string       // of a report: the id of the message
	Arrived bool         // of a report: it has reached the phone; else it never will
	Said    private.Text // of a reply: Phone from which, Words
}

// wireOut is a message as it travels.
type wireOut struct {
	ID      string    `json:"id"`
	To      string    `json:"to"`
	Text    string    `json:"text"`
	Lang    string    `json:"lang"`
	Kind    string    `json:"kind"`
	Expires time.Time `json:"expires"`
}

func (o Outgoing) encode() ([]byte, error) {
	return json.Marshal(wireOut{o.ID, private.Number(o.Said.Phone), o.Said.Words, o.Lang, string(o.Kind), o.Expires.In(hall.Beijing())})
}

// wireIn is a report or a reply as it travels.
type wireIn struct {
	ID      string    `json:"id"`
	Kind    string    `json:"kind"` // report, reply
	At      time.Time `json:"at"`
	Message string    `json:"message"`
	State   string    `json:"state"` // delivered, failed
	From    string    `json:"from"`
	Text    string    `json:"text"`
}

// Bounds of what a provider tells.
const (
	maxID    = 64
	maxFrom  = 32
	maxReply = 4 << 10 // an SMS of many parts
)

// read returns what w says, or what is wrong with it, without a number or a text in it.
func (w wireIn) read() (Inbound, error) {
	in := Inbound{ID: w.ID, At: w.At}
	if !isID(w.ID, maxID) {
		return in, fmt.Errorf("id: want 1 to %d letters, digits, and . _ : -", maxID)
	}
	switch w.Kind {
	case "report":
		in.Report, in.Message, in.Arrived = true, w.Message, w.State == "delivered"
		if !isID(w.Message, 2*maxID) {
			return in, errors.New("message: want the id of the message")
		}
		if w.State != "delivered" && w.State != "failed" {
			return in, errors.New("state: want delivered or failed")
		}
	case "reply":
		in.Said = private.Text{Words: w.Text, Phone: w.From}
		if w.From == "" || len(w.From) > maxFrom {
			return in, fmt.Errorf("from: want a number of at most %d characters", maxFrom)
		}
		if len(w.Text) > maxReply {
			return in, fmt.Errorf("text: at most %d bytes", maxReply)
		}
	default:
		return in, errors.New("kind: want report or reply")
	}
	return in, nil
}

// isID reports whether s can name something on the line and in an event.
func isID(s string, most int) bool {
	if s == "" || len(s) > most {
		return false
	}
	return strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-") == ""
}
