package hall

import "time"

// What the centre and the clock say about the law.
const (
	TypePolicyAdopted     Type = "policy.adopted"
	TypeCalendarPublished Type = "calendar.published"
	TypeCalendarClosed    Type = "calendar.closed"
	TypeCalendarOpened    Type = "calendar.opened"
	TypeDeadlineMoved     Type = "deadline.moved"
	TypeRatingDefaulted   Type = "rating.defaulted"
	TypeRatingExpired     Type = "rating.expired"
	TypeAgentLost         Type = "agent.lost"
	TypeClockAccepted     Type = "clock.accepted"
	TypeEventsReread      Type = "events.reread"
	TypeDeadlinesReviewed Type = "deadlines.reviewed"
	TypeOutageCounted     Type = "outage.counted"
)

type (
	// PolicyAdopted: the centre adopted a policy pack, in force from a day that was not past. About is the pack's id.
	PolicyAdopted struct {
		Act
		From Day    `json:"from"`
		SHA  string `json:"sha"` // SHA-256 of the file, hex
		Pack Policy `json:"pack"`
	}
	// CalendarPublished: the State Council's arrangement of a year, as this hub read it. About is the year.
	CalendarPublished struct {
		Act
		CalendarYear
		SHA string `json:"sha"` // SHA-256 of the file, hex
	}
	// CalendarClosed: a day on which a hall does not work though the calendar says so. About is the hall's id, * for all.
	CalendarClosed struct {
		Act
		Day Day        `json:"day"`
		Why ClosingWhy `json:"why"`
	}
	// CalendarOpened: a closing day is taken back.
	CalendarOpened struct {
		Act
		Day Day `json:"day"`
	}
	// DeadlineMoved: a deadline was computed again, because the calendar says more or another thing than before, or the system
	// of a case's unit was down, and came out differently. About is the id of the visit, repair, concern or case.
	DeadlineMoved struct {
		Act
		Of     Clocked  `json:"of"`
		From   Deadline `json:"from"`
		To     Deadline `json:"to"`
		Outage []Day    `json:"outage,omitempty"` // all days on which the system was down: they do not count
	}
	// RatingDefaulted: nobody rated a visit in time, and its agent was heard to hold nothing more of that time (design §5).
	// About is the visit's id.
	RatingDefaulted struct {
		Act
		Visit  ID        `json:"visit"`
		Level  Level     `json:"level"`
		Policy string    `json:"policy"` // id of the pack
		Due    Deadline  `json:"due"`
		Heard  time.Time `json:"heard,omitzero"` // when the agent was heard to be empty
		Lost   bool      `json:"lost,omitempty"` // its agent was declared lost
	}
	// RatingExpired: an answer waited 60 days for a visit that nobody told of, or whose end nobody told of: it is not
	// ratable (design §4), unless that is told after all. About is the ticket's id.
	RatingExpired struct {
		Act
		Ticket ID    `json:"ticket"`
		Answer int64 `json:"answer"` // pos of the answer
	}
	// AgentLost: the centre declared that an agent will not come back. About is its name.
	AgentLost struct {
		Act
		Agent uint32 `json:"agent"`
	}
	// ClockAccepted: an operator looked at the hub's clock and found it right. About is empty.
	ClockAccepted struct {
		Act
		Ticked time.Time `json:"ticked"` // the last tick before
	}
	// EventsReread: an event that this hub once could not read was read again after an upgrade. It takes effect here.
	// About is the agent's name.
	EventsReread struct {
		Act
		Agent uint32 `json:"agent"`
		Epoch string `json:"epoch"`
		Seq   uint64 `json:"seq"`
	}
	// DeadlinesReviewed: every deadline that a change of the calendar could move was computed again. About is empty.
	DeadlinesReviewed struct {
		Act
		Calendar int64 `json:"calendar"` // pos of the change
	}
	// OutageCounted: every deadline that the outages of a unit at an agent move was computed again, up to a day. About is the
	// unit.
	OutageCounted struct {
		Act
		Agent uint32 `json:"agent"`
		Told  int    `json:"told"` // how much had been told of them
		To    Day    `json:"to"`
	}
)

// Clocked is what a deadline belongs to.
type Clocked string

// What has deadlines.
const (
	ClockedVisit   Clocked = "visit"
	ClockedRepair  Clocked = "repair"
	ClockedConcern Clocked = "concern"

	ClockedCase      Clocked = "case"       // 承诺时限
	ClockedCaseLegal Clocked = "case.legal" // 法定时限
)

// decodeLaw reads the body of a deed about the law; ErrUnknownType where the type is none of them.
func decodeLaw(t Type, body []byte) (Fact, error) {
	switch t {
	case TypePolicyAdopted:
		return decode[PolicyAdopted](body)
	case TypeCalendarPublished:
		return decode[CalendarPublished](body)
	case TypeCalendarClosed:
		return decode[CalendarClosed](body)
	case TypeCalendarOpened:
		return decode[CalendarOpened](body)
	case TypeDeadlineMoved:
		return decode[DeadlineMoved](body)
	case TypeRatingDefaulted:
		return decode[RatingDefaulted](body)
	case TypeRatingExpired:
		return decode[RatingExpired](body)
	case TypeAgentLost:
		return decode[AgentLost](body)
	case TypeClockAccepted:
		return decode[ClockAccepted](body)
	case TypeEventsReread:
		return decode[EventsReread](body)
	case TypeDeadlinesReviewed:
		return decode[DeadlinesReviewed](body)
	case TypeOutageCounted:
		return decode[OutageCounted](body)
	}
	return nil, ErrUnknownType
}

// Type implements Fact.
func (PolicyAdopted) Type() Type { return TypePolicyAdopted }

// Type implements Fact.
func (CalendarPublished) Type() Type { return TypeCalendarPublished }

// Type implements Fact.
func (CalendarClosed) Type() Type { return TypeCalendarClosed }

// Type implements Fact.
func (CalendarOpened) Type() Type { return TypeCalendarOpened }

// Type implements Fact.
func (DeadlineMoved) Type() Type { return TypeDeadlineMoved }

// Type implements Fact.
func (RatingDefaulted) Type() Type { return TypeRatingDefaulted }

// Type implements Fact.
func (RatingExpired) Type() Type { return TypeRatingExpired }

// Type implements Fact.
func (AgentLost) Type() Type { return TypeAgentLost }

// Type implements Fact.
func (ClockAccepted) Type() Type { return TypeClockAccepted }

// Type implements Fact.
func (EventsReread) Type() Type { return TypeEventsReread }

// Type implements Fact.
func (DeadlinesReviewed) Type() Type { return TypeDeadlinesReviewed }

// Type implements Fact.
func (OutageCounted) Type() Type { return TypeOutageCounted }

// verdicts: a pack, and a default, without a level is none.
func (f PolicyAdopted) verdicts() []Level   { return []Level{f.Pack.Rating.Default} }
func (f RatingDefaulted) verdicts() []Level { return []Level{f.Level} }
