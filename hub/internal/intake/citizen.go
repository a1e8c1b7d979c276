package intake

import (
	"slices"

	"hallpulse/firmware-protocol/hall"
)

// What citizens do after the press, decided by rows that stand still: their reasons, their phone. What they say of a repair
// is decided in the room repair.

// CitizenCode says why a citizen's act is refused.
type CitizenCode string

// The codes.
const (
	NotAsked CitizenCode = "not-asked" // its reason is known, or it is no bad rating
	NoReason CitizenCode = "no-reason" // neither a reason of its level nor a word
	NotYours CitizenCode = "not-yours" // the visit is none of the ticket
)

// CitizenRefused is the error of a citizen's act that the rules do not allow. Nothing has changed by it.
type CitizenRefused struct{ Code CitizenCode }

func (e *CitizenRefused) Error() string {
	switch e.Code {
	case NotAsked:
		return "the reason of this rating is not asked for"
	case NoReason:
		return "say one of the official reasons of the level, or write a word"
	case NotYours:
		return "the visit is none of this ticket"
	}
	return string(e.Code)
}

// Reason is what a citizen says later of a bad rating that gave no reason (domain §3.13): official reasons of its level,
// words, or both. The level is not touched, and nobody says it twice.
type Reason struct {
	Ticket, Visit hall.ID
	Channel       hall.Channel
	Reasons       []string
	Words         hall.Sealed // may be none
}

// Give returns the deed of a reason that is asked for.
func (r Reason) Give(k Known) ([]hall.Fact, error) {
	v, ok := k.Visit(r.Visit)
	switch {
	case !ok || v.Ticket != r.Ticket || r.Ticket.IsZero():
		return nil, &CitizenRefused{NotYours}
	case !v.Level.IsBad() || !v.ReasonMissing:
		return nil, &CitizenRefused{NotAsked}
	case !r.Channel.ShowsTicket() || len(r.Reasons) == 0 && r.Words.Ref == "" || slices.ContainsFunc(r.Reasons, func(code string) bool { return !v.Level.Explains(code) }):
		return nil, &CitizenRefused{NoReason}
	}
	f := hall.RatingReasoned{Act: hall.Act{About: r.Visit.String(), By: hall.Citizen()}, Ticket: r.Ticket, Visit: r.Visit, Channel: r.Channel, Reasons: r.Reasons}
	if r.Words.Ref != "" {
		f.Words = &r.Words
	}
	return []hall.Fact{f}, nil
}

// LeavePhone returns the deed of a phone that a ticket's holder leaves for messages about it. The last one counts; replaced
// is where the one before it lies, which nobody needs any more.
func LeavePhone(k Known, ticket hall.ID, phone hall.Sealed, lang string) (facts []hall.Fact, replaced string) {
	if t, ok := k.Ticket(ticket); ok {
		replaced = t.Contact.Ref
	}
	return []hall.Fact{hall.ContactGiven{Act: hall.Act{About: ticket.String(), By: hall.Citizen()}, Ticket: ticket, Phone: phone, Lang: lang}}, replaced
}

// forget takes the phone off a ticket whose holder took it back.
func (s *step) forget(f hall.PrivateErased) {
	ticket, err := hall.ParseID(f.About)
	if err != nil {
		return
	}
	if c := s.v.courses[ticket]; c != nil && c.ticket != nil && c.ticket.Contact.Ref != "" && slices.Contains(f.Refs, c.ticket.Contact.Ref) {
		s.ticket(ticket).Contact = Contact{}
	}
}

// proved reports whether each answer by SMS among facts answers a message that was sent about a visit of its ticket: from a
// number that nobody left, or to a reminder that never went out, nobody rates (domain §3.2).
func (d *decision) proved(facts []hall.Fact) bool {
	for _, f := range facts {
		var ticket hall.ID
		reply := ""
		switch f := f.(type) {
		case hall.RatingGiven:
			ticket, reply = f.Ticket, f.Reply
		case hall.RatingDrafted:
			ticket, reply = f.Ticket, f.Reply
		}
		if reply == "" {
			continue
		}
		m, ok := d.messages.of(reply)
		if !ok || m.Asked.IsZero() || d.courses[ticket] == nil {
			return false
		}
		if !slices.ContainsFunc(d.courses[ticket].visits, func(v *Visit) bool { return v.ID.String() == m.Of }) {
			return false
		}
	}
	return true
}
