package intake

import "hallpulse/firmware-protocol/hall"

// batch adds what the events of a batch beyond last speak of.
func (k *Keys) batch(b *batch, last uint64) {
	k.Retold = append(k.Retold, Range{b.key(), last + 1, b.last()})
	if last == 0 {
		k.EpochsOf = append(k.EpochsOf, b.agent.Number)
	}
	for n := range b.events {
		if e := &b.events[n]; e.Seq > last {
			k.event(e)
			if e.env.Clock.State != hall.ClockSynced && e.env.Start != b.head.Sent.Start {
				k.Steps = append(k.Steps, StartKey{e.Agent, e.env.Start})
			}
		}
	}
}

// event adds what one event speaks of.
func (k *Keys) event(e *event) {
	if was := e.env.Was; was != nil {
		at := EpochKey{e.Agent, was.Epoch}
		k.Events = append(k.Events, Place{at, was.Seq})
		k.Retold = append(k.Retold, Range{at, was.Seq, was.Seq})
	}
	if e.fact != nil {
		k.fact(e.Agent, e.fact)
	}
}

// fact adds what one fact of an agent speaks of.
func (k *Keys) fact(agent uint32, f hall.Fact) {
	switch f := f.(type) {
	case hall.TicketBooked:
		k.Courses = append(k.Courses, f.Ticket)
	case hall.TicketConfirmed:
		k.Courses = append(k.Courses, f.Ticket)
	case hall.TicketIssued:
		k.Courses = append(k.Courses, f.Ticket)
	case hall.TicketCalled:
		k.Courses = append(k.Courses, f.Ticket)
		k.window(agent, f.Window)
	case hall.TicketRecalled:
		k.Courses = append(k.Courses, f.Ticket)
	case hall.TicketMissed:
		k.leaves(agent, f.Ticket, f.Window)
	case hall.TicketHeld:
		k.leaves(agent, f.Ticket, f.Window)
	case hall.TicketResumed:
		k.leaves(agent, f.Ticket, f.Window)
		k.Visits = append(k.Visits, f.Visit)
	case hall.TicketReturned:
		k.Courses = append(k.Courses, f.Ticket)
	case hall.TicketTransferred:
		k.leaves(agent, f.Ticket, f.From)
	case hall.TicketAdmitted:
		k.Courses = append(k.Courses, f.Ticket)
	case hall.TicketQueued:
		k.Courses = append(k.Courses, f.Ticket)
	case hall.TicketCancelled:
		k.leaves(agent, f.Ticket, f.Window)
	case hall.TicketFinished:
		k.leaves(agent, f.Ticket, f.Window)
	case hall.TicketWithdrawn:
		k.Courses = append(k.Courses, f.Ticket)
	case hall.VisitOpened:
		k.Courses = append(k.Courses, f.Ticket)
		k.Visits = append(k.Visits, f.Visit)
		k.window(agent, f.Window)
	case hall.VisitServed:
		k.Visits = append(k.Visits, f.Visit)
	case hall.VisitFinished:
		k.Visits = append(k.Visits, f.Visit)
		k.States = append(k.States, f.Visit.Agent) // whose hall says which days are worked
	case hall.VisitDown:
		k.Visits = append(k.Visits, f.Visit)
	case hall.RatingAssisted:
		k.Visits = append(k.Visits, f.Visit)
	case hall.RatingInvited:
		k.Visits = append(k.Visits, f.Visit)
	case hall.RatingGiven:
		k.Courses = append(k.Courses, f.Ticket)
		if f.Press != nil {
			k.Visits = append(k.Visits, f.Visit)
			k.Presses = append(k.Presses, f.Press.Key())
		} else {
			k.Forms = append(k.Forms, f.Answer)
		}
		if f.Reply != "" {
			k.Messages = append(k.Messages, f.Reply)
		}
	case hall.RatingDrafted:
		k.Courses = append(k.Courses, f.Ticket)
		k.Forms = append(k.Forms, f.Answer)
	case hall.RatingRepeat:
		k.Presses = append(k.Presses, f.Press.Key())
	case hall.RatingUnbound:
		k.Presses = append(k.Presses, f.Press.Key())
	case hall.RatingExplained:
		k.Courses = append(k.Courses, f.Ticket)
		k.Visits = append(k.Visits, f.Visit)
	case hall.WindowOpened:
		k.window(agent, f.Window)
	case hall.WindowPaused:
		k.window(agent, f.Window)
	case hall.WindowResumed:
		k.window(agent, f.Window)
	case hall.WindowClosed:
		k.window(agent, f.Window)
	case hall.StaffOn:
		k.window(agent, f.Window)
	case hall.StaffOff:
		k.window(agent, f.Window)
	case hall.Step:
		k.caseFact(agent, f)
	case hall.OutageBegan:
		k.Outages = append(k.Outages, OutageKey{agent, f.Unit})
	case hall.OutageEnded:
		k.Outages = append(k.Outages, OutageKey{agent, f.Unit})
	default:
		k.deed(f)
		k.factOfAgent(agent, f)
	}
}

// deed adds what a deed is about.
func (k *Keys) deed(f hall.Fact) {
	switch f := f.(type) {
	case hall.RatingDefaulted:
		k.Visits = append(k.Visits, f.Visit)
	case hall.RatingExpired:
		k.Courses = append(k.Courses, f.Ticket)
	case hall.RatingReasoned:
		k.Courses = append(k.Courses, f.Ticket)
		k.Visits = append(k.Visits, f.Visit)
	case hall.ContactGiven:
		k.Courses = append(k.Courses, f.Ticket)
	case hall.PrivateErased:
		if ticket, err := hall.ParseID(f.About); err == nil {
			k.Courses = append(k.Courses, ticket)
		}
	case hall.DeadlineMoved:
		k.clocked(f.Of, f.About)
	case hall.AgentLost:
		k.States = append(k.States, f.Agent)
	case hall.OutageCounted:
		k.Outages = append(k.Outages, OutageKey{f.Agent, f.About})
	default:
		switch kind, id := matterOf(f); kind {
		case kindRepair:
			k.clocked(hall.ClockedRepair, id)
		case kindConcern:
			k.Concerns = append(k.Concerns, id)
		case kindInspection:
			k.Inspections = append(k.Inspections, id)
		case kindMessage:
			k.Messages = append(k.Messages, id)
		}
	}
}

// again adds what an event that is read again speaks of.
func (k *Keys) again(v *view, f hall.Fact) {
	if f, ok := f.(hall.EventsReread); ok {
		if e := v.unread[Place{EpochKey{f.Agent, f.Epoch}, f.Seq}]; e != nil && e.fact != nil {
			k.fact(e.Agent, e.fact)
		}
	}
}

// clocked adds what has a deadline.
func (k *Keys) clocked(of hall.Clocked, id string) {
	switch clockedBy(of) {
	case kindConcern:
		k.Concerns = append(k.Concerns, id)
		return
	case kindCase:
		if c, err := hall.ParseID(id); err == nil {
			k.Cases, k.States = append(k.Cases, c), append(k.States, c.Agent)
		}
		return
	}
	if visit, err := hall.ParseID(id); err == nil { // a repair comes with its visit
		k.Visits = append(k.Visits, visit)
	}
}

// join adds the keys by which a person's decision finds what it is about.
func (k *Keys) join(o Keys) {
	k.Courses = append(k.Courses, o.Courses...)
	k.Visits = append(k.Visits, o.Visits...)
	k.States = append(k.States, o.States...)
	k.Cases = append(k.Cases, o.Cases...)
	k.Concerns = append(k.Concerns, o.Concerns...)
	k.Inspections = append(k.Inspections, o.Inspections...)
	k.Messages = append(k.Messages, o.Messages...)
	k.Unread, k.Most = k.Unread || o.Unread, max(k.Most, o.Most)
}

func (k *Keys) factOfAgent(agent uint32, f hall.Fact) {
	switch f := f.(type) {
	case hall.DeviceUp:
		k.device(agent, f.Device)
	case hall.DeviceDown:
		k.device(agent, f.Device)
	case hall.DeviceChanged:
		k.device(agent, f.Device)
	case hall.DeviceFault:
		k.device(agent, f.Device)
	case hall.DeviceAdopted:
		k.device(agent, f.Device)
		k.Holes = append(k.Holes, Hole{f.UID, f.Boot, f.From, f.To})
	case hall.AgentStarted:
		k.States = append(k.States, agent)
		if f.Before != nil {
			k.Epochs = append(k.Epochs, EpochKey{agent, f.Before.Epoch})
		}
	case hall.ConfigApplied, hall.CatalogueApplied, hall.CatalogueRefused:
		k.States = append(k.States, agent)
	case hall.AgentForked:
		k.Epochs = append(k.Epochs, EpochKey{agent, f.Epoch})
	case hall.AgentGap:
		k.Epochs = append(k.Epochs, EpochKey{agent, f.Epoch})
	}
}

// leaves adds a ticket, and the window at which its holder was.
func (k *Keys) leaves(agent uint32, ticket hall.ID, window string) {
	k.Courses = append(k.Courses, ticket)
	if window != "" {
		k.window(agent, window)
	}
}

func (k *Keys) window(agent uint32, id string) {
	k.Windows = append(k.Windows, WindowKey{agent, id})
}

func (k *Keys) device(agent uint32, name string) {
	k.Devices = append(k.Devices, DeviceKey{agent, name})
}
