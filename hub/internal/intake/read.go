package intake

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"hallpulse/firmware-protocol/hall"
	"hallpulse/firmware-protocol/uplink"
)

// event is one event on its way in, or on its way through a rebuild.
type event struct {
	Stored
	name string // of the agent
	env  uplink.Event
	fact hall.Fact // nil unless read
}

// batch is a batch that was read: everything that can be known of it without the store.
type batch struct {
	agent   Agent
	head    uplink.Header
	arrived time.Time
	events  []event
	boxes   []opened
}

func (b *batch) key() EpochKey { return EpochKey{b.agent.Number, b.head.Epoch} }

// last is the seq of the last event, First − 1 where there is none.
func (b *batch) last() uint64 { return b.head.First + uint64(len(b.events)) - 1 }

// readBatch reads a batch, gives every event its verdict and its chain value after head.Prev.
func readBatch(agent Agent, payload []byte, arrived time.Time, open func(uplink.Box) (Box, string, error)) (*batch, error) {
	raw, err := uplink.ParseBatch(payload)
	if err != nil {
		return nil, err
	}
	b := &batch{agent: agent, head: raw.Header, arrived: arrived, events: make([]event, len(raw.Events))}
	for _, line := range raw.Boxes {
		if o, ok := openBox(line, open); ok {
			b.boxes = append(b.boxes, o)
		}
	}
	chain := raw.Prev
	for n, bytes := range raw.Events {
		chain = chain.Next(bytes)
		e := &b.events[n]
		e.name = agent.Name
		e.Stored = Stored{Agent: agent.Number, Epoch: raw.Epoch, Seq: raw.First + uint64(n), Bytes: bytes, Chain: chain, Arrived: arrived}
		e.env, e.fact, e.Why = judge(agent.Number, e.Seq, bytes, agent.Fellows...)
	}
	return b, nil
}

// judge reads one event and gives the verdict on its meaning: empty, or why not. It depends on the bytes, their
// place and their agent alone, and on which agents may pass tickets on to it. A panic in it is a verdict, too.
func judge(agent uint32, seq uint64, bytes []byte, fellows ...uint32) (env uplink.Event, fact hall.Fact, why uplink.Why) {
	defer func() {
		if recover() != nil {
			fact, why = nil, uplink.WhyInternal
		}
	}()
	env, err := uplink.DecodeEvent(bytes)
	switch {
	case err != nil:
		return uplink.Event{}, nil, uplink.WhyMalformed
	case env.Seq != seq:
		return env, nil, uplink.WhySeq
	case env.Was != nil && (!uplink.ValidEpoch(env.Was.Epoch) || env.Was.Seq == 0 || env.Was.Seq > 1<<62):
		env.Was = nil
		return env, nil, uplink.WhyMalformed
	}
	fact, err = hall.DecodeFact(env.Type, env.Body)
	switch {
	case errors.Is(err, hall.ErrUnknownType):
		return env, nil, uplink.WhyType
	case err != nil:
		return env, nil, uplink.WhyMalformed
	}
	if why := wrong(speaker{agent, fellows}, fact); why != "" {
		return env, nil, why
	}
	return env, fact, ""
}

// taken reads an event that was taken when it came: whose tickets its agent might speak of was known then.
func taken(agent uint32, seq uint64, bytes []byte) (uplink.Event, hall.Fact, uplink.Why) {
	return judge(agent, seq, bytes, anybody)
}

// anybody stands for every agent.
const anybody = ^uint32(0)

// speaker is the agent that says a fact, and the other agents of its hall, whose tickets it may speak of (design §3a).
type speaker struct {
	agent   uint32
	fellows []uint32
}

// own checks that ids name something of this agent.
func (s speaker) own(ids ...hall.ID) uplink.Why {
	for _, id := range ids {
		if id.IsZero() {
			return uplink.WhyMissing
		}
		if id.Agent != s.agent {
			return uplink.WhyForeign
		}
	}
	return ""
}

// ticket checks that an id names a ticket of this agent, or one that another agent of the hall may have passed on to it.
func (s speaker) ticket(id hall.ID) uplink.Why {
	lent := s.agent != 0 && !id.IsZero() && (slices.Contains(s.fellows, id.Agent) || slices.Contains(s.fellows, anybody))
	if lent {
		return ""
	}
	return s.own(id)
}

// maybe checks an id that may be none.
func (s speaker) maybe(id hall.ID) uplink.Why {
	if id.IsZero() {
		return ""
	}
	return s.own(id)
}

// wrong says why an agent cannot mean this fact; empty where it can. Agent 0 is the hub's own stream: what people and
// clocks decide stands there alone.
func wrong(s speaker, f hall.Fact) uplink.Why {
	if _, ok := f.(hall.Deed); ok && s.agent != 0 {
		return uplink.WhyForeign
	}
	switch f := f.(type) {
	case hall.TicketBooked:
		return s.ticket(f.Ticket)
	case hall.TicketConfirmed:
		return s.ticket(f.Ticket)
	case hall.TicketIssued:
		return s.own(f.Ticket)
	case hall.TicketCalled:
		return s.ticket(f.Ticket)
	case hall.TicketRecalled:
		return s.ticket(f.Ticket)
	case hall.TicketMoved:
		return s.ticket(f.Ticket)
	case hall.TicketHeld:
		return cmp.Or(s.ticket(f.Ticket), s.own(f.Visit))
	case hall.TicketResumed:
		return cmp.Or(s.ticket(f.Ticket), s.own(f.Visit))
	case hall.TicketReturned:
		return s.ticket(f.Ticket)
	case hall.TicketTransferred:
		return s.ticket(f.Ticket)
	case hall.TicketAdmitted:
		if f.Hop < 1 || !slices.Contains(hall.Roads(), f.Road) {
			return uplink.WhyMalformed
		}
		return s.ticket(f.Ticket)
	case hall.TicketQueued:
		return s.ticket(f.Ticket)
	case hall.TicketCancelled:
		return s.ticket(f.Ticket)
	case hall.TicketMissed:
		return s.ticket(f.Ticket)
	case hall.TicketFinished:
		return s.ticket(f.Ticket)
	case hall.TicketWithdrawn:
		return s.ticket(f.Ticket)
	case hall.TicketClassed:
		return s.ticket(f.Ticket)
	case hall.TicketNoted:
		return s.ticket(f.Ticket)
	case hall.PaperPrinted:
		return s.ticket(f.Ticket)
	case hall.PaperReprinted:
		return s.ticket(f.Ticket)
	case hall.PaperFailed:
		return s.ticket(f.Ticket)
	case hall.VisitOpened:
		return cmp.Or(s.own(f.Visit), s.ticket(f.Ticket))
	case hall.VisitServed:
		return s.own(f.Visit)
	case hall.VisitFinished:
		if !slices.Contains(hall.Outcomes(), f.Outcome) {
			return uplink.WhyMalformed
		}
		return s.own(f.Visit)
	case hall.VisitDown:
		return s.own(f.Visit)
	case hall.RatingAssisted:
		if f.By == "" {
			return uplink.WhyMalformed
		}
		return s.own(f.Visit)
	case hall.RatingInvited:
		return s.own(f.Visit)
	case hall.RatingGiven:
		return wrongRating(s, f)
	case hall.RatingRepeat:
		if !f.Press.Level.Valid() {
			return uplink.WhyMalformed
		}
		return s.own(f.Visit)
	case hall.RatingUnbound:
		if !f.Press.Level.Valid() || f.Why == "" {
			return uplink.WhyMalformed
		}
	case hall.RatingExplained:
		if len(f.Reasons) == 0 || !f.Press.UID.Known() {
			return uplink.WhyMalformed
		}
		return cmp.Or(s.ticket(f.Ticket), s.own(f.Visit))
	case hall.DeviceAdopted:
		if f.To < f.From {
			return uplink.WhyMalformed
		}
	case hall.PINChosen:
		if f.Staff == "" || f.Help == "" || f.Verifier.Ref == "" {
			return uplink.WhyMalformed
		}
	case hall.AgentStarted:
		if f.Before != nil && !uplink.ValidEpoch(f.Before.Epoch) {
			return uplink.WhyMalformed
		}
	case hall.CatalogueRefused:
		if f.Why == "" {
			return uplink.WhyMalformed
		}
	case hall.AgentGap:
		return epochNamed(f.Epoch)
	case hall.AgentForked:
		return epochNamed(f.Epoch)
	case hall.Step:
		return wrongCase(s, f)
	case hall.NoticePrinted:
		return wrongNotice(s, f)
	case hall.RatingDrafted, hall.FindingOpened, hall.HubRestored:
		if s.agent != 0 {
			return uplink.WhyForeign // only the hub says this
		}
	}
	return ""
}

func epochNamed(epoch string) uplink.Why {
	if !uplink.ValidEpoch(epoch) {
		return uplink.WhyMalformed
	}
	return ""
}

// wrongRating checks an answer. A rating is a citizen's, and each road shows how he came: a press was bound by its agent
// to a ticket and a visit of its own; a form shows a ticket; on the hotline there is a recorded call and who took it; an
// SMS answers a reminder (domain §3.2). Agents keep kiosks; answers of every other road that shows the ticket are the
// hub's own.
func wrongRating(s speaker, f hall.RatingGiven) uplink.Why {
	switch {
	case !f.Level.Valid() || !f.Channel.Valid() || !shownBy(f):
		return uplink.WhyMalformed
	case f.Press != nil:
		if f.Press.Level != f.Level || f.Channel.ShowsTicket() || f.Channel == hall.ChannelSticker || f.Answer != "" {
			return uplink.WhyMalformed
		}
		return cmp.Or(s.ticket(f.Ticket), s.own(f.Visit))
	case f.Answer == "" || !f.Channel.ShowsTicket() && f.Channel != hall.ChannelSticker:
		return uplink.WhyMalformed
	case s.agent == 0 && f.Channel == hall.ChannelSticker && f.Visit.IsZero(): // its digits are those of a visit
		return uplink.WhyMissing
	case s.agent == 0 && f.Ticket.IsZero():
		return uplink.WhyMissing
	case s.agent == 0:
		return ""
	case f.Channel != hall.ChannelKiosk:
		return uplink.WhyForeign
	case f.Visit.IsZero():
		return s.ticket(f.Ticket)
	}
	return cmp.Or(s.ticket(f.Ticket), s.own(f.Visit))
}

// shownBy reports whether an answer names what its channel must show, and nothing that another one shows.
func shownBy(f hall.RatingGiven) bool {
	call := f.Call != nil && f.Call.Operator != "" && f.Call.ID != ""
	if !call && f.Call != nil {
		return false
	}
	return call == (f.Channel == hall.ChannelHotline) && (f.Reply != "") == (f.Channel == hall.ChannelSMS)
}

// recordable checks a fact that people decided.
func recordable(f hall.Fact) error {
	switch f := f.(type) {
	case hall.RatingGiven: // presses and kiosks are told by agents
		if f.Press == nil && f.Channel != hall.ChannelKiosk && wrongRating(speaker{}, f) == "" {
			return nil
		}
	case hall.RatingDrafted:
		if f.Level.Valid() && f.Answer != "" && !f.Ticket.IsZero() {
			return nil
		}
	case hall.FindingOpened:
		if f.Rule != "" {
			return nil
		}
	case hall.AccountChanged, hall.AccountSignedIn, hall.AccountLocked:
		return nil
	}
	return ErrRecord
}
