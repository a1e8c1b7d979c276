// Package notify is what the hub tells people on their phones 短信: reminders to rate, questions for a missing reason,
// answers and new dates of repairs and concerns, reminders to handlers (domain §3.5, §3.13, §4, §7). It owns when a
// message is sent, tried again and given up, that none is sent twice unawares, its words, and what an answer by SMS means.
// It is pure: it knows no provider, no store and no clock, and a phone by the reference of its box alone.
//
// A message goes this way, from --deed--> to:
//
//	start     --sms.queued-->         waiting
//	waiting   --sms.trying-->         trying
//	waiting   --sms.sent-->           sent
//	waiting   --sms.delivered-->      delivered
//	waiting   --sms.failed-->         failed
//	waiting   --sms.dropped-->        dropped
//	waiting   --sms.replied-->        waiting
//	trying    --sms.sent-->           sent
//	trying    --sms.delivered-->      delivered
//	trying    --sms.failed, again-->  waiting
//	trying    --sms.failed-->         failed
//	trying    --sms.doubtful-->       doubtful
//	trying    --sms.replied-->        trying
//	sent      --sms.delivered-->      delivered
//	sent      --sms.failed-->         failed
//	sent      --sms.replied-->        sent
//	delivered --sms.replied-->        delivered
//	doubtful  --sms.sent-->           sent
//	doubtful  --sms.delivered-->      delivered
//	doubtful  --sms.failed, again-->  waiting
//	doubtful  --sms.failed-->         failed
//	doubtful  --sms.dropped-->        dropped
//	doubtful  --sms.replied-->        doubtful
//	failed    --sms.sent-->           sent
//	failed    --sms.delivered-->      delivered
//	failed    --sms.failed, again-->  waiting
//	failed    --sms.replied-->        failed
//	dropped   --sms.sent-->           sent
//	dropped   --sms.delivered-->      delivered
//	dropped   --sms.replied-->        dropped
//
// What the provider says is the truth whenever it comes: a late "sent" or "delivered" ends every doubt.
package notify

import (
	"fmt"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// State is where a message stands.
type State string

// The states. The empty State is before the first deed.
const (
	Waiting   State = "waiting"   // 待发送
	Trying    State = "trying"    // 发送中: the provider is being asked
	Sent      State = "sent"      // 已发出
	Delivered State = "delivered" // 已送达
	Doubtful  State = "doubtful"  // 待核实: nobody knows whether it was sent; a person decides
	Failed    State = "failed"    // 未发出, or did not arrive
	Dropped   State = "dropped"   // 不再发送
)

// States are all of them.
func States() []State {
	return []State{Waiting, Trying, Sent, Delivered, Doubtful, Failed, Dropped}
}

// Message is one message as the deeds about it make it.
type Message struct {
	ID      string             `json:"id"`
	Version int                `json:"version"` // deeds so far
	Last    Last               `json:"last"`
	State   State              `json:"state"`
	Kind    hall.MessageKind   `json:"kind"`
	Of      string             `json:"of"` // id of the visit, repair or concern
	To      hall.Sealed        `json:"to"` // the box with the phone
	Lang    string             `json:"lang"`
	Params  hall.MessageParams `json:"params"`
	Queued  time.Time          `json:"queued"`
	Expires time.Time          `json:"expires"`

	Due     time.Time       `json:"due,omitzero"` // when the provider is asked next, or whoever asked it last is given up
	Try     int             `json:"try,omitempty"`
	Asked   time.Time       `json:"asked,omitzero"`
	SentAt  time.Time       `json:"sent_at,omitzero"`
	Arrived time.Time       `json:"arrived,omitzero"`
	Why     hall.MessageWhy `json:"why,omitempty"` // of the last attempt that failed
	Dropped hall.DroppedWhy `json:"dropped,omitempty"`
	Receipt string          `json:"receipt,omitempty"` // the provider's own name for it
	Link    string          `json:"link,omitempty"`    // SHA-256 of the token in its link, hex
	Replies []string        `json:"replies,omitempty"` // ids of answers to it
}

// Last is who changed it last, when, and by what deed.
type Last struct {
	At   time.Time   `json:"at"`
	By   hall.Person `json:"by"`
	Type hall.Type   `json:"type"`
}

// ID names the n-th message of a kind about a thing: whoever would queue it again names the same one.
func ID(kind hall.MessageKind, of string, n int) string { return fmt.Sprintf("%s:%s:%d", kind, of, n) }

// Apply returns the message after a deed. It never fails: what was out of turn was refused before it became a deed.
func (m Message) Apply(f hall.Fact, at time.Time, _ int64) Message {
	d, ok := f.(hall.Deed)
	if !ok {
		return m
	}
	to, ok := next(m.State, f)
	if !ok {
		return m
	}
	m.State = to
	m.Version++
	m.Last = Last{at, d.Acted().By, f.Type()}
	m.Replies = slices.Clone(m.Replies)
	switch f := f.(type) {
	case hall.MessageQueued:
		m.ID, m.Kind, m.Of, m.To, m.Lang, m.Params, m.Queued, m.Expires = f.About, f.Kind, f.Of, f.To, f.Lang, f.Params, at, f.Expires
		m.Due = later(at, f.After)
	case hall.MessageTrying:
		m.Try, m.Asked, m.Due = f.Try, at, at.Add(Patience)
		if f.Link != "" {
			m.Link = f.Link
		}
	case hall.MessageSent:
		m.SentAt, m.Due = at, time.Time{}
		if f.Receipt != "" {
			m.Receipt = f.Receipt
		}
	case hall.MessageDelivered:
		m.Arrived, m.Due = f.At, time.Time{}
		if m.SentAt.IsZero() {
			m.SentAt = at
		}
	case hall.MessageFailed:
		m.Why, m.Due = f.Why, f.Retry
	case hall.MessageDoubtful:
		m.Due = time.Time{}
	case hall.MessageDropped:
		m.Dropped, m.Due = f.Why, time.Time{}
	case hall.MessageReplied:
		m.Replies = append(m.Replies, f.Reply)
	}
	return m
}

// Wakes returns when Tick has something to say next; zero: never.
func (m Message) Wakes() time.Time {
	if m.State == Waiting {
		return m.Expires
	}
	return time.Time{}
}

// Tick drops what is too late to be of use.
func (m Message) Tick(now time.Time) []hall.Fact {
	if m.State != Waiting || now.Before(m.Expires) {
		return nil
	}
	return []hall.Fact{hall.MessageDropped{Act: m.act(hall.Person{}), Why: hall.DroppedExpired}}
}

// DueAt returns when whoever sends must look at it: to send it, or to find out what became of an attempt that was never
// answered. Zero: never.
func (m Message) DueAt() time.Time {
	if m.State == Waiting || m.State == Trying {
		return m.Due
	}
	return time.Time{}
}

// NeedsPerson reports whether it waits for a person's decision.
func (m Message) NeedsPerson() bool { return m.State == Doubtful }

func (m Message) act(by hall.Person) hall.Act { return hall.Act{About: m.ID, By: by} }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
