package web

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/intake"
	"hallpulse/hub/internal/private"
	"hallpulse/hub/internal/repair"
)

// ticket is a ticket as its holder's page needs it.
type ticket struct {
	known  bool // false: its agent has not told of it yet
	number string
	letter string
	item   string // code
	state  hall.TicketState

	situation string    // of the item
	day       hall.Day  // its business day; 0: nobody has told
	due       time.Time // of who booked
	arrived   bool      // it was given its number
	lapsed    bool

	window string // where it was called last
	goes   intake.Goes
	visits []visit
	shared bool  // of a slip: its case was rated with the others of its visit
	ahead  visit // no visit: what was said ahead of the first ratable one, while there is none (pending)
	phone  private.Masked
	box    string // where that phone lies
}

// visit is one visit of a ticket, and what its holder said of it.
type visit struct {
	id        hall.ID
	window    string
	item      string // code
	when      time.Time
	served    bool
	ended     bool
	outcome   hall.Outcome
	pressed   bool   // rated at the window's pad
	draft     *draft // kept, not sent yet
	rating    *rated // by phone
	followUps int
	counted   counted
	repaired  bool          // a bad rating of it opened a repair
	repair    repair.Repair // that one
	second    hall.Level    // chosen for the repair, not sent
	pieces    []piece       // its cases, where it had several
}

// counted is the rating that counts, whatever its road.
type counted struct {
	level   hall.Level // 0: none yet
	at      time.Time
	reasons int
	missing bool // bad, and no reason was given
}

// draft is the first tap, kept at once.
type draft struct {
	answer string
	level  hall.Level
	at     time.Time
}

// rated is what the holder's phone said first.
type rated struct {
	level    hall.Level
	at       time.Time
	reasons  int
	withheld bool
	lapsed   bool // by itself, ten minutes after the first tap
}

// ratable reports whether a citizen may rate v (domain §3.10); one that is served now is rated ahead of its end.
func (v visit) ratable() bool { return v.served && (!v.ended || v.outcome.Ratable(true)) }

// ratable returns the visits that the holder may rate.
func (t ticket) ratable() []visit {
	return slices.DeleteFunc(slices.Clone(t.visits), func(v visit) bool { return !v.ratable() })
}

// ticketOf reads what is stored around a ticket.
func ticketOf(s intake.Story) ticket {
	t := storyOf(s, func(v intake.Visit) bool { return !v.Case })
	for i := range t.visits {
		t.visits[i].pieces = piecesOf(s, t.visits[i])
	}
	return t
}

// each returns all that the holder of the ticket may have said something of: its visits, and their cases.
func (t *ticket) each() []*visit {
	var all []*visit
	for i := range t.visits {
		v := &t.visits[i]
		all = append(all, v)
		for n := range v.pieces {
			all = append(all, &v.pieces[n].own)
		}
	}
	return all
}

// storyOf reads what is stored around a ticket, of the visits that take says.
func storyOf(s intake.Story, take func(intake.Visit) bool) ticket {
	t := ticket{known: s.Ticket.State != "", number: s.Ticket.Number, letter: s.Ticket.Letter, item: s.Ticket.Item, state: s.State(), window: s.Ticket.Window, goes: s.Ticket.Goes,
		situation: s.Ticket.Situation, day: s.Ticket.Day, due: s.Ticket.Due, arrived: !s.Ticket.Issued.IsZero(), lapsed: s.Ticket.Lapsed}
	for _, v := range s.Visits {
		if !take(v) {
			continue
		}
		is := visit{id: v.ID, window: v.Window, item: v.Item, when: lastStep(v), served: v.Began, ended: v.Outcome != "", outcome: v.Outcome,
			repaired: v.Repair, counted: counted{level: v.Level, at: v.Rated, missing: v.Level.IsBad() && v.ReasonMissing}}
		for _, a := range s.Answers {
			if a.Pos == v.Answer && v.Level != 0 {
				is.counted.reasons = countReasons(a.Reasons)
			}
		}
		t.visits = append(t.visits, is)
	}
	answers := slices.Clone(s.Answers)
	slices.SortStableFunc(answers, func(a, b intake.Answer) int { return cmp.Or(a.When.Compare(b.When), cmp.Compare(a.Pos, b.Pos)) })
	for _, a := range answers {
		if v := t.of(a); v != nil {
			v.hear(a)
		}
	}
	return t
}

// lastStep is when the visit ended, or what was told of it last.
func lastStep(v intake.Visit) time.Time {
	for _, t := range []time.Time{v.Ended, v.Served} {
		if !t.IsZero() {
			return t
		}
	}
	return v.Opened
}

// of returns what an answer was said of. One that was said ahead is of the first visit that can be rated.
func (t *ticket) of(a intake.Answer) *visit {
	id := cmp.Or(a.Visit, a.Told)
	for i := range t.visits {
		v := &t.visits[i]
		if v.id == id || id.IsZero() && v.ratable() {
			return v
		}
	}
	if id.IsZero() {
		return &t.ahead
	}
	return nil
}

// hear takes an answer: of a phone's the first is the rating, the others are follow-ups (domain §3.2).
func (v *visit) hear(a intake.Answer) {
	switch {
	case a.Kind == intake.KindDrafted && v.rating == nil:
		v.draft = &draft{a.Form, a.Level, a.When}
	case a.Kind != intake.KindGiven:
	case a.IsPress(), a.Channel == hall.ChannelSticker: // nothing of it shows the ticket
		v.pressed = true
	case v.rating != nil:
		v.followUps++
	default:
		v.draft = nil
		v.rating = &rated{level: a.Level, at: a.When, withheld: a.Withheld, lapsed: a.Lapsed}
		v.rating.reasons = countReasons(a.Reasons)
	}
}

// countReasons is how many codes an answer lists.
func countReasons(codes string) int {
	if codes == "" {
		return 0
	}
	return strings.Count(codes, ",") + 1
}
