package intake

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/hub/internal/rating"
)

// apart is how far apart two presses of one name can be told and still be one press (design §1.1).
const apart = 10 * time.Second

// answer returns an answer of this event with what every answer has.
func (s *step) answer(a Answer) *Answer {
	e := s.e
	a.Pos, a.Agent, a.Epoch, a.Seq, a.When, a.Uncertainty, a.Arrived = e.Pos, e.Agent, e.Epoch, e.Seq, e.When, e.Uncertainty, e.Arrived
	if a.IsPress() && a.AgeMS > 0 {
		a.When = stamp(e.When.Add(-millis(a.AgeMS)))
	}
	return &a
}

// given takes an answer that can become a rating.
func (s *step) given(f hall.RatingGiven) {
	a := Answer{Kind: KindGiven, Standing: rating.Pending, Ticket: f.Ticket, Told: f.Visit, Window: f.Window, Level: f.Level,
		Channel: f.Channel, Form: f.Answer, Reasons: strings.Join(f.Reasons, ","), ReasonMissing: f.ReasonMissing,
		Withheld: f.Withheld, Named: f.Named, Callback: f.Callback, Lapsed: f.Lapsed, Ref: f.Ref, RefSHA: f.RefSHA, Reply: f.Reply}
	if f.Call != nil {
		a.Operator, a.Call = f.Call.Operator, f.Call.ID
	}
	if f.Press != nil {
		s.press(a, *f.Press)
		return
	}
	old := s.v.forms[f.Answer]
	if old != nil && old.Kind == KindGiven {
		return // a form sent twice is one answer
	}
	given := s.answer(a)
	if old != nil {
		s.drop(old) // the draft became the answer
		if f.Lapsed {
			given.When = old.When // he gave it when he tapped, whenever the clock found it
		}
	}
	s.hold(given)
}

// reasoned adds the reasons that a citizen gave later to the rating that had none (domain §3.13).
func (s *step) reasoned(f hall.RatingReasoned) {
	c := s.course(f.Ticket)
	visit := s.v.visits[f.Visit]
	if visit == nil {
		return
	}
	for n, a := range c.answers {
		if a.Pos == visit.Answer && a.ReasonMissing {
			b := *a
			b.Reasons, b.ReasonMissing = strings.Join(f.Reasons, ","), false
			if f.Words != nil && b.Ref == "" {
				b.Ref, b.RefSHA = f.Words.Ref, f.Words.SHA
			}
			c.answers[n] = &b
		}
	}
}

// explained adds the reasons that a citizen chose at the tablet right after his press. Whatever became of that press since,
// the reasons are his words about it; they are said once.
func (s *step) explained(f hall.RatingExplained) {
	c := s.course(f.Ticket)
	for n, a := range c.answers {
		mine := a.Kind == KindGiven && a.IsPress() && a.Press == f.Press && a.Told == f.Visit
		if mine && a.Reasons == "" && !slices.ContainsFunc(f.Reasons, func(code string) bool { return !a.Level.Explains(code) }) {
			b := *a
			b.Reasons, b.ReasonMissing = strings.Join(f.Reasons, ","), false
			c.answers[n] = &b
		}
	}
}

// drafted keeps the first tap on a phone.
func (s *step) drafted(f hall.RatingDrafted) {
	old := s.v.forms[f.Answer]
	if old != nil && old.Kind == KindGiven {
		return
	}
	if old != nil {
		s.drop(old)
	}
	s.hold(s.answer(Answer{Kind: KindDrafted, Ticket: f.Ticket, Told: f.Visit, Level: f.Level, Channel: cmp.Or(f.Channel, hall.ChannelQR), Form: f.Answer,
		AgeMS: hall.AgeUnknown, Reply: f.Reply}))
}

// press takes a press. A press is kept once, by the best of its tellings: the one that bound it, before the one that
// could not; so it makes no difference which road was faster. Two presses of one name that cannot be one press are a
// fault of identity: the later to come is kept as unbound (design §1.1).
func (s *step) press(a Answer, p hall.Press) {
	a.Press, a.Level, a.AgeMS = p.Key(), p.Level, p.AgeMS
	told := s.answer(a)
	held := false // a press has this name rightly
	for _, old := range s.v.presses[told.Press] {
		rightly := old.Why != hall.UnboundIdentity
		held = held || rightly
		if !same(old, told) {
			continue
		}
		if rightly && (told.Why != hall.UnboundIdentity) && better(told, old) {
			s.drop(old)
			s.hold(told)
		}
		return
	}
	if held {
		told.Kind, told.Standing, told.Why = KindUnbound, rating.NotBound, hall.UnboundIdentity
		told.Ticket, told.Told, told.Visit = hall.ID{}, hall.ID{}, hall.ID{}
	}
	if told.Why == hall.UnboundIdentity {
		s.open = append(s.open, hall.FindingOpened{Rule: hall.FindingPadIdentity, Agent: s.e.name, UID: p.UID, Boot: p.Boot, Seqs: []uint32{p.Seq}, Window: told.Window})
	}
	s.hold(told)
}

// same reports whether two tellings of one name can be one press: one level, pressed at most 10 s apart as far as
// anybody knows.
func same(a, b *Answer) bool {
	if a.Level != b.Level {
		return false
	}
	unknown := a.AgeMS < 0 || b.AgeMS < 0
	return unknown || a.When.Sub(b.When).Abs() <= apart+a.Uncertainty+b.Uncertainty
}

// better reports whether a is the telling to keep: the one that knows more, then the first.
func better(a, b *Answer) bool {
	rank := func(k Kind) int { return slices.Index([]Kind{KindGiven, KindRepeat, KindUnbound}, k) }
	return cmp.Or(cmp.Compare(rank(a.Kind), rank(b.Kind)), a.rule().Compare(b.rule())) < 0
}

// hold keeps an answer. A bound press shows that service had begun at its visit (domain §3.11).
func (s *step) hold(a *Answer) {
	if a.Ticket.IsZero() {
		s.loose = append(s.loose, a)
		return
	}
	c := s.course(a.Ticket)
	c.answers = append(c.answers, a)
	if a.IsPress() && a.Kind == KindGiven {
		visit := s.visit(a.Told, a.Ticket)
		visit.Began = true
		if visit.Window == "" {
			visit.Window = a.Window
		}
	}
}

// drop takes an answer away.
func (s *step) drop(a *Answer) {
	s.dropped = append(s.dropped, a)
	if !a.Ticket.IsZero() {
		c := s.course(a.Ticket)
		c.answers = slices.DeleteFunc(c.answers, func(b *Answer) bool { return b.Pos == a.Pos })
	}
}

// Bounds of what one adoption can report.
const (
	holeSeqs     = 1_000 // lost presses named in one finding
	holeFindings = 10
)

// adopted looks for presses that a pad gave away and nobody told of: each is named (design §1.1).
func (s *step) adopted(f hall.DeviceAdopted) {
	finding := hall.FindingOpened{Rule: hall.FindingPressHole, Agent: s.e.name, UID: f.UID, Boot: f.Boot}
	if d := s.v.devices[DeviceKey{s.e.Agent, f.Device}]; d != nil {
		finding.Window = d.Window
	}
	var lost []uint32
	for seq := uint64(f.From) + 1; seq <= uint64(f.To); seq++ {
		if s.v.pressed[hall.PressKey{UID: f.UID, Boot: f.Boot, Seq: uint32(seq)}] {
			continue
		}
		if len(lost) == holeSeqs*holeFindings { // beyond that the span is named, not each press
			finding.From, finding.To = seq, uint64(f.To)
			s.open = append(s.open, finding)
			finding.From, finding.To = 0, 0
			break
		}
		lost = append(lost, uint32(seq))
	}
	for seqs := range slices.Chunk(lost, holeSeqs) {
		finding.Seqs = seqs
		s.open = append(s.open, finding)
	}
}

// firstOfEpoch closes the epoch that a new one names as the one before it. An epoch that ends without a word is a
// finding, and so is a store that was put back (design §3).
func (s *step) firstOfEpoch() {
	if s.e.Agent == 0 {
		return // the hub's own: a restore tells of it
	}
	before, cause := s.namedBefore()
	if before == nil {
		if old := s.lastOpen(); old != nil {
			s.open = append(s.open, hall.FindingOpened{Rule: hall.FindingEpochSilent, Agent: s.e.name, Epoch: old.Epoch, From: old.Last + 1})
		}
		return
	}
	k := EpochKey{s.e.Agent, before.Epoch}
	if k.Epoch == s.e.Epoch {
		return // an epoch cannot come before itself
	}
	end := Epoch{EpochKey: k}
	if old := s.v.epochs[k]; old != nil {
		end = *old
	}
	end.Closed, end.Ended = true, before.Last
	s.epochs = append(s.epochs, &end)
	switch cause {
	case hall.EpochBehind:
		s.open = append(s.open, hall.FindingOpened{Rule: hall.FindingEpochFork, Agent: s.e.name, Epoch: k.Epoch, From: before.Last + 1, To: max(end.Last, before.Last)})
	case hall.EpochTorn:
		s.open = append(s.open, hall.FindingOpened{Rule: hall.FindingEpochGap, Agent: s.e.name, Epoch: k.Epoch, From: end.Last + 1})
	}
}

// namedBefore returns how the first event of an epoch says that the one before it ended; nil where it says nothing.
func (s *step) namedBefore() (*hall.EpochEnd, hall.EpochCause) {
	switch f := s.e.fact.(type) {
	case hall.AgentStarted:
		return f.Before, f.Reason
	case hall.AgentForked:
		return &hall.EpochEnd{Epoch: f.Epoch, Last: f.At}, ""
	case hall.AgentGap:
		return &hall.EpochEnd{Epoch: f.Epoch, Last: max(f.From, 1) - 1}, ""
	}
	return nil, ""
}

// lastOpen returns the newest other epoch of the agent that none has closed.
func (s *step) lastOpen() *Epoch {
	var last *Epoch
	for k, e := range s.v.epochs {
		if k.Agent == s.e.Agent && k.Epoch != s.e.Epoch && !e.Closed && e.Last > 0 && (last == nil || e.Began.After(last.Began)) {
			last = e
		}
	}
	return last
}
