package hall

import (
	"slices"
	"time"
)

// What people, the clock and the provider say about messages to citizens and handlers 短信 (domain §3.5, §4, §7). About is
// the message's id in all of them.
const (
	TypeMessageQueued    Type = "sms.queued"
	TypeMessageTrying    Type = "sms.trying"
	TypeMessageSent      Type = "sms.sent"
	TypeMessageDelivered Type = "sms.delivered"
	TypeMessageFailed    Type = "sms.failed"
	TypeMessageDoubtful  Type = "sms.doubtful"
	TypeMessageDropped   Type = "sms.dropped"
	TypeMessageReplied   Type = "sms.replied"
)

type (
	// MessageQueued: a message is to be sent.
	MessageQueued struct {
		Act
		Kind    MessageKind   `json:"kind"`
		Of      string        `json:"of"` // id of the visit, repair or concern that it is about
		To      Sealed        `json:"to"` // the box with the phone
		Lang    string        `json:"lang"`
		Params  MessageParams `json:"params"`
		After   time.Time     `json:"after,omitzero"` // not sent before
		Expires time.Time     `json:"expires"`        // not sent from then on
	}
	// MessageTrying: the provider is about to be asked. It is committed before the question leaves, so that no message is
	// ever sent twice unawares.
	MessageTrying struct {
		Act
		Try  int    `json:"try"`            // from 1
		Link string `json:"link,omitempty"` // SHA-256 of the token in the message's link, hex
	}
	// MessageSent: the provider has taken it, or a person found out that it had.
	MessageSent struct {
		Act
		Try     int    `json:"try"`
		Receipt string `json:"receipt,omitempty"` // the provider's own name for it
	}
	// MessageDelivered: the provider reports that it has reached the phone.
	MessageDelivered struct {
		Act
		At time.Time `json:"at"` // as the provider says
	}
	// MessageFailed: it was not sent, or did not arrive.
	MessageFailed struct {
		Act
		Try   int        `json:"try"`
		Why   MessageWhy `json:"why"`
		Retry time.Time  `json:"retry,omitzero"` // when it is tried again; zero: never
	}
	// MessageDoubtful: nobody knows whether the provider has taken it, and asking again could send it twice. A person
	// decides.
	MessageDoubtful struct {
		Act
		Try int `json:"try"`
	}
	// MessageDropped: it is not sent any more.
	MessageDropped struct {
		Act
		Why DroppedWhy `json:"why"`
	}
	// MessageReplied: who got it has answered it. An answer that is a level becomes a rating besides.
	MessageReplied struct {
		Act
		Reply string  `json:"reply"`           // the provider's id of the answer
		Words *Sealed `json:"words,omitempty"` // of one that is no level
	}
)

// MessageParams are what a message says besides its words. None of them is personal.
type MessageParams struct {
	Hall   string `json:"hall"`             // id
	Window string `json:"window,omitempty"` // id
	Day    Day    `json:"day"`              // of the visit, or on which the concern was received
	Until  Day    `json:"until,omitzero"`   // a deadline that it tells of
}

// MessageKind is what a message is for.
type MessageKind string

// The kinds of messages.
const (
	MessageRateReminder    MessageKind = "rate-reminder"       // 提醒评价 (domain §3.5)
	MessageReasonAsked     MessageKind = "reason-asked"        // a bad press gave no reason (domain §3.13)
	MessageRepairAnswered  MessageKind = "repair-answered"     // 整改答复
	MessageRepairExtended  MessageKind = "repair-extended"     // 延期告知 (domain §4)
	MessageSecondAsked     MessageKind = "second-rating-asked" // rates the repair
	MessageConcernAnswered MessageKind = "concern-answered"    // 诉求答复
	MessageHandlerReminder MessageKind = "handler-reminder"    // 短信督办 (domain §7): to the handler
)

// MessageKinds are all of them.
func MessageKinds() []MessageKind {
	return []MessageKind{MessageRateReminder, MessageReasonAsked, MessageRepairAnswered, MessageRepairExtended,
		MessageSecondAsked, MessageConcernAnswered, MessageHandlerReminder}
}

// Valid reports whether k is a kind.
func (k MessageKind) Valid() bool { return slices.Contains(MessageKinds(), k) }

// AsksRating reports whether a digit in answer to it is a level (domain §3.2).
func (k MessageKind) AsksRating() bool { return k == MessageRateReminder || k == MessageSecondAsked }

// HasLink reports whether it leads to the citizen's own page. A handler signs in at the office instead.
func (k MessageKind) HasLink() bool { return k.Valid() && k != MessageHandlerReminder }

// MessageWhy says why a message was not sent, or did not arrive.
type MessageWhy string

// The reasons.
const (
	MessageRefused     MessageWhy = "refused"     // the provider refuses this message: a number that is none
	MessageSetup       MessageWhy = "setup"       // the provider refuses us: address, secret, account
	MessageBusy        MessageWhy = "busy"        // the provider says: later
	MessageUnreachable MessageWhy = "unreachable" // the provider was not reached: it has taken nothing
	MessageUnclear     MessageWhy = "unclear"     // no clear answer; asked again under the same id
	MessageUndelivered MessageWhy = "undelivered" // sent, and it did not reach the phone
	MessageUnreadable  MessageWhy = "unreadable"  // its box cannot be opened, or holds no number
)

// MessageWhys are all of them.
func MessageWhys() []MessageWhy {
	return []MessageWhy{MessageRefused, MessageSetup, MessageBusy, MessageUnreachable, MessageUnclear, MessageUndelivered, MessageUnreadable}
}

// DroppedWhy says why a message is not sent any more.
type DroppedWhy string

// The reasons.
const (
	DroppedExpired   DroppedWhy = "expired"   // too late to be of use
	DroppedNeedless  DroppedWhy = "needless"  // what it asks for has been done
	DroppedErased    DroppedWhy = "erased"    // the phone was erased
	DroppedWithdrawn DroppedWhy = "withdrawn" // a person decided so
)

// DroppedWhys are all of them.
func DroppedWhys() []DroppedWhy {
	return []DroppedWhy{DroppedExpired, DroppedNeedless, DroppedErased, DroppedWithdrawn}
}

// decodeMessage reads the body of a deed about messages; ErrUnknownType where the type is none of them.
func decodeMessage(t Type, body []byte) (Fact, error) {
	switch t {
	case TypeMessageQueued:
		return decode[MessageQueued](body)
	case TypeMessageTrying:
		return decode[MessageTrying](body)
	case TypeMessageSent:
		return decode[MessageSent](body)
	case TypeMessageDelivered:
		return decode[MessageDelivered](body)
	case TypeMessageFailed:
		return decode[MessageFailed](body)
	case TypeMessageDoubtful:
		return decode[MessageDoubtful](body)
	case TypeMessageDropped:
		return decode[MessageDropped](body)
	case TypeMessageReplied:
		return decode[MessageReplied](body)
	}
	return nil, ErrUnknownType
}

// Type implements Fact.
func (MessageQueued) Type() Type { return TypeMessageQueued }

// Type implements Fact.
func (MessageTrying) Type() Type { return TypeMessageTrying }

// Type implements Fact.
func (MessageSent) Type() Type { return TypeMessageSent }

// Type implements Fact.
func (MessageDelivered) Type() Type { return TypeMessageDelivered }

// Type implements Fact.
func (MessageFailed) Type() Type { return TypeMessageFailed }

// Type implements Fact.
func (MessageDoubtful) Type() Type { return TypeMessageDoubtful }

// Type implements Fact.
func (MessageDropped) Type() Type { return TypeMessageDropped }

// Type implements Fact.
func (MessageReplied) Type() Type { return TypeMessageReplied }

// Sealed implements Texts.
func (f MessageQueued) Sealed() []Sealed { return []Sealed{f.To} }

// Sealed implements Texts.
func (f MessageReplied) Sealed() []Sealed {
	if f.Words == nil {
		return nil
	}
	return []Sealed{*f.Words}
}
