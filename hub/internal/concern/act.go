package concern

import (
	"regexp"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/rating"
)

// New is what the desk was told.
type New struct {
	ID       string // made by who sends it, so that what is sent twice is one; of a work order OrderID
	Kind     hall.ConcernKind
	Source   hall.ConcernSource
	Order    string    // number of the work order, of a 12345 one
	Limit    time.Time // of a work order: before which 12345 wants the answer; zero: the desk's own limit
	Since    time.Time // when the citizen said it; zero: now
	Topic    string
	Hall     string
	Against  string
	Repair   string
	Pressure bool // 打击报复: makes it a report
	Text     hall.Sealed
	Asker    hall.Sealed // zero: anonymous
}

// OrderID is the id of the concern that a work order of 12345 is. A work order that comes twice is one concern.
func OrderID(number string) string { return "12345-" + number }

var (
	idPattern    = regexp.MustCompile(`^[A-Za-z0-9-]{1,64}$`)
	orderPattern = regexp.MustCompile(`^[A-Za-z0-9-]{4,40}$`)
)

// Receive takes a concern in, and gives it to the unit that the responsibility list names. Taken in again, nothing
// happens. Whether hall, Against and Repair are there the caller has looked.
func (c Concern) Receive(n New, list List, law rating.Law, by hall.Person, now time.Time) ([]hall.Fact, error) {
	if c.State != "" {
		return nil, nil
	}
	if n.Since.IsZero() {
		n.Since = now
	}
	if n.Pressure {
		n.Kind = hall.ConcernReport
	}
	if err := n.check(list, now); err != nil {
		return nil, err
	}
	day := hall.DayOf(n.Since)
	pack := law.Of(day)
	f := hall.ConcernReceived{Act: hall.Act{About: n.ID, By: by}, Kind: n.Kind, Source: n.Source, Order: n.Order, Limit: n.Limit, Since: n.Since,
		Topic: n.Topic, Hall: n.Hall, Against: n.Against, Repair: n.Repair, Pressure: n.Pressure, Text: n.Text, Asker: n.Asker, Policy: pack.ID,
		Route: law.Calendar.After(day, pack.Concern.Sign, n.Hall)}
	if n.Limit.IsZero() {
		f.Answer = law.Calendar.After(day, pack.Concern.Answer, n.Hall)
	}
	facts := []hall.Fact{f}
	if unit, rule, ok := list.Route(n.Kind, n.Topic, n.Hall); ok {
		facts = append(facts, hall.ConcernRouted{Act: f.Act, Unit: unit, Rule: rule, Sign: signBy(law, n.Hall, now)})
	}
	return facts, nil
}

func (n New) check(list List, now time.Time) error {
	switch _, known := list.Topic(n.Topic); {
	case !n.Kind.Valid():
		return bad(BadKind)
	case !n.Source.Valid():
		return bad(BadSource)
	case (n.Source == hall.ConcernHotline) != (n.Order != ""), n.Order != "" && !orderPattern.MatchString(n.Order):
		return bad(BadOrder)
	case !idPattern.MatchString(n.ID), n.Order != "" && n.ID != OrderID(n.Order):
		return bad(BadID)
	case n.Since.After(now):
		return bad(BadSince)
	case !n.Limit.IsZero() && (n.Order == "" || !n.Limit.After(n.Since)):
		return bad(BadLimit)
	case n.Topic != "" && !known:
		return bad(BadTopic)
	case n.Text == hall.Sealed{}:
		return bad(BadText)
	}
	return nil
}

// signBy is until when a concern that is given to a unit now is signed for: each unit has the whole time.
func signBy(law rating.Law, at string, now time.Time) hall.Deadline {
	day := hall.DayOf(now)
	return law.Calendar.After(day, law.Of(day).Concern.Sign, at)
}

// Correction is what the centre puts right while it routes; empty fields stay as they are.
type Correction struct {
	Kind  hall.ConcernKind
	Topic string
}

// Route gives the concern to a unit, which the caller knows to exist, or keeps it at the Centre. What is, or now
// becomes, a report stays with the centre.
func (c Concern) Route(seen int, unit string, put Correction, list List, law rating.Law, by hall.Person, now time.Time) ([]hall.Fact, error) {
	if err := c.ready(seen, hall.TypeConcernRouted); err != nil {
		return nil, err
	}
	kind := c.Kind
	if put.Kind != "" {
		kind = put.Kind
	}
	_, known := list.Topic(put.Topic)
	switch {
	case !decides(by):
		return nil, &Refused{Code: NotCentre}
	case !kind.Valid():
		return nil, bad(BadKind)
	case put.Topic != "" && !known:
		return nil, bad(BadTopic)
	case !idPattern.MatchString(unit):
		return nil, bad(BadUnit)
	case (kind == hall.ConcernReport || c.Pressure) && unit != Centre:
		return nil, &Refused{StaysHidden, "unit"}
	case unit == c.To && put == Correction{}:
		return nil, &Refused{SameUnit, "unit"}
	}
	sign := signBy(law, c.Hall, now)
	if unit == c.To && c.State == Routed {
		sign = c.Step // what is put right gives no time
	}
	return []hall.Fact{hall.ConcernRouted{Act: c.by(by), Unit: unit, Kind: put.Kind, Topic: put.Topic, Sign: sign}}, nil
}

// Sign says that the unit which has the concern answers for it.
func (c Concern) Sign(seen int, by hall.Person) ([]hall.Fact, error) {
	if err := c.ofUnit(seen, hall.TypeConcernSigned, by); err != nil {
		return nil, err
	}
	return []hall.Fact{hall.ConcernSigned{Act: c.by(by)}}, nil
}

// Return sends a misrouted concern back to the centre. Who answered for it answers on, until another has signed.
func (c Concern) Return(seen int, why hall.ReturnedWhy, text hall.Sealed, law rating.Law, by hall.Person, now time.Time) ([]hall.Fact, error) {
	if err := c.ofUnit(seen, hall.TypeConcernReturned, by); err != nil {
		return nil, err
	}
	if c.To == Centre {
		return nil, &Refused{Code: NotNow} // it is there
	}
	if !why.Valid() {
		return nil, bad(BadWhy)
	}
	return []hall.Fact{hall.ConcernReturned{Act: c.by(by), Why: why, Text: text, Route: signBy(law, c.Hall, now)}}, nil
}

// Refer says that a lead on misconduct, which the centre kept, went to the body that looks into it.
func (c Concern) Refer(seen int, body hall.Body, by hall.Person) ([]hall.Fact, error) {
	if err := c.ready(seen, hall.TypeConcernReferred); err != nil {
		return nil, err
	}
	switch {
	case !decides(by):
		return nil, &Refused{Code: NotCentre}
	case c.Unit != Centre:
		return nil, &Refused{Code: NotKept}
	case !body.Valid():
		return nil, bad(BadWhy)
	}
	return []hall.Fact{hall.ConcernReferred{Act: c.by(by), Body: body}}, nil
}

// Reply is the answer that the citizen is told.
func (c Concern) Reply(seen int, text hall.Sealed, by hall.Person) ([]hall.Fact, error) {
	if err := c.ofUnit(seen, hall.TypeConcernAnswered, by); err != nil {
		return nil, err
	}
	if text == (hall.Sealed{}) {
		return nil, bad(BadText)
	}
	return []hall.Fact{hall.ConcernAnswered{Act: c.by(by), Text: text}}, nil
}

// Judge decides whether it is a valid concern 有效投诉. The centre decides, and nobody about his own unit.
func (c Concern) Judge(seen int, valid bool, why hall.InvalidWhy, by hall.Person) ([]hall.Fact, error) {
	if err := c.ready(seen, hall.TypeConcernJudged); err != nil {
		return nil, err
	}
	switch {
	case !decides(by):
		return nil, &Refused{Code: NotCentre}
	case by.Unit != "" && slices.Contains([]string{c.Unit, c.To, c.Against}, by.Unit):
		return nil, &Refused{Code: OwnUnit}
	case valid && why != "", !valid && !why.Valid():
		return nil, bad(BadWhy)
	}
	return []hall.Fact{hall.ConcernJudged{Act: c.by(by), Valid: valid, Why: why}}, nil
}

// Hear keeps what the citizen, or who asked him, says that he thinks of the answer: once for each answer, the first to
// say it. The unit that answered does not ask. It is no rating.
func (c Concern) Hear(level hall.Level, channel hall.Channel, call string, by hall.Person) ([]hall.Fact, error) {
	if err := c.ready(c.Version, hall.TypeConcernHeard); err != nil {
		return nil, err
	}
	switch {
	case c.AnsweredAt.IsZero():
		return nil, &Refused{Code: NotNow}
	case c.Heard != nil:
		return nil, &Conflict{c.Heard.By, c.Heard.At, hall.TypeConcernHeard}
	case by.IsRule(), by.Unit != "" && by.Unit == c.Unit:
		return nil, &Refused{Code: OwnUnit}
	case !level.Valid():
		return nil, bad(BadLevel)
	case !channel.ShowsTicket():
		return nil, bad(BadChannel)
	case channel == hall.ChannelHotline && !idPattern.MatchString(call), call != "" && channel != hall.ChannelHotline:
		return nil, bad(BadCall) // who asks by telephone names the call
	}
	return []hall.Fact{hall.ConcernHeard{Act: c.by(by), Level: level, Channel: channel, Call: call}}, nil
}

// Reopen wants another answer, within the desk's limit from today, or the new one that 12345 gave.
func (c Concern) Reopen(seen int, text hall.Sealed, limit time.Time, law rating.Law, by hall.Person, now time.Time) ([]hall.Fact, error) {
	if err := c.ready(seen, hall.TypeConcernReopened); err != nil {
		return nil, err
	}
	switch {
	case !decides(by):
		return nil, &Refused{Code: NotCentre}
	case c.AnsweredAt.IsZero():
		return nil, &Refused{Code: NotAnswered}
	case !limit.IsZero() && (c.Order == "" || !limit.After(now)):
		return nil, bad(BadLimit)
	}
	f := hall.ConcernReopened{Act: c.by(by), Text: text, Limit: limit}
	if limit.IsZero() {
		day := hall.DayOf(now)
		f.Answer = law.Calendar.After(day, law.Of(day).Concern.Answer, c.Hall)
	}
	return []hall.Fact{f}, nil
}

// Close ends a concern: an answered one, one that was withdrawn, or one that goes on as another, same.
func (c Concern) Close(seen int, why hall.ClosedWhy, same string, by hall.Person) ([]hall.Fact, error) {
	if err := c.ready(seen, hall.TypeConcernClosed); err != nil {
		return nil, err
	}
	weighed := c.Kind == hall.ConcernComplaint || c.Kind == hall.ConcernReport
	switch {
	case !decides(by):
		return nil, &Refused{Code: NotCentre}
	case !why.Valid(), (why == hall.ClosedAnswered) != (c.State == Answered):
		return nil, bad(BadWhy)
	case why == hall.ClosedAnswered && weighed && c.Verdict == nil:
		return nil, &Refused{Code: Unjudged}
	case (why == hall.ClosedDoubled) != (same != ""), same == c.ID, same != "" && !idPattern.MatchString(same):
		return nil, bad(BadSame)
	}
	return []hall.Fact{hall.ConcernClosed{Act: c.by(by), Why: why, Same: same}}, nil
}

func (c Concern) by(p hall.Person) hall.Act { return hall.Act{About: c.ID, By: p} }

// ofUnit says whether a deed of the unit that the concern is with may follow now.
func (c Concern) ofUnit(seen int, deed hall.Type, by hall.Person) error {
	if err := c.ready(seen, deed); err != nil {
		return err
	}
	if !actsFor(by, c.To) {
		return &Refused{Code: NotYours}
	}
	return nil
}
