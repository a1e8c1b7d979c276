package notify

import (
	"fmt"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
)

// Code says why an act is refused. Screens read its sentence under the key say.notify.<code>.
type Code string

// The codes.
const (
	NoSuch  Code = "no-such"  // there is no message of this id
	NotNow  Code = "not-now"  // the machine has no such line from its state
	NotDue  Code = "not-due"  // another hub has it, or it waits
	TooLate Code = "too-late" // it has expired
)

// Codes are all of them.
func Codes() []Code { return []Code{NoSuch, NotNow, NotDue, TooLate} }

// Refusal is an act that was not done. Nothing has changed then.
type Refusal struct{ Code Code }

func (r Refusal) Error() string {
	switch r.Code {
	case NoSuch:
		return "there is no such message: go back to the list"
	case NotNow:
		return "this is not done with a message at this point: look at where it stands now"
	case NotDue:
		return "the message is not to be sent now"
	case TooLate:
		return "the message is too late to be of use: tell the person in another way"
	}
	return string(r.Code)
}

// Conflict is an act whose actor saw an earlier state: somebody was first. Nothing has changed by it.
type Conflict struct {
	By   hall.Person
	At   time.Time
	Type hall.Type // what was done
}

func (c Conflict) Error() string {
	who := c.By.Account
	if c.By.IsRule() {
		who = "the sender"
	}
	return fmt.Sprintf("%s was first (%s at %s): read it again and decide anew", who, c.Type, c.At.In(hall.Beijing()).Format(time.DateTime))
}

// Order is a message to be sent.
type Order struct {
	Kind    hall.MessageKind
	Of      string // id of the visit, repair or concern
	N       int    // from 1: the how manieth of its kind about it
	To      hall.Sealed
	Lang    string
	Params  hall.MessageParams
	After   time.Time // not before; zero: at once
	Expires time.Time // of no use from then on
}

// ID is the id of the message.
func (o Order) ID() string { return ID(o.Kind, o.Of, o.N) }

// Queue returns the deed that queues a message. Where known, the message of its id, is there already, or o is of no use
// any more, there is none: a reminder is queued once, whoever asks.
func Queue(known Message, o Order, by hall.Person, now time.Time) []hall.Fact {
	if known.Version > 0 || o.To.Ref == "" || !now.Before(o.Expires) || !o.After.Before(o.Expires) {
		return nil
	}
	return []hall.Fact{hall.MessageQueued{Act: hall.Act{About: o.ID(), By: by}, Kind: o.Kind, Of: o.Of, To: o.To, Lang: o.Lang,
		Params: o.Params, After: o.After, Expires: o.Expires}}
}

// The acts of whoever sends.

// Begin returns the deed that must be committed before the provider is asked. Link is the SHA-256 of the token in the
// message's link.
func (m Message) Begin(now time.Time, law Law, link string) ([]hall.Fact, error) {
	switch {
	case m.State != Waiting, now.Before(m.Due), law.Quiet.At(now):
		return nil, Refusal{NotDue}
	case !now.Before(m.Expires):
		return nil, Refusal{TooLate}
	}
	return []hall.Fact{hall.MessageTrying{Act: m.act(hall.Person{}), Try: m.Try + 1, Link: link}}, nil
}

// Orphaned reports whether the provider was asked and whoever asked is gone without an answer. If the provider is
// idempotent it is asked again under the same id, else the message becomes doubtful.
func (m Message) Orphaned(now time.Time) bool { return m.State == Trying && !now.Before(m.Due) }

// Took returns what follows from the provider's yes to an attempt. It is the truth whenever it comes.
func (m Message) Took(try int, receipt string) []hall.Fact {
	f := hall.MessageSent{Act: m.act(hall.Person{}), Try: try, Receipt: receipt}
	if _, ok := next(m.State, f); !ok || m.State == Failed && m.Why == hall.MessageUndelivered {
		return nil
	}
	return []hall.Fact{f}
}

// Missed returns what follows from an attempt that the provider did not answer with yes. An attempt that somebody else
// has ended by now has no second end. Without a clear answer only an idempotent provider is asked again.
func (m Message) Missed(try int, why hall.MessageWhy, now time.Time, law Law) []hall.Fact {
	if m.State != Trying || m.Try != try {
		return nil
	}
	unclear := why == hall.MessageUnclear
	if unclear && !law.Idempotent {
		return []hall.Fact{hall.MessageDoubtful{Act: m.act(hall.Person{}), Try: try}}
	}
	wait, more := Backoff(try)
	retry := law.Quiet.Next(now.Add(wait))
	f := hall.MessageFailed{Act: m.act(hall.Person{}), Try: try, Why: why}
	switch {
	case why != hall.MessageRefused && more && retry.Before(m.Expires):
		f.Retry = retry
	case unclear:
		return []hall.Fact{hall.MessageDoubtful{Act: m.act(hall.Person{}), Try: try}}
	}
	return []hall.Fact{f}
}

// Reported returns what follows from the provider's report that the message has reached the phone, or never will.
func (m Message) Reported(arrived bool, at time.Time) []hall.Fact {
	var f hall.Fact = hall.MessageDelivered{Act: m.act(hall.Person{}), At: at}
	if !arrived {
		f = hall.MessageFailed{Act: m.act(hall.Person{}), Try: m.Try, Why: hall.MessageUndelivered}
	}
	if _, ok := next(m.State, f); !ok || m.Try == 0 {
		return nil
	}
	return []hall.Fact{f}
}

// maxReplies is how many answers to one message are kept: nobody fills the store from a phone.
const maxReplies = 20

// Reply returns what follows from an answer; words are those of one that is no level. Told twice it is one.
func (m Message) Reply(id string, words *hall.Sealed) []hall.Fact {
	if m.State == "" || slices.Contains(m.Replies, id) || len(m.Replies) >= maxReplies {
		return nil
	}
	return []hall.Fact{hall.MessageReplied{Act: m.act(hall.Citizen()), Reply: id, Words: words}}
}

// Drop returns the deed that ends a message that nobody needs any more. One that has left is not called back.
func (m Message) Drop(why hall.DroppedWhy) []hall.Fact {
	if m.State != Waiting {
		return nil
	}
	return []hall.Fact{hall.MessageDropped{Act: m.act(hall.Person{}), Why: why}}
}

// The acts of people, about what was seen at a version.

// Confirm is a person's word that a doubtful message was sent: he has asked the provider.
func (m Message) Confirm(seen int, by hall.Person) ([]hall.Fact, error) {
	if m.Version > 0 && seen == m.Version && m.State != Doubtful {
		return nil, Refusal{NotNow} // a late truth is the provider's to tell
	}
	return m.decide(seen, hall.MessageSent{Act: m.act(by), Try: m.Try})
}

// Again is a person's decision to send a doubtful or failed message once more, at the end of the quiet hours at the latest.
func (m Message) Again(seen int, by hall.Person, now time.Time, law Law) ([]hall.Fact, error) {
	retry := law.Quiet.Next(now)
	why := m.Why
	if m.State == Doubtful || why == "" {
		why = hall.MessageUnclear
	}
	facts, err := m.decide(seen, hall.MessageFailed{Act: m.act(by), Try: m.Try, Why: why, Retry: retry})
	switch {
	case err != nil:
		return nil, err
	case m.State == Trying:
		return nil, Refusal{NotNow}
	case !retry.Before(m.Expires):
		return nil, Refusal{TooLate}
	}
	return facts, nil
}

// Withdraw is a person's decision not to send a waiting or doubtful message any more.
func (m Message) Withdraw(seen int, by hall.Person) ([]hall.Fact, error) {
	return m.decide(seen, hall.MessageDropped{Act: m.act(by), Why: hall.DroppedWithdrawn})
}

func (m Message) decide(seen int, f hall.Fact) ([]hall.Fact, error) {
	if m.Version == 0 {
		return nil, Refusal{NoSuch}
	}
	if seen != m.Version {
		return nil, Conflict{m.Last.By, m.Last.At, m.Last.Type}
	}
	if _, ok := next(m.State, f); !ok {
		return nil, Refusal{NotNow}
	}
	return []hall.Fact{f}, nil
}
